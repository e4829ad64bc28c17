"""The company in which acts are timed, and the three ways to do them."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httpx
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.fill import past
from bench.floor import Floor
from tests.fresh import served
from tests.world import World, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Lot
from wharfinger.parties.models import Token
from wharfinger.parties.queries import digest
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish

PRODUCTS = 200
QUANTITY = 2


class Clock:
    """Takes the time of one act after another."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}

    def time(self, act: str, run: Callable[[], Any]) -> Any:
        """Run an act and keep its milliseconds."""
        started = time.perf_counter()
        found = run()
        self.took[act] = (time.perf_counter() - started) * 1e3
        return found


class Bench:
    """The company, its products, and the ways."""

    def __init__(self, company: World) -> None:
        self.company = company
        self.products = [company.product() for _ in range(PRODUCTS)]
        for product in self.products:
            company.stock(product, 10_000_000, value_minor=6_000_000_000)
        loose = dict(Lot.objects.filter(code_key="").values_list("product_id", "pk"))
        self.lots = [(p.pk, loose[p.pk]) for p in self.products]
        self.stages = {loc.place_id: loc.picked_place_id for loc in (company.location, company.other)}
        self.statements: dict[str, int] = {}
        connection.ensure_connection()
        self.bare = Floor(connection.connection, connection.vendor)
        self.same_rows()

    @classmethod
    def found(cls) -> Bench:
        """Make an empty database and the company."""
        call_command("migrate", verbosity=0)
        return cls(world())

    def fill(self, moves: int) -> None:
        """Put so many moves behind the company."""
        past(connection, moves, self.company, self.products)

    def wanted(self) -> list[int]:
        """Ten products, by chance."""
        return [p.pk for p in random.sample(self.products, 10)]

    def floor(self, n: int) -> dict[str, float]:
        """An order by hand-written SQL."""
        watch, bare, products, key = Clock(), self.bare, self.wanted(), f"floor-{n}-{time.time_ns()}"
        customer, site = self.company.customer.pk, self.company.site
        sheet, claims = watch.time(
            "create", lambda: bare.create(f"c{key}", customer, site.pk, [(p, QUANTITY) for p in products])
        )
        watch.time("reserve", lambda: bare.reserve(f"r{key}", sheet, claims, products))
        watch.time("pick", lambda: bare.pick(f"p{key}", sheet, claims, products, self.stages))
        watch.time(
            "ship", lambda: bare.ship(f"s{key}", sheet, claims, products, customer, site.pk, site.place_id)
        )
        watch.time("invoice", lambda: bare.invoice(f"i{key}", sheet, claims, customer, site.pk))
        return watch.took

    def process(self, n: int) -> dict[str, float]:
        """An order by our actions."""
        watch, key = Clock(), f"process-{n}-{time.time_ns()}"
        wish = OrderWish(
            self.company.customer.pk, tuple(LineWish(p, QUANTITY) for p in self.wanted()), confirm=True
        )
        made = watch.time("create", lambda: create_order(actor=HOUSE, wish=wish, key=f"c{key}"))
        claims = made.made["ledger.Claim"]
        watch.time(
            "reserve", lambda: reserve(actor=HOUSE, holds=[Hold(c, QUANTITY) for c in claims], key=f"r{key}")
        )
        watch.time(
            "pick", lambda: pick(actor=HOUSE, picks=[Pick(c, QUANTITY) for c in claims], key=f"p{key}")
        )
        watch.time(
            "ship", lambda: ship(actor=HOUSE, picks=[Pick(c, QUANTITY) for c in claims], key=f"s{key}")
        )
        watch.time(
            "invoice",
            lambda: invoice(
                actor=HOUSE, wish=InvoiceWish(tuple(Bill(c, QUANTITY) for c in claims)), key=f"i{key}"
            ),
        )
        return watch.took

    def http(self, stack: ExitStack) -> Callable[[int], dict[str, float]]:
        """An order over our API, served by a process of its own."""
        token = f"bench-{time.time_ns()}"
        Token.objects.create(
            user=self.company.user,
            name="bench",
            digest=digest(token),
            prefix="bench",
            scopes=["*"],
            made_at=clock.now(),
        )
        url = stack.enter_context(
            served({k: os.environ[k] for k in ("WHARFINGER_HOME", "DATABASE_URL") if k in os.environ})
        )
        client = stack.enter_context(
            httpx.Client(
                base_url=f"{url}/api/v1",
                headers={"Authorization": f"Bearer {token}"},
                timeout=60,
                trust_env=False,
            )
        )

        def said(path: str, body: Any, key: str) -> Any:
            answer = client.post(path, json=body, headers={"Idempotency-Key": key})
            assert answer.status_code in (200, 201), answer.text
            return answer.json()

        def order(n: int) -> dict[str, float]:
            watch, key = Clock(), f"http-{n}-{time.time_ns()}"
            lines = [{"product": p, "quantity": str(QUANTITY)} for p in self.wanted()]
            wish = {"organization": self.company.customer.pk, "lines": lines}
            made = watch.time("create", lambda: said("/orders?confirm=true", wish, f"c{key}"))
            claims = [line["id"] for line in made["lines"]]
            picks = [{"line": c, "quantity": str(QUANTITY)} for c in claims]
            watch.time("reserve", lambda: said(f"/orders/{made['id']}/reserve", {"lines": picks}, f"r{key}"))
            watch.time("pick", lambda: said("/pick", {"picks": picks}, f"p{key}"))
            watch.time("ship", lambda: said("/ship", {"picks": picks}, f"s{key}"))
            watch.time("invoice", lambda: said("/invoices", {"lines": picks}, f"i{key}"))
            return watch.took

        return order

    def same_rows(self) -> None:
        """Assert that floor and actions write the same rows of every table, and count their statements."""
        deltas = {}
        for name, way in (("floor", self.floor), ("process", self.process)):
            way(-1)
            before = self.rows()
            self.bare.n = 0
            with CaptureQueriesContext(connection) as found:
                way(-2)
            ours = sum(1 for q in found if not q["sql"].startswith(("BEGIN", "COMMIT", "ROLLBACK")))
            self.statements[name] = self.bare.n if name == "floor" else ours
            after = self.rows()
            deltas[name] = {
                table: after[table] - before[table] for table in after if after[table] != before[table]
            }
        assert deltas["floor"] == deltas["process"], (
            f"not the same rows:\n{deltas['floor']}\n{deltas['process']}"
        )

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        found = {}
        with connection.cursor() as cursor:
            for model in apps.get_models():
                cursor.execute(f'SELECT COUNT(*) FROM "{model._meta.db_table}"')
                found[model._meta.db_table] = cursor.fetchone()[0]
        return found
