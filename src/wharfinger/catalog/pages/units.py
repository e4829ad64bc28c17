"""The units in which a product is bought and sold besides its own, as one form."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import clock, configuration
from wharfinger.base.door import there
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import Refusal
from wharfinger.base.typed import quantity, written
from wharfinger.catalog import actions
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import units as every_unit

SPARE = 2
"""Empty rows for further units."""


def told(product: Product) -> list[dict[str, Any]]:
    """The units of a product as cells of a table."""
    found = every_unit().filter(product=product).order_by("retired_on", "pk")
    return [
        {
            "name": one.name,
            "factor": (one.factor, product.quantity_decimals),
            "buying": ("blue", _("Bought in it")) if one.for_buying else None,
            "selling": ("green", _("Sold in it")) if one.for_selling else None,
            "word": ("grey", _("Retired")) if one.retired_on else None,
        }
        for one in found
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@page("catalog.product")
def units(request: HttpRequest, pk: int) -> HttpResponse:
    """Add units to a product, say which orders and lines begin with, or retire some."""
    product = there(Product.objects.all(), pk)
    known = list(every_unit().filter(product=product).order_by("pk"))

    def show(form: Form) -> HttpResponse:
        rows = range(len(known), len(known) + SPARE)
        context = {"form": form, "product": product, "known": known, "rows": rows}
        return render(request, "catalog/units.html", context)

    if request.method != "POST":
        start: dict[str, Any] = {}
        for n, one in enumerate(known):
            start |= {
                f"units.{n}.name": one.name,
                f"units.{n}.factor": written(one.factor, product.quantity_decimals),
                f"units.{n}.for_buying": one.for_buying,
                f"units.{n}.for_selling": one.for_selling,
                f"units.{n}.retired": one.retired_on is not None,
            }
        return show(Form(start))
    actor: Any = request.user
    retired = {one.name: one.retired_on for one in known}
    return page_act(
        request,
        lambda: _act(actor, product, request.POST, retired),
        ok=_("Changed %(name)s.") % {"name": product.sku},
        back=reverse("catalog:product", args=[pk]),
        again=show,
    )


def _act(actor: Any, product: Product, post: QueryDict, retired: dict[str, Any]) -> Any:
    """Set what was typed; a refusal names the row in which it stands."""
    found, where = [], []
    today = clock.today(configuration.one("time_zone"))
    for n in sorted(int(row[1]) for key in post if (row := re.fullmatch(r"units\.(\d{1,2})\.name", key))):
        at = f"units.{n}"
        name, factor = (post.get(f"{at}.{cell}", "").strip() for cell in ("name", "factor"))
        if not name and not factor:
            continue
        units = quantity(factor, product.quantity_decimals, field=f"{at}.factor")
        is_retired = post.get(f"{at}.retired") == "yes"
        found.append(
            {
                "name": name,
                "factor": plain(units, product.quantity_decimals),
                "for_buying": post.get(f"{at}.for_buying") == "yes",
                "for_selling": post.get(f"{at}.for_selling") == "yes",
                "retired_on": (retired.get(name) or today) if is_retired else None,
            }
        )
        where.append(n)
    try:
        return actions.change_product(actor=actor, product=product.pk, values={}, units=found)
    except Refusal as refusal:
        if row := re.fullmatch(r"units\.(\d+)(\..*)", refusal.field or ""):
            refusal.field = f"units.{where[int(row[1])]}{row[2]}"
        raise
