"""AdventureWorks' purchasing, from its files to what the books say; run by dev/adventureworks.py."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, cast

from django.db.models import Sum
from replaying import Clock

from wharfinger.base.access import HOUSE, Actor
from wharfinger.base.money import extended, micro
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.models import Product
from wharfinger.exchange.folder import files
from wharfinger.ledger.audit import audit
from wharfinger.ledger.models import Entry, Layer, Move
from wharfinger.parties.actions.people import add_user
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Organization, Role, User
from wharfinger.purchasing.actions.approving import approve
from wharfinger.purchasing.actions.ordering import close, draft, submit
from wharfinger.purchasing.actions.receiving import receive
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.purchasing.rules.receiving import Arrival, Delivery
from wharfinger.site.commands.import_folder import bring
from wharfinger.site.commands.init import found_company

WORDS = {"1": "pending", "2": "approved", "3": "rejected", "4": "complete"}
OVER = ("3", "4")
"""Of orders in these states nothing more is expected: what is short is closed."""
REASON = "Rejected at the door"

Row = dict[str, str]


def named(folder: Path, name: str) -> list[Row]:
    """A file that has a header."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def bare(folder: Path, name: str) -> list[list[str]]:
    """A file that has none; its columns stand between tabs."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter="\t"))


def replay(source: Path, clock: Clock) -> dict[str, Any]:
    """Found the company, bring the master data in, drive every purchase order, and read what came out."""
    found_company(name="Adventure Works", currency="USD", country="US")
    with tempfile.TemporaryDirectory() as name:
        _prepare(source, Path(name))
        for one in files(Path(name), ""):
            with clock.of(f"import {one.path.name}"):
                done = bring(HOUSE, one)
            assert not done.problems, done.problems[:3]
    # Every purchase asks for approval, and nobody approves what they asked for.
    set_setting(actor=HOUSE, name="approval", value={"threshold_minor": 1, "self_approval": False})
    driver = Driver(source, clock)
    driver.drive()
    return _outcome(driver, clock)


def _prepare(source: Path, folder: Path) -> None:
    """Write vendors, what is bought of them, and what they ask, for the importer."""
    bought = {row["ProductID"] for row in named(source, "PurchaseOrderDetail_named.csv")}
    vendors = [
        {"name": row[2], "reference": row[0], "country": "US", "vendor": "yes", "customer": "no"}
        for row in bare(source, "Vendor.csv")
    ]
    goods = [
        {"sku": row[0], "name": row[1], "description": row[2], "price": row[9], "kind": "stocked"}
        for row in bare(source, "Product.csv")
        if row[0] in bought
    ]
    prices = [
        {
            "vendor": row[1],
            "sku": row[0],
            "cost": row[3],
            "lead_time_days": row[2],
            "minimum_quantity": row[6],
        }
        for row in bare(source, "ProductVendor.csv")
        if row[0] in bought
    ]
    for name, rows in (("organizations", vendors), ("products", goods), ("vendor_prices", prices)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


class Driver:
    """Drives purchase orders through the actions that everybody uses, each by the buyer that the files name."""

    def __init__(self, source: Path, clock: Clock) -> None:
        self.clock = clock
        self.orders = {row["PurchaseOrderID"]: row for row in named(source, "PurchaseOrderHeader_named.csv")}
        self.lines: dict[str, list[Row]] = defaultdict(list)
        for row in named(source, "PurchaseOrderDetail_named.csv"):
            self.lines[row["PurchaseOrderID"]].append(row)
        self.products = dict(Product.objects.values_list("sku", "pk"))
        self.vendors = dict(Organization.objects.filter(vendor=True).values_list("reference", "pk"))
        self.buyers = {
            who: _person(f"buyer-{who}", "purchasing")
            for who in sorted({o["EmployeeID"] for o in self.orders.values()})
        }
        self.approver = _person("approver", "approver")
        self.made: dict[str, int] = {}
        self.refused = 0

    def drive(self) -> None:
        """Order on the days of the orders, receive on those of the shipments; what is older comes first."""
        events = [(one["OrderDate"], 0, int(number)) for number, one in self.orders.items()]
        events += [(one["ShipDate"], 1, int(number)) for number, one in self.orders.items()]
        for day, arrives, number in sorted(events):
            if arrives:
                self.receive(str(number), date.fromisoformat(day[:10]))
            else:
                self.order(str(number))

    def order(self, number: str) -> None:
        """Draft, be refused for want of approval, have it approved by somebody else, submit."""
        order, buyer = self.orders[number], self.buyers[self.orders[number]["EmployeeID"]]
        wish = PurchaseWish(
            self.vendors[order["VendorID"]],
            tuple(
                PurchaseLineWish(
                    self.products[row["ProductID"]],
                    int(row["OrderQty"]),
                    unit_cost_micro=micro(f"{Decimal(row['UnitPrice']):f}"),
                    expected_on=date.fromisoformat(row["DueDate"][:10]),
                )
                for row in self.lines[number]
            ),
            external_number=number,
            currency="USD",
            freight_minor=_cents(order["Freight"]),
        )
        with self.clock.of("draft"):
            self.made[number] = made = draft(actor=buyer, wish=wish).one("purchasing.PurchaseOrder")
        with self.clock.of("submit, refused until approved"):
            try:
                submit(actor=buyer, order=made)
            except Refusal as refusal:
                self.refused += refusal.code == "needs_approval"
        with self.clock.of("approve"):
            approve(actor=self.approver, purchase_orders=[made])
        with self.clock.of("submit"):
            submit(actor=buyer, order=made)

    def receive(self, number: str, day: date) -> None:
        """Receive and reject as the file says; of what is over, the rest is closed."""
        order, made = self.orders[number], self.made[number]
        buyer = self.buyers[order["EmployeeID"]]
        bought = PurchaseLine.objects.filter(purchase_order=made).order_by("pk").values_list("pk", flat=True)
        rows = self.lines[number]
        arrivals = [
            Arrival(pk, _units(row["ReceivedQty"]), _units(row["RejectedQty"]))
            for pk, row in zip(bought, rows, strict=True)
        ]
        with self.clock.of("receive"):
            receive(actor=buyer, arrivals=arrivals, delivery=Delivery(received_on=day), reason=REASON)
        if order["Status"] in OVER and any(_short(row) for row in rows):
            with self.clock.of("close what is short"):
                close(actor=buyer, order=made, reason="Short")


def _person(name: str, role: str) -> Actor:
    roles = [Role.objects.get(name=role).pk]
    made = add_user(actor=HOUSE, values={"username": name, "name": name}, roles=roles)
    return cast(Actor, User.objects.get(pk=made.one("parties.User")))


def _units(text: str) -> int:
    return int(Decimal(text))


def _cents(text: str) -> int:
    return int((Decimal(text) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def _short(row: Row) -> bool:
    return _units(row["ReceivedQty"]) < int(row["OrderQty"])


def _outcome(driver: Driver, clock: Clock) -> dict[str, Any]:
    """What the books say, in the shape of dev/adventureworks_check.py."""
    with clock.of("audit"):
        findings = audit()
    assert findings == [], findings[:5]
    assert driver.refused == len(driver.orders), "an order was submitted before anybody approved it"
    number_of = {made: number for number, made in driver.made.items()}
    orders = {one.pk: one for one in PurchaseOrder.objects.all()}
    totals: Counter[str] = Counter()
    states: dict[str, Counter[str]] = defaultdict(Counter)
    for number, one in driver.orders.items():
        state = states[WORDS[one["Status"]]]
        for name in ("orders", "short", "with rejects", "received", "rejected"):
            state[name] += name == "orders"
        order = orders[driver.made[number]]
        assert (order.done_id is not None or order.closed_at is not None) == _is_over(
            driver.lines[number], one
        ), number
    arrived = _by_line(source__kind="on_order", target__kind__in=("bin", "refused"))
    refused = _by_line(source__kind="on_order", target__kind="refused")
    for line in PurchaseLine.objects.all():
        number = number_of[line.purchase_order_id]
        totals[number] += extended(line.unit_cost_micro, line.quantity, 0, "USD")
        state, got = states[WORDS[driver.orders[number]["Status"]]], arrived.get(line.place_id, 0)
        state["short"] += got < line.quantity
        state["with rejects"] += refused.get(line.place_id, 0) > 0
        state["received"] += got
        state["rejected"] += refused.get(line.place_id, 0)
    clock.times["entries in the journal"] = Entry.objects.count()
    clock.times["moves of goods"] = Move.objects.count()
    worth = Layer.objects.aggregate(worth=Sum("value_minor"))["worth"]
    print(f"stock is worth {plain(worth, 2)} USD, freight included")
    return {
        "units": _units_by_product(),
        "totals": {number: _money(amount) for number, amount in totals.items()},
        "freight": {number_of[pk]: _money(one.freight_minor) for pk, one in orders.items()},
        "states": {name: dict(found) for name, found in states.items()},
    }


def _is_over(rows: Sequence[Row], order: Row) -> bool:
    """Whether nothing more is expected: all came, or the rest is closed."""
    return order["Status"] in OVER or not any(_short(row) for row in rows)


def _by_line(**where: Any) -> dict[int, int]:
    """How many units went so, by the place of the purchase order's line that they came from."""
    found = Move.objects.filter(**where).values_list("source__place").annotate(Sum("quantity"))
    return dict(found)


def _units_by_product() -> dict[str, dict[str, int]]:
    def moved(**where: Any) -> dict[str, int]:
        return dict(
            Move.objects.filter(**where).values_list("source__product__sku").annotate(Sum("quantity"))
        )

    parts = {
        "ordered": moved(source__kind="vendor", target__kind="on_order"),
        "received": moved(source__kind="on_order", target__kind__in=("bin", "refused")),
        "rejected": moved(source__kind="on_order", target__kind="refused"),
        "stocked": moved(source__kind="on_order", target__kind="bin"),
    }
    return {sku: {name: found.get(sku, 0) for name, found in parts.items()} for sku in parts["ordered"]}


def _money(amount: int) -> str:
    return f"{Decimal(plain(amount, 2)):.2f}"
