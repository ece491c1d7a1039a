"""Telling people: once, in their language, nothing sensitive outside, and what became of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import translation
from pytest_django import Settings

from haicap.kernel.clock import VIETNAM
from haicap.notify import actions, gateways, jobs
from haicap.notify import public as notify
from haicap.notify.gateways import RehearsalSms, Undeliverable
from haicap.notify.letters import LETTERS, write
from haicap.notify.models import Message
from haicap.notify.tests.smtp_sink import SmtpSink
from haicap.parties import public as parties

AT = datetime(2026, 11, 25, 9, 5, tzinfo=VIETNAM)
CODE = "H26.118-261125-0001"
DOSSIER = "dossiers.Dossier:42"
SECRETS = ("xác nhận tình trạng hôn nhân", "UBND phường Bồ Đề", "Giấy chứng sinh", "thiếu chữ ký")
VALUES: dict[str, Any] = {
    "code": CODE,
    "procedure": SECRETS[0],
    "agency": SECRETS[1],
    "at": AT,
    "due": datetime(2026, 11, 26, 17, tzinfo=VIETNAM),
    "items": [SECRETS[2], "Tờ khai"],
    "reason": SECRETS[3],
    "basis": "Luật Hộ tịch 2014",
    "where": "Điểm phục vụ Cửa Nam",
    "how": "nhận tại quầy",
    "at_counter": True,
    "reply_by": datetime(2026, 12, 4, 17, tzinfo=VIETNAM),
}


def person(**more: Any) -> int:
    facts = {"name": "Nguyễn Thị Lan", "phone": "+84912345678", "email": "lan@example.vn", **more}
    party = parties.Party(
        kind="person", name_fold="nguyen thi lan", sort_key="lan", created_at=AT, **facts
    )
    party.save(force_insert=True)
    return int(party.pk)


def tell(party_id: int, template: str = "accepted", key: str = "17") -> int:
    return notify.tell(
        party_id=party_id, template=template, values=VALUES, ref=DOSSIER, key=key, at=AT
    )


def waiting_jobs() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select (args->>'message_id')::bigint from procrastinate_jobs"
            " where task_name = 'notify.deliver' and status = 'todo' order by id"
        )
        return [int(row[0]) for row in cursor.fetchall()]


@pytest.fixture(autouse=True)
def sms(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> RehearsalSms:
    """A gateway of the test's own, and no mail server."""
    settings.EMAIL_HOST = ""
    settings.SMS_GATEWAY = "rehearsal"
    gateway = RehearsalSms()
    monkeypatch.setattr(gateways, "_gateways", {"rehearsal": gateway})
    return gateway


@pytest.fixture
def sink(settings: Settings) -> Iterator[SmtpSink]:
    """A real mail server on a port of its own."""
    with SmtpSink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 2
        settings.DEFAULT_FROM_EMAIL = "Hai Cấp <hai-cap@example.vn>"
        yield server


def message(channel: str) -> Message:
    return Message.objects.get(channel=channel)


# --- letters --------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", sorted(LETTERS))
@pytest.mark.parametrize("language", ["vi", "en"])
def test_outside_the_inbox_stands_the_code_and_what_to_do_and_nothing_else(
    template: str, language: str
) -> None:
    with translation.override(language):
        letter = write(template, VALUES)
    assert CODE in letter.title
    assert CODE in letter.line
    assert len(letter.line) <= 160
    for secret in (*SECRETS, "Nguyễn Thị Lan", "Luật"):
        assert secret not in letter.line + letter.title, secret
    assert "%(" not in letter.title + letter.body + letter.line


def test_a_letter_says_the_promised_time_as_people_say_it() -> None:
    assert "thứ Năm, 26/11/2026, trước 17 giờ" in write("accepted", VALUES).body
    from_the_journal = {**VALUES, "due": VALUES["due"].isoformat(), "at": AT.isoformat()}
    assert write("accepted", from_the_journal) == write("accepted", VALUES)


def test_a_letter_lists_what_is_asked_for_line_by_line() -> None:
    assert "- Giấy chứng sinh\n- Tờ khai" in write("supplement", VALUES).body
    without = {key: value for key, value in VALUES.items() if key != "reply_by"}
    assert "Hạn bổ sung" in write("supplement", VALUES).body
    assert "Hạn bổ sung" not in write("supplement", without).body


def test_text_of_people_is_never_taken_for_a_placeholder() -> None:
    odd = {**VALUES, "reason": "100 % %(code)s %s <b>"}
    assert "100 % %(code)s %s <b>" in write("refused", odd).body


