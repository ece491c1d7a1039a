"""The verbs of the module: somebody is found or added, and what is known of them is kept right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.kernel.actor import Actor
from haicap.kernel.errors import Missing, Refusal
from haicap.kernel.vietnamese import fold_accents, name_sort_key, sort_key
from haicap.parties import access
from haicap.parties.declared import Declared, DeclaredAddress, check_declared
from haicap.parties.events import PartyAdded, PartyChanged, PartyIdentified
from haicap.parties.models import CLAIMED, Address, Party, PartyIdentifier, PartyKind
from haicap.parties.queries import address_at, known_as
from haicap.units import public as units

LANGUAGES = ("vi", "en")
_MADE_UP = {"personal_id": "000", "tax_code": "0000", "phone": "+84100"}


class MadeUp(Refusal):
    """A number of the demo's fictitious people, in an installation that serves real ones."""

    status = 422


def ref_of(party_id: int) -> str:
    """The journal's subject for a party."""
    return f"parties.Party:{party_id}"


def find_or_add(*, declared: Declared, by: Actor, at: datetime, verified: str = "") -> Party:
    """The party a declaration is about, added when we have not met it. Once, whoever comes first.

    Without a number nobody is recognised: a new party each time. What is known already is not
    overwritten by somebody else's word; the person's own, and the identity provider's, does that.
    `verified` says by what the numbers were proved ("card", "vneid-2"). A citizen of level 1 on the
    way in is recognised by nothing: their number is kept as claimed, with a party of their own.
    """
    refuse_made_up(declared)
    if access.only_claims(by):
        with transaction.atomic():
            return _add(declared, by=by, at=at, verified=CLAIMED)
    if access.is_vouched(by):
        verified = verified or f"vneid-{by.identity_level}"
    with transaction.atomic():
        party = known_as(declared)
        if party is None and declared.identifiers:
            _one_at_a_time(declared.identifiers)
            party = known_as(declared)
        if party is None:
            return _add(declared, by=by, at=at, verified=verified)
        if access.trusts(by, party.pk):
            party = Party.objects.select_for_update().get(pk=party.pk)
            _learn(party, declared, by=by, at=at, verified=verified)
        return party


def refuse_made_up(declared: Declared) -> None:
    """MadeUp where this installation serves real people and a number begins as no real one does."""
    if settings.DEMO:
        return
    numbers = {**declared.identifiers, "phone": declared.phone}
    for kind, beginning in _MADE_UP.items():
        if numbers.get(kind, "").startswith(beginning):
            raise MadeUp(_("Số này thuộc về người hư cấu của bản trình diễn."))


def _one_at_a_time(numbers: Mapping[str, str]) -> None:
    """Until the commit nobody else adds a party with one of these numbers."""
    with connection.cursor() as cursor:
        for key in sorted(f"parties:{kind}:{number}" for kind, number in numbers.items()):
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def keys_of(kind: str, name: str) -> dict[str, str]:
    """How a name is sorted and found; people sort by the given name."""
    person = kind == PartyKind.PERSON
    return {
        "sort_key": name_sort_key(name) if person else sort_key(name),
        "name_fold": fold_accents(name),
    }


def _add(declared: Declared, *, by: Actor, at: datetime, verified: str) -> Party:
    party = Party.objects.create(
        kind=declared.kind,
        name=declared.name,
        birth_date=declared.birth_date,
        sex=declared.sex,
        nationality=declared.nationality,
        phone=declared.phone,
        email=declared.email,
        created_at=at,
        **keys_of(declared.kind, declared.name),
    )
    kinds = _identify(party, declared.identifiers, verified=verified)
    if declared.address is not None:
        _settle(party.pk, declared.address, at=at)
    fact = PartyAdded(party.pk, party.kind, kinds)
    audit.record(fact, subject=ref_of(party.pk), by=by, at=at)
    return party


def _identify(party: Party, numbers: Mapping[str, str], *, verified: str) -> tuple[str, ...]:
    """Give the party the numbers nobody bears yet. Returns the kinds that were new to it."""
    before = set(party.identifiers.values_list("kind", "number"))
    PartyIdentifier.objects.bulk_create(
        (
            PartyIdentifier(party=party, kind=kind, number=number, verified=verified)
            for kind, number in sorted(numbers.items())
            if (kind, number) not in before
        ),
        ignore_conflicts=True,
    )
    after = set(party.identifiers.values_list("kind", "number"))
    return tuple(sorted(str(kind) for kind, _number in after - before))


