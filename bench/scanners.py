"""Fifty people with scanners on the same twenty products, in one command: `python -m bench.scanners`.

Each is a thread with a connection of its own that receives, moves to another location, puts away into another
bin and picks three of the products at a time, by chance, as fast as it goes. On each engine it is told how many
acts were done, how long they took, what was refused, and that the books are right afterwards.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from bench.run import databases
from bench.timing import calibrated


def main() -> int:
    """Let them scan on both engines; whether an error reached anybody or the books are wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    wrong = 0
    for engine in (options.engine,) if options.engine else ("sqlite", "postgresql"):
        with (
            databases(engine, 1) as (environment,),
            ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
        ):
            wrong += pool.submit(_inside, environment, options.people, options.seconds).result()
        print(f"calibration: {calibrated():.1f} ms, load {os.getloadavg()[0]:.1f}", flush=True)
    return 1 if wrong else 0


def _inside(environment: dict[str, str], people: int, seconds: int) -> int:
    """In a process of its own, since Django knows one database."""
    from bench.worker import point_at

    point_at(environment)
    from django.db import connection

    from tests.races.scanners import Floor
    from tests.world import world
    from wharfinger.ledger.audit import audit
    from wharfinger.site.tables import bring_up_to_date

    bring_up_to_date()
    floor = Floor(world())
    told = floor.scanned(people, seconds, 7)
    took = sorted(told.seconds)
    acts = sum(told.done.values())
    print(f"\n{connection.vendor}: {people} people, {seconds} s, {acts / seconds:.0f} acts a second")
    print(f"  done: {dict(told.done)}, refused: {dict(told.refused)}")
    print(
        f"  an act took {1000 * took[acts // 2]:.0f} ms, 1 of 20 more than {1000 * took[acts * 19 // 20]:.0f} ms, "
        f"the longest {1000 * took[-1]:.0f} ms"
    )
    findings = audit()
    right = floor.standing() == floor.expected(told) and not findings
    print(
        f"  errors: {told.errors}; books {'are right' if right else f'are wrong: {findings[:3]}'}", flush=True
    )
    return 0 if right and not told.errors else 1


if __name__ == "__main__":
    sys.exit(main())
