"""Serves pages and the API by granian, and runs the worker beside it."""

import os
import signal
import socket
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from importlib.util import find_spec
from threading import Event, Thread

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from granian.constants import Interfaces
from granian.server import MPServer

from wharfinger.site import environment
from wharfinger.site.commands import Hindrance, counted

THREADS = 4
WORKER_PAUSE_S = 2.0


def arguments(parser: ArgumentParser) -> None:
    """Take the address to listen on, and whether the worker runs here."""
    parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--port", type=counted(1, 65535), default=os.environ.get("PORT") or "8000", help="port"
    )
    parser.add_argument(
        "--workers", type=counted(1, 256), help="processes; default: the cores on PostgreSQL, 1 on SQLite"
    )
    parser.add_argument("--no-worker", action="store_true", help="mails and webhooks are sent elsewhere")


def run(options: Namespace) -> int:
    """Serve until stopped; the worker ends with the server and is started again if it dies."""
    require_free(options)
    if not settings.WHITENOISE_USE_FINDERS:
        call_command("collectstatic", interactive=False, verbosity=0)
    connection.close()
    # So that the processes we start know their own address, and those that we split off.
    os.environ["PORT"] = str(options.port)
    if not environment.text("WHARFINGER_URL"):
        settings.PUBLIC_URL = f"http://localhost:{options.port}"
    print(f"Wharfinger listens on http://{options.host}:{options.port}/", flush=True)
    worker = None if options.no_worker else _Worker.start()
    try:
        _server(options).serve()
    finally:
        if worker:
            worker.stop()
    return 0


def processes() -> int:
    """As many as suit the database: one for SQLite, which has one writer; every core for PostgreSQL."""
    return 1 if connection.vendor == "sqlite" else max(1, os.cpu_count() or 1)


def _server(options: Namespace) -> MPServer:
    return MPServer(
        "wharfinger.site.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers or processes(),
        blocking_threads=THREADS,
        # A thread keeps its database connection and its prepared statements, so it should live.
        blocking_threads_idle_timeout=600,
        respawn_failed_workers=True,
        websockets=False,
        log_access=False,
    )


def require_free(options: Namespace) -> None:
    """Raise Hindrance where nothing can listen; the server itself would share a port with another one."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise Hindrance(
            f"Nothing can listen on {options.host}:{options.port} ({error.strerror}). Name another port by "
            "--port or PORT, another address by --host or HOST."
        ) from error


class _Worker:
    """The process that sends what waits in the outbox; a death is answered by a new one after a pause."""

    def __init__(self) -> None:
        self.stopping = Event()
        self.process: subprocess.Popen[bytes] | None = None
        self.watch = Thread(target=self._keep, name="worker-watch", daemon=True)

    @classmethod
    def start(cls) -> "_Worker | None":
        if find_spec("wharfinger.site.commands.work") is None:
            return None
        worker = cls()
        worker.watch.start()
        return worker

    def _keep(self) -> None:
        while not self.stopping.is_set():
            self.process = subprocess.Popen([sys.executable, "-m", "wharfinger", "work"])
            self.process.wait()
            self.stopping.wait(WORKER_PAUSE_S)

    def stop(self) -> None:
        self.stopping.set()
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.watch.join(10)
