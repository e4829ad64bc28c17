"""Opportunities over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown, Text, there
from wharfinger.ledger.door import detail, make, write
from wharfinger.sales import queries
from wharfinger.sales.actions import quotes
from wharfinger.sales.api.quotes import NO_REASON, Lose, named
from wharfinger.sales.rules.quotes import OpportunityWish

router = Router(tags=["selling"])


class OpportunityGiven(Given):
    """A new deal."""

    organization: Id
    title: Text = Field(examples=["New network"])
    owner: Id | None = None
    pipeline_step: str | None = Field(
        default=None,
        min_length=1,
        max_length=40,
        examples=["new"],
        description="One of the setting pipeline_steps; without it the first.",
    )
    probability_percent: int = Field(default=50, ge=0, le=100)
    expected_close_on: date | None = None


class OpportunityChange(Given):
    """What changes of a deal."""

    title: Text | None = None
    owner: Id | None = None
    pipeline_step: str | None = Field(default=None, min_length=1, max_length=40)
    probability_percent: int | None = Field(default=None, ge=0, le=100)
    expected_close_on: date | None = None


class OpportunityOut(Shown):
    """A deal that may be won."""

    id: Id
    number: str = Field(examples=["OP-12"])
    title: str
    organization: Id
    owner: Id | None
    pipeline_step: str
    probability_percent: int
    expected_close_on: date | None
    won_at: datetime | None
    lost_at: datetime | None
    lost_reason: str
    currency: str | None
    net: str | None = Field(
        examples=["1200.00"], description="Of its latest quote; of a won deal, what was won."
    )
    weighted: str | None = Field(
        examples=["600.00"], description="Times its probability; all of what is won, nothing of what is lost."
    )


class OpportunityDone(OpportunityOut, Done):
    """A deal, and the entry that wrote it."""


OPPORTUNITIES = Listing(
    "opportunities",
    sorts={"number": "number", "expected_close_on": "expected_close_on", "title": "title"},
    filters={
        "organization": "organization_id",
        "owner": "owner_id",
        "number": "number",
        "pipeline_step": "pipeline_step",
    },
    days={"expected_close_on": "expected_close_on", "won_at": "won_at", "lost_at": "lost_at"},
    q=("number", "title", "organization__name"),
)


@router.get(
    "/opportunities",
    response=Page[OpportunityOut],
    openapi_extra=OPPORTUNITIES.described,
    summary="List opportunities",
)
def list_opportunities(request: Request) -> HttpResponse:
    """Deals, newest first."""
    require(request.auth, "sales.read")
    return OPPORTUNITIES.answer(request, queries.opportunities(), queries.show_opportunities)


@router.post("/opportunities", response={201: OpportunityDone}, summary="Write down an opportunity")
def create_opportunity(request: Request, body: OpportunityGiven) -> HttpResponse:
    """Write down a deal that may be won."""
    act = partial(quotes.create_opportunity, actor=request.auth, wish=OpportunityWish(**body.model_dump()))
    return make(request, act, "sales.Opportunity", _deal, subject="opportunity")


@router.get("/opportunities/{id}", response=OpportunityOut, summary="Read an opportunity")
def one_opportunity(request: Request, id: Id) -> HttpResponse:
    """A deal."""
    require(request.auth, "sales.read")
    return detail(request, f"opportunity:{id}", _deal(id))


@router.patch("/opportunities/{id}", response=OpportunityDone, summary="Change an opportunity")
def change_opportunity(request: Request, id: Id, body: OpportunityChange) -> HttpResponse:
    """Change a deal's words and figures."""
    values = named(body.model_dump(exclude_unset=True), may_be_empty=("expected_close_on",))
    act = partial(quotes.change_opportunity, actor=request.auth, opportunity=id, values=values)
    return write(request, act, lambda _: _deal(id), about=f"opportunity:{id}")


@router.post("/opportunities/{id}/lose", response=OpportunityDone, summary="Lose an opportunity")
def lose_opportunity(request: Request, id: Id, body: Lose = NO_REASON) -> HttpResponse:
    """Lose a deal with every open quote of it; what they held is free."""
    act = partial(quotes.lose_opportunity, actor=request.auth, opportunity=id, reason=body.reason)
    return write(request, act, lambda _: _deal(id), about=f"opportunity:{id}")


def _deal(pk: int) -> dict[str, Any]:
    return queries.show_opportunity(there(queries.opportunities(), pk))
