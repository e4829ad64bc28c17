"""Attachments over HTTP."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import File, Form, Router
from ninja.files import UploadedFile
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Line, Listing, Note, Page, Request, Shown
from wharfinger.ledger.door import detail, make, write
from wharfinger.notices import serving
from wharfinger.notices.actions import attachments as actions
from wharfinger.notices.queries import attachments as queries

router = Router(tags=["attachments"])

ATTACHMENTS = Listing(
    "attachments",
    sorts={"rank": "rank", "name": "name"},
    filters={"subject": "about", "kind": "kind", "digest": "digest"},
    q=("name", "caption"),
)
BYTES = {
    "responses": {
        200: {
            "description": "OK",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}
FILE = File(...)
Size = Literal["thumb", "card"]


class AttachmentOut(Shown):
    """A file that is attached to a document or noun."""

    id: Id
    subject: str = Field(examples=["product:17"])
    name: str = Field(examples=["front.jpg"])
    caption: str = Field(examples=["From the front"])
    kind: str = Field(description="Its media type, by its content.", examples=["image/jpeg"])
    size_bytes: int = Field(examples=[48213])
    width: int | None = Field(description="Of a picture, in pixels, held upright.", examples=[1200])
    height: int | None = Field(examples=[900])
    digest: str = Field(description="SHA-256 of the content.", examples=["9f86d081884c7d65"])
    picture: bool = Field(description="Whether it has a small form.")
    inline: bool = Field(description="Whether browsers show it; all else they only save.")


class AttachmentDone(AttachmentOut, Done):
    """An attachment, and the entry that wrote it."""


class AttachmentChange(Given):
    """What is to be different."""

    caption: Line | None = None


class EraseGiven(Given):
    """Why what a file holds is erased."""

    reason: Note = Field(min_length=1, examples=["Shows a person who asked for it to be erased"])


class Arranged(Given):
    """Which files stand first at a document."""

    subject: str = Field(min_length=3, max_length=60, examples=["product:17"])
    attachments: list[Id] = Field(max_length=200, description="In this order; the others stand behind.")


class ArrangedOut(Shown):
    """The files of a document in their order."""

    items: list[AttachmentOut]


class ArrangedDone(ArrangedOut, Done):
    """The files of a document in their order, and the entry that wrote it."""


def _shown(request: Request, pk: int) -> dict[str, Any]:
    return queries.shown([queries.seen(request.auth, pk)])[0]


@router.get(
    "/attachments",
    response=Page[AttachmentOut],
    openapi_extra=ATTACHMENTS.described,
    summary="List attachments",
)
def attachments(request: Request) -> HttpResponse:
    """Attached files, newest first; ``?subject=product:17&sort=rank`` are those of one product in their order."""
    require(request.auth, "notices.read")
    return ATTACHMENTS.answer(request, queries.visible(request.auth), queries.shown)


@router.get("/attachments/{id}", response=AttachmentOut, summary="Read an attachment")
def attachment(request: Request, id: Id) -> HttpResponse:
    """What is known of one file."""
    require(request.auth, "notices.read")
    return detail(request, f"attachment:{id}", _shown(request, id))


@router.get("/attachments/{id}/content", openapi_extra=BYTES, summary="Download an attachment")
def content(request: Request, id: Id) -> HttpResponse:
    """The file as it came in."""
    require(request.auth, "notices.read")
    return serving.content(request, queries.seen(request.auth, id))


@router.get("/attachments/{id}/picture", openapi_extra=BYTES, summary="A picture, small")
def picture(request: Request, id: Id, size: Size = "card") -> HttpResponse:
    """A picture as WebP: at most 96 pixels (`thumb`) or 640 (`card`)."""
    require(request.auth, "notices.read")
    return serving.picture(request, queries.seen(request.auth, id), size)


@router.post("/attachments", response={201: AttachmentDone}, summary="Attach a file")
def attach(
    request: Request,
    subject: str = Form(..., min_length=3, max_length=60, examples=["product:17"]),
    caption: str = Form("", max_length=200, examples=["From the front"]),
    file: UploadedFile = FILE,
) -> HttpResponse:
    """Attach a file to a document or noun, sent as ``multipart/form-data``."""
    act = partial(actions.attach, actor=request.auth, subject=subject, files=[file], caption=caption)
    return make(request, act, "notices.Attachment", partial(_shown, request), subject="attachment")


@router.patch("/attachments/{id}", response=AttachmentDone, summary="Change an attachment")
def change(request: Request, id: Id, body: AttachmentChange) -> HttpResponse:
    """Say what a file shows."""
    values = {k: v for k, v in body.model_dump(exclude_unset=True).items() if v is not None}
    act = partial(actions.change_attachment, actor=request.auth, attachment=id, values=values)
    return write(request, act, lambda _: _shown(request, id), about=f"attachment:{id}")


@router.post("/attachments/{id}/detach", response=AttachmentDone, summary="Take an attachment off")
def detach(request: Request, id: Id) -> HttpResponse:
    """Take a file off its document; undoing the entry brings it back."""
    require(request.auth, "notices.attach")
    before = _shown(request, id)
    act = partial(actions.detach, actor=request.auth, attachment=id)
    return write(request, act, lambda _: before, about=f"attachment:{id}")


@router.post("/attachments/{id}/erase", response=AttachmentDone, summary="Erase an attachment")
def erase(request: Request, id: Id, body: EraseGiven) -> HttpResponse:
    """Erase what a file holds, also one that was taken off; its name, its digest and its story stay."""
    require(request.auth, "notices.erase")
    before = queries.shown([queries.kept(request.auth, id)])[0]
    act = partial(actions.erase, actor=request.auth, attachment=id, reason=body.reason)
    return write(request, act, lambda _: before, about=f"attachment:{id}")


@router.post("/attachments/arrange", response=ArrangedDone, summary="Put attachments in order")
def arrange(request: Request, body: Arranged) -> HttpResponse:
    """Let these files stand first; the first picture of a product is its main one."""
    act = partial(actions.arrange, actor=request.auth, subject=body.subject, attachments=body.attachments)
    return write(request, act, lambda _: {"items": queries.shown(list(queries.of(body.subject)))})
