"""Who gives dossier codes when not we: a registry of external issuers, and one to rehearse with.

The national portal gives codes by a call (GetNextValue); its connector registers itself here. Where
it does not answer the agency's own pattern gives the code: work goes on, and the issuer's code is
asked for later (docs/decisions/codes-when-the-issuer-is-silent.md).
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from haicap.kernel import clock

SECONDS: Final = 4.0  # how long an issuer is waited for
REST: Final = timedelta(seconds=30)  # how long one that failed is left alone
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{3,59}")

log = logging.getLogger(__name__)


class IssuerDown(OSError):
    """The external issuer gave no usable code in time."""


class Issuer(Protocol):
    """Gives the next code, or raises OSError; must keep to `seconds`."""

    def __call__(self, *, unit: str, procedure: str, at: datetime, seconds: float) -> str: ...


_issuers: dict[str, Issuer] = {}
_resting: dict[str, datetime] = {}  # until when one that failed is not asked by this process


def register_issuer(name: str, issuer: Issuer) -> None:
    """Make an issuer known under the name that stands in a code pattern."""
    _issuers[name] = issuer


def known_issuers() -> frozenset[str]:
    """The names that may stand in a code pattern."""
    return frozenset(_issuers)


def ask(name: str, *, unit: str, procedure: str, at: datetime) -> str:
    """A code from the issuer. IssuerDown when it does not answer, or answers no code.

    One that failed is not asked again for a while: else every submission would wait for it.
    """
    issuer = _issuers.get(name)
    if issuer is None:
        log.error("the external issuer %r is not installed", name)
        raise IssuerDown(name)
    if name in _resting and at < _resting[name]:
        raise IssuerDown(name)
    try:
        code = issuer(unit=unit, procedure=procedure, at=at, seconds=SECONDS)
    except OSError as e:
        log.warning("the external issuer %s failed: %s", name, e)
        _resting[name] = at + REST
        raise IssuerDown(name) from e
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        log.warning("the external issuer %s answered %r", name, code)
        raise IssuerDown(name)
    return code


@dataclass
class RehearsalIssuer:
    """A portal to rehearse with: G09.20-20261125-0000001 and so on; `mood` makes it misbehave.

    `mood` is told the number of the call and may sleep, raise, or give another answer.
    """

    prefix: str = "G09.20"
    mood: Callable[[int], str | None] = lambda _call: None
    calls: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, *, unit: str, procedure: str, at: datetime, seconds: float) -> str:
        with self.lock:
            self.calls += 1
            call = self.calls
        other = self.mood(call)
        return f"{self.prefix}-{clock.local(at):%Y%m%d}-{call:07d}" if other is None else other
