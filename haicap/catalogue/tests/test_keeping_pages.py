"""The controllers' pages: a version written, checked, compared and published, without a script."""

from __future__ import annotations

import json
import os
import re
from html import unescape
from time import perf_counter
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from haicap.accounts.models import Reach
from haicap.accounts.tests.cast import Cast, add_person, make_cast
from haicap.catalogue import procedure_file, versions
from haicap.catalogue.models import Draft
from haicap.kernel.actor import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "own_urls")]
BIRTH = "1.001193"
ONE = f"/kiem-soat/thu-tuc/{BIRTH}/"
DRAFT = f"{ONE}ban-thao/"


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    cast.people["tich"] = add_person(
        login="tich",
        name="Lê Hộ Tịch",
        agency=cast.bode.office,
        title="Hộ tịch",
        duties=[(Duty.HANDLE, Reach.OWN)],
    )
    cast.people["soat2"] = add_person(
        login="soat2",
        name="Vũ Thị Rà",
        agency=cast.centre,
        title="Kiểm soát",
        duties=[(Duty.CATALOGUE, Reach.ALL)],
    )
    return cast


@pytest.fixture
def soat(cast: Cast) -> Client:
    client = cast.client("soat")
    assert client.post(ONE).status_code == 302
    return client


def text(client: Client, path: str, status: int = 200, **data: Any) -> str:
    answer = client.post(path, data) if data else client.get(path)
    page = answer.content.decode()
    assert answer.status_code == status, page[:500]
    return unescape(page)


def cells(page: str) -> dict[str, Any]:
    """What a browser would post of the editor's form as it stands."""
    form = page.partition('<form method="post" novalidate data-keep>')[2].partition("</form>")[0]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = (re.search(rf' {key}="([^"]*)"', tag) for key in ("name", "value"))
        ticks = 'type="checkbox"' in tag or 'type="radio"' in tag
        if name and name[1] != "csrfmiddlewaretoken" and (not ticks or " checked" in tag):
            cell = value[1] if value else ""
            found[name[1]] = [*found.get(name[1], []), cell] if name[1] == "channels" else cell
    for name, inner in re.findall(
        r'<select id="[^"]*" name="([^"]*)"[^>]*>(.*?)</select>', form, re.S
    ):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        found[name] = chosen[1] if chosen else ""
    for name, value in re.findall(
        r'<textarea [^>]*name="([^"]*)"[^>]*>\n(.*?)</textarea>', form, re.S
    ):
        found[name] = value
    return found


def revision() -> str:
    return str(Draft.objects.get(code=BIRTH).revision)


def test_a_version_goes_from_hand_to_hand(cast: Cast, soat: Client) -> None:
    page = text(soat, DRAFT)
    assert "Hai bản giống hệt nhau" in page
    typed = cells(text(soat, f"{DRAFT}papers/"))
    typed["papers.0.name_vi"] = "Tờ khai mới"
    assert soat.post(f"{DRAFT}papers/", typed).status_code == 302
    page = text(soat, DRAFT)
    assert "<del>Tờ khai đăng ký khai sinh</del>" in page
    assert "<ins>Tờ khai mới</ins>" in page
    assert soat.post(DRAFT, {"do": "submit", "revision": revision()}).status_code == 302
    assert "người kiểm soát khác sẽ công bố" in text(soat, DRAFT)
    moved = {"do": "publish", "revision": revision(), "valid_from": today()}
    assert soat.post(DRAFT, moved).status_code == 403
    other = cast.client("soat2")
    assert "Đinh Văn Soát sửa lần cuối" in text(other, DRAFT)
    assert other.post(DRAFT, moved).status_code == 302
    page = text(other, ONE)
    assert "Đinh Văn Soát soạn, Vũ Thị Rà công bố" in page
    page = text(other, f"{ONE}so-sanh/?from=1&to=2")
    assert "<ins>Tờ khai mới</ins>" in page
    assert "Tờ khai mới" in text(Client(), f"/thu-tuc/{BIRTH}/")


def today() -> str:
    from haicap.kernel import clock

    return clock.day_of(clock.now()).isoformat()


@pytest.mark.parametrize("part", ["general", "papers", "deadline", "fee", "route", "form", "texts"])
def test_a_part_posted_back_as_shown_changes_nothing(soat: Client, part: str) -> None:
    before = Draft.objects.get(code=BIRTH).content
    page = text(soat, f"{DRAFT}{part}/")
    assert soat.post(f"{DRAFT}{part}/", cells(page)).status_code == 302
    draft = Draft.objects.get(code=BIRTH)
    assert draft.content == before
    assert draft.revision == 1


