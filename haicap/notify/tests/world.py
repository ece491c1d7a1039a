"""A person full of personal data, a real mail server, gateways of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from haicap.kernel.actor import Actor, ActorKind, Duty, Grant
from haicap.kernel.clock import VIETNAM
from haicap.notify import gateways
from haicap.notify import public as notify
from haicap.notify.models import Channel, Message
from haicap.notify.simulator import Simulator
from haicap.notify.tests.smtp_sink import SmtpSink
from haicap.parties import public as parties

AT = datetime(2026, 11, 25, 9, 5, tzinfo=VIETNAM)
CODE = "H26.118-261125-0001"
DOSSIER = "dossiers.Dossier:42"
SECRETS = (
    "xác nhận tình trạng hôn nhân", "UBND phường Bồ Đề", "Giấy chứng sinh", "thiếu chữ ký",
    "Luật Hộ tịch", "Điểm phục vụ Cửa Nam", "nhận tại quầy", "8.000", "EB123456789VN",
)  # fmt: skip
VALUES: dict[str, Any] = {
    "code": CODE,
    "procedure": SECRETS[0],
    "agency": SECRETS[1],
    "at": AT,
    "due": datetime(2026, 11, 26, 17, tzinfo=VIETNAM),
    "items": [SECRETS[2], "Tờ khai"],
    "reason": SECRETS[3],
    "basis": "Luật Hộ tịch 2014",
    "where": SECRETS[5],
    "how": SECRETS[6],
    "at_counter": True,
    "reply_by": datetime(2026, 12, 4, 17, tzinfo=VIETNAM),
    "amount": 8000,
    "note": SECRETS[8],
    "count": 3,
}
OPERATOR = Actor(kind=ActorKind.STAFF, grants=(Grant(Duty.OPERATE),))
CONTROLLER = Actor(kind=ActorKind.STAFF, grants=(Grant(Duty.CATALOGUE),))


def person(**more: Any) -> int:
    """Nguyễn Thị Lan, with a phone and a mailbox."""
    facts = {"name": "Nguyễn Thị Lan", "phone": "+84912345678", "email": "lan@example.vn", **more}
    party = parties.Party(
        kind="person", name_fold="nguyen thi lan", sort_key="lan", created_at=AT, **facts
    )
    party.save(force_insert=True)
    return int(party.pk)


def citizen(party_id: int) -> Actor:
    """The person at their own page."""
    return Actor(kind=ActorKind.CITIZEN, person=party_id, identity_level=2)


def tell(party_id: int, template: str = "accepted", key: str = "17", at: datetime = AT) -> int:
    """One occasion."""
    return notify.tell(
        party_id=party_id, template=template, values=VALUES, ref=DOSSIER, key=key, at=at
    )


def message(channel: str) -> Message:
    """The one message of a channel."""
    return Message.objects.get(channel=channel)


def owed() -> list[tuple[int, Any]]:
    """(message, when) of the jobs that wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select (args->>'message_id')::bigint, scheduled_at from procrastinate_jobs"
            " where task_name = 'notify.deliver' and status = 'todo' order by id"
        )
        return [(int(row[0]), row[1]) for row in cursor.fetchall()]


@pytest.fixture(autouse=True)
def sms(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """A gateway of SMS of the test's own, one of Zalo, and no mail server."""
    settings.EMAIL_HOST = ""
    settings.SMS_GATEWAY = settings.ZALO_GATEWAY = "rehearsal"
    gateway = Simulator(Channel.SMS, sleep=lambda _seconds: None)
    zalo = Simulator(Channel.ZALO, sleep=lambda _seconds: None)
    there = {(Channel.SMS, "rehearsal"): gateway, (Channel.ZALO, "rehearsal"): zalo}
    monkeypatch.setattr(gateways, "_gateways", there)
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
