"""A list of people pasted from a spreadsheet or read from CSV: columns by their headings, faults
by row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from haicap.accounts import forms
from haicap.accounts.actions import NewStaff
from haicap.accounts.models import DUTY_WORDS, Reach
from haicap.kernel.actor import Duty
from haicap.kernel.errors import Invalid
from haicap.kernel.vietnamese import clean, fold_accents

ROWS: Final = 200
BYTES: Final = 200_000
COLUMNS: Final = {
    "ho ten": "full_name", "ho va ten": "full_name",
    "ten dang nhap": "login",
    "dien thoai": "phone", "so dien thoai": "phone",
    "thu dien tu": "email", "email": "email",
    "co quan": "agency", "don vi": "agency", "phong": "agency", "phong, ban": "agency",
    "vi tri": "title", "chuc danh": "title", "chuc vu": "title",
    "nhiem vu": "duties",
}  # fmt: skip
ORDER: Final = ("full_name", "login", "phone", "email", "agency", "title", "duties")


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the sheet as understood: `faults` are sentences, empty when it can be taken."""

    number: int
    person: NewStaff
    agency: str
    duties: str
    faults: tuple[str, ...]


def decoded(raw: bytes) -> str:
    """The text of an uploaded CSV (UTF-8, or UTF-16 as Excel saves it). Invalid otherwise."""
    if len(raw) > BYTES:
        raise Invalid({"sheet": _("Bảng quá lớn: mỗi lần nhiều nhất 200 người.")})
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid({"sheet": _("Không đọc được bảng: hãy lưu tệp dạng CSV UTF-8.")})


def read(
    words: str, *, agencies: Sequence[tuple[int, str]], taken: Collection[str] = ()
) -> list[Line]:
    """The people of a sheet. Invalid (field `sheet`) when it is no sheet at all.

    `agencies` are those the administrator looks after (the first one counts where no column names
    one); sign-in names left blank are made from the name.
    """
    rows = _rows(words)
    if not rows:
        raise Invalid({"sheet": _("Hãy dán bảng: mỗi dòng một người, cột đầu là họ tên.")})
    heads = [COLUMNS.get(fold_accents(cell).lower().strip(), "") for cell in rows[0]]
    if "full_name" in heads:
        rows = rows[1:]
    else:
        heads = list(ORDER)
    if len(rows) > ROWS:
        raise Invalid({"sheet": _("Mỗi lần nhiều nhất %(count)s người.") % {"count": ROWS}})
    by_name = {fold_accents(name).lower(): (id, name) for id, name in agencies}
    used = set(taken)
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = {head: clean(cell) for head, cell in zip(heads, row, strict=False) if head}
        line = _line(number, cells, by_name=by_name, default=agencies[0], used=used)
        used.add(line.person.login)
        lines.append(line)
    return lines


def _rows(words: str) -> list[list[str]]:
    sample = words.lstrip("\ufeff")[:BYTES]
    first = sample.split("\n", 1)[0]
    delimiter = max("\t;,", key=first.count)
    try:
        found = list(csv.reader(io.StringIO(sample), delimiter=delimiter))
    except csv.Error:
        return []
    return [row for row in found if any(cell.strip() for cell in row)]


def _line(
    number: int,
    cells: Mapping[str, str],
    *,
    by_name: Mapping[str, tuple[int, str]],
    default: tuple[int, str],
    used: set[str],
) -> Line:
    faults = forms.Faults()
    name = forms.name_in(cells.get("full_name", ""), faults)
    given = cells.get("login", "")
    login = forms.login_in(given, faults) if given else login_for(name, used=used)
    if given and login in used:
        faults.add("login", _("Tên đăng nhập này đã có hoặc trùng trong bảng."))
    asked = cells.get("agency", "")
    agency = by_name.get(fold_accents(asked).lower()) if asked else default
    if agency is None:
        faults.add("agency", _("Không thấy cơ quan “%(name)s”.") % {"name": asked[:80]})
        agency = default
    title = cells.get("title", "")
    duties = _duties(cells.get("duties", ""), faults)
    if duties and not title:
        faults.add("title", _("Có nhiệm vụ thì cần tên vị trí."))
    person = NewStaff(
        agency_id=agency[0],
        full_name=name,
        login=login,
        phone=forms.phone_in(cells.get("phone", ""), faults),
        email=forms.email_in(cells.get("email", ""), faults),
        title=forms.title_in(title, faults) if title else "",
        duties=tuple((duty, Reach.OWN) for duty in duties),
    )
    return Line(
        number=number,
        person=person,
        agency=agency[1],
        duties=", ".join(DUTY_WORDS[duty] for duty in duties),
        faults=tuple(faults.fields.values()),
    )


def _duties(words: str, faults: forms.Faults) -> list[Duty]:
    known = {fold_accents(said).lower(): Duty(duty) for duty, said in DUTY_WORDS.items()}
    known |= {duty.value: duty for duty in Duty}
    found = []
    for part in re.split(r"[;|/]+", words):
        key = fold_accents(clean(part)).lower()
        if not key:
            continue
        duty = known.get(key) or next(
            (d for said, d in known.items() if said.startswith(key)), None
        )
        if duty is None:
            faults.add("duties", _("Không rõ nhiệm vụ “%(name)s”.") % {"name": part.strip()[:60]})
        elif duty not in found:
            found.append(duty)
    return found


def login_for(full_name: str, *, used: set[str]) -> str:
    """A free sign-in name: the given name and the initials before it ("Vũ Thu Hà": "ha.vt")."""
    words = re.sub(r"[^a-z ]", "", fold_accents(full_name).lower()).split() or ["canbo"]
    base = words[-1] + ("." + "".join(word[0] for word in words[:-1]) if words[:-1] else "")
    base = base if len(base) >= 3 else f"{base}.cb"
    login, n = base[:46], 1
    while login in used:
        n += 1
        login = f"{base[:46]}{n}"
    return login
