"""A citizen's way in a browser: sign in, find the procedure, fill in, upload, submit, look up."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from haicap.dossiers.tests.world import PDF
from tests.journeys.city import city, own_sign_in
from tests.journeys.visitor import WIDTHS, Visitor, VisitorMaker

__all__ = ["city", "own_sign_in"]

pytestmark = pytest.mark.usefixtures("city", "own_sign_in")
PHONE = WIDTHS[0]


@pytest.fixture
def papers(tmp_path: Path) -> dict[str, Path]:
    """A good paper and a bad one."""
    good, bad = tmp_path / "giấy chứng sinh.pdf", tmp_path / "phim.pdf"
    good.write_bytes(PDF)
    bad.write_bytes(b"MZ" + bytes(900))
    return {"good": good, "bad": bad}


def sign_in(visitor: Visitor, key: str) -> None:
    """Through the simulator, from the page that asks for it, and back."""
    page = visitor.page
    page.get_by_role("link", name="Đăng nhập bằng VNeID").click()
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_url("**/vneid-demo/**")
    page.locator(f"#citizen-{key}").check()
    page.get_by_role("button", name="Đăng nhập").click()


def go_on(page: Page, to: str) -> None:
    """Press Continue; the next page must be the one named."""
    page.get_by_role("button", name="Tiếp tục").click()
    page.wait_for_url(f"**{to}*")


def group(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name, exact=True)


def child(page: Page) -> None:
    """The first part of a birth's form."""
    page.get_by_label("Họ, chữ đệm, tên").fill("Nguyễn Trần An Nhiên")
    page.get_by_label("Ngày, tháng, năm sinh").fill("1.11.2026")
    page.get_by_label("Nữ").check()
    page.get_by_label("Nơi sinh").fill("Bệnh viện Phụ sản Hà Nội")
    page.get_by_label("Quê quán").fill("Hà Nội")


def test_a_mother_registers_a_birth_on_her_phone(
    visitor_with: VisitorMaker, papers: dict[str, Path]
) -> None:
    visitor = visitor_with(viewport=PHONE, has_touch=True)
    page = visitor.page
    visitor.open("/")
    page.get_by_label("Tìm thủ tục").fill("lam giay khai sinh cho con")
    page.get_by_role("button", name="Tìm", exact=True).click()
    page.get_by_role("link", name="Đăng ký khai sinh", exact=True).first.click()
    page.get_by_role("link", name="Nộp hồ sơ trực tuyến").click()
    visitor.look("citizen-start-stranger")
    sign_in(visitor, "ha")
    page.wait_for_url("**/nop/1.001193/")
    visitor.look("citizen-start")
    page.get_by_role("button", name="Bắt đầu").click()

    page.wait_for_url("**/nguoi-nop/")
    visitor.look("citizen-applicant")
    page.get_by_label("Số điện thoại").fill("0123")
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.locator(".error-summary")).to_be_focused()
    visitor.look("citizen-applicant-wrong")
    page.locator(".error-summary a").first.click()
    assert visitor.focused()["id"] == "contact.phone"
    page.get_by_label("Số điện thoại").fill("0100 000 022")
    go_on(page, "/to-khai/child/")

    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.locator(".error-summary li")).to_have_count(5)
    child(page)
    visitor.look("citizen-form-child")
    go_on(page, "/to-khai/parents/")

    page.get_by_role("button", name="Người này là tôi").first.click()
    mother = group(page, "Người mẹ")
    expect(mother.get_by_label("Họ và tên")).to_have_value("Trần Minh Hà")
    mother.get_by_label("Dân tộc").fill("Kinh")
    expect(group(page, "Người cha")).to_be_visible()
    page.get_by_label("Chưa khai người cha").check()
    expect(group(page, "Người cha")).to_be_hidden()
    place = group(page, "Nơi cư trú của cha hoặc mẹ, nơi muốn đăng ký")
    place.get_by_label("Phường, xã").fill("Cửa Na")
    page.get_by_role("button", name="Tiếp tục").click()
    expect(place.get_by_label("Phường Cửa Nam", exact=True)).to_be_visible()
    visitor.look("citizen-form-parents-which-place")
    place.get_by_label("Phường, xã").fill("bo de")
    go_on(page, "/to-khai/request/")

    page.get_by_label("Mẹ").check()
    page.get_by_label("Số bản sao").fill("2")
    page.get_by_label("Tôi cam đoan").check()
    go_on(page, "/giay-to/")
    upload_papers(visitor, papers)
    go_on(page, "/nhan-ket-qua/")
    visitor.look("citizen-handing")
    go_on(page, "/kiem-tra/")
    expect(page.get_by_text("Trần Minh Hà, sinh 21/07/1996")).to_be_visible()
    expect(page.get_by_text("kết quả hẹn trả")).to_be_visible()
    visitor.look("citizen-review")
    page.get_by_role("button", name="Nộp hồ sơ").click()

    page.wait_for_url("**/da-nop/")
    code = page.locator(".code-card b").inner_text()
    assert re.fullmatch(r"H26\.[\w.]+-\d{6}-\d{4}", code)
    visitor.look("citizen-done")
    page.get_by_role("link", name="Xem hồ sơ", exact=True).click()
    visitor.look("citizen-one")
    visitor.open("/ho-so/")
    expect(page.get_by_role("link", name=code)).to_be_visible()
    visitor.look("citizen-mine")
    look_up_as_a_stranger(visitor_with(), code)


