"""What was typed into a part of a procedure, read back into its file. Pure.

Columns that were not on the page keep what the file had; so do keys no column knows. What cannot be
read is refused by its flat name, all at once; whether it makes sense is the checker's to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _

from haicap.catalogue.editing.laying import ABSENT, TEMPLATE, WAS, Cells, maps
from haicap.catalogue.editing.tables import Column, Part, Table
from haicap.catalogue.procedure_file import (
    FeePart,
    FieldPart,
    LimitPart,
    PaperPart,
    ProcedureFile,
    StepPart,
)
from haicap.catalogue.wording import slug
from haicap.kernel.errors import Invalid
from haicap.kernel.vietnamese import clean, fold_accents

ROW: Final = "_row"  # the button of a row: "add:papers", "remove:papers:3", "up:…", "down:…"
LARGEST: Final = 1_000_000
_WIDE: Final = ("fields.", "lines.", "waivers.")  # free numbers, as of money
_STEPS: Final = {
    "receive": "receive",
    "handle": "verify",
    "head": "review",
    "decide": "decide",
    "issue": "issue",
}
Row = dict[str, Any]
_EMPTY: Final[tuple[Any, ...]] = ("", None, [], {})


def pressed(typed: Mapping[str, str], part: Part) -> Cells | None:
    """All cells as typed with the button of a row carried out; None when none was pressed."""
    action, _colon, target = typed.get(ROW, "").partition(":")
    name, _colon, number = target.partition(":")
    table = next((table for table in part.tables if table.name == name), None)
    if table is None or action not in {"add", "remove", "up", "down"}:
        return None
    rows = [cells for _n, cells in posted_rows(table, typed)]
    if action == "add":
        rows = [*rows, dict.fromkeys((column.name for column in table.columns), "")]
        rows = rows[: table.most]
    elif number.isascii() and number.isdecimal() and int(number) < len(rows):
        here = int(number)
        row = rows.pop(here)
        if action != "remove":
            rows.insert(max(0, here - 1) if action == "up" else here + 1, row)
    return kept_singles(typed, part, but=name) | {
        f"{name}.{n}.{cell}": value for n, row in enumerate(rows) for cell, value in row.items()
    }


def kept_singles(typed: Mapping[str, str], part: Part, *, but: str = "") -> Cells:
    """The cells of the part as typed, without those of one table."""
    names = {column.name for column in part.columns} | {ABSENT}
    tables = {table.name for table in part.tables if table.name != but}
    return {
        name: value
        for name, value in typed.items()
        if name in names or name.partition(".")[0] in tables
    }


def posted_rows(table: Table, typed: Mapping[str, str]) -> list[tuple[int, Cells]]:
    """(number as posted, cells) of a table's rows in order."""
    names = {column.name for column in table.columns} | {WAS}
    found: dict[int, Cells] = {}
    for path, value in typed.items():
        pieces = path.split(".")
        if len(pieces) == 3 and pieces[0] == table.name and pieces[2] in names:
            number = pieces[1]
            if number.isascii() and number.isdecimal() and len(number) <= 4:
                found.setdefault(int(number), {})[pieces[2]] = value
    return sorted(found.items())[: table.most]


def read_part(part: Part, typed: Mapping[str, str], file: ProcedureFile) -> ProcedureFile:
    """The file with the part as typed. Invalid by flat name where something cannot be read."""
    reader = _Reader()
    values = reader.cells(part.columns, typed, "", was={})
    rows = {table.name: reader.rows(table, typed) for table in part.tables}
    if reader.errors:
        raise Invalid(reader.errors)
    if part.optional and typed.get(ABSENT):
        return msgspec.structs.replace(file, **{part.name: None})
    return {
        "general": _general,
        "texts": _texts,
        "papers": _papers,
        "deadline": _deadline,
        "fee": _fee,
        "route": _route,
        "form": _form,
    }[part.name](file, values, rows)


