"""Names as a source spells them, tidied: capitals, invisible characters, glued tails. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from haicap.kernel.vietnamese import clean, fold_accents

LONGEST_NAME: Final = 2000
LONGEST_PAPER: Final = 100


def title(raw: Any) -> str:
    """An official name: without its own code and full stop behind, first letter capital."""
    text = re.sub(r"\s*\(\s*\d\.\d{6}\s*\)\s*$", "", clean(str(raw)))[:LONGEST_NAME]
    text = text.rstrip(" ;,.:").replace("Thủ Tục", "Thủ tục").replace("xã hộ có", "xã hội có")
    return text[:1].upper() + text[1:]


def sentence(raw: Any) -> str:
    """A field's name with one capital, save for abbreviations (BHXH, BHYT)."""
    words = re.sub(r":\s*\d+ TTHC$", "", clean(str(raw))).split()
    plain = [word if sum(c.isupper() for c in word) > 1 else word.lower() for word in words]
    text = " ".join(plain).replace("việt nam", "Việt Nam")
    return text[:1].upper() + text[1:]


_LEAD: Final = re.compile(
    r"^(?:\(?(?:[ivx]{1,4}|[a-zđ]|\d{1,2}(?:\.\d)?)\)|[-+*.•–]|\d{1,2}\.(?=\s))\s*"
)


def paper_name(raw: Any) -> str:
    """A short name: no enumeration mark before, no file name glued behind, at most 100 letters."""
    text = _unglued(clean(str(raw or ""))[:2000])
    text = re.split(r"(?<=[^\W\d_]{2})[.;] (?=[^\W\d_])", text, maxsplit=1)[0]
    for _turn in range(3):
        text = _LEAD.sub("", text)
    text = text.rstrip(" ;,.:")
    return cut(text[:1].upper() + text[1:], LONGEST_PAPER)


def _unglued(text: str) -> str:
    """Cut where a capital follows a small letter, a bracket or a full stop without a blank."""
    for at in range(2, len(text) - 1):
        before, here, after = text[at - 1], text[at], text[at + 1]
        if not here.isupper() or not (before.islower() or before in ");."):
            continue
        if before == "." and (text[at - 2].isdigit() or text[at - 2].isupper()):
            continue
        word = after.islower() or after == "_" or text[at : at + 2] in {"TK", "DC"}
        if before.islower() and not word:
            continue
        return text[:at]
    return text


def cut(text: str, limit: int) -> str:
    """At most `limit` letters, ended at a joint between thoughts where there is one."""
    if len(text) <= limit:
        return text
    kept = text[:limit].rsplit(" ", 1)[0]
    for joint in ("; ", " (", " theo ", ", "):
        at = kept.find(joint, 45)
        if at > 0 and kept.count("(", 0, at) == kept.count(")", 0, at):
            kept = kept[:at]
            break
    return kept.rstrip(" ,;.(:…") + "…"


def slug(text: str) -> str:
    """Letters and digits without accents, joined by hyphens."""
    plain = fold_accents(unicodedata.normalize("NFC", text))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def internal_code(name: str) -> str:
    """The code of a procedure the source has none for: shown as “chưa có mã”, kept for ever."""
    return "noi-bo-" + slug(re.sub(r" *\(.*", "", name))[:60].strip("-")
