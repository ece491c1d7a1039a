"""The unit administrator's verbs: accounts, posts and their holders, duties, delegations; nothing
is deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from haicap.accounts import access, passwords, queries, second_factor
from haicap.accounts.actions.own import forget_second_factor
from haicap.accounts.events import (
    DelegationEnded,
    DutyEnded,
    DutyGiven,
    DutyLent,
    HolderEnded,
    HolderPlaced,
    PasswordReset,
    PostEnded,
    PostMade,
    SecondFactorRemoved,
    StaffAdded,
    StaffEnded,
    StaffReopened,
)
from haicap.accounts.models import Delegation, Post, PostDuty, PostHolder, Reach, Staff
from haicap.audit import public as audit
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing, Refusal
from haicap.kernel.vietnamese import name_sort_key

CODE_DAYS = 7
AT_ONCE = 200


class LoginTaken(Invalid):
    """The sign-in name belongs to somebody else."""


class PostTaken(Refusal):
    """Somebody holds the post in that time."""


@dataclass(frozen=True, slots=True)
class NewStaff:
    """An account to make, with a post of its own when `title` is given. Cleaned by forms.py."""

    agency_id: int
    full_name: str
    login: str
    phone: str = ""
    email: str = ""
    title: str = ""
    duties: tuple[tuple[Duty, Reach], ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """An account made: `code` opens it once, within seven days, and is shown now or never."""

    staff_id: int
    full_name: str
    login: str
    code: str


def add_staff(*, people: Sequence[NewStaff], by: Actor, at: datetime) -> list[Added]:
    """Make accounts, all or none, each with a one-time code. LoginTaken names the fields by row."""
    by = access.acting(by)
    if len(people) > AT_ONCE:
        raise Invalid({"sheet": _("Mỗi lần thêm nhiều nhất %(count)s người.") % {"count": AT_ONCE}})
    for person in people:
        access.require_agency(by, person.agency_id)
    taken = queries.logins_taken([person.login for person in people])
    if taken:
        raise LoginTaken(
            {f"login-{n}": _login_taken(p.login) for n, p in enumerate(people) if p.login in taken}
        )
    codes = [second_factor.one_time_code() for _person in people]
    # Hashing takes its time and its turn: no row is locked meanwhile.
    hashes = [passwords.hashed(code) for code in codes]
    added = []
    with transaction.atomic():
        for person, code, encoded in zip(people, codes, hashes, strict=True):
            staff = _made(person, encoded, by=by, at=at)
            added.append(Added(staff.pk, staff.full_name, staff.login, code))
    return added


def _login_taken(login: str) -> str:
    return _("Tên đăng nhập “%(login)s” đã có người dùng.") % {"login": login}


def _made(person: NewStaff, encoded: str, *, by: Actor, at: datetime) -> Staff:
    staff = Staff.objects.create(
        agency_id=person.agency_id,
        login=person.login,
        full_name=person.full_name,
        sort_key=name_sort_key(person.full_name),
        phone=person.phone,
        email=person.email,
        password=encoded,
        must_change_password=True,
        password_valid_until=at + timedelta(days=CODE_DAYS),
        created_at=at,
    )
    audit.record(StaffAdded(agency_id=person.agency_id), subject=staff.ref, by=by, at=at)
    if person.title:
        post_id = make_post(
            agency_id=person.agency_id,
            title=person.title,
            first_day=day_of(at),
            by=by,
            at=at,
        )
        place_holder(post_id=post_id, staff_id=staff.pk, first_day=day_of(at), by=by, at=at)
        for duty, reach in person.duties:
            give_duty(post_id=post_id, duty=duty, reach=reach, first_day=day_of(at), by=by, at=at)
    return staff


@transaction.atomic
def end_staff(*, staff_id: int, by: Actor, at: datetime) -> None:
    """Lock an account for good: its sessions and tokens die now, its posts are free from today."""
    by = access.acting(by)
    access.refuse_oneself(by, staff_id)
    staff = access.staff_of(by, staff_id)
    if not staff.is_active:
        raise Missing(_("Tài khoản này đã kết thúc."))
    staff.is_active = False
    staff.password = passwords.UNSET
    staff.auth_epoch += 1
    staff.save(update_fields=["is_active", "password", "auth_epoch"])
    forget_second_factor(staff)
    day = day_of(at)
    held = PostHolder.objects.select_for_update(of=("self",)).filter(
        staff=staff, period__endswith__isnull=True
    ) | PostHolder.objects.select_for_update(of=("self",)).filter(
        staff=staff, period__endswith__gt=day
    )
    posts = []
    for holding in held.order_by("id"):
        holding.period = _cut(holding.period, day)
        holding.save(update_fields=["period"])
        posts.append(holding.post_id)
    audit.record(StaffEnded(posts=tuple(posts)), subject=staff.ref, by=by, at=at)


def reset_password(*, staff_id: int, by: Actor, at: datetime) -> str:
    """A new one-time code for somebody who forgot the password. All sessions and tokens end."""
    return _new_code(staff_id, reopen=False, by=by, at=at)


def reopen_staff(*, staff_id: int, by: Actor, at: datetime) -> str:
    """Open an ended account again, without its posts. Returns the one-time code."""
    return _new_code(staff_id, reopen=True, by=by, at=at)


def _new_code(staff_id: int, *, reopen: bool, by: Actor, at: datetime) -> str:
    by = access.acting(by)
    access.refuse_oneself(by, staff_id)
    code = second_factor.one_time_code()
    encoded = passwords.hashed(code)
    with transaction.atomic():
        staff = access.staff_of(by, staff_id)
        if staff.is_active is reopen:
            raise Missing(
                _("Tài khoản này đang hoạt động.") if reopen else _("Tài khoản này đã kết thúc.")
            )
        staff.is_active = True
        staff.password = encoded
        staff.must_change_password = True
        staff.password_valid_until = at + timedelta(days=CODE_DAYS)
        staff.auth_epoch += 1
        staff.save(
            update_fields=[
                "is_active", "password", "must_change_password", "password_valid_until",
                "auth_epoch",
            ]
        )  # fmt: skip
        fact = StaffReopened() if reopen else PasswordReset()
        audit.record(fact, subject=staff.ref, by=by, at=at)
    return code


@transaction.atomic
def reset_second_factor(*, staff_id: int, by: Actor, at: datetime) -> None:
    """Take the device of somebody who lost it out of use. All sessions and tokens end."""
    by = access.acting(by)
    access.refuse_oneself(by, staff_id)
    staff = access.staff_of(by, staff_id)
    if staff.totp_confirmed_at is None:
        raise Missing(_("Tài khoản này chưa bật xác thực hai lớp."))
    staff.auth_epoch += 1
    staff.save(update_fields=["auth_epoch"])
    forget_second_factor(staff)
    audit.record(SecondFactorRemoved(), subject=staff.ref, by=by, at=at)


@transaction.atomic
def make_post(*, agency_id: int, title: str, first_day: date, by: Actor, at: datetime) -> int:
    """A new post in an agency, from `first_day` on. Returns its id."""
    by = access.acting(by)
    access.require_agency(by, agency_id)
    post = Post.objects.create(agency_id=agency_id, title=title, period=DateRange(first_day, None))
    audit.record(PostMade(agency_id=agency_id, first_day=first_day), subject=post.ref, by=by, at=at)
    return post.pk


@transaction.atomic
def end_post(*, post_id: int, last_day: date, by: Actor, at: datetime) -> None:
    """End a post with its holder, duties and delegations."""
    by = access.acting(by)
    post = access.post_of(by, post_id)
    access.refuse_oneself(by, _holder_of(post, day_of(at)))
    _refuse_past(last_day, at=at)
    end = last_day + timedelta(days=1)
    post.period = _cut(post.period, end)
    post.save(update_fields=["period"])
    rows: list[PostHolder | PostDuty] = [
        *post.holders.order_by("id"),
        *post.duties.order_by("id"),
    ]
    for row in rows:
        if row.period.upper is None or row.period.upper > end:
            row.period = _cut(row.period, end)
            row.save(update_fields=["period"])
    Delegation.objects.filter(from_post=post, ended_at__isnull=True).update(ended_at=at)
    Delegation.objects.filter(to_post=post, ended_at__isnull=True).update(ended_at=at)
    audit.record(PostEnded(last_day=last_day), subject=post.ref, by=by, at=at)


@transaction.atomic
def place_holder(
    *,
    post_id: int,
    staff_id: int,
    first_day: date,
    by: Actor,
    at: datetime,
    last_day: date | None = None,
) -> None:
    """Let somebody of the unit hold a post. PostTaken when another holds it in that time."""
    by = access.acting(by)
    access.refuse_oneself(by, staff_id)
    post = access.post_of(by, post_id)
    staff = access.staff_of(by, staff_id)
    if not staff.is_active:
        raise Missing(_("Tài khoản này đã kết thúc."))
    _refuse_past(first_day, at=at)
    period = DateRange(first_day, last_day + timedelta(days=1) if last_day else None)
    if last_day is not None and last_day < first_day:
        raise Invalid({"last_day": _("Ngày cuối phải từ ngày đầu trở đi.")})
    other = (
        PostHolder.objects.filter(post=post, period__overlap=period)
        .order_by("period")
        .values_list("staff__full_name", flat=True)
        .first()
    )
    if other is not None:
        raise PostTaken(_("Vị trí này đang do %(name)s giữ trong thời gian đó.") % {"name": other})
    PostHolder.objects.create(post=post, staff=staff, period=period)
    audit.record(
        HolderPlaced(staff_id=staff_id, first_day=first_day), subject=post.ref, by=by, at=at
    )


@transaction.atomic
def end_holding(*, holding_id: int, last_day: date, by: Actor, at: datetime) -> None:
    """Let a holder give the post up; `last_day` may be yesterday, which means now."""
    by = access.acting(by)
    holding = PostHolder.objects.select_for_update(of=("self",)).filter(pk=holding_id).first()
    if holding is None:
        raise Missing(_("Không có việc giữ vị trí này."))
    post = access.post_of(by, holding.post_id)
    access.refuse_oneself(by, holding.staff_id)
    _refuse_past(last_day, at=at)
    holding.period = _cut(holding.period, last_day + timedelta(days=1))
    holding.save(update_fields=["period"])
    audit.record(
        HolderEnded(staff_id=holding.staff_id, last_day=last_day), subject=post.ref, by=by, at=at
    )


@transaction.atomic
def give_duty(
    *,
    post_id: int,
    duty: Duty,
    reach: Reach,
    first_day: date,
    by: Actor,
    at: datetime,
    procedures: Collection[str] | None = None,
) -> None:
    """Charge a post with a duty, for some procedures or (None) for all."""
    by = access.acting(by)
    post = access.post_of(by, post_id)
    access.refuse_oneself(by, _holder_of(post, day_of(at)))
    access.require_giving(by, duty=duty, reach=reach)
    _refuse_past(first_day, at=at)
    codes = tuple(sorted(procedures)) if procedures else None
    period = DateRange(first_day, None)
    if PostDuty.objects.filter(
        post=post, duty=duty, reach=reach, procedures=codes, period__overlap=period
    ).exists():
        raise PostTaken(_("Vị trí này đã có nhiệm vụ đó."))
    PostDuty.objects.create(
        post=post, duty=duty, reach=reach, procedures=codes and list(codes), period=period
    )
    audit.record(
        DutyGiven(duty=duty, reach=reach, procedures=codes, first_day=first_day),
        subject=post.ref,
        by=by,
        at=at,
    )


@transaction.atomic
def end_duty(*, duty_id: int, last_day: date, by: Actor, at: datetime) -> None:
    """Take a duty from a post; `last_day` may be yesterday, which means now."""
    by = access.acting(by)
    row = PostDuty.objects.select_for_update(of=("self",)).filter(pk=duty_id).first()
    if row is None:
        raise Missing(_("Không có nhiệm vụ này."))
    post = access.post_of(by, row.post_id)
    access.refuse_oneself(by, _holder_of(post, day_of(at)))
    _refuse_past(last_day, at=at)
    row.period = _cut(row.period, last_day + timedelta(days=1))
    row.save(update_fields=["period"])
    audit.record(DutyEnded(duty=row.duty, last_day=last_day), subject=post.ref, by=by, at=at)


@transaction.atomic
def lend_duty(
    *,
    from_post: int,
    to_post: int,
    duty: Duty,
    procedures: Collection[str] | None,
    first_day: date,
    last_day: date,
    basis: str,
    by: Actor,
    at: datetime,
) -> int:
    """Delegate a duty of one post to another of the unit, for a period, by a document (ủy quyền).

    What was lent cannot be lent on (Luật 72/2025/QH15): the lender must hold the duty itself.
    """
    by = access.acting(by)
    lender, borrower = access.post_of(by, from_post), access.post_of(by, to_post)
    day = day_of(at)
    access.refuse_oneself(by, _holder_of(lender, day))
    access.refuse_oneself(by, _holder_of(borrower, day))
    if lender.pk == borrower.pk:
        raise Invalid({"to_post": _("Chọn một vị trí khác để ủy quyền.")})
    if last_day < first_day:
        raise Invalid({"last_day": _("Ngày cuối phải từ ngày đầu trở đi.")})
    _refuse_past(first_day, at=at)
    period = DateRange(first_day, last_day + timedelta(days=1))
    if not PostDuty.objects.filter(post=lender, duty=duty, period__overlap=period).exists():
        raise Invalid({"duty": _("Vị trí ủy quyền không giữ nhiệm vụ này trong thời gian đó.")})
    codes = tuple(sorted(procedures)) if procedures else None
    row = Delegation.objects.create(
        from_post=lender,
        to_post=borrower,
        duty=duty,
        procedures=codes and list(codes),
        period=period,
        basis=basis,
        created_at=at,
    )
    audit.record(
        DutyLent(
            delegation_id=row.pk,
            to_post=to_post,
            duty=duty,
            procedures=codes,
            first_day=first_day,
            last_day=last_day,
        ),
        subject=lender.ref,
        by=by,
        at=at,
    )
    return row.pk


@transaction.atomic
def end_delegation(*, delegation_id: int, by: Actor, at: datetime) -> None:
    """End a delegation now."""
    by = access.acting(by)
    row = access.delegation_of(by, delegation_id)
    if row.ended_at is not None:
        raise Missing(_("Ủy quyền này đã kết thúc."))
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    audit.record(
        DelegationEnded(delegation_id=row.pk),
        subject=f"accounts.Post:{row.from_post_id}",
        by=by,
        at=at,
    )


def _holder_of(post: Post, day: date) -> int | None:
    return post.holders.filter(period__contains=day).values_list("staff_id", flat=True).first()


def _cut(period: DateRange, end: date) -> DateRange:
    """The period up to `end` (exclusive); empty when it would not have begun."""
    if period.isempty or (period.upper is not None and period.upper <= end):
        return period
    if period.lower is not None and period.lower >= end:
        return DateRange(empty=True)
    return DateRange(period.lower, end)


def _refuse_past(day: date, *, at: datetime) -> None:
    """What was so stays so: a change reaches back to yesterday's end at most."""
    if day < day_of(at) - timedelta(days=1):
        raise Invalid({"day": _("Ngày này đã qua: chỉ thay đổi được từ hôm nay trở đi.")})
