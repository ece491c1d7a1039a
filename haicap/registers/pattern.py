"""Patterns of dossier codes: tokens, counter scopes, and whether a pattern can give one code twice.

Tokens {unit} {yy} {yyyy} {mm} {dd} {seq:N} {proc} as in TT 01/2018 and the national portal's codes
(H26.118-261125-0001, G09.20-20260609-0092637). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from haicap.kernel.errors import Invalid

LONGEST: Final = 60
WIDEST: Final = 12
_PART: Final = re.compile(r"\{(?P<token>[a-z]+)(?::(?P<width>\d{1,2}))?\}|(?P<literal>[^{}])")
_LITERAL: Final = re.compile(r"[A-Za-z0-9._-]")
_FENCE: Final = frozenset("-_")


class Scope(StrEnum):
    """What a counter counts within; each starts at 1."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    UNIT = "unit"
    UNIT_DAY = "unit+day"
    PROCEDURE = "procedure"
    PROCEDURE_DAY = "procedure+day"


_DATES: Final = {"yy": "%y", "yyyy": "%Y", "mm": "%m", "dd": "%d"}
_DAY: Final = (("yy", "yyyy"), ("mm",), ("dd",))
# What a pattern must show, or two scopes give the same code: for each, one of the alternatives.
_SHOWN: Final[dict[Scope, tuple[tuple[str, ...], ...]]] = {
    Scope.DAY: _DAY,
    Scope.MONTH: _DAY[:2],
    Scope.YEAR: _DAY[:1],
    Scope.UNIT: (("unit",),),
    Scope.UNIT_DAY: (("unit",), *_DAY),
    Scope.PROCEDURE: (("proc",),),
    Scope.PROCEDURE_DAY: (("proc",), *_DAY),
}


def check_pattern(pattern: str, scope: str) -> None:
    """Invalid, at the field, when the pattern cannot be read or could give one code twice."""
    try:
        counted = Scope(scope)
    except ValueError:
        raise Invalid({"scope": _("Phạm vi đếm không có trong danh sách.")}) from None
    parts = list(_parts(pattern))
    tokens = [token for token, _width in parts if token in _TOKENS]
    sentence = ""
    if tokens.count("seq") != 1:
        sentence = _("Mẫu mã phải có đúng một số thứ tự {seq:N}.")
    elif any(tokens.count(token) > 1 for token in tokens):
        sentence = _("Mẫu mã có phần lặp lại.")
    elif missing := [one for one in _SHOWN[counted] if not set(one) & set(tokens)]:
        sentence = _("Với phạm vi đếm này, mẫu mã còn thiếu %(tokens)s nên mã có thể trùng.") % {
            "tokens": ", ".join("{" + one[0] + "}" for one in missing)
        }
    elif not _fenced(parts):
        sentence = _("Trước và sau {unit}, {proc} phải có dấu gạch (-) để mã không thể trùng.")
    elif len(render(pattern, unit="U" * 18, procedure="P" * 20, day=date(2026, 1, 1), seq=1)) > (
        LONGEST
    ):
        sentence = _("Mẫu mã cho mã dài quá %(longest)s ký tự.") % {"longest": LONGEST}
    if sentence:
        raise Invalid({"pattern": sentence})


def scope_key(scope: str, *, unit: str, procedure: str, day: date) -> str:
    """The counter's row. By the unit's code, not its id: a code may pass from agency to agency."""
    periods = {"day": f"{day:%Y%m%d}", "month": f"{day:%Y%m}", "year": f"{day:%Y}"}
    named = {"unit": unit, "procedure": procedure}
    parts = scope.split("+")
    return ":".join([scope, *(named.get(part) or periods[part] for part in parts)])


def render(pattern: str, *, unit: str, procedure: str, day: date, seq: int) -> str:
    """The code. A sequence that outgrows its width gets longer, never cut."""
    out = []
    for token, width in _parts(pattern):
        if token == "seq":  # noqa: S105 - no password
            out.append(f"{seq:0{width}d}")
        elif token == "unit":  # noqa: S105
            out.append(unit)
        elif token == "proc":  # noqa: S105
            out.append(procedure)
        elif token in _DATES:
            out.append(day.strftime(_DATES[token]))
        else:
            out.append(token)
    return "".join(out)


_TOKENS: Final = frozenset({"seq", "unit", "proc", *_DATES})


def _parts(pattern: str) -> Iterator[tuple[str, int]]:
    """(token, width) or (single letter, 0), in order. Invalid when something else stands there."""
    at = 0
    while at < len(pattern):
        found = _PART.match(pattern, at)
        if found is None:
            raise Invalid({"pattern": _("Mẫu mã có dấu ngoặc chưa đúng.")})
        at = found.end()
        literal, token, width = found["literal"], found["token"], int(found["width"] or 0)
        if literal is not None:
            if not _LITERAL.match(literal):
                raise Invalid(
                    {"pattern": _("Mẫu mã chỉ được có chữ không dấu, số và các dấu . - _")}
                )
            yield literal, 0
        elif token not in _TOKENS or (width and token != "seq") or width > WIDEST:  # noqa: S105
            raise Invalid(
                {"pattern": _("Mẫu mã có phần không đọc được: %(part)s") % {"part": found[0]}}
            )
        else:
            yield token, width


def _fenced(parts: list[tuple[str, int]]) -> bool:
    """Units and procedures vary in length: without a dash beside them, 1|12 and 11|2 look alike."""
    for place, (token, _width) in enumerate(parts):
        if token in {"unit", "proc"}:
            beside = [parts[place + step][0] for step in (-1, 1) if 0 <= place + step < len(parts)]
            if not _FENCE.issuperset(beside):
                return False
    return True
