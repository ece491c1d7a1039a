"""Who may change the catalogue: the duty of control (kiểm soát thủ tục)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from haicap.kernel.actor import Actor, ActorKind, Duty
from haicap.kernel.errors import NotAllowed


def require_controller(by: Actor, *, code: str | None = None) -> Actor:
    """`by` with the duty used written down; NotAllowed without it. The platform itself may load."""
    if by.kind is ActorKind.SYSTEM:
        return by
    grant = by.grant_for(Duty.CATALOGUE, procedure=code)
    if grant is None:
        raise NotAllowed(_("Chỉ người kiểm soát thủ tục hành chính được sửa danh mục thủ tục."))
    return by.acting(grant)
