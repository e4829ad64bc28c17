"""The page that swaps a device; it fits a phone in front of the rack."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base.door import there
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.queries import called
from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import document_address, typed_id
from wharfinger.devices.queries import shown
from wharfinger.devices.queries.about import open_work_about
from wharfinger.returns.actions.swapping import swap as swap_device
from wharfinger.returns.pages.giving import typed_kept
from wharfinger.returns.queries.returnable import free_units
from wharfinger.returns.queries.shown import currency_of_device
from wharfinger.returns.rules.swapping import OUTGOING, WARRANTY, Incoming, Swap


@require_http_methods(["GET", "HEAD", "POST"])
@page("devices.swap")
def swap(request: HttpRequest, device: int) -> HttpResponse:
    """Exchange a device: the new unit, where the old one goes, and why."""
    row = there(shown.devices().select_related("line__sheet"), device)
    user: Any = request.user
    currency = currency_of_device(device)
    documents = Sheet.objects.filter(
        organization_id=row.organization_id or 0,
        kind__in=("ticket", "job", "project", "contract", "order"),
        void__isnull=True,
    )

    named = documents.filter(pk=typed_id(request.GET, "ticket") or 0).first()

    def show(form: Form) -> HttpResponse:
        context = {
            "doc": row,
            "form": form,
            "currency": currency,
            "units": free_units(row.product_id),
            "outgoing": [(key, _(word)) for key, word in OUTGOING.items()],
            "warranty": [(key, _(word)) for key, word in WARRANTY.items()],
            "work": ", ".join(sheet.number for sheet in open_work_about(device)),
            "back": came_from(
                request, document_address(named) if named else reverse("devices:device", args=[device])
            ),
            "documents": list(documents.order_by("-pk").values_list("pk", "number")[:100]),
        }
        return render(request, "returns/swap.html", context)

    if request.method != "POST":
        first = {
            "outgoing_to": "returns",
            "new": "yes",
            "ticket": named.pk if named else "",
            "rma_line": request.GET.get("rma_line", ""),
        }
        return show(Form(first))

    def act() -> Any:
        wanted = _swap(device, request.POST)
        kept = typed_kept(request.POST, currency)
        return swap_device(actor=user, swap=wanted, kept=kept, key=request.POST.get("key") or None)

    def back(done: Any) -> str:
        if named is not None:
            return came_from(request, document_address(named))
        made = done.made.get("devices.Device", [device])
        return came_from(request, reverse("devices:device", args=[made[0]]))

    def again(form: Form) -> HttpResponse:
        if form.refusal is not None and (form.refusal.field or "").startswith("incoming."):
            form.refusal.field = {"incoming.serial": "serial", "incoming.product": "sku"}.get(
                form.refusal.field or ""
            )
        return show(form)

    return page_act(
        request, act, ok=_("%(number)s is swapped.") % {"number": row.number}, back=back, again=again
    )


def _swap(device: int, given: QueryDict) -> Swap:
    incoming = None
    if given.get("new") == "yes":
        serial = (given.get("serial", "") or given.get("unit", "")).strip()
        incoming = Incoming(product_of(given.get("sku", "")), serial)
    return Swap(
        device,
        incoming,
        given.get("outgoing_to", ""),
        None,
        given.get("warranty") or None,
        typed_id(given, "ticket"),
        given.get("credit") == "yes",
        given.get("reason", ""),
        given.get("work") == "yes",
        typed_id(given, "rma_line"),
        given.get("charge") == "yes",
    )


def product_of(sku: str, field: str = "incoming.product") -> int | None:
    """The product that is meant by a SKU; none where none was given."""
    if not sku.strip():
        return None
    found = called(sku)
    if found is None:
        raise BadInput("no_such_product", N_("There is no such product."), field=field)
    return found.pk
