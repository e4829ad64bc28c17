"""Pure decisions about what a vendor asks for what is put on an order, and whether it sells it at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from wharfinger.base.money import rounded
from wharfinger.base.refusal import N_, BadInput, Refusal, Remedy
from wharfinger.catalog.rules.offers import BORN, Asked
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.pricing.rules import converted

By = Literal["default", "cheapest", "fastest"]
"""Of which of its vendors a product is bought."""


class Sold(NamedTuple):
    """That a vendor sells a product, on which terms, how soon."""

    vendor: Any
    asks: Asked
    default: bool = False
    lead_days: int = 0
    """Nought where they did not say."""
    stock: int | None = None
    """What they said that they have."""
    rate_micro: int | None = None
    """What one unit of the currency in which they ask is worth at home, where a rate is known and was asked for."""

    def cost_at(self, units: int) -> int:
        """What one unit costs where so many are wanted, and whole packs and the minimum are ordered."""
        return self.asks.at(self.asks.filled(units))


def asked_at_home(sold: Mapping[int, Mapping[int, Sold]], home: str) -> dict[int, int]:
    """What the default vendor of each product, else the first, asks for one, in home currency where its rate is known.

    sold: who sells each product, by product and vendor, with rates.
    """
    found = {}
    for product, vendors in sold.items():
        one = next((one for one in vendors.values() if one.default), None) or next(iter(vendors.values()))
        cost, currency, rate = one.asks.cost_micro, one.asks.currency, one.rate_micro
        found[product] = converted(cost, currency, rate, home, 10**6) if rate else cost
    return found


def cheapest(sold: Iterable[Sold], units: int, worths: Mapping[str, int]) -> Sold | None:
    """Who asks least for so many, with what fills packs and the minimum; nothing where nobody's price is known.

    worths: what one unit of each currency is worth at home; who asks in any other is not compared.
    """
    known = [one for one in _selling(sold) if one.asks.currency in worths and one.cost_at(units)]
    return min(
        known,
        key=lambda one: (
            one.cost_at(units) * one.asks.filled(units) * worths[one.asks.currency],
            not one.default,
            one.vendor.pk,
        ),
        default=None,
    )


def fastest(sold: Iterable[Sold], units: int) -> Sold | None:
    """Who takes the fewest days, of several whoever has so many; nothing where nobody said how long they take."""
    known = [one for one in _selling(sold) if one.lead_days]
    return min(
        known,
        key=lambda one: (one.lead_days, (one.stock or 0) < units, not one.default, one.vendor.pk),
        default=None,
    )


def bought_of(sold: Iterable[Sold], units: int, by: By, worths: Mapping[str, int]) -> Sold | None:
    """Of whom so many are bought; of the default vendor where cost and days of none are known."""
    every = list(sold)
    found = {"cheapest": cheapest(every, units, worths), "fastest": fastest(every, units)}.get(by)
    return found or next((one for one in every if one.default), None)


def vendor_by(truth: Truth, product: int, units: int = 0, by: By = "default") -> int:
    """Of whom so many of a product are bought; raises Refusal where nothing says."""
    worths = {truth.home_currency: 10**6, **truth.read["rates"]}
    found = bought_of(truth.read["sold"][product].values(), units, by, worths)
    if found is None:
        raise Refusal(
            "no_vendor",
            N_("{sku} has no default vendor. Choose a vendor."),
            field="vendor",
            sku=truth.read["products"][product].sku,
        )
    vendor: int = found.vendor.pk
    return vendor


def _selling(sold: Iterable[Sold]) -> list[Sold]:
    return [one for one in sold if one.vendor.vendor and one.vendor.retired_on is None]


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


def rate_of(truth: Truth, currency: str, rate_micro: int | None) -> int:
    """What one unit of a currency is worth at home: as said, else as it is on the day; raises BadInput."""
    if currency == truth.home_currency:
        return 10**6
    rate_micro = rate_micro or truth.read.get("rates", {}).get(currency)
    if not rate_micro:
        raise BadInput(
            "rate_missing",
            N_("Give the exchange rate of {currency}."),
            field="rate",
            currency=currency,
            remedies=[Remedy("set_rate", {"currency": currency})],
        )
    return rate_micro
