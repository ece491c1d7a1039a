"""The electronic form of a procedure: read as it was posted, laid out flat to be shown again.

Names are flat: "child_name", "mother.name", "place.territory", "signers.0.name". They are those by
which the catalogue's check names what is wrong. Shown by templates/dossiers/answers.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from haicap.kernel.clock import day_of
from haicap.kernel.errors import Missing
from haicap.kernel.vietnamese import clean, fold_accents
from haicap.parties import public as parties
from haicap.units import public as units

ROW: Final = "_row"  # the button that adds or removes a row: "add:signers", "remove:signers:0"
ME: Final = "_me"  # the button that fills a person with who is signed in: "mother"
CHOSEN: Final = "chosen"  # "<address>.chosen": one of the places a typed name may mean
MOST_ROWS: Final = 100
MOST_CHOICES: Final = 12
_CODED: Final = re.compile(r"(?:.*·\s*)?(\d{5})", re.ASCII)
_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_ADDRESS: Final = ("elsewhere", "detail")

Posted = QueryDict | Mapping[str, str]


# --- what was posted ------------------------------------------------------------------------------


def posted_answers(
    definition: Mapping[str, Any],
    post: Posted,
    *,
    at: datetime,
    section: str | None = None,
    prefix: str = "",
) -> dict[str, Any]:
    """What was posted for the fields of `definition` (those of `section`), and nothing else.

    A territory typed by name becomes its code where the name can only mean one of today; else it
    stays as typed, the check refuses it in place, and `place_choices` says what it may mean. The
    pressed button of a group has had its effect. Nothing is refused here.
    """
    day = day_of(at)
    answers: dict[str, Any] = {}
    for field in definition["fields"]:
        if section is None or field["section"] == section:
            value = _posted(field, post, prefix + field["name"], prefix=prefix, day=day)
            if value is not None:
                answers[field["name"]] = value
    return answers


def row_pressed(post: Posted) -> bool:
    """Whether the form was sent only to add or remove a row."""
    return bool(post.get(ROW))


def filled_with(
    definition: Mapping[str, Any],
    answers: Mapping[str, Any],
    name: str,
    known: parties.Declared,
    *,
    before: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The answers with the person of field `name` filled from what is known of somebody, and from
    what they said of themselves `before`, by part.
    """
    address = known.address
    facts: dict[str, Any] = {
        **(before or {}),
        "name": known.name,
        "birth_date": known.birth_date.isoformat() if known.birth_date else "",
        "sex": known.sex,
        "personal_id": known.identifiers.get("personal_id", ""),
        "nationality": "Việt Nam"
        if known.nationality == "VN"
        else (before or {}).get("nationality", ""),
        "phone": known.phone,
        "address": {"territory": address["territory_code"], "detail": address["detail"]}
        if address
        else None,
    }
    field = next(
        (f for f in definition["fields"] if f["name"] == name and f["kind"] == "person"), None
    )
    if field is None:
        return dict(answers)
    own = {part: facts[part] for part in field["parts"] if facts.get(part)}
    return {**answers, name: {**(answers.get(name) or {}), **own}}


def rows_changed(
    definition: Mapping[str, Any], post: Posted, *, at: datetime, prefix: str = ""
) -> dict[str, str]:
    """The whole form as typed, flat, with the row added or removed."""
    answers = posted_answers(definition, post, at=at, prefix=prefix)
    groups = [prefix + f["name"] for f in definition["fields"] if f["kind"] == "group"]
    typed = {
        name: post.get(name) or ""
        for name in post
        if name != ROW and not any(name.startswith(f"{group}.") for group in groups)
    }
    return {**typed, **flat_answers(answers, prefix=prefix)}


def _posted(field: Mapping[str, Any], post: Posted, path: str, *, prefix: str, day: date) -> Any:
    kind = field["kind"]
    if kind == "group":
        return _rows(field, post, path, prefix=prefix, day=day)
    if kind == "person":
        return _person(field, post, path, day=day)
    if kind == "address":
        return _address(post, path, day=day)
    if kind == "checkbox":
        return bool(post.get(path))
    # An emptied field stays empty: it must not fall back to its default.
    return post.get(path)


def _person(
    field: Mapping[str, Any], post: Posted, path: str, *, day: date
) -> dict[str, Any] | None:
    parts = {
        part: _address(post, f"{path}.{part}", day=day)
        if part == "address"
        else post.get(f"{path}.{part}")
        for part in field["parts"]
    }
    return {part: value for part, value in parts.items() if value} or None


def _address(post: Posted, path: str, *, day: date) -> dict[str, Any] | None:
    typed = post.get(f"{path}.{CHOSEN}") or post.get(f"{path}.territory") or ""
    parts = {"territory": territory_code(typed, day=day)}
    parts |= {part: post.get(f"{path}.{part}") or "" for part in _ADDRESS}
    return {part: value for part, value in parts.items() if value} or None


