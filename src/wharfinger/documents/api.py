"""Documents over HTTP: the PDF of any document, and what was issued about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from wharfinger.base.access import require
from wharfinger.documents.actions import issuing
from wharfinger.documents.kinds import kind_named
from wharfinger.documents.queries.issued import issued as read_issued

router = Router(tags=["documents"])
PDF = {
    200: {
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        "description": "PDF",
    }
}


class IssuedOut(Schema):
    """One document as it left the house."""

    id: int
    subject: str
    kind: str
    number: str
    language: str
    entry: int
    issued_at: datetime


class IssuedList(Schema):
    """What was issued about a document."""

    items: list[IssuedOut]
    next: str | None = None


@router.get("/documents/{kind}/{pk}/issued", response=IssuedList, summary="What was issued about a document")
def list_issued(request: HttpRequest, kind: str, pk: int) -> dict[str, Any]:
    """Every issue of a document, newest first."""
    actor: Any = request.user
    of = kind_named(kind)
    require(actor, of.permission)
    rows = [one for one in read_issued(f"{of.subject}:{pk}") if one.kind == kind]
    return {
        "items": [
            {
                "id": one.pk,
                "subject": one.subject,
                "kind": one.kind,
                "number": one.number,
                "language": one.language,
                "entry": one.entry_id,
                "issued_at": one.issued_at,
            }
            for one in rows
        ]
    }


@router.get("/documents/issued/{pk}.pdf", openapi_extra={"responses": PDF}, summary="An issue as it was")
def get_issued(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF of an earlier issue."""
    actor: Any = request.user
    return HttpResponse(issuing.reprint(actor=actor, issued=pk), content_type="application/pdf")


@router.get("/documents/{kind}/{pk}.pdf", openapi_extra={"responses": PDF}, summary="A document as PDF")
def get_pdf(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The document as issued where it is final, else as it would be printed now."""
    actor: Any = request.user
    return HttpResponse(issuing.pdf(actor=actor, kind=kind, pk=pk), content_type="application/pdf")
