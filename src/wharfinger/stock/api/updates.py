"""Inventory transfers and updates over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import configuration, money
from wharfinger.base.access import require
from wharfinger.base.door import Id, Listing, Page, Request, Shown, answer, whole
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput
from wharfinger.stock.queries.narrow import Narrow
from wharfinger.stock.queries.stands import Stand
from wharfinger.stock.queries.updates import Update, portion
from wharfinger.stock.rules.updates import TYPES

router = Router(tags=["stock"], by_alias=True)


class StandOut(Shown):
    """Where goods come from or go to."""

    kind: str = Field(examples=["bin"])
    location: str
    bin: str
    subject: str = Field(examples=["shipment:4"], description="What the place belongs to.")
    number: str
    organization: str
    line: int | None
    organization_id: int | None


class UpdateOut(Shown):
    """One move of goods, or one field that got another value."""

    entry: Id
    type: str = Field(examples=["transfer"])
    verb: str = Field(examples=["transfer"])
    undoes: int | None
    undone: bool
    recorded_at: datetime
    effective_on: date
    actor: int | None
    reason: str
    product: int | None
    sku: str
    serial: str
    corrected_from: str
    quantity: str = Field(examples=["3"])
    on_hand: str = Field(examples=["-3"], description="By how much it changed what is on hand.")
    source: StandOut | None = Field(alias="from")
    target: StandOut | None = Field(alias="to")
    for_whom: str
    document: str = Field(examples=["order:17"])
    value: str | None = Field(description="What the goods were worth, for those who may see costs.")
    subject: str = Field(examples=["level:3"])
    field: str = Field(examples=["minimum"])
    old: Any = None
    new: Any = None


UPDATES = Listing(
    "updates",
    filters=dict.fromkeys(("type", "product", "location", "serial", "actor", "document"), ""),
    words={"type": tuple(TYPES)},
    days={"effective_on": ""},
)


@router.get(
    "/stock/updates",
    response=Page[UpdateOut],
    openapi_extra=UPDATES.described,
    summary="List what happened to stock",
)
def updates(request: Request) -> HttpResponse:
    """Every move of goods and every changed field of bins, levels and locations, newest first."""
    require(request.auth, "stock.read")
    ask = UPDATES.asked(request)
    serials, documents = (UPDATES.given(request, name) for name in ("serial", "document"))
    products, locations, actors = (
        [whole(value, name) for value in UPDATES.given(request, name)]
        for name in ("product", "location", "actor")
    )
    for name, values in (("serial", serials), ("document", documents)):
        if len(values) > 1:
            raise BadInput("too_many", N_("At most {most} values fit into one filter."), field=name, most=1)
    narrow = Narrow(
        types=UPDATES.given(request, "type"),
        products=products or None,
        locations=locations,
        serial=serials[0] if serials else "",
        actors=actors,
        first=_day(request, "effective_on_from"),
        last=_day(request, "effective_on_to"),
        subject=documents[0] if documents else "",
    )
    costs = request.auth.may("catalog.see_cost")
    cut = ask.portion(partial(portion, narrow, costs=costs), lambda one: one.mark)
    currency = configuration.one("currency")
    return answer({"items": [_shown(one, currency) for one in cut.items], "next": cut.after})


def _day(request: Request, name: str) -> date | None:
    text = request.GET.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(
            "not_a_date",
            N_("“{text}” is not a date. Write it like 2026-11-30."),
            field=name,
            text=text[:40],
        ) from None


def _shown(one: Update, currency: str) -> dict[str, Any]:
    return {
        "entry": one.entry,
        "type": one.type,
        "verb": one.verb,
        "undoes": one.undoes,
        "undone": one.undone,
        "recorded_at": one.recorded_at.isoformat(),
        "effective_on": one.effective_on.isoformat(),
        "actor": one.actor,
        "reason": one.reason,
        "product": one.product,
        "sku": one.sku,
        "serial": one.serial,
        "corrected_from": one.was,
        "quantity": plain(one.quantity, one.decimals),
        "on_hand": plain(one.on_hand, one.decimals),
        "from": _stand(one.source),
        "to": _stand(one.target),
        "for_whom": one.organization,
        "document": one.document,
        "value": None if one.value_minor is None else money.plain(one.value_minor, currency),
        "subject": one.subject,
        "field": one.field,
        "old": one.old,
        "new": one.new,
    }


def _stand(stand: Stand | None) -> dict[str, Any] | None:
    return None if stand is None else stand._asdict()