class _Reader:
    """Cells to values, sentences by flat name."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def rows(self, table: Table, typed: Mapping[str, str]) -> list[Row]:
        found = []
        for number, cells in posted_rows(table, typed):
            if not any(clean(cell) for name, cell in cells.items() if name != WAS):
                continue
            values = self.cells(table.columns, cells, f"{table.name}.{number}.", was=cells)
            found.append({**values, WAS: cells.get(WAS, "")})
        return found

    def cells(
        self, columns: tuple[Column, ...], cells: Mapping[str, str], path: str, *, was: Row
    ) -> Row:
        # A tick that is not set is not posted: it counts as seen when its neighbours are.
        seen = any(column.name in cells for column in columns)
        found: Row = {}
        for column in columns:
            raw = cells.get(column.name)
            if column.kind == "yes" and seen:
                found[column.name] = bool(raw)
            elif column.kind == "ways" and seen and raw is None:
                found[column.name] = []
            elif raw is not None:
                value = self.one(column, raw[:40_000], path + column.name)
                if value is not None:
                    found[column.name] = value
        return found

    def one(self, column: Column, raw: str, path: str) -> Any:
        if column.kind == "number":
            return self.number(raw, path)
        many = column.kind in {"long", "lines", "ways"}
        text = clean(raw, multiline=many)
        limit = max(column.limit, 20_000) if column.kind == "lines" else column.limit
        if len(text) > limit:
            self.errors[path] = _("Ghi không quá %(limit)s chữ cái, ở đây có %(length)s.") % {
                "limit": limit,
                "length": len(text),
            }
            return None
        if column.kind in {"lines", "ways"}:
            if any(len(line) > 2000 for line in text.splitlines()):
                self.errors[path] = _("Mỗi dòng không quá 2.000 chữ cái.")
            return [line for line in (clean(line) for line in text.splitlines()) if line][:500]
        return text

    def number(self, raw: str, path: str) -> int | str | None:
        text = re.sub(r"(?<=\d)[. ](?=\d{3}\b)", "", clean(raw))
        if not text:
            return ""
        most = 10**15 if path.startswith(_WIDE) else LARGEST
        if not (text.isascii() and text.isdecimal() and len(text) <= 16):
            self.errors[path] = _("Ghi bằng chữ số, ví dụ 5.")
            return None
        if int(text) > most:
            self.errors[path] = _("Số này quá lớn.")
        return int(text)


# --- parts of the file --------------------------------------------------------------------------


def _general(file: ProcedureFile, values: Row, rows: dict[str, list[Row]]) -> ProcedureFile:
    code = values.pop("field", file.field.code)
    field = file.field if code == file.field.code else FieldPart(code=code)
    level = values.pop("identity_level", str(file.identity_level))
    return msgspec.structs.replace(
        file, **values, field=field, identity_level=2 if level == "2" else 1
    )


def _texts(file: ProcedureFile, values: Row, rows: dict[str, list[Row]]) -> ProcedureFile:
    template = dict(file.result_template or {})
    for name in TEMPLATE:
        _lay(template, name, values.pop(f"template_{name}", template.get(name, "")))
    _lay(template, "print", values.pop("template_print", template.get("print", [])))
    return msgspec.structs.replace(file, **values, result_template=template or None)


def _papers(file: ProcedureFile, values: Row, rows: dict[str, list[Row]]) -> ProcedureFile:
    before = {paper.slot: paper for paper in file.papers}
    taken = {row.get("slot") for row in rows["papers"]}
    found = []
    for n, row in enumerate(rows["papers"], 1):
        paper = before.get(row.pop(WAS), PaperPart())
        if not row.get("slot"):
            row["slot"] = paper.slot or _free(slug(row.get("name_vi", ""))[:40], taken, n)
        row = {
            name: value or 0 if name in {"originals", "copies"} else value
            for name, value in row.items()
        }
        found.append(msgspec.structs.replace(paper, **row))
    return msgspec.structs.replace(file, papers=found)


def _route(file: ProcedureFile, values: Row, rows: dict[str, list[Row]]) -> ProcedureFile:
    before = {step.step: step for step in file.route}
    taken = {row.get("step") for row in rows["route"]}
    found = []
    for n, row in enumerate(rows["route"], 1):
        step = before.get(row.pop(WAS), StepPart())
        if not row.get("step"):
            duty = _STEPS.get(row.get("duty", ""), "")
            row["step"] = step.step or _free(duty, taken, n)
        row["minutes"] = row.get("minutes", step.minutes) or 0
        found.append(msgspec.structs.replace(step, **row))
    return msgspec.structs.replace(file, route=found)


def _free(wanted: str, taken: set[Any], n: int) -> str:
    name = wanted or f"muc-{n:02d}"
    while name in taken:
        name = f"{wanted or 'muc'}-{n:02d}" if name == wanted else f"{name}x"
    taken.add(name)
    return name


def _deadline(file: ProcedureFile, values: Row, rows: dict[str, list[Row]]) -> ProcedureFile:
    numbers = {"amount", "supplement_reply_days", "supplement_max"}
    values = {name: value or 0 if name in numbers else value for name, value in values.items()}
    return msgspec.structs.replace(
        file, deadline=msgspec.structs.replace(file.deadline or LimitPart(), **values)
    )


def _fee(file: ProcedureFile, values: Row, rows: dict[str, list[Row]]) -> ProcedureFile:
    fee = file.fee or FeePart()
    old = maps(fee.scheme.get("lines"))
    lines = [_line(_at(old, row.pop(WAS)), row) for row in rows["lines"]]
    waived: dict[int, list[Row]] = {}
    for row in rows["waivers"]:
        first, _dot, second = row.pop(WAS).partition(".")
        before = _at(maps(_at(old, first).get("waive")), second)
        number = row.pop("line", 1) or 1
        waived.setdefault(min(max(number, 1), max(len(lines), 1)) - 1, []).append(
            _conditioned(_overlaid(before, row, ("name_vi", "name_en")), row)
        )
    for n, line in enumerate(lines):
        _lay(line, "waive", waived.get(n, []))
    scheme = {**fee.scheme, "lines": lines}
    return msgspec.structs.replace(file, fee=msgspec.structs.replace(fee, **values, scheme=scheme))


def _at(things: list[Row], number: str) -> Row:
    return things[int(number)] if number.isdecimal() and int(number) < len(things) else {}


def _line(before: Row, row: Row) -> Row:
    names = (
        *("name_vi", "name_en", "kind", "amount", "quantity", "per_vi", "per_en"),
        *("pages", "copies", "cap_per_copy"),
    )
    line = _overlaid(before, row, names)
    line["kind"] = line.get("kind") or "flat"
    if "online" in row:
        channels = dict(line.get("by_channel") or {})
        _lay(channels, "online", row["online"])
        _lay(line, "by_channel", channels)
    if "tiers" in row:
        _lay(line, "tiers", [_tier(one) for one in row["tiers"]])
    if line["kind"] != "tiered_pages":
        line.setdefault("amount", 0)
    return _conditioned(line, row)


def _tier(line: str) -> Row:
    pages, equals, amount = line.partition("=")
    figures = [int(re.sub(r"\D", "", one)[:9] or 0) for one in (pages, amount)]
    return {"up_to": figures[0], "amount": figures[1]} if equals else {"amount": figures[0]}


def _conditioned(line: Row, row: Row) -> Row:
    if not any(name.startswith("when_") for name in row):
        return line
    before = line.get("when")
    when = dict(before) if isinstance(before, dict) else {}
    for cell, name in (
        ("when_field", "field"),
        ("when_days", "days_since_more_than"),
        ("when_from", "from"),
        ("when_to", "to"),
        ("when_level", "identity_level_at_least"),
    ):
        if cell in row:
            _lay(when, name, row[cell])
    if "when_in" in row:
        _lay(when, "in", _values(row["when_in"]))
    _lay(line, "when", when)
    return line


def _form(file: ProcedureFile, values: Row, rows: dict[str, list[Row]]) -> ProcedureFile:
    form = dict(file.form or {})
    if "place" in values:
        place = values["place"]
        form["place"] = {"rule": "field", "field": place} if place else {"rule": "chosen"}
    for name in ("subject", "mark", "basis"):
        form[name] = values.get(name, form.get(name, ""))
    old_sections = {one.get("name"): one for one in maps(form.get("sections"))}
    taken = {row.get("name") for row in rows["sections"]}
    form["sections"] = []
    for n, row in enumerate(rows["sections"], 1):
        section = dict(old_sections.get(row.pop(WAS), {}))
        row["name"] = row.get("name") or _free(_name(row.get("title_vi", "")), taken, n)
        form["sections"].append(_overlaid(section, row, ("name", "title_vi", "title_en")))
    form["fields"] = _fields(form, rows["fields"])
    return msgspec.structs.replace(file, form=form)


def _fields(form: Row, rows: list[Row]) -> list[Row]:
    old: dict[str, Row] = {}
    inside: dict[str, str] = {}
    for field in maps(form.get("fields")):
        for one in (field, *maps(field.get("fields"))):
            old.setdefault(str(one.get("name")), one)
            inside[str(one.get("name"))] = "" if one is field else str(field.get("name"))
    first = form["sections"][0]["name"] if form["sections"] else ""
    taken = {row.get("name") for row in rows}
    found: list[Row] = []
    groups: dict[str, Row] = {}
    for n, row in enumerate(rows, 1):
        was = row.pop(WAS)
        before = old.get(was, {})
        row["name"] = (
            row.get("name")
            or str(before.get("name") or "")
            or _free(_name(row.get("label_vi", "")), taken, n)
        )
        field = _one_field(before, row)
        group = groups.get(row.get("within", inside.get(was, "")))
        if group is not None and field["kind"] != "group":
            field.pop("section", None)
            group["fields"].append(field)
            continue
        field["section"] = field.get("section") or first
        if field["kind"] == "group":
            groups[field["name"]] = field
            field["fields"] = []
        found.append(field)
    return found


def _one_field(before: Row, row: Row) -> Row:
    plain = (
        *("name", "section", "kind", "label_vi", "label_en", "hint_vi", "hint_en"),
        *("default", "min", "max", "when", "format"),
    )
    field = _overlaid(before, row, plain)
    field["kind"] = field.get("kind") or "text"
    if row.get("required") or "required" in field or not before:
        field["required"] = bool(row.get("required"))
    if "options" in row:
        _lay(field, "options", [_option(line) for line in row["options"]])
    for name in ("parts", "optional"):
        if name in row:
            _lay(field, name, [word for word in re.split(r"[,;\s]+", row[name]) if word])
    if "show_if_field" in row or "show_if_in" in row:
        shown = {"field": row.get("show_if_field", ""), "in": _values(row.get("show_if_in", ""))}
        _lay(field, "show_if", shown if shown["field"] or shown["in"] else {})
    if field["kind"] == "choice":
        field.setdefault("options", [])
    if field["kind"] == "person":
        field.setdefault("parts", ["name"])
    if field["kind"] != "group":
        field.pop("fields", None)
    if field["kind"] == "number" and str(field.get("default", "")).isdecimal():
        field["default"] = int(field["default"])
    return field


def _option(line: str) -> Row:
    words = [clean(word) for word in line.split("|")] + ["", ""]
    value = words[0] if words[1] else slug(words[0])
    return {"value": value, "vi": words[1] or words[0], "en": words[2]}


def _values(typed: str) -> list[Any]:
    words = [clean(word) for word in typed.split(",")]
    plain = {"true": True, "false": False}
    return [plain.get(word, word) for word in words if word]


def _name(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", fold_accents(label))[:30].strip("_")


def _overlaid(before: Row, row: Row, names: tuple[str, ...]) -> Row:
    found = dict(before)
    for name in names:
        if name in row:
            _lay(found, name, row[name])
    return found


def _lay(thing: Row, name: str, value: Any) -> None:
    """The value under its name, or nothing there when it is empty (an empty one may stay)."""
    if value in _EMPTY:
        if thing.get(name) not in _EMPTY:
            del thing[name]
    else:
        thing[name] = value
