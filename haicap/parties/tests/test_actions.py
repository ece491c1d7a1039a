"""Somebody is known once; a stranger's word changes nothing about them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, connections

from haicap.audit import public as audit
from haicap.kernel.actor import Actor, system
from haicap.kernel.errors import Invalid, Missing, NotAllowed
from haicap.parties import public as parties
from haicap.parties.actions import MadeUp
from haicap.parties.models import Address, Party, PartyIdentifier
from haicap.parties.public import Declared
from haicap.parties.tests.conftest import ARCHIVIST, CLERK, NOW, citizen
from haicap.units.load import LoadedCity

pytestmark = pytest.mark.django_db

LAN_NUMBER = "000156000011"


def lan(**changes: Any) -> Declared:
    facts: dict[str, Any] = {
        "kind": "person",
        "name": "Nguyễn Thị Lan",
        "birth_date": date(1956, 3, 8),
        "sex": "female",
        "identifiers": {"personal_id": LAN_NUMBER},
    }
    return Declared(**{**facts, **changes})


def meet(declared: Declared, by: Actor = CLERK, **more: Any) -> Party:
    return parties.find_or_add(declared=declared, by=by, at=NOW, **more)


def kinds_of(party: Party) -> list[str]:
    return [entry.kind.split(".")[1] for entry in audit.history_of(f"parties.Party:{party.pk}")]


def test_the_same_number_is_the_same_person(city: LoadedCity) -> None:
    first = meet(lan())
    again = meet(lan(name="NGUYEN THI LAN"))
    assert first.pk == again.pk
    assert again.name == "Nguyễn Thị Lan"
    assert kinds_of(first) == ["PartyAdded"]


def test_without_a_number_nobody_is_recognised(city: LoadedCity) -> None:
    assert meet(lan(identifiers={})).pk != meet(lan(identifiers={})).pk


def test_the_journal_names_nobody(city: LoadedCity) -> None:
    party = meet(lan(phone="+84100234567", email="lan@example.vn"))
    meet(lan(identifiers={"personal_id": LAN_NUMBER, "passport": "C1234567"}))
    facts = json.dumps([dict(e.facts) for e in audit.history_of(f"parties.Party:{party.pk}")])
    for secret in ("Lan", LAN_NUMBER, "C1234567", "234567", "example"):
        assert secret not in facts


def test_a_strangers_word_changes_nothing(city: LoadedCity) -> None:
    party = meet(lan())
    stranger = citizen(999_999)
    meet(
        lan(phone="+84100999999", identifiers={**lan().identifiers, "passport": "X12345"}), stranger
    )
    party.refresh_from_db()
    assert party.phone == ""
    assert parties.identifiers_of([party.pk]) == {party.pk: {"personal_id": LAN_NUMBER}}


def test_a_clerk_fills_blanks_and_overwrites_nothing(city: LoadedCity) -> None:
    party = meet(lan(phone="+84100111111"))
    meet(lan(phone="+84100222222", email="lan@example.vn", name="Lan Khác"))
    party.refresh_from_db()
    assert (party.phone, party.email, party.name) == (
        "+84100111111",
        "lan@example.vn",
        "Nguyễn Thị Lan",
    )
    assert kinds_of(party) == ["PartyAdded", "PartyChanged"]


def test_ones_own_word_about_contact_counts(city: LoadedCity) -> None:
    party = meet(lan(phone="+84100111111"))
    meet(lan(phone="+84100222222", name="Lan Khác"), citizen(party.pk))
    party.refresh_from_db()
    assert party.phone == "+84100222222"
    assert party.name == "Nguyễn Thị Lan"


def test_the_identity_provider_corrects_and_proves(city: LoadedCity) -> None:
    party = meet(lan(name="Nguyễn Thị Lân"))
    meet(lan(), citizen(None))
    party.refresh_from_db()
    assert party.name == "Nguyễn Thị Lan"
    assert party.name_fold == "nguyen thi lan"
    assert party.identifiers.get().verified == "vneid-2"
    meet(lan(), citizen(None))
    assert kinds_of(party) == ["PartyAdded", "PartyIdentified", "PartyChanged"]


def test_a_weaker_number_recognises_only_the_same_name(city: LoadedCity) -> None:
    party = meet(lan(identifiers={"old_id": "010123456"}))
    with_card = meet(lan(identifiers={"old_id": "010123456", "personal_id": LAN_NUMBER}))
    assert with_card.pk == party.pk
    other = {"old_id": "010123456", "personal_id": "000156000022"}
    assert meet(lan(identifiers=other)).pk != party.pk
    hoa = meet(lan(name="Trần Thị Hòa", identifiers={"passport": "B7654321"}))
    mistyped = {"passport": "B7654321", "personal_id": "000156000033"}
    assert meet(lan(name="Lê Thị Mai", identifiers=mistyped)).pk != hoa.pk


def test_a_number_never_names_two(city: LoadedCity) -> None:
    meet(lan())
    numbers = PartyIdentifier.objects.filter(number=LAN_NUMBER)
    assert numbers.count() == 1


def test_made_up_numbers_are_refused_where_real_people_are_served(
    city: LoadedCity, settings: Any
) -> None:
    settings.DEMO = False
    with pytest.raises(MadeUp):
        meet(lan())
    with pytest.raises(MadeUp):
        meet(lan(identifiers={"personal_id": "001156000011"}, phone="+84100234567"))
    with pytest.raises(MadeUp):
        parties.add_many(declared=[lan()], by=system("test"), at=NOW)
    assert not Party.objects.exists()


# --- contact and address ------------------------------------------------------------------------

BO_DE = {"territory_code": "00118", "detail": "Số 5 Ngọc Thụy"}


def test_contact_is_changed_by_oneself_and_by_those_who_serve(city: LoadedCity) -> None:
    party = meet(lan())
    for by in (citizen(party.pk), CLERK):
        parties.update_contact(party_id=party.pk, phone="0100234567", by=by, at=NOW)
    for by in (citizen(999_999), ARCHIVIST):
        with pytest.raises(NotAllowed):
            parties.update_contact(party_id=party.pk, phone="", by=by, at=NOW)
    with pytest.raises(Missing):
        parties.update_contact(party_id=10**15, phone="", by=CLERK, at=NOW)
    party.refresh_from_db()
    assert party.phone == "+84100234567"
    parties.update_contact(party_id=party.pk, phone="", language="en", by=CLERK, at=NOW)
    party.refresh_from_db()
    assert (party.phone, party.language) == ("", "en")


def test_wrong_contact_is_told_and_nothing_is_kept(city: LoadedCity) -> None:
    party = meet(lan())
    with pytest.raises(Invalid) as refused:
        parties.update_contact(party_id=party.pk, phone="0100234567", email="x", by=CLERK, at=NOW)
    assert set(refused.value.fields) == {"email"}
    party.refresh_from_db()
    assert party.phone == ""


def test_an_address_keeps_the_name_it_was_told_with(city: LoadedCity) -> None:
    party = meet(lan())
    old = {"territory_code": "00139", "at": "2024-01-01", "detail": "Số 5 Ngọc Thụy"}
    parties.update_contact(party_id=party.pk, address=old, by=CLERK, at=NOW)
    later = NOW + timedelta(days=1)
    parties.update_contact(party_id=party.pk, address=BO_DE, by=CLERK, at=later)
    parties.update_contact(party_id=party.pk, address=BO_DE, by=CLERK, at=later)
    assert Address.objects.filter(party=party).count() == 2
    before = parties.address_at(party.pk, at=NOW)
    after = parties.address_at(party.pk, at=later)
    assert before is not None
    assert after is not None
    assert (before.territory_code, before.at) == ("00139", date(2024, 1, 1))
    assert after.territory_name == "Phường Bồ Đề"
    assert parties.address_at(party.pk, at=NOW - timedelta(days=1)) is None


def test_what_is_known_reads_as_a_declaration(city: LoadedCity) -> None:
    declared = parties.check_declared(
        {
            "name": "Nguyễn Thị Lan",
            "birth_date": "1956-03-08",
            "identifiers": {"personal_id": LAN_NUMBER},
            "phone": "0100234567",
            "address": BO_DE,
        },
        at=NOW,
        demo=True,
    )
    party = meet(declared)
    assert parties.declared_of(party.pk, at=NOW) == declared
    assert parties.names_of([party.pk]) == {party.pk: "Nguyễn Thị Lan"}
    assert parties.find_by_number("personal_id", LAN_NUMBER) == party
    with pytest.raises(Missing):
        parties.declared_of(10**15, at=NOW)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("000090123456", "0000…3456"),
        ("+84912345678", "0912…678"),
        ("010123456", "…456"),
        ("", "…"),
    ],
)
def test_numbers_are_masked(number: str, shown: str) -> None:
    assert parties.mask_number(number) == shown


def test_names_are_masked() -> None:
    assert parties.mask_name("Nguyễn Thị Lan") == "N. T. Lan"
    assert parties.mask_name("") == ""


# --- many at once, and many at the same moment --------------------------------------------------


def test_many_are_loaded_as_the_verb_would_add_them(city: LoadedCity) -> None:
    known = meet(lan())
    address = parties.check_declared({"name": "X", "address": BO_DE}, at=NOW, demo=True).address
    binh = lan(
        name="Phạm Văn Bình",
        identifiers={"personal_id": "000080000001"},
        phone="+84100000001",
        address=address,
    )
    nobody = lan(name="Không Số", identifiers={})
    ids = parties.add_many(declared=[lan(), binh, nobody, binh, nobody], by=system("load"), at=NOW)
    assert ids[0] == known.pk
    assert ids[1] == ids[3]
    assert len(set(ids)) == 4
    loaded = Party.objects.get(pk=ids[1])
    as_verb = meet(lan(name="Phạm Văn Bình", identifiers={"personal_id": "000080000002"},
                       phone="+84100000001", address=address))  # fmt: skip
    same = ("kind", "name", "name_fold", "sort_key", "birth_date", "sex", "nationality", "phone",
            "email", "language", "created_at")  # fmt: skip
    for name in same:
        assert getattr(loaded, name) == getattr(as_verb, name)
    assert parties.address_at(loaded.pk, at=NOW) is not None
    assert kinds_of(loaded) == kinds_of(as_verb) == ["PartyAdded"]


def together(times: int, run: Callable[[int], Any]) -> list[Any]:
    """Run in real threads that start at one moment; what each gave, or its exception."""
    gate = threading.Barrier(times)
    results: list[Any] = [None] * times

    def one(place: int) -> None:
        try:
            gate.wait(5)
            results[place] = run(place)
        except Exception as error:  # noqa: BLE001 - handed to the test
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(place,)) for place in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


@pytest.mark.django_db(transaction=True)
def test_eight_counters_meeting_one_person_at_once_add_her_once() -> None:
    for turn in range(5):
        number = f"0001560001{turn:02d}"
        found = together(
            8,
            lambda place, number=number: (
                meet(  # type: ignore[misc]
                    lan(identifiers={"personal_id": number, "passport": f"P{place}12345"})
                    if place % 2
                    else lan(identifiers={"personal_id": number})
                ).pk
            ),
        )
        assert len({str(id) for id in found}) == 1, found
        assert Party.objects.filter(identifiers__number=number).count() == 1
        assert kinds_of(Party.objects.get(pk=found[0])).count("PartyAdded") == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_declared_in_opposite_order_do_not_lock_each_other_out() -> None:
    def number(place: int) -> Declared:
        return lan(identifiers={"personal_id": f"0001560002{place:02d}"})

    for person in (number(1), number(2)):
        meet(person)

    def both(place: int) -> tuple[int, ...]:
        order = (1, 2) if place % 2 else (2, 1)
        return tuple(sorted(meet(number(one)).pk for one in order))

    assert len({str(pair) for pair in together(6, both)}) == 1
    assert connection.vendor == "postgresql"
