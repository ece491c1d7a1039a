"""The electronic form as posted and shown again; places resolved only where that is certain."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.http import QueryDict

from haicap.accounts.tests.cast import AT, Cast
from haicap.dossiers.forms import answers as forms
from haicap.units.models import Territory, TerritorySuccession, TerritoryVersion

FORM: dict[str, Any] = {
    "sections": [{"name": "one", "title_vi": "Một"}, {"name": "two", "title_vi": "Hai"}],
    "fields": [
        {"name": "title", "section": "one", "kind": "text"},
        {"name": "alone", "section": "one", "kind": "checkbox"},
        {"name": "mother", "section": "one", "kind": "person", "parts": ["name", "address"]},
        {
            "name": "signers",
            "section": "two",
            "kind": "group",
            "fields": [{"name": "name", "kind": "text"}, {"name": "born", "kind": "date"}],
        },
        {"name": "place", "section": "two", "kind": "address"},
    ],
}
TODAY = AT.date()


def posted(text: str, **more: Any) -> dict[str, Any]:
    return forms.posted_answers(FORM, QueryDict(text), at=AT, **more)


def test_flat_names_become_answers_and_other_names_are_left_alone(cast: Cast) -> None:
    found = posted(
        "title=An&alone=1&mother.name=Hà&mother.address.territory=00118&csrf=x&stranger=1"
        "&signers.0.name=Bình&signers.3.born=1/2/1990&place.detail=Số 5"
    )
    assert found == {
        "title": "An",
        "alone": True,
        "mother": {"name": "Hà", "address": {"territory": "00118"}},
        "signers": [{"name": "Bình"}, {"born": "1/2/1990"}],
        "place": {"detail": "Số 5"},
    }


def test_a_tick_not_set_is_no_and_an_emptied_field_stays_empty(cast: Cast) -> None:
    assert posted("title=") == {"title": "", "alone": False, "signers": []}


def test_a_section_reads_its_own_fields_only(cast: Cast) -> None:
    assert posted("title=An&place.detail=x", section="two") == {
        "signers": [],
        "place": {"detail": "x"},
    }


def test_names_may_stand_under_a_prefix(cast: Cast) -> None:
    text = "answers.title=An&title=khác&answers.signers.0.name=B&_row=add:signers"
    found = posted(text, prefix="answers.")
    assert found["title"] == "An"
    assert found["signers"] == [{"name": "B"}, {}]


@pytest.mark.parametrize(
    ("button", "left"),
    [
        ("add:signers", [{"name": "A"}, {"name": "B"}, {}]),
        ("remove:signers:0", [{"name": "B"}]),
        ("remove:signers:7", [{"name": "A"}, {"name": "B"}]),
        ("add:mother", [{"name": "A"}, {"name": "B"}]),
        ("%%%", [{"name": "A"}, {"name": "B"}]),
    ],
)
def test_row_buttons_add_and_remove(cast: Cast, button: str, left: list[Any]) -> None:
    post = QueryDict(mutable=True)
    post.update({"signers.0.name": "A", "signers.1.name": "B", "_row": button})
    assert forms.posted_answers(FORM, post, at=AT)["signers"] == left
    assert forms.row_pressed(post)


def test_a_group_takes_a_hundred_rows_and_no_more(cast: Cast) -> None:
    text = "&".join(f"signers.{n}.name=x" for n in range(300))
    assert len(posted(text)["signers"]) == 100


def test_a_changed_row_keeps_all_the_rest_as_typed(cast: Cast) -> None:
    typed = forms.rows_changed(
        FORM,
        QueryDict("note=khác&title=An&signers.0.name=A&signers.1.name=B&_row=remove:signers:0"),
        at=AT,
    )
    assert typed["note"] == "khác"
    assert typed["title"] == "An"
    assert typed["signers.0.name"] == "B"
    assert "signers.1.name" not in typed
    assert "_row" not in typed


def test_answers_are_laid_out_flat_as_people_write_them() -> None:
    flat = forms.flat_answers(
        {
            "born": "2026-11-25",
            "phone": "+84912345678",
            "alone": True,
            "off": False,
            "mother": {"address": {"territory": "00118"}},
            "signers": [{"name": "A"}, {}],
            "count": 3,
        }
    )
    assert flat == {
        "born": "25/11/2026",
        "phone": "0912345678",
        "alone": "1",
        "off": "",
        "mother.address.territory": "00118",
        "signers.0": "",
        "signers.0.name": "A",
        "signers.1": "",
        "count": "3",
    }


# --- places ---------------------------------------------------------------------------------------


def old_ward(name: str, code: str) -> Territory:
    old = Territory.objects.create(level="commune")
    TerritoryVersion.objects.create(
        territory=old, level="commune", code=code, name=name, kind="phường",
        full_name=f"Phường {name}", sort_key=name.lower(), name_fold=f"phuong {code}",
        period=DateRange(date(2020, 1, 1), date(2025, 7, 1)),
    )  # fmt: skip
    return old


@pytest.fixture
def old(cast: Cast) -> None:
    """Phường Lý Thái passed whole to Bồ Đề; Phường Hàng Quạt was split."""
    began = date(2025, 7, 1)
    whole, split = old_ward("Ly Thai", "00201"), old_ward("Hang Quat", "00202")
    TerritoryVersion.objects.filter(territory=whole).update(name_fold="phuong ly thai")
    TerritoryVersion.objects.filter(territory=split).update(name_fold="phuong hang quat")
    for before, after, relation in (
        (whole, cast.bode, "whole"),
        (split, cast.bode, "part"),
        (split, cast.cuanam, "part"),
    ):
        TerritorySuccession.objects.create(
            old=before, new_id=after.territory, day=began, relation=relation
        )


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Phường Bồ Đề · 00118", "00118"),
        ("00118", "00118"),
        ("Phường Bồ Đề", "00118"),
        ("p. bo de", "00118"),
        ("  bồ   đề ", "00118"),
        ("Phường Ly Thai", "00118"),
    ],
)
def test_a_place_that_can_only_be_one_becomes_its_code(old: None, typed: str, code: str) -> None:
    assert forms.territory_code(typed, day=TODAY) == code


@pytest.mark.parametrize("typed", ["Bồ", "Hang Quat", "Phường Không Có", "<b>", "x" * 5000])
def test_a_place_that_is_not_certain_stays_as_typed(old: None, typed: str) -> None:
    assert forms.territory_code(typed, day=TODAY) == typed


def test_what_an_uncertain_place_may_mean_is_offered(old: None, cast: Cast) -> None:
    answers = posted("mother.name=Hà&mother.address.territory=Hang Quat&place.territory=Bồ")
    choices = forms.place_choices(FORM, answers, at=AT)
    assert {code for code, _words in choices["mother.address"]} == {"00118", "00082"}
    assert all("Hang Quat" in words for _code, words in choices["mother.address"])
    assert [code for code, _words in choices["place"]] == ["00118"]


def test_the_chosen_place_counts_before_the_typed_one(cast: Cast) -> None:
    assert posted("place.territory=Hang Quat&place.chosen=00082")["place"]["territory"] == "00082"
