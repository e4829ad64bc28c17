"""Bring in price lists with their prices."""

from __future__ import annotations

from typing import Any

from wharfinger.base import configuration
from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.money import MICRO
from wharfinger.base.quantity import scaled
from wharfinger.base.words import same
from wharfinger.catalog.queries import goes_by, units_of
from wharfinger.catalog.rules.units import unit_named
from wharfinger.exchange.actions import finding
from wharfinger.exchange.actions.finding import different
from wharfinger.exchange.actions.made import revived
from wharfinger.exchange.rules import Group
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.pricing import rules
from wharfinger.pricing.actions import add_price_list, change_price_list
from wharfinger.pricing.models import PriceItem, PriceList

Values = dict[str, Any]


def bring(*, actor: Actor, group: Group) -> str:
    """Add a price list with its prices, or change what differs; a row without a price takes one off."""
    require(actor, "exchange.import")
    row = group.first
    found = PriceList.objects.filter(name__iexact=row["price_list"]).first()
    values: Values = {"name": row["price_list"] if found is None else found.name}
    values |= row.said(
        KINDS["price_lists"], "currency", "tax_included", "valid_from", "valid_until"
    ) | finding.retired(row)
    group_of = finding.customer_group(row)
    values |= {} if group_of is None else {"customer_group": group_of}
    items = _items(group, found)
    if found is None:
        values.setdefault("currency", configuration.one("currency"))
        made = add_price_list(actor=actor, values=values, items=items)
        group.led_to(made.id, f"price_list:{made.one('pricing.PriceList')}")
        return "added"
    kept = checked(rules.LIST, values)
    names = {"customer_group": "customer_group_id"}
    changed = different(found, {names.get(name, name): value for name, value in kept.items()})
    said = {name: values[name] for name in values if names.get(name, name) in changed}
    back = revived(f"price_list:{found.pk}", found, values)
    if not said and not items and not back:
        return "unchanged"
    done = change_price_list(actor=actor, price_list=found.pk, values=said | back, items=items)
    group.led_to(done.id, f"price_list:{found.pk}" if back else "")
    return "changed"


def _items(group: Group, found: PriceList | None) -> list[Values]:
    """The prices that rows name and that the list has otherwise."""
    skus = {row["sku"] for row in group.rows if row["sku"]}
    products = goes_by(skus)
    there = {
        (one.product_id, same(one.unit), one.from_quantity): one.price_micro
        for one in PriceItem.objects.filter(price_list=found, void__isnull=True)
    }
    sizes = units_of(one.pk for one in products.values())
    items: list[Values] = []
    for row in group.rows:
        if not row["sku"]:
            continue
        at = f"items.{len(items)}"
        group.parts[at] = row
        product = products.get(row["sku"]) or finding.product(row, field=f"{at}.product")
        item: Values = {
            "product": product.pk,
            "unit": "" if same(row["unit"]) == same(product.unit) else row["unit"],
            "from_quantity": row.figure("from_quantity") or "0",
            "price": row.figure("price") or None,
        }
        unit, size = unit_named(item["unit"], product, sizes, f"{at}.unit")
        start = scaled(item["from_quantity"], MICRO, field=f"{at}.from_quantity")
        start = start * (size or 10**product.quantity_decimals) // 10**MICRO
        key = product.pk, same(unit), start
        if there.get(key) == checked({"price": rules.ITEM["price"]}, {"price": item["price"]})["price"]:
            del group.parts[at]
            continue
        items.append(item)
    return items
