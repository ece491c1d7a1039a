"""Who may publish a calendar. Clocks are guarded by the verbs of the things they belong to."""

from __future__ import annotations

from django.utils.translation import gettext as _

from haicap.kernel.actor import Actor, ActorKind, Duty
from haicap.kernel.errors import NotAllowed


class NotYourCalendar(NotAllowed):
    """The calendar of the whole city is published by those who keep the procedures."""


def require_publishing(by: Actor) -> Actor:
    """`by` with the duty used: catalogue for all agencies, or the platform itself."""
    if by.kind is ActorKind.SYSTEM:
        return by
    grant = next((g for g in by.grants if g.duty is Duty.CATALOGUE and g.agencies is None), None)
    if grant is None:
        raise NotYourCalendar(
            _("Chỉ người kiểm soát thủ tục hành chính của Thành phố được ban hành lịch làm việc.")
        )
    return by.acting(grant)
