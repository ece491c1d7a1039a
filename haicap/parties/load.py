"""Many parties at once, as the verbs would leave them: for the demo city and for imports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from haicap.audit import public as audit
from haicap.kernel.actor import Actor
from haicap.parties.actions import keys_of, ref_of, refuse_made_up
from haicap.parties.declared import Declared, DeclaredAddress
from haicap.parties.events import PartyAdded
from haicap.parties.models import CLAIMED, Address, Party, PartyIdentifier
from haicap.parties.queries import STRONGEST, identifiers_of
from haicap.units import public as units


@transaction.atomic
def add_many(*, declared: Sequence[Declared], by: Actor, at: datetime) -> list[int]:
    """Ids of parties, in the order declared. A number already known gives the party that bears it.

    By COPY, with one journal entry for each new party. Declarations are taken as checked.
    """
    for one in declared:
        refuse_made_up(one)
    known = _known(declared)
    ids: list[int] = []
    new: list[tuple[int, Declared]] = []
    fresh = iter(_fresh_ids(Party, sum(1 for one in declared if _key(one) not in known)))
    for one in declared:
        key = _key(one)
        party_id = known.get(key) if key is not None else None
        if party_id is None:
            party_id = next(fresh)
            new.append((party_id, one))
            if key is not None:
                known[key] = party_id
        ids.append(party_id)
    _copy_parties(new, at=at)
    _copy_identifiers(new)
    _copy_addresses(new, at=at)
    audit.record_many(
        [
            (PartyAdded(id, one.kind, tuple(sorted(map(str, one.identifiers)))), ref_of(id))
            for id, one in new
        ],
        by=by,
        at=at,
    )
    return ids


def declared_many(ids: Sequence[int]) -> list[Declared]:
    """What is known of many parties, as each would declare it, with the address told last."""
    numbers = identifiers_of(ids)
    rows = Address.objects.filter(party_id__in=ids, kind="current").order_by("recorded_at", "id")
    told = {row[0]: row[1:] for row in rows.values_list("party_id", "territory_id", "at", "detail")}
    places: dict[tuple[int, date], units.TerritoryView] = {}
    for territory_id, at, _detail in told.values():
        if (territory_id, at) not in places:
            places[territory_id, at] = units.territory(None, id=territory_id, day=at)
    found = Party.objects.in_bulk(ids)
    return [_as_known(found[id], numbers.get(id, {}), told.get(id), places) for id in ids]


def _as_known(
    party: Party,
    numbers: Mapping[str, str],
    told: tuple[int, date, str] | None,
    places: Mapping[tuple[int, date], units.TerritoryView],
) -> Declared:
    address: DeclaredAddress | None = None
    if told is not None:
        place = places[told[0], told[1]]
        address = {
            "territory_code": place.code,
            "territory_name": place.full_name,
            "at": told[1],
            "detail": told[2],
        }
    return Declared(
        kind=party.kind, name=party.name, birth_date=party.birth_date, sex=party.sex,
        identifiers=dict(numbers), phone=party.phone, email=party.email, address=address,
        nationality=party.nationality,
    )  # fmt: skip


def _key(one: Declared) -> tuple[str, str] | None:
    """The strongest number of a declaration."""
    for kind in STRONGEST:
        if kind in one.identifiers:
            return str(kind), one.identifiers[kind]
    return None


def _known(declared: Iterable[Declared]) -> dict[tuple[str, str] | None, int]:
    keys = {key for one in declared if (key := _key(one)) is not None}
    rows = PartyIdentifier.objects.filter(number__in={number for _kind, number in keys})
    rows = rows.exclude(verified=CLAIMED)
    return {
        (kind, number): party_id
        for kind, number, party_id in rows.values_list("kind", "number", "party_id")
        if (kind, number) in keys
    }


def _fresh_ids(model: type[Any], count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _copy(statement: str, rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _copy_parties(new: list[tuple[int, Declared]], *, at: datetime) -> None:
    def row(id: int, one: Declared) -> tuple[Any, ...]:
        keys = keys_of(one.kind, one.name)
        return (
            id, str(one.kind), one.name, keys["name_fold"], keys["sort_key"], one.birth_date,
            one.sex, one.nationality, one.phone, one.email, "vi", at,
        )  # fmt: skip

    _copy(
        "copy parties_party (id, kind, name, name_fold, sort_key, birth_date, sex, nationality,"
        " phone, email, language, created_at) from stdin",
        (row(id, one) for id, one in new),
    )


def _copy_identifiers(new: list[tuple[int, Declared]]) -> None:
    rows = [
        (id, str(kind), number)
        for id, one in new
        for kind, number in sorted(one.identifiers.items())
    ]
    ids = _fresh_ids(PartyIdentifier, len(rows))
    _copy(
        "copy parties_partyidentifier (id, party_id, kind, number, verified) from stdin",
        ((id, *row, "") for id, row in zip(ids, rows, strict=True)),
    )


def _copy_addresses(new: list[tuple[int, Declared]], *, at: datetime) -> None:
    places: dict[tuple[str, Any], int] = {}
    rows = []
    for id, one in new:
        if one.address is None:
            continue
        place = (one.address["territory_code"], one.address["at"])
        if place not in places:
            places[place] = units.territory(place[0], day=place[1]).id
        rows.append((id, places[place], place[1], one.address["detail"]))
    ids = _fresh_ids(Address, len(rows))
    _copy(
        "copy parties_address (id, party_id, territory_id, at, detail, kind, recorded_at)"
        " from stdin",
        ((id, *row, "current", at) for id, row in zip(ids, rows, strict=True)),
    )