def test_a_value_that_is_missing_is_noticed() -> None:
    with pytest.raises(KeyError):
        write("accepted", {"code": CODE})


# --- telling --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_person_is_told_in_the_inbox_and_by_the_ways_both_sides_have(settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.example.vn"
    assert tell(person()) == 3
    assert {row.channel: row.address for row in Message.objects.all()} == {
        "inbox": "",
        "email": "lan@example.vn",
        "sms": "+84912345678",
    }
    assert message("inbox").state == "delivered"
    assert message("email").state == message("sms").state == "waiting"
    assert waiting_jobs() == [message("email").pk, message("sms").pk]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "host", "gateway", "channels"),
    [
        ({"email": "", "phone": ""}, "mail", "rehearsal", {"inbox"}),
        ({}, "", "", {"inbox"}),
        ({}, "", "unknown", {"inbox"}),
        ({"phone": "+842438251234"}, "mail", "rehearsal", {"inbox", "email"}),
    ],
)
def test_where_there_is_no_way_out_the_inbox_is_enough(
    settings: Settings, facts: dict[str, str], host: str, gateway: str, channels: set[str]
) -> None:
    settings.EMAIL_HOST, settings.SMS_GATEWAY = host, gateway
    tell(person(**facts))
    assert set(Message.objects.values_list("channel", flat=True)) == channels


@pytest.mark.django_db
def test_the_same_occasion_is_told_once_and_another_again() -> None:
    lan = person()
    assert tell(lan) == 2
    assert tell(lan) == 0
    assert len(waiting_jobs()) == 1
    assert tell(lan, key="18") == 2
    assert tell(person(email="")) == 2


@pytest.mark.django_db
def test_each_reads_in_the_language_of_their_own() -> None:
    with translation.override("en"):
        tell(person())
    assert "đã được tiếp nhận" in message("inbox").title
    Message.objects.all().delete()
    tell(person(language="en"), key="19")
    assert message("inbox").language == "en"
    assert "Thursday" in message("inbox").body
    Message.objects.all().delete()
    tell(person(language="fr"), key="20")
    assert message("inbox").language == "vi"


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_told() -> None:
    lan = person()
    with transaction.atomic():
        tell(lan)
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    assert waiting_jobs() == []


