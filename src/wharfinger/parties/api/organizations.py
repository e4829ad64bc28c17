"""Organizations with their contacts and sites over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import configuration, money
from wharfinger.base.access import require
from wharfinger.base.door import (
    Amount,
    Country,
    Currency,
    Done,
    Given,
    Id,
    Listing,
    OwnShown,
    OwnValues,
    Page,
    Percent,
    Request,
    Shown,
    Text,
    there,
)
from wharfinger.base.quantity import scaled
from wharfinger.ledger.door import detail, make, write
from wharfinger.parties import queries
from wharfinger.parties.actions import organizations as actions
from wharfinger.parties.models import Organization

router = Router(tags=["organizations"])

Language = Literal["en", "de"]
Policy = Literal["order", "shipment", "delivery", "monthly", "hand"]
BillsBy = Literal["", "mail", "hand"]
BILLS = "Whether invoices and credit notes leave by mail once they are posted; empty is as the company."


class ContactGiven(Given):
    """A new person at an organization."""

    name: Text = Field(examples=["Rosa Petri"])
    email: str = Field(default="", max_length=254, examples=["rosa@example.com"])
    phone: str = Field(default="", max_length=60, examples=["+49 30 1234567"])


class ContactChange(Given):
    """What changes of a person."""

    name: Text | None = Field(default=None, examples=["Rosa Petri"])
    email: str | None = Field(default=None, max_length=254, examples=["rosa@example.com"])
    phone: str | None = Field(default=None, max_length=60, examples=["+49 30 1234567"])
    retired_on: date | None = None


class ContactOut(Shown):
    """A person at an organization."""

    id: Id
    name: str
    email: str
    phone: str
    retired_on: date | None


class SiteGiven(Given):
    """A new address."""

    name: Text = Field(examples=["Head office"])
    street: str = Field(default="", max_length=300, examples=["Hafenstraße 7"])
    postcode: str = Field(default="", max_length=20, examples=["20457"])
    city: str = Field(default="", max_length=100, examples=["Hamburg"])
    region: str = Field(default="", max_length=100)
    country: Country | None = Field(default=None, description="Without it: the company's.")
    ship_to: bool = True
    bill_to: bool = True


class SiteChange(Given):
    """What changes of an address."""

    name: Text | None = Field(default=None, examples=["Head office"])
    street: str | None = Field(default=None, max_length=300)
    postcode: str | None = Field(default=None, max_length=20)
    city: str | None = Field(default=None, max_length=100)
    region: str | None = Field(default=None, max_length=100)
    country: Country | None = None
    ship_to: bool | None = None
    bill_to: bool | None = None
    retired_on: date | None = None


class SiteOut(Shown):
    """An address of an organization."""

    id: Id
    name: str
    street: str
    postcode: str
    city: str
    region: str
    country: str
    address: str
    ship_to: bool
    bill_to: bool
    retired_on: date | None


class OrganizationGiven(Given):
    """A new customer or vendor."""

    name: Text = Field(examples=["Acme Logistics GmbH"])
    customer: bool = True
    vendor: bool = False
    customer_group: Id | None = Field(
        default=None, examples=[None], description="Whose prices hold for them."
    )
    location: Id | None = Field(
        default=None, examples=[None], description="From where their goods are taken first."
    )
    currency: Currency | None = Field(default=None, description="Without it: the company's.")
    language: Language = "en"
    tax_number: str = Field(default="", max_length=40, examples=["DE136695976"])
    email: str = Field(default="", max_length=254, examples=["office@example.com"])
    phone: str = Field(default="", max_length=60)
    reference: str = Field(default="", max_length=60, examples=["K-1001"])
    terms_days: int | None = Field(
        default=None, ge=0, le=3650, description="Without it: the company's, and its terms."
    )
    terms: Id | None = Field(
        default=None, examples=[None], description="Terms of payment; days to pay hold where none are named."
    )
    tax_code: Id | None = Field(
        default=None, examples=[None], description="By which they are taxed in place of a standard rate."
    )
    credit_limit: Amount | None = Field(
        default=None, examples=["5000.00"], description="How much they may owe us, in home currency."
    )
    discount_percent: Percent = Field(
        default="0", examples=["5"], description="Taken off each of their lines unless that says otherwise."
    )
    billing_policy: Policy = "shipment"
    bills_by: BillsBy = Field(default="", description=BILLS)
    own: OwnValues = {}
    contacts: list[ContactGiven] = Field(default=[], max_length=200)
    sites: list[SiteGiven] = Field(default=[], max_length=200)


class OrganizationChange(Given):
    """What changes of an organization."""

    name: Text | None = Field(default=None, examples=["Acme Logistics GmbH"])
    customer: bool | None = None
    vendor: bool | None = None
    customer_group: Id | None = Field(default=None, examples=[None])
    location: Id | None = Field(default=None, examples=[None], description="Null for none.")
    currency: Currency | None = None
    language: Language | None = None
    tax_number: str | None = Field(default=None, max_length=40)
    email: str | None = Field(default=None, max_length=254, examples=["office@example.com"])
    phone: str | None = Field(default=None, max_length=60)
    reference: str | None = Field(default=None, max_length=60)
    terms_days: int | None = Field(default=None, ge=0, le=3650)
    terms: Id | None = Field(default=None, examples=[None], description="Null for none.")
    tax_code: Id | None = Field(default=None, examples=[None], description="Null for none.")
    credit_limit: Amount | None = Field(default=None, examples=["5000.00"], description="Null for none.")
    discount_percent: Percent | None = Field(default=None, examples=["5"])
    billing_policy: Policy | None = None
    bills_by: BillsBy | None = Field(default=None, description=BILLS)
    own: OwnValues = {}
    retired_on: date | None = None


class OrganizationOut(Shown):
    """A customer, a vendor, or both."""

    id: Id
    name: str = Field(examples=["Acme Logistics GmbH"])
    customer: bool
    vendor: bool
    customer_group: Id | None
    location: Id | None = Field(description="From where their goods are taken first.")
    currency: str = Field(examples=["EUR"])
    language: str = Field(examples=["de"])
    tax_number: str
    email: str
    phone: str
    reference: str
    terms_days: int
    terms: Id | None = Field(description="Terms of payment; days to pay hold where none are named.")
    tax_code: Id | None = Field(description="By which they are taxed in place of a standard rate.")
    credit_limit: str | None = Field(examples=["5000.00"], description="In home currency.")
    held_at: str | None = Field(description="Since when their account is on hold.")
    hold_reason: str
    discount_percent: str = Field(examples=["5"])
    billing_policy: Policy
    bills_by: BillsBy
    own: OwnShown
    retired_on: date | None
    merged_into: Id | None = Field(description="The organization that it was a double of.")
    contacts: list[ContactOut]
    sites: list[SiteOut]


class HoldGiven(Given):
    """Why an account is put on hold."""

    reason: str = Field(max_length=200, examples=["Two invoices are overdue."])


class OrganizationDone(OrganizationOut, Done):
    """An organization, and the entry that wrote it."""


ORGANIZATIONS = Listing(
    "organizations",
    sorts={"name": "name"},
    filters={
        "name": "name",
        "customer": "customer",
        "vendor": "vendor",
        "customer_group": "customer_group_id",
        "reference": "reference",
        "currency": "currency",
        "retired": queries.retired,
    },
    q=("name", "reference", "tax_number"),
    own=("organization", "own"),
)


def _given(body: Given) -> dict[str, Any]:
    """What was said; nothing said about currency, terms or country is left to the company's settings."""
    return {
        name: value
        for name, value in _sent(body).items()
        if value is not None or name not in ("currency", "terms_days", "country")
    }


