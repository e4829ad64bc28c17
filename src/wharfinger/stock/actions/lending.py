"""Lend goods of ours until a day, and take them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.stock.actions.goods import check_items
from wharfinger.stock.models import Loan
from wharfinger.stock.queries import loans as queries
from wharfinger.stock.queries import truth as reads
from wharfinger.stock.queries.counting import read_owners
from wharfinger.stock.rules import lending
from wharfinger.stock.rules.lending import Borrower, GivenBack
from wharfinger.stock.rules.moving import Goods


def lend(
    *,
    actor: Actor,
    to: Borrower,
    items: Sequence[Goods],
    due_on: date,
    accepted_by: str = "",
    note: str = "",
    key: str | None = None,
) -> Written:
    """Lend free goods to an organization or a person until a day; they stay ours.

    accepted_by: the name of who took them over.
    """
    require(actor, "stock.lend")
    if not items:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    check_items([(g.product, g.quantity, g.location, g.bin, g.field) for g in items])
    codes = [(g.product, code) for g in items for code in g.codes]
    return post(
        "lend",
        Wish(
            products={g.product for g in items},
            free=True,
            loose=True,
            reads=(reads.read_places, reads.read_lots(codes), read_owners(), queries.read_borrower(to)),
        ),
        partial(
            lending.plan_lend,
            to=to,
            items=tuple(items),
            due_on=due_on,
            accepted_by=tidy(accepted_by, field="accepted_by", most=100, needed=False),
            note=tidy(note, field="note", most=500, needed=False),
        ),
        actor=actor,
        key=key,
        reason=note,
    )


def give_back(
    *, actor: Actor, loan: int, items: Sequence[GivenBack] | None = None, key: str | None = None
) -> Written:
    """Put what is back into the bins it was taken from, or into others; everything where nothing is named."""
    require(actor, "stock.lend")
    if items is not None and not items:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    for n, one in enumerate(items or ()):
        if one.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"lines.{n}.quantity")
    return post(
        "give_back",
        Wish(
            documents=[(Loan, [loan])],
            places=queries.lent_place,
            incoming=("rented",),
            reads=(queries.read_open_bins,),
        ),
        partial(lending.plan_give_back, loan=loan, items=None if items is None else tuple(items)),
        actor=actor,
        key=key,
    )


def extend_loan(
    *, actor: Actor, loan: int, due_on: date, reason: str = "", key: str | None = None
) -> Written:
    """Let the goods of a loan be back on another day."""
    require(actor, "stock.lend")
    return post(
        "extend_loan",
        Wish(documents=[(Loan, [loan])]),
        partial(lending.plan_extend, loan=loan, due_on=due_on),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=500, needed=False),
    )


def remind_loans(*, actor: Actor, key: str | None = None) -> Written | None:
    """Let who lent goods have it to do to ask for them, once before their day and once after; nothing where none is due."""
    require(actor, "stock.lend")
    due = queries.untold()
    if not due:
        return None

    def plan(truth: Truth) -> Plan:
        return lending.plan_remind(truth, due=queries.untold())

    return post("remind_loans", Wish(documents=[(Loan, sorted(due))]), plan, actor=actor, key=key)
