"""One's own account: password, second factor, tokens for the API."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.accounts import passwords, queries, second_factor
from haicap.accounts.access import own_id
from haicap.accounts.actions.signing_in import CODES, SignInClosed, subject_of
from haicap.accounts.events import (
    PasswordChanged,
    SecondFactorEnrolled,
    SecondFactorRemoved,
    TokenGiven,
    TokenRevoked,
)
from haicap.accounts.models import ApiToken, Citizen, Staff, WebSession
from haicap.accounts.throttle import (
    attempt_failed,
    attempts_clear,
    attempts_closed,
    seconds_until,
)
from haicap.audit import public as audit
from haicap.kernel.actor import Actor
from haicap.kernel.errors import Invalid, Missing
from haicap.kernel.vietnamese import clean

TOKEN_DAYS = 365
ENROL_SECONDS = 900


def change_password(*, session_id: int, old: str, new: str, by: Actor, at: datetime) -> str:
    """Set one's own password. Returns this session's new token: every other session and token ends.

    Invalid (fields `old`, `new`), SignInClosed after five wrong old ones. Not inside a transaction.
    """
    staff = Staff.objects.get(pk=own_id(by))
    key = f"password:{staff.pk}"
    _refuse_closed(key, at=at)
    if not passwords.matches(old, staff.password):
        attempt_failed(key, at=at, limit=CODES[0], close_for=CODES[1])
        raise Invalid({"old": _("Mật khẩu đang dùng không đúng.")})
    fault = passwords.fault_of(new, login=staff.login, full_name=staff.full_name)
    if not fault and old == new:
        fault = _("Mật khẩu mới phải khác mật khẩu đang dùng.")
    if fault:
        raise Invalid({"new": fault})
    encoded = passwords.hashed(new)
    attempts_clear(key)
    with transaction.atomic():
        locked = Staff.objects.select_for_update(of=("self",)).get(pk=staff.pk)
        if locked.auth_epoch != staff.auth_epoch:
            raise Missing(_("Tài khoản vừa thay đổi. Xin đăng nhập lại."))
        locked.password = encoded
        locked.password_valid_until = None
        locked.must_change_password = False
        locked.auth_epoch += 1
        locked.save(
            update_fields=[
                "password", "password_valid_until", "must_change_password", "auth_epoch",
            ]
        )  # fmt: skip
        token = _keep_session(session_id, epoch=locked.auth_epoch, staff_id=staff.pk)
        audit.record(PasswordChanged(), subject=staff.ref, by=by, at=at)
    return token


def _refuse_closed(key: str, *, at: datetime) -> None:
    until = attempts_closed(key, at=at)
    if until is not None:
        raise SignInClosed(
            _("Đã nhập sai nhiều lần. Xin chờ ít phút rồi thử lại."),
            retry_after=seconds_until(until, at=at),
        )


def _keep_session(session_id: int, *, epoch: int, staff_id: int) -> str:
    """This session lives on under a new token; the others are of an older epoch."""
    token = secrets.token_urlsafe(32)
    WebSession.objects.filter(pk=session_id, staff_id=staff_id).update(
        auth_epoch=epoch, token_hash=queries.hash_of(token)
    )
    return token


def begin_second_factor(*, by: Actor) -> tuple[str, str]:
    """A fresh secret to show, and the same sealed for the form; nothing is stored until it is
    confirmed."""
    secret = second_factor.new_secret()
    return secret, second_factor.sealed(f"{by.person}:{secret}")


def offered_secret(sealed: str, *, by: Actor) -> str | None:
    """The secret of `begin_second_factor`, from the form; None when it is too old or another's."""
    text = second_factor.opened(sealed, valid_seconds=ENROL_SECONDS) or ""
    person, _colon, secret = text.partition(":")
    return secret if secret and person == str(by.person) else None


