"""Answers to an electronic form: clean values, or a sentence for each wrong field. Pure.

A definition (haicap/data/README.md) has sections and fields. Clean values by kind:
  text, textarea -> str · number -> int · date -> "2026-11-25" · choice -> one of its values ·
  personal_id -> 12 digits · phone -> "+84…" · checkbox -> bool · group -> list of objects ·
  address -> {"territory": code, "at": day, "detail"} or {"elsewhere", "detail"} outside the city ·
  person -> {"name", "birth_date", "sex": "male" | "female", "personal_id", "ethnicity",
  "nationality", "phone", "job", "address"}, cut to the field's `parts`.
A `file` has no answer: it is a paper asked for, in the slot of the field's name (`attached`).
A text with the `format` person_name is read like the name of a person: letters, no digits or marks.
Fields hidden by `show_if` are dropped; optional empty ones are left out. Flat answers as a web form
posts them ("mother.name", "signers.0.name") are taken as well as nested ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from haicap.kernel import identifiers
from haicap.kernel.errors import Invalid
from haicap.kernel.vietnamese import clean

Answers = dict[str, Any]
KnowsTerritory = Callable[[str, date], bool]

LONGEST_DETAIL: Final = 200
MOST_ROWS: Final = 100
PERSON_NAME: Final = "person_name"  # the `format` of a text field that holds somebody's name
_OLDEST: Final = date(1900, 1, 1)
_TRUE: Final = frozenset({True, "1", "true", "on", "yes"})
_FALSE: Final = frozenset({False, None, "", "0", "false", "off", "no"})
_NAME: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’\-])*")
_GROUPED: Final = re.compile(r"\d{1,3}(?:[. ,]\d{3})+|\d+")
_DAY: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_TEXT_PARTS: Final = {"ethnicity": 40, "nationality": 60, "job": 100}


def clean_form(
    *,
    definition: Mapping[str, Any],
    answers: Mapping[str, Any],
    day: date,
    demo: bool,
    knows_territory: KnowsTerritory,
    draft: bool = False,
    lenient: bool = False,
) -> Answers:
    """Clean values of all fields shown. Invalid names every wrong field and what to do.

    `draft` keeps what cannot be cleaned yet and asks for nothing; `lenient` lets unknown names pass
    unnoticed (a web form posts more than answers).
    """
    raw = _nested(answers)
    check = _Check(day=day, demo=demo, knows_territory=knows_territory, draft=draft)
    values: Answers = {}
    for field in definition["fields"]:
        if not shown(field, values):
            continue
        name = field["name"]
        value = check.one(field, raw.get(name), name)
        if value is not None:
            values[name] = value
    if not lenient and not draft:
        for name in raw.keys() - {field["name"] for field in definition["fields"]}:
            check.wrong(str(name)[:60], _("Biểu mẫu không có mục này."))
    if check.errors and not draft:
        raise Invalid(check.errors)
    return values


def shown(field: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether the field is asked for, given the clean values so far; a tick not set is False."""
    condition = field.get("show_if")
    if not condition:
        return True
    return values.get(condition["field"], False) in condition["in"]


def _nested(answers: Mapping[str, Any]) -> Answers:
    """Flat "a.b" and "g.0.b" keys put where they belong; rows of a group in order."""
    if not any("." in str(key) for key in answers):
        return dict(answers)
    tree: Answers = {}
    for key, value in answers.items():
        *folders, last = str(key).split(".")[:4]
        here = tree
        for folder in folders:
            if not isinstance(here.get(folder), dict):
                here[folder] = {}
            here = here[folder]
        if not isinstance(here.get(last), dict):
            here[last] = value
    return {name: _rows(value) for name, value in tree.items()}


def _rows(value: Any) -> Any:
    if isinstance(value, dict) and value and all(str(key).isdecimal() for key in value):
        return [value[key] for key in sorted(value, key=int)][:MOST_ROWS]
    return value


