"""Say that goods which came back are repaired: with what, at what cost, and for what charge."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.devices.queries import truth as devices
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.queries import repairing as repairs
from wharfinger.returns.queries import truth as reads
from wharfinger.returns.rules.repairing import Repaired, plan_repair
from wharfinger.stock.queries.truth import read_lots


def finish_repair(*, actor: Actor, rma: int, done: Repaired, key: str | None = None) -> Written:
    """Say that units on the bench, or at the vendor, are repaired, and what became of them.

    Parts leave stock at their cost for the customer, on lines of their own: at a price, or covered by the warranty. The
    work is charged by a service, or covered as well; what it cost lessens the margin of the document it stands on. They
    go back to the customer or into a bin at once, or wait on the bench.
    """
    require(actor, "returns.inspect")
    done = replace(done, text=tidy(done.text, field="text", most=500))
    if done.quantity <= 0:
        raise BadInput("not_positive", N_("Give a quantity above zero."), field="quantity")
    if done.cost_minor < 0 or (done.charge_micro or 0) < 0:
        below = "cost" if done.cost_minor < 0 else "charge"
        raise BadInput("below_zero", N_("Give an amount that is not below zero."), field=below)
    for n, part in enumerate(done.parts):
        if part.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"parts.{n}.quantity")
    lines = reads.claims_of([rma])
    named = {part.product for part in done.parts} | ({done.service} if done.service is not None else set())
    codes = [(part.product, code) for part in done.parts for code in part.serials]

    def products(truth: Truth) -> set[int]:
        return named | {line.product_id for line in truth.documents["returns.RmaLine"].values()}

    sheets = repairs.documents_of(rma, done.sheet)
    return post(
        "finish_repair",
        Wish(
            documents=[
                (Sheet, demand.documents_of(lines)),
                *([(Sheet, sheets)] if sheets else []),
                (Rma, [rma]),
                (RmaLine, reads.lines_of([rma])),
            ],
            first=demand.read_lines(lines),
            products=products,
            claims=demand.line_ids,
            places=reads.rma_places,
            free=True,
            layers=True,
            loose=True,
            reads=(
                reads.read_homes,
                reads.read_rmas,
                reads.read_worth,
                reads.read_sites_back,
                reads.read_received,
                devices.read_devices(reads.lots_here),
                read_lots(codes),
                repairs.read_repair(done.vendor),
            ),
        ),
        partial(plan_repair, rma=rma, done=done),
        actor=actor,
        key=key,
        reason=done.text,
    )
