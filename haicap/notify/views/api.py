"""Messages through the API: one's own inbox, and for operators what did not get out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from haicap.kernel.actor import Actor
from haicap.kernel.answers import json_bytes
from haicap.kernel.errors import Missing
from haicap.notify import access, actions, gateways, queries

router = Router(tags=["messages"])
PAGE: Final = 50


class InboxMessage(Schema):
    """A message in the caller's inbox, in the language it was written in."""

    id: int
    template: str = Field(description="The occasion, e.g. accepted, supplement, result_ready.")
    language: str
    title: str
    body: str
    ref: str = Field(description="What it is about, dossiers.Dossier:42.")
    created_at: datetime
    read_at: datetime | None


class Inbox(Schema):
    """Newest first; `next` is the `before` of the following page."""

    items: list[InboxMessage]
    next: str | None
    unread: int


class StuckMessage(Schema):
    """A message that did not get out: no text, no name, no address."""

    id: int
    channel: str
    template: str
    ref: str
    state: str = Field(description="unsure, failed or given_up.")
    attempts: int
    error: str
    created_at: datetime
    due_at: datetime | None


class WayOut(Schema):
    """A channel and its messages of the last thirty days by state."""

    channel: str
    name: str
    there: bool
    closed_until: datetime | None
    failures: int
    mood: str
    counts: dict[str, int]


class Outbox(Schema):
    """How the channels fare, and what waits for somebody."""

    ways: list[WayOut]
    items: list[StuckMessage]
    next: str | None


class SentAgain(Schema):
    """Whether the message goes out once more."""

    sent: bool


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _at(request: HttpRequest) -> datetime:
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


def _json(value: Any) -> HttpResponse:
    return HttpResponse(json_bytes(value), content_type="application/json")


def _reader(actor: Actor) -> dict[str, int]:
    person = actor.person or 0
    return {"staff_id": person} if actor.is_staff else {"party_id": person}


def _before(before: str | None) -> int | None:
    digits = (before or "").isascii() and (before or "").isdigit() and len(before or "") < 19
    return int(before) if digits and before else None


def _next(rows: list[Any]) -> str | None:
    return str(rows[-1].id) if len(rows) == PAGE else None


@router.get("/messages", response={200: Inbox}, summary="The caller's own inbox")
def inbox(request: HttpRequest, before: str | None = None) -> HttpResponse:
    """What the caller was told on the portal, newest first."""
    who = _reader(_actor(request))
    found = queries.inbox_of(**who, limit=PAGE, before=_before(before))
    return _json({"items": found, "next": _next(found), "unread": queries.unread_count(**who)})


@router.get("/messages/outbox", response={200: Outbox}, summary="What did not get out, and why")
def outbox(
    request: HttpRequest, channel: str = "", state: str = "", before: str | None = None
) -> HttpResponse:
    """For operators: no text, no name, no address."""
    access.require_operator(_actor(request))
    found = queries.undelivered(
        limit=PAGE, channel=channel[:20].replace("\x00", ""), state=state, before=_before(before)
    )
    ways = queries.ways(open_channels=gateways.open_channels(), at=_at(request))
    return _json({"ways": ways, "items": found, "next": _next(found)})


@router.post(
    "/messages/{message_id}/again", response={200: SentAgain}, summary="Send a message once more"
)
def send_again(request: HttpRequest, message_id: int) -> HttpResponse:
    """For operators. What may have been taken is asked about first where somebody can be asked."""
    by = access.require_operator(_actor(request))
    if not 0 < message_id < 2**63:
        raise Missing("Không có tin này.")
    return _json({"sent": actions.try_again(message_id=message_id, by=by, at=_at(request))})
