"""The forms 01 to 07 for the controller of procedures: which layout holds, putting another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from haicap.accounts import public as accounts
from haicap.dossiers.actions import layouts as actions
from haicap.dossiers.models import SlipLayout
from haicap.dossiers.slips import layouts
from haicap.dossiers.slips.kinds import KINDS, Form
from haicap.dossiers.slips.printing import print_form
from haicap.dossiers.slips.samples import sample
from haicap.files import public as files
from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing

TRY: Final = "try"


@accounts.staff_page(Duty.CATALOGUE)
@require_http_methods(["GET", "POST"])
def page(request: accounts.Request) -> HttpResponse:
    """Every form and its layout of today; a new one is tried, then put from a day on."""
    actions.require_controller(request.actor)
    if request.method == "GET":
        return _page(request, typed={}, errors={})
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in request.POST}
    try:
        typed["source"] = _source(request)
        form = _form(typed.get("form", ""))
        if typed.get("act") == TRY:
            proof = layouts.prove(form, source=typed["source"], basis=typed.get("basis", ""))
            return _pdf(proof, _("Bản thử mẫu số %(form)s.pdf") % {"form": form})
        actions.put_layout(
            form=str(form),
            source=typed["source"],
            basis=typed.get("basis", ""),
            valid_from=_day(typed, "valid_from", required=True) or day_of(request.at),
            valid_to=_day(typed, "valid_to"),
            by=request.actor,
            at=request.at,
        )
    except Invalid as invalid:
        return _page(request, typed=typed, errors=invalid.fields, status=422)
    response = HttpResponseRedirect(reverse("dossiers:layouts"))
    response["Haicap-Notice"] = quote(_("Đã đặt mẫu số %(form)s.") % {"form": form})
    return response


def _page(
    request: accounts.Request,
    *,
    typed: Mapping[str, Any],
    errors: Mapping[str, str],
    status: int = 200,
) -> HttpResponse:
    today = day_of(request.at)
    rows = list(SlipLayout.objects.order_by("form", "-valid_from", "-id"))
    context = {
        "forms": [
            {
                "number": str(form),
                "name": KINDS[form].name,
                "basis": layouts.layout_on(form, day=today).basis,
                "put": [_put(row, today) for row in rows if row.form == form],
            }
            for form in Form
        ],
        "typed": {"valid_from": f"{today:%d/%m/%Y}", **typed},
        "errors": errors,
    }
    return render(request, "dossiers/staff/layouts.html", context, status=status)


def _put(row: SlipLayout, today: date) -> dict[str, Any]:
    ended = row.valid_to is not None and row.valid_to <= today
    if row.withdrawn_at is not None:
        words = _("đã bỏ")
    elif ended:
        words = _("đã hết dùng")
    else:
        words = _("đang dùng") if row.valid_from <= today else _("sắp dùng")
    return {
        "id": row.pk,
        "basis": row.basis,
        "since": row.valid_from,
        "until": row.valid_to,
        "words": words,
        "open": row.withdrawn_at is None and not ended,
        "hash": row.sha256[:12],
    }


@accounts.staff_page(Duty.CATALOGUE)
@require_GET
def shown(request: accounts.Request, form: str) -> HttpResponse:
    """The form filled in with a made-up case, by the layout of today."""
    actions.require_controller(request.actor)
    kind = _known(form)
    made = print_form(sample(kind), layout=layouts.layout_on(kind, day=day_of(request.at)))
    return _pdf(made, _("Mẫu số %(form)s.pdf") % {"form": kind})


@accounts.staff_page(Duty.CATALOGUE)
@require_GET
def source(request: accounts.Request, form: str) -> HttpResponse:
    """The source of the layout of today, to begin one's own with."""
    actions.require_controller(request.actor)
    kind = _known(form)
    today = day_of(request.at)
    text = layouts.layout_on(kind, day=today).source or layouts.our_source(kind, day=today)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = files.disposition(f"mau-{kind}.typ", download=True)
    return response


@accounts.staff_page(Duty.CATALOGUE)
@require_POST
def withdraw(request: accounts.Request, layout_id: int) -> HttpResponse:
    """A layout put before holds no more."""
    row = actions.withdraw_layout(layout_id=layout_id, by=request.actor, at=request.at)
    response = HttpResponseRedirect(reverse("dossiers:layouts"))
    response["Haicap-Notice"] = quote(_("Đã bỏ bản đặt của mẫu số %(form)s.") % {"form": row.form})
    return response


def _source(request: accounts.Request) -> str:
    """The file that was sent, else what was typed."""
    sent = request.FILES.get("file")
    if sent is None:
        return request.POST.get("source", "").replace("\r\n", "\n")
    if (sent.size or 0) > 4 * layouts.LONGEST:
        raise Invalid({"source": _("Tệp mẫu giấy lớn quá.")})
    try:
        return bytes(sent.read()).decode("utf-8")
    except UnicodeDecodeError as e:
        raise Invalid({"source": _("Tệp mẫu giấy phải là chữ UTF-8 (.typ).")}) from e


def _form(form: str) -> Form:
    try:
        return Form(form)
    except ValueError:
        raise Invalid({"form": _("Chọn một trong các mẫu 01 đến 07.")}) from None


def _known(form: str) -> Form:
    try:
        return Form(form)
    except ValueError:
        raise Missing(_("Không có mẫu giấy này.")) from None


def _day(typed: Mapping[str, Any], name: str, *, required: bool = False) -> date | None:
    text = str(typed.get(name, "")).strip()
    if not text and not required:
        return None
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise Invalid({name: _("Xin ghi ngày theo dạng ngày/tháng/năm.")})


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = files.disposition(name)
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response
