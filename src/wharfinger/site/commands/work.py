"""Sends mails, webhooks and whatever else waits in the outbox, until stopped."""

from __future__ import annotations

import signal
import threading
import time
from argparse import ArgumentParser, Namespace

from django.db import OperationalError, close_old_connections

from wharfinger.notices import outbox
from wharfinger.site.consumers import CONSUMERS

PAUSE_S = 1.0


def arguments(parser: ArgumentParser) -> None:
    """Take whether to stop once nothing is due."""
    parser.add_argument("--once", action="store_true", help="do what is due now, then end")


def run(options: Namespace) -> int:
    """Work off the outbox; rows that fail are tried again later, each with its own back-off."""
    stop = threading.Event()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
    while not stop.is_set():
        try:
            taken = outbox.work(CONSUMERS)
        except OperationalError:
            # The database is away or busy: wait and take up the work again.
            close_old_connections()
            time.sleep(PAUSE_S)
            continue
        if not taken:
            if options.once:
                break
            stop.wait(PAUSE_S)
    return 0
