"""The door of accounts: who acts, in which post, with which duties; marks that say who may see a
view.

`actor_of` and `citizen_actor` give the Actor every verb takes; duties lent by delegation are
already in it. `holders_of` says who may be given a task. The models are nouns of the house.
"""

from haicap.accounts.actors import actor_from_token, actor_of, citizen_actor
from haicap.accounts.demo import DemoCitizen
from haicap.accounts.demo import citizens as demo_citizens
from haicap.accounts.guards import citizen_page, public_page, signed_in_page, staff_page
from haicap.accounts.models import (
    DUTY_WORDS,
    Citizen,
    Delegation,
    Post,
    PostDuty,
    PostHolder,
    Staff,
)
from haicap.accounts.queries import (
    HolderView,
    holders_of,
    post_titles,
    posts_of,
    staff_names,
)
from haicap.accounts.session import Request
from haicap.accounts.throttle import attempt_failed, attempts_clear, attempts_closed

__all__ = [
    "DUTY_WORDS",
    "Citizen",
    "Delegation",
    "DemoCitizen",
    "HolderView",
    "Post",
    "PostDuty",
    "PostHolder",
    "Request",
    "Staff",
    "actor_from_token",
    "actor_of",
    "attempt_failed",
    "attempts_clear",
    "attempts_closed",
    "citizen_actor",
    "citizen_page",
    "demo_citizens",
    "holders_of",
    "post_titles",
    "posts_of",
    "public_page",
    "signed_in_page",
    "staff_names",
    "staff_page",
]
