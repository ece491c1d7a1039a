"""The door of notify: telling people, in their language, once per occasion.

`tell` (citizens) and `tell_staff` write what is due in the caller's transaction: the inbox always,
the open channels where the person wants them and the installation has them; sending follows the
commit and is never done twice. `inbox_of`, `unread_count` and `mark_read` serve the reader,
`deliveries_of` who looks after the thing,
`undelivered` and `try_again` the operators. Other gateways of SMS and Zalo come in by
`register_gateway`; their delivery reports, signed, by `hear`. `KINDS` names the letters.
"""

from haicap.notify import simulator as simulator
from haicap.notify.actions import (
    deliver,
    hear,
    mark_read,
    tell,
    tell_staff,
    try_again,
)
from haicap.notify.gateways import register_gateway
from haicap.notify.letters import KINDS
from haicap.notify.queries import (
    MessageView,
    Undelivered,
    deliveries_of,
    inbox_of,
    staff_wants,
    undelivered,
    unread_count,
)

__all__ = [
    "KINDS",
    "MessageView",
    "Undelivered",
    "deliver",
    "deliveries_of",
    "hear",
    "inbox_of",
    "mark_read",
    "register_gateway",
    "staff_wants",
    "tell",
    "tell_staff",
    "try_again",
    "undelivered",
    "unread_count",
]
