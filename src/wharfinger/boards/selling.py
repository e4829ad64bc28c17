"""Cells of Purchasing & Fulfillment: who sells a product and for how much, and when the next of it is free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wharfinger.base.money import extended
from wharfinger.base.typed import unit_price
from wharfinger.purchasing.rules.asking import Sold, cheapest, fastest
from wharfinger.sales.queries.holding import arriving

if TYPE_CHECKING:
    from wharfinger.boards.showing import Seen


def _default(row: Mapping[str, Any], seen: Seen) -> Sold | None:
    return next((one for one in seen.sold.get(row["product_id"], {}).values() if one.default), None)


def vendor_cell(row: Mapping[str, Any], seen: Seen) -> Any:
    """The default vendor; beneath, who asks less and who is faster for so many, where that is another."""
    default, units = _default(row, seen), row["quantity"]
    sold = seen.sold.get(row["product_id"], {}).values()
    told = []
    if seen.costs and (least := cheapest(sold, units, seen.worths)) and least is not default:
        cost = unit_price(least.cost_at(units), least.asks.currency)
        values = {"vendor": least.vendor.name, "cost": cost, "currency": least.asks.currency}
        told.append(_("Cheapest: %(vendor)s, %(cost)s %(currency)s") % values)
    if (first := fastest(sold, units)) and first is not default:
        words = ngettext("Fastest: %(vendor)s, %(n)s day", "Fastest: %(vendor)s, %(n)s days", first.lead_days)
        told.append(words % {"vendor": first.vendor.name, "n": first.lead_days})
    return (default.vendor.name if default else "", "\n".join(told)) if default or told else None


def cost_cell(row: Mapping[str, Any], seen: Seen) -> Any:
    """What the default vendor asks for so many, in the currency in which it does."""
    default = _default(row, seen)
    if default is None:
        return None
    decimals, units = row["product__quantity_decimals"], row["quantity"]
    currency = default.asks.currency
    return extended(default.cost_at(units), units, decimals, currency), currency


def arrival_cell(row: Mapping[str, Any], seen: Seen) -> date | None:
    """When the next goods come that nobody has a claim on."""
    return seen.arrives.get(row["product_id"])


def next_free(products: Iterable[int]) -> dict[int, date]:
    """By product, when the next goods come that nobody has a claim on; one statement."""
    found: dict[int, date] = {}
    for one in arriving(products):
        if one.free > 0 and one.on:
            found.setdefault(one.product, one.on)
    return found
