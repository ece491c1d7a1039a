"""For the tests at the top: those that start whole servers stay together by what they start."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("start"):
            started = "demo" if "demo" in getattr(item, "fixturenames", ()) else "production"
            item.add_marker(pytest.mark.xdist_group(started))
