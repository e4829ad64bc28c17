"""Charge work and pick, order or deliver of it what can be at once, in one entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.models import Product
from wharfinger.demand import actions as charges
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import (
    read_customer,
    read_default_site,
    read_granted,
    read_standing,
)
from wharfinger.demand.rules import LineWish
from wharfinger.flows.rules.charging import VERBS, Charging, NothingToServe, plan_charge_and
from wharfinger.fulfilment.queries import truth as fulfilment
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Site
from wharfinger.purchasing.queries import truth as purchasing
from wharfinger.stock.queries import built
from wharfinger.stock.queries.truth import (
    claims_on,
    read_first_places,
    read_homes,
    read_layer_dates,
    read_lots,
)
from wharfinger.work import actions as work
from wharfinger.work.models import WorkOrder
from wharfinger.work.queries import read_job_type, require_order
from wharfinger.work.rules import WorkWish

PERMISSIONS = {
    "pick": "fulfilment.pick",
    "order": "purchasing.order",
    "deliver": "fulfilment.pick_pack_ship",
}
"""What doing it in the same save needs beside the right to charge."""


def charge_and(
    *,
    actor: Actor,
    sheet: int,
    wishes: Sequence[LineWish],
    then: str,
    codes: Sequence[Sequence[str]] = (),
    key: str | None = None,
) -> Written:
    """Charge work, and pick, order or deliver at once what can be of the new charges; the rest goes the usual way.

    codes: by charge, the serial numbers of the units that are meant; of goods that have one, only those.
    """
    require(actor, "work.charge")
    require(actor, PERMISSIONS[_known(then)])
    if not wishes:
        raise BadInput("no_lines", N_("Choose at least one product."), field="lines")
    if not Sheet.objects.filter(pk=sheet, work_order__isnull=False, void__isnull=True).exists():
        raise BadInput("not_work", N_("Only charges are served as they are added."), field="then")
    charging = Charging(then, tuple(wishes), _tidy(codes), sheet=sheet)
    wish = _wish(
        charging,
        documents=[(Sheet, [sheet]), (WorkOrder, [sheet])],
        first=demand.read_lines_of(sheet),
        reads=(
            read_standing,
            read_default_site(sheet),
            read_granted(sheet, charging.wishes),
            demand.read_offers(charging.wishes, sheet=sheet),
        ),
    )
    try:
        return post(VERBS[then], wish, partial(plan_charge_and, charging=charging), actor=actor, key=key)
    except NothingToServe:
        return charges.add_lines(actor=actor, sheet=sheet, wishes=wishes, key=key)


def open_and(
    *,
    actor: Actor,
    wish: WorkWish,
    then: str,
    codes: Sequence[Sequence[str]] = (),
    key: str | None = None,
) -> Written:
    """Open work with its first charges, and pick, order or deliver at once what can be of them."""
    require(actor, "work.create")
    require(actor, PERMISSIONS[_known(then)])
    if not wish.lines:
        return work.create_work_order(actor=actor, wish=wish, key=key)
    charging = Charging(then, wish.lines, _tidy(codes), work=wish)
    people = (wish.owner, wish.lead, wish.resource)
    customer = read_customer(
        wish.organization,
        site=wish.site,
        contact=wish.contact,
        people=people,
        location=wish.location,
        may="work.read",
    )
    offers = demand.read_offers(
        wish.lines,
        organization=wish.organization,
        currency=wish.currency,
        tax_included=wish.tax_included,
    )
    served = partial(require_order, wish.order, wish.organization)
    kind = partial(read_job_type, wish.type)
    looked = _wish(charging, documents=[], first=_no_lines, reads=(customer, served, kind, offers))
    try:
        return post(VERBS[then], looked, partial(plan_charge_and, charging=charging), actor=actor, key=key)
    except NothingToServe:
        return work.create_work_order(actor=actor, wish=wish, key=key)


def _known(then: str) -> str:
    if then not in VERBS:
        raise BadInput("no_such_choice", N_("Choose pick, order or deliver."), field="then")
    return then


def _tidy(codes: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(map(tuple, codes)) if any(codes) else ()


def _no_lines(truth: Truth) -> None:
    truth.read["lines"] = {}


def _wish(
    charging: Charging,
    *,
    documents: Sequence[tuple[type[Sheet] | type[WorkOrder], list[int]]],
    first: Callable[[Truth], None],
    reads: Sequence[Callable[[Truth], None]],
) -> Wish:
    """What is locked and read for charges and for what is done with them."""
    wanted = demand.with_kits(wish.product for wish in charging.wishes)
    codes = _named(charging)
    then = charging.then

    def read_first(truth: Truth) -> None:
        first(truth)
        found = Product.objects.filter(pk__in=sorted(wanted), build_on_pick=True) if then != "order" else ()
        truth.read["built_on_pick"] = {product.pk for product in found}
        truth.read["recipes"] = built.recipes(truth.read["built_on_pick"])
        if truth.read["built_on_pick"]:
            read_homes(truth)

    def products(truth: Truth) -> set[int]:
        return demand.line_products(truth) | wanted | fulfilment.built_products(truth)

    def read_products(truth: Truth) -> None:
        demand.read_these_products(products(truth))(truth)

    def claims(truth: Truth) -> list[int]:
        return sorted({*demand.line_ids(truth), *(claims_on(codes)(truth) if codes else ())})

    def read_sites(truth: Truth) -> None:
        sites = {wish.site for wish in charging.wishes} | {truth.read["default_site"]}
        sites |= {charging.work.site} if charging.work else set()
        truth.read["sites"] = sql.by_ids(Site, {site for site in sites if site is not None})

    serving: tuple[Callable[[Truth], None], ...] = (
        fulfilment.read_stages,
        read_first_places,
        read_sites,
        fulfilment.read_boxes,
        fulfilment.read_holders,
        read_lots(codes),
        read_layer_dates,
    )
    buying = (purchasing.read_terms(), purchasing.read_drafted_on)
    return Wish(
        documents=documents,
        first=read_first,
        products=products,
        claims=claims,
        free=then != "order",
        layers=then == "deliver" or (fulfilment.built_products if then == "pick" else False),
        loose=True,
        reads=(
            read_products,
            demand.read_components,
            demand.read_routing,
            *reads,
            *(buying if then == "order" else serving),
        ),
    )


def _named(charging: Charging) -> list[tuple[int, str]]:
    """Product and number of every unit that is named; those of a kit may be any component's."""
    named = [
        (wish.product, code)
        for wish, codes in zip(charging.wishes, charging.codes, strict=False)
        for code in codes
    ]
    parts = demand.components_of({product for product, _ in named}) if named else {}
    inside = [(part, code) for product, code in named for part, _ in parts.get(product, ())]
    return [*named, *inside]
