"""The fictitious people the demo's dossiers are about, by the commune they live in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any

from haicap.kernel.actor import Actor, ActorKind
from haicap.parties import load as parties_load
from haicap.parties import public as parties


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody fictitious, as they declare themselves. `level`: of their VNeID account."""

    party_id: int
    declared: parties.Declared
    level: int = 2

    @property
    def commune(self) -> str:
        return self.declared.address["territory_code"] if self.declared.address else ""

    @property
    def number(self) -> str:
        return self.declared.identifiers["personal_id"]

    @property
    def born(self) -> date:
        return self.declared.birth_date or date(1980, 1, 1)

    def signed_in(self) -> Actor:
        """They themselves, through VNeID."""
        return Actor(
            kind=ActorKind.CITIZEN,
            person=self.party_id,
            name=self.declared.name,
            identity_level=self.level,
        )

    def said(self) -> dict[str, Any]:
        """What they declare at a counter, as parties.check_declared reads it."""
        address = self.declared.address
        return {
            "name": self.declared.name,
            "birth_date": self.declared.birth_date.isoformat() if self.declared.birth_date else "",
            "sex": self.declared.sex,
            "identifiers": dict(self.declared.identifiers),
            "phone": self.declared.phone,
            "address": {
                "territory_code": address["territory_code"],
                "at": address["at"].isoformat(),
                "detail": address["detail"],
            }
            if address
            else None,
        }

    def as_said(self) -> parties.Declared:
        """`said` as it is read; the e-mail address is not asked for at a counter."""
        return replace(self.declared, email="")

    def contact(self) -> dict[str, Any]:
        """What they add to their VNeID account when they submit online."""
        said = self.said()
        return {"phone": said["phone"], "address": said["address"]}


class People:
    """All of them, by commune."""

    def __init__(self, residents: Sequence[Resident]) -> None:
        if not residents:
            raise ValueError("dossiers need people")
        self.everybody = list(residents)
        self.of: dict[str, list[Resident]] = {}
        for one in residents:
            self.of.setdefault(one.commune, []).append(one)

    @classmethod
    def read(cls, ids: Sequence[int]) -> People:
        """The parties of these ids who have a personal number and an address."""
        known = zip(ids, parties_load.declared_many(ids), strict=True)
        return cls(
            [
                Resident(party_id, declared)
                for party_id, declared in known
                if declared.address is not None and "personal_id" in declared.identifiers
            ]
        )

    def one(self, chance: Random, commune: str, *, sex: str = "") -> Resident:
        """Somebody of the commune, else anybody; of a sex where it matters."""
        found = self._from(chance, self.of.get(commune, self.everybody), sex)
        return found or self._from(chance, self.everybody, sex) or self.everybody[0]

    def _from(self, chance: Random, among: Sequence[Resident], sex: str) -> Resident | None:
        for _try in range(12):
            found = chance.choice(among)
            if not sex or found.declared.sex == sex:
                return found
        return None
