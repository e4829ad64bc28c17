"""Doubles over HTTP: which are likely, and making one of two."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Note, Request, Shown, there
from wharfinger.catalog.models import Product
from wharfinger.flows.actions.merging import merge_organizations, merge_products
from wharfinger.flows.queries import likely, merged
from wharfinger.flows.queries.likely import Likely
from wharfinger.ledger.door import write
from wharfinger.parties.models import Organization

router = Router(tags=["doubles"])


class MergeGiven(Given):
    """Which one stays."""

    into: Id = Field(description="The one that stays; the one in the address goes on as this one.")
    reason: Note = ""


class ProductMerged(Done):
    """What went over to the product that stays, and what stays what it said."""

    product: Id
    into: Id
    stock: str = Field(examples=["12"], description="Units on shelves that went over.")
    on_order: str = Field(examples=["5"])
    with_customers: str = Field(examples=["40"], description="Units that stay what they were sold as.")
    goes: dict[str, int] = Field(examples=[{"line": 3}], description="Rows that name the other one now.")
    stays: dict[str, int] = Field(examples=[{"invoice_line": 7}], description="Rows that go on naming it.")


class OrganizationMerged(Done):
    """What went over to the organization that stays, and what stays what it said."""

    organization: Id
    into: Id
    goes: dict[str, int] = Field(examples=[{"invoice": 3}], description="Rows that name the other one now.")
    stays: dict[str, int] = Field(
        examples=[{"vendor_price": 7}], description="Rows that go on naming it: the other has its own."
    )


class DoubleOut(Shown):
    """Two that are likely one."""

    id: Id
    name: str = Field(examples=["Access point AP-1040"])
    into: Id = Field(description="The older one.")
    into_name: str = Field(examples=["AP-1040 access point"])
    why: list[str] = Field(
        examples=[["gtin"]],
        description="What they agree in: `gtin`, `part_number`, `name`, `tax_number`, `email`.",
    )


class Doubles(Shown):
    """Likely doubles, the likeliest first."""

    items: list[DoubleOut]


@router.get("/doubles/products", response=Doubles, summary="List likely doubles of products")
def double_products(request: Request) -> dict[str, Any]:
    """Products in use that agree in GTIN, name, or number at a vendor; 200 at most."""
    require(request.auth, "catalog.read")
    return _shown(likely.products())


@router.get("/doubles/organizations", response=Doubles, summary="List likely doubles of organizations")
def double_organizations(request: Request) -> dict[str, Any]:
    """Organizations in use that agree in name, tax number, or mail domain and beginning; 200 at most."""
    require(request.auth, "parties.read")
    return _shown(likely.organizations())


def _shown(found: Iterable[Likely]) -> dict[str, Any]:
    return {
        "items": [
            {
                "id": pair.one.pk,
                "name": pair.one.name,
                "into": pair.into.pk,
                "into_name": pair.into.name,
                "why": pair.why,
            }
            for pair in found
        ]
    }


@router.post("/products/{id}/merge", response=ProductMerged, summary="Merge a product into its double")
def merge_product(request: Request, id: Id, body: MergeGiven) -> HttpResponse:
    """Let a product go on as another; a dry run tells what would go over and what would stay."""
    require(request.auth, "catalog.merge")
    there(Product.objects.all(), id)
    act = partial(merge_products, actor=request.auth, product=id, into=body.into, reason=body.reason)

    def show(done: Any) -> dict[str, Any]:
        found = merged.of_products(done.id, id)
        return {
            "product": id,
            "into": body.into,
            "stock": found.stock,
            "on_order": found.on_order,
            "with_customers": found.with_customers,
            "goes": found.goes,
            "stays": found.stays,
        }

    return write(request, act, show, about=f"product:{id}")


@router.post(
    "/organizations/{id}/merge",
    response=OrganizationMerged,
    summary="Merge an organization into its double",
)
def merge_organization(request: Request, id: Id, body: MergeGiven) -> HttpResponse:
    """Let an organization go on as another, with all that names it; papers keep what was printed."""
    require(request.auth, "parties.merge")
    there(Organization.objects.all(), id)
    act = partial(
        merge_organizations, actor=request.auth, organization=id, into=body.into, reason=body.reason
    )

    def show(done: Any) -> dict[str, Any]:
        found = merged.of_organizations(done.id, id)
        return {"organization": id, "into": body.into, "goes": found.goes, "stays": found.stays}

    return write(request, act, show, about=f"organization:{id}")
