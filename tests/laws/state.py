"""The company of a history: in the middle of its business, so that every verb soon finds something to do."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from django.db import models

from tests.scenarios.doors import ActionsDoor
from tests.world import World
from wharfinger.base.models import Setting
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Product
from wharfinger.demand.rules import LineWish
from wharfinger.devices.actions.installing import install
from wharfinger.devices.rules.installing import Installation
from wharfinger.fulfilment.actions import shipping
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Entry, Holding, Move, Place
from wharfinger.parties.models import Organization, Site
from wharfinger.purchasing.actions import approving, ordering, receiving
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.purchasing.rules.receiving import Arrival
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

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
        self.user = company.user
        self.products: list[Product] = []
        self.serials = 0
        self.bills = 0
        self.done: Counter[str] = Counter()
        """How often this history did each verb."""
        self.stood = (0, 0)
        # Four units at 6.00 need approval.
        Setting.objects.create(key="approval", value={"threshold_minor": 2400, "self_approval": True})
        Organization.objects.filter(pk=company.vendor.pk).update(email="orders@grossist.example")
        buyer = Organization.objects.create(name="Buyer")
        stand, lent = (Place.objects.create(kind=kind) for kind in ("customer", "rented"))
        self.elsewhere = Site.objects.create(organization=buyer, name="Yard", place=stand, rented_place=lent)
        chance = random.Random(seed)
        for method in METHODS:
            traced = "serial" if method == "specific" else "none"
            product = company.product(cost_method=method, traced=traced)
            self.products.append(product)
            for _ in range(2):
                self.find_goods(product, chance)
        self.kit = company.product(kind="kit")
        """A kit of two of the first product and one of the last, which has serial numbers."""
        parts = [
            {"product": self.products[0].pk, "quantity": "2"},
            {"product": self.products[-1].pk, "quantity": "1"},
        ]
        change_product(actor=self.user, product=self.kit.pk, values={}, components=parts)
        self.bundle = company.product(cost_method="average", build_on_pick=True)
        """Built of one of the first product and two of the second, by a pick where none is there."""
        parts = [{"product": p.pk, "quantity": str(n + 1)} for n, p in enumerate(self.products[:2])]
        change_product(actor=self.user, product=self.bundle.pk, values={}, components=parts)
        self.case = company.product(traced="serial", cost_method="specific")
        """Built of the same, each under a number of its own."""
        change_product(actor=self.user, product=self.case.pk, values={}, components=parts)
        self.begin()

    def begin(self) -> None:
        """Something is with the customer, in part invoiced and installed; some is promised, wanted, offered."""
        customer, (*loose, traced) = self.company.customer.pk, [p.pk for p in self.products]
        _, lines, _ = self.door.order(customer, [(loose[0], 1), (loose[1], 1), (traced, 2)], confirm=True)
        self.door.on_lines("pick-pack-ship", 0, [(lines[0], 1), (lines[1], 1), (lines[2], 2)], ())
        self.door.on_lines("invoice", 0, [(lines[0], 1), (lines[2], 1)], ())
        install(actor=self.user, items=[Installation(line, 1) for line in lines[1:]])
        self.door.pay(customer, "20.00")
        self.door.order(customer, [(loose[2], 6), (traced, 1)], confirm=True)
        quote, (line,), _ = self.door.quote(customer, [(loose[0], 2)])
        self.door.on_lines("reserve", quote, [(line, 1)], ())
        for billable in (True, False):
            wish = WorkWish("job", customer, (LineWish(loose[1], 1),), billable=billable)
            create_work_order(actor=self.user, wish=wish)
        kept = Adjustment(loose[0], 4, self.company.location.place_id, owner=customer)
        adjust(actor=self.user, items=[kept], reason="Kept for them")
        self.begin_buying(loose)
        self.begin_packing(customer, loose[0])

    def begin_buying(self, products: Sequence[int]) -> None:
        """A draft, and two orders of which some has arrived and one was refused at the door."""
        for product in products:
            wish = PurchaseWish(self.company.vendor.pk, (PurchaseLineWish(product, 4),))
            made = ordering.draft(actor=self.user, wish=wish)
            if product == products[0]:
                continue
            approving.approve(actor=self.user, purchase_lines=made.made["purchasing.PurchaseLine"])
            ordering.submit(actor=self.user, order=made.one("purchasing.PurchaseOrder"))
            arrival = Arrival(made.one("purchasing.PurchaseLine"), 2, rejected=1, reason="Damaged")
            receiving.receive(actor=self.user, arrivals=[arrival])

    def begin_packing(self, customer: int, product: int) -> None:
        """Of an order some is packed, some is under way."""
        _, (line, other), _ = self.door.order(customer, [(product, 1), (product, 1)], confirm=True)
        self.company.stock(self.products[0], 3)
        for verb in ("reserve", "pick"):
            self.door.on_lines(verb, line, [(line, 1), (other, 1)], ())
        self.door.on_lines("pack", line, [(line, 1)], ())
        shipping.ship(actor=self.user, picks=[Pick(other, 1)], consignment=Consignment(proof=True))

    def journal(self) -> tuple[int, int]:
        """How many entries and moves there are."""
        return Entry.objects.count(), Move.objects.count()

    def stands(self) -> None:
        """What is written up to here stays, even if the next act is refused."""
        self.stood = self.journal()

    def find_goods(self, product: Product, chance: random.Random) -> None:
        """Goods turn up in a bin, at a cost that does not divide well."""
        quantity = chance.randint(2, 5)
        codes = self.new_serials(product, quantity)
        place = chance.choice(self.company.bins[:2])
        self.company.stock(product, quantity, value_minor=chance.randint(1, 1000), bin=place, serials=codes)

    def new_serials(self, product: Product, quantity: int) -> tuple[str, ...]:
        """Serials that nobody has, where the product needs them."""
        if product.traced != "serial":
            return ()
        self.serials += quantity
        return tuple(f"S{self.serials - n}" for n in range(quantity))

    def waiting(self, chance: random.Random, kinds: Sequence[str]) -> Holding | None:
        """Something that stands at these kinds of place for a line, mostly; now and then anything."""
        found = Holding.objects.filter(claim__gt=0, quantity__gt=0, unbounded=False)
        if chance.random() < 0.9:
            found = found.filter(kind__in=kinds)
        return self.one(chance, found, 12)

    def standing(self, chance: random.Random, *kinds: str) -> Holding | None:
        """Something that stands at exactly these kinds of place, for a line or for nobody."""
        return self.one(
            chance, Holding.objects.filter(quantity__gt=0, kind__in=kinds, unbounded=False, owned=True), 12
        )

    def one(self, chance: random.Random, rows: models.QuerySet[Any], among: int = 4) -> Any:
        """One of the latest rows, or none where there are none."""
        found = list(rows.order_by("-pk")[:among])
        return chance.choice(found) if found else None

    def loose(self, chance: random.Random) -> Product:
        """A product without serial numbers."""
        return chance.choice([p for p in self.products if p.traced == "none"])


Verb = Callable[[State, random.Random], Any]
"""Somebody tries it on something; what there is nothing for, is not tried."""
