"""The refusal of a file."""

from __future__ import annotations

from haicap.kernel.errors import Invalid


class BadFile(Invalid):
    """The file cannot be taken; the sentence, at field "file", names it and says what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__({"file": sentence})
