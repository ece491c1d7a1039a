"""What is asked of the catalogue and typed into its pages, as clean values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from haicap.catalogue.search import LONGEST_QUERY
from haicap.kernel.errors import Invalid
from haicap.kernel.pages import read_cursor
from haicap.kernel.vietnamese import clean

LEVELS = ("commune", "city")


@dataclass(frozen=True, slots=True)
class Asked:
    """A search: words, a trade, a level, where the page begins."""

    q: str
    field: str
    level: str
    offset: int


def read_search(data: Mapping[str, str]) -> Asked:
    """The search as asked. Invalid names what is not right; words too long are cut, not refused."""
    level = clean(data.get("level", "")[:20])
    if level and level not in LEVELS:
        raise Invalid({"level": _("Cấp thủ tục là commune hoặc city.")})
    place = read_cursor(data.get("cursor", ""), int)
    if place is not None and not 0 <= place[0] <= 100_000:
        raise Invalid({"cursor": _("Dấu trang không đúng, xin xem lại từ đầu danh sách.")})
    return Asked(
        q=clean(data.get("q", "")[: LONGEST_QUERY * 4])[:LONGEST_QUERY],
        field=clean(data.get("field", "")[:100]),
        level=level,
        offset=place[0] if place else 0,
    )


@dataclass(frozen=True, slots=True)
class DeadlineTyped:
    """A time limit as typed by the controller."""

    amount: int
    time_unit: str
    policy: str
    mark: str
    basis: str


def read_deadline(data: Mapping[str, str]) -> DeadlineTyped:
    """The typed limit; the verb decides whether it is a right one. Invalid for no number."""
    typed = clean(data.get("amount", "")[:20])
    unit = clean(data.get("time_unit", "")[:20])
    if unit in {"SAME_DAY", "IMMEDIATE"} and not typed:
        typed = "0"
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 6):
        raise Invalid({"amount": _("Ghi thời hạn bằng chữ số, ví dụ 5.")})
    return DeadlineTyped(
        amount=int(typed),
        time_unit=unit,
        policy=clean(data.get("policy", "END_OF_DAY")[:20]) or "END_OF_DAY",
        mark=clean(data.get("mark", "")[:20]),
        basis=clean(data.get("basis", "")[:2000]),
    )
