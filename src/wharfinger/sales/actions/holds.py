"""Hold goods for lines of quotes, orders and charges, for longer, or no longer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_standing
from wharfinger.ledger import lapsing
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import expire as let_expire
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.sales.models import Quote
from wharfinger.sales.queries.holding import (
    ahead_documents,
    ahead_of,
    ended_ahead,
    read_drop_ships,
    read_ended,
)
from wharfinger.sales.rules import holds as rules
from wharfinger.sales.rules.holds import Hold
from wharfinger.stock.queries.truth import channels_column, channels_of


def reserve(
    *, actor: Actor, holds: Sequence[Hold], until: datetime | None = None, key: str | None = None
) -> Written:
    """Hold free goods for lines of quotes, orders or charges, also such that have yet to arrive.

    until: when the hold ends; without it a quote's hold ends with the quote, any other stays.
    """
    require(actor, "sales.reserve")
    plan = partial(rules.plan_reserve, holds=tuple(holds), until=until)
    return post("reserve", to_reserve(holds, ends=until is not None), plan, actor=actor, key=key)


def to_reserve(holds: Sequence[Hold], *, ends: bool = False) -> Wish:
    """What reserving locks and reads. ends: whether the holds get an end of their own."""
    lines, ahead = _lines_of(holds), _ahead(holds)
    return Wish(
        documents=[(Sheet, demand.documents_of(lines)), *ahead_documents(ahead)],
        first=read_sold(lines),
        products=demand.line_products,
        claims=demand.line_ids,
        places=ahead,
        free=True,
        reads=(read_standing, _read_ends(ends=ends), read_drop_ships(ahead)),
        falls_to=demand.falls_to,
    )


def read_sold(lines: Sequence[int]) -> Callable[[Truth], None]:
    """Read these lines, and with them how locations sell, and from which each document's goods are taken first."""
    read_them = demand.read_lines(lines, also=[channels_column(), demand.FIRST_PLACE])

    def read(truth: Truth) -> None:
        read_them(truth)
        truth.read["channels"] = channels_of(truth.read["lines"].values())
        demand.keep_first_places(truth)

    return read


def extend(*, actor: Actor, quote: int, until: datetime | None = None, key: str | None = None) -> Written:
    """Let the holds of a quote last until another instant, its own expiry unless one is given."""
    require(actor, "sales.reserve")
    ahead = ahead_of(quote)
    return post(
        "extend",
        Wish(
            documents=[(Sheet, [quote]), (Quote, [quote]), *ahead_documents(ahead)],
            first=demand.read_lines_of(quote),
            products=demand.line_products,
            claims=demand.line_ids,
            places=ahead,
            free=True,
            reads=(read_standing, demand.read_claims, read_ended),
            falls_to=demand.falls_to,
        ),
        partial(rules.plan_extend, quote=quote, until=until),
        actor=actor,
        key=key,
    )


def expire(*, actor: Actor) -> int:
    """Free what holds that have ended still keep, dated the day they ended; of how many products.

    Every reader counts these goods as free already, and the next act that needs them does the same.
    """
    require(actor, "sales.reserve")
    products = sorted({*lapsing.due(limit=100), *ended_ahead(limit=100)})
    for product in products:
        let_expire([product])
    return len(products)


def release(*, actor: Actor, holds: Sequence[Hold], key: str | None = None) -> Written:
    """Free reserved goods; the lines want them again."""
    require(actor, "sales.reserve")
    lines, ahead = _lines_of(holds), _ahead(holds)
    return post(
        "release",
        Wish(
            documents=[(Sheet, demand.documents_of(lines)), *ahead_documents(ahead)],
            first=demand.read_lines(lines),
            products=demand.line_products,
            claims=demand.line_ids,
            free=True,
            reads=(_read_falls_to, demand.read_claims),
            falls_to=demand.falls_to,
        ),
        partial(rules.plan_release, holds=tuple(holds)),
        actor=actor,
        key=key,
    )


def _read_ends(*, ends: bool) -> Callable[[Truth], None]:
    """Read the quotes and claims whose holds get an end; an order's hold has none unless one is given."""

    def read(truth: Truth) -> None:
        quotes = sorted(pk for pk, sheet in truth.documents["demand.Sheet"].items() if sheet.kind == "quote")
        if quotes:
            truth.documents["sales.Quote"] = {row.pk: row for row in Quote.objects.filter(pk__in=quotes)}
        if quotes or ends:
            demand.read_claims(truth)

    return read


def _read_falls_to(truth: Truth) -> None:
    truth.read["falls_to"] = demand.falls_to(list(truth.read["lines"]))


def _ahead(holds: Sequence[Hold]) -> list[int]:
    """The places of what has yet to arrive that are named."""
    return sorted({one.arrival for one in holds if one.arrival is not None})


def _lines_of(holds: Sequence[Hold]) -> list[int]:
    if not holds:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    for n, one in enumerate(holds):
        if one.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"lines.{n}.quantity")
    return sorted({one.line for one in holds})
