"""Numbers and codes: what is taken, what is refused, with a sentence for the person."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haicap.kernel.identifiers import (
    BadIdentifier,
    PhoneKind,
    Sex,
    TaxCodeKind,
    agency_code,
    email,
    identity_card_qr,
    old_identity_number,
    passport_number,
    personal_id,
    phone,
    procedure_code,
    tax_code,
)

TODAY = date(2026, 11, 25)


# --- personal numbers ---------------------------------------------------------------------------


def test_the_two_examples_of_the_law_chapter() -> None:
    hanoi = personal_id("001203012345", at=TODAY)
    assert (hanoi.province, hanoi.sex, hanoi.birth_year) == ("Hà Nội", Sex.MALE, 2003)
    saigon = personal_id("079301000001", at=TODAY)
    assert (saigon.province, saigon.sex, saigon.birth_year) == (
        "Thành phố Hồ Chí Minh",
        Sex.FEMALE,
        2001,
    )
    assert hanoi.warnings == saigon.warnings == ()


@pytest.mark.parametrize(
    "typed",
    ["001 203 012 345", "001.203.012.345", "００１２０３０１２３４５", " 001203012345\u200b"],
)
def test_a_personal_number_is_read_as_people_write_it(typed: str) -> None:
    assert personal_id(typed, at=TODAY).number == "001203012345"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "chỉ gồm chữ số"),
        ("00120301234", "có 11"),
        ("0012030123456", "có 13"),
        ("00120301234O", "chỉ gồm chữ số"),
        ("٠٠١٢٠٣٠١٢٣٤٥", "chỉ gồm chữ số"),
        ("001203012345" + " " * 500 + "x", "chỉ gồm chữ số"),
        ("001227012345", "2027"),
        ("001403012345", "2103"),
        ("000090123456", "000"),
    ],
)
def test_an_impossible_personal_number_is_refused(typed: str, sentence: str) -> None:
    with pytest.raises(BadIdentifier, match=sentence):
        personal_id(typed, at=TODAY)


def test_somebody_born_this_year_has_a_number() -> None:
    assert personal_id("001226000001", at=TODAY).birth_year == 2026


def test_made_up_people_live_only_in_the_demo() -> None:
    person = personal_id("000090123456", at=TODAY, demo=True)
    assert (person.demo, person.sex, person.birth_year) == (True, Sex.MALE, 1990)
    assert person.warnings == ()
    assert not personal_id("001203012345", at=TODAY, demo=True).demo


def test_an_unknown_place_is_only_a_warning() -> None:
    assert personal_id("003203012345", at=TODAY).warnings
    assert personal_id("003203012345", at=TODAY).province == ""


def test_a_personal_number_must_agree_with_what_was_stated() -> None:
    born = date(2003, 5, 1)
    assert personal_id("001203012345", at=TODAY, sex=Sex.MALE, birth_date=born)
    with pytest.raises(BadIdentifier, match="giới tính nữ"):
        personal_id("001203012345", at=TODAY, sex=Sex.FEMALE)
    with pytest.raises(BadIdentifier, match="1903"):
        personal_id("001203012345", at=TODAY, birth_date=date(1903, 5, 1))
    with pytest.raises(BadIdentifier, match="chưa tới"):
        personal_id("001226000001", at=TODAY, birth_date=date(2026, 12, 1))


def test_an_old_identity_number_is_kept_with_a_warning() -> None:
    assert old_identity_number("012 345 678").number == "012345678"
    assert old_identity_number("012345678").warnings
    with pytest.raises(BadIdentifier):
        old_identity_number("01234567")


def test_a_passport_number_is_read_loosely() -> None:
    assert passport_number("c 1234567") == "C1234567"
    assert passport_number("E00007730") == "E00007730"
    for bad in ("", "ABCDEFG", "12", "B" * 16 + "1", "Đ1234567"):
        with pytest.raises(BadIdentifier):
            passport_number(bad)


# --- tax codes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "number", "kind"),
    [
        ("0100109106", "0100109106", TaxCodeKind.ORGANISATION),
        ("0100109106-001", "0100109106-001", TaxCodeKind.BRANCH),
        ("0100109106001", "0100109106-001", TaxCodeKind.BRANCH),
        ("001203012345", "001203012345", TaxCodeKind.PERSON),
    ],
)
def test_the_three_forms_of_a_tax_code(typed: str, number: str, kind: TaxCodeKind) -> None:
    code = tax_code(typed, at=TODAY)
    assert (code.number, code.kind, code.demo) == (number, kind, False)


@pytest.mark.parametrize(
    "typed",
    ["", "0100109107", "0100109106-000", "010010910", "0100109106-01", "0000000000", "1800-1009",
     "000090123456", "0000000000-001"],
)  # fmt: skip
def test_a_wrong_tax_code_is_refused(typed: str) -> None:
    with pytest.raises(BadIdentifier):
        tax_code(typed, at=TODAY)


@given(st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_of_a_tax_code_is_found(place: int, step: int) -> None:
    digits = [int(char) for char in "0100109106"]
    digits[place] = (digits[place] + step) % 10
    with pytest.raises(BadIdentifier):
        tax_code("".join(map(str, digits)), at=TODAY)


def test_made_up_tax_codes_live_only_in_the_demo() -> None:
    assert tax_code("0000123456", at=TODAY, demo=True).demo
    assert tax_code("0000999999-002", at=TODAY, demo=True).number == "0000999999-002"
    assert tax_code("000090123456", at=TODAY, demo=True).demo


# --- phones -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "number", "kind"),
    [
        ("0912 345 678", "+84912345678", PhoneKind.MOBILE),
        ("+84 912.345.678", "+84912345678", PhoneKind.MOBILE),
        ("84912345678", "+84912345678", PhoneKind.MOBILE),
        ("0084912345678", "+84912345678", PhoneKind.MOBILE),
        ("+84 (0)912 345 678", "+84912345678", PhoneKind.MOBILE),
        ("0391234567", "+84391234567", PhoneKind.MOBILE),
        ("0551234567", "+84551234567", PhoneKind.MOBILE),
        ("(024) 3825-3536", "+842438253536", PhoneKind.FIXED),
        ("84 24 3825 3536", "+842438253536", PhoneKind.FIXED),
        ("1022", "1022", PhoneKind.HOTLINE),
        ("1900 1009", "19001009", PhoneKind.HOTLINE),
        ("113", "113", PhoneKind.HOTLINE),
        ("+81 3-1234-5678", "+81312345678", PhoneKind.FOREIGN),
    ],
)
def test_phones_are_written_one_way(typed: str, number: str, kind: PhoneKind) -> None:
    found = phone(typed)
    assert (found.number, found.kind) == (number, kind)


def test_a_phone_knows_how_it_is_dialled_at_home() -> None:
    assert phone("+84 912 345 678").national == "0912345678"
    assert phone("1022").national == "1022"


@pytest.mark.parametrize(
    "typed",
    ["", "abc", "0412345678", "091234567", "09123456789", "0100123456", "+", "116", "0" * 30],
)
def test_a_wrong_phone_is_refused(typed: str) -> None:
    with pytest.raises(BadIdentifier):
        phone(typed)


def test_a_phone_of_before_2018_is_refused_with_the_new_one() -> None:
    with pytest.raises(BadIdentifier, match="0391234567"):
        phone("01691234567")


def test_a_foreigner_is_only_warned() -> None:
    assert phone("0412345678", foreigner=True).warnings
    assert phone("0912345678", foreigner=True).kind is PhoneKind.MOBILE
    with pytest.raises(BadIdentifier):
        phone("12345", foreigner=True)


def test_made_up_phones_live_only_in_the_demo() -> None:
    found = phone("0100 123 456", demo=True)
    assert (found.number, found.demo) == ("+84100123456", True)
    assert found.national == "0100123456"


# --- e-mail -------------------------------------------------------------------------------------


def test_a_mail_address_is_taken() -> None:
    assert email(" Lan.Nguyen+hs@Example.VN ") == "Lan.Nguyen+hs@example.vn"


@pytest.mark.parametrize(
    "typed",
    ["", "lan", "@example.vn", "lan@", "lan@vn", "lan@@example.vn", "lan nguyen@example.vn",
     "lan..n@example.vn", ".lan@example.vn", "lan@-x.vn", "lan@x..vn", "làn@example.vn",
     "a" * 65 + "@example.vn", "a@" + "b" * 250 + ".vn", "lan@1.2.3.4", "lan@example.vn>"],
)  # fmt: skip
def test_a_wrong_mail_address_is_refused(typed: str) -> None:
    with pytest.raises(BadIdentifier):
        email(typed)


# --- identity cards -----------------------------------------------------------------------------

CARD = "001203012345|012345678|Nguyễn Văn An|05092003|Nam|Số 1, Bồ Đề, Hà Nội|10052021"


def test_the_qr_of_a_card_is_read() -> None:
    card = identity_card_qr(CARD, at=TODAY)
    assert card.number.number == "001203012345"
    assert card.old_number == "012345678"
    assert card.full_name == "Nguyễn Văn An"
    assert card.birth_date == date(2003, 9, 5)
    assert card.sex is Sex.MALE
    assert card.address == "Số 1, Bồ Đề, Hà Nội"
    assert card.issued_on == date(2021, 5, 10)
    assert card.more == ()
    assert card.warnings == ()


def test_a_card_of_2024_keeps_its_further_fields_raw() -> None:
    card = identity_card_qr(CARD + "|Nguyễn Văn Bố||Trần Thị Mẹ|x", at=TODAY)
    assert card.more == ("Nguyễn Văn Bố", "", "Trần Thị Mẹ", "x")


def test_a_card_without_an_old_number_is_whole() -> None:
    assert identity_card_qr(CARD.replace("012345678|", "|", 1), at=TODAY).old_number == ""


def test_an_odd_old_number_is_only_a_warning() -> None:
    assert identity_card_qr(CARD.replace("|012345678|", "|12|"), at=TODAY).warnings


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.vn",
        CARD.rsplit("|", 1)[0],
        CARD.replace("Nam", "X"),
        CARD.replace("Nam", "Nữ"),
        CARD.replace("05092003", "31022003"),
        CARD.replace("05092003", "05092002"),
        CARD.replace("05092003", "2003-9-5"),
        CARD.replace("10052021", "10052027"),
        CARD.replace("10052021", "10051999"),
        CARD.replace("Nguyễn Văn An", " "),
        CARD.replace("001203012345", "000203012345"),
        CARD + "x" * 3000,
    ],
)
def test_another_qr_or_a_broken_one_is_one_sentence(text: str) -> None:
    with pytest.raises(BadIdentifier) as refused:
        identity_card_qr(text, at=TODAY)
    assert str(refused.value).endswith(".")


# --- codes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "old_form", "levels"),
    [
        ("H26", False, ("H26",)),
        ("h26.15", False, ("H26", "15")),
        ("H26.15.3.120", False, ("H26", "15", "3", "120")),
        ("000.00.00.H26", True, ("H26",)),
        ("000.00.15.H26", True, ("H26", "15")),
        ("000.03.15.H26", True, ("H26", "15", "03")),
    ],
)
def test_agency_codes_old_and_new(typed: str, old_form: bool, levels: tuple[str, ...]) -> None:
    code = agency_code(typed)
    assert (code.old_form, code.levels) == (old_form, levels)


@pytest.mark.parametrize("typed", ["", "26H", "H26.", "H26.1.2.3.4", "H26.1234", "00.00.15.H26"])
def test_wrong_agency_codes(typed: str) -> None:
    with pytest.raises(BadIdentifier):
        agency_code(typed)


def test_procedure_codes_national_and_local() -> None:
    assert procedure_code(" 1.001193 ").national == "1.001193"
    local = procedure_code("1.001193.000.00.00.H26")
    assert (local.national, local.agency) == ("1.001193", "000.00.00.H26")
    assert procedure_code("1.001193.H26.1").agency == "H26.1"


@pytest.mark.parametrize(
    "typed", ["", "1001193", "1.00119", "1.0011931", "1.001193.", "1.001193.X"]
)
def test_wrong_procedure_codes(typed: str) -> None:
    with pytest.raises(BadIdentifier):
        procedure_code(typed)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_taken_or_refused_with_a_sentence(text: str) -> None:
    for read in (
        lambda: personal_id(text, at=TODAY),
        lambda: old_identity_number(text),
        lambda: passport_number(text),
        lambda: tax_code(text, at=TODAY),
        lambda: phone(text),
        lambda: phone(text, foreigner=True),
        lambda: email(text),
        lambda: identity_card_qr(text, at=TODAY),
        lambda: agency_code(text),
        lambda: procedure_code(text),
    ):
        with suppress(BadIdentifier):
            read()
