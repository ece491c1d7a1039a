"""Numbers and codes people and offices carry: read, checked, written one way.

Each reader takes what somebody typed or scanned and gives a small frozen value, or raises
BadIdentifier, whose str() says in one Vietnamese sentence what to mend. `warnings` are sentences
too: the value may be taken, but somebody should look. Made-up values (ids 000…, phones 0100…, tax
codes 0000…) pass only with `demo=True`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from haicap.kernel.errors import Refusal
from haicap.kernel.vietnamese import clean, fold_accents


def gettext_noop(sentence: str) -> str:
    """Marks a sentence for the collector of texts; it is translated where it is told."""
    return sentence


class BadIdentifier(Refusal):
    """A number or code that cannot be right; the sentence names what is wrong with it.

    `str()` is Vietnamese. `said` tells it in another language: this module knows no translations.
    """

    status = 422

    def __init__(self, sentence: str, **values: object) -> None:
        self.sentence, self.values = sentence, values
        super().__init__(sentence % values if values else sentence)

    def said(self, translate: Callable[[str], str]) -> str:
        """The sentence as `translate` has it."""
        told = translate(self.sentence)
        return told % self.values if self.values else told


class Sex(StrEnum):
    """As the identity card states it."""

    MALE = "male"
    FEMALE = "female"


_LONGEST: Final = 64
_FILL: Final = re.compile(r"[\s.\-‐-―()]+")


def _compact(text: str) -> str:
    """What was typed, without blanks, dots, dashes, brackets; nothing when it is far too long."""
    if len(text) > _LONGEST:
        return ""
    return _FILL.sub("", clean(unicodedata.normalize("NFKC", text)))


def _all_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


# --- persons ------------------------------------------------------------------------------------

# Thông tư 59/2021/TT-BCA, Điều 4: the 63 provinces before 1 July 2025; numbers given keep them.
PROVINCES: Final = {
    "001": "Hà Nội", "002": "Hà Giang", "004": "Cao Bằng", "006": "Bắc Kạn", "008": "Tuyên Quang",
    "010": "Lào Cai", "011": "Điện Biên", "012": "Lai Châu", "014": "Sơn La", "015": "Yên Bái",
    "017": "Hòa Bình", "019": "Thái Nguyên", "020": "Lạng Sơn", "022": "Quảng Ninh",
    "024": "Bắc Giang", "025": "Phú Thọ", "026": "Vĩnh Phúc", "027": "Bắc Ninh",
    "030": "Hải Dương", "031": "Hải Phòng", "033": "Hưng Yên", "034": "Thái Bình",
    "035": "Hà Nam", "036": "Nam Định", "037": "Ninh Bình", "038": "Thanh Hóa", "040": "Nghệ An",
    "042": "Hà Tĩnh", "044": "Quảng Bình", "045": "Quảng Trị", "046": "Thừa Thiên Huế",
    "048": "Đà Nẵng", "049": "Quảng Nam", "051": "Quảng Ngãi", "052": "Bình Định",
    "054": "Phú Yên", "056": "Khánh Hòa", "058": "Ninh Thuận", "060": "Bình Thuận",
    "062": "Kon Tum", "064": "Gia Lai", "066": "Đắk Lắk", "067": "Đắk Nông", "068": "Lâm Đồng",
    "070": "Bình Phước", "072": "Tây Ninh", "074": "Bình Dương", "075": "Đồng Nai",
    "077": "Bà Rịa - Vũng Tàu", "079": "Thành phố Hồ Chí Minh", "080": "Long An",
    "082": "Tiền Giang", "083": "Bến Tre", "084": "Trà Vinh", "086": "Vĩnh Long",
    "087": "Đồng Tháp", "089": "An Giang", "091": "Kiên Giang", "092": "Cần Thơ",
    "093": "Hậu Giang", "094": "Sóc Trăng", "095": "Bạc Liêu", "096": "Cà Mau",
}  # fmt: skip
_DEMO_PLACE: Final = "000"
_OTHER_SEX: Final = {
    Sex.MALE: gettext_noop("Số định danh cá nhân này là của nam, khác với giới tính nữ đã khai."),
    Sex.FEMALE: gettext_noop("Số định danh cá nhân này là của nữ, khác với giới tính nam đã khai."),
}


@dataclass(frozen=True, slots=True)
class PersonalNumber:
    """Số định danh cá nhân. `province` is "" when its first three digits are no province's."""

    number: str
    place_code: str
    province: str
    sex: Sex
    birth_year: int
    demo: bool = False
    warnings: tuple[str, ...] = ()


