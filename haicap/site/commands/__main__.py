"""The front of the command line: finds the subcommand, gives it a database and Django if needed."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from haicap.site import postgres, running


@dataclass(frozen=True, slots=True)
class Row:
    """One subcommand: its file, what it needs before it is loaded, and what it does."""

    module: str
    vietnamese: str
    english: str
    django: bool = True
    database: bool = True


COMMANDS = {
    "demo": Row("demo", "chạy thành phố mẫu", "run the demo city", django=False, database=False),
    "test": Row("test", "kiểm thử", "run the tests", django=False, database=False),
    "check": Row("check", "kiểm mã nguồn", "check the source", django=False, database=False),
    "prepare": Row("prepare", "dựng mọi thứ trước khi chạy", "make everything ready to start"),
    "migrate": Row("migrate", "nâng cấp cấu trúc dữ liệu", "bring the database up to date"),
    "build": Row(
        "build", "bản dịch, phông chữ, tệp tĩnh", "translations, fonts, static files", django=False
    ),
    "web": Row("web", "tiến trình web", "the web processes"),
    "worker": Row("worker", "tiến trình chạy việc nền", "the worker of background jobs"),
    "doctor": Row("doctor", "khám máy và nói cách chữa", "check the machine and say what to do"),
    "load-city": Row("city", "nạp thành phố mẫu", "load the demo city"),
    "import-procedures": Row("procedures", "nhập thủ tục từ tệp", "import procedures from a file"),
    "cast": Row("cast", "các vai trong bản mẫu", "the demo's cast"),
    "token": Row("token", "mã truy cập API của một vai", "an API token of one of the cast"),
    "add-staff": Row("staff", "tạo tài khoản cán bộ đầu tiên", "make the first staff account"),
    "texts": Row("texts", "bản dịch tiếng Anh", "the English texts", django=False, database=False),
    "flow": Row("flow", "sơ đồ trạng thái", "the diagram of states", database=False),
}


class Command(Protocol):
    """What the file of a subcommand offers."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the words the subcommand takes."""

    def run(self, options: argparse.Namespace) -> int:
        """Do it; the exit status."""


def overview() -> str:
    """The list of subcommands, for --help."""
    rows = [f"  {word:18} {row.vietnamese} | {row.english}" for word, row in COMMANDS.items()]
    return "haicap LỆNH [...]\n\n" + "\n".join(rows) + "\n\n  haicap LỆNH --help"


def own_words(*words: str) -> None:
    """Progress of the embedded server, on the error stream: the output stays the command's own."""
    print("  " + " | ".join(words), file=sys.stderr, flush=True)


@contextmanager
def database() -> Iterator[None]:
    """DATABASE_URL for the block: as given, else the running demo's, else the embedded server
    started for as long as the command runs."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    var = running.data_folder()
    postgres.make_folder(var)
    found = running.told(var) if running.owned(var) else None
    if found and found.address:
        os.environ["DATABASE_URL"] = found.database
        yield
        return
    with running.owning(var):
        postgres.make_folder(var / "log", mode=0o700)
        home = postgres.find_home(var=var)
        server = postgres.start(home=home, log=var / "log" / "postgres.log", say=own_words)
        try:
            running.tell(var, running.Running(pid=os.getpid(), address="", database=server.url))
            os.environ["DATABASE_URL"] = server.url
            yield
        finally:
            server.stop()


def load(row: Row) -> Command:
    """The subcommand's file, with Django ready if it wants it."""
    if row.django:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haicap.site.settings")
        importlib.import_module("django").setup()
    module: Command = importlib.import_module(f"haicap.site.commands.{row.module}")  # type: ignore[assignment]
    return module


def perform(word: str, row: Row, rest: list[str]) -> int:
    """Load the subcommand, read its words and run it."""
    command = load(row)
    parser = argparse.ArgumentParser(
        prog=f"haicap {word}", description=f"{row.vietnamese} | {row.english}"
    )
    command.arguments(parser)
    return command.run(parser.parse_args(rest))


def main(arguments: list[str]) -> int:
    """Run one subcommand; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    word, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    row = COMMANDS.get(word)
    if not os.environ.get("DATABASE_URL"):
        # The embedded server is the demo's; a production installation names its database.
        os.environ.setdefault("HAICAP_MODE", "demo")
    try:
        if row is None:
            asked = word in {"-h", "--help", "help"}
            if not asked:
                print(f"Không có lệnh “{word}”. | There is no “{word}”.", file=sys.stderr)
            print(overview(), flush=True)
            return 0 if asked else 2
        if row.database and not {"-h", "--help"} & set(rest):
            with database():
                return perform(word, row, rest)
        return perform(word, row, rest)
    except (postgres.ServerTrouble, running.AlreadyRunning) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader went away, as in `haicap ... | head`: nothing more to say, also at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
