"""How documents are numbered, over HTTP."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import clock, configuration
from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Request, Shown
from wharfinger.base.refusal import N_, NotThere
from wharfinger.ledger.door import detail, write
from wharfinger.ledger.models import Counter
from wharfinger.ledger.numbered import said
from wharfinger.ledger.numbering import MOST, SERIES, counters, stands
from wharfinger.parties.actions.numbers import set_number

router = Router(tags=["settings"])


class SeriesChange(Given):
    """How a series is numbered from now on."""

    pattern: str | None = Field(default=None, min_length=1, max_length=60, examples=["PO-{n:05}"])
    next: int | None = Field(default=None, ge=1, le=MOST, examples=[5001])


class SeriesOut(Shown):
    """A series of numbers."""

    series: str = Field(examples=["purchase_order"])
    pattern: str = Field(examples=["PO-{n}"])
    next: int = Field(examples=[18])
    number: str = Field(examples=["PO-18"])


class SeriesDone(SeriesOut, Done):
    """A series of numbers, and the entry that decided it."""


class EverySeries(Shown):
    """Every series of numbers."""

    items: list[SeriesOut]
    next: str | None = None


def _told(name: str, kept: dict[str, Counter]) -> dict[str, Any]:
    year = clock.today(configuration.one("time_zone")).year
    pattern, following = stands(name, kept, year)
    return {"series": name, "pattern": pattern, "next": following, "number": said(pattern, following, year)}


def _show(name: str) -> dict[str, Any]:
    if name not in SERIES:
        raise NotThere("no_such_series", N_("There is no series “{name}”."), name=name[:60])
    return _told(name, counters(name))


@router.get("/numbers", response=EverySeries, summary="List series of numbers")
def numbers(request: Request) -> HttpResponse:
    """Every series with its pattern and the number that comes next."""
    require(request.auth, "site.settings")
    kept = counters()
    items = [_told(name, kept) for name in SERIES]
    return detail(request, "numbers", {"items": items, "next": None})


@router.get("/numbers/{series}", response=SeriesOut, summary="Read a series of numbers")
def number(request: Request, series: str) -> HttpResponse:
    """A series with its pattern and the number that comes next."""
    require(request.auth, "site.settings")
    return detail(request, f"counter:{series}", _show(series))


@router.patch("/numbers/{series}", response=SeriesDone, summary="Decide how a series is numbered")
def change_number(request: Request, series: str, body: SeriesChange) -> HttpResponse:
    """Decide how documents are numbered from now on; numbers that were given stay."""
    values = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    act = partial(set_number, actor=request.auth, series=series, values=values)
    return write(request, act, lambda _: _show(series), about=f"counter:{series}")
