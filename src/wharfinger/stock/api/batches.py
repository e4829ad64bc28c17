"""Batches over HTTP: where every unit of one is, and the day on which it expires."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown, Text, there
from wharfinger.base.quantity import plain
from wharfinger.base.words import same
from wharfinger.ledger.door import detail, write
from wharfinger.stock.actions.batches import change_expiry
from wharfinger.stock.queries import batches as queries

router = Router(tags=["stock"])


class PartOut(Shown):
    """Units of a batch at one place."""

    kind: str = Field(examples=["bin"])
    location: str = Field(examples=["Main"])
    bin: str = Field(examples=["A1"])
    subject: str = Field(examples=["order:17"], description="The document of the line that holds them.")
    organization: str = Field(description="For whom, or whose the place is.")
    line: Id | None
    quantity: str = Field(examples=["3"])


class BatchOut(Shown):
    """A batch, and where every unit of it is."""

    id: Id
    product: Id
    sku: str
    batch: str = Field(examples=["L-7"])
    expires_on: date | None
    owner: Id | None = Field(description="Whose it is, where it is not ours.")
    at_hand: str = Field(examples=["12"])
    where: list[PartOut]


class BatchDone(BatchOut, Done):
    """A batch, and the entry that changed it."""


class ExpiryGiven(Given):
    """Another day on which a batch expires; none where it does not."""

    expires_on: date | None
    reason: Text


BATCHES = Listing(
    "batches",
    sorts={"expires_on": "expires_on", "batch": "code_key"},
    filters={
        "product": "product_id",
        "batch": lambda rows, values: rows.filter(code_key__in=[same(value) for value in values]),
    },
    days={"expires_on": "expires_on"},
    q=("code",),
)


def _shown(found: Sequence[Any]) -> list[dict[str, Any]]:
    where = queries.whereabouts([one.pk for one in found])
    return [
        {
            "id": one.pk,
            "product": one.product_id,
            "sku": one.product.sku,
            "batch": one.code,
            "expires_on": one.expires_on.isoformat() if one.expires_on else None,
            "owner": one.owner_id,
            "at_hand": plain(one.at_hand, one.product.quantity_decimals),
            "where": [
                {
                    "kind": part.stand.kind,
                    "location": part.stand.location,
                    "bin": part.stand.bin,
                    "subject": part.subject,
                    "organization": part.organization,
                    "line": part.claim or None,
                    "quantity": plain(part.quantity, one.product.quantity_decimals),
                }
                for part in where[one.pk]
            ],
        }
        for one in found
    ]


def _one(pk: int) -> dict[str, Any]:
    return _shown([there(queries.batches(), pk)])[0]


@router.get("/batches", response=Page[BatchOut], openapi_extra=BATCHES.described, summary="List batches")
def batches(request: Request) -> HttpResponse:
    """Every batch with where its units are, with us and with customers."""
    require(request.auth, "stock.read")
    return BATCHES.answer(request, queries.batches(), _shown)


@router.get("/batches/{id}", response=BatchOut, summary="Read a batch")
def batch(request: Request, id: Id) -> HttpResponse:
    """A batch, and where every unit of it is."""
    require(request.auth, "stock.read")
    return detail(request, f"lot:{id}", _one(id))


@router.post("/batches/{id}/expiry", response=BatchDone, summary="Change the day on which a batch expires")
def expiry(request: Request, id: Id, body: ExpiryGiven) -> HttpResponse:
    """Give a batch another day of expiry, or none; the old one stays on record."""
    act = partial(change_expiry, actor=request.auth, lot=id, expires_on=body.expires_on, reason=body.reason)
    return write(request, act, lambda done: _one(id), about=f"lot:{id}")
