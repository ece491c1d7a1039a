"""Who somebody is today, in one statement; who holds which post; what is listed on the account
pages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models.functions import Lower

from haicap.accounts.models import Post, Staff
from haicap.kernel.actor import Actor, ActorKind, Duty, Grant
from haicap.kernel.clock import day_of

STAFF_IDLE = timedelta(hours=2)
CITIZEN_IDLE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Account:
    """What the house knows of a signed-in browser or token besides the actor.

    `posts` counts the posts held today; `second_factor` is whether this session passed one.
    """

    session_id: int
    staff_id: int | None
    citizen_id: int | None
    party_id: int | None
    login: str
    post_id: int | None
    posts: int
    second_factor: bool
    enrolled: bool
    must_change_password: bool
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class HolderView:
    """Somebody who may be given a task: a post with its holder; `delegation` when the duty is
    lent to it."""

    post_id: int
    title: str
    agency_id: int
    staff_id: int
    name: str
    delegation: int | None = None


@dataclass(frozen=True, slots=True)
class PostView:
    """A post somebody holds: what the page of choosing shows."""

    post_id: int
    title: str
    agency_id: int
    agency_name: str
    duties: tuple[Duty, ...]


def hash_of(token: str) -> bytes:
    """What is stored of a session's or API token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


_BY_SESSION = """
select s.id, s.staff_id, s.citizen_id, s.post_id, s.auth_epoch, s.level::int as level,
    s.second_factor_at, s.last_seen_at, s.expires_at, false as trusted
from accounts_websession s
where s.token_hash = %(hash)s and s.ended_at is null and s.expires_at > %(at)s
  and s.last_seen_at > case when s.staff_id is null then %(citizen_since)s else %(staff_since)s end
"""

_OF_BEARER = """
select t.id, t.staff_id, t.citizen_id, t.post_id, t.auth_epoch,
    coalesce((select c.level::int from accounts_citizen c where c.id = t.citizen_id), 0) as level,
    t.created_at as second_factor_at, t.created_at as last_seen_at, t.expires_at,
    t.trusted_device as trusted
from accounts_apitoken t
where t.token_hash = %(hash)s and t.revoked_at is null and t.expires_at > %(at)s
"""

_BY_STAFF = """
select 0::bigint as id, x.id as staff_id, null::bigint as citizen_id, %(post)s::bigint as post_id,
    x.auth_epoch, 0 as level, null::timestamptz as second_factor_at,
    %(at)s::timestamptz as last_seen_at, %(at)s::timestamptz as expires_at, false as trusted
from accounts_staff x where x.id = %(staff)s
"""

# What the person is and may do comes from accounts_who (migration 0002): see there.
_WHO = """
select s.id, s.staff_id, s.citizen_id, s.level, s.second_factor_at, s.last_seen_at, s.expires_at,
    s.trusted, w.full_name, w.login, w.must_change, w.enrolled, w.party_id, w.party_name,
    w.post_id, w.title, w.agency_id, w.agency_name, w.posts, w.duties, w.below
from ({found}) s
cross join lateral
    accounts_who(s.staff_id, s.citizen_id, s.post_id, s.auth_epoch, %(day)s, %(demo)s) w
"""


@dataclass(frozen=True, slots=True)
class Who:
    """The answer of the one query."""

    account: Account
    actor: Actor


def _who(
    found: str, *, at: datetime, source: str, request_id: str, params: Mapping[str, Any]
) -> Who | None:
    with connection.cursor() as cursor:
        cursor.execute(
            _WHO.format(found=found),
            {**params, "at": at, "day": day_of(at), "demo": settings.DEMO},
        )
        row = cursor.fetchone()
    return None if row is None else _read(row, source=source, request_id=request_id)


def _read(row: tuple[Any, ...], *, source: str, request_id: str) -> Who:
    (
        session_id, staff_id, citizen_id, level, second_factor_at, last_seen_at, expires_at,
        trusted, full_name, login, must_change, enrolled, party_id, party_name,
        post_id, title, agency_id, agency_name, posts, duties, below,
    ) = row  # fmt: skip
    account = Account(
        session_id=session_id,
        staff_id=staff_id,
        citizen_id=citizen_id,
        party_id=party_id,
        login=login or "",
        post_id=post_id,
        posts=posts,
        second_factor=second_factor_at is not None,
        enrolled=bool(enrolled),
        must_change_password=bool(must_change),
        last_seen_at=last_seen_at,
        expires_at=expires_at,
    )
    actor = Actor(
        kind=ActorKind.CITIZEN if staff_id is None else ActorKind.STAFF,
        person=party_id if staff_id is None else staff_id,
        name=(party_name if staff_id is None else full_name) or "",
        post=post_id,
        post_title=title or "",
        agency=agency_id,
        agency_name=agency_name or "",
        grants=_grants(duties, below),
        identity_level=level,
        source=source,
        request_id=request_id,
        trusted_clock=trusted,
    )
    return Who(account=account, actor=actor)


def _grants(duties: str | None, below: str | None) -> tuple[Grant, ...]:
    if not duties:
        return ()
    trees: dict[int, set[int]] = {}
    for root, agency in json.loads(below or "[]"):
        trees.setdefault(root, set()).add(agency)
    found = []
    for duty, reach, agency, procedures, lent, delegation, root in json.loads(duties):
        reached = trees.get(root) or {agency}
        both = [frozenset(codes) for codes in (procedures, lent) if codes is not None]
        found.append(
            Grant(
                duty=Duty(duty),
                agencies=None if reach == "all" else frozenset(reached),
                # A lent duty never covers more than its lender's.
                procedures=frozenset.intersection(*both) if both else None,
                delegation=delegation,
            )
        )
    return tuple(found)


