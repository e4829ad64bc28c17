"""Recalls over HTTP: call units back, see where each is, tell their owners, and write down what they answer."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Line, Listing, Page, Request, Shown
from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger.door import detail, make, write
from wharfinger.returns.actions import recalling as actions
from wharfinger.returns.queries import recalls as queries
from wharfinger.returns.rules.recalling import GROUPS, Recalled

router = Router(tags=["returns"])

Group = Literal["ours", "in_transit", "customer", "vendor", "scrapped", "elsewhere"]
Words = Annotated[str, Field(max_length=5000)]


class SerialSpan(Given):
    """Serial numbers from one to another; those on record are meant."""

    first: Line = Field(examples=["S100"])
    last: Line = Field(examples=["S199"])


class RecallGiven(Given):
    """What is called back, why, and what owners shall do: a batch, serial numbers, or the days on which it came in."""

    product: Id
    batch: str = Field(default="", max_length=100, examples=["L-7"])
    serials: list[Line] = Field(default=[], max_length=1000, examples=[["S1"]])
    ranges: list[SerialSpan] = Field(default=[], max_length=100)
    received_from: date | None = None
    received_to: date | None = None
    reason: str = Field(max_length=500, examples=["The power supply gets too hot"])
    texts: dict[str, Words] = Field(
        max_length=20,
        examples=[{"en": "Please unplug it and send it back."}],
        description="What owners shall do, by language; who reads none of them gets the first.",
    )


class OwnersGiven(Given):
    """Which owners are told; all who were not yet, where none are named."""

    organizations: list[Id] | None = Field(default=None, min_length=1, max_length=1000)
    by_hand: bool = Field(
        default=False, examples=[False], description="They were told otherwise: nobody is written to."
    )


class OwnersAgainGiven(Given):
    """Which owners are told once more."""

    organizations: list[Id] = Field(min_length=1, max_length=1000)


class RecallAnswerGiven(Given):
    """What an owner answered."""

    organization: Id
    answer: str = Field(max_length=500, examples=["Comes back next week"])


class RecallRow(Shown):
    """A recall in the list."""

    id: Id
    number: str = Field(examples=["RC-1"])
    status: Literal["to_tell", "under_way", "back"]
    product: Id
    sku: str = Field(examples=["RT-100"])
    batch: str
    received_from: date | None
    received_to: date | None
    reason: str
    texts: dict[str, str]
    recalled_at: datetime
    named: int = Field(examples=[12], description="How many serial numbers and batches it names.")


class RecallWhereOut(Shown):
    """How many units of a recall are where."""

    ours: str = Field(examples=["3"])
    in_transit: str
    customer: str
    vendor: str
    scrapped: str
    elsewhere: str = Field(description="Written off, built in, or gone to whose they are.")


class RecallOut(RecallRow):
    """A recall, and how many of its units are where."""

    where: RecallWhereOut


class RecallDone(RecallOut, Done):
    """A recall, and the entry that wrote it."""


class RecalledUnitOut(Shown):
    """Units of a recall at one place."""

    lot: Id
    serial: str = Field(examples=["S1"])
    batch: str
    quantity: str = Field(examples=["1"])
    where: Group
    kind: str = Field(examples=["bin"])
    location: str = Field(examples=["Main"])
    bin: str = Field(examples=["A1"])
    at: str = Field(examples=["site:3"], description="What the place belongs to.")
    at_number: str = Field(description="Its number or name.")
    organization: int | None = Field(description="Who has them, a vendor where they are with one.")
    organization_name: str
    device: int | None
    device_number: str


class RecallOwnerOut(Shown):
    """Who has units of a recall, or was told of it."""

    organization: Id
    name: str
    address: str = Field(description="Where a mail goes; empty where nobody knows.")
    language: str
    quantity: str = Field(examples=["2"], description="What they have now, or is on its way to them.")
    returned: str = Field(examples=["0"], description="What came back since they were told.")
    told_at: datetime | None
    answered_at: datetime | None
    answer: str


RECALLS = Listing(
    "recalls",
    sorts={"number": "number", "recalled_at": "recalled_at"},
    filters={"number": "number", "product": "product_id", "batch": "batch", "status": queries.with_status},
    words={"status": (*queries.WORDS, "open")},
    days={"recalled_at": "recalled_at"},
    q=("number", "product__sku", "product__name", "batch"),
)
UNITS = Listing(
    "recalled units",
    filters={"where": queries.narrowed, "serial": "lot__code"},
    words={"where": tuple(GROUPS)},
)
OWNERS = Listing("owners of recalled units", sorts={"name": "name"}, q=("name",))


@router.get("/recalls", response=Page[RecallRow], openapi_extra=RECALLS.described, summary="List recalls")
def recalls(request: Request) -> HttpResponse:
    """Recalls, newest first."""
    require(request.auth, "returns.read")
    return RECALLS.answer(request, queries.recalls(), queries.show_recalls)


@router.get("/recalls/{id}", response=RecallOut, summary="Read a recall")
def recall(request: Request, id: Id) -> HttpResponse:
    """What is called back, why, and how many units are where."""
    require(request.auth, "returns.read")
    return detail(request, f"recall:{id}", queries.show_recall(id))


@router.get(
    "/recalls/{id}/units",
    response=Page[RecalledUnitOut],
    openapi_extra=UNITS.described,
    summary="List where the units of a recall are",
)
def units(request: Request, id: Id) -> HttpResponse:
    """Where every unit is: ours by bin, on the way, with which customer and as which device, with a vendor, scrapped."""
    require(request.auth, "returns.read")
    decimals = queries.one(id).product.quantity_decimals
    rows = queries.standing(id).select_related("lot")
    return UNITS.answer(request, rows, partial(queries.show_units, decimals=decimals))


@router.get(
    "/recalls/{id}/owners",
    response=Page[RecallOwnerOut],
    openapi_extra=OWNERS.described,
    summary="List the owners of a recall",
)
def owners(request: Request, id: Id) -> HttpResponse:
    """Who has units, when they were told, what they answered, and how many came back since."""
    require(request.auth, "returns.read")
    decimals = queries.one(id).product.quantity_decimals
    show = partial(queries.show_owners, id, decimals=decimals)
    return OWNERS.answer(request, queries.owners(id), show)


@router.post("/recalls", response={201: RecallDone}, summary="Recall units")
def recall_units(request: Request, body: RecallGiven) -> HttpResponse:
    """Call units back; nothing moves, and nobody is told yet."""
    require(request.auth, "returns.recall")
    what = Recalled(
        body.batch.strip(),
        tuple(body.serials),
        tuple((one.first, one.last) for one in body.ranges),
        body.received_from,
        body.received_to,
    )
    act = partial(
        actions.recall_units,
        actor=request.auth,
        product=body.product,
        what=what,
        reason=body.reason,
        texts=body.texts,
    )
    return make(request, act, "returns.Recall", queries.show_recall, subject="recall")


@router.post("/recalls/{id}/tell", response=RecallDone, summary="Tell owners of a recall")
def tell(request: Request, id: Id, body: OwnersGiven | None = None) -> HttpResponse:
    """Write to owners in their language, to each once; a dry run shows the letters."""
    require(request.auth, "returns.recall")
    named = body.organizations if body is not None else None
    if body is not None and body.by_hand:
        if named is None:
            raise BadInput("no_owners", N_("Choose at least one customer."), field="organizations")
        return _done(request, id, partial(actions.mark_owners_told, organizations=named))
    return _done(request, id, partial(actions.tell_owners, organizations=named))


@router.post("/recalls/{id}/tell-again", response=RecallDone, summary="Tell owners of a recall once more")
def tell_again(request: Request, id: Id, body: OwnersAgainGiven) -> HttpResponse:
    """Write once more to owners who were told before."""
    return _done(request, id, partial(actions.tell_owners_again, organizations=body.organizations))


@router.post("/recalls/{id}/answer", response=RecallDone, summary="Write down what an owner answered")
def answer(request: Request, id: Id, body: RecallAnswerGiven) -> HttpResponse:
    """Write down what an owner answered; what comes back is told by the goods themselves."""
    act = partial(actions.answer_recall, organization=body.organization, answer=body.answer)
    return _done(request, id, act)


def _done(request: Request, id: int, act: Any) -> HttpResponse:
    asked = partial(act, actor=request.auth, recall=id)
    return write(request, asked, lambda _: queries.show_recall(id), about=f"recall:{id}")
