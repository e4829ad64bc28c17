"""Terms of payment over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Percent, Request, Shown, there
from wharfinger.base.quantity import scaled
from wharfinger.ledger.door import detail, make, write
from wharfinger.parties import queries
from wharfinger.parties.actions import terms as actions
from wharfinger.parties.models import Terms

router = Router(tags=["organizations"])


class Instalment(Given):
    """A part of an invoice that is due sooner than its rest."""

    percent: Percent = Field(examples=["30"])
    days: int = Field(ge=0, le=3650, examples=[0], description="After the day of the invoice.")


class TermsGiven(Given):
    """New terms of payment."""

    name: str = Field(min_length=1, max_length=100, examples=["30 days, 2 % within 10"])
    days: int = Field(default=0, ge=0, le=3650, examples=[30], description="After the day of the invoice.")
    end_of_month: bool = Field(default=False, description="Then by the end of that month.")
    day_of_month: int | None = Field(
        default=None, ge=1, le=31, examples=[None], description="Then on the next such day."
    )
    instalments: list[Instalment] = Field(
        default=[], max_length=11, description="What is due sooner, in turn; the rest is due after ``days``."
    )
    discount_percent: Percent = Field(default="0", examples=["2"], description="If paid early.")
    discount_days: int = Field(default=0, ge=0, le=3650, examples=[10])


class TermsChange(Given):
    """What changes about terms of payment."""

    name: str | None = Field(default=None, min_length=1, max_length=100, examples=["30 days net"])
    days: int | None = Field(default=None, ge=0, le=3650, examples=[30])
    end_of_month: bool | None = None
    day_of_month: int | None = Field(default=None, ge=1, le=31, examples=[None])
    instalments: list[Instalment] | None = Field(default=None, max_length=11, examples=[[]])
    discount_percent: Percent | None = Field(default=None, examples=["2"])
    discount_days: int | None = Field(default=None, ge=0, le=3650, examples=[10])
    retired_on: date | None = Field(default=None, examples=[None])


class InstalmentOut(Shown):
    """A part of an invoice that is due sooner than its rest."""

    percent: str = Field(examples=["30"])
    days: int


class TermsOut(Shown):
    """Until when customers pay, and what they may take off who pay early."""

    id: Id
    name: str = Field(examples=["30 days, 2 % within 10"])
    days: int
    end_of_month: bool
    day_of_month: int | None
    instalments: list[InstalmentOut]
    discount_percent: str = Field(examples=["2"])
    discount_days: int
    retired_on: date | None


class TermsDone(TermsOut, Done):
    """Terms of payment, and the entry that wrote them."""


TERMS = Listing(
    "terms", sorts={"name": "name"}, filters={"name": "name", "retired": queries.retired}, q=("name",)
)


def _show(pk: int) -> dict[str, Any]:
    return queries.show_terms([there(Terms.objects.all(), pk)])[0]


def _values(body: Given) -> dict[str, Any]:
    sent = body.model_dump(exclude_unset=True)
    if "discount_percent" in sent:
        sent["discount_micro"] = scaled(sent.pop("discount_percent") or "0", 4, field="discount_percent")
    if "instalments" in sent:
        sent["instalments"] = [
            {
                "share_micro": scaled(one["percent"], 4, field=f"instalments.{n}.percent"),
                "days": one["days"],
            }
            for n, one in enumerate(sent["instalments"] or ())
        ]
    return sent


@router.get("/terms", response=Page[TermsOut], openapi_extra=TERMS.described, summary="List terms of payment")
def list_terms(request: Request) -> HttpResponse:
    """Terms of payment, newest first."""
    require(request.auth, "parties.read")
    return TERMS.answer(request, Terms.objects.all(), queries.show_terms)


@router.get("/terms/{id}", response=TermsOut, summary="Read terms of payment")
def one_terms(request: Request, id: Id) -> HttpResponse:
    """Terms of payment."""
    require(request.auth, "parties.read")
    return detail(request, f"terms:{id}", _show(id))


@router.post("/terms", response={201: TermsDone}, summary="Add terms of payment")
def add_terms(request: Request, body: TermsGiven) -> HttpResponse:
    """Add terms of payment."""
    act = partial(actions.add_terms, actor=request.auth, values=_values(body))
    return make(request, act, "parties.Terms", _show, subject="terms")


@router.patch("/terms/{id}", response=TermsDone, summary="Change terms of payment")
def change_terms(request: Request, id: Id, body: TermsChange) -> HttpResponse:
    """Change terms of payment; a date in ``retired_on`` retires them. Invoices keep what they say."""
    act = partial(actions.change_terms, actor=request.auth, terms=id, values=_values(body))
    return write(request, act, lambda _: _show(id), about=f"terms:{id}")
