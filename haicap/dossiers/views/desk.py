"""The desk: what waits for me, one dossier beside the list, and its moves."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.catalogue import public as catalogue
from haicap.dossiers import access, actions, paperwork, queries
from haicap.dossiers.flow import FINAL, State
from haicap.dossiers.forms import moves
from haicap.dossiers.models import Channel, Dossier
from haicap.dossiers.slips.kinds import BOTH_COPIES
from haicap.dossiers.views import worklist
from haicap.files import public as files
from haicap.kernel.actor import Duty
from haicap.kernel.errors import Invalid, Missing, Refusal

WORKS_AT_A_DESK: Final = (
    Duty.RECEIVE,
    Duty.COORDINATE,
    Duty.HANDLE,
    Duty.HEAD,
    Duty.DECIDE,
    Duty.ISSUE,
    Duty.OBSERVE,
)
# What a browser shows inside our page; anything else is for the disk.
SHOWN_BESIDE: Final = ("application/pdf", "image/jpeg", "image/png", "image/webp")


# Where those go first who have no desk of dossiers: sign-in leads everybody to the desk.
ELSEWHERE: Final = (
    (Duty.ACCOUNTS, "accounts:unit_staff"),
    (Duty.CATALOGUE, "catalogue:gaps"),
    (Duty.FINANCE, "payments:day"),
)


@accounts.staff_page()
@require_GET
def desk(request: accounts.Request) -> HttpResponse:
    """The list of a box, and room for the work beside it; whose work is elsewhere is led there."""
    if not request.actor.holds(*WORKS_AT_A_DESK):
        names = [name for duty, name in ELSEWHERE if request.actor.holds(duty)]
        return HttpResponseRedirect(reverse(names[0] if names else "accounts:me"))
    context = {**worklist.work_list(request), "view": None}
    return render(request, "dossiers/staff/desk.html", context)


@accounts.staff_page(*WORKS_AT_A_DESK)
@require_GET
def one(request: accounts.Request, code: str) -> HttpResponse:
    """A dossier: papers beside the form, its history, the moves that are legal now for me."""
    return page(request, queries.find(code=code, by=request.actor))


def page(
    request: accounts.Request,
    dossier: Dossier,
    *,
    trouble: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; after a refused move with what was typed and what is wrong with it.

    Opened out of the list, the list is there already and stays as it is; a move renews it.
    """
    audit.saw(request, purpose="open", subjects=[dossier.ref], parties=queries.parties_of(dossier))
    work = work_of(request, dossier, trouble or {})
    beside = request.method == "GET" and request.headers.get("HX-Target") in ("work", "beside")
    around = {"tabs": None} if beside else worklist.work_list(request, current=dossier.code or "")
    response = render(request, "dossiers/staff/desk.html", {**around, **work}, status=status)
    if status != 200:
        response["HX-Retarget"] = "#work"
    return response


def work_of(
    request: accounts.Request, dossier: Dossier, trouble: Mapping[str, Any]
) -> dict[str, Any]:
    """One dossier as its page and the leader's pile show it."""
    by, at = request.actor, request.at
    view = queries.dossier_view(dossier=dossier, by=by, at=at)
    if any(desk["done_at"] is None and desk["opened_at"] is None for desk in view["desks"]):
        audit.afterwards(request, lambda: actions.opened(dossier_id=dossier.pk, by=by, at=at))
    papers = _shown(view)
    asked = request.GET.get("file", "")
    rules = catalogue.rules_by_ids(
        dossier.procedure_version_id,
        dossier.form_version_id,
        dossier.deadline_rule_id,
        dossier.fee_rule_id,
    )
    legal = tuple(move["move"] for move in view["moves"])
    query = worklist.kept(worklist.asked_of(request))
    return {
        "view": view,
        "sections": [
            (section, list(rows))
            for section, rows in groupby(view["answer_rows"], key=lambda row: row["section"])
        ],
        "moves": moves.offered(legal, dossier, at=request.at),
        "paper_rules": [paper for paper in rules.papers if paper.kind == "paper"],
        "paper_names": {paper.slot: paper.name_vi for paper in rules.papers},
        "had": {row["slot"]: row for row in view["papers"]},
        "shown": papers,
        "beside": next((file for file in papers if file["id"] == asked), None)
        or _first(view, papers),
        "holder": _holder(view),
        "kept": query,
        "here": _address(dossier, query),
        "trouble": trouble,
        "received": dossier.received_at is not None,
        "at_counter": request.actor.holds(Duty.RECEIVE),
        "moved": request.method == "POST" and not trouble,
    }


