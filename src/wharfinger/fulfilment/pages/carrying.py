"""Goods of a document go to another location, a van or a person, and stay its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base.page import page
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import document_address, typed_id
from wharfinger.fulfilment.pages.goods import answer, of_line, typed, units_named
from wharfinger.fulfilment.queries.at_hand import at_hand
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding
from wharfinger.stock.actions.goods import transfer
from wharfinger.stock.models import Location
from wharfinger.stock.rules.moving import Goods, Transfer

HERE = ("picked", "bin")
"""From where goods of a line may be carried elsewhere; what is packed travels by its box."""


def locations() -> list[tuple[str, str]]:
    """Where goods may be brought to, as choices of a form."""
    found = Location.objects.filter(retired_on__isnull=True).order_by("-default", "name")
    return [(str(place), name) for place, name in found.values_list("place_id", "name")]


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.transfer")
def carry(request: HttpRequest, order: int) -> HttpResponse:
    """Bring goods that a document holds to another location, van or person."""
    sheet = get_object_or_404(Sheet, pk=order, void__isnull=True)
    rows = of_line(request, at_hand(HERE, order=order))
    user: Any = request.user

    def act() -> Any:
        return transfer(
            actor=user,
            items=chosen(units_named(typed(request.POST, rows), rows), given_place(request.POST)),
            reason=request.POST.get("reason", ""),
            key=request.POST.get("key") or None,
        )

    return answer(
        request,
        rows,
        act,
        title=_("Transfer goods of %(number)s") % {"number": sheet.number},
        verb=_("Transfer"),
        symbol="arrow-left-right",
        ok=_("Transferred for %(number)s.") % {"number": sheet.number},
        back=document_address(sheet),
        targets=[("", ""), *locations()],
        named=True,
    )


def given_place(given: QueryDict) -> int:
    """The place of the location that was chosen; raises BadInput where none was."""
    place = typed_id(given, "to")
    if place is None or not Location.objects.filter(place_id=place).exists():
        raise BadInput("no_such_location", N_("Choose a location."), field="to")
    return place


def item(held: Holding, units: int, to: int, field: str = "") -> Transfer:
    """So many units of what stands somewhere for a line, on their way to a location."""
    assert held.place.parent_id is not None
    goods = Goods(
        held.product_id,
        units,
        held.place.parent_id,
        bin=held.place_id if held.kind == "bin" else None,
        codes=(held.lot.code,) if held.lot.code else (),
        line=held.claim_id,
        kind=held.kind,
        field=field,
    )
    return Transfer(goods, to)


def chosen(picks: Sequence[Pick], to: int) -> list[Transfer]:
    """What is to be carried of each line: picked goods first; what is there already stays.

    Raises BadInput where all of it is there. More than stands elsewhere is left to the act, which says how much is.
    """
    lines = {pick.line for pick in picks}
    elsewhere = Holding.objects.filter(~Q(place__parent=to), claim__in=lines, kind__in=HERE, quantity__gt=0)
    rows = list(elsewhere.select_related("place", "lot").order_by("-kind", "place__sequence", "lot_id", "pk"))
    found = []
    for n, pick in enumerate(picks):
        found += list(_items(pick, [row for row in rows if row.claim_id == pick.line], to, f"picks.{n}."))
    if not found:
        raise BadInput("same_place", N_("The goods are there already. Choose another place."), field="to")
    return found


def _items(pick: Pick, rows: Sequence[Holding], to: int, field: str) -> Iterable[Transfer]:
    codes = {same(code) for code in pick.codes()}
    fitting = [row for row in rows if not codes or same(row.lot.code) in codes]
    left = pick.quantity
    for row in fitting:
        units = left if row is fitting[-1] else min(left, row.quantity)
        if units:
            yield item(row, units, to, field)
        left -= units
