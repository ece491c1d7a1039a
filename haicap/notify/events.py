"""Facts of notify: what people decided about messages. Sending itself leaves its message rows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingChanged:  # nobody reacts
    """A letter's words were changed; `shipped`: back to those of the program."""

    template: str
    language: str
    version: int
    shipped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHoursSet:  # nobody reacts
    """From when to when ("21:00") nobody is woken, on which channels."""

    begins: str
    ends: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysChosen:  # nobody reacts
    """A person said by which ways and in which language they want to be told."""

    channels: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAgain:  # nobody reacts
    """An operator had messages that had not got out sent once more."""

    messages: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOpened:  # nobody reacts
    """An operator let a resting channel try again at once."""

    channel: str
