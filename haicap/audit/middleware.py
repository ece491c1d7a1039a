"""GET cannot write, and nobody's data is shown without a row in the reading log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from haicap.audit.actions import write_reading

_READS = ("SELECT", "WITH", "EXPLAIN", "SHOW", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET LOCAL")
_WRITES = re.compile(
    r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE|NEXTVAL|FOR\s+(NO\s+KEY\s+)?(UPDATE|SHARE))\b"
)


class WroteOnGet(RuntimeError):
    """A view answering GET tried to write: a bug, never an input error."""


def _refuse_writes(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    text = str(sql).lstrip(" (\n").upper()
    if not text.startswith(_READS) or _WRITES.search(text):
        raise WroteOnGet(f"A GET request must not write: {str(sql)[:120]}")
    return execute(sql, params, many, context)


class ReadOnlyGet:
    """Innermost: while a GET or HEAD view runs, the connection refuses anything but reading."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        with connection.execute_wrapper(_refuse_writes):
            response = self.get_response(request)
            render = getattr(response, "render", None)
            if callable(render) and not getattr(response, "is_rendered", True):
                response = render()
        for write in request.__dict__.pop("afterwards", ()):
            write()
        return response


def afterwards(request: HttpRequest, write: Callable[[], object]) -> None:
    """A small write that a GET leaves behind, made when its view is done: a wrong guess counted.

    Like the reading log it lies outside the guard; nothing a person asked for may be done by it.
    """
    request.__dict__.setdefault("afterwards", []).append(write)


def saw(
    request: HttpRequest,
    *,
    purpose: str,
    subjects: Iterable[str] = (),
    parties: Iterable[int] = (),
) -> None:
    """A view says what personal data its page shows; the reading log is written before the bytes
    leave.
    """
    seen = request.__dict__.setdefault("readings", {})
    kept = seen.setdefault(purpose, (set(), set()))
    kept[0].update(subjects)
    kept[1].update(parties)


class ReadingLog:
    """Outside the read-only guard: writes what the view said it showed, also beside a refusal (a
    page that comes back with what is wrong shows the same data). No row, no page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        by = getattr(request, "actor", None)
        if by is not None and by.is_staff and response.status_code < 500:
            for purpose, (subjects, parties) in getattr(request, "readings", {}).items():
                write_reading(
                    page=request.path,
                    purpose=purpose,
                    subjects=subjects,
                    parties=parties,
                    by=by,
                    at=request.at,  # type: ignore[attr-defined]
                )
        return response
