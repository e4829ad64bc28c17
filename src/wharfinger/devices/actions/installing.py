"""Make devices of units at customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.devices.queries import truth as reads
from wharfinger.devices.rules import installing
from wharfinger.devices.rules.installing import AtOnce, Installation
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.stock.models import Location
from wharfinger.stock.queries.truth import read_lots


def install(
    *, actor: Actor, items: Sequence[Installation], installed_on: date | None = None, key: str | None = None
) -> Written:
    """Make devices of delivered units, or of goods that we never sold; warranty comes from the policies.

    Whoever may change warranties may choose another, or none.
    A unit with a serial number stays itself; one without becomes a lot of one under its device's number.
    """
    require(actor, "devices.install")
    if any(not one.covered or one.covered_until for one in items):
        require(actor, "devices.warranty")
    _given(items)
    lines = sorted({one.line for one in items if one.line is not None})
    foreign = {one.product for one in items if one.line is None and one.product is not None}
    codes = reads.codes_of((one.line, one.serial) for one in items)
    codes += [
        (one.product, one.serial)
        for one in items
        if one.line is None and one.product is not None and one.serial
    ]

    def products(truth: Truth) -> set[int]:
        return demand.line_products(truth) | foreign

    def read_products(truth: Truth) -> None:
        demand.read_these_products(products(truth))(truth)

    def lots(truth: Truth) -> list[int]:
        return reads.lots_with_customers(truth) + [lot.id for lot in truth.read["lots"].values()]

    return post(
        "install",
        Wish(
            documents=[(Sheet, demand.documents_of(lines))],
            first=demand.read_lines(lines),
            products=products,
            claims=lines,
            loose=True,
            reads=(
                read_products,
                read_lots(codes),
                reads.read_devices(lots),
                reads.read_sales,
                reads.read_policies,
                reads.read_sites(one.site for one in items),
                reads.read_people((one.contact for one in items), (one.contract for one in items)),
            ),
        ),
        partial(installing.plan_install, items=tuple(items)),
        actor=actor,
        key=key,
        effective_on=installed_on,
    )


def install_provided(truth: Truth, plan: Plan) -> None:
    """Let units that work hands over for good be devices with their warranty, in the same entry."""
    lots = [step.target.lot for step in plan.steps if installing.handed_over(step)]
    if lots:
        reads.read_devices(lambda _: (lot for lot in lots if isinstance(lot, int)))(truth)
        reads.read_policies(truth)
        installing.install_provided(plan, truth)


def at_once(*, contact: int | None, contract: int | None, reference: str) -> AtOnce:
    """What a form or the API says of the devices that are made as they are delivered."""
    return AtOnce(contact, contract, tidy(reference, field="reference", most=60, needed=False))


def install_delivered(truth: Truth, plan: Plan, wish: AtOnce) -> None:
    """Let units with a serial number that a plan delivers be devices in the same entry; as many statements for many."""
    lots = [step.target.lot for step in installing.delivered(plan)]
    if lots:
        reads.read_devices(lambda _: (lot for lot in lots if isinstance(lot, int)))(truth)
        reads.read_policies(truth)
        reads.read_sales(truth)
        reads.read_people([wish.contact], [wish.contract])(truth)
        sites = truth.read["sites"].values()
        truth.read["site_at"] = {site.place_id: site for site in sites}
        truth.read["channels"] = dict(Location.objects.values_list("place_id", "channel"))
    installing.install_delivered(plan, truth, wish)


def _given(items: Sequence[Installation]) -> None:
    if not items:
        raise BadInput("no_items", N_("Choose at least one unit."), field="items")
    for n, one in enumerate(items):
        if one.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"items.{n}.quantity")