def _rows(
    field: Mapping[str, Any], post: Posted, path: str, *, prefix: str, day: date
) -> list[dict[str, Any]]:
    action, _colon, target = (post.get(ROW) or "").partition(":")
    name, _colon, number = target.partition(":")
    pressed = prefix + name == path
    rows = []
    for n in row_numbers(post, path):
        if pressed and action == "remove" and number == str(n):
            continue
        row = {
            inner["name"]: _posted(inner, post, f"{path}.{n}.{inner['name']}", prefix="", day=day)
            for inner in field["fields"]
        }
        row = {name: value for name, value in row.items() if value not in (None, "", False)}
        if row:
            rows.append(row)
    if pressed and action == "add" and len(rows) < MOST_ROWS:
        rows.append({})
    return rows


def row_numbers(values: Iterable[str], path: str) -> list[int]:
    """The numbers of the rows of a group among flat names."""
    found = {
        int(number)
        for name in values
        if name.startswith(f"{path}.")
        and (number := name.removeprefix(f"{path}.").partition(".")[0]).isdecimal()
        and len(number) <= 4
    }
    return sorted(found)[:MOST_ROWS]


# --- places ---------------------------------------------------------------------------------------


def territory_code(typed: str, *, day: date) -> str:
    """The code of today's territory that `typed` can only mean ("Phường Bồ Đề · 00118", a code, a
    name of today, else an old name); `typed` itself where that is not certain.
    """
    text = clean(typed[:300])
    coded = _CODED.fullmatch(text)
    if coded:
        return coded[1]
    if not text:
        return ""
    for written in (day, None):
        found = {
            candidate.now.code if candidate.now and _named_in(text, candidate) else ""
            for candidate in units.resolve_place(text, day=written, at_day=day)
        }
        if found:
            code = found.pop()
            return typed if found or not code else code
    return typed


def _named_in(text: str, candidate: Any) -> bool:
    """Whether the whole name was typed, not only its beginning."""
    return fold_accents(candidate.typed.name) in fold_accents(text)


def place_choices(
    definition: Mapping[str, Any], answers: Mapping[str, Any], *, at: datetime, prefix: str = ""
) -> dict[str, list[tuple[str, str]]]:
    """For each address whose territory is not certain: (code, words) of what it may mean."""
    day = day_of(at)
    found: dict[str, list[tuple[str, str]]] = {}
    for field in definition["fields"]:
        for path, address in _addresses(field, answers.get(field["name"]), prefix + field["name"]):
            choices = candidates(str(address.get("territory") or ""), day=day)
            if choices:
                found[path] = choices
    return found


def _addresses(
    field: Mapping[str, Any], value: Any, path: str
) -> Iterable[tuple[str, Mapping[str, Any]]]:
    if field["kind"] == "address" and isinstance(value, Mapping):
        yield path, value
    if field["kind"] == "person" and isinstance(value, Mapping):
        address = value.get("address")
        if isinstance(address, Mapping):
            yield f"{path}.address", address
    if field["kind"] == "group" and isinstance(value, list):
        for n, row in enumerate(value):
            for inner in field["fields"]:
                yield from _addresses(inner, row.get(inner["name"]), f"{path}.{n}.{inner['name']}")


def candidates(typed: str, *, day: date) -> list[tuple[str, str]]:
    """(code, words) of the territories of today that `typed` may mean; none for a code."""
    text = clean(typed[:300])
    if not text or text.isdecimal():
        return []
    near = units.resolve_place(text, day=day, at_day=day)
    old = units.resolve_place(text, day=None, at_day=day)
    found: dict[str, str] = {}
    for candidate in [*near, *old]:
        if candidate.now is None:
            continue
        words = candidate.now.full_name
        if not candidate.same:
            words = _("%(now)s (có phần của %(old)s trước đây)") % {
                "now": words,
                "old": candidate.typed.full_name,
            }
        found.setdefault(candidate.now.code, words)
    return list(found.items())[:MOST_CHOICES]


def communes_of(day: date) -> list[tuple[str, str]]:
    """(code, full name) of today's communes and wards, for the one list of a page."""
    return [
        (territory.code, territory.full_name)
        for territory in units.territories_at(day, level="commune")
    ]


def is_territory(code: str, *, day: date) -> bool:
    """Whether the code names a territory on that day."""
    try:
        units.territory(code, day=day)
    except Missing:
        return False
    return True


# --- shown again ----------------------------------------------------------------------------------


def flat_answers(answers: Mapping[str, Any], *, prefix: str = "") -> dict[str, str]:
    """Answers, clean or half typed, by their flat names and as people write them.

    An added row that is still empty has its own name ("signers.2") with nothing in it.
    """
    flat: dict[str, str] = {}
    for name, value in answers.items():
        _lay_flat(f"{prefix}{name}", value, flat)
    return flat


def _lay_flat(path: str, value: Any, flat: dict[str, str]) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _lay_flat(f"{path}.{name}", inner, flat)
    elif isinstance(value, list):
        for n, row in enumerate(value):
            flat[f"{path}.{n}"] = ""
            _lay_flat(f"{path}.{n}", row, flat)
    elif isinstance(value, bool):
        flat[path] = "1" if value else ""
    elif value is not None:
        flat[path] = _written(str(value))


def _written(value: str) -> str:
    """2026-11-25 as 25/11/2026, +84912345678 as 0912345678."""
    if day := _DAY.fullmatch(value):
        return f"{day[3]}/{day[2]}/{day[1]}"
    if value.startswith("+84") and value[1:].isdecimal():
        return f"0{value[3:]}"
    return value
