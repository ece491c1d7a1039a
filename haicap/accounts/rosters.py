"""What the account pages list: one's sessions and tokens, a unit's people, posts and delegations,
who read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Func, Q, TextField
from django.utils.translation import gettext as _

from haicap.accounts import access
from haicap.accounts.models import (
    DUTY_WORDS,
    ApiToken,
    Delegation,
    Post,
    PostDuty,
    PostHolder,
    Reach,
    Staff,
    WebSession,
)
from haicap.accounts.queries import post_titles
from haicap.audit import public as audit
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Missing
from haicap.kernel.vietnamese import clean, fold_accents
from haicap.units import public as units

PAGE = 50


@dataclass(frozen=True, slots=True)
class SessionView:
    """One browser signed in as oneself."""

    id: int
    device: str
    ip: str
    created_at: datetime
    last_seen_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class TokenView:
    """One of one's tokens; its text is known nowhere."""

    id: int
    label: str
    post: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PersonView:
    """One account of the unit."""

    id: int
    name: str
    login: str
    agency: str
    posts: tuple[str, ...]
    is_active: bool
    second_factor: bool
    waits: bool  # the one-time code was not used yet


@dataclass(frozen=True, slots=True)
class DutyView:
    """A duty of a post, in words."""

    id: int
    duty: str
    reach: str
    procedures: tuple[str, ...]
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class HoldingView:
    """Who holds a post, from when to when."""

    id: int
    post_id: int
    post: str
    agency: str
    staff_id: int
    name: str
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class UnitPost:
    """A post of the unit with its holders and duties, past ones left out."""

    id: int
    title: str
    agency: str
    holders: tuple[HoldingView, ...]
    duties: tuple[DutyView, ...]
    last_day: date | None


@dataclass(frozen=True, slots=True)
class DelegationView:
    """A duty lent, in words."""

    id: int
    from_post: str
    to_post: str
    duty: str
    procedures: tuple[str, ...]
    basis: str
    first_day: date
    last_day: date
    in_force: bool


@dataclass(frozen=True, slots=True)
class ReaderView:
    """The readings of a citizen's data by one post on one day: by which agency, for what."""

    last_at: datetime
    agency: str
    post: str
    purposes: tuple[str, ...]
    times: int


def _own(by: Actor) -> dict[str, int]:
    return {"staff_id" if by.is_staff else "citizen__party_id": access.own_id(by)}


def sessions_of(by: Actor, *, current: int, at: datetime) -> list[SessionView]:
    """One's own open sessions, the one in use first."""
    rows = WebSession.objects.filter(ended_at__isnull=True, expires_at__gt=at, **_own(by)).order_by(
        "-last_seen_at", "-id"
    )
    found = [
        SessionView(
            id=row.pk,
            device=device_in_words(row.user_agent),
            ip=row.ip,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            current=row.pk == current,
        )
        for row in rows[:PAGE]
    ]
    return sorted(found, key=lambda view: not view.current)


