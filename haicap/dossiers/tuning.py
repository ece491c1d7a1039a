"""Numbers the office may tune, each with what holds until a row of `Setting` says otherwise.

All of them are practice or unsure in the law (domain chapter, annex B): never constants of a verb.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from haicap.dossiers.models import Setting

DEFAULTS: Final[Mapping[str, int]] = {
    "consult_hours": 16,  # working hours a consulted unit has where the asker names no day
    "finance_days": 30,  # calendar days to pay a financial duty where none are named
    "supplement_by_head": 0,  # 1: only the head of division may ask for a supplement
    "supplement_grace_days": 1,  # working days after the reply date before a dossier expires
    "supplement_reminder_days": 2,  # working days before the reply date
    "apology_lead_days": 1,  # working days before the promise, for terms of more than one day
    "withdraw_hours": 8,  # working hours to decide on a withdrawal
    "correction_hours": 16,  # working hours for a replacement
    "unfetched_days": 5,  # working days after which a result that nobody fetched is pointed out
}


def tuned(name: str, *, day: date) -> int:
    """The number in force on `day`."""
    row = (
        Setting.objects.filter(name=name, valid_from__lte=day)
        .order_by("-valid_from")
        .values_list("value", flat=True)
        .first()
    )
    return DEFAULTS[name] if row is None else row