def personal_id(
    text: str,
    *,
    at: date,
    sex: Sex | None = None,
    birth_date: date | None = None,
    demo: bool = False,
) -> PersonalNumber:
    """Read a 12-digit personal number; `sex` and `birth_date`, where stated, must agree with it.

    `at` is today: nobody is born later. There is no check digit (Thông tư 59/2021/TT-BCA, Điều 4).
    """
    number = _compact(text)
    if not _all_digits(number):
        raise BadIdentifier(gettext_noop("Số định danh cá nhân chỉ gồm chữ số."))
    if len(number) != 12:
        raise BadIdentifier(
            gettext_noop("Số định danh cá nhân phải đủ 12 chữ số, ở đây có %(found)s."),
            found=len(number),
        )
    place = number[:3]
    if place == _DEMO_PLACE and not demo:
        raise BadIdentifier(gettext_noop("Số định danh cá nhân bắt đầu bằng 000 không cấp cho ai."))
    century, stated_sex = divmod(int(number[3]), 2)
    found_sex = Sex.FEMALE if stated_sex else Sex.MALE
    year = 1900 + 100 * century + int(number[4:6])
    if year > at.year:
        raise BadIdentifier(
            gettext_noop("Số định danh cá nhân này ghi năm sinh %(year)s, chưa tới."), year=year
        )
    if birth_date is not None:
        _check_birth(birth_date, year=year, at=at)
    if sex is not None and sex is not found_sex:
        raise BadIdentifier(_OTHER_SEX[found_sex])
    province = PROVINCES.get(place, "")
    warnings: tuple[str, ...] = ()
    if not province and place != _DEMO_PLACE:
        warnings = (f"Ba số đầu {place} không phải mã tỉnh nào trong nước, cần đối chiếu.",)
    return PersonalNumber(
        number=number,
        place_code=place,
        province=province,
        sex=found_sex,
        birth_year=year,
        demo=place == _DEMO_PLACE,
        warnings=warnings,
    )


def _check_birth(birth_date: date, *, year: int, at: date) -> None:
    if birth_date > at:
        raise BadIdentifier(gettext_noop("Ngày sinh chưa tới."))
    if birth_date.year != year:
        raise BadIdentifier(
            gettext_noop(
                "Số định danh cá nhân này ghi năm sinh %(year)s, "
                "khác với năm sinh %(stated)s đã khai."
            ),
            year=year,
            stated=birth_date.year,
        )


@dataclass(frozen=True, slots=True)
class OldIdentityNumber:
    """Số chứng minh nhân dân, 9 digits: kept to find old papers, no longer a paper to show."""

    number: str
    warnings: tuple[str, ...] = ("Chứng minh nhân dân 9 số đã hết giá trị từ 01/01/2025.",)


def old_identity_number(text: str) -> OldIdentityNumber:
    """Read a 9-digit CMND number (Luật Căn cước 2023, Điều 46: no valid paper since 2025)."""
    number = _compact(text)
    if not _all_digits(number) or len(number) != 9:
        raise BadIdentifier(gettext_noop("Số chứng minh nhân dân phải gồm đúng 9 chữ số."))
    return OldIdentityNumber(number)


_PASSPORT: Final = re.compile(r"(?=[A-Z]*\d)[A-Z0-9]{5,15}")


