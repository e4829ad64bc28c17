"""Products over HTTP."""

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
    Currency,
    Done,
    Given,
    Id,
    Listing,
    OwnShown,
    OwnValues,
    Page,
    Price,
    Quantity,
    Request,
    Shown,
    Text,
    there,
)
from wharfinger.catalog import actions, queries
from wharfinger.catalog.actions.substitutes import set_substitutes
from wharfinger.catalog.models import Product
from wharfinger.ledger.door import detail, make, write

router = Router(tags=["catalog"])

Kind = Literal["stocked", "non_stocked", "service", "kit"]
Traced = Literal["none", "serial", "batch"]
TracedFrom = Literal["receipt", "shipping"]
CostMethod = Literal["specific", "fifo", "average", "lifo"]


class BreakGiven(Given):
    """What one unit costs from a quantity on."""

    from_quantity: Quantity = Field(examples=["100"])
    cost: Price = Field(examples=["8.00"])


class VendorGiven(Given):
    """What a vendor asks for the product, under which number."""

    organization: Id
    cost: Price = "0"
    part_number: str = Field(default="", max_length=60, examples=["GR-1040"])
    default: bool = Field(default=False, description="Bought from first; without one the first vendor is.")
    lead_time_days: int = Field(default=0, ge=0, le=3650)
    warranty_months: int = Field(
        default=0, ge=0, le=600, description="For so long from its receipt they answer for what they sold."
    )
    currency: Currency | None = Field(default=None, description="Of the cost; without it the vendor's.")
    pack_quantity: Quantity | None = Field(
        default=None, examples=["10"], description="Sold in packs of so many."
    )
    minimum_quantity: Quantity | None = Field(default=None, examples=["20"])
    valid_from: date | None = Field(
        default=None, description="A day to come keeps cost and breaks beside those in force until then."
    )
    stock: Quantity | None = Field(default=None, description="What they say that they have.")
    stock_on: date | None = None
    breaks: list[BreakGiven] = Field(
        default=[], max_length=50, description="All there are from now on; without it they stay."
    )


class BreakOut(Shown):
    """What one unit costs from a quantity on."""

    from_quantity: str = Field(examples=["100"])
    cost: str = Field(examples=["8.00"])
    valid_from: date | None


class VendorOut(Shown):
    """What a vendor asks for the product."""

    organization: Id
    cost: str | None = Field(examples=["31.50"], description="Null for those who may not see costs.")
    currency: str = Field(examples=["EUR"])
    part_number: str
    default: bool
    lead_time_days: int
    warranty_months: int
    pack_quantity: str | None = Field(examples=["10"])
    minimum_quantity: str | None = Field(examples=["20"])
    valid_from: date | None
    stock: str | None = Field(examples=["140"])
    stock_on: date | None
    breaks: list[BreakOut] = Field(description="Empty for those who may not see costs.")
    coming: list[BreakOut] = Field(description="Prices that are valid later; from 0 is that of one unit.")


class ComponentGiven(Given):
    """What goes into one of a kit, or is built into one of a bundle."""

    product: Id
    quantity: Quantity


class ComponentOut(Shown):
    """What goes into one of the product."""

    product: Id
    sku: str = Field(examples=["CAB-2"])
    quantity: str = Field(examples=["2"])


class BarcodeGiven(Given):
    """A further code that stands for the product."""

    code: str = Field(min_length=1, max_length=80, examples=["4006381333931"])
    unit: str = Field(default="", max_length=20, examples=["pc"], description="The unit that one scan is.")
    quantity: Quantity | None = Field(
        default=None,
        examples=["24"],
        description="What one scan means where no unit is named; without it one whole unit of its own.",
    )


class BarcodeOut(Shown):
    """A further code that stands for the product, the unit that one scan is, and how much of the product it means."""

    code: str = Field(examples=["4006381333931"])
    unit: str = Field(examples=["case"])
    quantity: str = Field(examples=["24"])


