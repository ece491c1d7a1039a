"""Carrying messages out, once: what was perhaps taken is asked about, never sent blindly again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F, Q

from haicap.audit import public as audit
from haicap.kernel.actor import Actor
from haicap.notify import access, gateways, queries
from haicap.notify.actions import reports
from haicap.notify.actions.telling import JOB, owe
from haicap.notify.events import SentAgain, WayOpened
from haicap.notify.models import STUCK, UNDER_WAY, Channel, Message, MessageState, Way

# How long a message waits after each failure; after the last one it is given up.
WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (0.5, 2, 10, 30, 120, 360))
ATTEMPTS: Final = len(WAITS) + 1
# A worker killed while sending leaves the message claimed; after this another may take it up.
CLAIM: Final = timedelta(minutes=2)
# So many failures in a row, and the channel rests; longer each time, at most so long.
TOLERATED: Final = 5
LONGEST_REST: Final = timedelta(minutes=15)
MOST_AT_ONCE: Final = 1000

__all__ = ["ATTEMPTS", "JOB", "deliver", "open_way", "set_mood", "sweep", "try_again"]

log = logging.getLogger(__name__)


def deliver(*, message_id: int, at: datetime) -> None:
    """Carry one message out. Called with no transaction open; safe to repeat.

    What must wait (quiet hours, a resting channel, a failure) is owed again for later. What can
    never arrive, failed too often, or may have been taken by somebody who cannot be asked, is shown
    to the operators.
    """
    message = Message.objects.filter(pk=message_id, state__in=UNDER_WAY).first()
    if message is None or (message.due_at is not None and message.due_at > at):
        return
    if message.state == MessageState.SENDING:
        claimed_at = message.claimed_at or message.created_at
        if claimed_at > at - CLAIM:
            owe(message_id, claimed_at + CLAIM)
            return
    elif _must_wait(message, at=at):
        return
    if not _claim(message, at=at):
        return
    message.refresh_from_db()
    try:
        name = (_taken_before(message) if message.unsure else None) or gateways.send(message)
    except gateways.Undeliverable as e:
        _end(message, MessageState.FAILED, str(e))
    except gateways.CannotAsk:
        _end(message, MessageState.UNSURE, message.error)
    except (gateways.NotTaken, ConnectionRefusedError) as e:
        _failed(message, e, unsure=message.unsure, at=at)
    except OSError as e:
        if message.channel == Channel.EMAIL:  # handed over, and no mail server can be asked
            _end(message, MessageState.UNSURE, str(e))
        else:
            _failed(message, e, unsure=True, at=at)
    else:
        _sent(message, name, at=at)


def _must_wait(message: Message, *, at: datetime) -> bool:
    """Whether it is night, or the channel rests; then it is owed again."""
    until = queries.quiet_hours().held_until(message.channel, at)
    state = MessageState.HELD if until else MessageState.WAITING
    if until is None:
        way = Way.objects.filter(pk=message.channel, closed_until__gt=at).first()
        until = way.closed_until if way is not None else None
    if until is None:
        return False
    with transaction.atomic():
        if Message.objects.filter(
            pk=message.pk, state__in=(MessageState.WAITING, MessageState.HELD)
        ).update(state=state, due_at=until):
            owe(message.pk, until)
    return True


def _claim(message: Message, *, at: datetime) -> bool:
    """One worker at a time. What a killed worker had begun may have been taken."""
    free = Q(state__in=(MessageState.WAITING, MessageState.HELD))
    if Message.objects.filter(free, pk=message.pk).update(
        state=MessageState.SENDING, claimed_at=at, attempts=F("attempts") + 1
    ):
        return True
    abandoned = Message.objects.filter(
        pk=message.pk, state=MessageState.SENDING, claimed_at__lt=at - CLAIM
    )
    return bool(
        abandoned.update(
            claimed_at=at,
            attempts=F("attempts") + 1,
            unsure=True,
            error="a worker was killed while sending",
        )
    )


def _taken_before(message: Message) -> str | None:
    found = gateways.ask(message)
    if found is None:
        Message.objects.filter(pk=message.pk).update(unsure=False)
        message.unsure = False
    return found


def _set(message: Message, state: MessageState, **more: Any) -> bool:
    # Only what is still being sent: the channel's report may have come before its answer.
    rows = Message.objects.filter(pk=message.pk, state=MessageState.SENDING)
    return bool(rows.update(state=state, **more))


def _sent(message: Message, name: str, *, at: datetime) -> None:
    with transaction.atomic():
        _set(
            message, MessageState.SENT, outside_id=name, sent_at=at, error="", unsure=False,
            due_at=None,
        )  # fmt: skip
        reports.apply_parked(message_id=message.pk, channel=message.channel, outside_id=name)
    Way.objects.filter(pk=message.channel, failures__gt=0).update(failures=0, closed_until=None)


def _end(message: Message, state: MessageState, error: str) -> None:
    _set(message, state, error=error[:500], due_at=None)
    log.warning("message %s ends as %s", message.pk, state)


def _failed(message: Message, error: OSError, *, unsure: bool, at: datetime) -> None:
    """Later again, longer each time; given up at the end. The channel's failures are counted."""
    words = f"{type(error).__name__}: {error}"[:500]
    _count_failure(message.channel, at=at)
    if message.attempts >= ATTEMPTS:
        _set(message, MessageState.GIVEN_UP, error=words, unsure=unsure, due_at=None)
        log.warning("message %s given up after %s attempts", message.pk, message.attempts)
        return
    due_at = at + WAITS[message.attempts - 1]
    with transaction.atomic():
        if _set(message, MessageState.WAITING, error=words, unsure=unsure, due_at=due_at):
            owe(message.pk, due_at)


