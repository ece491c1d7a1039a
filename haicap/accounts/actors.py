"""Actors made outside a request: for commands, jobs, tests and the API's header."""

from __future__ import annotations

from datetime import datetime

from haicap.accounts import queries
from haicap.kernel.actor import Actor
from haicap.kernel.errors import Missing, NotAllowed


class NobodyThere(Missing):
    """No such account, or it is locked."""


class TokenRefused(NotAllowed):
    """The token opens nothing (HTTP 401 at the edge)."""

    status = 401


def actor_of(*, staff_id: int, post_id: int | None, at: datetime, source: str = "screen") -> Actor:
    """A member of staff in a post, with the duties held at `at`, own and lent. NobodyThere if
    locked.

    A post the person does not hold that day gives an actor without post and duties.
    """
    who = queries.by_staff(staff_id, post_id=post_id, at=at, source=source)
    if who is None:
        raise NobodyThere("Không có tài khoản này, hoặc tài khoản đã khóa.")
    return who.actor


def citizen_actor(
    *, party_id: int, at: datetime, level: int | None = None, source: str = "screen"
) -> Actor:
    """A citizen by party; without `level` that of the last sign-in counts (0 when there was
    none)."""
    actor = queries.by_party(party_id, level=level, at=at, source=source)
    if actor is None:
        raise NobodyThere("Không có người này, hoặc tài khoản đã khóa.")
    return actor


def actor_from_token(header: str, *, at: datetime, request_id: str = "") -> Actor:
    """The actor of an `Authorization` header ("Bearer …"). TokenRefused when it opens nothing."""
    scheme, _, token = header.strip().partition(" ")
    who = None
    if scheme.lower() == "bearer" and token.strip():
        who = queries.by_token(token.strip(), at=at, request_id=request_id)
    if who is None:
        raise TokenRefused("Mã truy cập không đúng, đã hết hạn hoặc đã bị thu hồi.")
    return who.actor
