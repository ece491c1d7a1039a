"""The demo's people: staff for every agency, the named cast, citizens of the simulator,
fictitious parties.

Names are drawn from parts with rough weights, always the same ones; the numbers begin with 000 and
belong to nobody. A second load changes nothing.
"""

from __future__ import annotations

import bisect
import csv
import itertools
import random
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Protocol

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from haicap.accounts import actions, passwords, queries
from haicap.accounts.actors import NobodyThere, actor_of, citizen_actor
from haicap.accounts.demo import (
    BODE,
    CAST,
    DATA,
    PASSWORD,
    CastRow,
    DemoCitizen,
    Seat,
    cast,
    citizens,
)
from haicap.accounts.events import PeopleLoaded, StaffAdded
from haicap.accounts.models import Citizen, Post, PostDuty, PostHolder, Reach, Staff
from haicap.audit import public as audit
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import NotAllowed
from haicap.kernel.vietnamese import fold_accents, name_sort_key
from haicap.parties import public as parties
from haicap.units import public as units

__all__ = [
    "CastRow",
    "City",
    "DemoCitizen",
    "LoadedPeople",
    "OnlyInDemo",
    "cast",
    "citizens",
    "first_account",
    "load_people",
    "token_for_cast",
]

SEED: Final = 1_656
BEGAN: Final = date(2025, 7, 1)
EVER: Final = DateRange(BEGAN, None)
FICTITIOUS: Final = 5_000
_LOCK: Final = 7_265_602  # one load at a time
Duties = tuple[tuple[Duty, Reach], ...]


class City(Protocol):
    """What the load needs to know of the agencies (units.load.LoadedCity)."""

    @property
    def committee_id(self) -> int: ...
    @property
    def centre_id(self) -> int: ...
    @property
    def committee_of(self) -> dict[str, int]: ...
    @property
    def point_of(self) -> dict[str, int]: ...
    @property
    def branch_of(self) -> dict[str, int]: ...
    @property
    def division(self) -> dict[tuple[str, str], int]: ...
    @property
    def departments(self) -> dict[str, int]: ...
    @property
    def branches(self) -> dict[int, int]: ...


class OnlyInDemo(NotAllowed):
    """Fictitious people have no place among real ones."""


@dataclass(frozen=True, slots=True)
class LoadedPeople:
    """What a load left: how many of the staff, and the parties the demo's dossiers are about."""

    staff: int
    citizens: tuple[int, ...]
    parties: tuple[int, ...]


def load_people(city: City, *, by: Actor, at: datetime) -> LoadedPeople:
    """Load what is not there yet: staff, the simulator's citizens, 5,000 fictitious parties."""
    if not settings.DEMO:
        raise OnlyInDemo("Chỉ bản trình diễn mới có người hư cấu.")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        if not Staff.objects.filter(is_demo=True).exists():
            _load_staff(city, by=by, at=at)
        known = _load_citizens(by=by, at=at)
        made_up = parties.add_many(declared=_fictitious(day=day_of(at)), by=by, at=at)
        with connection.cursor() as cursor:
            # The planner should know at once what came in, not when the server gets to it.
            for model in (Staff, Post, PostHolder, PostDuty, Citizen):
                cursor.execute(f"analyze {model._meta.db_table}")
    return LoadedPeople(Staff.objects.count(), tuple(known), tuple(made_up))


def token_for_cast(who: str, *, at: datetime, trusted_device: bool = False) -> str:
    """An API token of somebody of the demo: a sign-in name ("hotich.bode"; "phochutich.bode:2" for
    the second post), or the key of a citizen of the simulator ("lan"). NobodyThere for others.
    """
    if not settings.DEMO:
        raise OnlyInDemo("Chỉ bản trình diễn mới cấp mã truy cập kiểu này.")
    login, _colon, seat = who.strip().lower().partition(":")
    # Not by issuer: the simulator's address changes with the port of the start.
    citizen = Citizen.objects.filter(subject=f"demo-{login}", is_active=True).first()
    staff = Staff.objects.filter(login=login, is_demo=True, is_active=True).first()
    if staff is not None:
        posts = queries.posts_of(staff_id=staff.pk, day=day_of(at))
        place = int(seat) - 1 if seat.isdigit() and int(seat) > 0 else 0
        if place >= len(posts):
            raise NobodyThere(f"{login} không giữ vị trí thứ {place + 1}.")
        by = actor_of(staff_id=staff.pk, post_id=posts[place].post_id, at=at, source="job")
    elif citizen is not None:
        by = citizen_actor(party_id=citizen.party_id, at=at, source="job")
    else:
        raise NobodyThere(f"Không có vai “{who}”; lệnh `haicap cast` kể tên các vai.")
    return actions.give_token(
        label="haicap token", by=by, at=at, days=30, trusted_device=trusted_device
    )


