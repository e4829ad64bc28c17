"""What one was told, and what one wants to be told, over HTTP."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown, Text, answer
from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger.door import stepped, write
from wharfinger.notices.actions import bell as actions
from wharfinger.notices.queries import bell as queries
from wharfinger.parties.models import User

router = Router(tags=["notices"])


def _read(rows: QuerySet[Any, Any], values: list[str]) -> QuerySet[Any, Any]:
    wanted = {value == "true" for value in values}
    return rows if len(wanted) > 1 else rows.filter(read_at__isnull=not wanted.pop())


NOTICES = Listing(
    "notices",
    filters={"read": _read, "event": "event", "subject": "about", "entry": "entry_id"},
    words={"read": ("true", "false")},
    days={},
    q=("text",),
)


class NoticeOut(Shown):
    """What one was told of one act."""

    id: Id
    entry: Id
    event: str = Field(examples=["to_approve"])
    subject: str | None = Field(examples=["order:17"], description="The document; null where it is a list.")
    text: str = Field(description="All of it in one line, in the language that one read then.")
    told: list[str] = Field(description="Each sentence.")
    told_at: datetime
    read_at: datetime | None


class ReadGiven(Given):
    """What one has read: some of it, or all."""

    ids: list[Id] = Field(default=[], max_length=500)
    all: bool = Field(default=False, examples=[True])


class ReadOut(Shown):
    """What is left."""

    unread: int


class MailsGiven(Given):
    """What one wants to be told, from now on; what is left out stays."""

    muted: list[Text] | None = Field(
        default=None,
        max_length=100,
        examples=[["picked"]],
        description="The events of which one wants no mail: all of them.",
    )
    silenced: list[Text] | None = Field(
        default=None,
        max_length=100,
        examples=[["container"]],
        description="The events of which one wants to hear nothing, neither by mail nor by the bell.",
    )
    digest: Literal["", "daily"] | None = Field(
        default=None, description="One mail a day, or each at once; what is urgent comes at once even so."
    )


class MailsOut(Shown):
    """What one wants to be told, and how."""

    muted: list[str] = Field(examples=[["picked"]])
    silenced: list[str] = Field(examples=[["container"]])
    digest: Literal["", "daily"]


class MailsDone(MailsOut, Done):
    """What one wants from now on, and the entry that says so."""


@router.get("/notices", response=Page[NoticeOut], openapi_extra=NOTICES.described, summary="List my notices")
def notices(request: Request) -> HttpResponse:
    """What the caller was told, newest first; ``?read=false`` is what is new."""
    return NOTICES.answer(request, queries.mine(request.auth).select_related("entry"), queries.shown)


@router.post("/notices/read", response=ReadOut, summary="Mark notices as read")
def read(request: Request, body: ReadGiven) -> HttpResponse:
    """Take what the caller was told as read."""
    if not (body.ids or body.all):
        raise BadInput("nothing_chosen", N_("Name ids, or set all to true."), field="ids")

    def step() -> dict[str, Any]:
        if body.all:
            actions.read_all(user=request.auth)
        else:
            actions.read(user=request.auth, notices=body.ids)
        return {"unread": queries.mine(request.auth).filter(read_at__isnull=True).count()}

    return stepped(request, step)


@router.get("/account/mails", response=MailsOut, summary="Read which mails one wants")
def mails(request: Request) -> HttpResponse:
    """Of which events the caller wants no mail, or no word at all, and how often mails come."""
    return answer(_mails(request.auth))


@router.patch("/account/mails", response=MailsDone, summary="Choose which mails one wants")
def mute(request: Request, body: MailsGiven) -> HttpResponse:
    """Choose what one wants to be told oneself, and how; it acts at once."""
    user = request.auth
    act = partial(actions.mute, user=user, events=body.muted, silenced=body.silenced, digest=body.digest)
    return write(request, act, lambda _: _mails(User.objects.get(pk=user.pk)))


def _mails(user: User) -> dict[str, Any]:
    return {"muted": user.muted, "silenced": user.silenced, "digest": user.digest}
