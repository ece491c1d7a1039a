"""Writing the journal, owing reactions in the same transaction, and carrying them out."""

from __future__ import annotations

import dataclasses
import importlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django import app as jobs

from haicap.audit.models import DoneMark, Entry
from haicap.kernel.actor import Actor

JOB = "audit.react"


@dataclass(frozen=True, slots=True)
class Event:
    """What a reaction is given: the fact and everything the journal knows of it."""

    entry_id: int
    kind: str
    subject: str
    facts: Mapping[str, Any]
    happened_at: datetime
    actor_kind: str
    person: int | None
    agency: int | None
    source: str


Reaction = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class _Wired:
    name: str
    run: Reaction
    outside: bool
    queue: str


_wired: dict[str, list[_Wired]] = {}
_by_name: dict[str, _Wired] = {}


def kind_of(fact: object) -> str:
    """ "dossiers.DossierAccepted" for a fact of haicap.dossiers.events."""
    cls = fact if isinstance(fact, type) else type(fact)
    return f"{cls.__module__.split('.')[1]}.{cls.__name__}"


def react(fact: type, *reactions: Reaction, outside: bool = False, queue: str = "soon") -> None:
    """Declare what follows from a fact. Called from site/wiring.py only.

    An inside reaction runs in one transaction with its done-mark; an outside one runs with no
    transaction open, one
    at a time per subject, and must be safe to repeat. `queue` is the lane: people | soon | night.
    """
    for reaction in reactions:
        name = f"{reaction.__module__.split('.')[1]}.{reaction.__name__}"
        wired = _Wired(name=name, run=reaction, outside=outside, queue=queue)
        if _by_name.setdefault(name, wired).run is not reaction:
            raise ValueError(f"two reactions are named {name}")
        if wired not in _wired.setdefault(kind_of(fact), []):
            _wired[kind_of(fact)].append(wired)


def wired_kinds() -> frozenset[str]:
    """The kinds of facts somebody reacts to (for the architecture test)."""
    return frozenset(_wired)


def canonical(facts: Mapping[str, Any]) -> str:
    """Canonical JSON: sorted keys, NFC, no floats, no spaces; so that entries can be chained by
    hashes later.
    """
    text = json.dumps(
        _plain(facts), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    return unicodedata.normalize("NFC", text)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        raise TypeError("A fact holds no floats: use whole numbers or text.")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value


def facts_of(fact: object) -> dict[str, Any]:
    """The fields of a fact (a frozen dataclass of ids, numbers, codes)."""
    if not dataclasses.is_dataclass(fact) or isinstance(fact, type):
        raise TypeError("A fact is a frozen dataclass instance.")
    return {field.name: getattr(fact, field.name) for field in dataclasses.fields(fact)}


def record(
    fact: object,
    *,
    subject: str,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
    cause: int | None = None,
) -> int:
    """Write one thing that happened, and the reactions it owes, in the caller's transaction.
    Returns the entry id.
    """
    return record_many([(fact, subject)], by=by, at=at, recorded_at=recorded_at, cause=cause)[0]


_INSERT = """
insert into audit_entry (kind, subject, facts, happened_at, recorded_at, actor_kind, person, post,
agency, duty,
    on_behalf_of, delegation, source, request_id, cause)
select f.kind, f.subject, f.facts::jsonb, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s
from unnest(%s::text[], %s::text[], %s::text[]) with ordinality as f(kind, subject, facts, n)
order by f.n returning id
"""


def record_many(
    facts: Sequence[tuple[object, str]],
    *,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
    cause: int | None = None,
) -> list[int]:
    """Write many (fact, subject) as one insert; of each kind one reaction is owed for the whole
    batch.
    """
    if not facts:
        return []
    if not connection.in_atomic_block:
        raise RuntimeError("A fact is recorded inside the verb's transaction.")
    kinds = [kind_of(fact) for fact, _ in facts]
    who = (
        by.kind, by.person, by.post, by.agency, by.duty or "", by.on_behalf_of, by.delegation,
        by.source, by.request_id, cause,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                at,
                recorded_at or at,
                *who,
                kinds,
                [subject for _, subject in facts],
                [canonical(facts_of(fact)) for fact, _ in facts],
            ],
        )
        ids = [int(row[0]) for row in cursor.fetchall()]
    owed: dict[str, list[int]] = {}
    for kind, entry_id in zip(kinds, ids, strict=True):
        owed.setdefault(kind, []).append(entry_id)
    for kind, entries in owed.items():
        for wired in _wired.get(kind, []):
            jobs.configure_task(
                JOB,
                queue=wired.queue,
                lock=f"{wired.name}:{facts[0][1]}" if wired.outside else None,
            ).defer(entries=list[Any](entries), reaction=wired.name)
    return ids