def _settle(party_id: int, address: DeclaredAddress, *, at: datetime) -> bool:
    """Keep an address that is not the last one told. Returns whether it was new."""
    territory = units.territory(address["territory_code"], day=address["at"])
    known = address_at(party_id, at=at)
    if (
        known is not None
        and known.territory_id == territory.id
        and known.detail == address["detail"]
    ):
        return False
    Address.objects.create(
        party_id=party_id,
        territory_id=territory.id,
        at=address["at"],
        detail=address["detail"],
        recorded_at=at,
    )
    return True


def _learn(party: Party, declared: Declared, *, by: Actor, at: datetime, verified: str) -> None:
    """What the declaration adds: blanks are filled; one's own contact and proved facts replace."""
    vouched = access.is_vouched(by)
    own = vouched or access.is_oneself(by, party.pk)
    changes: dict[str, Any] = {}
    for name in ("name", "birth_date", "sex"):
        told, known = getattr(declared, name), getattr(party, name)
        if told and told != known and (vouched or not known):
            changes[name] = told
    for name in ("phone", "email"):
        told, known = getattr(declared, name), getattr(party, name)
        if told and told != known and (own or not known):
            changes[name] = told
    if "name" in changes:
        changes |= keys_of(party.kind, declared.name)
    new_kinds = _identify(party, declared.identifiers, verified=verified)
    proved = _prove(party, declared.identifiers, verified=verified)
    if new_kinds or proved:
        kinds = tuple(sorted({*new_kinds, *proved}))
        fact = PartyIdentified(party.pk, kinds, verified)
        audit.record(fact, subject=ref_of(party.pk), by=by, at=at)
    changed = sorted(set(changes) - {"sort_key", "name_fold"})
    has_none = address_at(party.pk, at=at) is None
    if declared.address is not None and (own or has_none):
        changed += ["address"] if _settle(party.pk, declared.address, at=at) else []
    _change(party, changes, tuple(changed), by=by, at=at)


def _prove(party: Party, numbers: Mapping[str, str], *, verified: str) -> tuple[str, ...]:
    """Mark the party's numbers as proved. Returns the kinds for which that is news."""
    if not verified:
        return ()
    proved = []
    for kind, number in sorted(numbers.items()):
        rows = party.identifiers.filter(kind=kind, number=number).exclude(verified=verified)
        if rows.update(verified=verified):
            proved.append(str(kind))
    return tuple(proved)


def _change(
    party: Party, changes: Mapping[str, Any], changed: tuple[str, ...], *, by: Actor, at: datetime
) -> None:
    if changes:
        for name, value in changes.items():
            setattr(party, name, value)
        party.save(update_fields=list(changes))
    if changed:
        fact = PartyChanged(party.pk, changed)
        audit.record(fact, subject=ref_of(party.pk), by=by, at=at)


@transaction.atomic
def update_contact(
    *,
    party_id: int,
    phone: str | None = None,
    email: str | None = None,
    language: str | None = None,
    address: Mapping[str, Any] | None = None,
    by: Actor,
    at: datetime,
) -> Party:
    """How somebody is reached, in which language. None leaves as it is, "" takes away.

    Invalid names the wrong fields. The person themself, and staff who receive or handle.
    """
    by = access.require_contact(by, party_id)
    party = Party.objects.select_for_update().filter(pk=party_id).first()
    if party is None:
        raise Missing(_("Không tìm thấy người này."))
    told = {"phone": phone, "email": email, "address": address}
    raw = {"kind": party.kind, "name": party.name, "nationality": party.nationality, **told}
    checked = check_declared(raw, at=at, demo=settings.DEMO)
    changes: dict[str, Any] = {
        name: getattr(checked, name)
        for name in ("phone", "email")
        if told[name] is not None and getattr(checked, name) != getattr(party, name)
    }
    if language in LANGUAGES and language != party.language:
        changes["language"] = language
    changed = sorted(changes)
    if checked.address is not None and _settle(party_id, checked.address, at=at):
        changed.append("address")
    _change(party, changes, tuple(changed), by=by, at=at)
    return party
