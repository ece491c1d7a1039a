"""The door of accounts: who acts, in which post, with which duties; marks that say who may see a
view.

`actor_of` and `citizen_actor` give the Actor every verb takes; duties lent by delegation are
already in it. `public_page`, `citizen_page` and `staff_page(*duties)` mark views: one without a
mark is refused. `holders_of` says who may be given a task. `attempt_failed` and `attempts_closed`
slow guessing down. Staff and Post are nouns of the whole house: point at "accounts.Staff".
Requests carry `request.actor`; the API's callers bring a token (views/api_auth.py). The demo's
people are loaded by load.py. `events` are the facts, for site/wiring.py.
"""

from haicap.accounts import events as events
from haicap.accounts.actors import actor_of, citizen_actor
from haicap.accounts.guards import citizen_page, public_page, staff_page
from haicap.accounts.models import DUTY_WORDS, Post, Staff
from haicap.accounts.queries import HolderView, holders_of, post_titles, staff_names
from haicap.accounts.session import Request
from haicap.accounts.throttle import attempt_failed, attempts_closed

__all__ = [
    "DUTY_WORDS",
    "HolderView",
    "Post",
    "Request",
    "Staff",
    "actor_of",
    "attempt_failed",
    "attempts_closed",
    "citizen_actor",
    "citizen_page",
    "holders_of",
    "post_titles",
    "public_page",
    "staff_names",
    "staff_page",
]
