"""The list of grades over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown, there
from wharfinger.ledger.door import detail, make, write
from wharfinger.returns.actions import grading as actions
from wharfinger.returns.models import Grade
from wharfinger.returns.queries.found import retired

router = Router(tags=["returns"])

Becomes = Literal["", "restock", "repair", "scrap", "to_vendor", "send_back"]


class GradeNames(Given):
    """What a grade is called in each language."""

    en: str = Field(default="", max_length=60, examples=["Slightly used"])
    de: str = Field(default="", max_length=60, examples=["Leicht gebraucht"])


class GradeGiven(Given):
    """A grade in which goods come back."""

    code: str = Field(min_length=1, max_length=20, examples=["B"])
    names: GradeNames = Field(default=GradeNames())
    resellable: bool = Field(default=True, description="Whether such goods may be restocked.")
    outcome: Becomes = Field(default="", description="What becomes of them where nobody says otherwise.")


class GradeChange(Given):
    """What changes about a grade."""

    code: str | None = Field(default=None, min_length=1, max_length=20, examples=["B"])
    names: GradeNames | None = Field(default=None, examples=[{"en": "Slightly used"}])
    resellable: bool | None = Field(default=None, examples=[True])
    outcome: Becomes | None = Field(default=None, examples=["restock"])
    retired_on: date | None = Field(default=None, examples=[None])


class GradeOut(Shown):
    """A grade of the list."""

    id: Id
    code: str = Field(examples=["B"])
    names: dict[str, str] = Field(examples=[{"en": "Slightly used", "de": "Leicht gebraucht"}])
    resellable: bool
    outcome: str = Field(examples=["restock"])
    retired_on: date | None


class GradeDone(GradeOut, Done):
    """A grade, and the entry that wrote it."""


GRADES = Listing("grades", sorts={"code": "code"}, filters={"code": "code", "retired": retired}, q=("code",))


def _show(found: Iterable[Grade]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "code": row.code,
            "names": row.names,
            "resellable": row.resellable,
            "outcome": row.outcome,
            "retired_on": row.retired_on.isoformat() if row.retired_on else None,
        }
        for row in found
    ]


def _one(pk: int) -> dict[str, Any]:
    return _show([there(Grade.objects.all(), pk)])[0]


@router.get("/grades", response=Page[GradeOut], openapi_extra=GRADES.described, summary="List grades")
def grades(request: Request) -> HttpResponse:
    """In which states goods come back, as the company lists them."""
    require(request.auth, "returns.read")
    return GRADES.answer(request, Grade.objects.all(), _show)


@router.get("/grades/{id}", response=GradeOut, summary="Read a grade")
def grade(request: Request, id: Id) -> HttpResponse:
    """A grade of the list."""
    require(request.auth, "returns.read")
    return detail(request, f"grade:{id}", _one(id))


@router.post("/grades", response={201: GradeDone}, summary="Add a grade")
def add_grade(request: Request, body: GradeGiven) -> HttpResponse:
    """Add a grade to the list from which inspections choose."""
    act = partial(actions.add_grade, actor=request.auth, values=body.model_dump())
    return make(request, act, "returns.Grade", _one, subject="grade")


@router.patch("/grades/{id}", response=GradeDone, summary="Change a grade")
def change_grade(request: Request, id: Id, body: GradeChange) -> HttpResponse:
    """Change a grade; a date in ``retired_on`` takes it off the list, and what was found keeps it."""
    values = body.model_dump(exclude_unset=True)
    act = partial(actions.change_grade, actor=request.auth, grade=id, values=values)
    return write(request, act, lambda _: _one(id), about=f"grade:{id}")
