"""Sell at once: order, hand over and invoice in one entry, for one customer or for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.catalog.models import TaxCode
from wharfinger.demand import queries as demand
from wharfinger.demand.queries.standing import (
    read_treated,
    require_people,
    require_their_contacts,
    says_tax,
)
from wharfinger.flows.rules.sell import Sale, plan_sell
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization, Site, Terms, User
from wharfinger.pricing.queries import listed, read_rates
from wharfinger.stock.queries import built
from wharfinger.stock.queries.truth import read_homes, read_layer_dates, read_lots, read_selling

__all__ = ["Sale", "sell"]


def sell(
    *, actor: Actor, sales: Sequence[Sale], sold_on: date | None = None, key: str | None = None
) -> Written:
    """Sell at once: each sale becomes an order that is handed over and invoiced, all in one entry.

    sold_on: the day of all of them, today unless given. Raises Refusal, and sells nothing, when fewer goods
    are free than are sold.
    """
    require(actor, "sales.sell")
    paid = any(sale.paid_by is not None for sale in sales)
    if paid:
        require(actor, "billing.pay")
    _checked(sales)
    products = demand.with_kits(line.product for sale in sales for line in sale.lines)
    recipes = built.recipes(products, on_pick=True)
    parts = {part for product in products for part in recipes.below(product)}

    def read_recipes(truth: Truth) -> None:
        truth.read["recipes"] = recipes
        if recipes.made_of:
            read_homes(truth)

    return post(
        "sell",
        Wish(
            products=products | parts,
            free=True,
            layers=True,
            loose=True,
            reads=(
                partial(_read_customers, tuple(sales)),
                demand.read_these_products(products),
                demand.read_components,
                partial(_read_offers, tuple(sales)),
                _read_tax_codes,
                read_selling,
                read_recipes,
                read_lots(_named(sales)),
                read_layer_dates,
            ),
        ),
        partial(plan_sell, sales=tuple(sales)),
        actor=actor,
        key=key,
        effective_on=sold_on,
    )


def _named(sales: Sequence[Sale]) -> list[tuple[int, str]]:
    """Product and number of every unit that is named; those of a kit may be any component's."""
    named = [
        (line.product, code)
        for sale in sales
        for line, codes in zip(sale.lines, sale.codes, strict=False)
        for code in codes
    ]
    parts = demand.components_of({product for product, _ in named}) if named else {}
    inside = [(part, code) for product, code in named for part, _ in parts.get(product, ())]
    return [*named, *inside]


def _checked(sales: Sequence[Sale]) -> None:
    if not sales:
        raise BadInput("no_lines", N_("An order needs at least one line."), field="lines")
    for n, sale in enumerate(sales):
        at = f"sales.{n}."
        if not sale.lines:
            raise BadInput("no_lines", N_("An order needs at least one line."), field=f"{at}lines")
        assert not sale.codes or len(sale.codes) == len(sale.lines), "serial numbers for each line or none"
        for m, line in enumerate(sale.lines):
            if line.quantity <= 0:
                raise BadInput(
                    "not_positive", N_("Give a quantity above zero."), field=f"{at}lines.{m}.quantity"
                )
        if sale.paid_by is not None:
            tidy(sale.paid_by, field=f"{at}paid_by", most=40, needed=False)


def _read_customers(sales: Sequence[Sale], truth: Truth) -> None:
    """Read the customers, their sites and the owners; raises BadInput for contacts and people that are not theirs."""
    organizations = {sale.organization for sale in sales}
    truth.read["organizations"] = sql.by_ids(Organization, organizations, also=[says_tax(truth)])
    _read_terms(truth.read["organizations"])
    truth.read["says_tax"] = {pk: one.says_tax for pk, one in truth.read["organizations"].items()}
    read_treated(truth, {pk: one.tax_code_id for pk, one in truth.read["organizations"].items()})
    truth.read["granted"] = {pk: one.discount_micro for pk, one in truth.read["organizations"].items()}
    found = sql.read(
        Site,
        f"{sql.among('organization_id')} AND retired_on IS NULL",
        [sql.array(sorted(organizations))],
    )
    truth.read["sites"] = {}
    for site in found.values():
        truth.read["sites"].setdefault(site.organization_id, []).append(site)
    require_their_contacts({(sale.organization, sale.contact) for sale in sales if sale.contact is not None})
    require_people((sale.owner for sale in sales), "sales.read")
    owners = {owner for sale in sales if (owner := sale.owner or truth.actor) is not None}
    truth.read["owners_at"] = dict(User.objects.filter(pk__in=owners).values_list("pk", "location"))


def _read_terms(customers: Mapping[int, Any]) -> None:
    """Read the terms of payment of those who have any; no statement where nobody has."""
    named = {one.terms_id for one in customers.values() if one.terms_id}
    found = sql.by_ids(Terms, named) if named else {}
    for one in customers.values():
        one.terms = found.get(one.terms_id)


def _read_offers(sales: Sequence[Sale], truth: Truth) -> None:
    """Read what price lists ask the customers where nobody typed a price."""
    asked = [(sale, line) for sale in sales for line in sale.lines if line.unit_price_micro is None]
    truth.read["listed"] = listed(
        {sale.organization for sale, _ in asked}, {line.product for _, line in asked}
    )
    read_rates(truth, (_currency(truth, sale) for sale in sales))


def _currency(truth: Truth, sale: Sale) -> str:
    customer = truth.read["organizations"].get(sale.organization)
    return sale.currency or (customer.currency if customer else truth.home_currency)


def _read_tax_codes(truth: Truth) -> None:
    """Read the tax codes; a company has few."""
    truth.read["tax_codes"] = truth.read["followers"] = {code.pk: code for code in TaxCode.objects.all()}
