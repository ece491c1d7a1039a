#!/usr/bin/env python3
"""python3 run.py: from a fresh clone to the running demo city, the tests or the checks.

Plain standard library. The first part runs on the machine's own Python: it makes .venv and installs
the locked packages into it. Then it hands over, inside .venv, to the command line `haicap`
(haicap/site/commands).
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import importlib.util
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

CLONE = Path(__file__).resolve().parent
VENV = CLONE / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
OLDEST = (3, 11)

HELP = """\
HaiCap

  python3 run.py               dựng và chạy thành phố mẫu | build and run the demo city
  python3 run.py test          kiểm thử (nhận tham số của pytest; --long: cả các đợt dài)
                               the tests (takes pytest's arguments; --long: the campaigns too)
  python3 run.py check         định dạng, lỗi thường gặp, kiểu, luật nhập, bản dịch
                               format, lint, types, import rules, translations
  python3 run.py flow dossiers sơ đồ trạng thái (Mermaid) | the diagram of states
  python3 run.py haicap ...    dòng lệnh haicap (--help để xem) | the haicap command line
  python3 run.py --help        trang này | this page

Biến môi trường | environment variables
  HAICAP_PORT      cổng web, mặc định 8000 | web port, 8000 unless told
  HAICAP_HOST      địa chỉ lắng nghe, mặc định 127.0.0.1 | address to listen on
  HAICAP_VAR       thư mục dữ liệu, mặc định ./var | data folder, ./var unless told
  DATABASE_URL     dùng PostgreSQL có sẵn, từ bản 15 | a PostgreSQL of your own, 15 or newer
  HAICAP_CHROMIUM  trình duyệt cho kiểm thử, mặc định /usr/bin/chromium | the tests' browser

Ctrl-C dừng mọi thứ đã chạy; dữ liệu ở lại trong HAICAP_VAR.
Ctrl-C stops everything it started; the data stays in HAICAP_VAR.
"""

# The word typed after run.py: the subcommand of haicap behind it, and whether it needs the
# developer's packages.
WORDS = {
    "": ("demo", False),
    "test": ("test", True),
    "check": ("check", True),
    "flow": ("flow", False),
}


class Trouble(Exception):
    """Something the person must mend: a Vietnamese sentence and the same in English."""

    def __init__(self, vietnamese: str, english: str) -> None:
        super().__init__(f"{vietnamese}\n{english}")


def say(vietnamese: str, english: str) -> None:
    """One line of progress; a reader that went away (`| head`) stops nothing."""
    try:
        print(f"  {vietnamese} | {english}", flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115


def check_machine() -> None:
    """Refuse with a sentence what cannot work: another system, an old Python, one without venv."""
    if not sys.platform.startswith("linux"):
        raise Trouble(
            "HaiCap chạy trên Linux (Debian 12 hoặc Ubuntu 24.04 trở lên).",
            "HaiCap runs on Linux (Debian 12 or Ubuntu 24.04, or newer).",
        )
    if sys.version_info < OLDEST:
        have = ".".join(map(str, sys.version_info[:3]))
        raise Trouble(
            f"Cần Python 3.11 trở lên; {sys.executable} là {have}.",
            f"Python 3.11 or newer is needed; {sys.executable} is {have}.",
        )
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing and not venv_works():
        command = "apt-get update && apt-get install -y python3-venv"
        if os.geteuid() != 0:
            command = f"sudo sh -c '{command}'"
        raise Trouble(
            f"Python của máy thiếu mô-đun venv. Hãy chạy: {command}",
            f"This Python lacks its venv module. Run: {command}",
        )


def end_with_us() -> None:
    """In a child: the kernel ends it when we are killed, so that two tools never write at once."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, int(signal.SIGKILL))


def run_tool(command: list[str | Path], *, vietnamese: str, english: str) -> None:
    """Run a step of the installation quietly; on failure show the end of what it said."""
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV), "PYTHONUTF8": "1"}
    environment.pop("PYTHONHOME", None)
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=CLONE,
        check=False,
        preexec_fn=end_with_us,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.decode(errors="replace").splitlines()[-15:])
        raise Trouble(
            f"{tail}\n\nKhông {vietnamese} được. Kiểm tra mạng và chỗ trống trên đĩa rồi chạy lại; "
            "không mất gì.",
            f"Could not {english}. Check the network and the disk and run again; nothing is lost.",
        )


def venv_works() -> bool:
    """Whether .venv's Python starts and finds its pip (an upgraded system Python breaks it)."""
    probe = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return not subprocess.run(
            [PYTHON, "-I", "-c", probe], stderr=subprocess.DEVNULL, check=False
        ).returncode
    except OSError:
        return False


