"""Bring in sales orders with their lines."""

from __future__ import annotations

from typing import Any

from wharfinger.base import money, quantity
from wharfinger.base.access import Actor, require
from wharfinger.base.quantity import scaled
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.exchange.actions.organizations import different, known
from wharfinger.exchange.actions.products import tax_code
from wharfinger.exchange.rules import Group, Row
from wharfinger.parties.models import Organization, Site
from wharfinger.sales.actions import orders
from wharfinger.sales.rules.orders import OrderWish


def bring(*, actor: Actor, group: Group) -> str:
    """Make an order of the rows that name it; one that is there gets other dates and words only."""
    require(actor, "exchange.import")
    row = group.first
    found = Sheet.objects.filter(kind="order", number=row["number"], void__isnull=True).first()
    lines = tuple(_line(group, one, n) for n, one in enumerate(group.rows))
    values: dict[str, Any] = {
        name: row[name] for name in ("title", "customer_reference", "currency") if row[name]
    } | {name: row.day(name) for name in ("ordered_on", "promised_on") if row[name]}
    if found is not None:
        return _changed(actor, group, found, values, lines)
    customer = _customer(row)
    made = orders.create_order(
        actor=actor,
        wish=OrderWish(
            organization=customer.pk,
            lines=lines,
            site=_site(row, customer),
            number=row["number"],
            confirm=bool(row["confirm"]) and row.flag("confirm"),
            **values,
        ),
    )
    group.led_to(made.id)
    return "added"


def _changed(
    actor: Actor, group: Group, found: Sheet, values: dict[str, Any], lines: tuple[LineWish, ...]
) -> str:
    there = Line.objects.filter(sheet=found, void__isnull=True, removed_at__isnull=True).order_by("position")
    if [(one.product_id, one.quantity) for one in there] != [(one.product, one.quantity) for one in lines]:
        raise Refusal(
            "order_differs",
            N_("{number} is in the books already, with other lines. Change it there."),
            field="number",
            number=found.number,
        )
    changed = different(found, values)
    if changed:
        group.led_to(orders.change_order(actor=actor, order=found.pk, values=changed).id)
    return "changed" if changed else "unchanged"


def _line(group: Group, row: Row, n: int) -> LineWish:
    group.parts[f"lines.{n}"] = row
    product = Product.objects.filter(sku=row["sku"]).first()
    if product is None:
        raise BadInput(
            "no_such_sku", N_("There is no product “{sku}”."), field=f"lines.{n}.sku", sku=row["sku"][:60]
        )
    at = f"lines.{n}."
    try:
        return LineWish(
            product.pk,
            quantity.quantity(row.figure("quantity"), product.quantity_decimals),
            unit_price_micro=money.micro(row.figure("unit_price")) if row["unit_price"] else None,
            discount_micro=scaled(row.figure("discount"), 4, field="discount", most=1_000_001)
            if row["discount"]
            else 0,
            tax_code=tax_code(row),
            description=row["description"],
        )
    except BadInput as refusal:
        refusal.field = f"{at}{refusal.field}"
        raise


def _customer(row: Row) -> Organization:
    found = known(row["customer"], "") or known("", row["customer"])
    if found is None or not row["customer"]:
        raise BadInput(
            "no_such_customer",
            N_("There is no customer “{name}”. Bring in the organizations first."),
            field="customer",
            name=row["customer"][:60],
        )
    return found


def _site(row: Row, customer: Organization) -> int | None:
    if not row["site"]:
        return None
    found = Site.objects.filter(organization=customer, name=row["site"], retired_on__isnull=True).first()
    if found is None:
        raise BadInput(
            "no_such_site",
            N_("{customer} has no site “{name}”."),
            field="site",
            customer=customer.name,
            name=row["site"][:60],
        )
    return found.pk
