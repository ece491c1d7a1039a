"""The whole house for the tests at the top: the real city, its catalogue and calendar, and people.

Catalogue, calendar and units are loaded once per database. A module's people and dossiers are made
once inside one transaction that is rolled back after its last test; each test stands in a savepoint
of its own. The clock is a Monday morning of November 2026 and goes on by a second a look.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client

from haicap.accounts.models import Reach
from haicap.accounts.tests.cast import BEGAN, EVER, Cast, Commune, Someone, add_person
from haicap.accounts.tests.cast import _citizen as add_citizen
from haicap.audit.actions import make_months
from haicap.catalogue.actions import start_draft as begin_version
from haicap.catalogue.load import load_catalogue
from haicap.catalogue.models import Procedure
from haicap.deadlines.load import load_calendar
from haicap.dossiers import actions
from haicap.dossiers.filing import Filing, PaperIn
from haicap.dossiers.models import Dossier, RegisterPrint
from haicap.dossiers.tests.world import filled
from haicap.files import public as files
from haicap.kernel import clock
from haicap.kernel.actor import Actor, Duty, system
from haicap.payments.models import Rehearsed
from haicap.units.load import LoadedCity, load_city, loaded_city

LOADED_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=clock.VIETNAM)  # a Monday
BIRTH, MARITAL = "1.001193", "1.004873"
# The way of a birth handed in online in Bồ Đề.
WAY = (
    ("accept", "receive@bode"), ("transfer", "receive@bode"),
    ("confirm_receipt", "handle.vp@bode"), ("submit_approval", "handle.vp@bode"),
    ("approve", "decide@bode"), ("number_and_issue", "issue@bode"),
)  # fmt: skip
ASKED: dict[str, Any] = {
    "items": [{"paper": "", "fault": "Thiếu chữ ký", "todo": "Ký rồi nộp lại"}],
    "reason": "Chưa đủ căn cứ",
}
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000053 00000 n \n"
    b"0000000102 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)
BODE, CUANAM = "00118", "00082"  # decides; receives
SPECIALTIES = ("vp", "vhxh", "kt", "ca")


__all__ = ["EVER"]


class Watch:
    """A clock that stands where it is put and goes on by a second at every look."""

    def __init__(self, start: datetime) -> None:
        self.time = start

    def now(self) -> datetime:
        """The next moment."""
        self.time += timedelta(seconds=1)
        return self.time

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.time += timedelta(**span)


@dataclass
class House:
    """The city with people in two communes: Bồ Đề decides, Cửa Nam receives."""

    city: LoadedCity
    cast: Cast
    watch: Watch
    kept: dict[str, Any] = field(default_factory=dict)

    def browser(self, who: str = "", **more: Any) -> Client:
        """A browser, signed in as somebody unless `who` is empty."""
        return self.cast.client(who, at=self.watch.now(), **more)

    def token(self, who: str, **more: Any) -> str:
        """An API token of somebody."""
        return self.cast.token(who, at=self.watch.now(), **more)

    def actor(self, who: str) -> Actor:
        """What a verb takes as `by`, as of now."""
        return self.cast.actor(who, at=self.watch.time)

    def upload(self, who: str, *, ref: str = "", slot: str = "", name: str = "giấy.pdf") -> UUID:
        """A file of somebody, staged unless `ref` says where it lies."""
        return files.keep(
            stream=io.BytesIO(PDF),
            name=name,
            ref=ref,
            slot=slot,
            by=self.actor(who),
            at=self.watch.now(),
        ).id

    def online(self, **more: Any) -> Dossier:
        """A dossier that Lan hands in online: a birth in Bồ Đề, one file for every paper."""
        given = filled(BIRTH, place=BODE, day=MORNING.date())
        papers = [
            PaperIn(slot=paper.slot, file_id=self.upload("lan", slot=paper.slot))
            for paper in given["papers"]
        ]
        filing = Filing(**{**given, "papers": papers, "channel": "online", **more})
        return actions.hand_in(filing=filing, by=self.actor("lan"), at=self.watch.now())

    def quickly(self) -> Dossier:
        """A dossier of Lan's that asks for no paper, received: no file is made for it."""
        given = {**filled(MARITAL, place=BODE, day=MORNING.date()), "channel": "online"}
        dossier = actions.hand_in(filing=Filing(**given), by=self.actor("lan"), at=self.watch.now())
        return self.moved_on(dossier, to="RECEIVED")

    def move(self, dossier: Dossier, move: str, who: str, **values: Any) -> Dossier:
        """One move."""
        return actions.make_move(
            dossier_id=dossier.pk,
            move=move,
            values=values,
            by=self.actor(who),
            at=self.watch.now(),
        )

    def moved_on(self, dossier: Dossier, *, to: str) -> Dossier:
        """The dossier on its way until it is in the state `to`."""
        for move, who in WAY:
            if dossier.state == to:
                return dossier
            dossier = self.move(dossier, move, who)
        assert dossier.state == to, dossier.state
        return dossier

    def bearer(self, who: str) -> dict[str, str]:
        """The header of an API call by somebody; none for nobody."""
        return {"Authorization": f"Bearer {self.token(who)}"} if who else {}


