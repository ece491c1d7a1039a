"""The door of registers: numbers without a hole, codes without a double.

`next_number` gives for good; `reserve` holds until `confirm` or `void` (with a reason; the number
stays in its book). All of them, and `issue_code`, lock one row to the commit: ask last. A year's
book opens by itself; `open_book` and `close_book` do it by hand. `issue_code` follows the agency's
pattern; where an external issuer gives the codes, `fetch_code` asks it before the transaction, and
`issue_code` says whether it still owes one.
"""

from haicap.registers.actions import (
    BookRefused,
    close_book,
    confirm,
    fetch_code,
    issue_code,
    next_number,
    open_book,
    reserve,
    reserve_block,
    set_code_pattern,
    void,
)
from haicap.registers.issuers import register_issuer
from haicap.registers.queries import NumberView, books_of, number_of

__all__ = [
    "BookRefused",
    "NumberView",
    "books_of",
    "close_book",
    "confirm",
    "fetch_code",
    "issue_code",
    "next_number",
    "number_of",
    "open_book",
    "register_issuer",
    "reserve",
    "reserve_block",
    "set_code_pattern",
    "void",
]
