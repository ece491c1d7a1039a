"""Where the bytes lie: a folder, or an S3-compatible store, behind one protocol.

Names are the SHA-256 of the content. Bytes are whole and durable under their name before a row
speaks of them; a crash in between leaves bytes without a row, which the nightly sweep removes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

import obstore
from django.conf import settings
from django.utils.translation import gettext as _
from obstore.exceptions import BaseError
from obstore.store import from_url

from haicap.files.refused import BadFile
from haicap.kernel.errors import Refusal

PIECE: Final = 256 * 1024
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class StoreDown(Refusal):
    """The store does not answer, or has lost bytes that a row speaks of."""

    status = 503


@dataclass(frozen=True, slots=True)
class Spooled:
    """Bytes on their way in: written to `path` and flushed, not yet under their name."""

    path: Path
    sha256: str
    size: int

    def open(self) -> BinaryIO:
        """The bytes, to look at."""
        return self.path.open("rb")


class Store(Protocol):
    """The verbs of a store. `settle` is durable when it returns, and safe to repeat."""

    def spool(self, stream: BinaryIO, *, limit: int) -> contextlib.AbstractContextManager[Spooled]:
        """Read the stream to its end into a temporary file; gone afterwards unless settled."""

    def settle(self, spooled: Spooled) -> None:
        """Keep the bytes under their hash."""

    def open(self, sha256: str) -> Iterator[bytes]:
        """The bytes in pieces. StoreDown at once when they cannot be had."""

    def has(self, sha256: str) -> bool:
        """Whether the bytes are there."""

    def remove(self, sha256: str) -> None:
        """Forget the bytes."""

    def all(self) -> Iterator[tuple[str, datetime]]:
        """Every hash kept, with the time it was last put."""

    def tidy(self, *, before: datetime) -> int:
        """Remove what uploads broken off before then have left. Returns how many."""


def store() -> Store:
    """The store of settings.FILES_STORE: a folder's path, or s3://bucket/prefix."""
    return _store_at(str(settings.FILES_STORE))


@lru_cache(maxsize=8)
def _store_at(place: str) -> Store:
    if "://" in place:
        return ObjectStore(place)
    return Folder(Path(place))


@contextlib.contextmanager
def _spooled(stream: BinaryIO, *, folder: Path, limit: int) -> Iterator[Spooled]:
    path = folder / secrets.token_hex(16)
    try:
        with path.open("xb") as out:
            digest, size = hashlib.sha256(), 0
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > limit:
                    raise BadFile(
                        _("Tệp lớn quá. Mỗi tệp tối đa %(limit)s MB.")
                        % {"limit": limit // (1024 * 1024)}
                    )
                digest.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        yield Spooled(path=path, sha256=digest.hexdigest(), size=size)
    finally:
        path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Folder:
    """ab/cd/<sha256> under `root`: written beside, flushed, renamed, the folder flushed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "incoming"

    def _path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise ValueError("not a SHA-256")
        return self.root / sha256[:2] / sha256[2:4] / sha256

    @contextlib.contextmanager
    def spool(self, stream: BinaryIO, *, limit: int) -> Iterator[Spooled]:
        if not self.root.exists():
            # Citizens' papers: nobody else on the machine looks in, whatever the umask says.
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.incoming.mkdir(exist_ok=True)
        with _spooled(stream, folder=self.incoming, limit=limit) as spooled:
            yield spooled

    def settle(self, spooled: Spooled) -> None:
        target = self._path(spooled.sha256)
        with contextlib.suppress(FileNotFoundError):
            if target.stat().st_size == spooled.size:
                os.utime(target)  # fresh again: the sweep leaves it alone
                return
        for folder in (self.root / spooled.sha256[:2], target.parent):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                _sync_folder(folder.parent)
        spooled.path.chmod(0o440)
        spooled.path.rename(target)
        _sync_folder(target.parent)

    def open(self, sha256: str) -> Iterator[bytes]:
        try:
            opened = self._path(sha256).open("rb")
        except OSError as e:
            raise StoreDown(_("Tệp tạm thời chưa mở được. Xin thử lại sau.")) from e
        return _pieces(opened)

    def has(self, sha256: str) -> bool:
        return self._path(sha256).exists()

    def remove(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)

    def all(self) -> Iterator[tuple[str, datetime]]:
        for path in self.root.glob("??/??/*"):
            if _SHA256.fullmatch(path.name):
                with contextlib.suppress(FileNotFoundError):
                    yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def tidy(self, *, before: datetime) -> int:
        removed = 0
        for path in self.incoming.glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    removed += 1
        return removed


def _pieces(opened: BinaryIO) -> Iterator[bytes]:
    with opened:
        while piece := opened.read(PIECE):
            yield piece


class ObjectStore:
    """An S3-compatible store. A put is atomic there; keys are ab/cd/<sha256> under the prefix.

    Address and keys come from the usual environment (AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, …).
    """

    def __init__(self, url: str) -> None:
        self.remote: Any = from_url(url)

    def _key(self, sha256: str) -> str:
        if not _SHA256.fullmatch(sha256):
            raise ValueError("not a SHA-256")
        return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"

    @contextlib.contextmanager
    def spool(self, stream: BinaryIO, *, limit: int) -> Iterator[Spooled]:
        with (
            tempfile.TemporaryDirectory(prefix="haicap-") as folder,
            _spooled(stream, folder=Path(folder), limit=limit) as spooled,
        ):
            yield spooled

    def settle(self, spooled: Spooled) -> None:
        with _answering():
            obstore.put(self.remote, self._key(spooled.sha256), spooled.path)

    def open(self, sha256: str) -> Iterator[bytes]:
        with _answering():
            got = obstore.get(self.remote, self._key(sha256))
        return (bytes(piece) for piece in got.stream(min_chunk_size=PIECE))

    def has(self, sha256: str) -> bool:
        with _answering():
            try:
                obstore.head(self.remote, self._key(sha256))
            except FileNotFoundError:
                return False
        return True

    def remove(self, sha256: str) -> None:
        with _answering(), contextlib.suppress(FileNotFoundError):
            obstore.delete(self.remote, self._key(sha256))

    def all(self) -> Iterator[tuple[str, datetime]]:
        for batch in obstore.list(self.remote):
            for thing in batch:
                name = str(thing["path"]).rpartition("/")[2]
                if _SHA256.fullmatch(name):
                    yield name, thing["last_modified"]

    def tidy(self, *, before: datetime) -> int:
        return 0  # unfinished uploads lie in the system's temporary folder, which empties itself


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as e:
        raise StoreDown(_("Kho tệp tạm thời chưa trả lời. Xin thử lại sau.")) from e
