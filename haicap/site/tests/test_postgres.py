"""The embedded server: it survives what people do to it, and nothing of it stays behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from haicap.site import postgres

pytestmark = [pytest.mark.start, pytest.mark.slow]


def quiet(*words: str) -> None:
    """Progress nobody reads."""


def query(home: postgres.Home, statement: str) -> str:
    words = [str(home.binaries / "psql"), "-X", "-qAt", "-h", str(home.sockets)]
    words += ["-U", postgres.ROLE]
    done = subprocess.run(
        [*words, "-d", postgres.DATABASE, "-c", statement],
        capture_output=True,
        text=True,
        check=True,
        env=postgres.plain_environment(),
    )
    return done.stdout.strip()


class Place:
    """One cluster in a folder of the test."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.servers: list[postgres.Server] = []
        self.said: list[str] = []

    @property
    def home(self) -> postgres.Home:
        return postgres.find_home(var=self.var)

    def start(self) -> postgres.Server:
        log = self.var.parent / "postgres.log"
        server = postgres.start(home=self.home, log=log, say=lambda *words: self.said.extend(words))
        self.servers.append(server)
        return server

    def stop(self) -> None:
        for server in self.servers:
            server.stop()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own folders: those are closed to the service user of a root."""
    made = Path(tempfile.mkdtemp(prefix="haicap-postgres-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def place(folder: Path) -> Iterator[Place]:
    made = Place(folder / "var")
    yield made
    made.stop()


def alive(data: Path) -> list[int]:
    return postgres.processes_in(data)


def test_the_server_starts_keeps_its_data_and_leaves_no_process(place: Place) -> None:
    server = place.start()
    query(server.home, "create table kept as select 7 as n")
    assert query(server.home, "show timezone") == "Asia/Ho_Chi_Minh"
    assert query(server.home, "show data_checksums") == "on"
    assert query(server.home, "select lower('ĐƯỜNG') || ('Đ' > 'Z')") == "đườngtrue"
    server.stop()
    assert alive(server.home.data) == []

    again = place.start()
    assert query(again.home, "select n from kept") == "7"


def test_only_the_owner_of_the_server_can_enter_its_folders(place: Place) -> None:
    server = place.start()
    assert server.home.data.stat().st_mode & 0o077 == 0
    assert server.home.sockets.stat().st_mode & 0o077 == 0
    assert query(server.home, "show listen_addresses") == ""
    if os.geteuid() == 0:
        assert server.home.data.stat().st_uid != 0


def test_a_killed_server_recovers_and_what_it_left_is_cleared(place: Place) -> None:
    server = place.start()
    query(server.home, "create table kept as select generate_series(1, 1000) as n")
    server.process.kill()
    server.process.wait()

    again = place.start()
    assert query(again.home, "select count(*) from kept") == "1000"


def test_a_server_left_running_is_stopped_and_started_anew(place: Place) -> None:
    first = place.start()
    query(first.home, "create table kept as select 1 as n")

    second = place.start()
    assert first.process.wait(10) == 0
    assert "dừng PostgreSQL còn lại từ lần chạy trước" in place.said
    assert query(second.home, "select n from kept") == "1"


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(place: Place) -> None:
    first = place.start()
    first.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        pid_file = first.home.data / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{first.home.data}\n")
        place.start()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_half_made_cluster_is_made_again(place: Place) -> None:
    making = place.home.data.with_name("postgres.making")
    making.mkdir()
    (making / "PG_VERSION").write_text("18\n")
    assert query(place.start().home, "select 1") == "1"
    assert not making.exists()


def test_the_server_dies_with_the_process_that_started_it(place: Place) -> None:
    program = (
        "import os, sys, time; from pathlib import Path; from haicap.site import postgres\n"
        f"var = Path({str(place.var)!r})\n"
        "home = postgres.find_home(var=var)\n"
        "postgres.start(home=home, log=var / 'log', say=lambda *w: None, durable=False)\n"
        "print('up', flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert parent.stdout
    assert parent.stdout.readline() == b"up\n"
    data = place.home.data
    assert alive(data)
    parent.kill()
    parent.wait()
    until = time.monotonic() + 20
    while alive(data) and time.monotonic() < until:
        time.sleep(0.05)
    assert alive(data) == []


def test_a_folder_with_a_very_long_name_still_gets_a_socket(folder: Path) -> None:
    place = Place(folder / ("thư-mục-rất-dài" * 6))
    try:
        server = place.start()
        assert query(server.home, "select 1") == "1"
        assert server.home.sockets.parent == Path("/tmp")
    finally:
        place.stop()
        place.home.sockets.rmdir()


def test_a_data_folder_of_another_major_version_is_refused_with_a_sentence(place: Place) -> None:
    server = place.start()
    server.stop()
    (server.home.data / "PG_VERSION").write_text("13\n")
    with pytest.raises(postgres.ServerTrouble, match="PostgreSQL 13"):
        place.start()


def test_a_server_that_cannot_start_shows_the_end_of_its_log(place: Place) -> None:
    server = place.start()
    server.stop()
    (server.home.data / "global" / "pg_control").unlink()
    with pytest.raises(postgres.ServerTrouble, match="pg_control"):
        place.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_started_by_root_in_a_closed_folder_it_lives_elsewhere_and_changes_no_mode(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "OUTSIDE", folder / "lib")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    place = Place(closed / "clone" / "var")
    try:
        server = place.start()
        assert server.home.outside
        assert server.home.data.is_relative_to(folder / "lib")
        assert query(server.home, "select 1") == "1"
        assert closed.stat().st_mode & 0o777 == 0o700
        server.stop()
        # It stays there, also when the clone could be entered later.
        closed.chmod(0o755)
        assert place.home.data == server.home.data
    finally:
        place.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_programs_the_service_user_cannot_reach_are_copied(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "OUTSIDE", folder / "lib")
    monkeypatch.setattr(postgres, "may_run", lambda account, program: False)
    place = Place(folder / "var")
    try:
        server = place.start()
        assert server.home.binaries.is_relative_to(folder / "lib")
        assert query(server.home, "create extension pg_trgm; select 1") == "1"
    finally:
        place.stop()


def test_data_of_a_killed_test_run_is_swept_away(place: Place) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    home = postgres.find_home(var=place.var, name=f"test-{gone.pid}")
    server = postgres.start(home=home, log=place.var / "log", say=quiet, durable=False)
    place.servers.append(server)
    postgres.sweep(var=place.var, prefix="test-", say=quiet)
    assert not home.data.exists()
    assert server.process.wait(10) is not None
