"""A mail server and a webhook receiver on this machine, and a company that may call it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.fresh import free_port


class Catcher:
    """A mail server that keeps what it is handed."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the name the server calls
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 kept"


@pytest.fixture
def catcher(settings: Any) -> Iterator[Catcher]:
    """A real SMTP server on this machine."""
    handler = Catcher()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield handler
    controller.stop()


class Receiver(HTTPServer):
    """A webhook receiver that keeps what it is told and answers as it is set to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.code = 204

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.told.append((dict(self.headers.items()), body))
        self.send_response(self.server.code)
        self.send_header("location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A real HTTP server on this machine."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def company() -> Any:
    """A small company whose webhooks may call this machine."""
    from tests.world import world
    from wharfinger.base.models import Setting

    Setting.objects.create(key="webhook_private_addresses", value=True)
    return world()
