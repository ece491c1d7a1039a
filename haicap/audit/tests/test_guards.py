"""GET cannot write; personal data leaves no page without its row in the reading log."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from haicap.audit import public as audit
from haicap.audit.middleware import ReadingLog, ReadOnlyGet, WroteOnGet
from haicap.kernel import clock
from haicap.kernel.actor import NOBODY, Actor, ActorKind

AT = datetime(2026, 11, 20, 9, 0, tzinfo=clock.VIETNAM)


def asked(method: str, actor: Actor) -> HttpRequest:
    request = RequestFactory().generic(method, "/ban/1/")
    request.at = AT  # type: ignore[attr-defined]
    request.actor = actor  # type: ignore[attr-defined]
    return request


def writes(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into accounts_attempt (key, count, first_at, last_at)"
            " values ('x', 1, now(), now())"
        )
    return HttpResponse("ok")


def reads(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from accounts_attempt")
    return HttpResponse("ok")


@pytest.mark.django_db
def test_a_get_that_writes_is_stopped_by_the_connection() -> None:
    with pytest.raises(WroteOnGet):
        ReadOnlyGet(writes)(asked("GET", NOBODY))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "with gone as (delete from accounts_attempt returning 1) select * from gone",
        "select * from accounts_attempt for update",
        "update accounts_attempt set count = 2",
    ],
)
def test_disguised_writes_are_stopped_too(sql: str) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute(sql)
        return HttpResponse("ok")

    with pytest.raises(WroteOnGet):
        ReadOnlyGet(view)(asked("GET", NOBODY))


@pytest.mark.django_db
def test_a_get_may_read_and_a_post_may_write() -> None:
    assert ReadOnlyGet(reads)(asked("GET", NOBODY)).content == b"ok"
    assert ReadOnlyGet(writes)(asked("POST", NOBODY)).content == b"ok"


@pytest.mark.django_db
def test_a_page_with_somebodys_data_leaves_a_row_before_its_bytes() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        audit.saw(request, purpose="thụ lý", subjects=["dossiers.Dossier:1"], parties=[5])
        return HttpResponse("ok")

    minh = Actor(kind=ActorKind.STAFF, person=7, post=3, agency=5)
    ReadingLog(ReadOnlyGet(view))(asked("GET", minh))
    assert [row.person for row in audit.reads_of(5)] == [7]


@pytest.mark.django_db
def test_no_row_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise OSError("the log is full")

    monkeypatch.setattr("haicap.audit.middleware.write_reading", broken)

    def view(request: HttpRequest) -> HttpResponse:
        audit.saw(request, purpose="thụ lý", parties=[5])
        return HttpResponse("ok")

    with pytest.raises(OSError, match="full"):
        ReadingLog(view)(asked("GET", Actor(kind=ActorKind.STAFF, person=7)))
