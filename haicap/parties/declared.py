"""Who somebody says they are: read field by field, with a sentence at each field that is wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, NotRequired, TypedDict, TypeVar

from django.utils.translation import gettext as _

from haicap.kernel import identifiers
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing
from haicap.kernel.identifiers import BadIdentifier, Sex
from haicap.kernel.vietnamese import clean, fold_accents
from haicap.parties.models import IdentifierKind, PartyKind
from haicap.units import public as units

NAME_LONGEST: Final = 120
DETAIL_LONGEST: Final = 300
_LINE_LONGEST: Final = 300
EARLIEST_YEAR: Final = 1900

T = TypeVar("T")


class DeclaredAddress(TypedDict):
    """A territory as it was called on `at`, and the detail below it. Old names are welcome."""

    territory_code: str
    at: date
    detail: str
    territory_name: NotRequired[str]


@dataclass(frozen=True, slots=True)
class Declared:
    """A person or organisation as declared. `warnings`: taken, but somebody should look."""

    kind: str
    name: str
    birth_date: date | None = None
    sex: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict)
    phone: str = ""
    email: str = ""
    address: DeclaredAddress | None = None
    nationality: str = "VN"
    warnings: tuple[str, ...] = ()


def check_declared(raw: Mapping[str, Any], *, at: datetime, demo: bool) -> Declared:
    """Read what was typed. Invalid with every wrong field at once, e.g. "identifiers.personal_id".

    `demo` lets made-up numbers pass (ids 000…, phones 0100…). Fields we do not know are left out.
    """
    reader = _Reader(raw, day=day_of(at), demo=demo)
    declared = reader.read()
    if reader.faults:
        raise Invalid(reader.faults)
    return declared


def snapshot_of(declared: Declared) -> dict[str, Any]:
    """What was declared, as plain values for the dossier: it stays as it was said that day."""
    address = declared.address
    return {
        "kind": str(declared.kind),
        "name": declared.name,
        "birth_date": declared.birth_date.isoformat() if declared.birth_date else None,
        "sex": declared.sex,
        "identifiers": dict(declared.identifiers),
        "phone": declared.phone,
        "email": declared.email,
        "nationality": declared.nationality,
        "address": {**address, "at": address["at"].isoformat()} if address else None,
    }


# --- fields -------------------------------------------------------------------------------------

_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_SPOKEN: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_SEXES: Final = {
    "male": Sex.MALE, "nam": Sex.MALE, "m": Sex.MALE,
    "female": Sex.FEMALE, "nu": Sex.FEMALE, "f": Sex.FEMALE,
}  # fmt: skip
_PERSON_MARKS: Final = frozenset(" .,'’‘ʼ`-·")
_ORGANISATION_MARKS: Final = _PERSON_MARKS | frozenset('–&/()"“”+:!?%№')
_NOT_IN_ADDRESS: Final = frozenset("<>{}\\|^~`")
_FOR: Final = {
    PartyKind.PERSON: (
        IdentifierKind.PERSONAL_ID,
        IdentifierKind.OLD_ID,
        IdentifierKind.PASSPORT,
        IdentifierKind.TAX_CODE,
    ),
    PartyKind.ORGANISATION: (IdentifierKind.TAX_CODE,),
}


class _Wrong(Exception):
    """A field cannot be taken; the sentence says why. Never leaves this file."""


def _line(value: Any, *, longest: int, required: bool = False) -> str:
    """One line of text, cleaned and composed."""
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise _Wrong(_("Mục này phải là chữ."))
    if len(value) > 4 * longest:
        raise _Wrong(_("Dài quá %(most)s ký tự.") % {"most": longest})
    for char in value:
        hidden = unicodedata.category(char) in {"Cc", "Cs", "Co"} and char not in "\t\r\n"
        if hidden or char == "\ufffd":
            raise _Wrong(_("Có ký tự không đọc được, hãy gõ lại mục này."))
    text = clean(value)
    if required and not text:
        raise _Wrong(_("Cần có thông tin này."))
    if len(text) > longest:
        raise _Wrong(_("Dài quá %(most)s ký tự.") % {"most": longest})
    return text


def _name(value: Any, *, kind: str) -> str:
    name = _line(value, longest=NAME_LONGEST, required=True)
    person = kind == PartyKind.PERSON
    marks = _PERSON_MARKS if person else _ORGANISATION_MARKS
    letters = "LM" if person else "LMN"
    for char in name:
        if char not in marks and unicodedata.category(char)[0] not in letters:
            raise _Wrong(_("Tên không có ký tự “%(char)s”.") % {"char": char})
    if not any(unicodedata.category(char)[0] in "LN" for char in name):
        raise _Wrong(_("Tên phải có chữ."))
    return name


def _date(value: Any) -> date | None:
    if isinstance(value, datetime):
        raise _Wrong(_("Mục này phải là một ngày."))
    if isinstance(value, date):
        return value
    text = _line(value, longest=40)
    if not text:
        return None
    iso, spoken = _ISO.fullmatch(text), _SPOKEN.fullmatch(text)
    if iso is None and spoken is None:
        raise _Wrong(_("Hãy viết ngày như 20/11/1990."))
    year, month, day = iso.groups() if iso else spoken.groups()[::-1]  # type: ignore[union-attr]
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise _Wrong(_("Không có ngày này trong lịch.")) from error


def _past(value: Any, *, day: date) -> date | None:
    found = _date(value)
    if found is not None and found > day:
        raise _Wrong(_("Ngày này chưa tới."))
    if found is not None and found.year < EARLIEST_YEAR:
        raise _Wrong(_("Năm phải từ %(year)s trở đi.") % {"year": EARLIEST_YEAR})
    return found


def _sex(value: Any) -> str:
    text = _line(value, longest=20)
    if not text:
        return ""
    found = _SEXES.get(fold_accents(text))
    if found is None:
        raise _Wrong(_("Giới tính là nam hoặc nữ."))
    return found.value


def _country(value: Any) -> str:
    text = _line(value, longest=20).upper() or "VN"
    if not _COUNTRY.fullmatch(text):
        raise _Wrong(_("Quốc tịch ghi bằng mã hai chữ cái, như VN."))
    return text


class _Reader:
    """Reads all fields and keeps what is wrong, by field."""

    def __init__(self, raw: Mapping[str, Any], *, day: date, demo: bool) -> None:
        self.raw, self.day, self.demo = raw, day, demo
        self.faults: dict[str, str] = {}
        self.warnings: list[str] = []

    def read(self) -> Declared:
        kind = self.told("kind", self._kind, PartyKind.PERSON.value)
        person = kind == PartyKind.PERSON
        sex = self.told("sex", lambda: _sex(self.raw.get("sex")), "") if person else ""
        born = self.told("birth_date", lambda: self._born(person), None)
        nationality = self.told("nationality", lambda: _country(self.raw.get("nationality")), "VN")
        return Declared(
            kind=kind,
            name=self.told("name", lambda: _name(self.raw.get("name"), kind=kind), ""),
            birth_date=born,
            sex=sex,
            identifiers=self._identifiers(kind, sex=sex, born=born),
            phone=self.told("phone", lambda: self._phone(nationality), ""),
            email=self.told("email", self._email, ""),
            address=self._address(),
            nationality=nationality,
            warnings=tuple(self.warnings),
        )

    def told(self, name: str, read: Callable[[], T], otherwise: T) -> T:
        """What `read` gives, or `otherwise` with its sentence kept for the field."""
        try:
            return read()
        except BadIdentifier as bad:
            self.faults[name] = bad.said(_)
        except _Wrong as wrong:
            self.faults[name] = str(wrong)
        return otherwise

    def _kind(self) -> str:
        kind = _line(self.raw.get("kind"), longest=20) or PartyKind.PERSON.value
        if kind not in PartyKind.values:
            raise _Wrong(_("Phải là cá nhân (person) hoặc tổ chức (organisation)."))
        return kind

    def _born(self, person: bool) -> date | None:
        born = _past(self.raw.get("birth_date"), day=self.day)
        if born is not None and not person:
            raise _Wrong(_("Tổ chức không có ngày sinh."))
        return born

    def _phone(self, nationality: str) -> str:
        text = _line(self.raw.get("phone"), longest=40)
        if not text:
            return ""
        found = identifiers.phone(text, foreigner=nationality != "VN", demo=self.demo)
        self.warnings += found.warnings
        return found.number

    def _email(self) -> str:
        text = _line(self.raw.get("email"), longest=_LINE_LONGEST)
        return identifiers.email(text) if text else ""

    # --- numbers ---

    def _identifiers(self, kind: str, *, sex: str, born: date | None) -> dict[str, str]:
        given = self.raw.get("identifiers") or {}
        if not isinstance(given, Mapping):
            self.faults["identifiers"] = _("Mục này phải gồm tên giấy tờ và số.")
            return {}
        found: dict[str, str] = {}
        for key, value in given.items():
            if key not in _FOR[PartyKind(kind)]:
                self.faults["identifiers"] = _("Không dùng loại giấy tờ này cho người nộp ấy.")
                continue
            name = f"identifiers.{key}"
            text = self.told(name, lambda value=value: _line(value, longest=60), "")  # type: ignore[misc]
            if text:
                number = self.told(
                    name,
                    lambda key=key, text=text: self._number(key, text, sex=sex, born=born),  # type: ignore[misc]
                    "",
                )
                if number:
                    found[key] = number
        return self._one_number(kind, found)

    def _number(self, kind: str, text: str, *, sex: str, born: date | None) -> str:
        if kind == IdentifierKind.PERSONAL_ID:
            person = identifiers.personal_id(
                text,
                at=self.day,
                sex=Sex(sex) if sex else None,
                birth_date=born,
                demo=self.demo,
            )
            self.warnings += person.warnings
            return person.number
        if kind == IdentifierKind.OLD_ID:
            old = identifiers.old_identity_number(text)
            self.warnings += old.warnings
            return old.number
        if kind == IdentifierKind.PASSPORT:
            return identifiers.passport_number(text)
        tax = identifiers.tax_code(text, at=self.day, demo=self.demo)
        self.warnings += tax.warnings
        return tax.number

    def _one_number(self, kind: str, found: dict[str, str]) -> dict[str, str]:
        """A person's twelve-digit tax code is the personal number, kept once."""
        tax, personal = found.get(IdentifierKind.TAX_CODE), found.get(IdentifierKind.PERSONAL_ID)
        if kind != PartyKind.PERSON or tax is None or len(tax) != 12:
            return found
        if personal is not None and personal != tax:
            self.faults["identifiers.tax_code"] = _(
                "Mã số thuế 12 số của cá nhân phải trùng với số định danh."
            )
        found[IdentifierKind.PERSONAL_ID] = found.pop(IdentifierKind.TAX_CODE)
        return found

    # --- address ---

    def _address(self) -> DeclaredAddress | None:
        given = self.raw.get("address")
        if not given:
            return None
        if not isinstance(given, Mapping):
            self.faults["address"] = _("Địa chỉ phải gồm phường, xã và số nhà, đường.")
            return None
        detail = self.told("address.detail", lambda: _detail(given.get("detail")), "")
        code = self.told(
            "address.territory_code", lambda: _line(given.get("territory_code"), longest=20), ""
        )
        place = self.told(
            "address.territory", lambda: _line(given.get("territory"), longest=200), ""
        )
        stated = self.told("address.at", lambda: _past(given.get("at"), day=self.day), None)
        if any(name.startswith("address.") for name in self.faults):
            return None
        if not code and not place:
            if detail:
                self.faults["address.territory_code"] = _("Cần chọn phường, xã.")
            return None
        if code:
            return self.told(
                "address.territory_code",
                lambda: _by_code(code, at=stated or self.day, detail=detail),
                None,
            )
        return self.told(
            "address.territory",
            lambda: _by_name(place, stated=stated, day=self.day, detail=detail),
            None,
        )


