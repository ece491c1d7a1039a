"""The staff's pages: desk, dossier, moves, counter, pile, as they are asked for by a browser."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from haicap.accounts.tests.cast import AT, Cast
from haicap.audit import public as audit
from haicap.dossiers.flow import State
from haicap.dossiers.models import Dossier, DossierSearch, Opinion, Request, Task
from haicap.dossiers.tests.world import BIRTH, MARITAL, PDF, REVIEWED, World, filled
from haicap.kernel import clock

NOW = AT + timedelta(hours=2)  # after all that World does
COPY = "2.000815"  # certified copies: any commune decides
CARD = "000085000012||Trần Văn An|01061985|Nam|Số 5, ngõ 10, Bồ Đề, Hà Nội|01072025"


@pytest.fixture(autouse=True)
def the_pages(own_urls: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """All pages, on the day of the cast."""
    settings.ROOT_URLCONF = "haicap.site.urls"
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def browser(cast: Cast) -> Callable[[str], Client]:
    """A browser somebody is signed in with, one for each."""
    made: dict[str, Client] = {}

    def of(who: str) -> Client:
        if who not in made:
            made[who] = cast.client(who)
        return made[who]

    return of


Browser = Callable[[str], Client]


def code_of(dossier: Dossier) -> str:
    """The code of a dossier that has one."""
    assert dossier.code is not None
    return dossier.code


def text_of(response: Any) -> str:
    """What a reader reads."""
    html = response.content.decode()
    html = re.sub(r"<(script|style|template|datalist).*?</\1>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def page_of(dossier: Dossier, query: str = "") -> str:
    return reverse("dossiers:one", args=[dossier.code]) + query


def move(client: Client, dossier: Dossier, name: str, data: Any = None, **headers: str) -> Any:
    """Press a button, having seen the dossier as `dossier` says."""
    address = reverse("dossiers:move", args=[dossier.code, name])
    return client.post(address, {"version": dossier.version, **(data or {})}, headers=headers)


def now(dossier: Dossier) -> Dossier:
    return Dossier.objects.get(pk=dossier.pk)


def codes(response: Any) -> list[str]:
    """The dossiers of the list, from the top."""
    return re.findall(r'task-code">([^<]+)<', response.content.decode())


def following(response: Any) -> str | None:
    """Where the list goes on."""
    found = re.search(r'href="([^"]+)" rel="next"', response.content.decode())
    return found[1].replace("&amp;", "&") if found else None


def whole_list(client: Client, address: str) -> list[str]:
    """The list through all its pages."""
    found: list[str] = []
    step: str | None = address
    while step:
        response = client.get(step)
        assert response.status_code == 200
        found += codes(response)
        step = following(response)
    return found


def tabs(response: Any) -> Iterator[tuple[str, str, int | None]]:
    """Address, words and number of each box."""
    boxes = re.search(r'<nav class="boxes".*?</nav>', response.content.decode(), re.S)
    assert boxes is not None
    for found in re.finditer(
        r'<a href="([^"]+)".*?<span>([^<]+)</span>(?:<b>(\d+)</b>)?', boxes[0], re.S
    ):
        yield found[1], found[2], int(found[3]) if found[3] else None


def copies(dossier: Dossier, count: int) -> None:
    """The same dossier many times over, on the same desks."""
    task_rows = list(Task.objects.filter(dossier=dossier))
    made = [Dossier.objects.get(pk=dossier.pk) for _n in range(count)]
    start = Dossier.objects.count()
    for n, row in enumerate(made):
        row.pk, row.uuid, row.code = None, uuid.uuid4(), f"H26.COPY-{start + n:04}"
    Dossier.objects.bulk_create(made)
    Task.objects.bulk_create(
        Task(
            dossier=row, step=task.step, position=task.position, role=task.role, duty=task.duty,
            agency_id=task.agency_id, post_id=task.post_id, staff_id=task.staff_id,
            created_at=task.created_at, due_at=task.due_at, done_at=task.done_at,
        )
        for row in made
        for task in task_rows
    )  # fmt: skip


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# --- the list -------------------------------------------------------------------------------------

STAGES = (
    "SUBMITTED", "PRE_SUPP", "RECEIVED", "TRANSFERRED", "IN_PROCESS", "SUPP_REQ", "SUPP_DONE",
    "SUBMIT_APPROVAL", "APPROVED", "ISSUED", "RETURNED", "CANCELLED",
)  # fmt: skip


@pytest.fixture
def desks(world: World) -> World:
    """A dossier at every stage, some late, some due today."""
    for number, stage in enumerate(STAGES):
        dossier = world.at_stage(stage)
        if dossier.received_at and number % 2:
            late = dossier.received_at + timedelta(minutes=20)
            Dossier.objects.filter(pk=dossier.pk).update(due_at=late)
        elif dossier.received_at and number % 3:
            Dossier.objects.filter(pk=dossier.pk).update(due_at=NOW + timedelta(hours=2))
    world.hand_in("minh", **filled(BIRTH), applicant=world.filing().applicant)
    return world


@pytest.mark.slow
def test_every_box_holds_as_many_as_its_tab_says(desks: World, browser: Browser) -> None:
    counted = 0
    for who in ("nga", "minh", "hoa", "truong", "quan", "van", "tam", "dieu"):
        for address, words, number in tabs(browser(who).get("/ban/")):
            listed = whole_list(browser(who), address)
            assert len(listed) == len(set(listed))
            if number is not None:
                assert len(listed) == number, (who, words)
                counted += number
    assert counted > 20


@pytest.mark.slow
def test_a_page_asks_the_database_as_often_for_fifty_rows_as_for_five(
    world: World, browser: Browser
) -> None:
    dossier = world.at_stage("SUBMIT_APPROVAL")
    copies(dossier, 4)
    pages = [
        ("quan", "/ban/"),
        ("quan", page_of(dossier)),
        ("quan", "/ban/trinh-ky/"),
        ("tam", "/thanh-pho/"),
        ("tam", "/thanh-pho/thanh-pho/?show=open"),
        ("nga", "/ban/?q=tran+van+an"),
    ]
    for who, address in pages:
        browser(who).get(address)  # what is read once in a process
    few = [statements(browser(who), address) for who, address in pages]
    copies(dossier, 45)
    assert [statements(browser(who), address) for who, address in pages] == few
    assert max(few) < 50


def test_the_list_goes_on_by_key_and_shows_everything_once(world: World, browser: Browser) -> None:
    dossier = world.at_stage("SUBMIT_APPROVAL")
    copies(dossier, 119)
    listed = whole_list(browser("quan"), "/ban/")
    assert len(listed) == len(set(listed)) == 120
    second = following(browser("quan").get("/ban/"))
    assert second is not None
    page = browser("quan").get(second)
    assert "Về đầu danh sách" in text_of(page)
    card = re.search(r'class="task" href="([^"?]+)(\?[^"]+)"', page.content.decode())
    assert card is not None
    opened = browser("quan").get(page_of(dossier, card[2].replace("&amp;", "&")))
    assert codes(opened) == codes(page)  # the list beside it is where it was


@pytest.fixture
def somebody(world: World) -> Dossier:
    """A dossier passed on, so that it does not wait for who received it."""
    dossier = world.at_stage("IN_PROCESS")
    assert DossierSearch.objects.filter(dossier=dossier).exists()
    return dossier


def test_the_box_finds_by_name_with_slips_by_id_and_phone(
    somebody: Dossier, browser: Browser
) -> None:
    for typed in (
        "tran van an", "Trần Văn An", "trần văn ăn", "tran van  an", "trna van an", "VAN AN",
        "000085000012", "0000 8500 0012", "0100000012", "0100 000 012", "0012",
    ):  # fmt: skip
        found = codes(browser("nga").get("/ban/", {"q": typed, "box": "waiting"}))
        assert found == [somebody.code], typed


def test_the_box_finds_whom_a_dossier_is_about(world: World, browser: Browser) -> None:
    given = filled(BIRTH)
    given["answers"]["child_name"] = "Nguyễn Khánh Vy"
    dossier = world.hand_in("nga", **given, applicant=world.filing().applicant)
    assert codes(browser("nga").get("/ban/", {"q": "khanh vy"})) == [dossier.code]
    assert codes(browser("nga").get("/ban/", {"q": "nguyen khnah vy"})) == [dossier.code]


def test_the_box_finds_by_code_and_the_end_of_a_code(somebody: Dossier, browser: Browser) -> None:
    assert somebody.code is not None
    for typed in (somebody.code, somebody.code.lower(), somebody.code[:14], somebody.code[-4:]):
        assert codes(browser("nga").get("/ban/", {"q": typed})) == [somebody.code], typed


def test_what_is_typed_is_looked_for_everywhere_unless_the_box_is_meant(
    somebody: Dossier, browser: Browser
) -> None:
    everywhere = browser("nga").get("/ban/", {"q": "tran van an", "box": "waiting"})
    assert "Tìm trong mọi hồ sơ" in text_of(everywhere)
    here = browser("nga").get("/ban/", {"q": "tran van an", "box": "waiting", "only": "1"})
    assert codes(here) == []
    assert "Không hồ sơ nào khớp" in text_of(here)
    assert "Chỉ tìm trong “Chờ tôi”" in text_of(here)
    assert codes(browser("mai").get("/ban/", {"q": "tran van an"})) == []  # another commune's


def test_filters_narrow_and_unknown_ones_are_none(somebody: Dossier, browser: Browser) -> None:
    expected: list[tuple[dict[str, str], int]] = [
        ({"box": "all", "state": "IN_PROCESS"}, 1),
        ({"box": "all", "state": "RETURNED"}, 0),
        ({"box": "all", "within": "later"}, 1),
        ({"box": "all", "within": "overdue"}, 0),
        ({"box": "all", "channel": "counter"}, 1),
        ({"box": "all", "channel": "online"}, 0),
        ({"box": "nonsense", "state": "DRAFT", "within": "x", "channel": "y"}, 0),
    ]
    for asked, found in expected:
        response = browser("nga").get("/ban/", asked)
        assert response.status_code == 200, asked
        assert len(codes(response)) == found, asked


def test_an_empty_box_says_so_kindly(world: World, browser: Browser) -> None:
    assert "Ngăn này đang trống" in text_of(browser("hoa").get("/ban/"))
    assert "Bỏ tìm và lọc" in text_of(browser("hoa").get("/ban/", {"q": "không có ai"}))


def test_a_card_says_who_has_it(world: World, browser: Browser) -> None:
    world.at_stage("RECEIVED")
    assert "tôi giữ" in text_of(browser("nga").get("/ban/"))
    world.at_stage("IN_PROCESS")
    assert "Lê Thị Hoa giữ" in text_of(browser("nga").get("/ban/?box=all"))


def test_a_result_that_waits_to_be_fetched_presses_nobody(world: World, browser: Browser) -> None:
    issued, submitted = world.at_stage("ISSUED"), world.at_stage("SUBMITTED")
    assert codes(browser("nga").get("/ban/")) == [submitted.code, issued.code]


def test_a_late_step_says_why_it_stands_on_top(world: World, browser: Browser) -> None:
    dossier = world.at_stage("RECEIVED")
    assert "bước này" not in text_of(browser("nga").get("/ban/"))
    Task.objects.filter(dossier=dossier).update(due_at=AT - timedelta(days=2))
    assert "bước này quá hạn" in text_of(browser("nga").get("/ban/"))


# --- one dossier ----------------------------------------------------------------------------------

HELD = [
    ("SUBMITTED", "nga", "Đang giữ: Điểm phục vụ hành chính công Cửa Nam"),
    ("PRE_SUPP", "nga", "chờ người nộp bổ sung"),
    ("RECEIVED", "nga", "Đang giữ: Lý Thị Nga, Điểm phục vụ"),
    ("TRANSFERRED", "hoa", "chờ Văn phòng HĐND và UBND phường Bồ Đề xác nhận đã nhận"),
    ("IN_PROCESS", "nga", "Đang giữ: Lê Thị Hoa, Văn phòng"),
    ("SUPP_REQ", "hoa", "chờ người nộp bổ sung"),
    ("SUBMIT_APPROVAL", "hoa", "Đang giữ: UBND phường Bồ Đề"),
    ("APPROVED", "quan", "Đang giữ: UBND phường Bồ Đề"),
    ("ISSUED", "nga", "chờ người dân nhận kết quả"),
    ("RETURNED", "nga", "không còn ai phải làm gì"),
]


@pytest.mark.parametrize(("stage", "who", "words"), HELD)
def test_the_page_says_who_has_it_now(
    world: World, browser: Browser, stage: str, who: str, words: str
) -> None:
    page = browser(who).get(page_of(world.at_stage(stage)))
    assert page.status_code == 200
    assert words in text_of(page)


def test_the_page_shows_only_what_is_legal_now_for_this_person(
    world: World, browser: Browser
) -> None:
    dossier = world.at_stage("SUBMITTED")
    mine = browser("nga").get(page_of(dossier)).content.decode()
    assert 'id="accept"' in mine
    assert 'id="refuse_intake"' in mine
    assert 'id="settle_fee"' not in mine
    watched = browser("tam").get(page_of(dossier))
    assert "Hiện ông/bà không cần làm gì" in text_of(watched)
    assert b"<dialog" not in watched.content


@pytest.mark.parametrize("who", ["mai", "khoa", "soat"])
def test_a_dossier_of_others_is_not_there(world: World, browser: Browser, who: str) -> None:
    dossier = world.at_stage("SUBMITTED")
    assert browser(who).get(page_of(dossier)).status_code in (403, 404)
    assert move(browser(who), dossier, "accept").status_code in (403, 404)
    assert now(dossier).state == State.SUBMITTED


def test_papers_lie_beside_the_form_one_key_away(world: World, browser: Browser) -> None:
    dossier = world.at_stage("SUBMIT_APPROVAL")
    page = browser("quan").get(page_of(dossier)).content.decode()
    frame = re.search(r'<iframe class="paper-beside" src="([^"#]+)', page)
    assert frame is not None
    shown = browser("quan").get(frame[1])
    assert shown["Content-Type"] == "application/pdf"
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    saved = browser("quan").get(frame[1] + "?download=1")
    assert saved["Content-Disposition"].startswith("attachment")
    assert browser("mai").get(frame[1]).status_code == 404
    other = reverse(
        "dossiers:file", args=[world.at_stage("RECEIVED").code, frame[1].split("/")[-2]]
    )
    assert browser("nga").get(other).status_code == 404  # an id that exists but is another's


# --- moves ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_whole_way_by_the_buttons(world: World, browser: Browser) -> None:
    dossier = world.at_stage("SUBMITTED")
    way: list[tuple[str, str, dict[str, Any]]] = [
        ("accept", "nga", {}),
        ("transfer", "nga", {"note": "Kính chuyển"}),
        ("confirm_receipt", "hoa", {}),
        ("ask_supplement", "hoa", {"items": "Nộp bản án", "reason": "Chưa đủ căn cứ"}),
        ("receive_supplement", "nga", {"note": "Đã nộp"}),
        ("check_supplement", "hoa", {}),
        ("draft_result", "hoa", {"content": "Chưa đăng ký kết hôn với ai"}),
        ("submit_approval", "hoa", {"note": "Đủ điều kiện"}),
        ("approve", "quan", {}),
        ("number_and_issue", "van", {}),
        ("settle_fee", "nga", {"how": "cash", "amount": "3.000", "receipt": "BL 7"}),
        ("return_result", "nga", {"how": "counter", "receiver": "applicant"}),
    ]
    for name, who, data in way:
        page = browser(who).get(page_of(dossier))
        assert f"/{name}/" in page.content.decode(), name
        response = move(browser(who), now(dossier), name, data)
        assert response.status_code == 302, (name, text_of(response))
        assert response["Location"] == page_of(dossier)
        page = browser(who).get(response["Location"])
        assert page.status_code == 200
        assert code_of(dossier) in text_of(page)
    assert now(dossier).state == State.RETURNED


REFUSED = [
    ("SUBMITTED", "nga", "ask_before", {"items": "Nộp giấy X"}, "reason", "Nộp giấy X"),
    ("SUBMITTED", "nga", "ask_before", {"reason": "Thiếu"}, "items", "Thiếu"),
    ("SUBMITTED", "nga", "ask_before", {"items": "a", "reason": "b", "reply_by": "mai"},
     "reply_by", 'value="mai"'),
    ("SUBMITTED", "nga", "ask_before", {"items": "a", "reason": "b", "reply_by": "01/01/2020"},
     "reply_by", "01/01/2020"),
    ("SUBMITTED", "nga", "refuse_intake", {"reason": "Sai nơi"}, "basis", "Sai nơi"),
    ("TRANSFERRED", "hoa", "send_back", {"reason": "  "}, "reason", ""),
    ("IN_PROCESS", "hoa", "ask_supplement", {"items": "x" * 2001, "reason": "b"}, "items", "xxx"),
    ("IN_PROCESS", "hoa", "draft_result", {"content": "x" * 9000}, "content", "xxx"),
    ("IN_PROCESS", "truong", "assign", {"staff_id": ""}, "staff_id", ""),
    ("IN_PROCESS", "truong", "assign", {"staff_id": "1 or 1"}, "staff_id", ""),
    ("SUBMIT_APPROVAL", "quan", "return_draft", {"reason": ""}, "reason", ""),
    ("ISSUED", "nga", "settle_fee", {"how": "cash", "amount": "5", "receipt": "1"}, "amount", "5"),
    ("ISSUED", "nga", "settle_fee", {"how": "cash", "amount": "ba nghìn"}, "amount", "ba nghìn"),
    ("ISSUED", "nga", "settle_fee", {"how": "", "amount": "3000"}, "how", "3000"),
    ("ISSUED", "nga", "settle_fee", {"how": "waived"}, "reason", ""),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "who", "name", "data", "field", "kept"), REFUSED)
def test_a_refused_form_comes_back_open_with_what_was_typed(
    world: World,
    browser: Browser,
    stage: str,
    who: str,
    name: str,
    data: Any,
    field: str,
    kept: str,
) -> None:
    dossier = world.at_stage(stage)
    before = (Opinion.objects.count(), Request.objects.count())
    response = move(browser(who), dossier, name, data)
    html = response.content.decode()
    assert response.status_code == 422
    dialog = re.search(
        rf'<dialog class="dialog" id="{name}"[^>]*data-open>.*?</dialog>', html, re.S
    )
    assert dialog is not None, text_of(response)
    assert f'href="#{name}-{field}"' in dialog[0]  # the summary leads there
    assert f'id="{name}-{field}"' in dialog[0]
    assert f'id="{name}-{field}-error"' in dialog[0]
    assert kept in dialog[0]
    assert now(dossier).version == dossier.version
    assert (Opinion.objects.count(), Request.objects.count()) == before


def test_a_missing_paper_is_told_at_the_paper(world: World, browser: Browser) -> None:
    dossier = world.hand_in("nga", **filled(BIRTH), applicant=world.filing().applicant)
    Dossier.objects.filter(pk=dossier.pk).update(papers=[])
    wrong = move(browser("nga"), dossier, "accept", {"paper-giay-chung-sinh-photocopies": "x"})
    assert wrong.status_code == 422
    assert 'id="accept-papers.giay-chung-sinh-error"' in wrong.content.decode()
    missing = move(browser("nga"), dossier, "accept")
    assert "Còn thiếu giấy tờ bắt buộc" in text_of(missing)
    done = move(browser("nga"), dossier, "accept", {"paper-giay-chung-sinh-originals": "1"})
    assert done.status_code == 302
    assert now(dossier).papers[0]["originals"] == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("phim.pdf", b"MZ" + bytes(900), "phim.pdf"), ("rong.pdf", b"", "rong.pdf"),
     ("anh.png", b"\x89PNG\r\n\x1a\n" + bytes(40), "")],
)  # fmt: skip
def test_a_bad_draft_is_refused_at_its_field(
    world: World, browser: Browser, name: str, content: bytes, words: str
) -> None:
    dossier = world.at_stage("IN_PROCESS")
    upload = SimpleUploadedFile(name, content)
    response = move(browser("hoa"), dossier, "draft_result", {"file": upload, "content": "Đã ghi"})
    assert response.status_code == 422
    assert 'id="draft_result-file-error"' in response.content.decode()
    assert words in text_of(response)
    assert "Đã ghi" in text_of(response)
    assert now(dossier).result_use is None
    good = SimpleUploadedFile("ket-qua.pdf", PDF)
    assert move(browser("hoa"), dossier, "draft_result", {"file": good}).status_code == 302
    assert now(dossier).result_use is not None


def test_who_comes_second_is_told_who_when_and_what_is_legal_now(
    world: World, browser: Browser
) -> None:
    dossier = world.at_stage("TRANSFERRED")
    assert move(browser("son"), dossier, "confirm_receipt").status_code == 302
    late = move(browser("hoa"), dossier, "send_back", {"reason": "Thiếu bản án ly hôn"})
    told = text_of(late)
    assert late.status_code == 409
    assert "Cao Hồng Sơn làm lúc 11:00 ngày 23/11/2026" in told
    assert "Hiện ông/bà" in told or "làm được bây giờ" in told
    assert "Thiếu bản án ly hôn" in told  # not lost with the form that is gone
    assert now(dossier).state == State.IN_PROCESS
    again = move(browser("son"), dossier, "confirm_receipt")
    assert again.status_code == 409
    assert "chính ông/bà" in text_of(again)


def test_a_form_that_is_still_legal_comes_back_with_the_version_of_now(
    world: World, browser: Browser
) -> None:
    dossier = world.at_stage("IN_PROCESS")
    assert move(browser("hoa"), dossier, "draft_result").status_code == 302
    late = move(browser("hoa"), dossier, "ask_supplement", {"items": "Bản án", "reason": "Thiếu"})
    assert late.status_code == 409
    dialog = re.search(r'id="ask_supplement".*?data-open>.*?</dialog>', late.content.decode(), re.S)
    assert dialog is not None
    assert f'name="version" value="{dossier.version + 1}"' in dialog[0]
    assert "Bản án" in dialog[0]


def test_not_mine_to_do_is_told_in_place(world: World, browser: Browser) -> None:
    dossier = world.at_stage("SUBMIT_APPROVAL")
    response = move(browser("hoa"), dossier, "approve")
    assert response.status_code == 403
    assert "không thuộc nhiệm vụ" in text_of(response)
    assert "Tờ khai" in text_of(response)
    assert move(browser("hoa"), dossier, "submit").status_code == 404  # no button at all
    assert move(browser("hoa"), dossier, "x").status_code == 404


@pytest.mark.parametrize("version", ["", "0", "-1", "9" * 30, "một", "1.5"])
def test_a_version_that_is_none_does_no_harm(world: World, browser: Browser, version: str) -> None:
    dossier = world.at_stage("RECEIVED")
    response = move(browser("nga"), dossier, "transfer", {"version": version})
    assert response.status_code in (302, 409)


def test_asked_by_the_script_a_move_answers_with_work_and_list(
    world: World, browser: Browser
) -> None:
    dossier = world.at_stage("RECEIVED")
    response = move(browser("nga"), dossier, "transfer", **{"HX-Request": "true"})
    assert response.status_code == 200
    html = response.content.decode()
    assert 'id="work"' in html
    assert 'id="list"' in html
    assert "toast" in response["HX-Trigger"]
    assert "data-focus" in html
    refused = move(browser("nga"), dossier, "transfer", **{"HX-Request": "true"})
    assert refused.status_code == 409
    assert refused["HX-Retarget"] == "#work"


def test_opened_out_of_the_list_only_the_work_is_asked_for(world: World, browser: Browser) -> None:
    dossier = world.at_stage("RECEIVED")
    client = browser("nga")
    alone = client.get(page_of(dossier), headers={"HX-Request": "true", "HX-Target": "work"})
    assert codes(alone) == []
    assert code_of(dossier) in text_of(alone)


def test_a_reload_after_a_refusal_shows_the_dossier(world: World, browser: Browser) -> None:
    dossier = world.at_stage("RECEIVED")
    address = reverse("dossiers:move", args=[dossier.code, "transfer"])
    response = browser("nga").get(f"{address}?box=all")
    assert response.status_code == 302
    assert response["Location"] == page_of(dossier, "?box=all")


def test_every_look_at_a_dossier_leaves_a_row_for_the_citizen(
    world: World, browser: Browser
) -> None:
    dossier = world.at_stage("SUBMITTED")

    def readings() -> list[str]:
        return [row.purpose for row in audit.reads_of(dossier.applicant_id)]

    browser("nga").get("/ban/")
    assert readings() == ["list"]
    browser("nga").get(page_of(dossier))
    assert sorted(readings()) == ["list", "list", "open"]
    move(browser("nga"), dossier, "refuse_intake")  # refused: its page shows the same again
    assert readings().count("open") == 2


# --- coordination ---------------------------------------------------------------------------------


@pytest.fixture
def nowhere(world: World) -> Dossier:
    """A dossier of which nobody knows yet who decides."""
    dossier = world.hand_in("nga")
    dossier.competent_agency_id = None
    dossier.save(update_fields=["competent_agency"])
    Task.objects.filter(dossier=dossier).update(
        step="coordination", duty="coordinate", agency=world.cast.branch,
        staff=world.cast.people["dieu"].staff,
    )  # fmt: skip
    return dossier


@pytest.mark.parametrize(
    ("typed", "usual"),
    [("UBND phường Bồ Đề · H26.00118", ""), ("h26.00118", ""), ("ubnd phuong bo de", ""),
     ("", "H26.00118")],
)  # fmt: skip
def test_a_coordinator_says_who_decides(
    nowhere: Dossier, browser: Browser, world: World, typed: str, usual: str
) -> None:
    assert codes(browser("dieu").get("/ban/")) == [nowhere.code]
    page = browser("dieu").get(page_of(nowhere))
    assert "chờ xác định cơ quan giải quyết" in text_of(page)
    assert 'value="UBND phường Cửa Nam · H26.00082"' in page.content.decode()
    assert 'name="agency_usual" value="H26.00118"' in page.content.decode()  # where it says it lies
    data = {"agency_code": typed, "agency_usual": usual, "reason": "Nhà ở phường Bồ Đề"}
    assert move(browser("dieu"), nowhere, "reroute", data).status_code == 302
    assert now(nowhere).competent_agency_id == world.cast.bode.committee
    assert codes(browser("dieu").get("/ban/")) == []


@pytest.mark.parametrize("typed", ["", "UBND", "H26.99999", "Văn phòng HĐND", "<b>", "x" * 5000])
def test_an_agency_that_is_none_is_refused_in_place(
    nowhere: Dossier, browser: Browser, typed: str
) -> None:
    data = {"agency_code": typed, "reason": "Nhà ở đó"}
    response = move(browser("dieu"), nowhere, "reroute", data)
    assert response.status_code == 422
    assert 'id="reroute-agency_code-error"' in response.content.decode()
    assert "Nhà ở đó" in text_of(response)


# --- the counter ----------------------------------------------------------------------------------


def walk_in(client: Client, data: dict[str, Any], code: str = MARITAL, **headers: str) -> Any:
    return client.post(f"/ban/tiep-nhan/?thu-tuc={code}", data, headers=headers)


def visitor(**more: str) -> dict[str, str]:
    """The one screen for a certificate of marital status, filled in."""
    return {
        "applicant.name": "Trần Văn An",
        "applicant.personal_id": "000085000012",
        "applicant.birth_date": "01/06/1985",
        "applicant.sex": "male",
        "applicant.phone": "0100 000 012",
        "applicant.territory": "Phường Bồ Đề · 00118",
        "applicant.detail": "Số 5, ngõ 10",
        "answers.subject_person.name": "Trần Văn An",
        "answers.subject_person.birth_date": "01/06/1985",
        "answers.subject_person.sex": "male",
        "answers.subject_person.personal_id": "000085000012",
        "answers.subject_person.ethnicity": "Kinh",
        "answers.subject_person.nationality": "Việt Nam",
        "answers.place.territory": "Bồ Đề",
        "answers.place.detail": "Số 5",
        "answers.status": "chua-ket-hon",
        "answers.use": "vay-von",
        "answers.pledge": "1",
        "channel": "counter",
        "wants_result": "counter",
        "key": uuid.uuid4().hex,
        **more,
    }


def test_the_counter_offers_what_is_asked_for_most_and_finds_the_rest(
    world: World, browser: Browser
) -> None:
    usual = browser("nga").get("/ban/tiep-nhan/")
    assert "Đăng ký khai sinh" in text_of(usual)
    found = browser("nga").get("/ban/tiep-nhan/", {"q": "giay doc than"})
    assert "hôn nhân" in text_of(found)
    assert "Không tìm thấy" in text_of(browser("nga").get("/ban/tiep-nhan/", {"q": "zzzzqq"}))
    unknown = browser("nga").get("/ban/tiep-nhan/?thu-tuc=9.999999")
    assert unknown.status_code == 404
    assert "Người đến cần làm gì" in text_of(unknown)
    assert browser("hoa").get("/ban/tiep-nhan/").status_code == 403


def test_a_walk_in_is_received_in_one_go(world: World, browser: Browser) -> None:
    typed = visitor()
    response = walk_in(browser("nga"), typed)
    assert response.status_code == 302, text_of(response)
    dossier = Dossier.objects.get()
    assert dossier.state == State.RECEIVED
    assert (dossier.receiving_agency_id, dossier.competent_agency_id) == (
        world.cast.cuanam.point,
        world.cast.bode.committee,
    )
    again = walk_in(browser("nga"), typed)  # the button pressed twice
    assert again.status_code == 302
    assert Dossier.objects.count() == 1
    page = browser("nga").get(response["Location"])
    for words in (
        "Đã tiếp nhận",
        "In giấy tiếp nhận",
        "Thu phí, lệ phí",
        "Chuyển hồ sơ",
        "Hẹn trả",
    ):
        assert words in text_of(page), words
    assert 'data-key="i"' in page.content.decode()  # one key prints
    receipt = browser("nga").get(reverse("dossiers:receipt", args=[dossier.code]))
    assert receipt["Content-Type"] == "application/pdf"
    paid = {"how": "cash", "amount": str(dossier.fee_total), "receipt": "BL-1"}
    assert move(browser("nga"), dossier, "settle_fee", paid).status_code == 302


def test_asked_by_the_script_the_counter_leads_on(world: World, browser: Browser) -> None:
    response = walk_in(browser("nga"), visitor(), **{"HX-Request": "true"})
    assert response.status_code == 204
    assert response["HX-Redirect"] == page_of(Dossier.objects.get())
    assert "haicap_notice" in response.cookies


def test_a_refused_walk_in_loses_nothing(world: World, browser: Browser) -> None:
    typed = visitor(
        **{
            "applicant.name": "<b>An</b>",
            "applicant.phone": "12",
            "applicant.territory": "Thiên đường",
            "answers.status": "",
            "answers.place.territory": "",
            "paper-ban-an-originals": "2",
        }
    )
    response = walk_in(browser("nga"), typed)
    html = response.content.decode()
    assert response.status_code == 422
    for field in ("applicant.name", "applicant.phone", "applicant.territory", "answers.status"):
        assert f'href="#{field}"' in html, field
        assert f'id="{field}"' in html, field
        assert f'id="{field}-error"' in html, field
    assert 'value="&lt;b&gt;An&lt;/b&gt;"' in html
    assert "Thiên đường" in html
    assert typed["key"] in html
    assert not Dossier.objects.exists()


def test_another_who_is_not_named_is_not_forgotten(world: World, browser: Browser) -> None:
    response = walk_in(browser("nga"), visitor(for_another="1"))
    assert response.status_code == 422
    assert 'href="#owner.name"' in response.content.decode()
    named = visitor(
        for_another="1", relation="Con",
        **{"owner.name": "Trần Thị Mẹ", "owner.phone": "0100000099"},
    )  # fmt: skip
    assert walk_in(browser("nga"), named).status_code == 302
    dossier = Dossier.objects.get()
    assert dossier.owner_id != dossier.applicant_id


def test_another_who_was_written_down_needs_no_tick(world: World, browser: Browser) -> None:
    named = {"owner.name": "Trần Thị Mẹ", "owner.phone": "0100000099"}
    refused = walk_in(browser("nga"), visitor(**named))
    assert refused.status_code == 422  # the relation is still missing
    assert 'name="for_another" value="1" checked' in refused.content.decode()
    assert walk_in(browser("nga"), visitor(**named, relation="Con")).status_code == 302
    dossier = Dossier.objects.get()
    assert dossier.owner_id != dossier.applicant_id


def test_who_acts_for_a_visitor_is_kept_with_the_dossier(world: World, browser: Browser) -> None:
    wrong = walk_in(browser("nga"), visitor(**{"representative.phone": "12"}))
    assert wrong.status_code == 422
    html = wrong.content.decode()
    assert 'href="#representative.name"' in html
    assert '<details class="party" open><summary>Người được ủy quyền' in html
    named = visitor(
        **{"representative.name": "Trần Thị Con", "representative.personal_id": "000195000034"}
    )
    response = walk_in(browser("nga"), named)
    assert response.status_code == 302, text_of(response)
    assert Dossier.objects.get().representative_id is not None
    page = browser("nga").get(response["Location"])
    assert "Người được ủy quyền Trần Thị Con, 000195000034" in text_of(page)


def test_the_card_fills_the_applicant_and_leaves_the_rest(world: World, browser: Browser) -> None:
    typed = {**visitor(), "qr": CARD, "read_card": "1", "applicant.name": "", "applicant.phone": ""}
    html = walk_in(browser("nga"), typed).content.decode()
    assert 'value="Trần Văn An"' in html
    assert "Phường Bồ Đề · 00118" in html
    assert 'name="applicant.detail" value="Số 5, ngõ 10"' in html
    assert 'value="vay-von" checked' in html or 'value="vay-von" selected' in html
    part = walk_in(browser("nga"), typed, **{"HX-Request": "true", "HX-Target": "applicant"})
    assert part.content.decode().lstrip().startswith("<fieldset")


@pytest.mark.parametrize(
    ("address", "place", "detail"),
    [
        ("Số 5, ngõ 10, Bồ Đề, Hà Nội", "00118", "Số 5, ngõ 10"),
        ("Tổ 3, Phường Bồ Đề, Quận Long Biên, Hà Nội", "00118", "Tổ 3"),
        ("Thôn Đoài, Xã Lạ, Tỉnh Xa", "Thôn Đoài, Xã Lạ, Tỉnh Xa", ""),
    ],
)
def test_the_address_of_a_card_is_a_commune_where_that_is_certain(
    world: World, browser: Browser, address: str, place: str, detail: str
) -> None:
    typed = {"qr": CARD.replace("Số 5, ngõ 10, Bồ Đề, Hà Nội", address), "read_card": "1"}
    html = walk_in(browser("nga"), typed).content.decode()
    field = re.search(r'name="applicant.territory" value="([^"]*)"', html)
    assert field is not None
    assert field[1].split(" · ")[-1] == place
    assert f'name="applicant.detail" value="{detail}"' in html


@pytest.mark.parametrize("qr", ["", "abc", "1|2|3|4|5|6|7", CARD.replace("01061985", "31021985")])
def test_what_is_no_card_is_told_at_the_scanner(world: World, browser: Browser, qr: str) -> None:
    response = walk_in(browser("nga"), {**visitor(), "qr": qr, "read_card": "1"})
    assert response.status_code == 422
    assert 'id="qr-error"' in response.content.decode()
    assert "Trần Văn An" in response.content.decode()


def test_who_was_here_before_is_reached_as_before_and_can_read_it(
    world: World, browser: Browser
) -> None:
    before = world.hand_in("minh")
    html = walk_in(browser("nga"), {"qr": CARD, "read_card": "1"}).content.decode()
    assert 'name="applicant.phone" value="0100000012"' in html
    assert "lần khai trước" in html
    assert [row.purpose for row in audit.reads_of(before.applicant_id)] == ["walk_in"]


def test_a_person_of_the_form_is_filled_like_the_applicant(world: World, browser: Browser) -> None:
    typed = {key: value for key, value in visitor().items() if "subject_person" not in key}
    response = walk_in(browser("nga"), {**typed, "_me": "subject_person"})
    html = response.content.decode()
    assert response.status_code == 200
    assert 'name="answers.subject_person.name" value="Trần Văn An"' in html
    assert 'name="answers.subject_person.personal_id" value="000085000012"' in html
    assert 'value="vay-von" checked' in html or 'value="vay-von" selected' in html
    assert not Dossier.objects.exists()


def test_where_nobody_knows_who_decides_it_goes_to_a_coordinator(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("haicap.dossiers.routing.competent_for", lambda **_facts: None)
    response = walk_in(browser("nga"), visitor())
    assert response.status_code == 302
    page = browser("nga").get(response["Location"])
    assert "Phan Thị Diệu" in text_of(page)
    assert "chờ xác định cơ quan giải quyết" in text_of(page)
    assert "điều phối sẽ xác định" in text_of(page)


# --- the leader's pile ----------------------------------------------------------------------------


def approve(client: Client, dossier: Dossier, after: str = "", **more: str) -> Any:
    data = {"move": "approve", "code": dossier.code, "version": dossier.version, "after": after}
    return client.post("/ban/trinh-ky/", {**data, **more})


def on_top(response: Any) -> str:
    found = re.search(r'name="code" value="([^"]+)"', response.content.decode())
    return found[1] if found else ""


@pytest.mark.slow
def test_the_pile_is_worked_off_from_the_top_and_what_is_put_off_stays(
    world: World, browser: Browser
) -> None:
    pile = [world.at_stage("SUBMIT_APPROVAL") for _n in range(3)]
    leader = browser("quan")
    first = leader.get("/ban/trinh-ky/")
    assert "Hồ sơ 1 trong 3" in text_of(first)
    assert on_top(first) == pile[0].code
    later = leader.get(f"/ban/trinh-ky/?code={pile[1].code}")
    assert "Hồ sơ 2 trong 3" in text_of(later)
    done = approve(leader, pile[1], after=pile[2].code or "")
    assert done.status_code == 302
    third = leader.get(done["Location"])
    assert on_top(third) == pile[2].code
    assert "Đã duyệt" in text_of(third)
    assert approve(leader, pile[2]).status_code == 302
    assert on_top(leader.get("/ban/trinh-ky/")) == pile[0].code
    back = {"move": "return_draft", "code": pile[0].code, "version": pile[0].version}
    refused = leader.post("/ban/trinh-ky/", {**back, "reason": " "})
    assert refused.status_code == 422
    assert 'id="return_draft" aria-labelledby="return_draft-title" data-open' in (
        refused.content.decode()
    )
    returned = leader.post("/ban/trinh-ky/", {**back, "reason": "Sai họ tên"})
    assert returned.status_code == 302
    assert "Không còn hồ sơ nào chờ duyệt" in text_of(leader.get(returned["Location"]))
    states = [now(one).state for one in pile]
    assert states == [State.IN_PROCESS, State.APPROVED, State.APPROVED]


def test_a_leader_who_comes_second_is_told_and_goes_on(world: World, browser: Browser) -> None:
    dossier, other = world.at_stage("SUBMIT_APPROVAL"), world.at_stage("SUBMIT_APPROVAL")
    world.move(dossier, "approve", "quan")
    late = approve(browser("quan"), dossier)
    assert late.status_code == 409
    assert code_of(dossier) in text_of(late)
    assert "Đã duyệt" in text_of(late)
    assert on_top(late) == other.code


def test_the_pile_takes_no_other_moves_and_nobody_else(world: World, browser: Browser) -> None:
    dossier = world.at_stage("SUBMIT_APPROVAL")
    other = browser("quan").post("/ban/trinh-ky/", {"move": "transfer", "code": dossier.code})
    assert other.status_code == 404
    assert browser("quan").post("/ban/trinh-ky/", {"move": "approve"}).status_code == 404
    assert browser("hoa").get("/ban/trinh-ky/").status_code == 403
    assert now(dossier).state == State.SUBMIT_APPROVAL


def test_a_draft_that_a_head_reviews_is_not_in_the_leaders_pile(
    world: World, browser: Browser
) -> None:
    dossier = world.hand_in("nga", **filled(REVIEWED), applicant=world.filing().applicant)
    for name, who in (("accept", "nga"), ("transfer", "nga"), ("confirm_receipt", "hoa"),
                      ("submit_approval", "hoa")):  # fmt: skip
        dossier = world.move(dossier, name, who)
    assert "Không còn hồ sơ nào" in text_of(browser("quan").get("/ban/trinh-ky/"))
    assert move(browser("truong"), dossier, "submit_approval").status_code == 302
    assert "Hồ sơ 1 trong 1" in text_of(browser("quan").get("/ban/trinh-ky/"))
