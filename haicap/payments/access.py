"""Who may do what with money: the counter takes it and notes a waiver, the office of finance
(kế toán, thủ quỹ) pays back, places what nobody could place, counts and closes the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from haicap.kernel.actor import Actor, ActorKind, Duty
from haicap.kernel.errors import NotAllowed

_COUNTER: Final = (Duty.RECEIVE, Duty.FINANCE)
_OFFICE: Final = (Duty.FINANCE,)
ACTS: Final[Mapping[str, tuple[Duty, ...]]] = {
    "pay": _COUNTER,
    "waive": _COUNTER,
    "refund": _OFFICE,
    "attribute": _OFFICE,
    "import": _OFFICE,
    "count": _OFFICE,
    "close": _OFFICE,
    "account": _OFFICE,
}


class NotYourMoney(NotAllowed):
    """The act is not this person's."""


def require(by: Actor, act: str, *, agency: int | None = None) -> Actor:
    """`by` with the duty the act is done with. NotYourMoney; the platform itself may."""
    if by.kind in (ActorKind.SYSTEM, ActorKind.CONNECTOR):
        return by
    for duty in ACTS[act]:
        grant = by.grant_for(duty, agency=agency)
        if by.kind is ActorKind.STAFF and grant is not None:
            return by.acting(grant)
    raise NotYourMoney(_("Việc này cần nhiệm vụ thu và đối soát phí, lệ phí của cơ quan thu."))


def whole(by: Actor, act: str) -> Actor:
    """As `require`, for what concerns the whole city's money: an account, a statement, a day."""
    acting = require(by, act)
    if by.is_staff and by.agencies_for(*ACTS[act]) is not None:
        raise NotYourMoney(_("Việc này cần nhiệm vụ thu và đối soát phí, lệ phí toàn thành phố."))
    return acting


def within(by: Actor, column: str = "agency_id") -> Q:
    """The rows of agencies whose money `by` looks after, as a filter."""
    if by.kind is ActorKind.SYSTEM:
        return Q()
    agencies = by.agencies_for(Duty.FINANCE)
    return Q() if agencies is None else Q(**{f"{column}__in": agencies})
