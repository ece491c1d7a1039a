"""`haicap demo`: start the database, the web and the worker, watch them, stop them in order."""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from haicap.site import postgres, processes, running
from haicap.site.processes import Child

READY_SECONDS = 90.0
RESTARTS = 3  # of one child within RESTART_WINDOW; more of them, and we give up with its log
RESTART_WINDOW = 300.0
LOG_LIMIT = 10 * 1024 * 1024


class Stopped(BaseException):
    """Somebody pressed Ctrl-C or told us to end. Like KeyboardInterrupt, no error."""


class Trouble(Exception):
    """The city cannot run; the text is a Vietnamese sentence and the same in English."""

    def __init__(self, vietnamese: str, english: str) -> None:
        super().__init__(f"{vietnamese}\n{english}")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Everything is told by the environment: HAICAP_PORT, HAICAP_HOST, HAICAP_VAR, DATABASE_URL."""


def run(options: argparse.Namespace) -> int:
    """Run the city until it is told to stop; 1 with a sentence when it cannot."""
    os.environ.setdefault("HAICAP_MODE", "demo")
    var = running.data_folder()
    try:
        with stop_signals():
            make_folders(var)
            with running.owning(var):
                return City(var).run()
    except Stopped:
        return 0
    except (Trouble, postgres.ServerTrouble, running.AlreadyRunning) as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1


@contextmanager
def stop_signals() -> Iterator[None]:
    """Turn the signals that end us into Stopped. A hang-up that `nohup` ignores stays ignored."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if name is not signal.SIGHUP or signal.getsignal(name) is not signal.SIG_IGN:
            signal.signal(name, stop)
    yield


def make_folders(var: Path) -> None:
    """The data folder, writable by us, with a folder of logs."""
    try:
        postgres.make_folder(var)
        postgres.make_folder(var / "log", mode=0o700)
        (var / "lock").touch()
    except OSError as error:
        raise Trouble(
            f"Không ghi được vào {var} ({error.strerror}); chọn thư mục khác bằng HAICAP_VAR.",
            f"Cannot write to {var} ({error.strerror}); choose another folder with HAICAP_VAR.",
        ) from error
    for log in (var / "log").glob("*.log"):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))


