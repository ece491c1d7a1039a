"""Who may change what people are told, and who looks after what did not get out."""

from __future__ import annotations

from django.utils.translation import gettext as _

from haicap.kernel.actor import Actor, ActorKind, Duty
from haicap.kernel.errors import NotAllowed


def require_controller(by: Actor) -> Actor:
    """`by` with the duty used written down: the words are the whole city's."""
    return _require(by, Duty.CATALOGUE, _("Chỉ người kiểm soát thủ tục được sửa mẫu tin báo."))


def require_operator(by: Actor) -> Actor:
    """`by` with the duty used written down."""
    return _require(by, Duty.OPERATE, _("Chỉ người vận hành kỹ thuật được gửi lại tin."))


def _require(by: Actor, duty: Duty, sentence: str) -> Actor:
    if by.kind is ActorKind.SYSTEM:
        return by
    grant = by.grant_for(duty)
    if grant is None or grant.agencies is not None:
        raise NotAllowed(sentence)
    return by.acting(grant)
