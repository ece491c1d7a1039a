"""The register of what a unit received (Mẫu 07): on screen with filters, printed, as a table."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.dossiers.actions import printing
from haicap.dossiers.models import RegisterPrint
from haicap.dossiers.slips import register
from haicap.dossiers.slips.layouts import file_name, set_paper
from haicap.files import public as files
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing, Refusal
from haicap.units import public as units

DUTIES: Final = (Duty.RECEIVE, Duty.COORDINATE, Duty.OBSERVE)
PAGE: Final = 50
FARTHEST: Final = 100_000
SHOWN_PRINTS: Final = 5
# Bodies that receive dossiers.
RECEIVING: Final = ("service_point", "branch", "commune_committee", "department", "centre")
USUAL_PERIOD: Final = timedelta(days=30)
_DAYS: Final = ("since", "until")


class TooLong(Refusal):
    """The register is too long to be printed while somebody waits."""


@accounts.staff_page(*DUTIES)
@require_GET
def page(request: accounts.Request) -> HttpResponse:
    """The lines of the period, the filters, and what is being printed."""
    asked, places, errors = _read(request)
    begin = _number(request.GET.get("tu", ""))
    found = register.lines(asked, by=request.actor, at=request.at)
    total = 0 if errors else found.count()
    part = found[begin : begin + PAGE]
    rows = [] if errors else register.rows_of(part, at=request.at)
    if rows:
        refs, parties = register.parties_of(part)
        audit.saw(request, purpose="register", subjects=refs, parties=parties)
    query = _query(asked)
    following = begin + PAGE
    context = {
        "asked": asked,
        "typed": {name: request.GET.get(name) or getattr(asked, name) for name in _DAYS},
        "places": [(one.id, one.name) for one in places],
        "unit": next((one.name for one in places if one.id == asked.agency_id), ""),
        "errors": errors,
        "rows": rows,
        "total": total,
        "first": begin + 1,
        "next_url": f"?{query}&tu={following}" if following < total else "",
        "first_url": f"?{query}" if begin else "",
        "query": query,
        "too_long": total > register.PART,
        "standings": _standings(),
        "prints": _prints(request.actor),
    }
    status = 422 if errors else 200
    return render(request, "dossiers/staff/register.html", context, status=status)


def _standings() -> list[tuple[str, str]]:
    return [
        ("", _("Tất cả")),
        ("open", _("Chưa có kết quả")),
        ("late", _("Quá hạn")),
        ("returned", _("Đã trả kết quả")),
    ]


@accounts.staff_page(*DUTIES)
@require_GET
def pdf(request: accounts.Request) -> HttpResponse:
    """Form 07 to be printed. TooLong beyond one part: that is printed by the worker."""
    asked = _asked(request)
    found = register.lines(asked, by=request.actor, at=request.at)
    total = found.count()
    if total > register.PART:
        raise TooLong(
            _("Sổ này có %(total)s dòng. Xin quay lại và bấm “In nhiều phần”.") % {"total": total}
        )
    refs, parties = register.parties_of(found)
    audit.saw(request, purpose="register_print", subjects=refs, parties=parties)
    paper = register.register(
        asked,
        register.rows_of(found, at=request.at),
        total=total,
        filter_words=dict(_standings())[asked.standing] if asked.standing else "",
        at=request.at,
    )
    response = HttpResponse(set_paper(paper), content_type="application/pdf")
    response["Content-Disposition"] = files.disposition(file_name(paper))
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


@accounts.staff_page(*DUTIES)
@require_GET
def table(request: accounts.Request) -> HttpResponse:
    """The same lines as CSV, for a spreadsheet."""
    asked = _asked(request)
    found = register.lines(asked, by=request.actor, at=request.at)
    refs, parties = register.parties_of(found)
    audit.saw(request, purpose="register_export", subjects=refs, parties=parties)
    rows = (
        row
        for begin in range(0, len(refs), register.PART)
        for row in register.rows_of(found[begin : begin + register.PART], at=request.at)
    )
    response = HttpResponse("".join(register.as_csv(rows)), content_type="text/csv; charset=utf-8")
    name = f"So-theo-doi_{asked.since.isoformat()}_{asked.until.isoformat()}.csv"
    response["Content-Disposition"] = files.disposition(name, download=True)
    return response


@accounts.staff_page(*DUTIES)
@require_POST
def print_parts(request: accounts.Request) -> HttpResponse:
    """A long register is printed by the worker; the page tells how far it is."""
    asked = _asked(request)
    printing.ask_print(asked=asked, by=request.actor, at=request.at)
    response = HttpResponseRedirect(f"{reverse('dossiers:register')}?{_query(asked)}#ban-in")
    response["Haicap-Notice"] = quote(_("Đã nhận việc in sổ. Xong phần nào tải được phần ấy."))
    return response


@accounts.staff_page(*DUTIES)
@require_GET
def part(request: accounts.Request, print_id: int, file_id: UUID) -> HttpResponseBase:
    """A printed part, for who asked for it."""
    row = RegisterPrint.objects.filter(pk=print_id, asked_by=request.actor.person or 0).first()
    uses = files.uses_of([row.ref])[row.ref] if row is not None else []
    use = next((use for use in uses if use.id == file_id), None)
    if row is None or use is None:
        raise Missing(_("Không có bản in này."))
    refs, parties = register.parties_of(printing.lines_of(row, slot=use.slot))
    audit.saw(request, purpose="register_print", subjects=[row.ref, *refs], parties=parties)
    return files.serve(use)


def _prints(by: Actor) -> list[dict[str, Any]]:
    """The last registers this person asked for, how far they are, and their parts."""
    rows = list(
        RegisterPrint.objects.filter(asked_by=by.person or 0).order_by("-id")[:SHOWN_PRINTS]
    )
    uses = files.uses_of([row.ref for row in rows])
    return [
        {
            "since": row.since,
            "until": row.until,
            "asked_at": row.asked_at,
            "done": row.done,
            "total": row.total,
            "ready": row.finished_at is not None,
            "parts": [
                {
                    "name": use.name,
                    "size": use.size,
                    "url": reverse("dossiers:register_part", args=[row.pk, use.id]),
                }
                for use in sorted(uses[row.ref], key=lambda use: use.slot)
            ],
        }
        for row in rows
    ]


# --- what is asked for ----------------------------------------------------------------------------


def _asked(request: accounts.Request) -> register.Asked:
    """What is asked for; Invalid where the page would show an error."""
    asked, _places, errors = _read(request)
    if errors:
        raise Invalid(errors)
    return asked


def _read(
    request: accounts.Request,
) -> tuple[register.Asked, list[units.AgencyView], dict[str, str]]:
    today, typed = day_of(request.at), request.GET or request.POST
    places = _places(request.actor, today)
    wanted = typed.get("agency", "")
    here = (one for one in places if one.id == request.actor.agency and one.kind != "centre")
    own = next(here, None)
    place = own or (places[0] if places else None)
    if wanted:
        place = next((one for one in places if str(one.id) == wanted), None)
    if place is None:
        raise Missing(_("Không có sổ theo dõi của đơn vị này."))
    errors: dict[str, str] = {}
    since = _day(typed, "since", today - USUAL_PERIOD, errors)
    until = _day(typed, "until", today, errors)
    standing = typed.get("standing", "")
    asked = register.Asked(
        agency_id=place.id,
        since=since,
        until=until,
        procedure=typed.get("procedure", "").strip()[:20],
        standing=standing if standing in register.STANDINGS else "",
    )
    if not errors:
        try:
            register.check(asked)
        except Invalid as invalid:
            errors = dict(invalid.fields)
    return asked, places, errors


def _places(by: Actor, today: date) -> list[units.AgencyView]:
    """The bodies whose registers this person may read, in Vietnamese order."""
    reached = by.agencies_for(*DUTIES)
    if reached is not None:
        found = units.agencies_at(today, ids=reached)
        return [one for one in found if one.kind in RECEIVING]
    return [one for kind in RECEIVING for one in units.agencies_at(today, kind=kind)]


def _day(typed: QueryDict, name: str, usual: date, errors: dict[str, str]) -> date:
    text = typed.get(name, "").strip()
    if not text:
        return usual
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    errors[name] = _("Xin ghi ngày theo dạng ngày/tháng/năm.")
    return usual


def _number(text: str) -> int:
    return min(int(text), FARTHEST) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _query(asked: register.Asked) -> str:
    return urlencode(
        {
            "agency": asked.agency_id,
            "since": asked.since.isoformat(),
            "until": asked.until.isoformat(),
            **({"procedure": asked.procedure} if asked.procedure else {}),
            **({"standing": asked.standing} if asked.standing else {}),
        }
    )
