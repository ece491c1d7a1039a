"""The whole main way of a dossier in a browser: a citizen, six officers, and the keyboard alone
at the desks; one supplement on the way; a walk-in at another commune's counter.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from haicap.accounts.demo import PASSWORD
from haicap.dossiers.tests.world import PDF
from tests.journeys.city import city, own_sign_in
from tests.journeys.test_citizen import begin, go_on
from tests.journeys.visitor import WIDTHS, Visitor, VisitorMaker

__all__ = ["city", "own_sign_in"]

pytestmark = pytest.mark.usefixtures("city", "own_sign_in")
REISSUE = "1.001653"  # a disability certificate anew: handled, reviewed by the head, decided
CARD = "000196000022||Trần Minh Hà|21071996|Nữ|Số 8, phố Ngọc Lâm, Bồ Đề, Hà Nội|01072025"
WATCHER = "dieuhanh.tp"  # is led to the board, not to a desk


class Officer:
    """Somebody of the staff who never touches the mouse."""

    def __init__(self, visitor: Visitor, login: str) -> None:
        self.visitor = visitor
        self.page = visitor.page
        visitor.open("/dang-nhap/")
        visitor.tab_to("[name=login]")
        self.type(login)
        self.press("Tab")
        self.type(PASSWORD)
        self.press("Enter")
        self.page.wait_for_url(f"**{'/thanh-pho/' if login == WATCHER else '/ban/'}")
        visitor.is_whole()

    def press(self, *keys: str) -> None:
        """Keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Into what has the focus."""
        self.page.keyboard.type(text)

    def go(self, key: str, to: str) -> None:
        """`g` and a letter lead to a place of the rail."""
        self.press("g", key)
        self.page.wait_for_url(f"**{to}")

    def open(self, code: str) -> None:
        """A dossier by its address. A page with a PDF in it is never quite quiet."""
        self.page.goto(f"{self.visitor.address}/ban/{code}/")
        expect(self.page.locator("#work .dossier-code")).to_contain_text(code)

    def find(self, code: str) -> None:
        """Type the code into the one box, go down into the list, open it."""
        self.press("/")
        self.type(code)
        expect(self.page.locator(".task")).to_have_count(1)
        expect(self.page.locator(".task-code")).to_have_text(code)
        self.page.wait_for_url("**q=**")
        self.press("Tab", "Escape")
        self.page.locator("#filter-within").evaluate("e => e.blur()")
        self.press("j", "Enter")
        expect(self.page.locator("#work .dossier-code")).to_contain_text(code)
        # No hand is quicker than the settling of what arrived; a key of the test may be.
        expect(self.page.locator(".htmx-swapping, .htmx-settling")).to_have_count(0)

    def done(self, words: str, state: str) -> None:
        """The toast says it, the page shows it, and the address stayed."""
        expect(self.page.get_by_role("status").filter(has_text=words)).to_be_visible()
        expect(self.page.locator("#work .dossier-code")).to_contain_text(state)
        expect(self.page.locator("#dossier-title")).to_be_focused()

    def holder(self, words: str) -> None:
        """Who has it now is always said."""
        expect(self.page.locator(".dossier-now").first).to_contain_text(words)

    def look(self, name: str) -> None:
        """Pictures at three widths, and the promises of every page."""
        self.visitor.look(name)


@pytest.fixture
def old_certificate(tmp_path: Path) -> Path:
    path = tmp_path / "giấy cũ.pdf"
    path.write_bytes(PDF)
    return path


def hand_in(visitor: Visitor, paper: Path) -> str:
    """Trần Minh Hà asks for her certificate anew, online. The code of her dossier."""
    begin(visitor, REISSUE, "ha")
    page = visitor.page
    go_on(page, "/to-khai/who/")
    page.get_by_role("button", name="Người này là tôi").click()
    page.get_by_label("Dân tộc").fill("Kinh")
    page.get_by_label("Phường, xã").fill("Bồ Đề")
    page.get_by_label("Số nhà").fill("Số 8, phố Ngọc Lâm")
    go_on(page, "/to-khai/why/")
    page.get_by_label("Bị rách, hỏng").check()
    page.get_by_label("Tôi cam đoan").check()
    go_on(page, "/giay-to/")
    page.locator("[name='papers.giay-cu']").set_input_files(paper)
    expect(page.get_by_role("link", name="giấy cũ.pdf")).to_be_visible()
    go_on(page, "/nhan-ket-qua/")
    go_on(page, "/kiem-tra/")
    page.get_by_role("button", name="Nộp hồ sơ").click()
    page.wait_for_url("**/da-nop/")
    return page.locator(".code-card b").inner_text()


def receive(counter: Officer, code: str) -> None:
    """Found, accepted, the receipt opened for the printer, passed on: four keys."""
    counter.find(code)
    counter.holder("Điểm phục vụ")
    counter.look("desk-submitted")
    counter.press("t")
    expect(counter.page.get_by_role("dialog")).to_be_visible()
    assert counter.page.locator("dialog[open]").evaluate("box => box.scrollTop") == 0
    assert counter.visitor.focused()["tag"] == "INPUT"  # Enter there receives
    counter.visitor.is_accessible(within="dialog[open]")
    counter.press("Enter")
    counter.done("Đã tiếp nhận", "Đã tiếp nhận")
    counter.holder("Phạm Ngọc Minh")
    with counter.page.expect_popup() as opened:
        counter.press("i")
    assert opened.value.url.endswith("/giay-tiep-nhan.pdf")
    opened.value.close()
    counter.look("desk-received")
    counter.press("c")
    expect(counter.page.get_by_role("status").filter(has_text="Đã chuyển")).to_be_visible()
    counter.holder("chờ Phòng Văn hóa - Xã hội")


def ask(specialist: Officer, code: str) -> None:
    """Taken in, papers looked at beside the form, a supplement asked for at the second try."""
    specialist.find(code)
    specialist.press("n")
    specialist.done("Đã nhận", "Đang thụ lý")
    frame = specialist.page.locator("iframe.paper-beside").bounding_box()
    form = specialist.page.locator("#form-title").bounding_box()
    assert frame is not None
    assert form is not None
    assert form["x"] + form["width"] <= frame["x"]  # the form left, the paper right
    assert 0 < form["y"] < 800  # both seen at once, without scrolling
    assert frame["y"] + frame["height"] <= 800
    specialist.look("desk-in-process")
    specialist.press("y")
    specialist.type("Nộp bản chụp rõ nét của giấy cũ")
    specialist.press("Control+Enter")
    page = specialist.page
    expect(page.locator("#ask_supplement-reason-error")).to_be_visible()
    expect(page.locator("#ask_supplement-reason")).to_be_focused()
    expect(page.locator("#ask_supplement-items")).to_have_value("Nộp bản chụp rõ nét của giấy cũ")
    specialist.look("desk-refused")
    specialist.type("Bản đã nộp mờ, không đọc được")
    specialist.press("Control+Enter")
    specialist.done("Đã yêu cầu bổ sung", "Yêu cầu bổ sung")
    specialist.holder("chờ người nộp bổ sung")
    specialist.look("desk-supplement")


def answer(visitor: Visitor, code: str, paper: Path) -> None:
    """The citizen answers on her own page."""
    visitor.open(f"/ho-so/{code}/bo-sung/")
    page = visitor.page
    page.locator("[name='papers.giay-cu']").set_input_files(paper)
    expect(page.get_by_role("link", name="giấy cũ.pdf")).to_be_visible()
    page.get_by_role("main").locator("button.button-primary").last.click()
    page.wait_for_url(f"**/ho-so/{code}/")


def draft(specialist: Officer, code: str) -> None:
    """The supplement checked, the result drafted from the template and submitted."""
    specialist.open(code)
    specialist.press("k")
    specialist.done("Đã kiểm tra phần bổ sung", "Đang thụ lý")
    specialist.press("v")
    expect(specialist.page.get_by_role("dialog")).to_be_visible()
    specialist.press("Control+Enter")
    specialist.done("Đã có dự thảo", "Đang thụ lý")
    specialist.press("w")
    expect(specialist.page.locator("#submit_approval-note")).to_be_focused()
    specialist.type("Đủ điều kiện cấp lại. Kính trình.")
    specialist.press("Control+Enter")
    specialist.done("Đã trình", "Trình lãnh đạo")
    specialist.holder("Phòng Văn hóa - Xã hội")


def decide(leader: Officer, code: str) -> None:
    """Out of the pile, one paper at a time."""
    leader.go("d", "/ban/trinh-ky/")
    leader.page.goto(f"{leader.visitor.address}/ban/trinh-ky/?code={code}")
    expect(leader.page.locator(".pile-head")).to_contain_text(code)
    expect(leader.page.get_by_text("Đủ điều kiện cấp lại")).to_be_visible()
    leader.look("pile")
    leader.press("b")
    expect(leader.page.get_by_role("dialog")).to_be_visible()
    leader.visitor.is_accessible(within="dialog[open]")
    leader.press("Escape")
    expect(leader.page.get_by_role("dialog")).to_have_count(0)
    leader.press("d")
    expect(leader.page.get_by_role("status").filter(has_text="Đã duyệt")).to_be_visible()


def test_six_people_and_the_keyboard_bring_a_dossier_home(
    visitor_with: VisitorMaker, old_certificate: Path
) -> None:
    citizen = visitor_with(viewport=WIDTHS[0], has_touch=True)
    code = hand_in(citizen, old_certificate)

    counter = Officer(visitor_with(), "tiepnhan.bode")
    receive(counter, code)
    specialist = Officer(visitor_with(), "chuyenvien.bode")
    ask(specialist, code)
    answer(citizen, code, old_certificate)
    draft(specialist, code)

    head = Officer(visitor_with(), "truongphong.bode")
    head.find(code)
    head.look("desk-review")
    head.press("p")
    head.done("Đã trình", "Trình lãnh đạo")
    head.holder("UBND phường Bồ Đề")

    decide(Officer(visitor_with(), "lanhdao.bode"), code)
    clerk = Officer(visitor_with(), "vanthu.bode")
    clerk.find(code)
    clerk.press("h")
    clerk.done("Đã phát hành", "Đã phát hành, chờ trả")
    clerk.look("desk-issued")

    citizen.open(f"/ho-so/{code}/")
    page = citizen.page
    expect(page.get_by_text("Kết quả đã phát hành")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Nhận kết quả").click()
    expect(page.get_by_text("Đã trả kết quả").first).to_be_visible()
    clerk.open(code)
    clerk.holder("không còn ai phải làm gì")
    clerk.look("desk-returned")


def test_a_walk_in_is_received_in_one_screen_for_another_commune(
    visitor_with: VisitorMaker,
) -> None:
    counter = Officer(visitor_with(), "tiepnhan.cuanam")
    page = counter.page
    counter.go("t", "/ban/tiep-nhan/")
    counter.look("walk-in-choose")
    assert counter.visitor.focused()["id"] == "q"
    counter.type("giay doc than")
    counter.press("Enter")
    page.wait_for_url("**q=**")
    expect(page.get_by_role("link", name="Xác nhận tình trạng hôn nhân")).to_be_focused()
    counter.press("Enter")
    page.wait_for_url("**thu-tuc=**")
    counter.visitor.is_whole()
    assert counter.visitor.focused()["id"] == "qr"
    counter.type(CARD)  # the scanner types and presses Enter
    counter.press("Enter")
    expect(page.locator("[name='applicant.name']")).to_have_value("Trần Minh Hà")
    expect(page.locator("[name='applicant.territory']")).to_have_value("Phường Bồ Đề · 00118")
    counter.look("walk-in")
    counter.visitor.tab_to("button[name=_me]", within=60)
    counter.press("Enter")
    expect(page.locator("[name='answers.subject_person.name']")).to_have_value("Trần Minh Hà")
    receive_walk_in(counter)


def receive_walk_in(counter: Officer) -> None:
    """Refused first for what is missing, then received; the fee taken, the next person asked in."""
    page = counter.page
    page.locator("h1").click()
    counter.press("t")
    expect(page.locator(".error-summary")).to_be_focused()
    counter.look("walk-in-refused")
    for name, typed in (
        ("answers.subject_person.ethnicity", "Kinh"),
        ("answers.place.territory", "Bồ Đề"),
        ("answers.place.detail", "Số 8, phố Ngọc Lâm"),
    ):
        counter.visitor.tab_to(f"[name='{name}']", within=90)
        page.keyboard.press("Control+a")
        counter.type(typed)
    for name, keys in (
        ("answers.status", ["Space"]),
        ("answers.use", ["Space", "ArrowRight"]),  # not to marry, but to sell a house
        ("answers.pledge", ["Space"]),
    ):
        counter.visitor.tab_to(f"[name='{name}']", within=60)
        counter.press(*keys)
    page.locator("h1").click()
    counter.press("t")
    page.wait_for_url("**/ban/H26*/")
    expect(page.get_by_role("status")).to_contain_text("Đã tiếp nhận hồ sơ")
    expect(page.locator(".dossier-now").last).to_contain_text("Hẹn trả")
    counter.look("walk-in-received")
    counter.press("f")
    counter.press("Space")
    counter.visitor.tab_to("[name=receipt]", within=8)
    counter.type("BL 0007")
    counter.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="Đã ghi khoản phí")).to_be_visible()
    counter.press("m")
    page.wait_for_url("**/ban/tiep-nhan/")


def test_the_board_leads_from_the_map_to_the_dossiers(visitor_with: VisitorMaker) -> None:
    watcher = Officer(visitor_with(), WATCHER)
    watcher.look("board")
    page = watcher.page
    page.get_by_role("link", name="Quá hạn", exact=True).last.focus()
    watcher.press("Enter")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Quá hạn")
    page.locator(".tally a").first.focus()
    watcher.press("Enter")
    page.wait_for_url("**/thanh-pho/thanh-pho/**")
    watcher.look("board-behind")


@pytest.mark.parametrize("who", ["tiepnhan.bode", "lanhdao.bode", "dieuhanh.tp"])
def test_desk_pile_and_board_are_readable_in_the_dark(visitor_with: VisitorMaker, who: str) -> None:
    officer = Officer(visitor_with(color_scheme="dark"), who)
    address = {"lanhdao.bode": "/ban/trinh-ky/", "dieuhanh.tp": "/thanh-pho/"}.get(who, "/ban/")
    officer.page.goto(officer.visitor.address + address)
    officer.look(f"{who}-dark")
