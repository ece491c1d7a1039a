"""Starting for real: run.py, kills at any moment, a taken port, memory, and a production start."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest

from haicap.site import postgres, processes

pytestmark = [pytest.mark.start, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[1]
SYSTEM_PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
READY = "sẵn sàng"
SECRET = "0123456789abcdef" * 4
MEMORY_LIMIT_MB = 300
# What surrounds the tests must not lead the servers they start.
FOREIGN = ("HAICAP_", "DATABASE_URL", "DJANGO_", "PYTEST_", "PYTHONPATH")


def environment(**given: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return kept | given


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(happened: Callable[[], bool], *, seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happened():
            return
        time.sleep(0.05)
    pytest.fail(f"not within {seconds} seconds: {what}")


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: str


def ask(port: int, path: str, *, headers: Mapping[str, str] | None = None) -> Answer:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.request("GET", path, headers=dict(headers or {}))
        answer = line.getresponse()
        body = answer.read().decode(errors="replace")
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, body)
    finally:
        line.close()


def status_of(port: int, path: str) -> int:
    try:
        return ask(port, path).status
    except OSError:
        return 0


@dataclass
class Demo:
    """One data folder from which the demo city is started again and again."""

    var: Path
    port: int
    runs: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, **given: str) -> subprocess.Popen[bytes]:
        """`python3 run.py`, as somebody types it."""
        with open(self.output, "wb") as output:
            run = subprocess.Popen(
                [SYSTEM_PYTHON, "run.py"],
                cwd=ROOT,
                env=self.environment | given,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        self.runs.append(run)
        return run

    @property
    def environment(self) -> dict[str, str]:
        return environment(
            HAICAP_VAR=str(self.var), HAICAP_PORT=str(self.port), HAICAP_DOSSIERS="0"
        )

    @property
    def output(self) -> Path:
        return self.var.parent / "output"

    @property
    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def started(self, *, seconds: float = 240) -> subprocess.Popen[bytes]:
        run = self.start()
        wait_for(
            lambda: READY in self.said or run.poll() is not None, seconds=seconds, what="a start"
        )
        assert READY in self.said, self.said
        return run

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`python3 run.py haicap WORDS`."""
        return subprocess.run(
            [SYSTEM_PYTHON, "run.py", "haicap", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def data(self) -> Path:
        return postgres.find_home(var=self.var).data

    def living(self) -> list[int]:
        """Everything that was started from this folder."""
        return [*processes.marked(str(self.var)), *postgres.processes_in(self.data)]

    def stop(self) -> None:
        for run in self.runs:
            if run.poll() is None:
                run.send_signal(signal.SIGINT)
                run.wait(60)


@contextmanager
def folder() -> Iterator[Path]:
    """Not pytest's own folders: those are closed to the service user of a root."""
    made = Path(tempfile.mkdtemp(prefix="haicap-start-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with folder() as here:
        made = Demo(here / "var", free_port())
        yield made
        made.stop()


def test_a_fresh_start_loads_the_city_and_prints_address_and_cast(demo: Demo) -> None:
    began = time.monotonic()
    run = demo.started()
    assert time.monotonic() - began < 120, "ready within two minutes of the install's end"
    assert f"http://127.0.0.1:{demo.port}/" in demo.said
    assert "tiepnhan.bode" in demo.said
    assert "haicap-demo" in demo.said
    assert ask(demo.port, "/").status == 200
    assert json.loads(ask(demo.port, "/api/v1/openapi.json").body)["info"]["title"] == "HaiCap"

    run.send_signal(signal.SIGINT)
    assert run.wait(30) == 0
    assert demo.living() == []


def test_a_later_start_is_quick_and_everything_idles_under_its_limit(demo: Demo) -> None:
    began = time.monotonic()
    run = demo.started()
    took = time.monotonic() - began
    for page in ("/", "/thu-tuc/?q=khai sinh", "/dang-nhap/", "/tra-cuu/"):
        assert ask(demo.port, page.replace(" ", "+")).status == 200
    wait_for(lambda: worker_lives(demo), seconds=60, what="a worker's heartbeat")
    used = sum(memory_mb(pid) for pid in [run.pid, *demo.living()])
    assert used < MEMORY_LIMIT_MB
    # Ten seconds on a quiet machine; the tests may run beside others.
    assert took < 10 * max(1.0, os.getloadavg()[0])

    token = demo.command("token", "tiepnhan.bode").stdout.strip()
    answer = ask(
        demo.port, "/api/v1/dossiers?box=desk", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status in {200, 422}
    assert ask(demo.port, "/api/v1/dossiers").status == 401

    run.send_signal(signal.SIGTERM)
    assert run.wait(30) == 0
    assert demo.living() == []


def worker_lives(demo: Demo) -> bool:
    return "1 worker(s)" in demo.command("doctor").stdout


def memory_mb(pid: int) -> float:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def test_a_second_run_says_that_one_runs_already(demo: Demo) -> None:
    run = demo.started()
    second = subprocess.run(
        [SYSTEM_PYTHON, "run.py"],
        cwd=ROOT,
        env=demo.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert "đang chạy từ thư mục dữ liệu này rồi" in second.stderr
    assert f":{demo.port}/" in second.stderr
    assert run.poll() is None
    assert status_of(demo.port, "/readyz") == 200


def test_a_taken_port_is_told_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        done = subprocess.run(
            [SYSTEM_PYTHON, "run.py"],
            cwd=ROOT,
            env=environment(HAICAP_VAR=str(tmp_path / "var"), HAICAP_PORT=str(port)),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"cổng {port}" in done.stderr
    assert f"HAICAP_PORT={port + 1}" in done.stderr
    assert not (tmp_path / "var" / "postgres").exists()


def test_dead_children_are_started_again_and_their_last_words_shown(demo: Demo) -> None:
    demo.stop()
    demo.started()
    web = next(pid for pid in processes.marked(str(demo.var)) if "granian" in command_of(pid))
    os.kill(web, signal.SIGKILL)
    wait_for(lambda: "The process web died" in demo.said, seconds=30, what="the death told")
    wait_for(lambda: status_of(demo.port, "/readyz") == 200, seconds=60, what="the web again")

    leader = postgres.leader_of(demo.data)
    assert leader
    os.kill(leader, signal.SIGKILL)
    wait_for(lambda: "The process postgres died" in demo.said, seconds=30, what="the death told")
    wait_for(lambda: status_of(demo.port, "/readyz") == 200, seconds=60, what="the database again")


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def test_kill_9_of_the_watcher_takes_everything_with_it(demo: Demo) -> None:
    demo.stop()
    run = demo.started()
    run.kill()
    run.wait()
    wait_for(lambda: demo.living() == [], seconds=60, what="no process left")


def kill_all(*pids: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # some die with the one before
            os.kill(pid, signal.SIGKILL)


def test_kill_9_of_everything_at_once_loses_no_data(demo: Demo) -> None:
    demo.stop()
    run = demo.started()
    before = demo.command("token", "lan").stdout.strip()
    kill_all(run.pid, *demo.living())
    run.wait()
    demo.started()
    answer = ask(demo.port, "/api/v1/dossiers", headers={"Authorization": f"Bearer {before}"})
    assert answer.status == 200, "the token given just before the kill still opens"


def test_a_kill_in_the_middle_of_the_first_load_is_mended_by_the_next_start() -> None:
    with folder() as here:
        fresh = Demo(here / "var", free_port())
        try:
            run = fresh.start()
            wait_for(lambda: "procedures" in fresh.said, seconds=120, what="the load to begin")
            kill_all(run.pid, *fresh.living())
            run.wait()
            fresh.started()
            assert "tiepnhan.bode" in fresh.said
            assert ask(fresh.port, "/thu-tuc/?q=khai+sinh").status == 200
        finally:
            fresh.stop()


# --- production -----------------------------------------------------------------------------------


@dataclass
class Production:
    """An installation beside the demo city's database, with the settings of production."""

    server: postgres.Server
    var: Path
    port: int
    web: subprocess.Popen[bytes] | None = None

    def environment(self, **given: str) -> dict[str, str]:
        production = {
            "HAICAP_MODE": "production",
            "HAICAP_SECRET_KEY": SECRET,
            "HAICAP_ALLOWED_HOSTS": "127.0.0.1",
            "HAICAP_VAR": str(self.var),
            "HAICAP_PORT": str(self.port),
            "DATABASE_URL": self.server.url,
            "PYTHONPATH": str(ROOT),
        }
        return {k: v for k, v in environment(**(production | given)).items() if v}

    def command(self, *words: str, **given: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "haicap.site.commands", *words],
            env=self.environment(**given),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture(scope="module")
def production() -> Iterator[Production]:
    with folder() as here:
        server = postgres.start(
            home=postgres.find_home(var=here / "cluster"),
            log=here / "postgres.log",
            say=lambda *words: None,
            durable=False,
        )
        var = here / "var"
        var.mkdir()
        made = Production(server, var, free_port())
        yield made
        if made.web:
            made.web.terminate()
            made.web.wait(30)
        made.server.stop()


def test_production_does_not_start_without_its_secret(production: Production) -> None:
    done = production.command("web", HAICAP_SECRET_KEY="")
    assert done.returncode == 1
    assert "HAICAP_SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_production_does_not_start_without_its_static_files(production: Production) -> None:
    done = production.command("web")
    assert done.returncode == 1
    assert "haicap build" in done.stderr


def test_production_is_set_up_by_the_commands_of_the_manual(production: Production) -> None:
    for words in (["migrate"], ["build"], ["load-city", "--facts"]):
        done = production.command(*words)
        assert done.returncode == 0, done.stderr
    made = production.command("add-staff", "quantri", "Nguyễn Thị Quản Trị")
    assert made.returncode == 0, made.stderr
    assert "one-time code" in made.stdout
    doctor = production.command("doctor")
    assert doctor.returncode == 0, doctor.stdout
    assert "production mode" in doctor.stdout


def test_production_takes_no_fictitious_people(production: Production) -> None:
    done = production.command("load-city")
    assert done.returncode == 1
    assert "người hư cấu" in done.stderr
    token = production.command("token", "tiepnhan.bode")
    assert token.returncode == 1
    assert token.stdout == ""


def test_production_serves_with_several_processes(production: Production) -> None:
    # The demo's people are in the database, as if somebody had let the demo run on it.
    loaded = production.command("load-city", "--dossiers", "0", HAICAP_MODE="demo")
    assert loaded.returncode == 0, loaded.stderr
    production.web = subprocess.Popen(
        [sys.executable, "-P", "-m", "haicap.site.commands", "web", "--workers", "2"],
        env=production.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    port = production.port
    wait_for(lambda: status_of(port, "/readyz") == 200, seconds=90, what="production ready")
    assert ask(port, "/healthz").status == 200


def test_static_files_have_lasting_names_and_compressed_twins(production: Production) -> None:
    page = ask(production.port, "/")
    names = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.body)
    assert names
    for name in names:
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", name), name
        served = ask(production.port, name, headers={"Accept-Encoding": "br"})
        assert served.status == 200
        assert "immutable" in served.headers["cache-control"]
        assert "max-age=315360000" in served.headers["cache-control"]
    sheet = next(name for name in names if name.endswith(".css"))
    served = ask(production.port, sheet, headers={"Accept-Encoding": "br"})
    assert served.headers["content-encoding"] == "br"


def test_production_shows_no_inner_workings(production: Production) -> None:
    missing = ask(production.port, "/khong-co-trang-nay/")
    assert missing.status == 404
    for word in ("Traceback", "DEBUG", "urlpatterns", "ROOT_URLCONF"):
        assert word not in missing.body
    assert ask(production.port, "/_components/").status == 404
    assert ask(production.port, "/vneid-demo/").status == 404


def test_the_demos_password_opens_nothing_in_production(production: Production) -> None:
    assert signed_in(production.port, "tiepnhan.bode", "haicap-demo") is False


def signed_in(port: int, login: str, password: str) -> bool:
    """Send the form of the sign-in page as a browser would; whether a page of the staff opens."""
    page = ask(port, "/dang-nhap/")
    cookies = re.findall(r"^\s*([^=]+=[^;]*)", page.headers.get("set-cookie", ""))
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.body)
    assert token
    fields = {"csrfmiddlewaretoken": token[1], "login": login, "password": password}
    names = set(re.findall(r'<input[^>]*name="([^"]+)"', page.body))
    assert {"login", "password"} <= names, names
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    line.request(
        "POST",
        "/dang-nhap/",
        urlencode(fields),
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(cookies),
            "Referer": f"http://127.0.0.1:{port}/dang-nhap/",
            "Origin": f"http://127.0.0.1:{port}",
        },
    )
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status in {302, 303}


def test_readyz_says_so_when_the_database_is_gone_and_when_it_is_back(
    production: Production,
) -> None:
    port = production.port
    production.server.stop()
    assert status_of(port, "/readyz") == 503
    assert status_of(port, "/healthz") == 200
    production.server = postgres.start(
        home=production.server.home,
        log=production.var.parent / "postgres.log",
        say=lambda *words: None,
        durable=False,
    )
    wait_for(lambda: status_of(port, "/readyz") == 200, seconds=60, what="ready again")


def test_a_dead_web_process_is_replaced_and_the_end_leaves_none(production: Production) -> None:
    assert production.web
    kids = Path(f"/proc/{production.web.pid}/task/{production.web.pid}/children").read_text()
    first = int(kids.split()[0])
    os.kill(first, signal.SIGKILL)
    wait_for(
        lambda: status_of(production.port, "/readyz") == 200, seconds=60, what="ready after a kill"
    )
    production.web.send_signal(signal.SIGTERM)
    assert production.web.wait(30) in {0, 1}
    assert status_of(production.port, "/healthz") == 0