def test_rows_come_go_and_move_keeping_what_is_typed(soat: Client) -> None:
    typed = cells(text(soat, f"{DRAFT}papers/"))
    typed["papers.0.name_vi"] = "Đang gõ dở"
    page = text(soat, f"{DRAFT}papers/", **typed, _row="add:papers")
    assert 'id="papers.8"' in page
    assert 'value="Đang gõ dở"' in page
    page = text(soat, f"{DRAFT}papers/", **cells(page), _row="down:papers:0")
    assert cells(page)["papers.1.name_vi"] == "Đang gõ dở"
    page = text(soat, f"{DRAFT}papers/", **cells(page), _row="remove:papers:0")
    assert cells(page)["papers.0.name_vi"] == "Đang gõ dở"
    assert Draft.objects.get(code=BIRTH).revision == 1  # nothing was saved yet


def test_a_refusal_keeps_all_that_was_typed(soat: Client) -> None:
    typed = cells(text(soat, f"{DRAFT}route/"))
    typed |= {"route.0.minutes": "nhiều", "route.1.name_vi": "Thẩm tra kỹ"}
    page = text(soat, f"{DRAFT}route/", 422, **typed)
    assert "Ghi bằng chữ số" in page
    assert cells(page) == typed


def test_two_editors_lose_nothing(cast: Cast, soat: Client) -> None:
    other = cast.client("soat2")
    mine, theirs = (cells(text(client, f"{DRAFT}general/")) for client in (soat, other))
    assert other.post(f"{DRAFT}general/", {**theirs, "short_name": "Của Rà"}).status_code == 302
    page = text(soat, f"{DRAFT}general/", 409, **{**mine, "short_name": "Của Soát"})
    assert "Vũ Thị Rà vừa lưu" in page
    assert 'value="Của Soát"' in page
    assert Draft.objects.get(code=BIRTH).content["short_name"] == "Của Rà"


def test_what_is_wrong_leads_to_its_cell_and_blocks(soat: Client) -> None:
    typed = cells(text(soat, f"{DRAFT}papers/")) | {"papers.2.name_vi": ""}
    assert soat.post(f"{DRAFT}papers/", typed).status_code == 302
    page = text(soat, DRAFT)
    assert f'{DRAFT}papers/#papers.2.name_vi"' in page
    refused = text(soat, DRAFT, 422, do="submit", revision=revision())
    assert "Giấy tờ thứ 3 chưa có tên" in refused
    assert 'id="papers.2.name_vi"' in text(soat, f"{DRAFT}papers/")


def test_a_file_goes_out_and_comes_in(soat: Client) -> None:
    raw = soat.get(f"{ONE}tep/").content
    assert soat.get(f"{ONE}tep/?version=1").content == raw
    new = raw.replace(BIRTH.encode(), b"1.999999").replace(b'"ho-tich"', b'"la-lam"')
    sent = SimpleUploadedFile("x.json", new, content_type="application/json")
    answer = soat.post("/kiem-soat/thu-tuc/nhap/", {"file": sent, "do": "file"})
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/kiem-soat/thu-tuc/1.999999/ban-thao/",
    )
    page = text(soat, answer["Location"])
    assert "Lĩnh vực “Hộ tịch” chưa có ở đây: sẽ được thêm khi công bố." in page
    assert soat.get("/kiem-soat/thu-tuc/1.999999/tep/?version=draft").content == new
    wrong = SimpleUploadedFile("x.json", b"PK", content_type="application/json")
    answer = soat.post("/kiem-soat/thu-tuc/nhap/", {"file": wrong, "do": "file"})
    assert answer.status_code == 422
    assert "không phải JSON" in answer.content.decode()


