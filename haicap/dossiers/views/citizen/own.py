"""My dossiers: what is asked of me first, what is under way, what is done; one of them in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from haicap.accounts import public as accounts
from haicap.catalogue import public as catalogue
from haicap.dossiers import actions, paperwork, queries
from haicap.dossiers.flow import FINAL, State
from haicap.dossiers.models import Dossier
from haicap.dossiers.queries import Box, Filters, service
from haicap.dossiers.views.citizen.draft import seen_version
from haicap.files import public as files
from haicap.kernel import vietnamese
from haicap.kernel.errors import Invalid, Missing, Refusal
from haicap.notify import public as notify

MOST_MESSAGES = 200
ASKS = {State.PRE_SUPP: "complete", State.SUPP_REQ: "receive_supplement"}


@accounts.citizen_page
@require_GET
def mine(request: accounts.Request) -> HttpResponse:
    """All of mine: what I am to do, drafts, under way, done."""
    by, at = request.actor, request.at
    cursor = request.GET.get("cursor", "")[:300] or None
    done = queries.listed(
        box=Box.ALL, filters=Filters(states=FINAL), cursor=cursor, limit=10, by=by, at=at
    )
    boxes = {
        box: [] if cursor else queries.listed(box=box, by=by, at=at).items
        for box in (Box.WAITING, Box.HELD, Box.DRAFTS)
    }
    new = {
        message.ref
        for message in notify.inbox_of(by.person or 0, limit=MOST_MESSAGES)
        if message.read_at is None
    }
    context = {
        "waiting": [_card(row, note=_asked(row)) for row in boxes[Box.WAITING]],
        "held": [_card(row, note=_news(row, new)) for row in boxes[Box.HELD]],
        "drafts": [_draft_card(row) for row in boxes[Box.DRAFTS]],
        "done": [_card(row, note=_news(row, new)) for row in done.items],
        "next_url": f"?{urlencode({'cursor': done.next})}" if done.next else "",
        "first_url": reverse("dossiers:mine") if cursor else "",
    }
    return render(request, "dossiers/citizen/mine.html", context)


def _language() -> str:
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def _name(row: Mapping[str, Any]) -> str:
    english = row["procedure_name_en"] if _language() == "en" else ""
    return str(english or row["procedure_name"])


def _title(row: Mapping[str, Any]) -> str:
    """What it is about as it was written down, in Vietnamese; else the name of the procedure."""
    return str((row["subject"] if _language() == "vi" else "") or _name(row))


def _card(row: Mapping[str, Any], note: str = "") -> dict[str, Any]:
    return {
        "url": reverse("dossiers:mine_one", args=[row["code"]]),
        "code": row["code"],
        "title": _title(row),
        "badge": (row["state"], row["state_words"]),
        "left": row["time_left"] if row["received_at"] else None,
        "note": note,
    }


def _asked(row: Mapping[str, Any]) -> str:
    if row["state"] in ASKS:
        return _("Cơ quan đang chờ ông bà nộp thêm giấy tờ hoặc thông tin.")
    if row["state"] == State.FIN_DUTY:
        return _("Ông bà cần nộp nghĩa vụ tài chính để hồ sơ đi tiếp.")
    if row["state"] == State.REFUSED:
        return _("Hồ sơ không được giải quyết. Mời ông bà nhận văn bản nêu lý do.")
    return _("Đã có kết quả. Mời ông bà mở hồ sơ để nhận.")


def _news(row: Mapping[str, Any], new: set[str]) -> str:
    """That something was said about the dossier which was not opened yet."""
    return _("Có tin mới") if f"dossiers.Dossier:{row['id']}" in new else ""


def _draft_card(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "url": reverse("dossiers:draft", args=[row["uuid"]]),
        "title": _name(row),
        "begun": row["created_at"],
        "discard_url": reverse("dossiers:draft_discard", args=[row["uuid"]]),
    }


@accounts.citizen_page
@require_GET
def one(request: accounts.Request, code: str) -> HttpResponseBase:
    """A dossier: what is asked of me, the promised time and why, what happened, papers, answers."""
    return page(request, _own(request, code))


def _own(request: accounts.Request, code: str) -> Dossier:
    """The dossier of this code that is mine and handed in."""
    dossier = queries.find(code=code, by=request.actor)
    if dossier.state == State.DRAFT:
        raise Missing(_("Không tìm thấy hồ sơ này."))
    return dossier


def page(
    request: accounts.Request, dossier: Dossier, *, trouble: str = "", status: int = 200
) -> HttpResponse:
    """The dossier's page; after a refused act with the sentence above it."""
    view = queries.dossier_view(dossier=dossier, by=request.actor, at=request.at)
    rules = catalogue.rules_by_ids(
        dossier.procedure_version_id,
        dossier.form_version_id,
        dossier.deadline_rule_id,
        dossier.fee_rule_id,
    )
    context = {
        "view": view,
        "moves": {move["move"] for move in view["moves"]},
        "open_request": next((r for r in view["requests"] if r["answered_at"] is None), None),
        "moments": _moments(view),
        "papers": _papers(view, rules),
        "result_url": _result_url(view),
        "may_rate": service.may_rate(dossier, request.actor),
        "orders": service.orders_of(dossier),
        "messages": _told(request, dossier),
        "trouble": trouble,
    }
    return render(request, "dossiers/citizen/one.html", context, status=status)


