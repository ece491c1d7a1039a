"""A file as an answer to a browser, so that nothing in it can act in our name."""

from __future__ import annotations

from urllib.parse import quote

from django.http import StreamingHttpResponse

from haicap.files.checks import INLINE
from haicap.files.queries import UseView, open_file
from haicap.kernel.vietnamese import bare_letters


def serve(use: UseView, *, download: bool = False) -> StreamingHttpResponse:
    """The bytes, streamed. Shown in the browser only when PDF or picture without script.

    The caller has checked that the person may see this use and has said so to the reading log.
    """
    shown = not download and use.media_type in INLINE and not use.active
    response = StreamingHttpResponse(open_file(use.id), content_type=use.media_type)
    response["Content-Length"] = str(use.size)
    response["Content-Disposition"] = disposition(use.name, download=not shown)
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "SAMEORIGIN" if shown else "DENY"
    response["Content-Security-Policy"] = _policy(use.media_type, shown=shown)
    response["Cache-Control"] = "private, no-store"
    return response


def disposition(name: str, *, download: bool = False) -> str:
    """The header that names a file: readable letters for old browsers, the true name (RFC 6266)."""
    plain = "".join(
        char if char.isascii() and char.isprintable() and char not in '"\\%;/' else "_"
        for char in bare_letters(name)
    )
    way = "attachment" if download else "inline"
    header = f'{way}; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=utf-8''{quote(name, safe='')}"


def _policy(media_type: str, *, shown: bool) -> str:
    framed = "frame-ancestors 'self'" if shown else "frame-ancestors 'none'"
    if shown and media_type == "application/pdf":
        # Browsers refuse to start their own PDF viewer inside a sandbox.
        return f"base-uri 'none'; form-action 'none'; {framed}"
    return f"default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; {framed}"
