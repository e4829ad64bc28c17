"""Documents over HTTP: the PDF of any document, what was issued about it, lists of a selection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from wharfinger.base import configuration
from wharfinger.base.access import require
from wharfinger.base.door import Country, Done, Given, Id, Listing, Page, Request, Shown, there, whole
from wharfinger.billing.queries.statements import period
from wharfinger.documents.actions import issuing, printing, wording
from wharfinger.documents.kinds import kind_named
from wharfinger.documents.models import Issued, Wording
from wharfinger.documents.papers import USUAL
from wharfinger.documents.queries.issued import issued
from wharfinger.documents.queries.wording import wordings
from wharfinger.ledger.door import detail, make, write

router = Router(tags=["documents"])

Name = Annotated[str, Path(max_length=40, examples=["invoice"])]
ListName = Annotated[str, Path(max_length=40, examples=["pick-lists"])]
Lines = Annotated[
    str, Query(max_length=20_000, examples=["17,18"], description="Ids of lines, separated by commas.")
]
LabelName = Annotated[str, Path(max_length=40, examples=["products"])]
Copies = Annotated[int, Query(ge=1, le=2000)]
PaperName = Annotated[str, Query(max_length=40, examples=["roll-62x29", "a4-3x8"])]
WordedKind = Literal[
    "quote",
    "order-confirmation",
    "delivery-note",
    "packing-list",
    "invoice",
    "credit-note",
    "reminder-1",
    "reminder-2",
    "reminder-3",
    "purchase-order",
    "rfq",
    "vendor-return",
    "vendor-claim",
]
ColumnName = Literal[
    "part", "sku", "description", "picture", "unit", "discount", "tax", "expected", "serials"
]
SHOW = "What each line shows beside name, quantity, price and amount; `null` is as we ship it."
PDF = {
    "responses": {
        200: {
            "description": "OK",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class IssuedOut(Shown):
    """One document as it left the house."""

    id: Id
    subject: str = Field(examples=["invoice:17"])
    kind: str = Field(examples=["invoice"])
    number: str = Field(examples=["INV-17"])
    language: str = Field(examples=["de"])
    entry: Id
    issued_at: datetime


ISSUED = Listing("issued", sorts={"issued_at": "issued_at"})


def _shown(rows: Sequence[Issued]) -> list[Mapping[str, Any]]:
    return [
        {
            "id": row.pk,
            "subject": row.subject,
            "kind": row.kind,
            "number": row.number,
            "language": row.language,
            "entry": row.entry_id,
            "issued_at": row.issued_at,
        }
        for row in rows
    ]


@router.get("/documents/issued/{pk}.pdf", openapi_extra=PDF, summary="An issue as it was")
def get_issued(request: Request, pk: Id) -> HttpResponse:
    """The PDF of an earlier issue, byte for byte."""
    return _pdf(issuing.reprint(actor=request.auth, issued=pk))


@router.get("/documents/lists/{name}.pdf", openapi_extra=PDF, summary="Pick or packing lists of a selection")
def get_lists(request: Request, name: ListName, lines: Lines = "") -> HttpResponse:
    """`pick-lists` or `packing-lists` for the chosen lines, one for each destination, in one file.

    `picked-lists` are those of what is gone, as it was picked.
    """
    chosen = [whole(part.strip(), "lines") for part in lines.split(",") if part.strip()]
    actor = request.auth
    return _pdf(
        printing.print_lists(actor=actor, name=name, lines=chosen, holdings=[], language=actor.language)
    )


@router.get("/documents/labels/{of}.pdf", openapi_extra=PDF, summary="Small labels")
def get_labels(
    request: Request,
    of: LabelName,
    ids: Lines,
    copies: Copies = 1,
    paper: PaperName = USUAL,
    start: Copies = 1,
    code: Literal["bars", "qr"] = "bars",
) -> HttpResponse:
    """Labels for `products`, `serials`, `bins`, `locations` or `containers`, `copies` of each.

    `start`: the first free place of the first sheet; `code`: Code 128, or QR for all.
    """
    chosen = [whole(part.strip(), "ids") for part in ids.split(",") if part.strip()]
    actor = request.auth
    made = printing.print_labels(
        actor=actor,
        of=of,
        copies=dict.fromkeys(chosen, copies),
        paper=paper,
        start=start,
        square=code == "qr",
        language=actor.language,
    )
    return _pdf(made)


@router.get("/documents/container-labels.pdf", openapi_extra=PDF, summary="Labels of containers")
def get_container_labels(request: Request, containers: Lines) -> HttpResponse:
    """The shipping labels of the chosen containers, with address and contents, in one file."""
    chosen = [whole(part.strip(), "containers") for part in containers.split(",") if part.strip()]
    actor = request.auth
    made = printing.print_container_labels(actor=actor, containers=chosen, language=actor.language)
    return _pdf(made)


@router.get("/documents/counts/{pk}.pdf", openapi_extra=PDF, summary="A count sheet")
def get_count_sheet(request: Request, pk: Id, bin: Id | None = None) -> HttpResponse:
    """What a count looks at, in walking order, with room to write; of one bin where it is named."""
    actor = request.auth
    return _pdf(printing.print_count_sheet(actor=actor, count=pk, bin=bin, language=actor.language))


@router.get("/documents/put-away/{pk}.pdf", openapi_extra=PDF, summary="A put-away list")
def get_put_away_list(request: Request, pk: Id) -> HttpResponse:
    """What lies in the default bin of a location and belongs elsewhere, in walking order."""
    actor = request.auth
    return _pdf(printing.print_put_away_list(actor=actor, location=pk, language=actor.language))


@router.get("/documents/pick-runs/{pk}.pdf", openapi_extra=PDF, summary="The pick list of a run")
def get_run_list(request: Request, pk: Id) -> HttpResponse:
    """What is still to be taken in a pick run, in walking order, each row with its tote."""
    actor = request.auth
    return _pdf(printing.print_run_list(actor=actor, run=pk, language=actor.language))


@router.get("/documents/transfers/{pk}.pdf", openapi_extra=PDF, summary="A transfer slip")
def get_transfer_slip(request: Request, pk: Id) -> HttpResponse:
    """What goes along with the goods of a transfer order: what is on its way, else what is to be sent."""
    actor = request.auth
    return _pdf(printing.print_transfer_slip(actor=actor, transfer=pk, language=actor.language))


@router.get("/documents/units/{pk}.pdf", openapi_extra=PDF, summary="The life of a unit")
def get_unit_life(request: Request, pk: Id, customer: Id | None = None) -> HttpResponse:
    """The life of a unit as a customer may see it: whoever has it, unless another who had it is named."""
    actor = request.auth
    made = printing.print_unit_life(actor=actor, lot=pk, customer=customer, language=actor.language)
    return _pdf(made)


@router.get("/documents/statements/{pk}.pdf", openapi_extra=PDF, summary="A customer's statement")
def get_statement(
    request: Request,
    pk: Id,
    since: date | None = None,
    until: date | None = None,
    currency: str = Query("", max_length=3, description="Without it the home currency."),
) -> HttpResponse:
    """A customer's statement of account in one currency, in the customer's language."""
    first, last = period(since, until)
    made = printing.print_statement(
        actor=request.auth,
        organization=pk,
        currency=currency or configuration.one("currency"),
        first=first,
        last=last,
    )
    return _pdf(made)


@router.get("/documents/{kind}/{pk}.pdf", openapi_extra=PDF, summary="A document as PDF")
def get_pdf(request: Request, kind: Name, pk: Id) -> HttpResponse:
    """The document as issued where it is final, else as it would be printed now."""
    return _pdf(issuing.pdf(actor=request.auth, kind=kind, pk=pk))


@router.get(
    "/documents/{kind}/{pk}/issued",
    response=Page[IssuedOut],
    openapi_extra=ISSUED.described,
    summary="What was issued about a document",
)
def list_issued(request: Request, kind: Name, pk: Id) -> HttpResponse:
    """Every issue of a document, newest first."""
    of = kind_named(kind)
    of.require(request.auth)
    return ISSUED.answer(request, issued(f"{of.subject}:{pk}").filter(kind=of.name), _shown)


class WordingGiven(Given):
    """What a kind of document says before and after its lines, to whom."""

    name: str = Field(min_length=1, max_length=60, examples=["To all vendors"])
    kind: WordedKind = Field(examples=["purchase-order"])
    organization: Id | None = Field(default=None, description="To this one alone, before all others.")
    country: Literal[""] | Country = Field(
        default="", description="To those to whom the document goes there."
    )
    language: Literal["", "en", "de"] = Field(default="", description="Of the document; empty is any.")
    opening: str = Field(default="", max_length=2000, examples=["Please deliver:"])
    closing: str = Field(default="", max_length=2000, examples=["Ring before you come."])
    columns: list[ColumnName] | None = Field(
        default=None, max_length=9, examples=[["sku", "unit"]], description=SHOW
    )


class WordingChange(Given):
    """What is to be different; a day in `retired_on` lets the next that fits be taken."""

    name: str | None = Field(default=None, min_length=1, max_length=60, examples=["To all vendors"])
    organization: Id | None = Field(default=None, examples=[None])
    country: Literal[""] | Country | None = Field(default=None, examples=[""])
    language: Literal["", "en", "de"] | None = None
    opening: str | None = Field(default=None, max_length=2000, examples=["Please deliver:"])
    closing: str | None = Field(default=None, max_length=2000, examples=["Ring before you come."])
    columns: list[ColumnName] | None = Field(default=None, max_length=9, examples=[["sku"]], description=SHOW)
    retired_on: date | None = Field(default=None, examples=[None])


class WordingOut(Shown):
    """The words on a kind of document."""

    id: Id
    name: str
    kind: str = Field(examples=["purchase-order"])
    organization: Id | None
    country: str
    language: str
    opening: str
    closing: str
    columns: list[str] | None = Field(examples=[["sku", "unit"]])
    retired_on: date | None


class WordingDone(WordingOut, Done):
    """Words, and the entry that wrote them."""


WORDINGS = Listing(
    "wordings",
    sorts={"name": "name"},
    filters={"kind": "kind", "organization": "organization_id"},
    q=("name",),
)


@router.get(
    "/wordings",
    response=Page[WordingOut],
    openapi_extra=WORDINGS.described,
    summary="List words on documents",
)
def list_wordings(request: Request) -> HttpResponse:
    """What documents say before and after their lines, to whom."""
    require(request.auth, "documents.read")
    return WORDINGS.answer(request, wordings(), _worded)


@router.get("/wordings/{id}", response=WordingOut, summary="Read words on documents")
def get_wording(request: Request, id: Id) -> HttpResponse:
    """One wording."""
    require(request.auth, "documents.read")
    return detail(request, f"wording:{id}", _one_wording(id))


@router.post("/wordings", response={201: WordingDone}, summary="Write words on documents")
def add_wording(request: Request, body: WordingGiven) -> HttpResponse:
    """Write what a kind of document says to an organization, to a country, or to all."""
    act = partial(wording.add_wording, actor=request.auth, values=body.model_dump())
    return make(request, act, "documents.Wording", _one_wording, subject="wording")


@router.patch("/wordings/{id}", response=WordingDone, summary="Change words on documents")
def change_wording(request: Request, id: Id, body: WordingChange) -> HttpResponse:
    """Write something else; what was issued stays as it was."""
    may_be_nothing = ("organization", "columns", "retired_on")
    sent = body.model_dump(exclude_unset=True)
    values = {key: value for key, value in sent.items() if value is not None or key in may_be_nothing}
    act = partial(wording.change_wording, actor=request.auth, wording=id, values=values)
    return write(request, act, lambda _: _one_wording(id), about=f"wording:{id}")


def _one_wording(pk: int) -> dict[str, Any]:
    return _worded([there(wordings(), pk)])[0]


def _worded(rows: Iterable[Wording]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            **{
                name: getattr(row, name)
                for name in ("name", "kind", "country", "language", "opening", "closing", "columns")
            },
            "organization": row.organization_id,
            "retired_on": row.retired_on.isoformat() if row.retired_on else None,
        }
        for row in rows
    ]


def _pdf(content: bytes) -> HttpResponse:
    return HttpResponse(content, content_type="application/pdf")
