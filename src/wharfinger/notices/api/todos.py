"""To-dos over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown
from wharfinger.ledger.door import detail, make, write
from wharfinger.notices.actions import todos as actions
from wharfinger.notices.queries import todos as queries

router = Router(tags=["notices"])


def _done(rows: QuerySet[Any, Any], values: list[str]) -> QuerySet[Any, Any]:
    wanted = {value == "true" for value in values}
    return rows if len(wanted) > 1 else rows.filter(done_at__isnull=not wanted.pop())


TODOS = Listing(
    "todos",
    sorts={"due_on": "due_on"},
    filters={"subject": "about", "person": "person_id", "done": _done},
    words={"done": ("true", "false")},
    days={"due_on": "due_on"},
    q=("text",),
)


class TodoGiven(Given):
    """What somebody is to do about a document."""

    subject: str = Field(min_length=3, max_length=60, examples=["order:17"])
    text: str = Field(min_length=1, max_length=500, examples=["Ring before delivery"])
    person: Id | None = Field(
        default=None, description="The user who is to do it; the caller where left out."
    )
    due_on: date | None = None


class TodoChange(Given):
    """What is to be different."""

    text: str | None = Field(default=None, min_length=1, max_length=500, examples=["Ring before delivery"])
    person: Id | None = None
    due_on: date | None = None


class TodoOut(Shown):
    """What somebody is to do about a document."""

    id: Id
    subject: str = Field(examples=["order:17"])
    text: str
    person: Id
    due_on: date | None
    done_at: datetime | None
    done_by: Id | None


class TodoDone(TodoOut, Done):
    """A to-do, and the entry that wrote it."""


@router.get("/todos", response=Page[TodoOut], openapi_extra=TODOS.described, summary="List to-dos")
def todos(request: Request) -> HttpResponse:
    """What is to be done, newest first; ``?person=3&done=false&sort=due_on`` is what one person has before them."""
    require(request.auth, "notices.read")
    return TODOS.answer(request, queries.visible(request.auth), queries.shown)


@router.get("/todos/{id}", response=TodoOut, summary="Read a to-do")
def todo(request: Request, id: Id) -> HttpResponse:
    """One to-do."""
    require(request.auth, "notices.read")
    return detail(request, f"todo:{id}", _todo(request, id))


@router.post("/todos", response={201: TodoDone}, summary="Write a to-do")
def add(request: Request, body: TodoGiven) -> HttpResponse:
    """Write down what somebody is to do about a document; they are told at once and on its day."""
    given = body.model_dump()
    given["person"] = given["person"] or request.auth.pk
    act = partial(actions.add_todo, actor=request.auth, **given)
    return make(request, act, "notices.Todo", partial(_todo, request), subject="todo")


@router.patch("/todos/{id}", response=TodoDone, summary="Change a to-do")
def change(request: Request, id: Id, body: TodoChange) -> HttpResponse:
    """Change what is to be done, by whom or until when."""
    sent = body.model_dump(exclude_unset=True)
    values = {k: v for k, v in sent.items() if v is not None or k == "due_on"}
    act = partial(actions.change_todo, actor=request.auth, todo=id, values=values)
    return write(request, act, lambda _: _todo(request, id), about=f"todo:{id}")


@router.post("/todos/{id}/finish", response=TodoDone, summary="Finish a to-do")
def finish(request: Request, id: Id) -> HttpResponse:
    """Say that it is done."""
    act = partial(actions.finish_todo, actor=request.auth, todo=id)
    return write(request, act, lambda _: _todo(request, id), about=f"todo:{id}")


def _todo(request: Request, pk: int) -> dict[str, Any]:
    return queries.shown([queries.seen(request.auth, pk)])[0]
