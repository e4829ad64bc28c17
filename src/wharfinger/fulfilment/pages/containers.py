"""Pages of containers: what lies in them, where they go, and how they leave."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wharfinger.base import configuration
from wharfinger.base.asking import Ask, capped
from wharfinger.base.door import there
from wharfinger.base.page import page, page_act, selected
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Act, Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import quantity, scaled
from wharfinger.catalog.models import Product
from wharfinger.fulfilment.actions import packing, second, shipping
from wharfinger.fulfilment.pages.goods import consignment_of, document_of
from wharfinger.fulfilment.queries import shown
from wharfinger.fulfilment.queries.carriers import links_of, offered
from wharfinger.fulfilment.queries.inside import pallets_for, weight_of
from wharfinger.fulfilment.rules import Pick
from wharfinger.fulfilment.rules.packing import Box
from wharfinger.ledger.telling import timeline


def _rows(ask: Ask) -> Rows:
    every = shown.containers()
    here = every.filter(shipment__isnull=True)
    found = here if ask.tab == "here" else every
    if text := ask.one("customer"):
        found = found.filter(organization__name__icontains=text)
    if text := ask.one("tracking"):
        found = found.filter(tracking__icontains=text)
    cut = ask.slice(
        found.select_related("organization", "site", "location", "shipment", "inside"), {"number": "number"}
    )
    goods, links = shown.contents(cut.items), links_of(cut.items)
    rows = [
        Row(
            id=one.pk,
            name=one.number,
            cells={
                "number": (one.number, reverse("fulfilment:container", args=[one.pk])),
                "customer": one.organization.name,
                "site": one.site.name,
                "location": one.location.name,
                "on": (one.inside.number, reverse("fulfilment:container", args=[one.inside_id]))
                if one.inside
                else None,
                "lines": len(goods[one.pk]),
                "shipment": (one.shipment.number, reverse("fulfilment:shipment", args=[one.shipment_id]))
                if one.shipment
                else None,
                "tracking": (one.tracking, links.get(one.pk, "")) if one.tracking else None,
            },
        )
        for one in cut.items
    ]
    return Rows(rows, cut.before, cut.after, counts={"here": capped(here)})


CONTAINERS = Table(
    name="containers",
    title=N_("Containers"),
    permission="fulfilment.read",
    columns=(
        Column("number", N_("Container"), "link", sortable=True),
        Column("customer", N_("Customer")),
        Column("site", N_("Site")),
        Column("location", N_("Location")),
        Column("on", N_("Stands on"), "link"),
        Column("lines", N_("Lines"), "number"),
        Column("shipment", N_("Shipment"), "link"),
        Column("tracking", N_("Tracking number"), "link"),
    ),
    filters=(Filter("customer", N_("Customer")), Filter("tracking", N_("Tracking number"))),
    tabs=(Tab("here", N_("Here")), Tab("all", N_("All"))),
    acts=(
        Act("stack", N_("Stack on a new pallet"), "fulfilment:stack", "fulfilment.pack", icon="layers"),
        Act(
            "shipping_labels",
            N_("Print shipping labels"),
            "documents:selected_container_labels",
            "fulfilment.read",
            icon="printer",
        ),
        Act("labels", N_("Print labels"), "documents:label_containers", "fulfilment.read", icon="printer"),
    ),
    new=New(N_("Pack"), "fulfilment:packing", "fulfilment.pack"),
    empty=N_("Containers appear here when goods are packed."),
    rows=_rows,
)


def container_list(request: HttpRequest) -> HttpResponse:
    """Every container."""
    return table_page(request, CONTAINERS)


@page("fulfilment.read")
def container(request: HttpRequest, pk: int) -> HttpResponse:
    """One container: where it goes, and what lies in it."""
    row = there(
        shown.containers().select_related(
            "organization", "site", "location", "shipment", "inside", "checked_by"
        ),
        pk,
    )
    on_it = list(row.holds.filter(void__isnull=True).order_by("pk")) if row.kind == "pallet" else []
    inside = shown.contents([row, *on_it])
    goods = [one | {"box": box.number} for box in (row, *on_it) for one in inside[box.pk]]
    rows = [
        {
            "box": one["box"],
            "product": (one["sku"], reverse("catalog:product", args=[one["product"]])),
            "description": one["description"],
            "document": (one["document"], document_of(one)),
            "quantity": (one["units"], one["decimals"]),
            "serials": ", ".join(one["codes"]) or None,
        }
        for one in goods
    ]
    numbered = Product.objects.filter(pk__in=[one["product"] for one in goods], traced="serial")
    unnumbered = set(numbered.filter(traced_from="shipping").values_list("pk", flat=True))
    for one in goods:
        one["late"] = one["units"] - len(one["serials"]) if one["product"] in unnumbered else 0
    decided = configuration.read("shipment_proof", "second_person")
    context = {
        "doc": row,
        "goods": goods,
        "rows": rows,
        "proof": decided["shipment_proof"],
        "two": decided["second_person"],
        "on_it": on_it,
        "weighs": weight_of([row, *on_it]),
        "pallets": pallets_for(row),
        "travels": None if row.shipment_id else offered(row.organization_id),
        "followed": links_of([row]).get(pk, ""),
        "timeline": timeline(f"container:{pk}"),
    }
    return render(request, "fulfilment/container.html", context)


@require_POST
@page("fulfilment.pack")
def edit_container(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a container weighs and measures, and under which number the carrier follows it."""
    user: Any = request.user
    given = request.POST

    def act() -> Any:
        weight = given.get("weight_kg", "").strip()
        box = Box(
            given.get("kind", "box"),
            scaled(weight, 3, field="weight_kg", most=10**8) or None if weight else None,
            given.get("size_mm", ""),
            given.get("tracking", ""),
            given.get("sscc", ""),
        )
        return packing.describe_container(actor=user, container=pk, box=box)

    return page_act(
        request, act, ok=_("The container is described."), back=reverse("fulfilment:container", args=[pk])
    )


