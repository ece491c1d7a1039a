"""The unit administrator's pages: people, posts with holders and duties, delegations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from haicap.accounts import actions, forms, queries, rosters, sheet
from haicap.accounts.guards import staff_page
from haicap.accounts.session import Request
from haicap.accounts.views.citizen import back
from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Refusal

admin_page = staff_page(Duty.ACCOUNTS)


@admin_page
@require_GET
def people(request: Request) -> HttpResponse:
    """Accounts of the own unit, found by name or login."""
    q = forms.text(request.GET, "q")
    key, _colon, pk = forms.text(request.GET, "after").rpartition(":")
    after = (key, int(pk)) if pk.isascii() and pk.isdigit() and len(pk) <= 18 else None
    found, more = rosters.people_of(request.actor, q=q, after=after, day=day_of(request.at))
    query = urlencode({"q": q, "after": f"{more[0]}:{more[1]}"}) if more else ""
    context = {"people": found, "q": q, "next_url": f"?{query}" if more else ""}
    return render(request, "accounts/staff/people.html", context)


@admin_page
@require_GET
def person(request: Request, staff_id: int) -> HttpResponse:
    """One account: its posts, and what may be done with it."""
    return _person_page(request, staff_id)


def _person_page(request: Request, staff_id: int, *, code: str = "") -> HttpResponse:
    view, holdings = rosters.person_of(request.actor, staff_id, day=day_of(request.at))
    context = {
        "person": view,
        "holdings": holdings,
        "code": code,
        "oneself": view.id == request.actor.person,
        "today": day_of(request.at),
    }
    return render(request, "accounts/staff/person.html", context)


@admin_page
@never_cache
@require_http_methods(["GET", "POST"])
def add(request: Request) -> HttpResponse:
    """One new account, with its one-time code shown this once."""
    if request.method == "GET":
        return _add_page(request, {})
    faults = forms.Faults()
    data = request.POST
    title = forms.text(data, "title")
    new = actions.NewStaff(
        agency_id=forms.number_in(data, "agency", faults),
        full_name=forms.name_in(forms.text(data, "full_name"), faults),
        login=forms.login_in(forms.text(data, "login"), faults),
        phone=forms.phone_in(forms.text(data, "phone"), faults),
        email=forms.email_in(forms.text(data, "email"), faults),
        title=forms.title_in(title, faults) if title else "",
    )
    try:
        faults.raise_any()
        added = actions.add_staff(people=[new], by=request.actor, at=request.at)
    except Refusal as refusal:
        return _add_page(request, _by_field(refusal))
    return render(request, "accounts/staff/added.html", {"added": added})


def _by_field(refusal: Refusal) -> dict[str, str]:
    """The sentences of a refusal by field; those of a one-row sheet carry the row's number."""
    if isinstance(refusal, Invalid):
        return {field.removesuffix("-0"): said for field, said in refusal.fields.items()}
    return {"": str(refusal)}


def _add_page(request: Request, errors: dict[str, str]) -> HttpResponse:
    names = ("full_name", "login", "phone", "email", "agency", "title")
    context = {
        "agencies": rosters.choosable_agencies(request.actor, day=day_of(request.at)),
        "values": {name: forms.text(request.POST, name) for name in names},
        "errors": errors,
    }
    return render(request, "accounts/staff/add.html", context, status=422 if errors else 200)


@admin_page
@never_cache
@require_http_methods(["GET", "POST"])
def add_many(request: Request) -> HttpResponse:
    """Many accounts from a sheet: shown first, made on the second press."""
    words, lines, errors = request.POST.get("sheet", "")[: sheet.BYTES], [], {}
    if request.method == "POST":
        try:
            upload = request.FILES.get("file")
            if upload is not None:
                words = sheet.decoded(upload.read(sheet.BYTES + 1))
            lines = sheet.read(
                words,
                agencies=rosters.choosable_agencies(request.actor, day=day_of(request.at)),
                taken=queries.logins_taken(),
            )
            if "make" in request.POST and not any(line.faults for line in lines):
                people = [line.person for line in lines]
                added = actions.add_staff(people=people, by=request.actor, at=request.at)
                return render(request, "accounts/staff/added.html", {"added": added})
        except Invalid as refusal:
            errors = refusal.fields
    context = {"sheet": words, "lines": lines, "errors": errors}
    return render(request, "accounts/staff/add_many.html", context, status=422 if errors else 200)


