"""The public look-up: a code and four digits; a stranger learns nothing, and guessing ends."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from haicap.accounts import public as accounts
from haicap.catalogue import public as catalogue
from haicap.dossiers import actions
from haicap.dossiers.flow import FINAL
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Missing, Refusal, TooMany


@accounts.public_page
@require_http_methods(["GET", "POST"])
def track(request: accounts.Request) -> HttpResponse:
    """Ask for both, or show what is told about the dossier."""
    given = request.POST if request.method == "POST" else request.GET
    code, check = given.get("code", "").strip()[:80], request.POST.get("check", "").strip()[:40]
    if request.method == "GET":
        return _ask(request, code=code)
    missing = _missing(code, check)
    if missing:
        return _ask(request, code=code, errors=missing, status=422)
    try:
        found = actions.look_up(code=code, check=check, at=request.at)
    except Refusal as refusal:
        response = _ask(request, code=code, trouble=str(refusal), status=refusal.status)
        if isinstance(refusal, TooMany):
            response["Retry-After"] = str(refusal.retry_after)
        return response
    return render(request, "dossiers/public/tracked.html", _told(found, request))


def _missing(code: str, check: str) -> dict[str, str]:
    missing = {}
    if not code:
        missing["code"] = _("Xin ghi mã hồ sơ.")
    if sum(char.isdecimal() for char in check) != len(check) or len(check) != 4:
        missing["check"] = _("Xin ghi đúng bốn chữ số.")
    return missing


def _ask(
    request: accounts.Request,
    *,
    code: str,
    errors: dict[str, str] | None = None,
    trouble: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"code": code, "errors": errors or {}, "trouble": trouble}
    return render(request, "dossiers/public/track.html", context, status=status)


def _told(found: dict[str, Any], request: accounts.Request) -> dict[str, Any]:
    try:
        name = catalogue.version_at(found["procedure"], day=day_of(request.at)).title
    except Missing:  # the procedure was abolished since
        name = found["procedure_name"]
    over = found["state"] in FINAL or found["completed_at"] is not None
    moments = [{"title": step["title"], "when": step["at"]} for step in found["timeline"]]
    if not over:
        moments.append({"title": found["state_words"], "state": "now"})
    return {"found": found, "name": name, "moments": moments, "over": over}
