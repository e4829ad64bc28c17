"""Online Retail's shop, from its file to what its books say; run by dev/retail.py."""

from __future__ import annotations

import csv
import gc
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import F, Sum
from replaying import Clock, processor_s
from retail_rows import BACK, CODE, FOUND, LOST, NOT_BOOKED, SOLD, Invoice, Row, invoices

from wharfinger.base.access import HOUSE
from wharfinger.base.quantity import plain
from wharfinger.billing.models import CreditNote
from wharfinger.billing.models import Invoice as Billed
from wharfinger.catalog.models import Product
from wharfinger.demand.rules import LineWish
from wharfinger.exchange.folder import files
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.ledger.audit import audit
from wharfinger.ledger.models import Entry, Holding, Move
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions.ordering import draft, submit
from wharfinger.purchasing.actions.receiving import receive
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.purchasing.rules.receiving import Arrival, Delivery
from wharfinger.returns.actions.receiving import take_back_many
from wharfinger.returns.rules.receiving import Brought, Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.site.commands.import_folder import bring
from wharfinger.site.commands.init import found_company
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.models import Location
from wharfinger.stock.rules.adjusting import Adjustment

SHARE = Decimal("0.6")
"""What a product costs, as a share of the first price it was sold at; the file does not say."""
TOGETHER = 1200
"""About so many lines go in one entry."""
VENDOR = "Wholesaler"
COUNTRIES = {
    "EIRE": "IE",
    "RSA": "ZA",
    "Channel Islands": "JE",
    "European Community": "BE",
    "Unspecified": "GB",
    "United Arab Emirates": "AE",
    "Bahrain": "BH",
    "Lebanon": "LB",
}
"""Where customers are whose country the file calls otherwise than the importer knows it."""


def replay(file: Path, clock: Clock) -> dict[str, Any]:
    """Found the company, bring the master data in, live through the year, and read what came out."""
    with clock.of("read the file"):
        found = list(invoices(file))
    # Half a million rows stay until the end; whoever looks for what can be forgotten need not look at them.
    gc.freeze()
    found_company(name="Online Retail", currency="GBP", country="GB")
    with tempfile.TemporaryDirectory() as name:
        _prepare(found, Path(name))
        for one in files(Path(name), ""):
            with clock.of(f"import {one.path.name}"):
                done = bring(HOUSE, one)
            assert not done.problems, done.problems[:3]
    _analyse()
    shop = Shop(found, clock)
    before = processor_s()
    for day, ones in groupby(found, key=lambda one: one.day):
        shop.live(day, list(ones))
    booked = sum(len(one.rows) for one in found) - sum(
        row.kind in NOT_BOOKED for one in found for row in one.rows
    )
    seconds = sum(clock.seconds[step] for step in ("receive", "adjust", "sell", "take back"))
    print(
        f"{booked} lines replayed in {seconds:.1f} s: {booked / seconds:.0f} a second; "
        f"{(processor_s() - before) / booked * 1e6:.0f} µs of processor each"
    )
    return _outcome(found, clock)


