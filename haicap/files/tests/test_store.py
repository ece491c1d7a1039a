"""The stores behind the one verb, and the scanner's line."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from haicap.files.models import Scan
from haicap.files.refused import BadFile
from haicap.files.scanner import EICAR, find_eicar, scan
from haicap.files.store import Folder, ObjectStore, Store, StoreDown, store

NONE = "0" * 64


@pytest.fixture(params=["folder", "object"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return Folder(tmp_path / "kept")
    return ObjectStore("memory:///")


def put(kept: Store, content: bytes) -> str:
    with kept.spool(io.BytesIO(content), limit=10**7) as spooled:
        kept.settle(spooled)
        kept.settle(spooled)
        return spooled.sha256


def test_what_was_settled_is_there_and_can_be_forgotten(kept: Store) -> None:
    content = b"Hai cap" * 100_000
    name = put(kept, content)
    assert kept.has(name)
    assert b"".join(kept.open(name)) == content
    assert [found for found, _put_at in kept.all()] == [name]
    kept.remove(name)
    kept.remove(name)
    assert not kept.has(name)
    with pytest.raises(StoreDown):
        kept.open(name)


def test_nobody_else_on_the_machine_looks_into_the_folder(tmp_path: Path) -> None:
    put(Folder(tmp_path / "var" / "files"), b"a paper")
    assert (tmp_path / "var" / "files").stat().st_mode & 0o077 == 0


def test_what_was_only_spooled_is_gone(kept: Store) -> None:
    with kept.spool(io.BytesIO(b"abc"), limit=10) as spooled:
        assert spooled.path.exists()
    assert not spooled.path.exists()
    assert list(kept.all()) == []


def test_a_stream_over_the_limit_is_not_read_to_its_end(kept: Store) -> None:
    stream = io.BytesIO(bytes(5_000_000))
    with pytest.raises(BadFile), kept.spool(stream, limit=1_000_000):
        pytest.fail("not reached")
    assert stream.tell() < 2_000_000


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, NONE + "0"])
def test_only_a_hash_is_a_name(kept: Store, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        kept.open(name)


def test_half_written_uploads_are_tidied_after_their_time(tmp_path: Path) -> None:
    kept = Folder(tmp_path)
    kept.incoming.mkdir()
    (kept.incoming / "half").write_bytes(b"x")
    now = datetime.fromtimestamp((kept.incoming / "half").stat().st_mtime, UTC)
    assert kept.tidy(before=now - timedelta(hours=1)) == 0
    assert kept.tidy(before=now + timedelta(hours=1)) == 1


def test_the_setting_chooses_the_store(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_STORE = str(tmp_path)
    assert isinstance(store(), Folder)
    settings.FILES_STORE = "memory:///"
    assert isinstance(store(), ObjectStore)


def test_a_damaged_stored_file_is_mended_by_the_same_bytes_sent_again(tmp_path: Path) -> None:
    kept = Folder(tmp_path)
    name = put(kept, b"whole")
    place = tmp_path / name[:2] / name[2:4] / name
    place.chmod(0o600)
    place.write_bytes(b"who")
    put(kept, b"whole")
    assert b"".join(kept.open(name)) == b"whole"


# --- the scanner ----------------------------------------------------------------------------------


class FakeClamd(threading.Thread):
    """One conversation of clamd's INSTREAM; answers what it is told to."""

    def __init__(self, line: socket.socket, answer: bytes) -> None:
        super().__init__(daemon=True)
        self.line, self.answer, self.received = line, answer, b""

    def run(self) -> None:
        peer, _address = self.line.accept()
        with peer, peer.makefile("rb") as heard:
            assert heard.read(10) == b"zINSTREAM\0"
            while length := struct.unpack("!I", heard.read(4))[0]:
                self.received += heard.read(length)
            peer.sendall(self.answer)


@pytest.fixture(params=["tcp", "unix"])
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    if request.param == "tcp":
        opened = socket.create_server(("127.0.0.1", 0))
        place = f"127.0.0.1:{opened.getsockname()[1]}"
    else:
        place = str(tmp_path / "clamd.sock")
        opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        opened.bind(place)
        opened.listen()
    with opened:
        yield opened, place


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (b"stream: OK\0", Scan.CLEAN),
        (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", Scan.INFECTED),
        (b"INSTREAM size limit exceeded. ERROR\0", Scan.UNSCANNED),
        (b"", Scan.UNSCANNED),
    ],
)
def test_clamd_is_sent_everything_and_its_answer_is_read(
    settings: Settings, line: tuple[socket.socket, str], answer: bytes, verdict: Scan
) -> None:
    opened, settings.CLAMD = line
    clamd = FakeClamd(opened, answer)
    clamd.start()
    assert scan([b"abc" * 1000, b"def"]).scan == verdict
    clamd.join(5)
    assert clamd.received == b"abc" * 1000 + b"def"


def test_a_clamd_that_never_answers_is_given_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("haicap.files.scanner.ANSWER_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CLAMD = f"127.0.0.1:{silent.getsockname()[1]}"
        assert scan([b"abc"]).scan == Scan.UNSCANNED


def test_the_stand_in_finds_the_test_file_across_pieces() -> None:
    assert find_eicar([b"x" * 9 + EICAR[:20], EICAR[20:] + b"y"]).scan == Scan.INFECTED
    assert find_eicar([EICAR[:20], b"-", EICAR[20:]]).scan == Scan.CLEAN
