"""The forms of law of a dossier through the API: what was issued, and the control slip of now."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from haicap.audit import public as audit
from haicap.dossiers import paperwork, queries
from haicap.dossiers.models import Dossier
from haicap.dossiers.views import schemas as s
from haicap.kernel.actor import Actor
from haicap.kernel.answers import json_bytes
from haicap.kernel.errors import NotAllowed

router = Router(tags=["dossiers"])
_PROBLEMS: Final = {401: s.Problem, 403: s.Problem, 404: s.Problem, 409: s.Problem}


class ForStaff(NotAllowed):
    """The paper is of the offices, not of the people on the dossier."""


class SlipOut(Schema):
    """A form of law that was issued for the dossier."""

    form: str = Field(description="01 to 06, by TT 03/2025/TT-VPCP.")
    form_name: str
    number: str = Field(description="As printed, 7/HDHS; empty where the form has none.")
    file_id: str
    name: str
    size: int
    sha256: str
    created_at: datetime
    href: str = Field(description="Where its bytes are, as issued.")


class Slips(Schema):
    """The forms of a dossier."""

    items: list[SlipOut]
    next: str | None


@router.get(
    "/dossiers/{code}/slips",
    response={200: Slips, **_PROBLEMS},
    summary="Forms 01 to 06 issued for a dossier",
)
def slips(request: HttpRequest, code: str) -> HttpResponse:
    """Oldest first. A citizen reads what is theirs: 01 to 05. The bytes never change."""
    dossier = _found(request, code, "slips")
    items: list[dict[str, Any]] = [
        {
            "form": slip.form,
            "form_name": slip.form_name,
            "number": slip.number,
            "file_id": str(slip.file_id),
            "name": slip.name,
            "size": slip.size,
            "sha256": slip.sha256,
            "created_at": slip.created_at,
            "href": f"/api/v1/dossiers/{code}/files/{slip.file_id}",
        }
        for slip in paperwork.slips_of(dossier, by=_by(request))
    ]
    body = json_bytes({"items": items, "next": None})
    return HttpResponse(body, content_type="application/json")


@router.get(
    "/dossiers/{code}/control-slip.pdf",
    response=_PROBLEMS,
    summary="Form 06, the control slip as the journal stands now, as PDF",
    openapi_extra={
        "responses": {
            200: {
                "description": "application/pdf",
                "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def control_slip(request: HttpRequest, code: str) -> HttpResponseBase:
    """For staff. 409 before reception: nothing was handed over yet."""
    dossier = _found(request, code, "control_slip")
    if not _by(request).is_staff:
        raise ForStaff(_("Phiếu kiểm soát chỉ dành cho cán bộ giải quyết hồ sơ."))
    at: datetime = request.at  # type: ignore[attr-defined]
    return paperwork.control_response(dossier, at=at)


def _by(request: HttpRequest) -> Actor:
    by: Actor = request.actor  # type: ignore[attr-defined]
    return by


def _found(request: HttpRequest, code: str, purpose: str) -> Dossier:
    dossier = queries.find(code=code, by=_by(request))
    audit.saw(request, purpose=purpose, subjects=[dossier.ref], parties=queries.parties_of(dossier))
    return dossier
