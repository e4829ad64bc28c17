"""Transfer orders: drafted, sent, received with differences; what is short is found, sent back or lost."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Place
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import Planner, post
from wharfinger.ledger.write import Written
from wharfinger.stock.actions.reasons import why
from wharfinger.stock.models import Bin, Location, TransferLine, TransferOrder
from wharfinger.stock.queries import transfers as queries
from wharfinger.stock.queries import truth as reads
from wharfinger.stock.queries.reasons import read_reasons
from wharfinger.stock.rules import transferring as rules
from wharfinger.stock.rules.transferring import Arrived, TransferWish

MOST = 1000
"""So many lines stand on a transfer order."""


def draft_transfer(*, actor: Actor, wish: TransferWish, key: str | None = None) -> Written:
    """Write a transfer order; its goods stay where they are, for everybody, until it is sent."""
    require(actor, "stock.transfer")
    _check(wish)
    return post(
        "draft_transfer",
        Wish(
            documents=[(Location, [wish.source, wish.target])],
            reads=(queries.read_wish([wish]),),
        ),
        partial(rules.plan_draft, wishes=[wish]),
        actor=actor,
        key=key,
    )


def change_transfer(*, actor: Actor, order: int, wish: TransferWish, key: str | None = None) -> Written:
    """Write a draft anew: other places, other lines."""
    require(actor, "stock.transfer")
    _check(wish)
    return post(
        "change_transfer",
        Wish(
            documents=[
                (TransferOrder, [order]),
                (TransferLine, queries.lines_found(order)),
                (Location, [wish.source, wish.target]),
                (Place, queries.place_found(order)),
            ],
            reads=(queries.read_wish([wish]),),
        ),
        partial(rules.plan_change, order=order, wish=wish),
        actor=actor,
        key=key,
        about=[("transfer", order)],
    )


def cancel_transfer(*, actor: Actor, order: int, reason: str = "", key: str | None = None) -> Written:
    """Give a draft up; what has been sent comes back first."""
    require(actor, "stock.transfer")
    return post(
        "cancel_transfer",
        Wish(documents=[(TransferOrder, [order])]),
        partial(rules.plan_cancel, order=order),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
    )


def send_transfer(*, actor: Actor, order: int, key: str | None = None) -> Written:
    """Let the goods of a draft leave; they are on their way, ours, and stay claimed by whoever claims them.

    Raises Refusal when fewer are there than are to be sent.
    """
    require(actor, "stock.transfer")
    return post(
        "send_transfer",
        Wish(
            documents=[(TransferOrder, [order]), (TransferLine, queries.lines_found(order))],
            products=queries.products_of(order),
            claims=queries.claims_to_send(order),
            free=True,
            reads=(reads.read_places, queries.read_to_send(order), reads.read_claims),
        ),
        partial(rules.plan_send, order=order),
        actor=actor,
        key=key,
        about=[("transfer", order)],
    )


def receive_transfer(
    *,
    actor: Actor,
    order: int,
    arrived: Sequence[Arrived],
    accept_over: bool = False,
    reason: str = "",
    key: str | None = None,
) -> Written:
    """Take in what came of a transfer order: short goods stay on their way, damaged ones are set aside.

    accept_over: whether somebody said yes to more than was sent; the rest left the sender's free goods.
    """
    require(actor, "stock.transfer")
    if not arrived:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    for n, one in enumerate(arrived):
        if one.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"lines.{n}.quantity")
        if not 0 <= one.damaged <= one.quantity:
            raise BadInput(
                "too_many_damaged",
                N_("No more can be damaged than came. Set fewer aside."),
                field=f"lines.{n}.damaged",
            )
    plan = partial(rules.plan_receive, order=order, arrived=tuple(arrived), accept_over=accept_over)
    text = tidy(reason, field="reason", most=1000, needed=False)
    return _under_way("receive_transfer", plan, actor, order, "target", arrived, text, key)


def return_transfer(
    *, actor: Actor, order: int, bin: int | None = None, reason: str = "", key: str | None = None
) -> Written:
    """Bring back to the sender whatever is still on its way; it stays claimed.

    bin: the place of the bin; the location's default where none is named.
    """
    require(actor, "stock.transfer")
    plan = partial(rules.plan_return, order=order, bin=bin)
    text = tidy(reason, field="reason", most=1000, needed=False)
    return _under_way(
        "return_transfer", plan, actor, order, "source", (), text, key, bins=[bin] if bin else []
    )


def lose_transfer(
    *,
    actor: Actor,
    order: int,
    goods: Sequence[Arrived] = (),
    reason: str,
    note: str = "",
    key: str | None = None,
) -> Written:
    """Take out of the books what was lost on its way; lines that held it want it again.

    goods: what is lost; all that is still on its way where nothing is named.
    """
    require(actor, "stock.transfer")
    require(actor, "stock.adjust")
    for n, one in enumerate(goods):
        if one.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"lines.{n}.quantity")
    because = why(("lost",), reason, note)
    plan = partial(rules.plan_lose, order=order, goods=tuple(goods), why=because)
    return _under_way("lose_transfer", plan, actor, order, "source", goods, because.text(), key)


def _under_way(
    verb: str,
    plan: Planner,
    actor: Actor,
    order: int,
    end: str,
    goods: Sequence[Arrived],
    reason: str,
    key: str | None,
    *,
    bins: Sequence[int] = (),
) -> Written:
    codes = [(one.product, code) for one in goods for code in one.codes]
    named = [*bins, *(one.bin for one in goods)]
    named_claims = reads.claims_on(codes)

    def claims(truth: Truth) -> list[int]:
        return sorted({*queries.holders_on_the_way(truth), *named_claims(truth)})

    return post(
        verb,
        Wish(
            documents=[
                (TransferOrder, [order]),
                (TransferLine, queries.lines_found(order)),
                (Bin, queries.bins_found(order, end, named)),
            ],
            first=queries.read_under_way,
            products=queries.products_of(order, goods),
            claims=claims,
            places=queries.way_of,
            free=True,
            layers=True,
            loose=True,
            reads=(
                reads.read_places,
                reads.read_lots(codes),
                reads.read_claims,
                reads.read_layer_dates,
                read_reasons,
            ),
        ),
        plan,
        actor=actor,
        key=key,
        about=[("transfer", order)],
        reason=reason,
    )


def _check(wish: TransferWish) -> None:
    tidy(wish.note, field="note", most=500, needed=False)
    if not wish.lines:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    if len(wish.lines) > MOST:
        raise BadInput(
            "too_many_lines",
            N_("At most {most} lines stand on one order. Write a second one."),
            field="lines",
            most=MOST,
        )
    for n, line in enumerate(wish.lines):
        if line.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"lines.{n}.quantity")
