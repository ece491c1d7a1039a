"""The desk: what waits for me, one dossier beside the list, and its moves."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.catalogue import public as catalogue
from haicap.dossiers import access, actions, paperwork, queries
from haicap.dossiers.flow import MOVE_WORDS, State
from haicap.dossiers.forms import moves
from haicap.dossiers.models import Dossier
from haicap.dossiers.queries import Box, Filters
from haicap.files import public as files
from haicap.kernel.actor import Duty
from haicap.kernel.errors import Invalid, Missing, Refusal

WORKS_AT_A_DESK = (
    Duty.RECEIVE,
    Duty.COORDINATE,
    Duty.HANDLE,
    Duty.HEAD,
    Duty.DECIDE,
    Duty.ISSUE,
    Duty.OBSERVE,
)
KEPT = ("box", "q", "within", "state", "procedure")  # what of the address belongs to the list


@accounts.staff_page(*WORKS_AT_A_DESK)
@require_GET
def desk(request: accounts.Request) -> HttpResponse:
    """The list of a box, and room for the work beside it."""
    return render(request, "dossiers/staff/desk.html", {**_list(request), "view": None})


def _list(request: accounts.Request, current: str = "") -> dict[str, Any]:
    """The list beside the work, as its address says."""
    asked = {name: request.GET.get(name, "") for name in KEPT}
    box = asked["box"] if asked["box"] in set(Box) else Box.WAITING
    filters = Filters(
        states=(asked["state"],) if asked["state"] in State.values else (),
        procedure=asked["procedure"][:40],
        within=asked["within"] if asked["within"] in WITHIN else "",
        q=asked["q"][:100],
    )
    if filters.q and not asked["box"]:
        box = Box.ALL  # who types a code wants the dossier, wherever it lies
    page = queries.listed(
        box=box, filters=filters, cursor=_cursor(request), by=request.actor, at=request.at
    )
    audit.saw(
        request,
        purpose="list",
        subjects=[f"dossiers.Dossier:{row['id']}" for row in page.items],
        parties=[row["applicant_id"] for row in page.items],
    )
    kept = urlencode({name: value for name, value in asked.items() if value})
    return {
        "tabs": _tabs(box, queries.counts(by=request.actor, at=request.at), request),
        "box": box,
        "asked": asked,
        "cards": [_card(row, kept, current) for row in page.items],
        "next_url": _next(request, kept, page.next),
        "filter_fields": _filter_fields(asked),
    }


WITHIN = {
    "overdue": "Quá hạn",
    "today": "Hạn hôm nay",
    "soon": "Còn một ngày",
    "later": "Còn nhiều ngày",
    "paused": "Tạm dừng",
}


def _cursor(request: accounts.Request) -> str | None:
    return request.GET.get("cursor", "")[:300] or None


def _next(request: accounts.Request, kept: str, cursor: str | None) -> str:
    if cursor is None:
        return ""
    return f"{reverse('dossiers:desk')}?{kept}&{urlencode({'cursor': cursor})}"


def _filter_fields(asked: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "name": "within",
            "label": _("Thời hạn"),
            "value": asked["within"],
            "options": [("", _("Mọi thời hạn")), *((k, _(v)) for k, v in WITHIN.items())],
        },
        {
            "name": "state",
            "label": _("Trạng thái"),
            "value": asked["state"],
            "options": [
                ("", _("Mọi trạng thái")),
                *((s.value, s.label) for s in State if s is not State.DRAFT),
            ],
        },
    ]


def _tabs(box: str, counts: Mapping[str, int], request: accounts.Request) -> list[dict[str, Any]]:
    """The boxes of this desk; those that can only be empty for this person are left out."""
    coordinates = request.actor.holds(Duty.COORDINATE)
    boxes = [Box.WAITING, Box.HELD, Box.MINE, Box.OVERDUE, Box.TODAY, Box.PAUSED, Box.ALL, Box.DONE]
    if coordinates:
        boxes.insert(1, Box.COORDINATION)
    return [
        {
            "label": queries.BOX_WORDS[one],
            "count": counts.get(one),
            "url": f"{reverse('dossiers:desk')}?box={one}",
            "current": one == box,
        }
        for one in boxes
    ]


def _card(row: Mapping[str, Any], kept: str, current: str) -> dict[str, Any]:
    desk_now = row["desk"]
    where = (desk_now["staff"] or desk_now["agency"]) if desk_now else ""
    address = reverse("dossiers:one", args=[row["code"]])
    return {
        "url": f"{address}?{kept}" if kept else address,
        "code": row["code"],
        "title": row["subject"] or row["procedure_name"],
        "person": row["applicant"],
        "step": where,
        "left": row["time_left"],
        "badge": (row["state"], row["state_words"]),
        "current": row["code"] == current,
        "note": "",
    }


@accounts.staff_page(*WORKS_AT_A_DESK)
@require_GET
def one(request: accounts.Request, code: str) -> HttpResponse:
    """A dossier: papers beside the form, its history, the moves that are legal now for me."""
    dossier = queries.find(code=code, by=request.actor)
    return _page(request, dossier)


def _page(
    request: accounts.Request,
    dossier: Dossier,
    *,
    trouble: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, after a refused move with what was typed and what is wrong with it."""
    audit.saw(
        request,
        purpose="open",
        subjects=[dossier.ref],
        parties=queries.parties_of(dossier),
    )
    work = _work(request, dossier, trouble or {})
    beside = request.headers.get("HX-Target") == "work"  # the list is there already, in its place
    around = {"tabs": None} if beside else _list(request, current=dossier.code or "")
    return render(request, "dossiers/staff/desk.html", {**around, **work}, status=status)


