"""What shapes are made of: figures, addresses, people, lines, sums, own fields and the words around them.

Money is in minor units, unit prices at 10⁻⁶ of the major unit, quantities in 10⁻ᵈ of the unit, shares (tax rates,
discounts) at 10⁻⁶ of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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
class Each:
    """Money off each unit, as exact as it was agreed."""

    micro: int
    currency: str


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
    part: str = ""
    """How the vendor calls it."""
    description: str = ""
    price: Price | None = None
    less: Share | None = None
    less_each: Each | None = None
    tax: Share | None = None
    second_tax: Share | None = None
    amount: Amount | None = None
    batch: str = ""
    """The one batch of which all of it is."""
    serials: tuple[str, ...] = ()
    expected_on: date | None = None
    note: str = ""
    own: tuple[OwnValue, ...] = ()
    picture: str = ""
    """The digest of the picture that is drawn beside it."""
    option: str = ""
    """On a quote: optional, or alternative where it stands instead of line ``instead``."""
    instead: str = ""
    taken: bool = True
    """Whether it is in the sums."""
    every: str = ""
    """Of what recurs its period: month, quarter or year."""


@dataclass(frozen=True, slots=True)
class GroupHead:
    """What stands above the first line of a group, and what the group comes to before tax."""

    title: str
    less: Share | None
    net: Amount


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One category and rate of the VAT breakdown (EN 16931 BG-23)."""

    category: str
    """UNTDID 5305: S, Z, E, AE, K, G or O."""
    rate: Share
    base: Amount
    tax: Amount
    reason: str = ""
    name: str = ""
    """What a second tax is called."""
    code: str = ""
    """Why nothing is charged, as electronic invoices say it (EN 16931 BT-121)."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums at the foot."""

    net: Amount
    gross: Amount
    taxes: tuple[TaxRow, ...] = ()
    rounding: Amount | None = None
    """What the gross is more than net and taxes, so that coins can pay it."""
    paid: Amount | None = None
    due: Amount | None = None
    home_tax: Amount | None = None
    """VAT in our own currency, where the document is in another (EN 16931 BT-111)."""
    inclusive: bool = False
    """The prices of the lines include VAT."""


@dataclass(frozen=True, slots=True)
class WayToPay:
    """An amount that may be transferred for an invoice, until when, and what is quoted beside its number."""

    amount: Amount
    until: str = ""
    quoting: str = ""


@dataclass(frozen=True, slots=True)
class LifeRow:
    dated: date
    words: str
    papers: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """What is stuck on a shelf, a product, a bin or a unit."""

    title: str
    code: str
    below: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """Goes to somebody with words that the company writes itself."""

    opening: str = ""
    closing: str = ""
    columns: tuple[str, ...] | None = None
    """What each line shows (``rules.columns``); nothing where nobody has chosen: all that there is."""


@dataclass(frozen=True, slots=True)
class TransferRow:
    title: str
    sku: str
    quantity: Quantity
    batch: str = ""
    serials: tuple[str, ...] = ()
    order: str = ""


@dataclass(frozen=True, slots=True)
class RmaRow:
    """Goods that come back, why, and what the customer asks for."""

    title: str
    sku: str
    quantity: Quantity
    serials: tuple[str, ...] = ()
    reason: str = ""
    wish: str = ""
