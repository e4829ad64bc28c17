"""What purchase orders look like over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from wharfinger.base.door import (
    Amount,
    Currency,
    Done,
    Given,
    Id,
    Note,
    OwnShown,
    OwnValues,
    Price,
    Quantity,
    Shown,
)

Word = Literal["draft", "submitted", "received_partial", "received_full", "closed", "cancelled"]
ShipTo = Literal["own", "organization", "other"]
Source = Literal["product", "quote", "charge"]


ADD_VENDOR = (
    "The vendor becomes one of the vendors of what it is not known to sell, at the cost that is given."
)
FILL_PACKS = "Quantities are filled up to whole packs and the vendor's minimum, as they always are for customers' lines."
SOURCE = (
    "What a line for one customer's line is called after: the product, the quote, or the line itself. "
    "Without it as the setting `purchase_descriptions` says."
)


class LineGiven(Given):
    """A line to buy: a product for stock, or a customer's line."""

    product: Id | None = Field(default=None, description="For stock; not needed where `line` is given.")
    line: Id | None = Field(default=None, description="The customer's line that is to be ordered.")
    quantity: Quantity | None = Field(
        default=None, description="Of a customer's line: all that is open without it."
    )
    unit: str = Field(
        default="",
        max_length=20,
        examples=["pc"],
        description="In which unit of the product quantity and cost are said. Without it both are of its own, "
        "and the line counts in the unit that orders begin with, where it is whole in that.",
    )
    unit_cost: Price | None = Field(
        default=None, description="Without it: what the vendor asks for so many.", examples=["31.50"]
    )
    location: Id | None = Field(
        default=None, description="Where it will be received; the default location without it."
    )
    expected_on: date | None = None
    description: str = Field(default="", max_length=500)
    tax_code: Id | None = Field(
        default=None,
        description="How the vendor taxes it. Without it as is agreed with the vendor; null for none.",
    )


class OrderGiven(Given):
    """A new purchase order."""

    vendor: Id
    lines: list[LineGiven] = Field(min_length=1, max_length=1000)
    number: str | None = Field(default=None, min_length=1, max_length=40, examples=["PO-1007"])
    external_number: str = Field(default="", max_length=60, examples=["VX-88"])
    currency: Currency | None = None
    rate: Price | None = Field(
        default=None, description="What one unit of the currency is worth at home.", examples=["0.92"]
    )
    ship_to: ShipTo = "own"
    ship_to_site: Id | None = Field(default=None, description="The customer's site of a drop shipment.")
    ship_to_text: str = Field(default="", max_length=500)
    freight: Amount = "0"
    shipping_method: str = Field(
        default="",
        max_length=60,
        description="Without it: as is agreed with the vendor.",
        examples=["By parcel"],
    )
    ship_on: date | None = Field(default=None, description="The day on which the vendor is to send it.")
    terms_days: int | None = Field(
        default=None,
        ge=0,
        le=3650,
        description="In how many days we pay; as always with this vendor without it.",
    )
    description_source: Source | None = Field(default=None, description=SOURCE)
    memo: Note = ""
    expected_on: date | None = None
    own: OwnValues = {}
    add_vendor: bool = Field(default=False, description=ADD_VENDOR)
    fill_packs: bool = Field(default=False, description=FILL_PACKS)


class WantedGiven(Given):
    """So much of a customer's line."""

    line: Id
    quantity: Quantity | None = None


class FromLines(Given):
    """Customers' lines that become one purchase order."""

    lines: list[Id | WantedGiven] = Field(min_length=1, max_length=1000)
    vendor: Id | None = Field(
        default=None, description="Without it: the default vendor that all of them share."
    )
    ship_to: ShipTo = "own"
    ship_to_site: Id | None = None
    ship_to_text: str = Field(default="", max_length=500)
    expected_on: date | None = None
    description_source: Source | None = Field(default=None, description=SOURCE)
    memo: Note = ""
    add_vendor: bool = Field(default=False, description=ADD_VENDOR)


class PerVendor(Given):
    """Customers' lines that become one purchase order for each vendor."""

    lines: list[Id | WantedGiven] = Field(min_length=1, max_length=1000)
    by: Literal["default", "cheapest", "fastest"] = Field(
        default="default",
        description="Whether each product is bought of its default vendor, or of who asks least or is fastest "
        "for so many; of the default vendor where cost and days of none are known.",
    )


class ChangeOfLine(Given):
    """What changes of a line."""

    purchase_line: Id
    quantity: Quantity | None = None
    unit_cost: Price | None = None
    expected_on: date | None = None
    description: str | None = Field(default=None, max_length=500)
    location: Id | None = Field(default=None, description="Where it will be received instead.")
    tax_code: Id | None = Field(default=None, description="How the vendor taxes it; null for not at all.")
    wanted: list[Id | WantedGiven] = Field(
        default=[],
        max_length=1000,
        examples=[[{"line": 17, "quantity": "3"}]],
        description="Customers' lines for which more of it is bought; without a quantity, as much more as they want.",
    )


