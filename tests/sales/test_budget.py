"""What the page of a quote costs, however many lines it has."""

from __future__ import annotations

import gzip

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.sales.test_quote import quote_of
from tests.world import world
from wharfinger.base.access import HOUSE
from wharfinger.demand.actions import arrange
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.grouping import GroupWish

MOST_BYTES = 200_000
"""Of the page of two hundred lines with their costs, as it is; what goes over the wire is a tenth of that."""


@pytest.mark.django_db
def test_the_page_of_a_quote_costs_the_same_for_200_lines(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    product = company.product()
    counts = []
    for many in (1, 20, 200):
        quote, lines = quote_of(company, *(LineWish(product.pk, 1) for _ in range(many)))
        arrange(actor=HOUSE, sheet=quote, groups=[GroupWish("All", 10_000, lines=tuple(lines))])
        client.get(f"/quotes/{quote}/")
        with CaptureQueriesContext(connection) as taken:
            body = client.get(f"/quotes/{quote}/").content
        counts.append(len(taken))
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 30
    assert len(body) < MOST_BYTES
    assert len(gzip.compress(body)) < 16_000
