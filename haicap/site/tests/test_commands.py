"""The subcommands: what each is given before it runs, and its sentences when something is wrong."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import procrastinate_app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException

from haicap.accounts import load as accounts_load
from haicap.kernel import clock
from haicap.site import city, database, doctor, running
from haicap.site.commands import front, web, worker
from haicap.site.commands.__main__ import main


@pytest.mark.parametrize("word", sorted(front.COMMANDS))
def test_every_subcommand_explains_itself(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([word, "--help"])
    assert ended.value.code == 0
    assert word in capsys.readouterr().out


def test_an_unknown_subcommand_shows_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nhảy"]) == 2
    said = capsys.readouterr()
    assert "nhảy" in said.err
    assert "load-city" in said.out


def test_words_nobody_understands_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["flow", "dossiers", "--xoay"])
    assert "--xoay" in capsys.readouterr().err


def test_the_flow_is_drawn_as_mermaid(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flow", "dossiers"]) == 0
    drawn = capsys.readouterr().out
    assert drawn.startswith("stateDiagram-v2")
    assert "SUBMITTED --> RECEIVED: accept" in drawn


def test_a_lasting_command_is_not_given_a_database_that_ends_with_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("HAICAP_VAR", str(tmp_path / "var"))
    assert main(["worker"]) == 1
    assert "DATABASE_URL" in capsys.readouterr().err
    assert not (tmp_path / "var" / "postgres").exists()


def test_jobs_owe_their_reactions_in_djangos_own_transaction(
    monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    seen: dict[str, Any] = {}

    async def run_worker(self: App, **options: Any) -> None:
        seen.update(worker=self.connector, tasks=self.tasks, options=options)
        seen["modules"] = procrastinate_app.current_app.connector
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(10)

    monkeypatch.setattr(App, "run_worker_async", run_worker)
    worker.run(argparse.Namespace(concurrency=3, queues=""))
    assert isinstance(seen["worker"], PsycopgConnector)
    assert isinstance(seen["modules"], DjangoConnector)
    assert seen["tasks"] is procrastinate_app.current_app.tasks
    assert seen["options"]["concurrency"] == 3


def test_a_worker_goes_on_until_it_is_told_to_stop(
    monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    ways = iter(["broken", "quietly", "told"])

    async def run_worker(self: App, **options: Any) -> None:
        match next(ways):
            case "broken":
                raise ConnectorException
            case "told":
                os.kill(os.getpid(), signal.SIGTERM)
                await asyncio.sleep(10)

    monkeypatch.setattr(App, "run_worker_async", run_worker)
    monkeypatch.setattr(worker, "AGAIN_SECONDS", 0)
    assert worker.run(argparse.Namespace(concurrency=1, queues="")) == 0
    assert list(ways) == []


def test_the_owner_of_a_folder_is_known_and_a_dead_one_is_forgotten(tmp_path: Path) -> None:
    owner = running.Running(pid=1, address="http://127.0.0.1:1/", database="postgres:///x")
    with running.owning(tmp_path):
        running.tell(tmp_path, owner)
        assert running.owned(tmp_path)
        assert running.told(tmp_path) == owner
        with pytest.raises(running.AlreadyRunning, match=r"http://127\.0\.0\.1:1/"):
            running.owning(tmp_path).__enter__()
    assert not running.owned(tmp_path)
    assert running.told(tmp_path) is None
    (tmp_path / "running.json").write_text("{half")
    assert running.told(tmp_path) is None


def test_an_old_server_is_refused_with_its_version(
    monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setattr(database, "server_version", lambda: 14)
    with pytest.raises(database.UnfitDatabase, match=r"15.*14"):
        database.require_fit()


def test_a_server_without_our_extensions_is_refused(
    monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setattr(database, "EXTENSIONS", ("unaccent", "no_such_thing"))
    with pytest.raises(database.UnfitDatabase, match="no_such_thing"):
        database.require_fit()


def test_what_is_migrated_already_is_not_migrated_again(db: None) -> None:
    assert database.bring_up(installation=1, at=clock.now()) == 0


def test_the_doctor_comes_to_the_end_of_the_round_whatever_breaks(
    monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    def broken() -> Any:
        raise RuntimeError("the disk fell out")
        yield

    monkeypatch.setattr(doctor, "disk", broken)
    found = list(doctor.examine(at=clock.now()))
    assert [f.what for f in found if "the disk fell out" in f.what]
    assert any("malware" in f.what for f in found), "what comes later is looked at too"
    assert all(f.remedy for f in found if f.level is not doctor.Level.OK)


def test_the_doctor_names_a_database_that_cannot_be_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nowhere = {"host": "127.0.0.1", "port": 1, "dbname": "x", "user": "x"}
    monkeypatch.setattr(
        doctor, "connection", SimpleNamespace(get_connection_params=lambda: nowhere)
    )
    (found,) = doctor.server()
    assert found.level is doctor.Level.BAD
    assert "DATABASE_URL" in found.remedy


def test_the_doctor_warns_of_clocks_apart(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    (agree,) = doctor.skew(at=clock.now())
    assert agree.level is doctor.Level.OK
    monkeypatch.setattr(doctor, "SKEW_WARN", -2.0)
    (apart,) = doctor.skew(at=clock.now())
    assert apart.level is doctor.Level.WARN


def test_the_doctor_speaks_of_missing_fonts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "SYSTEM_FONTS", (tmp_path,))
    (found,) = doctor.paper_fonts()
    assert found.level is doctor.Level.WARN
    assert "fonts-liberation2" in found.remedy


def test_the_cast_is_one_table_with_names_and_passwords() -> None:
    table = city.cast_table()
    for row in accounts_load.cast():
        assert row.login in table
        assert row.what in table
    assert "haicap-demo" in table


def test_a_file_of_procedures_is_imported_and_what_is_wrong_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], db: None
) -> None:
    command = importlib.import_module("haicap.site.commands.procedures")
    file = tmp_path / "rows.json"
    file.write_text("not a catalogue")
    with pytest.raises(Exception, match=r"\w") as refused:
        command.run(argparse.Namespace(file=file))
    assert type(refused.value).__name__ == "BadSource"
    good = {"code": "9.999999", "name": "Thủ tục thử", "field": "Hộ tịch"}
    file.write_text(json.dumps([good], ensure_ascii=False))
    assert command.run(argparse.Namespace(file=file)) in {0, 1}
    assert "mới" in capsys.readouterr().out


def test_the_watcher_of_the_demo_loads_no_django() -> None:
    """It lives as long as the city does, and its memory counts."""
    program = (
        "import sys; from haicap.site.commands import __main__, demo\n"
        "assert not [m for m in sys.modules if m.split('.')[0] in ('django', 'psycopg', 'babel')]"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=running.CLONE, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.django_db
def test_the_doctor_counts_a_worker_that_was_killed_as_gone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers default values")  # beat a moment ago
        (gone,) = doctor.jobs()
        assert gone.level is doctor.Level.WARN
        cursor.execute("set local application_name = 'haicap worker 7@here'")
        cursor.execute("select pg_stat_clear_snapshot()")
        (alive,) = doctor.jobs()
    assert alive.level is doctor.Level.OK
    assert alive.what.startswith("1 ")


def test_a_taken_port_is_told_and_not_shared(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "staticfiles.json").touch()
    monkeypatch.setattr(settings, "STATIC_ROOT", tmp_path)
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        asked = argparse.Namespace(host="127.0.0.1", port=port, workers=1, threads=1)
        assert web.run(asked) == 1
        assert str(port) in capsys.readouterr().err
    assert not web.taken("127.0.0.1", port)
