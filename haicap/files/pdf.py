"""What a PDF holds, found by reading its bytes once: locked, whole, with script, how many pages.

No object tree is built (a hostile one may be endless); compressed object streams are inflated up to
a limit. ISO 32000-1: 7.5 (file structure), 7.5.7 (object streams), 12.6.4 (actions).
"""

from __future__ import annotations

import mmap
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from haicap.files.refused import BadFile

INFLATED: Final = 64 * 1024 * 1024  # all object streams together
STREAMS: Final = 20_000
PAGES: Final = 5_000


def _name(word: str) -> bytes:
    """A pattern of the name /word, any letter of which may be written #xx."""
    letters = "".join(rf"(?:{c}|#{ord(c):02x}|#{ord(c):02X})" for c in word)
    return f"/{letters}(?![A-Za-z0-9])".encode()


_ENCRYPT: Final = re.compile(_name("Encrypt") + rb"\s*(?:<<|\d+\s+\d+\s+R)")
_LAUNCH: Final = re.compile(_name("Launch"))
_SCRIPT: Final = re.compile(_name("JavaScript") + b"|" + _name("RichMedia") + b"|" + _name("XFA"))
_PAGE: Final = re.compile(rb"/Type\s*/Page(?![A-Za-z0-9])")
_OBJECT_STREAM: Final = re.compile(rb"/Type\s*/ObjStm(?![A-Za-z0-9])")
_END: Final = re.compile(rb"startxref\s+\d+")
_OBJECT: Final = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+obj\b")


@dataclass(frozen=True, slots=True)
class PdfFound:
    """`pages` is None where they cannot be counted; `active` when the file holds script."""

    pages: int | None
    active: bool


def look_into_pdf(opened: BinaryIO, *, name: str, size: int) -> PdfFound:
    """Read the PDF once. BadFile when locked, cut off, a bomb, or made to start other programs."""
    with _bytes_of(opened) as data:
        if _ENCRYPT.search(data):
            raise BadFile(
                _(
                    "Tệp PDF “%(name)s” có mật khẩu hoặc bị khóa. Xin bỏ mật khẩu (mở tệp rồi in ra"
                    " PDF) và gửi lại."
                )
                % {"name": name}
            )
        if not _END.search(data):
            raise BadFile(
                _("Tệp PDF “%(name)s” bị hỏng hoặc gửi lên chưa đủ. Xin mở thử rồi gửi lại.")
                % {"name": name}
            )
        active = bool(_SCRIPT.search(data))
        launches = bool(_LAUNCH.search(data))
        pages = _plain_pages(data)
        for inner in _object_streams(data, name=name):
            active = active or inner is None or bool(_SCRIPT.search(inner))
            if inner is not None:
                launches = launches or bool(_LAUNCH.search(inner))
                pages += len(_PAGE.findall(inner))
    if launches:
        raise BadFile(
            _("Tệp PDF “%(name)s” có lệnh mở chương trình khác nên không nhận. Xin in lại ra PDF.")
            % {"name": name}
        )
    return PdfFound(pages=pages if 0 < pages <= PAGES else None, active=active)


class _Plain(bytes):
    """Bytes that can be used where a memory map is."""

    def __enter__(self) -> _Plain:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def _bytes_of(opened: BinaryIO) -> mmap.mmap | _Plain:
    try:
        return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        opened.seek(0)
        return _Plain(opened.read())


def _plain_pages(data: mmap.mmap | _Plain) -> int:
    """Page objects outside of object streams; one rewritten by a later update counts once."""
    numbers = set()
    for found in _PAGE.finditer(data):
        before = _OBJECT.findall(data, max(0, found.start() - 4096), found.start())
        numbers.add(before[-1] if before else found.start())
        if len(numbers) > PAGES:
            break
    return len(numbers)


def _object_streams(data: mmap.mmap | _Plain, *, name: str) -> Iterator[bytes | None]:
    """The contents of the object streams, together no more than INFLATED; None: not readable."""
    left, read = INFLATED, 0
    for count, found in enumerate(_OBJECT_STREAM.finditer(data)):
        start = data.find(b"stream", found.end(), found.end() + 2048)
        if start >= 0:
            start += 6
            start += 2 if data[start : start + 2] == b"\r\n" else 1
            end = data.find(b"endstream", start)
            end = end if end > 0 else len(data)
            # Streams lie side by side: read more than there is, and they share their bytes.
            read += end - start
        if count > STREAMS or read > len(data):
            raise _swells(name)
        inner = _inflated(data[start:end], left) if start >= 0 else None
        if inner is not None:
            left -= len(inner)
            if left <= 0:
                raise _swells(name)
        yield inner


def _inflated(packed: bytes, limit: int) -> bytes | None:
    """At most `limit` bytes of what is packed; None when it is packed in another way."""
    try:
        return zlib.decompressobj().decompress(packed, limit)
    except zlib.error:
        return None


def _swells(name: str) -> BadFile:
    return BadFile(_("Tệp PDF “%(name)s” phình quá lớn khi mở nên không nhận.") % {"name": name})