def _address(dossier: Dossier, query: str) -> str:
    address = reverse("dossiers:one", args=[dossier.code])
    return f"{address}?{query}" if query else address


def _shown(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The papers that may lie beside the form: of the drafts of a result only the last."""
    result = view["result"]["file_id"] if view["result"] else ""
    return [
        file
        for file in view["files"]
        if file["media_type"] in SHOWN_BESIDE
        and file["slot"] != BOTH_COPIES
        and (file["slot"] != "result" or file["id"] == result)
    ]


def _first(view: Mapping[str, Any], papers: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What lies beside the form first: the draft of the result once there is one, else a paper."""
    result = view["result"]["file_id"] if view["result"] else ""
    return next((file for file in papers if file["id"] == result), papers[0] if papers else None)


def _holder(view: Mapping[str, Any]) -> dict[str, Any] | None:
    """Who has it now, and for whom they wait; None when it is over."""
    waiting = [desk for desk in view["desks"] if desk["done_at"] is None]
    lead = next((desk for desk in waiting if desk["role"] == "lead"), None)
    if lead is None or view["state"] in FINAL:
        return None
    return {
        "who": ", ".join(part for part in (lead["staff"], lead["agency"]) if part),
        "due_at": None if view["paused"] or view["completed_at"] else lead["due_at"],
        "waits": _waits_for(view, [desk for desk in waiting if desk is not lead]),
    }


def _waits_for(view: Mapping[str, Any], others: list[dict[str, Any]]) -> str:
    if view["state"] in (State.PRE_SUPP, State.SUPP_REQ):
        return _("chờ người nộp bổ sung")
    if view["state"] in (State.ISSUED, State.REFUSED):
        return _("chờ người dân nhận kết quả")
    if view["state"] == State.FIN_DUTY:
        return _("chờ người nộp làm nghĩa vụ tài chính")
    if view["state"] == State.WITHDRAW_REQ:
        return _("chờ quyết định việc rút hồ sơ")
    asked = [desk["agency"] for desk in others if desk["step"] == access.CONSULT]
    if asked:
        return _("chờ ý kiến của %(units)s") % {"units": ", ".join(asked)}
    confirm = next((desk for desk in others if desk["step"] == "confirm"), None)
    if confirm is not None:
        return _("chờ %(agency)s xác nhận đã nhận") % {"agency": confirm["agency"]}
    return "" if view["competent_agency"] else _("chờ xác định cơ quan giải quyết")


# --- moves ----------------------------------------------------------------------------------------


@accounts.staff_page(*WORKS_AT_A_DESK)
@require_http_methods(["GET", "POST"])
def move(request: accounts.Request, code: str, name: str) -> HttpResponse:
    """Make one move; refused, the page comes back with what was typed and the sentence in place.

    Read again (a reload after a refusal), it is the dossier's page.
    """
    dossier = queries.find(code=code, by=request.actor)
    if request.method == "GET":
        query = worklist.kept(worklist.asked_of(request))
        return HttpResponseRedirect(_address(dossier, query))
    try:
        make(request, dossier, name)
    except Invalid as invalid:
        return page(request, dossier, trouble=_trouble(request, name, invalid.fields), status=422)
    except Refusal as refusal:
        dossier = queries.find(code=code, by=request.actor)
        told = _trouble(request, name, {"": str(refusal)})
        return page(request, dossier, trouble=told, status=refusal.status)
    return _after(request, code, name)


def make(request: accounts.Request, dossier: Dossier, name: str) -> None:
    """One verb, with the version that was seen. Missing for a move that is no button."""
    if name not in moves.FORMS:
        raise Missing(_("Không có việc này."))
    by, at = request.actor, request.at
    access.require(by, name, dossier, desks=access.desks_of(dossier))
    values = moves.read(name, request, by=by, at=at)
    seen = request.POST.get("version", "")
    getattr(actions, name)(
        dossier_id=dossier.pk,
        seen_version=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else None,
        by=by,
        at=at,
        **values,
    )


def _trouble(request: accounts.Request, name: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """What the page needs to bring a refused move back. `written`: what would be lost with it."""
    form = moves.FORMS.get(name)
    typed = {key: request.POST.get(key, "") for key in request.POST}
    labels = {field.name: field.label for field in form.fields} if form else {}
    return {
        "move": name,
        "fields": moves.at_fields(fields),
        "typed": typed,
        "labels": labels,
        "written": [(label, typed[key]) for key, label in labels.items() if typed.get(key)],
    }


def _after(request: accounts.Request, code: str, name: str) -> HttpResponse:
    """Back to the dossier; asked by the script, its page at once, and the list anew."""
    dossier = queries.find(code=code, by=request.actor)
    response: HttpResponse
    if request.headers.get("HX-Request"):
        response = page(request, dossier)
    else:
        query = worklist.kept(worklist.asked_of(request))
        response = HttpResponseRedirect(_address(dossier, query))
    response["Haicap-Notice"] = quote(moves.FORMS[name].done % {"code": dossier.code})
    return response


# --- papers ---------------------------------------------------------------------------------------


@accounts.staff_page(*WORKS_AT_A_DESK)
@require_GET
def file(request: accounts.Request, code: str, file_id: UUID) -> HttpResponseBase:
    """A paper of the dossier: shown beside the form, or as a download."""
    dossier = queries.find(code=code, by=request.actor)
    use = files.facts_of(file_id)
    if not queries.may_open(dossier, use, by=request.actor):
        raise Missing(_("Không tìm thấy tệp này."))
    audit.saw(request, purpose="file", subjects=[dossier.ref], parties=queries.parties_of(dossier))
    return files.serve(use, download=bool(request.GET.get("download")))


@accounts.staff_page(*WORKS_AT_A_DESK)
@require_GET
def receipt(request: accounts.Request, code: str) -> HttpResponseBase:
    """Form 01 to be printed: at a counter one copy to keep and one to give."""
    dossier = queries.find(code=code, by=request.actor)
    audit.saw(
        request, purpose="receipt", subjects=[dossier.ref], parties=queries.parties_of(dossier)
    )
    return paperwork.receipt_response(dossier, both=dossier.channel != Channel.ONLINE)


@accounts.staff_page(*WORKS_AT_A_DESK)
@require_GET
def slip(request: accounts.Request, code: str, slip: str) -> HttpResponseBase:
    """A form of law of the dossier, as it was issued."""
    dossier = queries.find(code=code, by=request.actor)
    audit.saw(request, purpose="slip", subjects=[dossier.ref], parties=queries.parties_of(dossier))
    return paperwork.slip_response(dossier, slip, by=request.actor)


@accounts.staff_page(*WORKS_AT_A_DESK)
@require_GET
def control_slip(request: accounts.Request, code: str) -> HttpResponseBase:
    """Form 06 as the journal stands now."""
    dossier = queries.find(code=code, by=request.actor)
    audit.saw(
        request, purpose="control_slip", subjects=[dossier.ref], parties=queries.parties_of(dossier)
    )
    return paperwork.control_response(dossier, at=request.at)
