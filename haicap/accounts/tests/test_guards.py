"""Who may see which page: closed unless marked, and each mark lets in exactly its own."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.test import Client
from django.urls import get_resolver
from pytest_django import Settings

from haicap.accounts.guards import Guard, staff_page
from haicap.accounts.models import PostHolder, Staff, WebSession
from haicap.accounts.tests.cast import Cast
from haicap.accounts.tests.urls import bare
from haicap.kernel.actor import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.urls("haicap.accounts.tests.urls")]

SIGN_IN, CITIZEN_SIGN_IN = "/dang-nhap/?next=", "/cong-dan/dang-nhap/?next="


@pytest.mark.parametrize(
    ("path", "who", "answer"),
    [
        ("/bare/", "", 403),
        ("/bare/", "chi", 403),
        ("/anybody/", "", 200),
        ("/anybody/", "lan", 200),
        ("/anybody/", "minh", 200),
        ("/citizen/", "", CITIZEN_SIGN_IN),
        ("/citizen/", "lan", 200),
        ("/citizen/", "minh", 403),
        ("/signed-in/", "", CITIZEN_SIGN_IN),
        ("/signed-in/", "lan", 200),
        ("/signed-in/", "minh", 200),
        ("/staff/", "", SIGN_IN),
        ("/staff/", "lan", 403),
        ("/staff/", "minh", 200),
        ("/reception/", "", SIGN_IN),
        ("/reception/", "lan", 403),
        ("/reception/", "minh", 200),
        ("/reception/", "ha", 403),
        ("/reception/", "chi", 403),
    ],
)
def test_each_mark_lets_in_exactly_its_own(
    cast: Cast, path: str, who: str, answer: int | str
) -> None:
    response = cast.client(who).get(path)
    if isinstance(answer, int):
        assert response.status_code == answer
    else:
        assert response.status_code == 302
        assert response["Location"] == answer + path.replace("/", "%2F")


def test_a_post_is_not_repeated_after_signing_in_and_htmx_is_told_where_to_go(cast: Cast) -> None:
    assert cast.client().post("/staff/")["Location"] == "/dang-nhap/"
    response = cast.client().get("/staff/", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/dang-nhap/"


def test_a_forgotten_parenthesis_is_found_when_the_module_is_read() -> None:
    with pytest.raises(TypeError):
        staff_page(bare)  # type: ignore[arg-type]


def test_the_mark_survives_for_the_table_of_access() -> None:
    assert staff_page(Duty.RECEIVE)(bare).guard == Guard("staff", (Duty.RECEIVE,))  # type: ignore[attr-defined]


def test_every_account_page_says_who_may_see_it() -> None:
    found = []

    def walk(patterns: Sequence[object]) -> None:
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns)
            elif hasattr(pattern, "callback"):
                found.append(pattern.callback)

    walk(get_resolver("haicap.accounts.urls").url_patterns)
    assert len(found) > 25
    assert [view for view in found if not hasattr(view, "guard")] == []


def test_the_one_time_code_opens_nothing_but_the_page_to_change_it(cast: Cast) -> None:
    Staff.objects.filter(login="minh").update(must_change_password=True)
    client = cast.client("minh")
    assert client.get("/reception/")["Location"].startswith("/tai-khoan/mat-khau/?next=")
    assert client.get("/tai-khoan/bao-mat/")["Location"].startswith("/tai-khoan/mat-khau/?next=")
    assert client.post("/tai-khoan/ma-truy-cap/", {"label": "x"}).status_code == 302
    assert client.get("/tai-khoan/mat-khau/").status_code == 200


def test_without_a_post_nothing_of_the_staff_opens(cast: Cast) -> None:
    PostHolder.objects.filter(staff_id=cast.people["minh"].staff).delete()
    response = cast.client("minh").get("/staff/")
    assert response.status_code == 403
    assert "chưa được giao vị trí" in response.content.decode()


def test_signers_and_administrators_enrol_first_in_production(
    cast: Cast, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    clients = {who: cast.client(who) for who in ("quan", "van", "tuan", "khoa", "minh")}
    WebSession.objects.update(second_factor_at=None)
    for who, client in clients.items():
        response = client.get("/staff/")
        if who == "minh":
            assert response.status_code == 200
        else:
            assert response["Location"].startswith("/tai-khoan/hai-lop/?next="), who
            # Nor by a token made before enrolling.
            assert client.post("/tai-khoan/ma-truy-cap/", {"label": "x"}).status_code == 302
            assert client.get("/tai-khoan/hai-lop/").status_code == 200


def test_forms_from_elsewhere_are_refused(cast: Cast) -> None:
    client = cast.client("minh", enforce_csrf_checks=True)
    assert client.post("/dang-xuat/").status_code == 403
    assert client.get("/staff/").status_code == 200
    assert Client(enforce_csrf_checks=True).post("/dang-nhap/", {"login": "x"}).status_code == 403
