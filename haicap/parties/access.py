"""Who may change what is known of somebody: they themselves, and staff who serve them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from haicap.kernel.actor import Actor, ActorKind, Duty
from haicap.kernel.errors import NotAllowed

PROVED = 2  # the identity level from which a number was held against the person
_SERVING = (Duty.RECEIVE, Duty.HANDLE)


def is_oneself(by: Actor, party_id: int) -> bool:
    """Whether the citizen acting is this party."""
    return by.is_citizen and by.person == party_id


def is_vouched(by: Actor) -> bool:
    """Whether the identity provider has just said who this citizen is, on the way in."""
    return by.is_citizen and by.person is None and by.identity_level >= PROVED


def only_claims(by: Actor) -> bool:
    """Whether the citizen on the way in gave the provider a number that nobody looked at."""
    return by.is_citizen and by.person is None and by.identity_level < PROVED


def trusts(by: Actor, party_id: int) -> bool:
    """Whether what `by` says may complete what is known; a stranger's word does not."""
    return (
        by.kind in (ActorKind.STAFF, ActorKind.SYSTEM, ActorKind.CONNECTOR)
        or is_oneself(by, party_id)
        or is_vouched(by)
    )


def require_contact(by: Actor, party_id: int) -> Actor:
    """`by` with the duty used written down. NotAllowed for strangers."""
    if by.kind is ActorKind.SYSTEM or is_oneself(by, party_id):
        return by
    for duty in _SERVING:
        grant = by.grant_for(duty) if by.is_staff else None
        if grant is not None:
            return by.acting(grant)
    raise NotAllowed(_("Chỉ chính người đó hoặc cán bộ tiếp nhận mới sửa được thông tin liên hệ."))
