"""Change how many there are of a document's lines, whatever of them is reserved or on a purchase order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from django.db.models import Q

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries.standing import read_granted, read_standing, standing, still_permitted
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.permitted import let_in, permission
from wharfinger.flows.queries.bought import bought_places, orders_with, waiting_like
from wharfinger.flows.rules.amend import Amend, plan_amend
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.sales.rules.orders import PURCHASED


def amend(
    *, actor: Actor, sheet: int, amends: Sequence[Amend], purchased: str = "", key: str | None = None
) -> Written:
    """Change how many there are of lines of an order or of work, all in one entry.

    What is open goes first, then what is reserved, then what is on purchase orders. purchased: whether that is
    kept for stock, given to the lines that wait next, or taken off its order; it is asked for only where needed.
    """
    let_in(actor)
    changed = _permitted(actor, sheet, [one.line for one in amends])
    if purchased == "cut":
        require(actor, "purchasing.order")
    if purchased and purchased not in PURCHASED:
        raise BadInput("no_such_choice", N_("Choose what becomes of the goods."), field="purchased")
    _checked(amends)
    lines = _with_parts(amends)
    fresh = [one.replace_by for one in amends if one.replace_by is not None]
    products = demand.with_kits(fresh) if fresh else set()
    waiting = waiting_like(lines) if purchased == "pass_on" else []
    others = [line for line, _ in waiting]
    return post(
        "amend",
        Wish(
            documents=[
                (Sheet, sorted({sheet, *demand.sheets_of([*lines, *others])})),
                (PurchaseOrder, orders_with(lines) if purchased else []),
            ],
            first=demand.read_lines_of(sheet),
            products=lambda truth: demand.line_products(truth) | products,
            claims=lambda truth: [*demand.line_ids(truth), *others],
            places=bought_places,
            loose=True,
            reads=(
                demand.read_claims,
                _read_products(products),
                demand.read_components,
                demand.read_routing,
                read_standing,
                still_permitted(actor, *changed),
                demand.read_offers_of_lines([one.line for one in amends], also=fresh),
                read_granted(sheet, [LineWish(product, 1) for product in fresh]),
            ),
        ),
        partial(plan_amend, sheet=sheet, amends=tuple(amends), purchased=purchased, waiting=tuple(waiting)),
        actor=actor,
        key=key,
    )


def _read_products(more: set[int]) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        if not more:
            demand.read_products(truth)
            return
        demand.read_these_products(demand.line_products(truth) | {h.product for h in truth.held} | more)(
            truth
        )

    return read


def _permitted(actor: Actor, sheet: int, lines: Sequence[int]) -> list[int]:
    """The documents on which these lines stand, whose lines the actor may change."""
    found = Sheet.objects.filter(Q(pk=sheet) | Q(lines__in=lines), void__isnull=True).exclude(kind="quote")
    sheets = sorted(set(found.values_list("pk", flat=True)))
    if sheet not in sheets:
        raise NotThere("no_such_document", N_("There is no such document."))
    for one in standing(sheets).values():
        require(actor, permission(one.kind, firm=one.firm))
    return sheets


def _checked(amends: Sequence[Amend]) -> None:
    if not amends:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    seen: set[int] = set()
    for n, one in enumerate(amends):
        if one.quantity is None and one.replace_by is None and one.back_order_on is None:
            raise BadInput("missing", N_("Please fill this in."), field=f"lines.{n}.quantity")
        if one.quantity is not None and one.quantity < 0:
            raise BadInput("negative", N_("Give nought or more."), field=f"lines.{n}.quantity")
        if one.replace_by is not None and one.back_order_on is not None:
            raise BadInput(
                "replaced_or_later",
                N_(
                    "Either another product comes instead, or the rest is promised for later. Give one of them."
                ),
                field=f"lines.{n}.back_order_on",
            )
        if one.line in seen:
            raise BadInput("named_twice", N_("Name each line once."), field=f"lines.{n}.line")
        seen.add(one.line)


def _with_parts(amends: Sequence[Amend]) -> list[int]:
    """The lines that are named, and those of the components of kits among them."""
    named = [one.line for one in amends]
    return sorted({*named, *Line.objects.filter(parent__in=named).values_list("pk", flat=True)})