def _analyse() -> None:
    """Let the database know what is there, as its own housekeeping does after a while."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _prepare(found: Sequence[Invoice], folder: Path) -> None:
    """Write the customers and products that the file tells of, for the importer."""
    customers = {one.customer: one.country for one in reversed(found)}
    rows = [
        {
            "name": f"Customer {who}" if who.isdigit() else who,
            "reference": who,
            "site": "Delivery address",
            "country": COUNTRIES.get(where, where),
            "currency": "GBP",
        }
        for who, where in sorted(customers.items())
    ]
    rows.append({"name": VENDOR, "reference": VENDOR, "country": "GB", "vendor": "yes", "customer": "no"})
    _write(folder / "organizations.csv", rows, (*rows[0], "vendor", "customer"))
    named: dict[str, Counter[str]] = defaultdict(Counter)
    prices: dict[str, int] = {}
    for row in (row for one in found for row in one.rows):
        named[row.sku][row.description] += 1
        if row.price_micro and row.kind == SOLD:
            prices.setdefault(row.sku, row.price_micro)
    goods = [
        {
            "sku": sku,
            "name": next((name for name, _ in names.most_common() if name), sku),
            "kind": "stocked" if CODE.fullmatch(sku) else "service",
            "price": plain(prices.get(sku, 0), 6),
            "vendor": VENDOR if CODE.fullmatch(sku) else "",
            "vendor_cost": plain(_cost(prices.get(sku, 0)), 6) if CODE.fullmatch(sku) else "",
        }
        for sku, names in sorted(named.items())
    ]
    _write(folder / "products.csv", goods, tuple(goods[0]))


def _cost(price_micro: int) -> int:
    return int(price_micro * SHARE)


def _write(path: Path, rows: Sequence[dict[str, str]], names: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


class Shop:
    """Lives through the days of the file by the actions that everybody uses."""

    def __init__(self, found: Sequence[Invoice], clock: Clock) -> None:
        self.clock = clock
        self.products = dict(Product.objects.values_list("sku", "pk"))
        self.customers = dict(Organization.objects.filter(customer=True).values_list("reference", "pk"))
        self.vendor = Organization.objects.get(vendor=True).pk
        location = Location.objects.get(default=True)
        self.location, self.place = location.pk, location.place_id
        self.month = ""
        self.needed: dict[str, Counter[str]] = defaultdict(Counter)
        """By month and product, what leaves; so much is received at its beginning."""
        for one in found:
            for row in one.rows:
                if row.kind in (SOLD, LOST) and CODE.fullmatch(row.sku):
                    self.needed[f"{one.day:%Y-%m}"][row.sku] += abs(row.quantity)

    def live(self, day: date, ones: Sequence[Invoice]) -> None:
        """One day: what is found comes first and what is lost last, between them sales and then returns."""
        month = f"{day:%Y-%m}"
        if month != self.month:
            self.month = month
            with self.clock.of("receive"):
                self.receive(day, self.needed[month])
        self.adjust(day, (row for one in ones for row in one.of(FOUND)))
        for batch in _batches(ones, SOLD):
            with self.clock.of("sell"):
                self.sell(day, batch)
        for batch in _batches(ones, BACK):
            with self.clock.of("take back"):
                self.take_back(day, batch)
        self.adjust(day, (row for one in ones for row in one.of(LOST)))

    def receive(self, day: date, needed: Counter[str]) -> None:
        """Buy and receive what a month needs, of one vendor."""
        lines = tuple(
            PurchaseLineWish(self.products[sku], units, location=self.location)
            for sku, units in sorted(needed.items())
        )
        made = draft(actor=HOUSE, wish=PurchaseWish(self.vendor, lines, currency="GBP"))
        order = made.one("purchasing.PurchaseOrder")
        submit(actor=HOUSE, order=order)
        bought = PurchaseLine.objects.filter(purchase_order=order).order_by("pk")
        arrivals = [Arrival(pk, units) for pk, units in bought.values_list("pk", "quantity")]
        receive(actor=HOUSE, arrivals=arrivals, delivery=Delivery(received_on=day))

    def adjust(self, day: date, rows: Iterable[Row]) -> None:
        """Correct the stock; the file's words are the reason."""
        found = list(rows)
        if not found:
            return
        units: Counter[str] = Counter()
        for row in found:
            units[row.sku] += row.quantity
        items = [
            Adjustment(self.products[sku], quantity, self.place, unit_cost_micro=0 if quantity > 0 else None)
            for sku, quantity in units.items()
        ]
        words = "; ".join(dict.fromkeys(row.description for row in found if row.description))
        with self.clock.of("adjust"):
            adjust(actor=HOUSE, items=items, reason=(words or "Correction")[:500], effective_on=day)

    def sell(self, day: date, batch: Sequence[Invoice]) -> None:
        """Sell invoices of a day at once."""
        sales = [
            Sale(
                self.customers[one.customer],
                tuple(
                    LineWish(
                        self.products[row.sku],
                        row.quantity,
                        unit_price_micro=row.price_micro,
                        description=row.description,
                    )
                    for row in one.of(SOLD)
                ),
                number=one.number,
            )
            for one in batch
        ]
        sell(actor=HOUSE, sales=sales, sold_on=day)

    def take_back(self, day: date, batch: Sequence[Invoice]) -> None:
        """Take back what credit invoices of a day name; they name no invoice, so the latest goods come first."""
        returns = []
        for one in batch:
            units: Counter[str] = Counter()
            for row in one.of(BACK):
                units[row.sku] -= row.quantity
            items = tuple(
                Returned(Asked(count, product=self.products[sku], outside=True), outcome="restock")
                for sku, count in units.items()
            )
            returns.append(Brought(self.customers[one.customer], items, reason=one.number))
        take_back_many(actor=HOUSE, returns=returns, received_on=day)


def _batches(ones: Iterable[Invoice], kind: str) -> Iterator[list[Invoice]]:
    """Invoices that have rows of a kind, about so many lines at a time."""
    batch: list[Invoice] = []
    lines = 0
    for one in ones:
        count = len(one.of(kind))
        if not count:
            continue
        if batch and lines + count > TOGETHER:
            yield batch
            batch, lines = [], 0
        batch.append(one)
        lines += count
    if batch:
        yield batch


def _outcome(found: Sequence[Invoice], clock: Clock) -> dict[str, Any]:
    """What the books say, in the shape of dev/retail_check.py, and what of the file is not in them."""
    with clock.of("audit"):
        findings = audit()
    assert findings == [], findings[:5]
    rows = Counter(row.kind for one in found for row in one.rows)
    for kind, why in NOT_BOOKED.items():
        print(f"not booked: {rows[kind]:5} rows, {why}")
    clock.times["entries in the journal"] = Entry.objects.count()
    clock.times["moves of goods"] = Move.objects.count()
    return {
        "rows": dict(rows),
        "units": _units(),
        "invoiced": _sums(Billed.objects.all()),
        "credited": _sums(CreditNote.objects.filter(net_minor__gt=0)),
    }


def _units() -> dict[str, dict[str, int]]:
    def moved(**where: str) -> dict[str, int]:
        goods = Move.objects.filter(source__product__kind="stocked", **where)
        return dict(goods.values_list("source__product__sku").annotate(Sum("quantity")))

    parts = {
        "sold": moved(source__kind="bin", target__kind="customer"),
        "back": moved(target__kind="returns"),
        "matched": moved(source__kind="customer", target__kind="returns"),
        "found": moved(source__kind="adjustment", target__kind="bin"),
        "lost": moved(source__kind="bin", target__kind="adjustment"),
    }
    on_hand = Holding.objects.filter(kind="bin").values_list("product__sku").annotate(Sum("quantity"))
    parts["on_hand"] = dict(on_hand)
    skus = {sku for one in parts.values() for sku in one}
    return {sku: {name: one.get(sku, 0) for name, one in parts.items()} for sku in skus}


def _sums(documents: Any) -> dict[str, str]:
    """The net sums of invoices or credit notes by customer."""
    sums = documents.values_list(F("organization__reference")).annotate(Sum("net_minor"))
    return {who: f"{Decimal(plain(minor, 2)):.2f}" for who, minor in sums}
