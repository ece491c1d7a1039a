"""What is asked of territories and agencies, from the address of a page or of the API."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from haicap.kernel.errors import Invalid
from haicap.kernel.vietnamese import clean
from haicap.units.models import MARKS, AgencyKind, Level
from haicap.units.search import KINDS, LONGEST, words_of

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_SPOKEN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


def read_day(text: str, *, today: date, field: str = "at") -> date:
    """A day as 2025-06-30 or 30/06/2025; today for nothing. Invalid at `field` otherwise."""
    text = clean(text[:20])
    if not text:
        return today
    found = _ISO.fullmatch(text)
    spoken = _SPOKEN.fullmatch(text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
        if spoken:
            return date(int(spoken[3]), int(spoken[2]), int(spoken[1]))
    except ValueError as error:  # 31 June, year 0
        raise _no_day(field, text) from error
    raise _no_day(field, text)


def _no_day(field: str, text: str) -> Invalid:
    sentence = _("“%(text)s” không phải một ngày; hãy viết như 2025-06-30.") % {"text": text}
    return Invalid({field: sentence})


@dataclass(frozen=True, slots=True)
class BranchChange:
    """A commune is to be served by another branch."""

    territory_id: int
    branch_id: int
    from_day: date
    mark: str


def read_branch_change(
    typed: Mapping[str, str], *, communes: Collection[int], branches: Collection[int], today: date
) -> BranchChange:
    """The staff's form. Invalid with every wrong field; a change begins today or later."""
    faults: dict[str, str] = {}
    commune = _among(typed.get("commune", ""), communes)
    branch = _among(typed.get("branch", ""), branches)
    mark = typed.get("mark", "")
    if commune is None:
        faults["commune"] = _("Cần chọn phường, xã.")
    if branch is None:
        faults["branch"] = _("Cần chọn chi nhánh.")
    if mark not in MARKS:
        faults["mark"] = _("Cần ghi rõ: nguồn, đã biết hay giả định.")
    from_day = today
    try:
        from_day = read_day(typed.get("from_day", ""), today=today, field="from_day")
    except Invalid as invalid:
        faults |= invalid.fields
    if from_day < today:
        faults["from_day"] = _("Chỉ đổi từ hôm nay trở đi; việc đã qua giữ nguyên.")
    if commune is None or branch is None or faults:
        raise Invalid(faults)
    return BranchChange(commune, branch, from_day, mark)


def _among(text: str, ids: Collection[int]) -> int | None:
    found = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
    return found if found in ids else None


def read_kind(text: str) -> tuple[str | None, str | None]:
    """(kind, level) asked for by "phường", "phuong" or "commune"; all communes for nothing."""
    words = words_of(text[:40])
    if not words:
        return None, Level.COMMUNE
    if words in Level.values:
        return None, words
    if words in KINDS:
        return KINDS[words], None
    raise Invalid(
        {
            "kind": _("Không có loại đơn vị này; có: %(kinds)s.")
            % {"kinds": ", ".join(KINDS.values())}
        }
    )


def read_agency_kind(text: str) -> str | None:
    """A kind of agency by its API word; None for nothing."""
    text = clean(text[:40])
    if not text:
        return None
    if text not in AgencyKind.values:
        kinds = ", ".join(AgencyKind.values)
        raise Invalid({"kind": _("Không có loại cơ quan này; có: %(kinds)s.") % {"kinds": kinds}})
    return text


def read_words(text: str, *, field: str = "q") -> str:
    """Words to look for, cleaned. Invalid when they are too many to mean a name."""
    text = clean(text[: LONGEST + 1])
    if len(text) > LONGEST:
        raise Invalid({field: _("Dài quá %(most)s ký tự.") % {"most": LONGEST}})
    return text
