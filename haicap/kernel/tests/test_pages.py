"""Cursors come back as they went, and nothing else comes in."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest

from haicap.kernel.errors import Invalid
from haicap.kernel.pages import cursor, open_to_all, read_cursor


def test_a_cursor_comes_back_as_it_went() -> None:
    assert read_cursor(cursor("Bồ Đề !1", 42), str, int) == ("Bồ Đề !1", 42)
    assert read_cursor("", str, int) is None


@pytest.mark.parametrize(
    "word",
    [
        "x",
        "%%%",
        "ờ",
        "A" * 5000,
        urlsafe_b64encode(b'["a"]').decode(),
        urlsafe_b64encode(b'["a", true]').decode(),
        urlsafe_b64encode(b'["a\\u0000", 1]').decode(),
        urlsafe_b64encode(b'["a", 99999999999999999999]').decode(),
        urlsafe_b64encode(b'{"a": 1}').decode(),
        urlsafe_b64encode(b"[" * 400).decode(),
        urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_what_was_not_made_here_is_refused_at_its_field(word: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_cursor(word, str, int)
    assert set(refused.value.fields) == {"cursor"}


def test_an_open_view_says_so() -> None:
    def view() -> None: ...

    assert open_to_all(view).guard.realm == "public"  # type: ignore[attr-defined]
