"""Import and export over HTTP."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpResponse, HttpResponseBase
from ninja import File, Form, Router
from ninja.files import UploadedFile
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Given, Id, Listing, Page, Request, Shown, answer
from wharfinger.base.refusal import N_, BadInput
from wharfinger.exchange import files, queries, serving, sheets
from wharfinger.exchange.actions import rollback, runs
from wharfinger.exchange.columns import kind_of
from wharfinger.exchange.models import Run
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.ledger.door import detail, stepped

router = Router(tags=["exchange"])

IMPORTS = Listing(
    "imports",
    sorts={"uploaded_at": "uploaded_at", "name": "name"},
    filters={"kind": "kind", "status": queries.standing},
    q=("name",),
    words={"kind": tuple(KINDS), "status": queries.STANDINGS},
)
TABLE = {
    "responses": {
        200: {
            "description": "OK",
            "content": {
                media: {"schema": {"type": "string", "format": "binary"}} for media in files.MEDIA.values()
            },
        }
    }
}
FILE = File(...)
TableForm = Literal["csv", "xlsx"]
SECONDS = 2
"""So long a call goes on by itself; the worker does the rest, or another call."""


class ColumnOut(Shown):
    """A column of a kind of file."""

    name: str = Field(examples=["sku"])
    label: str = Field(examples=["SKU"])
    needed: bool
    form: Literal["text", "figure", "whole", "flag", "day"]
    words: list[str] = Field(
        description="Where only these may stand in it.", examples=[["stocked", "service"]]
    )
    help: str
    example: str = Field(examples=["SW-24"])


class KindOut(Shown):
    """A kind of file that can be brought in."""

    name: str = Field(examples=["products"])
    label: str = Field(examples=["Products"])
    key: list[str] = Field(description="What tells one thing from another.", examples=[["sku"]])
    columns: list[ColumnOut]


class KindsOut(Shown):
    """The kinds of files, in the order in which they build on each other."""

    items: list[KindOut]


class ProblemOut(Shown):
    """Why a row was not brought in."""

    row: int = Field(
        description="As a person counts them: the first row below the headings is 2.", examples=[2]
    )
    column: str = Field(examples=["price"])
    message: str = Field(examples=["“zwölf” is not a number. Write it like 12.50."])


class ChangeOut(Shown):
    """What a vendor's list says otherwise than the books did."""

    row: int
    about: str = Field(examples=["SW-24 Switch"])
    what: str = Field(examples=["Cost"])
    old: str = Field(examples=["198.4"])
    new: str = Field(examples=["205"])
    percent: str = Field(examples=["+3.3 %"])


class ImportOut(Shown):
    """A file on its way into the books."""

    id: Id
    kind: str = Field(examples=["products"])
    name: str = Field(examples=["products.csv"])
    status: str = Field(
        description="uploaded, under_way, tried, brought_in or rolled_back", examples=["tried"]
    )
    uploaded_at: str = Field(examples=["2026-11-30T08:15:00+00:00"])
    by: Id | None
    total: int = Field(description="How many things the file names.", examples=[120])
    position: int = Field(description="How many of them are behind us.", examples=[120])
    added: int
    changed: int
    unchanged: int
    refused: int


class ImportDetail(ImportOut):
    """A file with how it is read, and what was refused of it."""

    columns: dict[str, str] = Field(description="Our column → the file's heading, or =text.")
    decimal: Literal[".", ","]
    dates: Literal["dmy", "mdy"]
    headings: list[str] = Field(description="Of the file, until it is in the books.")
    left: list[str] = Field(description="The headings of which nothing is taken over.")
    system: str | None = Field(description="Whose file this is, where its headings tell.", examples=["Odoo"])
    rows: list[list[str]] = Field(description="The first of them.")
    problems: list[ProblemOut]
    changes: list[ChangeOut]
    made: int = Field(description="How many entries, or parts of entries, it led to.")
    undone: int = Field(description="How many of these are rolled back.")


class Reading(Given):
    """How a file is read; what is not said is as it was guessed."""

    columns: dict[str, str] | None = Field(
        default=None, max_length=200, description="Our column → the file's heading, or =text."
    )
    decimal: Literal[".", ","] | None = None
    dates: Literal["dmy", "mdy"] | None = None


class Nothing(Given):
    """Nothing needs to be said."""


@router.get("/imports/kinds", response=KindsOut, summary="What can be brought in")
def kinds(request: Request) -> HttpResponse:
    """The kinds of files with their columns, in the order in which they build on each other."""
    require(request.auth, "exchange.import")
    return answer({"items": [queries.show_kind(kind_of(name)) for name in KINDS]})


@router.get("/imports/templates/{kind}", openapi_extra=TABLE, summary="A file to fill in")
def template(request: Request, kind: str, form: TableForm = "csv") -> HttpResponseBase:
    """The columns of a kind with an example; the workbook says what stands in each."""
    require(request.auth, "exchange.import")
    return serving.template(kind, form)


