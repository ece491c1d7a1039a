"""Verbs of notify: telling, sending, hearing what became of it, choosing, wording."""

from haicap.notify.actions.choosing import choose, choose_as_staff, mark_read
from haicap.notify.actions.reports import BadReport, hear, signature
from haicap.notify.actions.sending import (
    ATTEMPTS,
    JOB,
    deliver,
    open_way,
    set_mood,
    sweep,
    try_again,
    try_all_again,
)
from haicap.notify.actions.telling import tell, tell_staff
from haicap.notify.actions.wordings import (
    ReworkedMeanwhile,
    back_to_shipped,
    checked_words,
    reword,
    set_quiet_hours,
)

__all__ = [
    "ATTEMPTS",
    "JOB",
    "BadReport",
    "ReworkedMeanwhile",
    "back_to_shipped",
    "checked_words",
    "choose",
    "choose_as_staff",
    "deliver",
    "hear",
    "mark_read",
    "open_way",
    "reword",
    "set_mood",
    "set_quiet_hours",
    "signature",
    "sweep",
    "tell",
    "tell_staff",
    "try_again",
    "try_all_again",
]
