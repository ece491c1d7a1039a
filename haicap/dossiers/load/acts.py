"""What happens to one dossier, as a list: who does what at which moment, with which values.

The list is all there is between planning and writing: the load turns it into rows, and a test
turns the same list into calls of the verbs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from haicap.dossiers.filing import Filing
from haicap.kernel.actor import Actor
from haicap.parties import public as parties

# Acts beside the moves of flow.py.
KEEP: Final = "keep"  # a file is sent: staged for its sender, or laid to the draft
START: Final = "start_draft"
SAVE: Final = "save_draft"
HAND_IN: Final = "hand_in"
AT_COUNTER: Final = "receive_at_counter"


@dataclass(frozen=True, slots=True)
class Named:
    """A person on a dossier: who it is, and what is declared of them."""

    party_id: int
    declared: parties.Declared


@dataclass(frozen=True, slots=True)
class Act:
    """One call of a verb with its `values`; for those that submit, what is handed in, and who its
    `people` are by role (applicant, owner, representative).
    """

    at: datetime
    by: Actor
    move: str
    values: Mapping[str, Any] = field(default_factory=dict)
    filing: Filing | None = None
    people: Mapping[str, Named] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """The values of KEEP. `staged`: not laid to the draft. `result`: the shared sample result."""

    file_id: UUID
    slot: str
    name: str
    staged: bool
    result: bool = False


@dataclass(frozen=True, slots=True)
class Life:
    """All acts of one dossier up to the present, in order; the first one makes it."""

    number: int
    commune: str
    procedure: str
    acts: tuple[Act, ...]
