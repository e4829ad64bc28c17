"""Claims on vendors over HTTP: ask about faulty units, send them, write down what the vendor did."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import configuration
from wharfinger.base.access import require
from wharfinger.base.door import Amount, Done, Given, Id, Line, Listing, Page, Quantity, Request, Shown
from wharfinger.base.money import minor
from wharfinger.base.quantity import quantity
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand.queries.where import bin_places
from wharfinger.ledger.door import detail, make, write
from wharfinger.returns.actions import claiming as actions
from wharfinger.returns.queries import claims as queries
from wharfinger.returns.queries.truth import decimals_by_goods
from wharfinger.returns.rules.claim_answers import Answered
from wharfinger.returns.rules.claiming import Faulty

router = Router(tags=["returns"])

Expected = Literal["replacement", "repair", "credit"]


class FaultyGiven(Given):
    """Faulty units: of a product of ours, or of a line of an RMA."""

    product: int | None = None
    rma_line: int | None = Field(default=None, description="Whose goods are with us.")
    quantity: Quantity = Field(examples=["1"])
    serials: list[Line] = Field(default=[], max_length=1000, examples=[["S1"]])


class VendorClaimGiven(Given):
    """What a vendor is asked."""

    vendor: int | None = Field(default=None, description="Who sells all of them, unless given.")
    location: int | None = Field(default=None, description="Where goods of ours lie that have no numbers.")
    expected: Expected = "replacement"
    reason: str = Field(max_length=500, examples=["Does not start"])
    reference: str = Field(
        default="", max_length=60, examples=["RMA-88"], description="The vendor's own number."
    )
    lines: list[FaultyGiven] = Field(min_length=1, max_length=1000)


class VendorClaimSent(Given):
    """What is known as the goods leave."""

    reference: str = Field(
        default="", max_length=60, examples=["RMA-88"], description="The vendor's own number."
    )


class VendorClaimAnswerGiven(Given):
    """What the vendor did with units of a line."""

    line: Id
    quantity: Quantity = Field(examples=["1"])
    answer: Literal["replacement", "repair", "credit", "refused"]
    serial: str = Field(
        default="", max_length=100, examples=["S2"], description="Of the unit that came instead."
    )
    bin: int | None = Field(default=None, description="Where goods of ours go; the default one unless given.")
    credit: Amount | None = Field(
        default=None, examples=["59.50"], description="What is to be credited; what it cost us unless given."
    )
    note: str = Field(default="", max_length=500)


class VendorClaimAnswersGiven(Given):
    """What a vendor did with the goods of a claim."""

    lines: list[VendorClaimAnswerGiven] = Field(min_length=1, max_length=1000)


class VendorClaimAnswerOut(Shown):
    """What a vendor did with units of a line."""

    answer: Literal["replacement", "repair", "credit", "refused"]
    quantity: str = Field(examples=["1"])
    serial: str = Field(examples=["S2"], description="Of the unit that came instead.")
    answered_on: date
    note: str


class VendorClaimLineOut(Shown):
    """Units of one product that a vendor is asked about."""

    id: Id
    product: Id
    sku: str = Field(examples=["RT-100"])
    serial: str = Field(examples=["S1"])
    quantity: str = Field(examples=["1"])
    answered: str = Field(examples=["0"])
    warranty_end_on: date | None = Field(
        description="The last day of the vendor's warranty, where it has one."
    )
    rma: int | None = Field(description="Whose goods they are; else they are ours.")
    rma_line: int | None
    answers: list[VendorClaimAnswerOut]


class VendorClaimOut(Shown):
    """A claim on a vendor."""

    id: Id
    number: str = Field(examples=["VC-3"])
    status: Literal["to_send", "sent", "partly_answered", "answered"]
    vendor: Id
    vendor_name: str = Field(examples=["Harbour Supplies"])
    location: Id
    reference: str
    reason: str
    expected: Expected
    claimed_at: datetime
    sent_at: datetime | None
    age_days: int | None = Field(description="Since when it has been open, in days.")
    lines: list[VendorClaimLineOut]


class VendorClaimDone(VendorClaimOut, Done):
    """A claim on a vendor, and the entry that wrote it."""


CLAIMS = Listing(
    "vendor claims",
    sorts={"number": "number", "claimed_at": "claimed_at"},
    filters={
        "number": "number",
        "reference": "reference",
        "vendor": "vendor_id",
        "expected": "expected",
        "status": queries.with_status,
    },
    words={"status": (*queries.WORDS, "open"), "expected": ("replacement", "repair", "credit")},
    days={"claimed_at": "claimed_at", "sent_at": "sent_at"},
    q=("number", "vendor__name", "reference"),
)


def _show(pk: int) -> dict[str, Any]:
    return queries.show_claims([queries.one(pk)])[0]


@router.get(
    "/vendor-claims",
    response=Page[VendorClaimOut],
    openapi_extra=CLAIMS.described,
    summary="List claims on vendors",
)
def vendor_claims(request: Request) -> HttpResponse:
    """Claims on vendors, newest first."""
    require(request.auth, "returns.read")
    return CLAIMS.answer(request, queries.claims(), queries.show_claims)


@router.get("/vendor-claims/{id}", response=VendorClaimOut, summary="Read a claim on a vendor")
def vendor_claim(request: Request, id: Id) -> HttpResponse:
    """What a vendor was asked about, and what it answered."""
    require(request.auth, "returns.read")
    return detail(request, f"vendor_claim:{id}", _show(id))


@router.post("/vendor-claims", response={201: VendorClaimDone}, summary="Claim faulty units from a vendor")
def claim(request: Request, body: VendorClaimGiven) -> HttpResponse:
    """Ask a vendor about faulty units of ours, or of what customers sent; they stay where they are until they are sent."""
    require(request.auth, "returns.vendor_claim")
    act = partial(
        actions.claim_from_vendor,
        actor=request.auth,
        items=_items(body),
        vendor=body.vendor,
        location=body.location,
        expected=body.expected,
        reason=body.reason,
        reference=body.reference,
    )
    return make(request, act, "returns.VendorClaim", _show, subject="vendor_claim")


def _items(body: VendorClaimGiven) -> list[Faulty]:
    places = decimals_by_goods([(None, one.product, None) for one in body.lines])
    asked = queries.decimals_of_rma_lines(one.rma_line for one in body.lines if one.rma_line is not None)
    found = []
    for n, one in enumerate(body.lines):
        if one.rma_line is not None and one.rma_line not in asked:
            raise BadInput("no_such_rma_line", N_("This RMA has no such line."), field=f"lines.{n}.rma_line")
        decimals = places[n] if one.rma_line is None else asked[one.rma_line]
        units = quantity(one.quantity, decimals, field=f"lines.{n}.quantity")
        found.append(Faulty(units, one.product, tuple(one.serials), one.rma_line))
    return found


@router.post("/vendor-claims/{id}/send", response=VendorClaimDone, summary="Send the goods of a claim")
def send(request: Request, id: Id, body: VendorClaimSent | None = None) -> HttpResponse:
    """Send the goods to the vendor; ours leave stock with their value until it answers."""
    reference = body.reference if body is not None else ""
    act = partial(actions.send_claim, actor=request.auth, claim=id, reference=reference)
    return write(request, act, lambda _: _show(id), about=f"vendor_claim:{id}")


@router.post(
    "/vendor-claims/{id}/answer", response=VendorClaimDone, summary="Write down what a vendor answered"
)
def answer(request: Request, id: Id, body: VendorClaimAnswersGiven) -> HttpResponse:
    """Another unit came, it is repaired, credited, or refused and back; each quantity on its own."""
    require(request.auth, "returns.vendor_claim")
    act = partial(actions.answer_claim, actor=request.auth, claim=id, answers=_answers(body))
    return write(request, act, lambda _: _show(id), about=f"vendor_claim:{id}")


def _answers(body: VendorClaimAnswersGiven) -> list[Answered]:
    places = queries.decimals_of_lines(one.line for one in body.lines)
    bins = bin_places([one.bin for one in body.lines])
    home = configuration.one("currency")
    return [
        Answered(
            one.line,
            quantity(one.quantity, places.get(one.line, 0), field=f"lines.{n}.quantity"),
            one.answer,
            one.serial,
            bins[n],
            None if one.credit is None else minor(one.credit, home, field=f"lines.{n}.credit"),
            one.note,
        )
        for n, one in enumerate(body.lines)
    ]
