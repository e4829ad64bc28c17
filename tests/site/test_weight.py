"""What large pages weigh on their way."""

import gzip

import pytest
from django.test import Client

from tests.world import world
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.rules.quotes import QuoteWish

pytestmark = pytest.mark.django_db


def test_a_page_of_two_hundred_lines_is_sent_packed_and_the_api_as_it_is(client: Client) -> None:
    company = world()
    wishes = tuple(LineWish(company.product().pk, 2) for _ in range(200))
    made = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, wishes)).made
    (quote,), (sheet,) = made["sales.Quote"], made["demand.Sheet"]
    client.force_login(company.user)
    takes = {"accept-encoding": "gzip, br"}
    sent = client.get(f"/quotes/{sheet}/", headers=takes)
    assert sent["Content-Encoding"] == "gzip"
    assert len(sent.content) < 50_000
    page = gzip.decompress(sent.content)
    plain = client.get(f"/quotes/{sheet}/")
    assert "Content-Encoding" not in plain
    assert page.count(b"<tr") == plain.content.count(b"<tr") > 200
    assert "Content-Encoding" not in client.get("/account/", headers=takes)
    answer = client.get(f"/api/v1/quotes/{quote}", headers=takes)
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer
    assert not answer["ETag"].startswith("W/")