@transaction.atomic
def enrol_second_factor(
    *, session_id: int, sealed: str, code: str, by: Actor, at: datetime
) -> None:
    """Take the device into use, after a code from it. Invalid (field `code`) when that is wrong."""
    secret = offered_secret(sealed, by=by)
    if secret is None:
        raise Invalid({"code": _("Đã quá lâu. Xin quét lại mã hình mới.")})
    step = second_factor.step_of(code, secret=secret, after_step=0, at=at)
    if step is None:
        raise Invalid({"code": _("Mã không đúng. Xin xem giờ của điện thoại rồi nhập mã mới.")})
    staff = Staff.objects.select_for_update(of=("self",)).get(pk=own_id(by))
    if staff.totp_confirmed_at is not None:
        raise Invalid({"code": _("Tài khoản đã bật xác thực hai lớp.")})
    staff.totp_secret = second_factor.sealed(secret)
    staff.totp_confirmed_at = at
    staff.totp_last_step = step
    staff.save(update_fields=["totp_secret", "totp_confirmed_at", "totp_last_step"])
    WebSession.objects.filter(pk=session_id, staff=staff).update(second_factor_at=at)
    audit.record(SecondFactorEnrolled(), subject=staff.ref, by=by, at=at)


def remove_second_factor(*, code: str, by: Actor, at: datetime) -> None:
    """Take one's own device out of use, with a code from it. Invalid (field `code`),
    SignInClosed."""
    key = f"code:{by.person}"
    _refuse_closed(key, at=at)
    with transaction.atomic():
        staff = Staff.objects.select_for_update(of=("self",)).get(pk=own_id(by))
        secret = second_factor.opened(staff.totp_secret) or ""
        step = secret and second_factor.step_of(
            code, secret=secret, after_step=staff.totp_last_step, at=at
        )
        if step:
            forget_second_factor(staff)
            audit.record(SecondFactorRemoved(), subject=staff.ref, by=by, at=at)
            return
    attempt_failed(key, at=at, limit=CODES[0], close_for=CODES[1])
    raise Invalid({"code": _("Mã xác thực không đúng hoặc đã dùng.")})


def forget_second_factor(staff: Staff) -> None:
    """Clear the device's secret; no session counts as proved twice. Codes used up stay used up."""
    staff.totp_secret = ""
    staff.totp_confirmed_at = None
    staff.save(update_fields=["totp_secret", "totp_confirmed_at"])
    WebSession.objects.filter(staff=staff).update(second_factor_at=None)


@transaction.atomic
def give_token(
    *,
    label: str,
    by: Actor,
    at: datetime,
    days: int = TOKEN_DAYS,
    trusted_device: bool = False,
) -> str:
    """A token for the API with the rights of `by` in the post of `by`. Shown once; only its hash
    is kept.

    `trusted_device` lets it say when things happened: for counters that work offline, given by the
    command line only.
    """
    text = clean(label)
    if not text or len(text) > 100:
        raise Invalid({"label": _("Cần một tên gợi nhớ, dài nhất 100 ký tự.")})
    if not 1 <= days <= TOKEN_DAYS:
        raise Invalid({"days": _("Thời hạn từ 1 đến 365 ngày.")})
    token = f"haicap_{secrets.token_urlsafe(32)}"
    if by.is_staff:
        staff = Staff.objects.get(pk=own_id(by), is_active=True)
        row = ApiToken(staff=staff, post_id=by.post, auth_epoch=staff.auth_epoch)
    else:
        citizen = Citizen.objects.get(party_id=own_id(by), is_active=True)
        row = ApiToken(citizen=citizen, auth_epoch=citizen.auth_epoch)
    row.token_hash = queries.hash_of(token)
    row.label = text
    row.trusted_device = trusted_device
    row.created_at = at
    row.expires_at = at + timedelta(days=days)
    row.save()
    audit.record(
        TokenGiven(token_id=row.pk, trusted_device=trusted_device),
        subject=subject_of(by),
        by=by,
        at=at,
    )
    return token


@transaction.atomic
def revoke_token(*, token_id: int, by: Actor, at: datetime) -> None:
    """Revoke one of one's own tokens. Missing when it is not one's own, or revoked already."""
    own = {"staff_id": by.person} if by.is_staff else {"citizen__party_id": by.person}
    changed = ApiToken.objects.filter(pk=token_id, revoked_at__isnull=True, **own)
    if not changed.update(revoked_at=at):
        raise Missing(_("Mã truy cập này đã được thu hồi."))
    audit.record(TokenRevoked(token_id=token_id), subject=subject_of(by), by=by, at=at)
