"""`haicap test`: the tests, on a database that is thrown away, the browser's journeys last."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from haicap.site import postgres, processes, running

TAKES_MORE = True  # words that are pytest's
PREFIX = "test-"
JOURNEYS = ["tests/journeys"]
STARTS = ["tests/test_start.py", "haicap/site/tests/test_postgres.py"]
PACKAGES = ["chromium", "fonts-liberation2", "poppler-utils"]
NOTHING_COLLECTED = 5  # pytest's exit status when no test matches


def arguments(parser: argparse.ArgumentParser) -> None:
    """--long; everything else goes to pytest."""
    parser.add_argument(
        "--long", action="store_true", help="cả các đợt dài | the long campaigns too"
    )
    parser.epilog = "Tham số khác chuyển cho pytest. | Other words go to pytest."


def run(options: argparse.Namespace) -> int:
    """1 when a test failed; says at the end what could not be run at all."""
    skipped = []
    browser = find_browser()
    if browser:
        os.environ["HAICAP_CHROMIUM"] = browser
    else:
        skipped.append(
            "các hành trình trong trình duyệt (không có Chromium; đặt HAICAP_CHROMIUM hoặc: "
            f"sudo apt-get install {' '.join(PACKAGES)}) | the browser's journeys (no Chromium)"
        )
    if not options.long:
        skipped.append("các đợt dài (thêm --long) | the long campaigns (add --long)")
    with database():
        passed = list(groups(options.more, long=options.long, browser=bool(browser)))
    for what in skipped:
        print(f"  BỎ QUA | SKIPPED: {what}", flush=True)
    return 0 if all(passed) else 1


def groups(words: list[str], *, long: bool, browser: bool) -> Iterator[bool]:
    """Run the parts in turn; whether each passed."""
    short = "" if long else " and not long"
    if words:
        left_out = [*([] if long else ["not long"]), *([] if browser else ["not journey"])]
        marks = ["-m", " and ".join(left_out)] if left_out and "-m" not in words else []
        yield pytest([*marks, *words])
        return
    cores = str(max(2, len(os.sched_getaffinity(0))))
    yield pytest(["-n", cores, "-m", f"not journey and not start{short}"])
    # Two browsers, each with a server and a city of its own; most of their time is waiting.
    if browser:
        yield journeys(f"journey{short}")
    # Those of a file one after the other: what is measured is how long a start takes.
    yield pytest(["-n", "2", "--dist", "loadfile", "-m", f"start and not journey{short}", *STARTS])


def journeys(marks: str) -> bool:
    """Whether each passed; one that failed beside another browser may show it alone, once."""
    if pytest(["-n", "2", "-m", marks, *JOURNEYS]):
        return True
    say("những hành trình hỏng chạy lại một mình", "the failed journeys run again, alone")
    alone = ["--last-failed", "--last-failed-no-failures", "none", "-m", marks, *JOURNEYS]
    return pytest(alone, fine=frozenset({0}))


def pytest(words: list[str], *, fine: frozenset[int] = frozenset({0, NOTHING_COLLECTED})) -> bool:
    """Run pytest with its words going to the terminal; whether nothing failed."""
    print(f"\n  pytest {' '.join(words)}", flush=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *words],
        cwd=running.CLONE,
        preexec_fn=processes.die_with_parent(signal.SIGTERM),
    )
    try:
        return process.wait() in fine
    except KeyboardInterrupt:
        # The terminal has sent it the same signal: let it tidy up.
        process.wait()
        raise


@contextmanager
def database() -> Iterator[None]:
    """DATABASE_URL as given, else a server whose data is thrown away at the end."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    var = running.data_folder()
    postgres.make_folder(var)
    postgres.make_folder(var / "log", mode=0o700)
    postgres.sweep(var=var, prefix=PREFIX, say=say)
    home = postgres.find_home(var=var, name=f"{PREFIX}{os.getpid()}")
    log = var / "log" / "postgres-test.log"
    server = postgres.start(home=home, log=log, say=say, durable=False)
    os.environ["DATABASE_URL"] = server.url
    try:
        yield
    finally:
        server.stop()
        shutil.rmtree(home.data, ignore_errors=True)
        shutil.rmtree(home.sockets, ignore_errors=True)


def say(vietnamese: str, english: str) -> None:
    """One line of progress."""
    print(f"  {vietnamese} | {english}", flush=True)


def find_browser() -> str:
    """The Chromium to drive, installed from Debian where we may; empty when there is none."""
    chosen = os.environ.get("HAICAP_CHROMIUM") or "/usr/bin/chromium"
    if starts(chosen):
        return chosen
    apt = shutil.which("apt-get")
    if os.geteuid() == 0 and apt and not os.environ.get("HAICAP_CHROMIUM"):
        say("cài Chromium và phông chữ bằng apt", "installing Chromium and fonts with apt")
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-q"], ["install", "-y", "-q", *PACKAGES]):
            done = subprocess.run([apt, *words], env=environment, capture_output=True, check=False)
            if done.returncode:
                print(done.stderr.decode(errors="replace")[-2000:], file=sys.stderr)
                break
    return chosen if starts(chosen) else ""


def starts(program: str) -> bool:
    """Whether the browser is there and runs (Ubuntu's is only a pointer to a snap)."""
    if not Path(program).exists():
        return False
    asked = subprocess.run([program, "--version"], capture_output=True, check=False)
    return asked.returncode == 0
