"""For every test: the English of the modules is compiled before anybody reads it, no test writes
into the installation's files, and the database is as its fixtures left it.

docs/testing.md tells how a test gets its world cheaply.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from haicap.site import assets

DATABASES = {"db", "transactional_db", "module_db"}


def pytest_configure() -> None:
    assets.build_words()
    settings.FILES_STORE = "memory:///"  # the tests of the store itself choose their own
    # A file's transaction stays open while a test of it draws or fuzzes without asking; and on a
    # busy machine whoever waits for a lock waits longer.
    options = settings.DATABASES["default"]["OPTIONS"]
    options["options"] += " -c idle_in_transaction_session_timeout=0 -c lock_timeout=30s"
    # Django would empty every table behind a test that commits: what was loaded for all the others
    # would have to be loaded again, and stays away where the tests come in another order.
    TransactionTestCase._fixture_setup = classmethod(lambda cls: to_a_copy())  # type: ignore[attr-defined]
    TransactionTestCase._fixture_teardown = lambda self: back()  # type: ignore[attr-defined]


def pytest_collection_finish() -> None:
    """What is imported by now stays: no search for rubbish in it between the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", action="store_true", help="only the tests that ask the database something"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database"):
        left_out = [item for item in items if not asks_the_database(item)]
        items[:] = [item for item in items if asks_the_database(item)]
        config.hook.pytest_deselected(items=left_out)


def asks_the_database(item: pytest.Item) -> bool:
    """Whether the test has a database at all."""
    names = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not DATABASES.isdisjoint(names)


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction of which nothing stays."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


@pytest.fixture(scope="module")
def module_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database for fixtures of a module: what they write is there for all its tests, each of
    which stands in a savepoint of its own, and is gone after the last.
    """
    with django_db_blocker.unblock(), rolled_back():
        yield


def to_a_copy() -> None:
    """A test that commits, or starts threads, gets a copy of the database as it was loaded."""
    assert not connection.in_atomic_block, (
        "a test that commits cannot stand in one file with tests whose world is kept for the file"
    )
    name = connection.settings_dict["NAME"]
    connections.close_all()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'drop database if exists "{name}_copy" with (force)')
        cursor.execute(f'create database "{name}_copy" template "{name}"')
    # New threads make their connections from the same settings.
    connection.settings_dict["NAME"] = f"{name}_copy"


def back() -> None:
    """The copy is thrown away with all that was committed to it."""
    copy = connection.settings_dict["NAME"]
    connections.close_all()
    connection.settings_dict["NAME"] = copy.removesuffix("_copy")
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'drop database "{copy}" with (force)')
