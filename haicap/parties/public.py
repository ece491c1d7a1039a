"""The door of parties: persons and organisations, each known once however often declared.

`check_declared` reads what was typed, field by field; `find_or_add` gives the party it is about
(safe when two come at once). A dossier keeps `snapshot_of` what was declared: later changes to the
party never rewrite it. Other tables point at "parties.Party".
"""

from haicap.parties.actions import find_or_add, update_contact
from haicap.parties.declared import Declared, check_declared, snapshot_of
from haicap.parties.load import add_many
from haicap.parties.masks import mask_name, mask_number
from haicap.parties.models import Party, PartyKind
from haicap.parties.queries import (
    address_at,
    declared_of,
    find_by_number,
    identifiers_of,
    names_of,
)

__all__ = [
    "Declared",
    "Party",
    "PartyKind",
    "add_many",
    "address_at",
    "check_declared",
    "declared_of",
    "find_by_number",
    "find_or_add",
    "identifiers_of",
    "mask_name",
    "mask_number",
    "names_of",
    "snapshot_of",
    "update_contact",
]
