"""Documents over HTTP: the PDF of any document, what was issued about it, lists of a selection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from wharfinger.base.door import Id, Listing, Page, Request, Shown, whole
from wharfinger.documents.actions import issuing, printing
from wharfinger.documents.kinds import kind_named
from wharfinger.documents.models import Issued
from wharfinger.documents.papers import USUAL
from wharfinger.documents.queries.issued import issued

router = Router(tags=["documents"])

Name = Annotated[str, Path(max_length=40, examples=["invoice"])]
ListName = Annotated[str, Path(max_length=40, examples=["pick-lists"])]
Lines = Annotated[
    str, Query(max_length=20_000, examples=["17,18"], description="Ids of lines, separated by commas.")
]
LabelName = Annotated[str, Path(max_length=40, examples=["products"])]
Copies = Annotated[int, Query(ge=1, le=2000)]
PaperName = Annotated[str, Query(max_length=40, examples=["roll-62x29", "a4-3x8"])]
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
    """`pick-lists` or `packing-lists` for the chosen lines, one for each destination, in one file."""
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


def _pdf(content: bytes) -> HttpResponse:
    return HttpResponse(content, content_type="application/pdf")