def _work(
    request: accounts.Request, dossier: Dossier, trouble: Mapping[str, Any]
) -> dict[str, Any]:
    view = queries.dossier_view(dossier=dossier, by=request.actor, at=request.at)
    papers = [file for file in view["files"] if file["media_type"] in SHOWN_BESIDE]
    asked = request.GET.get("file", "")
    beside = next((file for file in papers if file["id"] == asked), None) or _first(view, papers)
    legal = tuple(move["move"] for move in view["moves"])
    rules = catalogue.rules_by_ids(
        dossier.procedure_version_id,
        dossier.form_version_id,
        dossier.deadline_rule_id,
        dossier.fee_rule_id,
    )
    return {
        "view": view,
        "sections": [
            (section, list(rows))
            for section, rows in groupby(view["answer_rows"], key=lambda row: row["section"])
        ],
        "moves": moves.offered(legal, dossier, at=request.at),
        "paper_rules": [paper for paper in rules.papers if paper.kind == "paper"],
        "paper_names": {paper.slot: paper.name_vi for paper in rules.papers},
        "beside": beside,
        "kept": request.GET.urlencode(),
        "trouble": trouble,
        "received": dossier.received_at is not None,
    }


SHOWN_BESIDE = ("application/pdf", "image/jpeg", "image/png", "image/webp")


