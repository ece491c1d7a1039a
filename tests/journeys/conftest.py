"""The browser's journeys: a real Chromium against a live server, watched while it walks.

Whoever walks is a Visitor. At the end of every test it says what went wrong on the way: errors of
the script, breaches of the Content-Security-Policy, anything loaded from another host or not found.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from haicap.site import assets
from tests.journeys.visitor import BREACHES, WIDTHS, Visitor, VisitorMaker

CHROMIUM = os.environ.get("HAICAP_CHROMIUM") or "/usr/bin/chromium"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)
            # Without this mark no test database is made, and they would write into the real one.
            item.add_marker(pytest.mark.django_db)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Style sheet, script and fonts, served as `built/` like those of a real installation."""
    target = tmp_path_factory.mktemp("built")
    assets.build(target)
    others = [entry for entry in settings.STATICFILES_DIRS if entry[0] != "built"]
    settings.STATICFILES_DIRS = [*others, ("built", target)]
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]
    return target


@pytest.fixture(scope="session")
def server(built: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The address of a live server. What a journey writes stays for the next: each makes its own
    dossiers, as people do.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the driver of the browser keeps a loop
    with django_db_blocker.unblock():
        live = LiveServer("127.0.0.1")
        yield live.url
        live.stop()
        # Its threads leave their connections open, and the database could not be thrown away.
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all; every visitor has a profile of its own in it."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}; set HAICAP_CHROMIUM")
    expect.set_options(timeout=15_000)  # the machine may be busy with the other browser
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
                *("--disable-component-update", "--disable-sync", "--no-first-run"),
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def visitor_with(server: str, chromium: Browser) -> Iterator[VisitorMaker]:
    """Makes visitors: `visitor_with(java_script_enabled=False)`; the words are those of
    Playwright's new_context. Each is asked for its troubles at the end.
    """
    made: list[Visitor] = []

    def make(**options: Any) -> Visitor:
        context = chromium.new_context(
            **{
                "locale": "vi-VN",
                "timezone_id": "Asia/Ho_Chi_Minh",
                "viewport": WIDTHS[-1],
                "reduced_motion": "reduce",
                **options,
            }
        )
        context.set_default_timeout(30_000)
        scripted = options.get("java_script_enabled", True)
        if scripted:
            context.add_init_script(BREACHES)
        made.append(Visitor(context, server, scripted=scripted))
        return made[-1]

    yield make
    troubles = [trouble for visitor in made for trouble in visitor.troubles]
    for visitor in made:
        visitor.context.close()
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def visitor(visitor_with: VisitorMaker) -> Visitor:
    """Somebody at a desk with a window of 1280 px."""
    return visitor_with()