def first_account(*, login: str, full_name: str, by: Actor, at: datetime) -> str:
    """The first account of an installation: an administrator of all accounts, in the Centre, who
    makes the others. Returns the one-time code. For the platform itself (kernel.actor.system).
    """
    (centre,) = units.agencies_at(day_of(at), kind=units.AgencyKind.CENTRE, limit=1)
    person = actions.NewStaff(
        agency_id=centre.id,
        full_name=full_name,
        login=login.lower(),
        title="Quản trị tài khoản thành phố",
        duties=((Duty.ACCOUNTS, Reach.ALL),),
    )
    (added,) = actions.add_staff(people=[person], by=by, at=at)
    return added.code


# --- names --------------------------------------------------------------------------------------


class Names:
    """Draws full names as frequent as in the country, from a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - names of nobody, not secrets
        self.parts: dict[tuple[str, str], tuple[list[str], list[float]]] = {}
        with (DATA / "names_vn.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                names, sums = self.parts.setdefault((row["part"], row["gender"]), ([], []))
                names.append(row["name"])
                sums.append((sums[-1] if sums else 0.0) + float(row["weight"]))

    def full(self, sex: str) -> str:
        """A full name of a man ("male") or a woman ("female")."""
        gender = "nữ" if sex == "female" else "nam"
        keys = (("family", ""), ("middle", gender), ("given", gender))
        return " ".join(self._one(key) for key in keys)

    def _one(self, key: tuple[str, str]) -> str:
        names, sums = self.parts[key]
        return names[bisect.bisect(sums, self.chance.random() * sums[-1])]


# --- staff --------------------------------------------------------------------------------------


@dataclass
class _Rows:
    """Accounts, posts and duties on their way in."""

    names: Names
    encoded: str
    at: datetime
    used: set[str] = field(default_factory=set)
    staff: list[Staff] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    holders: list[PostHolder] = field(default_factory=list)
    duties: list[PostDuty] = field(default_factory=list)

    def person(self, login: str, name: str, agency: int) -> Staff:
        self.used.add(login)
        staff = Staff(
            agency_id=agency,
            login=login,
            full_name=name,
            sort_key=name_sort_key(name),
            password=self.encoded,
            is_demo=True,
            created_at=self.at,
        )
        self.staff.append(staff)
        return staff

    def seat(self, staff: Staff, agency: int, title: str, duties: Duties) -> None:
        post = Post(agency_id=agency, title=title, period=EVER)
        self.posts.append(post)
        self.holders.append(PostHolder(post=post, staff=staff, period=EVER))
        self.duties += [
            PostDuty(post=post, duty=duty, reach=reach, period=EVER) for duty, reach in duties
        ]

    def some(self, count: int, agency: int, title: str, slug: str, duties: Duties) -> None:
        """`count` people with the same title and duties in an agency."""
        for _n in range(count):
            name = self.names.full(self.names.chance.choice(("male", "female")))
            staff = self.person(self._login(name, slug), name, agency)
            self.seat(staff, agency, title, duties)

    def _login(self, name: str, slug: str) -> str:
        words = fold_accents(name).lower().split()
        base = f"{words[-1]}.{''.join(word[0] for word in words[:-1])}"
        for n in itertools.count(1):
            login = f"{base}{n if n > 1 else ''}.{slug}"
            if login not in self.used:
                return login
        raise AssertionError("itertools.count never ends")

    def save(self) -> None:
        Staff.objects.bulk_create(self.staff, batch_size=1000)
        Post.objects.bulk_create(self.posts, batch_size=1000)
        for holder in self.holders:
            holder.post_id, holder.staff_id = holder.post.pk, holder.staff.pk
        for duty in self.duties:
            duty.post_id = duty.post.pk
        PostHolder.objects.bulk_create(self.holders, batch_size=1000)
        PostDuty.objects.bulk_create(self.duties, batch_size=1000)


def _load_staff(city: City, *, by: Actor, at: datetime) -> None:
    rows = _Rows(Names(SEED), passwords.hashed(PASSWORD), at)
    filled = _cast(rows, city)
    slugs = _slugs(city, day=day_of(at))
    for code, committee in sorted(city.committee_of.items()):
        _commune(rows, city, code, committee, slugs[code], filled)
    for number, branch in sorted(city.branches.items()):
        slug = f"cn{number}"
        rows.some(1, branch, "Giám đốc chi nhánh", slug, ((Duty.OBSERVE, Reach.TREE),))
        rows.some(2, branch, "Điều phối chi nhánh", slug, ((Duty.COORDINATE, Reach.TREE),))
        rows.some(1, branch, "Quản trị tài khoản", slug, ((Duty.ACCOUNTS, Reach.TREE),))
    _city(rows, city)
    rows.save()
    audit.record_many(
        [(StaffAdded(agency_id=one.agency_id), one.ref) for one in rows.staff], by=by, at=at
    )
    fact = PeopleLoaded(staff=len(rows.staff), posts=len(rows.posts), citizens=len(citizens()))
    audit.record(fact, subject="accounts.Staff:0", by=by, at=at)


def _slugs(city: City, *, day: date) -> dict[str, str]:
    """The end of sign-in names by commune: "bode", "cuanam"."""
    names = {view.code: view.name for view in units.territories_at(day, level="commune")}
    return {
        code: "".join(sign for sign in fold_accents(names[code]).lower() if sign.isalpha())
        for code in city.committee_of
    }


def _cast(rows: _Rows, city: City) -> set[tuple[int, str]]:
    """The named cast. Returns which single posts of an agency they fill."""
    filled = set()
    for one in CAST:
        agencies = [_agency(seat, city) for seat in one.seats]
        staff = rows.person(one.login, one.name, agencies[0])
        for seat, agency in zip(one.seats, agencies, strict=True):
            rows.seat(staff, agency, seat.title, seat.duties)
            filled.add((agency, seat.duties[0][0].value))
    return filled


def _agency(seat: Seat, city: City) -> int:
    if seat.place == "division":
        return city.division[seat.commune, seat.specialty]
    return {
        "point": lambda: city.point_of[seat.commune],
        "committee": lambda: city.committee_of[seat.commune],
        "branch": lambda: city.branch_of[seat.commune],
        "centre": lambda: city.centre_id,
    }[seat.place]()


_HEADS: Final = {
    "vp": "Chánh Văn phòng",
    "kt": "Trưởng phòng Kinh tế",
    "vhxh": "Trưởng phòng Văn hóa - Xã hội",
    "ca": "Trưởng Công an",
}
_SPECIALISTS: Final = {
    "vp": "Công chức tư pháp - hộ tịch",
    "kt": "Chuyên viên kinh tế, đất đai",
    "vhxh": "Chuyên viên văn hóa - xã hội",
    "ca": "Cán bộ công an",
}


def _commune(
    rows: _Rows,
    city: City,
    code: str,
    committee: int,
    slug: str,
    filled: set[tuple[int, str]],
) -> None:
    """The staff of a commune: two or three at the counter, a head and specialists in each
    division."""
    chance, own = rows.names.chance, Reach.OWN

    def vacant(agency: int, duty: Duty) -> int:
        return 0 if (agency, duty.value) in filled else 1

    point = city.point_of[code]
    rows.some(chance.randint(2, 3), point, "Công chức tiếp nhận", slug, ((Duty.RECEIVE, own),))
    leading = ((Duty.DECIDE, Reach.TREE),)
    chairs = vacant(committee, Duty.DECIDE)
    rows.some(chairs, committee, "Chủ tịch UBND", slug, leading)
    rows.some(1, committee, "Phó Chủ tịch UBND", slug, leading)
    for specialty, title in _HEADS.items():
        division = city.division.get((code, specialty))
        if division is None:
            continue
        heads = vacant(division, Duty.HEAD)
        rows.some(heads, division, title, slug, ((Duty.HEAD, own),))
        specialists = chance.randint(2, 4)
        rows.some(specialists, division, _SPECIALISTS[specialty], slug, ((Duty.HANDLE, own),))
    office = city.division[code, "vp"]
    clerks = vacant(office, Duty.ISSUE)
    rows.some(clerks, office, "Văn thư", slug, ((Duty.ISSUE, Reach.UNIT),))
    admins = vacant(office, Duty.ACCOUNTS)
    rows.some(admins, office, "Quản trị tài khoản", slug, ((Duty.ACCOUNTS, Reach.UNIT),))


def _city(rows: _Rows, city: City) -> None:
    """The city's committee, the Centre and the departments."""
    own = Reach.OWN
    whole = city.committee_id
    rows.some(4, whole, "Lãnh đạo UBND thành phố", "tp", ((Duty.DECIDE, own),))
    rows.some(2, whole, "Chuyên viên Văn phòng", "tp", ((Duty.HANDLE, own), (Duty.HEAD, own)))
    rows.some(2, whole, "Văn thư", "tp", ((Duty.ISSUE, own),))
    centre = city.centre_id
    rows.some(1, centre, "Giám đốc Trung tâm", "ttpv", ((Duty.OBSERVE, Reach.ALL),))
    rows.some(2, centre, "Công chức tiếp nhận", "ttpv", ((Duty.RECEIVE, own),))
    rows.some(2, centre, "Kiểm soát TTHC", "ttpv", ((Duty.CATALOGUE, Reach.ALL),))
    rows.some(2, centre, "Điều phối thành phố", "ttpv", ((Duty.COORDINATE, Reach.ALL),))
    for specialty, department in sorted(city.departments.items()):
        rows.some(2, department, "Lãnh đạo", specialty, ((Duty.DECIDE, own),))
        rows.some(1, department, "Trưởng phòng", specialty, ((Duty.HEAD, own),))
        rows.some(3, department, "Chuyên viên", specialty, ((Duty.HANDLE, own),))
        rows.some(1, department, "Văn thư", specialty, ((Duty.ISSUE, own),))
        rows.some(1, department, "Công chức tiếp nhận", specialty, ((Duty.RECEIVE, own),))
        rows.some(1, department, "Quản trị tài khoản", specialty, ((Duty.ACCOUNTS, Reach.TREE),))


