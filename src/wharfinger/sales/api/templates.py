"""Templates of quotes over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown, Text, there
from wharfinger.catalog.queries import retired
from wharfinger.ledger.door import detail, make, write
from wharfinger.sales.actions import templates as actions
from wharfinger.sales.queries import templates as queries

router = Router(tags=["selling"])


class TemplateGiven(Given):
    """Which quote is kept, and under which name."""

    name: Text = Field(max_length=100, examples=["Office for ten"])
    quote: Id


class TemplateChange(Given):
    """What changes of a template."""

    name: Text | None = Field(default=None, max_length=100, examples=["Office for twelve"])
    retired_on: date | None = Field(default=None, examples=[None])
    quote: Id | None = Field(
        default=None, examples=[None], description="What this quote offers stands in it from now on."
    )


class TemplateGroup(Shown):
    """A group of lines."""

    title: str = Field(examples=["Network"])
    discount_percent: str = Field(examples=["0"])


class TemplateLine(Shown):
    """A line that a quote of it begins with."""

    product: Id
    sku: str | None = Field(examples=["AP-1040"])
    description: str
    quantity: str = Field(examples=["3"])
    unit: str = Field(examples=["pc"])
    unit_price: str | None = Field(examples=[None], description="Where it was typed; else that of the day.")
    discount_percent: str | None = Field(
        examples=[None], description="Its own; none where the customer's is taken."
    )
    discount_each: str = Field(examples=["0"])
    tax_code: Id | None = Field(description="Where it is not the product's.")
    billable: bool
    every: str = Field(examples=[""])
    option: str = Field(examples=[""])
    taken: bool
    group: int | None = Field(description="Its place among the groups, from 0.")
    instead: int | None = Field(description="To which line it is an alternative, from 0.")


class TemplateOut(Shown):
    """What quotes may begin with."""

    id: Id
    name: str = Field(examples=["Office for ten"])
    retired_on: str | None
    currency: str = Field(examples=["EUR"], description="Of its typed prices.")
    tax_included: bool = Field(description="Whether its typed prices include tax.")
    title: str
    introduction: str
    note: str
    discount_percent: str = Field(examples=["0"])
    groups: list[TemplateGroup]
    lines: list[TemplateLine]


class TemplateDone(TemplateOut, Done):
    """A template, and the entry that wrote it."""


TEMPLATES = Listing(
    "quote_templates",
    sorts={"name": "name"},
    filters={"name": "name", "retired": retired},
    q=("name",),
)


@router.get(
    "/quote-templates",
    response=Page[TemplateOut],
    openapi_extra=TEMPLATES.described,
    summary="List templates of quotes",
)
def templates(request: Request) -> HttpResponse:
    """Templates, newest first."""
    require(request.auth, "sales.read")
    return TEMPLATES.answer(request, queries.templates(), queries.show)


@router.get("/quote-templates/{id}", response=TemplateOut, summary="Read a template of quotes")
def template(request: Request, id: Id) -> HttpResponse:
    """One template with its lines."""
    require(request.auth, "sales.read")
    return detail(request, f"quote_template:{id}", _shown(id))


@router.post("/quote-templates", response={201: TemplateDone}, summary="Keep a quote as a template")
def keep(request: Request, body: TemplateGiven) -> HttpResponse:
    """Keep what a quote offers; a quote is made of it with `template` in `POST /quotes`."""
    act = partial(actions.keep_template, actor=request.auth, quote=body.quote, name=body.name)
    return make(request, act, "sales.QuoteTemplate", _shown, subject="quote_template")


@router.patch("/quote-templates/{id}", response=TemplateDone, summary="Change a template of quotes")
def change(request: Request, id: Id, body: TemplateChange) -> HttpResponse:
    """Rename or retire a template, or let it be what another quote offers."""
    values = body.model_dump(exclude_unset=True)
    quote = values.pop("quote", None)
    act = partial(actions.change_template, actor=request.auth, template=id, values=values, quote=quote)
    return write(request, act, lambda _: _shown(id), about=f"quote_template:{id}")


def _shown(pk: int) -> dict[str, Any]:
    return queries.show([there(queries.templates(), pk)])[0]
