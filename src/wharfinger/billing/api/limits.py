"""What customers may owe us over HTTP, and the release of one document."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import configuration, money
from wharfinger.base.access import require
from wharfinger.base.door import Amount, Done, Given, Id, Request, Shown, there
from wharfinger.billing.actions import limits
from wharfinger.billing.queries import exposure, shown
from wharfinger.demand.models import SUBJECTS, Sheet
from wharfinger.ledger.door import write
from wharfinger.parties.models import Organization

router = Router(tags=["billing"])


class ReleaseGiven(Given):
    """Up to how much a customer may owe us for a document to go on, and why."""

    up_to: Amount = Field(examples=["7500.00"], description="In home currency, this document included.")
    reason: str = Field(max_length=500, examples=["Their managing director called."])


class ReleaseOut(Shown):
    """A document that goes on in spite of its customer's limit or hold."""

    id: Id
    number: str = Field(examples=["SO-7"])
    organization: Id
    up_to: str = Field(examples=["7500.00"])
    reason: str
    released_by: Id | None


class ReleaseDone(ReleaseOut, Done):
    """What was released, and the entry that wrote it."""


class CreditOut(Shown):
    """What a customer may owe us and owes us, in home currency."""

    organization: Id
    currency: str = Field(examples=["EUR"])
    credit_limit: str | None = Field(examples=["5000.00"])
    held_at: str | None
    hold_reason: str
    owed: str = Field(examples=["1190.00"], description="What was paid beforehand is taken off.")
    to_bill: str = Field(examples=["238.00"], description="Of firm lines, with tax; drafts are among it.")
    left: str | None = Field(examples=["3572.00"], description="Below zero where it is exceeded.")


@router.get("/organizations/{id}/credit", response=CreditOut, summary="Read what a customer may owe")
def credit(request: Request, id: Id) -> dict[str, Any]:
    """What a customer may owe us, owes us, and will be billed."""
    require(request.auth, "billing.read")
    row = there(Organization.objects.all(), id)
    home = configuration.one("currency")
    found = exposure.exposures([row.pk], home, shown.today())[row.pk]
    limit = row.credit_limit_minor
    return {
        "organization": row.pk,
        "currency": home,
        "credit_limit": None if limit is None else money.plain(limit, home),
        "held_at": row.held_at.isoformat() if row.held_at else None,
        "hold_reason": row.hold_reason,
        "owed": money.plain(found.owed_minor, home),
        "to_bill": money.plain(found.to_bill_minor, home),
        "left": None if limit is None else money.plain(limit - found.minor, home),
    }


@router.post("/quotes/{id}/release-limit", response=ReleaseDone, summary="Release a quote")
def release_quote(request: Request, id: Id, body: ReleaseGiven) -> HttpResponse:
    """Let a quote be won in spite of its customer's limit or hold; the order that it becomes goes on, too."""
    return _release(request, id, body, ("quote",))


@router.post("/orders/{id}/release-limit", response=ReleaseDone, summary="Release a sales order")
def release_order(request: Request, id: Id, body: ReleaseGiven) -> HttpResponse:
    """Let an order go on in spite of its customer's limit or hold."""
    return _release(request, id, body, ("order",))


@router.post("/work-orders/{id}/release-limit", response=ReleaseDone, summary="Release a work order")
def release_work(request: Request, id: Id, body: ReleaseGiven) -> HttpResponse:
    """Let the charges of a work order go on in spite of its customer's limit or hold."""
    return _release(request, id, body, ("ticket", "project", "contract", "job"))


def _release(request: Request, pk: int, body: ReleaseGiven, kinds: tuple[str, ...]) -> HttpResponse:
    require(request.auth, "billing.limit")
    row = there(Sheet.objects.filter(kind__in=kinds), pk)
    up_to = money.minor(body.up_to, configuration.one("currency"), field="up_to")
    act = partial(
        limits.release_limit, actor=request.auth, sheet=row.pk, up_to_minor=up_to, reason=body.reason
    )
    return write(request, act, lambda _: _show(row), about=f"{SUBJECTS[row.kind]}:{row.pk}")


def _show(row: Any) -> dict[str, Any]:
    found = exposure.releases_of([row.pk])[row.pk]
    return {
        "id": row.pk,
        "number": row.number,
        "organization": row.organization_id,
        "up_to": money.plain(found.up_to_minor, configuration.one("currency")),
        "reason": found.reason,
        "released_by": found.made.actor_id,
    }
