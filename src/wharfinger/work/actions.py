"""The verbs of tickets, projects, contracts and jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from wharfinger.base import further
from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_changed, read_customer, read_default_site, read_standing
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.promising import Promised, require_said
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Site
from wharfinger.stock.models import Location
from wharfinger.stock.queries import built
from wharfinger.stock.queries.truth import first_places, read_homes
from wharfinger.work import queries, rules
from wharfinger.work.models import JobType, WorkOrder
from wharfinger.work.rules import WorkWish, job_types
from wharfinger.work.rules.providing import Provision, plan_provide

EVERY_TYPE = Wish(documents=[(JobType, sql.Found("id > %s", (0,)))])


def create_work_order(*, actor: Actor, wish: WorkWish, key: str | None = None) -> Written:
    """Open a ticket, project, contract or job, with its first charges where some are named."""
    require(actor, "work.create")
    products = {line.product for line in wish.lines}
    return post(
        "charge",
        Wish(
            products=products,
            loose=True,
            reads=(
                read_customer(
                    wish.organization,
                    site=wish.site,
                    contact=wish.contact,
                    people=(wish.owner, wish.lead, wish.resource),
                    location=wish.location,
                    may="work.read",
                ),
                partial(queries.require_order, wish.order, wish.organization),
                partial(queries.read_job_type, wish.type),
                demand.read_these_products(products),
                demand.read_components,
                demand.read_routing,
                demand.read_offers(
                    wish.lines,
                    organization=wish.organization,
                    currency=wish.currency,
                    tax_included=wish.tax_included,
                ),
            ),
        ),
        partial(rules.plan_work_order, wish=wish),
        actor=actor,
        key=key,
    )


def change_work_order(
    *,
    actor: Actor,
    work_order: int,
    values: dict[str, Any],
    own: dict[str, Any] | None = None,
    key: str | None = None,
) -> Written:
    """Change the words, dates and people of a work order.

    values: columns of the document's common part; own: columns of the work order.
    """
    require(actor, "work.create")
    return post(
        "change",
        Wish(
            documents=[(Sheet, [work_order]), (WorkOrder, [work_order])],
            reads=(
                read_standing,
                read_changed(work_order, values | (own or {})),
                queries.read_order_of(work_order, (own or {}).get("order_id")),
            ),
        ),
        partial(rules.plan_change, work_order=work_order, values=values, own=own or {}),
        actor=actor,
        key=key,
    )


def promise_work(
    *, actor: Actor, work_order: int, promises: Sequence[Promised], reason: str, key: str | None = None
) -> Written:
    """Promise charges that no sales order collects for another day, and say why."""
    require(actor, "work.amend")
    require_said(promises, reason)
    return post(
        "promise_work",
        Wish(
            documents=[(Sheet, [work_order]), (WorkOrder, [work_order])],
            first=demand.read_lines_of(work_order),
            reads=(read_standing,),
        ),
        partial(rules.plan_promise, work_order=work_order, promises=tuple(promises)),
        actor=actor,
        key=key,
        reason=reason.strip(),
    )


def start_work(*, actor: Actor, work_order: int, key: str | None = None) -> Written:
    """Say that somebody has begun with the work."""
    require(actor, "work.complete")
    return post(
        "start_work",
        Wish(documents=[(Sheet, [work_order]), (WorkOrder, [work_order])], reads=(read_standing,)),
        partial(rules.plan_start, work_order=work_order),
        actor=actor,
        key=key,
    )


def complete(
    *,
    actor: Actor,
    work_order: int,
    anyway: bool = False,
    signed_by: str = "",
    pictures: Sequence[Any] = (),
    key: str | None = None,
) -> Written:
    """Declare work completed; charges that are still open need a yes.

    signed_by: who of the customer signed for it; pictures: the signature and photos, as ``base/proving.py`` found them,
    which hang on the work by the same entry.
    """
    require(actor, "work.complete")
    signed_by = tidy(signed_by, field="signed_by", most=100, needed=False)

    def plan(truth: Truth) -> Plan:
        done = rules.plan_complete(truth, work_order=work_order, anyway=anyway, signed_by=signed_by)
        done.mention(("work_order", work_order))
        further.hang(truth, done, "work_order", pictures, signed_by)
        return done

    return post("complete", _with_charges(work_order), plan, actor=actor, key=key)


def cancel_work(*, actor: Actor, work_order: int, reason: str = "", key: str | None = None) -> Written:
    """Cancel work nothing of which was ordered, picked, handed over or invoiced."""
    require(actor, "work.cancel")
    return post(
        "cancel",
        _with_charges(work_order),
        partial(rules.plan_cancel, work_order=work_order),
        actor=actor,
        key=key,
        reason=reason,
    )


def provide(
    *, actor: Actor, work_order: int, provisions: Sequence[Provision], key: str | None = None
) -> Written:
    """Hand goods to the customer on a job: sold at once, or lent where they are rented or not billed.

    What is not there of a product that a pick builds is built first.
    """
    require(actor, "work.provide")
    if not provisions:
        raise BadInput("no_lines", N_("Choose at least one good."), field="lines")
    for n, provision in enumerate(provisions):
        if provision.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"lines.{n}.quantity")
        if (provision.line is None) == (provision.product is None):
            raise BadInput(
                "line_or_product", N_("Name either a charge or a product."), field=f"lines.{n}.line"
            )
    named = demand.with_kits(p.product for p in provisions if p.product is not None)

    def wanted(truth: Truth) -> set[int]:
        return demand.line_products(truth) | named

    def products(truth: Truth) -> set[int]:
        recipes = truth.read["recipes"]
        return wanted(truth).union(*(recipes.below(product) for product in wanted(truth)))

    def first(truth: Truth) -> None:
        demand.read_lines_of(work_order)(truth)
        truth.read["recipes"] = built.recipes(wanted(truth), on_pick=True)
        if truth.read["recipes"].made_of:
            read_homes(truth)

    def read_products(truth: Truth) -> None:
        demand.read_these_products(products(truth))(truth)

    return post(
        "provide",
        Wish(
            documents=[(Sheet, [work_order]), (WorkOrder, [work_order])],
            first=first,
            products=products,
            claims=demand.line_ids,
            free=True,
            layers=True,
            loose=True,
            reads=(
                read_products,
                demand.read_components,
                read_standing,
                read_default_site(work_order),
                _read_sites,
                _read_channels,
                demand.read_offers(
                    [
                        LineWish(p.product, p.quantity, unit_price_micro=p.unit_price_micro)
                        for p in provisions
                        if p.product is not None
                    ],
                    sheet=work_order,
                ),
            ),
        ),
        partial(plan_provide, work_order=work_order, provisions=tuple(provisions)),
        actor=actor,
        key=key,
    )


def add_job_type(*, actor: Actor, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Add a type of job to the list: its scope, its terms, whether it is billed and how long it takes."""
    require(actor, "work.job_type")
    plan = partial(job_types.plan_job_type, values=checked(job_types.TYPE, values))
    return post("add", EVERY_TYPE, plan, actor=actor, key=key)


