"""Transfer orders over HTTP: write, send, receive with differences, bring back, lose, cancel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import quantity
from wharfinger.base.access import require
from wharfinger.base.door import (
    Done,
    Given,
    Id,
    Line,
    Listing,
    Note,
    Page,
    Quantity,
    Request,
    Shown,
    Text,
    Unit,
    there,
)
from wharfinger.catalog.entry import Packs
from wharfinger.catalog.models import Product
from wharfinger.ledger.door import detail, make, write
from wharfinger.ledger.write import Written
from wharfinger.stock.actions import transfers as actions
from wharfinger.stock.api.goods import Code, Reason
from wharfinger.stock.models import TransferOrder
from wharfinger.stock.queries import places
from wharfinger.stock.queries import transfers as queries
from wharfinger.stock.rules.transferring import Arrived, Sent, TransferWish

router = Router(tags=["stock"], by_alias=True)


class SentGiven(Given):
    """Goods that are to be sent."""

    product: Id
    quantity: Quantity
    unit: Unit = ""
    serials: list[Code] = Field(default=[], max_length=10_000, examples=[[]])
    batch: str = Field(default="", max_length=100, examples=[""])
    bin: Id | None = Field(default=None, examples=[None], description="Where they are taken from.")
    line: Id | None = Field(
        default=None,
        examples=[None],
        description="Whose goods, where a line holds them; it goes on holding them.",
    )


class TransferGiven(Given):
    """From where to where, and what."""

    source: Id = Field(alias="from", description="A location.", examples=[1])
    target: Id = Field(alias="to", examples=[2])
    lines: list[SentGiven] = Field(min_length=1, max_length=1000)
    expected_on: date | None = Field(default=None, examples=[None])
    note: Line = ""


class ArrivedGiven(Given):
    """What came of a product."""

    product: Id
    quantity: Quantity = Field(description="All that came, damaged units included.")
    damaged: Quantity = Field(
        default="0", description="Of these, how many are set aside, in the same unit.", examples=["0"]
    )
    unit: Unit = ""
    serials: list[Code] = Field(
        default=[], max_length=10_000, examples=[[]], description="Those of whole units first."
    )
    batch: str = Field(default="", max_length=100, examples=[""])
    bin: Id | None = Field(
        default=None, examples=[None], description="The location's default where none is named."
    )


class ReceiveGiven(Given):
    """What came of a transfer order."""

    lines: list[ArrivedGiven] = Field(min_length=1, max_length=1000)
    accept_over: bool = Field(
        default=False, description="Yes to more than was sent; the rest left the sender's free goods."
    )
    reason: Note = ""


class ReturnGiven(Given):
    """Where at the sender the goods are put, and why they come back."""

    bin: Id | None = Field(
        default=None, examples=[None], description="The location's default where none is named."
    )
    reason: Note = ""


class LostGiven(Given):
    """What was lost of a product."""

    product: Id
    quantity: Quantity
    unit: Unit = ""
    serials: list[Code] = Field(default=[], max_length=10_000, examples=[[]])
    batch: str = Field(default="", max_length=100, examples=[""])


class LoseGiven(Given):
    """What was lost on its way, and why."""

    lines: list[LostGiven] = Field(
        default=[],
        max_length=1000,
        description="All that is on its way where nothing is named.",
        examples=[[]],
    )
    reason: Text = Reason
    note: Note = ""


class CancelGiven(Given):
    """Why a draft is given up."""

    reason: Note = ""


class TransferLineOut(Shown):
    """What is to be sent."""

    id: Id
    product: Id
    sku: str
    quantity: str = Field(examples=["3"])
    codes: list[str] = Field(description="Serial numbers or the batch, where they are named.")
    bin: Id | None
    line: Id | None


class GoodsOut(Shown):
    """What became of a product."""

    product: Id
    sku: str
    sent: str = Field(examples=["3"])
    in_transit: str = Field(examples=["1"])
    received: str = Field(examples=["2"])
    damaged: str = Field(examples=["0"])
    lost: str = Field(examples=["0"])
    returned: str = Field(examples=["0"])


class TransferOut(Shown):
    """A transfer order."""

    id: Id
    number: str = Field(examples=["TR-1"])
    source: Id = Field(alias="from")
    target: Id = Field(alias="to")
    status: Literal["draft", "in_transit", "received", "cancelled"]
    expected_on: date | None
    note: str
    sent_at: datetime | None
    cancelled_at: datetime | None
    lines: list[TransferLineOut]
    goods: list[GoodsOut] = Field(description="What became of what was sent, product by product.")


class TransferDone(TransferOut, Done):
    """A transfer order, and the entry that wrote it."""


TRANSFERS = Listing(
    "transfers",
    sorts={"number": "number", "expected_on": "expected_on"},
    filters={"from": "source_id", "to": "target_id", "number": "number", "status": queries.standing},
    q=("number", "note"),
    words={"status": queries.WORDS},
)


def shown(found: Iterable[TransferOrder]) -> list[dict[str, Any]]:
    listed: list[Any] = list(found)
    lines, done = queries.lines(listed), queries.progress([one.pk for one in listed])
    products = {one.product for rows in done.values() for one in rows}
    known = Product.objects.in_bulk(products)
    return [
        {
            "id": one.pk,
            "number": one.number,
            "from": one.source_id,
            "to": one.target_id,
            "status": queries.word(one),
            "expected_on": one.expected_on.isoformat() if one.expected_on else None,
            "note": one.note,
            "sent_at": one.sent_at.isoformat() if one.sent_at else None,
            "cancelled_at": one.cancelled_at.isoformat() if one.cancelled_at else None,
            "lines": [
                {
                    "id": line.pk,
                    "product": line.product_id,
                    "sku": line.product.sku,
                    "quantity": quantity.plain(line.quantity, line.product.quantity_decimals),
                    "codes": line.codes,
                    "bin": line.bin_id,
                    "line": line.claim_id,
                }
                for line in lines[one.pk]
            ],
            "goods": [_goods(row, known[row.product]) for row in done[one.pk]],
        }
        for one in listed
    ]


def _goods(row: queries.Progress, product: Product) -> dict[str, Any]:
    figures = {
        name: quantity.plain(getattr(row, name), product.quantity_decimals) for name in row._fields[1:]
    }
    return {"product": product.pk, "sku": product.sku, **figures}


def one_transfer(pk: int) -> dict[str, Any]:
    return shown([there(queries.transfers(), pk)])[0]


def _afterwards(pk: int) -> Callable[[Written], dict[str, Any]]:
    return lambda done: one_transfer(pk)


def _wish(body: TransferGiven) -> TransferWish:
    lines, packs = [], Packs(line.product for line in body.lines)
    for n, line in enumerate(body.lines):
        product = places.product_of(line.product, field=f"lines.{n}.product")
        units = packs.sent(line.quantity, line.unit, product, f"lines.{n}.")
        codes = (*line.serials, *([line.batch] if line.batch else []))
        lines.append(Sent(product.pk, units, codes, line.bin, line.line))
    return TransferWish(body.source, body.target, tuple(lines), body.expected_on, body.note)


def _arrived(lines: Sequence[ArrivedGiven]) -> list[Arrived]:
    found, packs = [], Packs(line.product for line in lines)
    for n, line in enumerate(lines):
        product = places.product_of(line.product, field=f"lines.{n}.product")
        at = f"lines.{n}."
        found.append(
            Arrived(
                product.pk,
                packs.sent(line.quantity, line.unit, product, at),
                packs.sent(line.damaged, line.unit, product, at, name="damaged", read=quantity.scaled),
                (*line.serials, *([line.batch] if line.batch else [])),
                places.bin_of(line.bin, field=f"lines.{n}.bin"),
            )
        )
    return found


def _lost(lines: Sequence[LostGiven]) -> list[Arrived]:
    found, packs = [], Packs(line.product for line in lines)
    for n, line in enumerate(lines):
        product = places.product_of(line.product, field=f"lines.{n}.product")
        units = packs.sent(line.quantity, line.unit, product, f"lines.{n}.")
        found.append(Arrived(product.pk, units, codes=(*line.serials, *([line.batch] if line.batch else []))))
    return found


@router.get(
    "/transfers",
    response=Page[TransferOut],
    openapi_extra=TRANSFERS.described,
    summary="List transfer orders",
)
def transfers(request: Request) -> HttpResponse:
    """Transfer orders, newest first, with what became of their goods."""
    require(request.auth, "stock.read")
    return TRANSFERS.answer(request, queries.transfers(), shown)


@router.get("/transfers/{id}", response=TransferOut, summary="Read a transfer order")
def transfer_order(request: Request, id: Id) -> HttpResponse:
    """A transfer order with its lines and what became of its goods."""
    require(request.auth, "stock.read")
    return detail(request, f"transfer:{id}", one_transfer(id))


@router.post("/transfers", response={201: TransferDone}, summary="Write a transfer order")
def draft(request: Request, body: TransferGiven) -> HttpResponse:
    """Write what one location is to send to another; nothing moves until it is sent."""
    require(request.auth, "stock.transfer")

    def act() -> Written:
        return actions.draft_transfer(actor=request.auth, wish=_wish(body))

    return make(request, act, "stock.TransferOrder", one_transfer, subject="transfer")


@router.patch("/transfers/{id}", response=TransferDone, summary="Change a transfer order")
def change(request: Request, id: Id, body: TransferGiven) -> HttpResponse:
    """Write a draft anew: its places and all its lines."""
    require(request.auth, "stock.transfer")

    def act() -> Written:
        return actions.change_transfer(actor=request.auth, order=id, wish=_wish(body))

    return write(request, act, _afterwards(id), about=f"transfer:{id}")


@router.post("/transfers/{id}/send", response=TransferDone, summary="Send a transfer order")
def send(request: Request, id: Id) -> HttpResponse:
    """Let the goods leave; until they are received they are on their way, ours, and stay claimed."""
    act = partial(actions.send_transfer, actor=request.auth, order=id)
    return write(request, act, _afterwards(id), about=f"transfer:{id}")


@router.post("/transfers/{id}/receive", response=TransferDone, summary="Receive a transfer order")
def receive(request: Request, id: Id, body: ReceiveGiven) -> HttpResponse:
    """Take in what came: what is short stays on its way, what is damaged is set aside."""
    require(request.auth, "stock.transfer")

    def act() -> Written:
        return actions.receive_transfer(
            actor=request.auth,
            order=id,
            arrived=_arrived(body.lines),
            accept_over=body.accept_over,
            reason=body.reason,
        )

    return write(request, act, _afterwards(id), about=f"transfer:{id}")


@router.post("/transfers/{id}/return", response=TransferDone, summary="Bring goods back to their sender")
def bring_back(request: Request, id: Id, body: ReturnGiven) -> HttpResponse:
    """Bring back whatever is still on its way; it stays claimed."""
    require(request.auth, "stock.transfer")

    def act() -> Written:
        return actions.return_transfer(
            actor=request.auth, order=id, bin=places.bin_of(body.bin), reason=body.reason
        )

    return write(request, act, _afterwards(id), about=f"transfer:{id}")


@router.post("/transfers/{id}/lose", response=TransferDone, summary="Write off what was lost on its way")
def lose(request: Request, id: Id, body: LoseGiven) -> HttpResponse:
    """Take lost goods out of the books; lines that held them want them again."""
    require(request.auth, "stock.transfer")

    def act() -> Written:
        return actions.lose_transfer(
            actor=request.auth, order=id, goods=_lost(body.lines), reason=body.reason, note=body.note
        )

    return write(request, act, _afterwards(id), about=f"transfer:{id}")


@router.post("/transfers/{id}/cancel", response=TransferDone, summary="Cancel a transfer order")
def cancel(request: Request, id: Id, body: CancelGiven) -> HttpResponse:
    """Give a draft up; what has been sent comes back first."""
    act = partial(actions.cancel_transfer, actor=request.auth, order=id, reason=body.reason)
    return write(request, act, _afterwards(id), about=f"transfer:{id}")
