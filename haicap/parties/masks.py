"""Numbers and names shown to people who need only recognise them."""

from __future__ import annotations


def mask_number(number: str) -> str:
    """000090123456 → 0000…3456; a phone as dialled: +84912345678 → 0912…678; short ones …678."""
    if number.startswith("+84"):
        national = "0" + number[3:]
        return f"{national[:4]}…{national[-3:]}"
    if len(number) < 10:
        return f"…{number[-3:]}" if len(number) > 3 else "…"
    return f"{number[:4]}…{number[-4:]}"


def mask_name(name: str) -> str:
    """Nguyễn Thị Lan → N. T. Lan: the given name is how people are called, the rest identifies."""
    *others, given = name.split() or [""]
    return " ".join([*(f"{word[0]}." for word in others), given])
