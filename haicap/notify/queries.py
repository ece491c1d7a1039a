"""Reading messages back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from haicap.notify.models import Channel, Message, MessageState


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message in somebody's inbox, in the language it was written in."""

    id: int
    template: str
    language: str
    title: str
    body: str
    ref: str
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that did not get out, for the operators: no text, no name."""

    id: int
    channel: str
    template: str
    ref: str
    state: str
    attempts: int
    error: str
    created_at: datetime


def inbox_of(party_id: int, *, limit: int = 50, before: int | None = None) -> list[MessageView]:
    """What the person was told, newest first; `before` is the id of the last one seen."""
    rows = Message.objects.filter(party_id=party_id, channel=Channel.INBOX)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [
        MessageView(*row)
        for row in rows.order_by("-created_at", "-id").values_list(
            "id", "template", "language", "title", "body", "ref", "created_at", "read_at"
        )[:limit]
    ]


def unread_count(party_id: int) -> int:
    """How many the person has not opened."""
    return Message.objects.filter(
        party_id=party_id, channel=Channel.INBOX, read_at__isnull=True
    ).count()


def undelivered(*, limit: int = 100) -> list[Undelivered]:
    """What was given up, newest first."""
    rows = (
        Message.objects.filter(state=MessageState.FAILED)
        .order_by("-created_at", "-id")
        .values_list(
            "id", "channel", "template", "ref", "state", "attempts", "error", "created_at"
        )[:limit]
    )
    return [Undelivered(*row) for row in rows]
