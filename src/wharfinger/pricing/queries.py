"""Reads of price lists: which prices hold for a customer, and what a list says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.catalog.queries import units_of
from wharfinger.ledger import sql
from wharfinger.ledger.plan import Truth
from wharfinger.parties.models import CustomerGroup
from wharfinger.pricing.models import PriceItem, PriceList, Rate
from wharfinger.pricing.rules import Listed, converted

_LISTED = (
    "SELECT o.id, i.product_id, i.unit, i.from_quantity, i.price_micro, l.id, l.currency, l.valid_from, l.valid_until, "
    "l.customer_group_id IS NOT NULL, l.tax_included FROM pricing_priceitem i JOIN pricing_pricelist l ON l.id = i.price_list_id "
    "JOIN parties_organization o ON l.customer_group_id IS NULL OR l.customer_group_id = o.customer_group_id "
    "WHERE {products} AND {customers} AND i.void_id IS NULL AND i.price_micro IS NOT NULL AND l.retired_on IS NULL"
)


def listed(organizations: Iterable[int], products: Iterable[int]) -> dict[tuple[int, int], list[Listed]]:
    """What lists in use ask each of these customers for each of these products, in one statement."""
    found: dict[tuple[int, int], list[Listed]] = defaultdict(list)
    customers, wanted = sorted(set(organizations)), sorted(set(products))
    if not customers or not wanted:
        return found
    text = _LISTED.format(products=sql.among("i.product_id"), customers=sql.among("o.id"))
    for customer, product, unit, start, price, pk, currency, first, last, theirs, taxed in sql.fetch(
        text, [sql.array(wanted), sql.array(customers)]
    ):
        found[customer, product].append(
            Listed(unit, start, price, pk, currency, _day(first), _day(last), bool(theirs), bool(taxed))
        )
    return found


def says_tax(day: date, customer: str = "parties_organization") -> str:
    """SQL of whether the price list by which a customer is asked on a day includes tax; nothing without a list.

    The customer's own list goes before everybody's, the one that began last before an older one, as for prices.
    customer: what the row of the organization is called.
    """
    on = f"'{day.isoformat()}'"
    return (
        "(SELECT l.tax_included FROM pricing_pricelist l WHERE l.retired_on IS NULL "
        f"AND (l.customer_group_id IS NULL OR l.customer_group_id = {customer}.customer_group_id) "
        f"AND l.currency = {customer}.currency AND (l.valid_from IS NULL OR l.valid_from <= {on}) "
        f"AND (l.valid_until IS NULL OR l.valid_until >= {on}) ORDER BY l.customer_group_id IS NULL, "
        "COALESCE(l.valid_from, '0001-01-01') DESC, l.id DESC LIMIT 1)"
    )


def rates() -> QuerySet[Rate, Rate]:
    """Every rate of exchange that was not undone."""
    return Rate.objects.filter(void__isnull=True)


def show_rates(found: Iterable[Rate]) -> list[dict[str, Any]]:
    """Rates of exchange."""
    return [
        {
            "id": one.pk,
            "currency": one.currency,
            "valid_from": one.valid_from.isoformat(),
            "rate": plain(one.rate_micro, MICRO),
        }
        for one in found
    ]


def rates_on(currencies: Iterable[str], day: date) -> dict[str, int]:
    """What each of these currencies is worth at home on a day, in one statement; those without a rate are left out."""
    wanted = sorted(set(currencies))
    if not wanted:
        return {}
    one = (
        "(SELECT rate_micro FROM pricing_rate WHERE currency = %s AND valid_from <= %s AND void_id IS NULL "
        "ORDER BY valid_from DESC LIMIT 1)"
    )
    asked = [value for currency in wanted for value in (currency, day.isoformat())]
    (found,) = sql.fetch(f"SELECT {', '.join([one] * len(wanted))}", asked)
    return {currency: rate for currency, rate in zip(wanted, found, strict=True) if rate is not None}


def read_rates(truth: Truth, currencies: Iterable[str]) -> None:
    """Read what these are worth at home on the act's day; no statement where only the home currency is among them."""
    abroad = set(currencies) - {truth.home_currency}
    truth.read["rates"] = truth.read.get("rates", {}) | rates_on(abroad, truth.effective_on)


