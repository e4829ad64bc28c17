"""Pure decisions about what goods of a receipt cost beside their price, or otherwise than was ordered.

What is still in stock, or is there again, is worth so much more or less; what has left keeps the cost it left with, and
its share is stated as purchase variance. An average knows no receipts: as many units as its pool holds count as still there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

from wharfinger.base.money import MICRO, decimals, extended, rounded, share, shares
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Remedy
from wharfinger.ledger.plan import AccountRef, Id, OpenLayer, Plan, Truth
from wharfinger.purchasing.rules.asking import rate_of

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
    receipt: int
    product: int
    """As what they came in; a line that had all of it to come once more may have followed to another since."""
    layer: int
    quantity: int
    value_minor: int


def landed(truth: Truth) -> list[Landed]:
    """What receipts brought, move by move."""
    opened = {d.move: d for d in truth.read["draws"] if d.quantity < 0}
    lines = truth.read["lines_by_place"]
    receipts = {row.made_id: pk for pk, row in truth.documents["purchasing.Receipt"].items()}
    return [
        Landed(
            lines[move.source.place],
            receipts[move.entry],
            move.source.product,
            d.layer,
            move.left,
            -opened[move.id].value_minor - d.done_value_minor,
        )
        for move in truth.read["arrived_moves"]
        if move.left and (d := opened.get(move.id)) is not None
    ]


def plan_land_cost(truth: Truth, *, receipt: int, cost: Cost) -> Plan:
    """Spread a cost over the goods of a receipt."""
    plan = Plan()
    row = live_receipt(truth, receipt)
    if cost.vendor is not None and not truth.read["vendor_is_there"]:
        raise BadInput("no_such_vendor", N_("There is no such vendor."), field="vendor")
    goods = landed(truth)
    if not goods:
        raise Refusal(
            "nothing_landed", N_("No goods of {number} are in the books any more."), number=row.number
        )
    currency = cost.currency or truth.home_currency
    rate = rate_of(truth, currency, cost.rate_micro)
    add_cost(plan, truth, row, replace(cost, currency=currency, rate_micro=rate), goods)
    return plan


def add_cost(
    plan: Plan, truth: Truth, row: Any, cost: Cost, goods: Sequence[Landed], bill: Id | None = None
) -> None:
    """Spread a cost, in its currency and at its rate, over these goods of a receipt."""
    weights = _weights(truth, goods, cost.spread)
    made = plan.create(
        "purchasing.ReceiptCost",
        receipt_id=row.pk,
        name=cost.name,
        vendor_id=cost.vendor,
        reference=cost.reference,
        spread=cost.spread,
        currency=cost.currency,
        rate_micro=cost.rate_micro,
        amount_minor=cost.amount_minor,
        bill_id=bill,
    )
    amount = at_home(cost.amount_minor, cost.currency, cost.rate_micro or 0, truth.home_currency)
    reach(plan, truth, row, zip(goods, shares(amount, weights), strict=True))
    mention_goods(plan, row, goods)
    plan.mention(("receipt_cost", made))


def plan_cancel_cost(truth: Truth, *, receipt: int, cost: int) -> Plan:
    """Take a cost back: what is still in stock is worth so much less, the rest comes out of the variance."""
    plan = Plan()
    row = live_receipt(truth, receipt)
    known = truth.documents["purchasing.ReceiptCost"].get(cost)
    if known is None or known.receipt_id != receipt or known.void_id is not None:
        raise NotThere("no_such_cost", N_("This receipt has no such cost."))
    if known.cancelled_at is not None:
        raise Refusal("cost_cancelled", N_("This cost is taken back already."))
    if known.bill_id is not None:
        raise Refusal(
            "cost_of_a_bill",
            N_("This came with the bill {number} of the vendor. Cancel the bill to take it back."),
            number=known.reference,
            remedies=[Remedy("cancel_bill", {"bill": known.bill_id})],
        )
    drop_cost(plan, truth, row, known, landed(truth))
    return plan


def drop_cost(plan: Plan, truth: Truth, row: Any, known: Any, goods: Sequence[Landed]) -> None:
    """Take a cost of a receipt back from its goods, or from the variance where none are left."""
    amount = -at_home(known.amount_minor, known.currency, known.rate_micro, truth.home_currency)
    weights = _weights_now(truth, goods, known.spread)
    if sum(weights):
        reach(plan, truth, row, zip(goods, shares(amount, weights), strict=True))
    else:
        state_variance(plan, truth, amount)
    plan.change(known, cancelled_at=truth.now)
    mention_goods(plan, row, goods)


def plan_reprice(truth: Truth, *, receipt: int, prices: Sequence[Billed], reference: str = "") -> Plan:
    """Take over what the vendor billed where it differs from what was ordered."""
    plan = Plan()
    row = live_receipt(truth, receipt)
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
        if bill := truth.read["billed_by"].get((receipt, line.pk)):
            raise Refusal(
                "billed_by",
                N_("{sku} was billed by {number}. Cancel that bill to give it another price."),
                field=f"lines.{n}.unit_cost",
                sku=truth.products[goods[0].product].sku,
                number=bill[1],
                remedies=[Remedy("cancel_bill", {"bill": bill[0]})],
            )
        old = truth.read["billed"].get((receipt, line.pk), line.unit_cost_micro)
        if price.unit_cost_micro == old:
            continue
        units = [one.quantity for one in goods]
        difference = worth(truth, goods[0], price.unit_cost_micro, sum(units)) - worth(
            truth, goods[0], old, sum(units)
        )
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
    reach(plan, truth, row, reached)
    mention_goods(plan, row, [one for one, _ in reached])
    return plan


def at_home(amount_minor: int, currency: str, rate_micro: int, home: str) -> int:
    """An amount in home currency, rounded once."""
    return rounded(amount_minor * rate_micro * 10 ** decimals(home), 10 ** (MICRO + decimals(currency)))


def state_variance(plan: Plan, truth: Truth, cost_minor: int) -> None:
    """Post what goods that are no longer in stock cost more than was booked; less where it is below zero."""
    books = [AccountRef(kind, truth.home_currency) for kind in ("purchases", "purchase_variance")]
    source, target = books if cost_minor > 0 else books[::-1]
    plan.pay(source, target, abs(cost_minor), abs(cost_minor))


def live_receipt(truth: Truth, receipt: int) -> Any:
    """A receipt whose goods can be made dearer or cheaper on the day of the act."""
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
            product = truth.products[one.product]
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
    units = [one.quantity * 10 ** (6 - truth.products[one.product].quantity_decimals) for one in goods]
    if spread == "quantity":
        return units
    grams = [truth.products[one.product].weight_grams or 0 for one in goods]
    return [some * each for some, each in zip(units, grams, strict=True)]


def worth(truth: Truth, goods: Landed, unit_cost_micro: int, units: int) -> int:
    """What so many of these units come to at this cost, in home currency at the rate of their order."""
    decimals = truth.products[goods.product].quantity_decimals
    return at_cost(goods.line, units, unit_cost_micro, home=truth.home_currency, decimals=decimals)


def at_cost(line: Any, units: int, unit_cost_micro: int, *, home: str, decimals: int | None = None) -> int:
    """The same, rounded once; the product need not be read where its decimals are known."""
    rate = line.purchase_order.rate_micro
    decimals = line.product.quantity_decimals if decimals is None else decimals
    per = None if line.per is None else line.per * 10**MICRO
    return extended(unit_cost_micro * rate, units, decimals + MICRO, home, per=per)


def reach(plan: Plan, truth: Truth, row: Any, parts: Iterable[tuple[Landed, int]]) -> None:
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


def mention_goods(plan: Plan, row: Any, goods: Sequence[Landed]) -> None:
    """Let the journal of a receipt, its orders and products show the act."""
    plan.mention(row)
    for one in goods:
        plan.mention(("purchase_order", one.line.purchase_order_id), ("product", one.line.product_id))
