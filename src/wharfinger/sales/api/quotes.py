"""Quotes over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any, Literal, get_args

from django.http import HttpResponse
from ninja import Router
from pydantic import AwareDatetime, Field

from wharfinger.base.access import require
from wharfinger.base.door import (
    Done,
    Given,
    Id,
    Line,
    Listing,
    Page,
    Percent,
    Request,
    Shown,
    included,
)
from wharfinger.base.quantity import scaled
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand import actions as demand
from wharfinger.demand.api.lines import LineOffered, LineOut, wishes
from wharfinger.demand.api.sheets import SheetChange, SheetGiven, SheetOut
from wharfinger.demand.rules.grouping import GroupWish
from wharfinger.ledger.door import detail, make, write
from wharfinger.ledger.write import Written
from wharfinger.sales import queries
from wharfinger.sales.actions import holds, quotes, winning
from wharfinger.sales.actions.templates import quote_from
from wharfinger.sales.api.holds import HoldGiven, holds_of
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.sales.rules.win import Into

router = Router(tags=["selling"])

Word = Literal["open", "sent", "expired", "won", "lost"]


class GroupGiven(Given):
    """A group of lines on a quote."""

    title: str = Field(min_length=1, max_length=120, examples=["Network"])
    discount_percent: Percent = Field(default="0", description="Taken off each of its lines.")


class GroupOut(Shown):
    """A group of lines, and what it comes to before tax."""

    id: Id
    title: str = Field(examples=["Network"])
    discount_percent: str = Field(examples=["0"])
    net: str = Field(examples=["149.70"])


class Recurring(Shown):
    """What recurs of a quote before tax; its sums have each once."""

    month: str = Field(examples=["0.00"])
    quarter: str = Field(examples=["0.00"])
    year: str = Field(examples=["0.00"])


def group_of(given: GroupGiven, n: int) -> GroupWish:
    """The n-th group as the verbs take it."""
    return GroupWish(given.title, scaled(given.discount_percent, 4, field=f"groups.{n}.discount_percent"))


class QuoteGiven(SheetGiven):
    """A new quote; without an opportunity one is made for it."""

    lines: list[LineOffered] = Field(default=[], max_length=1000)
    groups: list[GroupGiven] = Field(default=[], max_length=200)
    discount_percent: Percent = Field(default="0", description="Taken off the whole, worked into each line.")
    template: Id | None = Field(
        default=None,
        examples=[None],
        description="Begins with what it has: lines and groups stand before those given here, words where none are.",
    )
    opportunity: Id | None = None
    title: Line = Field(default="", examples=["New network"])
    introduction: str = Field(default="", max_length=2000, description="What stands above the lines.")
    note: str = Field(default="", max_length=2000, description="What stands below them.")
    quoted_on: date | None = None
    expires_on: date | None = None
    promised_on: date | None = None


class QuoteChange(SheetChange):
    """What changes of a quote."""

    introduction: str | None = Field(default=None, max_length=2000)
    note: str | None = Field(default=None, max_length=2000)
    opportunity: Id | None = Field(default=None, examples=[None], description="Another of the same customer.")
    expires_on: date | None = None
    promised_on: date | None = None


class QuoteLineOut(LineOut):
    """A line of a quote, with what its product costs those who may see it."""

    average_cost: str | None = Field(
        examples=["31.5"],
        description="What a unit in stock costs on average, in home currency; none without stock.",
    )
    highest_cost: str | None = Field(examples=["33"], description="What the dearest one costs.")
    margin: str | None = Field(
        examples=["54.00"],
        description="Net less what is in stock at its average cost, else at its vendor's; only for who sees costs.",
    )
    margin_percent: str | None = Field(examples=["36.1"])


class QuoteOut(SheetOut):
    """A quote with its lines."""

    number: str = Field(examples=["Q-12"])
    promised_on: date | None
    introduction: str
    note: str
    opportunity: Id
    order: Id | None = Field(description="The sales order that winning made.")
    quoted_on: date
    expires_on: date
    approval: Literal["", "waiting", "approved", "rejected"] = Field(
        description="Where the company wants one before it goes out; empty where nobody asked."
    )
    approval_note: str = Field(description="Why it was not approved.")
    version: int = Field(
        examples=[1],
        description="The first change of a sent quote makes the next one, which is not sent yet.",
    )
    sent_at: datetime | None
    won_at: datetime | None
    lost_at: datetime | None
    lost_reason: str
    status: Word
    margin: str | None = Field(
        examples=["54.00"], description="Of all that is taken; none where a cost is not known."
    )
    margin_percent: str | None = Field(examples=["36.1"])
    discount_percent: str = Field(examples=["0"], description="Taken off the whole.")
    groups: list[GroupOut]
    recurring: Recurring = Field(description="What of the net recurs, by its period.")
    optional: str = Field(examples=["0.00"], description="What is optional and not taken, before tax.")
    lines: list[QuoteLineOut] | None = None


class QuoteDone(QuoteOut, Done):
    """A quote, and the entry that wrote it."""


class LinesGiven(Given):
    """Lines to add."""

    lines: list[LineOffered] = Field(min_length=1, max_length=1000)


class Reserve(Given):
    """What to hold, and until when."""

    lines: list[HoldGiven] = Field(min_length=1, max_length=1000)
    until: AwareDatetime | date | None = Field(
        default=None,
        examples=["2026-12-01"],
        description="A day counts to its end. Without it: the quote's own expiry.",
    )


class Release(Given):
    """What to free."""

    lines: list[HoldGiven] = Field(min_length=1, max_length=1000)


class Extend(Given):
    """Until when the holds last."""

    until: AwareDatetime | date | None = Field(default=None, examples=["2026-12-01"])


class Lose(Given):
    """Why a quote or a deal is lost."""

    reason: Line = ""


class IntoGiven(Given):
    """On what a won quote is charged: the id of one that stands, or ``"new"``."""

    ticket: Id | Literal["new"] | None = None
    project: Id | Literal["new"] | None = None
    contract: Id | Literal["new"] | None = None
    job: Id | Literal["new"] | None = None


class LineInto(Given):
    """A line that goes elsewhere than the rest; without a place, on the sales order alone."""

    line: Id
    into: IntoGiven | None = None


class Win(Given):
    """Where a won quote goes; without it the sales order alone."""

    into: IntoGiven | None = None
    lines: list[LineInto] = Field(
        default=[], max_length=1000, description="Lines that go elsewhere; what is in a kit goes with it."
    )
    anyway: bool = Field(default=False, description="Yes to a quote that has expired.")


class WinDone(QuoteDone):
    """The won quote, the order and the work order that it became."""

    work_order: Id | None = None
    work_orders: list[Id] = Field(description="Every one on which lines of it are charged.")
    won_by: Id | None = Field(description="Who won it, also where that was before this call.")
    won_beside: list[Id] = Field(
        description="Other quotes of the same opportunity that are won: this one is sold in addition to them."
    )


HERE, NO_REASON, TO_EXPIRY = Win(), Lose(), Extend()
"""What is meant where a body is left out."""

QUOTES = Listing(
    "quotes",
    sorts={"number": "number", "quoted_on": "ordered_on", "expires_on": "quote__expires_on"},
    filters={
        "organization": "organization_id",
        "owner": "owner_id",
        "opportunity": "quote__opportunity_id",
        "number": "number",
        "customer_reference": "customer_reference",
        "status": lambda rows, values: rows.filter(quote_word__in=values),
    },
    words={"status": get_args(Word)},
    days={
        "quoted_on": "ordered_on",
        "expires_on": "quote__expires_on",
        "promised_on": "promised_on",
        "won_at": "quote__won_at",
        "lost_at": "quote__lost_at",
    },
    q=("number", "title", "customer_reference", "organization__name"),
    includes=("lines",),
)


@router.get("/quotes", response=Page[QuoteOut], openapi_extra=QUOTES.described, summary="List quotes")
def list_quotes(request: Request) -> HttpResponse:
    """Quotes, newest first."""
    require(request.auth, "sales.read")
    costs = request.auth.may("catalog.see_cost")
    show = partial(queries.show_quotes, include=included(request, QUOTES.includes), costs=costs)
    return QUOTES.answer(request, queries.quotes(), show)


@router.post("/quotes", response={201: QuoteDone}, summary="Make a quote")
def create_quote(request: Request, body: QuoteGiven) -> HttpResponse:
    """Make a quote, of a template where one is named; it wants nothing yet and holds nothing."""
    require(request.auth, "sales.quote")
    wish = QuoteWish(
        **body.model_dump(exclude={"lines", "groups", "discount_percent", "template"}),
        lines=wishes(body.lines, organization=body.organization),
        groups=tuple(group_of(one, n) for n, one in enumerate(body.groups)),
        discount_micro=scaled(body.discount_percent, 4, field="discount_percent"),
    )
    act = partial(quotes.create_quote, actor=request.auth, wish=wish)
    if body.template is not None:
        act = partial(quote_from, actor=request.auth, template=body.template, wish=wish)
    return make(request, act, "demand.Sheet", partial(_quote, request), subject="quote")


@router.get("/quotes/{id}", response=QuoteOut, summary="Read a quote")
def one_quote(request: Request, id: Id) -> HttpResponse:
    """A quote with its lines."""
    require(request.auth, "sales.read")
    return detail(request, f"quote:{id}", _quote(request, id))


@router.patch("/quotes/{id}", response=QuoteDone, summary="Change a quote")
def change_quote(request: Request, id: Id, body: QuoteChange) -> HttpResponse:
    """Change the words, dates and people of an open quote; its lines have verbs of their own."""
    sent = body.model_dump(exclude_unset=True)
    expires_on = sent.pop("expires_on", None)
    values = named(sent, may_be_empty=("contact", "promised_on", "location"))
    act = partial(quotes.change_quote, actor=request.auth, quote=id, values=values, expires_on=expires_on)
    return done_with(request, act, id)


@router.post("/quotes/{id}/lines", response=QuoteDone, summary="Add lines to a quote")
def add_lines(request: Request, id: Id, body: LinesGiven) -> HttpResponse:
    """Add lines to an open quote."""
    require(request.auth, "sales.quote")
    there_is = queries.quote(id)
    lines = wishes(body.lines, organization=there_is.organization_id)
    return done_with(request, partial(demand.add_lines, actor=request.auth, sheet=id, wishes=lines), id)


@router.post("/quotes/{id}/reserve", response=QuoteDone, summary="Hold stock for a quote")
def reserve(request: Request, id: Id, body: Reserve) -> HttpResponse:
    """Hold free goods per location until the quote expires or another date."""
    require(request.auth, "sales.reserve")
    wanted = holds_of(body.lines, document=id, kind="quote")
    until = queries.until(body.until)
    return done_with(request, partial(holds.reserve, actor=request.auth, holds=wanted, until=until), id)


@router.post("/quotes/{id}/release", response=QuoteDone, summary="Free stock that a quote holds")
def release(request: Request, id: Id, body: Release) -> HttpResponse:
    """Free goods that the quote held."""
    require(request.auth, "sales.reserve")
    wanted = holds_of(body.lines, document=id, kind="quote")
    return done_with(request, partial(holds.release, actor=request.auth, holds=wanted), id)


@router.post("/quotes/{id}/extend", response=QuoteDone, summary="Hold stock for longer")
def extend(request: Request, id: Id, body: Extend = TO_EXPIRY) -> HttpResponse:
    """Let all holds of a quote last until another date."""
    until = queries.until(body.until)
    return done_with(request, partial(holds.extend, actor=request.auth, quote=id, until=until), id)


@router.post("/quotes/{id}/copy", response={201: QuoteDone}, summary="Copy a quote")
def copy(request: Request, id: Id) -> HttpResponse:
    """Offer the same again; the copy holds nothing."""
    act = partial(quotes.copy_quote, actor=request.auth, quote=id)
    return make(request, act, "demand.Sheet", partial(_quote, request), subject="quote")


@router.post("/quotes/{id}/lose", response=QuoteDone, summary="Lose a quote")
def lose(request: Request, id: Id, body: Lose = NO_REASON) -> HttpResponse:
    """Lose a quote; what it held is free."""
    return done_with(request, partial(quotes.lose, actor=request.auth, quote=id, reason=body.reason), id)


@router.post("/quotes/{id}/win", response=WinDone, summary="Win a quote")
def win(request: Request, id: Id, body: Win = HERE) -> HttpResponse:
    """Win a quote: one sales order if goods are quoted, charges where asked; twice gives the same order."""
    act = partial(
        winning.win,
        actor=request.auth,
        quote=id,
        into=_into(body.into),
        each={one.line: _into(one.into) for one in body.lines},
        anyway=body.anyway,
    )

    def show(done: Written) -> dict[str, Any]:
        work = queries.work_orders_of(done.made["ledger.Claim"])
        return _quote(request, id) | {
            "work_order": work[0] if work else None,
            "work_orders": work,
            "won_by": done.entry.actor_id,
            "won_beside": [one.pk for one in queries.won_beside(queries.quote(id))],
        }

    return write(request, act, show, about=f"quote:{id}")


def _into(given: IntoGiven | None) -> Into | None:
    chosen = {kind: pk for kind, pk in given.model_dump().items() if pk is not None} if given else {}
    if len(chosen) > 1:
        raise BadInput("one_place", N_("Name one of ticket, project, contract and job."), field="into")
    for kind, pk in chosen.items():
        return Into(kind, None if pk == "new" else pk)
    return None


def named(sent: dict[str, Any], *, may_be_empty: tuple[str, ...] = ()) -> dict[str, Any]:
    """What was sent as columns; what cannot be empty is left as it is when null was sent."""
    keys = {name: f"{name}_id" for name in ("contact", "owner", "lead", "opportunity", "location", "terms")}
    return {keys.get(k, k): v for k, v in sent.items() if v is not None or k in may_be_empty}


def _quote(request: Request, pk: int) -> dict[str, Any]:
    return queries.show_quote(queries.quote(pk), costs=request.auth.may("catalog.see_cost"))


def done_with(request: Request, act: Any, pk: int) -> HttpResponse:
    """Do something to a quote and answer with it."""
    return write(request, act, lambda _: _quote(request, pk), about=f"quote:{pk}")
