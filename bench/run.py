"""One command for all figures: `python -m bench.run` from the project's root.

For the order of ten lines (create, reserve, pick, ship, invoice) three ways run in turn, order by order:
hand-written SQL that writes the same rows (the floor), our actions in process, our API over HTTP. On SQLite
and on PostgreSQL, at an empty database and with a million moves behind. Figures are medians; quote ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LINES = 10
ACTS = ("create", "reserve", "pick", "ship", "invoice")


def main() -> None:
    """Run each engine in a process of its own, since Django's settings are read once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one, in this process")
    parser.add_argument("--orders", type=int, default=100, help="orders of each way at each size")
    parser.add_argument(
        "--moves", type=int, default=1_000_000, help="moves behind the second measurement; 0 leaves it out"
    )
    parser.add_argument(
        "--rounds", type=int, default=1, help="how often empty and full alternate (each in a new database)"
    )
    parser.add_argument("--no-http", action="store_true", help="leave the API out")
    options = parser.parse_args()
    if options.engine:
        measure(options)
        return
    for engine in ("sqlite", "postgresql"):
        subprocess.run(
            [sys.executable, "-m", "bench.run", "--engine", engine, *sys.argv[1:]], cwd=ROOT, check=True
        )


def calibrated() -> float:
    """Milliseconds of a fixed loop: a run whose figure is a third above the quietest does not count."""
    started = time.perf_counter()
    total = 0
    for i in range(300_000):
        total += i
    return (time.perf_counter() - started) * 1e3


def measure(options: argparse.Namespace) -> None:
    """All figures of one engine."""
    with ExitStack() as stack:
        home = Path(tempfile.mkdtemp(prefix="wharfinger-bench-"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        os.environ["WHARFINGER_HOME"] = str(home)
        os.environ["DJANGO_SETTINGS_MODULE"] = "wharfinger.site.settings"
        os.environ.pop("DATABASE_URL", None)
        if options.engine == "postgresql":
            from bench import server

            os.environ["DATABASE_URL"] = stack.enter_context(server.durable())
        import django

        django.setup()
        from bench.company import Bench

        results: dict[str, dict[str, list[float]]] = {}
        bench = Bench.found()
        for size in (0, options.moves):
            if size:
                started = time.perf_counter()
                bench.fill(size)
                print(
                    f"{options.engine}: {size} moves filled in {time.perf_counter() - started:.0f} s",
                    flush=True,
                )
            results[str(size)] = rounds(bench, options, stack)
            if not options.moves:
                break
        report(options, results, bench)


def rounds(bench: Any, options: argparse.Namespace, stack: ExitStack) -> dict[str, list[float]]:
    """Run the ways in turn and keep each order's milliseconds by way and act."""
    ways: dict[str, Callable[[int], dict[str, float]]] = {"floor": bench.floor, "process": bench.process}
    if not options.no_http:
        ways["http"] = bench.http(stack)
    for way in ways.values():
        for n in range(5):
            way(-1 - n)
    times: dict[str, list[float]] = {}
    before = calibrated()
    for n in range(options.orders):
        for name, way in sorted(ways.items(), key=lambda _: random.random()):
            took = way(n)
            for act, ms in took.items():
                times.setdefault(f"{name} {act}", []).append(ms)
            times.setdefault(f"{name} all", []).append(sum(took.values()))
    print(f"calibration {before:.1f} ms before, {calibrated():.1f} ms after", flush=True)
    return times


def report(options: argparse.Namespace, results: dict[str, dict[str, list[float]]], bench: Any) -> None:
    """Print medians and ratios."""
    print(f"\n{options.engine}: order of {LINES} lines, medians of {options.orders}, ms")
    for size, times in results.items():
        floor = statistics.median(times["floor all"])
        for way in ("floor", "process", "http"):
            if f"{way} all" not in times:
                continue
            acts = " ".join(f"{act} {statistics.median(times[f'{way} {act}']):.1f}" for act in ACTS)
            total = statistics.median(times[f"{way} all"])
            print(f"  {int(size):>9} moves  {way:<8} {total:7.1f}  {total / floor:4.2f} × floor   {acts}")
    if len(results) == 2:
        empty, full = (statistics.median(t["process all"]) for t in results.values())
        print(f"  empty → {options.moves} moves, in process: {full / empty:.2f} ×")
    print(f"  statements: floor {bench.statements['floor']}, in process {bench.statements['process']}")
    print(
        json.dumps(
            {size: {k: round(statistics.median(v), 2) for k, v in t.items()} for size, t in results.items()}
        )
    )


if __name__ == "__main__":
    main()