def by_session(token: str, *, at: datetime, request_id: str) -> Who | None:
    """The signed-in browser of this token: one statement. None when ended, expired, idle, locked
    or unknown."""
    return _who(
        _BY_SESSION,
        at=at,
        source="screen",
        request_id=request_id,
        params={
            "hash": hash_of(token),
            "staff_since": at - STAFF_IDLE,
            "citizen_since": at - CITIZEN_IDLE,
        },
    )


def by_token(token: str, *, at: datetime, request_id: str = "", source: str = "api") -> Who | None:
    """The holder of an API token: one statement. None when revoked, expired, locked or unknown."""
    return _who(
        _OF_BEARER, at=at, source=source, request_id=request_id, params={"hash": hash_of(token)}
    )


def by_staff(staff_id: int, *, post_id: int | None, at: datetime, source: str) -> Who | None:
    """A member of staff in a post. None when the account is locked."""
    return _who(
        _BY_STAFF,
        at=at,
        source=source,
        request_id="",
        params={"staff": staff_id, "post": post_id},
    )


def by_party(party_id: int, *, level: int | None, at: datetime, source: str) -> Actor | None:
    """A citizen by party, whether or not this party ever signed in. None when unknown or locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select p.name, c.level, coalesce(c.is_active, true) from parties_party p"
            " left join accounts_citizen c on c.party_id = p.id where p.id = %s",
            [party_id],
        )
        row = cursor.fetchone()
    if row is None or not row[2]:
        return None
    return Actor(
        kind=ActorKind.CITIZEN,
        person=party_id,
        name=row[0],
        identity_level=row[1] or 0 if level is None else level,
        source=source,
    )


def posts_of(*, staff_id: int, day: date) -> list[PostView]:
    """The posts this person holds on `day`, the one held longest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select p.id, p.title, p.agency_id, coalesce(v.short_name, ''), array("
            "  select distinct d.duty from accounts_postduty d"
            "  where d.post_id = p.id and d.period @> %(day)s order by d.duty)"
            " from accounts_postholder h"
            " join accounts_post p on p.id = h.post_id and p.period @> %(day)s"
            " left join units_agencyversion v on v.agency_id = p.agency_id and v.period @> %(day)s"
            " where h.staff_id = %(staff)s and h.period @> %(day)s"
            " order by lower(h.period), p.id",
            {"staff": staff_id, "day": day},
        )
        rows = cursor.fetchall()
    return [
        PostView(
            post_id=row[0],
            title=row[1],
            agency_id=row[2],
            agency_name=row[3],
            duties=tuple(Duty(duty) for duty in row[4]),
        )
        for row in rows
    ]


# From the agencies to their posts to the duties, in this order whatever the statistics say: right
# after a bulk load there are none, and any other order reads every duty of the city.
_HOLDERS = """
with place(agency_id, itself) as materialized (
    select unnest(%(ids)s::bigint[]), true
    union all
    select v.agency_id, false from units_agencyversion v
    where v.parent_id = any(%(ids)s) and v.period @> %(day)s
),
reached as materialized (
    select p.id as post_id, p.title, p.agency_id, null::bigint as delegation
    from place
    cross join lateral (
        select id, title, agency_id from accounts_post
        where agency_id = place.agency_id and period @> %(day)s offset 0) p
    cross join lateral (
        select 1 from accounts_postduty d
        where d.post_id = p.id and d.duty = %(duty)s and d.period @> %(day)s
          and (%(procedure)s::text is null or d.procedures is null
            or %(procedure)s::text = any(d.procedures))
          and (place.itself or d.reach = 'unit') limit 1) d
),
stand_in as (
    select p.id, p.title, p.agency_id, g.id as delegation
    from reached join accounts_delegation g on g.from_post_id = reached.post_id
        and g.duty = %(duty)s and g.period @> %(day)s and g.ended_at is null
        and (%(procedure)s::text is null or g.procedures is null
            or %(procedure)s::text = any(g.procedures))
    join accounts_post p on p.id = g.to_post_id and p.period @> %(day)s
),
everybody as (select * from reached union all select * from stand_in)
select distinct on (e.post_id) e.post_id, e.title, e.agency_id, st.id, st.full_name, e.delegation
from everybody e
join accounts_postholder h on h.post_id = e.post_id and h.period @> %(day)s
join accounts_staff st on st.id = h.staff_id and st.is_active
order by e.post_id, e.delegation nulls first
"""


def holders_of(
    *, agency_ids: Collection[int], duty: Duty, day: date, procedure: str | None = None
) -> list[HolderView]:
    """Who holds `duty` in these very agencies on `day`: by a post there, by a post of their
    office that acts for the whole unit, or standing in for one of those. Posts above that merely
    reach down are left out; so are, where a `procedure` is named, duties for others only.
    """
    asked: dict[str, Any] = {"ids": list(agency_ids), "duty": str(duty), "day": day}
    asked["procedure"] = procedure
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, asked)
        return [HolderView(*row) for row in cursor.fetchall()]


def staff_names(ids: Iterable[int]) -> dict[int, str]:
    """Full names of staff."""
    return dict(Staff.objects.filter(pk__in=set(ids)).values_list("id", "full_name"))


def post_titles(ids: Iterable[int]) -> dict[int, str]:
    """Titles of posts."""
    return dict(Post.objects.filter(pk__in=set(ids)).values_list("id", "title"))


def logins_taken(logins: Collection[str] | None = None) -> frozenset[str]:
    """Which of these sign-in names (in lower case) exist; all that exist when none are named."""
    rows = Staff.objects.annotate(low=Lower("login"))
    if logins is not None:
        rows = rows.filter(low__in=set(logins))
    return frozenset(rows.values_list("low", flat=True))
