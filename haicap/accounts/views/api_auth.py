"""Who calls the API: `Authorization: Bearer <token>`, with the rights its person has on the
screens."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from haicap.accounts import queries


class BearerAuth(HttpBearer):
    """Sets `request.actor` and `request.account` from the token; None (401) for one that opens
    nothing."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        who = queries.by_token(
            token,
            at=request.at,  # type: ignore[attr-defined]
            request_id=request.request_id,  # type: ignore[attr-defined]
        )
        if who is None:
            return None
        request.actor, request.account = who.actor, who.account  # type: ignore[attr-defined]
        return who.actor
