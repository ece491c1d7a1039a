"""The public post behind a registry, and a simulator of it (VNPost's calls, domain.md 13.5).

Called with no transaction open. An order goes by its number, so that a call whose answer was lost
is asked about before it is made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from django.conf import settings
from django.db import connection

from haicap.dossiers.models import PostStatus, SimulatedParcel
from haicap.kernel import clock

SECONDS: Final = 10.0


class PostRefused(Exception):
    """The post will not carry it (no such address, unknown number): asking again is of no use."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """apiPostOrder: customerCode, orderNumber, codAmount, sender, receiver, description."""

    customer: str
    number: str
    cod: int
    sender: Mapping[str, str]
    receiver: Mapping[str, str]
    contents: str


@dataclass(frozen=True, slots=True)
class Step:
    """One line of apiGetOrderTracking. `event` is the post's own name for it."""

    event: str
    status: int
    at: datetime
    note: str = ""
    taken_by: str = ""


@dataclass(frozen=True, slots=True)
class Track:
    """What the post knows of an order, oldest step first."""

    tracking: str
    steps: Sequence[Step]


class Post(Protocol):
    """A carrier. OSError: not now. PostRefused: never."""

    def order(self, parcel: Parcel, *, seconds: float) -> str:
        """Register an order; the tracking number. A number it knows answers the same again."""
        ...

    def cancel(self, number: str, *, seconds: float) -> None:
        """Call an order off. PostRefused when it is too late."""
        ...

    def track(self, number: str, *, seconds: float) -> Track | None:
        """What became of it; None when it never came."""
        ...


_posts: dict[str, Post] = {}


def register_post(name: str, post: Post) -> None:
    """Make a carrier known under the name used in settings.POST."""
    _posts[name] = post


def the_post() -> Post | None:
    """The carrier of this installation; None when it has none."""
    return _posts.get(settings.POST)


def customer() -> str:
    """The code under which the post knows the city."""
    return str(settings.POST_CUSTOMER)


@dataclass
class PostSimulator:
    """Takes orders, collects after a minute, delivers after three.

    `mood`: down | lost (takes it and says nothing) | refuses | mixed (tells steps out of order and
    twice) | stuck (never delivers).
    """

    mood: str = ""
    now: Callable[[], datetime] = clock.now
    pace: timedelta = timedelta(minutes=1)
    calls: list[tuple[str, str]] = field(default_factory=list)
    token: str = ""

    def _call(self, what: str, number: str) -> None:
        if not self.token:  # apiGetToken
            self.token = hashlib.sha256(customer().encode()).hexdigest()[:16]
        self.calls = [*self.calls[-999:], (what, number)]
        if self.mood == "down":
            raise ConnectionError("the post does not answer")

    def order(self, parcel: Parcel, *, seconds: float) -> str:
        """apiPostOrder."""
        self._call("order", parcel.number)
        if self.mood == "refuses":
            raise PostRefused("địa chỉ ngoài vùng phục vụ")
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into dossiers_simulatedparcel (number, taken_at, receiver)"
                " values (%s, %s, %s) on conflict (number) do nothing",
                [parcel.number, self.now(), parcel.receiver.get("name", "")],
            )
        if self.mood == "lost":
            raise TimeoutError("no answer")
        return _tracking(parcel.number)

    def cancel(self, number: str, *, seconds: float) -> None:
        """apiCancelOrder."""
        self._call("cancel", number)
        parcel = SimulatedParcel.objects.filter(pk=number).first()
        if parcel is not None and self.now() - parcel.taken_at > 3 * self.pace:
            raise PostRefused("bưu gửi đã giao")
        SimulatedParcel.objects.filter(pk=number, cancelled_at=None).update(cancelled_at=self.now())

    def track(self, number: str, *, seconds: float) -> Track | None:
        """apiGetOrderTracking."""
        self._call("track", number)
        parcel = SimulatedParcel.objects.filter(pk=number).first()
        if parcel is None:
            return None
        steps = self._steps(parcel)
        if self.mood == "mixed":
            steps = [*reversed(steps), *steps]
        return Track(tracking=_tracking(number), steps=steps)

    def _steps(self, parcel: SimulatedParcel) -> list[Step]:
        planned: list[tuple[int, str, str]] = [
            (PostStatus.REGISTERED, "đã nhận đăng ký", ""),
            (PostStatus.COLLECTING, "bưu tá đã lấy", ""),
            (PostStatus.DELIVERED, "đã giao, người nhận ký tên", parcel.receiver),
        ]
        end = parcel.cancelled_at or self.now()
        steps = []
        for place, (status, note, taken_by) in enumerate(planned):
            at = parcel.taken_at + place * self.pace * (1 if place < 2 else 1.5)
            if at <= end and not (self.mood == "stuck" and status == PostStatus.DELIVERED):
                steps.append(Step(f"{parcel.number}/{status}", status, at, note, taken_by))
        if parcel.cancelled_at is not None:
            name = f"{parcel.number}/{PostStatus.CANCELLED}"
            steps.append(Step(name, PostStatus.CANCELLED, parcel.cancelled_at, "đã hủy"))
        return steps


def _tracking(number: str) -> str:
    digits = int(hashlib.sha256(number.encode()).hexdigest()[:10], 16) % 10**9
    return f"EB{digits:09d}VN"


SIMULATOR: Final = PostSimulator()
if settings.DEMO:  # production knows no carrier of this name
    register_post("rehearsal", SIMULATOR)
