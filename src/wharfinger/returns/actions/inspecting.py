"""Say what becomes of goods that came back, and what the customer gets for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from wharfinger.base import further
from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.billing.actions.keeping_back import check_kept
from wharfinger.billing.queries.fees import read_kept
from wharfinger.billing.queries.truth import read_invoice_lines
from wharfinger.billing.rules.keeping_back import Kept
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.devices.queries import truth as devices
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.pricing.queries import read_rates
from wharfinger.returns.models import Grade, Rma, RmaLine
from wharfinger.returns.queries import truth as reads
from wharfinger.returns.rules import inspecting, settling
from wharfinger.returns.rules.allowed import overruled
from wharfinger.returns.rules.grading import in_short
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.requesting import described
from wharfinger.returns.rules.settling import Answer
from wharfinger.stock.queries.truth import read_lots


def inspect(
    *,
    actor: Actor,
    rma: int,
    verdicts: Sequence[Verdict],
    pictures: Sequence[Any] = (),
    key: str | None = None,
) -> Written:
    """Restock, repair, scrap, send to the vendor or back, each quantity on its own, with its grade and what was found.

    What is restocked comes back at the cost it left with, and ends its line's claim as returned. pictures: photos, as
    ``further.looked_at`` found them, which hang on the return by the same entry.
    """
    require(actor, "returns.inspect")
    _positive([one.quantity for one in verdicts])
    verdicts = [
        replace(one, note=tidy(one.note, field=f"lines.{n}.note", most=500, needed=False))
        for n, one in enumerate(verdicts)
    ]
    grades = sorted({one.grade for one in verdicts if one.grade is not None})
    codes = dict(Grade.objects.filter(pk__in=grades).values_list("pk", "code")) if grades else {}
    wish = _goods_of([rma])
    return post(
        "inspect",
        replace(wish, documents=[*wish.documents, (Grade, grades)]) if grades else wish,
        partial(_plan_pictured, rma=rma, verdicts=tuple(verdicts), pictures=tuple(pictures)),
        actor=actor,
        key=key,
        reason=described(in_short((codes.get(one.grade or 0, ""), one.note) for one in verdicts)),
    )


def _plan_pictured(truth: Truth, *, rma: int, verdicts: Sequence[Verdict], pictures: Sequence[Any]) -> Plan:
    plan = inspecting.plan_inspect(truth, rma=rma, verdicts=verdicts)
    further.hang(truth, plan, "rma", pictures, "")
    return plan


def restock(
    *, actor: Actor, holdings: Sequence[tuple[int, int]], bin: int | None = None, key: str | None = None
) -> Written:
    """Put returned goods back into a bin; holdings: where they stand, and how many. bin: its place."""
    require(actor, "returns.restock")
    return _these(actor, "restock", holdings, bin, key)


def scrap_returned(
    *, actor: Actor, holdings: Sequence[tuple[int, int]], reason: str = "", key: str | None = None
) -> Written:
    """Throw returned goods away; holdings: where they stand, and how many."""
    require(actor, "returns.scrap")
    return _these(actor, "scrap", holdings, None, key, reason)


def _these(
    actor: Actor,
    verb: str,
    holdings: Sequence[tuple[int, int]],
    bin: int | None,
    key: str | None,
    reason: str = "",
) -> Written:
    _positive([quantity for _, quantity in holdings])
    return post(
        verb,
        _goods_of(reads.rmas_at(pk for pk, _ in holdings)),
        partial(inspecting.plan_these, holdings=tuple(holdings), outcome=verb, bin=bin),
        actor=actor,
        key=key,
        reason=reason,
    )


def settle(
    *,
    actor: Actor,
    rma: int,
    answers: Sequence[Answer],
    overrule: str = "",
    kept: Sequence[Kept] = (),
    key: str | None = None,
) -> Written:
    """Give the customer credit, their money, another unit or nothing for units of a return.

    kept: a fee for taking them back and the freight, each a row with tax on the credit note, which comes to less by it.
    overrule: why money goes back for goods that are not here, which needs a permission of its own.
    """
    require(actor, "returns.settle")
    if any(one.instead.hand_over for one in answers if one.answer == "replace"):
        require(actor, "fulfilment.deliver")
    overrule = overruled(overrule, actor=actor)
    _positive([one.quantity for one in answers])
    check_kept(kept)
    lines = reads.claims_of([rma])
    instead = [one.instead for one in answers if one.answer == "replace"]
    named = {one.product for one in instead if one.product is not None}
    codes = reads.codes_of(answers)

    def products(truth: Truth) -> set[int]:
        return named | set(_products(truth)) if instead else set()

    return post(
        "settle",
        Wish(
            documents=[
                (Sheet, demand.documents_of(lines)),
                *([(Sheet, sheets)] if (sheets := reads.documents_of(rma, instead)) else []),
                (Rma, [rma]),
                (RmaLine, reads.lines_of([rma])),
                *reads.invoices(lines),
            ],
            first=demand.read_lines(lines),
            products=products,
            claims=demand.line_ids,
            places=reads.rma_places,
            free=bool(instead),
            layers=any(one.hand_over for one in instead),
            loose=bool(instead),
            incoming=("invoiced",),
            reads=(
                demand.read_products,
                read_invoice_lines,
                reads.read_received,
                reads.read_rmas,
                devices.read_devices(reads.lots_here),
                devices.read_subscriptions,
                _read_rates,
                read_lots(codes),
                reads.read_instead(instead),
                read_kept(kept),
            ),
        ),
        partial(
            settling.plan_settle,
            rma=rma,
            answers=tuple(answers),
            may_credit=actor.may("billing.credit"),
            may_invoice=actor.may("billing.invoice"),
            overrule=overrule,
            kept=tuple(kept),
        ),
        actor=actor,
        key=key,
        reason=overrule,
    )


def _read_rates(truth: Truth) -> None:
    """What the money is worth that may go back."""
    sheets = truth.documents["demand.Sheet"].values()
    invoices = truth.documents["billing.Invoice"].values()
    read_rates(truth, {row.currency for row in (*sheets, *invoices)})


def _positive(quantities: Sequence[int]) -> None:
    if not quantities:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    for n, quantity in enumerate(quantities):
        if quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"lines.{n}.quantity")


def _goods_of(rmas: Iterable[int]) -> Wish:
    """What goods with us because of these returns are, what they cost, and where they may go."""
    wanted = sorted(rmas)
    lines = reads.claims_of(wanted)
    return Wish(
        documents=[
            (Sheet, demand.documents_of(lines)),
            (Rma, wanted),
            (RmaLine, reads.lines_of(wanted)),
        ],
        first=demand.read_lines(lines),
        products=_products,
        claims=demand.line_ids,
        places=reads.rma_places,
        layers=True,
        loose=True,
        reads=(
            reads.read_homes,
            reads.read_rmas,
            reads.read_worth,
            reads.read_sites_back,
            reads.read_received,
            devices.read_devices(reads.lots_here),
        ),
    )


def _products(truth: Truth) -> list[int]:
    return [line.product_id for line in truth.documents["returns.RmaLine"].values()]
