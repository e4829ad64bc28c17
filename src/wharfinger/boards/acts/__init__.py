"""What can be done with the selected rows of a worklist: each act calls one action of a module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from wharfinger.base.page import Link, came_from, page, page_act, selected
from wharfinger.base.refusal import N_, Refusal
from wharfinger.base.typed import quantity
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding
from wharfinger.ledger.post import automation

NONE = ("0", "0.0", "0,0")
"""How somebody types that none of a row is wanted."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A ticked row: the holding as it stands now, and how much of it."""

    id: int
    line: int
    product: int
    lot: int
    kind: str
    place: int
    location: int | None
    serial: bool
    code: str
    """The serial number or batch, if any."""
    quantity: int


def chosen(request: HttpRequest, *, nought: bool = False) -> list[Chosen]:
    """The ticked rows with the quantities typed; raises Refusal when a row's goods have moved on meanwhile.

    nought: whether rows of which none is wanted are left out.
    """
    ticked = selected(request)
    rows = {
        h.pk: h
        for h in Holding.objects.filter(pk__in=[row.id for row in ticked], quantity__gt=0).select_related(
            "product", "place", "lot"
        )
    }
    found = []
    for row in ticked:
        held = rows.get(row.id)
        if held is None:
            raise _moved_on(request, row.id)
        if nought and row.quantity in NONE:
            continue
        units = (
            quantity(row.quantity, held.product.quantity_decimals, field=f"quantity-{row.id}")
            if row.quantity
            else held.quantity
        )
        found.append(
            Chosen(
                held.pk,
                held.claim_id,
                held.product_id,
                held.lot_id,
                held.kind,
                held.place_id,
                held.place.parent_id,
                held.serial,
                held.lot.code,
                units,
            )
        )
    return found


def _moved_on(request: HttpRequest, row: int) -> Refusal:
    """What stood in this row is no longer there: who moved it on is told."""
    refusal = Refusal(
        "moved_on",
        N_("Some of these goods have moved on meanwhile. Look at the list again."),
        subject=f"holding:{row}",
    )
    automation.explain(refusal, request.user.pk)
    return refusal


def picks_of(rows: Sequence[Chosen]) -> list[Pick]:
    """The rows as picks: exactly the goods that were ticked, where they stand."""
    return [
        Pick(
            row.line,
            row.quantity,
            location=row.location if row.kind in ("bin", "picked") else None,
            bin=row.place if row.kind == "bin" else None,
            lots=(row.lot,) if row.code else (),
            place=row.place,
        )
        for row in rows
    ]


def act_on(
    permission: str,
    worklist: str,
    run: Callable[[Any, list[Chosen], Any], Any],
    sentence: Callable[[int], str],
    more: Callable[[Any], Sequence[Link]] | None = None,
    also: Callable[[Any], str] = lambda _done: "",
) -> Any:
    """The page behind an act of a worklist: run it on the ticked rows, go back, and offer to undo it.

    more: what the bar offers besides, like the document that was made. also: what else is said of what was done.
    """

    @require_POST
    @page(permission)
    def acted(request: HttpRequest) -> HttpResponse:
        back = came_from(request, reverse(f"boards:{worklist}"))
        return page_act(
            request,
            lambda: run(request.user, chosen(request), request.POST),
            ok=lambda done: f"{sentence(len(request.POST.getlist('selected')))} {also(done)}".strip(),
            back=back,
            more=more,
        )

    return acted


def lines_of(rows: Sequence[Chosen]) -> list[int]:
    """The lines the rows are for, each once."""
    return sorted({row.line for row in rows})


def documents_of(done: Any, noun: type[Any], page: str) -> list[Link]:
    """Links to the documents of a noun that an act made."""
    made = noun.objects.filter(pk__in=done.made.get(noun._meta.label, ())).order_by("pk")
    return [(number, reverse(page, args=[pk])) for number, pk in made.values_list("number", "pk")]
