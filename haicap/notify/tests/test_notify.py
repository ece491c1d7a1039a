"""Telling people: once, in their language, by the ways they chose, nothing sensitive outside."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta

import pytest
from django.db import connection, transaction
from django.utils import translation
from pytest_django import Settings

from haicap.kernel.clock import VIETNAM
from haicap.kernel.errors import Invalid, NotAllowed
from haicap.notify import actions, queries
from haicap.notify import public as notify
from haicap.notify.letters import KINDS, write
from haicap.notify.models import Message
from haicap.notify.quiet import SHIPPED, Hours
from haicap.notify.tests.world import (
    AT,
    CODE,
    CONTROLLER,
    OPERATOR,
    SECRETS,
    VALUES,
    citizen,
    message,
    owed,
    person,
    sms,
    tell,
)

__all__ = ["sms"]
NIGHT = datetime(2026, 11, 25, 22, 30, tzinfo=VIETNAM)
MORNING = datetime(2026, 11, 26, 7, tzinfo=VIETNAM)


def waiting_jobs() -> list[int]:
    return [message_id for message_id, _when in owed()]


# --- letters --------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", sorted(KINDS))
@pytest.mark.parametrize("language", ["vi", "en"])
def test_outside_the_inbox_stands_the_code_and_what_to_do_and_nothing_else(
    template: str, language: str
) -> None:
    with translation.override(language):
        letter = write(template, VALUES)
    if "code" in KINDS[template].values:
        assert CODE in letter.title
        assert CODE in letter.line
    assert len(letter.line) <= 160
    for secret in (*SECRETS, "Nguyễn Thị Lan", "Luật"):
        assert secret not in letter.line + letter.title, secret
    whole = letter.title + letter.body + letter.line
    assert "%(" not in whole
    assert "{" not in whole


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
    odd = {**VALUES, "reason": "100 % %(code)s %s {code} {x <b>"}
    assert "100 % %(code)s %s {code} {x <b>" in write("refused", odd).body


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


# --- what people choose ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_person_is_told_by_the_ways_they_chose_and_always_in_the_inbox(
    settings: Settings,
) -> None:
    settings.EMAIL_HOST = "mail.example.vn"
    lan = person()
    actions.choose(channels=["zalo"], language="en", by=citizen(lan), at=AT)
    tell(lan)
    assert set(Message.objects.values_list("channel", "language")) == {
        ("inbox", "en"),
        ("zalo", "en"),
    }
    Message.objects.all().delete()
    actions.choose(channels=[], language="vi", by=citizen(lan), at=AT)
    tell(lan, key="18")
    assert message("inbox").language == "vi"
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_only_the_person_chooses_and_only_what_there_is() -> None:
    lan = person()
    with pytest.raises(NotAllowed):
        actions.choose(channels=["sms"], language="vi", by=OPERATOR, at=AT)
    with pytest.raises(Invalid):
        actions.choose(channels=["fax"], language="vi", by=citizen(lan), at=AT)
    with pytest.raises(Invalid):
        actions.choose(channels=["sms"], language="fr", by=citizen(lan), at=AT)


# --- quiet hours ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "held"),
    [
        ("20:59", None),
        ("21:00", "26 07:00"),
        ("23:59", "26 07:00"),
        ("00:00", "25 07:00"),
        ("06:59", "25 07:00"),
        ("07:00", None),
    ],
)
def test_the_night_ends_in_the_morning_also_over_midnight(hour: str, held: str | None) -> None:
    at = datetime.combine(AT.date(), time.fromisoformat(hour), tzinfo=VIETNAM)
    until = SHIPPED.held_until("sms", at)
    assert (until and f"{until:%d %H:%M}") == held
    assert SHIPPED.held_until("email", at) is None


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    noon = Hours(time(11, 30), time(13, 30), ("sms",))
    at = datetime(2026, 11, 25, 12, tzinfo=VIETNAM)
    assert noon.held_until("sms", at) == at.replace(hour=13, minute=30)
    assert noon.held_until("sms", NIGHT) is None
    assert Hours(time(7), time(7), ("sms",)).held_until("sms", AT) is None


@pytest.mark.django_db
def test_what_is_told_at_night_waits_for_the_morning_and_the_inbox_does_not() -> None:
    tell(person(), at=NIGHT)
    row = message("sms")
    assert (row.state, row.due_at) == ("held", MORNING)
    assert owed() == [(row.pk, MORNING)]
    assert message("inbox").state == "delivered"
    notify.deliver(message_id=row.pk, at=NIGHT + timedelta(hours=1))
    assert message("sms").state == "held"
    notify.deliver(message_id=row.pk, at=MORNING)
    assert message("sms").state == "sent"


@pytest.mark.django_db
def test_the_office_sets_the_quiet_hours() -> None:
    with pytest.raises(NotAllowed):
        actions.set_quiet_hours(begins=time(9), ends=time(10), channels=[], by=OPERATOR, at=AT)
    actions.set_quiet_hours(begins=time(9), ends=time(10), channels=["sms"], by=CONTROLLER, at=AT)
    tell(person())
    assert message("sms").due_at == AT.replace(hour=10, minute=0)


# --- other words ----------------------------------------------------------------------------------

OURS = {"title": "Hồ sơ {code}: xong", "body": "Kính gửi.\n\nLý do: {reason}", "line": "{code}!"}


def reword(**more: object) -> int:
    given = {"template": "refused", "language": "vi", "seen_version": 0, **OURS, **more}
    return actions.reword(**given, by=CONTROLLER, at=AT)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_an_office_sets_other_words_and_goes_back_to_the_shipped_ones() -> None:
    lan = person()
    assert reword() == 1
    tell(lan, "refused")
    assert message("inbox").title == f"Hồ sơ {CODE}: xong"
    assert message("inbox").body == "Kính gửi.\n\nLý do: thiếu chữ ký"
    assert message("sms").body == f"{CODE}!"
    assert queries.edited() == {("refused", "vi")}
    back = {"template": "refused", "language": "vi", "by": CONTROLLER, "at": AT}
    assert actions.back_to_shipped(**back, seen_version=1) == 2  # type: ignore[arg-type]
    assert queries.edited() == set()
    assert queries.sample_letter("refused", "vi").title == f"Hồ sơ {CODE} không được tiếp nhận"
    assert [(v.number, v.words is None) for v in queries.versions_of("refused", "vi")] == [
        (2, True),
        (1, False),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("body", "Xin chào {ten_nguoi}", "không có {ten_nguoi}"),
        ("line", "Hồ sơ {code}: {reason}", "không được đi ra kênh mở"),
        ("title", "{procedure} {code}", "không được đi ra kênh mở"),
        ("line", "Hồ sơ của ông bà", "Phải có {code}"),
        ("body", "Thiếu {code", "lẻ"),
        ("title", "  ", "để trống"),
        ("line", "{code} " + "a" * 300, "tối đa 200"),
    ],
)
def test_words_that_would_fail_or_tell_too_much_are_refused_with_a_sentence(
    field: str, text: str, said: str
) -> None:
    with pytest.raises(Invalid) as wrong:
        reword(**{field: text})
    assert list(wrong.value.fields) == [field]
    assert said in wrong.value.fields[field]


@pytest.mark.django_db
def test_two_who_reword_at_once_do_not_overwrite_each_other() -> None:
    reword()
    with pytest.raises(actions.ReworkedMeanwhile):
        reword(line="{code}?")
    with pytest.raises(NotAllowed):
        actions.reword(
            template="refused", language="vi", seen_version=1, **OURS, by=OPERATOR, at=AT
        )
