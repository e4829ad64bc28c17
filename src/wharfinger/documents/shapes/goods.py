"""Papers that go with goods, and lists by which people work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from wharfinger.documents.values import (
    Address,
    Company,
    LifeRow,
    LineRow,
    OwnValue,
    Party,
    Person,
    Quantity,
    RmaRow,
    TransferRow,
    Worded,
)


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
    tote: str = ""
    """Into which it goes, where a run sorts it."""
    batch: str = ""
    """The one batch of which all of it is."""
    expires_on: date | None = None
    """When that batch expires."""


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
    done: bool = False
    """Whether it tells how goods were picked; then nothing is ticked off any more."""
    picked_by: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    """What went along and was never picked."""


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
    pallet: str = ""
    """On which it stands."""


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
    links: tuple[str, ...] = ()
    """Where each of these numbers is followed; empty where nobody knows."""
    containers: int = 0
    note: str = ""
    own: tuple[OwnValue, ...] = ()
    received_on: date | None = None
    received_by: str = ""
    signature: str = ""
    """The digest of the picture by which the customer received the goods."""


class VendorReturn(DeliveryNote):
    """Goes back to the vendor with its goods; its note says why."""


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
