"""The page on which goods are handed over on a job."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import quantity
from wharfinger.catalog.queries import called
from wharfinger.demand.pages import offers, typed_id
from wharfinger.demand.queries.reading import products_of
from wharfinger.demand.queries.shown import lines_of
from wharfinger.demand.queries.where import lots_of, which_unit
from wharfinger.stock.models import Location
from wharfinger.work import actions, queries
from wharfinger.work.rules.providing import Provision


@require_http_methods(["GET", "HEAD", "POST"])
@page("work.provide")
def provide(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand goods over: of a charge, or of a product as a new one."""
    row = queries.work_order(pk)
    back = came_from(request, reverse("work:work_order", args=[pk]))
    charges = [
        (line.pk, f"{line.position} · {line.product.sku}")
        for line in lines_of(pk, "sheet").select_related("product")
    ]
    more = {"charges": charges, "locations": _locations(), "products": offers()["products"]}

    def show(form: Form) -> HttpResponse:
        return render(request, "work/provide.html", {"doc": row, "form": form, "back": back, **more})

    if request.method != "POST":
        return show(Form(request.GET))
    return page_act(
        request,
        lambda: _provide(request.user, pk, request.POST),
        ok=_("Handed over on %(number)s.") % {"number": row.number},
        back=back,
        again=show,
    )


def _locations() -> list[tuple[int, str]]:
    rows = Location.objects.filter(retired_on__isnull=True).order_by("-default", "name")
    return list(rows.values_list("place_id", "name"))


def _provide(actor: Any, pk: int, given: Any) -> Any:
    line = typed_id(given, "line")
    sku = given.get("sku", "").strip()
    if line is not None:
        product, decimals = _charge(line)
    else:
        found = called(sku)
        if found is None:
            raise (
                BadInput("no_such_product", N_("There is no such product."), field="sku")
                if sku
                else BadInput("missing", N_("Choose a charge, or give the SKU of a product."), field="line")
            )
        product, decimals = found.pk, found.quantity_decimals
    (lots,) = lots_of([product], [_serials(given)])
    units, location = quantity(given.get("quantity", ""), decimals), typed_id(given, "location")
    if len(lots) < units < (there := queries.numbered_units(product, units, line=line, location=location)):
        raise which_unit(there, "serial-scan")
    provision = Provision(
        units,
        line=line,
        product=None if line is not None else product,
        location=location,
        lots=lots,
    )
    return actions.provide(actor=actor, work_order=pk, provisions=[provision])


def _charge(line: int) -> tuple[int, int]:
    found = products_of([line]).get(line)
    if found is None:
        raise BadInput("no_such_line", N_("There is no such charge here."), field="line")
    return found


def _serials(given: Any) -> list[str]:
    return [text for text in (code.strip() for code in given.getlist("serial")) if text]
