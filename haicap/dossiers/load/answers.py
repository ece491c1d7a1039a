"""An electronic form filled in as citizens do, from its definition: any form, known or changed.

Values are clean already, so that catalogue.clean_answers would leave them as they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from haicap.dossiers.load.people import People, Resident

DATA: Final = Path(__file__).resolve().parents[2] / "data" / "demo_answers.json"
SEX_OF: Final = {"husband": "male", "father": "male", "wife": "female", "mother": "female"}
CHILDREN: Final = frozenset({"child", "ward"})
# Whom a form is about when it is not about the one who hands it in.
OTHERS: Final = frozenset({"dead", "giver", "spouse", "spouse_to_be", "other_parent", "carer"})
OPTIONAL_FILLED: Final = 0.4
_ELDEST_CHILD: Final = 14 * 365


@dataclass(frozen=True, slots=True)
class Known:
    """What people write by name of the field: texts, numbers, days back, weights of choices."""

    texts: Mapping[str, Sequence[str]]
    numbers: Mapping[str, Sequence[int]]
    days_ago: Mapping[str, Sequence[int]]
    choices: Mapping[str, Mapping[str, int]]


@cache
def known() -> Known:
    """The data file, read once."""
    return Known(**json.loads(DATA.read_text(encoding="utf-8")))


@dataclass(slots=True)
class Filling:
    """One form being filled in by `owner`, on `day`, for the commune `place`."""

    people: People
    chance: Random
    owner: Resident
    place: Mapping[str, Any]
    day: date

    def fill(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        """Clean answers to a form."""
        answers: dict[str, Any] = {}
        for field in definition["fields"]:
            condition = field.get("show_if")
            if condition and answers.get(condition["field"], False) not in condition["in"]:
                continue
            value = self.value(field)
            if value is not None:
                answers[field["name"]] = value
        return answers

    def value(self, field: Mapping[str, Any]) -> Any:
        """A value for one field; None where it is left empty."""
        kind, name = field["kind"], field["name"]
        if kind == "checkbox":
            return bool(field.get("required")) or self.chance.random() < 0.15
        if not field.get("required") and self.chance.random() > OPTIONAL_FILLED:
            return None
        if kind == "address":
            return dict(self.place)
        if kind == "person":
            return self._person(field)
        if kind == "group":
            return self._group(field)
        if kind == "number":
            return self._number(field)
        if kind == "choice":
            return self._choice(field)
        if kind == "date":
            return self._day(name, when=field.get("when", "past"))
        if kind == "personal_id":
            return self._neighbour("").number
        if kind == "phone":
            return self.owner.declared.phone
        return self._text(field)

    def _neighbour(self, sex: str) -> Resident:
        return self.people.one(self.chance, str(self.place["territory"]), sex=sex)

    def _text(self, field: Mapping[str, Any]) -> str:
        name = field["name"]
        if name == "child_name":
            return self._family_name()
        if name == "business_code":
            return f"0000{self.chance.randrange(100_000, 1_000_000)}"
        if name == "name" or (name.endswith("_name") and name not in known().texts):
            return self._neighbour("").declared.name
        text = self.chance.choice(known().texts.get(name, ["Theo giấy tờ kèm theo"]))
        return text[: int(field.get("max", 1000))].rstrip()

    def _family_name(self) -> str:
        """A child's name: the family's, and one of the names people have."""
        family = self.owner.declared.name.split()[0]
        return " ".join([family, *self._neighbour("").declared.name.split()[1:]])

    def _number(self, field: Mapping[str, Any]) -> int:
        low, high = int(field.get("min", 0)), int(field.get("max", 10**15))
        value = self.chance.choice(known().numbers.get(field["name"], [max(low, 1)]))
        return min(max(value, low), high)

    def _choice(self, field: Mapping[str, Any]) -> str:
        values = [str(option["value"]) for option in field["options"]]
        weights = known().choices.get(field["name"])
        if weights is None:
            return self.chance.choice(values)
        return self.chance.choices(values, [weights.get(value, 0.01) for value in values])[0]

    def _day(self, name: str, *, when: str) -> str:
        if when == "future":
            return (self.day + timedelta(days=self.chance.randint(10, 300))).isoformat()
        if when == "any":
            return (self.day + timedelta(days=self.chance.randint(1, 40))).isoformat()
        first, last = known().days_ago.get(name, (10, 1000))
        return (self.day - timedelta(days=self.chance.randint(first, last))).isoformat()

    def _group(self, field: Mapping[str, Any]) -> list[dict[str, Any]]:
        low = max(int(field.get("min", 0)), 1 if field.get("required") else 0)
        return [self._row(field["fields"]) for _n in range(max(low, 1))]

    def _row(self, fields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """A line of a table; name and number in it are of one person."""
        somebody = self._neighbour("")
        row: dict[str, Any] = {}
        for field in fields:
            if field["name"] == "name":
                value: Any = somebody.declared.name
            elif field["kind"] == "personal_id":
                value = somebody.number if field.get("required") else None
            elif field["name"] == "birth_date":
                value = somebody.born.isoformat()
            else:
                value = self.value(field)
            if value is not None:
                row[field["name"]] = value
        return row

    def _person(self, field: Mapping[str, Any]) -> dict[str, Any]:
        name = field["name"]
        if name in CHILDREN and "personal_id" in field.get("optional", ()):
            return self._child(field["parts"])
        sex = SEX_OF.get(name, "")
        own = name not in OTHERS and sex in {"", self.owner.declared.sex}
        return self._adult(field["parts"], self.owner if own else self._neighbour(sex))

    def _adult(self, parts: Sequence[str], who: Resident) -> dict[str, Any]:
        whole = {
            "name": who.declared.name,
            "birth_date": who.born.isoformat(),
            "sex": who.declared.sex,
            "personal_id": who.number,
            "ethnicity": "Kinh",
            "nationality": "Việt Nam",
            "phone": who.declared.phone,
            "job": self.chance.choice(known().texts["job"]),
            "address": dict(self.place),
        }
        return {part: whole[part] for part in parts}

    def _child(self, parts: Sequence[str]) -> dict[str, Any]:
        born = self.day - timedelta(days=self.chance.randint(200, _ELDEST_CHILD))
        whole = {
            "name": self._family_name(),
            "birth_date": born.isoformat(),
            "sex": self.chance.choice(("male", "female")),
            "ethnicity": "Kinh",
            "nationality": "Việt Nam",
        }
        return {part: whole[part] for part in parts if part in whole}
