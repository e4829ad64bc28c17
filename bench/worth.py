"""What stock was worth, in one command: `python -m bench.worth` from the project's root.

On each engine 10,000 products with ten cost layers each and a million moves behind them over two years, some dated
back. The worth of all products is asked of a day a year back, of today, and what changed it in a month; then the audit
proves that what was filled in holds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from typing import Any

from bench.run import databases
from bench.timing import calibrated

PRODUCTS, ROUNDS, EACH, DAYS = 10_000, 100, 4, 730
"""Products, moves of each, moves of an entry, and over how many days."""
CHUNK = 20_000


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="moves of each of 10,000 products, in tens"
    )
    options = parser.parse_args()
    print("target: 10,000 products a year back in 2 s")
    for engine in (options.engine,) if options.engine else ("sqlite", "postgresql"):
        with (
            databases(engine, 1) as (environment,),
            ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
        ):
            pool.submit(_inside, environment, options.rounds).result()
        print(f"calibration: {calibrated():.1f} ms", flush=True)


def _inside(environment: dict[str, str], rounds: int) -> None:
    """In a process of its own, since Django knows one database."""
    from bench.worker import point_at

    point_at(environment)
    from django.db import connection

    from bench.company import Company
    from wharfinger.base import clock
    from wharfinger.ledger import sql
    from wharfinger.ledger.audit import audit
    from wharfinger.stock.queries.worth import changes, total, valuation

    company = Company.found(1)
    today = clock.today("Europe/Berlin")
    _fill(company, today, rounds)
    # As the autovacuum of a living database would have done.
    sql.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    then = today - timedelta(days=365)
    print(f"\n{connection.vendor}: {PRODUCTS} products, {PRODUCTS * rounds} moves")
    for what, ask in (
        ("worth of every product a year back", lambda: valuation(then)),
        ("worth of every product today", lambda: valuation(today)),
        ("total a year back", lambda: total(then)),
        ("what changed in the month before that day", lambda: changes(then - timedelta(days=30), then)),
        ("worth of fifty products a year back", lambda: valuation(then, range(50, 100))),
    ):
        print(f"{what}: {_median(ask):.0f} ms", flush=True)
    assert len(valuation(then)) > PRODUCTS - 2
    assert audit() == [], audit()[:3]


def _median(ask: Any, times: int = 5) -> float:
    took = []
    for _ in range(times):
        started = time.perf_counter()
        ask()
        took.append((time.perf_counter() - started) * 1e3)
    return statistics.median(took)


def _fill(company: Any, today: date, rounds: int) -> None:
    """Each product in turn takes in ten, then gives one away nine times, and so on; every hundredth entry is dated back."""
    from django.db import transaction

    from wharfinger.base import clock
    from wharfinger.catalog.models import Product
    from wharfinger.ledger import sql
    from wharfinger.ledger.models import Draw, Entry, Holding, Layer, Lot, Move

    now, at = clock.now(), company.made.bins[0].place_id

    def write(model: Any, rows: list[dict[str, Any]]) -> list[int]:
        found: list[int] = []
        for n in range(0, len(rows), CHUNK):
            found += sql.insert(model, rows[n : n + CHUNK])
        return found

    def day(entry: int, entries: int) -> date:
        return today - timedelta(days=DAYS - entry * DAYS // entries + (3 if entry % 100 == 99 else 0))

    with transaction.atomic():
        products = write(
            Product,
            [
                {"sku": f"W-{n}", "name": f"Ware {n}", "tax_code_id": company.made.tax.pk}
                for n in range(PRODUCTS)
            ],
        )
        lots = write(Lot, [{"product_id": pk} for pk in products])
        kinds = (("bin", at, False, rounds // 10), ("adjustment", 12, True, -(rounds // 10)))
        held = [
            write(
                Holding,
                [
                    {
                        "lot_id": lot,
                        "product_id": pk,
                        "serial": False,
                        "owned": True,
                        "place_id": place,
                        "kind": kind,
                        "unbounded": unbounded,
                        "claim_id": 0,
                        "quantity": left,
                    }
                    for lot, pk in zip(lots, products, strict=True)
                ],
            )
            for kind, place, unbounded, left in kinds
        ]
        entries = PRODUCTS * rounds // EACH
        made = write(
            Entry,
            [
                {"verb": "adjust", "recorded_at": now, "effective_on": day(n, entries), "reason": "Bench"}
                for n in range(entries)
            ],
        )
        for turn in range(rounds):
            opens = turn % 10 == 0
            own = [made[(turn * PRODUCTS + n) // EACH] for n in range(PRODUCTS)]
            if opens:
                layers = write(
                    Layer,
                    [
                        {
                            "product_id": pk,
                            "effective_on": day(0, entries),
                            "quantity": 1,
                            "value_minor": 600 + turn,
                        }
                        for pk in products
                    ],
                )
            ends = held[::-1] if opens else held
            moves = write(
                Move,
                [
                    {
                        "entry_id": own[n],
                        "n": n % EACH,
                        "source_id": ends[0][n],
                        "target_id": ends[1][n],
                        "quantity": 10 if opens else 1,
                    }
                    for n in range(PRODUCTS)
                ],
            )
            cost = 600 + turn // 10 * 10
            write(
                Draw,
                [
                    {
                        "entry_id": own[n],
                        "move_id": moves[n],
                        "layer_id": layers[n],
                        "quantity": -10 if opens else 1,
                        "value_minor": -10 * cost if opens else cost,
                    }
                    for n in range(PRODUCTS)
                ],
            )


if __name__ == "__main__":
    main()
