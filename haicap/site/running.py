"""One data folder, one owner: who runs the city from it now, and at which address.

Standard library only, since the process that watches the demo city stays small.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

CLONE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Running:
    """What the owner of a data folder says of itself. `address` is empty for a passing command."""

    pid: int
    address: str
    database: str


class AlreadyRunning(Exception):
    """Another process owns the data folder; the text says which, in Vietnamese and English."""

    def __init__(self, running: Running | None) -> None:
        where = f", {running.address}" if running and running.address else ""
        who = f"tiến trình {running.pid}{where}" if running else "tiến trình khác"
        english = f"process {running.pid}{where}" if running else "another process"
        super().__init__(
            f"HaiCap đang chạy từ thư mục dữ liệu này rồi ({who}). Dừng nó bằng Ctrl-C, hoặc chọn "
            "thư mục và cổng khác bằng HAICAP_VAR và HAICAP_PORT.\n"
            f"HaiCap already runs from this data folder ({english}). Stop it with Ctrl-C, or "
            "choose another folder and port with HAICAP_VAR and HAICAP_PORT."
        )


def data_folder() -> Path:
    """HAICAP_VAR, or `var` in the clone; absolute, and made so for everything we start."""
    folder = Path(os.environ.get("HAICAP_VAR") or CLONE / "var").resolve()
    os.environ["HAICAP_VAR"] = str(folder)
    return folder


@contextmanager
def owning(var: Path) -> Iterator[None]:
    """Own the data folder until the end of the block, or until we die. AlreadyRunning otherwise."""
    with open(var / "lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunning(told(var)) from None
        forget(var)
        try:
            yield
        finally:
            forget(var)


def owned(var: Path) -> bool:
    """Whether somebody owns the data folder now."""
    try:
        with open(var / "lock") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return True
    except FileNotFoundError:
        return False
    return False


def tell(var: Path, running: Running) -> None:
    """Write down who owns the folder, for the commands that come by."""
    fresh = var / f"running.json.{os.getpid()}"
    fresh.write_text(json.dumps(asdict(running)))
    fresh.chmod(0o600)
    fresh.replace(var / "running.json")


def forget(var: Path) -> None:
    """Nobody runs here any more."""
    (var / "running.json").unlink(missing_ok=True)


def told(var: Path) -> Running | None:
    """What the present owner wrote down, if it has come that far."""
    try:
        return Running(**json.loads((var / "running.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
