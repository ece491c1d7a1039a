"""The rules of the house that no linter knows: one door, short doors, short files, every fact wired
or said to be alone.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

from haicap.site.commands import test as test_command

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "haicap"
MODULES = sorted(
    folder.name
    for folder in HOUSE.iterdir()
    if (folder / "__init__.py").exists() and folder.name not in {"kernel", "site", "data"}
)
# Files over 600 lines or functions over 60, with the reason they are still one thing. The list
# shrinks.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}


def sources() -> Iterator[Path]:
    """The production code of the house."""
    for path in sorted(HOUSE.rglob("*.py")):
        if "tests" not in path.parts and "migrations" not in path.parts:
            yield path


def test_other_modules_come_in_by_the_door_only() -> None:
    graph = grimp.build_graph("haicap")
    trespassing = []
    for importer in graph.modules:
        if ".tests" in importer:
            continue
        for imported in graph.find_modules_directly_imported_by(importer):
            ours, theirs = importer.split(".")[1:2], imported.split(".")[1:2]
            if not theirs or ours == theirs or theirs[0] in {"kernel", "site", "data"}:
                continue
            if imported in {f"haicap.{theirs[0]}", f"haicap.{theirs[0]}.public"}:
                continue
            if importer.startswith("haicap.site") and imported.split(".")[2] in {
                "views",
                "urls",
                "load",
                "session",
            }:
                continue  # the site composes routes and loads the demo city
            if importer.split(".")[2:3] == imported.split(".")[2:3] == ["load"]:
                continue  # a load in bulk stands on the loads of the modules below
            trespassing.append(f"{importer} imports {imported}")
    assert trespassing == []


def test_production_code_imports_no_tests() -> None:
    graph = grimp.build_graph("haicap")
    found = [
        f"{importer} imports {imported}"
        for importer in graph.modules
        if ".tests" not in importer
        for imported in graph.find_modules_directly_imported_by(importer)
        if ".tests" in imported
    ]
    assert found == []


@pytest.mark.parametrize("module", MODULES)
def test_a_door_shows_at_most_fifteen_names_and_says_what_it_promises(module: str) -> None:
    door = importlib.import_module(f"haicap.{module}.public")
    assert len(door.__all__) <= 15, sorted(door.__all__)
    assert sorted(door.__all__) == list(door.__all__)
    assert door.__doc__
    assert len(door.__doc__) > 80


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources()
        if (lines := path.read_text().count("\n")) > 600
    }
    assert set(long) == set(LONG_FILES), long


def test_functions_stay_short() -> None:
    long: dict[str, int] = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > 60:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = length
    assert set(long) == set(LONG_FUNCTIONS), long


def test_every_module_begins_with_a_line_that_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_every_fact_is_wired_or_marked_as_alone() -> None:
    from haicap.audit import public as audit
    from haicap.site import wiring

    wiring.wire()
    wired = audit.wired_kinds()
    unheard = []
    for path in sorted(HOUSE.glob("*/events.py")):
        text = path.read_text()
        module = path.parent.name
        for found in re.finditer(r"^class (\w+)(?:\(.*\))?:(.*)$", text, re.MULTILINE):
            name, rest = found.group(1), found.group(2)
            if "nobody reacts" not in rest and f"{module}.{name}" not in wired:
                unheard.append(f"{module}.{name}")
    assert unheard == [], (
        "wire them in site/wiring.py or write `# nobody reacts` behind the class line"
    )


def test_kernel_stays_ten_files_without_django() -> None:
    files = [path for path in (HOUSE / "kernel").glob("*.py") if path.name != "__init__.py"]
    assert len(files) <= 10
    for path in files:
        assert "django" not in path.read_text().replace("Django", ""), path


def test_nothing_of_this_machine_is_named() -> None:
    marks = ["/work/" + "main", "/work/" + "shared", "bash" + "_jobs", "farm" + "-studio"]
    named = [
        str(path.relative_to(ROOT))
        for folder in ("haicap", "tests", "docs")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and path.suffix in {".py", ".md", ".html", ".css", ".js", ".toml", ".json"}
        if any(mark in path.read_text(errors="ignore") for mark in marks)
    ]
    assert named == []


def test_what_starts_servers_lies_where_it_is_looked_for() -> None:
    marked = {
        str(path.relative_to(ROOT))
        for folder in ("haicap", "tests")
        for path in (ROOT / folder).rglob("test_*.py")
        if re.search(r"^pytestmark = .*mark\.start|^@pytest\.mark\.start", path.read_text(), re.M)
    }
    assert marked == set(test_command.STARTS)
