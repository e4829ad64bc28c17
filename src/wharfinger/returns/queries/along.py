"""What goods are that came along with those of an RMA: by what their numbers say, and what the customer has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import scanned
from wharfinger.ledger.models import Holding
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.queries.truth import bought
from wharfinger.returns.rules.receiving import Arrived

_THEIRS: Any = {"quantity__gt": 0, "unbounded": False, "kind__in": ("customer", "in_transit")}
"""Holdings of goods that customers have, or that are under way to them."""


def sorted_out(rma: int, items: Sequence[Arrived], known: Mapping[int, RmaLine]) -> list[Arrived]:
    """What arrived, where it names but its product with the lines by which the customer got it, newest first.

    Numbers that stand with the customer are of the line by which they do; those that nobody knows stay as they are.
    What the customer has not got from us stays of its product alone. In a constant number of statements.
    """
    if not any(_unsorted(one) for one in items):
        return list(items)
    customer = Rma.objects.filter(pk=rma).values_list("organization_id", flat=True).first()
    along = [one for one in items if _unsorted(one)]
    _are_goods(items)
    if customer is None:
        return list(items)
    units = _lines_of({same(code) for one in along for code in one.serials}, customer)
    pairs = {(customer, one.product) for one in along if one.product is not None and not one.serials}
    there = bought(pairs).get(customer, {})
    on_lines: dict[int, int] = {}
    for one in items:
        line = known[one.rma_line].line_id if one.rma_line is not None and one.rma_line in known else one.line
        if line is not None and not one.serials:
            on_lines[line] = on_lines.get(line, 0) + one.quantity
    for rows in there.values():
        for row in rows:
            row[1] = max(0, row[1] - on_lines.get(row[0], 0))
    asked = {(line.line_id, line.product_id, line.lot_id): pk for pk, line in known.items()}
    found: list[Arrived] = []
    for n, one in enumerate(items):
        if not _unsorted(one):
            found.append(replace(one, row=n))
        elif one.serials:
            found += _by_number(replace(one, row=n), units, asked)
        else:
            found += _by_line(replace(one, row=n), there.get(one.product or 0, ()), asked)
    return found


def meant(code: str, organization: int) -> tuple[int, str, int] | None:
    """What a scan of goods stands for: the product, the number of the unit, and what one scan means.

    A serial number, if the customer has the unit; else the code of a product.
    """
    unit = Holding.objects.filter(
        lot__code_key=same(code), serial=True, **_THEIRS, claim__line__organization=organization
    )
    found = unit.values_list("product_id", "lot__code").first()
    if found is not None:
        return found[0], found[1], 1
    product = scanned([code]).get(code)
    return (product.product.pk, "", product.quantity) if product is not None else None


def _unsorted(one: Arrived) -> bool:
    return one.rma_line is None and one.line is None and one.product is not None


def _are_goods(items: Sequence[Arrived]) -> None:
    named = {one.product for one in items if _unsorted(one) and one.product is not None}
    there = set(Product.objects.filter(pk__in=named).exclude(kind="service").values_list("pk", flat=True))
    for n, one in enumerate(items):
        if _unsorted(one) and one.product not in there:
            raise BadInput("no_such_product", N_("There is no such product."), field=f"lines.{n}.product")


def _lines_of(keys: set[str], customer: int) -> dict[tuple[int, str], tuple[int, int]]:
    """By product and number as compared, the line by which this customer has a unit, and its lot."""
    if not keys:
        return {}
    held = Holding.objects.filter(lot__code_key__in=keys, **_THEIRS, claim__line__organization=customer)
    return {
        (product, key): (line, lot)
        for product, key, line, lot in held.values_list("product_id", "lot__code_key", "claim_id", "lot_id")
    }


def _by_number(
    one: Arrived,
    units: Mapping[tuple[int, str], tuple[int, int]],
    asked: Mapping[tuple[int | None, int, int | None], int],
) -> list[Arrived]:
    product = one.product or 0
    if len({same(code) for code in one.serials}) != one.quantity:
        return [one]
    groups: dict[tuple[int | None, int | None], list[str]] = {}
    for code in one.serials:
        line, lot = units.get((product, same(code)), (None, None))
        on = (asked.get((line, product, lot)) if lot is not None else None) or asked.get(
            (line, product, None)
        )
        groups.setdefault((on, line), []).append(code)
    return [
        replace(
            one,
            quantity=len(codes),
            rma_line=on,
            serials=tuple(codes),
            line=None if on is not None else line,
        )
        for (on, line), codes in groups.items()
    ]


def _by_line(
    one: Arrived, there: Sequence[list[int]], asked: Mapping[tuple[int | None, int, int | None], int]
) -> list[Arrived]:
    found, left, product = [], one.quantity, one.product or 0
    for row in there:
        units = min(left, row[1])
        if units > 0:
            on = asked.get((row[0], product, None))
            line = None if on is not None else row[0]
            found.append(replace(one, quantity=units, rma_line=on, line=line, outside=False))
            row[1] -= units
            left -= units
    if left or one.quantity <= 0:
        found.append(replace(one, quantity=left, rma_line=asked.get((None, product, None))))
    return found
