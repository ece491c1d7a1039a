"""A stand-in for the SMS and Zalo gateways in the demo: slow, forgetful and confused on request.

What it took lies in its own table (the screens of the demo's phones). Its reports come later, by a
job, signed like a real provider's. It answers its own `ask`, so lost answers can be cleared up.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from haicap.kernel import clock
from haicap.notify.gateways import NotTaken, Undeliverable, register_gateway
from haicap.notify.models import Channel, SimulatedText, Way

MOODS: Final = {
    "": _("Bình thường: nhận ngay, báo đã tới sau vài giây"),
    "slow": _("Chậm: mỗi tin mất ba giây"),
    "lost": _("Mất câu trả lời: nhận tin rồi im lặng"),
    "double": _("Báo đã tới hai lần, lần sau báo trước"),
    "late": _("Báo đã tới sau nhiều phút, không theo thứ tự"),
    "undelivered": _("Báo không tới được máy"),
    "dead": _("Từ chối mọi số: không có số này"),
    "down": _("Ngừng: không nối được"),
}

# Told the channel, the name given, whether delivered, and after how many seconds: the jobs' part.
Reporter = Callable[[str, str, bool, float, str], None]


def name_of(channel: str, key: str) -> str:
    """The simulator's name for a message."""
    return f"{channel}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"


@dataclass
class Simulator:
    """One channel's gateway to rehearse with. `mood`: empty asks the table (page of operators)."""

    channel: Channel
    mood: str = ""
    report: Reporter | None = None
    sleep: Callable[[float], None] = time.sleep
    calls: list[str] = field(default_factory=list)

    def _mood(self) -> str:
        if self.mood:
            return self.mood
        row = Way.objects.filter(pk=self.channel).values_list("mood", flat=True).first()
        return row or ""

    def send(self, *, to: str, text: str, key: str, seconds: float) -> str:
        """Take a text as the mood says."""
        mood = self._mood()
        self.calls = [*self.calls[-999:], key]
        if mood == "down":
            raise NotTaken("cannot connect")
        if mood == "dead":
            raise Undeliverable("no such number")
        if mood == "slow":
            self.sleep(min(3.0, seconds))
        self._take(to=to, text=text, key=key)
        name = name_of(self.channel, key)
        if self.report is not None:
            for delivered, after, event in _reports(mood, name):
                self.report(self.channel, name, delivered, after, event)
        if mood == "lost":
            raise TimeoutError("no answer")
        return name

    def ask(self, *, key: str, seconds: float) -> str | None:
        """Whether this key was taken."""
        if self._mood() == "down":
            raise NotTaken("cannot connect")
        known = SimulatedText.objects.filter(channel=self.channel, key=key).exists()
        return name_of(self.channel, key) if known else None

    def _take(self, *, to: str, text: str, key: str) -> None:
        # A second taking shows: the phone would ring twice.
        again = SimulatedText.objects.filter(channel=self.channel, key__startswith=key).count()
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into notify_simulatedtext (channel, key, address, text, taken_at)"
                " values (%s, %s, %s, %s, %s) on conflict (channel, key) do nothing",
                [
                    str(self.channel), f"{key}#{again + 1}" if again else key, to, text,
                    clock.now(),
                ],
            )  # fmt: skip


def _reports(mood: str, name: str) -> list[tuple[bool, float, str]]:
    """(delivered, after how many seconds, the event's name): what will be told of a message."""
    if mood == "double":
        return [(True, 2, f"{name}-1"), (True, 1, f"{name}-1"), (False, 5, f"{name}-0")]
    if mood == "late":
        return [(True, 120 + int(name[-2:], 16) * 3, f"{name}-1")]
    if mood == "undelivered":
        return [(False, 2, f"{name}-1")]
    return [(True, 2, f"{name}-1")]


def recent(*, limit: int = 20) -> list[SimulatedText]:
    """What the phones of the demo show, newest first."""
    return list(SimulatedText.objects.order_by("-id")[:limit])


def tidy(*, keep: timedelta = timedelta(days=7)) -> int:
    """Forget texts older than `keep`."""
    return SimulatedText.objects.filter(taken_at__lt=clock.now() - keep).delete()[0]


SMS: Final = Simulator(Channel.SMS)
ZALO: Final = Simulator(Channel.ZALO)
if settings.DEMO:  # production knows no gateway of this name
    register_gateway(Channel.SMS, "rehearsal", SMS)
    register_gateway(Channel.ZALO, "rehearsal", ZALO)