class _Check:
    """One passage over a form: clean values out, sentences collected by field."""

    def __init__(
        self, *, day: date, demo: bool, knows_territory: KnowsTerritory, draft: bool
    ) -> None:
        self.day, self.demo, self.draft = day, demo, draft
        self.knows_territory = knows_territory
        self.errors: dict[str, str] = {}

    def wrong(self, path: str, sentence: str) -> None:
        """Note the first sentence for a field."""
        self.errors.setdefault(path, sentence)

    def one(self, field: Mapping[str, Any], raw: Any, path: str) -> Any:
        """The clean value of one field; None when there is none."""
        kind = field["kind"]
        if kind == "file":
            if raw not in (None, "", []):
                self.wrong(path, _("Mục này là tệp: xin gửi ở phần giấy tờ."))
            return None
        if kind == "checkbox":
            return self._checkbox(field, raw, path)
        if kind == "group":
            return self._group(field, raw, path)
        if kind == "person":
            return self._person(field, raw, path)
        if kind == "address":
            return self._address(raw, path, required=bool(field.get("required")))
        if raw is None or raw == "" or (isinstance(raw, str) and not clean(raw)):
            if field.get("required"):
                self.wrong(path, _("Cần ghi “%(label)s”.") % {"label": label(field)})
            return None
        before = len(self.errors)
        value = self._simple(field, raw, path)
        if self.draft and len(self.errors) > before:
            return _kept(raw)
        return value

    def _simple(self, field: Mapping[str, Any], raw: Any, path: str) -> Any:
        kind = field["kind"]
        if kind == "number":
            return self._number(field, raw, path)
        if not isinstance(raw, str):
            self.wrong(path, _("Mục này phải là chữ."))
            return None
        if kind in {"text", "textarea"}:
            limit = int(field.get("max", 1000))
            if field.get("format") == PERSON_NAME:
                return self._name(raw, path, limit=limit)
            return self._text(raw, path, limit=limit, multiline=kind == "textarea")
        if kind == "date":
            return self._date(raw, path, when=field.get("when", "past"))
        if kind == "choice":
            value = clean(raw)
            if value not in {option["value"] for option in field["options"]}:
                self.wrong(path, _("Xin chọn một trong các mục đã cho."))
                return None
            return value
        if kind == "personal_id":
            return self._identifier(
                path, lambda: identifiers.personal_id(raw, at=self.day, demo=self.demo).number
            )
        if kind == "phone":
            return self._identifier(path, lambda: identifiers.phone(raw, demo=self.demo).number)
        raise ValueError(f"unknown kind of field: {kind}")

    def _identifier(self, path: str, read: Callable[[], str]) -> str | None:
        try:
            return read()
        except identifiers.BadIdentifier as bad:
            self.wrong(path, bad.said(_))
            return None

    def _text(self, raw: Any, path: str, *, limit: int, multiline: bool = False) -> str | None:
        if not isinstance(raw, str):
            self.wrong(path, _("Mục này phải là chữ."))
            return None
        value = clean(raw, multiline=multiline)
        if len(value) > limit:
            self.wrong(
                path,
                _("Ghi không quá %(limit)s chữ cái, ở đây có %(length)s.")
                % {"limit": limit, "length": len(value)},
            )
            return None
        return value or None

    def _number(self, field: Mapping[str, Any], raw: Any, path: str) -> int | None:
        low, high = int(field.get("min", 0)), int(field.get("max", 10**15))
        value: int | None = None
        if isinstance(raw, int) and not isinstance(raw, bool):
            value = raw
        elif isinstance(raw, str) and len(raw) <= 40:
            typed = clean(raw)
            if _GROUPED.fullmatch(typed) and typed.isascii():
                value = int(re.sub(r"\D", "", typed))
        if value is None:
            self.wrong(path, _("Mục này phải là số nguyên, ví dụ 12."))
        elif not low <= value <= high:
            self.wrong(
                path,
                _("Số phải từ %(low)s đến %(high)s.") % {"low": _dots(low), "high": _dots(high)},
            )
            return None
        return value

    def _date(self, raw: Any, path: str, *, when: str) -> str | None:
        found = _read_day(raw)
        if found is None:
            self.wrong(path, _("Ngày không đúng: ghi ngày/tháng/năm, ví dụ 25/11/2026."))
        elif found < _OLDEST or found.year > self.day.year + 100:
            self.wrong(path, _("Xin kiểm tra lại năm của ngày này."))
        elif when == "past" and found > self.day:
            self.wrong(path, _("Ngày này chưa tới: xin kiểm tra lại năm."))
        elif when == "future" and found < self.day:
            self.wrong(path, _("Ngày này đã qua: xin chọn hôm nay hoặc ngày sau."))
        else:
            return found.isoformat()
        return None

    def _checkbox(self, field: Mapping[str, Any], raw: Any, path: str) -> bool:
        value = clean(raw).lower() if isinstance(raw, str) else raw
        if isinstance(value, bool | str | None) and value in _TRUE:
            return True
        if not isinstance(value, bool | str | None) or value not in _FALSE:
            self.wrong(path, _("Mục này chỉ nhận có hoặc không."))
        elif field.get("required"):
            self.wrong(path, _("Cần đánh dấu: “%(label)s”") % {"label": label(field)})
        return False

    def _group(self, field: Mapping[str, Any], raw: Any, path: str) -> list[Answers] | None:
        if isinstance(raw, Mapping) and all(str(key).isdecimal() for key in raw):
            raw = _rows(dict(raw))
        if raw is None or raw == "" or raw == {}:
            raw = []
        if not isinstance(raw, list):
            self.wrong(path, _("Mục này phải là một danh sách."))
            return None
        rows = [row for row in raw[: MOST_ROWS + 1] if not _empty(row)]
        low = max(int(field.get("min", 0)), 1 if field.get("required") else 0)
        high = min(int(field.get("max", MOST_ROWS)), MOST_ROWS)
        if not low <= len(rows) <= high:
            if self.draft or (not rows and not low):
                return [dict(row) for row in rows if isinstance(row, Mapping)][:high] or None
            self.wrong(
                path,
                _("“%(label)s”: cần từ %(low)s đến %(high)s dòng.")
                % {"label": label(field), "low": low, "high": high},
            )
            return None
        return [self._row(field, row, f"{path}.{n}") for n, row in enumerate(rows)] or None

    def _row(self, field: Mapping[str, Any], raw: Any, path: str) -> Answers:
        if not isinstance(raw, Mapping):
            self.wrong(path, _("Dòng này không đúng dạng."))
            return {}
        values: Answers = {}
        for inner in field["fields"]:
            value = self.one(inner, raw.get(inner["name"]), f"{path}.{inner['name']}")
            if value is not None:
                values[inner["name"]] = value
        return values

    def _person(self, field: Mapping[str, Any], raw: Any, path: str) -> Answers | None:
        parts, optional = list(field["parts"]), set(field.get("optional", ()))
        required = bool(field.get("required"))
        if raw is None or raw == "":
            raw = {}
        if not isinstance(raw, Mapping):
            self.wrong(path, _("Phần về người này không đúng dạng."))
            return None
        if not required and _empty(raw):
            return None
        values: Answers = {}
        for part in parts:
            value = self._part(part, raw.get(part), f"{path}.{part}", values)
            if value is not None:
                values[part] = value
            elif part not in optional and f"{path}.{part}" not in self.errors:
                self._missing_part(field, part, path, raw.get(part))
        return values or None

    def _missing_part(self, field: Mapping[str, Any], part: str, path: str, raw: Any) -> None:
        if any(name.startswith(f"{path}.{part}.") for name in self.errors):
            return
        where = f"{path}.{part}" + (".territory" if part == "address" else "")
        self.wrong(
            where,
            _("%(who)s: cần ghi “%(part)s”.") % {"who": label(field), "part": part_label(part)},
        )

    def _part(self, part: str, raw: Any, path: str, values: Answers) -> Any:
        if part == "address":
            return self._address(raw, path, required=False)
        if raw is None or raw == "":
            return None
        before = len(self.errors)
        value = self._person_value(part, raw, path, values)
        return _kept(raw) if self.draft and len(self.errors) > before else value

    def _person_value(self, part: str, raw: Any, path: str, values: Answers) -> Any:
        if not isinstance(raw, str):
            self.wrong(path, _("Mục này phải là chữ."))
            return None
        if part == "name":
            return self._name(raw, path)
        if part == "birth_date":
            return self._date(raw, path, when="past")
        if part == "sex":
            if clean(raw) in {"male", "female"}:
                return clean(raw)
            self.wrong(path, _("Xin chọn nam hoặc nữ."))
            return None
        if part == "phone":
            return self._identifier(path, lambda: identifiers.phone(raw, demo=self.demo).number)
        if part == "personal_id":
            born = _read_day(values.get("birth_date"))
            sex = values.get("sex")
            return self._identifier(
                path,
                lambda: (
                    identifiers.personal_id(
                        raw,
                        at=self.day,
                        sex=identifiers.Sex(sex) if sex in {"male", "female"} else None,
                        birth_date=born,
                        demo=self.demo,
                    ).number
                ),
            )
        return self._text(raw, path, limit=_TEXT_PARTS[part])

    def _name(self, raw: str, path: str, *, limit: int = 100) -> str | None:
        value = self._text(raw, path, limit=limit)
        if value and not _NAME.fullmatch(value):
            self.wrong(path, _("Họ tên chỉ gồm chữ cái, dấu cách, dấu chấm và gạch nối."))
            return None
        return value

    def _address(self, raw: Any, path: str, *, required: bool) -> Answers | None:
        if raw is None or raw == "":
            raw = {}
        if not isinstance(raw, Mapping):
            self.wrong(path, _("Địa chỉ không đúng dạng."))
            return None
        values: Answers = {}
        code = raw.get("territory")
        if code not in (None, ""):
            found = self._territory(code, raw.get("at"), path)
            if found:
                values.update(found)
        for part in ("elsewhere", "detail"):
            text = raw.get(part)
            if text not in (None, ""):
                value = self._text(text, f"{path}.{part}", limit=LONGEST_DETAIL)
                if value:
                    values[part] = value
        named = "territory" in values or "elsewhere" in values
        wrong = any(name.startswith(f"{path}.") for name in self.errors)
        if not named and not wrong and (required or values):
            self.wrong(f"{path}.territory", _("Xin chọn phường, xã."))
        return values or None

    def _territory(self, code: Any, at: Any, path: str) -> Answers | None:
        day = _read_day(at) if at not in (None, "") else self.day
        if day is None or day > self.day:
            self.wrong(f"{path}.at", _("Ngày của địa chỉ không đúng."))
            return None
        typed = clean(code) if isinstance(code, str) else ""
        if not re.fullmatch(r"\d{5}", typed, re.ASCII) or not self.knows_territory(typed, day):
            self.wrong(f"{path}.territory", _("Không có phường, xã này: xin chọn trong danh sách."))
            return None
        return {"territory": typed, "at": day.isoformat()}


