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
from typing import Any

import pytest
from django.db.models import Count

from tests.races.crowd import crowd
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Product
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.charging import charge_and
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Answer, Entry, Lot, Place
from wharfinger.ledger.write import Written
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish
from wharfinger.stock.models import Bin
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

ORDERS = 1000
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

    outcome = crowd(16, [sell] * 1600)
    assert outcome.errors == []
    assert len(outcome.done) == 100
    assert {r.code for r in outcome.refused} == {"not_enough"}
    assert {r.free for r in outcome.refused} == {0}
    assert len(outcome.refused) == 1500
    assert held(product=product.pk)["bin"] == 100
    clean()


def test_the_last_unit_is_picked_for_one_charge(company: World) -> None:
    """Of charges that are picked as they are made one gets the last unit; the others are charged all the same."""
    product = company.product()
    company.stock(product, 1)
    wish = WorkWish("ticket", company.customer.pk)
    tickets = [create_work_order(actor=HOUSE, wish=wish).one("demand.Sheet") for _ in range(16)]

    def charge(ticket: int) -> Written:
        return charge_and(actor=HOUSE, sheet=ticket, wishes=[LineWish(product.pk, 1)], then="pick")

    outcome = crowd(16, [partial(charge, ticket) for ticket in tickets])
    assert (outcome.errors, outcome.refused) == ([], [])
    verbs = sorted(written.entry.verb for written in outcome.done)
    assert verbs == ["charge"] * 15 + ["pick"]
    assert held(product=product.pk) == {"picked": 1, "covered": 1, "to_order": 15, "to_bill": 16}
    clean()


def test_the_last_components_are_built_into_one_bundle_each(company: World) -> None:
    """Two of a board go into each, and other lines want the boards themselves: none is used twice."""
    board = company.product()
    server = company.product(build_on_pick=True)
    parts = [{"product": board.pk, "quantity": "2"}]
    change_product(actor=company.user, product=server.pk, values={}, components=parts)
    spread(company, board, 4, 40)

    def assemble() -> Written:
        (line,) = ordered(company, (server, 1))
        return pick(actor=HOUSE, picks=[Pick(line, 1)])

    def plainly() -> Written:
        (line,) = ordered(company, (board, 2))
        return pick(actor=HOUSE, picks=[Pick(line, 2)])

    outcome = crowd(8, [assemble, plainly] * 20)
    assert outcome.errors == []
    assert len(outcome.done) == 20
    assert {r.code for r in outcome.refused} == {"not_enough"}
    assert len(outcome.refused) == 20
    assert held(0, board.pk) == {}
    assert held(product=server.pk).get("picked", 0) * 2 + held(product=board.pk)["picked"] == 40
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
    for n in range(12):
        place = Place.objects.create(kind="bin", parent=company.location.place, sequence=200 - n)
        at = Bin.objects.create(location=company.location, name=f"S{n}", place=place)
        company.stock(product, 4, bin=at, serials=tuple(f"S-{n}-{m}" for m in range(4)))
    lines = [ordered(company, (product, 3))[0] for _ in range(16)]
    outcome = crowd(16, [partial(reserve, actor=HOUSE, holds=[Hold(line, 3)]) for line in lines])
    assert outcome.errors == []
    assert outcome.refused == []
    assert [held(line)["bin"] for line in lines] == [3] * 16
    clean()


def test_lines_in_crossed_order_do_not_deadlock(company: World) -> None:
    products = [company.product() for _ in range(20)]
    for product in products:
        company.stock(product, ORDERS)
    chance = random.Random(SEED)
    baskets = [chance.sample(products, 10) for _ in range(ORDERS)]

    def walk(basket: list[Product]) -> None:
        lines = ordered(company, *[(product, 1) for product in basket])
        shuffled = chance.sample(lines, len(lines))
        reserve(actor=HOUSE, holds=[Hold(line, 1) for line in shuffled])
        pick(actor=HOUSE, picks=[Pick(line, 1) for line in reversed(shuffled)])
        ship(actor=HOUSE, picks=[Pick(line, 1) for line in shuffled])
        invoice(actor=HOUSE, wish=InvoiceWish(tuple(Bill(line, 1) for line in reversed(shuffled))))

    outcome = crowd(16, [partial(walk, basket) for basket in baskets])
    assert outcome.errors == []
    assert outcome.refused == []
    assert len(outcome.done) == ORDERS
    for product in products:
        sold = sum(product in basket for basket in baskets)
        standing = held(product=product.pk)
        assert (standing["bin"], standing["customer"]) == (ORDERS - sold, sold)
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


def test_every_act_sent_twice_is_done_once(company: World) -> None:
    product = company.product()
    spread(company, product, 10, 60)
    lines = [ordered(company, (product, 1))[0] for _ in range(100)]
    calls = [
        partial(reserve, actor=HOUSE, holds=(Hold(line, 1),), key=f"key-{line}")
        for line in lines
        for _ in (1, 2)
    ]
    outcome = crowd(16, calls)
    assert outcome.errors == []
    assert {r.code for r in outcome.refused} == {"not_enough"}
    # Each of the sixty that succeed is answered twice with the same entry; a refusal stores nothing.
    assert len({written.id for written in outcome.done}) == 60
    assert sorted(written.replayed for written in outcome.done) == [False] * 60 + [True] * 60
    assert len(outcome.refused) == 80
    assert held(product=product.pk)["bin"] == 60
    assert sum("bin" in held(line) for line in lines) == 60
    clean()


KILLED = """
import os, signal, sys
from itertools import count
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wharfinger.site.settings")
import django
django.setup()
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.charging import charge_and
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish
customer, product = int(sys.argv[1]), int(sys.argv[2])

def work():
    for n in count():
        wish = OrderWish(customer, tuple(LineWish(product, 1) for _ in range(5)), confirm=True)
        made = create_order(actor=HOUSE, wish=wish, key=f"{os.getpid()}-{n}").made["ledger.Claim"]
        reserve(actor=HOUSE, holds=[Hold(c, 1) for c in made])
        pick(actor=HOUSE, picks=[Pick(c, 1) for c in made])
        ship(actor=HOUSE, picks=[Pick(c, 1) for c in made])

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    child = os.fork()
    if not child:
        work()
    print(child, flush=True)
"""
KILLS = 36


def test_a_process_killed_in_mid_act_leaves_nothing_half_written(
    company: World, fresh_database: dict[str, str], tmp_path: Path
) -> None:
    product = company.product()
    company.stock(product, 100_000)
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    chance = random.Random(SEED)
    command = [sys.executable, str(script), str(company.customer.pk), str(product.pk)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=os.environ | fresh_database, **pipes) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        for _ in range(KILLS // 6):
            children = []
            for _ in range(6):
                parent.stdin.write("go on\n")
                parent.stdin.flush()
                children.append(int(parent.stdout.readline()))
            time.sleep(0.2)
            for child in children:
                time.sleep(chance.random() * 0.2)
                os.kill(child, signal.SIGKILL)
            clean()
            assert not Answer.objects.filter(status=None).exists()
        parent.stdin.close()
    # Every act stands whole, with the moves of all its lines.
    moves = Entry.objects.exclude(verb="adjust").annotate(n=Count("moves")).values_list("verb", "n")
    assert set(moves) == {("order", 10), ("reserve", 10), ("pick", 5), ("ship", 5)}
    assert held(product=product.pk)["customer"] > 0
    (line,) = ordered(company, (product, 1))
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    clean()
