"""The company in which acts are timed: its products, its doors, and the proof that all ways write the same rows."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Any

import orjson
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import orders, receipts
from bench.fill import past
from bench.floor.driver import Floor
from bench.timing import Watch
from tests.fresh import served
from tests.world import World, world
from wharfinger.base import clock
from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Lot
from wharfinger.parties.models import Token
from wharfinger.parties.queries import digest
from wharfinger.site.tables import bring_up_to_date

PRODUCTS = 200

Way = Callable[[Watch, str], None]
"""One order or receipt in one way, under keys of this name."""


class Company:
    """The company, its products, and every way to do its work."""

    def __init__(self, made: World, products: Sequence[Product]) -> None:
        self.made, self.products = made, products
        self.chance = random.Random(1)
        loose = dict(Lot.objects.filter(code_key="").values_list("product_id", "pk"))
        self.lots = [(p.pk, loose[p.pk]) for p in products]
        self.stages = {loc.place_id: loc.picked_place_id for loc in (made.location, made.other)}
        connection.ensure_connection()
        self.bare = Floor(connection.connection, connection.vendor)

    @classmethod
    def found(cls, products: int = PRODUCTS) -> Company:
        """Make an empty database and the company."""
        bring_up_to_date()
        made = world()
        stocked = [made.product() for _ in range(products)]
        for product in stocked:
            made.stock(product, 10_000_000, value_minor=6_000_000_000)
        return cls(made, stocked)

    def fill(self, moves: int) -> None:
        """Put so many moves behind the company."""
        past(connection, moves, self.made, self.products)

    def ten(self) -> list[int]:
        """Ten products, by chance."""
        return [p.pk for p in self.chance.sample(self.products, 10)]

    def ways(self, said: orders.Said | None = None) -> dict[str, dict[str, Way]]:
        """By work and name: the floor, our actions, and, where somebody can be asked, our API."""
        found: dict[str, dict[str, Way]] = {}
        for name, work in (("order", orders), ("receipt", receipts)):
            found[name] = {
                "floor": lambda watch, key, work=work: work.floor(self, watch, key),  # type: ignore[misc]
                "process": lambda watch, key, work=work: work.process(self, watch, key),  # type: ignore[misc]
            }
            if said:
                found[name]["http"] = lambda watch, key, work=work: work.http(self, said, watch, key)  # type: ignore[misc]
        return found

    def statements(self, work: str) -> Mapping[str, int]:
        """Assert that floor and actions write the same rows of every table; how many statements each needs."""
        needed, rows = {}, {}
        for name, way in self.ways()[work].items():
            way(Watch(), unique("warm"))
            written: Counter[str] = Counter()
            watch = Watch(partial(self._counted, written))
            way(watch, unique("same"))
            needed[name], rows[name] = sum(watch.counted.values()), +written
        assert rows["floor"] == rows["process"], f"not the same rows:\n{rows['floor']}\n{rows['process']}"
        return needed

    def _counted(self, written: Counter[str], run: Callable[[], Any]) -> tuple[Any, int]:
        """What was done, and by how many statements; the rows it wrote are added up."""
        before = _rows()
        self.bare.n = 0
        with CaptureQueriesContext(connection) as found:
            result = run()
        ours = sum(1 for q in found if not q["sql"].startswith(("BEGIN", "COMMIT", "ROLLBACK")))
        written.update(_rows())
        written.subtract(before)
        return result, self.bare.n + ours

    @contextmanager
    def door(self) -> Iterator[orders.Said]:
        """Our API, served by a process of its own."""
        with self._line() as (line, headers):

            def said(path: str, body: Any, key: str) -> Any:
                sent = orjson.dumps(body)
                line.request("POST", f"/api/v1{path}", sent, headers | {"Idempotency-Key": key})
                return _answer(line)

            yield said

    @contextmanager
    def asked(self) -> Iterator[Callable[[str], Any]]:
        """What our API answers to a question, from a process of its own."""
        with self._line() as (line, headers):

            def ask(path: str) -> Any:
                line.request("GET", f"/api/v1{path}", headers=headers)
                return _answer(line)

            yield ask

    @contextmanager
    def _line(self) -> Iterator[tuple[HTTPConnection, dict[str, str]]]:
        """A connection to our API, with what each request says of who asks."""
        token = unique("bench")
        Token.objects.create(
            user=self.made.user,
            name="bench",
            digest=digest(token),
            prefix="bench",
            scopes=["*"],
            made_at=clock.now(),
        )
        place = {k: os.environ[k] for k in ("WHARFINGER_HOME", "DATABASE_URL") if k in os.environ}
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        with served(place) as url, closing(_line(url)) as line:
            yield line, headers


def _answer(line: HTTPConnection) -> Any:
    answer = line.getresponse()
    text = answer.read()
    assert answer.status in (200, 201), text
    return orjson.loads(text)


def _line(url: str) -> HTTPConnection:
    """A connection that stays open, by the plainest client there is: the API is measured, not the caller."""
    line = HTTPConnection(url.partition("//")[2], timeout=60)
    line.connect()
    line.sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    return line


def unique(name: str) -> str:
    """A name for keys that no act has used."""
    return f"{name}-{time.time_ns()}"


def _rows() -> Counter[str]:
    """How many rows each table has."""
    found: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f'SELECT COUNT(*) FROM "{model._meta.db_table}"')
            found[model._meta.db_table] = cursor.fetchone()[0]
    return found
