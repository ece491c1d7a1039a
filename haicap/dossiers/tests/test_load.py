"""The demo's dossiers: loaded by COPY, the same in every row as if people had made them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from haicap.accounts.models import Reach
from haicap.accounts.tests.cast import Cast, add_person
from haicap.audit.actions import make_months
from haicap.dossiers import load
from haicap.dossiers.flow import FLOW, State
from haicap.dossiers.load import lives
from haicap.dossiers.load.acts import Life
from haicap.dossiers.load.people import People
from haicap.dossiers.load.quota import Share
from haicap.dossiers.load.samples import keep_samples
from haicap.dossiers.load.town import Town
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


def some_lives(town: Town, *, bode: int, cuanam: int) -> list[Life]:
    """The first dossiers of each ward, in the order in which they are submitted."""
    month = load.month_of(town, 0)
    shares = [Share(n, 0, BODE, n) for n in range(bode)]
    shares += [Share(bode + n, 0, CUANAM, n) for n in range(cuanam)]
    shares.sort(key=lambda share: lives.submitted_at(town, share, month))
    return [lives.live(town, share, month) for share in shares]


@pytest.mark.slow
def test_every_row_is_as_the_verbs_leave_it(town: Town) -> None:
    planned = some_lives(town, bode=54, cuanam=8)
    with transaction.atomic():
        before = transaction.savepoint()
        load.tell(planned, town, total=len(planned))
        told, seen = Pages.read(), set(Dossier.objects.values_list("state", flat=True))
        assert broken_rules() == []
        connection.check_constraints()
        transaction.savepoint_rollback(before)
        replay = Replay(keep_samples(town, at=NOW))
        for case, act, _last in load.in_time(planned, town, None, replay.samples):  # type: ignore[arg-type]
            replay.carry_out(case.life, act)
    assert differences(told, Pages.read()) == []
    assert seen == set(State) - {State.DRAFT}
    assert {act.move for life in planned for act in life.acts} >= set(FLOW.moves)