def _read_day(raw: Any) -> date | None:
    """A day from ISO or from ngày/tháng/năm; None when it is none."""
    if not isinstance(raw, str) or len(raw) > 40:
        return None
    typed = clean(raw)
    try:
        if found := _DAY.fullmatch(typed):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(typed) if len(typed) == 10 and typed.isascii() else None
    except ValueError:
        return None


def _empty(raw: Any) -> bool:
    if isinstance(raw, Mapping):
        return all(_empty(value) for value in raw.values())
    return raw is None or raw is False or (isinstance(raw, str) and not clean(raw))


def _kept(raw: Any) -> Any:
    """What a draft keeps of an answer that is not right yet."""
    return raw[:3000] if isinstance(raw, str) else raw if isinstance(raw, int) else None


def _dots(number: int) -> str:
    return f"{number:,}".replace(",", ".")


# --- files ---------------------------------------------------------------------------------------


def attached(definition: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str, str]]:
    """(field, condition_vi, condition_en) of the fields that are files, in order."""
    fields = {field["name"]: field for field in definition["fields"]}
    for field in definition["fields"]:
        if field["kind"] == "file":
            found = field.get("show_if")
            deciding = fields.get(found["field"]) if found else None
            if found is None or deciding is None:
                yield field, "", ""
                continue
            said = [_choice_words(deciding, value) for value in found["in"]]
            vietnamese = ", ".join(one for one, _english in said)
            english = ", ".join(one for _vietnamese, one in said)
            yield (
                field,
                f"Khi “{deciding['label_vi']}”: {vietnamese}",
                f"When “{deciding.get('label_en') or deciding['label_vi']}”: {english}",
            )


