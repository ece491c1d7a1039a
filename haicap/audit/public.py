"""The journal's door.

`record` writes a fact in the caller's transaction together with the reactions it owes; `react`
(site/wiring.py only)
says what follows; `history_of`, `histories_of` (many at once) and `reads_of` read back; `saw` makes
a view's showing of personal data leave a row.
"""

from haicap.audit.actions import (
    Event,
    deliver_due,
    make_months,
    react,
    record,
    record_many,
    wired_kinds,
    write_reading,
)
from haicap.audit.middleware import afterwards, saw
from haicap.audit.queries import Happening, ReadBy, histories_of, history_of, reads_of

__all__ = [
    "Event",
    "Happening",
    "ReadBy",
    "afterwards",
    "deliver_due",
    "histories_of",
    "history_of",
    "make_months",
    "react",
    "reads_of",
    "record",
    "record_many",
    "saw",
    "wired_kinds",
    "write_reading",
]
