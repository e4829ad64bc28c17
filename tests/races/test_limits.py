"""Many people sell to one customer at once: together they stay within what the customer may owe."""

from __future__ import annotations

from functools import partial

from tests.fulfilment.trade import order
from tests.races.crowd import crowd
from tests.world import clean, world
from wharfinger.base.access import HOUSE
from wharfinger.billing.queries import shown
from wharfinger.billing.queries.exposure import exposures
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.amend import amend
from wharfinger.flows.rules.amend import Amend
from wharfinger.parties.actions.organizations import change_organization
from wharfinger.sales.actions.orders import confirm, create_order
from wharfinger.sales.rules.orders import OrderWish


def test_nobody_slips_under_a_limit_beside_another(fresh_database: dict[str, str]) -> None:
    company = world()
    router = company.product(price_micro=100_000_000)
    lines, pk = (LineWish(router.pk, 1),), company.customer.pk
    orders = [create_order(actor=HOUSE, wish=OrderWish(pk, lines)).one("demand.Sheet") for _ in range(8)]
    change_organization(actor=HOUSE, organization=pk, values={"credit_limit_minor": 36000})
    outcome = crowd(8, [partial(confirm, actor=HOUSE, order=one) for one in orders])
    assert outcome.errors == []
    assert (len(outcome.done), [one.code for one in outcome.refused]) == (3, ["over_limit"] * 5)
    assert exposures([pk], "EUR", shown.today())[pk].minor == 35700
    clean()


def test_nobody_slips_under_a_limit_by_more_of_what_is_sold(fresh_database: dict[str, str]) -> None:
    """Eight orders of one become two each at once; the customer may owe three of that."""
    company = world()
    pk = company.customer.pk
    orders = [order(company, (company.product(price_micro=100_000_000), 1)) for _ in range(8)]
    change_organization(actor=HOUSE, organization=pk, values={"credit_limit_minor": 11 * 11900 + 1})
    raised = [partial(amend, actor=HOUSE, sheet=one, amends=[Amend(line, 2)]) for one, (line,) in orders]
    outcome = crowd(8, raised)
    assert outcome.errors == []
    assert (len(outcome.done), [one.code for one in outcome.refused]) == (3, ["over_limit"] * 5)
    assert exposures([pk], "EUR", shown.today())[pk].minor == 11 * 11900
    clean()
