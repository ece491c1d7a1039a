"""Sums are those of the movements, and movements never change.

The trigger reckons: whoever inserts a movement, by a verb, by hand or by a copy in bulk, moves the
sums with it, and nobody can move them otherwise.
"""

from django.db import migrations

SQL = """
create function payments_reckon() returns trigger language plpgsql as $$
begin
    if new.demand_id is null then
        return null;
    end if;
    update payments_demand set
        received = received + case new.kind when 'payment' then new.amount
            when 'moved_in' then new.amount when 'moved_out' then -new.amount else 0 end,
        refunded = refunded + case new.kind when 'refund' then new.amount else 0 end,
        waived = waived + case new.kind when 'waiver' then new.amount else 0 end
    where id = new.demand_id;
    return null;
end $$;
create trigger payments_movement_reckon after insert on payments_movement
    for each row execute function payments_reckon();

create function payments_sums_only_by_movements() returns trigger language plpgsql as $$
begin
    if (new.received, new.refunded, new.waived) is distinct from
            (old.received, old.refunded, old.waived) and pg_trigger_depth() < 2 then
        raise exception 'The sums of a demand change by its movements only.';
    end if;
    return new;
end $$;
create trigger payments_demand_sums before update on payments_demand
    for each row execute function payments_sums_only_by_movements();

create function payments_begin_with_nothing() returns trigger language plpgsql as $$
begin
    new.received := 0;
    new.refunded := 0;
    new.waived := 0;
    return new;
end $$;
create trigger payments_demand_begins before insert on payments_demand
    for each row execute function payments_begin_with_nothing();

create function payments_refuse_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.receipt_number is null and
            (to_jsonb(new) - array['receipt_volume', 'receipt_number', 'receipt_year']) =
            (to_jsonb(old) - array['receipt_volume', 'receipt_number', 'receipt_year']) then
        return new;
    end if;
    raise exception 'Movements of money are append-only: % is refused.', tg_op;
end $$;
create trigger payments_movement_append_only before update or delete on payments_movement
    for each row execute function payments_refuse_change();

create function payments_closed_is_closed() returns trigger language plpgsql as $$
begin
    if old.closed_at is not null then
        raise exception 'A closed day stays as it is.';
    end if;
    return new;
end $$;
create trigger payments_day_closed before update or delete on payments_dayclosing
    for each row execute function payments_closed_is_closed();
"""
UNDO = """
drop trigger payments_movement_reckon on payments_movement;
drop trigger payments_demand_sums on payments_demand;
drop trigger payments_demand_begins on payments_demand;
drop trigger payments_movement_append_only on payments_movement;
drop trigger payments_day_closed on payments_dayclosing;
drop function payments_reckon, payments_sums_only_by_movements, payments_begin_with_nothing,
    payments_refuse_change, payments_closed_is_closed;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
