"""The life of a unit: where it is, for whom, and its story, for us and as a customer may see it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wharfinger.base import further
from wharfinger.base.page import page
from wharfinger.base.refusal import N_, NotThere
from wharfinger.ledger.telling import place_words, verb_words
from wharfinger.parties.models import Organization
from wharfinger.stock.queries import batches as queries
from wharfinger.stock.queries import built, story, units
from wharfinger.stock.rules.story import COLOURS, STAGES, TOLD


@require_safe
@page("stock.read")
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """The life of a unit; with ``?for=`` as that customer may see it."""
    found = units.units().filter(pk=pk).first()
    if found is None:
        if queries.batches().filter(pk=pk).exists():
            # The journal calls batches and units alike.
            return HttpResponseRedirect(reverse("stock:batch", args=[pk]))
        raise NotThere("no_such_serial_lot", N_("There is no such unit."))
    (now,) = units.whereabouts([found])
    steps = story.story(found)
    ids = story.customers_of(steps)
    customers = sorted(
        Organization.objects.filter(pk__in=ids).values_list("pk", "name"), key=lambda row: ids.index(row[0])
    )
    asked = request.GET.get("for", "")
    customer = next((row for row in customers if str(row[0]) == asked), None)
    shown = story.for_customer(steps, customer[0]) if customer else steps
    # Only what was ever built, or built into something, has more to tell.
    assembled = any("assembly" in (one.chapter.source, one.chapter.target) for one in steps)
    wholes = built.wholes(pk) if assembled and customer is None else {}
    inside = next(iter(wholes.values())) if wholes and not now.kind else None
    return render(
        request,
        "stock/unit.html",
        {
            "unit": now,
            "where": _("inside %(sku)s %(code)s") % {"sku": inside.sku, "code": inside.code}
            if inside
            else _now(now, steps),
            "inside": inside,
            "contents": built.contents(pk) if assembled and customer is None else [],
            "steps": [
                _told(step, for_us=customer is None) | {"whole": wholes.get(step.chapter.entry)}
                for step in shown
            ],
            "stations": [
                (_(STAGES[one.name][0]), STAGES[one.name][1], one.step.chapter if one.step else None)
                for one in story.stations(shown)
                if one.step or not customer
            ],
            "customers": customers,
            "customer": customer,
            "parts": further.told("unit", request, pk),
        },
    )


@require_safe
@page("stock.read")
def by_number(request: HttpRequest, code: str) -> HttpResponse:
    """The unit of a serial number, as its label leads there; where two products have it, both to choose from."""
    found = units.of_number(code)
    if not found:
        raise NotThere(
            "no_such_serial", N_("There is no unit with the serial number {serial}."), serial=code[:100]
        )
    if len(found) == 1:
        # A label outlives a correction of its number.
        return HttpResponseRedirect(reverse("stock:unit", args=[units.latest(found[0]).pk]))
    shown = [(one, where(one)) for one in units.whereabouts(found)]
    return render(request, "stock/same_number.html", {"code": code, "units": shown})


def where(unit: units.Unit) -> str:
    """Where a unit stands now, in words."""
    if not unit.kind:
        return _("nowhere any more")
    if unit.bin is not None:
        return f"{unit.bin.location.name} / {unit.bin.name}"
    words = place_words(unit.kind)
    return f"{unit.location.name}: {words}" if unit.location else words


def _now(unit: units.Unit, steps: list[story.Step]) -> str:
    """Where the unit stands: at which customer's site, where it is at one."""
    last = next((step.target for step in steps if step.target), None)
    return story.said(last) if unit.kind and last and last.kind == unit.kind else where(unit)


def _told(step: story.Step, *, for_us: bool) -> dict[str, Any]:
    c = step.chapter
    words = verb_words(c.act) if for_us else _(TOLD[c.act])
    moved = for_us and step.source is not None and step.target is not None
    return {
        "chapter": c,
        "words": words,
        "colour": COLOURS.get(c.act, ""),
        "from": story.said(step.source) if moved and step.source else "",
        "to": story.said(step.target) if moved and step.target else "",
        "papers": step.papers,
        "about": next((one.about for one in step.papers if one.about), ""),
    }
