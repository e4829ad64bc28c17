"""What is done with charges as they are added, and with lines that still need something, from the page they stand on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wharfinger.base.access import Actor, require
from wharfinger.base.door import there
from wharfinger.base.page import page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import written
from wharfinger.demand.entry import typed_quantity
from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import document_address, typed_id
from wharfinger.demand.queries.reading import lines
from wharfinger.flows.actions import lacking
from wharfinger.flows.actions.charging import PERMISSIONS
from wharfinger.flows.queries.charging import still_needed
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.write import Written
from wharfinger.purchasing.actions.ordering import draft_per_vendor
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.work.rules import KINDS

WORDS = {
    "pick": N_("Pick what is available"),
    "order": N_("Put it on purchase orders"),
    "deliver": N_("Deliver what is available"),
}
TOLD = {
    "draft": N_("Charged, and put on purchase orders."),
    "charge": N_("Charged. Nothing could be done at once."),
}


def ways(actor: Actor, kind: str) -> list[tuple[str, str]]:
    """What this person may do at once with charges of a kind of work; nothing with lines of other documents."""
    if kind not in KINDS:
        return []
    # What a job hands over may be lent, so that it has a page of its own.
    return [
        (then, _(words))
        for then, words in WORDS.items()
        if actor.may(PERMISSIONS[then]) and (then, kind) != ("deliver", "job")
    ]


def told(done: Written) -> str:
    """What was done with new charges, and what of them is still needed."""
    return " ".join(filter(None, (_(TOLD.get(done.entry.verb, N_("Charged."))), rest(done.id))))


def rest(entry: int) -> str:
    """What is still needed of the lines that an entry made, in a sentence; nothing where it made none."""
    found = still_needed(entry)
    if not found:
        return ""
    goods = ", ".join(f"{written(units, decimals)} × {sku}" for sku, decimals, units in found[:3])
    return _("Still needed: %(goods)s.") % {"goods": f"{goods} …" if len(found) > 3 else goods}


@require_POST
@page()
def serve(request: HttpRequest, sheet: int) -> HttpResponse:
    """Pick, order or hand over so many of a line that still needs them."""
    user: Any = request.user
    then = request.POST.get("then", "pick")
    require(user, PERMISSIONS.get(then, PERMISSIONS["pick"]))
    doc = there(Sheet.objects.filter(void__isnull=True).exclude(kind="quote"), sheet)

    def act() -> Written:
        line = typed_id(request.POST, "line")
        found = lines().filter(pk=line).select_related("product").first()
        if found is None:
            raise BadInput("no_such_line", N_("There is no such line."), field="line")
        field = f"quantity-{line}"
        units = typed_quantity(request.POST.get(field, ""), found.product, None, field)
        if then == "order":
            return draft_per_vendor(actor=user, wanted=[Wanted(found.pk, units)])
        if then == "deliver":
            return pick_pack_ship(actor=user, picks=[Pick(found.pk, units)])
        return pick(actor=user, picks=[Pick(found.pk, units)])

    return page_act(
        request,
        act,
        ok=_("Put on a purchase order for %(number)s.") % {"number": doc.number},
        back=document_address(doc),
    )


@require_POST
@page("purchasing.order")
def order_lacking(request: HttpRequest, sheet: int) -> HttpResponse:
    """Put what lines of a document need and is free nowhere on drafts, one for each vendor."""
    user: Any = request.user
    doc = there(Sheet.objects.filter(void__isnull=True).exclude(kind="quote"), sheet)
    return page_act(
        request,
        lambda: lacking.order_lacking(actor=user, sheet=sheet),
        ok=_("What %(number)s lacks is on drafts, one for each vendor.") % {"number": doc.number},
        back=document_address(doc),
    )
