"""The unit administrator: only the own unit, never oneself, every change dated and journalled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from haicap.accounts import actions, queries, rosters
from haicap.accounts.access import NotYours
from haicap.accounts.actions import NewStaff, Where
from haicap.accounts.actions.unit import LoginTaken, PostTaken
from haicap.accounts.models import Delegation, Post, PostHolder, Reach, Staff
from haicap.accounts.tests.cast import AT, Cast
from haicap.audit import public as audit
from haicap.kernel import clock
from haicap.kernel.actor import Duty, system
from haicap.kernel.errors import Invalid, Missing

pytestmark = [pytest.mark.django_db, pytest.mark.urls("haicap.accounts.tests.urls")]
TODAY = AT.date()
YESTERDAY = TODAY - timedelta(days=1)


def kinds(subject: str) -> list[str]:
    return [happening.kind.removeprefix("accounts.") for happening in audit.history_of(subject)]


def newcomer(cast: Cast, **more: object) -> NewStaff:
    return NewStaff(
        **{"agency_id": cast.bode.culture, "full_name": "Lê Văn Mới", "login": "moi.lv", **more}  # type: ignore[arg-type]
    )


def test_a_new_account_works_at_once_with_its_one_time_code(cast: Cast) -> None:
    (added,) = actions.add_staff(
        people=[newcomer(cast, title="Chuyên viên", duties=((Duty.HANDLE, Reach.OWN),))],
        by=cast.actor("tuan"),
        at=AT,
    )
    opened = actions.sign_in(login="moi.lv", password=added.code, where=Where(), at=AT)
    assert isinstance(opened, actions.Opened)
    who = queries.by_session(opened.token, at=AT, request_id="")
    assert who is not None
    assert who.account.must_change_password
    assert who.actor.grant_for(Duty.HANDLE, agency=cast.bode.culture)
    assert kinds(f"accounts.Staff:{added.staff_id}") == ["StaffAdded", "SignedIn"]
    history = audit.history_of(f"accounts.Staff:{added.staff_id}")
    assert (history[0].person, history[0].duty) == (cast.people["tuan"].staff, "accounts")


def test_accounts_are_made_all_or_none(cast: Cast) -> None:
    people = [newcomer(cast), newcomer(cast, login="ha")]
    with pytest.raises(LoginTaken) as taken:
        actions.add_staff(people=people, by=cast.actor("tuan"), at=AT)
    assert list(taken.value.fields) == ["login-1"]
    with pytest.raises(NotYours):
        actions.add_staff(
            people=[newcomer(cast), newcomer(cast, login="b", agency_id=cast.cuanam.culture)],
            by=cast.actor("tuan"),
            at=AT,
        )
    assert not Staff.objects.filter(login="moi.lv").exists()


@pytest.mark.parametrize("who", ["minh", "quan", "khoa", "dieu"])
def test_nobody_without_the_duty_touches_accounts(cast: Cast, who: str) -> None:
    by, staff_id = cast.actor(who), cast.people["ha"].staff
    with pytest.raises(NotYours):
        actions.end_staff(staff_id=staff_id, by=by, at=AT)
    with pytest.raises(NotYours):
        actions.reset_password(staff_id=staff_id, by=by, at=AT)
    with pytest.raises(NotYours):
        actions.add_staff(people=[newcomer(cast)], by=by, at=AT)
    assert cast.client(who).get("/don-vi/tai-khoan/").status_code == 403


def test_another_units_accounts_do_not_exist_for_the_administrator(cast: Cast) -> None:
    by, stranger = cast.actor("tuan"), cast.people["binh"]
    for verb in (
        actions.end_staff,
        actions.reset_password,
        actions.reset_second_factor,
        actions.reopen_staff,
    ):
        with pytest.raises(Missing):
            verb(staff_id=stranger.staff, by=by, at=AT)
    with pytest.raises(Missing):
        actions.end_post(post_id=stranger.post, last_day=TODAY, by=by, at=AT)
    with pytest.raises(Missing):
        actions.give_duty(
            post_id=stranger.post,
            duty=Duty.HANDLE,
            reach=Reach.OWN,
            first_day=TODAY,
            by=by,
            at=AT,
        )
    client = cast.client("tuan")
    assert client.get(f"/don-vi/tai-khoan/{stranger.staff}/").status_code == 404
    assert client.get(f"/don-vi/tai-khoan/vi-tri/{stranger.post}/").status_code == 404
    assert client.post(f"/don-vi/tai-khoan/{stranger.staff}/ket-thuc/").status_code == 404
    page = client.get("/don-vi/tai-khoan/").content.decode()
    assert "Vũ Thu Hà" in page
    assert "Đặng Văn Bình" not in page
    assert "Đặng Văn Bình" in cast.client("chi").get("/don-vi/tai-khoan/").content.decode()


def test_nobody_changes_the_own_rights(cast: Cast) -> None:
    tuan, by = cast.people["tuan"], cast.actor("tuan")
    with pytest.raises(NotYours):
        actions.end_staff(staff_id=tuan.staff, by=by, at=AT)
    with pytest.raises(NotYours):
        actions.give_duty(
            post_id=tuan.post, duty=Duty.DECIDE, reach=Reach.UNIT, first_day=TODAY, by=by, at=AT
        )
    free = actions.make_post(
        agency_id=cast.bode.committee, title="Chủ tịch", first_day=TODAY, by=by, at=AT
    )
    with pytest.raises(NotYours):
        actions.place_holder(post_id=free, staff_id=tuan.staff, first_day=TODAY, by=by, at=AT)
    with pytest.raises(NotYours):
        actions.lend_duty(
            from_post=cast.people["quan"].post,
            to_post=tuan.post,
            duty=Duty.DECIDE,
            procedures=None,
            first_day=TODAY,
            last_day=TODAY,
            basis="1/QĐ",
            by=by,
            at=AT,
        )


@pytest.mark.parametrize(
    ("duty", "reach"),
    [
        (Duty.CATALOGUE, Reach.OWN),
        (Duty.OPERATE, Reach.OWN),
        (Duty.OBSERVE, Reach.ALL),
        (Duty.DECIDE, Reach.ALL),
    ],
)
def test_what_reaches_the_whole_city_is_given_by_the_city(
    cast: Cast, duty: Duty, reach: Reach
) -> None:
    post_id = cast.people["ha"].post
    with pytest.raises(NotYours):
        actions.give_duty(
            post_id=post_id, duty=duty, reach=reach, first_day=TODAY, by=cast.actor("tuan"), at=AT
        )
    actions.give_duty(
        post_id=post_id, duty=duty, reach=reach, first_day=TODAY, by=cast.actor("chi"), at=AT
    )
    assert cast.actor("ha").holds(duty)


def test_ending_an_account_kills_its_sessions_and_frees_its_posts(cast: Cast) -> None:
    ha, client = cast.people["ha"], cast.client("ha")
    assert client.get("/staff/").status_code == 200
    actions.end_staff(staff_id=ha.staff, by=cast.actor("tuan"), at=clock.now())
    assert client.get("/staff/").status_code == 302
    assert (
        queries.holders_of(agency_ids=[cast.bode.culture], duty=Duty.HANDLE, day=clock.now().date())
        == []
    )
    actions.place_holder(
        post_id=ha.post,
        staff_id=cast.people["kien"].staff,
        first_day=clock.now().date(),
        by=cast.actor("tuan"),
        at=clock.now(),
    )
    with pytest.raises(Missing):
        actions.end_staff(staff_id=ha.staff, by=cast.actor("tuan"), at=clock.now())
    code = actions.reopen_staff(staff_id=ha.staff, by=cast.actor("tuan"), at=clock.now())
    opened = actions.sign_in(login="ha", password=code, where=Where(), at=clock.now())
    assert isinstance(opened, actions.Opened)
    ends = [kind for kind in kinds(f"accounts.Staff:{ha.staff}") if kind != "SignedIn"]
    assert ends == ["StaffEnded", "StaffReopened"]


def test_a_lost_phone_is_taken_out_by_the_administrator_with_a_trace(cast: Cast) -> None:
    ha = cast.people["ha"]
    with pytest.raises(Missing):
        actions.reset_second_factor(staff_id=ha.staff, by=cast.actor("tuan"), at=AT)
    Staff.objects.filter(pk=ha.staff).update(totp_secret="x", totp_confirmed_at=AT)
    client = cast.client("ha")
    actions.reset_second_factor(staff_id=ha.staff, by=cast.actor("tuan"), at=AT)
    assert Staff.objects.get(pk=ha.staff).totp_confirmed_at is None
    assert client.get("/staff/").status_code == 302
    (fact,) = audit.history_of(f"accounts.Staff:{ha.staff}")
    assert (fact.kind, fact.person) == ("accounts.SecondFactorRemoved", cast.people["tuan"].staff)


def test_one_post_has_one_holder_at_a_time(cast: Cast) -> None:
    by, ha, kien = cast.actor("tuan"), cast.people["ha"], cast.people["kien"]
    with pytest.raises(PostTaken, match="Vũ Thu Hà"):
        actions.place_holder(post_id=ha.post, staff_id=kien.staff, first_day=TODAY, by=by, at=AT)
    holding = PostHolder.objects.get(post_id=ha.post)
    actions.end_holding(holding_id=holding.pk, last_day=TODAY, by=by, at=AT)
    actions.place_holder(
        post_id=ha.post,
        staff_id=kien.staff,
        first_day=TODAY + timedelta(days=1),
        by=by,
        at=AT,
    )
    # Until midnight it is hers, from then on his.
    assert cast.actor("ha").post == ha.post
    tomorrow = AT + timedelta(days=1)
    assert cast.actor("ha", at=tomorrow).post is None
    posts = queries.posts_of(staff_id=kien.staff, day=tomorrow.date())
    assert [post.post_id for post in posts] == [kien.post, ha.post]


def test_the_past_is_not_rewritten(cast: Cast) -> None:
    by, ha = cast.actor("tuan"), cast.people["ha"]
    holding = PostHolder.objects.get(post_id=ha.post)
    with pytest.raises(Invalid):
        actions.end_holding(holding_id=holding.pk, last_day=TODAY - timedelta(days=2), by=by, at=AT)
    with pytest.raises(Invalid):
        actions.give_duty(
            post_id=ha.post,
            duty=Duty.RECEIVE,
            reach=Reach.OWN,
            first_day=date(2026, 1, 1),
            by=by,
            at=AT,
        )
    actions.end_holding(holding_id=holding.pk, last_day=YESTERDAY, by=by, at=AT)
    assert cast.actor("ha").post is None
    assert cast.actor("ha", at=AT - timedelta(days=1)).post == ha.post


def test_a_duty_for_some_procedures_is_given_once_and_taken_now(cast: Cast) -> None:
    by, ha = cast.actor("tuan"), cast.people["ha"]

    def give() -> None:
        actions.give_duty(
            post_id=ha.post,
            duty=Duty.DECIDE,
            reach=Reach.UNIT,
            procedures=["2.000635", "1.001193"],
            first_day=TODAY,
            by=by,
            at=AT,
        )

    give()
    with pytest.raises(PostTaken):
        give()
    grant = cast.actor("ha").grant_for(Duty.DECIDE, agency=cast.bode.committee)
    assert grant is not None
    assert grant.procedures == frozenset({"1.001193", "2.000635"})
    post = rosters.post_of_unit(by, ha.post, day=TODAY)
    duty = next(view for view in post.duties if view.procedures)
    actions.end_duty(duty_id=duty.id, last_day=YESTERDAY, by=by, at=AT)
    assert not cast.actor("ha").holds(Duty.DECIDE)
    assert kinds(f"accounts.Post:{ha.post}") == ["DutyGiven", "DutyEnded"]


def test_a_post_ends_with_everything_that_hangs_on_it(cast: Cast) -> None:
    by, ha = cast.actor("tuan"), cast.people["ha"]
    actions.end_post(post_id=ha.post, last_day=YESTERDAY, by=by, at=AT)
    assert cast.actor("ha").grants == ()
    found, _more = rosters.posts_of_unit(by, day=TODAY)
    assert ha.post not in {view.id for view in found}
    assert Post.objects.filter(pk=ha.post).exists()


def lend(cast: Cast, **changes: object) -> int:
    asked: dict[str, object] = {
        "from_post": cast.people["quan"].post,
        "to_post": cast.people["thu"].post,
        "duty": Duty.DECIDE,
        "procedures": None,
        "first_day": TODAY,
        "last_day": TODAY + timedelta(days=6),
        "basis": "12/QĐ-UBND ngày 20/11/2026",
        "by": cast.actor("tuan"),
        "at": AT,
    }
    return actions.lend_duty(**{**asked, **changes})  # type: ignore[arg-type]


def test_a_duty_is_lent_for_a_period_and_ended_early(cast: Cast) -> None:
    delegation_id = lend(cast)
    grant = cast.actor("thu").grant_for(Duty.DECIDE, agency=cast.bode.committee)
    assert grant is not None
    assert cast.actor("thu").acting(grant).delegation == delegation_id
    assert not cast.actor("thu", at=AT + timedelta(days=7)).holds(Duty.DECIDE)
    (view,) = rosters.delegations_of_unit(cast.actor("tuan"), day=TODAY)
    assert (view.last_day, view.in_force) == (TODAY + timedelta(days=6), True)
    actions.end_delegation(delegation_id=delegation_id, by=cast.actor("tuan"), at=AT)
    assert not cast.actor("thu").holds(Duty.DECIDE)
    with pytest.raises(Missing):
        actions.end_delegation(delegation_id=delegation_id, by=cast.actor("tuan"), at=AT)
    assert kinds(f"accounts.Post:{cast.people['quan'].post}") == ["DutyLent", "DelegationEnded"]


def test_what_was_lent_cannot_be_lent_on(cast: Cast) -> None:
    lend(cast)
    with pytest.raises(Invalid) as refused:
        lend(cast, from_post=cast.people["thu"].post, to_post=cast.people["ha"].post)
    assert "duty" in refused.value.fields


@pytest.mark.parametrize(
    "changes",
    [
        {"duty": Duty.ISSUE},
        {"last_day": YESTERDAY},
        {"first_day": TODAY - timedelta(days=30)},
    ],
)
def test_a_delegation_that_makes_no_sense_is_refused(
    cast: Cast, changes: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        lend(cast, **changes)
    assert not Delegation.objects.exists()


def test_a_delegation_stays_inside_the_unit(cast: Cast) -> None:
    with pytest.raises(Missing):
        lend(cast, to_post=cast.people["binh"].post)
    delegation_id = lend(cast, by=cast.actor("chi"), to_post=cast.people["binh"].post)
    stranger = cast.actor("binh").grant_for(Duty.DECIDE, agency=cast.bode.committee)
    assert stranger is not None
    assert stranger.delegation == delegation_id


def test_the_platform_makes_the_first_account(cast: Cast) -> None:
    (added,) = actions.add_staff(
        people=[
            newcomer(
                cast,
                agency_id=cast.centre,
                title="Quản trị",
                duties=((Duty.ACCOUNTS, Reach.ALL),),
            )
        ],
        by=system("haicap add-staff"),
        at=AT,
    )
    assert added.code


# --- pages --------------------------------------------------------------------------------------


def see(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def test_every_page_of_the_administrator_opens(cast: Cast) -> None:
    lend(cast)
    ha = cast.people["ha"]
    for who in ("tuan", "chi"):
        client = cast.client(who)
        for address in (
            "/don-vi/tai-khoan/", "/don-vi/tai-khoan/?q=HA", "/don-vi/tai-khoan/?q=không-ai",
            "/don-vi/tai-khoan/?after=x:y", "/don-vi/tai-khoan/them/",
            "/don-vi/tai-khoan/them-nhieu/", f"/don-vi/tai-khoan/{ha.staff}/",
            "/don-vi/tai-khoan/vi-tri/", "/don-vi/tai-khoan/vi-tri/?q=văn",
            "/don-vi/tai-khoan/vi-tri/moi/", f"/don-vi/tai-khoan/vi-tri/{ha.post}/",
            "/don-vi/tai-khoan/uy-quyen/", "/tai-khoan/", "/tai-khoan/bao-mat/", "/vi-tri/",
        ):  # fmt: skip
            see(client, address)
    assert "Vũ Thu Hà" in see(cast.client("tuan"), "/don-vi/tai-khoan/?q=thu+ha")
    assert client.get("/don-vi/tai-khoan/99999999999999999999999/").status_code == 404


def test_lists_go_on_by_key_and_do_not_ask_per_row(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    people = [newcomer(cast, login=f"moi{n:03d}", title="Chuyên viên") for n in range(70)]
    actions.add_staff(people=people, by=cast.actor("tuan"), at=AT)
    client = cast.client("tuan")
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        page = see(client, "/don-vi/tai-khoan/")
    assert page.count("<tr data-item") == rosters.PAGE
    following = page.split('rel="next"')[0].split('href="')[-1].split('"')[0]
    assert "moi" in see(client, "/don-vi/tai-khoan/" + following.replace("&amp;", "&"))
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        see(client, "/don-vi/tai-khoan/vi-tri/")


def test_the_whole_work_of_an_administrator_through_the_pages(cast: Cast) -> None:
    client = cast.client("tuan")
    form = {"full_name": "Lê Thị Mới", "login": "Moi.LT", "agency": cast.bode.culture}
    page = client.post("/don-vi/tai-khoan/them/", form).content.decode()
    assert "moi.lt" in page
    staff = Staff.objects.get(login="moi.lt")
    form = {"agency": cast.bode.culture, "title": "Chuyên viên giáo dục", "first_day": ""}
    post_page = client.post("/don-vi/tai-khoan/vi-tri/moi/", form)["Location"]
    post_id = int(post_page.split("/")[-2])
    client.post(post_page + "nguoi-giu/", {"staff": staff.pk, "first_day": "01/12/2099"})
    client.post(post_page + "nhiem-vu/", {"duty": "handle", "reach": "own", "procedures": ""})
    page = see(client, post_page)
    assert "từ 01/12/2099" in page
    assert "Thụ lý hồ sơ" in page
    holding = PostHolder.objects.get(post_id=post_id)
    form = {"what": "holding", "id": holding.pk, "last_day": ""}
    assert client.post(post_page + "ket-thuc/", form).status_code == 302
    assert "Vị trí đang trống" in see(client, post_page)
    assert client.post(post_page + "ket-thuc/", {"what": "post"}).status_code == 302
    code_page = client.post(f"/don-vi/tai-khoan/{staff.pk}/mat-khau/").content.decode()
    assert "Mã dùng một lần" in code_page
    assert client.post(f"/don-vi/tai-khoan/{staff.pk}/ket-thuc/").status_code == 302
    assert "đã kết thúc" in see(client, f"/don-vi/tai-khoan/{staff.pk}/")
    today = clock.now().date()
    form = {
        "from_post": cast.people["quan"].post, "to_post": cast.people["thu"].post,
        "duty": "decide", "procedures": "1.001193, 2.000635", "first_day": f"{today:%d/%m/%Y}",
        "last_day": f"{today:%d/%m/%Y}", "basis": "12/QĐ-UBND",
    }  # fmt: skip
    assert client.post("/don-vi/tai-khoan/uy-quyen/", form).status_code == 302
    row = Delegation.objects.get()
    assert row.procedures == ["1.001193", "2.000635"]
    assert client.post(f"/don-vi/tai-khoan/uy-quyen/{row.pk}/ket-thuc/").status_code == 302


@pytest.mark.parametrize(
    ("address", "form", "field"),
    [
        ("/don-vi/tai-khoan/them/", {"full_name": "", "login": "moi"}, "full_name"),
        ("/don-vi/tai-khoan/them/", {"full_name": "A" * 101}, "full_name"),
        ("/don-vi/tai-khoan/them/", {"full_name": "<script>", "login": "moi"}, "full_name"),
        ("/don-vi/tai-khoan/them/", {"full_name": "Lê Mới", "login": "có dấu"}, "login"),
        ("/don-vi/tai-khoan/them/", {"full_name": "Lê Mới", "login": "ha"}, "login"),
        ("/don-vi/tai-khoan/them/", {"full_name": "Lê Mới", "phone": "123"}, "phone"),
        ("/don-vi/tai-khoan/them/", {"full_name": "Lê Mới", "email": "x"}, "email"),
        ("/don-vi/tai-khoan/them/", {"full_name": "Lê Mới", "agency": "' or 1=1"}, "agency"),
        ("/don-vi/tai-khoan/them-nhieu/", {"sheet": ""}, "sheet"),
        ("/don-vi/tai-khoan/vi-tri/moi/", {"title": ""}, "title"),
        (
            "/don-vi/tai-khoan/vi-tri/moi/",
            {"title": "Vị trí", "first_day": "31/02/2026"},
            "first_day",
        ),
        (
            "/don-vi/tai-khoan/vi-tri/moi/",
            {"title": "Vị trí", "first_day": "01/01/0001"},
            "first_day",
        ),
        ("/don-vi/tai-khoan/uy-quyen/", {"basis": ""}, "basis"),
        ("/don-vi/tai-khoan/uy-quyen/", {"procedures": "x"}, "procedures"),
        ("/don-vi/tai-khoan/uy-quyen/", {"duty": "king"}, "duty"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_typed_is_lost(
    cast: Cast, address: str, form: dict[str, str], field: str
) -> None:
    base = {"login": "moi.lv", "agency": str(cast.bode.culture)}
    before = Staff.objects.count()
    response = cast.client("tuan").post(address, {**base, **form})
    page = response.content.decode()
    assert response.status_code == 422
    assert f'id="{field}-error"' in page
    assert "<script>" not in page.split("<main")[1]
    for value in form.values():
        if value and "<" not in value and "'" not in value and value != "king":
            assert value in page
    assert Staff.objects.count() == before
