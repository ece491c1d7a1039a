"""Facts of the module. Kinds and ids only: never a name, a number or an address."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PartyAdded:  # nobody reacts
    """Somebody the state had not met before."""

    party_id: int
    kind: str
    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartyIdentified:  # nobody reacts
    """A known party got further identifiers, or one of them was verified."""

    party_id: int
    identifiers: tuple[str, ...]
    verified: str


@dataclass(frozen=True, slots=True)
class PartyChanged:  # nobody reacts
    """What is known of a party changed: which of its facts, not to what."""

    party_id: int
    changed: tuple[str, ...]
