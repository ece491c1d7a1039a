"""Asking the citizen to complete something (Mẫu 02): items, reason, reply day, number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from django.utils.translation import gettext as _

from haicap.dossiers import typed
from haicap.dossiers.actions import tasks
from haicap.dossiers.actions.moving import Moving
from haicap.dossiers.models import Request
from haicap.dossiers.slips.kinds import KINDS, Form
from haicap.kernel.clock import VIETNAM, day_of, local
from haicap.kernel.errors import Invalid
from haicap.registers import public as registers

MOST_ITEMS: Final = 30
REPLY_DAYS: Final = 10  # where the procedure names none
LONGEST_REPLY: Final = 365


def make_request(
    move: Moving,
    *,
    stage: str,
    items: Sequence[Mapping[str, Any]],
    reason: str,
    basis: str,
    reply_by: date | None,
    again: str = "",
) -> Request:
    """The request as a row; its number comes last. Invalid by field."""
    return Request.objects.create(
        dossier=move.dossier,
        stage=stage,
        items=_items(items),
        reason=typed.text(reason, field="reason", required=True),
        basis=typed.text(basis, field="basis"),
        reply_by=_reply_by(move, reply_by),
        asked_at=move.at,
        asked_by=move.by.person if move.by.is_staff else None,
        again=typed.text(again, field="again"),
    )


def _items(items: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    if not items:
        raise Invalid({"items": _("Cần ghi ít nhất một việc phải hoàn thiện.")})
    if len(items) > MOST_ITEMS:
        raise Invalid({"items": _("Ghi tối đa %(n)s việc một lần.") % {"n": MOST_ITEMS}})
    return [
        {
            "paper": typed.text(item.get("paper"), field=f"items.{n}.paper", limit=80),
            "fault": typed.text(item.get("fault"), field=f"items.{n}.fault"),
            "todo": typed.text(item.get("todo"), field=f"items.{n}.todo", required=True),
        }
        for n, item in enumerate(items)
    ]


def _reply_by(move: Moving, day: date | None) -> datetime:
    if day is None:
        rule = move.dossier.deadline_rule
        days = rule.supplement_reply_days if rule is not None else REPLY_DAYS
        return tasks.in_working_days(days, at=move.at)
    if not 0 < (day - day_of(move.at)).days <= LONGEST_REPLY:
        raise Invalid({"reply_by": _("Ngày hẹn phải sau hôm nay và trong vòng một năm.")})
    return datetime.combine(day, time(17), VIETNAM)


def number_request(request: Request, *, agency_id: int, at: datetime) -> None:
    """Give the request its number of the agency's book of guidance slips: last in a verb."""
    request.number = slip_number(ref=f"dossiers.Request:{request.pk}", agency_id=agency_id, at=at)
    request.save(update_fields=["number"])


def slip_number(*, form: Form = Form.REQUEST, ref: str, agency_id: int, at: datetime) -> str:
    """The next number of an agency's book of a form (02 requests, 03 refusals): 7/HDHS."""
    number = registers.next_number(
        agency_id=agency_id, kind=KINDS[form].book, ref=ref, day=day_of(at), at=at
    )
    return f"{number.value}/{KINDS[form].symbol}"


def day_text(request: Request) -> str:
    """The reply time, for a fact."""
    return local(request.reply_by).isoformat() if request.reply_by is not None else ""


def with_basis(reason: str, basis: str) -> str:
    """Reason and legal basis as one text; both are required."""
    return _("%(reason)s\nCăn cứ: %(basis)s") % {
        "reason": typed.text(reason, field="reason", required=True),
        "basis": typed.text(basis, field="basis", required=True),
    }
