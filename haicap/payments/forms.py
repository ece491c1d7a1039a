"""What is typed on the pages of finance: days and sums, nothing decided."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from haicap.kernel.errors import Invalid

_SUM = re.compile(r"-?\d{1,3}(?:[. ]\d{3})+|-?\d{1,14}")


def day(text: str, *, today: date) -> date:
    """A day as ISO or as people write it; today when it is none."""
    said = text.strip()[:10]
    try:
        if "/" in said:
            number, month, year = said.split("/")
            return date(int(year), int(month), int(number))
        return date.fromisoformat(said)
    except ValueError:
        return today


def required_day(text: str, *, field: str) -> date:
    """A day that must be there. Invalid by field."""
    found = day(text, today=date.min)
    if found == date.min:
        raise Invalid({field: _("Ghi ngày theo dạng ngày/tháng/năm.")})
    return found


def amount(text: str, *, field: str) -> int:
    """8.000 → 8000. Invalid by field."""
    said = text.strip().removesuffix("đồng").removesuffix("đ").strip()
    if not _SUM.fullmatch(said):
        raise Invalid({field: _("Ghi số tiền bằng chữ số.")})
    return int(re.sub(r"[. ]", "", said))


def amount_or_all(text: str, *, field: str) -> int | None:
    """A sum; nothing typed means all of it."""
    return amount(text, field=field) if text.strip() else None


def number(posted: Mapping[str, str], name: str) -> int:
    """An id from a hidden field; 0 when it is none."""
    text = posted.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