def upload_papers(visitor: Visitor, papers: dict[str, Path]) -> None:
    """A bad file is told at its paper; the good one after it is there, and again after a look."""
    page = visitor.page
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.locator(".error-summary")).to_contain_text("Giấy chứng sinh")
    chosen = page.locator("[name='papers.giay-chung-sinh']")
    chosen.set_input_files(papers["bad"])
    expect(page.locator("#upload-giay-chung-sinh .error")).to_contain_text("phim.pdf")
    page.locator("[name='papers.giay-chung-sinh']").set_input_files(papers["good"])
    expect(page.get_by_role("link", name="giấy chứng sinh.pdf")).to_be_visible()
    expect(page.locator(".error-summary")).to_have_count(0)  # nothing is missing any more
    page.goto(page.url)
    expect(page.get_by_role("link", name="giấy chứng sinh.pdf")).to_be_visible()
    visitor.look("citizen-papers")


def look_up_as_a_stranger(visitor: Visitor, code: str) -> None:
    """The right digits tell a little; wrong ones nothing."""
    page = visitor.page
    visitor.open("/")
    page.get_by_label("Mã hồ sơ").fill(code)
    page.get_by_role("button", name="Tra cứu").click()
    expect(page.get_by_label("Mã hồ sơ")).to_have_value(code)
    page.get_by_label("Bốn số cuối").fill("9999")
    page.get_by_role("button", name="Tra cứu").click()
    expect(page.get_by_text("Không tìm thấy hồ sơ với mã và bốn số này")).to_be_visible()
    visitor.look("citizen-track-wrong")
    page.get_by_label("Bốn số cuối").fill("0022")
    page.get_by_role("button", name="Tra cứu").click()
    expect(page.get_by_text("Hồ sơ đã được nộp")).to_be_visible()
    assert "Trần Minh Hà" not in page.content()
    visitor.look("citizen-tracked")


def begin(visitor: Visitor, code: str, key: str, whose: str = "Cho tôi") -> None:
    """Sign in and begin a draft."""
    visitor.open(f"/nop/{code}/")
    sign_in(visitor, key)
    visitor.page.wait_for_url(f"**/nop/{code}/")
    visitor.page.get_by_label(whose).check()
    visitor.page.get_by_role("button", name="Bắt đầu").click()
    visitor.page.wait_for_url("**/nguoi-nop/")


def test_a_draft_saves_itself_and_waits(visitor: Visitor) -> None:
    begin(visitor, "1.001193", "ha")
    page = visitor.page
    go_on(page, "/to-khai/child/")
    page.get_by_label("Họ, chữ đệm, tên").fill("Nguyễn Trần Tự Lưu")
    expect(page.get_by_text("Đã lưu lúc")).to_be_visible()
    child_page = page.url
    page.get_by_label("Nơi sinh").fill("Gõ rồi bấm ngay")
    page.wait_for_timeout(2450)  # the saving is on its way when the button is pressed
    page.get_by_role("button", name="Lưu, để làm sau").click()
    page.wait_for_url("**/ho-so/")
    page.goto(child_page)
    expect(page.get_by_label("Họ, chữ đệm, tên")).to_have_value("Nguyễn Trần Tự Lưu")
    expect(page.get_by_label("Nơi sinh")).to_have_value("Gõ rồi bấm ngay")
    page.get_by_label("Quê quán").fill("Rời trang khi chưa lưu")
    page.goto(f"{visitor.address}/ho-so/")
    page.wait_for_timeout(2000)  # what is saved on leaving goes its own way
    page.goto(child_page)
    expect(page.get_by_label("Quê quán")).to_have_value("Rời trang khi chưa lưu")


