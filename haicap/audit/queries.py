"""Reading the journal back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from haicap.audit.models import Entry


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a thing's history."""

    id: int
    kind: str
    facts: Mapping[str, Any]
    happened_at: datetime
    recorded_at: datetime
    actor_kind: str
    person: int | None
    post: int | None
    agency: int | None
    duty: str
    on_behalf_of: int | None
    source: str
    delegation: int | None = None  # under which the duty was lent


_COLUMNS: Final = (
    "id", "kind", "facts", "happened_at", "recorded_at", "actor_kind", "person", "post", "agency",
    "duty", "on_behalf_of", "source", "delegation",
)  # fmt: skip


def history_of(subject: str, *, limit: int = 500) -> list[Happening]:
    """What happened to `subject`, oldest first."""
    rows = Entry.objects.filter(subject=subject).order_by("id").values_list(*_COLUMNS)[:limit]
    return [Happening(*row) for row in rows]


def histories_of(
    subjects: Collection[str], *, kinds: Collection[str]
) -> dict[str, list[Happening]]:
    """What happened to each of many things, of these kinds alone, oldest first: one statement."""
    found: dict[str, list[Happening]] = {subject: [] for subject in subjects}
    rows = Entry.objects.filter(subject__in=found, kind__in=list(kinds)).order_by("id")
    for subject, *row in rows.values_list("subject", *_COLUMNS):
        found[subject].append(Happening(*row))
    return found


@dataclass(frozen=True, slots=True)
class ReadBy:
    """One reading of a person's data by staff."""

    read_at: datetime
    person: int | None
    post: int | None
    agency: int | None
    purpose: str
    subjects: list[str]


def reads_of(party: int, *, limit: int = 100) -> list[ReadBy]:
    """Who of the staff read this party's data, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select read_at, person, post, agency, purpose, subjects from audit_reading"
            " where parties @> %s::jsonb and actor_kind = 'staff' order by read_at desc limit %s",
            [f"[{int(party)}]", limit],
        )
        rows = cursor.fetchall()
    return [
        ReadBy(at, person, post, agency, purpose, _list(subjects))
        for at, person, post, agency, purpose, subjects in rows
    ]


def _list(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part.strip(' "') for part in value.strip("[]").split(",") if part.strip()]
    return list(value)
