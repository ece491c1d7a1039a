"""What a procedure costs: a declarative scheme evaluated on the answers of the form. Pure.

A scheme is {"lines": [line, …]}. A line has `name_vi`, `name_en`, a `kind` and amounts in đồng:
  flat          `amount` once; `by_channel` {"online": 0} overrides it
  per_unit      `amount` for each of the number in the field `quantity` (`per_vi`, `per_en`: a word)
  tiered_pages  per copy: `tiers` [{"up_to": 2, "amount": 2000}, {"amount": 1000}] by page of the
                field `pages`, at most `cap_per_copy`; times the field `copies` (TT 226/2016/TT-BTC)
`when` must hold for a line to be due; `waive` is a list of {when, name_vi, name_en}: the first that
holds makes the line free and says why. A condition is an object all of whose keys must hold:
  field + in, field + days_since_more_than, identity_level_at_least, channel_in,
  from, to (days of the demand).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

LARGEST_QUANTITY: Final = 100_000


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One position of what is due. `full` is the amount before a waiver."""

    name_vi: str
    name_en: str
    amount: int
    full: int
    detail: str = ""
    waived_vi: str = ""
    waived_en: str = ""


@dataclass(frozen=True, slots=True)
class FeeView:
    """What is due in all. `known` is false where there is no fee rule: nothing is demanded."""

    total: int
    lines: tuple[FeeLine, ...] = ()
    explanation: tuple[str, ...] = ()
    known: bool = True
    collect_at: str = "return"

    def stored(self) -> list[dict[str, Any]]:
        """The lines as plain values, to be kept with a dossier."""
        return [
            {
                "name_vi": line.name_vi,
                "name_en": line.name_en,
                "amount": line.amount,
                "full": line.full,
                "detail": line.detail,
                "waived_vi": line.waived_vi,
                "waived_en": line.waived_en,
            }
            for line in self.lines
        ]


def evaluate(
    *,
    scheme: Mapping[str, Any],
    channel: str,
    answers: Mapping[str, Any],
    identity_level: int,
    day: date,
) -> tuple[FeeLine, ...]:
    """The lines due for these answers, on this channel, demanded on `day`. Free lines that were
    waived stay in, with their reason; lines that do not apply are left out.
    """
    found = []
    for line in scheme.get("lines", ()):
        if not _holds(line.get("when"), channel, answers, identity_level, day):
            continue
        full, detail = _amount(line, channel, answers)
        if full is None:
            continue
        waiver = _waiver(line, channel, answers, identity_level, day)
        found.append(
            FeeLine(
                name_vi=str(line["name_vi"]),
                name_en=str(line.get("name_en", "")),
                amount=0 if waiver else full,
                full=full,
                detail=detail,
                waived_vi=str(waiver.get("name_vi", "")) if waiver else "",
                waived_en=str(waiver.get("name_en", "")) if waiver else "",
            )
        )
    return tuple(found)


def _amount(
    line: Mapping[str, Any], channel: str, answers: Mapping[str, Any]
) -> tuple[int | None, str]:
    """What the line comes to, and how it was reckoned; None when nothing is asked for."""
    kind = line["kind"]
    if kind == "flat":
        return int(line.get("by_channel", {}).get(channel, line["amount"])), ""
    if kind == "per_unit":
        each = int(line.get("by_channel", {}).get(channel, line["amount"]))
        number = _number(answers, str(line["quantity"]))
        return (each * number, f"{number} × {dotted(each)}") if number else (None, "")
    if kind == "tiered_pages":
        pages = _number(answers, str(line["pages"]))
        copies = _number(answers, str(line["copies"]))
        if not pages or not copies:
            return None, ""
        each = _one_copy(line, pages)
        return each * copies, f"{copies} × {dotted(each)}"
    raise ValueError(f"unknown kind of fee line: {kind}")


def _one_copy(line: Mapping[str, Any], pages: int) -> int:
    total, counted = 0, 0
    for tier in line["tiers"]:
        last = min(pages, int(tier["up_to"])) if "up_to" in tier else pages
        total += max(0, last - counted) * int(tier["amount"])
        counted = max(counted, last)
    return min(total, int(line["cap_per_copy"])) if "cap_per_copy" in line else total


def _number(answers: Mapping[str, Any], name: str) -> int:
    value = answers.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return min(max(value, 0), LARGEST_QUANTITY)


def _waiver(
    line: Mapping[str, Any],
    channel: str,
    answers: Mapping[str, Any],
    identity_level: int,
    day: date,
) -> Mapping[str, Any] | None:
    waivers: Sequence[Mapping[str, Any]] = line.get("waive", ())
    for waiver in waivers:
        if _holds(waiver.get("when"), channel, answers, identity_level, day):
            return waiver
    return None


def _holds(
    condition: Mapping[str, Any] | None,
    channel: str,
    answers: Mapping[str, Any],
    identity_level: int,
    day: date,
) -> bool:
    if not condition:
        return True
    if "from" in condition and day < date.fromisoformat(condition["from"]):
        return False
    if "to" in condition and day > date.fromisoformat(condition["to"]):
        return False
    if identity_level < int(condition.get("identity_level_at_least", 0)):
        return False
    if "channel_in" in condition and channel not in condition["channel_in"]:
        return False
    if "field" not in condition:
        return True
    value = answers.get(condition["field"])
    if "in" in condition and value not in condition["in"]:
        return False
    if "days_since_more_than" in condition:
        return _days_since(value, day) > int(condition["days_since_more_than"])
    return True


def _days_since(value: Any, day: date) -> int:
    try:
        return (day - date.fromisoformat(value)).days
    except (TypeError, ValueError):
        return -1


def describe(scheme: Mapping[str, Any]) -> list[str]:
    """The scheme as sentences for the procedure's page, in the language of the reader."""
    english = (get_language() or "vi").startswith("en")
    found: list[str] = []
    for line in scheme.get("lines", ()):
        name = (line.get("name_en") if english else "") or line["name_vi"]
        found.append(f"{name}: {_words(line, english=english)}")
        for waiver in line.get("waive", ()):
            found.append((waiver.get("name_en") if english else "") or waiver["name_vi"])
    return list(dict.fromkeys(found))


def _words(line: Mapping[str, Any], *, english: bool) -> str:
    def money(amount: Any) -> str:
        return f"VND {int(amount):,}" if english else f"{dotted(int(amount))} đồng"

    if line["kind"] == "tiered_pages":
        first, after = line["tiers"][0], line["tiers"][-1]
        return _(
            "%(first)s một trang, từ trang thứ %(number)s là %(after)s một trang, "
            "không quá %(cap)s một bản"
        ) % {
            "first": money(first["amount"]),
            "number": int(first["up_to"]) + 1,
            "after": money(after["amount"]),
            "cap": money(line["cap_per_copy"]),
        }
    online = line.get("by_channel", {}).get("online")
    if line["kind"] == "per_unit":
        unit = (line.get("per_en") if english else "") or line.get("per_vi", "")
        return f"{money(line['amount'])} {unit}".strip()
    if online is not None and int(online) != int(line["amount"]):
        return _("nộp trực tiếp %(paper)s, nộp trực tuyến %(online)s") % {
            "paper": money(line["amount"]),
            "online": money(online),
        }
    return money(line["amount"])


def dotted(amount: int) -> str:
    """8000 → 8.000, as figures are written in Vietnamese."""
    return f"{amount:,}".replace(",", ".")
