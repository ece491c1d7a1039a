"""Office documents are ZIP folders: a bomb, locked, with macros or programs inside? And XML.

Everything is bounded before it is read: the size of the directory, the number of entries, what they
say they unpack to; then each entry is unpacked once, in pieces, to see that it keeps its word.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import BinaryIO, Final
from xml.parsers import expat

from django.utils.translation import gettext as _

from haicap.files.refused import BadFile

DIRECTORY: Final = 512 * 1024
ENTRIES: Final = 3000
UNPACKED: Final = 120 * 1024 * 1024
RATIO: Final = 200  # of the whole; text compresses 10 to 30 times
DEEPEST: Final = 200  # elements of XML inside each other
ELEMENTS: Final = 500_000
PIECE: Final = 256 * 1024
_LOCKED: Final = 0x1
_ARCHIVES: Final = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"MZ", b"\x7fELF")
_ARCHIVE_ENDINGS: Final = (
    *(".zip", ".rar", ".7z", ".gz", ".jar"),
    *(".exe", ".dll", ".scr", ".bat", ".cmd", ".vbs", ".js", ".ps1"),
)


def look_into_office(opened: BinaryIO, *, name: str, size: int) -> None:
    """BadFile when it is a bomb, locked, broken, or holds macros, programs or archives."""
    _bound_directory(opened, name=name, size=size)
    try:
        with zipfile.ZipFile(opened) as folder:
            entries = folder.infolist()
            _bound_entries(entries, name=name, size=size)
            for entry in entries:
                _look_at_entry(folder, entry, name=name)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        ValueError,
    ) as e:
        raise _broken(name) from e


def _bound_directory(opened: BinaryIO, *, name: str, size: int) -> None:
    """Look at the end record first: zipfile would read a directory of any size into memory."""
    tail = min(size, 65_557)
    opened.seek(size - tail)
    end = opened.read(tail)
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) < at + 22:
        raise _broken(name)
    entries, length = struct.unpack_from("<HI", end, at + 10)
    if entries > ENTRIES or length > DIRECTORY:
        raise _bomb(name)


def _bound_entries(entries: list[zipfile.ZipInfo], *, name: str, size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES or unpacked > UNPACKED or unpacked > RATIO * max(size, 1):
        raise _bomb(name)
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:  # entries that share their bytes: a bomb without nesting
            raise _bomb(name)
        end = entry.header_offset + 30 + entry.compress_size


def _look_at_entry(folder: zipfile.ZipFile, entry: zipfile.ZipInfo, *, name: str) -> None:
    lower = entry.filename.lower()
    if entry.flag_bits & _LOCKED:
        raise BadFile(
            _("Tệp “%(name)s” có mật khẩu. Xin bỏ mật khẩu rồi gửi lại.") % {"name": name}
        )
    if lower.endswith("vbaproject.bin") or lower.startswith("basic/"):
        raise BadFile(
            _("Tệp “%(name)s” có macro (chương trình nhúng) nên không nhận. Xin lưu thành PDF.")
            % {"name": name}
        )
    embedded = "/embeddings/" in lower or lower.startswith("object ")
    with folder.open(entry) as inside:
        first = piece = inside.read(PIECE)
        while piece:
            piece = inside.read(PIECE)
    if lower.endswith(_ARCHIVE_ENDINGS) or (first.startswith(_ARCHIVES) and not embedded):
        raise BadFile(
            _("Tệp “%(name)s” có tệp nén hoặc chương trình bên trong nên không nhận.")
            % {"name": name}
        )


def look_into_xml(opened: BinaryIO, *, name: str) -> None:
    """BadFile unless well-formed, without a document type (swelling entities), not a web page."""
    parser = expat.ParserCreate()
    depth = elements = 0

    def no_doctype(*_ignored: object) -> None:
        raise BadFile(_("Tệp XML “%(name)s” có khai báo DOCTYPE nên không nhận.") % {"name": name})

    def begin(tag: str, _attributes: object) -> None:
        nonlocal depth, elements
        depth, elements = depth + 1, elements + 1
        if depth > DEEPEST or elements > ELEMENTS:
            raise _bomb(name)
        if tag.rpartition(":")[2].lower() in {"html", "svg", "script"}:
            raise BadFile(
                _("Tệp “%(name)s” là trang web, không phải dữ liệu XML.") % {"name": name}
            )

    def end(_tag: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = no_doctype
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    opened.seek(0)
    try:
        parser.ParseFile(opened)
    except (expat.ExpatError, LookupError, ValueError) as e:
        raise _broken(name) from e


def _broken(name: str) -> BadFile:
    return BadFile(
        _("Tệp “%(name)s” bị hỏng hoặc gửi lên chưa đủ. Xin mở thử rồi gửi lại.") % {"name": name}
    )


def _bomb(name: str) -> BadFile:
    return BadFile(_("Tệp “%(name)s” phình quá lớn khi mở nên không nhận.") % {"name": name})
