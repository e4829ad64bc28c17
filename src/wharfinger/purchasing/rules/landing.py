"""Pure decisions about what goods of a receipt cost beside their price, or otherwise than was ordered.

What is still in stock, or is there again, is worth so much more or less; what has left keeps the cost it left with, and
its share is stated as purchase variance. An average knows no receipts: as many units as its pool holds count as still there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from wharfinger.base.money import MICRO, decimals, extended, rounded, share, shares
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.ledger.plan import AccountRef, OpenLayer, Plan, Truth
from wharfinger.purchasing.rules.drafting import rate_of

SPREADS = ("value", "quantity", "weight")


@dataclass(frozen=True, slots=True)
class Cost:
    """Freight, customs or the like of a receipt, net of tax."""

    name: str
    amount_minor: int
    """In its own currency."""
    currency: str = ""
    """The company's where none is given."""
    rate_micro: int | None = None
    spread: str = "value"
    vendor: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Billed:
    """What the vendor bills for one unit of a line, in the order's currency."""

    purchase_line: int
    unit_cost_micro: int


class Landed(NamedTuple):
    """Units that a receipt brought of a line and that were not taken back, with the layer that they opened."""

    line: Any
    layer: int
    quantity: int
    value_minor: int


def landed(truth: Truth) -> list[Landed]:
    """What a receipt brought, move by move."""
    opened = {d.move: d for d in truth.read["draws"] if d.quantity < 0}
    lines = truth.read["lines_by_place"]
    return [
        Landed(
            lines[move.source.place], d.layer, move.left, -opened[move.id].value_minor - d.done_value_minor
        )
        for move in truth.read["arrived_moves"]
        if move.left and (d := opened.get(move.id)) is not None
    ]


def plan_land_cost(truth: Truth, *, receipt: int, cost: Cost) -> Plan:
    """Spread a cost over the goods of a receipt."""
    plan = Plan()
    row = _live(truth, receipt)
    if cost.vendor is not None and not truth.read["vendor_is_there"]:
        raise BadInput("no_such_vendor", N_("There is no such vendor."), field="vendor")
    goods = landed(truth)
    if not goods:
        raise Refusal(
            "nothing_landed", N_("No goods of {number} are in the books any more."), number=row.number
        )
    currency = cost.currency or truth.home_currency
    rate = rate_of(truth, currency, cost.rate_micro)
    made = plan.create(
        "purchasing.ReceiptCost",
        receipt_id=receipt,
        name=cost.name,
        vendor_id=cost.vendor,
        reference=cost.reference,
        spread=cost.spread,
        currency=currency,
        rate_micro=rate,
        amount_minor=cost.amount_minor,
    )
    amount = at_home(cost.amount_minor, currency, rate, truth.home_currency)
    _reach(plan, truth, row, zip(goods, shares(amount, _weights(truth, goods, cost.spread)), strict=True))
    _mention(plan, row, goods)
    plan.mention(("receipt_cost", made))
    return plan


def plan_cancel_cost(truth: Truth, *, receipt: int, cost: int) -> Plan:
    """Take a cost back: what is still in stock is worth so much less, the rest comes out of the variance."""
    plan = Plan()
    row = _live(truth, receipt)
    known = truth.documents["purchasing.ReceiptCost"].get(cost)
    if known is None or known.receipt_id != receipt or known.void_id is not None:
        raise NotThere("no_such_cost", N_("This receipt has no such cost."))
    if known.cancelled_at is not None:
        raise Refusal("cost_cancelled", N_("This cost is taken back already."))
    goods = landed(truth)
    amount = -at_home(known.amount_minor, known.currency, known.rate_micro, truth.home_currency)
    weights = _weights_now(truth, goods, known.spread)
    if sum(weights):
        _reach(plan, truth, row, zip(goods, shares(amount, weights), strict=True))
    else:
        state_variance(plan, truth, amount)
    plan.change(known, cancelled_at=truth.now)
    _mention(plan, row, goods)
    return plan


def plan_reprice(truth: Truth, *, receipt: int, prices: Sequence[Billed], reference: str = "") -> Plan:
    """Take over what the vendor billed where it differs from what was ordered."""
    plan = Plan()
    row = _live(truth, receipt)
    by_line: dict[int, list[Landed]] = defaultdict(list)
    for one in landed(truth):
        by_line[one.line.pk].append(one)
    reached: list[tuple[Landed, int]] = []
    for n, price in enumerate(prices):
        goods = by_line.get(price.purchase_line)
        if not goods:
            raise NotThere(
                "no_such_purchase_line",
                N_("There is no such line on this receipt."),
                field=f"lines.{n}.purchase_line",
            )
        line = goods[0].line
        old = truth.read["billed"].get(line.pk, line.unit_cost_micro)
        if price.unit_cost_micro == old:
            continue
        units = [one.quantity for one in goods]
        difference = _worth(truth, line, price.unit_cost_micro, units) - _worth(truth, line, old, units)
        reached += zip(goods, shares(difference, units), strict=True)
        plan.create(
            "purchasing.BilledPrice",
            receipt_id=receipt,
            purchase_line_id=line.pk,
            unit_cost_micro=price.unit_cost_micro,
            reference=reference,
        )
    if not plan.creates:
        raise Refusal(
            "same_price",
            N_("Nothing differs from what is booked. Give another price."),
            field="lines.0.unit_cost",
        )
    _reach(plan, truth, row, reached)
    _mention(plan, row, [one for one, _ in reached])
    return plan


