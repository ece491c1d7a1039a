"""Expected failures: each is one sentence for the person in front of the screen."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """Something the person may mend or must accept. `str()` is a Vietnamese sentence; never a
    technical code.
    """

    status = 409


class NotAllowed(Refusal):
    """The person is known but the act is not theirs (HTTP 403)."""

    status = 403


class Missing(Refusal):
    """The thing does not exist, or must look so to this person (HTTP 404)."""

    status = 404


class Invalid(Refusal):
    """Input that cannot be taken. `fields` maps a field name to its sentence (HTTP 422)."""

    status = 422

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__(" ".join(self.fields.values()))


class TooMany(Refusal):
    """Asked too often; come back after `retry_after` seconds (HTTP 429)."""

    status = 429

    def __init__(self, sentence: str, *, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(sentence)
