"""A mail server that sends nothing on: what the demo company mails lands in a folder, to be read there."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

MOST_BYTES = 25_000_000
"""Of one mail; a longer one is refused."""


class Mailbox(ThreadingTCPServer):
    """Takes mail on this machine (RFC 5321, the commands of its section 4.5.1) and keeps it as ``*.eml``."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder: Path, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Conversation)
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.numbers = count(len(list(folder.glob("*.eml"))) + 1)

    def begin(self) -> str:
        """Take mail from now on, beside whatever else runs; the address to send it to."""
        Thread(target=self.serve_forever, name="mailbox", daemon=True).start()
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def keep(self, mail: bytes) -> None:
        """Write a mail into the folder, under another name first, so that a reader never sees half of it."""
        name = f"{next(self.numbers):05d}"
        draft = self.folder / f".{name}"
        draft.write_bytes(mail)
        draft.rename(self.folder / f"{name}.eml")


class _Conversation(StreamRequestHandler):
    """One sender's session: commands line by line, and after DATA a mail that ends with a single dot."""

    server: Mailbox
    timeout = 60

    def handle(self) -> None:
        self._say(220, "wharfinger demo mailbox")
        while line := self.rfile.readline(2000):
            word = line[:4].strip().upper()
            if word == b"QUIT":
                self._say(221, "bye")
                return
            if word == b"DATA":
                self._take()
            elif word in {b"HELO", b"EHLO", b"MAIL", b"RCPT", b"RSET", b"NOOP"}:
                self._say(250, "ok")
            else:
                self._say(502, "not known here")

    def _take(self) -> None:
        self._say(354, "end with a single dot")
        lines: list[bytes] = []
        size = 0
        while (line := self.rfile.readline(MOST_BYTES)) not in {b".\r\n", b".\n", b""}:
            size += len(line)
            if size <= MOST_BYTES:
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if size > MOST_BYTES:
            self._say(552, "too long")
            return
        self.server.keep(b"".join(lines))
        self._say(250, "kept")

    def _say(self, code: int, text: str) -> None:
        self.wfile.write(f"{code} {text}\r\n".encode("ascii"))
