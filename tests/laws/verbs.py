"""Every verb as somebody might try it: on something chosen by chance, sensible or not."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.world import World
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.sales.actions.orders import confirm, create_order, release, reserve
from wharfinger.sales.models import Order
from wharfinger.sales.rules.orders import Hold, OrderWish

METHODS = ("fifo", "lifo", "average", "specific")


class State:
    """The company and what chance has chosen so far."""

    def __init__(self, company: World, seed: int) -> None:
        self.company = company
        self.products: list[Product] = []
        self.serials = 0
        chance = random.Random(seed)
        for method in METHODS:
            traced = "serial" if method == "specific" else "none"
            product = company.product(cost_method=method, traced=traced)
            self.products.append(product)
            self.find_goods(product, chance)

    def find_goods(self, product: Product, chance: random.Random) -> None:
        """Goods turn up in a bin, at a cost that does not divide well."""
        quantity = chance.randint(1, 5)
        codes = tuple(f"S{self.serials + n}" for n in range(quantity)) if product.traced == "serial" else ()
        self.serials += quantity
        self.company.stock(
            product, quantity, value_minor=chance.randint(1, 1000), bin=chance.choice(self.company.bins), serials=codes
        )

    def line(self, chance: random.Random) -> Line | None:
        """One of the latest lines."""
        lines = list(Line.objects.filter(void__isnull=True).order_by("-pk")[:6])
        return chance.choice(lines) if lines else None


def _goods(state: State, seed: int) -> Any:
    chance = random.Random(seed)
    state.find_goods(chance.choice(state.products), chance)


def _order(state: State, seed: int) -> Any:
    chance = random.Random(seed)
    wishes = tuple(LineWish(p.pk, chance.randint(1, 4)) for p in chance.sample(state.products, chance.randint(1, 3)))
    return create_order(actor=HOUSE, wish=OrderWish(state.company.customer.pk, wishes, confirm=chance.random() < 0.7))


def _confirm(state: State, seed: int) -> Any:
    order = Order.objects.filter(sheet__void__isnull=True).order_by("-pk").first()
    return confirm(actor=HOUSE, order=order.pk) if order else None


def _on_line(act: Callable[[Line, int], Any]) -> Callable[[State, int], Any]:
    def run(state: State, seed: int) -> Any:
        chance = random.Random(seed)
        line = state.line(chance)
        return act(line, chance.randint(1, line.quantity)) if line else None

    return run


VERBS: dict[str, Callable[[State, int], Any]] = {
    "goods": _goods,
    "order": _order,
    "confirm": _confirm,
    "reserve": _on_line(lambda line, q: reserve(actor=HOUSE, holds=[Hold(line.pk, q)])),
    "release": _on_line(lambda line, q: release(actor=HOUSE, holds=[Hold(line.pk, q)])),
    "pick": _on_line(lambda line, q: pick(actor=HOUSE, picks=[Pick(line.pk, q)])),
    "ship": _on_line(lambda line, q: ship(actor=HOUSE, picks=[Pick(line.pk, q)])),
}
