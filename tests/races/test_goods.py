"""Many people want the same goods at the same instant: nothing is oversold, and nobody is refused in vain."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from tests.races.crowd import crowd
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import Product
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Lot, Place
from wharfinger.ledger.write import Written
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish
from wharfinger.stock.models import Bin

SEED = int(os.environ.get("WHARFINGER_SEED", "7"))


@pytest.fixture
def company(fresh_database: dict[str, str]) -> World:
    """A small company in a database where acts really commit."""
    return world()


def ordered(company: World, *wanted: tuple[Product, int]) -> list[int]:
    """A confirmed order's lines."""
    lines = tuple(LineWish(p.pk, q) for p, q in wanted)
    return create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, lines, confirm=True)).made[
        "ledger.Claim"
    ]


def spread(company: World, product: Product, bins: int, units: int) -> None:
    """Goods of a product spread evenly over so many bins."""
    for n in range(bins):
        place = Place.objects.create(kind="bin", parent=company.location.place, sequence=100 + n)
        at = Bin.objects.create(location=company.location, name=f"R{n}", place=place)
        company.stock(product, units // bins, bin=at)


def test_the_last_units_are_sold_once(company: World) -> None:
    product = company.product()
    spread(company, product, 25, 100)

    def sell() -> Written:
        (line,) = ordered(company, (product, 1))
        return reserve(actor=HOUSE, holds=[Hold(line, 1)])

    outcome = crowd(16, [sell] * 240)
    assert outcome.errors == []
    assert len(outcome.done) == 100
    assert {r.code for r in outcome.refused} == {"not_enough"}
    assert {r.free for r in outcome.refused} == {0}
    assert len(outcome.refused) == 140
    assert held(product=product.pk)["bin"] == 100
    clean()


def test_one_serial_goes_to_one_line(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 1, serials=("S-1",))
    lot = Lot.objects.get(serial=True).pk
    lines = [ordered(company, (product, 1))[0] for _ in range(16)]
    outcome = crowd(16, [partial(reserve, actor=HOUSE, holds=[Hold(line, 1, lots=(lot,))]) for line in lines])
    assert outcome.errors == []
    assert len(outcome.done) == 1
    assert len(outcome.refused) == 15
    clean()


def test_nobody_is_refused_while_there_is_enough(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 16, serials=tuple(f"S-{n}" for n in range(16)))
    lines = [ordered(company, (product, 1))[0] for _ in range(16)]
    outcome = crowd(16, [partial(reserve, actor=HOUSE, holds=[Hold(line, 1)]) for line in lines])
    assert outcome.errors == []
    assert outcome.refused == []
    assert len(outcome.done) == 16
    clean()


def test_lines_in_crossed_order_do_not_deadlock(company: World) -> None:
    products = [company.product() for _ in range(6)]
    for product in products:
        company.stock(product, 1000)
    chance = random.Random(SEED)
    baskets = [ordered(company, *[(p, 1) for p in chance.sample(products, 4)]) for _ in range(48)]

    def walk(lines: list[int]) -> None:
        shuffled = chance.sample(lines, len(lines))
        reserve(actor=HOUSE, holds=[Hold(line, 1) for line in shuffled])
        pick(actor=HOUSE, picks=[Pick(line, 1) for line in reversed(shuffled)])
        ship(actor=HOUSE, picks=[Pick(line, 1) for line in shuffled])

    outcome = crowd(16, [partial(walk, lines) for lines in baskets])
    assert outcome.errors == []
    assert outcome.refused == []
    assert held(product=products[0].pk)["bin"] + held(product=products[0].pk).get("customer", 0) == 1000
    clean()


def test_two_people_fight_for_two_products_the_other_way_round(company: World) -> None:
    # Case M05: five people, each an order of 60 of X and 60 of Y in alternating order of lines.
    x, y = company.product(), company.product()
    company.stock(x, 100)
    company.stock(y, 100)
    orders = [ordered(company, *([(x, 60), (y, 60)] if n % 2 else [(y, 60), (x, 60)])) for n in range(5)]
    outcome = crowd(
        5, [partial(reserve, actor=HOUSE, holds=[Hold(line, 60) for line in lines]) for lines in orders]
    )
    assert outcome.errors == []
    assert len(outcome.done) == 1
    assert {r.free for r in outcome.refused} == {40}
    clean()


def test_one_key_is_one_act(company: World) -> None:
    product = company.product()
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 1),), confirm=True)
    before = entries()
    outcome = crowd(16, [partial(create_order, actor=HOUSE, wish=wish, key="same")] * 32)
    assert outcome.errors == []
    assert outcome.refused == []
    assert len({written.id for written in outcome.done}) == 1
    assert sum(not written.replayed for written in outcome.done) == 1
    assert entries() == before + 1


KILLED = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wharfinger.site.settings")
import django
django.setup()
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish
customer, product = int(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
while True:
    lines = tuple(LineWish(product, 1) for _ in range(5))
    made = create_order(actor=HOUSE, wish=OrderWish(customer, lines, confirm=True)).made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(c, 1) for c in made])
    pick(actor=HOUSE, picks=[Pick(c, 1) for c in made])
    ship(actor=HOUSE, picks=[Pick(c, 1) for c in made])
"""


def test_a_process_killed_in_mid_act_leaves_nothing_half_written(
    company: World, fresh_database: dict[str, str], tmp_path: Path
) -> None:
    product = company.product()
    company.stock(product, 100_000)
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    chance = random.Random(SEED)
    for _ in range(4):
        workers = [
            subprocess.Popen(
                [sys.executable, str(script), str(company.customer.pk), str(product.pk)],
                env=os.environ | fresh_database,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for _ in range(2)
        ]
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"ready\n", worker.stderr and worker.stderr.read()
        time.sleep(0.2 + chance.random() * 0.3)
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
            worker.communicate()
    assert held(product=product.pk)["customer"] > 0
    clean()
    (line,) = ordered(company, (product, 1))
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    clean()