@admin_page
@require_POST
def end_person(request: Request, staff_id: int) -> HttpResponse:
    """Lock an account for good."""
    actions.end_staff(staff_id=staff_id, by=request.actor, at=request.at)
    return back(reverse("accounts:person", args=[staff_id]), _("Đã kết thúc tài khoản."))


@admin_page
@never_cache
@require_POST
def reset_password(request: Request, staff_id: int) -> HttpResponse:
    """A new one-time code, shown this once."""
    code = actions.reset_password(staff_id=staff_id, by=request.actor, at=request.at)
    return _person_page(request, staff_id, code=code)


@admin_page
@never_cache
@require_POST
def reopen_person(request: Request, staff_id: int) -> HttpResponse:
    """Open an ended account again; its code is shown this once."""
    code = actions.reopen_staff(staff_id=staff_id, by=request.actor, at=request.at)
    return _person_page(request, staff_id, code=code)


@admin_page
@require_POST
def reset_second_factor(request: Request, staff_id: int) -> HttpResponse:
    """Somebody lost the phone."""
    actions.reset_second_factor(staff_id=staff_id, by=request.actor, at=request.at)
    return back(reverse("accounts:person", args=[staff_id]), _("Đã gỡ xác thực hai lớp."))


@admin_page
@require_GET
def posts(request: Request) -> HttpResponse:
    """Posts of the unit with their holders and duties."""
    after = forms.text(request.GET, "after")
    q = forms.text(request.GET, "q")
    found, more = rosters.posts_of_unit(
        request.actor,
        day=day_of(request.at),
        q=q,
        after=int(after) if after.isascii() and after.isdigit() and len(after) <= 18 else 0,
    )
    next_url = f"?{urlencode({'q': q, 'after': more})}" if more else ""
    context = {"posts": found, "q": q, "next_url": next_url}
    return render(request, "accounts/staff/posts.html", context)


