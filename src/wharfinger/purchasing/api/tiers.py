"""Approval tiers and delegations over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import configuration, money
from wharfinger.base.access import require
from wharfinger.base.door import Amount, Done, Given, Id, Listing, Page, Request, Shown, there
from wharfinger.ledger.door import detail, make, write
from wharfinger.purchasing.actions import tiers as actions
from wharfinger.purchasing.models import ApprovalTier, Delegation
from wharfinger.purchasing.queries import tiers as queries

router = Router(tags=["purchasing"])

LIMIT = "Up to which amount they may approve, in home currency; any amount without it."


class TierGiven(Given):
    """Who may approve purchases up to which amount."""

    name: str = Field(min_length=1, max_length=60, examples=["Team leads"])
    limit: Amount | None = Field(default=None, description=LIMIT)
    needed: int = Field(default=1, ge=1, le=3, description="How many different people must approve.")
    people: list[Id] = Field(min_length=1, max_length=100, description="Users who may approve purchases.")


class TierChange(Given):
    """What changes about a tier."""

    name: str | None = Field(default=None, min_length=1, max_length=60, examples=["Team leads"])
    limit: Amount | None = Field(default=None, description=LIMIT)
    needed: int | None = Field(default=None, ge=1, le=3)
    people: list[Id] | None = Field(default=None, min_length=1, max_length=100)
    retired_on: date | None = Field(default=None, description="Since when it holds no longer.")


class TierOut(Shown):
    """A tier of approvers."""

    id: Id
    name: str
    limit: str | None = Field(examples=["1000.00"])
    needed: int
    people: list[Id]
    retired_on: date | None


class TierDone(TierOut, Done):
    """A tier, and the entry that wrote it."""


class DelegationGiven(Given):
    """Who approves in whose place, and on which days."""

    delegate: Id
    first_on: date
    last_on: date = Field(description="The last day on which they do.")
    approver: Id | None = Field(default=None, description="In whose place; your own without it.")


class DelegationOut(Shown):
    """Who approves in whose place."""

    id: Id
    approver: Id
    delegate: Id
    first_on: date
    last_on: date
    ended_at: datetime | None


class DelegationDone(DelegationOut, Done):
    """A delegation, and the entry that wrote it."""


class Nothing(Given):
    """Nothing needs to be said."""


TIERS = Listing("approval tiers", sorts={"name": "name"}, filters={"name": "name"}, q=("name",))
DELEGATIONS = Listing(
    "delegations",
    filters={"approver": "approver_id", "delegate": "delegate_id"},
    days={"first_on": "first_on", "last_on": "last_on"},
)


def _show(found: Iterable[ApprovalTier]) -> list[dict[str, Any]]:
    home = configuration.one("currency")
    return [
        {
            "id": one.pk,
            "name": one.name,
            "limit": None if one.limit_minor is None else money.plain(one.limit_minor, home),
            "needed": one.needed,
            "people": one.people,
            "retired_on": one.retired_on,
        }
        for one in found
    ]


def _one(pk: int) -> dict[str, Any]:
    return _show([there(queries.tiers(), pk)])[0]


def _show_delegations(found: Iterable[Delegation]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.pk,
            "approver": one.approver_id,
            "delegate": one.delegate_id,
            "first_on": one.first_on,
            "last_on": one.last_on,
            "ended_at": one.ended_at,
        }
        for one in found
    ]


def _delegation(pk: int) -> dict[str, Any]:
    return _show_delegations([there(queries.delegations(), pk)])[0]


def _values(body: Given) -> dict[str, Any]:
    values = body.model_dump(exclude_unset=True)
    if "limit" in values:
        limit = values.pop("limit")
        home = configuration.one("currency")
        values["limit_minor"] = None if limit is None else money.minor(limit, home, field="limit")
    return values


@router.get(
    "/approval-tiers",
    response=Page[TierOut],
    openapi_extra=TIERS.described,
    summary="List approval tiers",
)
def tiers(request: Request) -> HttpResponse:
    """Who may approve purchases up to which amount; where there are none, whoever may approve, any amount."""
    require(request.auth, "purchasing.read")
    return TIERS.answer(request, queries.tiers(), _show)


@router.get("/approval-tiers/{id}", response=TierOut, summary="Read an approval tier")
def tier(request: Request, id: Id) -> HttpResponse:
    """A tier of approvers."""
    require(request.auth, "purchasing.read")
    return detail(request, f"approval_tier:{id}", _one(id))


@router.post("/approval-tiers", response={201: TierDone}, summary="Add an approval tier")
def add_tier(request: Request, body: TierGiven) -> HttpResponse:
    """Let people approve up to an amount; from then on only people of tiers approve."""
    act = partial(actions.add_tier, actor=request.auth, values=_values(body))
    return make(request, act, "purchasing.ApprovalTier", _one, subject="approval_tier")


@router.patch("/approval-tiers/{id}", response=TierDone, summary="Change an approval tier")
def change_tier(request: Request, id: Id, body: TierChange) -> HttpResponse:
    """Change a tier; a date in `retired_on` ends it. What waits is decided as the tiers stand by then."""
    act = partial(actions.change_tier, actor=request.auth, tier=id, values=_values(body))
    return write(request, act, lambda _: _one(id), about=f"approval_tier:{id}")


@router.get(
    "/delegations",
    response=Page[DelegationOut],
    openapi_extra=DELEGATIONS.described,
    summary="List delegations",
)
def delegations(request: Request) -> HttpResponse:
    """Who approves purchases in whose place, and when."""
    require(request.auth, "purchasing.read")
    return DELEGATIONS.answer(request, queries.delegations(), _show_delegations)


@router.post("/delegations", response={201: DelegationDone}, summary="Delegate approving")
def delegate(request: Request, body: DelegationGiven) -> HttpResponse:
    """Let somebody approve in your place on some days, or in another's if you keep the tiers."""
    act = partial(actions.delegate, actor=request.auth, **body.model_dump())
    return make(request, act, "purchasing.Delegation", _delegation, subject="delegation")


@router.post("/delegations/{id}/end", response=DelegationDone, summary="End a delegation")
def end_delegation(request: Request, id: Id, body: Nothing | None = None) -> HttpResponse:
    """Let nobody stand in any more, before the last day."""
    act = partial(actions.end_delegation, actor=request.auth, delegation=id)
    return write(request, act, lambda _: _delegation(id), about=f"delegation:{id}")
