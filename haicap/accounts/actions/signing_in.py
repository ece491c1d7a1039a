"""Opening and ending sessions: staff by password and code, citizens by what the identity provider
says."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from haicap.accounts import passwords, queries, second_factor
from haicap.accounts.access import own_id
from haicap.accounts.events import (
    CitizenProved,
    PostChosen,
    SessionsEnded,
    SignedIn,
    SignedOut,
    SignInRefused,
)
from haicap.accounts.models import Attempt, Citizen, Staff, WebSession
from haicap.accounts.oidc import Identity
from haicap.accounts.throttle import (
    attempt_failed,
    attempts_clear,
    attempts_closed,
    seconds_until,
)
from haicap.audit import public as audit
from haicap.kernel.actor import NOBODY, Actor, ActorKind
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Missing, Refusal, TooMany
from haicap.kernel.vietnamese import clean
from haicap.parties import public as parties

PROVED = 2  # the identity level at which the provider held the number against the person
STAFF_SESSION = timedelta(hours=12)
CITIZEN_SESSION = timedelta(hours=8)
TICKET_SECONDS = 300
_TICKET_SALT = "haicap.accounts.second-factor"

# A commune's office shares one address, and nobody must be able to lock a colleague out for long.
HERE = (5, timedelta(minutes=5))  # one name from one address
ANYWHERE = (20, timedelta(minutes=15))  # one name from everywhere
ADDRESS = (60, timedelta(minutes=5))  # every name from one address
CODES = (5, timedelta(minutes=5))


class WrongSignIn(Refusal):
    """Name or password (or both) are wrong; which of them is not said."""

    status = 422


class WrongCode(Refusal):
    """The six digits are wrong, too old, or were used before."""

    status = 422


class SignInClosed(TooMany):
    """Too many failures; open again after `retry_after` seconds."""


class AccountLocked(Refusal):
    """The citizen's account was locked by an administrator."""

    status = 403


class AnotherPerson(Refusal):
    """The provider says of a known account that it is somebody else: nobody's papers are shown."""

    status = 403


