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
from haicap.payments import load as payments_load
from haicap.payments.load import PastDemand, PastMoney
from haicap.registers.load import PastBooks, PastNumber

IDS_AT_ONCE: Final = 500
DOSSIERS_AT_ONCE: Final = 1000
ENTRIES_AT_ONCE: Final = 10_000
_JSON: Final = json.JSONEncoder(ensure_ascii=False)
# Parents before children: foreign keys are checked at the end of each statement.
TABLES: Final[Sequence[type[Model]]] = (Dossier, DossierSearch, Task, OtherCode, Request, Opinion)


class Ledger:
    """Everything told and not yet written. Dossiers are written whole, entries as they happen."""

    def __init__(self, books: PastBooks) -> None:
        self.books = books
        self.money = PastMoney()
        self.written = 0  # dossiers
        self._ids: dict[type[Model], Iterator[int]] = {}
        self._blanks = {model: Blank(model) for model in TABLES}
        self._rows: dict[type[Model], list[Any]] = {model: [] for model in TABLES}
        self._entries: list[PastEntry] = []
        self._uses: list[PastUse] = []
        self._clocks: list[PastClock] = []
        self._numbers: list[PastNumber] = []
        self._demands: list[PastDemand] = []

    def fresh(self, model: type[Model]) -> int:
        """The next id of a table."""
        found = next(self._ids.get(model, iter(())), None)
        if found is None:
            with connection.cursor() as cursor:
                table = model._meta.db_table
                self._ids[model] = iter(fresh_ids(cursor, table=table, count=IDS_AT_ONCE))
            found = next(self._ids[model])
        return found

    def row(self, model: type[Model], **values: Any) -> Any:
        """A row of a table with the next id."""
        return self._blanks[model].row(id=self.fresh(model), **values)

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
        demand: PastDemand | None = None,
    ) -> bool:
        """A dossier of which no more is to be told. Returns whether rows were written."""
        for row in rows:
            self._rows[type(row)].append(row)
        self._uses.extend(uses)
        self._numbers.extend(numbers)
        if clock is not None:
            self._clocks.append(clock)
        if demand is not None:
            self._demands.append(demand)
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
        payments_load.load_demands(self._demands)
        self._uses, self._clocks, self._numbers, self._demands = [], [], [], []
        self._write_entries()

    def _write_entries(self) -> None:
        audit_load.load_entries(self._entries)
        self._entries = []


class Blank:
    """Makes rows of a model with all its defaults, faster than its constructor by names does."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        fields = model._meta.concrete_fields
        self.place = {field.attname: place for place, field in enumerate(fields)}
        made = [callable(field.default) and field.has_default() for field in fields]
        self.values = [
            None if anew else field.get_default() for field, anew in zip(fields, made, strict=True)
        ]
        self.made = [
            (place, field.get_default) for place, field in enumerate(fields) if made[place]
        ]

    def row(self, **values: Any) -> Any:
        """One row; `values` by column, as dossier_id."""
        whole = self.values[:]
        for place, make in self.made:
            whole[place] = make()
        for name, value in values.items():
            whole[self.place[name]] = value
        return self.model(*whole)


def copy_models(model: type[Model], rows: Sequence[Any]) -> None:
    """Write instances with all their columns, whatever columns the model has."""
    fields = list(model._meta.concrete_fields)
    names = [field.attname for field in fields]
    as_json = [place for place, field in enumerate(fields) if isinstance(field, JSONField)]

    def values(row: Any) -> list[Any]:
        held = vars(row)  # past the descriptors of foreign keys, which cost more than the rest
        found = [held[name] for name in names]
        for place in as_json:
            if found[place] is not None:
                found[place] = _JSON.encode(found[place])
        return found

    with connection.cursor() as cursor:
        copy_rows(
            cursor,
            table=model._meta.db_table,
            columns=[f'"{field.column}"' for field in fields],
            rows=map(values, rows),
        )
