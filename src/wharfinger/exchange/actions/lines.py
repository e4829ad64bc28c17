"""The lines of quotes and orders as rows say them, and the terms that stand above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
from wharfinger.demand.rules.grouping import GroupWish
from wharfinger.demand.rules.offering import ALTERNATIVE, OPTIONAL
from wharfinger.exchange.actions import finding
from wharfinger.exchange.owned import said
from wharfinger.exchange.rules import Group, Row

Sizes = dict[tuple[int, str], tuple[str, int]]


def lines_of(group: Group, titles: Sequence[str] = ()) -> tuple[LineWish, ...]:
    """The lines that rows name, in their order; raises BadInput for the first that cannot be.

    titles: of the groups that rows may name.
    """
    skus = {row["sku"] for row in group.rows}
    products = goes_by(skus)
    units = any(row["unit"] for row in group.rows)
    sizes = units_of(one.pk for one in products.values()) if units else {}
    found: list[LineWish] = []
    turns = _turns(group.rows)
    for n, turn in enumerate(turns):
        row = group.rows[turn]
        group.parts[f"lines.{n}"] = row
        try:
            product = products.get(row["sku"]) or finding.product(row)
            instead = _instead(row, group.rows)
            wish = _line(row, product, sizes, titles)
            found.append(replace(wish, instead=None if instead is None else turns.index(instead)))
        except BadInput as refusal:
            refusal.field = f"lines.{n}.{refusal.field}"
            raise
    return tuple(found)


def _turns(rows: Sequence[Row]) -> list[int]:
    """The rows in the order in which their lines are made: one that another stands for comes before that."""
    turns: list[int] = []
    for n, row in enumerate(rows):
        try:
            first = _instead(row, rows)
        except BadInput:
            first = None
        turns += [one for one in (first, n) if one is not None and one not in turns]
    return turns


def _line(row: Row, product: Product, sizes: Sizes, titles: Sequence[str]) -> LineWish:
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
        promised_on=row.day("line_promised_on"),
        unit=unit,
        per=per,
        every=row["every"],
        group=titles.index(row["group"]) if row["group"] in titles else None,
        option=_option(row),
        taken=row.flag("taken") if row["taken"] else None,
        own=said("line", "line.", row).get("line.own", {}),
    )


def _option(row: Row) -> str:
    if row["option"] not in ("", OPTIONAL, ALTERNATIVE):
        raise BadInput("no_such_choice", N_("Choose one from the list."), field="option")
    return row["option"]


def _instead(row: Row, rows: Sequence[Row]) -> int | None:
    """To which line, by its row, one is an alternative."""
    if not row["instead_of"]:
        return None
    found = row.whole("instead_of")
    if not 0 < found <= len(rows) or rows[found - 1] is row:
        raise BadInput(
            "no_such_row",
            N_("This quote has no other row {number}. Count its rows from 1."),
            field="instead_of",
            number=found,
        )
    return found - 1


def _discount(row: Row) -> Discount:
    each = row.figure("discount_each") if row["discount_each"] else "0"
    return Discount(share(row, "discount"), money.micro(each, field="discount_each"))


def share(row: Row, column: str) -> int:
    """The percent of a cell as a share at 10⁻⁶; nought where it is empty."""
    return scaled(row.figure(column) if row[column] else "0", 4, field=column, most=1_000_001)


def groups_of(group: Group) -> tuple[GroupWish, ...]:
    """The groups that the rows of a quote name, in their order; raises BadInput where a discount is two."""
    found: dict[str, GroupWish] = {}
    for row in group.rows:
        if not (title := row["group"]):
            continue
        at = f"groups.{list(found).index(title) if title in found else len(found)}"
        group.parts[at] = row
        try:
            less = share(row, "group_discount")
            if (
                less != found.setdefault(title, GroupWish(title, less)).discount_micro
                and row["group_discount"]
            ):
                raise BadInput(
                    "group_differs",
                    N_("“{title}” has another discount in an earlier row. Give each group one."),
                    field="group_discount",
                    title=title[:60],
                )
        except BadInput as refusal:
            refusal.field = f"{at}.{refusal.field}"
            raise
    return tuple(found.values())


def units(row: Row, product: Product, per: int | None) -> int:
    """The quantity of a row in the product's smallest unit, in whatever unit it is said."""
    figure = row.figure("quantity")
    if per is None:
        return quantity(figure, product.quantity_decimals, field="quantity")
    return counted(figure, per, field="quantity", read=quantity)


def with_tax(row: Row) -> bool | None:
    """Whether the prices of a document include tax, where its rows say that."""
    return row.flag("tax_included") if row["tax_included"] else None


def must_agree(found: Sheet, lines: tuple[LineWish, ...], row: Row) -> None:
    """Let lines pass that a document has already; raises Refusal where it has others, or says their prices otherwise."""
    if with_tax(row) not in (None, found.tax_included):
        raise Refusal(
            "prices_differ",
            N_("{number} is in the books already, and says its prices the other way. Say it as it is there."),
            field="tax_included",
            number=found.number,
        )
    there = Line.objects.filter(sheet=found, void__isnull=True, removed_at__isnull=True, parent__isnull=True)
    kept: list[Any] = sorted(there.values_list("product_id", "quantity"))
    if kept != sorted((one.product, one.quantity) for one in lines):
        raise Refusal(
            "order_differs",
            N_("{number} is in the books already, with other lines. Change it there."),
            field="number",
            number=found.number,
        )
