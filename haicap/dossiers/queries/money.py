"""A dossier's money as its pages and its story tell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.dossiers.flow import FINAL, State
from haicap.dossiers.models import Dossier
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.payments import public as payments
from haicap.units import public as units


def _dotted(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


TITLES: Final[Mapping[str, Callable[[Mapping[str, Any], Mapping[int, str]], str]]] = {
    "payments.MoneyReceived": lambda f, n: (
        _("Đã thu %(amount)s đồng phí, lệ phí") % {"amount": _dotted(f["amount"])}
        if not f["left"]
        else _("Đã thu %(amount)s đồng phí, lệ phí, còn thiếu %(left)s đồng")
        % {"amount": _dotted(f["amount"]), "left": _dotted(f["left"])}
    ),
    "payments.FeeWaived": lambda f, n: (
        _("Đã miễn %(amount)s đồng phí, lệ phí") % {"amount": _dotted(f["amount"])}
    ),
    "payments.MoneyRefunded": lambda f, n: (
        _("Đã hoàn %(amount)s đồng phí, lệ phí") % {"amount": _dotted(f["amount"])}
    ),
    "payments.MoneyAttributed": lambda f, n: (
        _("Đã chuyển %(amount)s đồng giữa hai hồ sơ, vì nộp nhầm")
        % {"amount": _dotted(f["amount"])}
    ),
}


def told_once(entries: Sequence[audit.Happening]) -> list[audit.Happening]:
    """Without the facts of money that a fact of the dossier tells as well: taken at its counter."""
    settled = {entry.happened_at for entry in entries if entry.kind == "dossiers.FeeSettled"}
    return [
        entry
        for entry in entries
        if not (entry.kind.startswith("payments.") and entry.happened_at in settled)
    ]


def money_of(dossier: Dossier, *, by: Actor, at: datetime) -> dict[str, Any]:
    """What the page of the fee shows: how it stands, how to pay, every movement.

    Who may be paid now: nothing before reception, nothing where nothing is owed.
    """
    stands = payments.standing(dossier.ref)
    lines = payments.lines_of(dossier.ref) if stands else []
    names = accounts.staff_names({line.by for line in lines if line.by}) if by.is_staff else {}
    asked = stands is not None and payable(dossier)
    return {
        "stands": stands,
        "way": payments.way_to_pay(stands, day=day_of(at)) if stands and asked else None,
        "gateway": payments.open_gateway() if stands and asked and stands.left else "",
        "lines": [{"line": line, "who": names.get(line.by or 0, "")} for line in lines],
        "later": stands is not None
        and stands.moment == "return"
        and dossier.state not in (State.ISSUED, *FINAL),
    }


def payable(dossier: Dossier) -> bool:
    """Whether money may be asked for: received, and not ended without a result."""
    return dossier.received_at is not None and (
        dossier.state not in FINAL or dossier.state == State.RETURNED
    )


def receipt_page(dossier: Dossier, movement_id: int, *, at: datetime) -> dict[str, Any]:
    """An electronic receipt with the names it is printed with. Missing."""
    found = payments.receipt_of(movement_id, of=dossier.ref)
    agency = units.agency(found.agency_id, day=day_of(found.happened_at))
    day = day_of(found.happened_at)
    parent = units.agency(agency.parent_id, day=day) if agency.parent_id else None
    names = accounts.staff_names([found.by]) if found.by else {}
    applicant = dossier.declared.get("applicant", {})
    return {
        "dossier": dossier,
        "procedure": dossier.procedure_version.name,
        "receipt": found,
        "agency": agency,
        "parent": parent,
        "collector": names.get(found.by or 0, ""),
        "payer": str(applicant.get("name", "")),
        "payer_number": next(iter((applicant.get("identifiers") or {}).values()), ""),
    }
