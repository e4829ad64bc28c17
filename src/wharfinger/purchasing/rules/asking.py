"""Pure decisions about what a vendor asks for what is put on an order, and whether it sells it at all."""

from __future__ import annotations

from typing import Any, NamedTuple

from wharfinger.base.money import rounded
from wharfinger.base.refusal import N_, Refusal, Remedy
from wharfinger.catalog.rules.offers import BORN, Asked
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.pricing.rules import converted


class Worth(NamedTuple):
    """The currency of an order, and what one unit of it is worth at home, at 10⁻⁶."""

    currency: str
    rate_micro: int


class Typed(NamedTuple):
    """The cost that somebody typed, if any, for a unit of so much, and the order's currency."""

    cost_micro: int | None
    per: int | None
    currency: str


def asked_of(
    plan: Plan, truth: Truth, product: Any, vendor: Any, typed: Typed, *, add: bool, field: str
) -> Asked | None:
    """What the vendor asks for a product; raises Refusal where it is not known to sell it.

    A product that has other vendors may be bought of it once at the cost that is typed; one that has none needs one.
    add: whether the vendor becomes one of them.
    """
    known: dict[int, Asked] = truth.read["prices"][product.pk]
    if vendor.pk in known:
        return known[vendor.pk]
    if add:
        known[vendor.pk] = _new_vendor(plan, product, vendor, typed, first=not known)
        return known[vendor.pk]
    if known and typed.cost_micro is not None:
        return None
    sentence = (
        N_(
            "{vendor} is not listed as a vendor of {sku}. Give its cost, choose another vendor, or add this one."
        )
        if known
        else N_("{sku} has no vendor yet, so nobody knows what is ordered. Make {vendor} one of its vendors.")
    )
    raise Refusal(
        "other_vendor" if known else "no_vendor_yet",
        sentence,
        field=f"{field}.{'unit_cost' if known else 'product'}",
        vendor=vendor.name,
        sku=product.sku,
        remedies=[Remedy("add_vendor", {"add_vendor": True})],
    )


def _new_vendor(plan: Plan, product: Any, vendor: Any, typed: Typed, *, first: bool) -> Asked:
    """Let the vendor be one of the product's vendors, at what was typed; the first is the default."""
    cost = typed.cost_micro or 0
    if typed.per:
        cost = rounded(cost * 10**product.quantity_decimals, typed.per)
    plan.create(
        "catalog.VendorPrice",
        **{
            **BORN,
            "product_id": product.pk,
            "organization_id": vendor.pk,
            "cost_micro": cost,
            "currency": "" if typed.currency == vendor.currency else typed.currency,
            "default": first,
        },
    )
    plan.mention(product)
    return Asked(cost, typed.currency)


def offered_cost(
    truth: Truth,
    asked: Asked | None,
    product: Any,
    vendor: Any,
    quantity: int,
    per: int | None,
    order: Worth,
    field: str,
) -> int:
    """What the vendor asks for a unit of so many, in the order's currency; raises Refusal where no rate is known."""
    if asked is None:
        return 0
    cost = asked.at(quantity)
    if per is not None:
        cost = rounded(cost * per, 10**product.quantity_decimals)
    if asked.currency == order.currency or not cost:
        return cost
    rates = {truth.home_currency: 10**6, **truth.read.get("rates", {})}
    if asked.currency not in rates:
        raise Refusal(
            "other_currency",
            N_(
                "{vendor} asks for {sku} in {currency}. Give the cost in the order's currency, or enter the rate of "
                "exchange."
            ),
            field=f"{field}.unit_cost",
            vendor=vendor.name,
            sku=product.sku,
            currency=asked.currency,
            remedies=[Remedy("set_rate", {"currency": asked.currency})],
        )
    return converted(cost, asked.currency, rates[asked.currency], order.currency, order.rate_micro)
