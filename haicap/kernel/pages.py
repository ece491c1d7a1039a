"""Pages: who may see one, and where the next page of a list begins."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from haicap.kernel.actor import Duty
from haicap.kernel.errors import Invalid

V = TypeVar("V", bound=Callable[..., Any])
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Guard:
    """What a view says of itself: realm public | citizen | staff | signed_in, and the duties."""

    realm: str
    duties: tuple[Duty, ...] = ()


def open_to_all(view: V) -> V:
    """Mark a view that anybody may see; for modules below accounts, whose marks also check."""
    view.guard = Guard("public")  # type: ignore[attr-defined]
    return view


def cursor(*last: str | int) -> str:
    """The sort values of a page's last row, as one word for the address of the next page."""
    text = json.dumps(last, ensure_ascii=True, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(word: str, *types: type) -> tuple[Any, ...] | None:
    """Back to the values, of exactly these types; None for an empty word.

    Invalid at `cursor` for one that was not made by `cursor`: it comes from outside.
    """
    if not word:
        return None
    try:
        padded = word[:_LONGEST] + "=" * (-len(word[:_LONGEST]) % 4)
        values = json.loads(urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, RecursionError):
        values = None
    fits = (
        isinstance(values, list)
        and [type(value) for value in values] == list(types)
        and all(value.isprintable() for value in values if isinstance(value, str))
        and all(abs(value) < 2**63 for value in values if isinstance(value, int))
    )
    if not fits:
        raise Invalid({"cursor": "Dấu trang không đúng, xin xem lại từ đầu danh sách."})
    return tuple(values)
