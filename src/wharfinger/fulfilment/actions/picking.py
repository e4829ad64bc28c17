"""Take goods out of their bins for lines, and put them back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from django.db.models import Model, Q

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries.standing import read_standing
from wharfinger.fulfilment.queries import truth as reads
from wharfinger.fulfilment.rules import Pick, picking
from wharfinger.fulfilment.rules.short import Lack, Short, plan_pick_short
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.stock.actions.reasons import why
from wharfinger.stock.queries.reasons import read_reasons
from wharfinger.stock.queries.truth import read_homes, read_lots, read_places


def pick(
    *, actor: Actor, picks: Sequence[Pick] = (), short: Sequence[Missing] = (), key: str | None = None
) -> Written:
    """Take goods out of their bins for lines: reserved goods first, free goods for the rest.

    What was really picked is what counts: a unit that another line reserved is taken where that line
    gets an equal one for it. short: what is missing from its bin, which is set aside in the same act. Raises
    Refusal, naming the holder, where another line would get none.
    """
    require(actor, "fulfilment.pick")
    if not short:
        plan = partial(picking.plan_pick, picks=tuple(picks))
        return post("pick", to_pick(picks), plan, actor=actor, key=key)
    lacks = [checked(one.short, one.reason, one.note, before=f"short.{n}.") for n, one in enumerate(short)]
    wish = to_pick([*picks, *map(taking, short)])
    return post(
        "short_pick",
        replace(
            wish, reads=(*wish.reads, read_places, read_reasons, *read_buying([one.short for one in short]))
        ),
        partial(plan_pick_short, picks=tuple(picks), lacks=lacks),
        actor=actor,
        key=key,
        reason="; ".join(dict.fromkeys(one.why.text() for one in lacks))[:500],
    )


class Missing(NamedTuple):
    """What is missing from a bin, with a reason and what somebody adds in their own words."""

    short: Short
    reason: str
    note: str = ""


def taking(missing: Missing) -> Pick:
    """As a pick of the same units, for what must be locked and read."""
    one = missing.short
    return Pick(one.line, one.quantity, serials=one.serials, batch=one.batch)


def checked(short: Short, reason: str, note: str, *, before: str = "") -> Lack:
    """What is missing and why; raises BadInput where it is nothing, or for no reason."""
    try:
        because = why(("hold",), reason, note)
    except BadInput as refusal:
        refusal.field = f"{before}{refusal.field}"
        raise
    if short.quantity <= 0:
        raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"{before}quantity")
    if short.then not in ("", "again", "order"):
        raise BadInput("no_such_choice", N_("Choose what becomes of the line."), field=f"{before}then")
    return Lack(short, because)


def read_buying(short: Sequence[Short]) -> tuple[Callable[[Truth], None], ...]:
    """What must be read where something is bought in place of what is missing."""
    buys = any(one.then == "order" for one in short)
    return (_read_together, demand.read_products, demand.read_routing) if buys else ()


def _read_together(truth: Truth) -> None:
    """Read the lines of the same documents, since a purchase is approved by what an order needs of a product."""
    sheets = list(truth.documents["demand.Sheet"])
    of = Q(sheet__in=sheets) | Q(order__in=sheets)
    truth.read["together"] = list(Line.objects.filter(of, void=None, removed_at=None).order_by("pk"))


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
