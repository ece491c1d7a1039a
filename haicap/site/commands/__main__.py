"""The front of the command line: reads the words, gives the subcommand its database."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from haicap.kernel.errors import Refusal
from haicap.site import postgres, running
from haicap.site.commands.front import COMMANDS, Unready, overview, perform


def own_words(*words: str) -> None:
    """Progress of the embedded server, on the error stream: the output stays the command's own."""
    print("  " + " | ".join(words), file=sys.stderr, flush=True)


@contextmanager
def database(*, lasting: bool) -> Iterator[None]:
    """DATABASE_URL for the block: as given, else the running demo's, else the embedded server
    started for as long as the command runs. Unready when a lasting command would be on its own."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    var = running.data_folder()
    postgres.make_folder(var)
    found = running.told(var) if running.owned(var) else None
    if found and found.address:
        os.environ["DATABASE_URL"] = found.database
        # The demo's own address: the simulator of the citizens' sign-in stands there.
        os.environ.setdefault("HAICAP_PORT", str(urlsplit(found.address).port or 8000))
        yield
        return
    if lasting:
        raise Unready(
            "Hãy đặt DATABASE_URL, hoặc chạy bản mẫu bằng python3 run.py.\n"
            "Set DATABASE_URL, or run the demo with python3 run.py."
        )
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
            with database(lasting=row.lasting):
                return perform(word, row, rest)
        return perform(word, row, rest)
    except (postgres.ServerTrouble, running.AlreadyRunning, Unready, Refusal) as trouble:
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
