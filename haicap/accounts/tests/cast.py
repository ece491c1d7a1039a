"""A small fixed world for everybody's tests: two communes, the Centre, and twelve people who work
there.

`make_cast()` takes tens of milliseconds: make it once for a file of tests (`module_db`) and give
each test its `own()`. `cast.actor("minh")` is the actor a verb takes,
`cast.client("minh")` a browser that is signed in. Everybody's periods began on 1 July 2025.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from haicap.accounts import actors, queries, session
from haicap.accounts.models import (
    ApiToken,
    Citizen,
    Post,
    PostDuty,
    PostHolder,
    Reach,
    Staff,
    WebSession,
)
from haicap.kernel import clock
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.vietnamese import fold_accents, name_sort_key, sort_key
from haicap.parties.models import IdentifierKind, Party, PartyIdentifier, PartyKind
from haicap.units.models import (
    Agency,
    AgencyKind,
    AgencyServes,
    AgencyVersion,
    Level,
    Territory,
    TerritoryVersion,
)

BEGAN = date(2025, 7, 1)
EVER = DateRange(BEGAN, None)
AT = datetime(2026, 11, 23, 9, 0, tzinfo=clock.VIETNAM)  # a Monday morning
PASSWORD = "Mot-cau-dai-va-de-nho-7"


@dataclass(frozen=True)
class Commune:
    """A commune's territory and its agencies."""

    territory: int
    code: str
    committee: int
    office: int  # vp
    culture: int  # vhxh
    economy: int  # kt
    point: int


@dataclass(frozen=True)
class Someone:
    """One of the staff: the account, the post and where it is."""

    login: str
    staff: int
    post: int
    agency: int


@dataclass(frozen=True)
class SomeCitizen:
    """One citizen with a sign-in."""

    party: int
    citizen: int
    number: str
    name: str
    phone: str


@dataclass
class Cast:
    """The world made by `make_cast`. People by first name without accents."""

    city: int
    city_committee: int
    centre: int
    branch: int
    department: int
    bode: Commune
    cuanam: Commune
    people: dict[str, Someone] = field(default_factory=dict)
    lan: SomeCitizen = None  # type: ignore[assignment]
    huong: SomeCitizen = None  # type: ignore[assignment]

    def own(self) -> Cast:
        """The same for one test, which may add people to it."""
        return replace(self, people=dict(self.people))

    def actor(self, who: str, *, at: datetime = AT, source: str = "screen") -> Actor:
        """The actor of "minh", "ha", "lan"…"""
        if who in {"lan", "huong"}:
            return actors.citizen_actor(party_id=getattr(self, who).party, at=at, source=source)
        person = self.people[who]
        return actors.actor_of(staff_id=person.staff, post_id=person.post, at=at, source=source)

    def client(self, who: str = "", *, at: datetime | None = None, **more: Any) -> Client:
        """A browser; signed in as somebody unless `who` is empty."""
        client = Client(**more)
        if who:
            client.cookies[session.COOKIE] = self.open_session(who, at=at)
        return client

    def open_session(self, who: str, *, at: datetime | None = None) -> str:
        """A session of somebody, as sign-in would leave it. Returns its token."""
        token, now = secrets.token_urlsafe(16), at or clock.now()
        WebSession.objects.create(
            token_hash=queries.hash_of(token),
            level=0 if who in self.people else 2,
            second_factor_at=now if who in self.people else None,
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=8),
            **self._owner(who),
        )
        return token

    def token(self, who: str, *, at: datetime | None = None, trusted: bool = False) -> str:
        """An API token of somebody: `headers={"Authorization": f"Bearer {token}"}`."""
        token, now = secrets.token_urlsafe(16), at or clock.now()
        ApiToken.objects.create(
            token_hash=queries.hash_of(token),
            label="kiểm thử",
            trusted_device=trusted,
            created_at=now,
            expires_at=now + timedelta(days=1),
            **self._owner(who),
        )
        return token

    def _owner(self, who: str) -> dict[str, Any]:
        if who in self.people:
            person = self.people[who]
            return {"staff_id": person.staff, "post_id": person.post, "auth_epoch": 1}
        return {"citizen_id": getattr(self, who).citizen, "auth_epoch": 1}


