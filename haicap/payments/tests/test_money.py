"""What is owed, paid, forgiven, given back: the sums never lie, whoever writes."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from haicap.audit import public as audit
from haicap.kernel.errors import Invalid, Missing, NotAllowed
from haicap.payments import public as payments
from haicap.payments import queries, vietqr
from haicap.payments.actions.booking import NotOwed
from haicap.payments.models import Demand, Kind, Movement
from haicap.payments.tests.conftest import LABEL, Till
from haicap.registers import public as registers

OF = "dossiers.Dossier:1"
CASH = {"of": OF, "amount": 8000, "way": "cash"}


def kinds(of: str = OF) -> list[str]:
    return [entry.kind.removeprefix("payments.") for entry in audit.history_of(of)]


def test_cash_at_the_counter_has_a_movement_a_receipt_and_a_line_in_the_journal(till: Till) -> None:
    assert till.demand().state == "due"
    paid = till.act("pay", "minh", **CASH)
    assert (paid.state, paid.left, paid.receipt) == ("paid", 0, "BL 0000001/2026")
    assert kinds() == ["FeeDemanded", "MoneyReceived"]
    (line,) = payments.lines_of(OF)
    assert (line.amount, line.way, line.by) == (8000, "cash", till.cast.people["minh"].staff)
    with pytest.raises(NotOwed):
        till.act("pay", "minh", **CASH)
    till.demand(of="dossiers.Dossier:2", label="H26.2.118-261123-0002")
    again = till.act("pay", "minh", of="dossiers.Dossier:2", amount=8000, way="card")
    assert again.receipt == "BL 0000002/2026"


def test_a_printed_receipt_takes_no_electronic_number(till: Till) -> None:
    till.demand()
    assert till.act("pay", "minh", **CASH, paper_receipt="AB/25 0012").receipt == "AB/25 0012"
    assert registers.books_of(agency_id=till.cast.bode.point) == []


def test_the_counter_takes_all_that_is_owed_and_nothing_else(till: Till) -> None:
    till.demand()
    for amount in (7000, 9000, 0, None, -8000):
        with pytest.raises(Invalid) as refused:
            till.act("pay", "minh", of=OF, amount=amount, way="cash")
        assert list(refused.value.fields) == ["amount"]
    with pytest.raises(Invalid):
        till.act("pay", "minh", of=OF, amount=8000, way="gateway")
    with pytest.raises(Missing):
        till.act("pay", "minh", of="dossiers.Dossier:9", amount=8000, way="cash")
    for stranger in ("nga", "ha", "quan", "khoa"):
        with pytest.raises(NotAllowed):
            till.act("pay", stranger, **CASH)
    assert till.state() == ("due", 0)


def test_a_waiver_after_the_payment_is_paid_back_once(till: Till) -> None:
    """Annex D, group 8 B."""
    till.demand()
    till.act("pay", "minh", **CASH)
    with pytest.raises(NotOwed):
        till.act("refund", "ke", of=OF, way="cash", reason="Thu nhầm")
    waived = till.act("waive", "minh", of=OF, reason="Hộ nghèo", basis="TT 226/2016, Điều 4")
    assert (waived.state, waived.too_much) == ("over", 8000)
    with pytest.raises(NotAllowed):
        till.act("refund", "minh", of=OF, way="cash", reason="Hoàn theo miễn phí")
    with pytest.raises(Invalid):
        till.act("refund", "ke", of=OF, way="transfer", reason="Hoàn theo miễn phí")
    with pytest.raises(Invalid):
        till.act("refund", "ke", of=OF, amount=8001, way="cash", reason="Hoàn")
    back = {"of": OF, "way": "transfer", "transaction_id": "FT1", "reason": "Hoàn theo miễn phí"}
    assert till.act("refund", "ke", **back).state == "refunded"
    with pytest.raises(NotOwed):
        till.act("refund", "quy", **back)
    assert till.state() == ("refunded", 0)
    assert kinds() == ["FeeDemanded", "MoneyReceived", "FeeWaived", "MoneyRefunded"]


def test_a_part_may_be_waived_and_a_waiver_says_why(till: Till) -> None:
    till.demand()
    with pytest.raises(Invalid):
        till.act("waive", "minh", of=OF, reason="  ")
    half = till.act("waive", "minh", of=OF, amount=3000, reason="Giảm theo nghị quyết")
    assert (half.state, half.left) == ("due", 5000)
    assert till.act("pay", "minh", of=OF, amount=5000, way="cash").state == "paid"
    with pytest.raises(Invalid):
        till.act("waive", "minh", of=OF, amount=5001, reason="Giảm")


def test_money_for_the_wrong_dossier_goes_where_it_belongs_with_its_receipt(till: Till) -> None:
    till.demand()
    till.demand(of="dossiers.Dossier:2", label="H26.2.118-261123-0002")
    till.act("pay", "minh", **CASH)
    (line,) = payments.lines_of(OF)
    move = {"movement_id": line.id, "to_code": "h26.2.118-261123-0002", "reason": "Thu nhầm hồ sơ"}
    with pytest.raises(NotAllowed):
        till.act("attribute", "minh", **move)
    right = till.act("attribute", "ke", **move)
    assert (right.label, right.state, right.receipt) == (
        "H26.2.118-261123-0002", "paid", "BL 0000002/2026",
    )  # fmt: skip
    assert till.state() == ("due", 0)
    voided = registers.number_of(ref=f"payments.Movement:{line.id}", kind=queries.RECEIPTS)
    assert voided is None or voided.state == "void"
    with pytest.raises(NotOwed):
        till.act("attribute", "ke", **move)
    assert kinds("dossiers.Dossier:2")[-1] == "MoneyAttributed"


def test_a_demand_may_change_and_what_was_paid_stays(till: Till) -> None:
    till.demand()
    till.act("pay", "minh", **CASH)
    assert till.demand(amount=10_000).state == "partial"
    assert till.demand(amount=5_000).state == "over"
    assert till.demand(amount=8_000).state == "paid"
    assert till.demand(of="dossiers.Dossier:3", label="H26.2.118-261123-0003", amount=0).state == (
        "none"
    )


def test_nobody_can_write_that_a_fee_is_paid(till: Till) -> None:
    till.demand()
    row = Demand.objects.get(of=OF)
    for lie in ("received = 8000", "waived = 8000", "state = 'paid'"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"update payments_demand set {lie}")
    till.act("pay", "minh", **CASH)
    for lie in ("update payments_movement set amount = 1", "delete from payments_movement"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(lie)
    for wrong in (
        {"kind": Kind.PAYMENT, "amount": 0, "way": "cash", "provider": "x"},
        {"kind": Kind.PAYMENT, "amount": 5, "way": "none"},
        {"kind": Kind.REFUND, "amount": 5, "way": "cash", "provider": "x"},
        {"kind": Kind.REFUND, "amount": 8001, "way": "cash", "provider": "x", "reason": "r"},
        {"kind": Kind.WAIVER, "amount": 9000, "reason": "r"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Movement.objects.create(
                demand=row, by_kind="staff", happened_at=till.at, recorded_at=till.at, **wrong
            )
    assert till.state() == ("paid", 8000)


def test_the_way_to_pay_carries_what_is_left_and_the_dossiers_code(till: Till) -> None:
    owed = till.demand()
    way = payments.way_to_pay(owed, day=till.at.date())
    assert way is not None
    assert vietqr.read(way.payload) == vietqr.Paid("999999", "1017000118", 8000, LABEL)
    assert payments.way_to_pay(till.act("pay", "minh", **CASH), day=till.at.date()) is None
    more = till.demand(kind="supplement", amount=2000)
    assert len(more.code) <= 25
    assert more.code.startswith("HC")
    assert queries.demand_by_code(more.code).kind == "supplement"


def test_money_is_placed_by_what_payers_write_and_never_by_guessing(till: Till) -> None:
    first = till.demand()
    other = till.demand(of="dossiers.Dossier:2", label="H26.21.18-261123-0001")  # a point moved
    row = Demand.objects.get(of=OF)
    assert queries.meant_by(f"nop phi {LABEL.lower()} Nguyen Thi Lan") == row.pk
    assert queries.meant_by("H262118261123 0001") is None
    assert queries.meant_by(f"{first.label} {other.label}") is None
    assert queries.meant_by("tien an trua") is None
