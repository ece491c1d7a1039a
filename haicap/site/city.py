"""The demo city, put together from what each module loads: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction

from haicap.accounts import load as accounts_load
from haicap.audit import public as audit
from haicap.catalogue import load as catalogue_load
from haicap.deadlines import load as deadlines_load
from haicap.dossiers import load as dossiers_load
from haicap.kernel.actor import system
from haicap.kernel.clock import day_of
from haicap.payments import load as payments_load
from haicap.units import load as units_load
from haicap.units import public as units

LOADER = system("load-city")
DOSSIERS = 20_000

Say = Callable[[str, str], None]


def is_empty(*, at: datetime) -> bool:
    """Whether there is no city yet. A load that was interrupted left nothing."""
    return not units.agencies_at(day_of(at), limit=1)


def load(*, people: bool, dossiers: int, at: datetime, say: Say) -> None:
    """Load facts (units, agencies, calendar, procedures), and for the demo people and dossiers.

    Repeating it changes nothing that is there; more dossiers are added up to the number asked for.
    """
    with transaction.atomic():
        run("set local idle_in_transaction_session_timeout = 0")  # much is thought out in between
        say("đơn vị hành chính và cơ quan", "territories and agencies")
        city = units_load.load_city(by=LOADER, at=at)
        say("lịch làm việc và ngày nghỉ", "the working calendar")
        deadlines_load.load_calendar(by=LOADER, at=at)
        say("1.494 thủ tục", "1,494 procedures")
        catalogue_load.load_catalogue(by=LOADER, at=at)
        if people:
            say("cán bộ, các vai và người dân hư cấu", "staff, the cast, fictitious citizens")
            # People were there before their dossiers: what dossiers say of them was known then.
            opened = dossiers_load.OPENED
            audit.make_months(day=day_of(opened), months=dossiers_load.months_until(at))
            everybody = accounts_load.load_people(city, by=LOADER, at=opened)
            payments_load.load_demo_account()
        run("analyze")
        if people:
            say(f"{dossiers} hồ sơ mẫu", f"{dossiers} demo dossiers")
            dossiers_load.load_dossiers(
                count=dossiers,
                people=everybody.parties,
                citizens=everybody.citizens,
                by=LOADER,
                at=at,
                progress=Tenths(say),
            )


def run(statement: str) -> None:
    """A statement without an answer. `analyze` tells the planner of tables that were empty."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


class Tenths:
    """Tells progress after each tenth, not after each batch."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.told = 0

    def __call__(self, done: int, total: int) -> None:
        tenth = done * 10 // max(total, 1)
        if tenth > self.told:
            self.told = tenth
            self.say(f"  {done} hồ sơ, {tenth * 10} %", f"{done} dossiers")


def cast_table() -> str:
    """Who can sign in to the demo, with what, and what they can do."""
    rows = accounts_load.cast()
    who = max(len(row.who) for row in rows)
    login = max(len(row.login) for row in rows)
    lines = []
    for row in rows:
        secret = row.password or "(không cần)"
        lines.append(f"  {row.who:{who}}  {row.login:{login}}  {secret:11}  {row.what}")
        lines.append(f"  {'':{who + login + 2 + 2 + 11}}  {row.what_en}")
    return "\n".join(lines)
