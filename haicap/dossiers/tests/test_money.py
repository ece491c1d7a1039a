"""A dossier's fee from reception to the refund: on its pages, through the API, in its story."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from haicap.accounts.models import Reach
from haicap.accounts.tests.cast import AT, Cast, add_person
from haicap.audit import public as audit
from haicap.dossiers import actions
from haicap.dossiers.models import Dossier
from haicap.dossiers.queries.story import story_of
from haicap.dossiers.tests.world import MARITAL, World, marital_answers
from haicap.kernel import clock
from haicap.kernel.actor import Duty
from haicap.payments import gateways, rehearsal, vietqr
from haicap.payments import public as payments
from haicap.payments.models import Order
from haicap.payments.tests.conftest import add_account
from haicap.site import wiring

NOW = AT + timedelta(hours=2)
Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def the_house(
    own_urls: None, settings: Settings, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> None:
    """All pages and the API, on the day of the cast; an account, and somebody of finance."""
    settings.ROOT_URLCONF = "haicap.site.urls"
    monkeypatch.setattr(clock, "now", lambda: NOW)
    wiring.wire()
    add_account()
    cast.people["ke"] = add_person(
        login="ke", name="Kế Toán", agency=cast.centre, title="Kế toán",
        duties=[(Duty.FINANCE, Reach.ALL)],
    )  # fmt: skip


@pytest.fixture
def mine(world: World) -> Dossier:
    """A dossier of Lan's with a fee of 3,000 đồng, received at Bồ Đề."""
    dossier = actions.hand_in(
        filing=world.filing(channel="online", applicant=None, procedure_code=MARITAL,
                            answers=marital_answers()),
        by=world.by("lan"), at=world.later(),
    )  # fmt: skip
    return world.move(dossier, "accept", "minh")