def _first(view: Mapping[str, Any], papers: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What lies beside the form first: the draft of the result once there is one, else a paper."""
    result = view["result"]["file_id"] if view["result"] else ""
    return next((file for file in papers if file["id"] == result), papers[0] if papers else None)


@accounts.staff_page(*WORKS_AT_A_DESK)
@require_POST
def move(request: accounts.Request, code: str, name: str) -> HttpResponse:
    """Make one move; refused, the page comes back with what was typed and the sentence in place."""
    dossier = queries.find(code=code, by=request.actor)
    try:
        made = make(request, dossier, name)
    except Invalid as invalid:
        return _page(request, dossier, trouble=_trouble(request, name, invalid.fields), status=422)
    except Refusal as refusal:
        dossier.refresh_from_db()
        told = _trouble(request, name, {"": str(refusal)})
        return _page(request, dossier, trouble=told, status=refusal.status)
    return _after(request, made, name)


def make(request: accounts.Request, dossier: Dossier, name: str) -> Dossier:
    """One verb, with the version that was seen. Missing for a move that is no button."""
    if name not in moves.FORMS:
        raise Missing(_("Không có việc này."))
    by, at = request.actor, request.at
    access.require(by, name, dossier, desks=access.desks_of(dossier))
    values = moves.read(name, request, dossier, by=by, at=at)
    seen = request.POST.get("version", "")
    made: Dossier = getattr(actions, name)(
        dossier_id=dossier.pk,
        seen_version=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else None,
        by=by,
        at=at,
        **values,
    )
    return made


def _trouble(request: accounts.Request, name: str, fields: Mapping[str, str]) -> dict[str, Any]:
    return {
        "move": name,
        "words": MOVE_WORDS.get(name, ""),
        "fields": dict(fields),
        "typed": {key: request.POST.get(key, "") for key in request.POST},
    }


def _after(request: accounts.Request, dossier: Dossier, name: str) -> HttpResponse:
    address = reverse("dossiers:one", args=[dossier.code])
    kept = request.GET.urlencode()
    response = HttpResponseRedirect(f"{address}?{kept}" if kept else address)
    response["Haicap-Notice"] = quote(moves.FORMS[name].done % {"code": dossier.code})
    return response


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
def receipt(request: accounts.Request, code: str) -> HttpResponse:
    """Form 01 to be printed."""
    dossier = queries.find(code=code, by=request.actor)
    audit.saw(
        request, purpose="receipt", subjects=[dossier.ref], parties=queries.parties_of(dossier)
    )
    return paperwork.receipt_response(dossier)


# --- the leader's pile ----------------------------------------------------------------------------


@accounts.staff_page(Duty.DECIDE)
@require_http_methods(["GET", "POST"])
def pile(request: accounts.Request) -> HttpResponse:
    """One paper at a time, large, two buttons; the next one is already there."""
    trouble: dict[str, Any] = {}
    if request.method == "POST":
        dossier = queries.find(code=request.POST.get("code", ""), by=request.actor)
        name = request.POST.get("move", "")
        try:
            if name not in ("approve", "return_draft"):
                raise Missing(_("Không có việc này."))
            make(request, dossier, name)
        except (Invalid, Refusal) as refusal:
            trouble = {
                "code": dossier.code,
                "sentence": str(refusal),
                "reason": request.POST.get("reason", ""),
            }
        else:
            response = HttpResponseRedirect(reverse("dossiers:pile"))
            response["Haicap-Notice"] = quote(moves.FORMS[name].done % {"code": dossier.code})
            return response
    return _pile_page(request, trouble)


def _pile_page(request: accounts.Request, trouble: Mapping[str, Any]) -> HttpResponse:
    waiting = queries.listed(
        box=Box.WAITING,
        filters=Filters(states=(State.SUBMIT_APPROVAL,)),
        by=request.actor,
        at=request.at,
    )
    wanted = trouble.get("code") or request.GET.get("code", "")
    rows = [row for row in waiting.items if row["desk"] and row["desk"]["duty"] == Duty.DECIDE]
    place = next((i for i, row in enumerate(rows) if row["code"] == wanted), 0)
    row = rows[place] if rows else None
    context: dict[str, Any] = {
        "rows": rows,
        "more": waiting.next is not None,
        "place": place + 1,
        "after": rows[place + 1]["code"] if place + 1 < len(rows) else "",
        "before": rows[place - 1]["code"] if place > 0 else "",
        "trouble": trouble,
        "view": None,
    }
    if row is not None:
        dossier = queries.find(code=row["code"], by=request.actor)
        audit.saw(
            request, purpose="decide", subjects=[dossier.ref], parties=queries.parties_of(dossier)
        )
        context |= _work(request, dossier, {})
        context["trouble"] = trouble
    return render(request, "dossiers/staff/pile.html", context, status=409 if trouble else 200)
