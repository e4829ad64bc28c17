"""What every document with lines sends and reads over HTTP."""

from __future__ import annotations

from pydantic import Field

from wharfinger.base.door import Currency, Given, Id, Line, Shown


class SheetGiven(Given):
    """What a new quote, order or work order has, whatever else it has of its own."""

    organization: Id
    site: Id | None = None
    contact: Id | None = None
    owner: Id | None = None
    currency: Currency | None = None
    tax_included: bool | None = Field(
        default=None,
        description="Whether its prices include tax, from its first day on; else as the customer's price list says.",
    )
    number: str | None = Field(default=None, min_length=1, max_length=40, examples=[None])
    title: Line = ""
    customer_reference: str = Field(default="", max_length=60)
    location: Id | None = Field(
        default=None,
        description="From where its goods are taken first; without it the customer's, else the owner's, else the default one.",
    )


class SheetChange(Given):
    """What may change of any of them."""

    title: Line | None = None
    contact: Id | None = None
    owner: Id | None = None
    customer_reference: str | None = Field(default=None, max_length=60)
    location: Id | None = Field(
        default=None, description="From where its goods are taken first; null for the default location."
    )


class SheetOut(Shown):
    """What callers read of any of them."""

    id: Id
    number: str
    title: str
    organization: Id
    contact: Id | None
    owner: Id | None
    currency: str = Field(examples=["EUR"])
    tax_included: bool = Field(description="Whether the prices of its lines include tax.")
    customer_reference: str
    location: Id | None = Field(
        description="From where its goods are taken first; null for the default location."
    )
    net: str = Field(examples=["100.00"])
    tax: str = Field(examples=["19.00"])
    total: str = Field(examples=["119.00"])
