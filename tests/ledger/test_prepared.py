"""Every query that is made once finds what the same query built anew finds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from tests.world import world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.fulfilment.rules.packing import Box
from wharfinger.ledger import sql
from wharfinger.ledger.prepared import Found, Prepared, Slot
from wharfinger.parties.models import Token
from wharfinger.parties.queries import digest
from wharfinger.purchasing.actions.landing import land_cost, reprice
from wharfinger.purchasing.actions.ordering import draft, submit
from wharfinger.purchasing.actions.receiving import receive
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.purchasing.rules.landing import Billed, Cost
from wharfinger.purchasing.rules.receiving import Arrival
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db


def every() -> Iterator[tuple[str, Prepared]]:
    """All prepared queries of the product, with their names."""
    for name, module in sorted(sys.modules.items()):
        if not name.startswith("wharfinger."):
            continue
        for known, value in vars(module).items():
            if known.startswith("_") or known.isupper():
                found = value.items() if isinstance(value, dict) else [("", value)]
                yield from (
                    (f"{name}.{known}{key and f'[{key}]'}", one)
                    for key, one in found
                    if isinstance(one, Prepared)
                )


def likely(slot: Slot, most: int) -> list[Any]:
    """Values that find something."""
    if slot.many:
        return [list(range(1, most)), [1], []]
    if isinstance(slot.output_field, models.DateTimeField):
        return [clock.now()]
    if isinstance(slot.output_field, models.DateField):
        return [clock.now().date()]
    if isinstance(slot.output_field, models.TextField):
        return [digest("token"), "unknown"]
    return list(range(1, 12))


def searched(slot: Slot, value: Any) -> Any:
    """What the query itself is asked for: the ids that a statement of our own finds, otherwise the value."""
    if not isinstance(slot, Found):
        return value
    return [pk for (pk,) in sql.fetch(slot.text(), [sql.array(value)])]


def plain(row: Any) -> Any:
    """A row as values, with the rows that were joined to it."""
    if not isinstance(row, models.Model):
        return tuple(row)
    values = {key: value for key, value in vars(row).items() if key != "_state"}
    joined = {
        key: {k: v for k, v in vars(kin).items() if k != "_state"} if kin is not None else None
        for key, kin in row._state.fields_cache.items()
    }
    return values, joined


def number_anew() -> None:
    """Let ids go on from those that are there; PostgreSQL goes on from those of tests that were rolled back."""
    if not sql.on_postgresql():
        return
    for model in (one for one in apps.get_models() if isinstance(one._meta.pk, models.AutoField)):
        key, table = model._meta.pk.column, model._meta.db_table
        sql.fetch(
            f"SELECT setval(s, (SELECT GREATEST(MAX({key}), 0) + 1 FROM {table}), false) "
            "FROM pg_get_serial_sequence(%s, %s) AS s",
            [table, key],
        )


def test_prepared_queries_find_what_queries_built_anew_find() -> None:
    number_anew()
    company = world()
    products = [company.product(), company.product()]
    for one in products:
        company.stock(one, 20)
    Token.objects.create(
        user=company.user, name="x", digest=digest("token"), prefix="x", scopes=["*"], made_at=clock.now()
    )
    wish = OrderWish(company.customer.pk, tuple(LineWish(one.pk, 3) for one in products), confirm=True)
    lines = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    pick(actor=HOUSE, picks=[Pick(line, 3) for line in lines])
    (box,) = pack(actor=HOUSE, picks=[Pick(lines[0], 2)], box=Box()).made["fulfilment.Container"]
    pack(actor=HOUSE, picks=[Pick(lines[1], 1)], box=Box())
    ship(actor=HOUSE, picks=[Pick(lines[0], 1), Pick(lines[1], 2)], containers=[box])
    invoice(actor=HOUSE, wish=InvoiceWish(tuple(Bill(line, 2) for line in lines)))
    asked = OrderWish(company.customer.pk, (LineWish(products[0].pk, 30),), confirm=True)
    (waits,) = create_order(actor=HOUSE, wish=asked).made["ledger.Claim"]
    for one in products:
        bought = PurchaseLineWish(wanted=(Wanted(waits, 4),)) if one is products[0] else None
        line = bought or PurchaseLineWish(product=one.pk, quantity=4)
        made = draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (line,)))
        if bought is None:
            submit(actor=HOUSE, order=made.one("purchasing.PurchaseOrder"))
            bought_line = made.one("purchasing.PurchaseLine")
            receipt = receive(actor=HOUSE, arrivals=[Arrival(bought_line, 3)]).one("purchasing.Receipt")
            land_cost(actor=HOUSE, receipt=receipt, cost=Cost("Freight", 100))
            reprice(actor=HOUSE, receipt=receipt, prices=[Billed(bought_line, 7_000_000)])
    second = PurchaseWish(company.vendor.pk, (PurchaseLineWish(wanted=(Wanted(waits, 2),)),))
    submit(actor=HOUSE, order=draft(actor=HOUSE, wish=second).one("purchasing.PurchaseOrder"))

    import_module("wharfinger.site.urls")
    names = set()
    for name, prepared in every():
        found = 0
        for values in product(*(likely(slot, 500) for slot in prepared.slots)):
            anew = [plain(row) for row in prepared.build(*map(searched, prepared.slots, values))]
            kept = [plain(row) for row in prepared(*values)]
            assert sorted(map(repr, kept)) == sorted(map(repr, anew)), name
            found += len(kept)
        names.add(name)
        if found:
            names.add(f"{name} found something")
    assert len(names) > 20
    empty = {name for name in names if f"{name} found something" not in names and " " not in name}
    # A new order has no quote and no work order, nothing was credited, and the invoice is due at once.
    assert {name.rpartition(".")[2] for name in empty} <= {
        "_QUOTE",
        "_PRODUCTS_ON[quote]",
        "_WORK_ORDER",
        "_CREDITED",
        "_DUES",
    }
