"""Counting what is there: begin, record, count again, review, complete, give up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import categories
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import Planner, dry, post
from wharfinger.ledger.write import Written
from wharfinger.stock.actions.goods import check_owners
from wharfinger.stock.models import Bin, Count, CountLine, Location
from wharfinger.stock.queries import counting as reads
from wharfinger.stock.queries.holders import Deprived, deprived
from wharfinger.stock.queries.truth import read_claims, read_layer_dates, read_places
from wharfinger.stock.rules import completing, counting
from wharfinger.stock.rules.counting import Scope, Tally

EVERYTHING = Scope()
MOST = 10_000
"""So many products of a bin are recorded at once."""


def begin_count(
    *,
    actor: Actor,
    location: int,
    scope: Scope = EVERYTHING,
    blind: bool = False,
    note: str = "",
    key: str | None = None,
) -> Written:
    """Begin a count of a location or of a part of it; goods may go on moving while people count.

    blind: whether those who count see no figures of the books.
    """
    require(actor, "stock.count")
    note = tidy(note, field="note", most=500, needed=False)
    if scope.category is not None and not categories().filter(pk=scope.category).exists():
        raise BadInput("no_such_category", N_("There is no such category."), field="category")
    if Product.objects.filter(pk__in=scope.products).count() != len(set(scope.products)):
        raise BadInput("no_such_product", N_("There is no such product."), field="products")
    bins = sql.Found("location_id = %s AND retired_on IS NULL", (location,))
    return post(
        "begin_count",
        Wish(documents=[(Location, [location]), (Bin, bins)]),
        partial(counting.plan_count, location=location, scope=scope, blind=blind, note=note),
        actor=actor,
        key=key,
    )


def record_count(
    *,
    actor: Actor,
    count: int,
    tallies: Sequence[Tally],
    counted_at: datetime | None = None,
    key: str | None = None,
) -> Written:
    """Write down what was counted, and how far the books were off when it was.

    counted_at: when, where it was written on paper first; now unless given. What moved since is left out.
    """
    require(actor, "stock.count")
    plan = partial(counting.plan_record, count=count, tallies=tuple(tallies))
    return _write_down("record_count", plan, actor, count, tallies, counted_at, key)


def recount(
    *,
    actor: Actor,
    count: int,
    tallies: Sequence[Tally],
    counted_at: datetime | None = None,
    key: str | None = None,
) -> Written:
    """Write down what a second count found; what the first one said stays beside it."""
    require(actor, "stock.count")
    plan = partial(counting.plan_recount, count=count, tallies=tuple(tallies))
    return _write_down("recount", plan, actor, count, tallies, counted_at, key)


def _write_down(
    verb: str,
    plan: Planner,
    actor: Actor,
    count: int,
    tallies: Sequence[Tally],
    counted_at: datetime | None,
    key: str | None,
) -> Written:
    if any(tally.unit_cost_micro is not None for tally in tallies):
        require(actor, "catalog.see_cost")
    if not tallies:
        raise BadInput("no_lines", N_("Write down at least one product."), field="lines")
    products = {tally.product for tally in tallies}
    if Product.objects.filter(pk__in=products).count() != len(products):
        raise BadInput("no_such_product", N_("There is no such product."), field="lines")
    for tally in tallies:
        if tally.counted < 0:
            raise BadInput(
                "negative", N_("Give a number of zero or more here."), field=f"{tally.field}counted"
            )
    check_owners([(tally.owner, tally.field) for tally in tallies])
    bins = {tally.bin for tally in tallies}
    return post(
        verb,
        Wish(
            documents=[
                (Count, [count]),
                (CountLine, reads.lines_of(count, bins=bins, products=products)),
            ],
            products=products,
            places=bins,
            loose=True,
            reads=(reads.read_bins(bins), reads.read_owners(), reads.read_books(count, counted_at)),
        ),
        plan,
        actor=actor,
        key=key,
        about=[("count", count)],
    )


def review_count(*, actor: Actor, count: int, key: str | None = None) -> Written:
    """Say that the differences have been looked at and may be posted."""
    require(actor, "stock.review_count")
    return post(
        "review_count",
        Wish(
            documents=[(Count, [count]), (CountLine, reads.lines_of(count))],
            reads=(reads.read_tolerance,),
        ),
        partial(counting.plan_review, count=count),
        actor=actor,
        key=key,
    )


def complete_count(*, actor: Actor, count: int, key: str | None = None) -> Written:
    """Post the differences of a reviewed count as one entry.

    What stands in another bin than the books say is moved. A loss takes free goods first, then the claims with
    the latest promise, whose lines want them again.
    """
    require(actor, "stock.complete_count")
    return _complete(actor, count, partial(completing.plan_complete, count=count), key)


def foresee_count(*, actor: Actor, count: int) -> list[Deprived]:
    """Who would go without if the differences were posted now, by name; nothing is posted.

    Raises whatever completing the count would refuse.
    """
    require(actor, "stock.review_count")
    plan = partial(completing.plan_differences, count=count)
    return dry(lambda: deprived(_complete(actor, count, plan, None).id))


def _complete(actor: Actor, count: int, plan: Planner, key: str | None) -> Written:
    in_bins = "id IN (SELECT bin_id FROM stock_countline WHERE count_id = %s AND void_id IS NULL AND difference <> 0)"
    return post(
        "count",
        Wish(
            documents=[(Count, [count]), (Bin, sql.Found(in_bins, (count,)))],
            first=reads.read_differences(count),
            products=lambda truth: {item.product for item in reads.items(truth)},
            claims=reads.claims_of_differences,
            # Somebody else's goods are read by where they stand; ours by what they are.
            places=_bins_of_others,
            free=True,
            layers=True,
            loose=True,
            reads=(read_places, reads.read_for_differences, read_claims, read_layer_dates),
        ),
        plan,
        actor=actor,
        key=key,
        about=[("count", count)],
    )


def _bins_of_others(truth: Truth) -> set[int]:
    return {item.bin for item in reads.items(truth) if item.owner is not None and item.bin is not None}


def cancel_count(*, actor: Actor, count: int, reason: str = "", key: str | None = None) -> Written:
    """Give a count up; nothing of it is posted."""
    require(actor, "stock.count")
    return post(
        "cancel_count",
        Wish(documents=[(Count, [count])]),
        partial(counting.plan_cancel, count=count),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
    )
