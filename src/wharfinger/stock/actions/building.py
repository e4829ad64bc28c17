"""Build bundles of their components, and take them apart."""

from __future__ import annotations

from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Lot
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.stock.actions.goods import check_items
from wharfinger.stock.models import Bin
from wharfinger.stock.queries import built as builds
from wharfinger.stock.queries import truth as reads
from wharfinger.stock.rules import building
from wharfinger.stock.rules.building import Build, Exchange, TakeApart


def build(
    *, actor: Actor, build: Build, reason: str = "", effective_on: date | None = None, key: str | None = None
) -> Written:
    """Build a bundle of a location's free components; it costs what they did, and what building it costs.

    Of a component that is itself built and short, its own components go in. Raises Refusal where too few are free.
    """
    require(actor, "stock.adjust")
    if build.extra_minor:
        require(actor, "catalog.see_cost")
    check_items([(build.product, build.quantity, build.location, build.bin, "")])
    recipes = builds.recipes([build.product])
    parts = recipes.below(build.product)
    codes = build.serials or ((build.batch,) if build.batch else ())

    def read_recipes(truth: Truth) -> None:
        truth.read["recipes"] = recipes

    return post(
        "build",
        Wish(
            documents=[(Bin, reads.bins_named([build.bin], [build.location] if build.bin is None else []))],
            products={build.product, *parts},
            free=True,
            layers=True,
            loose=True,
            reads=(
                reads.read_places,
                reads.read_lots(
                    [
                        *((build.product, code) for code in codes),
                        *((p, c) for p in parts for c in build.inside),
                    ]
                ),
                reads.read_layer_dates,
                read_recipes,
            ),
        ),
        partial(building.plan_build, build=build),
        actor=actor,
        key=key,
        reason=reason,
        effective_on=effective_on,
    )


def take_apart(*, actor: Actor, apart: TakeApart, reason: str = "", key: str | None = None) -> Written:
    """Take free units of a bundle apart: the very components that went in stand again where they came from.

    Raises Refusal where a bundle stays whole, or was not built here.
    """
    require(actor, "stock.adjust")
    check_items([(apart.product, apart.quantity, apart.location, apart.bin, "")])
    return post(
        "take_apart",
        Wish(
            products={apart.product, *builds.went_in(apart.product)},
            free=True,
            layers=True,
            loose=True,
            reads=(reads.read_places, reads.read_layer_dates, builds.read_built(apart.product)),
        ),
        partial(building.plan_take_apart, apart=apart),
        actor=actor,
        key=key,
        reason=reason,
    )


def replace_component(
    *, actor: Actor, exchange: Exchange, reason: str = "", key: str | None = None
) -> Written:
    """Take a component out of a unit in a bin, and put another in, in one act.

    Raises Refusal where the unit stays whole, or that is not inside it, or too little of the other is free.
    """
    require(actor, "stock.adjust")
    lots = dict(Lot.objects.filter(pk__in=(exchange.unit, exchange.out)).values_list("pk", "product_id"))
    unit = Lot.objects.filter(pk=exchange.unit, serial=True).first()
    if unit is None:
        raise NotThere("no_such_serial_lot", N_("There is no such unit."))
    if exchange.quantity <= 0 or exchange.into <= 0:
        raise BadInput("not_positive", N_("Give a quantity above zero."), field="quantity")
    codes = [(exchange.product, exchange.code)] if exchange.code else []
    return post(
        "replace_component",
        Wish(
            products={*lots.values(), exchange.product},
            claims=reads.claims_on([(unit.product_id, unit.code)]),
            free=True,
            layers=True,
            loose=True,
            reads=(
                reads.read_places,
                reads.read_lots(codes),
                reads.read_layer_dates,
                builds.read_unit(exchange.unit),
            ),
        ),
        partial(building.plan_exchange, exchange=exchange),
        actor=actor,
        key=key,
        reason=reason,
    )


def not_exchanged_since(truth: Truth, plan: Plan) -> None:
    """Guard an undoing that takes a unit apart: what was exchanged in it since is undone first."""
    apart = [
        step
        for step in plan.steps
        if step.target.kind == "assembly"
        and step.source.kind == "bin"
        and step.source.serial
        and step.reverses
    ]
    if apart:
        building.still_inside(truth, builds.exchanged_since(truth.read["moves"], apart))
