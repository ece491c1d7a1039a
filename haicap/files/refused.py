"""The refusal of a file."""

from __future__ import annotations

from haicap.kernel.errors import Refusal


class BadFile(Refusal):
    """The file cannot be taken; the sentence names it and says what to do."""

    status = 422