def _sent(body: Given) -> dict[str, Any]:
    """What was said, by its columns; a discount of null is none."""
    sent = body.model_dump(exclude_unset=True)
    if "discount_percent" in sent:
        sent["discount_micro"] = scaled(sent.pop("discount_percent") or "0", 4, field="discount_percent")
    if "credit_limit" in sent:
        limit = sent.pop("credit_limit")
        home = configuration.one("currency")
        sent["credit_limit_minor"] = None if limit is None else money.minor(limit, home, field="credit_limit")
    return sent


def _show(pk: int) -> dict[str, Any]:
    return queries.show_organizations([there(Organization.objects.all(), pk)])[0]


@router.get(
    "/organizations",
    response=Page[OrganizationOut],
    openapi_extra=ORGANIZATIONS.described,
    summary="List organizations",
)
def organizations(request: Request) -> HttpResponse:
    """Customers and vendors, newest first."""
    require(request.auth, "parties.read")
    return ORGANIZATIONS.answer(request, Organization.objects.all(), queries.show_organizations)


@router.get("/organizations/{id}", response=OrganizationOut, summary="Read an organization")
def organization(request: Request, id: Id) -> HttpResponse:
    """An organization with its contacts and sites."""
    require(request.auth, "parties.read")
    return detail(request, f"organization:{id}", _show(id))


