"""Passwords of staff: Argon2id, two at a time, and what a password must be like."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from haicap.kernel.errors import TooMany
from haicap.kernel.vietnamese import fold_accents

SHORTEST = 10
LONGEST = 128
# No password at all: nothing matches it, and trying costs the same as with one.
UNSET = "!"
AT_ONCE = 2
WAIT_SECONDS = 5.0
_gate = threading.BoundedSemaphore(AT_ONCE)


class Busy(TooMany):
    """More people are signing in than this process can hash for."""


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for one of the two places. 2,500 sign-ins in five minutes must not take the machine."""
    if not _gate.acquire(timeout=WAIT_SECONDS):
        raise Busy(_("Nhiều người đang đăng nhập, xin thử lại sau ít giây."), retry_after=5)
    try:
        yield
    finally:
        _gate.release()


class Argon2id(Argon2PasswordHasher):
    """19 MiB, two passes, one lane: about 20 CPU-ms (OWASP's floor; Django's default costs ten
    times that)."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _turn():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _turn():
            return super().verify(password, encoded)


def _typed(password: str) -> str:
    """Keyboards send the same Vietnamese letter composed or decomposed."""
    return unicodedata.normalize("NFC", password)


def matches(password: str, encoded: str) -> bool:
    """Whether the password is the one; takes as long for UNSET as for a real hash. Busy when
    crowded."""
    if len(password) > LONGEST:
        return check_password("", UNSET)
    return check_password(_typed(password), encoded)


def hashed(password: str) -> str:
    """What is stored. Busy when crowded."""
    return make_password(_typed(password))


def fault_of(password: str, *, login: str, full_name: str) -> str:
    """Why this cannot be a password, as a sentence; empty when it can."""
    folded = fold_accents(_typed(password)).lower()
    name = fold_accents(full_name).lower()
    if len(password) < SHORTEST:
        return _("Mật khẩu cần ít nhất %(count)s ký tự. Một câu dễ nhớ là tốt nhất.") % {
            "count": SHORTEST
        }
    if len(password) > LONGEST:
        return _("Mật khẩu dài quá %(count)s ký tự.") % {"count": LONGEST}
    if login.lower() in folded or name.replace(" ", "") in folded.replace(" ", ""):
        return _("Mật khẩu không được chứa tên đăng nhập hoặc họ tên.")
    if len(set(folded)) < 4:
        return _("Mật khẩu lặp lại quá ít ký tự, dễ đoán.")
    try:
        _common().validate(folded)
    except ValidationError:
        return _("Mật khẩu này quá phổ biến, dễ đoán.")
    return ""


@cache
def _common() -> CommonPasswordValidator:
    """Twenty thousand passwords everybody uses; read when the first one is changed."""
    return CommonPasswordValidator()
