"""All writes to money, one function per verb, each one transaction."""

from haicap.payments.actions.asking import ask, demand
from haicap.payments.actions.daily import close_day, count_day, import_statement, set_account
from haicap.payments.actions.giving import attribute, refund, return_unplaced, waive
from haicap.payments.actions.notices import ask_again, take_notice
from haicap.payments.actions.taking import Money, Taken, pay, receive

__all__ = [
    "Money",
    "Taken",
    "ask",
    "ask_again",
    "attribute",
    "close_day",
    "count_day",
    "demand",
    "import_statement",
    "pay",
    "receive",
    "refund",
    "return_unplaced",
    "set_account",
    "take_notice",
    "waive",
]
