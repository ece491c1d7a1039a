"""Any number of demo dossiers around today, loaded by COPY, row for row as the verbs leave them.

Lives are planned one by one (lives.py: who does what and when), told in the order of time
(taking_in.py, working.py: one function for each verb, whose rows it makes), and written in turns.
A test replays such plans through the verbs and compares every row.
"""

from __future__ import annotations

import gc
import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.dossiers.events import DossiersLoaded
from haicap.dossiers.load import lives, pace
from haicap.dossiers.load.acts import Act, Life
from haicap.dossiers.load.case import Case
from haicap.dossiers.load.ledger import TABLES, Ledger
from haicap.dossiers.load.people import People, Resident
from haicap.dossiers.load.quota import DAYS, Quota, Share
from haicap.dossiers.load.samples import Samples
from haicap.dossiers.load.town import Town
from haicap.dossiers.load.working import TOLD
from haicap.kernel.actor import Actor
from haicap.kernel.clock import VIETNAM, day_of
from haicap.kernel.errors import NotAllowed
from haicap.registers.load import PastBooks

Progress = Callable[[int, int], None]  # how many are written, of how many

# No dossier of the demo is older; the people on it must have been loaded as of then.
OPENED: Final = datetime(2025, 7, 1, 7, 30, tzinfo=VIETNAM)
SUBJECT: Final = "dossiers.Dossier:0"
_LOCK: Final = 7_265_603  # one load at a time
_WRITTEN: Final = (
    *(model._meta.db_table for model in TABLES), "audit_entry", "files_use", "deadlines_clock",
    "deadlines_pause", "deadlines_duechange", "registers_book", "registers_number",
    "registers_counter", "payments_demand", "payments_movement",
)  # fmt: skip


class OnlyInDemo(NotAllowed):
    """Fictitious dossiers have no place among real ones."""


@dataclass(frozen=True, slots=True)
class LoadedDossiers:
    """How many a load added, and how many demo dossiers there are now."""

    added: int
    total: int


def load_dossiers(
    *,
    count: int,
    people: Sequence[int],
    citizens: Sequence[int] = (),
    by: Actor,
    at: datetime,
    progress: Progress | None = None,
) -> LoadedDossiers:
    """Load dossiers up to `count` in all, those there already counted; all of them, or none.

    `people` are the fictitious parties they are about, `citizens` those of them who can sign in.
    Their last month is the one before `at`; what does not fit into it lies in the months before.
    """
    if not settings.DEMO:
        raise OnlyInDemo("Chỉ bản trình diễn mới có hồ sơ hư cấu.")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
            cursor.execute("set constraints all immediate")  # checked by the batch, not at the end
            cursor.execute("set local idle_in_transaction_session_timeout = 0")
        first = loaded_before()
        if count <= first:
            return LoadedDossiers(0, first)
        town = Town(people=People.read(people), named=_named(citizens, at=at), at=at)
        quota = quota_of(town)
        oldest = month_of(town, quota.months_of(first, count)[0])
        since = oldest.begin - lives.EARLIER
        audit.make_months(day=day_of(since), months=months_until(at, since=since))
        coming = planned(town, quota, first, count)
        told = tell(coming, town, total=count - first, progress=progress)
        audit.record(DossiersLoaded(first=first, count=told), subject=SUBJECT, by=by, at=at)
        with connection.cursor() as cursor:
            cursor.execute(f"analyze {', '.join(_WRITTEN)}")  # the planner knows nothing of them
    return LoadedDossiers(told, first + told)


def loaded_before() -> int:
    """How many demo dossiers were loaded so far."""
    return sum(
        entry.facts["count"]
        for entry in audit.history_of(SUBJECT)
        if entry.kind == "dossiers.DossiersLoaded"
    )


def _named(citizens: Sequence[int], *, at: datetime) -> list[Resident]:
    """Those who can sign in, with the level of their account."""
    return [
        replace(one, level=accounts.citizen_actor(party_id=one.party_id, at=at).identity_level)
        for one in (People.read(citizens).everybody if citizens else ())
    ]


def quota_of(town: Town) -> Quota:
    """How many dossiers each commune has in how many months."""
    months = max(1, (town.at - lives.EARLIER - OPENED) // timedelta(days=DAYS))
    return Quota({code: one.population for code, one in town.communes.items()}, months)


def month_of(town: Town, back: int) -> pace.Month:
    """The thirty days that end so many times thirty days ago."""
    end = town.at - timedelta(days=DAYS * back)
    return pace.Month(end - timedelta(days=DAYS), end, town.hours)


def months_until(at: datetime, *, since: datetime = OPENED) -> int:
    """How many months of the journal there are to make for what is loaded."""
    first, last = day_of(since), day_of(at)
    return (last.year - first.year) * 12 + last.month - first.month + 1


def planned(town: Town, quota: Quota, first: int, last: int) -> Iterator[Life]:
    """The lives of the dossiers with first <= number < last, by when they are submitted."""
    for back in quota.months_of(first, last):
        month = month_of(town, back)
        begins = sorted(
            ((lives.submitted_at(town, share, month), share)
             for share in quota.shares(first, last, month=back)),
            key=lambda row: (row[0], row[1].number),
        )  # fmt: skip
        for _at, share in begins:
            yield lives.live(town, share, month)


def tell(
    planned: Iterable[Life],
    town: Town,
    *,
    total: int,
    progress: Progress | None = None,
) -> int:
    """Tell lives, all of them together in the order of time, and write their rows. How many."""
    ledger = Ledger(PastBooks.taken())
    samples = Samples(town)
    with _patient_collector():
        for case, act, last in in_time(planned, town, ledger, samples):
            TOLD[act.move](case, act)
            if last and case.close() and progress is not None:
                progress(ledger.written, total)
        ledger.write()
    if progress is not None:
        progress(ledger.written, total)
    return ledger.written


@contextmanager
def _patient_collector() -> Iterator[None]:
    """What goes round in circles here dies young; looking at all the rest again and again would
    cost a sixth of the time.
    """
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 50, 100_000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def in_time(
    planned: Iterable[Life], town: Town, ledger: Ledger, samples: Samples
) -> Iterator[tuple[Case, Act, bool]]:
    """Every act of every life in the order of time, with its dossier and whether it is the last.

    Lives come by when they are submitted; each begins at most lives.EARLIER before.
    """
    waiting: list[tuple[datetime, int, Case, list[Act]]] = []
    coming = iter(planned)
    life = next(coming, None)
    while waiting or life is not None:
        if life is not None and (not waiting or _submitted(life) - lives.EARLIER <= waiting[0][0]):
            case = Case(life.number, life.procedure, town=town, ledger=ledger, samples=samples)
            acts = list(reversed(life.acts))  # taken from the end, and then forgotten
            heapq.heappush(waiting, (acts[-1].at, life.number, case, acts))
            life = next(coming, None)
            continue
        _at, number, case, acts = heapq.heappop(waiting)
        act = acts.pop()
        yield case, act, not acts
        if acts:
            heapq.heappush(waiting, (acts[-1].at, number, case, acts))


def _submitted(life: Life) -> datetime:
    return next(act.at for act in life.acts if act.filing is not None)


__all__ = [
    "OPENED",
    "LoadedDossiers",
    "OnlyInDemo",
    "Progress",
    "Share",
    "load_dossiers",
    "loaded_before",
    "months_until",
]