def device_in_words(user_agent: str) -> str:
    """Browser and machine as people call them."""
    browsers = (
        ("Edg", "Edge"), ("OPR", "Opera"), ("coc_coc", "Cốc Cốc"), ("Firefox", "Firefox"),
        ("Chrome", "Chrome"), ("Safari", "Safari"),
    )  # fmt: skip
    machines = (
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
        ("Mac OS", "macOS"), ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((word for mark, word in browsers if mark in user_agent), "")
    machine = next((word for mark, word in machines if mark in user_agent), "")
    return " · ".join(filter(None, (browser, machine))) or _("Trình duyệt không rõ")


def tokens_of(by: Actor, *, at: datetime) -> list[TokenView]:
    """One's own tokens that still open something."""
    rows = list(
        ApiToken.objects.filter(revoked_at__isnull=True, expires_at__gt=at, **_own(by)).order_by(
            "-created_at", "-id"
        )[:PAGE]
    )
    titles = post_titles(row.post_id for row in rows if row.post_id)
    return [
        TokenView(
            row.pk, row.label, titles.get(row.post_id or 0, ""), row.created_at, row.expires_at
        )
        for row in rows
    ]


def people_of(
    by: Actor, *, q: str = "", after: tuple[str, int] | None = None, day: date
) -> tuple[list[PersonView], tuple[str, int] | None]:
    """Accounts of the unit by name, fifty at a time; `q` is a part of a name or login. Returns
    also the key to go on after.
    """
    rows = Staff.objects.filter(access.within(by))
    words = clean(q)[:100]
    if words:
        folded = Func(F("full_name"), function="vn_fold", output_field=TextField())
        rows = rows.alias(folded=folded).filter(
            Q(folded__contains=fold_accents(words).lower()) | Q(login__icontains=words)
        )
    if after is not None:
        rows = rows.filter(Q(sort_key__gt=after[0]) | Q(sort_key=after[0], pk__gt=after[1]))
    found = list(rows.order_by("sort_key", "id")[: PAGE + 1])
    people = _people(found[:PAGE], day=day)
    last = found[PAGE - 1] if len(found) > PAGE else None
    return people, (last.sort_key, last.pk) if last else None


def _people(rows: list[Staff], *, day: date) -> list[PersonView]:
    names = units.agency_names({row.agency_id for row in rows}, day=day)
    titles: dict[int, list[str]] = {}
    for staff_id, title in (
        PostHolder.objects.filter(staff__in=rows, period__contains=day)
        .order_by("id")
        .values_list("staff_id", "post__title")
    ):
        titles.setdefault(staff_id, []).append(title)
    return [
        PersonView(
            id=row.pk,
            name=row.full_name,
            login=row.login,
            agency=names.get(row.agency_id, ""),
            posts=tuple(titles.get(row.pk, ())),
            is_active=row.is_active,
            second_factor=row.totp_confirmed_at is not None,
            waits=row.must_change_password,
        )
        for row in rows
    ]


def person_of(by: Actor, staff_id: int, *, day: date) -> tuple[PersonView, list[HoldingView]]:
    """One account of the unit with all posts it ever held. Missing for any other unit's."""
    rows = list(Staff.objects.filter(access.within(by), pk=staff_id))
    if not rows:
        raise Missing(_("Không có tài khoản này trong đơn vị của ông/bà."))
    held = PostHolder.objects.filter(staff_id=staff_id).exclude(period__isempty=True)
    return _people(rows, day=day)[0], _holdings(held.order_by("-period", "id"), day=day)


def _holdings(rows: Any, *, day: date) -> list[HoldingView]:
    found = list(rows.select_related("post", "staff"))
    names = units.agency_names({row.post.agency_id for row in found}, day=day)
    return [
        HoldingView(
            id=row.pk,
            post_id=row.post_id,
            post=row.post.title,
            agency=names.get(row.post.agency_id, ""),
            staff_id=row.staff_id,
            name=row.staff.full_name,
            first_day=row.period.lower,
            last_day=_last(row.period),
        )
        for row in found
    ]


def _last(period: Any) -> date | None:
    """The last day of a period [from, to); None when it is open."""
    if period.isempty or period.upper is None:
        return None
    day: date = period.upper
    return date.fromordinal(day.toordinal() - 1)


def _not_over(day: date) -> Q:
    return Q(period__endswith__isnull=True) | Q(period__endswith__gt=day)


def posts_of_unit(
    by: Actor, *, day: date, q: str = "", after: int = 0
) -> tuple[list[UnitPost], int | None]:
    """Posts of the unit that are not over, fifty at a time. Returns also the id to go on after."""
    rows = Post.objects.filter(access.within(by), _not_over(day), pk__gt=after).exclude(
        period__isempty=True
    )
    if clean(q):
        rows = rows.filter(title__icontains=clean(q)[:100])
    found = list(rows.order_by("id")[: PAGE + 1])
    return _posts(found[:PAGE], day=day), found[PAGE - 1].pk if len(found) > PAGE else None


def post_of_unit(by: Actor, post_id: int, *, day: date) -> UnitPost:
    """One post of the unit. Missing for any other."""
    rows = list(Post.objects.filter(access.within(by), pk=post_id))
    if not rows:
        raise Missing(_("Không có vị trí này trong đơn vị của ông/bà."))
    return _posts(rows, day=day)[0]


def _posts(rows: list[Post], *, day: date) -> list[UnitPost]:
    names = units.agency_names({row.agency_id for row in rows}, day=day)
    holders: dict[int, list[HoldingView]] = {}
    held = PostHolder.objects.filter(_not_over(day), post__in=rows).exclude(period__isempty=True)
    for holding in _holdings(held.order_by("period", "id"), day=day):
        holders.setdefault(holding.post_id, []).append(holding)
    duties: dict[int, list[DutyView]] = {}
    charged = PostDuty.objects.filter(_not_over(day), post__in=rows).exclude(period__isempty=True)
    for row in charged.order_by("id"):
        duties.setdefault(row.post_id, []).append(_duty(row))
    return [
        UnitPost(
            id=row.pk,
            title=row.title,
            agency=names.get(row.agency_id, ""),
            holders=tuple(holders.get(row.pk, ())),
            duties=tuple(duties.get(row.pk, ())),
            last_day=_last(row.period),
        )
        for row in rows
    ]


def _duty(row: PostDuty) -> DutyView:
    return DutyView(
        id=row.pk,
        duty=DUTY_WORDS[row.duty],
        reach=str(Reach(row.reach).label),
        procedures=tuple(row.procedures or ()),
        first_day=row.period.lower,
        last_day=_last(row.period),
    )


def delegations_of_unit(by: Actor, *, day: date) -> list[DelegationView]:
    """Delegations from posts of the unit, those in force first, then the ones of the last year."""
    rows = (
        Delegation.objects.filter(access.within(by, "from_post__agency_id"))
        .filter(period__endswith__gt=date(day.year - 1, day.month, 1))
        .select_related("from_post", "to_post")
        .order_by("-created_at", "-id")[:200]
    )
    found = [
        DelegationView(
            id=row.pk,
            from_post=row.from_post.title,
            to_post=row.to_post.title,
            duty=DUTY_WORDS[row.duty],
            procedures=tuple(row.procedures or ()),
            basis=row.basis,
            first_day=row.period.lower,
            last_day=_last(row.period) or row.period.lower,
            in_force=row.ended_at is None and row.period.upper > day,
        )
        for row in rows
    ]
    return sorted(found, key=lambda view: not view.in_force)


def choosable_posts(by: Actor, *, day: date) -> list[tuple[int, str]]:
    """Posts of the unit for a list to choose from: title, agency and holder."""
    rows = Post.objects.filter(access.within(by), period__contains=day).order_by("agency_id", "id")
    return [
        (post.id, " · ".join(filter(None, (post.title, post.agency, _first_name(post)))))
        for post in _posts(list(rows[:500]), day=day)
    ]


def _first_name(post: UnitPost) -> str:
    return post.holders[0].name if post.holders else ""


def choosable_people(by: Actor) -> list[tuple[int, str]]:
    """Open accounts of the unit for a list to choose from."""
    rows = Staff.objects.filter(access.within(by), is_active=True).order_by("sort_key", "id")
    return [
        (pk, f"{name} ({login})")
        for pk, name, login in rows.values_list("id", "full_name", "login")[:500]
    ]


def choosable_agencies(by: Actor, *, day: date) -> list[tuple[int, str]]:
    """Agencies of the unit for a list to choose from."""
    agencies = access.reached(by)
    if agencies is None:
        found = units.agencies_at(day, limit=2000)
        return [(view.id, view.name) for view in found]
    names = units.agency_names(agencies, day=day)
    return sorted(names.items(), key=lambda item: item[0])


def duties_to_give(by: Actor) -> list[tuple[str, str]]:
    """Duties this administrator may give."""
    city = access.reached(by) is None
    return [
        (duty.value, DUTY_WORDS[duty]) for duty in Duty if city or duty not in access.CITY_DUTIES
    ]


def reaches_to_give(by: Actor) -> list[tuple[str, str]]:
    """How far this administrator may let a duty reach."""
    city = access.reached(by) is None
    return [(one.value, str(one.label)) for one in Reach if city or one is not Reach.ALL]


def purpose_in_words(code: str) -> str:
    """What a reading was for; the codes are those views give to `audit.saw`."""
    words = {
        "list": _("tìm trong danh sách hồ sơ"),
        "search": _("tìm trong danh sách hồ sơ"),
        "open": _("giải quyết hồ sơ"),
        "dossier": _("giải quyết hồ sơ"),
        "moves": _("giải quyết hồ sơ"),
        "journal": _("xem quá trình giải quyết"),
        "file": _("xem giấy tờ trong hồ sơ"),
        "receipt": _("in giấy tiếp nhận"),
        "decide": _("xem dự thảo để phê duyệt"),
        "walk_in": _("tiếp nhận tại quầy"),
        "board": _("theo dõi tình hình giải quyết"),
        "export": _("lập báo cáo"),
    }
    return words.get(code, code)


def readers_of(party: int, *, day: date) -> list[ReaderView]:
    """Who of the staff read this citizen's data, newest first: agency, post and purposes, no names.

    The readings of one post on one day are one row.
    """
    rows = audit.reads_of(party, limit=500)
    agencies = units.agency_names({row.agency for row in rows if row.agency}, day=day)
    posts = post_titles(row.post for row in rows if row.post)
    grouped: dict[tuple[date, int | None, int | None], list[audit.ReadBy]] = {}
    for row in rows:
        grouped.setdefault((day_of(row.read_at), row.agency, row.post), []).append(row)
    return [
        ReaderView(
            last_at=found[0].read_at,
            agency=agencies.get(agency or 0, ""),
            post=posts.get(post or 0, ""),
            purposes=tuple(dict.fromkeys(purpose_in_words(row.purpose) for row in found)),
            times=len(found),
        )
        for (_day, agency, post), found in grouped.items()
    ]
