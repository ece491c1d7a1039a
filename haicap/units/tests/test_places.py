"""Old names and codes lead to candidates of today, with what became of land and people."""

from __future__ import annotations

from datetime import date

import pytest

from haicap.units import public as units
from haicap.units.load import LoadedCity
from haicap.units.places import followed
from haicap.units.search import read_place, words_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)
LONG_AGO = date(2020, 1, 1)


def lies_in(text: str, day: date | None = LONG_AGO) -> dict[str, tuple[str, str]]:
    found = units.resolve_place(text, day=day, at_day=TODAY)
    return {c.now.full_name: (c.land, c.population) for c in found if c.now is not None}


def test_a_split_ward_gives_all_its_heirs(city: LoadedCity) -> None:
    assert lies_in("Phường Cửa Nam") == {
        "Phường Văn Miếu - Quốc Tử Giám": ("remainder", "part"),
        "Phường Ba Đình": ("part", "part"),
        "Phường Hoàn Kiếm": ("part", "part"),
        "Phường Cửa Nam": ("part", "part"),
    }


def test_the_heir_of_all_people_comes_first(city: LoadedCity) -> None:
    found = units.resolve_place("Ngọc Thụy", day=LONG_AGO, at_day=TODAY)
    assert [(c.now and c.now.name, c.population) for c in found] == [
        ("Bồ Đề", "all"),
        ("Hồng Hà", "none"),
    ]


def test_one_name_of_several_units_gives_each(city: LoadedCity) -> None:
    found = units.resolve_place("quang trung", day=LONG_AGO, at_day=TODAY)
    assert {c.typed.code for c in found} == {"00214", "09538", "10006"}


@pytest.mark.parametrize(
    "text",
    [
        "Phường Quang Trung, Quận Hà Đông",
        "p. quang trung, q. ha dong",
        "P.Quang Trung, Hà Đông, Hà Nội",
        "Số 5 Phố Huế, Quang Trung, Hà Đông, Hà Nội",
        "Tổ 3, phường Quang Trung, quận Hà Đông, thành phố Hà Nội",
    ],
)
def test_the_district_behind_the_comma_decides(city: LoadedCity, text: str) -> None:
    found = units.resolve_place(text, day=LONG_AGO, at_day=TODAY)
    assert {c.typed.code for c in found} == {"09538"}


def test_accents_typed_are_held_against_names_and_missing_ones_not(city: LoadedCity) -> None:
    def typed(text: str) -> set[str]:
        found = units.resolve_place(text, day=LONG_AGO, at_day=TODAY)
        return {c.typed.name for c in found}

    assert typed("Phù Linh") == {"Phù Linh"}
    assert typed("phu linh") >= {"Phù Linh"}
    assert typed("thuy phuong") == typed("Thuỵ Phương") == typed("Thụy Phương") == {"Thụy Phương"}


def test_a_place_of_today_is_itself(city: LoadedCity) -> None:
    (found,) = units.resolve_place("00118", day=TODAY, at_day=TODAY)
    assert found.same
    assert found.now == found.typed


def test_with_no_day_known_both_bearers_of_a_code_are_named(city: LoadedCity) -> None:
    found = units.resolve_place("00004", day=None, at_day=TODAY)
    assert [(c.typed.name, c.now and c.now.name) for c in found] == [
        ("Ba Đình", "Ba Đình"),
        ("Trúc Bạch", "Ba Đình"),
    ]


@pytest.mark.parametrize("text", ["", "   ", "Atlantis", "12345", ",,,", "\x00", "%", "(" * 50])
def test_what_is_no_place_gives_nothing(city: LoadedCity, text: str) -> None:
    assert units.resolve_place(text, day=None, at_day=TODAY) == []


def test_every_old_commune_leads_somewhere_and_its_people_too(city: LoadedCity) -> None:
    old = units.territories_at(date(2025, 6, 30), level="commune")
    people: dict[int, list[str]] = {one.id: [] for one in old}
    for candidate in followed(old, at_day=TODAY):
        assert candidate.now is not None
        people[candidate.typed.id].append(candidate.population)
    for shares in people.values():
        assert shares.count("all") == 1 or shares.count("part") >= 2


def test_words_are_read_without_accents_and_marks() -> None:
    assert words_of("Văn Miếu - Quốc Tử Giám") == "van mieu quoc tu giam"
    assert read_place("TT.Sóc Sơn")[0].words == "thi tran soc son"
    assert read_place("phuong liet")[0].words == "phuong liet"