@router.get("/imports", response=Page[ImportOut], openapi_extra=IMPORTS.described, summary="List imports")
def imports(request: Request) -> HttpResponse:
    """Files that were uploaded, newest first."""
    require(request.auth, "exchange.import")
    return IMPORTS.answer(request, queries.runs(), queries.show_runs)


@router.get("/imports/{id}", response=ImportDetail, summary="Read an import")
def read(request: Request, id: Id) -> HttpResponse:
    """A file, how it is read, how far it is, and what was refused of it."""
    require(request.auth, "exchange.import")
    return detail(request, f"import:{id}", _shown(request, queries.run_of(id)))


@router.post("/imports", response={201: ImportDetail}, summary="Upload a file")
def upload(
    request: Request,
    kind: str = Form("", max_length=20, examples=["products"]),
    file: UploadedFile = FILE,
) -> HttpResponse:
    """Take a CSV or XLSX file in, sent as ``multipart/form-data``; its headings tell what it holds where no kind is named.

    Nothing of it is in the books yet: see how it is read, try it, confirm it.
    """
    if (file.size or 0) > sheets.MOST_BYTES:
        raise BadInput("file_too_large", N_("At most 20 MB are taken. Split the file."), field="file")

    def act() -> Run:
        return runs.upload(actor=request.auth, content=file.read(), name=file.name or "", kind=kind)

    return stepped(request, lambda: _shown(request, act()), status=201)


@router.post("/imports/{id}/try", response=ImportDetail, summary="Try an import")
def attempt(request: Request, id: Id, body: Reading) -> HttpResponse:
    """Do every act and take it back, to see what would be added and what refused; nothing is written."""
    return _start(request, id, body, dry=True)


@router.post("/imports/{id}/confirm", response=ImportDetail, summary="Bring an import in")
def confirm(request: Request, id: Id, body: Reading) -> HttpResponse:
    """Bring a file into the books: this call goes on for some seconds, the worker does the rest."""
    return _start(request, id, body, dry=False)


@router.post("/imports/{id}/proceed", response=ImportDetail, summary="Go on with an import")
def proceed(request: Request, id: Id, body: Nothing) -> HttpResponse:
    """Go on for some seconds with what is under way, bringing in or rolling back; several may."""
    require(request.auth, "exchange.import")

    def act() -> Run:
        run = queries.run_of(id)
        if run.back_to is not None:
            return rollback.go_back(actor=request.auth, run=run, seconds=SECONDS)
        return runs.proceed(actor=request.auth, run=run, seconds=SECONDS)

    return stepped(request, lambda: _shown(request, act()), about=f"import:{id}")


@router.post("/imports/{id}/roll-back", response=ImportDetail, summary="Roll an import back")
def roll_back(request: Request, id: Id, body: Nothing) -> HttpResponse:
    """Undo what it led to by entries of their own, the newest first; what has moved on stays and is named."""
    require(request.auth, "exchange.import")

    def act() -> Run:
        run = rollback.roll_back(actor=request.auth, run=queries.run_of(id))
        return rollback.go_back(actor=request.auth, run=run, seconds=SECONDS)

    return stepped(request, lambda: _shown(request, act()), about=f"import:{id}")


class ListOut(Shown):
    """A list that can be taken out."""

    name: str = Field(examples=["products"])
    label: str = Field(examples=["Products"])
    columns: list[str] = Field(examples=[["sku", "name"]])
    comes_back: bool = Field(description="Whether an import reads it.")


class ListsOut(Shown):
    """The lists that one may take out."""

    items: list[ListOut]


@router.get("/exports", response=ListsOut, summary="What can be taken out")
def exports(request: Request) -> HttpResponse:
    """The lists of a company, in the order in which they build on each other."""
    return answer({"items": queries.show_lists(request.auth)})


@router.get("/exports/everything", openapi_extra=TABLE, summary="Take everything out")
def everything(request: Request, form: TableForm = "csv") -> HttpResponseBase:
    """Every list in one archive."""
    return serving.archive(request.auth, form)


@router.get("/exports/{kind}", openapi_extra=TABLE, summary="Take a list out")
def export(request: Request, kind: str, form: TableForm = "csv") -> HttpResponseBase:
    """One list, in the columns that an import reads."""
    return serving.leaving(request.auth, kind, form)


def _start(request: Request, id: int, body: Reading, *, dry: bool) -> HttpResponse:
    require(request.auth, "exchange.import")

    def act() -> Run:
        run = queries.run_of(id)
        begun = runs.start(
            actor=request.auth,
            run=run,
            columns=run.columns if body.columns is None else body.columns,
            decimal=body.decimal or run.decimal,
            dates=body.dates or run.dates,
            dry=dry,
        )
        return runs.proceed(actor=request.auth, run=begun, seconds=SECONDS)

    return stepped(request, lambda: _shown(request, act()), about=f"import:{id}")


def _shown(request: Request, run: Run) -> dict[str, Any]:
    return queries.show_run(run, costs=request.auth.may("catalog.see_cost"))