def passport_number(text: str) -> str:
    """Read a passport number of any country, loosely: 5 to 15 letters and digits."""
    number = _compact(text).upper()
    if not _PASSPORT.fullmatch(number):
        raise BadIdentifier(gettext_noop("Số hộ chiếu gồm 5 đến 15 chữ cái không dấu và chữ số."))
    return number


# --- tax codes ----------------------------------------------------------------------------------


class TaxCodeKind(StrEnum):
    ORGANISATION = "organisation"
    BRANCH = "branch"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class TaxCode:
    """Mã số thuế, written 0100109106, 0100109106-001 or as a personal number."""

    number: str
    kind: TaxCodeKind
    demo: bool = False
    warnings: tuple[str, ...] = ()


_TAX_WEIGHTS: Final = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def tax_code(text: str, *, at: date, demo: bool = False) -> TaxCode:
    """Read a tax code: 10 digits, 10-3 (a branch) or, since 1 July 2025, a personal number."""
    number = _compact(text)
    # 0100109106-01 is a branch with a digit missing, not twelve digits of a person.
    short_branch = len(number) == 12 and "-" in text
    if not _all_digits(number) or len(number) not in (10, 12, 13) or short_branch:
        raise BadIdentifier(
            gettext_noop(
                "Mã số thuế gồm 10 chữ số, 10 chữ số kèm 3 số của đơn vị phụ thuộc, "
                "hoặc 12 chữ số của số định danh cá nhân."
            )
        )
    if len(number) == 12:
        person = personal_id(number, at=at, demo=demo)
        return TaxCode(number, TaxCodeKind.PERSON, person.demo, person.warnings)
    head, branch = number[:10], number[10:]
    made_up = head.startswith("0000")
    if made_up and not demo:
        raise BadIdentifier(gettext_noop("Mã số thuế bắt đầu bằng 0000 không cấp cho ai."))
    if not made_up and not _tax_check(head):
        raise BadIdentifier(gettext_noop("Mã số thuế sai chữ số kiểm tra, hãy xem lại từng số."))
    if branch == "000":
        raise BadIdentifier(
            gettext_noop("Ba số cuối của mã số thuế đơn vị phụ thuộc phải từ 001 đến 999.")
        )
    if branch:
        return TaxCode(f"{head}-{branch}", TaxCodeKind.BRANCH, made_up)
    return TaxCode(head, TaxCodeKind.ORGANISATION, made_up)


def _tax_check(head: str) -> bool:
    weighed = sum(weight * int(digit) for weight, digit in zip(_TAX_WEIGHTS, head[:9], strict=True))
    return 10 - weighed % 11 == int(head[9])


