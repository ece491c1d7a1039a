"""Row ids from a range per installation, so that two databases can be merged as they are."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

_SEQUENCES = """
select s.schemaname, s.sequencename, coalesce(s.last_value, s.start_value - 1)
from pg_sequences s
where s.schemaname = current_schema()
  and s.sequencename not like 'procrastinate%%' and s.sequencename not like 'django%%'
  and s.data_type = 'bigint'::regtype
"""


def set_id_range(*, installation: int) -> int:
    """Let every sequence count within installation * 10^12 … +10^12 - 1; returns how many moved.

    Run after each migration; a sequence that already counts in the range is left alone. A number
    of JavaScript holds ids of installations up to 9,006 exactly (2^53).
    """
    low = installation * settings.ID_RANGE
    high = low + settings.ID_RANGE - 1
    moved = 0
    with connection.cursor() as cursor:
        cursor.execute(_SEQUENCES)
        for schema, name, last in cursor.fetchall():
            if not low <= last <= high:
                quoted = f"{connection.ops.quote_name(schema)}.{connection.ops.quote_name(name)}"
                cursor.execute(
                    f"alter sequence {quoted} minvalue {low} maxvalue {high}"
                    f" start {low + 1} restart {low + 1}"
                )
                moved += 1
    return moved
