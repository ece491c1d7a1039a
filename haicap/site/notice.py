"""One sentence carried over a redirect ("Đã lưu thay đổi") and shown once on the next page.

A view says it with a response header, so that no module has to import the site:
`response["Haicap-Notice"] = quote("Đã lưu thay đổi.")`. On a redirect it travels in a signed
cookie, on an htmx answer in HX-Trigger, where the script shows it at once.
"""

from __future__ import annotations

import json
from urllib.parse import unquote

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

HEADER = "Haicap-Notice"
COOKIE = "haicap_notice"
_SALT = "haicap.site.notice"
_SECONDS = 60


def of(request: HttpRequest) -> str:
    """The sentence waiting for this page; empty when there is none or somebody else wrote it."""
    kept = request.COOKIES.get(COOKIE, "")
    if not kept:
        return ""
    try:
        return str(signing.loads(kept, salt=_SALT, max_age=_SECONDS))
    except signing.BadSignature:
        return ""


def carry(request: HttpRequest, response: HttpResponseBase) -> None:
    """Move the view's sentence on its way, or take away one that has been shown."""
    sentence = unquote(str(response.headers.get(HEADER, "")))
    del response[HEADER]
    if sentence and request.headers.get("HX-Request") and "HX-Redirect" not in response.headers:
        response["HX-Trigger"] = json.dumps({"toast": {"message": sentence}})
    elif sentence:
        response.set_cookie(
            COOKIE,
            signing.dumps(sentence, salt=_SALT),
            max_age=_SECONDS,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
    elif COOKIE in request.COOKIES and not request.headers.get("HX-Request"):
        shown = response.status_code == 200 and "text/html" in response.headers.get(
            "Content-Type", ""
        )
        if shown:
            response.delete_cookie(COOKIE, samesite="Lax")
