"""How people were served: ratings after the result, and the post, whatever it does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from pytest_django import Settings

from haicap.audit import public as audit
from haicap.dossiers import post, reactions
from haicap.dossiers.access import NotYourMove
from haicap.dossiers.actions import posting, rating
from haicap.dossiers.models import Dossier, PostOrder, PostStatus, Rating, SimulatedParcel
from haicap.dossiers.queries import service
from haicap.dossiers.tests.world import World
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Refusal
from haicap.notify import public as notify
from haicap.notify.letters import OPTIONAL
from haicap.notify.models import Message
from haicap.site import wiring

WAY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("accept", "minh", {}),
    ("transfer", "minh", {}),
    ("confirm_receipt", "hoa", {}),
    ("submit_approval", "hoa", {}),
    ("approve", "quan", {}),
    ("number_and_issue", "van", {}),
    ("settle_fee", "minh", {"how": "waived", "reason": "Hộ nghèo"}),
    ("return_result", "minh", {"how": "counter"}),
)


@pytest.fixture(autouse=True)
def pages(settings: Settings) -> None:
    """The whole installation."""
    settings.ROOT_URLCONF = "haicap.site.urls"


def at(world: World, stage: str) -> Dossier:
    """A dossier of Hương's in Bồ Đề; at ISSUED its fee is settled."""
    dossier = world.hand_in("huong", channel="online", applicant=None)
    for move, who, values in WAY:
        if dossier.state == stage and not (stage == "ISSUED" and dossier.money == "due"):
            break
        dossier = world.move(dossier, move, who, **values)
    assert dossier.state == stage
    return dossier


# --- ratings --------------------------------------------------------------------------------------


def rate(world: World, dossier: Dossier, who: str = "huong", **more: Any) -> Rating:
    given = {"overall": 3, "answers": {"time": 2}, "comment": "Nhanh", **more}
    return rating.rate(dossier_id=dossier.pk, **given, by=world.by(who), at=world.later())


def test_the_applicant_rates_once_after_the_result(world: World) -> None:
    dossier = at(world, "RETURNED")
    made = rate(world, dossier)
    assert (made.overall, made.answers, made.comment) == (3, {"time": 2}, "Nhanh")
    assert made.receiver_id == world.by("minh").person
    assert made.handler_id == world.by("hoa").person
    with pytest.raises(rating.AlreadyRated):
        rate(world, dossier, overall=1)
    assert audit.history_of(dossier.ref)[-1].kind == "dossiers.DossierRated"


