"""The ways out: e-mail by SMTP, SMS and Zalo by a registry of gateways.

Every gateway is slow and may lie: it is called with no transaction open, keeps to its time, and is
given the message's key. When its answer was lost it is asked what became of the key before
anything is sent again.
"""

from __future__ import annotations

import hashlib
import smtplib
from typing import Final, Protocol

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage, get_connection

from haicap.notify.models import Channel, Message

SECONDS: Final = 10.0
LONGEST_TEXT: Final = 320


class Undeliverable(Exception):
    """It will never arrive (no such mailbox, no such number): trying again is of no use."""


class NotTaken(OSError):
    """It certainly was not taken: trying again sends nothing twice."""


class CannotAsk(Exception):
    """This way has nobody who could say what became of a message."""


class Gateway(Protocol):
    """Somebody who carries texts to phones. `key` is the same when a message is sent again.

    `send` answers the gateway's own name for what it took. Undeliverable: never. NotTaken or
    ConnectionRefusedError: surely not taken. Any other OSError: it may have been taken. `ask`
    answers that name, or None when nothing came under this key; OSError when it does not know.
    """

    def send(self, *, to: str, text: str, key: str, seconds: float) -> str: ...

    def ask(self, *, key: str, seconds: float) -> str | None: ...


_gateways: dict[tuple[Channel, str], Gateway] = {}


def register_gateway(channel: Channel, name: str, gateway: Gateway) -> None:
    """Make a gateway known under the name used in settings.SMS_GATEWAY or ZALO_GATEWAY."""
    _gateways[Channel(channel), name] = gateway


def gateway_of(channel: str) -> Gateway | None:
    """The gateway this installation uses for a channel; None when it has none."""
    name = {Channel.SMS: settings.SMS_GATEWAY, Channel.ZALO: settings.ZALO_GATEWAY}.get(
        Channel(channel), ""
    )
    return _gateways.get((Channel(channel), name))


def open_channels() -> frozenset[Channel]:
    """The ways out that this installation has."""
    there = {channel for channel in (Channel.SMS, Channel.ZALO) if gateway_of(channel)}
    if settings.EMAIL_HOST:
        there.add(Channel.EMAIL)
    return frozenset(there)


def send(message: Message) -> str:
    """Send one message; the way's name for it. Undeliverable, NotTaken or OSError as a Gateway."""
    if message.channel == Channel.EMAIL:
        return _send_email(message)
    gateway = gateway_of(message.channel)
    if gateway is None:
        raise NotTaken(f"no gateway is installed for {message.channel}")
    name = gateway.send(
        to=message.address, text=message.body[:LONGEST_TEXT], key=message.key, seconds=SECONDS
    )
    if not isinstance(name, str) or not name.strip():
        raise OSError("the gateway gave no name for what it took")
    return name.strip()[:200]


def ask(message: Message) -> str | None:
    """What became of a message whose answer was lost: the way's name for it, None: never came.

    CannotAsk for e-mail: no mail server tells afterwards.
    """
    gateway = gateway_of(message.channel)
    if message.channel == Channel.EMAIL:
        raise CannotAsk
    if gateway is None:
        raise NotTaken(f"no gateway is installed for {message.channel}")
    return gateway.ask(key=message.key, seconds=SECONDS)


def _send_email(message: Message) -> str:
    # The same name at each attempt: a mailbox shows a letter that came twice once.
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    name = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}@{host}>"
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
    )
    try:
        text = letter.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
    except (BadHeaderError, ValueError) as e:
        raise Undeliverable(str(e)) from e
    _talk(message.address, text)
    return name


def _talk(address: str, text: bytes) -> None:
    """One letter over SMTP (RFC 5321). Until the text is on its way nothing can be doubled."""
    mailer = get_connection()
    sender = settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].strip("> ")
    try:
        try:
            mailer.open()
            smtp: smtplib.SMTP = mailer.connection  # type: ignore[attr-defined]
            smtp.ehlo_or_helo_if_needed()
            _expect(smtp.mail(sender))
            _expect(smtp.rcpt(address))
        except (OSError, ValueError) as e:  # smtplib's errors are OSErrors
            raise NotTaken(str(e)) from e
        _expect(smtp.data(text))
    except smtplib.SMTPDataError as e:
        _expect((e.smtp_code, e.smtp_error if isinstance(e.smtp_error, bytes) else b""))
        raise NotTaken(str(e)) from e
    finally:
        _close(mailer)


def _expect(answer: tuple[int, bytes]) -> None:
    """2xx goes on; 4xx is not now, but perhaps later; 5xx is never (RFC 5321, 4.2.1)."""
    code, words = answer
    if code >= 500:
        raise Undeliverable(f"{code} {words.decode(errors='replace')}")
    if code >= 400 or code < 200:
        raise NotTaken(f"{code} {words.decode(errors='replace')}")


def _close(mailer: object) -> None:
    smtp = getattr(mailer, "connection", None)
    if smtp is not None:
        smtp.close()
