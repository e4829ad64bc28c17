"""The margin of an order over HTTP."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import money
from wharfinger.base.access import require
from wharfinger.base.door import Id, Request, Shown, answer, there
from wharfinger.sales import queries as sales
from wharfinger.sales.queries.margins import shown
from wharfinger.site.queries.margins import of_order

router = Router(tags=["orders"])


class ExpectedOut(Shown):
    """What is expected to be left of an order, at what its goods cost now."""

    currency: str = Field(examples=["EUR"])
    margin: str | None = Field(examples=["40.00"], description="Null where a cost is not known.")
    margin_percent: str | None = Field(examples=["36.1"])


class SoFarOut(ExpectedOut):
    """What is left so far, in home currency."""

    net: str = Field(examples=["110.80"], description="Invoiced less credited, before tax.")
    cost: str = Field(examples=["70.80"], description="Of what went, as it left stock.")
    back: str = Field(examples=["0.00"], description="What of that came back.")


class OrderMarginOut(Shown):
    """The margin of an order, expected and so far."""

    order: Id
    expected: ExpectedOut
    so_far: SoFarOut


@router.get("/orders/{id}/margin", response=OrderMarginOut, summary="Read the margin of an order")
def order_margin(request: Request, id: Id) -> HttpResponse:
    """What an order leaves over its goods' cost: as it was expected, and what it really is so far."""
    for right in ("sales.read", "billing.read", "catalog.see_cost"):
        require(request.auth, right)
    there(sales.orders(), id)
    found = of_order(id)
    so_far: dict[str, Any] = {
        "currency": found.home,
        "net": money.plain(found.net, found.home),
        "cost": money.plain(found.went, found.home),
        "back": money.plain(found.back, found.home),
        **shown(found.so_far, found.home),
    }
    expected = {"currency": found.currency, **shown(found.expected, found.currency)}
    return answer({"order": id, "expected": expected, "so_far": so_far})