@pytest.fixture
def api(cast: Cast) -> Call:
    """A call of the API by somebody: the status and what was answered."""

    def call(who: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {cast.token(who, at=NOW)}"}
        told = "" if body is None else json.dumps(body)
        answer = Client().generic(
            method, f"/api/v1{path}", told, content_type="application/json", headers=headers
        )
        return answer.status_code, answer.json()

    return call


def tell(case: str, dossier: Dossier) -> list[int]:
    """The bank pays an order in a certain way, over the wire; the statuses of its notices."""
    sent = rehearsal.gateway.pay(order_of(dossier), case, at=NOW)
    return [
        Client().post(
            "/api/v1/payments/notices/rehearsal", body, content_type="application/json",
            headers={"X-Signature": sign},
        ).status_code
        for body, sign in sent
    ]  # fmt: skip


def order_of(dossier: Dossier) -> str:
    """The number under which the gateway knows what is left."""
    return Order.objects.filter(demand__of=dossier.ref).latest("id").number


def test_a_citizen_pays_by_the_picture_or_at_the_gateway_and_sees_the_receipt(
    mine: Dossier, cast: Cast
) -> None:
    browser, page = cast.client("lan"), reverse("dossiers:mine_fee", args=[mine.code])
    shown = browser.get(page).content.decode()
    assert "3.000 đồng" in shown
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in shown
    paid_at = browser.post(reverse("dossiers:mine_fee_online", args=[mine.code]))
    bank = browser.get(paid_at["Location"]).content.decode()
    assert "Đây không phải ngân hàng" in bank
    assert tell("right", mine) == [200]
    audit.deliver_due(at=NOW)
    mine.refresh_from_db()
    assert (mine.money, mine.state, mine.fee_receipt) == ("paid", "RECEIVED", "BL 0000001/2026")
    after = browser.get(page).content.decode()
    assert "BL 0000001/2026" in after
    assert "<svg xmlns" not in after.partition("</main>")[0].partition("pay-code")[2]
    (line,) = payments.lines_of(mine.ref)
    receipt = reverse("dossiers:mine_fee_receipt", args=[mine.code, line.id])
    assert receipt in after
    sheet = browser.get(receipt).content.decode()
    assert "Ba nghìn đồng" in sheet
    assert "ĐÃ HỦY" not in sheet
    assert browser.get(receipt.replace(f"/{line.id}/", f"/{line.id + 1}/")).status_code == 404
    titles = [line.title for line in story_of(mine.ref, for_staff=False)]
    assert "Đã thu 3.000 đồng phí, lệ phí" in titles


def test_the_counter_shows_the_code_takes_cash_and_gives_a_number(
    mine: Dossier, cast: Cast, world: World
) -> None:
    browser, page = cast.client("minh"), reverse("dossiers:fee", args=[mine.code])
    assert "pay-code" in browser.get(page).content.decode()
    paid = browser.post(
        reverse("dossiers:move", args=[mine.code, "settle_fee"]), {"how": "cash", "amount": "3.000"}
    )
    assert paid.status_code == 302
    mine.refresh_from_db()
    assert (mine.money, mine.fee_receipt) == ("paid", "BL 0000001/2026")
    titles = [line.title for line in story_of(mine.ref, for_staff=True)]
    assert titles.count("Đã thu 3.000 đồng phí, lệ phí") == 1
    shown = browser.get(page).content.decode()
    assert "BL 0000001/2026" in shown
    assert "pay-code" not in shown
    waive = reverse("dossiers:fee_waive", args=[mine.code])
    assert browser.post(waive, {"reason": ""}).status_code == 422
    assert browser.post(waive, {"reason": "Hộ nghèo", "basis": "Điều 4"}).status_code == 302
    mine.refresh_from_db()
    assert mine.money == "over"
    assert cast.client("nga").get(page).status_code == 404


def test_notified_twice_short_by_a_thousand_then_waived_and_paid_back(
    mine: Dossier, cast: Cast, api: Call, world: World
) -> None:
    """Annex D, group 8, A and B, by an outside client."""
    code = mine.code
    cast.client("lan").post(reverse("dossiers:mine_fee_online", args=[code]))
    assert tell("short", mine) == [200]
    status, stands = api("minh", "GET", f"/payments/{code}")
    assert (status, stands["state"], stands["left"]) == (200, "partial", 1000)
    assert vietqr.read(stands["vietqr"]).amount == 1000
    audit.deliver_due(at=NOW)
    cast.client("lan").post(reverse("dossiers:mine_fee_online", args=[code]))
    assert tell("twice", mine) == [200, 200]
    assert api("minh", "GET", f"/payments/{code}")[1]["state"] == "paid"
    body = {"reason": "Hộ nghèo", "basis": "TT 226/2016"}
    status, stands = api("minh", "POST", f"/payments/{code}/waive", body)
    assert (status, stands["state"], stands["too_much"]) == (200, "over", 3000)
    back = {"way": "transfer", "transaction": "FT1", "reason": "Đã miễn"}
    assert api("minh", "POST", f"/payments/{code}/refund", back)[0] == 403
    assert api("lan", "POST", f"/payments/{code}/refund", back)[0] == 404
    status, stands = api("ke", "POST", f"/payments/{code}/refund", back)
    assert (status, stands["state"]) == (200, "refunded")
    assert api("ke", "POST", f"/payments/{code}/refund", back)[0] == 409
    audit.deliver_due(at=NOW)
    mine.refresh_from_db()
    assert (mine.money, mine.state) == ("refunded", "RECEIVED")
    kinds = [entry.kind for entry in audit.history_of(mine.ref)]
    assert [kind for kind in kinds if kind.startswith("payments.Mon")] == [
        "payments.MoneyReceived", "payments.MoneyReceived", "payments.MoneyRefunded",
    ]  # fmt: skip


def test_a_forged_notice_is_refused(mine: Dossier, cast: Cast) -> None:
    cast.client("lan").post(reverse("dossiers:mine_fee_online", args=[mine.code]))
    assert tell("forged", mine) == [403]
    answer = Client().post(
        "/api/v1/payments/notices/nobody", b"{}", content_type="application/json"
    )
    assert answer.status_code == 404
    assert gateways.open_gateway() == "rehearsal"
