"""GET /deadlines/preview: what a limit would come to, with every step in words."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Query, Router, Schema
from pydantic import BeforeValidator, Field

from haicap.deadlines import public as deadlines
from haicap.deadlines.calendar import YearNotCovered
from haicap.kernel.clock import VIETNAM, day_of
from haicap.kernel.errors import Invalid

router = Router(tags=["deadlines"])

_LOST_PLUS = re.compile(r"(?<=:\d\d) (?=\d\d:?\d\d$)")


def _plus(value: Any) -> Any:
    # In an address a plain + means a blank; the zone +07:00 arrives without its sign.
    return _LOST_PLUS.sub("+", value) if isinstance(value, str) else value


class Limit(Schema):
    """A limit to be counted."""

    received_at: Annotated[datetime, BeforeValidator(_plus)] = Field(
        description="The arrival, ISO 8601; without a zone it is Vietnamese time."
    )
    amount: int = Field(1, description="Whole number; plays no part for SAME_DAY and IMMEDIATE.")
    time_unit: deadlines.TimeUnit = Field(description="MINUTE and HOUR are working time.")
    policy: deadlines.Policy = Field(
        deadlines.Policy.END_OF_DAY,
        description="For WORKING_DAY only: up to closing time, or 8 working hours each.",
    )


class Preview(Schema):
    """When it would be due, and why."""

    due_at: datetime
    starts_at: datetime = Field(description="From when on it counts.")
    calendar: int = Field(description="Number of the calendar version counted with.")
    explanation: list[str] = Field(description="Every step in words, in order.")


@router.get("/deadlines/preview", response=Preview, auth=None, summary="Count a time limit")
def preview(request: HttpRequest, limit: Query[Limit]) -> dict[str, Any]:
    """Count with the calendar of today. A year without published holidays is refused (422)."""
    version = deadlines.calendar_at(day=day_of(request.at))  # type: ignore[attr-defined]
    received = limit.received_at
    try:
        due = deadlines.due_at(
            received_at=received if received.tzinfo else received.replace(tzinfo=VIETNAM),
            amount=limit.amount,
            time_unit=limit.time_unit,
            policy=limit.policy,
            calendar=version.calendar,
        )
    except YearNotCovered as refusal:
        raise Invalid({"received_at": str(refusal)}) from refusal
    return {
        "due_at": due.due_at,
        "starts_at": due.starts_at,
        "calendar": version.number,
        "explanation": deadlines.explain(
            due=due, calendar=version.calendar, language=get_language() or "vi"
        ),
    }
