"""Processes we start: each in a group of its own, ended with us, found again when we were killed.

Standard library only, since the process that watches the demo city stays small.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
WEB_STOP_SECONDS = 10
BACKPRESSURE = 256  # requests a web process holds at once; more wait in the socket's queue
MARK = "HAICAP_RUN"  # in the environment of every child: whose it is
_LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent(how: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends `how` to the child when we die, even by kill -9."""
    parent = os.getpid()

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(name, signal.SIG_DFL)
        _LIBC.prctl(PR_SET_PDEATHSIG, int(how))
        if os.getppid() != parent:  # died between the fork and the call above
            os._exit(1)

    return prepare


@dataclass(slots=True)
class Child:
    """One long-lived child. `name` is what its log and our sentences call it."""

    name: str
    command: list[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it, with its words going to its log."""
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **self.environment},
                process_group=0,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, *, seconds: float) -> None:
        """Ask its group to end, then end it; afterwards nothing of the group lives."""
        if self.process is None:
            return
        group = self.process.pid
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        end_group(group)


def web_command(*, host: str, port: int, workers: int, threads: int) -> list[str]:
    """The web server. Each worker loads the platform itself: the parent stays small, and nothing
    is forked that may already have threads of its own.
    """
    command = [sys.executable, "-P", "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--host", host, "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", str(threads)]
    command += ["--backpressure", str(BACKPRESSURE), "--respawn-failed-workers"]
    command += ["--workers-kill-timeout", str(WEB_STOP_SECONDS), "haicap.site.wsgi:application"]
    return command


def end_group(group: int) -> None:
    """Kill what is left of a process group whose leader has ended."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def marked(mark: str) -> list[int]:
    """Processes that an earlier run of this data folder started, other than ourselves."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                variables = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue  # gone meanwhile, or another user's
            if wanted in variables:
                found.append(int(entry.name))
    return found


def stop_marked(mark: str, *, seconds: float = 15.0) -> int:
    """End what an earlier run left behind; how many processes that were."""
    left = marked(mark)
    for how in (signal.SIGTERM, signal.SIGKILL):
        for pid in marked(mark):
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                continue
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not marked(mark):
                return len(left)
            time.sleep(0.05)
    return len(left)
