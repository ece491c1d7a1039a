"""The door of payments: what is owed for a thing, and every movement of money about it.

`demand` says so much is owed; `pay` takes it at the counter, `receive` what another system tells
of, once however often it tells; `waive`, `refund`, `attribute` as their names say. The state of a
demand follows from its movements in the database and is written by nobody. Money never moves the
state of the thing it is for: facts (`events`) say what happened, and site/wiring.py who listens.
`standing` and `lines_of` read back, `way_to_pay` gives the account and the VietQR picture.
"""

from haicap.payments import events
from haicap.payments.actions import ask, attribute, demand, pay, receive, refund, waive
from haicap.payments.gateways import national_order, open_gateway
from haicap.payments.queries import account_for, lines_of, receipt_of, standing, way_to_pay

__all__ = [
    "account_for",
    "ask",
    "attribute",
    "demand",
    "events",
    "lines_of",
    "national_order",
    "open_gateway",
    "pay",
    "receipt_of",
    "receive",
    "refund",
    "standing",
    "waive",
    "way_to_pay",
]
