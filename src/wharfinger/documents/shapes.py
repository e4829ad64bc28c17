"""What stands on each document: plain immutable values, no Django, no words of any language, exactly what is printed.

Money is in minor units, prices and shares at 10⁻⁶, quantities in 10⁻ᵈ of the unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from wharfinger.documents.papers import ROLL, Paper
from wharfinger.documents.values import (
    Address,
    Amount,
    Bank,
    Company,
    Each,
    GroupHead,
    Label,
    LifeRow,
    LineRow,
    OwnValue,
    Party,
    Person,
    Price,
    Quantity,
    RmaRow,
    Share,
    TaxRow,
    Totals,
    TransferRow,
    Worded,
)

__all__ = [
    "Address",
    "Amount",
    "Bank",
    "BesideRow",
    "Box",
    "Company",
    "ContainerLabel",
    "CountRow",
    "CountSheet",
    "CreditNote",
    "DeliveryNote",
    "Each",
    "GroupHead",
    "Invoice",
    "Label",
    "Labels",
    "LifeRow",
    "LineRow",
    "OrderConfirmation",
    "OwnValue",
    "PackingList",
    "Party",
    "Person",
    "PickList",
    "PickRow",
    "Price",
    "PurchaseOrder",
    "PutAwayList",
    "PutRow",
    "Quantity",
    "Quote",
    "RmaRow",
    "RmaSlip",
    "Shape",
    "Share",
    "TaxRow",
    "Totals",
    "TransferRow",
    "TransferSlip",
    "UnitLife",
]


@dataclass(frozen=True, slots=True)
class Quote(Worded):
    company: Company
    to: Party
    number: str
    dated: date
    lines: tuple[LineRow, ...]
    totals: Totals
    heads: tuple[GroupHead | None, ...] = ()
    """For each line what stands above it."""
    recurring: tuple[tuple[str, Amount], ...] = ()
    """What of the net recurs, by its period."""
    less: Share | None = None
    """What is taken off the whole; it is worked into the lines."""
    valid_until: date | None = None
    title: str = ""
    customer_reference: str = ""
    contact: Person | None = None
    payment_terms: str = ""
    delivery_terms: str = ""
    note: str = ""
    own: tuple[OwnValue, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderConfirmation(Worded):
    company: Company
    to: Party
    number: str
    dated: date
    lines: tuple[LineRow, ...]
    totals: Totals
    deliver_to: Address | None = None
    quote_number: str = ""
    customer_reference: str = ""
    contact: Person | None = None
    expected_on: date | None = None
    payment_terms: str = ""
    delivery_terms: str = ""
    note: str = ""
    own: tuple[OwnValue, ...] = ()


@dataclass(frozen=True, slots=True)
class PurchaseOrder(Worded):
    company: Company
    to: Party
    number: str
    dated: date
    lines: tuple[LineRow, ...]
    totals: Totals
    deliver_to: Address | None = None
    vendor_reference: str = ""
    contact: Person | None = None
    expected_on: date | None = None
    ship_on: date | None = None
    payment_terms: str = ""
    delivery_terms: str = ""
    note: str = ""
    own: tuple[OwnValue, ...] = ()


@dataclass(frozen=True, slots=True)
class PickRow:
    """Goods to take from one bin."""

    bin: str
    title: str
    sku: str
    quantity: Quantity
    serials: tuple[str, ...] = ()
    order: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PickList:
    """One walk through one location for one destination."""

    company: Company
    number: str
    dated: date
    location: str
    destination: Address
    rows: tuple[PickRow, ...]
    orders: tuple[str, ...] = ()
    needed_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CountRow:
    """What is to be counted in one bin."""

    bin: str
    title: str
    sku: str
    unit: str = ""
    batch: str = ""
    owner: str = ""
    """Whose goods they are, where we only keep them."""
    books: Quantity | None = None
    """What the books have; nothing for a blind count."""
    serials: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class BesideRow:
    """What is on hand in no bin, so that nobody looks for it on a shelf; without a quantity for a blind count."""

    title: str
    sku: str
    quantity: Quantity | None = None
    order: str = ""


@dataclass(frozen=True, slots=True)
class CountSheet:
    """What one location's count looks at, in walking order, with room to write down what is there."""

    company: Company
    number: str
    dated: date
    location: str
    rows: tuple[CountRow, ...]
    blind: bool = False
    note: str = ""
    beside: tuple[BesideRow, ...] = ()