def at_home(amount_minor: int, currency: str, rate_micro: int, home: str) -> int:
    """An amount in home currency, rounded once."""
    return rounded(amount_minor * rate_micro * 10 ** decimals(home), 10 ** (MICRO + decimals(currency)))


def state_variance(plan: Plan, truth: Truth, cost_minor: int) -> None:
    """Post what goods that are no longer in stock cost more than was booked; less where it is below zero."""
    books = [AccountRef(kind, truth.home_currency) for kind in ("purchases", "purchase_variance")]
    source, target = books if cost_minor > 0 else books[::-1]
    plan.pay(source, target, abs(cost_minor), abs(cost_minor))


def _live(truth: Truth, receipt: int) -> Any:
    row = truth.documents["purchasing.Receipt"].get(receipt)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_receipt", N_("There is no such receipt."))
    if row.cancelled_at is not None:
        raise Refusal(
            "receipt_cancelled",
            N_("{number} is cancelled already."),
            number=row.number,
            subject=f"receipt:{receipt}",
        )
    if truth.effective_on < row.received_on:
        raise _too_early(row.number, row.received_on.isoformat())
    return row


def _too_early(name: str, since: str) -> Refusal:
    return Refusal(
        "before_the_cost",
        N_("What {name} costs changed last on {date}. Choose that day or a later one."),
        field="effective_on",
        name=name,
        date=since,
    )


def _weights(truth: Truth, goods: Sequence[Landed], spread: str) -> list[int]:
    """What a cost is spread by; raises Refusal where that says nothing."""
    if spread == "weight":
        for one in goods:
            product = truth.products[one.line.product_id]
            if product.weight_grams is None:
                raise Refusal(
                    "no_weight",
                    N_("{sku} has no weight. Give the product one, or spread by value or quantity."),
                    field="spread",
                    product=product.pk,
                    sku=product.sku,
                )
    weights = _weights_now(truth, goods, spread)
    if not sum(weights):
        raise Refusal(
            "nothing_to_spread_by",
            N_("These goods are worth nothing. Spread by quantity or weight."),
            field="spread",
        )
    return weights


def _weights_now(truth: Truth, goods: Sequence[Landed], spread: str) -> list[int]:
    if spread == "value":
        return [one.value_minor for one in goods]
    # Whole units of every product, whatever its decimals are.
    units = [
        one.quantity * 10 ** (6 - truth.products[one.line.product_id].quantity_decimals) for one in goods
    ]
    if spread == "quantity":
        return units
    grams = [truth.products[one.line.product_id].weight_grams or 0 for one in goods]
    return [some * each for some, each in zip(units, grams, strict=True)]


def _worth(truth: Truth, line: Any, unit_cost_micro: int, units: Sequence[int]) -> int:
    product = truth.products[line.product_id]
    rate = line.purchase_order.rate_micro
    return extended(
        unit_cost_micro * rate,
        sum(units),
        product.quantity_decimals + MICRO,
        truth.home_currency,
        per=None if line.per is None else line.per * 10**MICRO,
    )


def _reach(plan: Plan, truth: Truth, row: Any, parts: Iterable[tuple[Landed, int]]) -> None:
    """Let a cost, or less of one, reach the units that are in their layer or came back, and the variance for the rest."""
    layers: dict[int, OpenLayer] = truth.read["open_layers"]
    changed = truth.read.get("layers_changed", {})
    amounts: dict[int, int] = defaultdict(int)
    units: dict[int, int] = defaultdict(int)
    for one, amount in parts:
        amounts[one.layer] += amount
        units[one.layer] += one.quantity
    variance = 0
    for pk, amount in amounts.items():
        own = layers.get(pk)
        reached = {pk: Fraction(min(own.quantity, units[pk]))} if own else {}
        # What went out and came back lies in a layer of its return.
        reached |= truth.read["home"].get(pk, {})
        given, upto = 0, Fraction()
        for at, there in sorted(reached.items()):
            before, upto = upto, min(upto + there, Fraction(units[pk]))
            # Of a layer that was valued lower since, no more is taken than it is worth.
            part = max(
                _share(amount, upto, units[pk]) - _share(amount, before, units[pk]), -layers[at].value_minor
            )
            given += part
            if part:
                if changed.get(at, truth.effective_on) > truth.effective_on:
                    raise _too_early(row.number, changed[at].isoformat())
                layers[at].value_minor += part
                plan.draw(None, at, 0, -part)
        variance += amount - given
    state_variance(plan, truth, variance)


def _share(amount: int, units: Fraction, of: int) -> int:
    """What so many units have of an amount; of goods that came back, they may be a part of one."""
    return share(amount, units.numerator, of * units.denominator)


def _mention(plan: Plan, row: Any, goods: Sequence[Landed]) -> None:
    plan.mention(row)
    for one in goods:
        plan.mention(("purchase_order", one.line.purchase_order_id), ("product", one.line.product_id))
