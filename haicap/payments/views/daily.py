"""The day of finance: expected and received, counted and closed; statements and accounts."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.kernel import clock
from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Refusal
from haicap.payments import actions, forms, gateways, queries, reckoning
from haicap.payments.actions.daily import provider_of
from haicap.payments.models import Account, Kind, Movement, Way

MOST_STATEMENT = 2 * 1024 * 1024
FINANCE = accounts.staff_page(Duty.FINANCE)


@FINANCE
@require_GET
def day(request: accounts.Request) -> HttpResponse:
    """One day: what was demanded, what each provider brought, what is still to be closed."""
    return _day_page(request)


def _day_page(
    request: accounts.Request, *, trouble: str = "", fields: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    asked, provider = _asked(request)
    by = request.actor
    rows = reckoning.day_rows(day=asked, by=by)
    movements = reckoning.movements_shown(day=asked, provider=provider, by=by) if provider else []
    if movements:
        audit.saw(
            request, purpose="reconcile",
            subjects=sorted({row.demand.of for row in movements if row.demand}), parties=[],
        )  # fmt: skip
    people = {row.closing.counted_by for row in rows if row.closing}
    people |= {row.closing.closed_by for row in rows if row.closing and row.closing.closed_by}
    context = {
        "day": asked,
        "yesterday": asked - timedelta(days=1),
        "tomorrow": asked + timedelta(days=1) if asked < day_of(request.at) else None,
        "provider": provider,
        "rows": rows,
        "owed": reckoning.owed_of(day=asked, by=by),
        "names": accounts.staff_names(sorted(people)),
        "titles": titles(),
        "movements": [(row, queries.line_of(row)) for row in movements],
        "waiting": len(queries.unplaced()) + len(reckoning.differing(by=by)),
        "whole": by.agencies_for(Duty.FINANCE) is None,
        "trouble": trouble,
        "fields": fields or {},
        "typed": request.POST,
    }
    return render(request, "payments/day.html", context, status=status)


def titles() -> dict[str, str]:
    """Providers as people know them."""
    found = {"counter": _("Quầy thu"), **gateways.titles()}
    for account in Account.objects.order_by("id"):
        found[provider_of(account)] = f"{account.bank_name}, {account.number}"
    return found


def _asked(request: accounts.Request) -> tuple[date, str]:
    given = request.POST if request.method == "POST" else request.GET
    return (
        forms.day(given.get("day", ""), today=day_of(request.at)),
        given.get("provider", "")[:60].replace("\x00", ""),
    )


def _back(asked: date, provider: str = "", *, notice: str) -> HttpResponse:
    query = urlencode({"day": asked.isoformat(), **({"provider": provider} if provider else {})})
    response = HttpResponseRedirect(f"{reverse('payments:day')}?{query}")
    response["Haicap-Notice"] = quote(notice)
    return response


@FINANCE
@require_POST
def count(request: accounts.Request) -> HttpResponse:
    """What was counted, by the first person."""
    asked, provider = _asked(request)
    try:
        counted = forms.amount(request.POST.get("counted", ""), field="counted")
        actions.count_day(
            day=asked, provider=provider, counted=counted, note=request.POST.get("note", ""),
            by=request.actor, at=request.at,
        )  # fmt: skip
    except Invalid as invalid:
        return _day_page(request, fields=invalid.fields, status=422)
    except Refusal as refusal:
        return _day_page(request, trouble=str(refusal), status=refusal.status)
    return _back(asked, provider, notice=_("Đã ghi số kiểm đếm. Người thứ hai khóa sổ."))


@FINANCE
@require_POST
def close(request: accounts.Request) -> HttpResponse:
    """Closed, by the second."""
    asked, provider = _asked(request)
    try:
        actions.close_day(day=asked, provider=provider, by=request.actor, at=request.at)
    except Refusal as refusal:
        return _day_page(request, trouble=str(refusal), status=refusal.status)
    return _back(asked, provider, notice=_("Đã khóa sổ."))


@FINANCE
@require_GET
def export(request: accounts.Request) -> HttpResponse:
    """The movements of a day as CSV that a spreadsheet opens as it is."""
    asked, provider = _asked(request)
    movements = reckoning.movements_shown(
        day=asked, provider=provider, by=request.actor, limit=100_000
    )
    audit.saw(
        request, purpose="export",
        subjects=sorted({row.demand.of for row in movements if row.demand}), parties=[],
    )  # fmt: skip
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(
        [
            _("Thời gian"), _("Nơi thu"), _("Cách"), _("Mã giao dịch"), _("Mã hồ sơ"), _("Loại"),
            _("Số tiền"), _("Biên lai"), _("Nội dung người nộp ghi"),
        ]
    )  # fmt: skip
    names = titles()
    for row in movements:
        writer.writerow(_exported(row, names))
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"thu-phi-{asked:%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _exported(row: Movement, names: Mapping[str, str]) -> list[Any]:
    signed = -row.amount if row.kind == Kind.REFUND else row.amount
    return [
        f"{clock.local(row.happened_at):%d/%m/%Y %H:%M:%S}",
        _plain(names.get(row.provider, row.provider)),
        str(Way(row.way).label),
        _plain(row.transaction),
        row.demand.label if row.demand else "",
        str(Kind(row.kind).label),
        signed,
        _plain(queries.receipt_words(row)),
        _plain(row.text),
    ]


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


@FINANCE
@require_http_methods(["GET", "POST"])
def statement(request: accounts.Request) -> HttpResponse:
    """Read in a bank's statement."""
    context: dict[str, Any] = {
        "accounts": Account.objects.order_by("-valid_from", "id"),
        "errors": {},
        "imported": None,
    }
    status = 200
    if request.method == "POST":
        try:
            file = request.FILES.get("file")
            if file is None or not 0 < (file.size or 0) <= MOST_STATEMENT:
                raise Invalid({"file": _("Chọn tệp sao kê CSV, không quá 2 MB.")})
            context["imported"] = actions.import_statement(
                raw=file.read(), account_id=forms.number(request.POST, "account"),
                by=request.actor, at=request.at,
            )  # fmt: skip
        except Invalid as invalid:
            context["errors"], status = invalid.fields, 422
        except Refusal as refusal:
            context["errors"], status = {"file": str(refusal)}, refusal.status
    return render(request, "payments/statement.html", context, status=status)


@FINANCE
@require_http_methods(["GET", "POST"])
def accounts_page(request: accounts.Request) -> HttpResponse:
    """Which account money is asked to, and from when another."""
    errors: Mapping[str, str] = {}
    status = 200
    if request.method == "POST":
        typed = request.POST
        try:
            actions.set_account(
                agency_id=None,
                bank_bin=typed.get("bank_bin", "").strip(),
                bank_name=typed.get("bank_name", ""),
                number=typed.get("number", "").strip(),
                holder=typed.get("holder", ""),
                valid_from=forms.required_day(typed.get("valid_from", ""), field="valid_from"),
                by=request.actor,
                at=request.at,
            )
            return HttpResponseRedirect(reverse("payments:accounts"))
        except Invalid as invalid:
            errors, status = invalid.fields, 422
        except Refusal as refusal:
            errors, status = {"bank_bin": str(refusal)}, refusal.status
    context = {
        "accounts": Account.objects.order_by("-valid_from", "id"),
        "errors": errors,
        "typed": request.POST,
        "today": day_of(request.at),
    }
    return render(request, "payments/accounts.html", context, status=status)
