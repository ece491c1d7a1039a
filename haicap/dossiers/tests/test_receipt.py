"""The receipt: what stands on it, that text stays text, the same each time, archivable."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from haicap.dossiers import press
from haicap.dossiers.slips.data import Head, PaperLine, Person, Receipt
from haicap.dossiers.slips.gathering import both_copies
from haicap.dossiers.slips.kinds import Form
from haicap.dossiers.slips.layouts import ours_on
from haicap.dossiers.slips.printing import print_form
from haicap.kernel.clock import VIETNAM

AT = datetime(2026, 11, 25, 9, 5, tzinfo=VIETNAM)
URL = "https://example.vn/tra-cuu/?ma=H26.118.05-261125-0042"
PERSON = Person(
    "Nguyễn Thị Lan",
    address="Số 12, ngõ 45, phố Nguyễn Văn Cừ, phường Bồ Đề, thành phố Hà Nội",
    id_number="000190000011",
    phone="0100 000 011",
    email="lan@example.vn",
)
LAN = Receipt(
    head=Head(
        superior="Trung tâm Phục vụ hành chính công",
        agency="Chi nhánh số 5",
        place="Hà Nội",
        made_at=AT,
        code="H26.118.05-261125-0042",
        track_url=URL,
        number="1043/TNHS",
    ),
    reception="Điểm phục vụ hành chính công phường Bồ Đề",
    applicant=PERSON,
    owner=Person("Trần Gia Huy"),
    request="Đăng ký khai sinh",
    procedure_code="1.001193",
    papers=(
        PaperLine("Tờ khai đăng ký khai sinh", electronic=1),
        PaperLine("Giấy chứng sinh", originals=1),
    ),
    time_words="01 ngày làm việc",
    received_at=AT,
    due_at=datetime(2026, 11, 26, 17, tzinfo=VIETNAM),
    result_way="Nhận tại quầy: Điểm phục vụ hành chính công phường Bồ Đề",
    volume=1,
    ordinal=1043,
    fee_words="8.000 đồng (chưa nộp)",
    receiver="Lê Minh Tuấn",
)


def render_receipt(receipt: Receipt) -> bytes:
    """The receipt by the layout of the house."""
    return print_form(receipt, layout=ours_on(Form.RECEIPT, day=AT.date()))


def words(pdf: bytes) -> str:
    """The text of the PDF, its breaks and invisible break points taken out."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    text = " ".join(page.extract_text() for page in pages).replace("\u200b", "")
    return re.sub(r"\s+", " ", text)


def test_it_carries_every_field_of_form_01() -> None:
    text = words(render_receipt(LAN))
    for said in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG",
        "CHI NHÁNH SỐ 5",
        "Hà Nội, ngày 25 tháng 11 năm 2026",
        "Mẫu số 01",
        "Thông tư số 03/2025/TT-VPCP",
        "Số: 1043/TNHS",
        "Liên: Giao người nộp hồ sơ",
        "Mã hồ sơ: H26.118.05-261125-0042",
        "tổ chức: Nguyễn Thị Lan",
        "Chủ hồ sơ: Trần Gia Huy",
        "000190000011",
        "Nội dung yêu cầu giải quyết: Đăng ký khai sinh",
        "Giấy chứng sinh",
        "Bản chính",
        "Bản chứng thực",
        "Bản photo",
        "Bản điện tử",
        "01 (bộ)",
        "01 ngày làm việc",
        "09 giờ 05 phút, ngày 25 tháng 11 năm 2026 (thứ Tư)",
        "17 giờ 00 phút, ngày 26 tháng 11 năm 2026 (thứ Năm)",
        "Quyển số: 1; Số thứ tự: 1043",
        "8.000 đồng (chưa nộp)",
        "Nhận tại quầy: Điểm phục vụ hành chính công phường Bồ Đề",
        "https://example.vn/tra-cuu/",
        "NGƯỜI NỘP HỒ SƠ",
        "NGƯỜI TIẾP NHẬN HỒ SƠ",
        "Lê Minh Tuấn",
    ):
        assert said in text, said


def test_an_ordinary_receipt_is_one_archivable_tagged_page_in_vietnamese() -> None:
    reader = PdfReader(io.BytesIO(render_receipt(LAN)))
    root: Any = reader.trailer["/Root"]
    assert len(reader.pages) == 1
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("vi")
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp


