"""Serial numbers over HTTP: where each unit is, and how it came there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import further
from wharfinger.base.access import require
from wharfinger.base.door import Id, Listing, Page, Request, Shown, answer
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.words import same
from wharfinger.ledger.models import Lot
from wharfinger.ledger.telling import verb_words
from wharfinger.stock.queries import built, units
from wharfinger.stock.queries import story as telling

router = Router(tags=["stock"], by_alias=True)


class SerialOut(Shown):
    """A unit, and where it stands now."""

    id: Id
    serial: str = Field(examples=["SN-0001"])
    product: Id
    sku: str
    name: str
    kind: str = Field(examples=["bin"], description="The kind of place; empty when the unit stands nowhere.")
    place: str = Field(examples=["bin:3"])
    location: int | None
    bin: int | None
    line: int | None
    subject: str = Field(examples=["order:17"])
    organization: str
    owner: int | None = Field(description="Whose it is, where it is not ours.")


class PaperOut(Shown):
    """A document of a step."""

    subject: str = Field(examples=["order:17"])
    number: str = Field(examples=["SO-17"])


class ChapterOut(Shown):
    """One step in the life of a unit."""

    entry: Id
    verb: str = Field(examples=["ship"])
    words: str = Field(examples=["Shipped"])
    recorded_at: datetime
    effective_on: date
    actor: str
    reason: str
    serial: str
    source: str = Field(alias="from", examples=["bin"])
    source_of: str = Field(alias="from_of", examples=["bin:3"])
    source_words: str = Field(alias="from_words", examples=["Main / A1"])
    target: str = Field(alias="to", examples=["customer"])
    target_of: str = Field(alias="to_of", examples=["site:4"])
    target_words: str = Field(alias="to_words", examples=["Acme, Head office"])
    undone: bool
    subjects: list[str] = Field(examples=[["order:17"]])
    papers: list[PaperOut] = Field(description="Its documents that have a number.")


class ContentOut(Shown):
    """What is inside a unit."""

    product: Id
    sku: str
    code: str = Field(examples=["D1"], description="Its serial number or batch, where it has one.")
    quantity: str = Field(examples=["1"])


class WholeOut(Shown):
    """The unit that something is inside of."""

    id: Id
    sku: str
    serial: str = Field(examples=["S1"])


class TurnOut(Shown):
    """A unit among those that took the place of one another."""

    id: Id
    serial: str = Field(examples=["S1"])
    sku: str
    device: int | None = Field(description="The device it is, where it is or was one.")
    device_number: str = Field(examples=["D-17"])


class SerialDetail(SerialOut):
    """A unit with its life, newest first, under whatever number it went by."""

    contents: list[ContentOut] = Field(description="What it was built of and is inside.")
    inside: WholeOut | None = Field(description="What it was built into, while it is inside.")

    chain: list[TurnOut] = Field(
        description="The units that took the place of one another, the first first, this one among them; "
        "empty where it replaced none and none replaced it."
    )

    story: list[ChapterOut]
    others: list[int] = Field(
        description="Products that have a unit of the same number; name one with `?product=`."
    )


SERIALS = Listing(
    "serials",
    sorts={"serial": "code_key"},
    filters={
        "product": "product_id",
        "serial": lambda rows, values: rows.filter(code_key__in=[same(value) for value in values]),
    },
    q=("code",),
)


def _show(found: Sequence[Lot]) -> list[dict[str, Any]]:
    return [_shown(unit) for unit in units.whereabouts(found)]


def _shown(unit: units.Unit) -> dict[str, Any]:
    product = unit.lot.product
    return {
        "id": unit.lot.pk,
        "serial": unit.lot.code,
        "product": product.pk,
        "sku": product.sku,
        "name": product.name,
        "kind": unit.kind,
        "place": unit.place_of,
        "location": unit.location.pk if unit.location else None,
        "bin": unit.bin.pk if unit.bin else None,
        "line": unit.line,
        "subject": unit.subject,
        "organization": unit.organization,
        "owner": unit.lot.owner_id,
    }


@router.get(
    "/serials", response=Page[SerialOut], openapi_extra=SERIALS.described, summary="List serial numbers"
)
def serials(request: Request) -> HttpResponse:
    """Every unit that has a serial number, and where it stands."""
    require(request.auth, "stock.read")
    return SERIALS.answer(request, units.units(), _show)


@router.get("/serials/{path:serial}", response=SerialDetail, summary="Tell the life of a unit")
def serial(request: Request, serial: str, product: Id | None = None) -> HttpResponse:
    """Where a unit is, for whom, and how it came there, with every document."""
    require(request.auth, "stock.read")
    found = units.of_number(serial)
    chosen = [lot for lot in found if product is None or lot.product_id == product]
    if not chosen:
        raise NotThere(
            "no_such_serial", N_("There is no unit with the serial number {serial}."), serial=serial[:100]
        )
    story = [
        {
            "entry": c.entry,
            "verb": c.verb,
            "words": verb_words(c.act),
            "recorded_at": c.recorded_at.isoformat(),
            "effective_on": c.effective_on.isoformat(),
            "actor": c.actor,
            "reason": c.reason,
            "serial": c.code,
            "from": c.source,
            "from_of": c.source_of,
            "from_words": telling.said(step.source) if step.source else "",
            "to": c.target,
            "to_of": c.target_of,
            "to_words": telling.said(step.target) if step.target else "",
            "undone": c.undone,
            "subjects": c.subjects,
            "papers": [{"subject": one.subject, "number": one.number} for one in step.papers],
        }
        for step in telling.story(chosen[0])
        for c in (step.chapter,)
    ]
    others = [lot.product_id for lot in found if lot != chosen[0]]
    shown = _show(chosen[:1])[0]
    assembled = any("assembly" in (c["from"], c["to"]) for c in story)
    wholes = built.wholes(chosen[0].pk) if assembled and not shown["kind"] else {}
    into = next(({"id": w.lot, "sku": w.sku, "serial": w.code} for w in wholes.values()), None)
    contents = [
        {
            "product": part.lot.product_id,
            "sku": part.lot.product.sku,
            "code": part.lot.code,
            "quantity": plain(part.quantity, part.lot.product.quantity_decimals),
        }
        for part in (built.contents(chosen[0].pk) if assembled else ())
    ]
    chain = [
        {"id": one.lot, "serial": one.code, "sku": one.sku, "device": one.device, "device_number": one.number}
        for one in further.chain_of([chosen[0].pk])
    ]
    return answer(
        {**shown, "chain": chain, "contents": contents, "inside": into, "story": story, "others": others}
    )
