"""Purchase approval over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import configuration
from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown, answer, there
from wharfinger.ledger.door import write
from wharfinger.ledger.write import Written
from wharfinger.purchasing.actions import approving as actions
from wharfinger.purchasing.models import Approval, PurchaseOrder
from wharfinger.purchasing.queries import shown as queries
from wharfinger.purchasing.queries import yeses
from wharfinger.purchasing.rules import rising

router = Router(tags=["purchasing"])


class Approve(Given):
    """What may be bought."""

    lines: list[Id] = Field(
        default=[], max_length=1000, description="Customers' lines that wait for approval."
    )
    purchase_lines: list[Id] = Field(
        default=[],
        max_length=1000,
        description="Lines of draft purchase orders, or that a change of an order asks for.",
    )
    purchase_orders: list[Id] = Field(
        default=[],
        max_length=1000,
        description="Draft purchase orders, and orders with a change; every line that needs it is approved.",
    )
    note: str = Field(default="", max_length=500)


class Reject(Given):
    """What may not be bought, and why."""

    lines: list[Id] = Field(
        default=[], max_length=1000, description="Customers' lines that wait for approval."
    )
    purchase_orders: list[Id] = Field(
        default=[],
        max_length=1000,
        description="Draft purchase orders, and orders with a change, that wait for approval.",
    )
    note: str = Field(max_length=500, examples=["Use the ones in the van first"])


class Ask(Given):
    """Pending lines that are to be bought."""

    lines: list[Id] = Field(min_length=1, max_length=1000)


class ApprovalOut(Shown):
    """A decision about buying."""

    id: Id
    line: Id | None
    purchase_line: Id | None
    granted: bool
    amount: str | None = Field(
        examples=["1200.00"], description="In home currency; null for those who may not see costs."
    )
    note: str
    by: Id | None
    at: datetime


class Decided(Done):
    """The decisions that were made, and the entry that wrote them; how far what is the least far is by them."""

    items: list[ApprovalOut]
    enough: bool = Field(description="Whether nothing that was approved needs another person's approval.")
    given: int | None = Field(
        description="So many have approved what still needs others; null where it is enough."
    )
    needed: int | None = Field(description="So many must; null where it is enough, or above every limit.")
    may_approve: list[str] = Field(description="Who may give what is missing.", examples=[["Petra Storm"]])


class Asked(Done):
    """The entry by which lines were sent to be bought."""

    lines: list[Id]


APPROVALS = Listing(
    "approvals",
    filters={"line": "line_id", "purchase_line": "purchase_line_id", "granted": "granted", "by": "by_id"},
    days={"at": "at"},
    q=("note",),
)


def _show(request: Request, found: Sequence[Approval]) -> list[dict[str, Any]]:
    return queries.show_approvals(
        found, configuration.one("currency"), costs=request.auth.may("catalog.see_cost")
    )


def _decided(request: Request, act: partial[Written]) -> HttpResponse:
    def shown(done: Written) -> dict[str, Any]:
        made = queries.approvals().filter(pk__in=done.made.get("purchasing.Approval", ())).order_by("pk")
        far = yeses.missing(done.id)
        return {
            "items": _show(request, list(made)),
            "enough": far is None,
            "given": far.given if far else None,
            "needed": far.needed if far else None,
            "may_approve": list(far.names) if far else [],
        }

    return write(request, act, shown)


@router.get(
    "/approvals",
    response=Page[ApprovalOut],
    openapi_extra=APPROVALS.described,
    summary="List decisions about buying",
)
def approvals(request: Request) -> HttpResponse:
    """What was approved and rejected, newest first."""
    require(request.auth, "purchasing.read")
    return APPROVALS.answer(request, queries.approvals(), partial(_show, request))


class WaitsOut(Shown):
    """How far the approval of a draft is, or of a change of an order."""

    asks: bool = Field(
        description="Whether it needs an approval before it is submitted, or its change is made."
    )
    given: int = Field(description="So many different people have approved it.")
    needed: int | None = Field(description="So many must; null where it is above the limit of every tier.")
    by: list[str] = Field(description="Who has.", examples=[["Petra Storm"]])


@router.get("/purchase-orders/{id}/approval", response=WaitsOut, summary="Read how far an approval is")
def waits(request: Request, id: Id) -> HttpResponse:
    """How many people have approved a draft or a change, of how many must; the line that is the least far counts."""
    require(request.auth, "purchasing.read")
    order = there(PurchaseOrder.objects.filter(void__isnull=True), id)
    draft = order.submitted_at is None and order.cancelled_at is None
    far = yeses.of_order(order) if draft or rising.waits(order) else None
    known = {"given": len(far.by), "needed": far.needed, "by": list(far.by)} if far else {}
    return answer({"asks": far is not None, "given": 0, "needed": 0, "by": []} | known)


@router.post("/approvals/approve", response=Decided, summary="Approve purchases")
def approve(request: Request, body: Approve) -> HttpResponse:
    """Grant buying; all lines of the same product on the same order go on together."""
    act = partial(
        actions.approve,
        actor=request.auth,
        lines=body.lines,
        purchase_lines=body.purchase_lines,
        purchase_orders=body.purchase_orders,
        note=body.note,
    )
    return _decided(request, act)


@router.post("/approvals/reject", response=Decided, summary="Reject purchases")
def reject(request: Request, body: Reject) -> HttpResponse:
    """Refuse buying, with a reason; lines are pending again, drafts stay drafts, and orders stay without the change."""
    act = partial(
        actions.reject,
        actor=request.auth,
        lines=body.lines,
        purchase_orders=body.purchase_orders,
        note=body.note,
    )
    return _decided(request, act)


@router.post("/approvals/request", response=Asked, summary="Ask for buying")
def ask(request: Request, body: Ask) -> HttpResponse:
    """Send pending lines to be bought, by way of approval where that is needed."""
    act = partial(actions.request, actor=request.auth, lines=body.lines)
    return write(request, act, lambda _: {"lines": body.lines})
