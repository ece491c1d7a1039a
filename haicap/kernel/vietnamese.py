"""Vietnamese text: cleaned, folded, compared, sorted; dates and numbers in words."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from haicap.kernel.clock import local

_ALPHABET: Final = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_CODES: Final = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg"  # one ASCII letter for each letter of the alphabet
)
_PLACE: Final = {letter: place for place, letter in enumerate(_ALPHABET)}
_TONES: Final = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_VOWELS: Final = frozenset("aăâeêioôơuưy")
_MODIFIED: Final = frozenset("ăâêôơư")
_MARKS: Final = re.compile(r"[\u0300-\u036f]+")
_WORD: Final = re.compile(r"[^\W\d_]+")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_LINE_ENDS: Final = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_APOSTROPHES: Final = frozenset("'’‘ʼ`´")


# --- cleaning, folding, comparing ---------------------------------------------------------------


def clean(text: str, *, multiline: bool = False) -> str:
    """`text` as it is kept: NFC, one space between words, no control, zero-width, bidi characters.

    With `multiline` line ends stay, as \\n, with at most one empty line together.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    if not multiline:
        return " ".join(unicodedata.normalize("NFC", _visible(text)).split())
    lines = _LINE_ENDS.sub("\n", text).split("\n")
    kept = "\n".join(" ".join(_visible(line).split()) for line in lines)
    return unicodedata.normalize("NFC", _BLANK_LINES.sub("\n\n", kept)).strip()


def _visible(text: str) -> str:
    # Categories C*: control, format (zero-width, bidi), surrogate, private use, unassigned. None is
    # seen on paper, all can hide a difference between two names. Blank ones still separate words.
    return "".join(
        char if unicodedata.category(char)[0] != "C" else " " if char.isspace() else ""
        for char in text
    )


def bare_letters(text: str) -> str:
    """`text` without its accents, large letters large: Giấy tiếp nhận → Giay tiep nhan."""
    bare = _MARKS.sub("", unicodedata.normalize("NFD", text)).translate({0x111: "d", 0x110: "D"})
    return unicodedata.normalize("NFC", bare)


def fold_accents(text: str) -> str:
    """`text` for searching: lower case, no accents, đ as d."""
    if text.isascii():
        return text.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFD", text.lower())).replace("đ", "d")
    return unicodedata.normalize("NFC", bare)


def tone_neutral(text: str) -> str:
    """`text` with each tone mark where the older habit puts it (Hoà → Hòa, Thuỷ → Thủy, Qúy → Quý).

    Two spellings of one name give the same result. Case and words of other languages stay.
    """
    if text.isascii():
        return text
    return _WORD.sub(lambda match: _settled(match[0]), unicodedata.normalize("NFC", text))


@lru_cache(maxsize=8192)
def _settled(word: str) -> str:
    letters, tones = [], []
    for char in word:
        parts = unicodedata.normalize("NFD", char)
        tones += [part for part in parts if part in _TONES]
        bare = "".join(part for part in parts if part not in _TONES)
        letters.append(unicodedata.normalize("NFC", bare))
    if len(tones) != 1:
        return word
    place = _tone_place("".join(letters).lower())
    if place is None:
        return word
    letters[place] = unicodedata.normalize("NFC", letters[place] + tones[0])
    return "".join(letters)


def _tone_place(syllable: str) -> int | None:
    """Index of the letter that carries the tone; None when this is not one syllable."""
    start = next((i for i, char in enumerate(syllable) if char in _VOWELS), None)
    if start is None:
        return None
    glide = syllable[:start] == "q" and syllable[start] == "u"
    glide = glide or (syllable[:start] == "g" and syllable[start] == "i")
    if glide and syllable[start + 1 : start + 2] in _VOWELS:
        start += 1
    end = start
    while end < len(syllable) and syllable[end] in _VOWELS:
        end += 1
    if not set(syllable[end:]).isdisjoint(_VOWELS):
        return None
    modified = [i for i in range(start, end) if syllable[i] in _MODIFIED]
    if modified:
        return modified[-1]
    length, closed = end - start, end < len(syllable)
    if length > 3:
        return None
    return start + (1 if length == 3 or (length == 2 and closed) else 0)


# --- sorting ------------------------------------------------------------------------------------


class _Codes(dict[str, tuple[str, str]]):
    """Character → (code, tone). The code of a digit is the digit, of a break a blank."""

    def __missing__(self, char: str) -> tuple[str, str]:
        parts = unicodedata.normalize("NFD", char)
        tone = next((_TONES[part] for part in parts if part in _TONES), "")
        bare = unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TONES))
        letter = bare if bare in _PLACE else parts[0]
        if letter in _PLACE:
            code = _CODES[_PLACE[letter]]
        elif char.isdecimal():
            code = str(unicodedata.decimal(char))
        elif char.isalnum():
            code = f"~{ord(char):05x}"
        elif char in _APOSTROPHES or unicodedata.combining(char):
            code = ""
        else:
            code = " "
        if char < "\u2100":  # the scripts beyond are not worth the memory
            self[char] = (code, tone)
        return code, tone