def test_a_form_of_two_hundred_fields_is_saved_in_few_statements(soat: Client) -> None:
    draft = Draft.objects.get(code=BIRTH)
    kinds = ("text", "number", "date", "textarea", "phone")
    form = draft.content["form"]
    form["fields"] += [
        {"name": f"muc_{n}", "section": "child", "kind": kinds[n % 5], "label_vi": f"Mục {n}",
         "label_en": f"Item {n}", "required": False}
        for n in range(199 - len(form["fields"]))
    ]  # fmt: skip
    inner = {"name": "trong", "kind": "text", "label_vi": "Trong", "label_en": "Inside"}
    group = {"name": "nhom", "section": "child", "kind": "group", "label_vi": "Nhóm"}
    form["fields"].insert(0, {**group, "label_en": "Group", "fields": [inner]})
    draft.save()
    typed = cells(text(soat, f"{DRAFT}form/")) | {"fields.199.label_vi": "Mục cuối"}
    assert "fields.199.section" in typed
    assert "fields.199.name" not in typed  # its details come when asked for
    opened = text(soat, f"{DRAFT}form/", **typed, _row="open:fields:198")
    assert cells(opened)["fields.198.name"] == form["fields"][197]["name"]
    assert cells(opened)["fields.199.label_vi"] == "Mục cuối"
    began = perf_counter()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert soat.post(f"{DRAFT}form/", typed).status_code == 302
    took = perf_counter() - began
    assert len(asked) < 25
    assert took < max(1.0, os.getloadavg()[0] / 2), took  # the tests may run beside others
    now = Draft.objects.get(code=BIRTH).content["form"]["fields"]
    assert now[198].pop("label_vi") == "Mục cuối"  # the row of the group's field comes before
    assert form["fields"][198].pop("label_vi") != "Mục cuối"
    assert now == form["fields"]  # details not on the page stay, inside groups too


def test_a_whole_form_is_typed_without_a_script(soat: Client) -> None:
    code = "noi-bo-thu-nghiem"
    address = f"/kiem-soat/thu-tuc/{code}/ban-thao/form/"
    assert soat.post("/kiem-soat/thu-tuc/nhap/", {"code": code, "do": "new"}).status_code == 302
    typed = {"revision": "1", "subject": "Xin {ho_ten}", "place": "", "mark": "giả định"}
    typed |= {"basis": "Tự đặt", "sections.0.title_vi": "Về ông bà"}
    rows = [
        {"label_vi": "Họ tên", "kind": "text", "required": "1"},
        {"label_vi": "Có con", "kind": "checkbox"},
        {"label_vi": "Các con", "kind": "group", "show_if_field": "co_con", "show_if_in": "true"},
        {"label_vi": "Tên con", "kind": "text", "within": "cac_con"},
        {"label_vi": "Hạng", "kind": "choice", "options": "a | Hạng A | Class A\nHạng B"},
        {"label_vi": "Ảnh", "kind": "file"},
    ]
    typed |= {
        f"fields.{n}.{name}": cell for n, row in enumerate(rows) for name, cell in row.items()
    }
    assert soat.post(address, typed).status_code == 302
    form = versions.living_draft(code).file.form or {}
    assert [field["name"] for field in form["fields"]] == [
        *("ho_ten", "co_con", "cac_con", "hang", "anh"),
    ]
    assert form["fields"][2]["show_if"] == {"field": "co_con", "in": [True]}
    assert form["fields"][2]["fields"][0]["name"] == "ten_con"
    assert form["fields"][3]["options"][1] == {"value": "hang-b", "vi": "Hạng B", "en": ""}
    page = text(soat, address)
    assert 'name="preview.ho_ten"' in page
    assert "Hạng A" in page
    assert "lỗi phải sửa" in text(soat, f"/kiem-soat/thu-tuc/{code}/ban-thao/")


def test_any_form_a_file_may_hold_can_be_shown(soat: Client) -> None:
    """Half-written and senseless definitions are judged, never a crash."""
    file = versions.living_draft(BIRTH).file
    nonsense: list[object] = [
        {}, {"fields": "x", "sections": 3}, {"fields": [1], "sections": [{}]},
        {"fields": [{"kind": "choice"}, {"name": "a", "kind": "choice", "section": "s",
         "options": [{"value": 1}]}, {"name": "b", "kind": "person", "parts": "x", "section": "s",
         "show_if": {"in": 3}}, {"name": "c", "kind": "group", "section": "s", "fields": [[]]},
         {"name": "d", "kind": "number", "max": "x", "section": "s", "default": {}}],
         "sections": [{"name": "s"}], "place": [], "subject": 4},
    ]  # fmt: skip
    for form in nonsense:
        content = {**procedure_file.content(file), "form": form, "fee": {"scheme": {"lines": [3]}}}
        raw = json.dumps(content).encode()
        sent = SimpleUploadedFile("x.json", raw, content_type="application/json")
        assert soat.post("/kiem-soat/thu-tuc/nhap/", {"file": sent}).status_code == 302
        for path in ("", "form/", "fee/", "texts/"):
            text(soat, f"{DRAFT}{path}")
