"""Lines that are served by goods of another location, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Quantity, Request
from wharfinger.base.quantity import quantity
from wharfinger.demand.queries.reading import products_of
from wharfinger.flows.actions.elsewhere import fulfil_elsewhere
from wharfinger.flows.rules.elsewhere import Fetch
from wharfinger.ledger.door import write
from wharfinger.ledger.write import Written
from wharfinger.stock.api.transfers import TransferOut, shown
from wharfinger.stock.queries.transfers import transfers

router = Router(tags=["flows"], by_alias=True)


class WantedGiven(Given):
    """So many units for a line, and from where."""

    line: Id
    quantity: Quantity
    source: Id | None = Field(
        default=None,
        alias="from",
        description="The location that sends these; without it the one that sends all.",
        examples=[None],
    )


class Elsewhere(Given):
    """Which lines are served from where."""

    lines: list[WantedGiven] = Field(min_length=1, max_length=500)
    source: Id | None = Field(
        default=None,
        alias="from",
        description="The location that sends all that names none; without it, wherever most is free.",
        examples=[None],
    )
    target: Id | None = Field(
        default=None,
        alias="to",
        description="Where the goods go; without it, to where each document takes its goods from first.",
        examples=[None],
    )
    expected_on: date | None = Field(default=None, examples=[None])


class ElsewhereDone(Done):
    """The transfer orders that were written, and the entry that reserved their goods."""

    transfers: list[TransferOut]


@router.post("/transfers/for-lines", response={201: ElsewhereDone}, summary="Transfer goods for lines")
def for_lines(request: Request, body: Elsewhere) -> HttpResponse:
    """Reserve goods for lines where they are free, and write a transfer order from each such location."""
    require(request.auth, "sales.reserve")
    require(request.auth, "stock.transfer")

    def act() -> Written:
        products = products_of([one.line for one in body.lines])
        wanted = [
            Fetch(
                one.line,
                quantity(
                    one.quantity,
                    products.get(one.line, (0, 0))[1],
                    field=f"lines.{n}.quantity",
                ),
                one.source or body.source,
            )
            for n, one in enumerate(body.lines)
        ]
        return fulfil_elsewhere(
            actor=request.auth, wanted=wanted, target=body.target, expected_on=body.expected_on
        )

    def show(done: Written) -> dict[str, Any]:
        made = done.made.get("stock.TransferOrder", ())
        return {"transfers": shown(transfers().filter(pk__in=made).order_by("pk"))}

    return write(request, act, show, status=201)
