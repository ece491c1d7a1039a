"""Whose accounts an administrator looks after: those of the agencies the duty ACCOUNTS reaches."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from haicap.accounts.models import Delegation, Post, Reach, Staff
from haicap.kernel.actor import Actor, ActorKind, Duty
from haicap.kernel.errors import Missing, NotAllowed

# Given by the city's administrators only: they reach everything, or change what everybody works by.
CITY_DUTIES = (Duty.CATALOGUE, Duty.OPERATE)


class NotYours(NotAllowed):
    """The act is beyond what this administrator may do."""


def reached(by: Actor) -> frozenset[int] | None:
    """The agencies whose accounts `by` looks after; None means all. NotYours without the duty.

    The platform itself looks after all: it makes the first account of an installation.
    """
    if by.kind is ActorKind.SYSTEM:
        return None
    if not by.holds(Duty.ACCOUNTS):
        raise NotYours(_("Việc này cần nhiệm vụ “Quản trị tài khoản của đơn vị”."))
    return by.agencies_for(Duty.ACCOUNTS)


def acting(by: Actor) -> Actor:
    """`by`, with the duty written down for the journal."""
    grant = by.grant_for(Duty.ACCOUNTS)
    return by if grant is None else by.acting(grant)


def within(by: Actor, column: str = "agency_id") -> Q:
    """The rows of agencies `by` looks after, as a filter."""
    agencies = reached(by)
    return Q() if agencies is None else Q(**{f"{column}__in": agencies})


def require_agency(by: Actor, agency_id: int) -> None:
    """NotYours unless `by` looks after this agency."""
    agencies = reached(by)
    if agencies is not None and agency_id not in agencies:
        raise NotYours(_("Cơ quan này không thuộc phạm vi quản trị của ông/bà."))


def staff_of(by: Actor, staff_id: int) -> Staff:
    """An account of the own unit, locked for change. Missing for any other."""
    found = Staff.objects.select_for_update(of=("self",)).filter(within(by), pk=staff_id).first()
    if found is None:
        raise Missing(_("Không có tài khoản này trong đơn vị của ông/bà."))
    return found


def post_of(by: Actor, post_id: int) -> Post:
    """A post of the own unit, locked for change. Missing for any other."""
    found = Post.objects.select_for_update(of=("self",)).filter(within(by), pk=post_id).first()
    if found is None:
        raise Missing(_("Không có vị trí này trong đơn vị của ông/bà."))
    return found


def delegation_of(by: Actor, delegation_id: int) -> Delegation:
    """A delegation from a post of the own unit, locked for change. Missing for any other."""
    found = (
        Delegation.objects.select_for_update(of=("self",))
        .filter(within(by, "from_post__agency_id"), pk=delegation_id)
        .first()
    )
    if found is None:
        raise Missing(_("Không có ủy quyền này trong đơn vị của ông/bà."))
    return found


def refuse_oneself(by: Actor, staff_id: int | None) -> None:
    """Nobody gives rights to, or takes them from, the own account: that is another
    administrator's act."""
    if staff_id is not None and staff_id == by.person:
        raise NotYours(
            _("Không tự thay đổi quyền của chính mình: cần một quản trị khác thực hiện.")
        )


def require_giving(by: Actor, *, duty: Duty, reach: str) -> None:
    """NotYours when the duty, or how far it reaches, is not this administrator's to give."""
    agencies = reached(by)
    if agencies is None:
        return
    if duty in CITY_DUTIES or reach == Reach.ALL:
        raise NotYours(_("Nhiệm vụ hoặc phạm vi này do quản trị của thành phố giao."))


def own_id(by: Actor) -> int:
    """The id of the person who acts. NotYours for nobody and for machines."""
    if by.person is None or not (by.is_staff or by.is_citizen):
        raise NotYours(_("Việc này cần đăng nhập."))
    return by.person
