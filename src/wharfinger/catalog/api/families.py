"""Families and their variants over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Price, Request, Shown, there
from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.catalog import queries
from wharfinger.catalog.actions import families as actions
from wharfinger.catalog.rules.families import MOST_VARIANTS, proposals, values_of
from wharfinger.ledger.door import detail, make, write

router = Router(tags=["catalog"])


class ValueGiven(Given):
    """One value of an attribute."""

    value: str = Field(min_length=1, max_length=60, examples=["Black"])
    code: str = Field(default="", max_length=20, examples=["BK"], description="Its part of proposed SKUs.")
    more: Price = Field(default="0", examples=["2.00"], description="What it adds to proposed prices.")


class AttributeGiven(Given):
    """What the variants of a family differ by."""

    name: str = Field(min_length=1, max_length=60, examples=["Colour"])
    values: list[ValueGiven] = Field(min_length=1, max_length=50, description="In the order they are shown.")


class FamilyGiven(Given):
    """A new family."""

    name: str = Field(min_length=1, max_length=100, examples=["Patch cable"])
    attributes: list[AttributeGiven] = Field(min_length=1, max_length=3)
    sku_pattern: str = Field(default="", max_length=60, examples=["PC-{1}-{2}"])
    name_pattern: str = Field(default="", max_length=200, examples=["Patch cable {1} {2}"])
    price: Price = "0"


class FamilyChange(Given):
    """What changes of a family; attributes that are given are all there are."""

    name: str | None = Field(default=None, min_length=1, max_length=100, examples=["Patch cable"])
    attributes: list[AttributeGiven] | None = Field(
        default=None,
        min_length=1,
        max_length=3,
        examples=[[{"name": "Colour", "values": [{"value": "Black", "code": "BK", "more": "0"}]}]],
    )
    sku_pattern: str | None = Field(default=None, max_length=60)
    name_pattern: str | None = Field(default=None, max_length=200)
    price: Price | None = None
    retired_on: date | None = Field(default=None, examples=[None])


class ValueOut(Shown):
    """One value of an attribute."""

    value: str = Field(examples=["Black"])
    code: str = Field(examples=["BK"])
    more: str = Field(examples=["2"])


class AttributeOut(Shown):
    """What the variants of a family differ by."""

    name: str = Field(examples=["Colour"])
    values: list[ValueOut]


class VariantOut(Shown):
    """A product that is a variant."""

    product: Id
    sku: str = Field(examples=["PC-BK-2M"])
    values: list[str] = Field(examples=[["Black", "2 m"]])
    price: str = Field(examples=["4.90"])
    retired_on: date | None


class FamilyOut(Shown):
    """A family with its variants."""

    id: Id
    name: str = Field(examples=["Patch cable"])
    attributes: list[AttributeOut]
    sku_pattern: str = Field(examples=["PC-{1}-{2}"])
    name_pattern: str = Field(examples=["Patch cable {1} {2}"])
    price: str = Field(examples=["4.90"])
    retired_on: date | None
    variants: list[VariantOut]


class FamilyDone(FamilyOut, Done):
    """A family, and the entry that wrote it."""


class ProposalOut(Shown):
    """A variant that there is not yet."""

    values: list[str] = Field(examples=[["Black", "2 m"]])
    sku: str = Field(examples=["PC-BK-2M"])
    name: str = Field(examples=["Patch cable Black 2 m"])
    price: str = Field(examples=["4.90"])


class ProposedOut(Shown):
    """The variants that there are not yet, at most 200 of them."""

    items: list[ProposalOut]


class VariantGiven(Given):
    """A variant to be made."""

    values: list[str] = Field(min_length=1, max_length=3, examples=[["Black", "2 m"]])
    sku: str = Field(default="", max_length=60, description="Without it as the family proposes.")
    name: str = Field(default="", max_length=200)
    price: Price | None = None


class VariantsGiven(Given):
    """Variants to be made in one act."""

    variants: list[VariantGiven] = Field(min_length=1, max_length=MOST_VARIANTS)
    like: Id | None = Field(default=None, description="A product from which they take over all else.")


class Joining(Given):
    """A product that becomes a variant."""

    product: Id
    values: list[str] = Field(min_length=1, max_length=3, examples=[["Black", "2 m"]])


class Leaving(Given):
    """A variant that becomes an ordinary product."""

    product: Id


class Renaming(Given):
    """A value that is called otherwise from now on."""

    attribute: int = Field(ge=1, le=3, description="The first, second or third.")
    value: str = Field(min_length=1, max_length=60, examples=["Black"])
    to: str = Field(min_length=1, max_length=60, examples=["Anthracite"])


FAMILIES = Listing(
    "families", sorts={"name": "name"}, filters={"name": "name", "retired": queries.retired}, q=("name",)
)


def _show(pk: int) -> dict[str, Any]:
    return queries.show_families([there(queries.families(), pk)])[0]


@router.get("/families", response=Page[FamilyOut], openapi_extra=FAMILIES.described, summary="List families")
def family_list(request: Request) -> HttpResponse:
    """Families with their variants, newest first."""
    require(request.auth, "catalog.read")
    return FAMILIES.answer(request, queries.families(), queries.show_families)


@router.get("/families/{id}", response=FamilyOut, summary="Read a family")
def family(request: Request, id: Id) -> HttpResponse:
    """A family with its variants in the order of its values."""
    require(request.auth, "catalog.read")
    return detail(request, f"family:{id}", _show(id))


@router.get("/families/{id}/proposals", response=ProposedOut, summary="What variants there are not yet")
def proposed(request: Request, id: Id) -> HttpResponse:
    """The combinations of values that no product has, as they would be called and priced."""
    require(request.auth, "catalog.read")
    found = there(queries.families(), id)
    taken = [values_of(one) for one in queries.variants_of([id])[id]]
    items = [
        {"values": list(one.values), "sku": one.sku, "name": one.name, "price": plain(one.price_micro, MICRO)}
        for one in proposals(found, taken)
    ]
    return detail(request, f"family:{id}", {"items": items})


@router.post("/families", response={201: FamilyDone}, summary="Add a family")
def add_family(request: Request, body: FamilyGiven) -> HttpResponse:
    """Make a family; its variants are made or join afterwards."""
    act = partial(actions.add_family, actor=request.auth, values=body.model_dump(exclude_unset=True))
    return make(request, act, "catalog.Family", _show, subject="family")


@router.patch("/families/{id}", response=FamilyDone, summary="Change a family")
def change_family(request: Request, id: Id, body: FamilyChange) -> HttpResponse:
    """Change a family; values that variants have stay."""
    values = body.model_dump(exclude_unset=True)
    act = partial(actions.change_family, actor=request.auth, family=id, values=values)
    return write(request, act, lambda _: _show(id), about=f"family:{id}")


@router.post("/families/{id}/variants", response=FamilyDone, summary="Make variants")
def make_variants(request: Request, id: Id, body: VariantsGiven) -> HttpResponse:
    """Make variants as ordinary products, all of them or none."""
    given = [one.model_dump() for one in body.variants]
    act = partial(actions.make_variants, actor=request.auth, family=id, variants=given, like=body.like)
    return write(request, act, lambda _: _show(id), about=f"family:{id}")


@router.post("/families/{id}/join", response=FamilyDone, summary="Let a product join a family")
def join(request: Request, id: Id, body: Joining) -> HttpResponse:
    """Let a product that there is already be a variant."""
    act = partial(
        actions.join_family, actor=request.auth, family=id, product=body.product, values=body.values
    )
    return write(request, act, lambda _: _show(id), about=f"family:{id}")


@router.post("/families/{id}/leave", response=FamilyDone, summary="Let a product leave its family")
def leave(request: Request, id: Id, body: Leaving) -> HttpResponse:
    """Let a product be no variant any more; all else of it stays."""
    act = partial(actions.leave_family, actor=request.auth, family=id, product=body.product)
    return write(request, act, lambda _: _show(id), about=f"family:{id}")


@router.post("/families/{id}/rename-value", response=FamilyDone, summary="Rename a value")
def rename_value(request: Request, id: Id, body: Renaming) -> HttpResponse:
    """Call a value otherwise, of every variant that has it."""
    act = partial(actions.rename_value, actor=request.auth, family=id, **body.model_dump())
    return write(request, act, lambda _: _show(id), about=f"family:{id}")
