"""Products, tax codes and warranty policies over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import (
    Done,
    Given,
    Id,
    Line,
    Listing,
    Page,
    Percent,
    Price,
    Request,
    Shown,
    Text,
    there,
)
from wharfinger.catalog import actions, queries
from wharfinger.catalog.models import Product, TaxCode, WarrantyPolicy
from wharfinger.ledger.door import detail, write
from wharfinger.ledger.write import Written

router = Router(tags=["catalog"])

Kind = Literal["stocked", "non_stocked", "service"]
Traced = Literal["none", "serial", "batch"]
TracedFrom = Literal["receipt", "shipping"]
CostMethod = Literal["specific", "fifo", "average", "lifo"]
Category = Literal["S", "Z", "E", "AE", "K", "G", "O", "L", "M"]


class VendorGiven(Given):
    """What a vendor asks for the product, under which number."""

    organization: Id
    cost: Price = "0"
    part_number: str = Field(default="", max_length=60, examples=["GR-1040"])
    default: bool = Field(default=False, description="Bought from first; without one the first vendor is.")
    lead_time_days: int = Field(default=0, ge=0, le=3650)


class VendorOut(Shown):
    """What a vendor asks for the product."""

    organization: Id
    cost: str | None = Field(examples=["31.50"], description="Null for those who may not see costs.")
    part_number: str
    default: bool
    lead_time_days: int


class ProductFields(Given):
    """What a product has that may be left out."""

    description: str = Field(default="", max_length=4000, examples=["Dual-band, wall mount included"])
    kind: Kind = "stocked"
    traced: Traced = "none"
    traced_from: TracedFrom = "receipt"
    unit: str = Field(default="pc", min_length=1, max_length=20)
    quantity_decimals: int = Field(default=0, ge=0, le=6)
    price: Price = "0"
    cost_method: CostMethod | None = Field(
        default=None, description="Without it: specific where serials are known from receipt, else FIFO."
    )
    procured: bool = True
    rma_eligible: bool = True
    returnable_days: int | None = Field(default=None, ge=0, le=3650)
    tax_code: Id | None = Field(default=None, description="Without it: the default tax code.")
    category: str = Field(default="", max_length=100, examples=["Network"])
    manufacturer: str = Field(default="", max_length=100, examples=["Northlight"])
    gtin: str = Field(default="", max_length=14, examples=["4006381333931"])
    vendors: list[VendorGiven] = Field(default=[], max_length=100)


class ProductGiven(ProductFields):
    """A new product."""

    sku: str = Field(min_length=1, max_length=60, examples=["AP-1040"])
    name: Text = Field(examples=["Access point AP-1040"])


class ProductChange(Given):
    """What changes of a product; vendors that are not named stay as they are."""

    sku: str | None = Field(default=None, min_length=1, max_length=60, examples=["AP-1040"])
    name: Text | None = None
    description: str | None = Field(default=None, max_length=4000)
    kind: Kind | None = None
    traced: Traced | None = None
    traced_from: TracedFrom | None = None
    unit: str | None = Field(default=None, min_length=1, max_length=20)
    quantity_decimals: int | None = Field(default=None, ge=0, le=6)
    price: Price | None = None
    cost_method: CostMethod | None = None
    procured: bool | None = None
    rma_eligible: bool | None = None
    returnable_days: int | None = Field(default=None, ge=0, le=3650)
    tax_code: Id | None = None
    category: str | None = Field(default=None, max_length=100)
    manufacturer: str | None = Field(default=None, max_length=100)
    gtin: str | None = Field(default=None, max_length=14, examples=["4006381333931"])
    retired_on: date | None = None
    vendors: list[VendorGiven] = Field(default=[], max_length=100)


class KeptOut(Shown):
    """Between which quantities a product is kept at a location."""

    location: Id
    minimum: str = Field(examples=["5"])
    maximum: str = Field(examples=["20"])


class ProductOut(Shown):
    """A product."""

    id: Id
    sku: str = Field(examples=["AP-1040"])
    name: str = Field(examples=["Access point AP-1040"])
    description: str
    kind: Kind
    traced: Traced
    traced_from: TracedFrom
    unit: str = Field(examples=["pc"])
    quantity_decimals: int
    price: str = Field(examples=["49.90"])
    cost_method: CostMethod
    procured: bool
    rma_eligible: bool
    returnable_days: int | None
    tax_code: Id
    category: str
    manufacturer: str
    gtin: str
    retired_on: date | None
    vendors: list[VendorOut]
    levels: list[KeptOut] = Field(description="Said by `POST /stock/levels`.")


class ProductDone(ProductOut, Done):
    """A product, and the entry that wrote it."""


class TaxCodeGiven(Given):
    """A new tax code."""

    code: str = Field(min_length=1, max_length=20, examples=["DE-19"])
    name: str = Field(min_length=1, max_length=100, examples=["19 % VAT"])
    rate: Percent = Field(default="0", examples=["19"])
    category: Category = "S"
    exemption_reason: Line = ""
    default: bool = False


class TaxCodeChange(Given):
    """What changes of a tax code."""

    code: str | None = Field(default=None, min_length=1, max_length=20)
    name: str | None = Field(default=None, min_length=1, max_length=100)
    rate: Percent | None = None
    category: Category | None = None
    exemption_reason: Line | None = None
    default: bool | None = None
    retired_on: date | None = None


class TaxCodeOut(Shown):
    """A rate of tax with its category (EN 16931 BT-151)."""

    id: Id
    code: str = Field(examples=["DE-19"])
    name: str = Field(examples=["19 % VAT"])
    rate: str = Field(examples=["19"])
    category: str = Field(examples=["S"])
    exemption_reason: str
    default: bool
    retired_on: date | None


class TaxCodeDone(TaxCodeOut, Done):
    """A tax code, and the entry that wrote it."""


class PolicyGiven(Given):
    """A new warranty policy."""

    name: str = Field(min_length=1, max_length=100, examples=["Standard, two years"])
    months: int = Field(ge=0, le=1200, examples=[24])
    product: Id | None = None
    category: str = Field(default="", max_length=100)
    start: Literal["sold", "installed"] = "sold"
    indirect: bool = False
    on_swap: Literal["remaining", "new", "none"] = "remaining"
    valid_from: date | None = None


class PolicyChange(Given):
    """What changes of a warranty policy."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    months: int | None = Field(default=None, ge=0, le=1200)
    product: Id | None = None
    category: str | None = Field(default=None, max_length=100)
    start: Literal["sold", "installed"] | None = None
    indirect: bool | None = None
    on_swap: Literal["remaining", "new", "none"] | None = None
    valid_from: date | None = None


