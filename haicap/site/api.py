"""The API of /api/v1: the modules' routers in one document, errors as problem+json (RFC 9457).

The screens and the API call the same verbs. Hot lists answer plain dicts through msgspec.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.renderers import BaseRenderer

from haicap.accounts.views.api_auth import BearerAuth
from haicap.catalogue.views.api import router as catalogue_router
from haicap.deadlines.views.api import router as deadlines_router
from haicap.dossiers.views.api import router as dossiers_router
from haicap.dossiers.views.api_repinning import router as repinning_router
from haicap.dossiers.views.api_service import router as service_router
from haicap.dossiers.views.api_slips import router as slips_router
from haicap.dossiers.views.schemas import BY_MOVE
from haicap.files.views.api import router as files_router
from haicap.kernel.answers import json_bytes
from haicap.kernel.errors import Refusal
from haicap.notify.views.api import router as notify_router
from haicap.payments.views.api import router as payments_router
from haicap.site import refusals
from haicap.site.openapi import WholeAPI
from haicap.units.views.api import router as units_router


class FastJson(BaseRenderer):
    """Plain values to JSON through msgspec; ninja's own way through pydantic costs double."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return json_bytes(data)


api = WholeAPI(
    title="HaiCap",
    version="1",
    description=(
        "Dossiers (hồ sơ), procedures, units and deadlines of a two-tier city. "
        "Sign in with `Authorization: Bearer <token>`; a token has its person's rights, no more. "
        "Errors are application/problem+json with a Vietnamese `detail`; 422 lists `errors` by "
        "field; "
        "409 names the `legal` moves. Lists answer `items` and `next` (a cursor, null at the end). "
        "Every moment is ISO 8601 with +07:00, every day YYYY-MM-DD; a moment sent without a zone "
        "is Vietnamese time. Units, agencies, procedures, the counting of time limits and the "
        "look-up of a dossier need no token. `?lang=en` tells sentences in English."
    ),
    docs_url=None,
    openapi_url="/openapi.json",
    renderer=FastJson(),
    auth=BearerAuth(),
    urls_namespace="api",
)
for _router in (
    units_router,
    deadlines_router,
    catalogue_router,
    files_router,
    dossiers_router,
    slips_router,
    service_router,
    repinning_router,
    notify_router,
    payments_router,
):
    api.add_router("", _router)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return refusals.answer(request, refusal)


@api.exception_handler(OperationalError)
def _busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
    if not refusals.passing(error):
        raise error
    return refusals.answer(request, refusals.Busy())


@api.exception_handler(Http404)
def _missing(request: HttpRequest, missing: Http404) -> HttpResponse:
    return refusals.problem(404, _("Không có địa chỉ hoặc dữ liệu này."))


@api.exception_handler(AuthenticationError)
def _unknown_caller(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = refusals.problem(401, _("Cần mã truy cập hợp lệ (Authorization: Bearer …)."))
    response["WWW-Authenticate"] = 'Bearer realm="haicap"'
    return response


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return refusals.problem(
        error.status_code, _("Chưa đọc được yêu cầu: nội dung không đúng dạng.")
    )


# By pydantic's name of the fault.
_SENTENCES: Final[Mapping[str, Promise]] = {
    "missing": gettext_lazy("Cần có thông tin này."),
    "string_too_long": gettext_lazy("Dài quá giới hạn cho phép."),
    "string_too_short": gettext_lazy("Cần có thông tin này."),
    "extra_forbidden": gettext_lazy("Không có mục này."),
    "json_invalid": gettext_lazy("Nội dung gửi lên không phải JSON đúng dạng."),
    "union_tag_not_found": gettext_lazy("Cần có thông tin này."),
    "union_tag_invalid": gettext_lazy("Không có việc này."),
}
_OTHERWISE: Final = gettext_lazy("Giá trị không đúng dạng.")


def _field(item: Mapping[str, Any]) -> str:
    """The name as it was sent, below the body: where it stood, not how it was read."""
    parts = [part for part in item.get("loc", ())[1:] if part != "payload"]
    if item.get("type", "").startswith("union_tag"):
        return "move"
    if parts and parts[0] in BY_MOVE:
        parts = parts[1:]
    return ".".join(str(part) for part in parts)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {
            "field": _field(item),
            "detail": str(_SENTENCES.get(item.get("type", ""), _OTHERWISE)),
        }
        for item in error.errors
    ]
    return refusals.problem(422, _("Một số mục chưa đúng."), errors=errors)
