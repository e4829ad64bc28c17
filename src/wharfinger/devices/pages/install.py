"""The pages that install: delivered goods of a document, or goods that we never sold."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import owned
from wharfinger.base.fields import day
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import quantity
from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import typed_id
from wharfinger.devices.actions.installing import install
from wharfinger.devices.queries.installable import Installable, installable
from wharfinger.devices.rules.installing import Installation
from wharfinger.parties.models import Site


@require_http_methods(["GET", "HEAD", "POST"])
@page("devices.install")
def install_goods(request: HttpRequest, sheet: int) -> HttpResponse:
    """Install delivered goods of an order or a job: tick the units, say where they stand."""
    document = get_object_or_404(Sheet, pk=sheet, void__isnull=True)
    user: Any = request.user
    rows = installable(sheet)
    sites = Site.objects.filter(organization_id=document.organization_id, retired_on__isnull=True)
    contracts = Sheet.objects.filter(
        organization_id=document.organization_id, kind="contract", void__isnull=True
    )

    def show(form: Form) -> HttpResponse:
        context = {
            "doc": document,
            "back": back_to(document),
            "rows": rows,
            "form": form,
            "sites": list(sites.order_by("name").values_list("pk", "name")),
            "contracts": list(contracts.order_by("number").values_list("pk", "number")),
        }
        return render(request, "devices/install.html", context)

    if request.method != "POST":
        return show(Form({}))

    def act() -> Any:
        text = request.POST.get("installed_on", "").strip()
        items = [item for row in rows if (item := _chosen(request, row)) is not None]
        if not items:
            raise BadInput("no_items", N_("Choose at least one unit."))
        on = day(text, "installed_on") if text else None
        return install(actor=user, items=items, installed_on=on, key=request.POST.get("key") or None)

    return page_act(request, act, ok=_("The units are installed."), back=back_to(document), again=show)


def _chosen(request: HttpRequest, row: Installable) -> Installation | None:
    given = request.POST
    if row.serial:
        units = 1 if given.get(f"unit-{row.key}") == "yes" else 0
    else:
        text = given.get(f"quantity-{row.key}", "").strip()
        units = quantity(text, 0, field=f"quantity-{row.key}") if text and text != "0" else 0
    if not units:
        return None
    return Installation(
        row.line.pk,
        units,
        row.serial,
        site=typed_id(given, "site"),
        contract=typed_id(given, "contract"),
        reference=given.get(f"reference-{row.key}", "").strip()[:60],
        own=owned.read(given, "device", f"{row.key}."),
    )


def back_to(document: Sheet) -> str:
    """The page of an order or of a ticket, project, contract or job."""
    name = "sales:order" if document.kind == "order" else "work:work_order"
    return reverse(name, args=[document.pk])
