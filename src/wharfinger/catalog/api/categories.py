"""Categories over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Note, Page, Request, Shown, there
from wharfinger.catalog.actions import categories as actions
from wharfinger.catalog.models import Category
from wharfinger.catalog.queries import categories, retired
from wharfinger.ledger.door import detail, write
from wharfinger.ledger.write import Written

router = Router(tags=["catalog"])


class CategoryGiven(Given):
    """A new category."""

    path: str = Field(min_length=1, max_length=100, examples=["Network / Switches"])
    tax_code: Id | None = Field(default=None, description="What new products in it begin with.")


class CategoryChange(Given):
    """What changes of a category."""

    path: str | None = Field(
        default=None, min_length=1, max_length=100, description="Takes along what lies below it."
    )
    tax_code: Id | None = None
    retired_on: date | None = Field(default=None, description="Since when nothing new is filed there.")


class MergeGiven(Given):
    """Of which category it becomes a part."""

    into: Id
    reason: Note = ""


class CategoryOut(Shown):
    """A category by its path from the top."""

    id: Id
    path: str = Field(examples=["Network / Switches"])
    tax_code: Id | None
    retired_on: date | None
    merged_into: Id | None = Field(description="The category that it became a part of.")


class CategoryDone(CategoryOut, Done):
    """A category, and the entry that wrote it."""


CATEGORIES = Listing(
    "categories", sorts={"path": "path"}, filters={"path": "path", "retired": retired}, q=("path",)
)


def _shown(found: Iterable[Category]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.pk,
            "path": one.path,
            "tax_code": one.tax_code_id,
            "retired_on": one.retired_on.isoformat() if one.retired_on else None,
            "merged_into": one.merged_into_id,
        }
        for one in found
    ]


def _show(pk: int) -> dict[str, Any]:
    return _shown([there(categories(), pk)])[0]


@router.get(
    "/categories",
    response=Page[CategoryOut],
    openapi_extra=CATEGORIES.described,
    summary="List categories",
)
def category_list(request: Request) -> HttpResponse:
    """Categories; those above one are there, too, and one that nobody knows comes with its first product."""
    require(request.auth, "catalog.read")
    return CATEGORIES.answer(request, categories(), _shown)


@router.get("/categories/{id}", response=CategoryOut, summary="Read a category")
def category(request: Request, id: Id) -> HttpResponse:
    """A category."""
    require(request.auth, "catalog.read")
    return detail(request, f"category:{id}", _show(id))


@router.post("/categories", response={201: CategoryDone}, summary="Add a category")
def add_category(request: Request, body: CategoryGiven) -> HttpResponse:
    """Add a category."""
    act = partial(actions.add_category, actor=request.auth, values=body.model_dump(exclude_unset=True))
    return write(
        request,
        act,
        lambda done: _show(_made(done)),
        about=lambda done: f"category:{_made(done)}",
        status=201,
    )


def _made(done: Written) -> int:
    """The category itself; those above it are made before it."""
    return done.made["catalog.Category"][-1]


@router.patch("/categories/{id}", response=CategoryDone, summary="Change a category")
def change_category(request: Request, id: Id, body: CategoryChange) -> HttpResponse:
    """Change a category, or move it with all that lies below it."""
    values = body.model_dump(exclude_unset=True)
    act = partial(actions.change_category, actor=request.auth, category=id, values=values)
    return write(request, act, lambda _: _show(id), about=f"category:{id}")


@router.post("/categories/{id}/merge", response=CategoryDone, summary="Merge a category into another")
def merge_category(request: Request, id: Id, body: MergeGiven) -> HttpResponse:
    """Let a category become a part of another: what is filed in it and below it is there, and its path leads there."""
    require(request.auth, "catalog.merge")
    act = partial(
        actions.merge_categories, actor=request.auth, category=id, into=body.into, reason=body.reason
    )
    return write(request, act, lambda _: _show(body.into), about=f"category:{id}")
