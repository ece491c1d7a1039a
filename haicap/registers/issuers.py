"""Who gives dossier codes when not we: a registry of external issuers, and one to rehearse with.

The national portal gives codes by a call (GetNextValue); its connector registers itself here. There
is no falling back to our own codes: two systems would then know one dossier by two names.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from django.utils.translation import gettext as _

from haicap.kernel import clock
from haicap.kernel.errors import Refusal

SECONDS: Final = 4.0  # how long an issuer is waited for
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{3,59}")

log = logging.getLogger(__name__)


class IssuerDown(Refusal):
    """The external issuer gave no usable code in time."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            _(
                "Hệ thống cấp mã hồ sơ chưa trả lời nên hồ sơ chưa nộp được. Thông tin đã điền vẫn"
                " còn nguyên; xin thử lại sau ít phút."
            )
        )


class Issuer(Protocol):
    """Gives the next code, or raises OSError; must keep to `seconds`."""

    def __call__(self, *, unit: str, procedure: str, at: datetime, seconds: float) -> str: ...


_issuers: dict[str, Issuer] = {}


def register_issuer(name: str, issuer: Issuer) -> None:
    """Make an issuer known under the name that stands in a code pattern."""
    _issuers[name] = issuer


def known_issuers() -> frozenset[str]:
    """The names that may stand in a code pattern."""
    return frozenset(_issuers)


def ask(name: str, *, unit: str, procedure: str, at: datetime) -> str:
    """A code from the issuer. IssuerDown when it does not answer, or answers no code."""
    issuer = _issuers.get(name)
    if issuer is None:
        log.error("the external issuer %r is not installed", name)
        raise IssuerDown
    try:
        code = issuer(unit=unit, procedure=procedure, at=at, seconds=SECONDS)
    except OSError as e:
        log.warning("the external issuer %s failed: %s", name, e)
        raise IssuerDown from e
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        log.warning("the external issuer %s answered %r", name, code)
        raise IssuerDown
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