@dataclass(frozen=True, slots=True)
class Where:
    """The browser somebody signs in from; `replaces` is the session it had before."""

    ip: str = ""
    user_agent: str = ""
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A session was opened: its token goes into the cookie and is known nowhere else."""

    token: str
    session_id: int


@dataclass(frozen=True, slots=True)
class CodeNeeded:
    """The password was right; `ticket` goes with the six digits, for five minutes."""

    ticket: str


def sign_in(*, login: str, password: str, where: Where, at: datetime) -> Opened | CodeNeeded:
    """Open a session for a member of staff, or ask for the second factor. Not inside a transaction.

    WrongSignIn, SignInClosed (with Retry-After) or passwords.Busy. An unknown name takes as long
    as a known one.
    """
    name = clean(login).lower()[:200]
    limits = {
        f"sign-in-here:{name}|{where.ip}": HERE,
        f"sign-in-name:{name}": ANYWHERE,
        f"sign-in-address:{where.ip}": ADDRESS,
    }
    _refuse_closed(*limits, at=at)
    staff = Staff.objects.alias(low=Lower("login")).filter(low=name).first()
    may_enter = (
        staff is not None
        and staff.is_active
        and (settings.DEMO or not staff.is_demo)
        and (staff.password_valid_until is None or staff.password_valid_until > at)
    )
    right = passwords.matches(
        password, staff.password if staff is not None and may_enter else passwords.UNSET
    )
    if staff is None or not right:
        for key, (limit, close_for) in limits.items():
            attempt_failed(key, at=at, limit=limit, close_for=close_for)
        # Unknown names are noted too (as account 0): the answer takes as long as for known ones.
        reason = "unknown" if staff is None else "password" if may_enter else "locked"
        _note_refusal(staff.pk if staff else 0, reason, at=at)
        raise WrongSignIn(_("Tên đăng nhập hoặc mật khẩu không đúng."))
    attempts_clear(f"sign-in-here:{name}|{where.ip}")
    if staff.totp_confirmed_at is not None:
        return CodeNeeded(ticket=signing.dumps([staff.pk, staff.auth_epoch], salt=_TICKET_SALT))
    return _open_staff(staff_id=staff.pk, where=where, method="password", at=at)


def confirm_code(*, ticket: str, code: str, where: Where, at: datetime) -> Opened:
    """Open the session whose password was right, with the six digits. Not inside a transaction.

    WrongSignIn when the ticket is too old, WrongCode, SignInClosed.
    """
    try:
        staff_id, epoch = signing.loads(ticket, salt=_TICKET_SALT, max_age=TICKET_SECONDS)
    except (signing.BadSignature, ValueError):
        raise WrongSignIn(_("Đã quá lâu từ lúc nhập mật khẩu. Xin đăng nhập lại.")) from None
    key = f"code:{staff_id}"
    _refuse_closed(key, at=at)
    with transaction.atomic():
        staff = (
            Staff.objects.select_for_update(of=("self",))
            .filter(pk=staff_id, auth_epoch=epoch, is_active=True)
            .first()
        )
        if staff is None:
            raise WrongSignIn(_("Tài khoản vừa thay đổi. Xin đăng nhập lại."))
        step = _step(staff, code, at=at)
        if step is not None:
            staff.totp_last_step = step
            # Sealed anew: whoever signed in once needs the secret key of before no more.
            staff.totp_secret = second_factor.sealed(second_factor.opened(staff.totp_secret) or "")
            staff.save(update_fields=["totp_last_step", "totp_secret"])
            opened = _open_staff(staff_id=staff.pk, where=where, method="totp", at=at)
            attempts_clear(key)
            return opened
    attempt_failed(key, at=at, limit=CODES[0], close_for=CODES[1])
    _note_refusal(staff.pk, "totp", at=at)
    raise WrongCode(_("Mã xác thực không đúng hoặc đã dùng. Xin chờ mã mới rồi nhập lại."))


def _step(staff: Staff, code: str, *, at: datetime) -> int | None:
    secret = second_factor.opened(staff.totp_secret)
    if secret is None or staff.totp_confirmed_at is None:
        return None
    return second_factor.step_of(code, secret=secret, after_step=staff.totp_last_step, at=at)


def _refuse_closed(*keys: str, at: datetime) -> None:
    until = attempts_closed(*keys, at=at)
    if until is not None:
        seconds = seconds_until(until, at=at)
        raise SignInClosed(
            _("Đã nhập sai nhiều lần. Xin thử lại sau %(minutes)s phút.")
            % {"minutes": (seconds + 59) // 60},
            retry_after=seconds,
        )


@transaction.atomic
def _note_refusal(staff_id: int, reason: str, *, at: datetime) -> None:
    subject = f"accounts.Staff:{staff_id}"
    audit.record(SignInRefused(reason=reason), subject=subject, by=NOBODY, at=at)


@transaction.atomic
def _open_staff(*, staff_id: int, where: Where, method: str, at: datetime) -> Opened:
    staff = Staff.objects.get(pk=staff_id)
    posts = queries.posts_of(staff_id=staff_id, day=day_of(at))
    post_id = posts[0].post_id if len(posts) == 1 else None
    token = secrets.token_urlsafe(32)
    session = WebSession.objects.create(
        token_hash=queries.hash_of(token),
        staff=staff,
        post_id=post_id,
        auth_epoch=staff.auth_epoch,
        second_factor_at=at if method == "totp" else None,
        ip=where.ip[:64],
        user_agent=clean(where.user_agent)[:300],
        created_at=at,
        last_seen_at=at,
        expires_at=at + STAFF_SESSION,
    )
    by = Actor(kind=ActorKind.STAFF, person=staff_id, name=staff.full_name, post=post_id)
    _end([where.replaces], at=at)
    audit.record(SignedIn(session_id=session.pk, method=method), subject=staff.ref, by=by, at=at)
    return Opened(token=token, session_id=session.pk)


@transaction.atomic
def sign_in_citizen(*, identity: Identity, where: Where, at: datetime) -> Opened:
    """Open a session for the citizen the identity provider vouches for; the first time, make the
    account.

    From level 2 on the party is found by the personal number, so that papers handed in at a counter
    are there at once. At level 1 the number is the person's own word: the account has a party of
    its own until the number is proved (docs/decisions/a-number-of-level-1.md).
    """
    by = Actor(kind=ActorKind.CITIZEN, name=identity.name, identity_level=identity.level)
    citizen = (
        Citizen.objects.select_for_update(of=("self",))
        .filter(issuer=identity.issuer, subject=identity.subject)
        .first()
    )
    if citizen is None:
        party = parties.find_or_add(declared=identity.declared(), by=by, at=at)
        # The provider may name the same person anew (a new account with the same number).
        citizen, _made = Citizen.objects.update_or_create(
            party_id=party.pk,
            defaults={"issuer": identity.issuer, "subject": identity.subject},
            create_defaults={
                "issuer": identity.issuer,
                "subject": identity.subject,
                "level": identity.level,
                "created_at": at,
            },
        )
    elif identity.level >= PROVED:
        _prove(citizen, identity, by=by, at=at)
    if not citizen.is_active:
        raise AccountLocked(_("Tài khoản này đang tạm khóa. Xin đến điểm tiếp nhận gần nhất."))
    citizen.level = identity.level
    citizen.last_sign_in_at = at
    citizen.save(update_fields=["level", "last_sign_in_at"])
    token = secrets.token_urlsafe(32)
    session = WebSession.objects.create(
        token_hash=queries.hash_of(token),
        citizen=citizen,
        auth_epoch=citizen.auth_epoch,
        level=identity.level,
        ip=where.ip[:64],
        user_agent=clean(where.user_agent)[:300],
        created_at=at,
        last_seen_at=at,
        expires_at=at + CITIZEN_SESSION,
    )
    _end([where.replaces], at=at)
    audit.record(
        SignedIn(session_id=session.pk, method="oidc", level=identity.level),
        subject=citizen.ref,
        by=Actor(
            kind=ActorKind.CITIZEN,
            person=citizen.party_id,
            name=identity.name,
            identity_level=identity.level,
        ),
        at=at,
    )
    return Opened(token=token, session_id=session.pk)


def _prove(citizen: Citizen, identity: Identity, *, by: Actor, at: datetime) -> None:
    """The provider has held the number against the person: from now on the account is the party
    that bears it. AnotherPerson when the account was another's before.
    """
    party = parties.find_or_add(declared=identity.declared(), by=by, at=at)
    if citizen.party_id == party.pk:
        return
    claimed = parties.identifiers_of([citizen.party_id]).get(citizen.party_id, {})
    number = claimed.get("personal_id", "")
    bearer = parties.find_by_number("personal_id", number)
    taken = Citizen.objects.filter(party_id=party.pk).exists()
    if taken or (bearer is not None and bearer.pk == citizen.party_id):
        raise AnotherPerson(_("Số định danh của tài khoản VNeID này đã đổi, cần xác minh lại."))
    was, citizen.party_id = citizen.party_id, party.pk
    citizen.save(update_fields=["party"])
    fact = CitizenProved(citizen_id=citizen.pk, was_party=was, party=party.pk)
    audit.record(fact, subject=f"parties.Party:{party.pk}", by=by, at=at)


def _end(session_ids: Sequence[int | None], *, at: datetime) -> None:
    WebSession.objects.filter(
        pk__in=[pk for pk in session_ids if pk is not None], ended_at__isnull=True
    ).update(ended_at=at)


def _own(by: Actor) -> dict[str, int]:
    return {"staff_id" if by.is_staff else "citizen__party_id": own_id(by)}


def subject_of(by: Actor) -> str:
    """The journal's subject for what somebody does to the own account."""
    return f"accounts.Staff:{by.person}" if by.is_staff else f"parties.Party:{by.person}"


