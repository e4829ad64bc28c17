"""The lines of quotes and orders as rows say them, and the terms that stand above them."""

from __future__ import annotations

from typing import Any

from wharfinger.base import money
from wharfinger.base.quantity import quantity, scaled
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import goes_by, units_of
from wharfinger.catalog.rules.units import counted, unit_named
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.discounts import Discount
from wharfinger.exchange.actions import finding
from wharfinger.exchange.owned import said
from wharfinger.exchange.rules import Group, Row

Sizes = dict[tuple[int, str], tuple[str, int]]


def lines_of(group: Group) -> tuple[LineWish, ...]:
    """The lines that rows name, in their order; raises BadInput for the first that cannot be."""
    skus = {row["sku"] for row in group.rows}
    products = goes_by(skus)
    units = any(row["unit"] for row in group.rows)
    sizes = units_of(one.pk for one in products.values()) if units else {}
    found = []
    for n, row in enumerate(group.rows):
        group.parts[f"lines.{n}"] = row
        try:
            product = products.get(row["sku"]) or finding.product(row)
            found.append(_line(row, product, sizes))
        except BadInput as refusal:
            refusal.field = f"lines.{n}.{refusal.field}"
            raise
    return tuple(found)


def _line(row: Row, product: Product, sizes: Sizes) -> LineWish:
    unit, per = unit_named(row["unit"], product, sizes, "unit")
    return LineWish(
        product.pk,
        units(row, product, per),
        unit_price_micro=money.micro(row.figure("unit_price"), field="unit_price")
        if row["unit_price"]
        else None,
        discount=_discount(row),
        tax_code=finding.tax_code(row),
        description=row["description"],
        unit=unit,
        per=per,
        own=said("line", "line.", row).get("line.own", {}),
    )


def _discount(row: Row) -> Discount:
    share, each = (row.figure(name) if row[name] else "0" for name in ("discount", "discount_each"))
    return Discount(
        scaled(share, 4, field="discount", most=1_000_001), money.micro(each, field="discount_each")
    )


def units(row: Row, product: Product, per: int | None) -> int:
    """The quantity of a row in the product's smallest unit, in whatever unit it is said."""
    figure = row.figure("quantity")
    if per is None:
        return quantity(figure, product.quantity_decimals, field="quantity")
    return counted(figure, per, field="quantity", read=quantity)


def must_agree(found: Sheet, lines: tuple[LineWish, ...]) -> None:
    """Let lines pass that a document has already; raises Refusal where it has others."""
    there = Line.objects.filter(sheet=found, void__isnull=True, removed_at__isnull=True, parent__isnull=True)
    kept: list[Any] = list(there.order_by("position").values_list("product_id", "quantity"))
    if kept != [(one.product, one.quantity) for one in lines]:
        raise Refusal(
            "order_differs",
            N_("{number} is in the books already, with other lines. Change it there."),
            field="number",
            number=found.number,
        )