@pytest.mark.django_db(transaction=True)
def test_told_by_many_at_once_it_is_written_once() -> None:
    lan, gate = person(), threading.Barrier(6)
    written: list[int] = []

    def one() -> None:
        gate.wait()
        written.append(tell(lan))
        connection.close()

    threads = [threading.Thread(target=one) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(written) == [0, 0, 0, 0, 0, 2]
    assert len(waiting_jobs()) == 1


@pytest.mark.django_db
def test_an_inbox_is_its_owners_only() -> None:
    lan, binh = person(), person(email="binh@example.vn")
    for key in ("1", "2", "3"):
        tell(lan, key=key)
    tell(binh, key="4")
    views = notify.inbox_of(lan)
    assert len(views) == notify.unread_count(lan) == 3
    assert [view.id for view in notify.inbox_of(lan, before=views[0].id)] == [
        views[1].id,
        views[2].id,
    ]
    assert notify.mark_read(party_id=binh, message_ids=[views[0].id], at=AT) == 0
    assert notify.mark_read(party_id=lan, message_ids=[views[0].id], at=AT) == 1
    assert notify.mark_read(party_id=lan, at=AT) == 2
    assert notify.unread_count(lan) == 0
    assert notify.unread_count(binh) == 1


# --- e-mail ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_letter_reaches_a_real_mail_server(sink: SmtpSink, settings: Settings) -> None:
    tell(person())
    notify.deliver(message_id=message("email").pk, at=AT)
    letter = sink.only()
    assert letter["To"] == "lan@example.vn"
    assert letter["Subject"].strip() == f"Hồ sơ {CODE} đã được tiếp nhận"
    assert letter["Message-ID"].endswith("@example.vn>")
    text = letter.get_content()
    assert "thứ Năm, 26/11/2026" in text
    assert settings.BASE_URL in text
    for secret in (*SECRETS, "Nguyễn Thị Lan"):
        assert secret not in text
    row = message("email")
    assert (row.state, row.attempts, row.sent_at) == ("sent", 1, AT)
    notify.deliver(message_id=row.pk, at=AT)
    assert len(sink.letters) == 1, "delivering twice sends once"


@pytest.mark.django_db
def test_a_letter_sent_again_has_the_same_name(sink: SmtpSink) -> None:
    tell(person())
    sink.hang_up = True  # after the text: we cannot know whether it was taken
    with pytest.raises(actions.NotYet):
        notify.deliver(message_id=message("email").pk, at=AT)
    assert message("email").state == "waiting"
    sink.hang_up = False
    notify.deliver(message_id=message("email").pk, at=AT)
    assert (message("email").state, message("email").attempts) == ("sent", 2)
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
    if state == "waiting":
        with pytest.raises(actions.NotYet):
            notify.deliver(message_id=message("email").pk, at=AT)
    else:
        notify.deliver(message_id=message("email").pk, at=AT)
    row = message("email")
    assert row.state == state
    assert answer[:3] in row.error


@pytest.mark.django_db
def test_an_address_that_is_none_is_not_tried_for_ever(sink: SmtpSink) -> None:
    tell(person(email="lan@example.vn\r\nBcc: all@example.vn"))
    notify.deliver(message_id=message("email").pk, at=AT)
    assert message("email").state == "failed"
    assert sink.letters == []


@pytest.mark.django_db
def test_after_the_last_attempt_it_is_given_up_and_shown_to_the_operators(
    settings: Settings,
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    tell(person(phone=""))
    for _attempt in range(actions.ATTEMPTS - 1):
        with pytest.raises(actions.NotYet):
            notify.deliver(message_id=message("email").pk, at=AT)
    notify.deliver(message_id=message("email").pk, at=AT)
    (shown,) = notify.undelivered()
    assert (shown.id, shown.attempts) == (message("email").pk, actions.ATTEMPTS)
    assert notify.try_again(message_id=shown.id)
    assert not notify.try_again(message_id=shown.id)
    assert (message("email").state, message("email").attempts) == ("waiting", 0)


# --- SMS ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_sms_is_sent_once_and_its_delivery_is_reported(sms: RehearsalSms) -> None:
    tell(person())
    notify.deliver(message_id=message("sms").pk, at=AT)
    ((phone, text),) = sms.taken.values()
    assert phone == "+84912345678"
    assert text.startswith(f"Hồ sơ {CODE} đã được tiếp nhận")
    row = message("sms")
    assert row.state == "sent"
    for _doubled in range(2):
        assert notify.report(outside_id=row.outside_id, delivered=True, at=AT)
    assert notify.report(outside_id=row.outside_id, delivered=False, at=AT)
    assert message("sms").state == "delivered", "the first word counts"
    assert not notify.report(outside_id="sms-unknown", delivered=True, at=AT)
    assert not notify.report(outside_id="", delivered=True, at=AT)


@pytest.mark.django_db
def test_a_gateway_that_sent_and_then_failed_is_given_the_same_key_again(
    sms: RehearsalSms,
) -> None:
    keys = []

    def sends_then_dies(*, phone: str, text: str, key: str, seconds: float) -> str:
        keys.append(key)
        if len(keys) == 1:
            raise TimeoutError("no answer")
        return "ok-1"

    gateways.register_sms("rehearsal", sends_then_dies)
    tell(person())
    with pytest.raises(actions.NotYet):
        notify.deliver(message_id=message("sms").pk, at=AT)
    notify.deliver(message_id=message("sms").pk, at=AT)
    assert keys[0] == keys[1]
    assert message("sms").state == "sent"


@pytest.mark.django_db
def test_a_gateway_that_answers_nothing_has_not_taken_it_and_a_dead_number_is_final(
    sms: RehearsalSms,
) -> None:
    tell(person())
    sms.mood = lambda _call: "  "
    with pytest.raises(actions.NotYet):
        notify.deliver(message_id=message("sms").pk, at=AT)

    def dead(_call: int) -> str | None:
        raise Undeliverable("no such number")

    sms.mood = dead
    notify.deliver(message_id=message("sms").pk, at=AT)
    assert message("sms").state == "failed"
    assert sms.taken == {}


@pytest.mark.django_db
def test_a_message_being_sent_is_left_alone_until_its_worker_must_be_dead(
    sms: RehearsalSms,
) -> None:
    tell(person())
    row = message("sms")
    Message.objects.filter(pk=row.pk).update(state="sending", claimed_at=AT)
    with pytest.raises(actions.NotYet):
        notify.deliver(message_id=row.pk, at=AT + timedelta(seconds=60))
    assert sms.calls == 0
    notify.deliver(message_id=row.pk, at=AT + timedelta(seconds=180))
    assert message("sms").state == "sent"


@pytest.mark.django_db
def test_the_job_is_known_by_the_name_the_verb_uses() -> None:
    assert jobs.deliver.name == actions.JOB
