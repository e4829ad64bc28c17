"""A process that works in one database: Django knows one, and an empty and a full one are measured in turn."""

from __future__ import annotations

import os
import random
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from typing import Any

from bench.timing import Watch

_stack = ExitStack()
_here: dict[str, Any] = {}


class Worker:
    """One database with its company, in a process of its own."""

    def __init__(self, environment: dict[str, str], moves: int, *, http: bool) -> None:
        self._pool = ProcessPoolExecutor(
            1, mp_context=get_context("spawn"), initializer=point_at, initargs=(environment,)
        )
        self.fill_s: float = self._pool.submit(_open, moves, http).result()

    def statements(self, work: str) -> dict[str, int]:
        """How many statements each way needs, once they are shown to write the same rows."""
        return dict(self._pool.submit(_statements, work).result())

    def measure(self, work: str, times: int) -> dict[str, list[float]]:
        """Let the ways do so many each, in turn; milliseconds by way and act, "floor pick"."""
        return self._pool.submit(_measure, work, times).result()

    def settle(self) -> None:
        """Let PostgreSQL know what is there, as its own housekeeping does every minute: it keeps plans."""
        self._pool.submit(_settle).result()

    def findings(self) -> list[str]:
        """What the audit finds in all that was written."""
        return self._pool.submit(_findings).result()

    def close(self) -> None:
        """Stop serving and end the process."""
        self._pool.submit(_stack.close).result()
        self._pool.shutdown()


def point_at(environment: dict[str, str]) -> None:
    """Let Django of this process know that database."""
    os.environ.pop("DATABASE_URL", None)
    os.environ.update(environment, DJANGO_SETTINGS_MODULE="wharfinger.site.settings")
    import django

    django.setup()


def _open(moves: int, http: bool) -> float:
    from bench.company import Company

    company = Company.found()
    started = time.perf_counter()
    if moves:
        company.fill(moves)
    took = time.perf_counter() - started
    _here["company"] = company
    _here["ways"] = company.ways(_stack.enter_context(company.door()) if http else None)
    return took


def _statements(work: str) -> dict[str, int]:
    return dict(_here["company"].statements(work))


def _measure(work: str, times: int) -> dict[str, list[float]]:
    from bench.company import unique

    found: dict[str, list[float]] = {}
    ways = list(_here["ways"][work].items())
    for _ in range(times):
        random.shuffle(ways)
        for name, way in ways:
            watch = Watch()
            way(watch, unique(name))
            for act, ms in (*watch.took.items(), ("all", sum(watch.took.values()))):
                found.setdefault(f"{name} {act}", []).append(ms)
    return found


def _settle() -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _findings() -> list[str]:
    from wharfinger.ledger.audit import audit

    return [str(finding) for finding in audit()]