def test_nobody_rates_before_the_result_or_for_the_applicant(world: World) -> None:
    waiting = at(world, "ISSUED")
    with pytest.raises(rating.NotYetReturned):
        rate(world, waiting)
    returned = at(world, "RETURNED")
    for who in ("minh", "hoa"):
        with pytest.raises(rating.NotYourRating):
            rate(world, returned, who)
    for wrong in ({"overall": None}, {"overall": 4}, {"answers": {"colour": 3}}, {"overall": True}):
        with pytest.raises(Invalid):
            rate(world, returned, **wrong)
    for dossier, party in ((waiting, waiting.applicant_id), (returned, returned.applicant_id + 1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Rating.objects.create(
                dossier=dossier, party_id=party, overall=3, at=world.later()
            )  # the database itself refuses
    assert not Rating.objects.exists()


def test_leaders_see_figures_of_what_they_may_see(world: World) -> None:
    dossier = at(world, "RETURNED")
    rate(world, dossier, overall=1)
    today = day_of(world.later())
    days: Any = {"first": today - timedelta(days=1), "last": today}
    for group, key in (
        ("handler", str(world.by("hoa").person)),
        ("agency", str(dossier.competent_agency_id)),
        ("procedure", dossier.procedure.code),
    ):
        (line,) = service.sums(group=group, **days, by=world.by("quan"))
        assert (line.key, line.number, line.not_content, line.satisfied) == (key, 1, 1, 0)
        found = service.behind(group=group, key=key, **days, by=world.by("quan"))
        assert [one.dossier_id for one in found] == [dossier.pk]
        assert service.behind(group=group, key=key, **days, by=world.by("phuc")) == []
    assert service.sums(group="agency", **days, by=world.by("phuc")) == []


# --- the post -------------------------------------------------------------------------------------


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch, world: World) -> post.PostSimulator:
    """A post of the test's own, by the world's clock."""
    wiring.wire()
    simulator = post.PostSimulator(now=lambda: world.at)
    monkeypatch.setattr(post, "_posts", {"rehearsal": simulator})
    monkeypatch.setattr("haicap.kernel.clock.now", lambda: world.at)
    return simulator


def order(world: World, dossier: Dossier, who: str = "minh", **more: Any) -> PostOrder:
    side = {"name": "Trần Văn An", "tel": "0912345678", "address": "Số 5, ngõ 10", **more}
    given = {"kind": "return", **side}
    return posting.order_post(dossier_id=dossier.pk, **given, by=world.by(who), at=world.later())


def issued(world: World) -> Dossier:
    """Issued, nothing to pay."""
    return at(world, "ISSUED")


def follow(world: World, **span: float) -> int:
    at = world.later(**span)
    moved = posting.follow_posts(at=at)
    audit.deliver_due(at=at)
    return moved


def test_the_post_brings_the_result_and_that_returns_it(
    world: World, carrier: post.PostSimulator
) -> None:
    dossier = issued(world)
    made = order(world, dossier)
    assert (made.status, made.number) == (PostStatus.UNUSED, dossier.code)
    audit.deliver_due(at=world.later())
    made.refresh_from_db()
    assert (made.status, made.tracking[:2]) == (PostStatus.REGISTERED, "EB")
    assert follow(world, minutes=1) == 1
    told = Message.objects.filter(template="posted", channel="inbox").get(
        party=dossier.applicant_id
    )
    assert made.tracking in told.body
    assert follow(world, minutes=10) == 1
    made.refresh_from_db()
    dossier.refresh_from_db()
    assert (made.status, made.taken_by) == (PostStatus.DELIVERED, "Trần Văn An")
    assert dossier.state == "RETURNED"
    assert dossier.result_handed is not None
    assert (dossier.result_handed["how"], dossier.result_handed["tracking"]) == (
        "post",
        made.tracking,
    )
    assert follow(world, minutes=10) == 0


def test_an_answer_that_was_lost_is_asked_for_and_nothing_is_ordered_twice(
    world: World, carrier: post.PostSimulator
) -> None:
    made = order(world, issued(world))
    carrier.mood = "lost"
    with pytest.raises(posting.PostTrouble):
        posting.place(order_id=made.pk, at=world.later())
    made.refresh_from_db()
    assert (made.status, made.error) == (PostStatus.UNUSED, "no answer")
    carrier.mood = ""
    posting.place(order_id=made.pk, at=world.later())
    posting.place(order_id=made.pk, at=world.later())
    made.refresh_from_db()
    assert made.status == PostStatus.REGISTERED
    assert [what for what, _number in carrier.calls] == ["order", "track"]


def test_while_the_post_is_down_the_counter_goes_on(
    world: World, carrier: post.PostSimulator
) -> None:
    carrier.mood = "down"
    dossier = issued(world)
    made = order(world, dossier)
    with pytest.raises(posting.PostTrouble):
        posting.place(order_id=made.pk, at=world.later())
    assert posting.follow_posts(at=world.later()) == 0
    posting.call_off_post(order_id=made.pk, by=world.by("minh"), at=world.later())
    carrier.mood = ""
    audit.deliver_due(at=world.later())
    made.refresh_from_db()
    assert made.status == PostStatus.CANCELLED
    assert not SimulatedParcel.objects.exists(), "called off before the post ever had it"
    done = world.move(dossier, "return_result", "minh", how="counter")
    assert done.state == "RETURNED"


def test_steps_told_twice_and_out_of_order_come_to_the_same(
    world: World, carrier: post.PostSimulator
) -> None:
    made = order(world, issued(world))
    audit.deliver_due(at=world.later())
    carrier.mood = "mixed"
    assert follow(world, minutes=10) == 1
    made.refresh_from_db()
    assert made.status == PostStatus.DELIVERED
    states = [row.status for row in made.events.order_by("happened_at", "id")]
    assert states == sorted(states)
    assert not posting.take_in(
        order_id=made.pk,
        steps=[post.Step("late", PostStatus.COLLECTING, world.at)],
        at=world.later(),
    )


def test_the_post_has_the_last_word_on_calling_off(
    world: World, carrier: post.PostSimulator
) -> None:
    made = order(world, issued(world))
    audit.deliver_due(at=world.later())
    world.later(minutes=10)
    posting.call_off_post(order_id=made.pk, by=world.by("minh"), at=world.later())
    audit.deliver_due(at=world.later())
    made.refresh_from_db()
    assert (made.status, made.cancel_asked_at) == (PostStatus.REGISTERED, None)
    assert "đã giao" in made.error
    follow(world, minutes=5)
    made.refresh_from_db()
    assert made.status == PostStatus.DELIVERED


@pytest.mark.parametrize(
    ("stage", "more", "said"),
    [
        ("RECEIVED", {}, "Chưa có kết quả"),
        ("RECEIVED", {"kind": "collect"}, "không chờ giấy tờ"),
        ("SUBMITTED", {"kind": "elsewhere"}, "Chọn"),
        ("SUBMITTED", {"kind": "collect", "tel": "abc"}, "Số điện thoại"),
        ("SUBMITTED", {"kind": "collect", "address": " "}, "Cần ghi"),
    ],
)
def test_what_the_post_cannot_carry_is_refused_with_a_sentence(
    world: World, carrier: post.PostSimulator, stage: str, more: dict[str, str], said: str
) -> None:
    dossier = at(world, stage)
    with pytest.raises(Refusal, match=said):
        order(world, dossier, **more)
    with pytest.raises(NotYourMove):
        order(world, dossier, "huong")


def test_papers_are_fetched_at_home_once_at_a_time(
    world: World, carrier: post.PostSimulator
) -> None:
    dossier = at(world, "SUBMITTED")
    made = order(world, dossier, kind="collect")
    assert made.sender["name"] == "Trần Văn An"
    with pytest.raises(posting.NotForThePost):
        order(world, dossier, kind="collect")
    posting.call_off_post(order_id=made.pk, by=world.by("minh"), at=world.later())
    audit.deliver_due(at=world.later())
    again = order(world, dossier, kind="collect")
    assert again.number == f"{dossier.code}-2"


def test_pages_of_ratings_and_of_the_post(world: World, carrier: post.PostSimulator) -> None:
    dossier = issued(world)
    minh = world.cast.client("minh", at=world.later())
    address = reverse("dossiers:post", args=[dossier.code])
    assert "Gọi bưu điện" in minh.get(address).content.decode()
    side = {"kind": "return", "name": "An", "tel": "1", "address": "Số 5"}
    assert minh.post(address, side).status_code == 422
    assert minh.post(address, {**side, "tel": "0912345678"}).status_code == 302
    audit.deliver_due(at=world.later())
    assert "Số bưu gửi" in minh.get(address).content.decode()
    follow(world, minutes=10)
    huong = world.cast.client("huong", at=world.later())
    own = reverse("dossiers:mine_one", args=[dossier.code])
    page = huong.get(own).content.decode()
    assert reverse("dossiers:rate", args=[dossier.code]) in page
    rating_page = reverse("dossiers:rate", args=[dossier.code])
    assert huong.post(rating_page, {}).status_code == 422
    assert huong.post(rating_page, {"overall": "2", "attitude": "3"}).status_code == 302
    assert Rating.objects.get(dossier=dossier).answers == {"attitude": 3}
    assert "đã đánh giá" in huong.get(rating_page).content.decode()


# --- what people are told ------------------------------------------------------------------------


def test_every_letter_people_are_told_by_is_given_all_it_must_say(world: World) -> None:
    dossier = at(world, "RECEIVED")
    event = audit.Event(
        entry_id=1, kind="", subject=dossier.ref, facts={}, happened_at=world.at,
        actor_kind="staff", person=None, agency=None, source="screen",
    )  # fmt: skip
    given = set(reactions._values(dossier, event, english=False)) | {"link"}
    for template in {*reactions.TOLD.values(), "posted", "payment_asked", "payment_confirmed"}:
        needed = notify.KINDS[template].values - OPTIONAL
        assert needed <= given, (template, needed - given)