# --- citizens -----------------------------------------------------------------------------------


def _load_citizens(*, by: Actor, at: datetime) -> list[int]:
    """The simulator's citizens as parties with a sign-in, as their first visit would leave them."""
    day = day_of(at)
    everybody = citizens()
    ids = parties.add_many(declared=[_declared(one, day=day) for one in everybody], by=by, at=at)
    Citizen.objects.bulk_create(
        [
            Citizen(
                party_id=party_id,
                issuer=settings.OIDC_ISSUER,
                subject=f"demo-{one.key}",
                level=one.level,
                created_at=at,
            )
            for one, party_id in zip(everybody, ids, strict=True)
        ],
        ignore_conflicts=True,
    )
    return ids


def _declared(one: DemoCitizen, *, day: date) -> parties.Declared:
    return parties.Declared(
        kind="person",
        name=one.name,
        birth_date=date.fromisoformat(one.birth_date),
        sex=one.sex,
        identifiers={"personal_id": one.number},
        phone=f"+84{one.phone[1:]}",
        email=one.email,
        address={"territory_code": one.commune, "at": day, "detail": one.detail},
    )


def _fictitious(*, day: date) -> list[parties.Declared]:
    """Fictitious people of all ages in all communes, by population; Bồ Đề counts six times.

    Their numbers follow from the seed alone: on another day, in another city, they are the same.
    """
    names = Names(SEED + 1)
    lives = random.Random(SEED + 2)  # noqa: S311 - numbers of nobody, not secrets
    chance = names.chance
    communes = units.territories_at(day, level="commune")
    codes = [view.code for view in communes]
    weights = [(view.population or 1) * (6 if view.code == BODE else 1) for view in communes]
    sums = list(itertools.accumulate(weights))
    streets = _streets()
    found = []
    for n in range(FICTITIOUS):
        sex = ("male", "female")[lives.getrandbits(1)]
        birth = date.fromordinal(BEGAN.toordinal() - int((18 + 67 * lives.random()) * 365.25))
        century = (birth.year - 1900) // 100 * 2 + (sex == "female")
        where = bisect.bisect(sums, chance.random() * sums[-1])
        found.append(
            parties.Declared(
                kind="person",
                name=names.full(sex),
                birth_date=birth,
                sex=sex,
                identifiers={"personal_id": f"000{century}{birth:%y}{200_000 + n:06d}"},
                phone=f"+84100{100_000 + n:06d}",
                address={
                    "territory_code": codes[where],
                    "at": day,
                    "detail": f"Số {chance.randint(1, 180)}, {chance.choice(streets)}",
                },
            )
        )
    return found


def _streets() -> list[str]:
    with (DATA / "streets_hanoi.csv").open(encoding="utf-8", newline="") as file:
        return [row["street"] for row in csv.DictReader(file)]
