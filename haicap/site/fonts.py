"""Be Vietnam Pro cut for the web: two weights, Latin and Vietnamese letters, even figures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import deepcopy
from importlib.resources import files
from pathlib import Path

from fontTools import subset
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.ttLib import TTFont

WEIGHTS = {400: "Regular", 600: "SemiBold"}
LIMIT = 64 * 1024  # bytes of both cuts together, look.md
# Latin with the accents of Europe and Vietnam (foreigners have names too), single marks, ₫.
RANGES = (
    *((0x20, 0x7E), (0xA0, 0x17F), (0x1A0, 0x1A1), (0x1AF, 0x1B0), (0x218, 0x21B)),
    *((0x300, 0x304), (0x306, 0x306), (0x309, 0x309), (0x31B, 0x31B), (0x323, 0x323)),
    *((0x1EA0, 0x1EF9), (0x2013, 0x2014), (0x2018, 0x201E), (0x2022, 0x2022)),
    *((0x2026, 0x2026), (0x20AB, 0x20AB), (0x2212, 0x2212)),
)


def letters() -> Iterator[int]:
    """Every code point that is kept, where the font has it."""
    for first, last in RANGES:
        yield from range(first, last + 1)


def build_fonts(target: Path) -> list[Path]:
    """Cut the fonts into `target` as woff2. ValueError when both weigh over the limit."""
    target.mkdir(parents=True, exist_ok=True)
    made = [_cut(weight, name, target) for weight, name in WEIGHTS.items()]
    if sum(path.stat().st_size for path in made) > LIMIT:
        raise ValueError(f"the cut fonts weigh more than {LIMIT} bytes")
    return made


def _cut(weight: int, name: str, target: Path) -> Path:
    source = files("fontpkg_be_vietnam_pro") / "files" / f"BeVietnamPro-{name}.ttf"
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["kern", "mark", "mkmk", "tnum"]
    options.hinting = False  # screens of today draw without; a third of the bytes
    options.name_IDs = [0, 1, 2, 13, 14]  # copyright and licence stay in the file
    options.notdef_outline = True
    with source.open("rb") as opened:
        font = TTFont(opened)
        _add_tabular_figures(font)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=letters())
        cutter.subset(font)
        made = target / f"be-vietnam-pro-{weight}.woff2"
        half_made = made.with_suffix(f".{os.getpid()}")
        subset.save_font(font, str(half_made), options)
    half_made.replace(made)
    return made


def _add_tabular_figures(font: TTFont) -> None:
    """Figures of one width as the feature `tnum`; columns of numbers need it."""
    outlines, widths, cmap = font["glyf"], font["hmtx"], font.getBestCmap()
    figures = [cmap[ord(figure)] for figure in "0123456789"]
    middle = widths[cmap[ord("5")]][0]  # the widest would tear the ones apart
    for figure in figures:
        width, left = widths[figure]
        aside = (middle - width) // 2
        glyph = deepcopy(outlines[figure])
        glyph.expand(outlines)
        glyph.coordinates.translate((aside, 0))
        glyph.recalcBounds(outlines)
        outlines[f"{figure}.tnum"] = glyph
        widths[f"{figure}.tnum"] = (middle, left + aside)
    lines = [f"sub {figure} by {figure}.tnum;" for figure in figures]
    feature = ["feature tnum {", *lines, "} tnum;"]
    addOpenTypeFeaturesFromString(font, "\n".join(feature), tables=["GSUB"])
