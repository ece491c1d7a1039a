"""The door of dossiers: a citizen's case from submission to the returned result.

`hand_in` submits one, `make_move` makes any move by its API name; both lock, ask for the right, and
refuse what is not legal (`Conflict` names who was quicker, when, and what is legal now). `find`
gives a dossier that exists for the asker, `dossier_view` all it tells them, `listed` the lists of a
desk. `events` are the facts, `reactions` what this module itself
does about them, both for site/wiring.py.
"""

from haicap.dossiers import events, reactions
from haicap.dossiers.access import legal_moves
from haicap.dossiers.actions import Conflict, hand_in, make_move, receive_at_counter
from haicap.dossiers.filing import Filing, PaperIn, PlaceIn
from haicap.dossiers.flow import FLOW as FLOW
from haicap.dossiers.queries import Filters, dossier_view, find, listed

__all__ = [
    "Conflict",
    "Filing",
    "Filters",
    "PaperIn",
    "PlaceIn",
    "dossier_view",
    "events",
    "find",
    "hand_in",
    "legal_moves",
    "listed",
    "make_move",
    "reactions",
    "receive_at_counter",
]
