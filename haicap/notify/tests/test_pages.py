"""The pages: two questions for a citizen, what operators see, words kept by controllers."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from haicap.accounts.models import Staff
from haicap.accounts.tests.cast import Cast, make_cast
from haicap.audit.actions import make_months
from haicap.notify import actions
from haicap.notify import public as notify
from haicap.notify.models import Choice, Message, QuietHours, Way
from haicap.notify.simulator import Simulator
from haicap.notify.tests.world import AT, CODE, SECRETS, message, person, sms, tell
from haicap.parties import public as parties

__all__ = ["sms"]


@pytest.fixture
def cast(db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """People of two communes and the Centre, on the morning of the tests."""
    settings.ROOT_URLCONF = "haicap.site.urls"
    make_months(day=AT.date(), months=1)
    monkeypatch.setattr("haicap.kernel.clock.now", lambda: AT)
    return make_cast()


def test_a_citizen_answers_two_questions(cast: Cast) -> None:
    parties.Party.objects.filter(pk=cast.lan.party).update(
        phone="+84912345678", email="lan@example.vn"
    )
    lan = cast.client("lan", at=AT)
    page = reverse("notify:choices")
    shown = lan.get(page).content.decode()
    assert "+84912345678" not in shown
    assert "678" in shown
    assert lan.post(page, {"channels": ["zalo"], "language": "en"}).status_code == 302
    assert Choice.objects.get().channels == ["zalo"]
    assert parties.Party.objects.get(pk=cast.lan.party).language == "en"
    for wrong in ({"channels": ["fax"], "language": "vi"}, {"channels": ["sms"]}):
        assert lan.post(page, wrong).status_code == 422
    assert Choice.objects.get().channels == ["zalo"]


def test_an_inbox_shows_what_was_told_and_is_marked_read_by_its_owner(cast: Cast) -> None:
    tell(cast.lan.party)
    lan, page = cast.client("lan", at=AT), reverse("notify:inbox")
    assert "xác nhận tình trạng hôn nhân" in lan.get(page).content.decode()
    assert cast.client("huong", at=AT).get(page).content.decode().count("inbox-letter") == 0
    lan.post(page)
    assert notify.unread_count(cast.lan.party) == 0


def test_staff_are_told_in_their_inbox_and_choose_what_comes_by_mail(
    cast: Cast, settings: Settings
) -> None:
    settings.EMAIL_HOST = "mail.example.vn"
    minh = cast.people["minh"].staff
    browser, page = cast.client("minh", at=AT), reverse("notify:staff_choices")
    assert browser.post(page, {"digest": "1"}).status_code == 302
    Staff.objects.filter(pk=minh).update(email="minh@example.vn")
    for template in ("staff_reminder", "staff_digest"):
        notify.tell_staff(
            staff_id=minh, template=template, ref=f"accounts.Staff:{minh}", key="1", at=AT,
            values={"count": 2, "items": [f"{CODE} còn 1 ngày"], "at": AT},
        )  # fmt: skip
    told = Message.objects.filter(staff=minh).values_list("template", "channel")
    assert sorted(told) == [
        ("staff_digest", "email"),
        ("staff_digest", "inbox"),
        ("staff_reminder", "inbox"),
    ]
    assert CODE in browser.get(reverse("notify:staff_inbox")).content.decode()
    assert CODE not in Message.objects.get(channel="email").body


def test_operators_see_what_failed_and_why_and_nobodys_data(cast: Cast, sms: Simulator) -> None:
    tell(person())
    sms.mood = "dead"
    notify.deliver(message_id=message("sms").pk, at=AT)
    Message.objects.filter(channel="sms").update(error="no such number +84912345678")
    khoa, page = cast.client("khoa", at=AT), reverse("notify:outbox")
    shown = khoa.get(page).content.decode()
    assert "no such number" in shown
    for secret in (*SECRETS, "0912345678", "912345678", "Nguyễn Thị Lan", CODE):
        assert secret not in shown
    sent = khoa.post(reverse("notify:again"), {"message": str(message("sms").pk)})
    assert sent.status_code == 302
    assert message("sms").state == "waiting"
    khoa.post(reverse("notify:way", args=["sms"]), {"mood": "slow"})
    assert Way.objects.get(pk="sms").mood == "slow"
    assert khoa.post(reverse("notify:way", args=["fax"])).status_code == 404
    assert khoa.get(page, {"channel": "'", "state": "x", "before": "²"}).status_code == 200


def test_a_controller_tries_words_keeps_them_and_goes_back(cast: Cast) -> None:
    soat, page = cast.client("soat", at=AT), reverse("notify:wording", args=["accepted", "vi"])
    words = {"title": "{code} xong", "line": "{code}: {due}", "body": "{agency}", "seen_version": 0}
    wrong = soat.post(page, {**words, "body": "{ten}", "act": "save"})
    assert wrong.status_code == 422
    assert "không có {ten}" in wrong.content.decode()
    tried = soat.post(page, {**words, "act": "preview"}).content.decode()
    assert "H26.118-261125-0001 xong" in tried
    assert not notify.inbox_of(1)
    assert soat.post(page, {**words, "act": "save"}).status_code == 302
    late = soat.post(page, {**words, "act": "save"})
    assert late.status_code == 409
    assert "người khác sửa" in late.content.decode()
    tell(cast.lan.party)
    assert message("inbox").title == f"{CODE} xong"
    assert soat.post(page, {"seen_version": 1, "act": "shipped"}).status_code == 302
    assert "câu chữ gốc" in soat.get(page).content.decode()


@pytest.mark.parametrize(
    ("begins", "status"), [("21h30", 302), ("7", 302), ("25:00", 422), ("²", 422), ("", 422)]
)
def test_quiet_hours_are_written_as_people_do(cast: Cast, begins: str, status: int) -> None:
    soat = cast.client("soat", at=AT)
    given = {"begins": begins, "ends": "06:00", "channels": ["sms"]}
    assert soat.post(reverse("notify:quiet"), given).status_code == status
    assert QuietHours.objects.count() == int(status == 302)


def test_a_provider_reports_by_a_signed_call(cast: Cast) -> None:
    tell(person())
    row = message("sms")
    notify.deliver(message_id=row.pk, at=AT)
    name = message("sms").outside_id
    report = {"event": "e", "id": name, "state": "delivered", "at": AT.isoformat()}
    body = json.dumps({"reports": [report]})
    moment = str(int(AT.timestamp()))
    right = actions.signature(channel="sms", moment=moment, body=body.encode())
    address = reverse("notify:report", args=["sms"])

    def send(given: str, text: str = body) -> int:
        headers = {"Haicap-Time": moment, "Haicap-Signature": given}
        browser = Client(enforce_csrf_checks=True)
        answer = browser.post(address, text, content_type="application/json", headers=headers)
        return int(answer.status_code)

    assert [send("no"), send(right, body + " "), send(right), send(right)] == [401, 401, 200, 200]
    assert message("sms").state == "delivered"
    bad = actions.signature(channel="sms", moment=moment, body=b"{")
    assert send(bad, "{") == 422
