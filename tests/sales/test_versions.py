"""Versions: what changes of a quote that was sent is another offer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from tests.sales.test_api import send as call
from tests.sales.test_quote import quote_of
from tests.world import World, clean, entries, held
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.demand.actions import add_lines, change_line, remove_line
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.documents.queries.selling import quote as paper
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.quotes import change_quote
from wharfinger.sales.actions.winning import win
from wharfinger.sales.models import Quote
from wharfinger.sales.rules.holds import Hold

pytestmark = pytest.mark.django_db


CHANGES: dict[str, Callable[[World, int, int], object]] = {
    "a line is added": lambda company, quote, _: add_lines(
        actor=HOUSE, sheet=quote, wishes=[LineWish(company.product().pk, 1)]
    ),
    "a line changes": lambda _, quote, line: change_line(
        actor=HOUSE, line=line, change=LineChange(quantity=7)
    ),
    "a line goes": lambda _, quote, line: remove_line(actor=HOUSE, line=line),
    "its words change": lambda _, quote, line: change_quote(
        actor=HOUSE, quote=quote, values={"title": "Another"}
    ),
    "its last day changes": lambda _, quote, line: change_quote(
        actor=HOUSE,
        quote=quote,
        values={},
        expires_on=Quote.objects.get(pk=quote).expires_on + timedelta(days=1),
    ),
}


def sent(company: World) -> tuple[int, int]:
    quote, (line,) = quote_of(company, LineWish(company.product().pk, 5))
    Quote.objects.filter(pk=quote).update(sent_at=clock.now(), link_nonce=3)
    return quote, line


@pytest.mark.parametrize("what", CHANGES)
def test_a_sent_quote_that_changes_is_its_next_version(company: World, what: str) -> None:
    quote, line = sent(company)
    CHANGES[what](company, quote, line)
    row = Quote.objects.get(pk=quote)
    assert (row.version, row.sent_at, row.link_nonce) == (2, None, 4)
    # Further changes before it is sent are of the same version.
    change_quote(actor=HOUSE, quote=quote, values={"title": "And again"})
    assert Quote.objects.get(pk=quote).version == 2
    reverse(actor=HOUSE, entry=Entry.objects.order_by("-pk")[0].pk)
    reverse(actor=HOUSE, entry=Entry.objects.filter(reverses=None).order_by("-pk")[1].pk)
    row = Quote.objects.get(pk=quote)
    assert (row.version, row.sent_at is None, row.link_nonce) == (1, False, 3)
    clean()


def test_what_changes_nothing_leaves_it_sent(company: World) -> None:
    quote, line = sent(company)
    company.stock(company.product(), 1)
    change_quote(actor=HOUSE, quote=quote, values={"title": ""})
    change_line(actor=HOUSE, line=line, change=LineChange(quantity=5))
    assert Quote.objects.get(pk=quote).version == 1


def test_holds_and_number_stay(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    quote, (line,) = quote_of(company, LineWish(product.pk, 5))
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    Quote.objects.filter(pk=quote).update(sent_at=clock.now())
    number = Sheet.objects.get(pk=quote).number
    assert paper(quote, "en").number == number
    call(client, "PATCH", f"/lines/{line}", {"quantity": "6"})
    assert held(line)["bin"] == 3
    read = call(client, "GET", f"/quotes/{quote}")
    assert (read["number"], read["version"], read["sent_at"], read["status"]) == (number, 2, None, "open")
    assert paper(quote, "en").number == f"{number} v2"
    page = client.get(f"/quotes/{quote}/").content.decode()
    assert "Version 2 is not sent yet" in page


def test_a_won_quote_stays_as_it_was_sent(company: World) -> None:
    """AT-43, decided otherwise: what is added later goes on the order alone."""
    quote, _ = quote_of(company, LineWish(company.product().pk, 1))
    win(actor=HOUSE, quote=quote)
    before = entries()
    with pytest.raises(Refusal) as caught:
        add_lines(actor=HOUSE, sheet=quote, wishes=[LineWish(company.product().pk, 1)])
    assert caught.value.code == "won"
    assert entries() == before