@admin_page
@require_http_methods(["GET", "POST"])
def new_post(request: Request) -> HttpResponse:
    """A new post in an agency of the unit."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        faults, data, today = forms.Faults(), request.POST, day_of(request.at)
        agency_id = forms.number_in(data, "agency", faults)
        title = forms.title_in(forms.text(data, "title"), faults)
        first_day = forms.day_in(data, "first_day", faults, default=today)
        try:
            faults.raise_any()
            post_id = actions.make_post(
                agency_id=agency_id,
                title=title,
                first_day=first_day,
                by=request.actor,
                at=request.at,
            )
            return back(reverse("accounts:post", args=[post_id]), _("Đã lập vị trí."))
        except Refusal as refusal:
            errors = _by_field(refusal)
    context = {
        "agencies": rosters.choosable_agencies(request.actor, day=day_of(request.at)),
        "values": {n: forms.text(request.POST, n) for n in ("agency", "title", "first_day")},
        "errors": errors,
    }
    return render(request, "accounts/staff/new_post.html", context, status=422 if errors else 200)


@admin_page
@require_GET
def post(request: Request, post_id: int) -> HttpResponse:
    """One post: who holds it, with which duties."""
    return _post_page(request, post_id, {})


def _post_page(request: Request, post_id: int, errors: dict[str, str]) -> HttpResponse:
    context: dict[str, Any] = {
        "post": rosters.post_of_unit(request.actor, post_id, day=day_of(request.at)),
        "people": rosters.choosable_people(request.actor),
        "duties": rosters.duties_to_give(request.actor),
        "reaches": rosters.reaches_to_give(request.actor),
        "values": {name: forms.text(request.POST, name) for name in request.POST},
        "errors": errors,
        "today": day_of(request.at),
    }
    return render(request, "accounts/staff/post.html", context, status=422 if errors else 200)


@admin_page
@require_POST
def place(request: Request, post_id: int) -> HttpResponse:
    """Let somebody hold the post."""
    faults, data, today = forms.Faults(), request.POST, day_of(request.at)
    try:
        staff_id = forms.number_in(data, "staff", faults)
        first_day = forms.day_in(data, "first_day", faults, default=today)
        last = forms.text(data, "last_day")
        last_day = forms.day_in(data, "last_day", faults, default=today) if last else None
        faults.raise_any()
        actions.place_holder(
            post_id=post_id,
            staff_id=staff_id,
            first_day=first_day,
            last_day=last_day,
            by=request.actor,
            at=request.at,
        )
    except Refusal as refusal:
        return _post_page(request, post_id, _by_field(refusal))
    return back(reverse("accounts:post", args=[post_id]), _("Đã giao vị trí."))


@admin_page
@require_POST
def give(request: Request, post_id: int) -> HttpResponse:
    """Charge the post with a duty."""
    faults, data, today = forms.Faults(), request.POST, day_of(request.at)
    try:
        duty, reach = forms.duty_in(data, faults), forms.reach_in(data, faults)
        procedures = forms.procedures_in(data, faults)
        first_day = forms.day_in(data, "duty_first_day", faults, default=today)
        faults.raise_any()
        actions.give_duty(
            post_id=post_id,
            duty=duty,
            reach=reach,
            procedures=procedures,
            first_day=first_day,
            by=request.actor,
            at=request.at,
        )
    except Refusal as refusal:
        return _post_page(request, post_id, _by_field(refusal))
    return back(reverse("accounts:post", args=[post_id]), _("Đã giao nhiệm vụ."))


@admin_page
@require_POST
def end(request: Request, post_id: int) -> HttpResponse:
    """End a holding, a duty or the post itself: `what` is holding | duty | post; the last day is
    given, or yesterday, which means now.
    """
    faults = forms.Faults()
    yesterday = day_of(request.at) - timedelta(days=1)
    try:
        last_day = forms.day_in(request.POST, "last_day", faults, default=yesterday)
        what = forms.text(request.POST, "what")
        thing = post_id if what == "post" else forms.number_in(request.POST, "id", faults)
        faults.raise_any()
        if what == "holding":
            actions.end_holding(
                holding_id=thing, last_day=last_day, by=request.actor, at=request.at
            )
        elif what == "duty":
            actions.end_duty(duty_id=thing, last_day=last_day, by=request.actor, at=request.at)
        else:
            actions.end_post(post_id=thing, last_day=last_day, by=request.actor, at=request.at)
    except Refusal as refusal:
        return _post_page(request, post_id, _by_field(refusal))
    return back(reverse("accounts:post", args=[post_id]), _("Đã ghi ngày kết thúc."))


@admin_page
@require_http_methods(["GET", "POST"])
def delegations(request: Request) -> HttpResponse:
    """Duties lent between posts of the unit; a new one on POST."""
    if request.method == "GET":
        return _delegations_page(request, {})
    faults, data, today = forms.Faults(), request.POST, day_of(request.at)
    try:
        asked = {
            "from_post": forms.number_in(data, "from_post", faults),
            "to_post": forms.number_in(data, "to_post", faults),
            "duty": forms.duty_in(data, faults),
            "procedures": forms.procedures_in(data, faults),
            "first_day": forms.day_in(data, "first_day", faults, default=today),
            "last_day": forms.day_in(data, "last_day", faults, default=today),
            "basis": forms.basis_in(data, faults),
        }
        faults.raise_any()
        actions.lend_duty(**asked, by=request.actor, at=request.at)  # type: ignore[arg-type]
    except Refusal as refusal:
        return _delegations_page(request, _by_field(refusal))
    return back(reverse("accounts:delegations"), _("Đã ghi ủy quyền."))


def _delegations_page(request: Request, errors: dict[str, str]) -> HttpResponse:
    day = day_of(request.at)
    context = {
        "delegations": rosters.delegations_of_unit(request.actor, day=day),
        "posts": rosters.choosable_posts(request.actor, day=day),
        "duties": rosters.duties_to_give(request.actor),
        "values": {name: forms.text(request.POST, name) for name in request.POST},
        "errors": errors,
    }
    return render(
        request, "accounts/staff/delegations.html", context, status=422 if errors else 200
    )


@admin_page
@require_POST
def end_delegation(request: Request, delegation_id: int) -> HttpResponse:
    """End a delegation now."""
    actions.end_delegation(delegation_id=delegation_id, by=request.actor, at=request.at)
    return back(reverse("accounts:delegations"), _("Đã kết thúc ủy quyền."))
