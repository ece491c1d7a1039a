"""Verbs of notify: tell a person, carry a message out, hear what became of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs

from haicap.notify import gateways
from haicap.notify.letters import Letter, write
from haicap.notify.models import Channel, Message, MessageState
from haicap.parties import public as parties

JOB: Final = "notify.deliver"
ATTEMPTS: Final = 7
# A worker killed while sending leaves the message claimed; after this another may take it up.
CLAIM: Final = timedelta(minutes=2)

log = logging.getLogger(__name__)


class NotYet(Exception):
    """The message did not get out this time; the job is to come back."""


@transaction.atomic
def tell(
    *,
    party_id: int,
    template: str,
    values: Mapping[str, Any],
    ref: str,
    key: str,
    at: datetime,
) -> int:
    """Tell a party, in its language: always in the inbox, and by e-mail and SMS where both have it.

    `key` names the occasion (the journal's entry): told twice, written once. `values` are what
    letters.py asks for. Sending happens after the commit. Returns how many messages were written.
    """
    party = parties.Party.objects.only("id", "language", "email", "phone").get(pk=party_id)
    language = party.language if party.language in dict(settings.LANGUAGES) else "vi"
    with translation.override(language):
        letter = write(template, values)
        line = _outside(letter)
    there = gateways.open_channels()
    ways = [(Channel.INBOX, "", letter.title, letter.body)]
    if party.email and Channel.EMAIL in there:
        ways.append((Channel.EMAIL, party.email, letter.title, line))
    if _takes_sms(party.phone) and Channel.SMS in there:
        ways.append((Channel.SMS, party.phone, letter.title, letter.line))
    written = 0
    for channel, address, title, body in ways:
        message_id = _write(
            key=f"{key}:{template}:{party_id}:{channel}", party_id=party_id, channel=channel,
            template=template, language=language, address=address, title=title, body=body, ref=ref,
            at=at,
        )  # fmt: skip
        if message_id is not None:
            written += 1
            if channel != Channel.INBOX:
                jobs.configure_task(JOB, queue="soon").defer(message_id=message_id)
    return written


def _outside(letter: Letter) -> str:
    """The text of an e-mail: the line, where to look, and that nobody reads answers."""
    return "\n\n".join(
        [
            letter.line,
            _("Xem chi tiết sau khi đăng nhập: %(address)s") % {"address": settings.BASE_URL},
            _("Thư này gửi tự động, xin không trả lời. Cần hỏi thêm, xin gọi 1022."),
        ]
    )


def _takes_sms(phone: str) -> bool:
    return bool(phone) and not phone.startswith("+842")  # 02…: lines on the wall


def _write(
    *,
    key: str,
    party_id: int,
    channel: Channel,
    template: str,
    language: str,
    address: str,
    title: str,
    body: str,
    ref: str,
    at: datetime,
) -> int | None:
    """The new row's id; None when it was written before."""
    inbox = channel == Channel.INBOX
    state = MessageState.DELIVERED if inbox else MessageState.WAITING
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into notify_message (key, party_id, channel, template, language, address,"
            " title, body, ref, state, attempts, error, outside_id, created_at, sent_at)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, '', '', %s, %s)"
            " on conflict (key) do nothing returning id",
            [
                key, party_id, channel.value, template, language, address, title, body, ref,
                state.value, at, at if inbox else None,
            ],
        )  # fmt: skip
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def deliver(*, message_id: int, at: datetime) -> None:
    """Carry one message out. Called with no transaction open; safe to repeat.

    NotYet when it is to be tried again: the way is shut for now, or another worker is at it. What
    can never arrive, or failed too often, is marked failed and shown to the operators.
    """
    claimed = Message.objects.filter(
        Q(state=MessageState.WAITING) | Q(state=MessageState.SENDING, claimed_at__lt=at - CLAIM),
        pk=message_id,
    ).update(state=MessageState.SENDING, claimed_at=at, attempts=F("attempts") + 1)
    message = Message.objects.get(pk=message_id)
    if not claimed:
        if message.state == MessageState.SENDING:
            raise NotYet(f"message {message_id} is being sent")
        return
    try:
        name = gateways.send(message)
    except gateways.Undeliverable as e:
        _set(message, MessageState.FAILED, error=str(e))
        log.warning("message %s cannot be delivered: %s", message_id, e)
    except OSError as e:
        last = message.attempts >= ATTEMPTS
        _set(message, MessageState.FAILED if last else MessageState.WAITING, error=str(e))
        if not last:
            raise NotYet(str(e)) from e
        log.warning("message %s given up after %s attempts: %s", message_id, message.attempts, e)
    else:
        _set(message, MessageState.SENT, outside_id=name, sent_at=at)


def _set(message: Message, state: MessageState, *, error: str = "", **more: Any) -> None:
    # Only what is still being sent: the gateway's report may have come before its answer.
    Message.objects.filter(pk=message.pk, state=MessageState.SENDING).update(
        state=state, error=error[:500], **more
    )


def report(*, outside_id: str, delivered: bool, at: datetime) -> bool:
    """A gateway tells what became of a message; the first word counts. False: not ours."""
    rows = Message.objects.filter(outside_id=outside_id).exclude(outside_id="")
    state = MessageState.DELIVERED if delivered else MessageState.FAILED
    rows.filter(state=MessageState.SENT).update(
        state=state, error="" if delivered else f"reported undelivered at {at.isoformat()}"
    )
    return rows.exists()


def mark_read(*, party_id: int, message_ids: Iterable[int] | None = None, at: datetime) -> int:
    """The person has opened these (None: all) of their own messages. Returns how many were new."""
    rows = Message.objects.filter(party_id=party_id, channel=Channel.INBOX, read_at__isnull=True)
    if message_ids is not None:
        rows = rows.filter(pk__in=list(message_ids))
    return rows.update(read_at=at)


@transaction.atomic
def try_again(*, message_id: int) -> bool:
    """An operator sends a failed message once more, from the start. False when it is not failed."""
    changed = Message.objects.filter(pk=message_id, state=MessageState.FAILED).update(
        state=MessageState.WAITING, attempts=0, error=""
    )
    if changed:
        jobs.configure_task(JOB, queue="soon").defer(message_id=message_id)
    return bool(changed)