def load() -> None:
    """What is the same for every test, committed once: the calendar, the catalogue, the units."""
    load_calendar(at=LOADED_AT)
    make_months(day=LOADED_AT.date(), months=4)
    if not Procedure.objects.exists():
        load_catalogue(by=system("test"), at=LOADED_AT)
    load_city(by=system("test"), at=LOADED_AT)


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction of which nothing stays."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: Any, django_db_blocker: Any) -> None:
    """The test database holds the real city."""
    with django_db_blocker.unblock():
        load()


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """The people of the module's tests, gone after the last of them."""
    watch = Watch(MORNING)
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        rolled_back(),
    ):
        patch.setattr(clock, "now", watch.now)
        load()  # tests that commit may have emptied the tables meanwhile
        yield make_house(watch)


@pytest.fixture(scope="module")
def furnished(house: House) -> House:
    """The house with dossiers of Lan's in it: `kept` names codes, drafts and files."""
    received = house.moved_on(house.online(), to="RECEIVED")
    approval = house.moved_on(house.online(), to="SUBMIT_APPROVAL")
    issued = house.moved_on(house.online(), to="ISSUED")
    asked = house.move(house.online(), "ask_before", "receive@bode", **ASKED)
    draft = actions.start_draft(procedure_code=BIRTH, by=house.actor("lan"), at=house.watch.now())
    slot = received.papers[0]["slot"]
    # Somebody writes the next version of the procedure.
    begin_version(code=BIRTH, by=house.actor("catalogue@city"), at=house.watch.now())
    rehearsed = Rehearsed.objects.create(
        number="HC1-1", asked={"label": received.code, "amount": 8000, "code": received.code}
    )
    house.kept |= {
        "rehearsed": rehearsed.pk,
        "slot": slot,
        "received": received.code,
        "paper": files.uses_of([received.ref])[received.ref][0].id,
        "approval": approval.code,
        "frozen": approval.result_use,
        "issued": issued.code,
        "result": issued.result_use,
        "asked": asked.code,
        "waiting": house.upload("lan", slot=f"{asked.pk}:{slot}"),
        "draft": draft.uuid,
        "draft_file": house.upload("lan", ref=draft.ref, slot=slot),
        **_register_printed(house),
    }
    return house


def _register_printed(house: House) -> dict[str, Any]:
    """The register of Bồ Đề's counter, printed for who sits there; nobody's dossier is in it."""
    who = house.cast.people["receive@bode"]
    row = RegisterPrint.objects.create(
        agency_id=who.agency, since=BEGAN, until=BEGAN, asked_at=house.watch.time,
        asked_by=who.staff, asked_post=who.post, total=0,
    )  # fmt: skip
    use = files.keep_bytes(
        content=PDF, name="so.pdf", ref=row.ref, slot="part:001", by=system("papers"),
        at=house.watch.time,
    )  # fmt: skip
    return {"print": row.pk, "printed": use.id}


def make_house(watch: Watch) -> House:
    """The city as it stands, with the people added in the current transaction."""
    city = loaded_city(day=MORNING.date())
    cast = Cast(
        city=city.city_id,
        city_committee=city.committee_id,
        centre=city.centre_id,
        branch=city.branch_of[BODE],
        department=city.departments["tuphap"],
        bode=_commune(city, BODE),
        cuanam=_commune(city, CUANAM),
    )
    _staff(cast, city)
    cast.lan = add_citizen("000155000011", "Nguyễn Thị Lan", date(1955, 3, 8), "female", 1)
    cast.huong = add_citizen("000191000022", "Lê Thị Hương", date(1991, 5, 2), "female", 2)
    return House(city=city, cast=cast, watch=watch)


def _commune(city: LoadedCity, code: str) -> Commune:
    return Commune(
        territory=city.commune_ids[code],
        code=code,
        committee=city.committee_of[code],
        office=city.division[code, "vp"],
        culture=city.division[code, "vhxh"],
        economy=city.division[code, "kt"],
        point=city.point_of[code],
    )


def _staff(cast: Cast, city: LoadedCity) -> None:
    """Both communes are staffed alike: `handle.kt@bode`, `decide@cuanam`…; then the city's own."""
    for name, code in (("bode", BODE), ("cuanam", CUANAM)):
        office = city.division[code, "vp"]
        _add(cast, f"receive@{name}", city.point_of[code], Duty.RECEIVE)
        for specialty in SPECIALTIES:
            division = city.division[code, specialty]
            _add(cast, f"handle.{specialty}@{name}", division, Duty.HANDLE)
            _add(cast, f"head.{specialty}@{name}", division, Duty.HEAD)
        _add(cast, f"decide@{name}", city.committee_of[code], Duty.DECIDE, Reach.TREE)
        _add(cast, f"issue@{name}", office, Duty.ISSUE, Reach.UNIT)
        _add(cast, f"accounts@{name}", office, Duty.ACCOUNTS, Reach.UNIT)
    _add(cast, "coordinate@branch", cast.branch, Duty.COORDINATE, Reach.TREE)
    for duty in (
        Duty.OBSERVE, Duty.COORDINATE, Duty.CATALOGUE, Duty.ACCOUNTS, Duty.FINANCE, Duty.OPERATE,
    ):  # fmt: skip
        _add(cast, f"{duty}@city", city.centre_id, duty, Reach.ALL)


_NAMES = ("Hà", "Minh", "Nga", "Quân", "Vân", "Tuấn", "Kiên", "Thu", "Bình", "Dũng", "Diệu", "Tâm")


def _add(cast: Cast, login: str, agency: int, duty: Duty, reach: Reach = Reach.OWN) -> Someone:
    name = f"Phạm Thị {_NAMES[len(cast.people) % len(_NAMES)]}"
    cast.people[login] = add_person(
        login=login, name=name, agency=agency, title=f"Vị trí {duty}", duties=[(duty, reach)]
    )
    return cast.people[login]
