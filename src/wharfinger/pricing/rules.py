"""Pure decisions about prices: what a price list says, and which price a line is offered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.fields import Check, currency, day, or_nothing, price, text, whole, yes_or_no
from wharfinger.base.money import MICRO, coin, rounded
from wharfinger.base.quantity import scaled
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Remedy
from wharfinger.base.tax import WHOLE, Coded, with_taxes
from wharfinger.base.words import same
from wharfinger.catalog.rules.units import unit_named
from wharfinger.ledger.plan import Id, Plan, Truth

Values = Mapping[str, Any]
_ID = whole(1, 2**63 - 1)
MOST_MICRO = 10**15
LIST: dict[str, Check] = {
    "name": text(100, needed=True),
    "customer_group": or_nothing(_ID),
    "currency": currency,
    "tax_included": yes_or_no,
    "valid_from": or_nothing(day),
    "valid_until": or_nothing(day),
    "retired_on": or_nothing(day),
}
ITEM: dict[str, Check] = {
    "product": _ID,
    "unit": text(20),
    "from_quantity": text(30),
    "price": or_nothing(price),
}
RATE: dict[str, Check] = {"currency": currency, "valid_from": day, "rate": price}
BORN = {
    "customer_group_id": None,
    "tax_included": False,
    "valid_from": None,
    "valid_until": None,
    "retired_on": None,
}


class Listed(NamedTuple):
    """A price on a list that holds for a customer."""

    unit: str
    from_quantity: int
    price_micro: int
    price_list: int
    currency: str
    valid_from: date | None
    valid_until: date | None
    theirs: bool
    """Whether the list is their group's own, not everybody's."""
    tax_included: bool = False
    """Whether its prices include their taxes."""

    def holds(self, currency: str, on: date) -> bool:
        """Whether the list is of this currency and of this day."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and self.currency == currency and (self.valid_until is None or on <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Offer:
    """The price that a line is offered, and the list that says so; none where the product does."""

    price_micro: int
    price_list: int | None = None
    from_quantity: int = 0
    """From which quantity on the list says so, in the product's smallest unit."""


@dataclass(frozen=True, slots=True)
class Money:
    """The currency of a document, that of the company, and what the one is worth in the other, where that is known."""

    currency: str
    home: str
    rate_micro: int | None = None

    def of_home(self, price_micro: int, sku: str, field: str) -> int:
        """A price of the home currency in the document's; raises Refusal where nobody said what that is worth."""
        if self.currency == self.home or not price_micro:
            return price_micro
        if not self.rate_micro:
            raise Refusal(
                "no_rate",
                N_(
                    "{sku} has its price in {home}, and nobody said what {currency} is worth. Type the price, or "
                    "enter the rate of exchange."
                ),
                field=field,
                sku=sku,
                home=self.home,
                currency=self.currency,
                remedies=[Remedy("set_rate", {"currency": self.currency})],
            )
        return converted(price_micro, self.home, 10**6, self.currency, self.rate_micro)


@dataclass(frozen=True, slots=True)
class Taxes:
    """Whether a document's prices include their taxes, and the company's own; and what these are.

    None of the codes is asked for where all is said one way, with no other code.
    """

    included: bool = False
    home_included: bool = False
    """Whether the prices of products do."""
    own: Coded | None = None
    """How the product is taxed: what is in a price that includes its taxes."""
    asked: Coded | None = None
    """How the line is taxed."""

    def of(self, price_micro: int, given: bool, currency: str) -> int:
        """A price as the document says it; given: whether it includes the taxes of its product.

        With taxes it is rounded to whole coins where it was in whole coins, before them it is as fine as can be.
        """
        if given == self.included and (not given or self.own is self.asked):
            return price_micro
        assert self.own is not None, "prices are said both ways, and no code was read"
        assert self.asked is not None, "prices are said both ways, and no code was read"
        step = coin(currency) if self.included and price_micro % coin(currency) == 0 else 1
        over = with_taxes(self.own) if given else WHOLE * WHOLE
        times = with_taxes(self.asked) if self.included else WHOLE * WHOLE
        return rounded(price_micro * times, over * step) * step


BEFORE_TAX = Taxes()
"""All prices are said before tax."""


def converted(price_micro: int, source: str, source_rate: int, target: str, target_rate: int) -> int:
    """A price in another currency: in whole coins where it was, else as fine as it can be."""
    step = coin(target) if price_micro % coin(source) == 0 else 1
    return rounded(price_micro * source_rate, target_rate * step) * step


