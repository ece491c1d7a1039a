"""For every test: the English of the modules is compiled before anybody reads it, and no test
writes into the installation's files.
"""

from __future__ import annotations

from django.conf import settings

from haicap.site import assets


def pytest_configure() -> None:
    assets.build_words()
    settings.FILES_STORE = "memory:///"  # the tests of the store itself choose their own
