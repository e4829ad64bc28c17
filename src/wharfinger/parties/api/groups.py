"""Customer groups over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown, there
from wharfinger.ledger.door import detail, make, write
from wharfinger.parties import queries
from wharfinger.parties.actions import groups as actions
from wharfinger.parties.models import CustomerGroup

router = Router(tags=["organizations"])


class GroupGiven(Given):
    """A new group of customers."""

    name: str = Field(min_length=1, max_length=100, examples=["Resellers"])


class GroupChange(Given):
    """What changes about a group of customers."""

    name: str | None = Field(default=None, min_length=1, max_length=100, examples=["Resellers"])
    retired_on: date | None = Field(default=None, examples=[None])


class GroupOut(Shown):
    """A group of customers for whom the same prices hold."""

    id: Id
    name: str = Field(examples=["Resellers"])
    retired_on: date | None


class GroupDone(GroupOut, Done):
    """A customer group, and the entry that wrote it."""


GROUPS = Listing(
    "customer-groups",
    sorts={"name": "name"},
    filters={"name": "name", "retired": queries.retired},
    q=("name",),
)


def _show(pk: int) -> dict[str, Any]:
    return queries.show_groups([there(CustomerGroup.objects.all(), pk)])[0]


@router.get(
    "/customer-groups",
    response=Page[GroupOut],
    openapi_extra=GROUPS.described,
    summary="List customer groups",
)
def groups(request: Request) -> HttpResponse:
    """Groups of customers, newest first."""
    require(request.auth, "parties.read")
    return GROUPS.answer(request, CustomerGroup.objects.all(), queries.show_groups)


@router.get("/customer-groups/{id}", response=GroupOut, summary="Read a customer group")
def group(request: Request, id: Id) -> HttpResponse:
    """A group of customers."""
    require(request.auth, "parties.read")
    return detail(request, f"customer_group:{id}", _show(id))


@router.post("/customer-groups", response={201: GroupDone}, summary="Add a customer group")
def add_group(request: Request, body: GroupGiven) -> HttpResponse:
    """Add a group of customers."""
    act = partial(actions.add_customer_group, actor=request.auth, values=body.model_dump())
    return make(request, act, "parties.CustomerGroup", _show, subject="customer_group")


@router.patch("/customer-groups/{id}", response=GroupDone, summary="Change a customer group")
def change_group(request: Request, id: Id, body: GroupChange) -> HttpResponse:
    """Rename a group of customers; a date in ``retired_on`` retires it."""
    values = body.model_dump(exclude_unset=True)
    act = partial(actions.change_customer_group, actor=request.auth, group=id, values=values)
    return write(request, act, lambda _: _show(id), about=f"customer_group:{id}")