def default_price(
    product: Any,
    listed: Iterable[Listed],
    *,
    quantity: int,
    unit: str = "",
    per: int | None = None,
    money: Money,
    on: date,
    taxes: Taxes = BEFORE_TAX,
    field: str = "unit_price",
) -> Offer:
    """What a line is asked unless somebody types a price: the one function that decides it.

    The customer's own list goes before everybody's, the list that began last before an older one; on a list
    the price of the very unit before that of the product's own, and of these the one of the largest quantity
    that the line reaches. Where no list of the document's currency has a price, one of the home currency holds,
    and then the product's, both at the rate of the day. It includes the line's taxes where the document's prices
    do, whether the list's do or not. quantity, per: in the smallest unit.
    Raises Refusal where a price would have to be converted and there is no rate.
    """
    reached = [one for one in listed if one.unit in ("", unit) and one.from_quantity <= quantity]
    for listed_in in dict.fromkeys((money.currency, money.home)):
        holding = [one for one in reached if one.holds(listed_in, on)]
        if holding:
            best = max(
                holding,
                key=lambda one: (
                    one.theirs,
                    one.valid_from or date.min,
                    one.price_list,
                    one.unit == unit,
                    one.from_quantity,
                ),
            )
            price = best.price_micro if best.unit == unit else _for(best.price_micro, product, per)
            if listed_in != money.currency:
                price = money.of_home(price, product.sku, field)
            price = taxes.of(price, best.tax_included, money.currency)
            return Offer(price, best.price_list, best.from_quantity)
    own = money.of_home(_for(product.price_micro, product, per), product.sku, field)
    return Offer(taxes.of(own, taxes.home_included, money.currency))


def _for(price_micro: int, product: Any, per: int | None) -> int:
    """The price of so much, by the price of one whole unit of the product's own."""
    return price_micro if per is None else rounded(price_micro * per, 10**product.quantity_decimals)


def columns(values: Values) -> dict[str, Any]:
    """What is said of a price list, by the column that keeps it."""
    return {"customer_group_id" if k == "customer_group" else k: value for k, value in values.items()}


def percent(value: Any, field: str = "percent") -> int:
    """By how much prices rise, or fall below zero, as a share at 10⁻⁶; never to nothing."""
    found = scaled(value, 4, field=field, most=100_000_000, negative=True)
    if found <= -1_000_000:
        raise BadInput("out_of_bounds", N_("Prices can fall by less than 100 percent."), field=field)
    return found


def plan_list(truth: Truth, *, values: Values, items: Sequence[Values]) -> Plan:
    """Add a price list with its prices."""
    for name in ("name", "currency"):
        if not values.get(name):
            raise BadInput("missing", N_("Please fill this in."), field=name)
    full = BORN | columns(values)
    _fits(truth, full, full, None)
    plan = Plan()
    made = plan.create("pricing.PriceList", **full)
    _set(plan, truth, made, items, {})
    plan.mention(("price_list", made))
    return plan


def plan_list_change(truth: Truth, *, pk: int, values: Values, items: Sequence[Values]) -> Plan:
    """Change a price list, and set the prices that are named; the others stay."""
    row = _row(truth, pk)
    new = columns(values)
    dates = {name: new.get(name, getattr(row, name)) for name in ("valid_from", "valid_until")}
    _fits(truth, new, dates, row)
    plan = Plan()
    plan.change(row, **new)
    _set(plan, truth, pk, items, truth.documents["pricing.PriceItem"])
    plan.mention(row)
    return plan


def plan_copy(truth: Truth, *, pk: int, values: Values, share: int) -> Plan:
    """Make a list of the same prices under another name, all of them raised by a share."""
    row = _row(truth, pk)
    full = {name: getattr(row, name) for name in ("customer_group_id", "currency", "tax_included")}
    full |= {"valid_from": None, "valid_until": None, "retired_on": None} | columns(values)
    _fits(truth, columns(values), full, None)
    plan = Plan()
    made = plan.create("pricing.PriceList", **full)
    for one in truth.documents["pricing.PriceItem"].values():
        if one.price_micro is not None and one.void_id is None:
            raised = _raised(one.price_micro, share, full["currency"])
            _item(plan, made, one.product_id, one.unit, one.from_quantity, raised)
    plan.mention(("price_list", made), row)
    return plan


def plan_raise(truth: Truth, *, pk: int, share: int) -> Plan:
    """Raise every price of a list by a share, each to the smallest coin of its currency."""
    row = _row(truth, pk)
    plan = Plan()
    for one in truth.documents["pricing.PriceItem"].values():
        if one.price_micro is not None and one.void_id is None:
            plan.change(one, price_micro=_raised(one.price_micro, share, row.currency))
    plan.mention(row)
    return plan