def _told(request: accounts.Request, dossier: Dossier) -> list[notify.MessageView]:
    """What this person was told about the dossier, newest first."""
    inbox = notify.inbox_of(request.actor.person or 0, limit=MOST_MESSAGES)
    return [message for message in inbox if message.ref == dossier.ref]


def _moments(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What happened, and what is still to come."""
    moments: list[dict[str, Any]] = [
        {"title": line.title, "when": line.at, "text": line.detail} for line in view["timeline"]
    ]
    state = view["state"]
    if state in FINAL:
        return moments
    if state in ASKS:
        moments.append({"title": _("Đang chờ ông bà bổ sung"), "state": "stopped"})
    elif state == State.SUBMITTED:
        moments.append(
            {
                "title": _("Chờ tiếp nhận"),
                "text": _("Bộ phận tiếp nhận kiểm tra và trả lời trong 8 giờ làm việc."),
                "state": "now",
            }
        )
    elif state == State.WITHDRAW_REQ:
        moments.append({"title": _("Chờ quyết định việc rút hồ sơ"), "state": "now"})
        return moments
    elif state == State.FIN_DUTY:
        moments.append({"title": _("Chờ ông bà nộp nghĩa vụ tài chính"), "state": "stopped"})
    elif state in (State.ISSUED, State.REFUSED):
        moments.append({"title": _("Chờ ông bà nhận kết quả"), "state": "now"})
        return moments
    else:
        moments.append({"title": _("Đang giải quyết"), "state": "now"})
    promised = view["due_at"] if not view["paused"] else None
    moments.append(
        {
            "title": _("Trả kết quả"),
            "when": vietnamese.due_words(promised, lang=_language()) if promised else "",
            "text": _("Ngày hẹn được báo khi hồ sơ được tiếp nhận.")
            if view["received_at"] is None
            else "",
            "state": "next",
        }
    )
    return moments


def _papers(view: Mapping[str, Any], rules: catalogue.VersionRules) -> list[dict[str, Any]]:
    """The papers as handed in, each with its files."""
    names = {paper.slot: paper.name for paper in rules.papers}
    replaced_by = {paper.slot: paper.replaced_words for paper in rules.papers}
    by_slot: dict[str, list[dict[str, Any]]] = {}
    for file in view["files"]:
        url = reverse("dossiers:mine_file", args=[view["code"], file["id"]])
        by_slot.setdefault(file["slot"], []).append(
            {"name": file["name"], "size": file["size"], "url": url}
        )
    return [
        {
            "name": names.get(row["slot"], row["name"]),
            "files": by_slot.get(row["slot"], []),
            "counts": row,
            "replaced": replaced_by.get(row["slot"], "") if row.get("replaced") else "",
        }
        for row in view["papers"]
    ]


def _result_url(view: Mapping[str, Any]) -> str:
    result = view["result"]
    openable = {file["id"] for file in view["files"]}
    if not result or result["file_id"] not in openable:
        return ""
    return reverse("dossiers:mine_file", args=[view["code"], result["file_id"]])


@accounts.citizen_page
@require_GET
def done(request: accounts.Request, code: str) -> HttpResponse:
    """Handed in: the code, and what happens next."""
    dossier = _own(request, code)
    view = queries.dossier_view(dossier=dossier, by=request.actor, at=request.at)
    return render(request, "dossiers/citizen/done.html", {"view": view})


@accounts.citizen_page
@require_GET
def receipt(request: accounts.Request, code: str) -> HttpResponseBase:
    """Form 01."""
    return paperwork.receipt_response(_own(request, code))


@accounts.citizen_page
@require_GET
def slip(request: accounts.Request, code: str, slip: str) -> HttpResponseBase:
    """A form of law that was given to me: what to complete, why it was refused or stopped."""
    return paperwork.slip_response(_own(request, code), slip, by=request.actor)


@accounts.citizen_page
@require_GET
def file(request: accounts.Request, code: str, file_id: UUID) -> HttpResponseBase:
    """A paper of the dossier, or its result once it is issued."""
    dossier = _own(request, code)
    use = files.facts_of(file_id)
    if not queries.may_open(dossier, use, by=request.actor):
        raise Missing(_("Không tìm thấy tệp này."))
    return files.serve(use, download=bool(request.GET.get("download")))


@accounts.citizen_page
@require_http_methods(["GET", "POST"])
def cancel(request: accounts.Request, code: str) -> HttpResponse:
    """Take a dossier back before it is received, after asking."""
    dossier = _own(request, code)
    view = queries.dossier_view(dossier=dossier, by=request.actor, at=request.at)
    if request.method == "GET":
        if not any(move["move"] == "cancel" for move in view["moves"]):
            return page(request, dossier)
        return render(request, "dossiers/citizen/cancel.html", {"view": view, "error": ""})
    try:
        actions.cancel(
            dossier_id=dossier.pk,
            reason=request.POST.get("reason", ""),
            seen_version=seen_version(request),
            by=request.actor,
            at=request.at,
        )
    except Refusal as refusal:
        dossier.refresh_from_db()
        return page(request, dossier, trouble=str(refusal), status=refusal.status)
    return _back(code, _("Đã hủy hồ sơ %(code)s.") % {"code": code})


@accounts.citizen_page
@require_http_methods(["GET", "POST"])
def withdraw(request: accounts.Request, code: str) -> HttpResponse:
    """Ask to have a received dossier back, after asking why."""
    dossier = _own(request, code)
    view = queries.dossier_view(dossier=dossier, by=request.actor, at=request.at)
    if request.method == "GET":
        if not any(move["move"] == "request_withdraw" for move in view["moves"]):
            return page(request, dossier)
        return render(request, "dossiers/citizen/withdraw.html", {"view": view, "error": ""})
    try:
        actions.request_withdraw(
            dossier_id=dossier.pk,
            reason=request.POST.get("reason", ""),
            seen_version=seen_version(request),
            by=request.actor,
            at=request.at,
        )
    except Invalid as invalid:
        error = invalid.fields.get("reason", str(invalid))
        told = {"view": view, "error": error}
        return render(request, "dossiers/citizen/withdraw.html", told, status=422)
    except Refusal as refusal:
        dossier.refresh_from_db()
        return page(request, dossier, trouble=str(refusal), status=refusal.status)
    return _back(code, _("Đã gửi đề nghị rút hồ sơ %(code)s.") % {"code": code})


@accounts.citizen_page
@require_POST
def take(request: accounts.Request, code: str) -> HttpResponse:
    """Take the electronic result: written down that it was handed over."""
    dossier = _own(request, code)
    try:
        actions.return_result(
            dossier_id=dossier.pk,
            how="electronic",
            seen_version=seen_version(request),
            by=request.actor,
            at=request.at,
        )
    except Refusal as refusal:
        dossier.refresh_from_db()
        return page(request, dossier, trouble=str(refusal), status=refusal.status)
    return _back(code, _("Ông bà đã nhận kết quả. Tệp vẫn ở đây, tải lại lúc nào cũng được."))


@accounts.citizen_page
@require_POST
def read(request: accounts.Request, code: str) -> HttpResponse:
    """The messages about this dossier were opened: the script says so, or the button beside."""
    dossier = _own(request, code)
    notify.mark_read(
        party_id=request.actor.person or 0,
        message_ids=[message.id for message in _told(request, dossier)],
        at=request.at,
    )
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return HttpResponseRedirect(f"{reverse('dossiers:mine_one', args=[code])}#tin")


def _back(code: str, notice: str) -> HttpResponse:
    response = HttpResponseRedirect(reverse("dossiers:mine_one", args=[code]))
    response["Haicap-Notice"] = quote(notice)
    return response
