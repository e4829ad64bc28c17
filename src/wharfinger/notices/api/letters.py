"""Mails that come in, over HTTP."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import File, Router
from ninja.files import UploadedFile
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Id, Listing, Page, Request, Shown, there
from wharfinger.ledger.door import detail, write
from wharfinger.notices.actions import letters as actions
from wharfinger.notices.models import Letter
from wharfinger.notices.queries import letters as queries
from wharfinger.notices.rules.letters import MOST_BYTES, too_large

router = Router(tags=["notices"])

LETTERS = Listing(
    "letters",
    filters={"subject": "about", "message": "outbox_id"},
    days={"received_at": "received_at"},
    q=("sender", "title", "text"),
)
FILE = File(...)


class LetterOut(Shown):
    """A mail that came in."""

    id: Id
    subject: str | None = Field(
        examples=["quote:17"], description="The document whose mail it answers; null where it answers none."
    )
    message: Id | None = Field(description="The mail of ours that it answers.")
    sender: str = Field(
        examples=["Jane Quinn <jane@acme.example>"], description="As the mail says; nobody has proved it."
    )
    title: str = Field(examples=["Re: Quote Q-12"])
    text: str
    left_out: list[str] = Field(description="Files that it carried and that are not kept.", examples=[[]])
    received_at: datetime


class LetterDone(LetterOut, Done):
    """A mail that came in, and the entry that keeps it."""


@router.get(
    "/letters", response=Page[LetterOut], openapi_extra=LETTERS.described, summary="List mails that came in"
)
def letters(request: Request) -> HttpResponse:
    """Mails that came in, newest first; ``?subject=quote:17`` are the answers about one document."""
    require(request.auth, "notices.read")
    return LETTERS.answer(request, queries.visible(request.auth), queries.shown)


@router.get("/letters/{id}", response=LetterOut, summary="Read a mail that came in")
def letter(request: Request, id: Id) -> HttpResponse:
    """One mail that came in."""
    require(request.auth, "notices.read")
    return detail(request, f"letter:{id}", _shown(there(queries.visible(request.auth), id)))


@router.post("/letters", response={201: LetterDone}, summary="Hand in a mail")
def hand_in(request: Request, file: UploadedFile = FILE) -> HttpResponse:
    """Take a mail in as a mail server got it (RFC 5322), sent as ``multipart/form-data``; the same one twice is kept once."""
    require(request.auth, "notices.letter")
    if (file.size or 0) > MOST_BYTES:
        raise too_large()
    act = partial(actions.answer, actor=request.auth, content=file.read())
    return write(request, act, lambda done: _shown(Letter.objects.get(made=done.entry)), status=201)


def _shown(row: Letter) -> dict[str, Any]:
    return queries.shown([row])[0]
