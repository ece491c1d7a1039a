"""Is this file what its name says, whole, harmless? Decided from the bytes, in bounded time.

Pure: reads a seekable binary file and answers, or refuses with a sentence. Nothing is decoded or
rendered; sizes of pictures come from their headers.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from haicap.files.office import look_into_office, look_into_xml
from haicap.files.pdf import look_into_pdf
from haicap.files.refused import BadFile
from haicap.kernel import vietnamese

NAME_LENGTH: Final = 150
PIXELS: Final = 150_000_000  # an A3 page at 600 dpi has 70 million
HEAD: Final = 1024 * 1024

# Media type → the endings a name may have. The first one is given to a name without any.
ENDINGS: Final[dict[str, tuple[str, ...]]] = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png",),
    "image/heic": ("heic", "heif"),
    "image/webp": ("webp",),
    "image/tiff": ("tif", "tiff"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.oasis.opendocument.text": ("odt",),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods",),
    "application/xml": ("xml",),
}
ALLOWED_WORDS: Final = "PDF, JPG, PNG, HEIC, WEBP, TIFF, DOCX, XLSX, ODT, ODS, XML"
# Shown in the browser itself; everything else is only downloaded.
INLINE: Final = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})
_ALL_ENDINGS: Final = frozenset(ending for endings in ENDINGS.values() for ending in endings)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the bytes were found to be. `active`: holds script, so the browser never shows it."""

    name: str
    media_type: str
    pages: int | None = None
    active: bool = False


def check(opened: BinaryIO, *, name: str, size: int) -> Checked:
    """What `opened` (at any position, `size` bytes) is. BadFile with the reason otherwise."""
    cleaned = clean_name(name)
    if size == 0:
        raise BadFile(_("Tệp “%(name)s” rỗng, không có nội dung.") % {"name": cleaned})
    opened.seek(0)
    head = opened.read(min(size, HEAD))
    stem, dot, ending = cleaned.rpartition(".")
    ending = ending.lower() if dot and stem else ""
    if head.startswith(b"PK\x03\x04"):
        opened.seek(max(0, size - HEAD))
        media_type = _office_type(head, opened.read(HEAD))
    else:
        media_type = _type_of(head, ending)
    if media_type is None:
        raise BadFile(_unknown(head, name=cleaned, ending=ending))
    if not ending:
        cleaned = f"{cleaned[: NAME_LENGTH - 5]}.{ENDINGS[media_type][0]}"
    elif ending not in ENDINGS[media_type]:
        if ending not in _ALL_ENDINGS:
            raise BadFile(_not_taken(cleaned))
        raise BadFile(
            _(
                "Tệp “%(name)s” có đuôi .%(ending)s nhưng nội dung là %(found)s. Xin lưu lại đúng"
                " loại rồi gửi."
            )
            % {"name": cleaned, "ending": ending, "found": ENDINGS[media_type][0].upper()}
        )
    return _LOOKERS[media_type](opened, head, cleaned, media_type, size)


def clean_name(raw: str) -> str:
    """A file's name as it is kept: NFC, no path, no control or bidi letters, not too long."""
    name = unicodedata.normalize("NFC", raw).replace("\\", "/").rpartition("/")[2]
    name = vietnamese.clean(re.sub(r'[<>:"|?*]', "_", name)).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot or not 1 <= len(ending) <= 10:
        stem, ending = name, ""
    room = NAME_LENGTH - (len(ending) + 1 if ending else 0)
    stem = stem[:room].strip() or _("tệp")
    return f"{stem}.{ending}" if ending else stem


def _type_of(head: bytes, ending: str) -> str | None:
    """The media type of the bytes; None for everything that is not on the list."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n\x00")[:5] == b"%PDF-":
        return "application/pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:4] in (b"II*\x00", b"MM\x00*"):
        return "image/tiff"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "image/heic"
    if ending == "xml" and _looks_like_xml(head):
        return "application/xml"
    return None


_HEIC_BRANDS: Final = (b"heic", b"heix", b"heif", b"mif1", b"msf1", b"hevc", b"hevx")


def _office_type(head: bytes, tail: bytes) -> str | None:
    """Open documents name themselves in the first entry; OOXML is told by its parts' names."""
    if head[30:38] == b"mimetype":
        length = struct.unpack_from("<H", head, 28)[0]
        said = head[38 + length : 38 + length + 80]
        for media_type in ENDINGS:
            if said.startswith(media_type.encode()) and "opendocument" in media_type:
                return media_type
        return None
    if b"[Content_Types].xml" in tail:  # the list of entries stands at the end of a ZIP
        if b"word/document.xml" in tail:
            return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        if b"xl/workbook." in tail:
            return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return None


def _looks_like_xml(head: bytes) -> bool:
    for encoding in ("utf-8-sig", "utf-16"):
        try:
            text = head[:4096].decode(encoding, errors="ignore").lstrip()
        except UnicodeError:
            continue
        if re.match(r"<(\?xml|[A-Za-z_])", text):
            return not re.match(r"(?is).{0,4000}<(html|svg|script)\b", text)
    return False


def _unknown(head: bytes, *, name: str, ending: str) -> str:
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _(
            "Tệp “%(name)s” là tệp Office bản cũ hoặc có mật khẩu. Xin bỏ mật khẩu và lưu thành PDF"
            " hoặc DOCX."
        ) % {"name": name}
    if ending in _ALL_ENDINGS:
        return _(
            "Nội dung tệp “%(name)s” không phải là %(ending)s như tên tệp nói, hoặc tệp đã hỏng."
        ) % {"name": name, "ending": ending.upper()}
    return _not_taken(name)


def _not_taken(name: str) -> str:
    return _("Chưa nhận được loại tệp của “%(name)s”. Các loại nhận được: %(types)s.") % {
        "name": name,
        "types": ALLOWED_WORDS,
    }