def digest(path: Path) -> str:
    """What a stamp holds: it changes when the locked packages change."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def install_file(path: Path, *, again: bool) -> None:
    """Install one locked file: uv is three times as fast, pip knows mirrors uv is not told of."""
    say(f"cài các gói trong {path.name}", f"installing {path.name}")
    locked: list[str | Path] = ["--require-hashes", "-r", path]
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "-q", "--no-input"]
    try:
        if not UV.exists():
            boot = CLONE / "requirements-boot.txt"
            run_tool(
                [*pip, "--require-hashes", "-r", boot], vietnamese="tải uv", english="fetch uv"
            )
        fresh = ["--reinstall"] if again else []
        run_tool(
            [UV, "pip", "install", "-q", "--compile-bytecode", *fresh, *locked],
            vietnamese=f"cài {path.name}",
            english=f"install {path.name}",
        )
    except Trouble:
        say("thử lại bằng pip", "trying again with pip")
        fresh = ["--force-reinstall"] if again else []
        run_tool(
            [*pip, *fresh, *locked],
            vietnamese=f"cài {path.name}",
            english=f"install {path.name}",
        )


def install(*, developer: bool) -> None:
    """Bring .venv to the locked packages. Interrupted at any point, the next call mends it."""
    wanted = [CLONE / "requirements.txt"]
    if developer:
        wanted.append(CLONE / "requirements-dev.txt")
    stamps = {path: VENV / f"{path.stem}.installed" for path in wanted}
    behind = [
        path
        for path, stamp in stamps.items()
        if not stamp.exists() or stamp.read_text() != digest(path)
    ]
    if not behind and PYTHON.exists():
        return
    started = time.monotonic()
    if not venv_works():
        say("tạo môi trường .venv", "making .venv")
        run_tool(
            [sys.executable, "-m", "venv", "--clear", VENV],
            vietnamese="tạo .venv",
            english="make .venv",
        )
        behind = wanted
    # A killed installation leaves packages half written that look whole: lay them down again.
    half = VENV / "half-installed"
    again = half.exists()
    half.touch()
    for path in behind:
        install_file(path, again=again)
        stamps[path].write_text(digest(path))
    half.unlink()
    took = time.monotonic() - started
    say(f"đã cài xong sau {took:.0f} giây", f"installed after {took:.0f} seconds")


def write_script() -> None:
    """Put `haicap` beside the environment's Python; it finds the clone from where it lies."""
    script = VENV / "bin" / "haicap"
    text = (
        "#!/bin/sh\n"
        'here=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)\n'
        'PYTHONPATH="${here%/.venv/bin}${PYTHONPATH:+:$PYTHONPATH}"\n'
        "export PYTHONPATH\n"
        'exec "$here/python" -P -m haicap.site.commands "$@"\n'
    )
    if not script.exists() or script.read_text() != text:
        fresh = script.with_name(f"haicap.{os.getpid()}")
        fresh.write_text(text)
        fresh.chmod(0o755)
        fresh.replace(script)


def prepare(*, developer: bool) -> None:
    """Make or mend the environment; only one run.py at a time does so."""
    check_machine()
    with open(__file__, "rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("đợi một run.py khác cài đặt xong", "waiting for another run.py to finish")
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            install(developer=developer)
            write_script()
        except OSError as error:
            raise Trouble(
                f"Không ghi được vào {VENV} ({error.strerror}).",
                f"Cannot write to {VENV} ({error.strerror}).",
            ) from error


def hand_over(words: list[str]) -> None:
    """Become `haicap WORDS` inside .venv, in demo mode unless the environment says otherwise."""
    environment = {**os.environ, "PYTHONUTF8": "1"}
    environment.setdefault("HAICAP_MODE", "test" if words[0] in {"test", "check"} else "demo")
    environment.pop("PYTHONHOME", None)
    # Compiled modules are kept: without them each start pays seconds and tens of megabytes.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    path = [str(CLONE), *filter(None, [environment.get("PYTHONPATH")])]
    environment["PYTHONPATH"] = os.pathsep.join(path)
    command = [str(PYTHON), "-P", "-m", "haicap.site.commands", *words]
    os.execve(PYTHON, command, environment)  # noqa: S606


def main(arguments: list[str]) -> int:
    """Do what the words say; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    word, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if word in {"-h", "--help", "help"}:
        print(HELP)
        return 0
    if word == "haicap":
        words, developer = rest or ["--help"], False
    elif word in WORDS:
        command, developer = WORDS[word]
        words = [command, *rest]
    else:
        print(f"Không có lệnh “{word}”. | There is no “{word}”.\n\n{HELP}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        prepare(developer=developer)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nĐã dừng; chạy lại sẽ làm tiếp. | Stopped; run again to go on.", file=sys.stderr)
        return 130
    hand_over(words)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
