"""The journal: written once with the verb, never changed, owing its reactions in the same
transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from haicap.audit import actions
from haicap.audit import public as audit
from haicap.audit.actions import carry_out
from haicap.audit.models import DoneMark, Entry
from haicap.kernel import clock
from haicap.kernel.actor import Actor, ActorKind, Duty

AT = datetime(2026, 11, 20, 9, 0, tzinfo=clock.VIETNAM)
MINH = Actor(kind=ActorKind.STAFF, person=7, post=3, agency=5, duty=Duty.RECEIVE, request_id="r1")


@dataclass(frozen=True)
class Rang:
    """A fact of the tests."""

    bell: int


Rang.__module__ = "haicap.audit.events"
heard: list[int] = []
missed: list[int] = []


def hear(event: audit.Event) -> None:
    heard.append(event.facts["bell"])


def stumble(event: audit.Event) -> None:
    missed.append(event.entry_id)
    raise RuntimeError("the effect failed")


hear.__module__ = stumble.__module__ = "haicap.audit.actions"


@pytest.fixture(autouse=True)
def _wired(monkeypatch: pytest.MonkeyPatch) -> None:
    heard.clear()
    missed.clear()
    monkeypatch.setattr(actions, "_wired", {})
    monkeypatch.setattr(actions, "_by_name", {})


def ring(bell: int) -> int:
    with transaction.atomic():
        return audit.record(Rang(bell), subject=f"audit.Bell:{bell}", by=MINH, at=AT)


@pytest.mark.django_db
def test_what_happened_is_read_back_with_actor_and_time() -> None:
    ring(1)
    (line,) = audit.history_of("audit.Bell:1")
    assert (line.kind, line.facts, line.happened_at) == ("audit.Rang", {"bell": 1}, AT)
    assert (line.person, line.post, line.agency, line.duty) == (7, 3, 5, "receive")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["update audit_entry set kind = 'x'", "delete from audit_entry"]
)
def test_nothing_edits_or_deletes_the_journal(statement: str) -> None:
    ring(1)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Entry.objects.filter(kind="audit.Rang").count() == 1


@pytest.mark.django_db
def test_facts_hold_no_floats() -> None:
    with pytest.raises(TypeError):
        actions.canonical({"share": 0.5})
    assert actions.canonical({"b": 1, "a": "Hoa\u0300"}) == '{"a":"Hoà","b":1}'


@pytest.mark.django_db(transaction=True)
def test_outside_a_verb_nothing_is_recorded() -> None:
    with pytest.raises(RuntimeError):
        audit.record(Rang(1), subject="audit.Bell:1", by=MINH, at=AT)


@pytest.mark.django_db
def test_a_reaction_runs_once_however_often_it_is_called() -> None:
    audit.react(Rang, hear)
    entry = ring(4)
    assert audit.deliver_due(at=AT) == 1
    assert carry_out(entry_id=entry, reaction="audit.hear", at=AT) is False
    assert heard == [4]


@pytest.mark.django_db
def test_a_failed_reaction_leaves_no_mark_and_may_run_again() -> None:
    audit.react(Rang, stumble)
    entry = ring(5)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            carry_out(entry_id=entry, reaction="audit.stumble", at=AT)
    assert missed == [entry, entry]
    assert not DoneMark.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_verb_owes_nothing() -> None:
    audit.react(Rang, hear)
    with transaction.atomic():
        audit.record(Rang(6), subject="audit.Bell:6", by=MINH, at=AT)
        transaction.set_rollback(True)
    assert audit.deliver_due(at=AT) == 0
    assert audit.history_of("audit.Bell:6") == []


@pytest.mark.django_db
def test_a_batch_is_one_insert_and_one_job(django_assert_num_queries: Any) -> None:
    audit.react(Rang, hear)
    with transaction.atomic(), django_assert_num_queries(2):
        ids = audit.record_many([(Rang(n), f"audit.Bell:{n}") for n in range(50)], by=MINH, at=AT)
    assert ids == sorted(ids)
    assert audit.deliver_due(at=AT) == 50
    assert heard == list(range(50))


@pytest.mark.django_db
def test_months_get_their_own_partition_and_older_rows_stay_readable() -> None:
    audit.make_months(day=(AT + timedelta(days=400)).date(), months=2)
    with connection.cursor() as cursor:
        cursor.execute(
            "select to_regclass('audit_entry_202712'), to_regclass('audit_reading_202801')"
        )
        assert all(cursor.fetchone())
    with transaction.atomic():
        audit.record(Rang(9), subject="audit.Bell:9", by=MINH, at=AT - timedelta(days=9000))
    assert len(audit.history_of("audit.Bell:9")) == 1


@pytest.mark.django_db
def test_a_citizen_sees_who_read_their_data() -> None:
    audit.write_reading(
        page="/ban/x/",
        purpose="thụ lý",
        subjects=["dossiers.Dossier:1"],
        parties=[11, 12],
        by=MINH,
        at=AT,
    )
    (seen,) = audit.reads_of(12)
    assert (seen.person, seen.purpose, seen.subjects) == (7, "thụ lý", ["dossiers.Dossier:1"])
    assert audit.reads_of(13) == []
