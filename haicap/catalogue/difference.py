"""What is different between two versions of a procedure: what came, went and changed, part by part,
in words. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from haicap.catalogue.editing.laying import WAS, Cells, rows, singles, table_of
from haicap.catalogue.editing.tables import PARTS, Column, Part
from haicap.catalogue.fees import dotted
from haicap.catalogue.procedure_file import ProcedureFile

ADDED: Final = "added"
REMOVED: Final = "removed"
CHANGED: Final = "changed"
_KEY: Final = {
    "papers": "slot",
    "route": "step",
    "lines": "name_vi",
    "waivers": "name_vi",
    "sections": "name",
    "fields": "name",
}
_TITLE: Final = {"fields": "label_vi", "sections": "title_vi"}
_MONEY: Final = frozenset({"amount", "online", "cap_per_copy"})


@dataclass(frozen=True, slots=True)
class Change:
    """One thing said before and after; empty where it was not said."""

    kind: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper, a step, a field … that came, went or changed; `name` is empty for single facts."""

    kind: str
    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class PartDifference:
    """All that is different in one part."""

    part: str
    title: str
    entries: tuple[Entry, ...]

    def count(self, kind: str) -> int:
        """How many entries came, went or changed."""
        return sum(entry.kind == kind for entry in self.entries)


def difference(before: ProcedureFile | None, after: ProcedureFile) -> list[PartDifference]:
    """The parts that differ, in the order of the editor. Everything is new without a `before`."""
    old = before or ProcedureFile()
    found = [
        PartDifference(part.name, str(part.title), tuple(entries))
        for part in PARTS.values()
        if (entries := _part(part, old, after))
    ]
    if old.source != after.source or old.confidence != after.confidence:
        change = Change(CHANGED, _("Dữ liệu gốc theo nguồn"), _("như trước"), _("đã đổi"))
        found.append(PartDifference("source", _("Nguồn"), (Entry(CHANGED, "", (change,)),)))
    return found


def _part(part: Part, old: ProcedureFile, new: ProcedureFile) -> list[Entry]:
    before, after = singles(part, old), singles(part, new)
    changes = _cells(part.columns, before, after)
    found = [Entry(CHANGED, "", (change,)) for change in changes]
    if part.optional and bool(before) != bool(after):
        kind = ADDED if after else REMOVED
        found = [Entry(kind, str(part.title), tuple(changes))]
    for table in part.tables:
        found += _table(table.name, rows(table.name, old), rows(table.name, new))
    return found


def _table(name: str, before: Sequence[Cells], after: Sequence[Cells]) -> list[Entry]:
    table, key = table_of(name), _KEY[name]
    old, new = _keyed(before, key), _keyed(after, key)
    columns = tuple(column for column in table.columns if column.name != "line")
    found = []
    for one in [*new, *(one for one in old if one not in new)]:
        kind = CHANGED if one in old and one in new else ADDED if one in new else REMOVED
        changes = _cells(columns, old.get(one, {}), new.get(one, {}))
        title = (new.get(one) or old[one]).get(_TITLE.get(name, "name_vi"), "") or one[0]
        if changes:
            found.append(Entry(kind, f"{table.row}: {title}", tuple(changes)))
    stayed = [one for one in old if one in new]
    moved = [one for one in new if one in old]
    if stayed != moved:
        title = _TITLE.get(name, "name_vi")
        words = [
            "\n".join(side[one].get(title, "") for one in order)
            for side, order in ((old, stayed), (new, moved))
        ]
        change = Change(CHANGED, _("Thứ tự"), words[0], words[1])
        found.append(Entry(CHANGED, str(table.title), (change,)))
    return found


def _keyed(found: Sequence[Cells], key: str) -> dict[tuple[str, int], Cells]:
    """Rows by their name; a name that comes twice keeps both apart."""
    keyed: dict[tuple[str, int], Cells] = {}
    for row in found:
        name, n = row.get(key) or row.get(WAS, ""), 0
        while (name, n) in keyed:
            n += 1
        keyed[name, n] = row
    return keyed


def _cells(columns: Sequence[Column], before: Cells, after: Cells) -> list[Change]:
    found = []
    for column in columns:
        old, new = before.get(column.name, ""), after.get(column.name, "")
        if old == new:
            continue
        kind = CHANGED if old and new else ADDED if new else REMOVED
        found.append(Change(kind, str(column.label), shown(column, old), shown(column, new)))
    return found


def shown(column: Column, cell: str) -> str:
    """A typed cell in words."""
    if column.kind == "yes":
        return _("Có") if cell else _("Không")
    words: Mapping[Any, Any] = dict(column.options)
    if column.kind == "ways":
        return "\n".join(str(words.get(one, one)) for one in cell.splitlines())
    if column.name in _MONEY and cell.isdecimal() and int(cell) >= 1000:
        return dotted(int(cell))
    return str(words.get(cell, cell)) if cell else ""