def _choice_words(field: Mapping[str, Any], value: Any) -> tuple[str, str]:
    if isinstance(value, bool):
        return ("có", "yes") if value else ("không", "no")
    for option in field.get("options", ()):
        if option["value"] == value:
            return str(option["vi"]), str(option.get("en") or option["vi"])
    return str(value), str(value)


# --- words of a form ----------------------------------------------------------------------------


def label(thing: Mapping[str, Any], kind: str = "label") -> str:
    """`label_vi`, or the English one for an English reader."""
    english = (get_language() or "vi").startswith("en")
    return str((thing.get(f"{kind}_en") if english else "") or thing.get(f"{kind}_vi", ""))


def part_label(part: str) -> str:
    """What a part of a person is called."""
    return {
        "name": _("Họ và tên"),
        "birth_date": _("Ngày sinh"),
        "sex": _("Giới tính"),
        "personal_id": _("Số định danh cá nhân"),
        "ethnicity": _("Dân tộc"),
        "nationality": _("Quốc tịch"),
        "phone": _("Điện thoại"),
        "job": _("Nghề nghiệp"),
        "address": _("Nơi cư trú"),
    }[part]


def rows(
    *,
    definition: Mapping[str, Any],
    answers: Mapping[str, Any],
    territory_name: Callable[[str, str], str],
) -> Iterator[tuple[str, str, str]]:
    """(section, label, value as shown) of every answer, in the order of the form."""
    for section, field, value in _given(definition, answers):
        yield section, label(field), show(field, value, territory_name)


