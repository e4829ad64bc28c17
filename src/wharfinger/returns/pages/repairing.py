"""The form that says what was done to goods in repair, and repairs as the page of a return tells them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import configuration
from wharfinger.base.access import Actor
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import micro, minor, quantity, written
from wharfinger.billing.queries.fees import fee_product
from wharfinger.catalog.queries import called
from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import offers, typed_id
from wharfinger.parties.models import Organization
from wharfinger.returns.actions.repairing import finish_repair
from wharfinger.returns.models import RmaLine
from wharfinger.returns.pages.working import lines_of
from wharfinger.returns.queries import repairing as queries
from wharfinger.returns.queries.figures import Figures
from wharfinger.returns.queries.returnable import bin_options
from wharfinger.returns.rules.repairing import Part, Repaired
from wharfinger.stock.models import Location

ROWS = 5
"""So many different parts may be typed at once."""
THEN = {"send_back": N_("Send back"), "restock": N_("Restock")}


@require_http_methods(["GET", "HEAD", "POST"])
@page("returns.inspect")
def repair(request: HttpRequest, pk: int) -> HttpResponse:
    """Say of goods on the bench, or at the vendor, what was done to them and what it cost."""
    user: Any = request.user
    row, lines = lines_of(pk)
    lines = [(line, figure) for line, figure in lines if figure.bench + figure.at_vendor]
    back = reverse("returns:rma", args=[pk])
    if not lines:
        return HttpResponseRedirect(back)
    asked = typed_id(request.GET, "line")
    line, figure = next((one for one in lines if one[0].pk == asked), lines[0])
    documents = Sheet.objects.filter(
        organization_id=row.organization_id,
        kind__in=("ticket", "job", "project", "contract", "order"),
        void__isnull=True,
    )

    def show(form: Form) -> HttpResponse:
        context = {
            "doc": row,
            "lines": lines,
            "line": line,
            "figure": figure,
            "form": form,
            "rows": range(1, ROWS + 1),
            "products": offers()["products"],
            "locations": list(
                Location.objects.filter(retired_on__isnull=True)
                .exclude(kind="returns")
                .order_by("-default", "name")
                .values_list("place_id", "name")
            ),
            "vendors": list(
                Organization.objects.filter(vendor=True, retired_on__isnull=True)
                .order_by("name")
                .values_list("pk", "name")[:500]
            ),
            "documents": list(documents.order_by("-pk").values_list("pk", "number")[:100]),
            "bins": bin_options(),
            "then": [(key, _(word)) for key, word in THEN.items()],
            "currency": line.line.currency if line.line else row.organization.currency,
            "home": configuration.one("currency"),
        }
        return render(request, "returns/repair.html", context)

    if request.method != "POST":
        units = figure.bench or figure.at_vendor
        first = {"quantity": written(units, line.product.quantity_decimals), "then": "send_back"}
        if line.type != "repair" and line.line_id is not None and line.device_id is None:
            first["then"] = ""
        return show(Form(first))
    return page_act(
        request,
        lambda: finish_repair(
            actor=user,
            rma=pk,
            done=_typed(request.POST, line, figure),
            key=request.POST.get("key") or None,
        ),
        ok=_("The repair of %(number)s is done.") % {"number": row.number},
        back=back,
        again=show,
    )


def _typed(given: QueryDict, line: RmaLine, figure: Figures) -> Repaired:
    codes = tuple(code for code in given.getlist("serial") if code in figure.serials)
    text = given.get("quantity", "").strip()
    places = line.product.quantity_decimals
    units = quantity(text, places, field="quantity") if text else len(codes) * 10**places
    cost, charge = given.get("cost", "").strip(), given.get("charge", "").strip()
    location = typed_id(given, "location")
    home = configuration.one("currency")
    return Repaired(
        line.pk,
        units,
        given.get("text", "").strip(),
        codes,
        tuple(part for n in range(1, ROWS + 1) if (part := _part(given, n)) is not None),
        location,
        typed_id(given, "vendor"),
        minor(cost, home, field="cost") if cost else 0,
        micro(charge, field="charge") if charge else None,
        fee_product("repair", "charge") if charge else None,
        typed_id(given, "ticket"),
        given.get("then", ""),
        typed_id(given, "bin"),
    )


def _part(given: QueryDict, n: int) -> Part | None:
    sku = given.get(f"sku-{n}", "").strip()
    if not sku:
        return None
    product = called(sku)
    if product is None:
        raise BadInput("no_such_product", N_("There is no such product."), field=f"sku-{n}")
    serial = given.get(f"part-serial-{n}", "").strip()[:100]
    text, price = given.get(f"quantity-{n}", "").strip(), given.get(f"price-{n}", "").strip()
    places = product.quantity_decimals
    return Part(
        product.pk,
        quantity(text, places, field=f"quantity-{n}") if text else 10**places,
        (serial,) if serial else (),
        micro(price, field=f"price-{n}") if price else None,
    )


def told(rma: int, actor: Actor) -> list[dict[str, Any]]:
    """The repairs of a return as its page shows them; costs only for who may see them."""
    found = list(queries.repairs().filter(rma_line__rma=rma))
    parts = queries.parts_of(found)
    sees = actor.may("catalog.see_cost")
    costs = queries.costs_of(parts) if sees else {}
    return [
        {
            "repair": one,
            "parts": [row.line for row in parts.get(one.pk, ())],
            "cost": one.cost_minor + costs.get(one.pk, 0) if sees else None,
        }
        for one in found
    ]
