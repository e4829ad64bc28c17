"""Take goods out of their bins for lines, and put them back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db.models import Model

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_standing
from wharfinger.fulfilment.queries import truth as reads
from wharfinger.fulfilment.rules import Pick, picking
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.stock.queries.truth import read_homes, read_lots


def pick(*, actor: Actor, picks: Sequence[Pick], key: str | None = None) -> Written:
    """Take goods out of their bins for lines: reserved goods first, free goods for the rest.

    What was really picked is what counts: a unit that another line reserved is taken where that line
    gets an equal one for it. Raises Refusal, naming the holder, where it would get none.
    """
    require(actor, "fulfilment.pick")
    return post("pick", to_pick(picks), partial(picking.plan_pick, picks=tuple(picks)), actor=actor, key=key)


def to_pick(picks: Sequence[Pick], *also: tuple[type[Model], Sequence[int]]) -> Wish:
    """What picking locks and reads; also: further documents that it is about."""
    lines, codes = lines_of(picks), reads.codes_of(picks)
    return Wish(
        documents=[(Sheet, demand.documents_of(lines)), *also],
        first=reads.read_lines(lines),
        products=reads.products_to_pick,
        claims=reads.claims_of(picks, codes),
        free=True,
        layers=reads.built_products,
        loose=True,
        reads=(read_standing, reads.read_stages, reads.read_holders, read_lots(codes)),
    )


def unpick(*, actor: Actor, picks: Sequence[Pick], reason: str = "", key: str | None = None) -> Written:
    """Put picked goods back into the bins they came from; what came from free stock is free again."""
    require(actor, "fulfilment.unpick")
    lines, codes = lines_of(picks), reads.codes_of(picks)
    return post(
        "unpick",
        Wish(
            documents=[(Sheet, demand.documents_of(lines))],
            first=demand.read_lines(lines),
            claims=demand.line_ids,
            incoming=("picked", "covered"),
            reads=(read_homes, read_lots(codes)),
        ),
        partial(picking.plan_unpick, picks=tuple(picks)),
        actor=actor,
        key=key,
        reason=reason,
    )


def lines_of(picks: Sequence[Pick], *, others: bool = False) -> list[int]:
    """The lines that picks name; raises BadInput when there is none or a quantity is not above zero.

    others: whether something else is named beside them, so that none is needed.
    """
    if not picks and not others:
        raise BadInput("no_lines", N_("Choose at least one line."), field="picks")
    for n, one in enumerate(picks):
        if one.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"picks.{n}.quantity")
    return sorted({p.line for p in picks})
