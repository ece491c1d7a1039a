"""What a draft would come to if it were handed in now: where it goes, what it costs, till when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from haicap.catalogue import public as catalogue
from haicap.deadlines import public as deadlines
from haicap.dossiers import routing
from haicap.dossiers.filing import Checked
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.units import public as units


@dataclass(frozen=True, slots=True)
class Outlook:
    """`competent` is empty where a coordinator will say it; `due_at` as if received now."""

    receiving: str
    competent: str
    fee: catalogue.FeeView
    due_at: datetime | None
    explained: tuple[str, ...]


def outlook(checked: Checked, *, by: Actor, at: datetime) -> Outlook:
    """The outlook of a filing without a fault."""
    day = day_of(at)
    rules = checked.rules
    receiving = routing.receiving_for(territory_id=checked.place_id, day=day)
    competent = routing.competent_for(
        authority=rules.authority,
        agency_code=rules.authority_agency_code,
        territory_id=checked.place_id,
        day=day,
    )
    names = units.agency_names([one for one in (receiving, competent) if one], day=day)
    due_at, explained = _promised(rules, at=at)
    return Outlook(
        receiving=names.get(receiving, ""),
        competent=names.get(competent or 0, ""),
        fee=catalogue.fee_for(
            rules.fee_rule_id,
            channel=checked.channel,
            answers=checked.answers,
            identity_level=by.identity_level,
            at=at,
        ),
        due_at=due_at,
        explained=explained,
    )


def _promised(
    rules: catalogue.VersionRules, *, at: datetime
) -> tuple[datetime | None, tuple[str, ...]]:
    if rules.deadline is None:
        return None, ()
    calendar = deadlines.calendar_at(day=day_of(at)).calendar
    due = deadlines.due_at(
        received_at=at,
        amount=rules.deadline.amount,
        time_unit=deadlines.TimeUnit(rules.deadline.time_unit),
        policy=deadlines.Policy(rules.deadline.policy),
        calendar=calendar,
    )
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    return due.due_at, tuple(deadlines.explain(due=due, calendar=calendar, language=language))
