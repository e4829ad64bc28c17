"""No page of work asks the database more than twelve times, whichever tab, however many rows stand on it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.purchasing.buying import arrive, sold, stocked_up, threshold
from tests.returns.test_rma import asked, loose
from tests.world import World, world
from wharfinger.base.access import HOUSE
from wharfinger.boards.worklists import WORKLISTS, Worklist, waiting
from wharfinger.catalog.models import VendorPrice
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.purchasing.actions.approving import reject
from wharfinger.purchasing.actions.ordering import draft_from_lines, submit
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.returns.actions.receiving import receive
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
        receive(actor=HOUSE, rma=rma, items=[Arrived(1, back)])
    threshold(1)
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
