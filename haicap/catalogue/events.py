"""What happens to the catalogue, as facts of ids, numbers and codes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VersionPublished:  # nobody reacts
    """A procedure came into the catalogue, or a version followed the one before."""

    procedure: int
    code: str
    version: int
    number: int


@dataclass(frozen=True, slots=True)
class ProceduresImported:  # nobody reacts
    """A whole source was read in: how many were new, followed, as before, refused."""

    source: str
    created: int
    followed: int
    unchanged: int
    refused: int


@dataclass(frozen=True, slots=True)
class DeadlineFilled:  # nobody reacts
    """Somebody with the duty said how long the law gives; `before` is the rule it replaces."""

    procedure: int
    code: str
    rule: int
    before: int | None
    amount: int
    time_unit: str
    policy: str
    mark: str
