"""A procedure as one file: everything a version is, by codes and words, no ids of a database. Pure.

The same shape is the content of a draft, what two versions are compared by, and what is exported
and imported. `canonical` gives the same bytes for the same content, whatever database it came
from: UTF-8, NFC, keys sorted, no fractions. Number and period of a version are not part of it: they
belong to the catalogue it stands in.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Annotated, Any, Final, Literal

import msgspec
from django.utils.translation import gettext as _
from msgspec import Meta

from haicap.kernel.errors import Refusal

SCHEMA: Final = "haicap.procedure/1"
CODE: Final = re.compile(r"\d\.\d{6}|noi-bo-[a-z0-9-]{3,60}", re.ASCII)
LARGEST: Final = 2 * 1024 * 1024
DEEPEST: Final = 12

Line = Annotated[str, Meta(max_length=2000)]
Words = Annotated[str, Meta(max_length=20_000)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Many = Meta(max_length=500)
Free = dict[str, Any]


class BadFile(Refusal):
    """The bytes are not the file of a procedure."""

    status = 422


class _Part(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    pass


class FieldPart(_Part):
    """The trade (lĩnh vực), by its code; the words are for where it is not known yet."""

    code: Line = ""
    name_vi: Line = ""
    name_en: Line = ""
    specialty: Line = ""


class PaperPart(_Part):
    """A paper asked for; see models.PaperRule. Its place in the list is its position."""

    slot: Line = ""
    name_vi: Line = ""
    name_en: Line = ""
    kind: Line = "paper"
    required: bool = False
    condition_vi: Line = ""
    condition_en: Line = ""
    originals: Count = 0
    copies: Count = 0
    replaced_by: Line = ""
    mark: Line = ""
    basis: Line = ""


class StepPart(_Part):
    """A desk of the route; see models.RouteStep."""

    step: Line = ""
    name_vi: Line = ""
    name_en: Line = ""
    duty: Line = ""
    place: Line = ""
    minutes: Count = 0
    mark: Line = ""
    basis: Line = ""


class LimitPart(_Part):
    """The time limit; see models.DeadlineRule."""

    amount: Count = 0
    time_unit: Line = ""
    policy: Line = "END_OF_DAY"
    supplement_policy: Line = "RESUME"
    supplement_reply_days: Count = 10
    supplement_max: Count = 1
    note_vi: Line = ""
    note_en: Line = ""
    mark: Line = ""
    basis: Line = ""


class FeePart(_Part):
    """The fee scheme; see catalogue.fees."""

    scheme: Free = msgspec.field(default_factory=dict)
    collect_at: Line = "return"
    mark: Line = ""
    basis: Line = ""


class ProcedureFile(_Part):
    """The whole of a version. `form` is None where the general form serves, `route` empty where the
    general route does; `source` is what the national database stated.
    """

    schema: Literal["haicap.procedure/1"] = "haicap.procedure/1"
    code: Line = ""
    name: Line = ""
    short_name: Line = ""
    name_en: Line = ""
    purpose_vi: Words = ""
    purpose_en: Words = ""
    field: FieldPart = msgspec.field(default_factory=FieldPart)
    levels: Annotated[list[Line], Many] = []
    authority: Line = "commune"
    authority_agency_code: Line = ""
    ministry: Line = ""
    decision: Line = ""
    online_level: Line = "counter"
    identity_level: Count = 1
    channels: Annotated[list[Line], Many] = []
    status_owner: Line = "haicap"
    results: Annotated[list[Line], Many] = []
    result_template: Free | None = None
    legal_basis: Annotated[list[Line], Many] = []
    subjects: Annotated[list[Line], Many] = []
    search_words: Annotated[list[Line], Many] = []
    confidence: Free = msgspec.field(default_factory=dict)
    source: Free = msgspec.field(default_factory=dict)
    papers: Annotated[list[PaperPart], Many] = []
    route: Annotated[list[StepPart], Many] = []
    deadline: LimitPart | None = None
    fee: FeePart | None = None
    form: Free | None = None


def canonical(file: ProcedureFile) -> bytes:
    """The bytes of the file, the same for the same content."""
    text = json.dumps(content(file), ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n".encode()


def content(file: ProcedureFile) -> dict[str, Any]:
    """The file as plain values, to be kept in a row."""
    found: dict[str, Any] = msgspec.to_builtins(file)
    return found


def of_content(found: dict[str, Any]) -> ProcedureFile:
    """The file of values kept before."""
    return msgspec.convert(found, ProcedureFile)


def read(raw: bytes) -> ProcedureFile:
    """The file of these bytes. BadFile says in a sentence what is wrong, and where."""
    if len(raw) > LARGEST:
        raise BadFile(_("Tệp quá lớn: một thủ tục không quá 2 MB."))
    try:
        plain = json.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise BadFile(_("Tệp không phải JSON đúng dạng (UTF-8).")) from None
    if not isinstance(plain, dict) or not str(plain.get("schema", "")).startswith(
        "haicap.procedure/"
    ):
        raise BadFile(_("Đây không phải tệp thủ tục của HaiCap (thiếu “schema”)."))
    if plain["schema"] != SCHEMA:
        raise BadFile(
            _("Tệp theo phiên bản “%(schema)s”; ở đây chỉ đọc được “%(ours)s”.")
            % {"schema": str(plain["schema"])[:60], "ours": SCHEMA}
        )
    tidy = _tidied(plain, "", DEEPEST)
    try:
        file = msgspec.convert(tidy, ProcedureFile)
    except msgspec.ValidationError as wrong:
        raise BadFile(_wrong_place(str(wrong))) from None
    if not CODE.fullmatch(file.code):
        raise BadFile(_("Mã thủ tục trong tệp không đúng dạng, ví dụ đúng: 1.001193."))
    return file


def _wrong_place(told: str) -> str:
    place = told.rpartition(" - at `$")[2].rstrip("`").lstrip(".") if " - at `$" in told else ""
    if "unknown field" in told:
        name = told.partition("unknown field `")[2].partition("`")[0]
        where = ".".join(part for part in (place, name) if part)
        return _("Tệp có mục không biết: “%(place)s”.") % {"place": where[:100]}
    return _("Tệp sai ở mục “%(place)s”: giá trị không đúng dạng hoặc quá dài.") % {
        "place": place[:100] or "?"
    }


def _tidied(value: Any, place: str, left: int) -> Any:
    """The value with composed letters; BadFile for what a file may not hold."""
    if left == 0:
        raise BadFile(_("Tệp lồng quá nhiều lớp ở “%(place)s”.") % {"place": place[:100]})
    if isinstance(value, str):
        return _text(value, place)
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > 10**15):
        raise BadFile(_("Số ở “%(place)s” phải là số nguyên vừa phải.") % {"place": place[:100]})
    if isinstance(value, list):
        return [_tidied(inner, f"{place}[{n}]", left - 1) for n, inner in enumerate(value)]
    if isinstance(value, dict):
        return {
            _text(name, place): _tidied(inner, f"{place}.{name}".lstrip("."), left - 1)
            for name, inner in value.items()
        }
    return value


def _text(value: str, place: str) -> str:
    text = unicodedata.normalize("NFC", value)
    if any(
        unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t" for letter in text
    ):
        raise BadFile(_("Mục “%(place)s” có ký tự không dùng được.") % {"place": place[:100]})
    return text
