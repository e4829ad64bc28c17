"""No page of work asks the database more than twelve times, whichever tab, however many rows stand on it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.purchasing.buying import arrive, bought, person, sold, stocked_up, threshold
from tests.returns.test_rma import asked, loose
from tests.world import World, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.boards.worklists import WORKLISTS, Worklist, waiting
from wharfinger.catalog.models import VendorPrice
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding
from wharfinger.purchasing.actions.approving import approve, reject
from wharfinger.purchasing.actions.ordering import ask, draft, draft_from_lines, submit
from wharfinger.purchasing.actions.quoting import ask_vendors
from wharfinger.purchasing.actions.tiers import add_tier, delegate
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.purchasing.rules.quoting import Asked as Sought
from wharfinger.purchasing.rules.quoting import RfqWish
from wharfinger.returns.actions.inspecting import inspect
from wharfinger.returns.actions.receiving import receive
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.requesting import Asked
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.rules.holds import Hold

pytestmark = pytest.mark.django_db
MOST = 12


def work(company: World) -> None:
    """Some of each stage, in many lines of several products: bought, sold, asked for and come back."""
    for _ in range(3):
        product = company.product()
        company.stock(product, 20)
        picked, packed, sent, held, bought, drafted, wanted = (sold(company, product, 2) for _ in range(7))
        reserve(actor=HOUSE, holds=[Hold(line, 2) for line in (picked, packed, sent, held)])
        pick(actor=HOUSE, picks=[Pick(picked, 2)])
        pack(actor=HOUSE, picks=[Pick(packed, 2)])
        ship(actor=HOUSE, picks=[Pick(sent, 2)])
        order = draft_from_lines(actor=HOUSE, wanted=[Wanted(bought)]).one("purchasing.PurchaseOrder")
        submit(actor=HOUSE, order=order)
        (turned,) = stocked_up(company, (product, 2, 5_000_000)).lines
        arrive(turned, 2, rejected=1)
        draft_from_lines(actor=HOUSE, wanted=[Wanted(drafted)])
        assert wanted
        VendorPrice.objects.create(product=product, organization=company.customer, currency="USD")
        rma, (back,) = asked(company, Asked(2, loose(company, 2)))
        receive(actor=HOUSE, rma=rma, items=[Arrived(2, back)])
        inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(back, 1, "repair")])
    threshold(1)
    lines = list(Holding.objects.filter(kind="to_order", quantity__gt=0).values_list("claim", flat=True))
    ask_vendors(
        actor=HOUSE, wish=RfqWish((company.vendor.pk,), tuple(Sought(wanted=(Wanted(one),)) for one in lines))
    )
    for _ in range(3):
        hoped, denied = (sold(company, company.product(), 3) for _ in range(2))
        reject(actor=HOUSE, lines=[denied], note="Too dear")
        assert hoped


@pytest.mark.parametrize("one", WORKLISTS, ids=lambda one: one.name)
def test_every_tab_of_a_worklist_asks_at_most_twelve_times(one: Worklist) -> None:
    """Figures, prices, stock and names of all rows are read together."""
    company = world()
    work(company)
    browser = Client()
    browser.force_login(company.user)
    page = reverse(f"boards:{one.name}")
    for tab, (_, kinds) in one.tabs.items():
        assert waiting(one, kinds).count() >= 3
        browser.get(page, {"tab": tab})
        with CaptureQueriesContext(connection) as asked:
            answer = browser.get(page, {"tab": tab})
            found = [query["sql"] for query in asked.captured_queries]
        assert answer.status_code == 200
        assert 0 < len(found) <= MOST, "\n".join(found)


def in_tiers(company: World) -> None:
    """Tiers in force, of which one asks for two people; lines and drafts of which each has one yes, and a stand-in."""
    wanted = [(product, sold(company, product, 10)) for product in (company.product() for _ in range(3))]
    threshold(1)
    names = ("anna", "ben", "cleo")
    anna, ben, cleo = (person(name, "purchasing.approve") for name in names)
    for name, limit, needed in (("Leads", 4000, 1), ("Heads", 50_000, 2), ("Board", None, 2)):
        people = [one.pk for one in (anna, ben, cleo)]
        add_tier(actor=HOUSE, values={"name": name, "limit_minor": limit, "needed": needed, "people": people})
    day = clock.today("Europe/Berlin")
    delegate(actor=ben, delegate=cleo.pk, first_on=day, last_on=day)
    for quantity, (bought_for, theirs) in zip((10, 20, 400), wanted, strict=True):
        product = company.product()
        line = sold(company, product, quantity)
        VendorPrice.objects.create(
            product=product, organization=company.customer, currency="USD", cost_micro=1_000_000
        )
        lines = (
            PurchaseLineWish(product.pk, quantity),
            PurchaseLineWish(bought_for.pk, wanted=(Wanted(theirs),)),
        )
        order = bought(draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, lines))).order
        ask(actor=HOUSE, order=order)
        approve(actor=anna, lines=[line])
        approve(actor=cleo, purchase_orders=[order])


@pytest.mark.parametrize("tab", ["", "orders"])
def test_so_few_too_where_approval_tiers_are_in_force(tab: str) -> None:
    """Who has approved, how many must and what it costs are read for all rows together."""
    company = world()
    in_tiers(company)
    browser = Client()
    browser.force_login(company.user)
    page = reverse("boards:approval")
    browser.get(page, {"tab": tab})
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(page, {"tab": tab})
        found = [query["sql"] for query in asked.captured_queries]
    said = answer.content.decode()
    assert said.count("1 of 2") == 3
    assert ("Anna" if not tab else "Cleo") in said
    assert 0 < len(found) <= MOST, "\n".join(found)
