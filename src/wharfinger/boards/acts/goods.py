"""What is done with rows of picking, packing, delivery and returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from wharfinger.base import configuration
from wharfinger.base.page import Link, page, page_act, selected
from wharfinger.base.refusal import N_, Refusal
from wharfinger.boards.acts import Chosen, act_on, chosen, documents_of, picks_of
from wharfinger.flows.actions import cancel_delivery as flow
from wharfinger.fulfilment.actions import packing, picking, runs, shipping
from wharfinger.fulfilment.models import Shipment
from wharfinger.fulfilment.pages.carrying import HERE, given_place, item
from wharfinger.fulfilment.pages.goods import box_of, consignment_of, container_of, day_of, packed
from wharfinger.ledger.models import Holding
from wharfinger.returns.actions import inspecting
from wharfinger.stock.actions.goods import transfer
from wharfinger.stock.models import Location


def _shipped(done: Any) -> list[Link]:
    """The shipments that were made, each with its packing list to print."""
    links = []
    for number, to in documents_of(done, Shipment, "fulfilment:shipment"):
        pk = int(to.strip("/").rpartition("/")[2])
        links += [
            (number, to),
            (_("Print packing list"), reverse("documents:pdf", args=["packing-list", pk])),
        ]
    return links


pick = act_on(
    "fulfilment.pick",
    "to_pick",
    lambda who, rows, given: picking.pick(actor=who, picks=picks_of(rows)),
    lambda n: ngettext("Picked goods of %(n)s line.", "Picked goods of %(n)s lines.", n) % {"n": n},
)


def _started(who: Any, rows: Sequence[Chosen]) -> Any:
    """Begin a run over the ticked rows; they stand at one location."""
    places = {row.location for row in rows}
    if len(places) > 1:
        raise Refusal(
            "several_locations", N_("These goods stand at several locations. Choose those of one of them.")
        )
    here = Location.objects.get(place=places.pop())
    return runs.start_run(actor=who, location=here.pk, lines=sorted({row.line for row in rows}))


@require_POST
@page("fulfilment.pick")
def start_run(request: HttpRequest) -> HttpResponse:
    """Begin a run over the ticked rows, and go to it."""
    return page_act(
        request,
        lambda: _started(request.user, chosen(request)),
        ok=_("Yours to pick."),
        back=lambda done: reverse("fulfilment:run", args=[done.one("fulfilment.PickRun")]),
    )


unpick = act_on(
    "fulfilment.unpick",
    "to_pack",
    lambda who, rows, given: picking.unpick(actor=who, picks=picks_of(rows)),
    lambda n: ngettext("Put goods of %(n)s line back.", "Put goods of %(n)s lines back.", n) % {"n": n},
)
pack = act_on(
    "fulfilment.pack",
    "to_pack",
    lambda who, rows, given: packing.pack(
        actor=who, picks=picks_of(rows), container=container_of(given), box=box_of(given)
    ),
    lambda n: ngettext("Packed goods of %(n)s line.", "Packed goods of %(n)s lines.", n) % {"n": n},
    packed,
)
ship = act_on(
    "fulfilment.ship",
    "delivery",
    lambda who, rows, given: shipping.ship(
        actor=who,
        picks=picks_of(rows),
        consignment=replace(consignment_of(given), proof=configuration.one("shipment_proof")),
    ),
    lambda n: ngettext("Delivered goods of %(n)s line.", "Delivered goods of %(n)s lines.", n) % {"n": n},
    _shipped,
)
hand_over = act_on(
    "fulfilment.deliver",
    "delivery",
    lambda who, rows, given: shipping.deliver(
        actor=who,
        picks=picks_of(rows),
        proof=given.get("proof", ""),
        way="pick_up" if given.get("way") == "pick_up" else "hand_over",
        delivered_on=day_of(given, "delivered_on"),
    ),
    lambda n: ngettext("Handed over goods of %(n)s line.", "Handed over goods of %(n)s lines.", n) % {"n": n},
    lambda done: documents_of(done, Shipment, "fulfilment:shipment"),
)


def _carried(who: Any, rows: Sequence[Chosen], to: int, reason: str) -> Any:
    """Bring the ticked goods to another location; those in a box stay in it."""
    if any(row.kind not in HERE for row in rows):
        raise Refusal(
            "packed_already",
            N_("Some of these goods are packed, or are no goods that move. Take out first what is in a box."),
        )
    held = Holding.objects.select_related("place", "lot").in_bulk([row.id for row in rows])
    return transfer(actor=who, items=[item(held[row.id], row.quantity, to) for row in rows], reason=reason)


carry = act_on(
    "stock.transfer",
    "delivery",
    lambda who, rows, given: _carried(who, rows, given_place(given), given.get("reason", "")),
    lambda n: ngettext("Transferred goods of %(n)s line.", "Transferred goods of %(n)s lines.", n) % {"n": n},
)


def print_list(name: str) -> Any:
    """The act that opens a pick or packing list of the ticked rows, one for each destination."""

    @require_POST
    @page("fulfilment.read")
    def printed(request: HttpRequest) -> HttpResponse:
        ids = "&".join(f"selected={row.id}" for row in selected(request))
        return HttpResponseRedirect(f"{reverse('documents:lists', args=[name])}?{ids}", status=303)

    return printed


pick_list = print_list("pick-lists")
picked_list = print_list("picked-lists")
packing_list = print_list("packing-lists")


cancel_delivery = act_on(
    "fulfilment.cancel_delivery",
    "delivery",
    lambda who, rows, given: flow.cancel_delivery(
        actor=who,
        picks=picks_of(rows),
        reason=given.get("reason", ""),
        credit=given.get("credit") == "yes",
    ),
    lambda n: (
        ngettext("Took back the delivery of %(n)s line.", "Took back the delivery of %(n)s lines.", n)
        % {"n": n}
    ),
)


def _worth_of(rows: Sequence[Chosen]) -> list[tuple[int, int]]:
    return [(row.id, row.quantity) for row in rows]


restock = act_on(
    "returns.restock",
    "returns",
    lambda who, rows, given: inspecting.restock(actor=who, holdings=_worth_of(rows)),
    lambda n: ngettext("Restocked goods of %(n)s row.", "Restocked goods of %(n)s rows.", n) % {"n": n},
)
scrap = act_on(
    "returns.scrap",
    "returns",
    lambda who, rows, given: inspecting.scrap_returned(
        actor=who, holdings=_worth_of(rows), reason=given.get("reason", "")
    ),
    lambda n: ngettext("Scrapped goods of %(n)s row.", "Scrapped goods of %(n)s rows.", n) % {"n": n},
)