class PolicyOut(Shown):
    """How long we answer for a device."""

    id: Id
    name: str
    product: Id | None
    category: str
    start: str = Field(examples=["sold"])
    months: int = Field(examples=[24])
    indirect: bool
    on_swap: str = Field(examples=["remaining"])
    valid_from: date


class PolicyDone(PolicyOut, Done):
    """A warranty policy, and the entry that wrote it."""


PRODUCTS = Listing(
    "products",
    sorts={"sku": "sku", "name": "name", "category": "category"},
    filters={
        "sku": "sku",
        "kind": "kind",
        "traced": "traced",
        "category": "category",
        "manufacturer": "manufacturer",
        "gtin": "gtin",
        "procured": "procured",
        "vendor": queries.sold_by,
        "retired": queries.retired,
    },
    q=("sku", "name", "gtin"),
)
TAX_CODES = Listing(
    "tax-codes",
    sorts={"code": "code"},
    filters={"code": "code", "retired": queries.retired},
    q=("code", "name"),
)
POLICIES = Listing(
    "warranty-policies",
    sorts={"name": "name"},
    filters={"product": "product_id", "category": "category"},
    q=("name",),
)


def _show_products(request: Request, found: Sequence[Product]) -> list[dict[str, Any]]:
    return queries.show_products(found, costs=request.auth.may("catalog.see_cost"))


def _show_product(request: Request, pk: int) -> dict[str, Any]:
    return _show_products(request, [there(queries.products(), pk)])[0]


@router.get("/products", response=Page[ProductOut], openapi_extra=PRODUCTS.described, summary="List products")
def products(request: Request) -> HttpResponse:
    """Products, newest first."""
    require(request.auth, "catalog.read")
    return PRODUCTS.answer(request, queries.products(), partial(_show_products, request))


@router.get("/products/{id}", response=ProductOut, summary="Read a product")
def product(request: Request, id: Id) -> HttpResponse:
    """A product with what vendors ask for it."""
    require(request.auth, "catalog.read")
    return detail(request, f"product:{id}", _show_product(request, id))


def _split(body: Given) -> dict[str, Any]:
    values = body.model_dump(exclude_unset=True)
    vendors = values.pop("vendors", [])
    return {"values": values, "vendors": vendors}


