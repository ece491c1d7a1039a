"""What the browser loads: its weight, its colours, its letters, and that it comes from us alone."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.test import Client
from fontTools.ttLib import TTFont

from haicap.site import assets, fonts

PACKAGE = Path(assets.__file__).parents[1]
TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html"))


def packed(content: str | bytes) -> int:
    return len(gzip.compress(content.encode() if isinstance(content, str) else content, 9))


def test_the_style_sheet_and_the_script_stay_light() -> None:
    assert packed(assets.styles()) <= 20_000
    assert packed(assets.scripts()) <= 25_000


def test_the_home_with_all_it_needs_stays_light(web: Client) -> None:
    whole = packed(web.get("/").content) + packed(assets.styles()) + packed(assets.scripts())
    assert whole <= 60_000


@pytest.mark.slow
def test_the_fonts_stay_light_and_hold_every_letter_we_write(tmp_path: Path) -> None:
    cuts = fonts.build_fonts(tmp_path)
    assert len(cuts) == 2
    assert sum(cut.stat().st_size for cut in cuts) <= 64 * 1024
    written = {letter for path in TEMPLATES for letter in path.read_text()}
    vietnamese = {letter for letter in written if letter.isalpha()} | set("₫0123456789")
    for cut in cuts:
        font = TTFont(cut)
        assert {ord(letter) for letter in vietnamese} <= set(font.getBestCmap())
        assert {r.FeatureTag for r in font["GSUB"].table.FeatureList.FeatureRecord} == {"tnum"}
        figures = {font.getBestCmap()[ord(figure)] for figure in "0123456789"}
        even = font["GSUB"].table.LookupList.Lookup[0].SubTable[0].mapping
        assert set(even) == figures
        assert len({font["hmtx"][figure][0] for figure in even.values()}) == 1


def test_styles_and_scripts_name_no_other_host() -> None:
    css = assets.styles()
    assert not re.search(r"@import|https?:|//\w", css)
    assert re.findall(r"url\(([^)]+)\)", css) == [
        '"fonts/be-vietnam-pro-400.woff2"',
        '"fonts/be-vietnam-pro-600.woff2"',
    ]
    own = "".join((assets.SITE / "scripts" / name).read_text() for name in assets.SCRIPTS)
    assert not re.search(r"https?:", own)
    assert not re.search(r"\beval\(|new Function|innerHTML|insertAdjacentHTML", own)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "/".join(path.parts[-3:]))
def test_no_template_has_inline_script_or_style(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
    assert not re.search(r"<style|\sstyle=|\son(?!e=)\w+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"(?:src|href|action)=[\"'](?:https?:)?//", text)


# --- colours -------------------------------------------------------------------------------------


def tokens(scheme: str) -> dict[str, str]:
    css = (assets.SITE / "styles" / "tokens.css").read_text()
    light, dark = css.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})", light))
    return found | (
        dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})", dark)) if scheme == "dark" else {}
    )


def light_of(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    one, two = sorted([light_of(first), light_of(second)], reverse=True)
    return (one + 0.05) / (two + 0.05)


GROUNDS = ("paper", "sheet", "wash")
TEXTS = [
    *(
        (text, ground)
        for text in ("ink", "muted", "link", "primary-ink", "red")
        for ground in GROUNDS
    ),
    *(("on-primary", ground) for ground in ("primary", "primary-strong")),
    *((tone, f"{tone}-soft") for tone in ("green", "amber", "orange", "red", "black", "grey")),
    *((tone, f"{tone}-soft") for tone in ("teal", "blue")),
    *(("ink", ground) for ground in ("gold-soft", "amber-soft", "blue-soft", "green-soft")),
    ("primary-ink", "primary-soft"),
]
EDGES = [(edge, ground) for edge in ("edge", "focus", "primary") for ground in GROUNDS]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_every_text_is_readable(scheme: str, text: str, ground: str) -> None:
    known = tokens(scheme)
    assert contrast(known[text], known[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_every_control_has_a_visible_edge(scheme: str, edge: str, ground: str) -> None:
    known = tokens(scheme)
    assert contrast(known[edge], known[ground]) >= 3
