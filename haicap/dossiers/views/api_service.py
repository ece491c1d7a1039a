"""Ratings and orders to the post through the API: the same verbs as the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from haicap.audit import public as audit
from haicap.dossiers import queries
from haicap.dossiers.actions import posting, rating
from haicap.dossiers.models import Dossier, PostOrder, Rating
from haicap.dossiers.queries import service
from haicap.dossiers.views import schemas as s
from haicap.kernel.actor import Actor
from haicap.kernel.answers import json_bytes
from haicap.kernel.errors import Missing
from haicap.notify import public as notify

router = Router(tags=["dossiers"])
_PROBLEMS: Final = {401: s.Problem, 403: s.Problem, 404: s.Problem, 409: s.Problem, 422: s.Problem}


class RatingIn(Schema):
    """How the applicant was served: 3 very satisfied, 2 satisfied, 1 not satisfied."""

    overall: int = Field(description="3, 2 or 1.")
    answers: dict[str, int] = Field(
        default_factory=dict, description="Any of attitude, guidance, time: 3, 2 or 1."
    )
    comment: str = Field(default="", max_length=2000)


class RatingOut(Schema):
    """A rating as kept."""

    overall: int
    answers: dict[str, int]
    comment: str
    at: datetime


class ParcelIn(Schema):
    """An order to the public post. name to province are the citizen's side."""

    kind: str = Field(description="return: bring the result home; collect: fetch papers there.")
    name: str
    tel: str
    address: str
    district: str = ""
    province: str = ""
    contents: str = ""


class PostStep(Schema):
    """One thing the post told."""

    status: int
    status_words: str
    at: datetime
    note: str


class PostOrderOut(Schema):
    """An order. status: 0 not used, 1 registered, 2 collecting, 3 delivered, 4 cancelled."""

    id: int
    number: str
    kind: str
    kind_words: str
    status: int
    status_words: str
    tracking: str
    open: bool
    made_at: datetime
    ended_at: datetime | None
    taken_by: str
    cancel_asked: bool
    error: str
    steps: list[PostStep]


class Delivery(Schema):
    """A message on one channel: waiting, held, sending, unsure, sent, delivered, failed, given_up.

    Sent is not delivered.
    """

    id: int
    channel: str
    template: str
    title: str
    state: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None


class Deliveries(Schema):
    """What people were told of a dossier, oldest first."""

    items: list[Delivery]
    next: str | None


class PostOrders(Schema):
    """The orders of a dossier, newest first."""

    items: list[PostOrderOut]
    next: str | None


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _at(request: HttpRequest) -> datetime:
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


def _found(request: HttpRequest, code: str, purpose: str) -> Dossier:
    dossier = queries.find(code=code, by=_actor(request))
    audit.saw(request, purpose=purpose, subjects=[dossier.ref], parties=queries.parties_of(dossier))
    return dossier


def _json(value: Any, *, status: int = 200) -> HttpResponse:
    return HttpResponse(json_bytes(value), content_type="application/json", status=status)


def _told(found: Rating) -> dict[str, Any]:
    return {
        "overall": found.overall,
        "answers": found.answers,
        "comment": found.comment,
        "at": found.at,
    }


@router.get(
    "/dossiers/{code}/rating",
    response={200: RatingOut, **_PROBLEMS},
    summary="How the applicant was served",
)
def get_rating(request: HttpRequest, code: str) -> HttpResponse:
    """404 while there is none."""
    found = service.rating_of(_found(request, code, "rating"))
    if found is None:
        raise Missing("Hồ sơ này chưa được đánh giá.")
    return _json(_told(found))


@router.post(
    "/dossiers/{code}/rating",
    response={201: RatingOut, **_PROBLEMS},
    summary="Rate how one was served",
)
def rate(request: HttpRequest, code: str, payload: RatingIn) -> HttpResponse:
    """By the applicant, once, after the result was returned; never a condition for it."""
    dossier = queries.find(code=code, by=_actor(request))
    made = rating.rate(
        dossier_id=dossier.pk,
        overall=payload.overall,
        answers=payload.answers,
        comment=payload.comment,
        by=_actor(request),
        at=_at(request),
    )
    return _json(_told(made), status=201)


@router.get(
    "/dossiers/{code}/messages",
    response={200: Deliveries, **_PROBLEMS},
    summary="What people were told of a dossier, and what became of it",
)
def deliveries(request: HttpRequest, code: str) -> HttpResponse:
    """A citizen sees their own messages, staff those of everybody on the dossier."""
    dossier, by = _found(request, code, "messages"), _actor(request)
    party_id = by.person if by.is_citizen else None
    return _json({"items": notify.deliveries_of(dossier.ref, party_id=party_id), "next": None})


@router.get(
    "/dossiers/{code}/post-orders",
    response={200: PostOrders, **_PROBLEMS},
    summary="What the public post carries for a dossier",
)
def post_orders(request: HttpRequest, code: str) -> HttpResponse:
    """Newest first, each with what the post told by its own clock."""
    dossier = _found(request, code, "post")
    return _json({"items": _orders(request, dossier), "next": None})


def _orders(request: HttpRequest, dossier: Dossier) -> list[dict[str, Any]]:
    orders = service.orders_of(dossier)
    hidden = {} if _actor(request).is_staff else {"error": ""}  # what is wrong is the offices'
    return [{**order, **hidden} for order in orders]


@router.post(
    "/dossiers/{code}/post-orders",
    response={201: PostOrderOut, **_PROBLEMS},
    summary="Have the public post bring a result or fetch papers",
)
def order_post(request: HttpRequest, code: str, payload: ParcelIn) -> HttpResponse:
    """By the counter that received the dossier. The post is called afterwards; see `status`."""
    dossier = queries.find(code=code, by=_actor(request))
    order = posting.order_post(
        dossier_id=dossier.pk, **payload.dict(), by=_actor(request), at=_at(request)
    )
    return _json(service.told_order(order), status=201)


@router.post(
    "/dossiers/{code}/post-orders/{order_id}/cancel",
    response={200: PostOrderOut, **_PROBLEMS},
    summary="Call an order to the post off",
)
def cancel_order(request: HttpRequest, code: str, order_id: int) -> HttpResponse:
    """The post has the last word: until it confirms, the order stands."""
    dossier = queries.find(code=code, by=_actor(request))
    if not PostOrder.objects.filter(dossier=dossier, pk=order_id).exists():
        raise Missing("Không tìm thấy yêu cầu bưu điện này.")
    order = posting.call_off_post(order_id=order_id, by=_actor(request), at=_at(request))
    return _json(service.told_order(order))