class UnitGiven(Given):
    """Another unit in which the product is bought or sold; it keeps its name and size."""

    name: str = Field(min_length=1, max_length=20, examples=["case"])
    factor: Quantity = Field(examples=["24"], description="How much of the product's own unit it is.")
    for_buying: bool = Field(default=False, description="Purchase orders begin with it.")
    for_selling: bool = Field(default=False, description="Forms for lines begin with it.")
    retired_on: date | None = Field(default=None, examples=[None])


class UnitOut(Shown):
    """Another unit in which the product is bought or sold."""

    name: str = Field(examples=["case"])
    factor: str = Field(examples=["24"])
    for_buying: bool
    for_selling: bool
    retired_on: date | None


class ProductFields(Given):
    """What a product has that may be left out."""

    description: str = Field(default="", max_length=4000, examples=["Dual-band, wall mount included"])
    kind: Kind = "stocked"
    traced: Traced = "none"
    traced_from: TracedFrom = "receipt"
    serial_pattern: str = Field(
        default="", max_length=60, examples=["XYZ###"], description="The series of our own serial numbers."
    )
    unit: str = Field(default="pc", min_length=1, max_length=20)
    quantity_decimals: int = Field(default=0, ge=0, le=6)
    price: Price = "0"
    cost_method: CostMethod | None = Field(
        default=None, description="Without it: specific where serials are known from receipt, else FIFO."
    )
    procured: bool = True
    fixed: bool = Field(default=False, description="What is built stays whole: no component moves alone.")
    build_on_pick: bool = Field(default=False, description="A pick builds what is not there.")
    rma_eligible: bool = True
    returnable_days: int | None = Field(default=None, ge=0, le=3650)
    weight_grams: int | None = Field(default=None, ge=1, le=100_000_000, examples=[450])
    tax_code: Id | None = Field(default=None, description="Without it: the default tax code.")
    category: str = Field(default="", max_length=100, examples=["Network"])
    manufacturer: str = Field(default="", max_length=100, examples=["Northlight"])
    gtin: str = Field(default="", max_length=14, examples=["4006381333931"])
    own: OwnValues = {}
    valid_from: date | None = Field(
        default=None, examples=[None], description="Bought, sold and provided from that day on."
    )
    valid_until: date | None = Field(default=None, examples=[None], description="The last day of it.")
    barcodes: list[BarcodeGiven] | None = Field(default=None, max_length=50)
    vendors: list[VendorGiven] = Field(default=[], max_length=100)
    units: list[UnitGiven] = Field(default=[], max_length=50)
    components: list[ComponentGiven] | None = Field(
        default=None, max_length=100, description="What a kit is sold as, or a stocked product is built of."
    )


class ProductGiven(ProductFields):
    """A new product."""

    sku: str = Field(min_length=1, max_length=60, examples=["AP-1040"])
    name: Text = Field(examples=["Access point AP-1040"])


