"""The watch that takes the time of acts, and the figure that tells how quiet the machine was."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection

Counting = Callable[[Callable[[], Any]], tuple[Any, int]]


class Watch:
    """Takes the milliseconds of one act after another; with ``counting`` their statements as well."""

    def __init__(self, counting: Counting | None = None) -> None:
        self.took: dict[str, float] = {}
        self.counted: dict[str, int] = {}
        self._counting = counting

    def time(self, act: str, run: Callable[[], Any]) -> Any:
        """Run an act and keep how long it took."""
        if self._counting:
            found, self.counted[act] = self._counting(run)
            return found
        started = time.perf_counter()
        found = run()
        self.took[act] = (time.perf_counter() - started) * 1e3
        return found


def calibrated() -> float:
    """Milliseconds of a fixed loop: a run whose figure is a third above the quietest does not count."""
    started = time.perf_counter()
    total = 0
    for i in range(300_000):
        total += i
    return (time.perf_counter() - started) * 1e3


def busy() -> float:
    """Milliseconds of processor that this process has had, and PostgreSQL's process that serves it, on this machine."""
    mine = time.process_time() * 1e3
    if connection.vendor != "postgresql":
        return mine
    told = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
    user, system = told.rpartition(") ")[2].split()[11:13]
    return mine + (int(user) + int(system)) * 1e3 / os.sysconf("SC_CLK_TCK")
