"""Carrying out: once, whatever mail servers and gateways do; what failed is shown with why."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from haicap.kernel.errors import Invalid, NotAllowed
from haicap.notify import actions, gateways, jobs, queries
from haicap.notify import public as notify
from haicap.notify.actions.sending import TOLERATED, WAITS
from haicap.notify.models import Channel, Message, SimulatedText, Way
from haicap.notify.simulator import Simulator, name_of
from haicap.notify.tests.smtp_sink import SmtpSink
from haicap.notify.tests.world import (
    AT,
    CODE,
    OPERATOR,
    SECRETS,
    citizen,
    message,
    owed,
    person,
    sink,
    sms,
    tell,
)

__all__ = ["sink", "sms"]


def go(channel: str, at: Any = AT) -> Message:
    """One attempt."""
    notify.deliver(message_id=message(channel).pk, at=at)
    return message(channel)


# --- e-mail ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_letter_reaches_a_real_mail_server_once(sink: SmtpSink, settings: Settings) -> None:
    tell(person())
    row = go("email")
    letter = sink.only()
    assert letter["To"] == "lan@example.vn"
    assert letter["Subject"].strip() == f"Hồ sơ {CODE} đã được tiếp nhận"
    assert letter["Message-ID"].endswith("@example.vn>")
    text = letter.get_content()
    assert "thứ Năm, 26/11/2026" in text
    assert settings.BASE_URL in text
    for secret in (*SECRETS, "Nguyễn Thị Lan"):
        assert secret not in text
        assert secret not in letter["Subject"]
    assert (row.state, row.attempts, row.sent_at, row.delivered_at) == ("sent", 1, AT, None)
    go("email")
    assert len(sink.letters) == 1, "delivering twice sends once"


@pytest.mark.django_db
def test_a_letter_whose_answer_was_lost_is_not_sent_again_until_somebody_says_so(
    sink: SmtpSink,
) -> None:
    tell(person())
    sink.hang_up = True  # after the text: we cannot know whether it was taken
    assert go("email").state == "unsure"
    for hours in range(1, 9):
        go("email", AT + timedelta(hours=hours))
    assert len(sink.letters) == 1
    (shown,) = notify.undelivered()
    assert shown.state == "unsure"
    sink.hang_up = False
    assert notify.try_again(message_id=shown.id, by=OPERATOR, at=AT)
    assert go("email").state == "sent"
    first, second = sink.letters
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "state"), [("550 no such mailbox", "failed"), ("450 try later", "waiting")]
)
def test_a_refused_mailbox_is_final_and_a_busy_one_is_not(
    sink: SmtpSink, answer: str, state: str
) -> None:
    tell(person())
    sink.answer_to_recipient = answer
    row = go("email")
    assert row.state == state
    assert answer[:3] in row.error
    assert sink.letters == []


@pytest.mark.django_db
def test_an_address_that_is_none_is_not_tried_for_ever(sink: SmtpSink) -> None:
    tell(person(email="lan@example.vn\r\nBcc: all@example.vn"))
    assert go("email").state == "failed"
    assert sink.letters == []


@pytest.mark.django_db
def test_after_longer_and_longer_waits_it_is_given_up_and_shown_to_the_operators(
    settings: Settings,
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    tell(person(phone=""))
    at, waits = AT, []
    for _attempt in range(actions.ATTEMPTS - 1):
        Way.objects.all().delete()  # this channel's rest is another test's
        row = go("email", at)
        assert (row.state, owed()[-1]) == ("waiting", (row.pk, row.due_at))
        assert row.due_at is not None
        go("email", row.due_at - timedelta(seconds=1))
        assert message("email").attempts == row.attempts, "too early, nothing happens"
        waits.append(row.due_at - at)
        at = row.due_at
    assert waits == sorted(waits) == list(WAITS)
    Way.objects.all().delete()
    assert go("email", at).state == "given_up"
    (shown,) = notify.undelivered()
    assert (shown.id, shown.attempts) == (message("email").pk, actions.ATTEMPTS)
    assert queries.stuck_by_reason(at=at)[0][3] == 1
    with pytest.raises(NotAllowed):
        notify.try_again(message_id=shown.id, by=citizen(1), at=at)
    assert notify.try_again(message_id=shown.id, by=OPERATOR, at=at)
    assert not notify.try_again(message_id=shown.id, by=OPERATOR, at=at)
    assert (message("email").state, message("email").attempts) == ("waiting", 0)


def test_operators_see_why_and_not_whom() -> None:
    told = queries.without_addresses("550 <lan.nguyen@example.vn> +84912345678 0912 345 678 full")
    assert told == "550 <…> … full"


# --- SMS and Zalo ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_text_whose_answer_was_lost_is_asked_about_and_not_sent_again(sms: Simulator) -> None:
    tell(person())
    sms.mood = "lost"
    row = go("sms")
    assert (row.state, row.unsure) == ("waiting", True)
    row = go("sms", AT + timedelta(hours=1))
    assert (row.state, row.unsure) == ("sent", False)
    assert row.outside_id == name_of("sms", row.key)
    assert len(sms.calls) == 1
    assert SimulatedText.objects.count() == 1


@pytest.mark.django_db
def test_a_text_that_never_came_is_sent_after_asking(
    sms: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(person())
    monkeypatch.setattr(sms, "_take", lambda **_text: None)  # it was lost on the way there
    sms.mood = "lost"
    go("sms")
    monkeypatch.undo()
    gateways._gateways[Channel.SMS, "rehearsal"] = sms
    sms.mood = ""
    assert go("sms", AT + timedelta(hours=1)).state == "sent"
    assert SimulatedText.objects.count() == 1


@pytest.mark.django_db
def test_while_the_gateway_cannot_say_what_it_took_nothing_is_sent(sms: Simulator) -> None:
    tell(person())
    sms.mood = "lost"
    go("sms")
    sms.mood = "down"
    at = AT
    while (row := message("sms")).state == "waiting":
        Way.objects.all().delete()
        at = row.due_at or at
        go("sms", at)
    assert row.attempts == actions.ATTEMPTS
    assert len(sms.calls) == 1
    assert (row.state, row.unsure) == ("given_up", True)
    sms.mood = ""
    notify.try_again(message_id=row.pk, by=OPERATOR, at=at)
    assert go("sms", at + timedelta(hours=1)).state == "sent"
    assert len(sms.calls) == 1, "it was asked for first, and had it"


@pytest.mark.django_db
def test_a_worker_killed_while_sending_leaves_a_question_and_no_second_text(
    sms: Simulator,
) -> None:
    tell(person())
    row = message("sms")
    sms.send(to=row.address, text=row.body, key=row.key, seconds=1)
    Message.objects.filter(pk=row.pk).update(state="sending", claimed_at=AT)
    go("sms", AT + timedelta(seconds=60))
    assert message("sms").state == "sending", "its worker may still be at it"
    assert go("sms", AT + timedelta(seconds=180)).state == "sent"
    assert len(sms.calls) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mood", "state"), [("dead", "failed"), ("down", "waiting"), ("slow", "sent")]
)
def test_what_a_gateway_says_is_believed(sms: Simulator, mood: str, state: str) -> None:
    tell(person())
    sms.mood = mood
    assert go("sms").state == state


@pytest.mark.django_db
def test_a_channel_that_fails_again_and_again_rests_without_costing_attempts(
    sms: Simulator,
) -> None:
    for number in range(TOLERATED + 3):
        tell(person(), key=str(number))
    sms.mood = "down"
    ids = list(Message.objects.filter(channel="sms").order_by("id").values_list("id", flat=True))
    for message_id in ids:
        notify.deliver(message_id=message_id, at=AT)
    assert len(sms.calls) == TOLERATED
    resting = Message.objects.get(pk=ids[-1])
    assert (resting.state, resting.attempts) == ("waiting", 0)
    (way,) = [way for way in queries.ways(open_channels=frozenset(), at=AT) if way.closed_until]
    assert way.channel == "sms"
    sms.mood = ""
    actions.open_way(channel="sms", by=OPERATOR, at=AT)
    for message_id in ids:
        notify.deliver(message_id=message_id, at=AT)
    assert set(Message.objects.filter(channel="sms").values_list("state", flat=True)) == {"sent"}
    assert SimulatedText.objects.count() == len(ids)


@pytest.mark.django_db
def test_what_was_left_lying_is_taken_up() -> None:
    tell(person())
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
    assert actions.sweep(at=AT) == 0
    assert actions.sweep(at=AT + timedelta(minutes=10)) == 1
    assert owed() == [(message("sms").pk, None)]


# --- what the provider tells ----------------------------------------------------------------------


def hear(*reports: dict[str, str], at: Any = AT, **more: Any) -> dict[str, int]:
    body = json.dumps({"reports": list(reports)}).encode()
    moment = str(int(at.timestamp()))
    given = actions.signature(channel="sms", moment=moment, body=body)
    return notify.hear(
        **{"channel": "sms", "moment": moment, "given": given, "body": body, "at": at, **more}
    )


def told(name: str, state: str, event: str = "e1", minutes: int = 1, key: str = "") -> Any:
    at = (AT + timedelta(minutes=minutes)).isoformat()
    return {"event": event, "id": name, "state": state, "at": at, "key": key}


@pytest.mark.django_db
def test_sent_is_not_delivered_and_a_telling_counts_once() -> None:
    tell(person())
    name = go("sms").outside_id
    assert message("sms").state == "sent"
    assert hear(told(name, "delivered")) == {"taken": 1, "given": 1}
    assert hear(told(name, "delivered"), told(name, "failed"))["taken"] == 0
    row = message("sms")
    assert (row.state, row.delivered_at) == ("delivered", AT + timedelta(minutes=1))


@pytest.mark.django_db
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1)])
def test_in_whatever_order_it_is_told_the_end_is_the_same(order: tuple[int, ...]) -> None:
    tell(person())
    name = go("sms").outside_id
    tellings = [
        told(name, "failed", "e1", 1),
        told(name, "delivered", "e2", 2),
        told(name, "failed", "e3", 3),
    ]
    for number in order:
        hear(tellings[number])
    assert message("sms").state == "delivered"


@pytest.mark.django_db
def test_what_is_told_before_the_gateways_own_answer_is_kept_for_it() -> None:
    tell(person())
    name = name_of("sms", message("sms").key)
    assert hear(told(name, "delivered"))["taken"] == 1
    assert message("sms").state == "waiting"
    assert go("sms").state == "delivered"


@pytest.mark.django_db
def test_a_telling_that_names_our_key_answers_what_the_lost_answer_did_not(
    sms: Simulator,
) -> None:
    tell(person())
    sms.mood = "lost"
    row = go("sms")
    hear(told("theirs-1", "delivered", key=row.key))
    assert go("sms", AT + timedelta(hours=1)).state == "delivered"
    assert len(sms.calls) == 1


@pytest.mark.django_db
def test_only_the_provider_is_believed_and_only_in_time(settings: Settings) -> None:
    tell(person())
    name = go("sms").outside_id
    report = told(name, "delivered")
    for more in (
        {"given": "0" * 64}, {"given": "é"}, {"given": ""}, {"channel": "zalo"},
        {"body": b'{"reports": []}'}, {"moment": "1"}, {"moment": ""},
    ):  # fmt: skip
        with pytest.raises(actions.BadReport):
            hear(report, **more)
    old = AT - timedelta(hours=1)
    body = json.dumps({"reports": [report]}).encode()
    moment = str(int(old.timestamp()))
    right = actions.signature(channel="sms", moment=moment, body=body)
    with pytest.raises(actions.BadReport):
        hear(report, moment=moment, body=body, given=right)
    settings.REPORT_SECRETS = {}
    with pytest.raises(actions.BadReport):
        hear(report)
    assert message("sms").state == "sent"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost"}, {"at": "yesterday"}, {"at": "2026-11-25T09:00:00"}, {"event": ""},
        {"id": None}, {"id": 7}, {"event": "a\x00b"},
    ],
)  # fmt: skip
def test_a_telling_that_says_nothing_is_refused_whole(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        hear({**told("x", "delivered"), **wrong})


@pytest.mark.django_db
def test_the_simulators_own_reports_are_heard_as_a_providers(
    monkeypatch: pytest.MonkeyPatch, sms: Simulator
) -> None:
    later: list[tuple[str, str, bool, float, str]] = []
    sms.report = lambda *told: later.append(told)
    sms.mood = "double"
    tell(person())
    go("sms")
    monkeypatch.setattr("haicap.kernel.clock.now", lambda: AT)
    for channel, name, delivered, _after, event in sorted(later, key=lambda one: one[3]):
        jobs.simulated_report(channel, name, delivered, event)
    assert len(later) == 3
    assert message("sms").state == "delivered"


@pytest.mark.django_db
def test_the_job_is_known_by_the_name_the_verb_uses() -> None:
    assert jobs.deliver.name == actions.JOB


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_it_once_and_hold_no_transaction_meanwhile(sms: Simulator) -> None:
    tell(person())
    row, gate = message("sms"), threading.Barrier(5)
    held: list[bool] = []
    sms.mood, sms.sleep = "slow", lambda _seconds: held.append(connection.in_atomic_block)

    def work() -> None:
        gate.wait()
        notify.deliver(message_id=row.pk, at=AT)
        connection.close()

    threads = [threading.Thread(target=work) for _n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert held == [False]
    assert (len(sms.calls), message("sms").state) == (1, "sent")


@pytest.mark.django_db
def test_the_mail_server_is_told_who_we_are(sink: SmtpSink, settings: Settings) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "haicap", "bi-mat"
    sink.asks_for_password = True
    tell(person())
    assert go("email").state == "sent"
    assert sink.told == ["haicap", "bi-mat"]
    settings.EMAIL_HOST_PASSWORD = "sai"
    sink.password = "bi-mat"
    tell(person(), key="18")
    row = Message.objects.filter(channel="email").latest("id")
    notify.deliver(message_id=row.pk, at=AT)
    row.refresh_from_db()
    assert (row.state, len(sink.letters)) == ("waiting", 1)
    assert "535" in row.error
