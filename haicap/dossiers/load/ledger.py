"""The rows of a load: gathered while dossiers are being told, written by COPY in turns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from django.db import connection
from django.db.models import JSONField, Model

from haicap.audit import load as audit_load
from haicap.audit.load import PastEntry
from haicap.deadlines import load as deadlines_load
from haicap.deadlines.load import PastClock
from haicap.dossiers.models import Dossier, DossierSearch, Opinion, OtherCode, Request, Task
from haicap.files import load as files_load
from haicap.files.load import PastUse
from haicap.kernel.copying import copy_rows, fresh_ids
from haicap.registers.load import PastBooks, PastNumber

IDS_AT_ONCE: Final = 500
DOSSIERS_AT_ONCE: Final = 1000
ENTRIES_AT_ONCE: Final = 10_000
# Parents before children: foreign keys are checked at the end of each statement.
TABLES: Final[Sequence[type[Model]]] = (Dossier, DossierSearch, Task, OtherCode, Request, Opinion)


class Ledger:
    """Everything told and not yet written. Dossiers are written whole, entries as they happen."""

    def __init__(self, books: PastBooks) -> None:
        self.books = books
        self.written = 0  # dossiers
        self._ids: dict[type[Model], Iterator[int]] = {}
        self._rows: dict[type[Model], list[Any]] = {model: [] for model in TABLES}
        self._entries: list[PastEntry] = []
        self._uses: list[PastUse] = []
        self._clocks: list[PastClock] = []
        self._numbers: list[PastNumber] = []

    def fresh(self, model: type[Model]) -> int:
        """The next id of a table."""
        found = next(self._ids.get(model, iter(())), None)
        if found is None:
            with connection.cursor() as cursor:
                table = model._meta.db_table
                self._ids[model] = iter(fresh_ids(cursor, table=table, count=IDS_AT_ONCE))
            found = next(self._ids[model])
        return found

    def enter(self, entry: PastEntry) -> None:
        """One entry of the journal; they come in the order of time."""
        self._entries.append(entry)
        if len(self._entries) >= ENTRIES_AT_ONCE:
            self._write_entries()

    def close(
        self,
        rows: Iterable[Model],
        *,
        uses: Iterable[PastUse],
        clock: PastClock | None,
        numbers: Iterable[PastNumber],
    ) -> bool:
        """A dossier of which no more is to be told. Returns whether rows were written."""
        for row in rows:
            self._rows[type(row)].append(row)
        self._uses.extend(uses)
        self._numbers.extend(numbers)
        if clock is not None:
            self._clocks.append(clock)
        full = len(self._rows[Dossier]) >= DOSSIERS_AT_ONCE
        if full:
            self.write()
        return full

    def write(self) -> None:
        """Write everything gathered."""
        self.written += len(self._rows[Dossier])
        for model in TABLES:
            copy_models(model, self._rows[model])
            self._rows[model] = []
        files_load.load_uses(self._uses)
        deadlines_load.load_clocks(self._clocks)
        self.books.write(self._numbers)
        self._uses, self._clocks, self._numbers = [], [], []
        self._write_entries()

    def _write_entries(self) -> None:
        audit_load.load_entries(self._entries)
        self._entries = []


def copy_models(model: type[Model], rows: Sequence[Any]) -> None:
    """Write instances with all their columns, whatever columns the model has."""
    fields = list(model._meta.concrete_fields)
    names = [field.attname for field in fields]
    written_as_json = [isinstance(field, JSONField) for field in fields]

    def values(row: Any) -> list[Any]:
        return [
            json.dumps(value, ensure_ascii=False) if as_json and value is not None else value
            for value, as_json in zip(
                (getattr(row, name) for name in names), written_as_json, strict=True
            )
        ]

    with connection.cursor() as cursor:
        copy_rows(
            cursor,
            table=model._meta.db_table,
            columns=[f'"{field.column}"' for field in fields],
            rows=(values(row) for row in rows),
        )
