"""Pages of the house itself: the citizens' home, errors, health, language, all components."""

from __future__ import annotations

import sys
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from haicap.accounts import public as accounts
from haicap.site import refusals, specimens
from haicap.site.home import life_events
from haicap.site.jinja import url_or
from haicap.site.middleware import LANGUAGE_COOKIE

YEAR = 365 * 24 * 3600


@accounts.public_page
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The citizens' home: find the procedure, look a dossier up, see how it goes."""
    return render(
        request,
        "site/home.html",
        {
            "search_url": url_or("", "catalogue:search"),
            "suggest_url": url_or("", "catalogue:suggest"),
            "track_url": url_or("", "dossiers:track"),
            "events": life_events(),
        },
    )


@accounts.public_page
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language and go back to the page where it was chosen."""
    response = HttpResponseRedirect(_own_page(request, request.POST.get("next", "")))
    chosen = request.POST.get("lang", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            LANGUAGE_COOKIE,
            chosen,
            max_age=YEAR,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
    return response


def _own_page(request: HttpRequest, address: str) -> str:
    """`address` without its own `lang`, if it is a page of ours; else the home."""
    if not url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}):
        return reverse("site:home")
    parts = urlsplit(address)
    query = [(key, value) for key, value in parse_qsl(parts.query) if key != "lang"]
    return urlunsplit(("", "", parts.path or "/", urlencode(query), ""))


@accounts.public_page
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers. Says nothing about the database: a restart would not mend it."""
    return HttpResponse("ok\n", content_type="text/plain")


@accounts.public_page
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """This process can serve people: the database answers. 503 otherwise, for the load balancer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except Error:
        return JsonResponse({"database": "no answer"}, status=503)
    return JsonResponse({"database": "ok"})


@accounts.public_page
@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Every component in all its states, on one page; for the demo and the tests only."""
    if not settings.DEMO:
        raise Http404
    return render(request, "site/specimens.html", specimens.sheet())


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form lay open too long, or came from elsewhere."""
    sentence = _(
        "Trang này mở đã lâu nên không còn an toàn để gửi. Xin tải lại trang rồi gửi lại; "
        "những gì đã lưu nháp vẫn còn."
    )
    return _told(request, 403, sentence)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What came could not be read."""
    return _told(request, 400, _("Máy chủ chưa đọc được yêu cầu. Xin quay lại và thử lần nữa."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Known, but not theirs to do."""
    return _told(
        request,
        403,
        _("Việc này thuộc nhiệm vụ của người khác. Nếu cần, xin báo quản trị của đơn vị."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page, or not for this person: both look the same."""
    return _told(
        request,
        404,
        _("Trang này không có, hoặc đã chuyển đi. Xin kiểm tra lại địa chỉ hoặc mã đã gõ."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug of ours: nothing half done was kept, and it is in the log under the request's id. Or
    the database went away while the session was looked up, which passes.
    """
    if refusals.passing(sys.exc_info()[1]):
        return refusals.answer(request, refusals.Busy())
    return _told(
        request,
        500,
        _("Lỗi này thuộc về hệ thống và đã được ghi lại. Việc đang làm dở chưa được lưu."),
    )


def _told(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return refusals.problem(status, sentence)
    return refusals.page(request, status=status, sentence=sentence)
