"""What callers say of goods to hold or to free."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from wharfinger.base.door import Given, Id, Quantity, there
from wharfinger.base.quantity import quantity
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.reading import products_on
from wharfinger.demand.queries.where import bin_places, location_places, lots_of
from wharfinger.sales.queries.holding import ahead_places
from wharfinger.sales.rules.holds import Hold


class HoldGiven(Given):
    """So many units of a line, at a location, in a bin, or exactly these serials."""

    line: Id
    quantity: Quantity
    location: Id | None = None
    bin: Id | None = None
    serials: list[str] = Field(default=[], max_length=1000, examples=[["SN-1001"]])
    purchase_line: Id | None = Field(
        default=None, description="Of what is on order for stock: the line of the purchase order."
    )
    transfer: Id | None = Field(
        default=None, description="Of what is on its way between locations: the transfer."
    )


def holds_of(given: Sequence[HoldGiven], *, document: int, kind: str) -> list[Hold]:
    """Holds as the verbs take them; raises BadInput naming the field.

    document, kind: the quote or order on which they must stand; raises NotThere where there is none.
    """
    products = products_on(document, kind)
    if not products:
        there(Sheet.objects.filter(kind=kind, void__isnull=True), document)
    for n, one in enumerate(given):
        if one.line not in products:
            raise BadInput("no_such_line", N_("There is no such line here."), field=f"lines.{n}.line")
        if sum(where is not None for where in (one.location or one.bin, one.purchase_line, one.transfer)) > 1:
            raise BadInput(
                "one_place",
                N_("Name a location, a line of a purchase order, or a transfer."),
                field=f"lines.{n}.location",
            )
    ahead = ahead_places([one.purchase_line for one in given], [one.transfer for one in given])
    locations = location_places([one.location for one in given])
    bins = bin_places([one.bin for one in given])
    lots = lots_of([products[one.line][0] for one in given], [one.serials for one in given])
    return [
        Hold(
            one.line,
            quantity(one.quantity, products[one.line][1], field=f"lines.{n}.quantity"),
            location=locations[n],
            bin=bins[n],
            lots=lots[n],
            arrival=ahead[n],
        )
        for n, one in enumerate(given)
    ]
