"""Goods are scanned into a box: each scan is one entry, seen in the contents at once, and taken back by one press."""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base.door import there
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.typed import scaled, written
from wharfinger.fulfilment.actions import packing
from wharfinger.fulfilment.models import Container
from wharfinger.fulfilment.pages.goods import field_on_page, typed, units_named
from wharfinger.fulfilment.queries import shown
from wharfinger.fulfilment.queries.at_hand import at_hand, of_tote
from wharfinger.fulfilment.queries.inside import labelled, last_packed
from wharfinger.fulfilment.rules.packing import Box
from wharfinger.parties.models import Site

_TOTE = re.compile(r"(.+)/([0-9]{1,5})")
"""What the label of a tote says: its run, and its number there."""


@require_http_methods(["GET", "HEAD", "POST"])
@page("fulfilment.pack")
def begin(request: HttpRequest, site: int) -> HttpResponse:
    """Begin a box for a destination: the first scan makes it."""
    to = get_object_or_404(Site.objects.select_related("organization"), pk=site)
    return _fill(request, to, None)


@require_http_methods(["GET", "HEAD", "POST"])
@page("fulfilment.pack")
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """Put what is scanned into a box that is here."""
    box = there(shown.containers().select_related("site__organization", "inside"), pk)
    if box.shipment_id is not None:
        return HttpResponseRedirect(reverse("fulfilment:container", args=[pk]))
    return _fill(request, box.site, box)


def _fill(request: HttpRequest, site: Site, box: Container | None) -> HttpResponse:
    user: Any = request.user
    rows = at_hand(("picked",), site=site.pk)
    tote = (request.POST if request.method == "POST" else request.GET).get("tote", "")
    of = of_tote(*_parts(tote))[0] if _TOTE.fullmatch(tote) else frozenset()
    offered = [row for row in rows if row.line.pk in of] if of else rows

    def show(form: Form) -> HttpResponse:
        if form.refusal is not None:
            form.refusal.field = field_on_page(form.refusal.field, request.POST, rows)
        goods = shown.contents([box])[box.pk] if box else []
        context = {
            "site": site,
            "box": box,
            "goods": list(reversed(goods)),
            "on_it": box.holds.filter(void__isnull=True).order_by("pk")
            if box and box.kind == "pallet"
            else [],
            "rows": offered,
            "left": sum(1 for row in rows if row.units),
            "numbered": {row.line.pk for row in rows if row.traced},
            "tote": tote if of else "",
            "last": last_packed(box) if box else [],
            "form": form,
            "key": f"fill-{secrets.token_hex(12)}",
        }
        return render(request, "fulfilment/fill.html", context)

    if request.method != "POST":
        proposed = {f"quantity-{row.line.pk}": written(row.units, row.decimals) for row in offered if of}
        return show(Form(proposed))
    code = request.POST.get("scan", "").strip()
    try:
        elsewhere = _label(code, site, box) if code else ""
    except Refusal as refusal:
        refused = show(Form(request.POST, refusal))
        refused.status_code = refusal.http_code
        return refused
    if elsewhere:
        return HttpResponseRedirect(elsewhere, status=303)

    def act() -> Any:
        return packing.pack(
            actor=user,
            picks=units_named(typed(request.POST, rows), rows, "scan"),
            container=box.pk if box else None,
            box=Box("pallet" if request.POST.get("kind") == "pallet" else "box"),
            key=request.POST.get("key") or None,
        )

    def back(done: Any) -> str:
        made = done.made.get("fulfilment.Container")
        return _address(made[0] if made else box.pk if box else 0)

    return page_act(request, act, ok=_("Packed."), back=back, again=show)


def _address(box: int, tote: str = "") -> str:
    return reverse("fulfilment:fill", args=[box]) + (f"?{urlencode({'tote': tote})}" if tote else "")


def _parts(tote: str) -> tuple[str, int]:
    run, _slash, number = tote.rpartition("/")
    return run, int(number)


def _label(code: str, site: Site, box: Container | None) -> str:
    """Where the label of a box or a tote leads; nothing for any other code. Raises Refusal where it is for others."""
    other = labelled(code)
    if other is not None:
        if other.shipment_id is not None:
            raise Refusal(
                "container_shipped",
                N_("{number} is shipped already. Take another container."),
                field="scan",
                number=other.number,
            )
        return _address(other.pk)
    if not _TOTE.fullmatch(code):
        return ""
    lines, sites = of_tote(*_parts(code))
    if not lines:
        return ""
    if sites != {site.pk}:
        raise Refusal(
            "other_destination",
            N_("{number} goes to another destination. A container has one destination only."),
            field="scan",
            number=code,
        )
    here = _address(box.pk, code) if box else ""
    return here or f"{reverse('fulfilment:pack', args=[site.pk])}?{urlencode({'tote': code})}"


@require_POST
@page("fulfilment.unpack")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take out what came into the box last."""
    user: Any = request.user
    box = there(shown.containers(), pk)

    def act() -> Any:
        picks = last_packed(box)
        if not picks:
            raise BadInput("container_empty", N_("There is nothing in this container. Pack something first."))
        return packing.unpack(actor=user, picks=picks, containers=[pk])

    return page_act(request, act, ok=_("The last scan is taken back."), back=_address(pk))


@require_POST
@page("fulfilment.pack")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Say at the end what the box weighs and measures; its label is printed where that is asked for."""
    user: Any = request.user
    box = there(shown.containers(), pk)
    weight = request.POST.get("weight_kg", "").strip()
    label = request.POST.get("then") == "label"

    def act() -> Any:
        grams = scaled(weight, 3, field="weight_kg", most=10**8) or None if weight else box.weight_grams
        size = request.POST.get("size_mm", "").strip() or box.size_mm
        said = Box(box.kind, grams, size, box.tracking, box.sscc)
        return packing.describe_container(actor=user, container=pk, box=said)

    to = (
        reverse("documents:pdf", args=["container-label", pk])
        if label
        else reverse("fulfilment:container", args=[pk])
    )
    return page_act(request, act, ok=_("The container is described."), back=to)
