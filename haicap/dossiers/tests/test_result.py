"""The result and the slips of forms 02 and 03: what stands on them, and that they stay the same."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from haicap.dossiers import press
from haicap.dossiers.guidance import (
    Asked,
    GuidanceHead,
    RefusalData,
    RequestData,
    render_refusal,
    render_request,
)
from haicap.dossiers.receipt import render_receipt
from haicap.dossiers.result import ResultData, ResultRow, render_result
from haicap.dossiers.tests.test_receipt import LAN, words
from haicap.kernel.clock import VIETNAM

AT = datetime(2026, 11, 25, 9, 5, tzinfo=VIETNAM)
CERTIFICATE = ResultData(
    agency="Ủy ban nhân dân phường Bồ Đề",
    place="Bồ Đề",
    title="GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN",
    dossier_code="H26.118.05-261125-0042",
    made_at=AT,
    rows=(
        ResultRow("Họ, chữ đệm, tên", "Nguyễn Thị Lan", "Người được xác nhận"),
        ResultRow("Nơi cư trú", "Số 12, ngõ 45, phường Bồ Đề", "Người được xác nhận"),
        ResultRow("Tình trạng hôn nhân", "Chưa đăng ký kết hôn với ai", "Nội dung"),
    ),
    number="15/XN",
    day=date(2026, 11, 25),
    basis=("Căn cứ Luật Hộ tịch năm 2014;",),
    opening="Ủy ban nhân dân phường Bồ Đề xác nhận:",
    closing="Giấy này có giá trị trong 6 tháng.",
    capacity="TM. Ủy ban nhân dân",
    signer="Trần Quốc Khánh",
    recipients=("Như trên", "Lưu: VT"),
)
HEAD = GuidanceHead(
    superior=LAN.superior,
    agency=LAN.agency,
    place=LAN.place,
    made_at=AT,
    code=LAN.code,
    number="7/HDHS",
    applicant=LAN.applicant,
    address=LAN.address,
    request=LAN.request,
    track_url=LAN.track_url,
    officer="Lê Minh Tuấn",
)
ASKED = RequestData(
    head=HEAD,
    items=(Asked("Giấy chứng sinh", "Thiếu chữ ký", "Xin cơ sở y tế ký"),),
    reason="Chưa đủ giấy tờ.\nCăn cứ: Điều 16 Luật Hộ tịch",
    stage="Trước khi tiếp nhận",
    reply_by=datetime(2026, 12, 4, 17, tzinfo=VIETNAM),
)
REFUSED = RefusalData(head=HEAD, reason="Không thuộc thẩm quyền.", where="UBND xã nơi cư trú")


def test_a_result_has_the_parts_of_an_administrative_document() -> None:
    text = words(render_result(CERTIFICATE))
    for said in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "PHƯỜNG BỒ ĐỀ",
        "Số: 15/XN",
        "Bồ Đề, ngày 25 tháng 11 năm 2026",
        "GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN",
        "Căn cứ Luật Hộ tịch năm 2014;",
        "Người được xác nhận",
        "Chưa đăng ký kết hôn với ai",
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
        "(Chưa ký số)",
        "Trần Quốc Khánh",
        "Nơi nhận:",
        "Lưu: VT",
        "Mã hồ sơ: H26.118.05-261125-0042",
    ):
        assert said in text, said
    assert "DỰ THẢO" not in text


def test_a_draft_says_so_and_leaves_number_and_date_open() -> None:
    text = words(render_result(replace(CERTIFICATE, is_draft=True, number="", day=None)))
    assert "BẢN DỰ THẢO" in text
    assert "Số: /" in text
    assert "ngày tháng năm" in text


def test_what_is_signed_does_not_say_that_it_is_not() -> None:
    assert "Chưa ký số" not in words(render_result(replace(CERTIFICATE, is_signed=True)))


def test_a_decision_has_its_abstract_below_its_name() -> None:
    title = "QUYẾT ĐỊNH VỀ VIỆC HỖ TRỢ CHI PHÍ MAI TÁNG"
    assert "QUYẾT ĐỊNH Về việc hỗ trợ chi phí mai táng" in words(
        render_result(replace(CERTIFICATE, title=title))
    )


def test_the_hash_frozen_for_approval_is_the_hash_printed_again() -> None:
    assert render_result(CERTIFICATE) == render_result(CERTIFICATE)


def test_a_result_of_many_rows_goes_on_to_further_pages() -> None:
    rows = tuple(ResultRow(f"Mục {n}", "Nội dung " * 30) for n in range(60))
    reader = PdfReader(io.BytesIO(render_result(replace(CERTIFICATE, rows=rows))))
    assert len(reader.pages) > 2


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=80), st.text(max_size=300))
def test_no_text_breaks_a_result(label: str, value: str) -> None:
    made = render_result(
        replace(CERTIFICATE, rows=(ResultRow(label, value, label),), signer=value, basis=(value,))
    )
    assert made.startswith(b"%PDF-1.7")


def test_form_02_says_what_to_do_by_when_and_whom_to_ask() -> None:
    text = words(render_request(replace(ASKED, contact="ông Tuấn, 024 3825 1234")))
    for said in (
        "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ",
        "Số: 7/HDHS",
        "Hồ sơ của: Nguyễn Thị Lan",
        "Giấy chứng sinh",
        "Thiếu chữ ký",
        "Xin cơ sở y tế ký",
        "Điều 16 Luật Hộ tịch",
        "Trước khi tiếp nhận",
        "17 giờ 00 phút, ngày 04 tháng 12 năm 2026 (thứ Sáu)",
        "ông Tuấn, 024 3825 1234",
        "NGƯỜI HƯỚNG DẪN",
    ):
        assert said in text, said
    assert "Thời hạn" not in words(render_request(replace(ASKED, reply_by=None)))


def test_form_03_says_why_and_where_to_go_instead() -> None:
    text = words(render_refusal(replace(REFUSED, basis="Điều 21 Nghị định 123")))
    for said in (
        "PHIẾU TỪ CHỐI TIẾP NHẬN, GIẢI QUYẾT HỒ SƠ",
        "Không thuộc thẩm quyền.",
        "Điều 21 Nghị định 123",
        "UBND xã nơi cư trú",
        "NGƯỜI NỘP HỒ SƠ",
        "Lê Minh Tuấn",
    ):
        assert said in text, said


@pytest.mark.parametrize("render", [lambda: render_request(ASKED), lambda: render_refusal(REFUSED)])
def test_a_slip_is_one_page_and_the_same_each_time(render: Callable[[], bytes]) -> None:
    assert render() == render()
    assert len(PdfReader(io.BytesIO(render())).pages) == 1


def test_without_times_on_the_machine_the_wheels_face_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    press.face.cache_clear()
    press._press.cache_clear()
    try:
        with monkeypatch.context() as bare:
            bare.setattr(press, "TIMES_FOLDERS", ())
            assert press.face().family == "Noto Serif"
            made = render_receipt(LAN)
            assert "Nguyễn Thị Lan" in words(made)
            assert len(PdfReader(io.BytesIO(made)).pages) == 1
    finally:
        press.face.cache_clear()
        press._press.cache_clear()
