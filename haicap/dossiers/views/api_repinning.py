"""Running dossiers moved to another version of their procedure, through the API.

For the duty of controlling procedures: codes, places and states, no persons.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from haicap.dossiers.actions.repinning import repin, undo_repin
from haicap.dossiers.models import Repinning
from haicap.dossiers.queries.repinning import fits, running, target_of
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.answers import json_bytes
from haicap.kernel.errors import NotAllowed

router = Router(tags=["procedures"])
LARGEST_ID = 2**63 - 1
Number = Annotated[int, Field(ge=1, le=1_000_000, description="Number of the version.")]


class FitOut(Schema):
    """A running dossier under another version."""

    code: str
    state: str
    number: int = Field(description="The version it follows now.")
    reason: str = Field(description="Why it stays; empty when it would go.")


class RepinPreview(Schema):
    """What a move would do."""

    going: int
    items: list[FitOut]
    next: str | None = Field(description="Always null: at most 2,000 are moved at once.")


class Repin(Schema):
    """Which dossiers go where, and why."""

    to: Number
    reason: str = Field(max_length=2000, description="From 5 to 1,000 letters.")
    codes: list[str] | None = Field(
        None, max_length=2000, description="Codes of the dossiers; all that fit when left out."
    )


class RepinningOut(Schema):
    """A move that was made."""

    id: int
    to: int
    moved: int
    reason: str
    at: datetime
    undone_at: datetime | None


def _by(request: HttpRequest, code: str) -> Actor:
    by: Actor = request.actor  # type: ignore[attr-defined]
    if by.grant_for(Duty.CATALOGUE, procedure=code) is None:
        raise NotAllowed(_("Chỉ người kiểm soát thủ tục hành chính chuyển hồ sơ sang bản khác."))
    return by


def _at(request: HttpRequest) -> datetime:
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


def _json(data: Any) -> HttpResponse:
    return HttpResponse(json_bytes(data), content_type="application/json")


def _told(batch: Repinning, *, moved: int) -> dict[str, Any]:
    return {
        "id": batch.pk,
        "to": batch.target.number,
        "moved": moved,
        "reason": batch.reason,
        "at": batch.at,
        "undone_at": batch.undone_at,
    }


@router.get(
    "/procedures/{code}/repinnings/preview",
    response=RepinPreview,
    summary="Running dossiers that would follow a version, and those that stay",
)
def preview_repinning(
    request: HttpRequest, code: str, to: Annotated[int, Query(ge=1, le=1_000_000)]
) -> HttpResponse:
    """Nothing is changed."""
    _by(request, code)
    target = target_of(code, to)
    dossiers = running(target)
    found = fits(dossiers, {dossier.pk: target.pk for dossier in dossiers})
    items = [
        {"code": one.code, "state": one.state, "number": one.number, "reason": one.reason}
        for one in found
    ]
    return _json({"going": sum(not one.reason for one in found), "items": items, "next": None})


@router.post(
    "/procedures/{code}/repinnings",
    response=RepinningOut,
    summary="Move running dossiers to a version",
)
def repin_dossiers(request: HttpRequest, code: str, payload: Repin) -> HttpResponse:
    """Due times, fees and forms stay. 409 when none can go."""
    by = _by(request, code)
    batch = repin(
        code=code,
        number=payload.to,
        reason=payload.reason,
        codes=payload.codes,
        by=by,
        at=_at(request),
    )
    return _json(_told(batch, moved=len(batch.moved)))


@router.post(
    "/procedures/{code}/repinnings/{batch_id}/undo",
    response=RepinningOut,
    summary="Move them back, as far as they are not decided",
)
def undo_repinning(request: HttpRequest, code: str, batch_id: int) -> HttpResponse:
    """`moved` is how many went back. 409 when it was undone before, or all have gone on."""
    by = _by(request, code)
    count = undo_repin(code=code, batch_id=min(batch_id, LARGEST_ID), by=by, at=_at(request))
    batch = Repinning.objects.select_related("target").get(pk=batch_id)
    return _json(_told(batch, moved=count))