# --- pictures: their size from the header ---------------------------------------------------------


def _jpeg(head: bytes) -> tuple[int, int] | None:
    """Width and height from the frame header (ITU-T T.81, B.2.2)."""
    for marker, at in _jpeg_segments(head):
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", head, at + 5)
            return int(width), int(height)
    return None


def _jpeg_segments(head: bytes) -> Iterator[tuple[int, int]]:
    """(marker, where) of each segment up to the picture itself (marker 0xDA)."""
    at = 2
    while at + 9 < len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 2
        else:
            yield marker, at
            if marker == 0xDA:
                return
            at += 2 + int(struct.unpack_from(">H", head, at + 2)[0])


def _jpeg_ends(opened: BinaryIO, head: bytes) -> bool:
    """Whether the picture is closed. Phones put films behind it, previews before it."""
    opened.seek(next((at for marker, at in _jpeg_segments(head) if marker == 0xDA), len(head)))
    kept = b""
    while piece := opened.read(HEAD):
        if b"\xff\xd9" in kept + piece:
            return True
        kept = piece[-1:]
    return False


def _png(head: bytes) -> tuple[int, int] | None:
    if head[12:16] != b"IHDR" or len(head) < 24:
        return None
    width, height = struct.unpack_from(">II", head, 16)
    return int(width), int(height)


def _webp(head: bytes) -> tuple[int, int] | None:
    if len(head) < 30:
        return None
    form = head[12:16]
    if form == b"VP8X":
        width = int.from_bytes(head[24:27], "little") + 1
        return width, int.from_bytes(head[27:30], "little") + 1
    if form == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 26)
        return int(width) & 0x3FFF, int(height) & 0x3FFF
    return None


def _heic(head: bytes) -> tuple[int, int] | None:
    """The largest image spatial extents (ISO/IEC 23008-12, 6.5.3)."""
    found = [
        struct.unpack_from(">II", head, place.end() + 4)
        for place in re.finditer(rb"ispe", head[:-12])
    ]
    return max(found, key=lambda sides: sides[0] * sides[1], default=None)


_MEASURES: Final[dict[str, Callable[[bytes], tuple[int, int] | None]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "image/heic": _heic,
}


def _picture(opened: BinaryIO, head: bytes, name: str, media_type: str, size: int) -> Checked:
    _within_pixels(_MEASURES[media_type](head), name=name)
    if media_type == "image/png":
        opened.seek(max(0, size - 64 * 1024))
        if b"IEND" not in opened.read(64 * 1024):
            raise _broken(name)
    if media_type == "image/jpeg" and not _jpeg_ends(opened, head):
        raise _broken(name)
    return Checked(name, media_type, pages=1)


def _tiff(opened: BinaryIO, head: bytes, name: str, media_type: str, size: int) -> Checked:
    """Pages are the chain of directories (TIFF 6.0, section 2); a chain that never ends is cut."""
    if len(head) < 8:
        raise _broken(name)
    order = "<" if head[:2] == b"II" else ">"
    at = struct.unpack_from(order + "I", head, 4)[0]
    pages = 0
    while at:
        opened.seek(at)
        raw = opened.read(2)
        if len(raw) < 2 or pages >= 500:
            raise _broken(name)
        count = struct.unpack(order + "H", raw)[0]
        entries = opened.read(count * 12 + 4)
        if len(entries) < count * 12 + 4:
            raise _broken(name)
        sides: dict[int, int] = {}
        for n in range(count):
            tag, kind = struct.unpack_from(order + "HH", entries, n * 12)
            if tag in (256, 257):
                form = order + ("H" if kind == 3 else "I")
                sides[tag] = struct.unpack_from(form, entries, n * 12 + 8)[0]
        _within_pixels((sides.get(256, 0), sides.get(257, 0)), name=name)
        pages += 1
        at = struct.unpack_from(order + "I", entries, count * 12)[0]
    if not pages:
        raise _broken(name)
    return Checked(name, media_type, pages=pages)


def _within_pixels(sides: tuple[int, int] | None, *, name: str) -> None:
    if sides is None or min(sides) < 1:
        raise _broken(name)
    if sides[0] * sides[1] > PIXELS:
        raise BadFile(
            _(
                "Ảnh “%(name)s” lớn quá: %(width)s × %(height)s điểm ảnh. Xin thu nhỏ ảnh rồi gửi"
                " lại."
            )
            % {"name": name, "width": sides[0], "height": sides[1]}
        )


def _broken(name: str) -> BadFile:
    return BadFile(
        _("Tệp “%(name)s” bị hỏng hoặc gửi lên chưa đủ. Xin mở thử rồi gửi lại.") % {"name": name}
    )


# --- documents ------------------------------------------------------------------------------------


def _pdf(opened: BinaryIO, head: bytes, name: str, media_type: str, size: int) -> Checked:
    found = look_into_pdf(opened, name=name, size=size)
    return Checked(name, media_type, pages=found.pages, active=found.active)


def _office(opened: BinaryIO, head: bytes, name: str, media_type: str, size: int) -> Checked:
    look_into_office(opened, name=name, size=size)
    return Checked(name, media_type)


def _xml(opened: BinaryIO, head: bytes, name: str, media_type: str, size: int) -> Checked:
    look_into_xml(opened, name=name)
    return Checked(name, media_type)


_LOOKERS: Final[dict[str, Callable[[BinaryIO, bytes, str, str, int], Checked]]] = {
    **dict.fromkeys(_MEASURES, _picture),
    "image/tiff": _tiff,
    "application/pdf": _pdf,
    "application/xml": _xml,
    **dict.fromkeys((kind for kind in ENDINGS if "document" in kind), _office),
}
