"""What happens to money. The subject of a fact is the thing the money is for, if there is one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeeDemanded:  # nobody reacts
    """So much is owed; demanded again when the amount changed."""

    code: str
    kind: str
    amount: int
    moment: str
    agency: int


@dataclass(frozen=True, slots=True)
class MoneyMoved:  # nobody reacts
    """What every movement of a demand tells: how much, and what the demand comes to with it."""

    code: str
    kind: str
    amount: int
    state: str
    left: int
    movement: int


@dataclass(frozen=True, slots=True)
class MoneyReceived(MoneyMoved):
    """Money came in."""

    way: str
    provider: str
    transaction: str


@dataclass(frozen=True, slots=True)
class FeeWaived(MoneyMoved):
    """It need not be paid, wholly or in part; reason and legal basis stand with the movement."""


@dataclass(frozen=True, slots=True)
class MoneyRefunded(MoneyMoved):
    """What was not owed was paid back."""

    way: str


@dataclass(frozen=True, slots=True)
class MoneyAttributed(MoneyMoved):
    """Money was taken from this demand, or given to it, because it was for another thing."""

    other: str


@dataclass(frozen=True, slots=True)
class MoneyUnknown:  # nobody reacts
    """Money came in of which nobody knows what it is for."""

    amount: int
    provider: str
    transaction: str
    movement: int


@dataclass(frozen=True, slots=True)
class UnknownMoneyReturned:  # nobody reacts
    """Money nobody could place went back to where it came from."""

    amount: int
    way: str
    movement: int


@dataclass(frozen=True, slots=True)
class NoticeRefused:  # nobody reacts
    """A notice was not believed: forged, or against what was said before."""

    provider: str
    state: str
    digest: str
    transaction: str


@dataclass(frozen=True, slots=True)
class OrderStarted:  # nobody reacts
    """A request for payment was sent to a gateway."""

    code: str
    provider: str
    number: str
    amount: int


@dataclass(frozen=True, slots=True)
class StatementImported:  # nobody reacts
    """A bank's statement was read: how many lines were placed, known, or nobody's."""

    provider: str
    digest: str
    lines: int
    placed: int
    known: int
    unknown: int


@dataclass(frozen=True, slots=True)
class DayCounted:  # nobody reacts
    """Somebody counted a day of a provider."""

    day: str
    provider: str
    booked: int
    counted: int


@dataclass(frozen=True, slots=True)
class DayClosed:  # nobody reacts
    """Somebody else closed it."""

    day: str
    provider: str
    booked: int
    counted: int


@dataclass(frozen=True, slots=True)
class AccountSet:  # nobody reacts
    """From a day on money is asked to this account (agency 0: of all agencies)."""

    account: int
    agency: int
    valid_from: str


# What changes how a demand stands.
OF_A_DEMAND = (MoneyReceived, FeeWaived, MoneyRefunded, MoneyAttributed)