def test_the_counter_prints_one_copy_to_keep_and_one_to_give_and_they_say_the_same() -> None:
    pages = PdfReader(io.BytesIO(render_receipt(both_copies(LAN)))).pages
    assert len(pages) == 2
    kept, given = (re.sub(r"\s+", " ", page.extract_text()) for page in pages)
    assert "Liên: Lưu tại nơi tiếp nhận hồ sơ" in kept
    assert "Liên: Giao người nộp hồ sơ" in given
    assert kept.replace("Lưu tại nơi tiếp nhận hồ sơ", "Giao người nộp hồ sơ", 1) == given


def test_equal_data_gives_equal_bytes() -> None:
    assert render_receipt(LAN) == render_receipt(LAN)
    assert render_receipt(LAN) != render_receipt(replace(LAN, ordinal=1044))


def test_counters_that_print_at_the_same_time_get_their_own_receipts() -> None:
    with ThreadPoolExecutor(8) as counters:
        made = list(counters.map(lambda n: render_receipt(replace(LAN, ordinal=n)), range(24)))
    assert all(f"Số thứ tự: {n}" in words(pdf) for n, pdf in enumerate(made))


@pytest.mark.parametrize(
    "text",
    [
        '#eval("1+1") #import "x"',
        "$ x^2 $ *đậm* _nghiêng_ `mã` \\ @nhan <b>to</b> </script>",
        "= Đề mục\n- mục // chú thích /* */",
        "Robert'); DROP TABLE dossiers;-- {{ 7*7 }} {% x %}",
    ],
)
def test_what_people_write_is_printed_as_they_wrote_it(text: str) -> None:
    printed = words(render_receipt(replace(LAN, applicant=Person(text, address=text))))
    assert re.sub(r"\s+", " ", text) in printed


@pytest.mark.parametrize(
    "name",
    ["Nguyễn " * 71, "x" * 500, "W" * 500, "Lê 😀 張三 \u0007 \ue000 \u202e \ufdd0 Bình", ""],
)
def test_long_and_foreign_names_do_not_cost_the_receipt(name: str) -> None:
    reader = PdfReader(
        io.BytesIO(render_receipt(replace(LAN, applicant=Person(name), owner=Person(name))))
    )
    assert len(reader.pages) <= 2


def test_many_papers_go_on_to_a_numbered_page_with_the_heading_repeated() -> None:
    papers = tuple(
        PaperLine(f"Giấy tờ số {n} theo quy định của pháp luật", originals=1) for n in range(60)
    )
    reader = PdfReader(io.BytesIO(render_receipt(replace(LAN, papers=papers))))
    assert len(reader.pages) >= 2
    second = reader.pages[1].extract_text()
    assert second.strip().startswith("2")
    assert "Tên giấy tờ" in second


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=120))
def test_no_text_at_all_breaks_the_press(text: str) -> None:
    assert render_receipt(replace(LAN, applicant=Person(text), request=text)).startswith(
        b"%PDF-1.7"
    )


def widths(svg: str) -> list[int]:
    """Bars and spaces of a barcode's SVG, read back from its path."""
    bars = [(int(x), int(w)) for x, w in re.findall(r"M(\d+) 0h(\d+)v", svg)]
    read: list[int] = []
    for (x, w), after in zip(bars, [*bars[1:], None], strict=True):
        read.append(w)
        if after is not None:
            read.append(after[0] - x - w)
    return read


def test_the_barcode_is_read_back_by_the_rules_of_code_128() -> None:
    # The known example of the standard: "PJJ123C" in set A/B has these symbols, check value 55.
    read = "".join(map(str, widths(press.barcode_svg("PJJ123C"))))
    symbols = [read[i : i + 6] for i in range(0, len(read) - 7, 6)]
    assert symbols == [
        "211214", "313121", "112133", "112133", "123221", "223211", "221132", "131321", "311321",
    ]  # fmt: skip
    assert read.endswith("2331112")


def test_a_barcode_refuses_what_it_cannot_hold() -> None:
    for text in ("", "Đ", "a\n"):
        with pytest.raises(ValueError, match="ASCII"):
            press.barcode_svg(text)


def test_the_qr_code_is_a_picture_without_foreign_text() -> None:
    svg = press.qr_svg('"><script>alert(1)</script>')
    assert "script" not in svg
    assert svg.startswith("<svg")
