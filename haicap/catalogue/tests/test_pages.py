"""The catalogue's pages as people see them: citizens, staff with the duty, strangers."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from haicap.accounts.tests.cast import Cast, make_cast
from haicap.catalogue.models import DeadlineRule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "own_urls")]
GAP = "1.000080"


@pytest.fixture(scope="module")
def made(module_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def cast(made: Cast, db: None) -> Cast:
    return made.own()


def text(client: Client, path: str, status: int = 200, **more: object) -> str:
    response = client.get(path, **more)  # type: ignore[arg-type]
    assert response.status_code == status, response.content[:400]
    return response.content.decode()


def test_the_search_page_answers_a_question_without_script() -> None:
    page = text(Client(), "/thu-tuc/", data={"q": "lam giay khai sinh cho con"})
    first = re.search(r'<h3><a href="/thu-tuc/([^/]+)/">([^<]+)<', page)
    assert first is not None
    assert first.groups() == ("1.001193", "Đăng ký khai sinh")


def test_the_search_page_walks_through_all_procedures() -> None:
    client, seen, path = Client(), 0, "/thu-tuc/?field=chung-thuc"
    for _page in range(5):
        page = text(client, path)
        seen += page.count("<h3><a")
        found = re.search(r'href="(\?[^"]+cursor=[^"]+)"', page)
        if found is None:
            break
        path = "/thu-tuc/" + found[1].replace("&amp;", "&")
    assert 10 < seen < 30


def test_nothing_found_says_what_to_do() -> None:
    assert "1022" in text(Client(), "/thu-tuc/", data={"q": "qwzxv prtbl"})


def test_suggestions_are_a_short_list_of_links() -> None:
    page = text(Client(), "/thu-tuc/goi-y/", data={"q": "khai si"})
    assert page.count("<li>") <= 7
    assert 'href="/thu-tuc/1.001193/"' in page
    assert "<html" not in page
    assert "<li>" not in text(Client(), "/thu-tuc/goi-y/", data={"q": ""})


@pytest.mark.parametrize(
    "query",
    ["level=x", "cursor=abc", "cursor=WzEsMl0", "cursor=Wy01XQ", "field=" + "x" * 300, "q=%00%ff"],
)
def test_odd_questions_are_refused_or_answered_never_broken(query: str) -> None:
    assert Client().get(f"/thu-tuc/?{query}").status_code in {200, 422}


def test_the_procedure_page_tells_all_facts_with_their_marks() -> None:
    page = text(Client(), "/thu-tuc/1.001193/")
    for words in (
        "Đăng ký khai sinh",
        "Trong ngày; nhận sau 15 giờ",
        "5.000 đồng",
        "Giấy chứng sinh",
        "Giấy khai sinh",
        "Ủy ban nhân dân phường, xã theo",
        "đã biết",
        "nguồn",
        "giả định",
        "Luật Hộ tịch 60/2014/QH13",
        "Hồ sơ đi qua những bước nào",
        "4 giờ làm việc",
    ):
        assert words in page, words


def test_the_pages_are_in_english_too() -> None:
    page = text(Client(), "/thu-tuc/1.001193/?lang=en")
    for words in (
        "Birth registration",
        "Same day; received after 15:00",
        "VND 5,000",
        "Papers you need",
        "4 working hours",
        "The child",
    ):
        assert words in page, words
    assert "Birth registration" in text(Client(), "/thu-tuc/?q=khai+sinh&lang=en")


def test_a_closed_procedure_says_why_and_offers_no_submission() -> None:
    page = text(Client(), f"/thu-tuc/{GAP}/")
    assert "Chưa rõ thời hạn" in page
    assert "Nộp hồ sơ trực tuyến" not in page


def test_a_procedure_without_a_code_has_its_page() -> None:
    assert "chưa có mã" in text(Client(), "/thu-tuc/noi-bo-tiep-cong-dan-tai-cap-xa/")


@pytest.mark.parametrize("code", ["9.999999", "x", "1.001193'", "..", "%00"])
def test_a_code_that_names_nothing_is_not_found(code: str) -> None:
    assert Client().get(f"/thu-tuc/{code}/").status_code == 404


def test_all_pages_of_complete_procedures_can_be_drawn() -> None:
    client = Client()
    for code in DeadlineRule.objects.filter(procedure__versions__is_complete=True).values_list(
        "procedure__code", flat=True
    ):
        page = text(client, f"/thu-tuc/{code}/")
        assert len(page) < 60_000


# --- the controller -----------------------------------------------------------------------------


def test_gaps_are_for_the_duty_only(cast: Cast) -> None:
    for who, status in (("", 302), ("lan", 403), ("minh", 403), ("quan", 403), ("soat", 200)):
        client = cast.client(who)
        assert client.get("/kiem-soat/thoi-han/").status_code == status, who
        assert client.get(f"/kiem-soat/thoi-han/{GAP}/").status_code == status, who
        if status != 200:
            answer = client.post(f"/kiem-soat/thoi-han/{GAP}/", {"amount": "5"})
            assert answer.status_code == status, who


def test_the_controller_finds_a_gap_and_closes_it(cast: Cast) -> None:
    client = cast.client("soat")
    page = text(client, "/kiem-soat/thoi-han/", data={"q": "nhận cha mẹ con biên giới"})
    assert f'href="/kiem-soat/thoi-han/{GAP}/"' in page
    typed = {
        "amount": "7",
        "time_unit": "WORKING_DAY",
        "policy": "END_OF_DAY",
        "mark": "nguồn",
        "basis": "Điều 5 Nghị định 1/2026/NĐ-CP",
    }
    answer = client.post(f"/kiem-soat/thoi-han/{GAP}/", typed)
    assert (answer.status_code, answer["Location"]) == (302, f"/thu-tuc/{GAP}/")
    assert "7 ngày làm việc" in text(client, f"/thu-tuc/{GAP}/")
    page = text(client, "/kiem-soat/thoi-han/", data={"q": "nhận cha mẹ con biên giới"})
    assert f'href="/kiem-soat/thoi-han/{GAP}/"' not in page


def test_a_wrong_filling_in_keeps_what_was_typed(cast: Cast) -> None:
    client = cast.client("soat")
    typed = {"amount": "bảy", "time_unit": "WORKING_DAY", "basis": "Điều 5 của luật", "mark": ""}
    answer = client.post(f"/kiem-soat/thoi-han/{GAP}/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ghi thời hạn bằng chữ số" in page
    assert 'value="bảy"' in page
    assert "Điều 5 của luật" in page
    assert not DeadlineRule.objects.filter(procedure__code=GAP).exists()
