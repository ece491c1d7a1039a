"""Who may change territories and agencies: those with a duty over the whole city."""

from __future__ import annotations

from django.utils.translation import gettext as _

from haicap.kernel.actor import Actor, ActorKind, Duty, Grant
from haicap.kernel.errors import NotAllowed

KEEP = "keep"  # open, rename, move, end
PLACE = "place"  # say which branch serves which commune

_DUTIES: dict[str, tuple[Duty, ...]] = {
    KEEP: (Duty.CATALOGUE, Duty.ACCOUNTS),
    PLACE: (Duty.CATALOGUE, Duty.COORDINATE, Duty.ACCOUNTS),
}


def grant_to(by: Actor, move: str) -> Grant | None:
    """The duty by which `by` may do it: held over the whole city, for all procedures."""
    for duty in _DUTIES[move]:
        for grant in by.grants:
            if grant.duty is duty and grant.agencies is None and grant.procedures is None:
                return grant
    return None


def may(by: Actor, move: str) -> bool:
    """Whether `by` may do it. The platform itself may: it loads the city."""
    return by.kind is ActorKind.SYSTEM or grant_to(by, move) is not None


def require(by: Actor, move: str) -> Actor:
    """`by` with the duty used written down. NotAllowed otherwise."""
    if by.kind is ActorKind.SYSTEM:
        return by
    grant = grant_to(by, move)
    if grant is None:
        raise NotAllowed(
            _("Chỉ người giữ nhiệm vụ danh mục hoặc tài khoản của thành phố mới sửa được đơn vị.")
        )
    return by.acting(grant)
