"""The form that says how many of a product are kept at a location."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import typed
from wharfinger.base.page import page
from wharfinger.ledger.write import Written
from wharfinger.stock.actions.levels import set_level
from wharfinger.stock.models import Location
from wharfinger.stock.pages.goods import one_form, product_of


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.level")
def level(request: HttpRequest) -> HttpResponse:
    """Keep a product between two quantities at a location."""

    def act(post: QueryDict) -> Written:
        actor: Any = request.user
        product = product_of(post.get("product", ""))
        low, high = (
            typed.scaled(post.get(name, "") or "0", product.quantity_decimals, field=name)
            for name in ("minimum", "maximum")
        )
        chosen = post.get("location", "")
        return set_level(
            actor=actor,
            product=product.pk,
            location=int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0,
            minimum=low,
            maximum=high,
        )

    found = Location.objects.filter(retired_on__isnull=True).order_by("-default", "name")
    return one_form(
        request,
        "stock/level.html",
        act,
        _("Saved what is kept."),
        ("product", "location", "minimum", "maximum"),
        {},
        locations=[(str(one.pk), one.name) for one in found],
    )
