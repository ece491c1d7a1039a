"""The result: what stands on it, and that it stays the same."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from haicap.dossiers import press
from haicap.dossiers.result import ResultData, ResultRow, render_result
from haicap.dossiers.tests.test_receipt import LAN, render_receipt, words
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
