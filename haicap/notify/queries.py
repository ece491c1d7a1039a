"""Reading messages back, the choices and words in force, and how the channels fare."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Count
from django.utils import translation

from haicap.kernel.clock import VIETNAM
from haicap.notify import letters
from haicap.notify.letters import Words
from haicap.notify.models import (
    OUTSIDE,
    STUCK,
    Channel,
    Choice,
    Message,
    MessageState,
    QuietHours,
    StaffChoice,
    Way,
    Wording,
)
from haicap.notify.quiet import SHIPPED, Hours

SINCE: Final = timedelta(days=30)
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+|\+?\d[\d .-]{6,}\d")


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message in somebody's inbox, in the language it was written in."""

    id: int
    template: str
    language: str
    title: str
    body: str
    ref: str
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that did not get out, for the operators: no text, no name, no address."""

    id: int
    channel: str
    template: str
    ref: str
    state: str
    attempts: int
    error: str
    created_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one message of a thing, on one channel."""

    id: int
    channel: str
    template: str
    title: str
    state: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class WayView:
    """How a channel fares. `counts`: messages of the last thirty days by state."""

    channel: str
    name: str
    there: bool
    closed_until: datetime | None
    failures: int
    mood: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Chosen:
    """By which open channels somebody is told; `own`: they said so themselves."""

    channels: frozenset[str]
    own: bool


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a letter's words; `words` None: those shipped with the program."""

    number: int
    words: Words | None
    made_at: datetime
    made_by: int | None


