"""Small files of every kind, good and bad, made in memory."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def pdf(pages: int = 1, *, password: str = "", script: str = "") -> bytes:
    """A PDF of empty pages."""
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(width=595, height=842)
    if script:
        action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject(script)}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
            {NameObject(key): value for key, value in action.items()}
        )
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def plain_pdf(body: bytes = b"") -> bytes:
    """A minimal PDF with `body` among its objects."""
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n"
        + body
        + b"\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
    )


def object_stream(content: bytes) -> bytes:
    """A compressed object stream around `content`."""
    packed = zlib.compress(content, 9)
    head = b"9 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n"
    return head % len(packed) + packed + b"\nendstream\nendobj\n"


def png(width: int = 2, height: int = 2) -> bytes:
    """A PNG whose header says width × height."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(b"\0" + b"\xff\0\0" * min(width, 4) for _row in range(min(height, 4)))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def jpeg(width: int = 2, height: int = 2, *, whole: bool = True) -> bytes:
    """A JPEG with a preview in its head, whose frame says width × height."""
    preview = b"\xff\xd8\xff\xd9"
    exif = b"\xff\xe1" + struct.pack(">H", 2 + len(preview)) + preview
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)
    scan = b"\xff\xda" + struct.pack(">H", 8) + bytes(6) + b"\x12\x34" * 20
    return b"\xff\xd8" + exif + frame + scan + (b"\xff\xd9" if whole else b"")


def webp(width: int = 2, height: int = 2) -> bytes:
    """An extended WEBP whose canvas is width × height."""
    body = b"VP8X" + struct.pack("<I", 10) + bytes(4)
    body += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def heic(width: int = 2, height: int = 2) -> bytes:
    """The boxes of a HEIC that say its size."""
    extents = struct.pack(">I4sIII", 20, b"ispe", 0, width, height)
    return struct.pack(">I4s4sI4s", 20, b"ftyp", b"heic", 0, b"mif1") + extents + bytes(64)


def tiff(pages: int = 1, *, endless: bool = False, width: int = 2) -> bytes:
    """A TIFF of `pages` directories; an endless one points back to its first."""
    out = b"II*\0" + struct.pack("<I", 8)
    for page in range(pages):
        after = 8 + (page + 1) * 30
        if page == pages - 1:
            after = 8 if endless else 0
        out += struct.pack("<H", 2)
        out += struct.pack("<HHIII", 256, 4, 1, width, 0)[:12]
        out += struct.pack("<HHIII", 257, 4, 1, 2, 0)[:12]
        out += struct.pack("<I", after)
    return out


def zipped(entries: dict[str, bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    """A ZIP of the entries, in order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, content in entries.items():
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            folder.writestr(name, content, compress_type=how)
    return out.getvalue()


def docx(**more: bytes) -> bytes:
    """A Word document; `more` are further parts, __ in a name for a slash."""
    parts = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}
    return zipped({**parts, **{name.replace("__", "/"): part for name, part in more.items()}})


def xlsx() -> bytes:
    """An Excel sheet."""
    return zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})


def odt() -> bytes:
    """An OpenDocument text."""
    kind = b"application/vnd.oasis.opendocument.text"
    return zipped({"mimetype": kind, "content.xml": b"<a/>"}, stored=("mimetype",))


def locked_zip(content: bytes) -> bytes:
    """The same ZIP, every entry said to be encrypted."""
    marked = bytearray(content)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(mark)
        while at >= 0:
            marked[at + flags] |= 1
            at = marked.find(mark, at + 4)
    return bytes(marked)


EXE = b"MZ\x90\x00\x03" + bytes(200)
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