def plan_rates(truth: Truth, *, rates: Sequence[Values]) -> Plan:
    """Say what currencies are worth at home from a day on; the same day again corrects it."""
    plan = Plan()
    there = {
        (row.currency, row.valid_from): row
        for row in truth.documents["pricing.Rate"].values()
        if row.void_id is None
    }
    seen: set[tuple[str, date]] = set()
    for n, one in enumerate(rates):
        key = one["currency"], one["valid_from"]
        if key in seen:
            raise BadInput(
                "named_twice", N_("This stands here twice. Leave one out."), field=f"rates.{n}.valid_from"
            )
        seen.add(key)
        if one["currency"] == truth.home_currency:
            raise BadInput(
                "home_currency",
                N_("{currency} is the company's own currency; it needs no rate."),
                field=f"rates.{n}.currency",
                currency=one["currency"],
            )
        if one["rate"] <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"rates.{n}.rate")
        if key in there:
            plan.change(there[key], rate_micro=one["rate"])
        else:
            made = plan.create("pricing.Rate", currency=key[0], valid_from=key[1], rate_micro=one["rate"])
            plan.mention(("rate", made))
    if not (plan.changes or plan.creates):
        raise Refusal("nothing_changed", N_("This changes nothing. Change something first."))
    return plan


def _row(truth: Truth, pk: int) -> Any:
    row = truth.documents["pricing.PriceList"].get(pk)
    if row is None:
        raise NotThere("no_such_price_list", N_("There is no such price list."))
    return row


def _fits(truth: Truth, new: Values, dates: Values, row: Any) -> None:
    first, last = dates["valid_from"], dates["valid_until"]
    if first is not None and last is not None and last < first:
        raise BadInput("ends_before_it_begins", N_("The last day is before the first."), field="valid_until")
    for one in truth.documents["pricing.PriceList"].values():
        if one is not row and "name" in new and same(one.name) == same(new["name"]):
            raise BadInput(
                "name_taken", N_("There is a price list of this name already. Give another."), field="name"
            )
    group = new.get("customer_group_id")
    stays = row is not None and group == row.customer_group_id
    if group is not None and not stays and group not in truth.read["groups"]:
        raise BadInput(
            "no_such_group", N_("There is no such customer group, or it is retired."), field="customer_group"
        )
    priced = any(one.price_micro is not None for one in truth.documents["pricing.PriceItem"].values())
    if row is not None and priced and new.get("tax_included", row.tax_included) != row.tax_included:
        raise BadInput(
            "list_has_prices",
            N_("Its prices were typed with tax or before tax. Make another list for the other way."),
            field="tax_included",
        )
    if row is not None and priced and new.get("currency", row.currency) != row.currency:
        raise BadInput(
            "list_has_prices",
            N_("Its prices are in {currency}. Make another list for another currency."),
            field="currency",
            currency=row.currency,
        )


def _set(plan: Plan, truth: Truth, pk: Id, items: Sequence[Values], known: Mapping[int, Any]) -> None:
    there = {
        (one.product_id, one.unit, one.from_quantity): one for one in known.values() if one.void_id is None
    }
    seen: set[tuple[int, str, int]] = set()
    for n, item in enumerate(items):
        product = truth.read["products"].get(item["product"])
        if product is None:
            raise BadInput("no_such_product", N_("There is no such product."), field=f"items.{n}.product")
        key = _key(truth, product, item, f"items.{n}")
        if key in seen:
            raise BadInput(
                "price_twice",
                N_("This price is given twice. Leave one row."),
                field=f"items.{n}.product",
            )
        seen.add(key)
        if key in there:
            plan.change(there[key], price_micro=item.get("price"))
        elif item.get("price") is not None:
            _item(plan, pk, *key, item["price"])


def _key(truth: Truth, product: Any, item: Values, at: str) -> tuple[int, str, int]:
    """What tells a price from the others of its list; from which quantity is said in its own unit."""
    unit, size = unit_named(item.get("unit", ""), product, truth.read["units"], f"{at}.unit")
    per = size or 10**product.quantity_decimals
    units = scaled(item.get("from_quantity") or "0", MICRO, field=f"{at}.from_quantity")
    start, rest = divmod(units * per, 10**MICRO)
    if rest:
        raise BadInput(
            "not_whole",
            N_("So much of {sku} cannot be counted. Give another quantity."),
            field=f"{at}.from_quantity",
            sku=product.sku,
        )
    return product.pk, unit, start


def _item(plan: Plan, pk: Id, product: int, unit: str, start: int, price_micro: int) -> None:
    plan.create(
        "pricing.PriceItem",
        price_list_id=pk,
        product_id=product,
        unit=unit,
        from_quantity=start,
        price_micro=price_micro,
    )


def _raised(price_micro: int, share: int, currency: str) -> int:
    step = coin(currency)
    found = rounded(price_micro * (10**6 + share), 10**6 * step) * step
    if found >= MOST_MICRO:
        raise BadInput("too_large", N_("This number is larger than can be kept."), field="percent")
    return found
