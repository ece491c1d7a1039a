"""A part of a procedure's file laid out flat as it is typed: "papers.0.name_vi". Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from haicap.catalogue.editing.tables import PARTS, Part, Table
from haicap.catalogue.procedure_file import ProcedureFile

WAS: Final = "_was"  # a row's hidden cell: which entry of the file it is
ABSENT: Final = "_absent"  # the tick that says the part is not there
Cells = dict[str, str]
TEMPLATE: Final = ("title_vi", "title_en", "notation", "signer_vi")


def laid_out(part: Part, file: ProcedureFile) -> Cells:
    """Every cell of the part by its flat name."""
    flat = {column.name: "" for column in part.columns}
    flat |= singles(part, file)
    if part.optional and getattr(file, part.name) is None:
        flat[ABSENT] = "1"
    for table in part.tables:
        for n, row in enumerate(rows(table.name, file)):
            flat |= {f"{table.name}.{n}.{name}": cell for name, cell in row.items()}
    return flat


def singles(part: Part, file: ProcedureFile) -> Cells:
    """The cells outside the tables."""
    if part.name == "general":
        found = {name: written(getattr(file, name)) for name in _own(part)}
        return found | {"field": file.field.code}
    if part.name == "texts":
        template = file.result_template or {}
        found = {f"template_{name}": written(template.get(name)) for name in TEMPLATE}
        found["template_print"] = written(template.get("print"))
        for name in ("results", "legal_basis", "subjects", "search_words"):
            found[name] = written(getattr(file, name))
        return found
    if part.name == "deadline" and file.deadline:
        return {name: written(value) for name, value in msgspec.to_builtins(file.deadline).items()}
    if part.name == "fee" and file.fee:
        return {name: written(getattr(file.fee, name)) for name in ("collect_at", "mark", "basis")}
    if part.name == "form" and file.form:
        form = file.form
        place = form.get("place") if isinstance(form.get("place"), Mapping) else {}
        return {
            "place": written((place or {}).get("field")),
            **{name: written(form.get(name)) for name in ("subject", "mark", "basis")},
        }
    return {}


def _own(part: Part) -> list[str]:
    return [column.name for column in part.columns if column.name != "field"]


def rows(table: str, file: ProcedureFile) -> list[Cells]:
    """The rows of a table, each with the hidden cell that says which entry it is."""
    if table in {"papers", "route"}:
        key = "slot" if table == "papers" else "step"
        return [
            {name: written(value) for name, value in row.items()} | {WAS: str(row[key])}
            for row in msgspec.to_builtins(getattr(file, table))
        ]
    if table in {"lines", "waivers"}:
        lines = maps((file.fee.scheme if file.fee else {}).get("lines"))
        if table == "lines":
            return [_line(line) | {WAS: str(n)} for n, line in enumerate(lines)]
        return [
            {"line": str(n + 1), **_words(waiver), **_when(waiver.get("when"))} | {WAS: f"{n}.{w}"}
            for n, line in enumerate(lines)
            for w, waiver in enumerate(maps(line.get("waive")))
        ]
    form = file.form or {}
    if table == "sections":
        return [
            {name: written(section.get(name)) for name in ("name", "title_vi", "title_en")}
            | {WAS: str(section.get("name", ""))}
            for section in maps(form.get("sections"))
        ]
    found = []
    for field in maps(form.get("fields")):
        found.append(_field(field))
        for inner in maps(field.get("fields")):
            found.append(_field(inner) | {"within": str(field.get("name", ""))})
    return found


def _line(line: Mapping[str, Any]) -> Cells:
    names = ("kind", "amount", "quantity", "per_vi", "per_en", "pages", "copies", "cap_per_copy")
    tiers = [
        f"{tier['up_to']} = {tier.get('amount', 0)}" if "up_to" in tier else tier.get("amount", 0)
        for tier in maps(line.get("tiers"))
    ]
    channels = line.get("by_channel")
    return {
        **_words(line),
        **{name: written(line.get(name)) for name in names},
        "online": written(channels.get("online")) if isinstance(channels, Mapping) else "",
        "tiers": written(tiers),
        **_when(line.get("when")),
    }


def _words(thing: Mapping[str, Any]) -> Cells:
    return {name: written(thing.get(name)) for name in ("name_vi", "name_en")}


def _when(condition: Any) -> Cells:
    found = condition if isinstance(condition, Mapping) else {}
    names = {
        "when_field": "field",
        "when_days": "days_since_more_than",
        "when_from": "from",
        "when_to": "to",
        "when_level": "identity_level_at_least",
    }
    return {cell: written(found.get(name)) for cell, name in names.items()} | {
        "when_in": listed(found.get("in"))
    }


def _field(field: Mapping[str, Any]) -> Cells:
    plain = (
        *("name", "section", "kind", "label_vi", "label_en", "hint_vi", "hint_en", "required"),
        *("default", "min", "max", "when", "format"),
    )
    options = [
        " | ".join(str(option.get(name, "")) for name in ("value", "vi", "en"))
        for option in maps(field.get("options"))
    ]
    condition = field.get("show_if")
    shown = condition if isinstance(condition, Mapping) else {}
    return {
        **{name: written(field.get(name)) for name in plain},
        "within": "",
        "options": written(options),
        "parts": listed(field.get("parts")),
        "optional": listed(field.get("optional")),
        "show_if_field": written(shown.get("field")),
        "show_if_in": listed(shown.get("in")),
        WAS: str(field.get("name", "")),
    }


def written(value: Any) -> str:
    """A value as it is typed: lists a line each, yes as 1."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, list | tuple):
        return "\n".join(str(one) for one in value)
    return str(value)


def listed(values: Any) -> str:
    """Values in one line with commas; true and false in small letters."""
    if not isinstance(values, list):
        return ""
    words = ("true" if one is True else "false" if one is False else str(one) for one in values)
    return ", ".join(words)


def maps(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; nothing for what is no list of objects."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def all_maps(value: Any) -> bool:
    """Whether it is a list of objects and nothing else."""
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def table_of(name: str) -> Table:
    """The table of this name."""
    return next(table for part in PARTS.values() for table in part.tables if table.name == name)
