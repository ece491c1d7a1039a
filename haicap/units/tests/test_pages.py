"""The public pages: an old name leads to its heirs, a commune says who serves it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from haicap.kernel import clock
from haicap.kernel.actor import NOBODY, Actor, ActorKind, Duty, Grant
from haicap.kernel.errors import Invalid, Missing, NotAllowed
from haicap.units.load import LoadedCity
from haicap.units.views import public, staff

pytestmark = [pytest.mark.django_db, pytest.mark.urls("haicap.units.tests.urls")]


def page(view: Any, status: int = 200, *args: str, **query: str) -> str:
    request = RequestFactory().get("/don-vi-hanh-chinh/", query)
    request.at = clock.now()  # type: ignore[attr-defined]
    request.actor = NOBODY  # type: ignore[attr-defined]
    response: HttpResponse = view(request, *args)
    assert response.status_code == status
    main = re.search(r"<main.*?</main>", response.content.decode(), re.DOTALL)
    assert main
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", main[0])))


def test_an_old_name_leads_to_its_heirs(city: LoadedCity) -> None:
    text = page(public.places, q="ngọc thuỵ")
    assert "Phường Ngọc Thụy Quận Long Biên" in text
    assert "Có đến hết 30/06/2025. Nay thuộc:" in text
    assert "Phường Bồ Đề phần diện tích còn lại, toàn bộ dân cư" in text
    assert "Phường Hồng Hà một phần diện tích, không có dân cư" in text


def test_without_words_all_communes_are_listed(city: LoadedCity) -> None:
    text = page(public.places)
    assert "Phường 51" in text
    assert "Xã 75" in text
    assert text.index("An Khánh") < text.index("Yên Xuân")


def test_what_is_not_found_is_said_kindly(city: LoadedCity) -> None:
    assert "Chưa tìm thấy nơi tên này" in page(public.places, q="<script>alert(1)</script>")
    assert "Dài quá 200 ký tự." in page(public.places, 422, q="x" * 500)


def test_a_commune_says_who_serves_it_and_what_it_was_made_of(city: LoadedCity) -> None:
    text = page(public.place, 200, "00118")
    assert "Phường Bồ Đề Thành phố Hà Nội" in text
    assert "Điểm phục vụ hành chính công phường Bồ Đề" in text
    assert "Chi nhánh số 4" in text
    assert "giả định" in text
    assert "120.028 người" in text
    assert "Phường Ngọc Thụy , Quận Long Biên phần diện tích còn lại" in text
    assert "Theo Nghị quyết 1656/NQ-UBTVQH15, khoản 40." in text
    assert "Trước đây cùng mã 00118: Phường Ngọc Thụy" in text


def test_an_old_code_shows_its_old_bearer(city: LoadedCity) -> None:
    text = page(public.place, 200, "00073")
    assert "Phường Cửa Nam Quận Hoàn Kiếm" in text
    assert "Tên này có đến hết 30/06/2025." in text
    assert "Giấy tờ đã cấp theo tên cũ vẫn có giá trị" in text
    on_its_day = page(public.place, 200, "00004", at="2025-06-30")
    assert "Phường Trúc Bạch" in on_its_day
    assert "Nay cùng mã 00004: Phường Ba Đình" in on_its_day


def test_a_code_of_nobody_is_not_found(city: LoadedCity) -> None:
    with pytest.raises(Missing):
        page(public.place, 404, "99999")
    with pytest.raises(Missing):
        page(public.place, 404, "00073", at="2026-01-01")
    with pytest.raises(Invalid):
        page(public.place, 422, "00004", at="mai")


@pytest.mark.parametrize("code", ["01", "001", "75", "00376", "10441", "15"])
def test_every_kind_of_territory_has_a_page(city: LoadedCity, code: str) -> None:
    assert page(public.place, 200, code)


def test_english_readers_get_english(city: LoadedCity) -> None:
    with translation.override("en"):
        text = page(public.place, 200, "00118")
    assert "Public Service Point of Bồ Đề Ward" in text
    assert "Where to go" in text
    assert "all its people" in text


def test_a_page_takes_few_queries(city: LoadedCity, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        page(public.place, 200, "00118")
    with django_assert_max_num_queries(8):
        page(public.places, q="cua nam")


# --- the staff's page ---------------------------------------------------------------------------

COORDINATOR = Actor(
    kind=ActorKind.STAFF, person=7, post=7, agency=2, name="Hương", grants=(Grant(Duty.COORDINATE),)
)
OBSERVER = Actor(
    kind=ActorKind.STAFF, person=8, post=8, agency=2, name="Sơn", grants=(Grant(Duty.OBSERVE),)
)


def desk(by: Actor, typed: dict[str, str] | None = None) -> HttpResponse:
    factory = RequestFactory()
    path = "/don-vi/chi-nhanh/"
    request = factory.get(path) if typed is None else factory.post(path, typed)
    request.at = clock.now()  # type: ignore[attr-defined]
    request.actor = by  # type: ignore[attr-defined]
    return staff.branches(request)


def typed(city: LoadedCity, **changes: str) -> dict[str, str]:
    form = {
        "commune": str(city.commune_ids["00118"]),
        "branch": str(city.branches[7]),
        "from_day": f"{clock.now():%d/%m/%Y}",
        "mark": "đã biết",
    }
    return {**form, **changes}


def test_a_coordinator_moves_a_commune_and_sees_what_it_was(city: LoadedCity) -> None:
    before = desk(COORDINATOR).content.decode()
    assert before.count("<option") >= 126 + 12
    assert "Các lần chuyển" not in before
    moved = desk(COORDINATOR, typed(city))
    assert moved.status_code == 302
    assert "Phường Bồ Đề thuộc Chi nhánh số 7" in unquote(moved["Haicap-Notice"])
    after = desk(COORDINATOR).content.decode()
    assert "Các lần chuyển" in after
    assert "đã biết" in after


def test_an_observer_sees_the_table_and_no_form(city: LoadedCity) -> None:
    page = desk(OBSERVER).content.decode()
    assert "Chi nhánh số 12" in page
    assert "<form class=" not in page
    with pytest.raises(NotAllowed):
        desk(OBSERVER, typed(city))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"commune": ""}, "commune"),
        ({"commune": "1; drop table"}, "commune"),
        ({"commune": "9" * 40}, "commune"),
        ({"branch": "1"}, "branch"),
        ({"from_day": "01/01/2020"}, "from_day"),
        ({"from_day": "mai"}, "from_day"),
        ({"mark": "chắc"}, "mark"),
    ],
)
def test_a_wrong_change_is_told_at_its_field_and_changes_nothing(
    city: LoadedCity, changes: dict[str, str], field: str
) -> None:
    answer = desk(COORDINATOR, typed(city, **changes))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.content.decode()
    assert "Các lần chuyển" not in answer.content.decode()
