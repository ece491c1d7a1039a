"""Published calendars and changes of a due time are never rewritten; a pause is only ever ended, once."""

from django.db import migrations

SQL = """
create function deadlines_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: % is refused.', tg_table_name, tg_op;
end $$;
create trigger deadlines_calendar_append_only before update or delete on deadlines_calendar
    for each row execute function deadlines_refuse_change();
create trigger deadlines_duechange_append_only before update or delete on deadlines_duechange
    for each row execute function deadlines_refuse_change();
create trigger deadlines_pause_kept before delete on deadlines_pause
    for each row execute function deadlines_refuse_change();
create trigger deadlines_pause_ends_once before update on deadlines_pause
    for each row when (old.ends_at is not null or (to_jsonb(old) - 'ends_at') <> (to_jsonb(new) - 'ends_at'))
    execute function deadlines_refuse_change();
"""

UNDO = """
drop trigger deadlines_pause_ends_once on deadlines_pause;
drop trigger deadlines_pause_kept on deadlines_pause;
drop trigger deadlines_duechange_append_only on deadlines_duechange;
drop trigger deadlines_calendar_append_only on deadlines_calendar;
drop function deadlines_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
