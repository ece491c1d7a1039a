"""What a move's form is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Words = Any  # text, or text translated when shown


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a move's form, as the field component shows it."""

    name: str
    label: Words
    kind: str = "text"
    required: bool = False
    hint: Words = ""
    options: tuple[tuple[str, Words], ...] = ()
    value: str = ""
    rows: int = 3
    usual: tuple[tuple[str, Words], ...] = ()  # of the options those that are likely meant
    shown_if: tuple[str, tuple[str, ...]] | None = None  # asked only when a field has such a value


@dataclass(frozen=True, slots=True)
class MoveForm:
    """A move as it is offered: its words, its letter, whether it goes forward, its fields."""

    move: str
    words: Words
    key: str
    icon: str
    kind: str  # primary: the usual next step | secondary | danger
    fields: tuple[Field, ...] = ()
    papers: bool = False  # with a table of papers to count
    upload: bool = False  # with a PDF to hand in
    rare: bool = False  # offered behind "other things"
    done: Words = ""  # said when it is done

    @property
    def at_once(self) -> bool:
        """Whether one press is enough: it is the usual step, and nothing has to be written."""
        must = any(field.required for field in self.fields) or self.papers or self.upload
        return self.kind == "primary" and not must

    @property
    def asks(self) -> bool:
        """Whether there is anything to write, if only a note."""
        return bool(self.fields) or self.papers or self.upload or not self.at_once
