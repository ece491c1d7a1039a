"""The demo's dossiers: loaded by COPY, the same in every row as if people had made them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from haicap.accounts.models import Reach
from haicap.accounts.tests.cast import Cast, add_person
from haicap.audit.actions import make_months
from haicap.catalogue import public as catalogue
from haicap.dossiers import access, load
from haicap.dossiers.actions import make_move
from haicap.dossiers.flow import FLOW, State
from haicap.dossiers.load import fates, lives
from haicap.dossiers.load.acts import Life
from haicap.dossiers.load.answers import Filling
from haicap.dossiers.load.people import People
from haicap.dossiers.load.quota import Quota, Share
from haicap.dossiers.load.samples import Samples
from haicap.dossiers.load.town import Town
from haicap.dossiers.load.working import TOLD
from haicap.dossiers.models import Dossier
from haicap.dossiers.tests.replay import Pages, Replay, broken_rules, differences
from haicap.kernel import clock
from haicap.kernel.actor import Duty, system
from haicap.parties import public as parties
from haicap.units.models import Territory, TerritorySuccession, TerritoryVersion

NOW = datetime(2026, 11, 25, 10, 20, tzinfo=clock.VIETNAM)  # a Wednesday morning
BEGAN = datetime(2025, 7, 2, 8, 0, tzinfo=clock.VIETNAM)
LOADER = system("test")
BODE, CUANAM = "00118", "00082"


def resident(n: int) -> parties.Declared:
    """One fictitious person; odd ones are women, every fourth lives in Cửa Nam."""
    sex = ("male", "female")[n % 2]
    return parties.Declared(
        kind="person",
        name=f"{('Trần Văn', 'Lê Thị')[n % 2]} {('An', 'Bình', 'Chi', 'Dung', 'Hà')[n % 5]}",
        birth_date=date(1960 + n, 1 + n % 12, 1 + n % 28),
        sex=sex,
        identifiers={"personal_id": f"000{n % 2}{60 + n}{n:06d}"},
        phone=f"+84100{n:06d}",
        address={
            "territory_code": CUANAM if n % 4 == 0 else BODE,
            "at": BEGAN.date(),
            "detail": f"Số {n}, ngõ 1",
        },
    )


@pytest.fixture
def people(cast: Cast) -> list[int]:
    """Residents of the two wards, known since the city began; more staff than the cast has."""
    make_months(day=BEGAN.date(), months=20)
    for login, agency, duty in (
        ("tien", cast.bode.point, Duty.RECEIVE),
        ("lam", cast.bode.economy, Duty.HEAD),
        ("yen", cast.cuanam.culture, Duty.HEAD),
    ):
        add_person(
            login=login, name=f"Cán bộ {login.title()}", agency=agency, title="Công chức",
            duties=[(duty, Reach.OWN)],
        )  # fmt: skip
    old = Territory.objects.create(level="commune")
    TerritoryVersion.objects.create(
        territory=old, level="commune", code="00119", name="Cũ", kind="phường",
        full_name="Phường Cũ", sort_key="cu", name_fold="phuong cu",
        period=DateRange(date(2020, 1, 1), date(2025, 7, 1)),
    )  # fmt: skip
    for new in (cast.bode.territory, cast.cuanam.territory):
        TerritorySuccession.objects.create(
            old=old, new_id=new, day=date(2025, 7, 1), relation="part"
        )
    declared = [resident(n) for n in range(36)]
    return parties.add_many(declared=declared, by=LOADER, at=BEGAN)


@pytest.fixture
def town(people: list[int]) -> Town:
    """The two wards as a load sees them."""
    return Town(people=People.read(people), named=[], at=NOW)


def some_lives(town: Town, *, bode: range, cuanam: range) -> list[Life]:
    """Some dossiers of each ward, in the order in which they are submitted."""
    month = load.month_of(town, 0)
    shares = [Share(2 * n, 0, BODE, n) for n in bode]
    shares += [Share(2 * n + 1, 0, CUANAM, n) for n in cuanam]
    shares.sort(key=lambda share: lives.submitted_at(town, share, month))
    return [lives.live(town, share, month) for share in shares]


def side_by_side(planned: list[Life], town: Town) -> tuple[list[str], set[str]]:
    """What differs between the rows of the load and of the verbs; the states that were loaded."""
    with transaction.atomic():
        before = transaction.savepoint()
        load.tell(planned, town, total=len(planned))
        told, seen = Pages.read(), set(Dossier.objects.values_list("state", flat=True))
        assert broken_rules() == []
        connection.check_constraints()
        transaction.savepoint_rollback(before)
        replay = Replay(Samples(town))
        for case, act, _last in load.in_time(planned, town, None, replay.samples):  # type: ignore[arg-type]
            replay.carry_out(case, act)
    return differences(told, Pages.read()), seen


def telling(planned: list[Life]) -> list[Life]:
    """Those with something the ones before have not: a move after another, a move by another kind
    of person, an end, a procedure. The long campaign compares all.
    """
    told: set[tuple[str, ...]] = set()
    kept = []
    for life in planned:
        moves = [act.move for act in life.acts]
        new: set[tuple[str, ...]] = {
            *pairwise(moves),
            *((act.move, str(act.by.kind)) for act in life.acts),
        }
        new |= {(moves[-1],), (life.commune, life.procedure)}
        if not new <= told:
            kept.append(life)
            told |= new
    return kept


# The load plays the main way and its usual bends; the other turns are not loaded yet.
OTHER_STATES = {
    "CONSULTING", "FIN_DUTY", "REFUSED", "WITHDRAW_REQ", "WITHDRAWN", "STOPPED", "EXPIRED",
    "CORRECTING", "ARCHIVED",
}  # fmt: skip
OTHER_MOVES = {
    "consult", "reply_consult", "withdraw_consult", "request_finance", "confirm_finance",
    "refuse_settle", "correct_result", "stop", "expire", "request_withdraw", "decide_withdraw",
    "archive", "rollback", "hand_on", "apologise", "send_result",
}  # fmt: skip


@pytest.mark.slow
def test_every_row_is_as_the_verbs_leave_it(town: Town) -> None:
    planned = telling(some_lives(town, bode=range(54), cuanam=range(8)))
    found, seen = side_by_side(planned, town)
    assert found == []
    assert seen == set(State) - {State.DRAFT} - OTHER_STATES
    assert {act.move for life in planned for act in life.acts} >= set(FLOW.moves) - OTHER_MOVES


@pytest.mark.long
@pytest.mark.parametrize("days", [0, 3.6, 12.2, 40])
def test_every_row_of_ordinary_lives_too(people: list[int], days: float) -> None:
    town = Town(people=People.read(people), named=[], at=NOW + timedelta(days=days))
    first = 60 + int(days) * 40
    some = some_lives(town, bode=range(first, first + 60), cuanam=range(first, first + 30))
    assert side_by_side(some, town)[0] == []


@pytest.mark.slow
def test_a_load_repeated_adds_nothing_and_a_larger_one_the_difference(people: list[int]) -> None:
    def loaded(count: int, at: datetime = NOW) -> load.LoadedDossiers:
        return load.load_dossiers(count=count, people=people, by=LOADER, at=at)

    steps: list[tuple[int, int]] = []
    first = load.load_dossiers(
        count=30, people=people, by=LOADER, at=NOW, progress=lambda *step: steps.append(step)
    )
    assert (first.added, first.total, steps[-1]) == (30, 30, (30, 30))
    before = Pages.read()
    assert loaded(30, NOW + timedelta(days=2)) == load.LoadedDossiers(added=0, total=30)
    assert differences(before, Pages.read()) == []
    assert loaded(50) == load.LoadedDossiers(added=20, total=50)
    assert Dossier.objects.count() == 50
    # The later ones lie between the first, their numbers go on after those given before.
    assert set(broken_rules()) <= {"numbers of a book rise with time"}
    ways = Counter(Dossier.objects.values_list("commune", "channel"))
    shares = Counter(share.online for share in quota(50).shares(0, 50, month=0))
    assert sum(n for (_commune, way), n in ways.items() if way == "online") == shares[True]


def test_an_interrupted_load_leaves_nothing(
    people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(TOLD, "transfer", power_cut)
    before = Pages.read()
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        load.load_dossiers(count=20, people=people, by=LOADER, at=NOW)
    assert differences(before, Pages.read()) == []


@pytest.mark.slow
def test_people_go_on_with_what_was_loaded(town: Town, cast: Cast) -> None:
    planned = some_lives(town, bode=range(54), cuanam=range(0))
    load.tell(planned, town, total=len(planned))
    went_on = Counter(
        move for dossier in Dossier.objects.order_by("id") if (move := one_more(dossier, town))
    )
    assert set(went_on) >= {
        "accept", "transfer", "confirm_receipt", "submit_approval", "approve", "number_and_issue",
        "return_result", "receive_supplement", "check_supplement", "complete",
    }  # fmt: skip
    assert broken_rules() == []


NEXT: dict[str, tuple[str, dict[str, Any]]] = {
    State.SUBMITTED: ("accept", {}),
    State.PRE_SUPP: ("complete", {"note": "Đã đủ"}),
    State.RECEIVED: ("transfer", {}),
    State.TRANSFERRED: ("confirm_receipt", {}),
    State.IN_PROCESS: ("submit_approval", {"values": {"content": "Đồng ý"}}),
    State.SUPP_REQ: ("receive_supplement", {"note": "Đã đủ"}),
    State.SUPP_DONE: ("check_supplement", {}),
    State.SUBMIT_APPROVAL: ("approve", {}),
    State.APPROVED: ("number_and_issue", {}),
    State.ISSUED: ("return_result", {"how": "counter"}),
}


def one_more(dossier: Dossier, town: Town) -> str:
    """The next move of the main way, by whoever it is charged to; "" where there is none."""
    move, values = NEXT.get(dossier.state, ("", {}))
    by = system("test")
    if move not in access.legal_moves(by, dossier):
        return ""
    make_move(dossier_id=dossier.pk, move=move, values=values, by=by, at=town.at)
    return move


def test_answers_are_what_the_forms_take(town: Town) -> None:
    chance = Random(7)
    place = {"territory": BODE, "at": NOW.date().isoformat(), "detail": "Số 5"}
    for code in town.codes:
        rules = town.rules(code, NOW.date())
        form = catalogue.form_definition(rules.form_version_id)
        for _n in range(12):
            owner = town.people.one(chance, BODE)
            answers = Filling(town.people, chance, owner, place, NOW.date()).fill(form)
            assert catalogue.clean_answers(rules.form_version_id, answers, at=NOW) == answers, code


# --- how many, where ------------------------------------------------------------------------------


def quota(months: int = 16) -> Quota:
    """Three communes, as large as Bồ Đề, half of it and a hundredth."""
    return Quota({BODE: 120_000, CUANAM: 60_000, "00004": 1_200}, months)


def test_the_seeded_ward_has_its_month_whatever_the_size() -> None:
    for count in (2_000, 5_000, 25_000):
        shares = [share for share in quota().shares(0, count, month=0) if share.commune == BODE]
        assert len(shares) == 1043
        assert sum(share.online for share in shares) == 595
        assert [share.ordinal for share in shares] == list(range(1043))


def test_every_number_is_one_dossier_and_a_larger_city_only_adds() -> None:
    def all_of(first: int, last: int) -> list[Share]:
        months = quota(3).months_of(first, last)
        assert months == sorted(months, reverse=True)
        return [share for month in months for share in quota(3).shares(first, last, month=month)]

    whole = all_of(0, 9_000)
    assert sorted(share.number for share in whole) == list(range(9_000))
    assert sorted(all_of(0, 700) + all_of(700, 9_000), key=lambda s: s.number) == sorted(
        whole, key=lambda s: s.number
    )


def test_others_have_dossiers_by_their_population() -> None:
    shares = Counter(share.commune for share in quota().shares(0, 1_000, month=0))
    assert shares[BODE] == 600  # three of five, as long as it has not its month
    assert 385 <= shares[CUANAM] <= 395
    assert 5 <= shares["00004"] <= 15


def test_moments_lie_in_the_month_and_counters_keep_their_hours(town: Town) -> None:
    month, chance = load.month_of(town, 0), Random(3)
    for _n in range(300):
        at_home, at_counter = month.from_home(chance), month.at_counter(chance)
        assert month.begin <= at_home < month.end
        assert month.begin <= at_counter < month.end
        assert any(start <= at_counter < end for start, end in town.hours.spans(at_counter.date()))


def test_fates_lead_where_they_say() -> None:
    share = Share(0, 0, BODE, 0)
    for number in range(3_000):
        fate = fates.fate_of(Random(number), share=replace(share, ordinal=number), slowness=2)
        steps = fates.path_of(fate, reviewed=number % 2 == 0, collect_at="reception")
        state: str = State.DRAFT
        for step in steps:
            move = fates.MOVE_OF.get(step, step)
            state = FLOW.target(state=state, move=move, previous=state)
        assert fate.stop in (None, state)
