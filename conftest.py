"""For every test: the English of the modules is compiled before anybody reads it."""

from __future__ import annotations

from haicap.site import assets


def pytest_configure() -> None:
    assets.build_words()