@dataclass(frozen=True, slots=True)
class PutRow:
    """Goods that belong in one bin; without a bin nobody knows yet where."""

    bin: str
    title: str
    sku: str
    quantity: Quantity
    batch: str = ""
    serials: tuple[str, ...] = ()
    owner: str = ""
    """Whose goods they are, where we only keep them."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PutAwayList:
    """One walk through a location with what came in, from bin to bin."""

    company: Company
    number: str
    """The location's name; a list of what lies there now needs no other."""
    dated: date
    inbound: str
    """The bin in which it all lies."""
    rows: tuple[PutRow, ...]


@dataclass(frozen=True, slots=True)
class TransferSlip:
    company: Company
    number: str
    dated: date
    source: str
    target: str
    rows: tuple[TransferRow, ...]
    expected_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class UnitLife:
    """The life of a unit, as the customer who has it may see it."""

    company: Company
    number: str
    dated: date
    title: str
    sku: str
    customer: str
    rows: tuple[LifeRow, ...]
    link: str = ""
    own: tuple[OwnValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """One container and what lies in it; rows without a container lie loose."""

    number: str
    rows: tuple[LineRow, ...]
    sscc: str = ""
    tracking: str = ""
    weight: Quantity | None = None
    size: str = ""


@dataclass(frozen=True, slots=True)
class PackingList(Worded):
    company: Company
    to: Party
    number: str
    dated: date
    boxes: tuple[Box, ...]
    orders: tuple[str, ...] = ()
    customer_reference: str = ""
    carrier: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ContainerLabel:
    """100 × 150 mm for one box or pallet."""

    sender: Address
    to: Address
    container: str
    rows: tuple[LineRow, ...]
    sscc: str = ""
    """18 digits of a Serial Shipping Container Code; without it the container's own number is the barcode."""
    position: int = 1
    of: int = 1
    shipment: str = ""
    orders: tuple[str, ...] = ()
    customer_reference: str = ""
    carrier: str = ""
    tracking: str = ""
    weight: Quantity | None = None
    size: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryNote(Worded):
    company: Company
    to: Party
    number: str
    dated: date
    lines: tuple[LineRow, ...]
    orders: tuple[str, ...] = ()
    customer_reference: str = ""
    contact: Person | None = None
    carrier: str = ""
    tracking: tuple[str, ...] = ()
    containers: int = 0
    note: str = ""
    own: tuple[OwnValue, ...] = ()


class VendorReturn(DeliveryNote):
    """Goes back to the vendor with its goods; its note says why."""


@dataclass(frozen=True, slots=True)
class Rfq(DeliveryNote):
    answer_by: date | None = None


@dataclass(frozen=True, slots=True)
class Invoice(Worded):
    company: Company
    to: Party
    number: str
    dated: date
    lines: tuple[LineRow, ...]
    totals: Totals
    due_on: date | None = None
    delivered_on: date | None = None
    delivered_until: date | None = None
    """Last day, where the goods were delivered over a period."""
    deliver_to: Address | None = None
    orders: tuple[str, ...] = ()
    customer_reference: str = ""
    contact: Person | None = None
    payment_terms: str = ""
    delivery_terms: str = ""
    note: str = ""
    own: tuple[OwnValue, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditNote(Worded):
    company: Company
    to: Party
    number: str
    dated: date
    lines: tuple[LineRow, ...]
    totals: Totals
    invoice_number: str = ""
    invoice_dated: date | None = None
    rma_number: str = ""
    orders: tuple[str, ...] = ()
    customer_reference: str = ""
    contact: Person | None = None
    reason: str = ""
    note: str = ""
    own: tuple[OwnValue, ...] = ()


@dataclass(frozen=True, slots=True)
class RmaSlip:
    """Goes into the parcel; its foot is the label that brings the parcel to us."""

    company: Company
    to: Party
    number: str
    dated: date
    return_to: Address
    rows: tuple[RmaRow, ...]
    valid_until: date | None = None
    order: str = ""
    invoice_number: str = ""
    contact: Person | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """Small labels, one to a page of a roll or many to a sheet."""

    rows: tuple[Label, ...]
    paper: Paper = ROLL
    start: int = 1
    """The first place of the first sheet that is not used up."""
    square: bool = False
    """Whether every code is a QR code, not only those that are too long for bars."""


Shape = (
    Quote
    | OrderConfirmation
    | PurchaseOrder
    | PickList
    | CountSheet
    | PutAwayList
    | TransferSlip
    | UnitLife
    | PackingList
    | ContainerLabel
    | DeliveryNote
    | VendorReturn
    | Rfq
    | Invoice
    | CreditNote
    | RmaSlip
    | Labels
)
