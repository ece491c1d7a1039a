"""The journal and the reading log: partitioned by month (cut at Vietnamese midnight), append-only by trigger.

A partition for months without one of their own keeps a write from ever failing; the nightly job makes the next months.
"""

from django.db import migrations, models

SQL = """
create sequence audit_entry_id_seq;
create table audit_entry (
    id bigint not null default nextval('audit_entry_id_seq'),
    kind text not null,
    subject text not null,
    facts jsonb not null,
    happened_at timestamptz not null,
    recorded_at timestamptz not null,
    actor_kind text not null,
    person bigint, post bigint, agency bigint,
    duty text not null default '',
    on_behalf_of bigint, delegation bigint,
    source text not null default 'screen',
    request_id text not null default '',
    cause bigint,
    primary key (id, recorded_at)
) partition by range (recorded_at);
alter sequence audit_entry_id_seq owned by audit_entry.id;
create index audit_entry_subject on audit_entry (subject, id);
create index audit_entry_kind on audit_entry (kind, recorded_at);
create table audit_entry_rest partition of audit_entry default;

create sequence audit_reading_id_seq;
create table audit_reading (
    id bigint not null default nextval('audit_reading_id_seq'),
    read_at timestamptz not null,
    actor_kind text not null,
    person bigint, post bigint, agency bigint,
    purpose text not null,
    page text not null,
    subjects jsonb not null,
    parties jsonb not null,
    source text not null default 'screen',
    request_id text not null default '',
    primary key (id, read_at)
) partition by range (read_at);
alter sequence audit_reading_id_seq owned by audit_reading.id;
create index audit_reading_parties on audit_reading using gin (parties jsonb_path_ops);
create index audit_reading_person on audit_reading (person, read_at);
create table audit_reading_rest partition of audit_reading default;

create function audit_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'The journal is append-only: % on % is refused.', tg_op, tg_table_name;
end $$;
create trigger audit_entry_append_only before update or delete on audit_entry
    for each row execute function audit_refuse_change();
create trigger audit_reading_append_only before update or delete on audit_reading
    for each row execute function audit_refuse_change();
create trigger audit_entry_no_truncate before truncate on audit_entry
    for each statement execute function audit_refuse_change();
create trigger audit_reading_no_truncate before truncate on audit_reading
    for each statement execute function audit_refuse_change();

-- Makes the partitions of one month, if they are not there. Rows that fell into the rest stay readable there:
-- a month whose rows are already in the rest is left in it.
create function audit_make_month(month date) returns void language plpgsql as $$
declare
    first timestamptz := date_trunc('month', month::timestamp) at time zone 'Asia/Ho_Chi_Minh';
    next timestamptz := (date_trunc('month', month::timestamp) + interval '1 month')
        at time zone 'Asia/Ho_Chi_Minh';
    base text; stamp text; waiting bigint;
begin
    foreach base in array array['audit_entry', 'audit_reading'] loop
        stamp := base || '_' || to_char(month, 'YYYYMM');
        if to_regclass(stamp) is null then
            execute format('select count(*) from (select 1 from %I where %I >= %L and %I < %L limit 1) x',
                base || '_rest',
                case base when 'audit_entry' then 'recorded_at' else 'read_at' end, first,
                case base when 'audit_entry' then 'recorded_at' else 'read_at' end, next)
                into waiting;
            if waiting = 0 then
                execute format('create table %I partition of %I for values from (%L) to (%L)',
                    stamp, base, first, next);
            end if;
        end if;
    end loop;
end $$;
select audit_make_month((date_trunc('month', now() at time zone 'Asia/Ho_Chi_Minh')
    + make_interval(months => n))::date) from generate_series(0, 2) n;
"""
BACK = """
drop table audit_entry; drop table audit_reading;
drop function audit_make_month(date); drop function audit_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_extensions")]
    operations = [
        migrations.RunSQL(SQL, BACK),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ],
            options={"managed": False, "db_table": "audit_entry"},
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ],
            options={"managed": False, "db_table": "audit_reading"},
        ),
        migrations.CreateModel(
            name="DoneMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entry_id", models.BigIntegerField()),
                ("reaction", models.TextField()),
                ("done_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("entry_id", "reaction"), name="audit_done_once")
                ],
            },
        ),
    ]