# --- phones -------------------------------------------------------------------------------------


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    FIXED = "fixed"
    HOTLINE = "hotline"
    FOREIGN = "foreign"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone. `number` is E.164 (+84…); a hotline and an unchecked one stay as dialled."""

    number: str
    kind: PhoneKind
    demo: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def national(self) -> str:
        """As dialled within Viet Nam."""
        return national_phone(self.number)


def national_phone(number: str) -> str:
    """A kept number as people write it: +84912345678 → 0912345678."""
    return "0" + number[3:] if number.startswith("+84") else number


_MOBILE: Final = re.compile(r"0(3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)\d{7}")
_FIXED: Final = re.compile(r"02\d{9}")
_DEMO_PHONE: Final = re.compile(r"0100\d{6}")
_HOTLINE: Final = re.compile(r"1022|11[1-5]|1[89]00\d{4}(\d{2})?")
_ABROAD: Final = re.compile(r"\+[1-9]\d{6,14}")
# Eleven-digit mobiles changed their prefix between 15 September and 14 November 2018.
_MOVED: Final = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036",
    "0167": "037", "0168": "038", "0169": "039", "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip


def phone(text: str, *, foreigner: bool = False, demo: bool = False) -> Phone:
    """Read a phone number as people write it (0912 345 678, +84 912…, (024) 3825…).

    For a foreigner whatever has 6 to 15 digits is taken, with a warning where it cannot be checked.
    """
    dialled = _compact(text)
    if not re.fullmatch(r"\+?\d{3,20}", dialled, re.ASCII):
        raise BadIdentifier(gettext_noop("Số điện thoại chỉ gồm chữ số, có thể có dấu + ở đầu."))
    if dialled.startswith("00") and len(dialled) > 10:
        dialled = "+" + dialled[2:]
    national = dialled
    if dialled.startswith("+84"):
        national = "0" + dialled[3:].removeprefix("0")
    elif dialled.startswith("84") and len(dialled) in (11, 12):
        national = "0" + dialled[2:]
    if _MOBILE.fullmatch(national):
        return Phone("+84" + national[1:], PhoneKind.MOBILE)
    if _FIXED.fullmatch(national):
        return Phone("+84" + national[1:], PhoneKind.FIXED)
    if _DEMO_PHONE.fullmatch(national):
        if not demo:
            raise BadIdentifier(gettext_noop("Số điện thoại bắt đầu bằng 0100 không cấp cho ai."))
        return Phone("+84" + national[1:], PhoneKind.MOBILE, demo=True)
    if _HOTLINE.fullmatch(national):
        return Phone(
            national,
            PhoneKind.HOTLINE,
            warnings=("Đây là số tổng đài, không nhận được tin nhắn.",),
        )
    return _other_phone(dialled, national=national, foreigner=foreigner)


def _other_phone(dialled: str, *, national: str, foreigner: bool) -> Phone:
    if _ABROAD.fullmatch(dialled) and not dialled.startswith("+84"):
        warning = "Số điện thoại ở nước ngoài, không kiểm tra được, hãy đọc lại cho người nộp."
        return Phone(dialled, PhoneKind.FOREIGN, warnings=(warning,))
    if foreigner and 6 <= len(dialled.lstrip("+")) <= 15:
        warning = "Số điện thoại này không theo mẫu số nào của Việt Nam, hãy đọc lại cho người nộp."
        return Phone(dialled, PhoneKind.UNCHECKED, warnings=(warning,))
    if len(national) == 11 and national[:4] in _MOVED:
        now = _MOVED[national[:4]]
        raise BadIdentifier(
            gettext_noop("Đầu số %(old)s đã đổi thành %(new)s từ năm 2018: có phải số %(number)s?"),
            old=national[:4],
            new=now,
            number=now + national[4:],
        )
    raise BadIdentifier(
        gettext_noop(
            "Số điện thoại không đúng: di động có 10 chữ số, cố định có 11 chữ số bắt đầu bằng 02."
        )
    )


# --- e-mail -------------------------------------------------------------------------------------

_MAIL_NAME: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
)
_MAIL_HOST: Final = re.compile(
    r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)


def email(text: str) -> str:
    """Read an e-mail address; the part after @ becomes lower case; plain letters only."""
    address = clean(text)
    name, at_sign, host = address.rpartition("@")
    host = host.lower()
    if not at_sign or not name:
        raise BadIdentifier(gettext_noop("Thư điện tử phải có dạng ten@noi-nao.vn."))
    if len(address) > 254 or len(name) > 64:
        raise BadIdentifier(gettext_noop("Thư điện tử quá dài."))
    if not address.isascii():
        raise BadIdentifier(gettext_noop("Thư điện tử viết bằng chữ không dấu."))
    if not _MAIL_NAME.fullmatch(name) or not _MAIL_HOST.fullmatch(host):
        raise BadIdentifier(gettext_noop("Thư điện tử có ký tự hoặc dấu chấm đặt sai chỗ."))
    return f"{name}@{host}"


# --- the identity card's QR ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """What the QR of an identity card says. No proof of identity: compare with the card."""

    number: PersonalNumber
    old_number: str
    full_name: str
    birth_date: date
    sex: Sex
    address: str
    issued_on: date
    more: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


_QR_LONGEST: Final = 2000
_NOT_A_CARD: Final = gettext_noop(
    "Không đọc được mã QR: đây không phải mã trên thẻ căn cước, hoặc quét bị thiếu."
)


def identity_card_qr(text: str, *, at: date, demo: bool = False) -> IdentityCard:
    """Read the QR text of a CCCD or Căn cước card: seven fields, what follows them kept raw.

    number|old CMND|name|birth ddMMyyyy|Nam or Nữ|address|issued ddMMyyyy
    """
    if len(text) > _QR_LONGEST:
        raise BadIdentifier(_NOT_A_CARD)
    fields = [clean(field) for field in text.split("|")]
    if len(fields) < 7 or not fields[2] or not fields[5]:
        raise BadIdentifier(_NOT_A_CARD)
    number_text, old, name, born_text, sex_text, address, issued_text = fields[:7]
    born, issued = _card_date(born_text), _card_date(issued_text)
    sex = {"nam": Sex.MALE, "nu": Sex.FEMALE}.get(fold_accents(sex_text))
    if born is None or issued is None or sex is None:
        raise BadIdentifier(_NOT_A_CARD)
    if not born <= issued <= at:
        raise BadIdentifier(
            gettext_noop("Mã QR của thẻ căn cước ghi ngày sinh hoặc ngày cấp vô lý.")
        )
    number = personal_id(number_text, at=at, sex=sex, birth_date=born, demo=demo)
    warnings = number.warnings
    if old and not (_all_digits(old) and len(old) in (9, 12)):
        warnings += ("Số chứng minh nhân dân cũ trên thẻ không đủ 9 chữ số.",)
    return IdentityCard(
        number=number,
        old_number=old,
        full_name=name,
        birth_date=born,
        sex=sex,
        address=address,
        issued_on=issued,
        more=tuple(fields[7:]),
        warnings=warnings,
    )


def _card_date(text: str) -> date | None:
    if len(text) != 8 or not _all_digits(text):
        return None
    try:
        return date(int(text[4:]), int(text[2:4]), int(text[:2]))
    except ValueError:
        return None


# --- codes of offices and procedures ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgencyCode:
    """Mã định danh điện tử cơ quan. `levels` run from the top in both forms: ("H26", "15")."""

    code: str
    old_form: bool
    levels: tuple[str, ...]


_AGENCY_NEW: Final = re.compile(r"[A-Z]\d{2}(\.\d{1,3}){0,3}", re.ASCII)
_AGENCY_OLD: Final = re.compile(r"\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}", re.ASCII)


def agency_code(text: str) -> AgencyCode:
    """Read H26.15 (QĐ 20/2020/QĐ-TTg) or 000.00.15.H26 (QCVN 102:2016)."""
    code = clean(text).replace(" ", "").upper()
    if _AGENCY_NEW.fullmatch(code):
        return AgencyCode(code, old_form=False, levels=tuple(code.split(".")))
    if _AGENCY_OLD.fullmatch(code):
        levels = code.split(".")[::-1]
        while len(levels) > 1 and not int(levels[-1]):
            levels.pop()
        return AgencyCode(code, old_form=True, levels=tuple(levels))
    raise BadIdentifier(gettext_noop("Mã cơ quan có dạng H26.15 hoặc, theo mẫu cũ, 000.00.15.H26."))


@dataclass(frozen=True, slots=True)
class ProcedureCode:
    """Mã thủ tục hành chính; `agency` is set on a local instance (1.001193.000.00.00.H26)."""

    code: str
    national: str
    agency: str = ""


_PROCEDURE: Final = re.compile(r"(\d\.\d{6})(?:\.(.+))?", re.ASCII)


def procedure_code(text: str) -> ProcedureCode:
    """Read 1.001193, or a local instance with the code of its agency behind."""
    code = clean(text).replace(" ", "").upper()
    found = _PROCEDURE.fullmatch(code)
    if found is None:
        raise BadIdentifier(gettext_noop("Mã thủ tục có dạng 1.001193."))
    national, agency = found[1], found[2] or ""
    if agency:
        agency = agency_code(agency).code
    return ProcedureCode(code, national, agency)