@router.post("/organizations", response={201: OrganizationDone}, summary="Add an organization")
def add_organization(request: Request, body: OrganizationGiven) -> HttpResponse:
    """Add a customer, a vendor or both, with contacts and sites."""
    values = _given(body)
    contacts = values.pop("contacts", [])
    sites = [{k: v for k, v in site.items() if v is not None} for site in values.pop("sites", [])]
    act = partial(actions.add_organization, actor=request.auth, values=values, contacts=contacts, sites=sites)
    return make(request, act, "parties.Organization", _show, subject="organization")


@router.patch("/organizations/{id}", response=OrganizationDone, summary="Change an organization")
def change_organization(request: Request, id: Id, body: OrganizationChange) -> HttpResponse:
    """Change an organization; a date in ``retired_on`` retires it."""
    act = partial(
        actions.change_organization,
        actor=request.auth,
        organization=id,
        values=_sent(body),
    )
    return write(request, act, lambda _: _show(id), about=f"organization:{id}")


@router.post("/organizations/{id}/hold", response=OrganizationDone, summary="Put an account on hold")
def hold_account(request: Request, id: Id, body: HoldGiven) -> HttpResponse:
    """Sell and send an organization nothing more until somebody ends that."""
    act = partial(actions.hold_account, actor=request.auth, organization=id, reason=body.reason)
    return write(request, act, lambda _: _show(id), about=f"organization:{id}")


@router.post("/organizations/{id}/unhold", response=OrganizationDone, summary="End the hold of an account")
def unhold_account(request: Request, id: Id) -> HttpResponse:
    """Sell and send an organization again whose account was on hold."""
    act = partial(actions.unhold_account, actor=request.auth, organization=id)
    return write(request, act, lambda _: _show(id), about=f"organization:{id}")


@router.post("/organizations/{id}/contacts", response={201: OrganizationDone}, summary="Add a contact")
def add_contact(request: Request, id: Id, body: ContactGiven) -> HttpResponse:
    """Add a person to an organization."""
    act = partial(actions.add_contact, actor=request.auth, organization=id, values=_given(body))
    return write(request, act, lambda _: _show(id), about=f"organization:{id}", status=201)


@router.patch("/organizations/{id}/contacts/{contact}", response=OrganizationDone, summary="Change a contact")
def change_contact(request: Request, id: Id, contact: Id, body: ContactChange) -> HttpResponse:
    """Change a person; a date in ``retired_on`` retires them."""
    require(request.auth, "parties.organization")
    there(there(Organization.objects.all(), id).contacts.all(), contact)
    act = partial(
        actions.change_contact,
        actor=request.auth,
        contact=contact,
        values=body.model_dump(exclude_unset=True),
    )
    return write(request, act, lambda _: _show(id), about=f"organization:{id}")


@router.post("/organizations/{id}/sites", response={201: OrganizationDone}, summary="Add a site")
def add_site(request: Request, id: Id, body: SiteGiven) -> HttpResponse:
    """Add an address to an organization."""
    act = partial(actions.add_site, actor=request.auth, organization=id, values=_given(body))
    return write(request, act, lambda _: _show(id), about=f"organization:{id}", status=201)


@router.patch("/organizations/{id}/sites/{site}", response=OrganizationDone, summary="Change a site")
def change_site(request: Request, id: Id, site: Id, body: SiteChange) -> HttpResponse:
    """Change an address; a date in ``retired_on`` retires it."""
    require(request.auth, "parties.organization")
    there(there(Organization.objects.all(), id).sites.all(), site)
    act = partial(
        actions.change_site, actor=request.auth, site=site, values=body.model_dump(exclude_unset=True)
    )
    return write(request, act, lambda _: _show(id), about=f"organization:{id}")
