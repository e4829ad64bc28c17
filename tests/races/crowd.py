"""Many people at once: each a thread with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

from wharfinger.base.refusal import Refusal


@dataclass
class Outcome:
    """What became of each call."""

    done: list[Any] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)


def crowd(people: int, calls: Sequence[Callable[[], Any]]) -> Outcome:
    """Let so many people make all the calls between them, each the next that nobody has made."""
    outcome = Outcome()
    waiting = iter(calls)
    guard = threading.Lock()
    start = threading.Barrier(people)

    def one() -> None:
        start.wait()
        try:
            while True:
                with guard:
                    call = next(waiting, None)
                if call is None:
                    return
                try:
                    outcome.done.append(call())
                except Refusal as refusal:
                    outcome.refused.append(refusal)
                except BaseException as error:  # noqa: BLE001 - an error of any kind is what the test looks for
                    outcome.errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome
