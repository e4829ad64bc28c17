"""What leaves for accounting, over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown
from wharfinger.exchange.actions.accounting import export_accounts
from wharfinger.exchange.queries import accounting as queries
from wharfinger.ledger.door import detail, make

router = Router(tags=["exchange"])


class ExportGiven(Given):
    """Until which day accounting takes what happened."""

    until: date = Field(examples=["2026-03-31"])


class AccountingExportOut(Shown):
    """What left for accounting in one file."""

    id: Id
    number: str = Field(examples=["ACC-3"])
    until: date
    rows: int
    sha256: str = Field(description="Of the file, which stays as it left.")
    made_at: datetime
    made_by: int | None


class AccountingExportDone(AccountingExportOut, Done):
    """An export, and the entry that wrote it."""


EXPORTS = Listing(
    "accounting exports",
    sorts={"until": "until"},
    filters={"number": "number"},
    days={"until": "until"},
    q=("number",),
)
FILE: Any = {
    "responses": {
        200: {
            "description": "OK",
            "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@router.get(
    "/accounting-exports",
    response=Page[AccountingExportOut],
    openapi_extra=EXPORTS.described,
    summary="List accounting exports",
)
def accounting_exports(request: Request) -> HttpResponse:
    """What left for accounting, newest first."""
    require(request.auth, "exchange.accounts")
    return EXPORTS.answer(request, queries.exports(), queries.show)


@router.get("/accounting-exports/{id}", response=AccountingExportOut, summary="Read an accounting export")
def accounting_export(request: Request, id: Id) -> HttpResponse:
    """One export, without its file."""
    require(request.auth, "exchange.accounts")
    return detail(request, f"accounting_export:{id}", _show(id))


@router.get(
    "/accounting-exports/{id}/file", openapi_extra=FILE, summary="Get the file of an accounting export"
)
def accounting_file(request: Request, id: Id) -> HttpResponse:
    """The file as it left: a row for each posting, and for stock one for each day and cause."""
    require(request.auth, "exchange.accounts")
    return HttpResponse(queries.file_of(queries.export(id)), content_type="text/csv; charset=utf-8")


@router.post("/accounting-exports", response={201: AccountingExportDone}, summary="Export to accounting")
def create_export(request: Request, body: ExportGiven) -> HttpResponse:
    """Take out what happened until a day and no earlier export took; what is dated back later goes with the next."""
    act = partial(export_accounts, actor=request.auth, until=body.until)
    return make(request, act, "exchange.AccountingExport", _show, subject="accounting_export")


def _show(pk: int) -> dict[str, Any]:
    return queries.show([queries.export(pk)])[0]
