"""For the controllers: procedures with their versions and drafts, compared, published, as files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from haicap.accounts import public as accounts
from haicap.catalogue import actions, checked, forms, listing, procedure_file, versions
from haicap.catalogue.difference import difference
from haicap.catalogue.procedure_file import CODE, ProcedureFile
from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing, Refusal
from haicap.kernel.pages import cursor

PAGE = 30
page = accounts.staff_page(Duty.CATALOGUE)


def code_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page about one procedure; a code that cannot be one is not found."""

    @wraps(view)
    def found(request: accounts.Request, code: str, **more: Any) -> HttpResponseBase:
        if not CODE.fullmatch(code):
            raise Missing(_("Không có thủ tục này."))
        return view(request, code, **more)

    return page(found)


@page
def kept(request: accounts.Request) -> HttpResponse:
    """Drafts that somebody works on, and the way to every procedure."""
    asked = forms.read_search(request.GET.dict())
    found = listing.search_procedures(
        asked.q, day=day_of(request.at), limit=PAGE, offset=asked.offset
    )
    more = urlencode({**({"q": asked.q} if asked.q else {}), "cursor": cursor(found.next or 0)})
    context = {
        "asked": asked,
        "drafts": [] if asked.offset else versions.living_drafts(),
        "found": found.items,
        "next_url": f"?{more}" if found.next is not None else "",
    }
    return render(request, "catalogue/controller/kept.html", context)


@page
@require_http_methods(["GET", "POST"])
def bring(request: accounts.Request) -> HttpResponse:
    """Read in the file of a procedure, or begin one that is new here."""
    errors: dict[str, str] = {}
    typed = request.POST.dict()
    if request.method == "POST":
        try:
            code = _brought(request)
            return _to("catalogue:draft", code, said=_("Đã có bản thảo."))
        except Invalid as wrong:
            errors = wrong.fields
        except (procedure_file.BadFile, actions.Overtaken) as refused:
            errors = {"file": str(refused)}
    status = 422 if errors else 200
    context = {"typed": typed, "errors": errors}
    return render(request, "catalogue/controller/bring.html", context, status=status)


def _brought(request: accounts.Request) -> str:
    """The code of the draft that came of what was posted."""
    sent = request.FILES.get("file")
    if sent is not None:
        raw = sent.read(procedure_file.LARGEST + 1)
        return actions.import_draft(raw=raw, by=request.actor, at=request.at).code
    if request.POST.get("do") == "file":
        raise Invalid({"file": _("Xin chọn tệp của thủ tục.")})
    code = request.POST.get("code", "").strip()[:80]
    return actions.start_draft(code=code, by=request.actor, at=request.at).code


@code_page
@require_http_methods(["GET", "POST"])
def one(request: accounts.Request, code: str) -> HttpResponse:
    """A procedure through its versions; POST begins the next one."""
    if request.method == "POST":
        actions.start_draft(code=code, by=request.actor, at=request.at)
        return _to("catalogue:draft", code)
    lines, draft = versions.versions_of(code), versions.draft_of(code)
    if not lines and draft is None:
        raise Missing(_("Không có thủ tục này."))
    context = {"code": code, "versions": lines, "draft": draft, "today": day_of(request.at)}
    return render(request, "catalogue/controller/kept_one.html", context)


@code_page
def compare(request: accounts.Request, code: str) -> HttpResponse:
    """Two versions side by side; a version is a number, or “draft”."""
    names = _asked_sides(request, code)
    before, after = (_side(request, code, name) for name in names)
    context = {
        "code": code,
        "name": after.short_name or after.name or code,
        "before": _side_words(names[0]),
        "after": _side_words(names[1]),
        "parts": difference(before, after),
    }
    return render(request, "catalogue/controller/compare.html", context)


def _asked_sides(request: accounts.Request, code: str) -> list[str]:
    """Which two, the last two where none are named."""
    names = [request.GET.get(side, "")[:10] for side in ("from", "to")]
    if not any(names):
        last = ["draft"] if versions.draft_of(code) else []
        last += [str(line.number) for line in versions.versions_of(code)[:2]]
        names = [last[min(1, len(last) - 1)], last[0]] if last else names
    return names


