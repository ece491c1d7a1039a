"""Reading a place as people write it: "P. Cửa Nam, Hoàn Kiếm", "xa hoa phu", "00073", Hoà."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from haicap.kernel.vietnamese import clean, fold_accents, tone_neutral

LONGEST: Final = 200
_WORD: Final = re.compile(r"[a-z0-9]+")
_CODE: Final = re.compile(r"\d{2}|\d{3}|\d{5}", re.ASCII)
_PARTS: Final = re.compile(
    r"[,;\n]|\s[-–]\s(?=(?:quận|huyện|thị xã|tp|thành phố)\b)", re.IGNORECASE
)
_SHORT: Final = {
    "p": "phường", "x": "xã", "tt": "thị trấn", "q": "quận", "h": "huyện", "tx": "thị xã",
    "tp": "thành phố", "t": "tỉnh",
}  # fmt: skip
_ABBREVIATED: Final = re.compile(r"^(p|x|tt|q|h|tx|tp|t)(?:\.\s*|\s+)(?=\S)", re.IGNORECASE)

_COMMUNE: Final = re.compile(r"(?:phường|xã|thị trấn|phuong|xa|thi tran)\s", re.IGNORECASE)

# What a territory may be called, by its unaccented word; "phuong" and "phường" both ask for phường.
KINDS: Final = {
    "phuong": "phường", "xa": "xã", "thi tran": "thị trấn", "dac khu": "đặc khu", "quan": "quận",
    "huyen": "huyện", "thi xa": "thị xã", "thanh pho": "thành phố", "tinh": "tỉnh",
}  # fmt: skip


def words_of(text: str) -> str:
    """`text` for finding: lower case, no accents, words of letters and digits with one blank."""
    return " ".join(_WORD.findall(fold_accents(text)))


def _spelled(text: str) -> str:
    """`text` for comparing accents: lower case, tone marks in one place, no punctuation."""
    return " ".join(re.findall(r"\w+", tone_neutral(text.lower())))


@dataclass(frozen=True, slots=True)
class Asked:
    """One place as asked for: a code, or words; `within` are the words of what it lies in."""

    code: str
    words: str
    spelled: str
    within: tuple[str, ...] = ()

    @property
    def accented(self) -> bool:
        """Whether accents were typed, so that they may be held against a name."""
        return fold_accents(self.spelled) != self.spelled


def read_place(text: str) -> list[Asked]:
    """What somebody typed, taken apart: the readings it allows, the likeliest first.

    Takes a code, a name, a name with the district behind it, or the end of a whole address.
    """
    parts = [_full(part) for part in map(clean, _PARTS.split(text[:LONGEST])) if part]
    if not parts:
        return []
    if _CODE.fullmatch(parts[0]):
        return [Asked(parts[0], "", "", _within(parts[1:]))]
    named = [place for place, part in enumerate(parts) if _COMMUNE.match(part)]
    # Cards issued before July 2025 end in "Cửa Nam, Hoàn Kiếm, Hà Nội", later "Cửa Nam, Hà Nội".
    from_end = [len(parts) - 3, len(parts) - 2] if len(parts) > 2 else []
    order = dict.fromkeys([*named[-1:], *from_end, 0])
    readings = [
        Asked("", words_of(parts[place]), _spelled(parts[place]), _within(parts[place + 1 :]))
        for place in order
    ]
    return [asked for asked in readings if asked.words]


def _within(parts: list[str]) -> tuple[str, ...]:
    return tuple(words for words in map(words_of, parts) if words)


def _full(part: str) -> str:
    return _ABBREVIATED.sub(lambda match: _SHORT[match[1].lower()] + " ", part)


# How well a name answers: the lower, the better.
EXACT, ACCENTS_DIFFER, BEGINS, CONTAINS = range(4)


def closeness(asked: Asked, *, name: str, full_name: str) -> int:
    """How near a name comes to the words asked for (it is known to contain them)."""
    if asked.words in (words_of(name), words_of(full_name)):
        if not asked.accented or asked.spelled in (_spelled(name), _spelled(full_name)):
            return EXACT
        return ACCENTS_DIFFER
    if f"{words_of(name)} ".startswith(asked.words):
        return BEGINS
    return CONTAINS
