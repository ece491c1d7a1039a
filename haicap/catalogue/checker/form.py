"""The electronic form: all its check and its pages rely on, and conditions that can be met."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from haicap.catalogue.checker.findings import Finding, Said
from haicap.catalogue.checker.rules import MARKS, SHORTEST_BASIS
from haicap.catalogue.editing.laying import all_maps, maps
from haicap.catalogue.editing.tables import KINDS
from haicap.catalogue.procedure_file import ProcedureFile

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
PARTS: Final = frozenset(
    {
        *("name", "birth_date", "sex", "personal_id", "ethnicity", "nationality", "phone"),
        *("job", "address"),
    }
)
_KINDS: Final = frozenset(kind for kind, _words in KINDS)
_TEXTS: Final = ("hint_vi", "hint_en", "label_en")
MOST_FIELDS: Final = 400
Field = dict[str, Any]


def check_form(file: ProcedureFile) -> list[Finding]:
    """Findings about the form; none where the general one serves."""
    said, form = Said("form"), file.form
    if form is None:
        return []
    if str(form.get("mark")) not in MARKS:
        said.wrong("mark", _("Biểu mẫu: chưa ghi mức chắc chắn."))
    if len(str(form.get("basis") or "").strip()) < SHORTEST_BASIS:
        said.wrong("basis", _("Biểu mẫu: chưa ghi căn cứ."))
    sections, fields = form.get("sections"), form.get("fields")
    if not all_maps(sections or []) or not all_maps(fields or []):
        said.wrong("", _("Biểu mẫu không đúng dạng."))
        return said.found
    if not fields:
        said.wrong("", _("Biểu mẫu chưa có mục nào."))
    _sections(said, maps(sections))
    _Fields(said, maps(sections), maps(fields)).all()
    _place(said, form, maps(fields))
    _mentions(said, file, maps(fields))
    _slots(said, file, maps(fields))
    return said.found


def _sections(said: Said, sections: list[Field]) -> None:
    if not sections:
        said.wrong("", _("Biểu mẫu chưa chia phần nào."))
    seen: set[str] = set()
    for n, section in enumerate(sections):
        name = str(section.get("name") or "")
        if not NAME.fullmatch(name) or name in seen:
            words = _("Phần thứ %(n)s: mã phải khác nhau, chữ thường không dấu.")
            said.wrong(f"sections.{n}.name", words % {"n": n + 1})
        if not isinstance(section.get("title_vi"), str) or not section["title_vi"].strip():
            words = _("Phần thứ %(n)s chưa có tên.")
            said.wrong(f"sections.{n}.title_vi", words % {"n": n + 1})
        seen.add(name)


class _Fields:
    """All fields in the order of the editor's rows: those of a group come behind it."""

    def __init__(self, said: Said, sections: list[Field], fields: list[Field]) -> None:
        self.said, self.fields = said, fields
        self.sections = {str(section.get("name")) for section in sections}
        self.seen: dict[str, Field] = {}
        self.later = {str(field.get("name")): field for field in fields}
        self.n = 0

    def all(self) -> None:
        for field in self.fields:
            self.one(field, within=None)
            self.condition(field)
            self.seen[str(field.get("name"))] = field
            self.n += 1
            if field.get("kind") == "group":
                self.group(field)
        if self.n > MOST_FIELDS:
            self.said.wrong("", _("Biểu mẫu không quá %(most)s mục.") % {"most": MOST_FIELDS})

    def wrong(self, cell: str, sentence: str, field: Field) -> None:
        which = str(field.get("label_vi") or "").strip() or str(field.get("name") or self.n + 1)
        words = _("Mục “%(which)s”: %(what)s")
        self.said.wrong(f"fields.{self.n}.{cell}", words % {"which": which[:80], "what": sentence})

    def one(self, field: Field, *, within: Field | None) -> None:
        name, kind = str(field.get("name") or ""), field.get("kind")
        if not NAME.fullmatch(name):
            self.wrong("name", _("mã mục gồm chữ thường không dấu, số, gạch dưới."), field)
        elif within is None and name in self.seen:
            self.wrong("name", _("mã mục này có hai lần."), field)
        if not isinstance(field.get("label_vi"), str) or not field["label_vi"].strip():
            self.wrong("label_vi", _("chưa có câu hỏi."), field)
        if any(not isinstance(field.get(text, ""), str) for text in _TEXTS):
            self.wrong("label_en", _("chữ không đúng dạng."), field)
        if kind not in _KINDS or (within is not None and kind in {"group", "file"}):
            self.wrong("kind", _("loại này không dùng được ở đây."), field)
            return
        if within is None and str(field.get("section")) not in self.sections:
            self.wrong("section", _("không có phần mang mã này."), field)
        self.of_kind(field, str(kind))

    def of_kind(self, field: Field, kind: str) -> None:
        """What a kind needs."""
        for name in ("min", "max"):
            value = field.get(name, 0)
            if isinstance(value, bool) or not isinstance(value, int):
                self.wrong(name, _("phải là số."), field)
                return
        if "min" in field and "max" in field and field["min"] > field["max"]:
            self.wrong("min", _("số ít nhất lớn hơn số nhiều nhất."), field)
        if field.get("max", 1) == 0 and kind in {"text", "textarea", "group"}:
            self.wrong("max", _("nhiều nhất là 0 thì không ghi được gì."), field)
        if not isinstance(field.get("default", ""), str | int):
            self.wrong("default", _("phần điền sẵn không đúng dạng."), field)
        if kind == "choice":
            self.choice(field)
        if kind == "date" and field.get("when", "past") not in {"past", "future", "any"}:
            self.wrong("when", _("chưa chọn ngày đã qua hay chưa tới."), field)
        if kind == "person":
            self.person(field)

    def choice(self, field: Field) -> None:
        options = maps(field.get("options"))
        values = [option.get("value") for option in options]
        whole = all(
            isinstance(option.get(name), str) and option[name].strip()
            for option in options
            for name in ("value", "vi")
        )
        if not options or not whole or not all_maps(field["options"]):
            self.wrong("options", _("chưa có lựa chọn nào, hoặc có dòng trống."), field)
        elif len(set(values)) != len(values):
            self.wrong("options", _("hai lựa chọn mang cùng một mã."), field)
        elif field.get("default") and field["default"] not in values:
            self.wrong("default", _("phần điền sẵn không nằm trong các lựa chọn."), field)

    def person(self, field: Field) -> None:
        parts, optional = field.get("parts"), field.get("optional", [])
        if not isinstance(parts, list) or not parts or not set(map(str, parts)) <= PARTS:
            self.wrong("parts", _("chưa chọn hỏi những gì về người này."), field)
        elif not isinstance(optional, list) or not set(map(str, optional)) <= set(parts):
            self.wrong("optional", _("phần không bắt buộc phải nằm trong phần được hỏi."), field)

    def group(self, field: Field) -> None:
        inner = maps(field.get("fields"))
        if not inner:
            self.n -= 1
            self.wrong("kind", _("nhóm lặp lại chưa có mục nào bên trong."), field)
            self.n += 1
        names = [str(one.get("name")) for one in inner]
        for one in inner:
            self.one(one, within=field)
            if names.count(str(one.get("name"))) > 1:
                self.wrong("name", _("mã mục này có hai lần."), one)
            if one.get("show_if"):
                self.wrong("show_if_field", _("trong nhóm lặp lại không đặt điều kiện."), one)
            self.n += 1

    def condition(self, field: Field) -> None:
        """A condition names an earlier field and a value it can have; none goes round."""
        found = field.get("show_if")
        if not found:
            return
        if not isinstance(found, Mapping) or not isinstance(found.get("in"), list):
            self.wrong("show_if_field", _("điều kiện không đúng dạng."), field)
            return
        name = str(found.get("field") or "")
        if name not in self.later:
            words = _("điều kiện nhắc tới mục “%(name)s” không có trong biểu mẫu.")
            self.wrong("show_if_field", words % {"name": name[:40]}, field)
        elif self.goes_round(field):
            self.wrong("show_if_field", _("các điều kiện vòng quanh: không bao giờ hỏi."), field)
        elif name not in self.seen:
            words = _("điều kiện nhắc tới mục “%(name)s” đứng sau nó.")
            self.wrong("show_if_field", words % {"name": name[:40]}, field)
        elif not self.possible(self.later[name], found["in"]):
            words = _("mục “%(name)s” không bao giờ có giá trị này.")
            self.wrong("show_if_in", words % {"name": name[:40]}, field)

    def goes_round(self, field: Field) -> bool:
        start = here = str(field.get("name"))
        for _turn in range(len(self.later) + 1):
            condition = self.later.get(here, {}).get("show_if")
            if not isinstance(condition, Mapping):
                return False
            here = str(condition.get("field"))
            if here == start:
                return True
        return True

    def possible(self, field: Field, values: list[Any]) -> bool:
        if not values:
            return False
        if field.get("kind") == "choice":
            have = {option.get("value") for option in maps(field.get("options"))}
            return all(value in have for value in values)
        if field.get("kind") == "checkbox":
            return all(isinstance(value, bool) for value in values)
        return field.get("kind") not in {"person", "address", "group", "file"}


