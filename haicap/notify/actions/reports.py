"""What a channel tells of a message: signed, once, in any order, before or after its own answer."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from haicap.kernel.errors import Invalid, NotAllowed
from haicap.notify.models import Channel, Message, MessageState, Report

SKEW: Final = timedelta(minutes=10)
MOST: Final = 500
# "Delivered" is the last word: a text on a phone's screen cannot become undelivered.
_OPEN_TO_FAILURE: Final = (MessageState.SENT,)
_OPEN_TO_DELIVERY: Final = (
    MessageState.WAITING, MessageState.HELD, MessageState.SENDING, MessageState.UNSURE,
    MessageState.SENT, MessageState.FAILED, MessageState.GIVEN_UP,
)  # fmt: skip


class BadReport(NotAllowed):
    """The telling is not signed by the provider, or its time is long past."""

    status = 401


def signature(*, channel: str, moment: str, body: bytes) -> str:
    """HMAC-SHA256 over channel, moment (seconds) and body, as a provider makes it."""
    secret = settings.REPORT_SECRETS.get(channel, "")
    if not secret:
        return ""
    text = f"{channel}.{moment}.".encode() + body
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def hear(*, channel: str, moment: str, given: str, body: bytes, at: datetime) -> dict[str, int]:
    """Take a provider's telling: {"reports": [{"event", "id", "key"?, "state", "at", "reason"?}]}.

    `state` is delivered | failed; `at` the provider's time, ISO 8601. BadReport, Invalid. Answers
    how many were new; the same telling again changes nothing.
    """
    right = signature(channel=channel, moment=moment, body=body)
    if not right or not hmac.compare_digest(right.encode(), given.encode()):
        raise BadReport(_("Chữ ký của báo cáo không đúng."))
    if not moment.isdigit() or abs(int(moment[:12]) - at.timestamp()) > SKEW.total_seconds():
        raise BadReport(_("Báo cáo đã quá cũ hoặc lệch giờ."))
    told = [_read(row) for row in _rows(body)]
    return {"taken": sum(_take(channel, row, at=at) for row in told), "given": len(told)}


def _rows(body: bytes) -> list[Any]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as e:
        raise Invalid({"reports": _("Báo cáo không phải JSON.")}) from e
    rows = given.get("reports") if isinstance(given, dict) else None
    if not isinstance(rows, list) or len(rows) > MOST:
        raise Invalid({"reports": _("Cần một danh sách báo cáo, mỗi lần tối đa 500.")})
    return rows


def _read(row: Any) -> Mapping[str, Any]:
    wrong = Invalid({"reports": _("Một báo cáo thiếu mã, trạng thái hoặc thời điểm.")})
    if not isinstance(row, dict):
        raise wrong
    texts = {name: row.get(name) or "" for name in ("event", "id", "key", "state", "at", "reason")}
    if not all(isinstance(text, str) and "\x00" not in text for text in texts.values()):
        raise wrong
    if not texts["event"] or not texts["id"] or texts["state"] not in {"delivered", "failed"}:
        raise wrong
    try:
        moment = datetime.fromisoformat(texts["at"])
    except ValueError as e:
        raise wrong from e
    if moment.tzinfo is None:
        raise wrong
    return {**{name: text[:200] for name, text in texts.items()}, "at": moment}


@transaction.atomic
def _take(channel: str, row: Mapping[str, Any], *, at: datetime) -> int:
    """1 when it was new."""
    known = Q(outside_id=row["id"])
    if row["key"]:
        known |= Q(key=row["key"])
    message = (
        Message.objects.select_for_update().filter(known, channel=channel).order_by("id").first()
    )
    delivered = row["state"] == "delivered"
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into notify_report (channel, event, outside_id, delivered, reason, happened_at,"
            " received_at, message_id) values (%s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict (channel, event) do nothing",
            [
                channel, row["event"], row["id"], delivered, row["reason"], row["at"], at,
                message.pk if message else None,
            ],
        )  # fmt: skip
        if not cursor.rowcount:
            return 0
    if message is not None:
        _apply(message.pk, row["id"], delivered, reason=row["reason"], happened_at=row["at"])
    return 1


def apply_parked(*, message_id: int, channel: str, outside_id: str) -> None:
    """What was told of a message before we knew under which name it goes."""
    parked = Report.objects.filter(channel=channel, outside_id=outside_id, message=None)
    for report in parked.order_by("happened_at", "id"):
        _apply(
            message_id, outside_id, report.delivered, reason=report.reason,
            happened_at=report.happened_at,
        )  # fmt: skip
    parked.update(message_id=message_id)


def _apply(
    message_id: int, outside_id: str, delivered: bool, *, reason: str, happened_at: datetime
) -> None:
    rows = Message.objects.filter(pk=message_id)
    if delivered:
        rows.filter(sent_at=None).update(sent_at=happened_at)
        rows.filter(state__in=_OPEN_TO_DELIVERY).update(
            state=MessageState.DELIVERED, delivered_at=happened_at, outside_id=outside_id,
            error="", unsure=False, due_at=None,
        )  # fmt: skip
    else:
        rows.filter(state__in=_OPEN_TO_FAILURE).update(
            state=MessageState.FAILED, error=f"nhà mạng báo không tới máy. {reason}".strip()[:500]
        )


def known_channel(name: str) -> bool:
    """Whether providers of this channel may tell us anything."""
    return name in {Channel.SMS, Channel.ZALO, Channel.EMAIL}
