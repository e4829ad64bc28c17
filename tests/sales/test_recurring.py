"""What recurs of a quote: one period on the line, sums for each, and the same on the order."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.sales.test_quote import quote_of
from tests.world import World, clean, entries
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput
from wharfinger.demand.actions import change_line
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.documents.queries.selling import quote as paper
from wharfinger.documents.shapes import Amount
from wharfinger.ledger.reverse import reverse
from wharfinger.sales import links
from wharfinger.sales.actions.quotes import copy_quote
from wharfinger.sales.actions.sending import mark_quote_sent
from wharfinger.sales.actions.winning import win
from wharfinger.sales.models import Quote

pytestmark = pytest.mark.django_db


def test_sums_by_period_leave_out_what_is_not_taken(client: Client, company: World) -> None:
    product = company.product()
    line = {"product": product.pk, "quantity": "1"}
    lines = [
        line,
        {**line, "every": "month", "quantity": "3", "discount_percent": "10"},
        {**line, "every": "month"},
        {**line, "every": "year", "option": "optional"},
    ]
    made = send(client, "POST", "/quotes", {"organization": company.customer.pk, "lines": lines}, 201)
    assert made["recurring"] == {"month": "37.00", "quarter": "0.00", "year": "0.00"}
    assert [one["every"] for one in made["lines"]] == ["", "month", "month", "year"]
    # The sums of the quote have each period once.
    assert made["net"] == "47.00"
    optional = made["lines"][3]["id"]
    send(client, "PATCH", f"/lines/{optional}", {"taken": True, "every": "quarter"})
    read = send(client, "GET", f"/quotes/{made['id']}")
    assert read["recurring"] == {"month": "37.00", "quarter": "10.00", "year": "0.00"}
    before = entries()
    send(client, "PATCH", f"/lines/{optional}", {"every": "week"}, 422)
    with pytest.raises(BadInput) as caught:
        change_line(actor=HOUSE, line=optional, change=LineChange(every="week"))
    assert caught.value.field == "every"
    assert entries() == before


def test_what_recurs_is_won_copied_and_undone_as_such(company: World) -> None:
    quote, (line, _) = quote_of(
        company, LineWish(company.product(kind="service").pk, 2), LineWish(company.product().pk, 1)
    )
    done = change_line(actor=HOUSE, line=line, change=LineChange(every="month"))
    copied = copy_quote(actor=HOUSE, quote=quote).one("demand.Sheet")
    assert list(Line.objects.filter(sheet=copied).order_by("pk").values_list("every", flat=True)) == [
        "month",
        "",
    ]
    won = win(actor=HOUSE, quote=quote)
    assert [one.every for one in Line.objects.filter(came_from__sheet=quote).order_by("pk")] == ["month", ""]
    reverse(actor=HOUSE, entry=won.id)
    reverse(actor=HOUSE, entry=done.id)
    assert Line.objects.get(pk=line).every == ""
    clean()


def test_papers_the_link_and_pages_say_what_recurs(client: Client, company: World) -> None:
    one, two = company.product(), company.product()
    given = {
        "organization": company.customer.pk,
        "sku-0": one.sku,
        "quantity-0": "2",
        "every-0": "month",
        "sku-1": two.sku,
        "quantity-1": "1",
        "every-1": "",
    }
    do(client, "/quotes/new/", given)
    quote = Quote.objects.get()
    assert paper(quote.pk, "en").recurring == (("month", Amount(2_000, "EUR")),)
    assert [row.every for row in paper(quote.pk, "en").lines] == ["month", ""]
    body = see(client, f"/quotes/{quote.pk}/")
    assert body.count("Every month") == 2
    line = Line.objects.get(product=one)
    assert '<option value="month" selected>' in see(client, f"/lines/{line.pk}/")
    before = entries()
    do(client, "/quotes/new/", {**given, "every-0": "week"}, 422)
    assert entries() == before
    mark_quote_sent(actor=HOUSE, quote=quote.pk)
    quote.refresh_from_db()
    client.logout()
    assert "Every month: €20.00 net; the total has it once" in see(client, links.path(quote))
    assert client.get(links.path(quote) + "offer.pdf").status_code == 200
    client.force_login(company.user)
    do(client, "/quotes/new/", {**given, "tax_included": "yes"})
    quote = Quote.objects.latest("pk")
    mark_quote_sent(actor=HOUSE, quote=quote.pk)
    quote.refresh_from_db()
    assert "Every month: €23.80 with VAT; the total has it once" in see(client, links.path(quote))
    assert client.get(links.path(quote) + "offer.pdf").status_code == 200
