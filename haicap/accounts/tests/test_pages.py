"""The citizen's own pages: who I am, where I am signed in, who read my data; in both languages."""

from __future__ import annotations

import pytest

from haicap.accounts.tests.cast import Cast
from haicap.audit import public as audit
from haicap.kernel import clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("haicap.accounts.tests.urls")]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("", "/dang-nhap/"),
        ("", "/cong-dan/dang-nhap/"),
        ("", "/cong-dan/dang-nhap/?reason=slow"),
        ("", "/cong-dan/dang-nhap/?reason=%3Cscript%3E"),
        ("lan", "/cong-dan/dang-nhap/"),
        ("lan", "/tai-khoan/"),
        ("lan", "/tai-khoan/bao-mat/"),
        ("lan", "/tai-khoan/ai-da-xem/"),
        ("minh", "/tai-khoan/"),
        ("minh", "/tai-khoan/bao-mat/"),
        ("minh", "/tai-khoan/mat-khau/"),
        ("minh", "/tai-khoan/hai-lop/"),
    ],
)
def test_the_page_opens_without_inline_script_or_style(
    cast: Cast, who: str, address: str, lang: str
) -> None:
    joint = "&" if "?" in address else "?"
    response = cast.client(who).get(f"{address}{joint}lang={lang}")
    assert response.status_code == 200
    page = response.content.decode()
    assert f'<html lang="{lang}"' in page
    assert " style=" not in page
    assert "<script>" not in page
    assert page.count("<h1") == 1


def test_the_citizen_sees_which_agency_read_the_data_and_what_for(cast: Cast) -> None:
    page = cast.client("lan").get("/tai-khoan/ai-da-xem/").content.decode()
    assert "Chưa có ai xem" in page
    for purpose in ("open", "file", "file"):
        audit.write_reading(
            page="/ban/1/",
            purpose=purpose,
            subjects=["dossiers.Dossier:1"],
            parties=[cast.lan.party],
            by=cast.actor("ha"),
            at=clock.now(),
        )
    page = cast.client("lan").get("/tai-khoan/ai-da-xem/").content.decode()
    assert "Phòng Văn hóa - Xã hội phường Bồ Đề" in page
    assert "Chuyên viên tư pháp" in page
    assert "xem giấy tờ trong hồ sơ; giải quyết hồ sơ" in page
    assert page.count("<tr data-item") == 1
    assert "Vũ Thu Hà" not in page
    other = cast.client("huong").get("/tai-khoan/ai-da-xem/").content.decode()
    assert "Chưa có ai xem" in other
    assert cast.client("minh").get("/tai-khoan/ai-da-xem/").status_code == 403


def test_nothing_of_an_account_stays_in_a_cache(cast: Cast) -> None:
    for who, address in (("lan", "/tai-khoan/"), ("minh", "/tai-khoan/bao-mat/")):
        assert cast.client(who).get(address)["Cache-Control"] == "no-store"
