"""The list of job types over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown, module_on, there
from wharfinger.ledger.door import detail, make, write
from wharfinger.work import actions, queries
from wharfinger.work.api import Days, Scope

router = Router(tags=["work"])


class JobTypeGiven(Given):
    """A type of job, and what a job of it begins with."""

    name: str = Field(min_length=1, max_length=60, examples=["Router exchange"])
    scope: Scope = "generic"
    billable: bool = True
    estimate_days: Days | None = Field(default=None, examples=[2])
    agreed: str = Field(default="", max_length=1000, examples=["Travel within 30 km is included."])


class JobTypeChange(Given):
    """What changes about a type of job; jobs keep what they began with."""

    name: str | None = Field(default=None, min_length=1, max_length=60, examples=["Router exchange"])
    scope: Scope | None = None
    billable: bool | None = None
    estimate_days: Days | None = Field(default=None, examples=[2])
    agreed: str | None = Field(default=None, max_length=1000, examples=["Travel within 30 km is included."])
    retired_on: date | None = Field(default=None, examples=[None])


class JobTypeOut(Shown):
    """A type of job."""

    id: Id
    name: str = Field(examples=["Router exchange"])
    scope: Scope
    billable: bool
    estimate_days: int | None = Field(examples=[2])
    agreed: str = Field(examples=["Travel within 30 km is included."])
    retired_on: date | None


class JobTypeDone(JobTypeOut, Done):
    """A type of job, and the entry that wrote it."""


JOB_TYPES = Listing(
    "job-types",
    sorts={"name": "name"},
    filters={"name": "name", "scope": "scope", "retired": queries.retired_types},
    q=("name",),
)


def _one(pk: int) -> dict[str, Any]:
    return queries.show_job_types([there(queries.job_types(), pk)])[0]


@router.get(
    "/job-types", response=Page[JobTypeOut], openapi_extra=JOB_TYPES.described, summary="List job types"
)
def list_job_types(request: Request) -> HttpResponse:
    """The types that jobs can have, newest first."""
    require(request.auth, "work.read")
    module_on("jobs")
    return JOB_TYPES.answer(request, queries.job_types(), queries.show_job_types)


@router.get("/job-types/{id}", response=JobTypeOut, summary="Read a job type")
def one_job_type(request: Request, id: Id) -> HttpResponse:
    """A type of job."""
    require(request.auth, "work.read")
    module_on("jobs")
    return detail(request, f"job_type:{id}", _one(id))


@router.post("/job-types", response={201: JobTypeDone}, summary="Add a job type")
def add_job_type(request: Request, body: JobTypeGiven) -> HttpResponse:
    """Add a type of job to the list; a job of it begins with its scope, billing and estimate."""
    act = partial(actions.add_job_type, actor=request.auth, values=body.model_dump())
    return make(request, act, "work.JobType", _one, subject="job_type")


@router.patch("/job-types/{id}", response=JobTypeDone, summary="Change a job type")
def change_job_type(request: Request, id: Id, body: JobTypeChange) -> HttpResponse:
    """Change a type of job; a date in ``retired_on`` takes it off the list, and its jobs stay."""
    sent = body.model_dump(exclude_unset=True)
    may_be_empty = ("estimate_days", "retired_on")
    values = {key: value for key, value in sent.items() if value is not None or key in may_be_empty}
    act = partial(actions.change_job_type, actor=request.auth, job_type=id, values=values)
    return write(request, act, lambda _: _one(id), about=f"job_type:{id}")
