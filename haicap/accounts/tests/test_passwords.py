"""Argon2id at the figures the house chose, two at a time; what a password must be like."""

from __future__ import annotations

import threading
import unicodedata

import pytest
from pytest_django import Settings

from haicap.accounts import passwords

GOOD = "Mưa thu Hà Nội 54"


@pytest.fixture
def argon(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["haicap.accounts.passwords.Argon2id"]


def test_the_hash_is_argon2id_at_19_mib(argon: None) -> None:
    encoded = passwords.hashed(GOOD)
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(GOOD, encoded)
    assert not passwords.matches(GOOD + " ", encoded)
    assert not passwords.matches("", passwords.UNSET)
    assert not passwords.matches("!", passwords.UNSET)


def test_composed_and_decomposed_letters_are_the_same_password(argon: None) -> None:
    encoded = passwords.hashed(unicodedata.normalize("NFD", GOOD))
    assert passwords.matches(unicodedata.normalize("NFC", GOOD), encoded)


def test_a_crowd_waits_and_is_then_told_to_come_back(
    argon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.05)
    release, inside = threading.Event(), threading.Barrier(passwords.AT_ONCE + 1)

    def hold() -> None:
        with passwords._turn():
            inside.wait()
            release.wait()

    threads = [threading.Thread(target=hold) for _n in range(passwords.AT_ONCE)]
    for thread in threads:
        thread.start()
    inside.wait()
    with pytest.raises(passwords.Busy) as busy:
        passwords.hashed(GOOD)
    assert busy.value.retry_after == 5
    release.set()
    for thread in threads:
        thread.join()
    assert passwords.hashed(GOOD)


@pytest.mark.parametrize(
    ("password", "good"),
    [
        (GOOD, True),
        ("correct horse battery", True),
        ("ngan", False),
        ("x" * 129, False),
        ("aaaaaaaaaaab", False),
        ("ha.vt.bode.1", False),
        ("Vu Thu Ha 2026", False),
        ("vuthuha-abc12", False),
        ("1234567890", False),
        ("qwertyuiop", False),
    ],
)
def test_what_a_password_must_be_like(password: str, good: bool) -> None:
    fault = passwords.fault_of(password, login="ha.vt.bode", full_name="Vũ Thu Hà")
    assert (fault == "") is good
