"""Pure decisions about what goes back to a vendor: whose it is, and what is credited for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wharfinger.base.money import extended
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.ledger.plan import Number, Plan, Ref, Truth
from wharfinger.purchasing.rules.landing import at_cost, at_home, state_variance
from wharfinger.purchasing.rules.paying import credited

RETURN = Number("vendor_return", "VR-{n}")


@dataclass(frozen=True, slots=True)
class SendBack:
    """Goods that go back to the vendor: refused ones of an order's line, or free stock of a product."""

    quantity: int
    purchase_line: int | None = None
    product: int | None = None
    location: int | None = None
    bin: int | None = None
    """The places of the location and the bin to stay within."""
    lots: tuple[int, ...] = ()
    receipt: int | None = None
    """By which the stock came: its own layers are taken first, so that it leaves at what it cost."""


def make_return(
    plan: Plan, truth: Truth, goods: Sequence[SendBack], vendor: int | None, credit_minor: int | None
) -> Ref:
    """Write down to which vendor these goods go, and what it is to credit: what is said, else what they cost.

    The vendor is the one they came from, else the one that is named or always sells them. What left stock cost its
    value, what was refused what was ordered.
    """
    order = _one_order_currency(truth, goods)
    return plan.create(
        "purchasing.VendorReturn",
        number=RETURN,
        vendor_id=_whose(truth, goods, vendor),
        currency=order.currency if order else truth.home_currency,
        rate_micro=order.rate_micro if order else 10**6,
        credit_minor=_cost(plan, truth, goods) if credit_minor is None else credit_minor,
    )


def _cost(plan: Plan, truth: Truth, goods: Sequence[SendBack]) -> int:
    abroad = _one_order_currency(truth, goods)
    total = sum(one.value_minor for one in plan.draws)
    for one in goods:
        line = truth.read["purchase_lines"].get(one.purchase_line)
        if line is None:
            continue
        decimals = truth.read["products"][line.product_id].quantity_decimals
        if abroad:
            total += extended(line.unit_cost_micro, one.quantity, decimals, abroad.currency, per=line.per)
        else:
            home = truth.home_currency
            total += at_cost(line, one.quantity, line.unit_cost_micro, home=home, decimals=decimals)
    return max(0, total)


def _one_order_currency(truth: Truth, goods: Sequence[SendBack]) -> Any:
    """The order whose currency and rate the credit is in, where all were refused of orders alike; else it is at home."""
    lines = truth.read["purchase_lines"]
    orders = truth.documents["purchasing.PurchaseOrder"]
    if any(one.purchase_line is None for one in goods):
        return None
    found = [
        orders[lines[one.purchase_line].purchase_order_id] for one in goods if one.purchase_line in lines
    ]
    alike = len({(order.currency, order.rate_micro) for order in found}) == 1
    return found[0] if found and alike else None


def _whose(truth: Truth, goods: Sequence[SendBack], vendor: int | None) -> int:
    if vendor is not None and vendor not in truth.read["vendors"]:
        raise BadInput("no_such_vendor", N_("There is no such vendor."), field="vendor")
    lines, orders = truth.read["purchase_lines"], truth.documents["purchasing.PurchaseOrder"]
    came = {orders[line.purchase_order_id].vendor_id for line in lines.values()}
    came |= {
        truth.read["receipt_vendors"][one.receipt]
        for one in goods
        if one.receipt in truth.read["receipt_vendors"]
    }
    if vendor is not None and came <= {vendor}:
        return vendor
    loose = [one for one in goods if one.purchase_line is None and one.receipt is None]
    for n, one in enumerate(goods):
        if vendor is None and one in loose and one.product not in truth.read["sellers"] and not came:
            raise BadInput(
                "vendor_needed",
                N_("No vendor is known to sell {sku}. Say to which it goes back."),
                field="vendor",
                sku=_sku(truth, one.product, n),
            )
    if not came:
        came = {truth.read["sellers"][one.product] for one in loose}
    if len(came) != 1 or (vendor is not None and vendor not in came):
        raise Refusal(
            "many_vendors_sent_back",
            N_("These goods are of several vendors. Send those of the others back apart."),
            field="vendor" if vendor is not None else "lines",
        )
    return came.pop()


def _sku(truth: Truth, product: int | None, n: int) -> str:
    known = truth.read["products"].get(product)
    if known is None:
        raise NotThere("no_such_product", N_("There is no such product."), field=f"lines.{n}.product")
    return str(known.sku)


def plan_credit(truth: Truth, *, pk: int, got_minor: int, tax_minor: int, reference: str) -> Plan:
    """Write down what the vendor credited, so that it owes us that; what is less than expected is purchase variance."""
    row = truth.documents["purchasing.VendorReturn"].get(pk)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_vendor_return", N_("There is no such return to a vendor."))
    if row.credited_at is not None:
        raise Refusal(
            "credited_already",
            N_("{number} is credited already."),
            number=row.number,
            subject=f"vendor_return:{pk}",
        )
    plan = Plan()
    less = [
        at_home(one, row.currency, row.rate_micro, truth.home_currency)
        for one in (row.credit_minor, got_minor)
    ]
    state_variance(plan, truth, less[0] - less[1])
    credited(plan, truth, row, got_minor, tax_minor)
    plan.change(
        row,
        credited_at=truth.now,
        credit_got_minor=got_minor,
        credit_tax_minor=tax_minor,
        credit_reference=reference,
    )
    plan.mention(row)
    return plan
