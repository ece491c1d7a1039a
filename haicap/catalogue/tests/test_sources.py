"""Three ways in which others write procedures down, read into one record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from haicap.catalogue import sources, wording
from haicap.catalogue.load import read_file

CRAWLED: dict[str, Any] = {
    "code": "1.999001",
    "name": "cấp giấy phép thử nghiệm (1.999001)",
    "official_name": "cấp giấy phép thử nghiệm",
    "field": "Bảo Trợ Xã Hội",
    "group": "bảo trợ xã hội",
    "levels": ["Cấp xã"],
    "ministry": "Bộ Y tế",
    "decision": "1/QĐ-BYT",
    "audience": "Công dân Việt Nam, Doanh nghiệp",
    "channels": [
        {"channel": "Trực tuyến", "time": "5", "unit": "Ngày làm việc", "fee": "Miễn phí"},
        {"channel": "Trực tiếp", "time": "5", "unit": "Ngày làm việc", "fee": "50,000 VNĐ"},
    ],
    "papers": [
        {"case": "", "name": "a) Đơn đề nghị theo mẫu;TK 1.docx", "originals": 1, "copies": 0},
        {"case": "Lưu ý", "name": "Việc này do cơ quan xem xét.", "originals": 0, "copies": 0},
        {
            "case": "",
            "name": "Trường hợp ủy quyền thì có giấy ủy quyền",
            "originals": 1,
            "copies": 0,
        },
        {"case": "", "name": "Bản sao giấy tờ\u200e đất", "originals": 0, "copies": 1},
    ],
    "result": ["Giấy phép thử nghiệmMã"],
    "legal_basis": ["1/2026/NĐ-CP"],
    "steps": "Bước 1. " + "Văn xuôi dài. " * 100,
    "url": "https://example.vn",
}
NATIONAL: dict[str, Any] = {
    "MATTHC": "1.999002",
    "TENTTHC": "Cấp bản sao thử nghiệm",
    "MACOQUANCONGBO": "G15",
    "LINHVUCTHUCHIEN": {"MALINHVUC": "X", "TENLINHVUC": "Hộ tịch"},
    "CACHTHUCTHUCHIEN": [
        {
            "KENH": "1",
            "THOIGIAN": [
                {
                    "THOIGIANGIAIQUYET": "3",
                    "DONVITINH": "Ngày làm việc",
                    "PHILEPHI": [{"SOTIEN": "8000"}],
                }
            ],
        },
        {"KENH": 2, "THOIGIAN": {"THOIGIANGIAIQUYET": 3, "DONVITINH": "Ngày làm việc"}},
    ],
    "THANHPHANHOSO": [
        {
            "TRUONGHOP": "",
            "GIAYTO": [
                {"MAGIAYTO": "1", "TENGIAYTO": "Tờ khai"},
                {"TENGIAYTO": "Giấy tờ tùy thân"},
            ],
        }
    ],
    "DOITUONGTHUCHIEN": [{"TENDOITUONG": "Công dân Việt Nam"}],
    "KETQUATHUCHIEN": [{"TENKETQUA": "Bản sao"}],
    "CANCUPHAPLY": [{"SOVANBAN": "60/2014/QH13"}],
    "COQUANTHUCHIEN": [{"TENDONVI": "Ủy ban nhân dân xã, phường"}],
    "TRANGTHAI": 1,
}


def test_the_crawled_record_gives_facts_and_leaves_its_prose() -> None:
    record = sources.read_record(CRAWLED)
    assert (record.name, record.field) == ("Cấp giấy phép thử nghiệm", "Bảo trợ xã hội")
    assert [(p.name_vi, p.required) for p in record.papers] == [
        ("Đơn đề nghị theo mẫu", True),
        ("Trường hợp ủy quyền thì có giấy ủy quyền", False),
        ("Bản sao giấy tờ đất", True),
    ]
    assert record.results == ("Giấy phép thử nghiệm",)
    assert record.subjects == ("Công dân Việt Nam", "Doanh nghiệp")
    assert record.limit == sources.Limit(
        amount=5,
        time_unit="WORKING_DAY",
        mark="nguồn",
        basis="1/QĐ-BYT, Cơ sở dữ liệu quốc gia về TTHC",
    )
    assert record.fee is not None
    assert record.fee.scheme["lines"][0]["amount"] == 50_000
    assert record.fee.scheme["lines"][0]["by_channel"] == {"online": 0}
    assert "Văn xuôi" not in repr(record)


def test_the_national_record_is_read_with_single_objects_and_lists_alike() -> None:
    record = sources.read_record(NATIONAL)
    assert record.code == "1.999002"
    assert record.limit is not None
    assert (record.limit.amount, record.limit.time_unit) == (3, "WORKING_DAY")
    assert record.levels == ("Cấp xã",)
    assert [paper.name_vi for paper in record.papers] == ["Tờ khai", "Giấy tờ tùy thân"]
    assert {way for row in record.channels for way in row["by"]} == {"counter", "online"}
    assert record.fee is None  # one channel says nothing: nothing is guessed


def test_a_national_record_that_is_closed_is_refused() -> None:
    with pytest.raises(sources.BadSource):
        sources.read_record({**NATIONAL, "TRANGTHAI": 0})


@pytest.mark.parametrize(
    "channels",
    [
        [],
        [{"channel": "Trực tiếp", "time": "5", "unit": "", "fee": ""}],
        [
            {"channel": "Trực tiếp", "time": "5", "unit": "Ngày", "fee": ""},
            {"channel": "Trực tuyến", "time": "7", "unit": "Ngày", "fee": ""},
        ],
        [
            {"channel": "Trực tiếp", "time": "5", "unit": "Ngày", "fee": ""},
            {"channel": "Trực tuyến", "time": "1", "unit": "", "fee": ""},
        ],
        [{"channel": "Trực tiếp", "time": "nhiều", "unit": "Ngày", "fee": ""}],
    ],
)
def test_a_limit_that_is_missing_or_doubtful_is_not_guessed(channels: list[Any]) -> None:
    assert sources.read_record({**CRAWLED, "channels": channels}).limit is None


def test_a_limit_known_from_elsewhere_says_so() -> None:
    record = sources.read_record(
        {**CRAWLED, "channels": [], "time_limit_known": "05 ngày làm việc; xác minh thì 25 ngày"}
    )
    assert record.limit is not None
    assert (record.limit.amount, record.limit.mark) == (5, "đã biết")


@pytest.mark.parametrize(
    ("fee", "expected"), [("100 VNĐ", None), ("Miễn phí", 0), ("8,000 VNĐ", 8000), ("10 USD", None)]
)
def test_fees_that_lost_their_thousands_are_not_believed(fee: str, expected: int | None) -> None:
    channels = [{"channel": "Trực tiếp", "time": "1", "unit": "Ngày", "fee": fee}]
    (row,) = sources.read_record({**CRAWLED, "channels": channels}).channels
    assert row.get("fee") == expected


@pytest.mark.parametrize(
    ("raw", "tidy"),
    [
        ("(i) Đơn đề nghị.", "Đơn đề nghị"),
        ("- Bản vẽ;", "Bản vẽ"),
        ("Giấy tờ theo mẫuDon_TT1", "Giấy tờ theo mẫu"),
        ("Theo Mẫu số 25.NT Phụ lục I", "Theo Mẫu số 25.NT Phụ lục I"),
        ("đơn  xin\u00a0phép", "Đơn xin phép"),
        ("\uf0fc Tờ khai", "Tờ khai"),
        ("Câu đầu. Câu sau nói thêm", "Câu đầu"),
    ],
)
def test_paper_names_are_tidied(raw: str, tidy: str) -> None:
    assert wording.paper_name(raw) == tidy


def test_a_procedure_without_a_code_gets_one_of_our_own_that_stays() -> None:
    record = sources.read_record({**CRAWLED, "code": None, "name": "Giải quyết đơn (cấp xã)"})
    assert record.code == "noi-bo-giai-quyet-don"


@pytest.mark.parametrize(
    "text",
    ["", "   ", "không phải json", "[]", "{}", "5", '"chữ"', "[1,2]", "[" * 5000],
    ids=["empty", "blank", "prose", "no rows", "no keys", "number", "text", "numbers", "deep"],
)
def test_a_file_that_is_no_catalogue_is_refused_in_a_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(sources.BadSource) as told:
        read_file(path)
    assert str(told.value).endswith((".", "…"))


def test_bytes_that_are_no_utf8_and_files_that_are_not_there_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"\xff\xfe\x00\x01")
    for wrong in (path, tmp_path / "none.json"):
        with pytest.raises(sources.BadSource):
            read_file(wrong)


def test_wrong_records_are_left_out_and_told_the_right_ones_stay(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    rows = [
        CRAWLED,
        {**CRAWLED},
        {**CRAWLED, "code": "1.2"},
        {**CRAWLED, "code": "1.999003", "name": ""},
        {**CRAWLED, "code": "1.999004", "papers": 5},
        {"result": "x"},
        NATIONAL,
    ]
    path.write_text(json.dumps({"rows": rows}), encoding="utf-8")
    records, refused = read_file(path)
    assert [record.code for record in records] == ["1.999001", "1.999002"]
    assert len(refused) == 5
