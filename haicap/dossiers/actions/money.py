"""A dossier's fee: demanded at reception, taken or waived at its counter, followed from payments.

What is owed and what came lies in payments; `money` and `fee_receipt` of a dossier repeat how that
stands, for lists. Money never changes the state of a dossier.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.catalogue import public as catalogue
from haicap.dossiers import typed
from haicap.dossiers.actions import moving
from haicap.dossiers.events import FeeSettled
from haicap.dossiers.models import Dossier, Money
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid
from haicap.payments import public as payments
from haicap.units import public as units

AT_THE_COUNTER: Final = ("cash", "transfer", "card")
WAIVED_RECEIPT: Final = "miễn"


def demand(dossier: Dossier, *, by: Actor, at: datetime) -> None:
    """Ask for what the rule wants, now that the dossier is received. Where nothing is to be paid
    nothing is asked for: a free dossier never meets a page of payment.
    """
    if dossier.fee_total:
        payments.demand(**demanded(dossier, moment=moment_of(dossier.fee_rule_id)), by=by, at=at)


def moment_of(fee_rule_id: int | None) -> str:
    """When the rule wants the money: reception, supplement or return."""
    if fee_rule_id is None:
        return "return"
    rules = catalogue.FeeRule.objects.filter(pk=fee_rule_id).order_by()
    return rules.values_list("collect_at", flat=True).first() or "return"


def demanded(dossier: Dossier, *, moment: str) -> dict[str, Any]:
    """What payments is told of a dossier's fee."""
    if dossier.receiving_agency_id is None:
        raise LookupError("a submitted dossier has a receiving agency")
    return {
        "of": dossier.ref,
        "label": dossier.code or "",
        "amount": dossier.fee_total,
        "lines": dossier.fee_lines,
        "moment": moment,
        "agency_id": dossier.receiving_agency_id,
        "payer_id": dossier.applicant_id,
    }


@transaction.atomic
def settle_fee(
    *,
    dossier_id: int,
    how: str,
    amount: int | None = None,
    receipt: str = "",
    reason: str = "",
    basis: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """The fee was taken at the counter (`how`: cash | transfer | card), or waived with a reason.

    `amount` must be what is left to pay. `receipt` is the number of a printed receipt (biên lai);
    without one the electronic receipt's number is given. Invalid by field.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="settle_fee", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    follow_payments(dossier)
    if dossier.money not in Money.owing():
        raise moving.conflict(
            dossier, by=by, desks=move.desks, why=_("Hồ sơ này không còn khoản phải thu.")
        )
    if payments.standing(dossier.ref) is None:  # received before money had a book of its own
        demand(dossier, by=move.by, at=at)
    opinion = None
    if how == "waived":
        words = typed.text(reason, field="reason", required=True)
        opinion = move.opinion(words)
        payments.waive(of=dossier.ref, reason=words, basis=basis, by=move.by, at=at)
    elif how in AT_THE_COUNTER:
        payments.pay(
            of=dossier.ref, amount=amount, way=how, by=move.by, at=at,
            paper_receipt=typed.text(receipt, field="receipt", limit=60),
        )  # fmt: skip
    else:
        raise Invalid({"how": _("Chọn tiền mặt, chuyển khoản, thẻ hoặc miễn.")})
    follow_payments(dossier)
    move.record(
        FeeSettled(
            **move.said(),
            how=how,
            amount=0 if how == "waived" else amount or 0,
            receipt=dossier.fee_receipt,
            opinion=opinion.pk if opinion else None,
        )
    )
    return move.save("money", "fee_receipt")


def follow_payments(dossier: Dossier) -> None:
    """Bring the dossier's own columns to how its money stands, without storing them."""
    stands = payments.standing(dossier.ref)
    if stands is None:
        return
    dossier.money = Money(stands.state)
    dossier.fee_receipt = stands.receipt
    if dossier.money == Money.WAIVED:
        dossier.fee_receipt = WAIVED_RECEIPT


def left(dossier: Dossier) -> int:
    """What is still to be paid, đồng."""
    stands = payments.standing(dossier.ref)
    return dossier.fee_total if stands is None else stands.left


@transaction.atomic
def follow(*, dossier_id: int) -> None:
    """Money moved elsewhere: the dossier shows how it stands now. Its state and version stay."""
    dossier = moving.locked(dossier_id)
    follow_payments(dossier)
    dossier.save(update_fields=["money", "fee_receipt"])


@transaction.atomic
def waive_later(
    *, dossier_id: int, reason: str, basis: str = "", by: Actor, at: datetime
) -> Dossier:
    """A waiver found out after the payment: what was paid is then too much, to be paid back.

    Refused as payments refuses it: no demand, nothing left to waive, not the counter's own.
    """
    dossier = moving.locked(dossier_id)
    payments.waive(of=dossier.ref, reason=reason, basis=basis, by=by, at=at)
    follow_payments(dossier)
    dossier.save(update_fields=["money", "fee_receipt"])
    return dossier


def pay_online(dossier: Dossier, *, return_url: str, by: Actor, at: datetime) -> str:
    """The address at the gateway where what is left is paid. Called with no transaction open."""
    stands = payments.standing(dossier.ref)
    account = payments.account_for(agency_id=dossier.receiving_agency_id or 0, day=day_of(at))
    agency = units.agency(dossier.receiving_agency_id, day=day_of(at))
    applicant = dossier.declared.get("applicant", {})
    details = payments.national_order(
        number=stands.code if stands else "",
        label=dossier.code or "",
        amount=stands.left if stands else 0,
        lines=stands.lines if stands else (),
        procedure=(dossier.procedure.code, dossier.procedure_version.short_name),
        agency=(agency.code, agency.name),
        account={
            "number": account.number, "bank_bin": account.bank_bin, "holder": account.holder,
        } if account else {},
        payer={
            "name": str(applicant.get("name", "")),
            "number": next(iter((applicant.get("identifiers") or {}).values()), ""),
        },
    )  # fmt: skip
    return payments.ask(
        of=dossier.ref, provider=payments.open_gateway(), details=details,
        return_url=return_url, by=by, at=at,
    )  # fmt: skip
