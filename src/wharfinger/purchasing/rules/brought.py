"""What the books say of what a vendor bills: what receipts brought, what of it is billed, which of them a line is of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from wharfinger.base.money import shares
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.purchasing.rules import landing
from wharfinger.purchasing.rules.landing import Landed
from wharfinger.purchasing.rules.matching import (
    Matched,
    Part,
    Stands,
    by_line,
    matched,
    parts_of,
    stand,
    stand_anywhere,
)


class Goods:
    """What receipts brought and what other bills that count asked for it, by receipt and by its line."""

    def __init__(self, truth: Truth) -> None:
        self.receipts: dict[int, list[Landed]] = defaultdict(list)
        self.lines: dict[tuple[int, int], list[Landed]] = defaultdict(list)
        for one in landing.landed(truth):
            self.receipts[one.receipt].append(one)
            self.lines[one.receipt, one.line.pk].append(one)
        self.billed: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        """Quantity and cost of a unit, each as far as it was booked."""
        for one in truth.read["billed_elsewhere"]:
            if one.booked_quantity is not None:
                self.billed[one.receipt_id, one.purchase_line_id].append(
                    (one.booked_quantity, one.unit_cost_micro)
                )


class Parts:
    """What goods are worth more or less, by the receipt that brought them."""

    def __init__(self) -> None:
        self.by_receipt: dict[int, list[tuple[Landed, int]]] = defaultdict(list)

    def spread(self, goods: Sequence[Landed], amount: int) -> None:
        """Share an amount out over the goods of a receipt's line."""
        if amount:
            units = [one.quantity for one in goods]
            self.by_receipt[goods[0].receipt] += zip(goods, shares(amount, units), strict=True)

    def reach(self, plan: Plan, truth: Truth) -> None:
        """Let each receipt's goods be worth so much more, and the variance take the share of what has left."""
        for receipt in sorted(self.by_receipt):
            row, parts = landing.live_receipt(truth, receipt), self.by_receipt[receipt]
            landing.reach(plan, truth, row, parts)
            landing.mention_goods(plan, row, [one for one, _ in parts])


def standing(truth: Truth, lines: Sequence[Any]) -> list[Stands]:
    """What the books say of the lines of a bill."""
    goods, others = Goods(truth).lines, by_line(truth.read["billed_elsewhere"])
    brought = _brought(truth, goods)
    found = []
    for one in lines:
        receipt, pk = one.receipt_id, one.purchase_line_id
        line, ever = truth.read["purchase_lines"][pk], truth.read["received_ever"].get(pk, 0)
        if receipt is None:
            found.append(stand_anywhere(line, brought[pk], ever, others[pk]))
            continue
        now = truth.read["billed"].get((receipt, pk), line.unit_cost_micro)
        came = sum(one.quantity for one in goods[receipt, pk])
        found.append(stand(receipt, line, came, ever, now, others[pk]))
    return found


def _brought(
    truth: Truth, goods: Mapping[tuple[int, int], Sequence[Landed]]
) -> dict[int, list[tuple[int, int, int]]]:
    """By order's line and receipt how many came, and what a unit costs now."""
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for (receipt, pk), some in sorted(goods.items()):
        if some:
            now = truth.read["billed"].get((receipt, pk), some[0].line.unit_cost_micro)
            found[pk].append((receipt, sum(one.quantity for one in some), now))
    return found


def booked_parts(truth: Truth, lines: Sequence[Any], rows: Sequence[Matched]) -> list[Part]:
    """The lines of a bill by the receipts that brought what they ask for."""
    others = by_line(truth.read["billed_elsewhere"])
    brought = _brought(truth, Goods(truth).lines)
    found: list[Part] = []
    for n, one in enumerate(lines):
        if one.receipt_id is not None:
            found.append(Part(n, one.receipt_id, rows[n]))
            continue
        pk = one.purchase_line_id
        line, ever = truth.read["purchase_lines"][pk], truth.read["received_ever"].get(pk, 0)
        found += parts_of(n, rows[n], line, brought[pk], ever, others[pk])
    return found


def of_receipts(lines: Sequence[Any], parts: Sequence[Part]) -> list[tuple[int, int, Matched]]:
    """Those parts whose goods have come: receipt, order's line, and what is booked."""
    return [
        (one.receipt_id, lines[one.turn].purchase_line_id, one.row)
        for one in parts
        if one.receipt_id is not None
    ]


def matched_to(truth: Truth, line: Any, stands: Stands) -> Matched:
    """A line of a bill beside what the books say of it."""
    bought = truth.read["purchase_lines"][line.purchase_line_id]
    return matched(line, bought, stands, truth.products[bought.product_id].quantity_decimals)
