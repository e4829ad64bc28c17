"""What is told beside a row in which goods to buy are typed, and what was ordered beyond what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wharfinger.base.page import page
from wharfinger.base.refusal import BadInput
from wharfinger.base.typed import written
from wharfinger.base.words import same
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import scanned
from wharfinger.catalog.queries import units as every_unit
from wharfinger.demand.entry import typed_quantity, unit_choices
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.queries import shown
from wharfinger.purchasing.queries.asked import Offer, offer


@require_safe
@page("purchasing.order")
def about(request: HttpRequest) -> HttpResponse:
    """What the vendor of a form asks for the product of a row: its cost, packs, minimum, part number, lead time."""
    given, actor = request.GET, request.user
    n = given.get("row", "0")
    sku = given.get(f"sku-{n}", "").strip()
    means = scanned([sku]).get(sku) if sku else None
    found = means.product if means and means.product.retired_on is None else None
    vendor = _vendor(given)
    asks = offer(vendor.pk, found) if vendor is not None and found is not None else None
    context = {
        "sku": sku,
        "product": found,
        "vendor": vendor,
        "asks": asks,
        "units": [words for _name, words in unit_choices(found)] if found else [],
        "costs": actor.may("catalog.see_cost"),  # type: ignore[union-attr]
    }
    if found and asks:
        context |= _reckoned(found, asks, given.get(f"quantity-{n}", ""), given.get(f"unit-{n}", ""))
    return render(request, "purchasing/about.html", context)


def _reckoned(product: Product, asks: Offer, text: str, named: str) -> dict[str, Any]:
    """How many are ordered of so many as are typed, and what one costs then."""
    known = every_unit().filter(product=product, retired_on__isnull=True)
    per = next((one.factor for one in known if same(one.name) == same(named.strip())), None)
    try:
        units = typed_quantity(text.strip(), product, per, "quantity") if text.strip() else 0
    except BadInput:
        units = 0
    filled = asks.terms.filled(units) if units else 0
    return {"cost": asks.terms.at(filled), "filled": filled if filled != units else 0}


def _vendor(given: Mapping[str, Any]) -> Organization | None:
    """The vendor of a form, by its choice or its order."""
    for name, rows in (("vendor", Organization.objects), ("order", PurchaseOrder.objects)):
        text = str(given.get(name, ""))
        if text.isascii() and text.isdecimal() and len(text) < 19:
            found = rows.filter(pk=int(text)).first()
            return found.vendor if isinstance(found, PurchaseOrder) else found
    return None


def filled_up(done: Written, typed: Mapping[int, int] | None = None) -> str:
    """What an act ordered beyond what was wanted, since the vendor sells whole packs or a minimum; empty if nothing.

    typed: how many of each product were typed; without it, what customers' lines want.
    """
    made = PurchaseLine.objects.filter(pk__in=done.made.get("purchasing.PurchaseLine", ()))
    lines = list(made.select_related("product").order_by("pk"))
    waiting = shown.waiting(line.pk for line in lines) if typed is None else {}
    told = []
    for line in lines:
        wanted = (
            sum(units for _claim, _kind, units in waiting[line.pk])
            if typed is None
            else typed.get(line.product_id, 0)
        )
        if 0 < wanted < line.quantity:
            d = line.product.quantity_decimals
            told.append(
                _(
                    "Of %(sku)s %(units)s are ordered for %(wanted)s, as the vendor sells whole packs or a minimum."
                )
                % {"sku": line.product.sku, "units": written(line.quantity, d), "wanted": written(wanted, d)}
            )
    return " ".join(told)
