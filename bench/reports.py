"""How long reports take, in one command: `python -m bench.reports` from the project's root.

On each engine a company with two hundred thousand invoiced lines behind it, and as many that it bought and received, of
two hundred products, five hundred customers and a year. Each report of figures is asked of that year by each of what
it can be told by, as its page (middleware and sign-in included) and as the API answers it, in process. Figures are
medians, also of processor time; loads say how busy the machine was.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from bench.run import databases
from bench.timing import busy, calibrated

LINES, CUSTOMERS, DAYS = 200_000, 500, 365
NAMES = ("sales", "margin", "purchases", "vendor-punctuality")


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--lines", type=int, default=LINES, help="invoiced lines, and lines that were bought")
    parser.add_argument("--only", choices=NAMES, nargs="+", default=NAMES, help="these reports alone")
    parser.add_argument("--times", type=int, default=5, help="how often each is asked")
    options = parser.parse_args()
    print("target: 1,000 ms")
    for engine in (options.engine,) if options.engine else ("sqlite", "postgresql"):
        with (
            databases(engine, 1) as (environment,),
            ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
        ):
            pool.submit(_inside, environment, options.lines, options.times, options.only).result()
        print(f"calibration: {calibrated():.1f} ms", flush=True)


def _inside(environment: dict[str, str], lines: int, times: int, names: Sequence[str]) -> None:
    """In a process of its own, since Django knows one database."""
    from bench.worker import point_at

    point_at(environment)
    from datetime import timedelta

    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from bench.company import Company
    from bench.fill import bought, invoiced
    from bench.reading import settle
    from wharfinger.base import clock
    from wharfinger.parties.models import Token
    from wharfinger.parties.queries import digest
    from wharfinger.site.queries.reports import BROKEN

    call_command("collectstatic", interactive=False, verbosity=0)
    company = Company.found()
    invoiced(connection, lines, company.made, company.products)
    bought(connection, lines, company.made, company.products)
    _spread(company)
    settle()
    Token.objects.create(
        user=company.made.user,
        name="bench",
        digest=digest("bench"),
        prefix="bench",
        scopes=["*"],
        made_at=clock.now(),
    )
    client = Client(headers={"host": "localhost"})
    client.force_login(company.made.user)
    caller = Client(headers={"host": "localhost", "authorization": "Bearer bench"})
    today = clock.today("Europe/Berlin")
    days = {"from": str(today - timedelta(days=DAYS)), "to": str(today)}
    shown = {"on-from": days["from"], "on-to": days["to"]}
    print(f"\n{connection.vendor}: {lines} invoiced lines, {lines} bought; medians of {times}", flush=True)
    for name in names:
        for by in BROKEN[name].by:
            page = _median(client, f"/reports/{name}/", {"by": by, **shown}, times)
            told = _median(caller, f"/api/v1/reports/{name}", {"by": by, **days}, times)
            load = os.getloadavg()[0]
            print(f"  {name:<20}{by:<10} page {page}  API {told}  load {load:.1f}", flush=True)


def _spread(company: Any) -> None:
    """Let what was copied have happened over a year, with many customers, and be somebody's."""
    from django.db import connection

    from wharfinger.base import clock
    from wharfinger.ledger import sql
    from wharfinger.parties.models import Organization

    today = clock.today("Europe/Berlin")
    first = sql.insert(Organization, [{"name": f"Customer {n}"} for n in range(CUSTOMERS)])[0]
    back = (
        "%s::date - (id % %s)::int"
        if connection.vendor == "postgresql"
        else "date(%s, '-' || (id % %s) || ' days')"
    )
    back = back.replace(" % ", " %% ")
    whose = f"{first} + id %% {CUSTOMERS}"
    for text, given in (
        (f"UPDATE billing_invoice SET issued_on = {back}, organization_id = {whose}", [today, DAYS]),
        (
            f"UPDATE purchasing_purchaseorder SET ordered_on = {back}, buyer_id = %s",
            [today, DAYS, company.made.user.pk],
        ),
        (
            f"UPDATE demand_sheet SET organization_id = {whose}, owner_id = %s, location_id = %s",
            [company.made.user.pk, company.made.location.pk],
        ),
    ):
        sql.execute(text, given)


def _median(client: Any, path: str, asked: dict[str, str], times: int) -> str:
    """What one waits, and the processor time of it, ours and that of PostgreSQL's process for us."""
    took, cpu = [], []
    for _ in range(times + 1):
        started, began = time.perf_counter(), busy()
        answer = client.get(path, asked)
        took.append((time.perf_counter() - started) * 1e3)
        cpu.append(busy() - began)
        assert answer.status_code == 200, (path, asked, answer.status_code, answer.content[:500])
    return f"{statistics.median(took[1:]):6.0f} ms ({statistics.median(cpu[1:]):6.0f} of processor)"


if __name__ == "__main__":
    main()
