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
_PDF: Final = {
    "responses": {
        200: {
            "description": "application/pdf",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class ForStaff(NotAllowed):
    """The paper is of the offices, not of the people on the dossier."""


class SlipOut(Schema):
    """A form of law that was issued for the dossier."""

    form: str = Field(description="01 to 06, by TT 03/2025/TT-VPCP.")
    form_name: str
    number: str = Field(description="As printed, 7/HDHS; empty where the form has none.")
    name: str = Field(description="Its name in the address: receipt, request-7.")
    made_at: datetime
    file_id: str | None = Field(description="The file it was issued as; null for a moment after.")
    size: int | None
    sha256: str | None
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
            "name": slip.name,
            "made_at": slip.made_at,
            "file_id": str(slip.kept.id) if slip.kept else None,
            "size": slip.kept.size if slip.kept else None,
            "sha256": slip.kept.sha256 if slip.kept else None,
            "href": f"/api/v1/dossiers/{code}/slips/{slip.name}.pdf",
        }
        for slip in paperwork.slips_of(dossier, by=_by(request))
    ]
    body = json_bytes({"items": items, "next": None})
    return HttpResponse(body, content_type="application/json")


@router.get(
    "/dossiers/{code}/slips/{slip}.pdf",
    response=_PROBLEMS,
    summary="One form of a dossier, as PDF",
    openapi_extra=_PDF,
)
def one_slip(request: HttpRequest, code: str, slip: str) -> HttpResponseBase:
    """`slip`: its name in the list, receipt or request-7. The same bytes each time."""
    dossier = _found(request, code, "slip")
    return paperwork.slip_response(dossier, slip, by=_by(request))


@router.get(
    "/dossiers/{code}/control-slip.pdf",
    response=_PROBLEMS,
    summary="Form 06, the control slip as the journal stands now, as PDF",
    openapi_extra=_PDF,
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