def alone() -> None:
    """Leave out the real city, where other tests of the same run have loaded it for themselves.

    In a transaction that is rolled back the city is there again afterwards.
    """
    if TerritoryVersion.objects.exists():
        with connection.cursor() as cursor:
            cursor.execute("truncate units_territory, units_agency cascade")


def make_cast() -> Cast:
    """Build the world in the current transaction."""
    alone()
    city = _territory(Level.PROVINCE, "01", "Hà Nội", "thành phố", None)
    committee = _agency(AgencyKind.CITY_COMMITTEE, "H26", "UBND thành phố Hà Nội", None, [city])
    centre = _agency(
        AgencyKind.CENTRE, "H26.900", "Trung tâm Phục vụ hành chính công", committee, [city]
    )
    department = _agency(AgencyKind.DEPARTMENT, "H26.901", "Sở Tư pháp", committee, [city])
    branch = _agency(AgencyKind.BRANCH, "H26.900.04", "Chi nhánh số 4", centre, [])
    bode = _commune(city, committee, branch, "00118", "Bồ Đề")
    cuanam = _commune(city, committee, branch, "00082", "Cửa Nam")
    for commune in (bode, cuanam):
        AgencyServes.objects.create(agency_id=branch, territory_id=commune.territory, period=EVER)
    cast = Cast(city, committee, centre, branch, department, bode, cuanam)
    _people(cast)
    cast.lan = _citizen("000155000011", "Nguyễn Thị Lan", date(1955, 3, 8), "female", 1)
    cast.huong = _citizen("000191000022", "Lê Thị Hương", date(1991, 5, 2), "female", 2)
    return cast


def _people(cast: Cast) -> None:
    own, tree, unit, whole = Reach.OWN, Reach.TREE, Reach.UNIT, Reach.ALL
    bode, cuanam = cast.bode, cast.cuanam
    rows: list[tuple[str, str, int, str, list[tuple[Duty, Reach]]]] = [
        ("minh", "Phạm Văn Minh", bode.point, "Công chức tiếp nhận", [(Duty.RECEIVE, own)]),
        ("ha", "Vũ Thu Hà", bode.culture, "Chuyên viên tư pháp", [(Duty.HANDLE, own)]),
        ("kien", "Đỗ Trung Kiên", bode.economy, "Chuyên viên kinh tế", [(Duty.HANDLE, own)]),
        ("thu", "Trịnh Minh Thu", bode.culture, "Trưởng phòng", [(Duty.HEAD, own)]),
        ("quan", "Hoàng Anh Quân", bode.committee, "Chủ tịch UBND phường", [(Duty.DECIDE, tree)]),
        ("van", "Bùi Thị Vân", bode.office, "Văn thư", [(Duty.ISSUE, unit)]),
        ("tuan", "Ngô Anh Tuấn", bode.office, "Quản trị tài khoản", [(Duty.ACCOUNTS, unit)]),
        ("nga", "Lý Thị Nga", cuanam.point, "Công chức tiếp nhận", [(Duty.RECEIVE, own)]),
        ("binh", "Đặng Văn Bình", cuanam.culture, "Chuyên viên", [(Duty.HANDLE, own)]),
        ("dung", "Mai Tiến Dũng", cuanam.committee, "Chủ tịch UBND phường", [(Duty.DECIDE, tree)]),
        ("dieu", "Phan Thị Diệu", cast.branch, "Điều phối chi nhánh", [(Duty.COORDINATE, tree)]),
        ("tam", "Tạ Minh Tâm", cast.centre, "Điều hành", [(Duty.OBSERVE, whole)]),
        ("soat", "Đinh Văn Soát", cast.centre, "Kiểm soát TTHC", [(Duty.CATALOGUE, whole)]),
        ("khoa", "Lương Đăng Khoa", cast.centre, "Kỹ thuật", [(Duty.OPERATE, whole)]),
        ("chi", "Hồ Mai Chi", cast.centre, "Quản trị hệ thống", [(Duty.ACCOUNTS, whole)]),
    ]
    for login, name, agency, title, duties in rows:
        cast.people[login] = add_person(
            login=login, name=name, agency=agency, title=title, duties=duties
        )