class ProductChange(Given):
    """What changes of a product; vendors that are not named stay, components that are given are all there are."""

    sku: str | None = Field(default=None, min_length=1, max_length=60, examples=["AP-1040"])
    name: Text | None = None
    description: str | None = Field(default=None, max_length=4000)
    kind: Kind | None = None
    traced: Traced | None = None
    traced_from: TracedFrom | None = None
    serial_pattern: str | None = Field(default=None, max_length=60, examples=["XYZ###"])
    unit: str | None = Field(default=None, min_length=1, max_length=20)
    quantity_decimals: int | None = Field(default=None, ge=0, le=6)
    price: Price | None = None
    cost_method: CostMethod | None = None
    procured: bool | None = None
    fixed: bool | None = None
    build_on_pick: bool | None = None
    rma_eligible: bool | None = None
    returnable_days: int | None = Field(default=None, ge=0, le=3650)
    weight_grams: int | None = Field(default=None, ge=1, le=100_000_000, examples=[450])
    tax_code: Id | None = None
    category: str | None = Field(default=None, max_length=100)
    manufacturer: str | None = Field(default=None, max_length=100)
    gtin: str | None = Field(default=None, max_length=14, examples=["4006381333931"])
    own: OwnValues = {}
    valid_from: date | None = None
    valid_until: date | None = None
    retired_on: date | None = None
    barcodes: list[BarcodeGiven] | None = Field(
        default=None, max_length=50, description="All it has from now on; without it they stay."
    )
    vendors: list[VendorGiven] = Field(default=[], max_length=100)
    units: list[UnitGiven] = Field(default=[], max_length=50)
    components: list[ComponentGiven] | None = Field(default=None, max_length=100)


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
    serial_pattern: str = Field(examples=["XYZ###"])
    unit: str = Field(examples=["pc"])
    quantity_decimals: int
    price: str = Field(examples=["49.90"])
    cost_method: CostMethod
    procured: bool
    fixed: bool
    build_on_pick: bool
    rma_eligible: bool
    returnable_days: int | None
    weight_grams: int | None
    tax_code: Id
    category: str
    manufacturer: str
    gtin: str
    family: Id | None = Field(description="Of which family it is a variant.")
    values: list[str] = Field(description="One for each attribute of its family.", examples=[["Black", "M"]])
    own: OwnShown
    barcodes: list[BarcodeOut]
    substitutes: list[Id] = Field(description="What may be taken in its place, the best first.")
    valid_from: date | None
    valid_until: date | None
    retired_on: date | None
    merged_into: Id | None = Field(description="The product that it was a double of.")
    vendors: list[VendorOut]
    units: list[UnitOut]
    components: list[ComponentOut]
    levels: list[KeptOut] = Field(description="Said by `POST /stock/levels`.")


class ProductDone(ProductOut, Done):
    """A product, and the entry that wrote it."""


PRODUCTS = Listing(
    "products",
    sorts={"sku": "sku", "name": "name", "category": "category__path"},
    filters={
        "sku": "sku",
        "kind": "kind",
        "traced": "traced",
        "category": queries.in_category,
        "manufacturer": "manufacturer",
        "gtin": "gtin",
        "family": "family_id",
        "code": queries.with_code,
        "procured": "procured",
        "vendor": queries.sold_by,
        "retired": queries.retired,
    },
    q=("sku", "name", "gtin"),
    own=("product", "own"),
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
    return {
        "vendors": values.pop("vendors", []),
        "units": values.pop("units", []),
        "barcodes": values.pop("barcodes", None),
        "components": values.pop("components", None),
        "values": values,
    }


@router.post("/products", response={201: ProductDone}, summary="Add a product")
def add_product(request: Request, body: ProductGiven) -> HttpResponse:
    """Add something that is bought, kept, sold or done."""
    given = _split(body)
    if given["values"].get("cost_method", "") is None:
        del given["values"]["cost_method"]
    act = partial(actions.add_product, actor=request.auth, **given)
    return make(request, act, "catalog.Product", partial(_show_product, request), subject="product")


@router.patch("/products/{id}", response=ProductDone, summary="Change a product")
def change_product(request: Request, id: Id, body: ProductChange) -> HttpResponse:
    """Change a product; a date in ``retired_on`` retires it."""
    act = partial(actions.change_product, actor=request.auth, product=id, **_split(body))
    return write(request, act, lambda _: _show_product(request, id), about=f"product:{id}")


class SubstitutesGiven(Given):
    """What may be taken in a product's place from now on."""

    products: list[Id] = Field(max_length=50, description="The best first; none takes all off.")


@router.post("/products/{id}/substitutes", response=ProductDone, summary="Set the substitutes of a product")
def substitutes(request: Request, id: Id, body: SubstitutesGiven) -> HttpResponse:
    """Say what may be taken in a product's place."""
    act = partial(set_substitutes, actor=request.auth, product=id, others=body.products)
    return write(request, act, lambda _: _show_product(request, id), about=f"product:{id}")
