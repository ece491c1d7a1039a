"""A gateway that lies: every case of annex D group 8 and 13.6, each with one right outcome."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from haicap.accounts.tests.cast import AT, make_cast
from haicap.audit import public as audit
from haicap.audit.actions import make_months
from haicap.kernel.errors import Missing, Refusal
from haicap.payments import actions, gateways, queries
from haicap.payments.gateways import GatewayDown
from haicap.payments.models import Demand, Movement, Notice, NoticeState, Order
from haicap.payments.rehearsal import CASES, NAME, RehearsalGateway
from haicap.payments.tests.conftest import Till, add_account, people_of_finance

OF = "dossiers.Dossier:1"
TAKEN, AGAIN = ("0", "taken"), ("0", "repeated")
# What the notices of each case are answered, and how the demand of 8,000 đồng stands after them.
OUTCOMES: dict[str, tuple[list[tuple[str, str]], tuple[str, int]]] = {
    "right": ([TAKEN], ("paid", 8000)),
    "twice": ([TAKEN, AGAIN], ("paid", 8000)),
    "other_id": ([TAKEN, TAKEN], ("over", 16000)),
    "short": ([TAKEN], ("partial", 7000)),
    "over": ([TAKEN], ("over", 9000)),
    "late": ([], ("due", 0)),
    "silent": ([], ("due", 0)),
    "forged": ([("-1", "forged")], ("due", 0)),
    "other_amount": ([TAKEN, ("1", "differs")], ("paid", 8000)),
    "other_dossier": ([TAKEN, AGAIN], ("paid", 8000)),
    "unknown": ([("0", "unknown")], ("due", 0)),
    "reversed": ([TAKEN, TAKEN], ("due", 0)),
    "reversed_first": ([("0", "parked"), TAKEN], ("due", 0)),
}


def test_every_case_of_the_rehearsal_has_its_outcome() -> None:
    assert set(OUTCOMES) == {case.key for case in CASES}


@pytest.mark.parametrize("case", OUTCOMES)
def test_whatever_the_gateway_does_there_is_one_outcome(till: Till, case: str) -> None:
    till.demand()
    answers, stands = OUTCOMES[case]
    sent = till.gateway.pay(till.order(), case, at=till.later())
    assert till.tell(*sent) == answers
    assert till.state() == stands
    booked = Movement.objects.count()
    till.tell(*reversed(sent), *sent)
    assert (till.state(), Movement.objects.count()) == (stands, booked)  # invariant 14


def test_a_notice_for_another_dossier_under_the_same_transaction_is_refused(till: Till) -> None:
    till.demand()
    till.demand(of="dossiers.Dossier:2", label="H26.2.118-261123-0002")
    (good,) = till.gateway.pay(till.order(), "right", at=till.later())
    said = till.gateway.read(*good)
    other = till.gateway.signed(
        gateways.Said(
            number=till.order("dossiers.Dossier:2"), label="H26.2.118-261123-0002",
            transaction=said.transaction, amount=8000, status="success", said_at=said.said_at,
        )
    )  # fmt: skip
    assert till.tell(good, other) == [TAKEN, ("1", "differs")]
    assert till.state("dossiers.Dossier:2") == ("due", 0)


def test_a_late_notice_after_a_waiver_is_money_to_be_paid_back(till: Till) -> None:
    till.demand()
    number = till.order()
    assert till.gateway.pay(number, "late", at=till.later()) == []
    assert till.act("waive", "minh", of=OF, reason="Hộ nghèo").state == "waived"
    assert till.tell(*till.gateway.held(number)) == [TAKEN]
    assert till.state() == ("over", 8000)
    back = {"of": OF, "way": "transfer", "transaction_id": "FT7", "reason": "Đã miễn"}
    assert till.act("refund", "ke", **back).state == "refunded"


def test_a_short_payment_is_made_whole_and_no_money_moves_a_state_by_itself(till: Till) -> None:
    till.demand()
    till.bank("short")
    assert till.order() != Order.objects.order_by("id")[0].number  # an order for the rest
    assert Order.objects.latest("id").amount == 1000
    assert till.bank("right") == [TAKEN]
    assert till.state() == ("paid", 8000)
    kinds = {entry.kind.partition(".")[0] for entry in audit.history_of(OF)}
    assert kinds == {"payments"}


def test_a_forged_notice_is_in_the_journal_once_and_a_flood_of_them_is_not(till: Till) -> None:
    till.demand()
    (forged,) = till.gateway.pay(till.order(), "forged", at=till.later())
    till.tell(forged, forged)
    subject = f"payments.Provider:{NAME}"
    (entry,) = audit.history_of(subject)
    assert (entry.kind, entry.facts["state"]) == ("payments.NoticeRefused", "forged")
    assert Notice.objects.get().times == 2
    for number in range(30):
        actions.take_notice(
            provider=NAME, body=b'{"n": %d}' % number, signature="0" * 64, at=till.at
        )
    assert Notice.objects.filter(state=NoticeState.FORGED).count() <= 21
    assert till.bank("right") == [TAKEN]  # the true ones still come in


@pytest.mark.parametrize(
    "change",
    [
        {"SoTien": "8000"}, {"SoTien": 0}, {"SoTien": -5}, {"SoTien": 1.5}, {"SoTien": True},
        {"SoTien": 10**14}, {"TrangThai": "maybe"}, {"ThoiGianGD": "yesterday"},
        {"MaGiaoDich": ""}, {"MaGiaoDich": None, "SoTien": None}, {"NoiDungThanhToan": "\x00"},
    ],
)  # fmt: skip
def test_what_cannot_be_is_not_believed_even_when_signed(
    till: Till, change: dict[str, Any]
) -> None:
    till.demand()
    (good,) = till.gateway.pay(till.order(), "right", at=till.later())
    body = json.dumps({**json.loads(good[0]), **change}).encode()
    sign = gateways.signature_of(body, secret=till.gateway.secret)
    assert till.tell((body, sign)) == [("-1", "forged")]
    assert till.state() == ("due", 0)


def test_a_gateway_that_is_not_installed_tells_nothing(till: Till) -> None:
    with pytest.raises(Missing):
        actions.take_notice(provider="nobody", body=b"{}", signature="", at=till.at)


def test_without_a_secret_nothing_is_believed() -> None:
    body = b"{}"
    empty = gateways.signature_of(body, secret="")
    with pytest.raises(gateways.NotBelieved):
        gateways.read_signed(body, empty, secret="")


def test_a_lost_answer_is_asked_for_before_the_order_is_sent_again(till: Till) -> None:
    calls: list[str] = []

    def mood(call: str, when: str) -> None:
        calls.append(f"{call} {when}")
        if calls == ["start before", "start after"]:
            raise TimeoutError("no answer")

    till.gateway.mood = mood
    till.demand()
    with pytest.raises(GatewayDown):
        till.order()
    assert Order.objects.get().state == "lost"
    number = till.order()
    assert calls == ["start before", "start after", "query before"]
    assert till.order() == number
    assert len(calls) == 3  # known to be started: nobody is asked again
    assert Order.objects.count() == 1


def test_money_that_nobody_could_place_is_placed_or_goes_back_once(till: Till) -> None:
    till.demand()
    till.bank("unknown")
    ((row, rest),) = queries.unplaced()
    assert rest == 8000
    stands = till.act(
        "attribute", "ke", movement_id=row.pk, to_code=queries.standing(OF).code,  # type: ignore[union-attr]
        reason="Người nộp xác nhận",
    )  # fmt: skip
    assert (stands.state, stands.receipt) == ("paid", "BL 0000001/2026")
    assert queries.unplaced() == []
    back = {"movement_id": row.pk, "transaction_id": "FT9", "reason": "Không rõ"}
    with pytest.raises(Refusal):
        till.act("return_unplaced", "ke", **back)


def test_a_payment_never_told_of_is_found_by_asking(till: Till) -> None:
    till.demand()
    assert till.bank("silent") == []
    assert actions.ask_again(provider=NAME, at=till.later()) == 1
    assert till.state() == ("paid", 8000)
    assert actions.ask_again(provider=NAME, at=till.later()) == 0


def test_after_a_day_of_lies_our_books_are_those_of_the_gateway(till: Till) -> None:
    """Sixteen orders, each a case drawn from a seed; notices mixed, doubled, some never sent."""
    sent = []
    for number in range(1, 17):
        of = f"dossiers.Dossier:{number}"
        till.demand(of=of, label=f"H26.2.118-261123-{number:04d}")
        order = till.order(of)
        sent += till.gateway.pay(order, till.gateway.surprise(), at=till.later())
        sent += till.gateway.held(order) if number % 2 else []
    till.gateway.chance.shuffle(sent)
    till.tell(*sent, *sent[::3])
    actions.ask_again(provider=NAME, at=till.later())
    booked = Movement.objects.filter(provider=NAME, kind="payment")
    theirs = {said.transaction: said.amount for said in till.gateway.statement()}
    ours = dict(booked.values_list("transaction", "amount"))
    strange = {notice.transaction for notice in Notice.objects.filter(state=NoticeState.DIFFERS)}
    assert {key: ours[key] for key in ours.keys() - strange} == {
        key: theirs[key] for key in theirs.keys() - strange
    }
    for row in Demand.objects.all():
        rows = list(row.movements.values_list("kind", "amount"))
        assert row.received == sum(amount for kind, amount in rows if kind == "payment")
        assert row.refunded == sum(amount for kind, amount in rows if kind == "refund")


# --- at the same moment ---------------------------------------------------------------------------


def together(*runs: Callable[[], Any]) -> list[Any]:
    """Run at the same moment, each on its own connection; answers or what was raised."""
    gate = threading.Barrier(len(runs))
    found: list[Any] = [None] * len(runs)

    def one(place: int, run: Callable[[], Any]) -> None:
        gate.wait()
        try:
            found[place] = run()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_a_notice_comes_during_a_refund_and_the_same_one_five_times(
    gateway: RehearsalGateway,
) -> None:
    make_months(day=AT.date(), months=2)
    cast = make_cast()
    people_of_finance(cast)
    add_account()
    till = Till(cast, gateway)
    till.demand()
    till.act("pay", "minh", of=OF, amount=8000, way="cash")
    till.act("waive", "minh", of=OF, reason="Hộ nghèo")
    row = Demand.objects.get(of=OF)
    said = gateways.Said(
        number="", label=row.label, transaction="GD77", amount=8000, status="success",
        said_at=till.at,
    )  # fmt: skip
    notice = gateway.signed(said)
    at, ke, quy = till.later(), till.by("ke"), till.by("quy")

    def tell() -> Any:
        return actions.take_notice(provider=NAME, body=notice[0], signature=notice[1], at=at)

    def back(by: Any, name: str) -> Any:
        return actions.refund(
            of=OF, amount=8000, way="transfer", transaction_id=name, reason="Đã miễn", by=by, at=at
        )

    found = together(
        tell, tell, tell, tell, tell, lambda: back(ke, "FT1"), lambda: back(quy, "FT1"),
    )  # fmt: skip
    told, refunds = found[:5], found[5:]
    assert sorted(answer.state for answer in told) == ["repeated"] * 4 + ["taken"]
    assert sum(isinstance(answer, Refusal) for answer in refunds) == 1
    row.refresh_from_db()
    assert (row.received, row.refunded, row.state) == (16000, 8000, "over")
    kinds = [entry.kind for entry in audit.history_of(OF)]
    assert kinds.count("payments.MoneyReceived") == 2
    assert kinds.count("payments.MoneyRefunded") == 1
