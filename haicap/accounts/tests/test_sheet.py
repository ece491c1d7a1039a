"""Many accounts at once: what the sheet says is understood, shown, and only then made."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from haicap.accounts import sheet
from haicap.accounts.models import PostDuty, Staff
from haicap.accounts.tests.cast import Cast
from haicap.kernel.actor import Duty
from haicap.kernel.errors import Invalid

AGENCIES = [(1, "UBND phường Bồ Đề"), (2, "Phòng Văn hóa - Xã hội phường Bồ Đề")]
HEADS = "Họ và tên\tTên đăng nhập\tĐiện thoại\tThư điện tử\tPhòng, ban\tVị trí\tNhiệm vụ"
HA = (
    "Vũ Thu Hà\t\t0912 345 678\tha@hanoi.gov.vn\tphong van hoa - xa hoi phuong bo de"
    "\tChuyên viên\tThụ lý hồ sơ"
)
TABLE = f"{HEADS}\n{HA}\nVũ Thị Hà\tha.cu\t\t\t\t\t\n"


def test_a_pasted_sheet_is_understood_by_its_headings() -> None:
    first, second = sheet.read(TABLE, agencies=AGENCIES)
    assert first.faults == ()
    assert (first.person.login, first.person.agency_id) == ("ha.vt", 2)
    assert (first.person.phone, first.person.duties[0][0]) == ("+84912345678", Duty.HANDLE)
    assert (second.person.login, second.person.agency_id, second.person.title) == ("ha.cu", 1, "")


def test_without_headings_the_first_column_is_the_name_and_logins_never_clash() -> None:
    lines = sheet.read("Vũ Thu Hà\nVũ Thu Hà\nVũ Thu Hà", agencies=AGENCIES, taken={"ha.vt"})
    assert [line.person.login for line in lines] == ["ha.vt2", "ha.vt3", "ha.vt4"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("\tabc", "họ và tên"),
        ("Lê Mới\tA B", "Tên đăng nhập"),
        ("Lê Mới\tda-co", "đã có"),
        ("Lê Mới\t\t12", "điện thoại"),
        ("Lê Mới\t\t\tx@", "thư điện tử"),
        ("Lê Mới\t\t\t\tSở Trên Trời", "Không thấy cơ quan"),
        ("Lê Mới\t\t\t\t\tVị trí\tlàm vua", "Không rõ nhiệm vụ"),
        ("Lê Mới\t\t\t\t\t\tThụ lý", "cần tên vị trí"),
    ],
)
def test_each_fault_is_a_sentence_at_its_row(row: str, said: str) -> None:
    (line,) = sheet.read(row, agencies=AGENCIES, taken={"da-co"})
    assert said.lower() in " ".join(line.faults).lower()


@pytest.mark.parametrize(
    ("raw", "good"),
    [
        ("Họ tên;Vị trí\nLê Mới;Chuyên viên".encode(), True),
        ("\ufeffHọ tên,Vị trí\nLê Mới,Chuyên viên".encode(), True),
        ("Họ tên\tVị trí\nLê Mới\tChuyên viên".encode("utf-16"), True),
        ("Họ tên\nLê Mới".encode()[:3] + b"\xff\xfe\x00", False),
        (b"x" * (sheet.BYTES + 1), False),
    ],
)
def test_files_come_as_spreadsheets_save_them(raw: bytes, good: bool) -> None:
    if not good:
        with pytest.raises(Invalid):
            sheet.decoded(raw)
        return
    (line,) = sheet.read(sheet.decoded(raw), agencies=AGENCIES)
    assert (line.person.full_name, line.person.title) == ("Lê Mới", "Chuyên viên")


@pytest.mark.parametrize("words", ["", "\n\n", "\t\t", "\x00", '"' + "x" * 200_000])
def test_what_is_no_sheet_is_refused(words: str) -> None:
    try:
        lines = sheet.read(words, agencies=AGENCIES)
    except Invalid:
        return
    assert all(line.faults for line in lines)


def test_two_hundred_people_at_a_time() -> None:
    sheet.read("\n".join(["Lê Mới"] * 200), agencies=AGENCIES)
    with pytest.raises(Invalid):
        sheet.read("\n".join(["Lê Mới"] * 201), agencies=AGENCIES)


@pytest.mark.django_db
@pytest.mark.urls("haicap.accounts.tests.urls")
def test_the_sheet_is_shown_first_and_made_on_the_second_press(cast: Cast) -> None:
    client = cast.client("tuan")
    words = "Họ tên;Vị trí;Nhiệm vụ\nLê Mới;Chuyên viên;Thụ lý hồ sơ;\nTrần Mới Hơn;;"
    before = Staff.objects.count()
    page = client.post("/don-vi/tai-khoan/them-nhieu/", {"sheet": words}).content.decode()
    assert "Tạo 2 tài khoản" in page
    assert Staff.objects.count() == before
    page = client.post(
        "/don-vi/tai-khoan/them-nhieu/", {"sheet": words, "make": "1"}
    ).content.decode()
    assert Staff.objects.count() == before + 2
    assert "moi.l" in page
    assert PostDuty.objects.filter(post__holders__staff__login="moi.l", duty="handle").exists()
    bad = "Họ tên;Điện thoại\nLê Mới;12"
    page = client.post(
        "/don-vi/tai-khoan/them-nhieu/", {"sheet": bad, "make": "1"}
    ).content.decode()
    assert "cần sửa" in page
    assert Staff.objects.count() == before + 2
    file = SimpleUploadedFile("ds.csv", "Họ tên\nĐỗ Từ Tệp".encode(), "text/csv")
    page = client.post("/don-vi/tai-khoan/them-nhieu/", {"file": file}).content.decode()
    assert "tep.dt" in page
