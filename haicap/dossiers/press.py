"""The press: turns data and a typst template into a PDF/A, always the same bytes for the same data.

User text goes in as JSON and is never markup. The compiler, and with it the fonts, is read once per
process.
"""

from __future__ import annotations

import importlib.resources
import io
import json
import re
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import segno
import typst
from fontTools.ttLib import TTFont

from haicap.kernel import clock, vietnamese

PAPERS: Final = Path(__file__).parent / "papers"
# State documents want Times (NĐ 30/2020, Phụ lục I); Liberation Serif has its metrics
# (Debian: fonts-liberation).
TIMES_FOLDERS: Final = tuple(
    Path("/usr/share/fonts") / place
    for place in ("truetype/liberation2", "truetype/liberation", "liberation-serif", "liberation")
)
# PDF/A-2a: archivable, tagged; an invisible signature field may be added later without breaking it.
STANDARD: Final = "a-2a"
_LONG_WORD: Final = re.compile(r"\S{28,}")
_ZERO_WIDTH_SPACE: Final = "\u200b"
_UNKNOWN: Final = "□"
_ANY: Final = "common.typ"  # a compiler begins with some file, also where a text is set


@dataclass(frozen=True, slots=True)
class Face:
    """The serif the papers are set in."""

    family: str
    folder: Path
    letters: frozenset[int]


@cache
def face() -> Face:
    """Liberation Serif where the system has it, else Noto Serif from its wheel. Searched once."""
    for folder in TIMES_FOLDERS:
        regular = folder / "LiberationSerif-Regular.ttf"
        if regular.exists():
            return Face("Liberation Serif", folder, _letters(regular))
    folder = Path(str(importlib.resources.files("fontpkg_noto_serif"))) / "files"
    regular = next(path for path in sorted(folder.glob("*.ttf")) if "Italic" not in path.name)
    return Face("Noto Serif", folder, _letters(regular))


def _letters(font: Path) -> frozenset[int]:
    with TTFont(font, lazy=True) as opened:
        return frozenset(opened.getBestCmap())


@dataclass(slots=True)
class _Press:
    """A compiler of one template; it takes one paper at a time."""

    compiler: typst.Compiler
    lock: threading.Lock = field(default_factory=threading.Lock)


@cache
def _press(template: str) -> _Press:
    chosen = face()
    return _Press(
        typst.Compiler(
            str(PAPERS / template),
            root=str(PAPERS),
            font_paths=[str(chosen.folder)],
            ignore_system_fonts=True,
            sys_inputs={"data": "{}", "face": chosen.family},
        )
    )


def print_paper(
    template: str,
    *,
    source: str = "",
    data: Mapping[str, Any],
    at: datetime,
    pictures: Mapping[str, str],
) -> bytes:
    """The PDF/A-2a of `template` (a file of papers/) with `data`; `pictures` are SVG texts by name.

    With `source` that text is the template instead; it may import what lies in papers/. `at` is
    written into the file as its date, so that equal data gives equal bytes.
    """
    # The compiler forgets a text after setting it, so it is given anew each time.
    own: dict[str, Any] = {"input": source.encode()} if source else {}
    press = _press(template or _ANY)
    inputs = {
        "data": json.dumps(_set(data), ensure_ascii=False),
        "face": face().family,
        **pictures,
    }
    with press.lock:
        pdf = press.compiler.compile(
            **own,
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=[STANDARD],
            timestamp=int(at.timestamp()),
        )
    if not isinstance(pdf, bytes):
        raise TypeError("a PDF is one piece")
    return pdf


def _set(value: Any) -> Any:
    """`value`, every text made printable: NFC, only letters the face has, long words breakable."""
    if isinstance(value, str):
        return _printable(value)
    if isinstance(value, Mapping):
        return {str(key): _set(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_set(item) for item in value]
    return value


def _printable(text: str) -> str:
    # PDF/A refuses a letter without a glyph: an emoji in a name must not cost the receipt.
    letters = face().letters
    kept = "".join(
        char if ord(char) in letters or char == "\n" else _instead(char)
        for char in unicodedata.normalize("NFC", text)
    )
    return _LONG_WORD.sub(lambda match: _ZERO_WIDTH_SPACE.join(match[0]), kept)


def _instead(char: str) -> str:
    if char.isspace():
        return " "
    return "" if unicodedata.category(char)[0] in "CM" else _UNKNOWN


def shortened(text: str, length: int) -> str:
    """`text`, cut with an ellipsis where it is longer than `length` letters."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def moment_parts(moment: datetime) -> dict[str, Any]:
    """A moment on the Vietnamese wall clock, as the templates take it."""
    at = clock.local(moment)
    return {**day_parts(at.date()), "hour": at.hour, "minute": at.minute}


def day_parts(day: date) -> dict[str, Any]:
    """A day as the templates take it."""
    weekday = vietnamese.date_words(day).partition(",")[0]
    return {"day": day.day, "month": day.month, "year": day.year, "weekday": weekday}


def qr_svg(text: str) -> str:
    """A QR code of `text` (ISO/IEC 18004, error level M) as SVG."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=1, xmldecl=False, svgclass=None, lineclass=None, omitsize=True
    )
    return out.getvalue().decode()


# Bar and space widths of the symbols 0 to 105 and stop (ISO/IEC 15417, table 1).
_TABLE: Final = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 "
    "122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 "
    "321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 "
    "211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 "
    "213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 "
    "121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 "
    "241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 "
    "412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 "
    "211214 211232 2331112"
)
_WIDTHS: Final = tuple(_TABLE.split())
_START_B: Final = 104
_STOP: Final = 106
_QUIET: Final = 10  # modules of white that a reader needs on both sides


def barcode_svg(text: str, *, height: int = 40) -> str:
    """Code 128 (set B) of `text` as SVG, one unit wide per module.

    ValueError when `text` is not printable ASCII.
    """
    if not text or any(not 32 <= ord(char) < 127 for char in text):
        raise ValueError("Code 128 B holds printable ASCII only")
    values = [_START_B, *(ord(char) - 32 for char in text)]
    check = sum(max(place, 1) * value for place, value in enumerate(values)) % 103
    bars, x = [], _QUIET
    for value in [*values, check, _STOP]:
        for place, width in enumerate(map(int, _WIDTHS[value])):
            if place % 2 == 0:
                bars.append(f"M{x} 0h{width}v{height}h-{width}z")
            x += width
    box = f'viewBox="0 0 {x + _QUIET} {height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}><path d="{"".join(bars)}"/></svg>'
