"""One command for all figures: `python -m bench.run` from the project's root.

Two works, each of ten lines: the order (create, reserve, pick, ship, invoice) and the receipt. Three ways do
them in turn: hand-written SQL that writes the same rows (the floor), our actions in process, our API over HTTP.
On SQLite and on PostgreSQL, in an empty database and in one with a million moves, which are measured in
alternating rounds. Figures are medians; quote ratios.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import server
from bench.timing import calibrated
from bench.worker import Worker

WORKS = ("order", "receipt")
WAYS = ("floor", "process", "http")
WARM = 16

Times = dict[str, list[float]]
Rounds = list[dict[int, Times]]
"""For each round, by moves behind: milliseconds by way and act."""


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--moves", type=int, default=1_000_000, help="in the full database; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=5, help="how often empty and full alternate")
    parser.add_argument("--times", type=int, default=12, help="each work in each way, round and database")
    parser.add_argument("--no-http", action="store_true", help="leave the API out")
    options = parser.parse_args()
    for engine in (options.engine,) if options.engine else ("sqlite", "postgresql"):
        measure(engine, options)


def measure(engine: str, options: argparse.Namespace) -> None:
    """All figures of one engine."""
    sizes = sorted({0, options.moves})
    with ExitStack() as stack:
        workers = {}
        for moves, environment in zip(sizes, stack.enter_context(databases(engine, len(sizes))), strict=True):
            workers[moves] = Worker(environment, moves, http=not options.no_http)
            stack.callback(workers[moves].close)
            print(f"{engine}: {moves} moves written in {workers[moves].fill_s:.0f} s", flush=True)
        quiet = [calibrated()]
        for work in WORKS:
            statements = workers[0].statements(work)
            rounds: Rounds = []
            for _ in range(options.rounds):
                for worker in workers.values():
                    worker.settle()
                    worker.measure(work, WARM)
                turn = random.sample(sizes, len(sizes))
                rounds.append({moves: workers[moves].measure(work, options.times) for moves in turn})
                quiet.append(calibrated())
            report(engine, work, rounds, statements)
        print(f"calibration: quietest {min(quiet):.1f} ms, loudest {max(quiet):.1f} ms")
        findings = workers[0].findings()
        assert not findings, findings


@contextmanager
def databases(engine: str, count: int) -> Iterator[list[dict[str, str]]]:
    """So many new databases, each as the environment of whoever works in it."""
    with ExitStack() as stack:
        homes = []
        for _ in range(count):
            homes.append(tempfile.mkdtemp(prefix="wharfinger-bench-"))
            stack.callback(shutil.rmtree, Path(homes[-1]), ignore_errors=True)
        if engine == "sqlite":
            yield [{"WHARFINGER_HOME": home} for home in homes]
            return
        first = stack.enter_context(server.durable())
        urls = [first, *(server.another(first, f"bench_{n}") for n in range(1, count))]
        yield [{"WHARFINGER_HOME": home, "DATABASE_URL": url} for home, url in zip(homes, urls, strict=True)]


def report(engine: str, work: str, rounds: Rounds, statements: dict[str, int]) -> None:
    """Print medians, ratios to the floor, and full to empty round by round."""
    sizes = sorted(rounds[0])
    ways = [way for way in WAYS if f"{way} all" in rounds[0][0]]
    print(f"\n{engine}: {work} of ten lines, medians in ms")
    for moves in sizes:
        floor = median(rounds, moves, "floor all")
        for way in ways:
            whole = median(rounds, moves, f"{way} all")
            acts = [key for key in rounds[0][moves] if key.startswith(f"{way} ") and key != f"{way} all"]
            parts = ", ".join(f"{key.split()[1]} {median(rounds, moves, key):.1f}" for key in acts)
            print(f"  {moves:>9} moves  {way:<8}{whole:7.1f}  {whole / floor:5.2f} × floor   {parts}")
    if len(sizes) > 1:
        for way in ways:
            key = f"{way} all"
            ratios = sorted(
                statistics.median(one[sizes[1]][key]) / statistics.median(one[sizes[0]][key])
                for one in rounds
            )
            each = " ".join(f"{ratio:.2f}" for ratio in ratios)
            print(f"  {sizes[0]} → {sizes[1]} moves, {way:<8} {statistics.median(ratios):.2f} ×  ({each})")
    print("  statements: " + ", ".join(f"{way} {count}" for way, count in statements.items()), flush=True)


def median(rounds: Rounds, moves: int, key: str) -> float:
    """Of all rounds."""
    return statistics.median(ms for one in rounds for ms in one[moves][key])


if __name__ == "__main__":
    main()
