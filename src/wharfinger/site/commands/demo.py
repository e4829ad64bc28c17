"""Shows Wharfinger with a company that has lived in it for two months."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from wharfinger.parties.models import User
from wharfinger.site import environment
from wharfinger.site.commands import Hindrance, init, serve
from wharfinger.site.demo import people
from wharfinger.site.demo.fill import fill
from wharfinger.site.demo.mailbox import Mailbox
from wharfinger.site.tables import bring_up_to_date


def arguments(parser: ArgumentParser) -> None:
    """Take what `wharfinger serve` takes, and whether to serve at all."""
    serve.arguments(parser)
    parser.add_argument("--no-serve", action="store_true", help="prepare the demo company, and stop")


def run(options: Namespace) -> int:
    """Prepare the demo company where there is none, say who may sign in, and serve."""
    if not options.no_serve:
        serve.require_free(options)
    with _in_a_hurry():
        bring_up_to_date()
    if not init.exists():
        print("Preparing the demo company …", flush=True)
        if not options.no_serve:
            if code := _fill_apart():
                return code
        else:
            with _in_a_hurry():
                fill()
    elif not _is_the_demo():
        raise Hindrance(
            "Another company lives here; it stays as it is. Start it by `wharfinger serve`, or name another "
            "folder by WHARFINGER_HOME for the demo."
        )
    print(_welcome(options), flush=True)
    if options.no_serve:
        return 0
    if not environment.text("WHARFINGER_SMTP"):
        # Set for the processes that are started from here; this one sends no mail itself.
        os.environ["WHARFINGER_SMTP"] = Mailbox(settings.HOME / "mail").begin()
    return serve.run(options)


def _fill_apart() -> int:
    """Fill the company in a process of its own. Filling draws documents, and the threads that draw do not come along
    when the server forks from this process: the first document of its own would wait for them for ever."""
    connection.close()
    words = [sys.executable, "-m", "wharfinger", "demo", "--no-serve"]
    return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False).returncode


def _is_the_demo() -> bool:
    return User.objects.filter(username="wim", email="wim@kranholm.example").exists()


@contextmanager
def _in_a_hurry() -> Iterator[None]:
    """On SQLite, do not wait for the disk: a demo that a power cut interrupts is simply made again."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        kept = cursor.execute("PRAGMA synchronous").fetchone()[0]
        cursor.execute("PRAGMA synchronous = OFF")
    try:
        yield
    finally:
        connection.cursor().execute(f"PRAGMA synchronous = {int(kept)}")


def _welcome(options: Namespace) -> str:
    rows = [f"  {username:7} {role:14} {name}" for username, name, role, _language in people.USERS]
    return "\n".join(
        [
            f"{people.COMPANY['name']} is at http://{options.host}:{options.port}/",
            f"Everybody signs in with the password {people.PASSWORD}",
            *rows,
            *([] if environment.text("WHARFINGER_SMTP") else [f"Mails land in {settings.HOME / 'mail'}"]),
        ]
    )
