"""Invoices of all that is due, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Given, Id, Listing, Page, Request, Shown, answer
from wharfinger.billing.actions import runs
from wharfinger.billing.models import InvoiceRun
from wharfinger.billing.queries.runs import run_of, show_runs
from wharfinger.ledger.door import stepped

router = Router(tags=["billing"])


class RunGiven(Given):
    """Whose due quantities are invoiced."""

    customers: list[Id] = Field(
        default=[], max_length=1000, examples=[[]], description="Without any: those of all customers."
    )
    until: date | None = Field(
        default=None, examples=[None], description="The last day that counts; today, if left empty."
    )
    draft: bool = Field(default=False, description="Prepare the invoices only; each is posted later.")


class DraftsGiven(Given):
    """Which drafts are posted."""

    invoices: list[Id] = Field(min_length=1, max_length=1000)


class RefusedOut(Shown):
    """An invoice of a run that was refused, and why."""

    organization: Id
    code: str = Field(examples=["rate_wanted"])
    message: str


class InvoiceRunOut(Shown):
    """How far the invoices of all that was due are, or the drafts that are posted."""

    id: Id
    until: str | None
    draft: bool
    posts: bool = Field(description="Whether drafts are posted, rather than what is due written.")
    total: int = Field(description="How many invoices were asked for.")
    done: int = Field(description="How many of them are written or refused.")
    started_at: str
    finished_at: str | None
    invoices: list[Id]
    refused: list[RefusedOut]


LISTING = Listing("invoice_runs", sorts={"started_at": "started_at"})


@router.get(
    "/invoice-runs",
    response=Page[InvoiceRunOut],
    openapi_extra=LISTING.described,
    summary="List runs of invoices",
)
def list_runs(request: Request) -> HttpResponse:
    """Runs that invoiced what was due, the newest first."""
    require(request.auth, "billing.read")
    return LISTING.answer(request, InvoiceRun.objects.all(), show_runs)


@router.get("/invoice-runs/{id}", response=InvoiceRunOut, summary="Read a run of invoices")
def one_run(request: Request, id: Id) -> HttpResponse:
    """How far a run is, what it made, and what was refused and why."""
    require(request.auth, "billing.read")
    return answer(_run(run_of(id)))


@router.post("/invoice-runs", response={201: InvoiceRunOut}, summary="Invoice what is due")
def begin(request: Request, body: RunGiven) -> HttpResponse:
    """Begin to invoice what is due by the policies of all customers, or of these; the worker writes each by itself."""
    require(request.auth, "billing.invoice")

    def step() -> dict[str, Any]:
        return _run(
            runs.invoice_due(actor=request.auth, customers=body.customers, until=body.until, draft=body.draft)
        )

    return stepped(request, step, status=201)


@router.post("/invoice-runs/drafts", response={201: InvoiceRunOut}, summary="Post draft invoices")
def begin_posting(request: Request, body: DraftsGiven) -> HttpResponse:
    """Begin to post these drafts, the oldest first; the worker posts each by itself, and one that is refused stays a draft."""
    require(request.auth, "billing.post")

    def step() -> dict[str, Any]:
        return _run(runs.post_drafts(actor=request.auth, drafts=body.invoices))

    return stepped(request, step, status=201)


def _run(found: InvoiceRun) -> dict[str, Any]:
    return show_runs([found])[0]
