"""People with scanners: each receives, moves, puts away and picks a few of the same products, as fast as it goes."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import connections

from tests.world import World
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding
from wharfinger.purchasing.actions.ordering import draft, submit
from wharfinger.purchasing.actions.receiving import receive
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.purchasing.rules.receiving import Arrival
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.actions.goods import put_away, transfer
from wharfinger.stock.rules.moving import Goods, Transfer

Thing = TypeVar("Thing")
PRODUCTS = 20
PAPERS = 10
"""So many purchase orders, and as many sales orders, name all of the products."""
PLENTY = 100_000


@dataclass
class Told:
    """What the scanners did: acts by verb, refusals by code, how long each took, and what else went wrong."""

    done: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)


class Floor:
    """A company in which much is ordered from a vendor and by a customer, and some lies in each of four bins."""

    def __init__(self, company: World) -> None:
        self.company = company
        self.products = [company.product() for _ in range(PRODUCTS)]
        for product in self.products:
            for bin in company.bins:
                company.stock(product, 50, bin=bin)
        self.begun = PRODUCTS * 50 * len(company.bins)
        self.bought, self.wanted = [], []
        for _ in range(PAPERS):
            lines = tuple(PurchaseLineWish(p.pk, PLENTY) for p in self.products)
            made = draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, lines))
            order = made.one("purchasing.PurchaseOrder")
            submit(actor=HOUSE, order=order)
            self.bought.append(
                list(PurchaseLine.objects.filter(purchase_order=order).values_list("pk", flat=True))
            )
            wish = tuple(LineWish(p.pk, PLENTY) for p in self.products)
            sold = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, wish, confirm=True))
            self.wanted.append(sold.made["ledger.Claim"])

    def receive(self, chance: random.Random) -> int:
        """A few lines of a purchase order arrive."""
        arrivals = [Arrival(line, chance.randint(1, 4)) for line in _some(chance, chance.choice(self.bought))]
        receive(actor=HOUSE, arrivals=arrivals)
        return sum(one.quantity for one in arrivals)

    def pick(self, chance: random.Random) -> int:
        """A few lines of a sales order are picked from free stock."""
        picks = [Pick(line, chance.randint(1, 2)) for line in _some(chance, chance.choice(self.wanted))]
        pick(actor=HOUSE, picks=picks)
        return sum(one.quantity for one in picks)

    def transfer(self, chance: random.Random) -> int:
        """A few products go from one location to the other."""
        there, back = chance.sample([self.company.location, self.company.other], 2)
        items = [
            Transfer(Goods(product.pk, chance.randint(1, 3), there.place_id), back.place_id)
            for product in _some(chance, self.products)
        ]
        transfer(actor=HOUSE, items=items)
        return sum(one.goods.quantity for one in items)

    def put_away(self, chance: random.Random) -> int:
        """A few products go from one bin of a location to its other."""
        here = chance.choice([self.company.location, self.company.other])
        one, other = chance.sample([bin for bin in self.company.bins if bin.location_id == here.pk], 2)
        items = [
            Transfer(
                Goods(product.pk, chance.randint(1, 3), here.place_id, bin=one.place_id),
                here.place_id,
                bin=other.place_id,
            )
            for product in _some(chance, self.products)
        ]
        put_away(actor=HOUSE, items=items)
        return sum(one.goods.quantity for one in items)

    def scanned(self, people: int, seconds: float, seed: int) -> Told:
        """Let so many people scan for so long, all at once, each with a connection of their own."""
        told = Told()
        start, until = threading.Barrier(people), time.monotonic() + seconds
        guard = threading.Lock()

        def person(number: int) -> None:
            chance = random.Random(f"{seed} {number}")
            start.wait()
            try:
                while time.monotonic() < until:
                    self._once(chance, told, guard)
            except BaseException as error:  # noqa: BLE001 - an error of any kind is what is looked for
                told.errors.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=person, args=(number,)) for number in range(people)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return told

    def _once(self, chance: random.Random, told: Told, guard: threading.Lock) -> None:
        act: Callable[[random.Random], int] = chance.choice(
            (self.receive, self.transfer, self.put_away, self.pick)
        )
        begun = time.monotonic()
        try:
            units = act(chance)
        except Refusal as refusal:
            with guard:
                told.refused[refusal.code] += 1
            return
        with guard:
            told.done[act.__name__] += 1
            told.units[act.__name__] += units
            told.seconds.append(time.monotonic() - begun)

    def standing(self) -> dict[str, int]:
        """How much stands in bins and picked."""
        found: Counter[str] = Counter()
        for kind, quantity in Holding.objects.filter(kind__in=("bin", "picked")).values_list(
            "kind", "quantity"
        ):
            found[kind] += quantity
        return dict(found)

    def expected(self, told: Told) -> dict[str, int]:
        """What must stand there by what the scanners say that they did."""
        return {
            "bin": self.begun + told.units["receive"] - told.units["pick"],
            "picked": told.units["pick"],
        }


def _some(chance: random.Random, among: Sequence[Thing]) -> list[Thing]:
    """Three of them, in any order."""
    return chance.sample(among, 3)