_CODE_OF: Final = _Codes()


def sort_key(text: str) -> str:
    """A key in plain ASCII whose byte order (COLLATE "C") is the Vietnamese order of `text`.

    Letters first (a ă â b c d đ e ê …), over the whole text; then tones, word by word (ngang,
    huyền, hỏi, ngã, sắc, nặng). Case, punctuation and the place of the tone mark do not count.
    Numbers sort by value (Tổ 2 before Tổ 10), before letters.
    """
    words: list[str] = []
    tones: list[str] = []
    word, digits, word_tone = "", "", "0"
    for char in unicodedata.normalize("NFC", text).lower() + " ":
        code, tone = _CODE_OF[char]
        if digits and not code.isdecimal():
            word += _number_code(digits)
            digits = ""
        if code == " ":
            if word:
                words.append(word)
                tones.append(word_tone)
            word, word_tone = "", "0"
        elif code.isdecimal():
            digits += code
        else:
            word += code
            word_tone = tone or word_tone
    # " " < "!" < digits < letters < "~": what begins a longer text comes before it.
    return "!".join(words) + " " + "".join(tones) if words else ""


def _number_code(digits: str) -> str:
    value = digits.lstrip("0") or "0"
    return f"{min(len(value), 99):02d}{value}"


def name_sort_key(text: str) -> str:
    """Like `sort_key`, for persons: given name (the last word), then family and middle names."""
    *others, given = text.split() or [""]
    return f"{sort_key(given)} {sort_key(' '.join(others))}".strip()


# --- dates and numbers in words -----------------------------------------------------------------

_WEEKDAYS: Final = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ Nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def date_words(day: date, *, lang: str = "vi") -> str:
    """thứ Tư, 25/11/2026 · Wednesday, 25 November 2026."""
    if lang == "en":
        return f"{_WEEKDAYS['en'][day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{_WEEKDAYS['vi'][day.weekday()]}, {day.day:02d}/{day.month:02d}/{day.year:04d}"


def hour_words(moment: datetime, *, lang: str = "vi") -> str:
    """17 giờ · 8 giờ 05 phút · 17:00 · 08:05, on the Vietnamese wall clock."""
    at = local(moment)
    if lang == "en":
        return f"{at:%H:%M}"
    return f"{at.hour} giờ {at.minute:02d} phút" if at.minute else f"{at.hour} giờ"


def moment_words(moment: datetime, *, lang: str = "vi") -> str:
    """8 giờ 05 phút, thứ Tư, 25/11/2026 · 08:05 on Wednesday, 25 November 2026."""
    joint = " on " if lang == "en" else ", "
    return hour_words(moment, lang=lang) + joint + date_words(local(moment).date(), lang=lang)


def due_words(moment: datetime, *, lang: str = "vi") -> str:
    """thứ Tư, 25/11/2026, trước 17 giờ · Wednesday, 25 November 2026, by 17:00."""
    joint = ", by " if lang == "en" else ", trước "
    return date_words(local(moment).date(), lang=lang) + joint + hour_words(moment, lang=lang)


_DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES: Final = ("", " nghìn", " triệu", " tỷ")


def number_words(number: int) -> str:
    """A whole number below 10^12 as it is read: 105 → một trăm linh năm. ValueError outside."""
    if not 0 <= number < 10**12:
        raise ValueError("number_words reads 0 to 999,999,999,999")
    if number == 0:
        return _DIGITS[0]
    parts: list[str] = []
    for scale in (3, 2, 1, 0):
        group = number // 1000**scale % 1000
        if group:
            parts.append(_group_words(group, full=bool(parts)) + _SCALES[scale])
    return " ".join(parts)


def _group_words(group: int, *, full: bool) -> str:
    """One to three digits; `full` reads missing hundreds too (a group that follows another)."""
    hundreds, rest = divmod(group, 100)
    tens, ones = divmod(rest, 10)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or full else []
    if tens == 0:
        if ones and words:
            words.append("linh")
    elif tens == 1:
        words.append("mười")
    else:
        words += [_DIGITS[tens], "mươi"]
    if ones:
        words.append(_last_digit(tens, ones))
    return " ".join(words)


def _last_digit(tens: int, ones: int) -> str:
    if tens >= 2 and ones == 1:
        return "mốt"
    if tens >= 2 and ones == 4:
        return "tư"
    if tens >= 1 and ones == 5:
        return "lăm"
    return _DIGITS[ones]
