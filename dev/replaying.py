"""What every replay of other people's data shares: a company of its own, a clock, and a comparison with plain arithmetic."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

import django

ROOT = Path(__file__).parent.parent


class Clock:
    """How long each step took, and how often it was done."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.times: Counter[str] = Counter()

    @contextmanager
    def of(self, step: str) -> Iterator[None]:
        """Take the time of one more of a step."""
        begun = perf_counter()
        yield
        self.seconds[step] += perf_counter() - begun  # type: ignore[assignment]
        self.times[step] += 1


@contextmanager
def company(options: Namespace) -> Iterator[None]:
    """An empty company: in the folder and on the engine that the options name, or one that is thrown away."""
    with ExitStack() as stack:
        home = options.home or stack.enter_context(tempfile.TemporaryDirectory())
        os.environ["WHARFINGER_HOME"] = str(home)
        if getattr(options, "postgresql", False):
            sys.path.insert(0, str(ROOT))
            os.environ["DATABASE_URL"] = stack.enter_context(import_module("bench.server").durable())
        os.environ["DJANGO_SETTINGS_MODULE"] = "wharfinger.site.settings"
        django.setup()
        yield


def processor_s() -> float:
    """Seconds of processor that this process has had, and PostgreSQL's process that serves it."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    milliseconds: float = import_module("bench.timing").busy()
    return milliseconds / 1e3


def replayed(
    options: Namespace, source: Path, *, replay: str, check: str, parts: Sequence[str], done: str
) -> int:
    """Replay, compare, report; replay, check: the scripts' names; parts: of what they compute what is compared."""
    with company(options):
        bring_up_to_date = import_module("wharfinger.site.tables").bring_up_to_date
        # What stands on models can be imported only now.
        told: Callable[[Path, Clock], dict[str, Any]] = import_module(replay).replay
        clock = Clock()
        begun = perf_counter()
        with clock.of("make the tables"):
            bring_up_to_date()
        ours = told(source, clock)
        differences = _compared(ours, source, check, parts)
        whole = perf_counter() - begun
    for step, times in clock.times.items():
        seconds = clock.seconds.get(step, 0)
        each = f"{1000 * seconds / times:8.1f} ms each" if seconds else ""
        print(f"{step:32} {times:7} {seconds:8.1f} s {each}")
    print(f"{'all of it':32} {'':7} {whole:8.1f} s")
    print("\n".join(differences) or done)
    return 1 if differences else 0


def _compared(ours: dict[str, Any], source: Path, check: str, parts: Sequence[str]) -> list[str]:
    """Where the books differ from what the independent script computes."""
    script = Path(__file__).with_name(f"{check}.py")
    said = subprocess.run(
        [sys.executable, str(script), str(source)], capture_output=True, check=True, text=True
    )
    theirs = json.loads(said.stdout)
    return [
        f"{part} {name}: {ours[part].get(name)} in the books, {theirs[part].get(name)} expected"
        for part in parts
        for name in sorted(ours[part].keys() | theirs[part].keys())
        if ours[part].get(name) != theirs[part].get(name)
    ]
