"""Who acts: one statement per request, grants by reach and delegation, and what ends a session."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from haicap.accounts import actors, queries, session
from haicap.accounts.models import (
    ApiToken,
    Citizen,
    Delegation,
    Post,
    PostHolder,
    Reach,
    Staff,
    WebSession,
)
from haicap.accounts.tests.cast import AT, BEGAN, EVER, Cast, add_person
from haicap.kernel import clock
from haicap.kernel.actor import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.urls("haicap.accounts.tests.urls")]


def grants(cast: Cast, who: str) -> dict[Duty, frozenset[int] | None]:
    return {grant.duty: grant.agencies for grant in cast.actor(who).grants}


def test_the_reception_officer_reaches_only_the_own_service_point(cast: Cast) -> None:
    assert grants(cast, "minh") == {Duty.RECEIVE: frozenset({cast.bode.point})}


def test_the_chairman_reaches_the_committee_and_its_divisions(cast: Cast) -> None:
    b = cast.bode
    assert grants(cast, "quan") == {
        Duty.DECIDE: frozenset({b.committee, b.office, b.culture, b.economy})
    }


def test_the_clerk_sits_in_the_office_and_acts_for_the_whole_unit(cast: Cast) -> None:
    actor = cast.actor("van")
    assert actor.grant_for(Duty.ISSUE, agency=cast.bode.committee) is not None
    assert actor.grant_for(Duty.ISSUE, agency=cast.bode.economy) is not None
    assert actor.grant_for(Duty.ISSUE, agency=cast.cuanam.committee) is None


def test_the_branch_reaches_the_service_points_below_it(cast: Cast) -> None:
    assert grants(cast, "dieu")[Duty.COORDINATE] == frozenset(
        {cast.branch, cast.bode.point, cast.cuanam.point}
    )


def test_the_city_reaches_everything(cast: Cast) -> None:
    assert grants(cast, "tam") == {Duty.OBSERVE: None}


def test_a_lent_duty_is_merged_after_the_own_ones_and_only_in_its_period(cast: Cast) -> None:
    lent = Delegation.objects.create(
        from_post_id=cast.people["quan"].post,
        to_post_id=cast.people["thu"].post,
        duty=Duty.DECIDE,
        procedures=["1.001193"],
        period=DateRange(date(2026, 11, 20), date(2026, 11, 25)),
        basis="12/QĐ-UBND",
        created_at=AT,
    )
    actor = cast.actor("thu")
    assert [grant.duty for grant in actor.grants] == [Duty.HEAD, Duty.DECIDE]
    grant = actor.grant_for(Duty.DECIDE, agency=cast.bode.committee, procedure="1.001193")
    assert grant is not None
    assert grant.delegation == lent.pk
    assert actor.grant_for(Duty.DECIDE, procedure="2.000635") is None
    assert not cast.actor("thu", at=AT + timedelta(days=2)).holds(Duty.DECIDE)
    assert not cast.actor("thu", at=AT - timedelta(days=4)).holds(Duty.DECIDE)
    Delegation.objects.filter(pk=lent.pk).update(ended_at=AT)
    assert not cast.actor("thu").holds(Duty.DECIDE)


def test_a_lent_duty_never_reaches_more_procedures_than_its_lender_has(cast: Cast) -> None:
    lender = add_person(
        login="pho",
        name="Phó Thị Chủ Tịch",
        agency=cast.bode.committee,
        title="Phó Chủ tịch",
        duties=[(Duty.DECIDE, Reach.TREE)],
        procedures=["1.001193", "1.004884"],
    )
    Delegation.objects.create(
        from_post_id=lender.post,
        to_post_id=cast.people["thu"].post,
        duty=Duty.DECIDE,
        procedures=["1.004884", "2.000635"],
        period=EVER,
        basis="13/QĐ-UBND",
        created_at=AT,
    )
    grant = cast.actor("thu").grant_for(Duty.DECIDE)
    assert grant is not None
    assert grant.procedures == frozenset({"1.004884"})


def test_a_post_given_up_takes_its_duties_along(cast: Cast) -> None:
    PostHolder.objects.filter(post_id=cast.people["quan"].post).update(
        period=DateRange(BEGAN, AT.date())
    )
    actor = cast.actor("quan")
    assert actor.post is None
    assert actor.grants == ()


def test_holders_of_a_committee_are_those_in_it_and_its_office_not_the_city(cast: Cast) -> None:
    def holders(agency: int, duty: Duty) -> list[str]:
        found = queries.holders_of(agency_ids=[agency], duty=duty, day=AT.date())
        return [holder.name for holder in found]

    assert holders(cast.bode.committee, Duty.ISSUE) == ["Bùi Thị Vân"]
    assert holders(cast.bode.committee, Duty.DECIDE) == ["Hoàng Anh Quân"]
    assert holders(cast.bode.culture, Duty.HANDLE) == ["Vũ Thu Hà"]
    assert holders(cast.bode.culture, Duty.DECIDE) == []
    Delegation.objects.create(
        from_post_id=cast.people["quan"].post,
        to_post_id=cast.people["thu"].post,
        duty=Duty.DECIDE,
        period=EVER,
        basis="12/QĐ-UBND",
        created_at=AT,
    )
    assert holders(cast.bode.committee, Duty.DECIDE) == ["Trịnh Minh Thu", "Hoàng Anh Quân"]
    Staff.objects.filter(login="quan").update(is_active=False)
    assert holders(cast.bode.committee, Duty.DECIDE) == ["Trịnh Minh Thu"]


def test_posts_to_choose_from_are_those_held_today(cast: Cast) -> None:
    person = cast.people["ha"]
    second = Post.objects.create(agency_id=cast.bode.point, title="Trực quầy", period=EVER)
    PostHolder.objects.create(
        post=second, staff_id=person.staff, period=DateRange(date(2026, 1, 1), date(2026, 12, 1))
    )
    titles = [p.title for p in queries.posts_of(staff_id=person.staff, day=AT.date())]
    assert titles == ["Chuyên viên tư pháp", "Trực quầy"]
    after = queries.posts_of(staff_id=person.staff, day=date(2026, 12, 1))
    assert [p.title for p in after] == ["Chuyên viên tư pháp"]


def test_a_signed_in_request_costs_one_statement_and_an_anonymous_one_none(cast: Cast) -> None:
    for who, path, statements in (
        ("minh", "/reception/", 1),
        ("dieu", "/staff/", 1),
        ("lan", "/citizen/", 1),
        ("", "/anybody/", 0),
    ):
        client = cast.client(who)
        with CaptureQueriesContext(connection) as context:
            assert client.get(path).status_code == 200
        assert len(context) == statements, (who, [q["sql"] for q in context.captured_queries])


def test_a_session_dies_with_its_end_its_idleness_or_the_epoch_of_its_account(cast: Cast) -> None:
    token = cast.open_session("minh", at=AT)

    def alive(at: timedelta = timedelta()) -> bool:
        return queries.by_session(token, at=AT + at, request_id="") is not None

    assert alive()
    assert alive(timedelta(minutes=119))
    assert not alive(timedelta(minutes=121))
    WebSession.objects.update(last_seen_at=AT + timedelta(hours=7, minutes=30))
    assert alive(timedelta(hours=7, minutes=59))
    assert not alive(timedelta(hours=8))
    Staff.objects.filter(login="minh").update(auth_epoch=2)
    assert not alive(timedelta(hours=7))
    Staff.objects.filter(login="minh").update(auth_epoch=1, is_active=False)
    assert not alive(timedelta(hours=7))
    Staff.objects.filter(login="minh").update(is_active=True)
    assert alive(timedelta(hours=7))
    WebSession.objects.update(ended_at=AT)
    assert not alive(timedelta(hours=7))


def test_a_citizen_session_dies_when_the_account_is_locked(cast: Cast) -> None:
    token = cast.open_session("lan", at=AT)
    assert queries.by_session(token, at=AT, request_id="") is not None
    Citizen.objects.update(auth_epoch=2)
    assert queries.by_session(token, at=AT, request_id="") is None


def test_a_demo_account_opens_nothing_in_production(cast: Cast, settings: Settings) -> None:
    Staff.objects.filter(login="minh").update(is_demo=True)
    token = cast.open_session("minh", at=AT)
    assert queries.by_session(token, at=AT, request_id="") is not None
    settings.DEMO = False
    assert queries.by_session(token, at=AT, request_id="") is None


def test_being_there_is_written_down_at_most_every_five_minutes(cast: Cast) -> None:
    client = cast.client("minh")
    long_ago = clock.now() - timedelta(minutes=6)
    WebSession.objects.update(last_seen_at=long_ago)
    client.get("/staff/")
    seen = WebSession.objects.get().last_seen_at
    assert seen > long_ago + timedelta(minutes=5)
    client.get("/staff/")
    assert WebSession.objects.get().last_seen_at == seen


def test_a_cookie_that_opens_nothing_is_taken_away(cast: Cast) -> None:
    client = cast.client()
    client.cookies[session.COOKIE] = "unknown"
    response = client.get("/anybody/")
    assert response.cookies[session.COOKIE].value == ""


def test_a_token_acts_with_the_rights_of_its_person_and_the_cookie_does_not(cast: Cast) -> None:
    header = f"Bearer {cast.token('minh', at=AT, trusted=True)}"
    actor = actors.actor_from_token(header, at=AT)
    assert actor.source == "api"
    assert actor.trusted_clock
    assert actor.grants == cast.actor("minh").grants
    for wrong in ("", "Bearer", "Bearer x", "Basic x", header.replace("Bearer", "Token")):
        with pytest.raises(actors.TokenRefused):
            actors.actor_from_token(wrong, at=AT)
    ApiToken.objects.update(revoked_at=AT)
    with pytest.raises(actors.TokenRefused):
        actors.actor_from_token(header, at=AT)


def test_the_api_asks_for_the_token_in_one_statement_and_never_looks_at_the_cookie(
    cast: Cast,
) -> None:
    client = cast.client("minh")
    assert client.get("/api/v1/me").status_code == 401
    assert client.post("/api/v1/me").status_code == 401
    assert client.get("/api/v1/open").json() == {"kind": "nobody"}
    headers = {"Authorization": f"Bearer {cast.token('ha', trusted=True)}"}
    with CaptureQueriesContext(connection) as context:
        answer = client.get("/api/v1/me", headers=headers)
    assert answer.json() == {"name": "Vũ Thu Hà", "source": "api", "trusted": True}
    assert len(context) == 1
    fresh = cast.client(enforce_csrf_checks=True)
    assert fresh.post("/api/v1/me", headers=headers).status_code == 200
    Staff.objects.filter(login="ha").update(auth_epoch=2)
    assert client.get("/api/v1/me", headers=headers).status_code == 401
    assert client.get("/api/v1/me", headers={"Authorization": "Bearer \u0111"}).status_code == 401
