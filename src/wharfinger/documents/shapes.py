"""What stands on each document: plain immutable values, no Django, no words of any language.

A shape holds exactly the figures that are printed. Money is in minor units, unit prices at 10⁻⁶ of
the major unit, quantities in 10⁻ᵈ of the unit, shares (tax rates, discounts) at 10⁻⁶ of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from wharfinger.documents.papers import ROLL, Paper


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one unit, as exact as it was agreed."""

    micro: int
    currency: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """How many, in the unit they are counted in."""

    units: int
    decimals: int = 0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole: 190 000 is 19 %."""

    micro: int


@dataclass(frozen=True, slots=True)
class Address:
    """Where a letter or a parcel goes."""

    name: str
    attention: str = ""
    extra: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to ask."""

    name: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Bank:
    """Where money for us goes."""

    name: str
    iban: str
    bic: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Company:
    """We, as the law wants us on our letters."""

    address: Address
    phone: str = ""
    email: str = ""
    web: str = ""
    vat_id: str = ""
    tax_number: str = ""
    register: str = ""
    directors: str = ""
    bank: Bank | None = None
    logo: str = ""
    """An SVG picture; without one the name is set in type."""
    accent: str = "#1d4ed8"


@dataclass(frozen=True, slots=True)
class Party:
    """The organization a document is for."""

    address: Address
    number: str = ""
    vat_id: str = ""
    tax_number: str = ""
    reference: str = ""
    """The buyer reference an invoice must carry (Leitweg-ID for German authorities)."""


@dataclass(frozen=True, slots=True)
class OwnValue:
    """An own field that is printed: what it is called, what kind it is, and its value as it is kept."""

    name: str
    kind: str
    value: str | bool


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line: what, how many, and, where the document speaks of money, at what price."""

    position: str
    title: str
    quantity: Quantity
    sku: str = ""
    description: str = ""
    price: Price | None = None
    less: Share | None = None
    tax: Share | None = None
    amount: Amount | None = None
    serials: tuple[str, ...] = ()
    expected_on: date | None = None
    note: str = ""
    own: tuple[OwnValue, ...] = ()
    picture: str = ""
    """The digest of the picture that is drawn beside it."""


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One category and rate of the VAT breakdown (EN 16931 BG-23)."""

    category: str
    """UNTDID 5305: S, Z, E, AE, K, G or O."""
    rate: Share
    base: Amount
    tax: Amount
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums at the foot."""

    net: Amount
    gross: Amount
    taxes: tuple[TaxRow, ...] = ()
    paid: Amount | None = None
    due: Amount | None = None
    home_tax: Amount | None = None
    """VAT in our own currency, where the document is in another (EN 16931 BT-111)."""
    inclusive: bool = False
    """The prices of the lines include VAT."""


@dataclass(frozen=True, slots=True)
class Quote:
    company: Company
    to: Party
    number: str
    dated: date
    lines: tuple[LineRow, ...]
    totals: Totals
    valid_until: date | None = None
    title: str = ""
    introduction: str = ""
    customer_reference: str = ""
    contact: Person | None = None
    payment_terms: str = ""
    delivery_terms: str = ""
    note: str = ""
    own: tuple[OwnValue, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderConfirmation:
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
class PurchaseOrder:
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
class CountSheet:
    """What one location's count looks at, in walking order, with room to write down what is there."""

    company: Company
    number: str
    dated: date
    location: str
    rows: tuple[CountRow, ...]
    blind: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class TransferRow:
    title: str
    sku: str
    quantity: Quantity
    batch: str = ""
    serials: tuple[str, ...] = ()
    order: str = ""


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
class LifeRow:
    dated: date
    words: str
    papers: str = ""


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
class PackingList:
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
class DeliveryNote:
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


@dataclass(frozen=True, slots=True)
class Invoice:
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
class CreditNote:
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
class RmaRow:
    """Goods that come back, why, and what the customer asks for."""

    title: str
    sku: str
    quantity: Quantity
    serials: tuple[str, ...] = ()
    reason: str = ""
    wish: str = ""


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
class Label:
    """What is stuck on a shelf, a product, a bin or a unit."""

    title: str
    code: str
    below: str = ""


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
    | TransferSlip
    | UnitLife
    | PackingList
    | ContainerLabel
    | DeliveryNote
    | Invoice
    | CreditNote
    | RmaSlip
    | Labels
)