@router.post("/products", response={201: ProductDone}, summary="Add a product")
def add_product(request: Request, body: ProductGiven) -> HttpResponse:
    """Add something that is bought, kept, sold or done."""
    given = _split(body)
    if given["values"].get("cost_method", "") is None:
        del given["values"]["cost_method"]
    act = partial(actions.add_product, actor=request.auth, **given)

    def made(done: Written) -> int:
        return done.one("catalog.Product")

    return write(
        request,
        act,
        lambda done: _show_product(request, made(done)),
        about=lambda done: f"product:{made(done)}",
        status=201,
    )


@router.patch("/products/{id}", response=ProductDone, summary="Change a product")
def change_product(request: Request, id: Id, body: ProductChange) -> HttpResponse:
    """Change a product; a date in ``retired_on`` retires it."""
    act = partial(actions.change_product, actor=request.auth, product=id, **_split(body))
    return write(request, act, lambda _: _show_product(request, id), about=f"product:{id}")


@router.get(
    "/tax-codes", response=Page[TaxCodeOut], openapi_extra=TAX_CODES.described, summary="List tax codes"
)
def tax_codes(request: Request) -> HttpResponse:
    """Tax codes."""
    require(request.auth, "catalog.read")
    return TAX_CODES.answer(request, TaxCode.objects.all(), queries.show_tax_codes)


def _show_tax_code(pk: int) -> dict[str, Any]:
    return queries.show_tax_codes([there(TaxCode.objects.all(), pk)])[0]


@router.get("/tax-codes/{id}", response=TaxCodeOut, summary="Read a tax code")
def tax_code(request: Request, id: Id) -> HttpResponse:
    """A tax code."""
    require(request.auth, "catalog.read")
    return detail(request, f"tax_code:{id}", _show_tax_code(id))


@router.post("/tax-codes", response={201: TaxCodeDone}, summary="Add a tax code")
def add_tax_code(request: Request, body: TaxCodeGiven) -> HttpResponse:
    """Add a rate of tax."""
    act = partial(actions.add_tax_code, actor=request.auth, values=body.model_dump(exclude_unset=True))
    return write(
        request,
        act,
        lambda done: _show_tax_code(done.one("catalog.TaxCode")),
        about=lambda done: f"tax_code:{done.one('catalog.TaxCode')}",
        status=201,
    )


@router.patch("/tax-codes/{id}", response=TaxCodeDone, summary="Change a tax code")
def change_tax_code(request: Request, id: Id, body: TaxCodeChange) -> HttpResponse:
    """Change a tax code, or make it the default."""
    values = body.model_dump(exclude_unset=True)
    act = partial(actions.change_tax_code, actor=request.auth, tax_code=id, values=values)
    return write(request, act, lambda _: _show_tax_code(id), about=f"tax_code:{id}")


@router.get(
    "/warranty-policies",
    response=Page[PolicyOut],
    openapi_extra=POLICIES.described,
    summary="List warranty policies",
)
def policies(request: Request) -> HttpResponse:
    """Warranty policies."""
    require(request.auth, "catalog.read")
    return POLICIES.answer(request, WarrantyPolicy.objects.all(), queries.show_policies)


def _show_policy(pk: int) -> dict[str, Any]:
    return queries.show_policies([there(WarrantyPolicy.objects.all(), pk)])[0]


@router.get("/warranty-policies/{id}", response=PolicyOut, summary="Read a warranty policy")
def policy(request: Request, id: Id) -> HttpResponse:
    """A warranty policy."""
    require(request.auth, "catalog.read")
    return detail(request, f"warranty_policy:{id}", _show_policy(id))


@router.post("/warranty-policies", response={201: PolicyDone}, summary="Add a warranty policy")
def add_policy(request: Request, body: PolicyGiven) -> HttpResponse:
    """Add a policy for devices of a product or a category."""
    values = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    act = partial(actions.add_warranty_policy, actor=request.auth, values=values)
    return write(
        request,
        act,
        lambda done: _show_policy(done.one("catalog.WarrantyPolicy")),
        about=lambda done: f"warranty_policy:{done.one('catalog.WarrantyPolicy')}",
        status=201,
    )


@router.patch("/warranty-policies/{id}", response=PolicyDone, summary="Change a warranty policy")
def change_policy(request: Request, id: Id, body: PolicyChange) -> HttpResponse:
    """Change a warranty policy."""
    values = body.model_dump(exclude_unset=True)
    act = partial(actions.change_warranty_policy, actor=request.auth, policy=id, values=values)
    return write(request, act, lambda _: _show_policy(id), about=f"warranty_policy:{id}")
