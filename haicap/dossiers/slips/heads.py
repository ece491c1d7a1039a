"""The unit's own letterhead on a day, and people as they were declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings

from haicap.dossiers.slips.data import Head, Person, Signer
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Missing
from haicap.kernel.identifiers import national_phone
from haicap.units import public as units

CITY: Final = "Hà Nội"
COMMITTEES: Final = frozenset({"commune_committee", "city_committee"})
# What the head of a body is called where the post of who signed does not say it.
HEADS: Final[Mapping[str, str]] = {
    "commune_committee": "Chủ tịch",
    "city_committee": "Chủ tịch",
    "department": "Giám đốc",
    "centre": "Giám đốc",
    "division": "Trưởng phòng",
}
OF_THE_COMMUNE: Final = frozenset({"commune_committee", "division"})


@dataclass(frozen=True, slots=True)
class Body:
    """An agency as far as a paper names it, on a day."""

    kind: str
    name: str
    phone: str = ""
    parent_id: int | None = None
    territory_ids: tuple[int, ...] = ()


def head_of(agency_id: int, *, at: datetime, code: str = "", number: str = "") -> tuple[Head, Body]:
    """The head of a paper an agency makes at `at`, with its names of that day; and the agency."""
    day = day_of(at)
    made_by = body_of(agency_id, day=day)
    superior, agency = _letterhead(made_by, day=day)
    head = Head(
        superior=superior,
        agency=agency,
        place=_place(made_by, day=day),
        made_at=at,
        code=code,
        track_url=track_url(code) if code else "",
        number=number,
    )
    return head, made_by


def body_of(agency_id: int, *, day: date) -> Body:
    """The agency on that day; of one that has ended only the last name."""
    try:
        found = units.agency(agency_id, day=day)
    except Missing:
        return Body("", units.agency_names([agency_id], day=day).get(agency_id, ""))
    return Body(found.kind, found.name, found.phone, found.parent_id, found.territory_ids)


def _letterhead(made_by: Body, *, day: date) -> tuple[str, str]:
    """The two lines above (NĐ 30/2020, annex I): a committee stands alone, any other body under
    its own; a service point writes as its branch, under the Centre.
    """
    if made_by.kind in COMMITTEES or made_by.parent_id is None:
        return "", made_by.name
    above = body_of(made_by.parent_id, day=day)
    if made_by.kind == "service_point" and above.parent_id is not None:
        return _not_twice(body_of(above.parent_id, day=day).name, above.name)
    return _not_twice(above.name, made_by.name)


def _not_twice(superior: str, name: str) -> tuple[str, str]:
    """“Chi nhánh số 4 Trung tâm …” under “Trung tâm …” is Chi nhánh số 4."""
    if name.casefold().endswith(f" {superior.casefold()}"):
        name = name[: -len(superior)].rstrip()
    return superior, name


def _place(made_by: Body, *, day: date) -> str:
    if made_by.kind in OF_THE_COMMUNE and len(made_by.territory_ids) == 1:
        try:
            return units.territory(id=made_by.territory_ids[0], day=day).name
        except Missing:
            return CITY
    return CITY


def track_url(code: str) -> str:
    """Where the public looks it up."""
    return f"{settings.BASE_URL}/tra-cuu/?code={quote(code)}"


def signer_of(
    made_by: Body, *, post_title: str = "", name: str = "", by_order: bool = False
) -> Signer:
    """Who signs for the agency (NĐ 30/2020, annex I): its head; a deputy in their stead (KT.), a
    head of division by their order (TL.), each with the title of their post.
    """
    chief = HEADS.get(made_by.kind, "Thủ trưởng đơn vị")
    if by_order and post_title:
        return Signer(title=post_title, name=name, capacity=f"TL. {chief}")
    whole = "TM. Ủy ban nhân dân" if made_by.kind in COMMITTEES else ""
    if post_title.casefold().startswith("phó "):
        stead = f"KT. {chief}"
        return Signer(title=post_title, name=name, capacity=f"{whole}\n{stead}" if whole else stead)
    return Signer(title=chief, name=name, capacity=whole)


def declared(people: Mapping[str, Any], role: str) -> Person | None:
    """Somebody of the dossier as declared at submission; None when the role is not taken."""
    person: Mapping[str, Any] = people.get(role) or {}
    if not person.get("name"):
        return None
    return Person(
        name=str(person["name"]),
        address=address_line(person.get("address")),
        id_number=_number(person),
        phone=national_phone(str(person.get("phone") or "")),
        email=str(person.get("email") or ""),
    )


def address_line(address: Mapping[str, Any] | None) -> str:
    """A declared address on one line."""
    if not address:
        return ""
    place = address.get("territory_name") or address.get("territory_code") or ""
    return ", ".join(str(part) for part in (address.get("detail"), place) if part)


def _number(person: Mapping[str, Any]) -> str:
    numbers: Mapping[str, str] = person.get("identifiers") or {}
    for kind in ("personal_id", "passport", "tax_code", "old_id"):
        if numbers.get(kind):
            return numbers[kind]
    return ""
