"""What the browser loads, made once at set-up: one style sheet, one script, two cuts of the font,
and the English words.

Style sheets lie where they belong: the house's in site/styles, a component's or a page's beside its
template.
"""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from haicap.site.fonts import WEIGHTS, build_fonts

PACKAGE = Path(__file__).resolve().parents[1]
SITE = PACKAGE / "site"
SCRIPTS = ("shell.js", "keys.js", "forms.js")


def build(target: Path) -> None:
    """Make all into `target` (served under static `built/`). Fonts that are there are kept."""
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    cuts = [target / f"fonts/be-vietnam-pro-{weight}.woff2" for weight in WEIGHTS]
    if not all(_newer(cut, SITE / "fonts.py") for cut in cuts):
        build_fonts(target / "fonts")
    _write(target / "site.css", styles())
    _write(target / "site.js", scripts())
    build_words()


def styles() -> str:
    """All style sheets as one, without comments and white space."""
    first = [SITE / "styles" / f"{name}.css" for name in ("tokens", "base", "layout")]
    beside = sorted(PACKAGE.glob("*/templates/**/*.css"))
    sheets = [*first, *beside, SITE / "styles" / "print.css"]
    return _squeezed("\n".join(sheet.read_text() for sheet in sheets))


def _squeezed(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,]) ?", r"\1", css)
    return re.sub(r": (?=[^{}]*[;}])", ":", css).replace(";}", "}").strip()


def scripts() -> str:
    """htmx and our own scripts as one file."""
    htmx = (files("django_htmx") / "static" / "django_htmx" / "htmx-2.min.js").read_text()
    own = [(SITE / "scripts" / name).read_text() for name in SCRIPTS]
    return ";\n".join([htmx, *(_bare(script) for script in own)])


def _bare(script: str) -> str:
    """Without block comments and indentation: our scripts hold neither inside a string."""
    script = re.sub(r"^\s*/\*.*?\*/\s*$", "", script, flags=re.S | re.M)
    return re.sub(r"\n\s+", "\n", script).strip()


def build_words() -> None:
    """Compile the English of every module beside its source, where the source is newer."""
    for source in PACKAGE.glob("*/locale/*/LC_MESSAGES/django.po"):
        made = source.with_suffix(".mo")
        if _newer(made, source):
            continue
        with source.open("rb") as opened:
            catalogue = read_po(opened, locale=source.parts[-3])
        half_made = made.with_suffix(f".{os.getpid()}")  # two processes may build at once
        with half_made.open("wb") as opened:
            write_mo(opened, catalogue)
        half_made.replace(made)


def _newer(made: Path, source: Path) -> bool:
    return made.exists() and made.stat().st_mtime_ns >= source.stat().st_mtime_ns


def _write(path: Path, text: str) -> None:
    half_made = path.with_suffix(f".{os.getpid()}")
    half_made.write_text(text)
    half_made.replace(path)
