"""What a product's and an organization's page say about prices: the lists that hold, and what one pays today."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from wharfinger.base import clock, configuration
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import units_of
from wharfinger.parties.models import Organization
from wharfinger.pricing.models import PriceItem, PriceList
from wharfinger.pricing.pages.lists import chip_of, group_word
from wharfinger.pricing.queries import of_product, sizes_of, start_of
from wharfinger.site.nav import address

MOST = 30
"""So many prices stand on the page; the rest in their list."""


def of_a_product(request: HttpRequest, pk: int) -> str:
    """The prices of a product on lists that hold now or later, and what a chosen customer pays today."""
    actor: Any = request.user
    product = Product.objects.filter(pk=pk, retired_on__isnull=True).first()
    if product is None or not actor.may("pricing.read"):
        return ""
    today = clock.today(configuration.one("time_zone"))
    items = of_product(pk, today)[: MOST + 1]
    sizes = sizes_of(items)
    customers = Organization.objects.filter(customer=True, retired_on__isnull=True).order_by("name")
    context = {
        "product": product,
        "rows": [_price(one, sizes, today) for one in items[:MOST]],
        "more": len(items) > MOST,
        "customers": list(customers.values_list("pk", "name")[:1000]),
        "units": [name for name, _size in units_of([pk]).values()],
    }
    return render_to_string("site/parts/prices.html", context, request)


def _price(one: PriceItem, sizes: dict[tuple[int, str], int], today: Any) -> dict[str, Any]:
    of = one.price_list
    return {
        "list": (of.name, address("pricing:price_list", of.pk)),
        "group": group_word(of),
        "unit": one.unit or one.product.unit,
        "from": start_of(one, sizes) or None,
        "price": (one.price_micro, of.currency),
        "since": of.valid_from,
        "until": of.valid_until,
        "word": chip_of(of, today),
    }


def of_an_organization(request: HttpRequest, pk: int) -> str:
    """The lists that hold for a customer now or later, and what they pay for a product today."""
    actor: Any = request.user
    customer = Organization.objects.filter(pk=pk, customer=True).first()
    if customer is None or not actor.may("pricing.read"):
        return ""
    today = clock.today(configuration.one("time_zone"))
    theirs = Q(customer_group__isnull=True) | Q(customer_group=customer.customer_group_id)
    used = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    found = PriceList.objects.filter(theirs, used, retired_on__isnull=True).select_related("customer_group")
    rows = [
        {
            "list": (one.name, address("pricing:price_list", one.pk)),
            "group": group_word(one),
            "currency": one.currency,
            "since": one.valid_from,
            "until": one.valid_until,
            "word": chip_of(one, today),
        }
        for one in found.order_by("name")[:MOST]
    ]
    context = {"organization": customer, "rows": rows, "title": _("Price lists")}
    return render_to_string("site/parts/lists.html", context, request)
