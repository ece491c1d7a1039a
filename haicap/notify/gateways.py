"""The ways out: e-mail by SMTP, SMS by a registry of gateways, and one to rehearse with.

Every gateway is slow and may lie: it is called with no transaction open, keeps to its time, and is
given the message's key, so that one it has sent before is not sent again.
"""

from __future__ import annotations

import hashlib
import smtplib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage, get_connection

from haicap.notify.models import Channel, Message

SECONDS: Final = 10.0
LONGEST_SMS: Final = 320


class Undeliverable(Exception):
    """It will never arrive (no such mailbox, no such number): trying again is of no use."""


class SmsGateway(Protocol):
    """Sends a text and answers its own name for it, or raises OSError or Undeliverable.

    `key` is the same when a message is sent again.
    """

    def __call__(self, *, phone: str, text: str, key: str, seconds: float) -> str: ...


_gateways: dict[str, SmsGateway] = {}


def register_sms(name: str, gateway: SmsGateway) -> None:
    """Make a gateway known under the name used in settings.SMS_GATEWAY."""
    _gateways[name] = gateway


def open_channels() -> frozenset[Channel]:
    """The ways out that this installation has."""
    there = set()
    if settings.EMAIL_HOST:
        there.add(Channel.EMAIL)
    if settings.SMS_GATEWAY in _gateways:
        there.add(Channel.SMS)
    return frozenset(there)


def send(message: Message) -> str:
    """Send one message; the gateway's name for it. OSError: try again. Undeliverable: do not."""
    if message.channel == Channel.EMAIL:
        return _send_email(message)
    gateway = _gateways.get(settings.SMS_GATEWAY)
    if gateway is None:
        raise OSError("no SMS gateway is installed")
    name = gateway(
        phone=message.address, text=message.body[:LONGEST_SMS], key=message.key, seconds=SECONDS
    )
    if not isinstance(name, str) or not name.strip():
        raise OSError("the SMS gateway gave no name for what it took")
    return name


def _send_email(message: Message) -> str:
    # The same name at each attempt: a mailbox shows a letter that came twice once.
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    name = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}@{host}>"
    try:
        letter = EmailMessage(
            subject=message.title,
            body=message.body,
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[message.address],
            headers={
                "Message-ID": name,
                "Auto-Submitted": "auto-generated",
                "Content-Language": message.language,
            },
            connection=get_connection(),
        )
        letter.send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, BadHeaderError, ValueError) as e:
        if _for_now(e):
            raise
        raise Undeliverable(str(e)) from e
    return name


def _for_now(error: Exception) -> bool:
    """Whether the mail server said 4xx: not now, but perhaps later (RFC 5321, 4.2.1)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(400 <= code < 500 for code, _text in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and 400 <= error.smtp_code < 500


@dataclass
class RehearsalSms:
    """A gateway to rehearse with: takes texts and sends none. `mood` may sleep, raise, or answer
    something else; told the number of the call.
    """

    mood: Callable[[int], str | None] = lambda _call: None
    calls: int = 0
    taken: dict[str, tuple[str, str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, *, phone: str, text: str, key: str, seconds: float) -> str:
        with self.lock:
            self.calls += 1
            call = self.calls
        other = self.mood(call)
        if other is not None:
            return other
        with self.lock:
            self.taken.setdefault(key, (phone, text))
            if len(self.taken) > 1000:
                self.taken.pop(next(iter(self.taken)))
        return "sms-" + hashlib.sha256(key.encode()).hexdigest()[:16]


register_sms("rehearsal", RehearsalSms())