def _detail(value: Any) -> str:
    detail = _line(value, longest=DETAIL_LONGEST)
    for char in detail:
        if char in _NOT_IN_ADDRESS:
            raise _Wrong(_("Địa chỉ không có ký tự “%(char)s”.") % {"char": char})
    return detail


def _by_code(code: str, *, at: date, detail: str) -> DeclaredAddress:
    try:
        found = units.territory(code, day=at)
    except Missing as missing:
        raise _Wrong(str(missing)) from missing
    return {
        "territory_code": found.code,
        "territory_name": found.full_name,
        "at": at,
        "detail": detail,
    }


def _by_name(place: str, *, stated: date | None, day: date, detail: str) -> DeclaredAddress:
    """A name, old or new. One that several territories bear is asked about, never guessed."""
    candidates = units.resolve_place(place, day=stated, at_day=day)
    typed = {(c.typed.id, c.typed.valid_from): c.typed for c in candidates}
    if not typed:
        raise _Wrong(_("Không tìm thấy phường, xã tên này."))
    if len(typed) > 1:
        names = ", ".join(sorted({f"{t.full_name} ({t.code})" for t in typed.values()})[:5])
        raise _Wrong(
            _("Có nhiều nơi tên này: %(names)s. Hãy ghi kèm quận, huyện hoặc mã.")
            % {"names": names}
        )
    (found,) = typed.values()
    at = stated or day
    if found.valid_to is not None and found.valid_to <= at:
        at = found.valid_to - timedelta(days=1)
    return {
        "territory_code": found.code,
        "territory_name": found.full_name,
        "at": at,
        "detail": detail,
    }
