"""Telling a person: the rows are written with the caller's transaction, sending follows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs

from haicap.accounts import public as accounts
from haicap.notify import gateways, queries
from haicap.notify.letters import Letter, write
from haicap.notify.models import Channel, MessageState
from haicap.notify.quiet import Hours
from haicap.parties import public as parties

JOB: Final = "notify.deliver"
BEHIND: Final = -10  # receipts and what people wait for go first

_INSERT: Final = """
insert into notify_message (key, party_id, staff_id, channel, template, language, address, title,
    body, ref, state, attempts, error, outside_id, unsure, created_at, due_at, sent_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, '', '', false, %s, %s, %s)
on conflict (key) do nothing returning id
"""


@dataclass(frozen=True, slots=True)
class _Telling:
    """One occasion for one reader."""

    key: str
    party_id: int | None
    staff_id: int | None
    template: str
    language: str
    ref: str
    at: datetime


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
    """Tell a party, in its language: always in the inbox, and by the open channels it chose where
    both sides have them.

    `key` names the occasion (the journal's entry): told twice, written once. `values` are what
    letters.py asks for. Sending happens after the commit, in the morning when it is late. Returns
    how many messages were written.
    """
    party = parties.Party.objects.only("id", "language", "email", "phone").get(pk=party_id)
    telling = _Telling(
        key=f"{key}:{template}:{party_id}", party_id=party_id, staff_id=None, template=template,
        language=_known(party.language), ref=ref, at=at,
    )  # fmt: skip
    mobile = party.phone if _takes_texts(party.phone) else ""
    addresses = {Channel.EMAIL: party.email, Channel.SMS: mobile, Channel.ZALO: mobile}
    wanted = queries.chosen_by(party_id).channels
    return _write_all(
        telling, {way: to for way, to in addresses.items() if to and way in wanted}, values
    )


@transaction.atomic
def tell_staff(
    *,
    staff_id: int,
    template: str,
    values: Mapping[str, Any],
    ref: str,
    key: str,
    at: datetime,
) -> int:
    """Tell a member of staff: in the inbox, and by e-mail if they want this kind there."""
    staff = accounts.Staff.objects.only("id", "email").get(pk=staff_id)
    telling = _Telling(
        key=f"{key}:{template}:s{staff_id}", party_id=None, staff_id=staff_id, template=template,
        language="vi", ref=ref, at=at,
    )  # fmt: skip
    at_once, digest = queries.staff_wants(staff_id)
    wanted = digest if template == "staff_digest" else at_once
    addresses = {Channel.EMAIL: staff.email} if wanted and staff.email else {}
    return _write_all(telling, addresses, values)


def _known(language: str) -> str:
    return language if language in dict(settings.LANGUAGES) else "vi"


def _takes_texts(phone: str) -> bool:
    return bool(phone) and not phone.startswith("+842")  # 02…: lines on the wall


def _write_all(
    telling: _Telling, addresses: Mapping[Channel, str], values: Mapping[str, Any]
) -> int:
    with translation.override(telling.language):
        words = queries.words_in_force(telling.template, telling.language)
        letter = write(telling.template, values, words)
        by_mail = _by_mail(letter, str(values.get("link") or settings.BASE_URL))
    written = int(_write(telling, Channel.INBOX, letter.title, letter.body) is not None)
    there = gateways.open_channels()
    ways = {way: to for way, to in addresses.items() if way in there}
    hours = queries.quiet_hours() if ways else None
    for way, to in ways.items():
        body = by_mail if way == Channel.EMAIL else letter.line
        written += int(_write(telling, way, letter.title, body, to=to, hours=hours) is not None)
    return written


def _by_mail(letter: Letter, address: str) -> str:
    """The text of an e-mail: the line, where to look, and that nobody reads answers."""
    return "\n\n".join(
        [
            letter.line,
            _("Xem chi tiết sau khi đăng nhập: %(address)s") % {"address": address},
            _("Thư này gửi tự động, xin không trả lời. Cần hỏi thêm, xin gọi 1022."),
        ]
    )


def _write(
    telling: _Telling,
    channel: Channel,
    title: str,
    body: str,
    *,
    to: str = "",
    hours: Hours | None = None,
) -> int | None:
    """The new row's id; None when it was written before."""
    at, inbox = telling.at, channel == Channel.INBOX
    held = None if hours is None else hours.held_until(channel, at)
    state = MessageState.HELD if held else MessageState.WAITING
    if inbox:
        state = MessageState.DELIVERED
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                f"{telling.key}:{channel}", telling.party_id, telling.staff_id, channel.value,
                telling.template, telling.language, to, title, body, telling.ref, state.value, at,
                held, at if inbox else None,
            ],
        )  # fmt: skip
        row = cursor.fetchone()
    if row is None:
        return None
    if not inbox:
        owe(int(row[0]), held)
    return int(row[0])


def owe(message_id: int, at: datetime | None = None) -> None:
    """Have a message carried out, at `at` or as soon as nothing else waits: ways out are slow."""
    job = jobs.configure_task(JOB, queue="soon", schedule_at=at, priority=BEHIND)
    job.defer(message_id=message_id)