def inbox_of(
    party_id: int = 0, *, staff_id: int = 0, limit: int = 50, before: int | None = None
) -> list[MessageView]:
    """What the person was told, newest first; `before` is the id of the last one seen."""
    rows = inbox_rows(party_id=party_id, staff_id=staff_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [
        MessageView(*row)
        for row in rows.order_by("-created_at", "-id").values_list(
            "id", "template", "language", "title", "body", "ref", "created_at", "read_at"
        )[:limit]
    ]


def deliveries_of(ref: str, *, party_id: int | None = None) -> list[Delivery]:
    """What people (one of them) were told of a thing and what became of it, oldest first."""
    rows = Message.objects.filter(ref=ref, party__isnull=False)
    if party_id is not None:
        rows = rows.filter(party_id=party_id)
    return [
        Delivery(*row)
        for row in rows.order_by("id").values_list(
            "id", "channel", "template", "title", "state", "attempts", "created_at", "sent_at",
            "delivered_at", "read_at",
        )
    ]  # fmt: skip


def inbox_rows(*, party_id: int = 0, staff_id: int = 0) -> Any:
    """The inbox of one citizen or one member of staff."""
    rows = Message.objects.filter(channel=Channel.INBOX)
    return rows.filter(staff_id=staff_id) if staff_id else rows.filter(party_id=party_id)


def unread_count(party_id: int = 0, *, staff_id: int = 0) -> int:
    """How many the person has not opened."""
    return int(inbox_rows(party_id=party_id, staff_id=staff_id).filter(read_at=None).count())


def undelivered(
    *, limit: int = 100, channel: str = "", state: str = "", before: int | None = None
) -> list[Undelivered]:
    """What did not get out and waits for somebody, newest first."""
    rows = Message.objects.filter(state__in=[state] if state in MessageState.values else STUCK)
    if channel:
        rows = rows.filter(channel=channel)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = rows.order_by("-id").values_list(
        "id", "channel", "template", "ref", "state", "attempts", "error", "created_at", "due_at"
    )
    return [Undelivered(*row[:6], without_addresses(row[6]), *row[7:]) for row in found[:limit]]


def without_addresses(error: str) -> str:
    """An error as the channel told it, without whom it was for."""
    return _ADDRESS.sub("…", error)


def stuck_by_reason(*, at: datetime) -> list[tuple[str, str, str, int]]:
    """(channel, state, reason, how many) of what did not get out, most first."""
    rows = (
        Message.objects.filter(state__in=STUCK, created_at__gt=at - SINCE)
        .values_list("channel", "state", "error")
        .annotate(number=Count("id"))
    )
    sums: dict[tuple[str, str, str], int] = {}
    for channel, state, error, number in rows:
        key = (channel, state, without_addresses(error)[:120])
        sums[key] = sums.get(key, 0) + number
    return sorted(((*key, number) for key, number in sums.items()), key=lambda row: -row[3])[:50]


def ways(*, open_channels: frozenset[Channel], at: datetime) -> list[WayView]:
    """The open channels with their figures."""
    known = {way.channel: way for way in Way.objects.all()}
    counts: dict[str, dict[str, int]] = {}
    for channel, state, number in (
        Message.objects.filter(created_at__gt=at - SINCE)
        .exclude(channel=Channel.INBOX)
        .values_list("channel", "state")
        .annotate(number=Count("id"))
        .order_by()
    ):
        counts.setdefault(channel, {})[state] = number
    shown = []
    for channel in OUTSIDE:
        way = known.get(channel)
        closed = way.closed_until if way else None
        shown.append(
            WayView(
                channel=channel,
                name=str(channel.label),
                there=channel in open_channels,
                closed_until=closed if closed and closed > at else None,
                failures=way.failures if way else 0,
                mood=way.mood if way else "",
                counts=counts.get(channel, {}),
            )
        )
    return shown


def quiet_hours() -> Hours:
    """The quiet hours in force."""
    row = QuietHours.objects.order_by("-id").first()
    return SHIPPED if row is None else Hours(row.begins, row.ends, tuple(row.channels))


def chosen_by(party_id: int) -> Chosen:
    """The open channels a person wants; without a choice SMS and e-mail."""
    row = Choice.objects.filter(party_id=party_id).values_list("channels", flat=True).first()
    if row is None:
        return Chosen(channels=frozenset({Channel.SMS, Channel.EMAIL}), own=False)
    return Chosen(channels=frozenset(row), own=True)


def staff_wants(staff_id: int) -> tuple[bool, bool]:
    """Whether a member of staff wants (messages at once, the daily digest) by e-mail."""
    row = StaffChoice.objects.filter(staff_id=staff_id).values_list("at_once", "digest").first()
    return row or (True, True)


def words_in_force(template: str, language: str) -> Words | None:
    """The words an office set for a letter; None: the shipped ones."""
    row = Wording.objects.filter(template=template, language=language).order_by("-version").first()
    return None if row is None or row.shipped else _words(row)


def _words(row: Wording) -> Words:
    return Words(title=row.title, body=paragraphs(row.body), line=row.line)


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text, split at empty lines."""
    return tuple(part.strip() for part in re.split(r"\n\s*\n", text) if part.strip())


def versions_of(template: str, language: str) -> list[Version]:
    """Every state of a letter's words, newest first; before them lie the shipped ones."""
    rows = Wording.objects.filter(template=template, language=language).order_by("-version")
    return [
        Version(row.version, None if row.shipped else _words(row), row.made_at, row.made_by_id)
        for row in rows
    ]


def edited() -> set[tuple[str, str]]:
    """(template, language) of the letters whose words are not the shipped ones."""
    latest: dict[tuple[str, str], bool] = {}
    for template, language, shipped in Wording.objects.order_by("version").values_list(
        "template", "language", "shipped"
    ):
        latest[template, language] = shipped
    return {key for key, shipped in latest.items() if not shipped}


def sample_letter(template: str, language: str, words: Words | None = None) -> letters.Letter:
    """How a letter reads with made-up values, for its preview."""
    with translation.override(language):
        return letters.write(
            template, samples(language), words or words_in_force(template, language)
        )


def samples(language: str) -> dict[str, Any]:
    """Made-up values for every place of every letter."""
    english = language == "en"
    code = "H26.118-261125-0001"
    return {
        "code": code,
        "procedure": "Birth registration" if english else "Đăng ký khai sinh",
        "agency": "People's Committee of Bồ Đề ward" if english else "UBND phường Bồ Đề",
        "at": datetime(2026, 11, 25, 9, 5, tzinfo=VIETNAM),
        "due": datetime(2026, 11, 27, 17, tzinfo=VIETNAM),
        "reply_by": datetime(2026, 12, 4, 17, tzinfo=VIETNAM),
        "items": ["Certificate of birth" if english else "Giấy chứng sinh"],
        "reason": "The signature is missing" if english else "Thiếu chữ ký",
        "basis": "Luật Hộ tịch 2014, Điều 16",
        "where": "Điểm phục vụ Cửa Nam",
        "how": "at the counter" if english else "nhận tại quầy",
        "at_counter": True,
        "link": f"{settings.BASE_URL}/ho-so/{code}/",
        "count": 3,
        "amount": 8000,
        "note": "EB123456789VN",
    }
