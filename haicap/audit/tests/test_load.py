"""Entries loaded in bulk are those `record` would have written, and owe nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from haicap.audit import actions, load
from haicap.audit import public as audit
from haicap.audit.models import Entry
from haicap.kernel import clock
from haicap.kernel.actor import Actor, ActorKind, Duty, system

AT = datetime(2026, 11, 20, 9, 0, tzinfo=clock.VIETNAM)
MINH = Actor(kind=ActorKind.STAFF, person=7, post=3, agency=5, duty=Duty.RECEIVE, request_id="r1")


@dataclass(frozen=True)
class Rang:
    """A fact of the tests."""

    bell: int
    where: str = "tháp"
    hands: tuple[str, ...] = ()
    day: date | None = None


Rang.__module__ = "haicap.audit.events"
FACTS = [
    Rang(1, where="tower"),
    Rang(2),
    Rang(3, where="Hoa\u0300"),
    Rang(4, hands=("a", "b"), day=date(2026, 11, 20)),
]


def test_facts_are_written_the_same_canonical_way() -> None:
    for fact in FACTS:
        assert load._canonical(fact) == actions.canonical(actions.facts_of(fact))
    with pytest.raises(TypeError):
        load._canonical(Rang(0.5))  # type: ignore[arg-type]


@pytest.mark.django_db
def test_loaded_entries_are_as_recorded_ones_without_a_reaction() -> None:
    actors = [MINH, replace(MINH, duty=None, on_behalf_of=9, delegation=4), system("load"), MINH]
    with transaction.atomic():
        for fact, by in zip(FACTS, actors, strict=True):
            audit.record(fact, subject="audit.Bell:1", by=by, at=AT)
        load.load_entries(
            [
                load.PastEntry(fact, "audit.Bell:2", by, AT)
                for fact, by in zip(FACTS, actors, strict=True)
            ]
        )
    assert told("audit.Bell:1") == told("audit.Bell:2")
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs")
        assert cursor.fetchone() == (0,)


def told(subject: str) -> list[dict[str, Any]]:
    """The entries about something, without what names it."""
    rows: list[Any] = list(Entry.objects.filter(subject=subject).order_by("id").values())
    return [{key: row[key] for key in row if key not in {"id", "subject"}} for row in rows]


@pytest.mark.django_db(transaction=True)
def test_entries_are_loaded_in_a_transaction_only() -> None:
    with pytest.raises(RuntimeError):
        load.load_entries([load.PastEntry(Rang(1), "audit.Bell:1", MINH, AT)])
