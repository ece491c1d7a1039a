"""Plain values as the API's JSON, with every moment in one form: 2026-11-23T09:00:00+07:00."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

import msgspec

from haicap.kernel.clock import local

_WHOLE = (str, int, float, bool, type(None))


def json_bytes(data: Any) -> bytes:
    """`data` as JSON. Moments are told in Vietnamese time whichever zone they come in."""
    return msgspec.json.encode(told(data))


def told(value: Any) -> Any:
    """The same value with every moment in it as text; containers become dicts and lists."""
    if isinstance(value, _WHOLE):
        return value
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Mapping):
        return {key: told(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [told(inner) for inner in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: told(getattr(value, field.name)) for field in fields(value)}
    return value


def moment(at: datetime) -> str:
    """A moment as the API tells it: ISO 8601 with +07:00, parts of a second only if there are."""
    return local(at).isoformat()


def told_text(text: str) -> str:
    """A moment that was kept as text, in the same form; any other text as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment(at) if at.tzinfo is not None else text