def _count_failure(channel: str, *, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into notify_way (channel, failures, mood) values (%s, 1, '')"
            " on conflict (channel) do update set failures = notify_way.failures + 1"
            " returning failures",
            [channel],
        )
        failures = int(cursor.fetchone()[0])
    over = failures - TOLERATED
    if over >= 0:
        rest = min(LONGEST_REST, timedelta(minutes=1) * 2 ** min(over, 6))
        Way.objects.filter(pk=channel).update(closed_until=at + rest)


def sweep(*, at: datetime) -> int:
    """Take up what was left lying, e.g. when its job died; returns how many."""
    late = at - 2 * CLAIM
    rows = Message.objects.filter(
        Q(state=MessageState.SENDING, claimed_at__lt=late)
        | Q(state__in=(MessageState.WAITING, MessageState.HELD), due_at__lt=late)
        | Q(state=MessageState.WAITING, due_at=None, created_at__lt=late)
    )
    found = list(rows.order_by("id").values_list("pk", flat=True)[:MOST_AT_ONCE])
    for message_id in found:
        owe(message_id)
    return len(found)


@transaction.atomic
def try_again(*, message_id: int, by: Actor, at: datetime) -> bool:
    """An operator sends a message once more that did not get out. False when it is not such a one.

    One that may have been taken is asked about first where somebody can be asked.
    """
    return bool(_again([message_id], by=access.require_operator(by), at=at))


@transaction.atomic
def try_all_again(*, channel: str, by: Actor, at: datetime) -> int:
    """An operator sends once more all that was given up on a channel; returns how many."""
    rows = Message.objects.filter(channel=channel, state=MessageState.GIVEN_UP).order_by("id")
    ids = list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE])
    return _again(ids, by=access.require_operator(by), at=at)


def _again(ids: Sequence[int], *, by: Actor, at: datetime) -> int:
    rows = Message.objects.select_for_update().filter(pk__in=ids, state__in=STUCK)
    found = list(rows.order_by("id").values_list("pk", "channel"))
    again = [pk for pk, _channel in found]
    Message.objects.filter(pk__in=again).update(state=MessageState.WAITING, attempts=0, due_at=None)
    # A mail server cannot be asked: the operator has decided.
    letters = [pk for pk, channel in found if channel == Channel.EMAIL]
    Message.objects.filter(pk__in=letters).update(unsure=False)
    for pk in again:
        owe(pk)
    if again:
        audit.record(
            SentAgain(messages=tuple(again)), subject=f"notify.Message:{again[0]}", by=by, at=at
        )
    return len(again)


@transaction.atomic
def open_way(*, channel: str, by: Actor, at: datetime) -> None:
    """An operator lets a resting channel go on at once: what waited for it goes out now."""
    by = access.require_operator(by)
    Way.objects.filter(pk=channel).update(failures=0, closed_until=None)
    rows = Message.objects.filter(channel=channel, state=MessageState.WAITING, due_at__gt=at)
    for pk in list(rows.order_by("id").values_list("pk", flat=True)[:MOST_AT_ONCE]):
        Message.objects.filter(pk=pk).update(due_at=at)
        owe(pk)
    audit.record(WayOpened(channel=channel), subject=f"notify.Way:{channel}", by=by, at=at)


def set_mood(*, channel: str, mood: str, by: Actor) -> None:
    """How the simulator of a channel behaves (demo only)."""
    access.require_operator(by)
    Way.objects.update_or_create(pk=channel, defaults={"mood": mood})
