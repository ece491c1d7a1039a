"""What happens to books and numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BookOpened:  # nobody reacts
    """A book was opened by hand."""

    book_id: int
    agency_id: int
    kind: str
    year: int
    volume: int
    start: int


@dataclass(frozen=True, slots=True)
class BookClosed:  # nobody reacts
    """A book was closed; `last` is its last number."""

    book_id: int
    last: int


@dataclass(frozen=True, slots=True)
class NumberVoided:  # nobody reacts
    """A number was voided; it stays in its book with the reason."""

    book_id: int
    value: int


@dataclass(frozen=True, slots=True)
class CodePatternSet:  # nobody reacts
    """From a day on the codes of an agency (0: of all) look different."""

    pattern_id: int
    agency_id: int
    pattern: str
    scope: str
    issuer: str
    valid_from: str
