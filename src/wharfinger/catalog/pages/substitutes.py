"""What may be taken in a product's place, in the browser."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import further
from wharfinger.base.access import Actor
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.catalog.actions.substitutes import set_substitutes
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import scanned, substitutes_of


def rows(product: int, actor: Actor) -> list[dict[str, Any]]:
    """The substitutes of a product with what is available of each, as its page shows them."""
    found = substitutes_of([product]).get(product, [])
    kept = [one.pk for one in found if one.kind != "service"]
    free = further.figure("product.available", kept) if actor.may("stock.read") else {}
    return [
        {
            "product": (f"{one.sku} · {one.name}", reverse("catalog:product", args=[one.pk])),
            "available": (free[one.pk], one.quantity_decimals) if one.pk in free else None,
        }
        for one in found
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@page("catalog.product")
def substitutes(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what may be taken in a product's place."""
    found = Product.objects.filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_product", N_("There is no such product."))

    def show(form: Form) -> HttpResponse:
        return render(request, "catalog/substitutes.html", {"form": form, "product": found})

    if request.method != "POST":
        named = substitutes_of([pk]).get(pk, [])
        return show(Form({"products": "\n".join(one.sku for one in named)}))
    actor: Any = request.user

    def act() -> Any:
        codes = [line.strip() for line in request.POST.get("products", "").splitlines() if line.strip()]
        known = scanned(codes)
        for code in codes:
            if code not in known:
                raise BadInput(
                    "no_such_sku", N_("There is no product “{sku}”."), field="products", sku=code[:60]
                )
        try:
            others = [known[code].product.pk for code in codes]
            return set_substitutes(actor=actor, product=pk, others=others)
        except BadInput as refusal:
            refusal.field = "products"
            raise

    return page_act(
        request,
        act,
        ok=_("Changed %(name)s.") % {"name": found.sku},
        back=reverse("catalog:product", args=[pk]),
        again=show,
    )