def change_job_type(
    *, actor: Actor, job_type: int, values: Mapping[str, Any], key: str | None = None
) -> Written:
    """Change a type of job, or take it off the list by a date in ``retired_on``; jobs keep what they began with."""
    require(actor, "work.job_type")
    plan = partial(job_types.plan_job_type_change, pk=job_type, values=checked(job_types.TYPE, values))
    return post("change", EVERY_TYPE, plan, actor=actor, key=key)


def _with_charges(work_order: int) -> Wish:
    return Wish(
        documents=[(Sheet, [work_order]), (WorkOrder, [work_order])],
        first=demand.read_lines_of(work_order),
        products=demand.line_products,
        claims=demand.line_ids,
        reads=(read_standing,),
    )


def _read_sites(truth: Truth) -> None:
    wanted = {line.site_id for line in truth.read["lines"].values()} | {truth.read["default_site"]}
    truth.read["sites"] = {
        site.pk: site for site in Site.objects.filter(pk__in=sorted(pk for pk in wanted if pk))
    }


def _read_channels(truth: Truth) -> None:
    rows = list(Location.objects.values_list("pk", "place_id", "channel", "default"))
    truth.read["channels"] = {place: channel for _, place, channel, _ in rows}
    truth.read["first_places"] = first_places((pk, place, default) for pk, place, _, default in rows)
