"""A form that is still being written, cut to what can be drawn. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from haicap.catalogue.checker.form import NAME, PARTS
from haicap.catalogue.editing.laying import maps
from haicap.catalogue.editing.tables import KINDS

Field = dict[str, Any]


def drawable(form: Mapping[str, Any] | None) -> dict[str, Any]:
    """The definition without what lacks a name, a known kind or what its kind needs."""
    found = form or {}
    sections = [
        {**section, "title_vi": str(section.get("title_vi") or "…")}
        for section in maps(found.get("sections"))
        if isinstance(section.get("name"), str)
    ]
    place = found.get("place")
    names = {section["name"] for section in sections}
    fields = [
        field
        for raw in maps(found.get("fields"))
        if (field := _field(raw)) is not None and field.get("section") in names
    ]
    return {
        "place": place if isinstance(place, Mapping) else {},
        "sections": sections,
        "fields": fields,
    }


def _field(raw: Field) -> Field | None:
    name, kind = raw.get("name"), raw.get("kind")
    if not isinstance(name, str) or not NAME.fullmatch(name) or kind not in dict(KINDS):
        return None
    field = {**raw, "label_vi": str(raw.get("label_vi") or "…")}
    for number in ("min", "max"):
        if not isinstance(field.get(number, 0), int):
            del field[number]
    condition = field.get("show_if")
    if not (
        isinstance(condition, Mapping)
        and isinstance(condition.get("field"), str)
        and isinstance(condition.get("in"), list)
    ):
        field.pop("show_if", None)
    if kind == "choice":
        field["options"] = [
            option
            for option in maps(field.get("options"))
            if isinstance(option.get("value"), str) and isinstance(option.get("vi"), str)
        ]
        return field if field["options"] else None
    if kind == "person":
        parts = field.get("parts")
        known = [part for part in parts if part in PARTS] if isinstance(parts, list) else []
        field["parts"] = known or ["name"]
    if kind == "group":
        inner = [_field(one) for one in maps(field.get("fields"))]
        field["fields"] = [one for one in inner if one and one["kind"] != "group"]
        return field if field["fields"] else None
    return field
