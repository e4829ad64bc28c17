"""Own fields over HTTP: what a company adds to its nouns."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown, there
from wharfinger.base.models import OwnField
from wharfinger.ledger.door import detail, make, write
from wharfinger.parties.actions import own_fields as actions
from wharfinger.parties.queries import with_retired_fields

router = Router(tags=["settings"])

Noun = Literal["product", "organization", "order", "line", "purchase_order", "device"]
Kind = Literal["text", "number", "date", "choice", "yes_no"]
Name = Annotated[str, Field(min_length=1, max_length=100, examples=["Warranty label"])]
Choices = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=200, examples=[[]])]
Position = Annotated[int, Field(ge=0, le=10_000, examples=[1])]


class OwnFieldGiven(Given):
    """A new own field."""

    noun: Noun = Field(examples=["device"])
    name: Name
    key: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9_]{0,39}$",
        examples=["warranty_label"],
        description="By what its values are known, for good; without it made of the name.",
    )
    kind: Kind = Field(examples=["text"])
    choices: Choices = Field(default=[], description="What may be chosen, where it is a choice.")
    required: bool = False
    in_lists: bool = Field(default=False, description="Whether lists show it and narrow by it.")
    on_documents: bool = Field(default=False, description="Whether it is printed.")
    position: Position | None = Field(default=None, description="Without it after the others.")


class OwnFieldChange(Given):
    """What changes of an own field; noun, key and kind stay."""

    name: Name | None = None
    choices: Choices | None = Field(
        default=None, description="All there are from now on; a value that is no longer among them stays."
    )
    required: bool | None = None
    in_lists: bool | None = None
    on_documents: bool | None = None
    position: Position | None = None
    retired: bool | None = Field(
        default=None, description="A retired field takes no new value and keeps those it has."
    )


class OwnFieldOut(Shown):
    """A field that the company adds to a noun."""

    id: Id
    noun: Noun = Field(examples=["device"])
    key: str = Field(examples=["warranty_label"])
    name: str = Field(examples=["Warranty label"])
    kind: Kind = Field(examples=["text"])
    choices: list[str]
    required: bool
    in_lists: bool
    on_documents: bool
    position: int
    retired: bool


class OwnFieldDone(OwnFieldOut, Done):
    """An own field, and the entry that wrote it."""


OWN_FIELDS = Listing(
    "own-fields",
    sorts={"name": "name", "position": "position"},
    filters={"noun": "noun", "key": "key", "kind": "kind", "retired": with_retired_fields},
    q=("name", "key"),
)


def _show(found: Iterable[OwnField]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.pk,
            "noun": one.noun,
            "key": one.key,
            "name": one.name,
            "kind": one.kind,
            "choices": list(one.choices),
            "required": one.required,
            "in_lists": one.in_lists,
            "on_documents": one.on_documents,
            "position": one.position,
            "retired": one.retired_at is not None,
        }
        for one in found
    ]


def _one(pk: int) -> dict[str, Any]:
    return _show([there(OwnField.objects.all(), pk)])[0]


@router.get(
    "/own-fields", response=Page[OwnFieldOut], openapi_extra=OWN_FIELDS.described, summary="List own fields"
)
def own_fields(request: Request) -> HttpResponse:
    """What the company adds to products, organizations, orders, lines, purchase orders and devices."""
    require(request.auth, "parties.read")
    return OWN_FIELDS.answer(request, OwnField.objects.all(), _show)


@router.get("/own-fields/{id}", response=OwnFieldOut, summary="Read an own field")
def own_field(request: Request, id: Id) -> HttpResponse:
    """An own field."""
    require(request.auth, "parties.read")
    return detail(request, f"own_field:{id}", _one(id))


@router.post("/own-fields", response={201: OwnFieldDone}, summary="Add an own field")
def add_own_field(request: Request, body: OwnFieldGiven) -> HttpResponse:
    """Add a field to a noun; its values are read and written there under `own`, by its key."""
    values = body.model_dump(exclude_none=True)
    act = partial(actions.add_own_field, actor=request.auth, values=values)
    return make(request, act, "base.OwnField", _one, subject="own_field")


@router.patch("/own-fields/{id}", response=OwnFieldDone, summary="Change an own field")
def change_own_field(request: Request, id: Id, body: OwnFieldChange) -> HttpResponse:
    """Change what a field is called and asks for, retire it or bring it back; values that stand stay."""
    values = {k: v for k, v in body.model_dump(exclude_unset=True).items() if v is not None}
    act = partial(actions.change_own_field, actor=request.auth, own_field=id, values=values)
    return write(request, act, lambda _: _one(id), about=f"own_field:{id}")
