"""The forms 01 to 07: what stands on them, by which layout, from the journal, numbered and kept."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries, Settings

from haicap.accounts.models import Reach
from haicap.accounts.tests.cast import AT, BEGAN, Cast, add_person
from haicap.audit import public as audit
from haicap.dossiers import actions, paperwork, queries
from haicap.dossiers.actions import layouts as layout_verbs
from haicap.dossiers.actions import papers, printing
from haicap.dossiers.models import Dossier, RegisterPrint, Request, SlipLayout
from haicap.dossiers.slips import control, gathering, layouts, register
from haicap.dossiers.slips.heads import Body, head_of, signer_of
from haicap.dossiers.slips.kinds import KINDS, Form
from haicap.dossiers.slips.printing import print_form
from haicap.dossiers.slips.samples import sample
from haicap.dossiers.tests.test_receipt import words
from haicap.dossiers.tests.world import ASKED, World
from haicap.files import public as files
from haicap.kernel import clock
from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, NotAllowed
from haicap.registers.models import Number
from haicap.site import wiring
from haicap.units.models import AgencyVersion

OWN = '#import "/slips/lib.typ": *\n#set page(paper: "a4")\nMẪU RIÊNG #d.head.number #d.form.basis'
CIRCULAR = "Thông tư số 99/2027/TT-VPCP"


def printed(form: Form) -> bytes:
    """The sample of a form by the layout of the house."""
    return print_form(sample(form), layout=layouts.ours_on(form, day=AT.date()))


# --- the paper ------------------------------------------------------------------------------------

SAID: dict[Form, tuple[str, ...]] = {
    Form.REQUEST: (
        "Số: 7/HDHS", "Hồ sơ của: Nguyễn Thị Lan", "Thành phần hồ sơ", "Chưa đúng, còn thiếu",
        "Việc cần làm", "Lý do:", "Căn cứ: Điều 16 Luật Hộ tịch", "Bước giải quyết",
        "17 giờ 00 phút, ngày 30 tháng 11 năm 2026", "NGƯỜI HƯỚNG DẪN", "Lê Thị Hoa",
    ),
    Form.REFUSAL: (
        "Số: 3/TCHS", "không tiếp nhận, giải quyết hồ sơ này với lý do cụ thể như sau",
        "Căn cứ: Điều 13 Luật Hộ tịch", "có thể liên hệ", "NGƯỜI NỘP HỒ SƠ",
        "NGƯỜI TIẾP NHẬN HỒ SƠ",
    ),
    Form.APOLOGY: (
        "ỦY BAN NHÂN DÂN PHƯỜNG BỒ ĐỀ", "Bồ Đề, ngày 26 tháng 11 năm 2026", "Kính gửi",
        "chưa trả kết quả", "cơ quan phối hợp trả lời chậm", "chân thành xin lỗi",
        "17 giờ 00 phút, ngày 26 tháng 11 năm 2026", "17 giờ 00 phút, ngày 30 tháng 11 năm 2026",
        "chỉ thực hiện một lần", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Phạm Quân", "Nơi nhận:",
    ),
    Form.STOP: (
        "THÔNG BÁO", "Về việc dừng giải quyết hồ sơ", "đề nghị rút hồ sơ", "đến bước: Thẩm định",
        "đồng ý cho rút", "Phí, lệ phí đã nộp", "Bản chính giấy tờ đã nộp", "TM. ỦY BAN NHÂN DÂN",
    ),
    Form.CONTROL: (
        "Cơ quan (bộ phận) giải quyết hồ sơ: Ủy ban nhân dân phường Bồ Đề",
        "Cơ quan phối hợp giải quyết hồ sơ: Công an phường Bồ Đề", "1. Giao", "2. Nhận",
        "Trước hạn", "Đúng hạn", "Quá hạn", "chưa xác nhận", "Thay đổi thời hạn",
        "Kết quả chung của hồ sơ",
    ),
    Form.REGISTER: (
        "Từ ngày 01 tháng 11 năm 2026 đến ngày 30 tháng 11 năm 2026", "STT", "Tên thủ tục",
        "Số lượng (bộ)", "Tên cá nhân, tổ chức", "Địa chỉ, số điện thoại", "Cơ quan chủ trì",
        "Hẹn trả kết quả", "Ký nhận", "Ghi chú", "Tổng số: 12 hồ sơ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", SAID, ids=str)
def test_each_form_has_the_look_of_the_law_and_its_own_fields(form: Form) -> None:
    text = words(printed(form))
    title = "THÔNG BÁO" if form is Form.STOP else KINDS[form].name.upper()
    for said in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        f"Mẫu số {form}",
        title,
        *SAID[form],
    ):
        assert said in text, said
    if form is not Form.REGISTER:
        assert "Mã hồ sơ: H26.118.05-261125-0042" in text
    assert printed(form) == printed(form)


def test_a_long_control_slip_goes_on_with_its_heading_and_the_page_number() -> None:
    slip = control_sample()
    long = replace(slip, rows=slip.rows * 10)
    made = print_form(long, layout=layouts.ours_on(Form.CONTROL, day=AT.date()))
    pages = PdfReader(io.BytesIO(made)).pages
    assert len(pages) >= 3
    second = pages[1].extract_text()
    assert second.strip().startswith("2")
    assert "Kết quả giải" in second


def control_sample() -> Any:
    return sample(Form.CONTROL)


@pytest.mark.parametrize(
    ("kind", "title", "by_order", "capacity", "printed_title"),
    [
        ("commune_committee", "Chủ tịch", False, "TM. Ủy ban nhân dân", "Chủ tịch"),
        (
            "commune_committee", "Phó Chủ tịch", False,
            "TM. Ủy ban nhân dân\nKT. Chủ tịch", "Phó Chủ tịch",
        ),
        ("commune_committee", "Chánh Văn phòng", True, "TL. Chủ tịch", "Chánh Văn phòng"),
        ("department", "Phó Giám đốc", False, "KT. Giám đốc", "Phó Giám đốc"),
        ("department", "", False, "", "Giám đốc"),
    ],
)  # fmt: skip
def test_who_signs_does_so_as_the_law_on_documents_says(
    kind: str, title: str, by_order: bool, capacity: str, printed_title: str
) -> None:
    signer = signer_of(Body(kind, "x"), post_title=title, name="Lan", by_order=by_order)
    assert (signer.capacity, signer.title) == (capacity, printed_title)


def test_a_unit_writes_under_its_own_name_of_the_day(world: World) -> None:
    at, cast = world.at, world.cast
    point, _unit = head_of(cast.cuanam.point, at=at)
    committee, _unit = head_of(cast.bode.committee, at=at)
    assert point.superior
    assert point.agency
    assert (committee.superior, committee.place) == ("", "Bồ Đề")
    today = AgencyVersion.objects.get(agency=cast.bode.committee)
    AgencyVersion.objects.filter(pk=today.pk).update(period=DateRange(BEGAN, day_of(at)))
    today.pk, today.name, today.period = None, "Ủy ban nhân dân phường Mới", DateRange(day_of(at))
    today.save(force_insert=True)
    before, _unit = head_of(cast.bode.committee, at=at - timedelta(days=1))
    after, _unit = head_of(cast.bode.committee, at=at)
    assert (before.agency, after.agency) == (committee.agency, "Ủy ban nhân dân phường Mới")


# --- which layout ---------------------------------------------------------------------------------


@pytest.fixture
def controller(cast: Cast) -> str:
    """Somebody who controls procedures for the whole city."""
    if "kiem" not in cast.people:
        cast.people["kiem"] = add_person(
            login="kiem", name="Đỗ Văn Kiểm", agency=cast.centre, title="Kiểm soát thủ tục",
            duties=[(Duty.CATALOGUE, Reach.ALL)],
        )  # fmt: skip
    return "kiem"


def put(world: World, who: str, **more: Any) -> SlipLayout:
    given: dict[str, Any] = {
        "form": "01", "source": OWN, "basis": CIRCULAR,
        "valid_from": day_of(AT) + timedelta(days=1), **more,
    }  # fmt: skip
    return layout_verbs.put_layout(**given, by=world.by(who), at=world.later())


def receipt_of(dossier: Dossier) -> str:
    """The words of the receipt that is served."""
    response: Any = paperwork.receipt_response(Dossier.objects.get(pk=dossier.pk))
    return words(response.content if hasattr(response, "content") else response.getvalue())


def test_a_new_circular_replaces_a_form_from_its_day_and_what_was_issued_stays(
    world: World, controller: str
) -> None:
    wiring.wire()
    before = world.at_stage("RECEIVED")
    put(world, controller)
    audit.deliver_due(at=world.later())
    world.at = AT + timedelta(days=1)
    after = world.at_stage("RECEIVED")
    assert "GIẤY TIẾP NHẬN" in receipt_of(before)
    assert receipt_of(after) == f"MẪU RIÊNG 2/TNHS {CIRCULAR}"
    (row,) = SlipLayout.objects.all()
    layout_verbs.withdraw_layout(layout_id=row.pk, by=world.by(controller), at=world.later())
    assert "GIẤY TIẾP NHẬN" in receipt_of(after)  # not kept yet
    kept = files.uses_of([before.ref])[before.ref]
    assert {len(use.sha256) for use in kept} == {64}


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("source", {"source": '#d.khong_co_muc_nay\n#import "/slips/lib.typ": *'}),
        ("source", {"source": '#import "@preview/x:1.0.0": *'}),
        ("source", {"source": '#read("../press.py")'}),
        ("source", {"source": " "}),
        ("basis", {"basis": ""}),
        ("form", {"form": "08"}),
        ("valid_from", {"valid_from": day_of(AT) - timedelta(days=1)}),
        ("valid_to", {"valid_to": day_of(AT)}),
    ],
)
def test_a_layout_that_cannot_be_is_refused_at_its_field(
    world: World, controller: str, field: str, more: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        put(world, controller, **more)
    assert list(refused.value.fields) == [field]
    assert not SlipLayout.objects.exists()


def test_layouts_are_the_city_controllers_alone_and_one_a_day(
    world: World, controller: str
) -> None:
    with pytest.raises(NotAllowed):
        put(world, "quan")
    put(world, controller)
    with pytest.raises(Invalid):
        put(world, controller, basis="Quyết định khác")


# --- from the dossier and its journal -------------------------------------------------------------


def test_the_control_slip_tells_every_hand_over_of_the_journal(world: World) -> None:
    slip = control.control_slip(world.at_stage("RETURNED"))
    told = [(row.giver, row.giver_name, row.receiver, row.receiver_name) for row in slip.rows]
    assert [row.note for row in slip.rows] == [
        "Tiếp nhận hồ sơ", "", "Trình duyệt kết quả", "Đã duyệt", "Đã phát hành kết quả",
        "Trả kết quả",
    ]  # fmt: skip
    assert told[0][0] == "Người nộp hồ sơ"
    assert told[0][3] == told[1][1] == "Lý Thị Nga"
    assert told[1][3] == told[2][1] == "Lê Thị Hoa"
    assert told[2][3] == told[3][1]
    assert told[5][2] == "Người nộp hồ sơ"
    assert slip.rows[1].taken_at == slip.rows[1].given_at + timedelta(minutes=1)
    assert {row.verdict for row in slip.rows[1:3]} <= {"Trước hạn", "Đúng hạn"}
    assert slip.whole == "Trước hạn"
    moves = [e for e in audit.history_of(slip_ref(slip)) if e.kind.startswith("dossiers.")]
    assert slip.head.made_at == moves[-1].happened_at


def slip_ref(slip: Any) -> str:
    return Dossier.objects.get(code=slip.head.code).ref


def test_a_step_beyond_its_time_is_late_on_the_control_slip(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    world.at += timedelta(days=9)
    dossier = world.move(dossier, "submit_approval", "hoa")
    slip = control.control_slip(dossier)
    assert slip.rows[-1].verdict == "Quá hạn"
    assert slip.whole == "Đang quá hạn"
    assert slip.rows[-1].taken_at is None or slip.rows[-1].receiver_name


def test_before_the_transfer_is_confirmed_the_other_half_stays_open(world: World) -> None:
    slip = control.control_slip(world.at_stage("TRANSFERRED"))
    assert slip.rows[-1].taken_at is None
    assert slip.rows[-1].receiver_name == ""
    with pytest.raises(gathering.NoReceiptYet):
        control.control_slip(world.hand_in("nga"))


def keep_all(world: World) -> None:
    wiring.wire()
    audit.deliver_due(at=world.later())


def slips(dossier: Dossier, who: str, world: World) -> list[tuple[str, str]]:
    """Forms and numbers somebody may read of a dossier."""
    return [(slip.form, slip.number) for slip in paperwork.slips_of(dossier, by=world.by(who))]


def test_every_turn_leaves_its_form_once_numbered_without_a_gap(world: World) -> None:
    refused = [world.at_stage("INTAKE_REFUSED") for _n in range(2)]
    stopped = world.move(
        world.at_stage("IN_PROCESS"), "stop", "truong", reason="Không nộp", basis="Điều 12"
    )
    withdrawn = world.move(
        world.at_stage("IN_PROCESS"), "request_withdraw", "nga", reason="Không cần nữa"
    )
    withdrawn = world.move(withdrawn, "decide_withdraw", "quan", agree=True, fees="Hoàn đủ")
    stopped = world.move(stopped, "archive", "hoa")  # hands nothing over
    sorry = world.move(
        world.at_stage("IN_PROCESS"), "apologise", "quan", reason_code="consulted",
        new_due=day_of(AT) + timedelta(days=9), reason="Công an chưa trả lời",
    )  # fmt: skip
    keep_all(world)
    assert [slips(one, "nga", world) for one in refused] == [[("03", "1/TCHS")], [("03", "2/TCHS")]]
    assert slips(stopped, "nga", world)[-2:] == [("05", "1/TB-DHS"), ("06", "")]
    assert slips(withdrawn, "nga", world)[-2:] == [("05", "2/TB-DHS"), ("06", "")]
    assert slips(sorry, "nga", world)[-1] == ("04", "1/XLHS")
    for kind in ("refusal", "stop", "apology", "reception"):
        values = list(Number.objects.filter(kind=kind).order_by("value").values_list("value"))
        assert values == [(n,) for n in range(1, len(values) + 1)], kind
    before = dict(files.uses_of([sorry.ref]))
    papers.keep_slip(form=Form.APOLOGY, dossier_id=sorry.pk, row=sorry.apology, at=world.later())
    assert dict(files.uses_of([sorry.ref])) == before
    notice = text_of_form(withdrawn, "05", world)
    for part in ("đề nghị rút hồ sơ: Không cần nữa", "Hoàn đủ", "bước: Đang thụ lý"):
        assert part in notice, part
    letter = text_of_form(sorry, "04", world)
    for part in ("cơ quan phối hợp trả lời chậm", "Công an chưa trả lời", "CHỦ TỊCH"):
        assert part in letter, part


def text_of_form(dossier: Dossier, form: str, world: World) -> str:
    (slip,) = [s for s in paperwork.slips_of(dossier, by=world.by("nga")) if s.form == form]
    assert slip.kept
    return words(b"".join(files.open_file(slip.kept.id)))


def test_the_people_on_it_read_their_forms_and_never_the_control_slip(
    world: World, settings: Settings
) -> None:
    huong = world.by("huong")
    dossier = actions.hand_in(
        filing=world.filing(channel="online", applicant=None, owner=None), by=huong,
        at=world.later(),
    )  # fmt: skip
    dossier = world.move(dossier, "ask_before", "minh", **ASKED)
    dossier = world.move(dossier, "complete", "huong")
    for move, who in (("accept", "minh"), ("transfer", "minh"), ("confirm_receipt", "hoa")):
        dossier = world.move(dossier, move, who)
    dossier = world.move(dossier, "stop", "truong", reason="Trùng hồ sơ", basis="Điều 12")
    keep_all(world)
    number = Request.objects.get().number
    theirs = slips(dossier, "huong", world)
    assert theirs == [("02", number), ("01", "1/TNHS"), ("05", "1/TB-DHS")]
    uses = {use.slot: use for use in files.uses_of([dossier.ref])[dossier.ref]}
    (control_use,) = [use for slot, use in uses.items() if slot.startswith("slip:control")]
    assert not queries.may_open(dossier, control_use, by=huong)
    assert queries.may_open(dossier, control_use, by=world.by("minh"))
    token = {"Authorization": f"Bearer {world.cast.token('huong', at=clock.now())}"}
    base = f"/api/v1/dossiers/{dossier.code}"
    items = Client().get(f"{base}/slips", headers=token).json()["items"]
    assert [item["form"] for item in items] == ["02", "01", "05"]
    for item in items:
        content = Client().get(item["href"], headers=token).getvalue()
        assert hashlib.sha256(content).hexdigest() == item["sha256"]
        assert content.startswith(b"%PDF-1.7")
        assert len(content) == item["size"]
    assert Client().get(f"{base}/control-slip.pdf", headers=token).status_code == 403


# --- the register ---------------------------------------------------------------------------------


def asked_of(world: World, **more: Any) -> register.Asked:
    day = day_of(AT)
    given: dict[str, Any] = {
        "agency_id": Dossier.objects.latest("id").receiving_agency_id, "since": day,
        "until": day + timedelta(days=20), **more,
    }  # fmt: skip
    return register.Asked(**given)


def test_the_register_tells_what_the_journal_tells(world: World) -> None:
    returned = world.at_stage("RETURNED")
    open_one = world.at_stage("SUPP_REQ")
    world.hand_in("nga")  # not received: not in the book
    rows = register.rows_of(
        register.lines(asked_of(world), by=world.by("nga"), at=world.at), at=world.at
    )
    assert [row.number for row in rows] == [1, 2]
    journal = {e.kind: e for e in audit.history_of(returned.ref)}
    assert rows[0].received_at == journal["dossiers.DossierAccepted"].happened_at
    promised = datetime.fromisoformat(journal["dossiers.DossierAccepted"].facts["due_at"])
    assert rows[0].due_at == promised
    assert rows[0].returned_at == journal["dossiers.ResultReturned"].happened_at
    assert rows[0].taken_by == rows[0].person == "Trần Văn An"
    assert (rows[1].returned_at, rows[1].note) == (None, "Bổ sung 1 lần")
    still = register.lines(asked_of(world, standing="open"), by=world.by("nga"), at=world.at)
    assert [row.pk for row in still] == [open_one.pk]
    other = register.lines(asked_of(world), by=world.by("minh"), at=world.at)
    assert not other.exists()


def test_a_longer_register_costs_no_further_statement(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _n in range(2):
        world.at_stage("RECEIVED")
    found = register.lines(asked_of(world), by=world.by("nga"), at=world.at)
    with django_assert_num_queries(3):
        assert len(register.rows_of(found, at=world.at)) == 2
    for _n in range(3):
        world.at_stage("RECEIVED")
    with django_assert_num_queries(3):
        assert len(register.rows_of(found.all(), at=world.at)) == 5


def test_a_long_register_is_printed_in_parts_by_the_worker(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _n in range(3):
        world.at_stage("RECEIVED")
    monkeypatch.setattr(register, "PART", 2)
    row = printing.ask_print(asked=asked_of(world), by=world.by("nga"), at=world.later())
    keep_all(world)
    row.refresh_from_db()
    assert (row.total, row.done) == (3, 3)
    assert row.finished_at
    parts = sorted(files.uses_of([row.ref])[row.ref], key=lambda use: use.slot)
    texts = [words(b"".join(files.open_file(use.id))) for use in parts]
    assert ["Phần 1/2" in texts[0], "Phần 2/2" in texts[1]] == [True, True]
    assert "Tổng số: 3 hồ sơ" in texts[1]
    printing.print_register(print_id=row.pk, at=world.later())
    assert len(files.uses_of([row.ref])[row.ref]) == 2


def test_a_spreadsheet_takes_no_cell_for_a_formula(world: World) -> None:
    rows = sample(Form.REGISTER).rows  # type: ignore[union-attr]
    bad: Any = replace(rows[0], person="=HYPERLINK(1)")
    text = "".join(register.as_csv([bad]))
    assert text.startswith("\ufeffSTT,Mã hồ sơ")
    assert ",'=HYPERLINK(1)," in text


# --- the pages ------------------------------------------------------------------------------------


@pytest.fixture
def browser(
    cast: Cast, own_urls: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Client]:
    """A browser somebody is signed in with, on the day of the cast."""
    settings.ROOT_URLCONF = "haicap.site.urls"
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(hours=2))
    return cast.client


def test_the_register_is_read_printed_and_taken_away_as_a_table(
    world: World, browser: Callable[[str], Client]
) -> None:
    dossier = world.at_stage("RETURNED")
    nga = browser("nga")
    page = nga.get(reverse("dossiers:register"))
    assert dossier.code
    assert dossier.code in page.content.decode()
    pdf = nga.get(reverse("dossiers:register_pdf"))
    assert "Tổng số: 1 hồ sơ" in words(pdf.content)
    table = nga.get(reverse("dossiers:register_csv")).content.decode()
    assert table.count("\n") == 2
    assert dossier.code in table
    assert nga.get(reverse("dossiers:register"), {"since": "x"}).status_code == 422
    assert nga.get(reverse("dossiers:register"), {"agency": "999999"}).status_code == 404
    slip = nga.get(reverse("dossiers:control_slip", args=[dossier.code]))
    assert "PHIẾU KIỂM SOÁT" in words(slip.content)


def test_a_long_register_is_asked_for_on_its_page_and_its_parts_are_the_askers_alone(
    world: World, browser: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _n in range(2):
        world.at_stage("RECEIVED")
    monkeypatch.setattr(register, "PART", 1)
    nga = browser("nga")
    assert nga.get(reverse("dossiers:register_pdf")).status_code == 409
    asked = {"since": "2026-11-23", "until": "2026-11-23"}
    assert nga.post(reverse("dossiers:register_print"), asked).status_code == 302
    keep_all(world)
    row = RegisterPrint.objects.get()
    page = nga.get(reverse("dossiers:register")).content.decode()
    for use in files.uses_of([row.ref])[row.ref]:
        address = reverse("dossiers:register_part", args=[row.pk, use.id])
        assert address in page
        assert nga.get(address).getvalue().startswith(b"%PDF")
        assert browser("minh").get(address).status_code == 404


def test_a_controller_tries_a_layout_then_puts_it(
    world: World, browser: Callable[[str], Client], controller: str
) -> None:
    kiem, page = browser(controller), reverse("dossiers:layouts")
    form = {"form": "02", "basis": CIRCULAR, "valid_from": "2026-11-24"}
    tried = kiem.post(page, {**form, "source": OWN, "act": "try"})
    assert words(tried.content) == f"MẪU RIÊNG 7/HDHS {CIRCULAR}"
    wrong = kiem.post(page, {**form, "source": "#let", "act": "put"})
    assert wrong.status_code == 422
    assert "Mẫu giấy chưa in được" in wrong.content.decode()
    assert kiem.post(page, {**form, "source": OWN, "act": "put"}).status_code == 302
    row = SlipLayout.objects.get()
    assert CIRCULAR in kiem.get(page).content.decode()
    source = kiem.get(reverse("dossiers:layout_source", args=["03"])).content.decode()
    assert "/slips/lib.typ" in source
    assert kiem.get(reverse("dossiers:layout_shown", args=["03"])).content.startswith(b"%PDF")
    assert kiem.post(reverse("dossiers:layout_withdraw", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.withdrawn_at
