"""Facts of the module: what happened to territories and agencies. Ids, codes and days only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CityLoaded:  # nobody reacts
    """The city's territories and agencies were read from the data that ships with the platform."""

    territories: int
    successions: int
    agencies: int


@dataclass(frozen=True, slots=True)
class TerritoryOpened:  # nobody reacts
    """A new identity, under a code that may have named another one before."""

    territory_id: int
    level: str
    code: str
    from_day: date


@dataclass(frozen=True, slots=True)
class TerritoryRenamed:  # nobody reacts
    """The same identity is called otherwise, or coded otherwise, from a day on."""

    territory_id: int
    old_code: str
    new_code: str
    from_day: date


@dataclass(frozen=True, slots=True)
class TerritoryEnded:  # nobody reacts
    """The identity is no more from `from_day` on."""

    territory_id: int
    code: str
    from_day: date


@dataclass(frozen=True, slots=True)
class TerritorySucceeded:  # nobody reacts
    """`old_id` passed to `new_id`: what became of the ground and of the people."""

    old_id: int
    new_id: int
    day: date
    land: str
    population: str


@dataclass(frozen=True, slots=True)
class AgencyOpened:  # nobody reacts
    """A new agency begins to act."""

    agency_id: int
    kind: str
    code: str
    parent_id: int | None
    from_day: date


@dataclass(frozen=True, slots=True)
class AgencyRenamed:  # nobody reacts
    """The same agency is called otherwise from a day on."""

    agency_id: int
    from_day: date


@dataclass(frozen=True, slots=True)
class AgencyRecoded:  # nobody reacts
    """The same agency has another identification code from a day on."""

    agency_id: int
    old_code: str
    new_code: str
    mark: str
    from_day: date


@dataclass(frozen=True, slots=True)
class AgencyMoved:  # nobody reacts
    """The agency stands under another one from a day on."""

    agency_id: int
    old_parent_id: int | None
    new_parent_id: int | None
    from_day: date


@dataclass(frozen=True, slots=True)
class AgencyContactChanged:  # nobody reacts
    """The agency's address or phone changed from a day on."""

    agency_id: int
    from_day: date


@dataclass(frozen=True, slots=True)
class AgencyEnded:  # nobody reacts
    """The agency acts no more from `from_day` on; `successors` carry on its work."""

    agency_id: int
    code: str
    from_day: date
    successors: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ServingChanged:  # nobody reacts
    """Which agencies of one kind serve a territory from a day on."""

    territory_id: int
    kind: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    mark: str
    from_day: date
