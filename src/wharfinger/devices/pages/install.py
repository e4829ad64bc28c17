"""The pages that install: delivered goods of a document, or goods that we never sold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import owned
from wharfinger.base.door import there
from wharfinger.base.fields import day
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import quantity
from wharfinger.base.words import same
from wharfinger.catalog.queries import called
from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import offers, typed_id
from wharfinger.devices.actions.installing import install
from wharfinger.devices.queries.installable import Installable, installable
from wharfinger.devices.rules.installing import Installation
from wharfinger.parties.models import Contact, Organization, Site


@require_http_methods(["GET", "HEAD", "POST"])
@page("devices.install")
def install_goods(request: HttpRequest, sheet: int) -> HttpResponse:
    """Install delivered goods of an order or a job: tick the units, say where they stand."""
    document = get_object_or_404(Sheet, pk=sheet, void__isnull=True)
    user: Any = request.user
    rows = installable(sheet)

    def show(form: Form) -> HttpResponse:
        context = {
            "doc": document,
            "back": came_from(request, back_to(document)),
            "rows": rows,
            "form": form,
            **_choices(document.organization_id),
        }
        return render(request, "devices/install.html", context)

    if request.method != "POST":
        return show(Form({}))

    def act() -> Any:
        text = request.POST.get("installed_on", "").strip()
        _as_pasted(request, rows)
        items = [item for row in rows if (item := _chosen(request, row)) is not None]
        if not items:
            raise BadInput("no_items", N_("Choose at least one unit."))
        on = day(text, "installed_on") if text else None
        return install(actor=user, items=items, installed_on=on, key=request.POST.get("key") or None)

    return page_act(
        request, act, ok=_("The units are installed."), back=came_from(request, back_to(document)), again=show
    )


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
        contact=typed_id(given, f"contact-{row.key}"),
        contract=typed_id(given, "contract"),
        reference=given.get(f"reference-{row.key}", "").strip()[:60],
        own=owned.read(given, "device", f"{row.key}."),
        **_warranty(given),
    )


def _as_pasted(request: HttpRequest, rows: Sequence[Installable]) -> None:
    """Tick the units whose numbers somebody pasted, one in a row; raises BadInput for one that is not to be installed."""
    given: Any = request.POST.copy()
    known = {same(row.serial): row for row in rows if row.serial}
    for code in _pasted(given):
        if same(code) not in known:
            raise BadInput(
                "not_delivered_unit",
                N_("“{serial}” is none of the units that can be installed here. Check the number."),
                field="numbers",
                serial=code,
            )
        given[f"unit-{known[same(code)].key}"] = "yes"
    request.POST = given


def _pasted(given: Any) -> list[str]:
    """The numbers that somebody pasted, in their order."""
    return [code for code in re.split(r"[\s,;]+", given.get("numbers", "")) if code]


def _choices(organization: int) -> dict[str, Any]:
    """What is offered for every device of a customer."""
    sites = Site.objects.filter(organization_id=organization, retired_on__isnull=True)
    contacts = Contact.objects.filter(organization_id=organization, retired_on__isnull=True)
    return {
        "sites": list(sites.order_by("name").values_list("pk", "name")),
        "contacts": list(contacts.order_by("name").values_list("pk", "name")),
        "contracts": contracts_of(organization),
        "warranties": [("policy", _("As the policies say")), ("none", _("None"))],
    }


def choices_at_once(organization: int) -> dict[str, Any]:
    """What is offered for devices that are made as they are delivered."""
    offered = _choices(organization)
    return {"contacts": offered["contacts"], "contracts": offered["contracts"]}


def contracts_of(organization: int) -> list[tuple[int, str]]:
    """The contracts of a customer that may cover devices."""
    found = Sheet.objects.filter(organization_id=organization, kind="contract", void__isnull=True)
    return list(found.order_by("number").values_list("pk", "number"))


def _warranty(given: Any) -> dict[str, Any]:
    until = given.get("warranty_end_on", "").strip()
    return {
        "covered": given.get("warranty") != "none",
        "covered_until": day(until, "warranty_end_on") if until else None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@page("devices.install")
def brought(request: HttpRequest, pk: int) -> HttpResponse:
    """Install what a customer brought along, and never had from us."""
    row = there(Organization.objects.filter(retired_on__isnull=True), pk)
    user: Any = request.user
    back = reverse("devices:assets", args=[pk])

    def show(form: Form) -> HttpResponse:
        if form.refusal is not None and form.refusal.field:
            name = form.refusal.field.rpartition(".")[2]
            form.refusal.field = {"product": "sku"}.get(name, name)
        context = {"doc": row, "form": form, "back": back, "products": offers()["products"], **_choices(pk)}
        return render(request, "devices/brought.html", context)

    if request.method != "POST":
        return show(Form({"quantity": "1"}))

    def act() -> Any:
        text = request.POST.get("installed_on", "").strip()
        on = day(text, "installed_on") if text else None
        return install(actor=user, items=_brought(request.POST), installed_on=on)

    return page_act(request, act, ok=_("The units are installed."), back=back, again=show)


def _brought(given: Any) -> list[Installation]:
    found = called(given.get("sku", "").strip())
    if found is None:
        raise BadInput("no_such_product", N_("There is no such product."), field="sku")
    site = typed_id(given, "site")
    if site is None:
        raise BadInput("missing", N_("Please fill this in."), field="site")
    codes = [code.strip() for code in given.getlist("serial") if code.strip()] + _pasted(given)
    units = quantity(given.get("quantity", ""), 0, field="quantity") if not codes else 1
    if units > 1000:
        raise BadInput("too_many", N_("At most {most} at a time."), field="quantity", most=1000)
    one = Installation(
        product=found.pk,
        quantity=units,
        site=site,
        contact=typed_id(given, "contact"),
        contract=typed_id(given, "contract"),
        reference=given.get("reference", "").strip()[:60],
        own=owned.read(given, "device"),
        **_warranty(given),
    )
    return [replace(one, serial=code) for code in codes] or [one]


def back_to(document: Sheet) -> str:
    """The page of an order or of a ticket, project, contract or job."""
    name = "sales:order" if document.kind == "order" else "work:work_order"
    return reverse(name, args=[document.pk])