def say(vietnamese: str, english: str) -> None:
    """One line of progress; a reader that went away (`| head`) stops nothing."""
    try:
        print(f"  {vietnamese} | {english}", flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115


def free_port(host: str, port: int) -> None:
    """Trouble when the port cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Trouble(
                f"Không mở được cổng {port} trên {host} ({error.strerror}): có lẽ chương trình "
                f"khác đang dùng. Chọn cổng khác, ví dụ: HAICAP_PORT={port + 1} python3 run.py",
                f"Port {port} on {host} cannot be opened ({error.strerror}): another program may "
                f"hold it. Choose another, e.g.: HAICAP_PORT={port + 1} python3 run.py",
            ) from error


def chosen_port() -> int:
    """HAICAP_PORT as a number. Trouble when it is none."""
    given = os.environ.get("HAICAP_PORT", "8000")
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise Trouble(
            f"HAICAP_PORT phải là số từ 1 đến 65535, không phải “{given}”.",
            f"HAICAP_PORT must be a number from 1 to 65535, not “{given}”.",
        )
    return int(given)


class City:
    """The database, the web and the worker of one data folder."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.host = os.environ.get("HAICAP_HOST") or "127.0.0.1"
        self.port = chosen_port()
        self.server: postgres.Server | None = None
        self.children: list[Child] = []

    @property
    def reachable(self) -> str:
        """The host under which we ask ourselves."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def address(self) -> str:
        """What a person types into the browser."""
        host = f"[{self.reachable}]" if ":" in self.reachable else self.reachable
        return f"http://{host}:{self.port}/"

    def run(self) -> int:
        """Start, watch, and in every case stop what was started."""
        began = time.monotonic()
        try:
            if processes.stop_marked(str(self.var)):
                say("đã dừng tiến trình còn lại từ lần trước", "stopped what the last run left")
            free_port(self.host, self.port)
            self.start_database()
            self.prepare()
            self.start_child("web", self.web())
            self.wait_until_ready()
            self.start_child("worker", self.command("worker"))
            self.announce(time.monotonic() - began)
            self.watch()
        finally:
            self.stop()
        return 0

    def start_database(self) -> None:
        """The embedded server, unless DATABASE_URL names another."""
        if not os.environ.get("DATABASE_URL"):
            home = postgres.find_home(var=self.var)
            if home.outside:
                say(
                    f"người dùng của PostgreSQL không vào được {self.var}, nên dữ liệu của nó nằm "
                    f"ở {home.data}",
                    f"PostgreSQL's user cannot enter {self.var}, so its data lies in {home.data}",
                )
            self.server = postgres.start(home=home, log=self.log("postgres"), say=say)
            os.environ["DATABASE_URL"] = self.server.url
            say("PostgreSQL đã chạy", "PostgreSQL runs")
        # Told before the city is ready: a second start then names the first one.
        database = os.environ["DATABASE_URL"]
        running.tell(self.var, running.Running(os.getpid(), self.address, database))

    def log(self, name: str) -> Path:
        """Where a child writes."""
        return self.var / "log" / f"{name}.log"

    def environment(self) -> dict[str, str]:
        """What every child is told. One malloc arena per core costs tens of megabytes idle."""
        return {
            processes.MARK: str(self.var),
            "HAICAP_PORT": str(self.port),
            "MALLOC_ARENA_MAX": "2",
        }

    def prepare(self) -> None:
        """Migrate, build what the pages need and load the city, in a process that then leaves."""
        first = not (self.var / "cast.txt").exists()
        step = subprocess.Popen(
            self.command("prepare"),
            stdin=subprocess.DEVNULL,
            env=os.environ | self.environment(),
            process_group=0,
            preexec_fn=processes.die_with_parent(signal.SIGTERM),
        )
        try:
            status = step.wait()
        except BaseException:
            step.terminate()
            step.wait()
            raise
        if status:
            raise Trouble(
                "Chuẩn bị dữ liệu không xong; lý do ở ngay trên. Chạy lại sẽ làm tiếp.",
                "The preparation failed; the reason is above. Run again to go on.",
            )
        if first and self.server:
            # The load has filled every buffer of the server; a fresh one idles with half as much.
            self.server.stop()
            self.server = postgres.start(home=self.server.home, log=self.log("postgres"), say=say)

    def command(self, *words: str) -> list[str]:
        """A subcommand of ours as a process."""
        return [sys.executable, "-P", "-m", "haicap.site.commands", *words]

    def web(self) -> list[str]:
        """One process with two threads: a demo has few readers and little memory."""
        return processes.web_command(host=self.host, port=self.port, workers=1, threads=2)

    def start_child(self, name: str, command: list[str]) -> None:
        """Start it and watch it from now on."""
        child = Child(name, command, self.log(name), self.environment())
        self.children.append(child)
        child.start()

    def wait_until_ready(self) -> None:
        """Return when /readyz says yes."""
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            self.replace_dead()
            if self.ready():
                return
            time.sleep(0.05)
        log = self.log("web")
        raise Trouble(
            f"{postgres.tail_of(log)}\nTrang web chưa trả lời sau {READY_SECONDS:.0f} giây; "
            f"nhật ký ở {log}.",
            f"The web does not answer after {READY_SECONDS:.0f} seconds; its log is {log}.",
        )

    def ready(self) -> bool:
        """Whether the web and what it needs answer."""
        asking = http.client.HTTPConnection(self.reachable, self.port, timeout=5)
        try:
            asking.request("GET", "/readyz")
            return asking.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asking.close()

    def announce(self, seconds: float) -> None:
        """The address, and who can sign in."""
        cast = self.var / "cast.txt"
        say(f"sẵn sàng sau {seconds:.1f} giây", f"ready after {seconds:.1f} seconds")
        if cast.exists():
            print(f"\n{cast.read_text()}", flush=True)
        print(f"\n  {self.address}\n\n  Ctrl-C để dừng | Ctrl-C to stop\n", flush=True)

    def watch(self) -> None:
        """Stay until told to stop; bring back a child that dies."""
        while True:
            time.sleep(0.5)
            self.replace_dead()

    def replace_dead(self) -> None:
        """Start again what has died, and say so with the end of its log; Trouble if it keeps on."""
        if self.server and not self.server.alive():
            self.tell_death("postgres")
            home = self.server.home
            self.server = None
            self.server = postgres.start(home=home, log=self.log("postgres"), say=say)
        for child in self.children:
            if child.alive():
                continue
            self.tell_death(child.name)
            child.stop(seconds=0)
            child.deaths = [d for d in child.deaths if d > time.monotonic() - RESTART_WINDOW]
            child.deaths.append(time.monotonic())
            if len(child.deaths) > RESTARTS:
                raise Trouble(
                    f"Tiến trình {child.name} dừng liên tục; nhật ký ở {child.log}.",
                    f"The process {child.name} keeps dying; its log is {child.log}.",
                )
            child.start()

    def tell_death(self, name: str) -> None:
        """Say which child died, and its last words."""
        print(f"\n{postgres.tail_of(self.log(name))}", file=sys.stderr)
        print(
            f"Tiến trình {name} đã dừng ngoài ý muốn; đang chạy lại. "
            f"| The process {name} died; starting it again.",
            file=sys.stderr,
            flush=True,
        )

    def stop(self) -> None:
        """End the web, then the worker, then the database; a second Ctrl-C changes nothing."""
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        if self.children or self.server:
            say("đang dừng", "stopping")
        for child in self.children:
            child.stop(seconds=12)
        if self.server:
            self.server.stop()
            say("đã dừng hẳn; dữ liệu còn nguyên", "stopped; the data stays")
