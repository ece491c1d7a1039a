"""The one page that says what follows from what. Facts on the left, reactions on the right.

Inside reactions touch our tables only and run in one transaction with their done-mark; outside
ones run with no transaction open, one at a time for a thing. Lanes: people (somebody waits), soon,
night.
"""

from __future__ import annotations

from typing import Any

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.dossiers import public as dossiers
from haicap.payments import public as payments

facts, reactions = dossiers.events, dossiers.reactions


def wire() -> None:
    """Declare every reaction of the installation."""
    audit.react(facts.DossierAccepted, reactions.keep_receipt, outside=True, queue="people")
    audit.react(accounts.events.CitizenProved, reactions.follow_person, queue="people")
    audit.react(facts.CodeOwed, reactions.ask_for_owed_code, outside=True)
    for fact in reactions.SLIPS:
        audit.react(fact, reactions.keep_slip, outside=True, queue="people")
    audit.react(facts.RegisterAsked, reactions.print_register, outside=True)
    for end in reactions.ENDS:
        audit.react(end, reactions.keep_control_slip, outside=True)
    for told in reactions.TOLD:
        audit.react(told, reactions.tell_people)
    audit.react(payments.events.FeeDemanded, reactions.tell_of_money)
    audit.react(payments.events.MoneyReceived, reactions.tell_of_money)
    for asked in (facts.PostOrdered, facts.PostCancelAsked):
        audit.react(asked, reactions.call_the_post, outside=True)
    audit.react(facts.PostMoved, reactions.tell_of_post, reactions.return_delivered)
    for moved in payments.events.OF_A_DEMAND:
        audit.react(moved, reactions.follow_money, queue="people")


def on_app_ready(app: Any) -> None:
    """Called once by the job library when Django is ready."""
    wire()
