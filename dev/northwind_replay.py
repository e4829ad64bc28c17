"""Northwind's company, from its files to what its books say; run by dev/northwind.py."""

from __future__ import annotations

import csv
import json
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import Sum
from replaying import Clock

from wharfinger.base.access import HOUSE
from wharfinger.base.money import extended, micro
from wharfinger.base.quantity import plain
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.models import Invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.exchange.folder import files
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.audit import audit
from wharfinger.ledger.models import Entry, Holding, Move
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions.ordering import draft_per_vendor, submit
from wharfinger.purchasing.actions.receiving import receive
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.purchasing.rules.receiving import Arrival, Delivery
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.site.commands.import_folder import bring
from wharfinger.site.commands.init import found_company

SHARE = Decimal("0.6")
"""What a product costs, as a share of its list price; Northwind does not say."""
OPENED = "1996-07-03"
"""The day before the first order."""


@dataclass
class Sale:
    """An order on its way: its lines by product, and what was bought for it."""

    order: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    quantities: dict[str, int] = field(default_factory=dict)
    purchases: list[int] = field(default_factory=list)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """A file of Northwind."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def prepare(source: Path, folder: Path) -> Path:
    """Write what the importer needs beside the files as they are, and the mapping by which it reads them."""
    categories = {c["CategoryID"]: c["CategoryName"] for c in rows(source, "Categories.csv")}
    products = rows(source, "Products.csv")
    for one in products:
        one["Cost"] = f"{Decimal(one['UnitPrice']) * SHARE:f}"
        one["Category"] = categories[one["CategoryID"]]
    for name, found in (
        ("goods.csv", products),
        ("stock.csv", [p for p in products if p["UnitsInStock"] != "0"]),
    ):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(products[0]))
            writer.writeheader()
            writer.writerows(found)
    address = {
        "street": "Address",
        "postcode": "PostalCode",
        "city": "City",
        "region": "Region",
        "country": "Country",
    }
    party = {"name": "CompanyName", "phone": "Phone", "contact": "ContactName", **address, "currency": "=USD"}
    files = [
        {
            "file": str(source.resolve() / "Customers.csv"),
            "kind": "organizations",
            "columns": {**party, "reference": "CustomerID"},
        },
        {
            "file": str(source.resolve() / "Suppliers.csv"),
            "kind": "organizations",
            "columns": {**party, "reference": "SupplierID", "vendor": "=yes", "customer": "=no"},
        },
        {
            "file": "goods.csv",
            "kind": "products",
            "columns": {
                "sku": "ProductID",
                "name": "ProductName",
                "description": "QuantityPerUnit",
                "category": "Category",
                "price": "UnitPrice",
                "vendor": "SupplierID",
                "vendor_cost": "Cost",
            },
        },
        {
            "file": "stock.csv",
            "kind": "stock",
            "columns": {
                "sku": "ProductID",
                "quantity": "UnitsInStock",
                "unit_cost": "Cost",
                "as_of": f"={OPENED}",
            },
        },
    ]
    mapping = folder / "mapping.json"
    mapping.write_text(json.dumps({"files": files}), encoding="utf-8")
    return mapping


def replay(source: Path, clock: Clock) -> dict[str, Any]:
    """Found the company, bring the data in, drive every order, and read what came out."""

    found_company(name="Northwind Traders", currency="USD", country="US")
    with tempfile.TemporaryDirectory() as name:
        mapping = prepare(source, Path(name))
        for again in (False, True):
            for file in files(Path(name), str(mapping)):
                with clock.of("import again, nothing to do" if again else f"import {file.path.name}"):
                    done = bring(HOUSE, file)
                assert not done.problems, done.problems[:3]
                assert not (again and (done.added or done.changed)), f"{file.path.name} came in twice"
    _drive(source, clock)
    return _outcome(clock)


def _drive(source: Path, clock: Clock) -> None:
    carriers = {s["ShipperID"]: s["CompanyName"] for s in rows(source, "Shippers.csv")}
    details: dict[str, list[dict[str, str]]] = defaultdict(list)
    for line in rows(source, "OrderDetails.csv"):
        details[line["OrderID"]].append(line)
    orders = {order["OrderID"]: order for order in rows(source, "Orders.csv")}
    # On the same day, orders are written down before goods leave.
    events = [(order["OrderDate"], 0, int(number)) for number, order in orders.items()]
    events += [
        (order["ShippedDate"], 1, int(number)) for number, order in orders.items() if order["ShippedDate"]
    ]
    driver = Driver(clock)
    for day, leaves, number in sorted(events):
        order = orders[str(number)]
        if leaves:
            driver.serve(order, date.fromisoformat(day[:10]), carriers[order["ShipVia"]])
        else:
            driver.sell(order, details[str(number)])


class Driver:
    """Drives orders through the actions that everybody uses."""

    def __init__(self, clock: Clock) -> None:

        self.clock = clock
        self.products = dict(Product.objects.values_list("sku", "pk"))
        self.customers = dict(Organization.objects.filter(customer=True).values_list("reference", "pk"))
        self.sales: dict[str, Sale] = defaultdict(Sale)

    def sell(self, order: dict[str, str], details: list[dict[str, str]]) -> None:
        """Write an order down, reserve what is free, and order exactly what is short."""

        sale = self.sales[order["OrderID"]]
        wish = OrderWish(
            organization=self.customers[order["CustomerID"]],
            number=order["OrderID"],
            ordered_on=date.fromisoformat(order["OrderDate"][:10]),
            promised_on=date.fromisoformat(order["RequiredDate"][:10]),
            confirm=True,
            lines=tuple(
                LineWish(
                    self.products[line["ProductID"]],
                    int(line["Quantity"]),
                    unit_price_micro=micro(line["UnitPrice"]),
                    discount_micro=int(Decimal(line["Discount"]) * 10**6),
                )
                for line in details
            ),
        )
        with self.clock.of("order"):
            made = create_order(actor=HOUSE, wish=wish)
        sale.order = made.one("sales.Order")
        skus = [line["ProductID"] for line in details]
        sale.lines = dict(zip(skus, made.made["ledger.Claim"], strict=True))
        sale.quantities = {line["ProductID"]: int(line["Quantity"]) for line in details}
        free = self._free(skus)
        held = {sku: min(units, free[sku]) for sku, units in sale.quantities.items()}
        holds = [Hold(sale.lines[sku], units) for sku, units in held.items() if units]
        if holds:
            with self.clock.of("reserve"):
                reserve(actor=HOUSE, holds=holds)
        short = [
            Wanted(sale.lines[s], units - held[s]) for s, units in sale.quantities.items() if units > held[s]
        ]
        if short:
            with self.clock.of("draft purchase orders"):
                drafted = draft_per_vendor(actor=HOUSE, wanted=short)
            sale.purchases = drafted.made["purchasing.PurchaseOrder"]
            for purchase in sale.purchases:
                with self.clock.of("submit purchase order"):
                    submit(actor=HOUSE, order=purchase)

    def serve(self, order: dict[str, str], day: date, carrier: str) -> None:
        """Receive what was bought for an order, pick, ship and invoice it, all on one day."""

        sale = self.sales[order["OrderID"]]
        for purchase in sale.purchases:
            bought = PurchaseLine.objects.filter(purchase_order_id=purchase).values_list("pk", "quantity")
            arrivals = [Arrival(line, units) for line, units in bought]
            with self.clock.of("receive"):
                receive(actor=HOUSE, arrivals=arrivals, delivery=Delivery(received_on=day))
        picks = [Pick(line, sale.quantities[sku]) for sku, line in sale.lines.items()]
        with self.clock.of("pick"):
            pick(actor=HOUSE, picks=picks)
        with self.clock.of("ship"):
            ship(actor=HOUSE, picks=picks, consignment=Consignment(carrier=carrier, shipped_on=day))
        bills = tuple(Bill(line, sale.quantities[sku]) for sku, line in sale.lines.items())
        with self.clock.of("invoice"):
            invoice(actor=HOUSE, wish=InvoiceWish(bills=bills, issued_on=day))

    def _free(self, skus: list[str]) -> dict[str, int]:

        wanted = {self.products[sku]: sku for sku in skus}
        found = Holding.objects.filter(product_id__in=wanted, claim=0, kind="bin").values_list("product_id")
        return dict.fromkeys(skus, 0) | {wanted[pk]: units for pk, units in found.annotate(Sum("quantity"))}


def _outcome(clock: Clock) -> dict[str, Any]:
    """What the books say, in the shape of dev/northwind_check.py."""

    with clock.of("audit"):
        findings = audit()
    assert findings == [], findings[:5]

    def moved(**where: str) -> dict[str, int]:
        found = Move.objects.filter(**where).values_list("source__product__sku")
        return dict(found.annotate(Sum("quantity")))

    ours = ("bin", "picked", "container")
    units: dict[str, dict[str, int]] = {}
    parts = {
        "bought": moved(source__kind="vendor", target__kind="on_order"),
        "received": moved(source__kind="on_order", target__kind="bin"),
        "shipped": moved(target__kind="customer"),
    }

    ordered = dict(Line.objects.values_list("product__sku").annotate(Sum("quantity")))
    on_hand = Holding.objects.filter(kind__in=ours).values_list("product__sku").annotate(Sum("quantity"))
    parts |= {"ordered": ordered, "on_hand": dict(on_hand)}
    for sku in Product.objects.values_list("sku", flat=True):
        units[sku] = {name: found.get(sku, 0) for name, found in parts.items()}
    totals: Counter[str] = Counter()
    for line in Line.objects.select_related("sheet"):
        totals[line.sheet.number] += extended(
            line.unit_price_micro, line.quantity, 0, "USD", line.discount_micro
        )
    invoiced = Invoice.objects.values_list("organization__reference").annotate(Sum("total_minor"))
    clock.times["entries in the journal"] = Entry.objects.count()
    clock.times["moves of goods"] = Move.objects.count()
    return {
        "units": units,
        "orders": {number: f"{Decimal(plain(minor, 2)):.2f}" for number, minor in totals.items()},
        "invoiced": {customer: f"{Decimal(plain(minor, 2)):.2f}" for customer, minor in invoiced},
    }