def add_person(
    *,
    login: str,
    name: str,
    agency: int,
    title: str,
    duties: list[tuple[Duty, Reach]],
    period: DateRange = EVER,
    procedures: list[str] | None = None,
) -> Someone:
    """One more of the staff, with a post of their own. Their password is not set: sign in by
    `Cast.client`."""
    staff = Staff.objects.create(
        agency_id=agency,
        login=login,
        full_name=name,
        sort_key=name_sort_key(name),
        password="!",
        created_at=AT,
    )
    post = Post.objects.create(agency_id=agency, title=title, period=period)
    PostHolder.objects.create(post=post, staff=staff, period=period)
    for duty, reach in duties:
        PostDuty.objects.create(
            post=post, duty=duty, reach=reach, procedures=procedures, period=period
        )
    return Someone(login=login, staff=staff.pk, post=post.pk, agency=agency)


def _citizen(number: str, name: str, birth: date, sex: str, n: int) -> SomeCitizen:
    phone = f"+8410000000{n}"
    party = Party.objects.create(
        kind=PartyKind.PERSON,
        name=name,
        name_fold=fold_accents(name),
        sort_key=name_sort_key(name),
        birth_date=birth,
        sex=sex,
        phone=phone,
        created_at=AT,
    )
    PartyIdentifier.objects.create(
        party=party, kind=IdentifierKind.PERSONAL_ID, number=number, verified="vneid-2"
    )
    citizen = Citizen.objects.create(
        party=party, issuer=settings.OIDC_ISSUER, subject=f"cast-{n}", level=2, created_at=AT
    )
    return SomeCitizen(party.pk, citizen.pk, number, name, phone)


def _commune(city: int, committee: int, branch: int, code: str, name: str) -> Commune:
    territory = _territory(Level.COMMUNE, code, name, "phường", city)
    body = _agency(
        AgencyKind.COMMUNE_COMMITTEE,
        f"H26.{code}",
        f"UBND phường {name}",
        committee,
        [territory],
    )
    divisions = {
        specialty: _agency(
            AgencyKind.DIVISION,
            f"H26.{code}.{specialty}",
            f"{title} phường {name}",
            body,
            [],
            specialty=specialty,
        )
        for specialty, title in (
            ("vp", "Văn phòng HĐND và UBND"),
            ("vhxh", "Phòng Văn hóa - Xã hội"),
            ("kt", "Phòng Kinh tế, Hạ tầng và Đô thị"),
        )
    }
    point = _agency(
        AgencyKind.SERVICE_POINT,
        f"H26.900.{code}",
        f"Điểm phục vụ hành chính công {name}",
        branch,
        [territory],
    )
    return Commune(
        territory=territory,
        code=code,
        committee=body,
        office=divisions["vp"],
        culture=divisions["vhxh"],
        economy=divisions["kt"],
        point=point,
    )


def _territory(level: Level, code: str, name: str, kind: str, parent: int | None) -> int:
    territory = Territory.objects.create(level=level)
    full = f"{kind.capitalize()} {name}"
    TerritoryVersion.objects.create(
        territory=territory,
        level=level,
        code=code,
        name=name,
        kind=kind,
        full_name=full,
        sort_key=sort_key(name),
        name_fold=fold_accents(full),
        parent_id=parent,
        period=EVER,
    )
    return territory.pk


def _agency(
    kind: AgencyKind,
    code: str,
    name: str,
    parent: int | None,
    serves: list[int],
    *,
    specialty: str = "",
) -> int:
    agency = Agency.objects.create(kind=kind)
    AgencyVersion.objects.create(
        agency=agency,
        code=code,
        name=name,
        short_name=name,
        specialty=specialty,
        sort_key=sort_key(name),
        name_fold=fold_accents(name),
        parent_id=parent,
        period=EVER,
    )
    for territory in serves:
        AgencyServes.objects.create(agency=agency, territory_id=territory, period=EVER)
    return agency.pk
