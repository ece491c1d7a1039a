"""The counter's one screen read: who hands in, for whom, the card's QR text, the sheets counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.http import QueryDict

from haicap.dossiers.filing import Filing, PlaceIn
from haicap.dossiers.forms import answers as answer_forms
from haicap.dossiers.forms import moves
from haicap.kernel import identifiers
from haicap.kernel.clock import day_of
from haicap.kernel.vietnamese import fold_accents
from haicap.parties import public as parties
from haicap.units import public as units

ANSWERS: Final = "answers."  # before the names of the electronic form's fields
PERSON: Final = (
    "kind", "name", "personal_id", "tax_code", "passport", "birth_date", "sex", "phone", "email",
    "territory", "chosen", "detail",
)  # fmt: skip
TOLD: Final = tuple(name for name in PERSON if name not in ("kind", "sex"))
ROLES: Final = ("applicant", "owner", "representative")
NUMBERS: Final = ("personal_id", "tax_code", "passport")
Typed = QueryDict | Mapping[str, str]


def person_typed(post: Typed, role: str) -> dict[str, str]:
    """The fields of one party as typed, by their short names."""
    return {name: (post.get(f"{role}.{name}") or "").strip() for name in PERSON}


def from_card(text: str, *, at: datetime) -> dict[str, str]:
    """The applicant's fields from the QR text of an identity card. BadIdentifier.

    The commune of its address is chosen where it can only be one of today's; else the whole address
    stays beside an open choice.
    """
    card = identifiers.identity_card_qr(text, at=day_of(at), demo=settings.DEMO)
    territory, detail = card_place(card.address, day=day_of(at))
    return {
        "kind": "person",
        "name": card.full_name,
        "personal_id": card.number.number,
        "birth_date": f"{card.birth_date:%d/%m/%Y}",
        "sex": str(card.sex),
        "territory": territory,
        "detail": detail,
    }


def card_place(address: str, *, day: date) -> tuple[str, str]:
    """(code of today's commune, what stands before it) of an address on a card; the address itself
    in place of the code where that is not certain.
    """
    code = answer_forms.territory_code(address, day=day)
    if not (len(code) == 5 and code.isdecimal()):
        return address, ""
    names = {
        fold_accents(candidate.typed.name)
        for candidate in units.resolve_place(address, day=None, at_day=day)
    }
    parts = [part.strip() for part in address.split(",")]
    place = next(
        (n for n in range(len(parts) - 1, -1, -1) if _names_one(parts[n], names)), len(parts)
    )
    return code, ", ".join(parts[:place])


def _names_one(part: str, names: set[str]) -> bool:
    folded = fold_accents(part)
    return any(folded == name or folded.endswith(f" {name}") for name in names)


def known_before(number: str, *, at: datetime) -> tuple[int | None, dict[str, str]]:
    """Who bears a personal number already, and how we may reach them: phone, e-mail, address as
    they last told us. The caller leaves a row in the reading log.
    """
    party = parties.find_by_number("personal_id", number)
    if party is None:
        return None, {}
    known = parties.declared_of(party.pk, at=at)
    told = {"phone": identifiers.national_phone(known.phone), "email": known.email}
    if known.address is not None:
        told |= {
            "territory": known.address["territory_code"],
            "detail": known.address["detail"],
        }
    return party.pk, {name: value for name, value in told.items() if value}


# What of the applicant is asked again of a person in the form.
_SAME: Final = ("name", "birth_date", "sex", "personal_id", "phone")


def like_applicant(
    definition: Mapping[str, Any], typed: Mapping[str, str], name: str
) -> dict[str, str]:
    """The flat fields of the form's person `name`, filled with the applicant as typed."""
    field = next(
        (f for f in definition["fields"] if f["name"] == name and f["kind"] == "person"), None
    )
    if field is None:
        return {}
    known = person_typed(typed, "applicant")
    path = f"{ANSWERS}{name}"
    filled = {f"{path}.{part}": known[part] for part in _SAME if part in field["parts"]}
    if "nationality" in field["parts"]:
        filled[f"{path}.nationality"] = "Việt Nam"
    if "address" in field["parts"]:
        filled[f"{path}.address.territory"] = known["chosen"] or known["territory"]
        filled[f"{path}.address.detail"] = known["detail"]
    return {key: value for key, value in filled.items() if value}


def declared(typed: Mapping[str, str], *, day: date) -> dict[str, Any] | None:
    """What parties.check_declared takes; None when nothing was typed."""
    if not any(typed[name] for name in TOLD):
        return None
    raw: dict[str, Any] = {
        "kind": typed["kind"] or "person",
        "name": typed["name"],
        "birth_date": typed["birth_date"],
        "sex": typed["sex"],
        "phone": typed["phone"],
        "email": typed["email"],
        "identifiers": {name: typed[name] for name in NUMBERS if typed[name]},
    }
    if typed["territory"] or typed["chosen"] or typed["detail"]:
        raw["address"] = {
            "territory_code": answer_forms.territory_code(
                typed["chosen"] or typed["territory"], day=day
            ),
            "detail": typed["detail"],
        }
    return raw


def filing(post: QueryDict, *, code: str, definition: Mapping[str, Any], at: datetime) -> Filing:
    """The whole screen as a filing."""
    day = day_of(at)
    place = post.get("place_code", "").strip()
    return Filing(
        procedure_code=code,
        channel=post.get("channel", "counter") or "counter",
        applicant=declared(person_typed(post, "applicant"), day=day),
        owner=_owner(post, day=day) if for_another(post) else None,
        representative=declared(person_typed(post, "representative"), day=day),
        relation=post.get("relation", "") if for_another(post) else "",
        helper=post.get("helper", ""),
        answers=answer_forms.posted_answers(definition, post, at=at, prefix=ANSWERS),
        papers=moves.counted_papers(post),
        place=PlaceIn(code=answer_forms.territory_code(place, day=day)) if place else None,
        wants_result=post.get("wants_result", "") or "counter",
    )


def for_another(post: Typed) -> bool:
    """Whether the owner is somebody else: ticked, or somebody else was written down."""
    return bool(post.get("for_another")) or is_told(post, "owner")


def is_told(post: Typed, role: str) -> bool:
    """Whether anything was typed about one party."""
    typed = person_typed(post, role)
    return any(typed[name] for name in TOLD)


def _owner(post: QueryDict, *, day: date) -> dict[str, Any]:
    """The other person; one that was not named is refused at the name, not forgotten."""
    return declared(person_typed(post, "owner"), day=day) or {"kind": "person", "name": ""}
