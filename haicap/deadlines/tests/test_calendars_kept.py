"""Calendars in the database: versions, loading the file, who may publish, and the preview."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation
from ninja.testing import TestClient

from haicap.audit import public as audit
from haicap.deadlines import public as deadlines
from haicap.deadlines.access import NotYourCalendar
from haicap.deadlines.actions import BadCalendar
from haicap.deadlines.calendar import Hours, hours
from haicap.deadlines.load import OFFICE_HOURS, load_calendar
from haicap.deadlines.models import Calendar
from haicap.deadlines.queries import CalendarView, NoCalendar
from haicap.deadlines.tests.calendars import HANOI, ROWS, t
from haicap.deadlines.views.api import router
from haicap.kernel.actor import Actor, ActorKind, Duty, Grant, system
from haicap.kernel.errors import Invalid

pytestmark = pytest.mark.django_db

AT = t("2026-11-25 08:00")
KEEPER = Actor(kind=ActorKind.STAFF, person=9, grants=(Grant(Duty.CATALOGUE),))


def publish(
    by: Actor = KEEPER, valid_from: str = "2026-12-01", work: dict[int, Hours] | None = None
) -> CalendarView:
    return deadlines.publish_calendar(
        hours=OFFICE_HOURS if work is None else work,
        rows=ROWS,
        valid_from=date.fromisoformat(valid_from),
        by=by,
        at=AT,
    )


def test_the_file_becomes_a_version() -> None:
    version = load_calendar(at=AT)
    assert version.valid_from == date(2024, 1, 1)
    kept = version.calendar
    assert dict(kept.rows) == dict(HANOI.rows)
    assert dict(kept.hours) == dict(HANOI.hours)
    assert kept.years == HANOI.years == {2024, 2025, 2026, 2027}


def test_loading_the_same_file_again_publishes_nothing() -> None:
    first = load_calendar(at=AT)
    before = Calendar.objects.count()
    assert load_calendar(at=AT).id == first.id
    assert Calendar.objects.count() == before


def test_the_version_of_a_day_is_the_newest_that_holds_then() -> None:
    first = load_calendar(at=AT)
    second = publish()
    assert second.number == first.number + 1
    assert deadlines.calendar_at(day=date(2026, 11, 30)).id == first.id
    assert deadlines.calendar_at(day=date(2026, 12, 1)).id == second.id
    with pytest.raises(NoCalendar):
        deadlines.calendar_at(day=date(2023, 12, 31))


def test_publishing_is_told_in_the_journal_with_the_duty_used() -> None:
    version = publish()
    [happening] = audit.history_of(f"deadlines.Calendar:{version.id}")
    assert happening.kind == "deadlines.CalendarPublished"
    assert happening.facts["years"] == [2024, 2025, 2026, 2027]
    assert (happening.person, happening.duty) == (9, "catalogue")


@pytest.mark.parametrize(
    "by",
    [
        Actor(kind=ActorKind.STAFF, person=1),
        Actor(kind=ActorKind.STAFF, person=1, grants=(Grant(Duty.DECIDE),)),
        Actor(
            kind=ActorKind.STAFF,
            person=1,
            grants=(Grant(Duty.CATALOGUE, agencies=frozenset({3})),),
        ),
        Actor(kind=ActorKind.CITIZEN, person=1),
    ],
)
def test_others_may_not_publish(by: Actor) -> None:
    before = Calendar.objects.count()
    with pytest.raises(NotYourCalendar):
        publish(by)
    assert Calendar.objects.count() == before


@pytest.mark.parametrize("work", [{}, {0: ()}, {7: hours("08:00-12:00")}])
def test_a_calendar_nobody_can_count_with_is_refused(work: dict[int, Hours]) -> None:
    with pytest.raises(BadCalendar):
        publish(system("test"), work=work)


def test_a_new_version_keeps_the_years_of_the_one_before() -> None:
    publish()
    rows = {day: row for day, row in ROWS.items() if day.year != 2025}
    with pytest.raises(BadCalendar, match="các năm"):
        deadlines.publish_calendar(
            hours=OFFICE_HOURS, rows=rows, valid_from=date(2026, 12, 2), by=KEEPER, at=AT
        )


def test_a_published_calendar_is_never_changed() -> None:
    version = publish()
    for change in (
        lambda: Calendar.objects.filter(pk=version.id).update(years=[2026]),
        lambda: Calendar.objects.filter(pk=version.id).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_half_days_survive_being_kept() -> None:
    work = {**OFFICE_HOURS, 5: hours("08:00-11:30")}
    assert dict(publish(work=work).calendar.hours) == work


# --- the preview --------------------------------------------------------------------------------


def preview(query: str, status: int = 200) -> dict[str, object]:
    version = load_calendar(at=AT)
    response = TestClient(router).get(f"/deadlines/preview?{query}", at=AT)
    assert response.status_code == status, response.content
    answer: dict[str, object] = response.json()
    assert status != 200 or answer["calendar"] == version.number
    return answer


@pytest.mark.parametrize(
    "received",
    [
        "2025-04-24T10:00:00%2B07:00",
        "2025-04-24T10:00:00+07:00",
        "2025-04-24T10:00",
        "2025-04-24T03:00:00Z",
    ],
)
def test_a_preview_counts_and_explains(received: str) -> None:
    answer = preview(f"received_at={received}&amount=3&time_unit=WORKING_DAY&policy=END_OF_DAY")
    assert answer["due_at"] == "2025-04-28T17:00:00+07:00"
    assert "Có tính thứ Bảy, 26/04/2025: làm bù cho thứ Sáu, 02/05/2025." in answer["explanation"]  # type: ignore[operator]


def test_a_preview_needs_no_policy_and_speaks_english_when_asked() -> None:
    with translation.override("en"):
        answer = preview("received_at=2025-08-29T14:59&time_unit=SAME_DAY")
    assert answer["due_at"] == "2025-08-29T17:00:00+07:00"
    assert answer["explanation"][-1] == "Result due: Friday, 29 August 2025, by 17:00."  # type: ignore[index]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("received_at=2028-01-05T10:00&amount=1&time_unit=DAY", "received_at"),
        ("received_at=0001-01-05T10:00&amount=1&time_unit=DAY", "received_at"),
        ("received_at=9999-12-31T23:00Z&amount=1&time_unit=HOUR", "received_at"),
        ("received_at=2026-01-05T10:00&amount=0&time_unit=DAY", "amount"),
        ("received_at=2026-01-05T10:00&amount=99999999999999999999&time_unit=DAY", "amount"),
    ],
)
def test_a_preview_names_the_field_that_is_wrong(query: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        preview(query)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(
    "query",
    ["", "received_at=x&time_unit=DAY", "received_at=2026-01-05&time_unit=WEEK",
     "received_at=2026-01-05&time_unit=DAY&amount=1.5"],
)  # fmt: skip
def test_a_preview_of_nonsense_is_unprocessable(query: str) -> None:
    preview(query, status=422)
