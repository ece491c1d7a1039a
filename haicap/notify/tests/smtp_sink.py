"""A mail server for tests: speaks enough SMTP (RFC 5321), keeps what comes, misbehaves."""

from __future__ import annotations

import base64
import email
import email.policy
import socketserver
import threading
from email.message import EmailMessage
from types import TracebackType
from typing import Any


class _Talk(socketserver.StreamRequestHandler):
    server: SmtpSink

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 sink")
        while line := self.rfile.readline():
            word = line.split(b" ")[0].strip().upper()
            if word in {b"EHLO", b"HELO"}:
                self.say("250-sink")
                self.say("250 AUTH PLAIN" if self.server.asks_for_password else "250 8BITMIME")
            elif word == b"AUTH":
                self.know(line.split()[2])
            elif word == b"RCPT":
                self.say(self.server.answer_to_recipient)
            elif word == b"DATA":
                self.say("354 go on")
                self.take()
                if self.server.hang_up:
                    return
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def know(self, given: bytes) -> None:
        _nobody, user, password = base64.b64decode(given).decode().split("\0")
        self.server.told = [user, password]
        right = self.server.password in {"", password}
        self.say("235 welcome" if right else "535 wrong password")

    def take(self) -> None:
        text = b""
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            text += line.removeprefix(b".") if line.startswith(b"..") else line
        self.server.letters.append(email.message_from_bytes(text, policy=email.policy.default))
        if not self.server.hang_up:
            self.say("250 taken")


class SmtpSink(socketserver.ThreadingTCPServer):
    """`with SmtpSink() as sink:` listens on sink.port; what came is in sink.letters."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.letters: list[Any] = []
        self.answer_to_recipient = "250 ok"
        self.hang_up = False
        self.asks_for_password = False
        self.password = ""
        self.told: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def only(self) -> EmailMessage:
        """The one letter that came."""
        (letter,) = self.letters
        assert isinstance(letter, EmailMessage)
        return letter

    def __enter__(self) -> SmtpSink:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shutdown()
        self.server_close()
