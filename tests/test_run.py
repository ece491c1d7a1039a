"""run.py before there is an environment: what it refuses, with which sentence, and its script."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def run() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_under_test", ROOT / "run.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_is_refused_with_the_version_needed(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(run.Trouble, match=r"Cần Python 3\.11") as refused:
        run.check_machine()
    assert "3.9.2" in str(refused.value)


def test_a_python_without_venv_is_refused_with_the_command_that_mends_it(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ensurepip" else found(name)
    )
    monkeypatch.setattr(run, "PYTHON", tmp_path / "none")
    with pytest.raises(run.Trouble, match="apt-get install -y python3-venv"):
        run.check_machine()


def test_a_failed_installation_says_that_it_may_be_repeated(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "VENV", tmp_path)
    program = [sys.executable, "-c", "import sys; sys.exit('no such host')"]
    with pytest.raises(run.Trouble) as refused:
        run.run_tool(program, vietnamese="tải", english="fetch it")
    assert "no such host" in str(refused.value)
    assert "Could not fetch it" in str(refused.value)
    assert "không mất gì" in str(refused.value)


def test_a_half_done_installation_is_laid_down_again(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "VENV", tmp_path)
    monkeypatch.setattr(run, "PYTHON", Path(sys.executable))
    calls: list[tuple[str, bool]] = []
    monkeypatch.setattr(
        run, "install_file", lambda path, *, again: calls.append((path.name, again))
    )
    run.install(developer=False)
    assert calls == [("requirements.txt", False)]
    run.install(developer=False)
    assert len(calls) == 1, "what is installed is not installed again"
    run.install(developer=True)
    assert calls[1:] == [("requirements-dev.txt", False)]

    (tmp_path / "half-installed").touch()
    (tmp_path / "requirements.installed").write_text("another lock file")
    run.install(developer=False)
    assert calls[2:] == [("requirements.txt", True)]
    assert not (tmp_path / "half-installed").exists()


def test_an_unknown_word_shows_the_help_in_both_languages() -> None:
    done = subprocess.run(
        [sys.executable, "run.py", "chạy"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Không có lệnh “chạy”" in done.stderr
    assert "build and run the demo city" in done.stderr


def test_the_help_needs_no_environment(tmp_path: Path) -> None:
    shutil.copy(ROOT / "run.py", tmp_path)
    done = subprocess.run(
        [sys.executable, tmp_path / "run.py", "--help"],
        capture_output=True,
        env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
        check=False,
    )
    assert done.returncode == 0
    assert "HAICAP_PORT" in done.stdout.decode()
    assert "thành phố mẫu" in done.stdout.decode()
    assert not (tmp_path / ".venv").exists()


def test_the_script_beside_python_finds_the_clone_from_anywhere(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment = tmp_path / "clone" / ".venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").write_text('#!/bin/sh\necho "$PYTHONPATH" "$@"\n')
    (environment / "bin" / "python").chmod(0o755)
    monkeypatch.setattr(run, "VENV", environment)
    run.write_script()
    link = tmp_path / "haicap"
    link.symlink_to(environment / "bin" / "haicap")
    done = subprocess.run(
        [link, "doctor"], cwd="/", capture_output=True, text=True, env={}, check=False
    )
    assert done.stdout.split() == [
        str(tmp_path / "clone"),
        *("-P", "-m", "haicap.site.commands", "doctor"),
    ]


def test_every_package_has_its_reason() -> None:
    told = (ROOT / "docs" / "dependencies.md").read_text()
    for name in ("requirements.in", "requirements-dev.in"):
        for line in (ROOT / name).read_text().splitlines():
            package = line.split("[")[0].split(">")[0].strip()
            if package and not line.startswith(("-", "#")):
                assert package in told, f"{package} has no row in docs/dependencies.md"


def test_lock_files_name_no_host_and_carry_hashes() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-boot.txt"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert text.count("--hash=sha256:") > text.count("==")
