"""The frame of every move: lock, right, legality, change, journal; what the loser is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.dossiers import access
from haicap.dossiers.access import Desks, NotYours
from haicap.dossiers.events import Moved
from haicap.dossiers.flow import FINAL, FLOW, MOVE_WORDS, State, national_of
from haicap.dossiers.models import Dossier, Opinion, Task
from haicap.kernel import clock
from haicap.kernel.actor import Actor
from haicap.kernel.errors import Refusal
from haicap.kernel.flow import MoveRefused
from haicap.units import public as units


class Conflict(Refusal):
    """Somebody was quicker, or the move is not legal any more. Says who, when, what is legal.

    `winner` is empty when nobody was quicker; `at` is when the last move happened. `unpaid`, in
    đồng, where it is the fee that stands in the way.
    """

    status = 409

    def __init__(
        self,
        sentence: str,
        *,
        winner: str,
        at: datetime | None,
        state: str,
        version: int,
        legal: tuple[str, ...],
    ) -> None:
        self.winner, self.at, self.state, self.version = winner, at, state, version
        self.unpaid: int | None = None
        self.legal = legal
        super().__init__(sentence)


@dataclass(slots=True)
class Moving:
    """One move under way: the locked dossier, who makes it with which duty, from where to where."""

    dossier: Dossier
    desks: Desks
    move: str
    by: Actor
    at: datetime
    recorded_at: datetime | None
    before: str
    after: str

    def receiving(self) -> int:
        """The counter of a submitted dossier."""
        if self.dossier.receiving_agency_id is None:
            raise LookupError("a submitted dossier has a receiving agency")
        return self.dossier.receiving_agency_id

    def competent(self) -> int:
        """Who decides a received dossier."""
        if self.dossier.competent_agency_id is None:
            raise LookupError("a received dossier has a competent agency")
        return self.dossier.competent_agency_id

    def lead(self) -> Task:
        """The open lead task, which every open dossier has."""
        if self.desks.lead is None:
            raise LookupError("an open dossier lies on a desk")
        return self.desks.lead

    def lead_to(self, state: str, *, previous: str = "") -> None:
        """This move leads to `state`, one of those the table names for it."""
        if not FLOW.leads_to(move=self.move, state=state, previous=previous):
            raise LookupError(f"{self.move} does not lead to {state}")
        self.after = state

    def said(self) -> dict[str, Any]:
        """The part of the fact that every move has in common."""
        dossier = self.dossier
        return {
            "move": self.move,
            "from_state": str(self.before),
            "to_state": str(self.after),
            "version": dossier.version + 1,
            "procedure": dossier.procedure.code,
            "national": national_of(self.after, dossier.ended_as),
            "commune": dossier.commune_id,
            "receiving": dossier.receiving_agency_id,
            "competent": dossier.competent_agency_id,
        }

    def record(self, fact: Moved) -> int:
        """Write the fact and owe its reactions."""
        return audit.record(
            fact,
            subject=self.dossier.ref,
            by=self.by,
            at=self.at,
            recorded_at=self.recorded_at,
        )

    def opinion(self, words: str) -> Opinion:
        """Keep what was written with this move."""
        return Opinion.objects.create(
            dossier=self.dossier,
            move=self.move,
            text=words,
            at=self.at,
            staff=self.by.person if self.by.is_staff else None,
        )

    def save(self, *fields: str) -> Dossier:
        """Store the new state, the next version and the changed fields."""
        dossier = self.dossier
        dossier.state = self.after
        dossier.version += 1
        changed = {"state", "version", *fields}
        if self.after in FINAL and dossier.closed_at is None:
            dossier.closed_at = self.at
            changed.add("closed_at")
        dossier.save(update_fields=sorted(changed))
        return dossier


def locked(dossier_id: int) -> Dossier:
    """The dossier, locked until the commit; NotYours when there is none."""
    dossier = (
        Dossier.objects.select_for_update(of=("self",))
        .select_related("procedure")
        .filter(pk=dossier_id)
        .first()
    )
    if dossier is None:
        raise NotYours(_("Không tìm thấy hồ sơ này."))
    return dossier


def begin(
    *,
    dossier_id: int,
    move: str,
    seen_version: int | None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Moving:
    """Lock the dossier and make sure that `by` may make `move` and that it is legal now.

    Raises NotYours, NotYourMove, or Conflict (also when the dossier is past `seen_version`).
    """
    dossier = locked(dossier_id)
    desks = access.desks_of(dossier)
    acting = access.require(by, move, dossier, desks=desks)
    if seen_version is not None and seen_version != dossier.version:
        raise conflict(dossier, desks=desks, by=by)
    try:
        after = FLOW.target(state=dossier.state, move=move, previous=dossier.state)
    except MoveRefused as refused:
        raise conflict(dossier, desks=desks, by=by) from refused
    return Moving(
        dossier=dossier,
        desks=desks,
        move=move,
        by=acting,
        at=at,
        recorded_at=recorded_at,
        before=dossier.state,
        after=after,
    )


def conflict(dossier: Dossier, *, by: Actor, desks: Desks | None = None, why: str = "") -> Conflict:
    """What to tell whoever came too late, or asked for what does not fit now (`why` says it)."""
    legal = access.legal_moves(by, dossier, desks=desks)
    winner, moved_at = ("", None) if why else _last_mover(dossier, by)
    state = State(dossier.state).label
    parts = []
    if why:
        parts.append(why)
    elif desks is not None and dossier.state == State.CONSULTING:
        names = units.agency_names(
            [task.agency_id for task in desks.asked], day=clock.day_of(desks.asked[0].created_at)
        )
        parts.append(
            _("Hồ sơ còn chờ ý kiến bắt buộc của %(units)s; im lặng không phải là đồng ý.")
            % {"units": ", ".join(names.values())}
        )
    elif winner and moved_at is not None:
        moment = clock.local(moved_at)
        parts.append(
            _("Hồ sơ đã sang bước “%(state)s”, do %(winner)s làm lúc %(hour)s ngày %(day)s.")
            % {
                "state": state,
                "winner": winner,
                "hour": f"{moment:%H:%M}",
                "day": f"{moment:%d/%m/%Y}",
            }
        )
    else:
        parts.append(_("Hồ sơ đang ở bước “%(state)s”.") % {"state": state})
    if legal:
        words = ", ".join(str(MOVE_WORDS[move]) for move in legal)
        parts.append(_("Việc ông/bà làm được bây giờ: %(moves)s.") % {"moves": words})
    else:
        parts.append(_("Hiện ông/bà không cần làm gì với hồ sơ này."))
    return Conflict(
        " ".join(parts),
        winner=winner,
        at=moved_at,
        state=dossier.state,
        version=dossier.version,
        legal=legal,
    )


def _last_mover(dossier: Dossier, by: Actor) -> tuple[str, datetime | None]:
    """Who made the last move, in words fit for the reader, and when."""
    moves = [entry for entry in audit.history_of(dossier.ref) if "to_state" in entry.facts]
    if not moves:
        return "", None
    last = moves[-1]
    if last.actor_kind == by.kind and last.person == by.person:
        return _("chính ông/bà"), last.happened_at
    if last.actor_kind == "staff" and last.person is not None:
        if by.is_staff:
            return accounts.staff_names([last.person]).get(last.person, ""), last.happened_at
        if last.agency is not None:
            names = units.agency_names([last.agency], day=clock.day_of(last.happened_at))
            return names.get(last.agency, ""), last.happened_at
    if last.actor_kind == "citizen":
        return _("người nộp hồ sơ"), last.happened_at
    return _("hệ thống"), last.happened_at