def _given(
    definition: Mapping[str, Any], answers: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any], Any]]:
    """(section, field, value) of every answer, in the order of the form."""
    sections = {section["name"]: label(section, "title") for section in definition["sections"]}
    for field in definition["fields"]:
        value = answers.get(field["name"])
        if value is None or value == "" or (value is False and not field.get("required")):
            continue
        yield sections[field["section"]], field, value


def printed_rows(
    *,
    definition: Mapping[str, Any],
    answers: Mapping[str, Any],
    territory_name: Callable[[str, str], str],
) -> Iterator[tuple[str, str, str]]:
    """`rows` as a paper prints them: a person is a part of its own with a row for each fact, the
    rows of a group stand on lines of their own.
    """
    for section, field, value in _given(definition, answers):
        if field["kind"] == "person" and isinstance(value, Mapping):
            for part in field["parts"]:
                if value.get(part):
                    yield (
                        label(field),
                        part_label(part),
                        _part_words(part, value[part], territory_name),
                    )
        elif field["kind"] == "group" and isinstance(value, list) and len(value) > 1:
            lines = [show(field, [row], territory_name) for row in value]
            numbered = (f"{n}. {line}" for n, line in enumerate(lines, 1))
            yield section, label(field), "\n".join(numbered)
        else:
            yield section, label(field), show(field, value, territory_name)


def _part_words(part: str, found: Any, territory_name: Callable[[str, str], str]) -> str:
    if part == "birth_date":
        return _day_words(found)
    if part == "sex":
        return _("Nam") if found == "male" else _("Nữ")
    if part == "phone":
        return identifiers.national_phone(str(found))
    if part == "address" and isinstance(found, Mapping):
        return _address_words(found, territory_name)
    return str(found)


def show(field: Mapping[str, Any], value: Any, territory_name: Callable[[str, str], str]) -> str:
    """A clean value in words."""
    kind = field["kind"]
    if kind == "checkbox":
        return _("Có") if value is True else _("Không")
    if kind == "choice":
        return _option(field, value)
    if kind == "date":
        return _day_words(value)
    if kind == "number" and isinstance(value, int):
        return _dots(value)
    if kind == "phone":
        return identifiers.national_phone(str(value))
    if kind == "address" and isinstance(value, Mapping):
        return _address_words(value, territory_name)
    if kind == "person" and isinstance(value, Mapping):
        return _person_words(field["parts"], value, territory_name)
    if kind == "group" and isinstance(value, list):
        return "; ".join(
            ", ".join(
                show(inner, row[inner["name"]], territory_name)
                for inner in field["fields"]
                if row.get(inner["name"]) not in (None, "")
            )
            for row in value
            if isinstance(row, Mapping)
        )
    return str(value)


def _option(field: Mapping[str, Any], value: Any) -> str:
    english = (get_language() or "vi").startswith("en")
    for option in field["options"]:
        if option["value"] == value:
            return str(option.get("en" if english else "vi") or option["vi"])
    return str(value)


def _day_words(value: Any) -> str:
    day = _read_day(value)
    return f"{day:%d/%m/%Y}" if day else str(value)


def _address_words(value: Mapping[str, Any], territory_name: Callable[[str, str], str]) -> str:
    code = str(value.get("territory", ""))
    named = territory_name(code, str(value.get("at", ""))) if code else ""
    return ", ".join(
        str(part) for part in (value.get("detail"), named or code, value.get("elsewhere")) if part
    )


def _person_words(
    parts: Sequence[str], value: Mapping[str, Any], territory_name: Callable[[str, str], str]
) -> str:
    words: list[str] = []
    for part in parts:  # a kept object has lost the order in which it was told
        found = value.get(part)
        if not found:
            continue
        if part == "name":
            words.append(str(found))
        elif part == "birth_date":
            words.append(_("sinh %(day)s") % {"day": _day_words(found)})
        elif part == "sex":
            words.append(_("nam") if found == "male" else _("nữ"))
        elif part == "address" and isinstance(found, Mapping):
            words.append(_address_words(found, territory_name))
        else:
            words.append(f"{part_label(part).lower()} {_part_words(part, found, territory_name)}")
    return ", ".join(words)
