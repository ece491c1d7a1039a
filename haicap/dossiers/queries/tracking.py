"""Public look-up by code and a check: little is told, and a stranger learns nothing."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.dossiers.flow import NATIONAL_WORDS, State, national_of
from haicap.dossiers.models import Dossier
from haicap.dossiers.queries.story import story_of
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Missing, TooMany
from haicap.units import public as units

WRONG_TRIES: Final = 5
CLOSED_FOR: Final = timedelta(hours=1)
CHECK_LENGTH: Final = 4


class NothingFound(Missing):
    """No dossier of this code, or the check is wrong: which of them is not told."""


class LookUpClosed(TooMany):
    """Too many wrong tries for this code."""


def attempts_key(code: str) -> str:
    """Under what wrong tries for a code are counted, whether it exists or not."""
    return f"track:{_clean(code)}"


def _clean(code: str) -> str:
    return "".join(
        char for char in code[:200] if (char.isascii() and char.isalnum()) or char in ".-/"
    ).upper()[:60]


def track(*, code: str, check: str, at: datetime) -> dict[str, Any]:
    """The state of a dossier for who knows its code and four last digits of a phone or id on it.

    LookUpClosed while the code is closed; NothingFound, for the caller to count as a wrong try.
    """
    closed = accounts.attempts_closed(attempts_key(code), at=at)
    if closed is not None:
        raise LookUpClosed(
            _("Mã này tạm khóa tra cứu vì nhập sai nhiều lần. Xin thử lại sau một giờ."),
            retry_after=max(1, int((closed - at).total_seconds()) + 1),
        )
    dossier = (
        Dossier.objects.filter(code=_clean(code))
        .exclude(state=State.DRAFT)
        .select_related("procedure", "procedure_version")
        .first()
    )
    digits = "".join(char for char in check if char in "0123456789")[:13]
    known = _checks(dossier) if dossier is not None else set()
    right = [known_check for known_check in known if hmac.compare_digest(known_check, digits)]
    if dossier is None or len(digits) != CHECK_LENGTH or not right:
        raise NothingFound(_("Không tìm thấy hồ sơ với mã và bốn số này. Xin kiểm tra lại cả hai."))
    return _told(dossier, at=at)


def _checks(dossier: Dossier) -> set[str]:
    """Last four digits of every phone and identity number on the dossier."""
    found = set()
    for person in dossier.declared.values():
        if not isinstance(person, dict):
            continue
        numbers = [person.get("phone"), *(person.get("identifiers") or {}).values()]
        for number in numbers:
            digits = "".join(char for char in str(number or "") if char.isdecimal())
            if len(digits) >= CHECK_LENGTH:
                found.add(digits[-CHECK_LENGTH:])
    return found


def _told(dossier: Dossier, *, at: datetime) -> dict[str, Any]:
    state = State(dossier.state)
    national = national_of(state, dossier.ended_as)
    day = day_of(at)
    ids = [found for found in (dossier.receiving_agency_id, dossier.competent_agency_id) if found]
    names = units.agency_names(ids, day=day)
    return {
        "code": dossier.code,
        "procedure": dossier.procedure.code,
        "procedure_name": dossier.procedure_version.short_name,
        "state": str(state),
        "state_words": str(state.label),
        "national_status": national,
        "national_status_words": str(NATIONAL_WORDS.get(national or 0, "")),
        "receiving_agency": names.get(dossier.receiving_agency_id or 0, ""),
        "competent_agency": names.get(dossier.competent_agency_id or 0, ""),
        "submitted_at": dossier.submitted_at,
        "received_at": dossier.received_at,
        "due_at": dossier.due_at,
        "paused": dossier.is_paused,
        "completed_at": dossier.completed_at,
        "returned_at": dossier.returned_at,
        "timeline": [
            {"at": line.at, "title": line.title} for line in story_of(dossier.ref, for_staff=False)
        ],
    }
