"""Pure decisions about how a document with lines begins: quote, sales order, work order alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from wharfinger.demand.rules import LineWish, make_lines, offering
from wharfinger.demand.rules.discounts import ALONE, Grouped
from wharfinger.ledger.plan import Id, Plan, Ref, Truth
from wharfinger.stock.rules.serving import NORMAL, known_priority


class SheetWish(Protocol):
    """What every document with lines is asked for with."""

    @property
    def lines(self) -> Sequence[LineWish]: ...
    @property
    def site(self) -> int | None: ...
    @property
    def contact(self) -> int | None: ...
    @property
    def owner(self) -> int | None: ...
    @property
    def currency(self) -> str | None: ...
    @property
    def tax_included(self) -> bool | None: ...
    @property
    def number(self) -> str | None: ...
    @property
    def title(self) -> str: ...
    @property
    def customer_reference(self) -> str: ...


def begin(
    plan: Plan,
    truth: Truth,
    wish: SheetWish,
    *,
    kind: str,
    number: Any,
    ordered_on: date | None = None,
    promised_on: date | None = None,
    priority: str = NORMAL,
    whose: Any = None,
    location: int | None = None,
    terms: int | None = None,
    discount_micro: int = 0,
) -> Ref:
    """Make the common part of a document; number: the series it is from where the wish names none.

    whose: the customer, where the act reads several; location: from where its goods are taken first, where that is
    another one than the default; terms: of payment, where they are others than the customer's.
    """
    whose = whose or truth.read["organization"]
    return plan.create(
        "demand.Sheet",
        kind=kind,
        number=wish.number or number,
        title=wish.title,
        organization_id=whose.pk,
        contact_id=wish.contact,
        owner_id=wish.owner or truth.actor,
        currency=wish.currency or whose.currency,
        tax_included=says_tax(truth, wish.tax_included, whose.pk),
        customer_reference=wish.customer_reference,
        ordered_on=ordered_on or truth.effective_on,
        promised_on=promised_on,
        priority=known_priority(priority),
        location_id=location,
        terms_id=terms,
        discount_micro=discount_micro,
    )


def fill(
    plan: Plan,
    truth: Truth,
    wish: SheetWish,
    sheet: Id,
    *,
    lines: Sequence[LineWish],
    order: Id | None = None,
    promised_on: date | None = None,
    grouped: Grouped = ALONE,
) -> list[Ref]:
    """Make the lines that a document begins with, kits opened; order: the sales order that collects them."""
    if order is not None:
        offering.must_be_quoted("order", lines)
    return make_lines(
        plan,
        truth,
        lines,
        sheet=sheet,
        order=order,
        organization=truth.read["organization"].pk,
        site=wish.site or truth.read["default_site"],
        currency=_currency(truth, wish),
        tax_included=says_tax(truth, wish.tax_included, truth.read["organization"].pk),
        products=truth.read["products"],
        promised_on=promised_on,
        grouped=grouped,
    )


def says_tax(truth: Truth, said: bool | None, organization: int) -> bool:
    """Whether a document's prices include tax: as is said, else as its customer's price list, else as the company."""
    if said is None:
        said = truth.read["says_tax"].get(organization)
    return bool(truth.read["house"].prices_include_tax if said is None else said)


def _currency(truth: Truth, wish: SheetWish) -> str:
    currency: str = wish.currency or truth.read["organization"].currency
    return currency
