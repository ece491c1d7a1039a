"""The counter's one screen read: who hands in, for whom, the card's QR text, the sheets counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import QueryDict

from haicap.dossiers.filing import Filing, PlaceIn
from haicap.dossiers.forms import moves
from haicap.kernel import identifiers
from haicap.kernel.clock import day_of

PERSON: Final = (
    "kind", "name", "personal_id", "tax_code", "passport", "birth_date", "sex", "phone", "email",
    "territory", "detail",
)  # fmt: skip
NUMBERS: Final = ("personal_id", "tax_code", "passport")


def person_typed(post: QueryDict, role: str) -> dict[str, str]:
    """The fields of one party as typed, by their short names."""
    return {name: post.get(f"{role}.{name}", "").strip() for name in PERSON}


def from_card(text: str, *, at: datetime) -> dict[str, str]:
    """The applicant's fields from the QR text of an identity card. BadIdentifier."""
    card = identifiers.identity_card_qr(text, at=day_of(at), demo=settings.DEMO)
    return {
        "kind": "person",
        "name": card.full_name,
        "personal_id": card.number.number,
        "birth_date": f"{card.birth_date:%d/%m/%Y}",
        "sex": str(card.sex),
        "detail": card.address,
    }


def declared(typed: Mapping[str, str]) -> dict[str, Any] | None:
    """What parties.check_declared takes; None when nothing was typed."""
    if not any(typed[name] for name in PERSON if name not in ("kind", "sex")):
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
    if typed["territory"] or typed["detail"]:
        raw["address"] = {"territory": typed["territory"], "detail": typed["detail"]}
    return raw


def filing(post: QueryDict, *, code: str, answers: Mapping[str, Any]) -> Filing:
    """The whole screen as a filing."""
    owner = person_typed(post, "owner") if post.get("for_another") else None
    place = post.get("place_code", "").strip()
    return Filing(
        procedure_code=code,
        channel=post.get("channel", "counter") or "counter",
        applicant=declared(person_typed(post, "applicant")),
        owner=declared(owner) if owner else None,
        relation=post.get("owner.relation", "") if owner else "",
        helper=post.get("helper", ""),
        answers=answers,
        papers=moves.counted_papers(post),
        place=PlaceIn(code=place) if place else None,
        wants_result=post.get("wants_result", "") or "counter",
    )
