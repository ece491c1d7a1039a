"""What is typed into the account pages, as clean values. Faults are told per field
(kernel.errors.Invalid)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _

from haicap.accounts.models import Reach
from haicap.kernel import identifiers
from haicap.kernel.actor import Duty
from haicap.kernel.errors import Invalid
from haicap.kernel.vietnamese import clean

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{2,49}")
_CODE: Final = re.compile(r"\d\.\d{6}(\.[0-9A-Z.]+)?")
NAME_LIMIT: Final = 100
TITLE_LIMIT: Final = 150


class Faults:
    """Collects sentences by field; `raise_any` raises them together."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def add(self, field: str, sentence: str) -> None:
        self.fields.setdefault(field, sentence)

    def raise_any(self) -> None:
        if self.fields:
            raise Invalid(self.fields)


def text(data: Mapping[str, str], field: str) -> str:
    """One line as typed, cleaned; what is not valid Unicode is taken out."""
    return clean(data.get(field, "").encode("utf-8", "ignore").decode("utf-8"))


def login_in(words: str, faults: Faults, field: str = "login") -> str:
    """A sign-in name: small letters, figures, dot, dash."""
    login = words.lower()
    if not _LOGIN.fullmatch(login):
        faults.add(
            field,
            _("Tên đăng nhập gồm 3 đến 50 chữ thường không dấu, chữ số, dấu chấm hoặc gạch nối."),
        )
    return login


def name_in(words: str, faults: Faults, field: str = "full_name") -> str:
    """A person's full name."""
    if not words or len(words) > NAME_LIMIT or any(sign in words for sign in "<>{}|"):
        faults.add(field, _("Cần họ và tên, dài nhất 100 ký tự."))
    return words


def title_in(words: str, faults: Faults, field: str = "title") -> str:
    """The title of a post."""
    if not words or len(words) > TITLE_LIMIT:
        faults.add(field, _("Cần tên vị trí, dài nhất 150 ký tự."))
    return words


def phone_in(words: str, faults: Faults, field: str = "phone") -> str:
    """A phone in E.164; empty stays empty."""
    if not words:
        return ""
    try:
        return identifiers.phone(words, demo=settings.DEMO).number
    except identifiers.BadIdentifier as error:
        faults.add(field, error.said(_))
        return ""


def email_in(words: str, faults: Faults, field: str = "email") -> str:
    """An e-mail address; empty stays empty."""
    if not words:
        return ""
    try:
        return identifiers.email(words)
    except identifiers.BadIdentifier as error:
        faults.add(field, error.said(_))
        return ""


def number_in(data: Mapping[str, str], field: str, faults: Faults) -> int:
    """The id of something chosen from a list; 0 with a fault when nothing was."""
    words = text(data, field)
    if words.isascii() and words.isdigit() and len(words) <= 18:
        return int(words)
    faults.add(field, _("Hãy chọn một mục."))
    return 0


def day_in(data: Mapping[str, str], field: str, faults: Faults, *, default: date) -> date:
    """A day as ngày/tháng/năm, or as the browser's calendar gives it; empty means `default`."""
    words = text(data, field)
    if not words:
        return default
    for pattern in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            # A day of the wall calendar has no zone.
            day = datetime.strptime(words[:10], pattern).date()  # noqa: DTZ007
        except ValueError:
            continue
        if 2000 <= day.year <= 2100:
            return day
    faults.add(field, _("Hãy ghi ngày theo mẫu ngày/tháng/năm, ví dụ 25/11/2026."))
    return default


def duty_in(data: Mapping[str, str], faults: Faults, field: str = "duty") -> Duty:
    """A duty chosen from the list."""
    try:
        return Duty(text(data, field))
    except ValueError:
        faults.add(field, _("Hãy chọn một nhiệm vụ."))
        return Duty.RECEIVE


def reach_in(data: Mapping[str, str], faults: Faults, field: str = "reach") -> Reach:
    """How far a duty reaches, chosen from the list; the own agency when nothing was chosen."""
    words = text(data, field) or Reach.OWN
    try:
        return Reach(words)
    except ValueError:
        faults.add(field, _("Hãy chọn một phạm vi."))
        return Reach.OWN


def procedures_in(data: Mapping[str, str], faults: Faults) -> tuple[str, ...] | None:
    """Procedure codes parted by commas or spaces; None (all) when none is named."""
    codes = [code for code in re.split(r"[\s,;]+", text(data, "procedures")) if code]
    if any(not _CODE.fullmatch(code) for code in codes) or len(codes) > 500:
        faults.add("procedures", _("Mã thủ tục theo mẫu 1.001193, cách nhau bằng dấu phẩy."))
    return tuple(sorted(set(codes))) or None


def basis_in(data: Mapping[str, str], faults: Faults) -> str:
    """The paper a delegation rests on."""
    words = text(data, "basis")
    if not words or len(words) > 200:
        faults.add("basis", _("Cần số và ngày văn bản ủy quyền, dài nhất 200 ký tự."))
    return words


def new_password_in(data: QueryDict) -> tuple[str, str]:
    """The old and the new password, typed twice alike. Not cleaned: every character counts."""
    old, new, again = (data.get(name, "") for name in ("old", "new", "again"))
    faults = Faults()
    if not old:
        faults.add("old", _("Hãy nhập mật khẩu đang dùng."))
    if new != again:
        faults.add("again", _("Hai lần nhập mật khẩu mới chưa giống nhau."))
    faults.raise_any()
    return old, new