class OrderChange(Given):
    """What changes of a purchase order; once it is submitted no lines are added or taken off."""

    external_number: str | None = Field(default=None, max_length=60)
    memo: Note | None = None
    expected_on: date | None = None
    own: OwnValues = {}
    freight: Amount | None = None
    shipping_method: str | None = Field(default=None, max_length=60, examples=["By parcel"])
    ship_on: date | None = None
    terms_days: int | None = Field(default=None, ge=0, le=3650)
    vendor: Id | None = Field(
        default=None, description="Of whom all of it is bought instead, until something has arrived."
    )
    add: list[LineGiven] = Field(default=[], max_length=1000)
    change: list[ChangeOfLine] = Field(default=[], max_length=1000)
    remove: list[Id] = Field(default=[], max_length=1000)
    add_vendor: bool = Field(default=False, description=ADD_VENDOR)
    fill_packs: bool = Field(default=False, description=FILL_PACKS)
    withdraw: bool = Field(
        default=False, description="Whether a change that was asked for is not wanted any more."
    )


class ConfirmedGiven(Given):
    """What the vendor confirms of a line."""

    purchase_line: Id
    expected_on: date | None = Field(default=None, description="Without it: as it was ordered.")
    unit_cost: Price | None = Field(default=None, description="Without it: as it was ordered.")


class Confirmation(Given):
    """What the vendor confirms of an order; of lines that are not named, what was ordered."""

    confirmation: str = Field(default="", max_length=60, examples=["AB-4711"])
    lines: list[ConfirmedGiven] = Field(default=[], max_length=1000)


class Reason(Given):
    """Why."""

    reason: Note = ""


class Close(Given):
    """What is not expected any more, and why."""

    lines: list[Id] | None = Field(
        default=None, max_length=1000, description="Lines of the order; all without it."
    )
    reason: Note = ""


class Nothing(Given):
    """Nothing needs to be said."""


class WaitingOut(Shown):
    """A customer's line that waits for these goods."""

    line: Id
    quantity: str = Field(examples=["2"])


class PurchaseLineOut(Shown):
    """A line of a purchase order, and where its goods are."""

    id: Id
    position: int
    product: Id
    sku: str = Field(examples=["AP-1040"])
    description: str
    quantity: str = Field(examples=["5"], description="In the line's unit.")
    unit: str = Field(examples=["pc"])
    base_quantity: str = Field(
        examples=["5"], description="In the product's own unit, as all figures and verbs count."
    )
    unit_cost: str | None = Field(examples=["31.50"], description="Null for those who may not see costs.")
    cost_origin: Literal["typed", "vendor"] = Field(
        description="What the vendor asked is asked anew when a draft's quantity changes."
    )
    net: str | None = Field(examples=["157.50"])
    tax_code: Id | None = Field(description="How the vendor taxes it; null where no tax is expected.")
    location: Id
    expected_on: date | None
    confirmed_on: date | None = Field(description="The day for which the vendor has confirmed it.")
    drafted: str = Field(examples=["0"])
    on_order: str = Field(examples=["2"])
    received: str = Field(examples=["3"])
    rejected: str = Field(examples=["0"])
    billed: str = Field(
        examples=["2"], description="By vendors' bills that were not cancelled, whether it has come or not."
    )
    waiting: list[WaitingOut]


class LineAskedOut(Shown):
    """A line as a change would have it."""

    purchase_line: Id
    quantity: str = Field(examples=["8"], description="In the line's unit.")
    unit_cost: str | None = Field(examples=["33.00"], description="Null for those who may not see costs.")
    asks: bool = Field(description="Whether somebody has to approve what it would cost.")


class ChangeAskedOut(Shown):
    """A change of what the vendor has been told that somebody has to approve before it is made."""

    confirms: bool = Field(description="Whether the vendor asks for it by its confirmation.")
    approved: bool = Field(description="Whether it may be made now.")
    lines: list[LineAskedOut]


class OrderOut(Shown):
    """A purchase order."""

    id: Id
    number: str = Field(examples=["PO-12"])
    external_number: str
    status: Word
    vendor: Id
    vendor_name: str = Field(examples=["Harbour Supplies"])
    currency: Currency
    rate: str = Field(examples=["1"])
    ship_to: ShipTo
    ship_to_site: Id | None
    ship_to_text: str
    shipping_method: str
    ship_on: date | None = Field(description="The day on which the vendor is to send it.")
    terms_days: int = Field(description="In how many days we pay.")
    description_source: Source | None = Field(description="Null where the setting holds.")
    memo: str
    own: OwnShown
    expected_on: date | None
    ordered_on: date | None
    submitted_at: datetime | None
    sent_at: datetime | None
    amended_at: datetime | None = Field(
        description="When last something became different of what the vendor was told."
    )
    confirmed_at: datetime | None = Field(description="When the vendor confirmed it as it stands.")
    confirmation: str = Field(description="What the vendor calls its confirmation.")
    cancelled_at: datetime | None
    closed_at: datetime | None
    buyer: Id | None
    approval_asked_at: datetime | None = Field(
        description="Since when it waits for an approval that was asked for."
    )
    approval_asked_by: Id | None
    rejected_note: str = Field(description="Why the last approval that was asked for was refused.")
    asked_change: ChangeAskedOut | None = Field(
        description="What waits for approval, or is approved and not made yet; until then the order stands as it was."
    )
    net: str | None = Field(examples=["157.50"], description="Of the lines, without freight.")
    freight: str | None = Field(examples=["14.50"])
    tax: str | None = Field(
        examples=["32.68"], description="Of lines and freight, as the vendor is expected to ask."
    )
    total: str | None = Field(examples=["204.68"])
    lines: list[PurchaseLineOut]


class OrderDone(OrderOut, Done):
    """A purchase order, and the entry that wrote it."""


class OrdersDone(Done):
    """The purchase orders that were drafted, and the entry that wrote them."""

    items: list[OrderOut]
