"""What people typed: cleaned, bounded, refused with a sentence at its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from haicap.kernel import vietnamese
from haicap.kernel.errors import Invalid

LINE: Final = 200
TEXT: Final = 2000
_DEEPEST: Final = 6
_MOST: Final = 400  # values in a half-filled form


def text(
    value: object, *, field: str, required: bool = False, limit: int = TEXT, multiline: bool = True
) -> str:
    """`value` as one cleaned text. Invalid at `field` when it is missing, too long or no text."""
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise Invalid({field: _("Chỉ nhận chữ ở mục này.")})
    cleaned = vietnamese.clean(value, multiline=multiline)
    if required and not cleaned:
        raise Invalid({field: _("Cần ghi mục này.")})
    if len(cleaned) > limit:
        raise Invalid({field: _("Mục này dài quá %(limit)s chữ.") % {"limit": limit}})
    return cleaned


def kept_as_typed(value: Any, *, field: str) -> Any:
    """A half-filled form as it was typed, without what a database cannot keep. Invalid when it is
    no form at all (too deep, too much).
    """
    counted = [0]
    return _kept(value, field=field, depth=0, counted=counted)


def _kept(value: Any, *, field: str, depth: int, counted: list[int]) -> Any:
    counted[0] += 1
    if depth > _DEEPEST or counted[0] > _MOST:
        raise Invalid({field: _("Biểu mẫu gửi lên quá lớn.")})
    if isinstance(value, str):
        return text(value, field=field, limit=10 * TEXT)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**15 else str(value)[:20]
    if isinstance(value, Mapping):
        return {
            text(str(name), field=field, limit=LINE): _kept(
                item, field=field, depth=depth + 1, counted=counted
            )
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_kept(item, field=field, depth=depth + 1, counted=counted) for item in value]
    return str(value)[:LINE]
