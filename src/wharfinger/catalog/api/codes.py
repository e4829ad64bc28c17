"""Tax codes and warranty policies over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Line, Listing, Page, Percent, Request, Shown, there
from wharfinger.catalog import actions, queries
from wharfinger.catalog.models import TaxCode, WarrantyPolicy
from wharfinger.ledger.door import detail, make, write

router = Router(tags=["catalog"])

Category = Literal["S", "Z", "E", "AE", "K", "G", "O", "L", "M"]


class TaxCodeGiven(Given):
    """A new tax code."""

    code: str = Field(min_length=1, max_length=20, examples=["DE-19"])
    name: str = Field(min_length=1, max_length=100, examples=["19 % VAT"])
    rate: Percent = Field(default="0", examples=["19"])
    category: Category = "S"
    exemption_reason: Line = ""
    exemption_code: str = Field(default="", max_length=30, examples=[""], description="One like VATEX-EU-IC.")
    second_name: str = Field(default="", max_length=30, description="What a second tax is called.")
    second_rate: Percent = Field(default="0", examples=["0"], description="Its rate; 0 for none.")
    compound: bool = Field(default=False, description="Whether the second tax is asked of the first, too.")
    default: bool = False
    valid_from: date | None = Field(default=None, examples=[None], description="The first day taxed by it.")
    valid_until: date | None = Field(default=None, examples=[None], description="The last day taxed by it.")
    successor: Id | None = Field(
        default=None, examples=[None], description="By which tax code later days are taxed."
    )


class TaxCodeChange(Given):
    """What changes of a tax code."""

    code: str | None = Field(default=None, min_length=1, max_length=20)
    name: str | None = Field(default=None, min_length=1, max_length=100)
    rate: Percent | None = None
    category: Category | None = None
    exemption_reason: Line | None = None
    exemption_code: str | None = Field(default=None, max_length=30, examples=[""])
    second_name: str | None = Field(default=None, max_length=30, examples=["PST"])
    second_rate: Percent | None = None
    compound: bool | None = None
    default: bool | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    successor: Id | None = Field(default=None, examples=[None])
    retired_on: date | None = None


class TaxCodeOut(Shown):
    """A rate of tax with its category (EN 16931 BT-151)."""

    id: Id
    code: str = Field(examples=["DE-19"])
    name: str = Field(examples=["19 % VAT"])
    rate: str = Field(examples=["19"])
    category: str = Field(examples=["S"])
    exemption_reason: str
    exemption_code: str = Field(
        examples=[""], description="Why nothing is charged, as electronic invoices say it."
    )
    second_name: str
    second_rate: str = Field(examples=["0"])
    compound: bool
    default: bool
    valid_from: date | None
    valid_until: date | None
    successor: Id | None
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
    valid_until: date | None = Field(
        default=None, description="The last day on which a warranty may begin by it."
    )


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
    valid_until: date | None = None


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
    valid_until: date | None


class PolicyDone(PolicyOut, Done):
    """A warranty policy, and the entry that wrote it."""


TAX_CODES = Listing(
    "tax-codes",
    sorts={"code": "code"},
    filters={"code": "code", "retired": queries.retired},
    q=("code", "name"),
)
POLICIES = Listing(
    "warranty-policies",
    sorts={"name": "name"},
    filters={"product": "product_id", "category": "category__path"},
    q=("name",),
)


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
    return make(request, act, "catalog.TaxCode", _show_tax_code, subject="tax_code")


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
    return make(request, act, "catalog.WarrantyPolicy", _show_policy, subject="warranty_policy")


@router.patch("/warranty-policies/{id}", response=PolicyDone, summary="Change a warranty policy")
def change_policy(request: Request, id: Id, body: PolicyChange) -> HttpResponse:
    """Change a warranty policy."""
    values = body.model_dump(exclude_unset=True)
    act = partial(actions.change_warranty_policy, actor=request.auth, policy=id, values=values)
    return write(request, act, lambda _: _show_policy(id), about=f"warranty_policy:{id}")
