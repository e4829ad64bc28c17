"""Counting what is there: record, review, complete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.catalog.models import Product
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.stock.actions.goods import adjustment_wish
from wharfinger.stock.models import Bin, Count, CountLine, Location
from wharfinger.stock.rules import counting
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.counting import Tally


def begin_count(*, actor: Actor, location: int, note: str = "", key: str | None = None) -> Written:
    """Begin a count of a location; goods may go on moving while people count."""
    require(actor, "stock.count")
    note = tidy(note, field="note", most=500, needed=False)
    return post(
        "begin_count",
        Wish(documents=[(Location, [location])]),
        partial(counting.plan_count, location=location, note=note),
        actor=actor,
        key=key,
    )


def record_count(*, actor: Actor, count: int, tallies: Sequence[Tally], key: str | None = None) -> Written:
    """Write down what was counted, and the difference from the books at this instant."""
    require(actor, "stock.count")
    if not tallies:
        raise BadInput("no_lines", N_("Write down at least one product."), field="lines")
    products = {tally.product for tally in tallies}
    if Product.objects.filter(pk__in=products).count() != len(products):
        raise BadInput("no_such_product", N_("There is no such product."), field="lines")
    if any(tally.counted < 0 for tally in tallies):
        raise BadInput("negative", N_("Give a number of zero or more here."), field="lines")
    bins = {tally.bin for tally in tallies}
    return post(
        "record_count",
        Wish(
            documents=[
                (Count, [count]),
                (CountLine, _lines_of(count)),
            ],
            products=products,
            places=bins,
            layers=True,
            reads=(_read_lines, _read_bins(bins)),
        ),
        partial(counting.plan_record, count=count, tallies=tuple(tallies)),
        actor=actor,
        key=key,
    )


def review_count(*, actor: Actor, count: int, key: str | None = None) -> Written:
    """Say that the differences have been looked at and may be posted."""
    require(actor, "stock.review_count")
    return post(
        "review_count",
        Wish(
            documents=[
                (Count, [count]),
                (CountLine, _lines_of(count)),
            ],
            reads=(_read_lines,),
        ),
        partial(counting.plan_review, count=count),
        actor=actor,
        key=key,
    )


def complete_count(*, actor: Actor, count: int, key: str | None = None) -> Written:
    """Post the differences of a reviewed count as one entry.

    A loss takes free goods first, then the claims with the latest promise, whose lines want them again.
    """
    require(actor, "stock.complete_count")
    items = _differences(count)
    wish = adjustment_wish(items)
    return post(
        "count",
        Wish(
            documents=[(Count, [count]), *wish.documents],
            products=wish.products,
            claims=wish.claims,
            free=True,
            layers=True,
            loose=True,
            reads=wish.reads,
        ),
        partial(counting.plan_complete, count=count, items=tuple(items)),
        actor=actor,
        key=key,
        about=[("count", count)],
    )


def _differences(count: int) -> list[Adjustment]:
    lines = CountLine.objects.filter(count_id=count, void__isnull=True).exclude(difference=0)
    return [
        Adjustment(
            line.product_id,
            line.difference,
            line.bin.location.place_id,
            line.bin.place_id,
            line.unit_cost_micro,
            serials=(line.code,) if line.code and line.product.traced == "serial" else (),
            batch=line.code if line.product.traced == "batch" else "",
            field=f"lines.{n}.",
        )
        for n, line in enumerate(lines.select_related("bin__location", "product").order_by("pk"))
    ]


def _lines_of(count: int) -> sql.Found:
    return sql.Found("count_id = %s AND void_id IS NULL", (count,))


def _read_lines(truth: Truth) -> None:
    truth.read["count_lines"] = list(truth.documents["stock.CountLine"].values())


def _read_bins(bins: set[int]) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        truth.read["bins"] = {bin.place_id: bin for bin in Bin.objects.filter(place_id__in=sorted(bins))}

    return read