def carry_out(*, entry_id: int, reaction: str, at: datetime) -> bool:
    """Run one owed reaction. Returns whether it had an effect now (false: it was done before)."""
    wired = _by_name.get(reaction)
    if wired is None:
        raise LookupError(
            f"No reaction is named {reaction}; was it renamed with its queue not empty?"
        )
    entry = Entry.objects.get(pk=entry_id)
    event = Event(
        entry_id=entry.pk,
        kind=entry.kind,
        subject=entry.subject,
        facts=entry.facts,
        happened_at=entry.happened_at,
        actor_kind=entry.actor_kind,
        person=entry.person,
        agency=entry.agency,
        source=entry.source,
    )
    if not wired.outside:
        with transaction.atomic():
            if not _mark(entry_id, reaction, at):
                return False
            wired.run(event)
            return True
    if DoneMark.objects.filter(entry_id=entry_id, reaction=reaction).exists():
        return False
    wired.run(event)
    return _mark(entry_id, reaction, at)


def _mark(entry_id: int, reaction: str, at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit_donemark (entry_id, reaction, done_at) values (%s, %s, %s)"
            " on conflict (entry_id, reaction) do nothing",
            [entry_id, reaction, at],
        )
        return bool(cursor.rowcount)


def deliver_due(*, at: datetime) -> int:
    """Carry out all owed reactions in this process, in order; for tests and for the command line.
    Returns how many.
    """
    done = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "select id, args from procrastinate_jobs where status = 'todo' and task_name = %s"
                " order by id limit 1",
                [JOB],
            )
            row = cursor.fetchone()
        if row is None:
            return done
        args = json.loads(row[1]) if isinstance(row[1], str) else row[1]
        for entry_id in args["entries"]:
            done += carry_out(entry_id=entry_id, reaction=args["reaction"], at=at)
        with connection.cursor() as cursor:
            cursor.execute("delete from procrastinate_jobs where id = %s", [row[0]])


def make_months(*, day: date, months: int = 3) -> None:
    """Make the partitions from the month of `day` on; nightly, and before a load of past rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select audit_make_month((date_trunc('month', %s::timestamp)"
            " + make_interval(months => n))::date) from generate_series(0, %s) n",
            [day, months - 1],
        )


def write_reading(
    *,
    page: str,
    purpose: str,
    subjects: Iterable[str],
    parties: Iterable[int],
    by: Actor,
    at: datetime,
) -> None:
    """One row of the reading log: who saw which dossiers and whose data, for what (Luật
    91/2025/QH15).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit_reading (read_at, actor_kind, person, post, agency, purpose, page,"
            " subjects, parties, source, request_id)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                at, by.kind, by.person, by.post, by.agency, purpose, page,
                json.dumps(sorted(set(subjects))), json.dumps(sorted(set(parties))),
                by.source, by.request_id,
            ],
        )  # fmt: skip


def load_class(kind: str) -> type:
    """The class of a fact, from its kind in the journal."""
    module, name = kind.split(".")
    found = getattr(importlib.import_module(f"haicap.{module}.events"), name)
    if not isinstance(found, type):
        raise LookupError(kind)
    return found
