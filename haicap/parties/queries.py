"""Reading who somebody is and where they live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext as _

from haicap.kernel.errors import Missing
from haicap.kernel.vietnamese import fold_accents
from haicap.parties.declared import Declared, DeclaredAddress
from haicap.parties.models import CLAIMED, Address, IdentifierKind, Party, PartyIdentifier
from haicap.units import public as units

# Which number says best who somebody is.
STRONGEST: Final = (
    IdentifierKind.PERSONAL_ID,
    IdentifierKind.TAX_CODE,
    IdentifierKind.PASSPORT,
    IdentifierKind.OLD_ID,
)


@dataclass(frozen=True, slots=True)
class AddressView:
    """Where a party lives or sits, with the territory's name as it was on `at`."""

    party_id: int
    kind: str
    territory_id: int
    territory_code: str
    territory_name: str
    at: date
    detail: str


def find_by_number(kind: str, number: str) -> Party | None:
    """The party that bears a number; None when nobody we know does, or somebody only claims to."""
    borne = PartyIdentifier.objects.filter(kind=kind, number=number).exclude(verified=CLAIMED)
    return Party.objects.filter(pk__in=borne.values("party")).first()


def known_as(declared: Declared) -> Party | None:
    """The party a declaration is about: by its strongest number, else by a weaker one.

    A weaker number counts only for somebody of the same name who has no other strong one: a card
    shows the old number beside the new, but a mistyped passport must not make two people one.
    """
    numbers = [
        (kind, declared.identifiers[kind]) for kind in STRONGEST if kind in declared.identifiers
    ]
    for place, (kind, number) in enumerate(numbers):
        party = find_by_number(kind, number)
        if party is None:
            continue
        if place == 0:
            return party
        stronger = [stronger for stronger, _number in numbers[:place]]
        has_other = party.identifiers.filter(kind__in=stronger).exists()
        if not has_other and party.name_fold == fold_accents(declared.name):
            return party
    return None


def identifiers_of(ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Numbers by kind of each party; of two passports the later one."""
    found: dict[int, dict[str, str]] = {}
    rows = PartyIdentifier.objects.filter(party_id__in=set(ids)).order_by("id")
    for party_id, kind, number in rows.values_list("party_id", "kind", "number"):
        found.setdefault(party_id, {})[kind] = number
    return found


def names_of(ids: Iterable[int]) -> dict[int, str]:
    """Names of parties, in one query."""
    return dict(Party.objects.filter(pk__in=set(ids)).values_list("pk", "name"))


def address_at(party_id: int, *, at: datetime, kind: str = "current") -> AddressView | None:
    """The address last told by `at`; None when none was."""
    row = (
        Address.objects.filter(party_id=party_id, kind=kind, recorded_at__lte=at)
        .order_by("-recorded_at", "-id")
        .values_list("territory_id", "at", "detail")
        .first()
    )
    if row is None:
        return None
    territory_id, told_at, detail = row
    territory = units.territory(None, id=territory_id, day=told_at)
    return AddressView(
        party_id=party_id,
        kind=kind,
        territory_id=territory_id,
        territory_code=territory.code,
        territory_name=territory.full_name,
        at=told_at,
        detail=detail,
    )


def declared_of(party_id: int, *, at: datetime) -> Declared:
    """What we know of a party, as it would declare it itself. Missing for an unknown id."""
    party = Party.objects.filter(pk=party_id).first()
    if party is None:
        raise Missing(_("Không tìm thấy người này."))
    address = address_at(party_id, at=at)
    numbers: Mapping[str, str] = identifiers_of([party_id]).get(party_id, {})
    return Declared(
        kind=party.kind,
        name=party.name,
        birth_date=party.birth_date,
        sex=party.sex,
        identifiers=dict(numbers),
        phone=party.phone,
        email=party.email,
        address=None if address is None else _as_declared(address),
        nationality=party.nationality,
    )


def _as_declared(address: AddressView) -> DeclaredAddress:
    return {
        "territory_code": address.territory_code,
        "territory_name": address.territory_name,
        "at": address.at,
        "detail": address.detail,
    }