def test_enter_in_a_field_goes_on_and_removes_nothing(visitor: Visitor) -> None:
    begin(visitor, "1.004194", "ha")
    page = visitor.page
    draft = page.url.removesuffix("nguoi-nop/")
    page.goto(f"{draft}to-khai/old/")
    page.get_by_role("button", name="Thêm dòng").click()
    page.get_by_label("Họ và tên").first.fill("Trần Văn A")
    page.get_by_label("Quan hệ").first.fill("em")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.get_by_label("Họ và tên").first).to_have_value("Trần Văn A")
    visitor.look("citizen-form-rows")


def test_the_keyboard_alone_fills_in_a_page(visitor: Visitor) -> None:
    begin(visitor, "1.001193", "ha")
    page = visitor.page
    go_on(page, "/to-khai/child/")
    visitor.tab_to("#child_name")
    page.keyboard.type("Nguyễn An")
    page.keyboard.press("Tab")
    page.keyboard.type("1/11/2026")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for text in ("", "", "Hà Nội", "Hà Nội"):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    visitor.tab_to("button.button-primary", within=3)
    page.keyboard.press("Enter")
    page.wait_for_url("**/to-khai/parents/")


def test_a_daughter_hands_in_for_her_mother_in_english(visitor: Visitor) -> None:
    begin(visitor, "1.004873", "mai", "Làm giúp người khác")
    page = visitor.page
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/chu-ho-so/")
    visitor.look("citizen-owner-english")
    page.get_by_label("Full name").fill("Bùi Thị Sáu")
    page.get_by_role("button", name="Continue").click()
    expect(
        page.get_by_role("link", name="Your relation to them: Please fill this in.")
    ).to_be_visible()
    page.get_by_label("What are you to them?").fill("con gái")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/to-khai/**")
    visitor.look("citizen-form-english")


def test_the_way_works_without_the_script(
    visitor_with: VisitorMaker, papers: dict[str, Path]
) -> None:
    visitor = visitor_with(java_script_enabled=False)
    begin(visitor, "1.001193", "ha")
    page = visitor.page
    go_on(page, "/to-khai/child/")
    child(page)
    go_on(page, "/to-khai/parents/")
    draft = page.url.removesuffix("to-khai/parents/")
    page.goto(f"{draft}giay-to/")
    page.locator("[name='papers.giay-chung-sinh']").set_input_files(papers["good"])
    page.locator("#upload-giay-chung-sinh").get_by_role("button", name="Tải lên").click()
    expect(page.get_by_role("link", name="giấy chứng sinh.pdf")).to_be_visible()
    page.get_by_role("button", name="Bỏ giấy chứng sinh.pdf").click()
    expect(page.get_by_role("link", name="giấy chứng sinh.pdf")).to_have_count(0)
    page.goto(f"{draft}kiem-tra/")
    expect(page.get_by_text("Còn thiếu giấy tờ bắt buộc: Giấy chứng sinh.")).to_be_visible()


def test_too_low_an_identity_level_leads_to_the_counter(visitor: Visitor) -> None:
    visitor.open("/nop/1.001193/")
    sign_in(visitor, "binh")
    visitor.page.wait_for_url("**/nop/1.001193/")
    expect(visitor.page.get_by_text("Nâng định danh VNeID lên mức 2")).to_be_visible()
    visitor.look("citizen-level-too-low")


def test_every_page_of_the_way_is_light(visitor: Visitor) -> None:
    received: dict[str, int] = {}

    def weigh(response: Any) -> None:
        if response.request.resource_type in {"document", "stylesheet", "script"}:
            received[response.url] = len(gzip.compress(response.body(), 6))

    begin(visitor, "1.001193", "ha")
    page = visitor.page
    go_on(page, "/to-khai/child/")
    draft = page.url.removesuffix("to-khai/child/")
    page.on("response", weigh)
    for path in ("nguoi-nop/", "to-khai/parents/", "giay-to/", "kiem-tra/"):
        received.clear()
        page.goto(draft + path)
        page.reload()
        page.wait_for_load_state("networkidle")
        assert sum(received.values()) <= 60_000, (path, received)
