"""The malware scanner: clamd by setting, a stand-in for tests and the demo, or none at all.

A scanner that does not answer never stops an upload: the file is kept as "unscanned", the page says
"chưa quét", and the nightly job tries again.
"""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from haicap.files.models import Scan

CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 20.0
# The industry's harmless test file, in two halves so that no scanner takes this source for it.
EICAR: Final = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scanner said; `found` is the name of the malware."""

    scan: Scan
    found: str = ""


Scanner = Callable[[Iterable[bytes]], Verdict]


def scan(pieces: Iterable[bytes]) -> Verdict:
    """The verdict of settings.CLAMD: host:port or a socket's path, "eicar", or no scanner."""
    place = str(settings.CLAMD)
    if not place:
        return Verdict(Scan.UNSCANNED)
    scanner: Scanner = find_eicar if place == "eicar" else Clamd(place)
    try:
        return scanner(pieces)
    except OSError as e:
        log.warning("the malware scanner at %s did not answer: %s", place, e)
        return Verdict(Scan.UNSCANNED)


def find_eicar(pieces: Iterable[bytes]) -> Verdict:
    """The stand-in: knows the test file and nothing else."""
    kept = b""
    for piece in pieces:
        if EICAR in kept + piece:
            return Verdict(Scan.INFECTED, "Eicar-Test-Signature")
        kept = (kept + piece)[-len(EICAR) :]
    return Verdict(Scan.CLEAN)


class Clamd:
    """clamd's INSTREAM (clamd(8)): pieces with their length, an empty one, one line of answer."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __call__(self, pieces: Iterable[bytes]) -> Verdict:
        with self._connect() as line:
            line.settimeout(ANSWER_SECONDS)
            line.sendall(b"zINSTREAM\0")
            for piece in pieces:
                line.sendall(struct.pack("!I", len(piece)) + piece)
            line.sendall(struct.pack("!I", 0))
            answer = b""
            while not answer.endswith(b"\0"):
                more = line.recv(4096)
                if not more or len(answer) > 4096:
                    break
                answer += more
        return _read(answer.rstrip(b"\0\n").decode(errors="replace"))

    def _connect(self) -> socket.socket:
        if self.place.startswith("/"):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(CONNECT_SECONDS)
            line.connect(self.place)
            return line
        host, _colon, port = self.place.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS)


def _read(answer: str) -> Verdict:
    """ "stream: OK" and "stream: Name FOUND"; everything else is no verdict."""
    said = answer.partition(": ")[2]
    if said == "OK":
        return Verdict(Scan.CLEAN)
    if said.endswith(" FOUND"):
        return Verdict(Scan.INFECTED, said.removesuffix(" FOUND"))
    log.warning("the malware scanner answered %r", answer[:200])
    return Verdict(Scan.UNSCANNED)
