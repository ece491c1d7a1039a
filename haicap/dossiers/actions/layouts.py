"""The office's own layouts of the forms of law: put from a day on, withdrawn."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.dossiers import typed
from haicap.dossiers.events import LayoutPut, LayoutWithdrawn
from haicap.dossiers.models import SlipLayout
from haicap.dossiers.slips import layouts
from haicap.dossiers.slips.kinds import Form
from haicap.kernel.actor import Actor, ActorKind, Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing, NotAllowed

LONGEST_BASIS: Final = 300


class NotController(NotAllowed):
    """Layouts of the forms are the procedure controllers' of the whole city."""


def require_controller(by: Actor) -> Actor:
    """`by` with the duty used; NotController."""
    if by.kind is ActorKind.SYSTEM:
        return by
    for grant in by.grants:
        if grant.duty is Duty.CATALOGUE and grant.agencies is None:
            return by.acting(grant)
    raise NotController(_("Mẫu giấy do cán bộ kiểm soát thủ tục của thành phố đặt."))


@transaction.atomic
def put_layout(
    *,
    form: str,
    source: str,
    basis: str,
    valid_from: date,
    valid_to: date | None = None,
    by: Actor,
    at: datetime,
) -> SlipLayout:
    """From `valid_from` on (before `valid_to`) the form is printed by this source.

    Papers issued before keep their bytes. Invalid by field: an unknown form, a source that does not
    compile, no basis, a day in the past or one that has a layout already.
    """
    acting = require_controller(by)
    kind = _form(form)
    reason = typed.text(basis, field="basis", required=True, limit=LONGEST_BASIS)
    if valid_from < day_of(at):
        raise Invalid({"valid_from": _("Mẫu mới dùng từ hôm nay trở đi, không lùi ngày.")})
    if valid_to is not None and valid_to <= valid_from:
        raise Invalid({"valid_to": _("Ngày hết dùng phải sau ngày bắt đầu.")})
    layouts.prove(kind, source=source, basis=reason)
    row = SlipLayout(
        form=str(kind),
        source=source,
        sha256=hashlib.sha256(source.encode()).hexdigest(),
        basis=reason,
        valid_from=valid_from,
        valid_to=valid_to,
        put_at=at,
        put_by=acting.person,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as e:
        raise Invalid(
            {"valid_from": _("Mẫu này đã có bản đặt từ ngày ấy. Xin bỏ bản đó trước.")}
        ) from e
    fact = LayoutPut(form=row.form, valid_from=valid_from.isoformat(), sha256=row.sha256)
    audit.record(fact, subject=f"dossiers.SlipLayout:{row.pk}", by=acting, at=at)
    return row


@transaction.atomic
def withdraw_layout(*, layout_id: int, by: Actor, at: datetime) -> SlipLayout:
    """The layout holds no more from now on; again it is the one before. Missing when there is none
    in use.
    """
    acting = require_controller(by)
    row = (
        SlipLayout.objects.select_for_update(of=("self",))
        .filter(pk=layout_id, withdrawn_at__isnull=True)
        .first()
    )
    if row is None:
        raise Missing(_("Không có mẫu giấy này, hoặc đã bỏ."))
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    fact = LayoutWithdrawn(form=row.form, valid_from=row.valid_from.isoformat())
    audit.record(fact, subject=f"dossiers.SlipLayout:{row.pk}", by=acting, at=at)
    return row


def _form(form: str) -> Form:
    try:
        return Form(form)
    except ValueError:
        raise Invalid({"form": _("Chọn một trong các mẫu 01 đến 07.")}) from None
