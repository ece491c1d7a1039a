"""The subcommands of `haicap`: which there are, what each needs, and how one is run."""

from __future__ import annotations

import argparse
import importlib
import os
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Row:
    """One subcommand: its file, what it does, and what it needs before it is loaded.

    A lasting one takes a database that lasts too: it is not given the embedded server for itself.
    """

    module: str
    vietnamese: str
    english: str
    django: bool = True
    database: bool = True
    lasting: bool = False


COMMANDS = {
    "demo": Row("demo", "chạy thành phố mẫu", "run the demo city", django=False, database=False),
    "test": Row("test", "kiểm thử", "run the tests", django=False, database=False),
    "check": Row("check", "kiểm mã nguồn", "check the source", django=False, database=False),
    "prepare": Row("prepare", "dựng sẵn mọi thứ", "make everything ready", django=False),
    "migrate": Row("migrate", "nâng cấp cấu trúc dữ liệu", "bring the database up to date"),
    "build": Row(
        "build",
        "bản dịch, phông chữ, tệp tĩnh",
        "translations, fonts, static files",
        django=False,
        database=False,
    ),
    "web": Row("web", "tiến trình web", "the web processes", lasting=True),
    "worker": Row("worker", "tiến trình việc nền", "the worker of background jobs", lasting=True),
    "doctor": Row("doctor", "khám máy và nói cách chữa", "check the machine and say what to do"),
    "load-city": Row("city", "nạp thành phố mẫu", "load the demo city"),
    "import-procedures": Row("procedures", "nhập thủ tục từ tệp", "import procedures from a file"),
    "procedure": Row("procedure", "xuất, nhập một thủ tục", "export or import a procedure"),
    "cast": Row("cast", "các vai trong bản mẫu", "the demo's cast"),
    "token": Row("token", "mã truy cập API của một vai", "an API token of one of the cast"),
    "add-staff": Row("staff", "tạo tài khoản cán bộ đầu tiên", "make the first staff account"),
    "texts": Row("texts", "bản dịch tiếng Anh", "the English texts", django=False, database=False),
    "flow": Row("flow", "sơ đồ trạng thái", "the diagram of states", database=False),
}


class Unready(Exception):
    """The installation is not set up; the text says what is missing."""


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


def load(row: Row) -> Command:
    """The subcommand's file, with Django ready if it wants it."""
    if row.django:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haicap.site.settings")
        settings_fault = importlib.import_module("django.core.exceptions").ImproperlyConfigured
        try:
            importlib.import_module("django").setup()
        except settings_fault as fault:
            raise Unready(str(fault)) from fault
    module: Command = importlib.import_module(f"haicap.site.commands.{row.module}")
    return module


def perform(word: str, row: Row, rest: list[str]) -> int:
    """Load the subcommand, read its words and run it."""
    command = load(row)
    parser = argparse.ArgumentParser(
        prog=f"haicap {word}",
        description=f"{row.vietnamese} | {row.english}",
        allow_abbrev=False,
    )
    command.arguments(parser)
    options, more = parser.parse_known_args(rest)
    if more and not getattr(command, "TAKES_MORE", False):
        parser.error(f"không hiểu | not understood: {' '.join(more)}")
    options.more = more
    return command.run(options)
