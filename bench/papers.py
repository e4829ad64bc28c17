"""Long papers in one command: `python -m bench.papers` from the project's root.

The pick list of a run over an order of five hundred lines, each of a product of its own; an invoice of two hundred lines,
posted, and its PDF. In process, on each engine; every paper is of another order, whose codes have been drawn by nobody.
Figures are medians; of each kind the first warms the fonts and does not count. The processor's part is told beside, for
machines that do other work.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from bench.run import databases
from bench.timing import Watch, busy, calibrated

if TYPE_CHECKING:
    from bench.company import Company

TARGETS = "targets: the pick list 1,000 ms; posting the invoice 300 ms, its PDF 500 ms"
PICKED, BILLED = 500, 200


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--times", type=int, default=3, help="how many papers of each kind")
    options = parser.parse_args()
    print(TARGETS)
    for engine in (options.engine,) if options.engine else ("sqlite", "postgresql"):
        with databases(engine, 1) as (environment,):
            pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
            with pool:
                pool.submit(_inside, environment, options.times).result()
        print(f"calibration: {calibrated():.1f} ms", flush=True)


def _inside(environment: dict[str, str], times: int) -> None:
    """In a process of its own, since Django knows one database."""
    from bench.worker import point_at

    point_at(environment)
    from django.db import connection

    from bench.company import Company
    from bench.reading import settle
    from wharfinger.ledger.audit import audit

    company = Company.found(PICKED * (times + 1))
    settle()
    print(f"\n{connection.vendor}", flush=True)
    took: dict[str, list[tuple[float, float]]] = {}
    for n in range(times + 1):
        mine = company.products[n * PICKED :][:PICKED]
        for name, act in (*_list(company, mine), *_invoice(company, mine[:BILLED])):
            began, watch = busy(), Watch()
            watch.time(name, act)
            if n:
                took.setdefault(name, []).append((watch.took[name], busy() - began))
    for name, figures in took.items():
        ms, cpu = (statistics.median(one) for one in zip(*figures, strict=True))
        print(f"  {name:<24}{cpu:8.0f} ms of processor {ms:8.0f} ms in all", flush=True)
    findings = audit()
    assert not findings, findings[:3]


def _lines(company: Company, products: Any) -> list[int]:
    """An order of one of each of these."""
    from wharfinger.base.access import HOUSE
    from wharfinger.demand.rules import LineWish
    from wharfinger.sales.actions.orders import create_order
    from wharfinger.sales.rules.orders import OrderWish

    wishes = tuple(LineWish(product.pk, 1) for product in products)
    wish = OrderWish(company.made.customer.pk, wishes, confirm=True)
    return create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]


def _list(company: Company, products: Any) -> list[tuple[str, Callable[[], Any]]]:
    """The pick list of a run that has just begun."""
    from wharfinger.base.access import HOUSE
    from wharfinger.documents.actions.printing import print_run_list
    from wharfinger.fulfilment.actions.runs import start_run

    begun = start_run(
        actor=company.made.user, location=company.made.location.pk, lines=_lines(company, products)
    )
    run = begun.one("fulfilment.PickRun")
    return [("pick list", lambda: print_run_list(actor=HOUSE, run=run, language="en"))]


def _invoice(company: Company, products: Any) -> list[tuple[str, Callable[[], Any]]]:
    """A draft that is posted, and its paper."""
    from wharfinger.base.access import HOUSE
    from wharfinger.billing.actions.invoices import draft_invoice, post_invoice
    from wharfinger.billing.rules.invoices import Bill, InvoiceWish
    from wharfinger.documents.actions.issuing import pdf

    wish = InvoiceWish(tuple(Bill(line, 1) for line in _lines(company, products)))
    draft = draft_invoice(actor=HOUSE, wish=wish).one("billing.Invoice")
    return [
        ("invoice, posted", lambda: post_invoice(actor=HOUSE, invoice=draft)),
        ("invoice, its PDF", lambda: pdf(actor=HOUSE, kind="invoice", pk=draft)),
    ]


if __name__ == "__main__":
    main()
