"""What a payer writes so that money finds its demand. Pure.

The first demand of a dossier goes by the dossier's own code where that has room in a VietQR text
(25 characters); another, or a longer one, by "HC" + the demand's id in base 32 + two check digits
(ISO 7064 MOD 97-10), which is undone by arithmetic. Banks change what people write: capitals come
and go, points and hyphens are dropped, words are put around. So codes are looked for in the letters
and digits of a text alone.
"""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 25
MARK: Final = "HC"
_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O, U: read aloud, typed by hand
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_SHORT: Final = re.compile(rf"{MARK}(?=([{_DIGITS}]{{3,14}}))")
_NOT_A_LETTER: Final = re.compile(r"[^A-Z0-9]")


def fits(label: str) -> bool:
    """Whether a code may stand in the text of a VietQR as it is."""
    return len(label) <= LONGEST and _PLAIN.fullmatch(label) is not None


def short_code(number: int) -> str:
    """The payment code of a demand: 42 → HC1A55 and so on."""
    if number < 0:
        raise ValueError("a demand's id is no less than nothing")
    digits = ""
    rest = number
    while rest or not digits:
        rest, last = divmod(rest, 32)
        digits = _DIGITS[last] + digits
    return f"{MARK}{digits}{98 - number * 100 % 97:02d}"


def number_of(code: str) -> int | None:
    """The demand's id behind a short code; None when it is none, or its check digits are wrong."""
    text = squeezed(code)
    body, check = text.removeprefix(MARK)[:-2], text[-2:]
    if not text.startswith(MARK) or not body or not check.isdigit() or set(body) - set(_DIGITS):
        return None
    number = 0
    for digit in body:
        number = number * 32 + _DIGITS.index(digit)
    return number if short_code(number) == text else None


def squeezed(text: str) -> str:
    """Capitals and digits alone: h26.2.140-261122-0003 → H2621402611220003."""
    return _NOT_A_LETTER.sub("", text.upper())


def numbers_in(text: str) -> list[int]:
    """The demands whose short codes may stand somewhere in what a payer wrote, longest first."""
    plain = squeezed(text)
    found: dict[int, None] = {}
    for match in _SHORT.finditer(plain):
        body = match[1]
        for end in range(len(body), 2, -1):
            number = number_of(MARK + body[:end])
            if number is not None:
                found[number] = None
                break
    return list(found)