def costs_at_home(products: Iterable[int], home: str, day: date) -> dict[int, int]:
    """What the default vendor of each product, else any, asks for one, in home currency where its rate is known."""
    wanted = sorted(set(products))
    if not wanted:
        return {}
    prices = VendorPrice.objects.filter(product_id__in=wanted).order_by("default", "-pk")
    rows = prices.values_list("product_id", "cost_micro", "currency", "organization__currency")
    asked = {product: (cost, own or theirs) for product, cost, own, theirs in rows}
    rates = rates_on({currency for _, currency in asked.values()} - {home}, day)
    return {
        product: converted(cost, currency, rates[currency], home, 10**6) if currency in rates else cost
        for product, (cost, currency) in asked.items()
    }


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def read_for_lists(products: Sequence[int]) -> Callable[[Truth], None]:
    """Read the products that prices are of, with their units, and the customer groups in use."""

    def read(truth: Truth) -> None:
        truth.read["products"] = sql.by_ids(Product, products)
        truth.read["units"] = units_of(products)
        used = CustomerGroup.objects.filter(retired_on__isnull=True)
        truth.read["groups"] = set(used.values_list("pk", flat=True))

    return read


def for_group(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Lists of these customer groups."""
    return rows.filter(customer_group_id__in=[int(v) for v in values if v.isdecimal() and len(v) < 19])


def with_product(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Lists that have a price of any of these products."""
    wanted = [int(v) for v in values if v.isdecimal() and len(v) < 19]
    return rows.filter(pk__in=standing().filter(product_id__in=wanted).values("price_list_id"))


def standing() -> QuerySet[PriceItem, PriceItem]:
    """Prices that stand on a list."""
    return PriceItem.objects.filter(void__isnull=True, price_micro__isnull=False)


def items_of(price_list: int) -> list[PriceItem]:
    """The prices of a list, by product and quantity."""
    found = standing().filter(price_list_id=price_list).select_related("product")
    return list(found.order_by("product__sku", "unit", "from_quantity"))


def of_product(product: int, today: date) -> list[PriceItem]:
    """The prices of a product on lists that are in use and have not ended."""
    used = Q(price_list__valid_until__isnull=True) | Q(price_list__valid_until__gte=today)
    found = standing().filter(used, product_id=product, price_list__retired_on__isnull=True)
    return list(
        found.select_related("price_list__customer_group", "product").order_by(
            "price_list__name", "unit", "from_quantity"
        )
    )


def sizes_of(items: Sequence[PriceItem]) -> dict[tuple[int, str], int]:
    """How much of its product a unit of each of these prices is, in the smallest unit."""
    return {(pk, name): size for (pk, _), (name, size) in units_of({i.product_id for i in items}).items()}


def start_of(item: PriceItem, sizes: dict[tuple[int, str], int]) -> str:
    """From which quantity a price holds, in the unit that it is the price of; empty from the first one on."""
    if not item.from_quantity:
        return ""
    size = sizes.get((item.product_id, item.unit), 10**item.product.quantity_decimals)
    return plain(item.from_quantity * 10**MICRO // size, MICRO)


def show_lists(found: Iterable[PriceList], *, include: Collection[str] = ()) -> list[dict[str, Any]]:
    """Price lists; with ``items`` their prices too."""
    rows = list(found)
    items: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if "items" in include:
        wanted = standing().filter(price_list_id__in=[row.pk for row in rows]).select_related("product")
        prices = list(wanted.order_by("product__sku", "unit", "from_quantity"))
        sizes = sizes_of(prices)
        for one in prices:
            items[one.price_list_id].append(
                {
                    "product": one.product_id,
                    "sku": one.product.sku,
                    "unit": one.unit or one.product.unit,
                    "from_quantity": start_of(one, sizes) or "0",
                    "price": plain(one.price_micro or 0, MICRO),
                }
            )
    return [
        {
            "id": one.pk,
            "name": one.name,
            "customer_group": one.customer_group_id,
            "currency": one.currency,
            "tax_included": one.tax_included,
            "valid_from": one.valid_from.isoformat() if one.valid_from else None,
            "valid_until": one.valid_until.isoformat() if one.valid_until else None,
            "retired_on": one.retired_on.isoformat() if one.retired_on else None,
        }
        | ({"items": items[one.pk]} if "items" in include else {})
        for one in rows
    ]
