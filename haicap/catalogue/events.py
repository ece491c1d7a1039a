"""What happens to the catalogue, as facts of ids, numbers and codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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


@dataclass(frozen=True, slots=True)
class DraftStarted:  # nobody reacts
    """Somebody began to write the next version of a procedure (`base_number` 0: of a new one)."""

    draft: int
    code: str
    base_number: int


@dataclass(frozen=True, slots=True)
class DraftEdited:  # nobody reacts
    """A part of a draft was changed: how many entries of it came, went or became different."""

    draft: int
    code: str
    part: str
    revision: int
    added: int
    removed: int
    changed: int


@dataclass(frozen=True, slots=True)
class DraftSubmitted:  # nobody reacts
    """A draft without faults was put before a second person."""

    draft: int
    code: str
    revision: int
    warnings: int


@dataclass(frozen=True, slots=True)
class DraftSentBack:  # nobody reacts
    """The second person wants something else; the reason stands with the draft."""

    draft: int
    code: str


@dataclass(frozen=True, slots=True)
class DraftDiscarded:  # nobody reacts
    """A draft was thrown away; what is in force stays."""

    draft: int
    code: str


@dataclass(frozen=True, slots=True)
class DraftPublished:  # nobody reacts
    """A draft became a version: from which day on, which rules came with it (None: as before)."""

    draft: int
    code: str
    version: int
    number: int
    valid_from: date
    edited_by: int | None
    deadline_rule: int | None
    fee_rule: int | None
    form_version: int | None
