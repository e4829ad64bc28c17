"""Statements of customers over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import money
from wharfinger.base.access import require
from wharfinger.base.door import Id, Request, Shown, answer, there
from wharfinger.billing.queries.statements import Statement, aged, period, statements
from wharfinger.parties.models import Organization

router = Router(tags=["billing"])


class MovementOut(Shown):
    """What one entry did to what a customer owes."""

    on: date
    entry: int
    verb: str = Field(examples=["invoice"])
    subject: Literal["invoice", "credit_note", "payment", "refund"]
    id: Id
    number: str = Field(examples=["INV-9"])
    due_on: date | None
    amount: str = Field(examples=["178.14"], description="Below zero where less is owed from then on.")
    balance: str = Field(examples=["178.14"])


class AgeingOut(Shown):
    """What is owed by days overdue, and what payments and credit notes left that settles nothing yet."""

    current: str = Field(examples=["178.14"])
    days_1_to_30: str = Field(examples=["0.00"])
    days_31_to_60: str = Field(examples=["0.00"])
    days_61_and_more: str = Field(examples=["0.00"])
    credit: str = Field(examples=["0.00"])


class StatementRows(Shown):
    """What was owed in one currency before a period and after it, and what happened in between."""

    currency: str = Field(examples=["EUR"])
    opening: str = Field(examples=["0.00"])
    closing: str = Field(examples=["178.14"])
    ageing: AgeingOut
    movements: list[MovementOut]


class StatementOut(Shown):
    """A customer's statement, in each currency by itself."""

    organization: Id
    since: date
    until: date
    currencies: list[StatementRows]


@router.get("/organizations/{id}/statement", response=StatementOut, summary="Read a customer's statement")
def statement(request: Request, id: Id, since: date | None = None, until: date | None = None) -> HttpResponse:
    """What a customer owed when a period began, each document that changed it, and what it comes to.

    Without days: until today, since the first day of the month before the last.
    """
    require(request.auth, "billing.read")
    customer = there(Organization.objects.all(), id)
    first, last = period(since, until)
    return answer(
        {
            "organization": customer.pk,
            "since": first.isoformat(),
            "until": last.isoformat(),
            "currencies": [_shown(one) for one in statements(customer.pk, first, last)],
        }
    )


def _shown(one: Statement) -> dict[str, Any]:
    return {
        "currency": one.currency,
        "opening": money.plain(one.opening, one.currency),
        "closing": money.plain(one.closing, one.currency),
        "ageing": aged(one.ageing, one.currency),
        "movements": [
            {
                "on": row.on.isoformat(),
                "entry": row.entry,
                "verb": row.verb,
                "subject": row.subject,
                "id": row.pk,
                "number": row.number,
                "due_on": row.due_on.isoformat() if row.due_on else None,
                "amount": money.plain(row.minor, one.currency),
                "balance": money.plain(row.balance, one.currency),
            }
            for row in one.movements
        ],
    }
