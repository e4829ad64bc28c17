"""Bring in purchase orders that are open."""

from __future__ import annotations

from typing import Any

from wharfinger.base import money
from wharfinger.base.access import Actor, require
from wharfinger.base.fields import text, whole
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import goes_by, units_of
from wharfinger.catalog.rules.units import unit_named
from wharfinger.exchange.actions import finding
from wharfinger.exchange.actions.finding import different
from wharfinger.exchange.actions.lines import Sizes, units
from wharfinger.exchange.columns import said_besides
from wharfinger.exchange.owned import differing
from wharfinger.exchange.rules import Group, Row
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.purchasing.actions import ordering
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.purchasing.rules.taxing import NO_TAX

TERMS = ("external_number", "currency", "expected_on", "ship_on", "terms_days", "shipping_method", "memo")
UNTAXED = ("none", "keine")


def bring(*, actor: Actor, group: Group) -> str:
    """Make a purchase order of the rows that name it, and submit it where they say so; one that is there stays."""
    require(actor, "exchange.import")
    row = group.first
    vendor = finding.organization(row, "vendor")
    lines = _lines(group)
    values: dict[str, Any] = row.said(KINDS["purchase_orders"], *TERMS)
    if "terms_days" in values:
        whole(0, 3650)(values["terms_days"], "terms_days")
    if "shipping_method" in values:
        text(60)(values["shipping_method"], "shipping_method")
    if row["freight"]:
        currency = values.get("currency", vendor.currency)
        values["freight_minor"] = money.minor(row.figure("freight"), currency, field="freight")
    own = said_besides("purchase_orders", row).get("own", {})
    found = PurchaseOrder.objects.filter(number=row["number"], void__isnull=True).first()
    if found is not None:
        return _there(
            found,
            lines,
            values | ({"own": found.own | own} if differing(found.own, "purchase_order", own) else {}),
        )
    # What was ordered elsewhere already is sold by whom it was ordered from.
    wish = PurchaseWish(
        vendor.pk,
        tuple(lines),
        number=row["number"],
        own=own,
        add_vendor=actor.may("catalog.price"),
        **values,
    )
    made = ordering.draft(actor=actor, wish=wish)
    group.led_to(made.id)
    if row["submit"] and row.flag("submit"):
        order = made.one("purchasing.PurchaseOrder")
        group.led_to(ordering.submit(actor=actor, order=order).id)
    return "added"


def _there(found: PurchaseOrder, lines: list[PurchaseLineWish], values: dict[str, Any]) -> str:
    rows = PurchaseLine.objects.filter(purchase_order=found, void__isnull=True, removed_at__isnull=True)
    there: list[Any] = list(rows.order_by("position").values_list("product_id", "quantity"))
    if there != [(one.product, one.quantity) for one in lines] or different(found, values):
        raise Refusal(
            "order_differs",
            N_("{number} is in the books already, with other lines. Change it there."),
            field="number",
            number=found.number,
        )
    return "unchanged"


def _lines(group: Group) -> list[PurchaseLineWish]:
    skus = {row["sku"] for row in group.rows}
    products = goes_by(skus)
    said = any(row["unit"] for row in group.rows)
    sizes = units_of(one.pk for one in products.values()) if said else {}
    found = []
    for n, row in enumerate(group.rows):
        group.parts[f"lines.{n}"] = row
        try:
            found.append(_line(row, products.get(row["sku"]) or finding.product(row), sizes))
        except BadInput as refusal:
            refusal.field = f"lines.{n}.{refusal.field}"
            raise
    return found


def _line(row: Row, product: Product, sizes: Sizes) -> PurchaseLineWish:
    unit, per = unit_named(row["unit"], product, sizes, "unit")
    return PurchaseLineWish(
        product.pk,
        units(row, product, per),
        unit_cost_micro=money.micro(row.figure("unit_cost"), field="unit_cost") if row["unit_cost"] else None,
        location=finding.location(row).pk if row["location"] else None,
        expected_on=row.day("line_expected_on"),
        description=row["description"],
        tax_code=NO_TAX if row["tax_code"].casefold() in UNTAXED else finding.tax_code(row),
        unit=unit,
        per=per,
    )