@transaction.atomic
def sign_out(*, session_id: int, by: Actor, at: datetime) -> None:
    """End this session."""
    _end([session_id], at=at)
    audit.record(SignedOut(session_id=session_id), subject=subject_of(by), by=by, at=at)


@transaction.atomic
def end_session(*, session_id: int, by: Actor, at: datetime) -> None:
    """End one of one's own sessions. Missing when it is not one's own or has ended."""
    found = WebSession.objects.select_for_update(of=("self",)).filter(
        pk=session_id, ended_at__isnull=True, **_own(by)
    )
    if not found.exists():
        raise Missing(_("Phiên đăng nhập này đã kết thúc."))
    _end([session_id], at=at)
    audit.record(SessionsEnded(session_ids=(session_id,)), subject=subject_of(by), by=by, at=at)


@transaction.atomic
def end_other_sessions(*, keep: int, by: Actor, at: datetime) -> int:
    """End all of one's own sessions but the one in use. Returns how many."""
    ids = list(
        WebSession.objects.select_for_update(of=("self",))
        .filter(ended_at__isnull=True, expires_at__gt=at, **_own(by))
        .exclude(pk=keep)
        .order_by("id")
        .values_list("id", flat=True)
    )
    if ids:
        _end(ids, at=at)
        audit.record(SessionsEnded(session_ids=tuple(ids)), subject=subject_of(by), by=by, at=at)
    return len(ids)


@transaction.atomic
def choose_post(*, session_id: int, post_id: int, by: Actor, at: datetime) -> str:
    """Act in another post from now on. Returns the session's new token: rights changed, so does
    it."""
    held = queries.posts_of(staff_id=own_id(by), day=day_of(at))
    if post_id not in {post.post_id for post in held}:
        raise Missing(_("Hôm nay ông/bà không giữ vị trí này."))
    token = secrets.token_urlsafe(32)
    changed = WebSession.objects.filter(
        pk=session_id, staff_id=own_id(by), ended_at__isnull=True
    ).update(post_id=post_id, token_hash=queries.hash_of(token))
    if not changed:
        raise Missing(_("Phiên đăng nhập này đã kết thúc."))
    audit.record(
        PostChosen(session_id=session_id, post_id=post_id), subject=subject_of(by), by=by, at=at
    )
    return token


@transaction.atomic
def forget_old(*, at: datetime) -> int:
    """Drop sessions and counts of failures that ended over ninety days ago; the journal keeps
    what matters."""
    before = at - timedelta(days=90)
    Attempt.objects.filter(last_at__lt=before).delete()
    count, _kinds = WebSession.objects.filter(expires_at__lt=before).delete()
    return count
