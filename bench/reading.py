"""What readers wait for, in one command: `python -m bench.reading` from the project's root.

On each engine three companies. Two have a million open holdings, one with something on every worklist, one with
nothing on some: each tab is opened at its first page and deep inside. The third has a million moves behind it, and a
thousand products in five locations of three bins each with twenty open claims a location: what is available is asked,
and everything that people type is sought. A page is what our own views answer in process, middleware and sign-in
included. *In all* is the median of what one waits. *To draw* and *processor* are processor time, ours and that of
PostgreSQL's process for us: what a page costs, also where the machine is busy with something else.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

from bench.run import databases
from bench.timing import busy, calibrated

TARGETS = (
    "targets: 12 statements, 10 ms to draw, 60 ms in all; available 60 ms, all figures 150 ms; search 100 ms"
)


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--rows", type=int, default=1_000_000, help="open holdings, and moves behind")
    parser.add_argument("--times", type=int, default=21, help="how often each is asked")
    options = parser.parse_args()
    print(TARGETS)
    for engine in (options.engine,) if options.engine else ("sqlite", "postgresql"):
        for figures in (_full_worklists, _some_empty, _figures):
            with databases(engine, 1) as (environment,):
                pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
                with pool:
                    pool.submit(_inside, environment, figures.__name__, options.rows, options.times).result()
        print(f"calibration: {calibrated():.1f} ms", flush=True)


def _inside(environment: dict[str, str], figures: str, rows: int, times: int) -> None:
    """In a process of its own, since Django knows one database."""
    from bench.worker import point_at

    point_at(environment)
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    globals()[figures](rows, times)


def _full_worklists(rows: int, times: int) -> None:
    """The pages of work, each with something on it."""
    from bench.fill import ALL

    _worklists(rows, times, ALL)


def _some_empty(rows: int, times: int) -> None:
    """The same where nothing stands on some: the database may seek long before it knows."""
    from bench.fill import FEW

    _worklists(rows, times, FEW)


def _worklists(rows: int, times: int, waits: Sequence[str]) -> None:
    """The pages of work out of so many open holdings."""
    from django.core import signing
    from django.db import connection
    from django.urls import reverse

    from bench.company import Company
    from bench.fill import FEW, open_work
    from wharfinger.boards.worklists import WORKLISTS, waiting

    company = Company.found()
    open_work(connection, rows, company.made, company.products, waits)
    settle()
    get = door(company)
    empty = "some empty" if waits is FEW else "none empty"
    print(f"\n{connection.vendor}: worklists out of {rows} open holdings, {empty}")
    for one in WORKLISTS:
        for tab, (_, kinds) in one.tabs.items():
            found = waiting(one, kinds).order_by("-id").values_list("id", flat=True)
            count = found.count()
            middle = count // 2
            name = f"worklist_{one.name}"
            places = {"first": ""}
            if middle:
                mark = found[middle]
                places["deep"] = signing.dumps(["-", False, mark, mark], salt=f"list:{name}")
            for place, cursor in places.items():
                told = page(get, reverse(f"boards:{one.name}"), {"tab": tab, "cursor": cursor}, times)
                print(f"  {f'{one.name} {tab} {place}':<30}{count:7} rows  {told}", flush=True)


def _figures(rows: int, times: int) -> None:
    """Availability and search, with so many moves behind."""
    from django.db import connection

    from bench.company import Company
    from bench.shelves import LOCATIONS, shelves, typed
    from wharfinger.stock.models import Location
    from wharfinger.stock.queries.figures import available, stock_rows

    company = Company.found()
    company.fill(rows)
    products, claims = shelves(connection, company.made)
    settle()
    print(f"\n{connection.vendor}: {len(products)} products, {claims} open claims, {rows} moves behind")
    for name, ask in (("available", available), ("all figures", stock_rows)):
        ms = median(lambda ask=ask: ask(products), times)  # type: ignore[misc]
        print(f"  {name:<30}{ms:6.1f} ms", flush=True)
    locations = ",".join(map(str, Location.objects.order_by("-pk").values_list("pk", flat=True)[:LOCATIONS]))
    with company.asked() as ask_over_http:
        for name, path in (("available", "/stock/available"), ("all figures", "/stock")):
            # A list answers with at most 500 products, so a thousand are two requests.
            first = f"{path}?limit=500&location={locations}"
            answer = ask_over_http(first)
            asked = [first, f"{first}&cursor={quote(answer['next'])}"]
            assert sum(len(ask_over_http(one)["items"]) for one in asked) == LOCATIONS * len(products)
            ms = median(lambda asked=asked: [ask_over_http(one) for one in asked], times)  # type: ignore[misc]
            print(f"  {f'{name} over HTTP':<30}{ms:6.1f} ms", flush=True)
    get = door(company)
    for name, text in typed(company.made).items():
        print(f"  {f'search {name}':<30}{page(get, '/search/', {'q': text}, times)}", flush=True)


def settle() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def door(company: Any) -> Callable[[str, dict[str, str]], Any]:
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.force_login(company.made.user)

    def get(path: str, asked: dict[str, str]) -> Any:
        answer = client.get(path, asked)
        assert answer.status_code in (200, 302), (path, asked, answer.status_code, answer.content[:500])
        return answer

    return get


def page(get: Callable[[str, dict[str, str]], Any], path: str, asked: dict[str, str], times: int) -> str:
    """What one page costs, in words."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    answer = get(path, asked)
    with CaptureQueriesContext(connection) as found:
        get(path, asked)
        statements = len(found)
    drawn: list[float] = []
    with _drawing(drawn):
        began = busy()
        ms = median(lambda: get(path, asked), times)
        cpu = (busy() - began) / times
    size = len(answer.content) / 1e3
    draw = statistics.median(drawn) if drawn else 0.0
    return f"{statements:3} statements  {draw:5.1f} ms to draw  {cpu:6.1f} ms of processor  {ms:6.1f} ms in all  {size:5.1f} kB"


@contextmanager
def _drawing(drawn: list[float]) -> Iterator[None]:
    """Take the time of every template, without that of the statements that it asks for (what waits, in the navigation)."""
    from django.template.backends.jinja2 import Template

    from wharfinger.ledger import sql

    plain, fetch, asked = Template.render, sql.fetch, [0.0]

    def fetched(*args: Any) -> Any:
        # SQLite seeks while its rows are fetched.
        started = time.process_time()
        try:
            return fetch(*args)
        finally:
            asked[0] += time.process_time() - started

    def render(self: Any, context: Any = None, request: Any = None) -> Any:
        started, asked[0] = time.process_time(), 0.0
        found = plain(self, context, request)
        drawn.append((time.process_time() - started - asked[0]) * 1e3)
        return found

    with patch.object(Template, "render", render), patch.object(sql, "fetch", fetched):
        yield


def median(ask: Callable[[], Any], times: int) -> float:
    """Milliseconds of one asking among so many."""
    took = []
    for _ in range(times):
        started = time.perf_counter()
        ask()
        took.append((time.perf_counter() - started) * 1e3)
    return statistics.median(took)


if __name__ == "__main__":
    main()
