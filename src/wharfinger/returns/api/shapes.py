"""What callers send and read of returns."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from wharfinger.base.door import Amount, Done, Given, Id, Note, Percent, Price, Quantity, Shown

Code = Annotated[str, Field(min_length=1, max_length=100, examples=["SN-0001"])]
Reason = Annotated[str, Field(max_length=500, examples=["Does not start"])]
Outcome = Literal["restock", "repair", "scrap", "to_vendor", "send_back"]

Word = Literal[
    "requested",
    "approved",
    "partly_received",
    "to_inspect",
    "inspected",
    "settled",
    "denied",
    "closed",
]


class RmaLineOut(Shown):
    """A line of a return: requested, received, inspected and settled are four facts."""

    id: Id
    product: Id
    sku: str
    line: Id | None
    device: Id | None
    serial: str
    type: Literal["return", "repair", "replace"]
    reason: str
    credit: str = Field(description="What was paid for it, net; proposed as credit.", examples=["249.00"])
    requested: str = Field(examples=["2"])
    received: str = Field(examples=["1"])
    inspected: str = Field(examples=["1"])
    settled: str = Field(examples=["0"])
    answer: str = Field(examples=["credit"])
    to_inspect: str
    bench: str
    at_vendor: str
    outcomes: dict[str, str] = Field(examples=[{"restock": "1"}])
    serials: list[str] = Field(description="Of the units that are with us now.")
    replacements: list[ReplacementOut] = Field(description="What the customer gets in place of units.")


class FindingOut(Shown):
    """What an inspection found of a unit, or of so many."""

    id: Id
    rma_line: Id
    serial: str = Field(examples=["SN-0001"])
    quantity: str = Field(examples=["1"])
    grade: Id | None
    grade_code: str = Field(examples=["B"])
    outcome: Outcome
    text: str = Field(examples=["Scratched on the left"])
    found_at: datetime
    found_by: Id | None
    entry: Id
    attachments: list[Id] = Field(description="The photos that came with it.")


class StepOut(Shown):
    """When a step was done last, and by whom."""

    at: datetime
    by: Id | None


class RemindedOut(Shown):
    """A reminder that went to the customer: 1 before goods were due, 2 after."""

    level: int = Field(examples=[1])
    at: datetime


class RmaOut(Shown):
    """An RMA, or a return without one."""

    id: Id
    number: str = Field(examples=["RMA-4"])
    organization: Id
    location: Id = Field(description="Where the goods are to arrive.")
    authorized: bool = Field(description="False for a return without RMA.")
    status: Word
    requested_at: datetime
    approved_at: datetime | None
    approved_reason: str = Field(description="What made the claim good.", examples=["Fan is stuck"])
    denied_at: datetime | None
    denied_reason: str
    closed_at: datetime | None
    due_on: date | None
    sent_at: datetime | None = Field(description="When the slip went to the customer last.")
    reminders: list[RemindedOut]
    overruled_reason: str = Field(description="Why what the rules refuse was let through.", examples=[""])
    ticket: Id | None
    currency: str
    findings: list[FindingOut] = Field(description="What inspections found, the last first.")
    steps: dict[str, StepOut] = Field(
        description="requested, received, inspected and settled: when and by whom last."
    )
    lines: list[RmaLineOut]


class RmaDone(RmaOut, Done):
    """A return, and the entry that wrote it."""


class OverruleGiven(Given):
    """Why what the rules refuse is let through; needs *Overrule what returns are refused for*."""

    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["Agreed with the manager"])]


class AskedGiven(Given):
    """Goods that a customer asks to send back: by their line, a device, or a serial number."""

    line: Id | None = Field(default=None, examples=[None])
    device: Id | None = Field(default=None, examples=[None])
    serial: str = Field(default="", max_length=100, examples=["SN-0001"])
    product: Id | None = Field(
        default=None,
        description="With a serial number that we do not know; alone, of a return: what the customer got last.",
    )
    container: Id | None = Field(
        default=None,
        description="All that left in this box and is still with the customer, whatever the quantity says.",
        examples=[None],
    )
    shipment: Id | None = Field(default=None, description="The same of a shipment.", examples=[None])
    invoice: Id | None = Field(default=None, description="The same of an invoice.", examples=[None])
    quantity: Quantity = "1"
    type: Literal["return", "repair", "replace"] = "return"
    reason: Reason = ""
    credit: Amount | None = Field(default=None, description="The price paid, unless given.", examples=[None])


class RmaGiven(Given):
    """A request to send goods back."""

    organization: Id
    lines: list[AskedGiven] = Field(min_length=1, max_length=1000)
    location: Id | None = Field(default=None, examples=[None])
    due_on: date | None = Field(default=None, examples=[None])
    ticket: Id | None = Field(default=None, examples=[None])
    note: Note = ""
    overrule: OverruleGiven | None = Field(
        default=None, description="Why it comes back although the rules refuse it.", examples=[None]
    )


class Approve(Given):
    """What makes a claim good, where somebody says it."""

    reason: Reason = ""


class Deny(Given):
    """Why goods are not taken back."""

    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["Out of time"])]


class ArrivedGiven(Given):
    """Units that arrived: of a line of the RMA, or other goods that came along."""

    rma_line: Id | None = Field(default=None, examples=[23])
    quantity: Quantity
    serials: list[Code] = Field(default=[], max_length=10_000, examples=[[]])
    line: Id | None = Field(default=None, description="Of goods that were not asked for.")
    product: Id | None = Field(
        default=None,
        description="Of goods that were not asked for: what the customer got last, or numbers that we do not know.",
    )
    outside: bool = Field(
        default=False, description="Yes although the customer never had so many of the product from us."
    )


class Receive(Given):
    """What arrived of an RMA."""

    lines: list[ArrivedGiven] = Field(min_length=1, max_length=1000)
    parts: bool = Field(default=True, description="Let parts of a device come along.")
    received_on: date | None = Field(default=None, examples=[None])


class VerdictGiven(Given):
    """What becomes of units of a line."""

    rma_line: Id
    quantity: Quantity
    outcome: Outcome | None = Field(
        default=None, description="As the grade says, unless given.", examples=["restock"]
    )
    bin: Id | None = Field(default=None, examples=[None])
    serials: list[Code] = Field(default=[], max_length=10_000, examples=[[]])
    grade: Id | None = Field(default=None, examples=[None])
    note: Reason = Field(default="", description="What was found.")


class Inspect(Given):
    """What becomes of goods that came back."""

    lines: list[VerdictGiven] = Field(min_length=1, max_length=1000)
    photos: list[str] = Field(
        default=[],
        max_length=8,
        examples=[[]],
        description="Pictures in Base64 that show what was found; they hang on the RMA.",
    )


class InsteadGiven(Given):
    """What takes the place of the units: the same product at no price, unless another one or a price is given.

    At a price the old units are credited and the new ones invoiced in the same entry.
    """

    product: Id | None = Field(default=None, examples=[None])
    serial: str = Field(default="", max_length=100, examples=[""])
    location: Id | None = Field(default=None, description="From where it is taken.", examples=[None])
    unit_price: Price | None = Field(
        default=None, description="Of another product what is offered, unless given.", examples=[None]
    )
    ticket: Id | None = Field(
        default=None,
        description="Or order, on which the new line stands; that of the old goods unless given.",
        examples=[None],
    )
    back_by: date | None = Field(
        default=None,
        description="It leaves before the old goods are here, which are to be back by this day.",
        examples=[None],
    )
    charge: Price | None = Field(
        default=None,
        description="What each unit costs whose old one is kept; the price paid, unless given.",
        examples=[None],
    )
    hand_over: bool = Field(
        default=False, description="Yes where the customer takes it along at once; else it is reserved."
    )


class ReplacementOut(Shown):
    """What a customer gets in place of units."""

    line: Id
    product: Id
    quantity: str = Field(examples=["1"])
    back_by: date | None = Field(description="Until when the old goods are to be back, where it left first.")
    charge: str | None = Field(
        examples=["249.00"], description="What each unit costs whose old one is kept after that day."
    )
    charged: str = Field(examples=["0"], description="For how many units that is asked.")


class ExtendGiven(Given):
    """A later day by which goods are to be back whose place others took already."""

    back_by: date = Field(examples=["2026-12-31"])
    reason: Reason = ""


class ChargeGiven(Given):
    """Why what left first is charged now."""

    reason: Reason = ""


class AnswerGiven(Given):
    """What the customer gets for units of a line; an amount must be what was billed, tax included."""

    rma_line: Id
    quantity: Quantity
    answer: Literal["credit", "refund", "store_credit", "replace", "none"]
    amount: Amount | None = Field(default=None, examples=[None])
    instead: InsteadGiven | None = Field(
        default=None,
        description="Of a replacement: like for like at no price, unless it says otherwise.",
        examples=[None],
    )


class Settle(Given):
    """What the customer gets."""

    lines: list[AnswerGiven] = Field(min_length=1, max_length=1000)
    fee_percent: Percent | None = Field(
        default=None, examples=[None], description="Kept of the credit for taking the goods back."
    )
    fee: Amount | None = Field(
        default=None, examples=[None], description="The same as an amount, as the invoice's prices say it."
    )
    freight: Amount | None = Field(default=None, examples=[None], description="Kept for the way back.")
    overrule: OverruleGiven | None = Field(
        default=None, description="Why money goes back for goods that are not here.", examples=[None]
    )


class ReturnedGiven(AskedGiven):
    """Goods that come back without an RMA, and what becomes of them at once."""

    serials: list[Code] = Field(default=[], max_length=10_000, examples=[[]])
    outcome: Literal["restock", "repair", "scrap", "to_vendor"] | None = Field(
        default=None, description="Without one they wait to be inspected."
    )
    bin: Id | None = Field(default=None, examples=[None])
    outside: bool = Field(
        default=False, description="Yes although the customer never had so many of the product from us."
    )


class ReturnGiven(Given):
    """Goods that come back without an RMA; what is billed of them is credited unless declined."""

    organization: Id
    lines: list[ReturnedGiven] = Field(min_length=1, max_length=1000)
    location: Id | None = Field(default=None, examples=[None])
    parts: bool = Field(default=True, description="Let parts of a device come along.")
    credit: bool = True
    reason: Reason = ""
    received_on: date | None = Field(default=None, examples=[None])
    fee_percent: Percent | None = Field(
        default=None, examples=[None], description="Kept of the credit for taking the goods back."
    )
    fee: Amount | None = Field(
        default=None, examples=[None], description="The same as an amount, as the invoice's prices say it."
    )
    freight: Amount | None = Field(default=None, examples=[None], description="Kept for the way back.")
    overrule: OverruleGiven | None = Field(
        default=None, description="Why it comes back although the rules refuse it.", examples=[None]
    )


class IncomingGiven(Given):
    """The new unit of a swap: of the same product unless named."""

    product: Id | None = Field(default=None, examples=[None])
    serial: str = Field(default="", max_length=100, examples=[""])
    location: Id | None = Field(default=None, examples=[None])
    bin: Id | None = Field(default=None, examples=[None])


class SwapGiven(Given):
    """A swap: what comes in, where the old device goes, and why."""

    incoming: IncomingGiven | None = None
    outgoing_to: Literal["returns", "bin", "scrap"] = "returns"
    bin: Id | None = Field(default=None, examples=[None])
    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["Does not start"])]
    warranty: Literal["remaining", "new", "none"] | None = Field(default=None, examples=[None])
    ticket: Id | None = Field(default=None, description="Or order, on which the new unit's line stands.")
    rma_line: Id | None = Field(
        default=None,
        examples=[None],
        description="The line of an approved RMA by which the old device comes back; it is settled as replaced.",
    )
    charge: bool = Field(
        default=False, description="Whether the new unit is billed at the price that is offered."
    )
    credit: bool = Field(default=False, description="Whether the old unit is credited.")
    fee_percent: Percent | None = Field(
        default=None, examples=[None], description="Kept of the credit for taking the old unit back."
    )
    fee: Amount | None = Field(
        default=None, examples=[None], description="The same as an amount, as the invoice's prices say it."
    )
    freight: Amount | None = Field(default=None, examples=[None], description="Kept for the way back.")
    work: bool = Field(
        default=False, description="Whether open work about the old device goes on with the new one."
    )
    swapped_on: date | None = Field(default=None, examples=[None])
