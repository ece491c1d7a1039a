"""A refusal (kernel.errors) as an answer: a calm page, a toast for htmx, problem+json for API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

import psycopg
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from psycopg_pool import PoolTimeout

from haicap.kernel.actor import NOBODY
from haicap.kernel.answers import moment
from haicap.kernel.errors import Invalid, Refusal


class Busy(Refusal):
    """Somebody else holds the row, or all connections are taken: worth another try in a moment."""

    status = 503

    def __init__(self) -> None:
        self.retry_after = 5
        super().__init__(_("Hệ thống đang bận, xin thử lại sau ít giây. Chưa có gì được ghi lại."))


# lock_not_available, deadlock_detected, query_canceled, too_many_connections; admin_shutdown,
# crash_shutdown, cannot_connect_now; read_only_sql_transaction, as a standby is (annex A)
_PASSING = frozenset({"55P03", "40P01", "57014", "53300", "57P01", "57P02", "57P03", "25006"})
_CONNECTION = "08"  # class: connection exceptions


def passing(error: BaseException | None) -> bool:
    """Whether the database's refusal passes by itself: a lock held too long, no free connection,
    a server that is being started again.
    """
    cause = error.__cause__ if isinstance(error, OperationalError) else None
    if isinstance(cause, PoolTimeout):
        return True
    if not isinstance(cause, psycopg.OperationalError):
        return False
    state = cause.sqlstate or _CONNECTION  # what breaks off has no state of its own
    return state in _PASSING or state.startswith(_CONNECTION)


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The refusal told in the way the request was made, with its status."""
    if request.path.startswith("/api/"):
        return problem(refusal.status, str(refusal), **members(refusal))
    response = page(request, status=refusal.status, sentence=str(refusal))
    retry_after = getattr(refusal, "retry_after", None)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def page(request: HttpRequest, *, status: int, sentence: str) -> HttpResponse:
    """An error page with `sentence`; asked by htmx, a toast that leaves the page as it is."""
    if request.headers.get("HX-Request"):
        response = render(request, "site/errors/toast.html", {"sentence": sentence}, status=status)
        response["HX-Retarget"] = "#toasts"
        response["HX-Reswap"] = "beforeend"
        return response
    actor = getattr(request, "actor", NOBODY)
    return render(
        request,
        "site/errors/page.html",
        {
            "layout": "site/staff.html" if actor.is_staff else "site/citizen.html",
            "status": status,
            "title": _title(status),
            "sentence": sentence,
            "back": _back(request),
        },
        status=status,
    )


def problem(status: int, detail: str, **more: Any) -> HttpResponse:
    """An application/problem+json answer (RFC 9457)."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    told = json.dumps({**body, "detail": detail, **more}, ensure_ascii=False)
    response = HttpResponse(
        told.encode("utf-8", "replace"),  # a name that came with half a character is told back
        status=status,
        content_type="application/problem+json",
    )
    if "retry_after" in more:
        response["Retry-After"] = str(more["retry_after"])
    return response


def members(refusal: Refusal) -> dict[str, Any]:
    """What the refusal knows besides its sentence (legal moves, fields), as extension members."""
    known = {name: _plain(value) for name, value in vars(refusal).items() if name != "fields"}
    if isinstance(refusal, Invalid):
        known["errors"] = [
            {"field": field, "detail": str(sentence)} for field, sentence in refusal.fields.items()
        ]
    return known


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def _title(status: int) -> str:
    titles = {
        400: _("Chưa đọc được yêu cầu"),
        403: _("Ông/bà chưa có quyền làm việc này"),
        404: _("Không tìm thấy trang"),
        405: _("Trang này không nhận yêu cầu đó"),
        409: _("Việc này vừa thay đổi"),
        422: _("Thông tin chưa dùng được"),
        429: _("Xin chờ một lát"),
        500: _("Hệ thống gặp lỗi"),
        503: _("Hệ thống đang bận"),
    }
    return titles.get(status, titles[400])


def _back(request: HttpRequest) -> str:
    """Where the person came from, if that was one of our own pages."""
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return came_from if ours else ""
