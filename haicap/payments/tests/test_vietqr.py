"""VietQR texts against vectors from elsewhere, and payment codes there and back."""

from __future__ import annotations

import random

import pytest

from haicap.payments import codes, vietqr
from haicap.payments.vietqr import NotVietQR, Paid

# NAPAS, "Đặc tả kỹ thuật mã VietQR": a static code, and one for an amount with a bill number in
# 62/01; the third is the example of an independent library (subiz/vietqr, README).
STATIC = (
    "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6F"
)
WITH_AMOUNT = (
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA"
    "530370454061800005802VN62340107NPS68690819thanh toan don hang63042E2E"
)
ELSEWHERE = (
    "00020101021238570010A00000072701270006970415011300110019324180208QRIBFTTA"
    "530370454061200005802VN62170813ung ho lu lut6304C15C"
)


def by_bits(text: str) -> int:
    """CRC-16/CCITT-FALSE as its definition has it, a bit at a time."""
    register = 0xFFFF
    for byte in text.encode():
        register ^= byte << 8
        for _bit in range(8):
            register = (register << 1) ^ (0x1021 if register & 0x8000 else 0)
            register &= 0xFFFF
    return register


def test_the_check_sum_is_the_published_one() -> None:
    assert vietqr.check("123456789") == "29B1"  # the check value every catalogue of CRCs gives
    for text in (STATIC, WITH_AMOUNT, ELSEWHERE):
        assert vietqr.check(text[:-4]) == text[-4:] == f"{by_bits(text[:-4]):04X}"


def test_texts_are_letter_for_letter_those_of_others() -> None:
    assert vietqr.payload(Paid("970403", "0011012345678")) == STATIC
    made = vietqr.payload(Paid("970415", "0011001932418", 120000, "ung ho lu lut"))
    assert made == ELSEWHERE


def test_what_is_written_is_read_again_and_a_changed_letter_is_seen() -> None:
    read = vietqr.read(WITH_AMOUNT)
    assert read == Paid("970403", "0011012345678", 180000, "thanh toan don hang")
    paid = Paid("999999", "1017000118", 8000, "H26.2.118-261123-0001")
    text = vietqr.payload(paid)
    assert text.startswith("000201010212")
    assert "5405" not in text
    assert "54048000" in text
    assert vietqr.read(text) == paid
    for place in range(len(text)):
        changed = text[:place] + ("1" if text[place] != "1" else "2") + text[place + 1 :]
        with pytest.raises(NotVietQR):
            vietqr.read(changed)


@pytest.mark.parametrize(
    "wrong",
    [
        Paid("97040", "001101234"), Paid("970403", "12"), Paid("970403", "0" * 20),
        Paid("970403", "001101234", 0), Paid("970403", "001101234", -5),
        Paid("970403", "001101234", 10**13), Paid("970403", "001101234", 1, "x" * 26),
        Paid("970403", "001101234", 1, "lệ phí"),
    ],
)  # fmt: skip
def test_what_no_bank_would_take_is_not_written(wrong: Paid) -> None:
    with pytest.raises(NotVietQR):
        vietqr.payload(wrong)


def test_the_picture_needs_neither_script_nor_style() -> None:
    drawn = vietqr.picture(STATIC, title="Mã & <QR>")
    assert drawn.startswith("<svg ")
    assert "style" not in drawn
    assert "<script" not in drawn
    assert "&lt;QR&gt;" in drawn


def test_a_short_code_is_undone_by_arithmetic_and_no_other_letter_fits() -> None:
    chance = random.Random(5)
    for number in [0, 1, 31, 32, *(chance.randrange(10**15) for _n in range(300))]:
        code = codes.short_code(number)
        assert len(code) <= codes.LONGEST
        assert codes.number_of(code) == codes.number_of(code.lower()) == number
        for place in range(2, len(code)):
            for other in "07AZ":
                if other != code[place]:
                    assert codes.number_of(code[:place] + other + code[place + 1 :]) is None


def test_short_codes_are_found_in_what_banks_make_of_them() -> None:
    code = codes.short_code(1_000_000_000_055)
    for text in (code, f"CK {code.lower()} nop le phi", f"MBVCB.123.{code[:5]}-{code[5:]}.tu 0011"):
        assert codes.numbers_in(text) == [1_000_000_000_055]
    assert codes.numbers_in("HCM nop tien, hcdc 2026") == []
