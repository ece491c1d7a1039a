"""The door of notify: telling people, in their language, once per occasion.

`tell` writes what is due (inbox always; e-mail and SMS where the person and the installation have
them) in the caller's transaction; sending follows the commit. `inbox_of`, `unread_count` and
`mark_read` serve the person, `undelivered` and `try_again` the operators. Other SMS gateways come
in by `register_sms`, their delivery reports by `report`.
"""

from haicap.notify.actions import deliver, mark_read, report, tell, try_again
from haicap.notify.gateways import register_sms
from haicap.notify.queries import MessageView, Undelivered, inbox_of, undelivered, unread_count

__all__ = [
    "MessageView",
    "Undelivered",
    "deliver",
    "inbox_of",
    "mark_read",
    "register_sms",
    "report",
    "tell",
    "try_again",
    "undelivered",
    "unread_count",
]
