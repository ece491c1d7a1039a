"""The door of territories and agencies.

Every question names the Vietnamese day it is asked about and is answered as things were then. Ids
last through renamings; a code names one thing at a time (00004 was Trúc Bạch, then Ba Đình). Names
are given for any day, even after an end. `resolve_place` gives candidates and never guesses.
Other tables point at "units.Territory" and "units.Agency". Changes are verbs of actions.py, made by
the module's own pages; the city is loaded by load.py.
"""

from haicap.units.map import outlines_at
from haicap.units.models import AgencyKind
from haicap.units.places import resolve_place
from haicap.units.queries import (
    AgencyView,
    TerritoryView,
    agencies_at,
    agency,
    agency_names,
    division_for,
    names_of,
    serving,
    successors_of,
    territories_at,
    territory,
    tree_of,
)

__all__ = [
    "AgencyKind",
    "AgencyView",
    "TerritoryView",
    "agencies_at",
    "agency",
    "agency_names",
    "division_for",
    "names_of",
    "outlines_at",
    "resolve_place",
    "serving",
    "successors_of",
    "territories_at",
    "territory",
    "tree_of",
]
