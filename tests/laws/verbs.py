"""Every verb as somebody might try it: on something chosen by chance, more often where it makes sense."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.scenarios.doors import ActionsDoor, Refused
from tests.world import World
from wharfinger.base.refusal import Refusal
from wharfinger.billing.models import InvoiceLine
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.devices.actions.installing import install
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.ledger.models import Holding
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.returns.actions import inspecting, receiving
from wharfinger.returns.actions.swapping import swap
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.swapping import OUTGOING, Incoming, Swap
from wharfinger.sales.models import Order, Quote
from wharfinger.stock.actions import goods as stock
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.moving import Goods, Transfer

METHODS = ("fifo", "lifo", "average", "specific")
NEEDS = {
    "reserve": ("demand", "to_order", "to_approve", "quoted"),
    "release": ("bin",),
    "pick": ("bin", "to_order", "demand"),
    "unpick": ("picked",),
    "pack": ("picked",),
    "unpack": ("container",),
    "ship": ("bin", "picked", "container"),
    "pick-pack-ship": ("bin", "picked", "to_order"),
    "cancel-delivery": ("customer",),
    "invoice": ("to_bill",),
    "credit": ("invoiced",),
}
"""At which kinds of place a verb finds something to do."""


class State:
    """The company and what chance has chosen so far."""

    def __init__(self, company: World, seed: int) -> None:
        self.company = company
        self.door = ActionsDoor(company)
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
        codes = self.new_serials(product, quantity)
        place = chance.choice(self.company.bins)
        self.company.stock(product, quantity, value_minor=chance.randint(1, 1000), bin=place, serials=codes)

    def new_serials(self, product: Product, quantity: int) -> tuple[str, ...]:
        """Serials that nobody has, where the product needs them."""
        if product.traced != "serial":
            return ()
        self.serials += quantity
        return tuple(f"S{self.serials - n}" for n in range(quantity))

    def waiting(self, chance: random.Random, kinds: tuple[str, ...]) -> Holding | None:
        """Something that stands at these kinds of place for a line, mostly; now and then anything."""
        found = Holding.objects.filter(claim__gt=0, quantity__gt=0, unbounded=False)
        if chance.random() < 0.9:
            found = found.filter(kind__in=kinds)
        rows = list(found.order_by("-pk")[:12])
        return chance.choice(rows) if rows else None


def _goods(state: State, chance: random.Random) -> Any:
    return state.find_goods(chance.choice(state.products), chance)


def _wanted(state: State, chance: random.Random) -> list[tuple[int, int]]:
    return [(p.pk, chance.randint(1, 4)) for p in chance.sample(state.products, chance.randint(1, 3))]


def _order(state: State, chance: random.Random) -> Any:
    return state.door.order(state.company.customer.pk, _wanted(state, chance), confirm=chance.random() < 0.8)


def _quote(state: State, chance: random.Random) -> Any:
    return state.door.quote(state.company.customer.pk, _wanted(state, chance))


def _win(state: State, chance: random.Random) -> Any:
    quotes = list(Quote.objects.filter(sheet__void__isnull=True, lost_at__isnull=True).order_by("-pk")[:3])
    return state.door.win(chance.choice(quotes).pk) if quotes else None


def _lose(state: State, chance: random.Random) -> Any:
    quotes = list(Quote.objects.filter(sheet__void__isnull=True).order_by("-pk")[:3])
    return state.door.on_document("lose", chance.choice(quotes).pk) if quotes else None


def _document(verb: str) -> Callable[[State, random.Random], Any]:
    def run(state: State, chance: random.Random) -> Any:
        orders = list(Order.objects.filter(sheet__void__isnull=True).order_by("-pk")[:4])
        return state.door.on_document(verb, chance.choice(orders).pk) if orders else None

    return run


def _on_line(verb: str) -> Callable[[State, random.Random], Any]:
    def run(state: State, chance: random.Random) -> Any:
        held = state.waiting(chance, NEEDS[verb])
        if held is None:
            return None
        line = Line.objects.get(pk=held.claim_id)
        if verb == "credit" and not InvoiceLine.objects.filter(line=line).exists():
            return None
        quantity = chance.randint(1, held.quantity if chance.random() < 0.9 else held.quantity + 2)
        return state.door.on_lines(verb, line.sheet_id, [(line.pk, quantity)], ())

    return run


def _buy(state: State, chance: random.Random) -> Any:
    held = state.waiting(chance, ("to_order",))
    return state.door.buy([held.claim_id]) if held else None


def _receive(state: State, chance: random.Random) -> Any:
    orders = PurchaseOrder.objects.filter(
        submitted_at__isnull=False, void__isnull=True, cancelled_at__isnull=True
    )
    lines = list(
        PurchaseLine.objects.filter(purchase_order__in=orders).select_related("product").order_by("-pk")[:4]
    )
    if not lines:
        return None
    line = chance.choice(lines)
    quantity = chance.randint(1, line.quantity)
    serials = state.new_serials(line.product, quantity)
    return state.door.receive(line.purchase_order_id, line.product_id, quantity, serials)


def _pay(state: State, chance: random.Random) -> Any:
    return state.door.pay(state.company.customer.pk, f"{chance.randint(1, 40)}.{chance.randint(0, 99):02}")


def _lose_goods(state: State, chance: random.Random) -> Any:
    product = chance.choice([p for p in state.products if p.traced == "none"])
    item = Adjustment(product.pk, -chance.randint(1, 3), state.company.location.place_id)
    return stock.adjust(actor=state.company.user, items=[item], reason="Lost")


def _transfer(state: State, chance: random.Random) -> Any:
    product = chance.choice([p for p in state.products if p.traced == "none"])
    item = Transfer(
        Goods(product.pk, chance.randint(1, 3), state.company.location.place_id), state.company.other.place_id
    )
    return stock.transfer(actor=state.company.user, items=[item])


def _return(state: State, chance: random.Random) -> Any:
    held = state.waiting(chance, ("customer",))
    if held is None or held.kind != "customer":
        return None
    item = Returned(Asked(quantity=chance.randint(1, held.quantity), line=held.claim_id))
    return receiving.take_back(actor=state.company.user, organization=state.company.customer.pk, items=[item])


def _inspect(verb: str) -> Callable[[State, random.Random], Any]:
    def run(state: State, chance: random.Random) -> Any:
        held = state.waiting(chance, ("returns",))
        if held is None or held.kind != "returns":
            return None
        part = [(held.pk, chance.randint(1, held.quantity))]
        act = inspecting.restock if verb == "restock" else inspecting.scrap_returned
        return act(actor=state.company.user, holdings=part)

    return run


def _install(state: State, chance: random.Random) -> Any:
    held = state.waiting(chance, ("customer",))
    if held is None or held.kind != "customer":
        return None
    serial = held.lot.code if held.serial else ""
    item = Installation(held.claim_id, chance.randint(1, held.quantity), serial)
    return install(actor=state.company.user, items=[item])


def _swap(state: State, chance: random.Random) -> Any:
    devices = list(Device.objects.filter(void__isnull=True, removed_on__isnull=True).order_by("-pk")[:4])
    if not devices:
        return None
    wish = Swap(
        chance.choice(devices).pk,
        Incoming() if chance.random() < 0.7 else None,
        chance.choice(sorted(OUTGOING)),
        credit=chance.random() < 0.5,
        reason="Broken",
    )
    return swap(actor=state.company.user, swap=wish)


_VERBS: dict[str, Callable[[State, random.Random], Any]] = {
    "goods": _goods,
    "order": _order,
    "quote": _quote,
    "win": _win,
    "lose": _lose,
    **{verb: _document(verb) for verb in ("confirm", "cancel", "reopen")},
    **{verb: _on_line(verb) for verb in NEEDS},
    "buy": _buy,
    "receive": _receive,
    "pay": _pay,
    "lose goods": _lose_goods,
    "transfer": _transfer,
    "return": _return,
    "restock": _inspect("restock"),
    "scrap": _inspect("scrap"),
    "install": _install,
    "swap": _swap,
}


def _tried(act: Callable[[State, random.Random], Any]) -> Callable[[State, int], Any]:
    def run(state: State, seed: int) -> Any:
        try:
            return act(state, random.Random(seed))
        except Refused as refused:
            # The door tells a code alone; the law only asks that nothing was written.
            raise Refusal(refused.code, refused.code) from refused

    return run


VERBS = {verb: _tried(act) for verb, act in _VERBS.items()}
