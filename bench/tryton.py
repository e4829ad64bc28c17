"""Tryton's side of `bench.peer`, run by an environment that has it: sets up a company, then works as it is asked.

A line "order" or "receipt" comes in; a line of JSON goes out, with the milliseconds of each act and the number
of statements. Every act is one call as an integration makes it, with all values spelled out.
"""

# mypy: ignore-errors
import json
import random
import sys
import time
from decimal import Decimal

import psycopg
from proteus import Model
from proteus import config as proteus_config

PRODUCTS = 200
PLENTY = 10_000_000.0

URL, SETTINGS = sys.argv[1:]
connected = proteus_config.set_trytond(URL, config_file=SETTINGS)

from trytond.modules.account.tests.tools import (  # noqa: E402
    create_chart,
    create_fiscalyear,
    get_accounts,
)
from trytond.modules.account_invoice.tests.tools import (  # noqa: E402
    create_payment_term,
    set_fiscalyear_invoice_sequences,
)
from trytond.modules.company.tests.tools import create_company, get_company  # noqa: E402

asked = []
"""The statements of one work."""


def counting(kind):
    """Keep what a cursor is asked to run, but what begins and ends a transaction."""
    plain = kind.execute

    def execute(self, query, *args, **kwargs):
        if not str(query).lstrip().upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "SET")):
            asked.append(query)
        return plain(self, query, *args, **kwargs)

    kind.execute = execute


def found():
    """A company with a chart of accounts, a fiscal year, two parties, and products with plenty in stock."""
    create_company()
    company = get_company()
    create_chart(company)
    year = set_fiscalyear_invoice_sequences(create_fiscalyear(company))
    year.click("create_period")
    accounts = get_accounts(company)
    parties = []
    for name in ("Grossist", "Acme"):
        party = Model.get("party.party")(name=name)
        party.save()
        parties.append(party)
    category = Model.get("product.category")(name="Goods", accounting=True)
    category.account_expense, category.account_revenue = accounts["expense"], accounts["revenue"]
    category.save()
    term = create_payment_term()
    term.save()
    (unit,) = Model.get("product.uom").find([("name", "=", "Unit")])
    call = connected.get_proxy
    call("product.template").create(
        [
            {
                "name": f"Product {n}", "default_uom": unit.id, "type": "goods", "salable": True, "purchasable": True,
                "sale_uom": unit.id, "purchase_uom": unit.id, "list_price": Decimal(10), "cost_price_method": "fifo",
                "account_category": category.id,
                "products": [("create", [{"cost_price": Decimal(6)}])],
            }
            for n in range(PRODUCTS)
        ],
        connected.context,
    )  # fmt: skip
    products = call("product.product").search([], 0, None, None, connected.context)
    (store,) = Model.get("stock.location").find([("code", "=", "STO")])
    lines = [("create", [{"product": one, "quantity": PLENTY} for one in products])]
    counted = call("stock.inventory").create([{"location": store.id, "lines": lines}], connected.context)
    call("stock.inventory").confirm(counted, connected.context)
    return company, parties, term, unit, products


class Company:
    """The company, and its two works."""

    def __init__(self):
        self.company, (self.vendor, self.customer), self.term, self.unit, self.products = found()
        (self.house,) = Model.get("stock.location").find([("type", "=", "warehouse")])
        self.ms = {}

    def call(self, model, verb, *args):
        """One remote procedure."""
        return getattr(connected.get_proxy(model), verb)(*args, connected.context)

    def timed(self, act, run):
        """Keep how long an act took."""
        started = time.perf_counter()
        made = run()
        self.ms[act] = (time.perf_counter() - started) * 1e3
        return made

    def document(self, party, price, quantity):
        """What a sale and a purchase of ten lines have in common."""
        lines = [
            {
                "type": "line", "product": one, "unit": self.unit.id, "quantity": quantity,
                "unit_price": Decimal(price),
            }
            for one in random.sample(self.products, 10)
        ]  # fmt: skip
        return {
            "party": party.id, "invoice_address": party.addresses[0].id, "company": self.company.id,
            "currency": self.company.currency.id, "payment_term": self.term.id, "warehouse": self.house.id,
            "lines": [("create", lines)],
        }  # fmt: skip

    def order(self):
        """A sale of ten lines: confirmed, assigned, picked, shipped, invoiced."""
        wish = self.document(self.customer, 10, 2.0)
        wish |= {
            "shipment_address": self.customer.addresses[0].id,
            "invoice_method": "fulfillment",
            "shipment_method": "order",
        }

        def create():
            made = self.call("sale.sale", "create", [wish])
            self.call("sale.sale", "quote", made)
            self.call("sale.sale", "confirm", made)
            return made

        (sale,) = self.timed("create", create)
        (read,) = self.call("sale.sale", "read", [sale], ["shipments"])
        shipments = read["shipments"]
        assert (
            self.timed("reserve", lambda: self.call("stock.shipment.out", "assign_try", shipments))
            is not False
        )
        self.timed("pick", lambda: self.call("stock.shipment.out", "pick", shipments))

        def ship():
            self.call("stock.shipment.out", "pack", shipments)
            self.call("stock.shipment.out", "do", shipments)

        self.timed("ship", ship)
        (read,) = self.call("sale.sale", "read", [sale], ["invoices"])
        self.timed("invoice", lambda: self.call("account.invoice", "post", read["invoices"]))
        (invoice,) = self.call("account.invoice", "read", read["invoices"], ["state"])
        assert invoice["state"] == "posted", invoice

    def receipt(self):
        """A shipment that brings in a confirmed purchase of ten lines."""
        wish = self.document(self.vendor, 6, 2.0) | {"invoice_method": "fulfillment"}
        (purchase,) = made = self.call("purchase.purchase", "create", [wish])
        self.call("purchase.purchase", "quote", made)
        self.call("purchase.purchase", "confirm", made)

        def receive():
            moves = connected.get_proxy("stock.move").search(
                [("purchase", "=", purchase)], 0, None, None, connected.context
            )
            arrived = {
                "supplier": self.vendor.id, "company": self.company.id, "incoming_moves": [("add", moves)],
                "warehouse": self.house.id, "warehouse_input": self.house.input_location.id,
                "warehouse_storage": self.house.storage_location.id,
            }  # fmt: skip
            shipment = self.call("stock.shipment.in", "create", [arrived])
            self.call("stock.shipment.in", "receive", shipment)
            self.call("stock.shipment.in", "do", shipment)
            return shipment

        asked.clear()
        shipment = self.timed("receive", receive)
        (read,) = self.call("stock.shipment.in", "read", shipment, ["state"])
        assert read["state"] == "done", read


def main():
    """Work as long as somebody asks."""
    company = Company()
    invoice = connected.pool.get("account.invoice")
    invoice.print_invoice = classmethod(lambda cls, *args, **kwargs: None)
    counting(psycopg.Cursor)
    print("ready", flush=True)
    for line in sys.stdin:
        company.ms = {}
        asked.clear()
        getattr(company, line.strip())()
        print(json.dumps({"ms": company.ms, "statements": len(asked)}), flush=True)


main()