def _place(said: Said, form: Field, fields: list[Field]) -> None:
    place = form.get("place")
    if not isinstance(place, Mapping) or place.get("rule") not in {"field", "chosen"}:
        said.wrong("place", _("Chưa rõ nơi giải quyết theo mục nào."))
    elif place["rule"] == "field":
        field = next((one for one in fields if one.get("name") == place.get("field")), None)
        if field is None or field.get("kind") != "address":
            words = _("Nơi giải quyết theo mục “%(name)s”: không có mục địa chỉ nào như vậy.")
            said.wrong("place", words % {"name": str(place.get("field") or "")[:40]})


def _slots(said: Said, file: ProcedureFile, fields: list[Field]) -> None:
    """A file of the form is a paper too: the two share their slots."""
    slots = {paper.slot for paper in file.papers}
    for field in fields:
        if field.get("kind") == "file" and field.get("name") in slots:
            words = _("Tệp “%(name)s” trùng mã ngăn với một giấy tờ trong thành phần hồ sơ.")
            said.wrong("fields", words % {"name": str(field["name"])})


def _mentions(said: Said, file: ProcedureFile, fields: list[Field]) -> None:
    """Names of fields in the summary line and in the template of the result."""
    names = {str(field.get("name")) for field in fields}
    subject = (file.form or {}).get("subject", "")
    if not isinstance(subject, str) or not subject.strip():
        said.doubt("subject", _("Chưa có dòng trích yếu của hồ sơ."))
    else:
        for found in re.findall(r"\{([a-z0-9_.]+)\}", subject):
            if found.partition(".")[0] not in names:
                words = _("Dòng trích yếu nhắc tới mục “%(name)s” không có trong biểu mẫu.")
                said.wrong("subject", words % {"name": found})
    printed = (file.result_template or {}).get("print", [])
    for name in printed if isinstance(printed, list) else []:
        if str(name).partition(".")[0] not in names:
            words = _("Mẫu kết quả in mục “%(name)s” không có trong biểu mẫu.") % {"name": name}
            said.found.append(Finding(True, "texts", "template_print", words))
    if len([field for field in fields if not field.get("label_en")]) > 0:
        said.doubt("", _("Có mục chưa có câu hỏi tiếng Anh."))
