"""The journal of what is loaded: many entries at once, with no reaction owed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from haicap.audit.actions import canonical, facts_of, kind_of
from haicap.kernel.actor import Actor
from haicap.kernel.copying import copy_rows, fresh_ids

TABLE: Final = "audit_entry"
_PLAIN: Final = frozenset({int, str, bool, type(None)})
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_COLUMNS: Final = (
    "id", "kind", "subject", "facts", "happened_at", "recorded_at", "actor_kind", "person", "post",
    "agency", "duty", "on_behalf_of", "delegation", "source", "request_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PastEntry:
    """Something that happened, as `record` takes it."""

    fact: object
    subject: str
    by: Actor
    at: datetime


def load_entries(entries: Sequence[PastEntry]) -> None:
    """Write entries by COPY as `record` would have at their times, in the caller's transaction.

    Give them in the order in which they happened: their ids rise. The months they lie in must be
    made before (`make_months`), else they stay in the partition of the rest.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Entries are loaded inside a transaction.")
    with connection.cursor() as cursor:
        ids = fresh_ids(cursor, table=TABLE, count=len(entries))
        rows = (_row(id, entry) for id, entry in zip(ids, entries, strict=True))
        copy_rows(cursor, table=TABLE, columns=_COLUMNS, rows=rows)


_names: dict[type, tuple[str, ...]] = {}


def _canonical(fact: object) -> str:
    """audit.actions.canonical; facts of nothing but numbers and ASCII take the short way."""
    names = _names.get(type(fact))
    if names is None:
        names = _names[type(fact)] = tuple(sorted(facts_of(fact)))
    facts = {name: getattr(fact, name) for name in names}
    if _PLAIN.issuperset(map(type, facts.values())):
        text = _ENCODER.encode(facts)
        if text.isascii():
            return text
    return canonical(facts_of(fact))


def _row(id: int, entry: PastEntry) -> tuple[Any, ...]:
    by = entry.by
    return (
        id, kind_of(entry.fact), entry.subject, _canonical(entry.fact), entry.at, entry.at,
        by.kind.value, by.person, by.post, by.agency, by.duty.value if by.duty else "",
        by.on_behalf_of, by.delegation, by.source, by.request_id,
    )  # fmt: skip