def _side(request: accounts.Request, code: str, name: str) -> ProcedureFile:
    if name == "draft":
        return versions.living_draft(code).file
    number = int(name) if name.isascii() and name.isdecimal() and len(name) < 7 else 0
    return versions.file_of(versions.version_numbered(code, number), day=day_of(request.at))


def _side_words(name: str) -> str:
    return _("Bản thảo") if name == "draft" else _("Phiên bản %(number)s") % {"number": name}


@code_page
@require_GET
def file(request: accounts.Request, code: str) -> HttpResponse:
    """A version (or the draft) as its file, to be kept or read in elsewhere."""
    name = request.GET.get("version", "")[:10]
    if not name:
        newest = versions.version_on(code, day=day_of(request.at))
        found, name = versions.file_of(newest, day=day_of(request.at)), str(newest.number)
    else:
        found = _side(request, code, name)
    response = HttpResponse(procedure_file.canonical(found), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{code}-{name}.json"'
    return response


# --- the draft ----------------------------------------------------------------------------------


@code_page
@require_http_methods(["GET", "POST"])
def draft(request: accounts.Request, code: str) -> HttpResponse:
    """The draft as a whole: what is wrong, what is different, and the next move."""
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            return _moved(request, code)
        except Invalid as wrong:
            errors, status = wrong.fields, wrong.status
        except (actions.Faulty, actions.Overtaken, actions.Outdated, actions.DraftMoved) as refused:
            errors, status = {"": str(refused)}, refused.status
        except actions.OneHand as refused:
            errors, status = {"": str(refused)}, refused.status
    found = versions.living_draft(code)
    context = {
        "draft": found,
        "code": code,
        "errors": errors,
        "typed": request.POST.dict(),
        "findings": checked.findings(found.file, day=day_of(request.at)),
        "parts": difference(found.base, found.file),
        "mine": request.actor.person == found.edited_by,
        "today": day_of(request.at),
    }
    return render(request, "catalogue/controller/draft.html", context, status=status)


def _moved(request: accounts.Request, code: str) -> HttpResponse:
    """The move that was pressed, and where it leads."""
    given: dict[str, Any] = {
        "code": code,
        "revision": revision_of(request),
        "by": request.actor,
        "at": request.at,
    }
    note, do = request.POST.get("note", ""), request.POST.get("do", "")
    if do == "submit":
        actions.submit_draft(note=note, **given)
        return _to("catalogue:draft", code, said=_("Đã trình công bố."))
    if do == "send_back":
        actions.send_back(note=note, **given)
        return _to("catalogue:draft", code, said=_("Đã trả lại để sửa."))
    if do == "update":
        actions.bring_up_to_date(**given)
        return _to("catalogue:draft", code, said=_("Đã so với bản hiện hành."))
    if do == "publish":
        start, end = (_day(request, name) for name in ("valid_from", "valid_to"))
        if start is None:
            raise Invalid({"valid_from": _("Xin ghi ngày hiệu lực.")})
        version = actions.publish_draft(valid_from=start, valid_to=end, **given)
        said = _("Đã công bố phiên bản %(number)s.") % {"number": version.number}
        return _to("catalogue:kept_one", code, said=said)
    if do == "discard":
        actions.discard_draft(**given)
        return _to("catalogue:kept", said=_("Đã bỏ bản thảo. Bản hiện hành vẫn giữ nguyên."))
    raise Refusal(_("Không có việc này."))


def _day(request: accounts.Request, name: str) -> date | None:
    typed = request.POST.get(name, "").strip()
    if not typed:
        return None
    try:
        return date.fromisoformat(typed[:10])
    except ValueError:
        raise Invalid({name: _("Ngày không đúng.")}) from None


def revision_of(request: accounts.Request) -> int | None:
    """The revision the page was made from."""
    seen = request.POST.get("revision", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else None


def _to(name: str, *args: str, said: str = "") -> HttpResponse:
    response = HttpResponseRedirect(reverse(name, args=args))
    if said:
        response["Haicap-Notice"] = quote(said)
    return response
