"""Pages on which goods reach the customer: handed over, or delivered by a shipment, each with its proof."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import further, proving
from wharfinger.base.door import there
from wharfinger.base.page import page
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import written
from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import document_address, typed_id
from wharfinger.fulfilment.actions.shipping import deliver
from wharfinger.fulfilment.pages.goods import answer, day_of, numbered, of_line, proposed, typed, units_named
from wharfinger.fulfilment.queries import shown
from wharfinger.fulfilment.queries.at_hand import at_hand, free_at, under_way
from wharfinger.fulfilment.rules import Pick
from wharfinger.fulfilment.rules.shipping import AT_HAND
from wharfinger.stock.models import Location

WAYS = {"hand_over": N_("Handed over by us"), "pick_up": N_("Picked up by the customer")}
"""In which way goods leave without a carrier."""


@require_http_methods(["GET", "HEAD", "POST"])
@page("fulfilment.deliver")
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand goods of a document over, at the counter or from a van: what its lines hold, and what is free there."""
    sheet = get_object_or_404(Sheet.objects.exclude(kind__in=("quote", "job")), pk=pk, void__isnull=True)
    user: Any = request.user
    rows = of_line(request, at_hand(AT_HAND, order=pk, wanted=True))
    locations = _locations(user)
    own = next((place for place, _name, person in locations if person == user.pk), None)
    elsewhere = free_at(rows)
    there_free = {line: some.get(own, 0) for line, some in elsewhere.items()} if own else {}

    def act() -> Any:
        return deliver(
            actor=user,
            picks=_from(request, locations, numbered(typed(request.POST, rows), rows)),
            proof=request.POST.get("proof", ""),
            pictures=proofs(request),
            way="pick_up" if request.POST.get("way") == "pick_up" else "hand_over",
            installing=installing(request),
            delivered_on=day_of(request.POST, "delivered_on"),
            key=request.POST.get("key") or None,
        )

    return answer(
        request,
        rows,
        act,
        first={"location": own or "", **proposed(rows, there_free)},
        title=_("Hand over %(number)s") % {"number": sheet.number},
        verb=_("Hand over"),
        symbol="hand",
        ok=_("Handed over for %(number)s.") % {"number": sheet.number},
        back=document_address(sheet),
        proves=True,
        named=True,
        fetches=True,
        draws=further.may_attach(user),
        installs=_installs(user, rows, sheet.organization_id),
        locations=[(place, name) for place, name, _person in locations],
        ways=[(way, _(words)) for way, words in WAYS.items()],
        free={
            line: [(name, units) for place, name, _person in locations if (units := some.get(place))]
            for line, some in elsewhere.items()
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("fulfilment.deliver")
def deliver_shipment(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what of a shipment arrived, and what proves it."""
    user: Any = request.user
    shipment = there(shown.shipments(), pk)
    rows = under_way(shipment)

    def act() -> Any:
        found = units_named(typed(request.POST, rows), rows)
        return deliver(
            actor=user,
            picks=[one.by(shipment.place_id) for one in found],
            proof=request.POST.get("proof", ""),
            pictures=proofs(request),
            installing=installing(request),
            delivered_on=day_of(request.POST, "delivered_on"),
            key=request.POST.get("key") or None,
        )

    whole: dict[str, Any] = {
        f"quantity-{r.line.pk}": written(r.units, r.decimals) for r in rows if not r.traced
    }
    return answer(
        request,
        rows,
        act,
        first=whole | {f"serial-{r.line.pk}": r.codes for r in rows if r.traced},
        title=_("%(number)s arrived") % {"number": shipment.number},
        verb=_("Delivered"),
        symbol="check",
        ok=_("The shipment is delivered."),
        back=reverse("fulfilment:shipment", args=[pk]),
        proves=True,
        named=True,
        ticks=True,
        draws=further.may_attach(user),
        installs=_installs(user, rows, shipment.organization_id),
    )


def proofs(request: HttpRequest) -> Sequence[Any]:
    """The signature and the photos that were given, looked at; whoever may not attach files gives none."""
    user: Any = request.user
    return proving.proofs(user, request.POST.get("signature", ""), request.FILES.getlist("photo"))


def installing(request: HttpRequest) -> Any:
    """What is said of the devices that are to be made of what is delivered; nothing where none are."""
    given = request.POST
    if given.get("install") != "yes" or not further.installing:
        return None
    return further.installing[0].given(
        contact=typed_id(given, "contact"),
        contract=typed_id(given, "contract"),
        reference=given.get("reference", ""),
    )


def _installs(user: Any, rows: Sequence[Any], organization: int) -> Any:
    """What is offered for devices; nothing where nothing has a number, or this person installs none."""
    if not further.may_install(user) or not any(row.traced for row in rows):
        return None
    return further.installing[0].choices(organization)


def _locations(user: Any) -> list[tuple[int, str, int | None]]:
    """From where goods may be handed over: place, name, whose; the person's own first."""
    rows = Location.objects.filter(retired_on__isnull=True, channel="direct").exclude(
        kind__in=("returns", "virtual")
    )
    found = list(rows.order_by("-default", "name").values_list("place_id", "name", "person_id"))
    return sorted(found, key=lambda one: one[2] != user.pk)


def _from(request: HttpRequest, locations: Sequence[tuple[int, str, Any]], picks: list[Pick]) -> list[Pick]:
    """The picks at the location that was chosen; anywhere the lines hold goods where none was."""
    chosen = request.POST.get("location", "")
    if not chosen:
        return picks
    if chosen not in {str(place) for place, *_rest in locations}:
        raise BadInput("no_such_location", N_("There is no such location."), field="location")
    return [one.at(int(chosen)) for one in picks]
