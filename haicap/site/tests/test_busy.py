"""A row held too long by somebody else is told as "busy", with when to come back."""

from __future__ import annotations

import threading
from datetime import datetime

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest
from django.test import RequestFactory

from haicap.kernel import clock
from haicap.site import middleware, refusals, views

AT = datetime(2026, 11, 20, 9, 0, tzinfo=clock.VIETNAM)
TAKE = "select 1 from accounts_attempt where key = 'busy' for update"


@pytest.mark.django_db(transaction=True)
def test_a_lock_held_by_somebody_else_is_a_sentence_and_not_an_error_page() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into accounts_attempt (key, count, first_at, last_at)"
            " values ('busy', 1, %s, %s)",
            [AT, AT],
        )
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(TAKE)
            held.set()
            done.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local lock_timeout = '50ms'")
            with pytest.raises(OperationalError) as caught:
                cursor.execute(TAKE)
            transaction.set_rollback(True)
    finally:
        done.set()
        holder.join()
    answered = middleware.Refusals(lambda request: None).process_exception(  # type: ignore[arg-type, return-value]
        asked("/api/v1/dossiers"), caught.value
    )
    assert answered is not None
    assert answered.status_code == 503
    assert int(answered["Retry-After"]) > 0


def test_any_other_trouble_of_the_database_is_left_to_crash_loudly() -> None:
    assert not refusals.passing(OperationalError("the disk is gone"))


@pytest.mark.parametrize("state", [None, "57P01", "57P03", "08006"])
def test_a_database_that_went_away_comes_back(
    state: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = psycopg.OperationalError("server closed the connection unexpectedly")
    monkeypatch.setattr(type(gone), "sqlstate", state)
    error = OperationalError(str(gone))
    error.__cause__ = gone
    try:
        raise error
    except OperationalError:  # as Django calls its handler of errors outside of a view
        answered = views.server_error(asked("/api/v1/dossiers"))
    assert answered.status_code == 503
    assert int(answered["Retry-After"]) > 0


def test_a_bug_is_no_passing_trouble() -> None:
    try:
        raise LookupError
    except LookupError:
        assert views.server_error(asked("/api/v1/dossiers")).status_code == 500


def asked(path: str) -> HttpRequest:
    request = RequestFactory().post(path)
    request.at = AT  # type: ignore[attr-defined]
    return request