@require_POST
@page("fulfilment.unpack")
def unpack(request: HttpRequest, pk: int) -> HttpResponse:
    """Take goods out of a container: what was typed or ticked by line, everything where nobody was asked."""
    user: Any = request.user
    row = there(shown.containers(), pk)

    def act() -> Any:
        picks = []
        for one in shown.contents([row])[pk]:
            line, units = one["line"], 0
            figure = request.POST.get(f"quantity-{line}", "").strip()
            serials = tuple(request.POST.getlist(f"serial-{line}"))
            if figure not in ("", "0"):
                units = quantity(figure, one["decimals"], field=f"quantity-{line}")
            if units or serials:
                batch = request.POST.get(f"batch-{line}", "").strip()
                picks.append(Pick(line, units or len(serials), serials=serials, batch=batch))
        if not picks and "chosen" in request.POST:
            raise BadInput("no_lines", N_("Choose at least one line."), field="picks")
        return packing.unpack(actor=user, picks=picks, containers=[pk])

    return page_act(
        request,
        act,
        ok=_("The goods are out of the container."),
        back=reverse("fulfilment:container", args=[pk]),
    )


@require_POST
@page("fulfilment.check")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that one looked into a box which somebody else packed."""
    user: Any = request.user
    return page_act(
        request,
        lambda: second.check_container(actor=user, container=pk),
        ok=_("Checked."),
        back=reverse("fulfilment:container", args=[pk]),
    )


@require_POST
@page("fulfilment.pack")
def stack(request: HttpRequest) -> HttpResponse:
    """Stack the ticked containers on a new pallet, and go to it."""
    user: Any = request.user
    return page_act(
        request,
        lambda: packing.stack(actor=user, containers=[row.id for row in selected(request)]),
        ok=_("Stacked."),
        back=lambda done: reverse("fulfilment:container", args=[done.one("fulfilment.Container")]),
    )


@require_POST
@page("fulfilment.pack")
def stack_container(request: HttpRequest, pk: int) -> HttpResponse:
    """Stack a box on the pallet that was chosen, or on a new one; or take it off."""
    user: Any = request.user
    chosen = request.POST.get("pallet", "")

    def act() -> Any:
        if chosen == "off":
            return packing.unstack(actor=user, containers=[pk])
        pallet = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19 else None
        return packing.stack(actor=user, containers=[pk], pallet=pallet)

    said = _("Taken off the pallet.") if chosen == "off" else _("Stacked.")
    return page_act(request, act, ok=said, back=reverse("fulfilment:container", args=[pk]))


_CODES = re.compile(r"[^\s,;]+")
"""Serial numbers as they are typed or scanned one after the other."""


@require_POST
@page("fulfilment.ship")
def ship_container(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a whole container to the carrier."""
    user: Any = request.user

    def back(done: Any) -> str:
        return reverse("fulfilment:shipment", args=[done.one("fulfilment.Shipment")])

    def act() -> Any:
        picks = []
        for name in request.POST:
            line = name.removeprefix("serials-")
            given = " ".join(request.POST.getlist(name)) if name != line and line.isdecimal() else ""
            codes = tuple(_CODES.findall(given))
            if codes:
                picks.append(Pick(int(line), len(codes), serials=codes))
        consignment = consignment_of(request.POST)
        return shipping.ship(actor=user, picks=picks, containers=[pk], consignment=consignment)

    return page_act(request, act, ok=_("The container is on its way."), back=back)
