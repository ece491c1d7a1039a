"""Vietnamese text: cleaning, folding, tone marks, alphabet order, dates and numbers in words."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haicap.kernel.clock import VIETNAM
from haicap.kernel.vietnamese import (
    clean,
    date_words,
    due_words,
    fold_accents,
    moment_words,
    name_sort_key,
    number_words,
    sort_key,
    tone_neutral,
)

VIETNAMESE = st.text(alphabet="aăâeêioôơuưyđbcghnqtáàảãạấờửỹ AĐỨ'-.0123456789", max_size=30)


def _words(line: str) -> list[str]:
    return line.split()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Nguyễn   Văn\tAn ", "Nguyễn Văn An"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("An\x00\x07 Bình", "An Bình"),
        ("A\u200bn\u200d \ufeffBình\u202e", "An Bình"),
        ("Trần\u00a0Thị\u3000Hoa", "Trần Thị Hoa"),
        ("dòng một\ndòng hai", "dòng một dòng hai"),
        ("\ud800lẻ", "lẻ"),
        ("a\u200b\u0301", "á"),
        ("", ""),
        ("\u200b\u200b", ""),
    ],
)
def test_cleaning_keeps_what_can_be_read(typed: str, kept: str) -> None:
    assert clean(typed) == kept


def test_cleaning_several_lines_keeps_their_ends() -> None:
    typed = "  Kính gửi\t\r\n\r\n\r\n\r\nUBND  phường\u2028Bồ Đề\x00 \n"
    assert clean(typed, multiline=True) == "Kính gửi\n\nUBND phường\nBồ Đề"


@given(st.text(max_size=80), st.booleans())
def test_cleaning_twice_changes_nothing_more(text: str, multiline: bool) -> None:
    once = clean(text, multiline=multiline)
    assert clean(once, multiline=multiline) == once
    assert all(char == "\n" or unicodedata.category(char)[0] != "C" for char in once)
    assert "  " not in once


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đường Nguyễn Ảnh Thủ", "duong nguyen anh thu"),
        ("ĐĂNG KÝ KHAI SINH", "dang ky khai sinh"),
        (unicodedata.normalize("NFD", "Thuỷ Điện"), "thuy dien"),
        ("Phường 12", "phuong 12"),
        ("Ưng Ơn Ầ Ỡ ỵ", "ung on a o y"),
    ],
)
def test_folding_leaves_plain_letters(text: str, folded: str) -> None:
    assert fold_accents(text) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hòa", "Hoà"),
        ("Thủy", "Thuỷ"),
        ("Qúy", "Quý"),
        ("gìa", "già"),
        ("Khỏe", "Khoẻ"),
        ("ỦY BAN", "UỶ BAN"),
        ("lóa", "loá"),
        ("Yên Hòa", unicodedata.normalize("NFD", "Yên Hoà")),
    ],
)
def test_two_habits_of_the_tone_mark_are_one_name(one: str, other: str) -> None:
    assert tone_neutral(one) == tone_neutral(other)


@pytest.mark.parametrize(
    "word",
    _words(
        "Hòa Thủy quý già khỏe hoàn hoài thuế thuở khuỷu ngoèo rượu người giữa giếng gìn gì mía "
        "múa quốc quỳnh nguyễn yếu chịu tuần xoáy đường Đặng Kraków Müller"
    ),
)
def test_a_word_written_the_older_way_stays(word: str) -> None:
    assert tone_neutral(word) == word


@pytest.mark.parametrize(("one", "other"), [("Hòa", "Hóa"), ("Hòa", "hòa"), ("Thủy", "Thúy")])
def test_different_names_stay_different(one: str, other: str) -> None:
    assert tone_neutral(one) != tone_neutral(other)


def _shuffled_and_sorted(words: list[str], key: Callable[[str], str]) -> list[str]:
    mixed = words[:]
    random.Random(3).shuffle(mixed)
    return sorted(mixed, key=key)


def test_words_sort_by_letter_then_tone() -> None:
    ordered = _words(
        "a à ả ã á ạ an Anh Ăn ấn ba bà bả bã bá bạ cha da dũng Đàn em êm kha nga oanh Ô ơn "
        "tam tám tâm tha uy Ước vy Yến"
    )
    assert _shuffled_and_sorted(ordered, sort_key) == ordered


def test_a_shorter_name_comes_before_a_longer_one() -> None:
    ordered = ["An", "An Bình", "An Khánh", "Anh", "Ân Thi"]
    assert _shuffled_and_sorted(ordered, sort_key) == ordered


def test_numbers_sort_by_value_and_before_letters() -> None:
    ordered = ["Tổ 1", "Tổ 2", "Tổ 2a", "Tổ 10", "Tổ 010a", "Tổ 100", "Tổ dân phố"]
    assert _shuffled_and_sorted(ordered, sort_key) == ordered


def test_persons_sort_by_given_name_first() -> None:
    ordered = [
        "Bùi Văn An",
        "Nguyễn Văn An",
        "Vũ Đức Anh",
        "Nguyễn Thị Ánh",
        "Phạm Hoàng Ân",
        "Lê Thị Dung",
        "Trần Văn Đức",
    ]
    assert _shuffled_and_sorted(ordered, name_sort_key) == ordered


@given(st.text(max_size=40))
def test_a_sort_key_is_plain_ascii_that_can_be_printed(text: str) -> None:
    for key in (sort_key(text), name_sort_key(text)):
        assert key.isascii()
        assert key.isprintable()


@given(VIETNAMESE)
def test_spelling_habit_and_case_do_not_change_the_order(text: str) -> None:
    assert sort_key(text) == sort_key(text.upper()) == sort_key(f"  {text}. ")
    assert sort_key(tone_neutral(text)) == sort_key(text)
    assert tone_neutral(tone_neutral(text)) == tone_neutral(text)


def test_a_day_in_words() -> None:
    assert date_words(date(2026, 11, 25)) == "thứ Tư, 25/11/2026"
    assert date_words(date(2026, 2, 1)) == "Chủ Nhật, 01/02/2026"
    assert date_words(date(2026, 2, 1), lang="en") == "Sunday, 1 February 2026"


def test_a_moment_in_words_is_vietnamese_time() -> None:
    moment = datetime(2026, 11, 25, 1, 5, tzinfo=UTC)
    assert moment_words(moment) == "8 giờ 05 phút, thứ Tư, 25/11/2026"
    assert moment_words(moment, lang="en") == "08:05 on Wednesday, 25 November 2026"


def test_a_due_time_in_words() -> None:
    moment = datetime(2026, 11, 25, 17, tzinfo=VIETNAM)
    assert due_words(moment) == "thứ Tư, 25/11/2026, trước 17 giờ"
    assert due_words(moment, lang="en") == "Wednesday, 25 November 2026, by 17:00"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (55, "năm mươi lăm"),
        (101, "một trăm linh một"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (1_001, "một nghìn không trăm linh một"),
        (8_000, "tám nghìn"),
        (10_500, "mười nghìn năm trăm"),
        (75_000, "bảy mươi lăm nghìn"),
        (2_350_000, "hai triệu ba trăm năm mươi nghìn"),
        (1_000_015, "một triệu không trăm mười lăm"),
        (3_000_000_000, "ba tỷ"),
        (
            999_999_999_999,
            "chín trăm chín mươi chín tỷ chín trăm chín mươi chín triệu "
            "chín trăm chín mươi chín nghìn chín trăm chín mươi chín",
        ),
    ],
)
def test_a_number_as_it_is_read(number: int, words: str) -> None:
    assert number_words(number) == words


@pytest.mark.parametrize("number", [-1, 10**12])
def test_a_number_outside_is_a_bug_of_the_caller(number: int) -> None:
    with pytest.raises(ValueError, match="999"):
        number_words(number)


@given(st.integers(0, 10**12 - 1), st.integers(0, 10**12 - 1))
def test_different_numbers_read_differently(one: int, other: int) -> None:
    assert (one == other) == (number_words(one) == number_words(other))
