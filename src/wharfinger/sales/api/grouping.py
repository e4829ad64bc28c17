"""The groups of lines on quotes over HTTP."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Given, Id, Percent, Request
from wharfinger.base.quantity import scaled
from wharfinger.demand.actions import arrange
from wharfinger.sales import queries
from wharfinger.sales.api.quotes import GroupGiven, QuoteDone, done_with, group_of

router = Router(tags=["selling"])


class Group(GroupGiven):
    """A group as it shall be: one that is there, by its id, or a new one."""

    id: Id | None = Field(default=None, examples=[None])
    lines: list[Id] = Field(default=[], max_length=1000, examples=[[]])


class Groups(Given):
    """All groups of a quote, in their order, and what is taken off the whole."""

    groups: list[Group] = Field(max_length=200)
    discount_percent: Percent | None = Field(default=None, description="Without it as it is.")


@router.put("/quotes/{id}/groups", response=QuoteDone, summary="Arrange a quote")
def arrange_quote(request: Request, id: Id, body: Groups) -> HttpResponse:
    """Let a quote have exactly these groups: what is not named ends, what is in none stands alone."""
    require(request.auth, "sales.quote")
    queries.quote(id)
    wishes = [
        replace(group_of(one, n), group=one.id, lines=tuple(one.lines)) for n, one in enumerate(body.groups)
    ]
    share = body.discount_percent
    act = partial(
        arrange,
        actor=request.auth,
        sheet=id,
        groups=wishes,
        discount_micro=None if share is None else scaled(share, 4, field="discount_percent"),
    )
    return done_with(request, act, id)
