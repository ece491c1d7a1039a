"""What follows from a dossier's facts here: the receipt is kept, the citizen is told.

Wired in site/wiring.py; each may run twice.
"""

from __future__ import annotations

from haicap.audit import public as audit
from haicap.dossiers.actions import papers


def keep_receipt(event: audit.Event) -> None:
    """After reception: Form 01 is made and kept with the dossier, once."""
    papers.keep_receipt(dossier_id=dossier_of(event), at=event.happened_at)


def dossier_of(event: audit.Event) -> int:
    """The dossier a fact is about."""
    return int(event.subject.rpartition(":")[2])
