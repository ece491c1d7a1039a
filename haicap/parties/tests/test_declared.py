"""What is typed about somebody: taken as meant, or refused at its field in words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from haicap.kernel.errors import Invalid
from haicap.parties.declared import Declared, check_declared, snapshot_of
from haicap.parties.tests.conftest import NOW
from haicap.units.load import LoadedCity

LAN: dict[str, Any] = {
    "kind": "person",
    "name": "Nguyễn Thị Lan",
    "birth_date": "1956-03-08",
    "sex": "female",
    "identifiers": {"personal_id": "000156000011"},
    "phone": "0100 234 567",
    "email": "lan@example.vn",
}


def read(**changes: Any) -> Declared:
    return check_declared({**LAN, **changes}, at=NOW, demo=True)


def faults(**changes: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        read(**changes)
    return refused.value.fields


def test_a_person_is_read_as_meant() -> None:
    lan = read()
    assert lan.name == "Nguyễn Thị Lan"
    assert lan.birth_date == date(1956, 3, 8)
    assert lan.identifiers == {"personal_id": "000156000011"}
    assert lan.phone == "+84100234567"


def test_decomposed_letters_are_composed_and_blanks_counted_once() -> None:
    assert read(name="  Nguye\u0302\u0303n   Thi\u0323 Lan ").name == "Nguyễn Thị Lan"
    assert read(name="Nguyễn\u200b Thị\tLan\r\n").name == "Nguyễn Thị Lan"


def test_days_are_read_as_people_write_them() -> None:
    for text in ("08/03/1956", "8-3-1956", "1956-3-8", "8.3.1956"):
        assert read(birth_date=text).birth_date == date(1956, 3, 8)
    assert read(birth_date=date(1956, 3, 8)).birth_date == date(1956, 3, 8)
    assert read(birth_date="").birth_date is None


NAMES = [
    ("", "Cần có thông tin này."),
    ("   ", "Cần có thông tin này."),
    ("a" * 121, "Dài quá 120 ký tự."),
    ("a" * 100_000, "Dài quá 120 ký tự."),
    ("Lan\x00", "Có ký tự không đọc được"),
    ("Lan\x1b[31m", "Có ký tự không đọc được"),
    ("Lan\ud800", "Có ký tự không đọc được"),
    ("Nguy\ufffdn", "Có ký tự không đọc được"),
    ("<script>alert(1)</script>", "Tên không có ký tự “<”."),
    ("Robert'); DROP TABLE parties;--", "Tên không có ký tự “)”."),
    ("Lan 1=1", "Tên không có ký tự “1”."),
    ("....", "Tên phải có chữ."),
    (7, "Mục này phải là chữ."),
    (["Lan"], "Mục này phải là chữ."),
    ({"vi": "Lan"}, "Mục này phải là chữ."),
    (None, "Cần có thông tin này."),
]


@pytest.mark.parametrize(("name", "sentence"), NAMES)
def test_a_name_that_cannot_be_one_is_told_at_its_field(name: Any, sentence: str) -> None:
    told = faults(name=name)
    assert set(told) == {"name"}
    assert told["name"].startswith(sentence)


@pytest.mark.parametrize(
    "name", ["H'Hen Niê", "Đặng Thị Ngọc-Hân", "Ŷ Ka", "Jean-François d’Arc", "山田 太郎", "Ya"]
)
def test_names_of_all_peoples_pass(name: str) -> None:
    assert read(name=name).name == name


FIELDS: list[tuple[dict[str, Any], str, str]] = [
    ({"birth_date": "2026-11-22"}, "birth_date", "Ngày này chưa tới."),
    ({"birth_date": "0001-01-01"}, "birth_date", "Năm phải từ 1900"),
    ({"birth_date": "1899-12-31"}, "birth_date", "Năm phải từ 1900"),
    ({"birth_date": "31/02/1956"}, "birth_date", "Không có ngày này"),
    ({"birth_date": "hôm qua"}, "birth_date", "Hãy viết ngày như"),
    ({"birth_date": 1956}, "birth_date", "Mục này phải là chữ."),
    ({"birth_date": datetime(1956, 3, 8)}, "birth_date", "Mục này phải là một ngày."),  # noqa: DTZ001
    ({"sex": "khác"}, "sex", "Giới tính là nam hoặc nữ."),
    ({"kind": "robot"}, "kind", "Phải là cá nhân"),
    ({"nationality": "Việt Nam"}, "nationality", "Quốc tịch ghi bằng mã"),
    ({"phone": "12"}, "phone", "Số điện thoại"),
    ({"phone": 912345678}, "phone", "Mục này phải là chữ."),
    ({"phone": "0" * 500}, "phone", "Dài quá 40 ký tự."),
    ({"email": "lan@"}, "email", "Thư điện tử"),
    ({"email": "a" * 300 + "@x.vn"}, "email", "Dài quá 300 ký tự."),
    ({"identifiers": "000156000011"}, "identifiers", "Mục này phải gồm"),
    ({"identifiers": {"shoe_size": "42"}}, "identifiers", "Không dùng loại giấy tờ này"),
    ({"identifiers": {"personal_id": "12"}}, "identifiers.personal_id", "Số định danh"),
    ({"identifiers": {"personal_id": 156}}, "identifiers.personal_id", "Mục này phải là chữ."),
    (
        {"identifiers": {"personal_id": "000056000011"}},
        "identifiers.personal_id",
        "Số định danh cá nhân này là của nam",
    ),
    (
        {"identifiers": {"personal_id": "000157000011"}},
        "identifiers.personal_id",
        "Số định danh cá nhân này ghi năm sinh 1957",
    ),
    ({"identifiers": {"old_id": "12345"}}, "identifiers.old_id", "Số chứng minh nhân dân"),
    ({"identifiers": {"passport": "?"}}, "identifiers.passport", "Số hộ chiếu"),
    (
        {"identifiers": {"personal_id": "000156000011", "tax_code": "000156000012"}},
        "identifiers.tax_code",
        "Mã số thuế 12 số của cá nhân phải trùng",
    ),
    ({"address": "Bồ Đề"}, "address", "Địa chỉ phải gồm"),
    ({"address": {"detail": "Số 5"}}, "address.territory_code", "Cần chọn phường, xã."),
]


@pytest.mark.parametrize(("changes", "field", "sentence"), FIELDS)
def test_a_wrong_field_is_told_where_it_is(
    changes: dict[str, Any], field: str, sentence: str
) -> None:
    told = faults(**changes)
    assert set(told) == {field}
    assert told[field].startswith(sentence)


def test_all_faults_are_told_at_once() -> None:
    assert set(faults(name="", phone="x", email="y", birth_date="z")) == {
        "name",
        "phone",
        "email",
        "birth_date",
    }


def test_made_up_numbers_pass_in_the_demo_only() -> None:
    with pytest.raises(Invalid) as refused:
        check_declared(LAN, at=NOW, demo=False)
    assert set(refused.value.fields) == {"identifiers.personal_id", "phone"}


def test_a_persons_tax_code_is_the_personal_number() -> None:
    assert read(identifiers={"tax_code": "000156000011"}).identifiers == {
        "personal_id": "000156000011"
    }


def test_an_organisation_has_a_tax_code_and_no_birthday() -> None:
    company = {"kind": "organisation", "name": "Công ty TNHH 3-2 “Sông Hồng” (Hà Nội) & Cộng sự"}
    read_company = check_declared(
        {**company, "identifiers": {"tax_code": "0100109106"}}, at=NOW, demo=False
    )
    assert read_company.identifiers == {"tax_code": "0100109106"}
    with pytest.raises(Invalid) as refused:
        check_declared(
            {**company, "birth_date": "1990-01-01", "identifiers": {"passport": "C1234567"}},
            at=NOW,
            demo=False,
        )
    assert set(refused.value.fields) == {"birth_date", "identifiers"}


def test_what_may_be_right_but_is_odd_is_taken_with_a_warning() -> None:
    odd = read(sex="", birth_date=None, identifiers={"personal_id": "097190000011"}, phone="1022")
    assert len(odd.warnings) == 2


# --- addresses ----------------------------------------------------------------------------------


def test_an_address_of_today_and_one_with_an_old_name_are_taken(city: LoadedCity) -> None:
    now = read(address={"territory_code": "00118", "detail": "Số 5, ngõ 12/3 Ngọc Thụy"}).address
    assert now is not None
    assert now["territory_name"] == "Phường Bồ Đề"
    assert now["at"] == date(2026, 11, 21)
    old = read(address={"territory_code": "00073", "at": "2020-05-01", "detail": ""}).address
    assert old is not None
    assert old["territory_name"] == "Phường Cửa Nam"


def test_an_old_name_is_found_and_dated_to_its_last_day(city: LoadedCity) -> None:
    found = read(address={"territory": "Phường Ngọc Thụy, quận Long Biên", "detail": ""}).address
    assert found is not None
    assert found["territory_code"] == "00118"
    assert found["at"] == date(2025, 6, 30)


def test_a_name_that_several_bear_is_asked_about(city: LoadedCity) -> None:
    told = faults(address={"territory": "Quang Trung"})
    assert set(told) == {"address.territory"}
    assert "Xã Quang Trung (10006)" in told["address.territory"]


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ({"territory_code": "00073"}, "address.territory_code"),
        ({"territory_code": "99999"}, "address.territory_code"),
        ({"territory_code": 118}, "address.territory_code"),
        ({"territory_code": "00118", "at": "2027-01-01"}, "address.at"),
        ({"territory_code": "00118", "at": "0001-01-01"}, "address.at"),
        ({"territory_code": "00118", "detail": "<b>"}, "address.detail"),
        ({"territory_code": "00118", "detail": "x" * 301}, "address.detail"),
        ({"territory": "Atlantis"}, "address.territory"),
    ],
)
def test_a_place_that_was_not_there_is_refused(
    city: LoadedCity, address: dict[str, Any], field: str
) -> None:
    assert set(faults(address=address)) == {field}


def test_what_was_read_can_be_read_again_and_kept(city: LoadedCity) -> None:
    lan = read(address={"territory_code": "00118", "detail": "Số 5"})
    again = {name: getattr(lan, name) for name in Declared.__dataclass_fields__}
    assert check_declared(again, at=NOW, demo=True) == lan
    kept = snapshot_of(lan)
    assert kept["birth_date"] == "1956-03-08"
    assert kept["address"] == {
        "territory_code": "00118",
        "territory_name": "Phường Bồ Đề",
        "at": "2026-11-21",
        "detail": "Số 5",
    }
    assert check_declared(kept, at=NOW, demo=True) == lan
