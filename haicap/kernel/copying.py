"""Copying: many rows at once into one table of PostgreSQL, ids taken from its sequence first.

For loads only: nothing of what a verb checks is checked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Copying(Protocol):
    """An open COPY of psycopg."""

    def write_row(self, row: Sequence[Any], /) -> None:
        """One row more."""


class Cursor(Protocol):
    """What is asked of a cursor; psycopg's has it."""

    def execute(self, statement: str, values: Sequence[Any], /) -> Any:
        """Run one statement."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Its rows."""

    def copy(self, statement: str, /) -> AbstractContextManager[Copying]:
        """Begin a COPY."""


def copy_rows(
    cursor: Cursor, *, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write `rows`, each with a value for every column, in one statement."""
    with cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def fresh_ids(cursor: Cursor, *, table: str, count: int) -> list[int]:
    """`count` ids that nobody else is given, rising; later inserts go on above them."""
    cursor.execute(
        "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)",
        [table, count],
    )
    return [int(row[0]) for row in cursor.fetchall()]
