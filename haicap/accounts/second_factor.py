"""The second factor of staff: a six-digit code from the phone (TOTP, RFC 6238), each code good
once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import secrets
from datetime import datetime

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

STEP_SECONDS = 30
ISSUER = "HaiCap"


def _box() -> MultiFernet:
    """Encrypts what the database must not give away; the key follows from the secret key. While a
    key is being replaced the one before still opens.
    """
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(key)) for key in keys])


def _key(secret_key: str) -> bytes:
    digest = hashlib.sha256(b"haicap.accounts.totp:" + secret_key.encode()).digest()
    return base64.urlsafe_b64encode(digest)


def new_secret() -> str:
    """A fresh secret, in the letters that may be typed into the app by hand."""
    return pyotp.random_base32()


def sealed(text: str) -> str:
    """Encrypted for keeping, or for a hidden field of a form."""
    return _box().encrypt(text.encode()).decode()


def opened(text: str, *, valid_seconds: int | None = None) -> str | None:
    """What `sealed` closed; None when it is not ours, or older than `valid_seconds`."""
    try:
        return _box().decrypt(text.encode(), ttl=valid_seconds).decode()
    except InvalidToken:
        return None


def step_of(code: str, *, secret: str, after_step: int, at: datetime) -> int | None:
    """The time step whose code this is: now, the one before or the next; None when it is none of
    them, or not later than `after_step`, the last one used.
    """
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        return None
    totp = pyotp.TOTP(secret)
    now = int(at.timestamp()) // STEP_SECONDS
    found = [
        step
        for step in (now - 1, now, now + 1)
        if hmac.compare_digest(totp.generate_otp(step), digits)
    ]
    later = [step for step in found if step > after_step]
    return later[0] if later else None


def qr_svg(*, secret: str, login: str) -> str:
    """The enrolment as a QR code to show inline: dark on light whatever the theme, no style
    attributes."""
    address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        border=4,
        light="#fff",
        dark="#000",
        svgclass="qr",
        lineclass=None,
    )
    return out.getvalue().decode()


# No letters that look like each other: the code is read out or written on paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_code() -> str:
    """A first password to hand over: four groups, 78 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
