"""Pages and answers about counts take the same few statements, however much is counted."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, world
from wharfinger.base.access import HOUSE
from wharfinger.stock.actions.counts import begin_count, record_count
from wharfinger.stock.rules.counting import Tally

pytestmark = pytest.mark.django_db

DETAILS = ("/stock/counts/{count}/", "/stock/counts/{count}/?tab=off")
LISTS = (
    "/stock/counts/",
    "/stock/due/",
    "/stock/reasons/",
    "/stock/reasons/given/",
)
ANSWERS = (
    "/api/v1/stock/counts?include=lines",
    "/api/v1/stock/counts/{count}",
    "/api/v1/stock/counts/{count}/sheet",
    "/api/v1/stock/counts/due?location={location}",
    "/api/v1/stock/reasons",
)
SIGNED_IN = 4
"""Session, user, rights and the house's settings, which every page reads."""


def counted(company: World, n: int) -> int:
    """A count of so many products, half of which are counted and off."""
    products = [company.product() for _ in range(2 * n)]
    for product in products:
        company.stock(product, 5)
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    tallies = [Tally(product.pk, company.bins[0].place_id, 4) for product in products[:n]]
    record_count(actor=HOUSE, count=count, tallies=tallies)
    return count


@pytest.mark.parametrize("path", [*DETAILS, *LISTS, *ANSWERS])
def test_it_takes_few_statements_however_many_lines(client: Client, path: str) -> None:
    company = world()
    client.force_login(company.user)
    client.get("/")
    taken = []
    for n in (1, 12):
        at = path.format(count=counted(company, n), location=company.location.pk)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(at).status_code == 200
        taken.append(len(queries))
    assert taken[0] == taken[1]
    # A detail page shows a list, what is to be counted, and its timeline.
    assert taken[1] <= (18 if path in DETAILS else 12) + SIGNED_IN
