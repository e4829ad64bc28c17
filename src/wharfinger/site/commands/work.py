"""Sends mails, webhooks and whatever else waits in the outbox, and does what the clock asks for, until stopped."""

from __future__ import annotations

import signal
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence

from django.db import OperationalError, close_old_connections

from wharfinger.notices import calling, outbox
from wharfinger.site.consumers import CHORES, CONSUMERS, LANES, go_on

PAUSE_S = 1.0
CHORES_S = 10.0

Chores = Sequence[Callable[[], object]]


def arguments(parser: ArgumentParser) -> None:
    """Take whether to stop once nothing is due."""
    parser.add_argument("--once", action="store_true", help="do what is due now, then end")


def run(options: Namespace) -> int:
    """Work off the outbox, each lane in a thread of its own; rows that fail are tried again later."""
    stop = threading.Event()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if options.once:
        _work(CONSUMERS, stop, CHORES, once=True)
        while go_on():
            pass
        return 0
    first, *others = ({name: CONSUMERS[name] for name in lane} for lane in LANES)
    threads = [threading.Thread(target=_lane, args=(lane, stop), daemon=True) for lane in others]
    threads.append(threading.Thread(target=_runs, args=(stop,), daemon=True))
    for thread in threads:
        thread.start()
    _lane(first, stop, CHORES)
    for thread in threads:
        thread.join(2 * calling.TIMEOUT_S)
    return 0


def _lane(lane: Mapping[str, outbox.Consumer], stop: threading.Event, chores: Chores = ()) -> None:
    """Work until stopped; a fault of ours in one lane ends them all, so that it is seen and they begin anew."""
    try:
        _work(lane, stop, chores)
    finally:
        stop.set()


def _runs(stop: threading.Event) -> None:
    """Go on with files and invoices that are under way, slice by slice in a lane of its own; a fault of ours ends all lanes, so that it is seen."""
    try:
        while not stop.is_set():
            try:
                busy = go_on()
            except OperationalError:
                close_old_connections()
                busy = False
            if not busy:
                stop.wait(2 * PAUSE_S)
    finally:
        stop.set()


def _work(
    lane: Mapping[str, outbox.Consumer], stop: threading.Event, chores: Chores = (), *, once: bool = False
) -> None:
    due = time.monotonic()
    while not stop.is_set():
        try:
            if time.monotonic() >= due:
                for chore in chores:
                    chore()
                due = time.monotonic() + CHORES_S
            taken = outbox.work(lane)
        except OperationalError:
            # The database is away or busy: wait and take up the work again.
            close_old_connections()
            time.sleep(PAUSE_S)
            continue
        if not taken:
            if once:
                return
            stop.wait(PAUSE_S)
