"""The words, people and deal of a quote: its edit page, its papers and the API."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.sales.test_quote import quote_of
from tests.world import World, clean, entries
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.documents.queries.selling import quote as paper
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization
from wharfinger.sales import links
from wharfinger.sales.actions.quotes import change_quote, copy_quote, create_opportunity
from wharfinger.sales.actions.sending import mark_quote_sent
from wharfinger.sales.models import Quote
from wharfinger.sales.rules.quotes import OpportunityWish

pytestmark = pytest.mark.django_db


def deal_of(organization: int) -> int:
    wish = OpportunityWish(organization=organization, title="More")
    return int(create_opportunity(actor=HOUSE, wish=wish).one("sales.Opportunity"))


def test_on_its_page_a_quote_gets_other_words_people_and_another_deal(client: Client, company: World) -> None:
    quote, _ = quote_of(company, LineWish(company.product().pk, 1))
    deal = deal_of(company.customer.pk)
    body = see(client, f"/quotes/{quote}/edit/")
    for name in ("introduction", "note", "owner", "opportunity", "title", "expires_on"):
        assert f'name="{name}"' in body
    row = Quote.objects.get(pk=quote)
    given = {
        "title": "Office",
        "introduction": "As we spoke about.\r\nIn two parts.",
        "note": "Without cabling.",
        "owner": company.user.pk,
        "opportunity": deal,
        "expires_on": row.expires_on.isoformat(),
    }
    do(client, f"/quotes/{quote}/edit/", given)
    row.refresh_from_db()
    assert (row.opportunity_id, row.note) == (deal, "Without cabling.")
    assert Sheet.objects.get(pk=quote).owner == company.user
    offer = paper(quote, "en")
    assert (offer.opening, offer.note) == (row.introduction, "Without cabling.")
    mark_quote_sent(actor=HOUSE, quote=quote)
    row.refresh_from_db()
    client.logout()
    body = see(client, links.path(row))
    assert "As we spoke about." in body
    assert "Without cabling." in body
    clean()


def test_by_api_the_words_are_sent_and_read_and_a_copy_keeps_them(client: Client, company: World) -> None:
    line = {"product": company.product().pk, "quantity": "1"}
    body = {"organization": company.customer.pk, "lines": [line], "introduction": "Dear all", "note": "Soon"}
    made = send(client, "POST", "/quotes", body, 201)
    assert (made["introduction"], made["note"]) == ("Dear all", "Soon")
    deal = deal_of(company.customer.pk)
    read = send(client, "PATCH", f"/quotes/{made['id']}", {"note": "", "opportunity": deal})
    assert (read["introduction"], read["note"], read["opportunity"]) == ("Dear all", "", deal)
    copied = copy_quote(actor=HOUSE, quote=made["id"]).one("demand.Sheet")
    assert Quote.objects.get(pk=copied).introduction == "Dear all"


def test_another_customers_deal_is_refused_and_undo_gives_the_words_back(company: World) -> None:
    quote, _ = quote_of(company, LineWish(company.product().pk, 1))
    other = Organization.objects.create(name="Other")
    deal = deal_of(other.pk)
    before = entries()
    for values, code in (
        ({"opportunity_id": deal}, "other_customers_deal"),
        ({"opportunity_id": 9999}, "no_such_opportunity"),
        ({"note": "x" * 2001}, "too_long"),
    ):
        with pytest.raises(Refusal) as caught:
            change_quote(actor=HOUSE, quote=quote, values=values)
        assert caught.value.code == code
    assert entries() == before
    done = change_quote(actor=HOUSE, quote=quote, values={"note": "Soon"})
    reverse(actor=HOUSE, entry=done.id)
    assert Quote.objects.get(pk=quote).note == ""


def test_other_words_of_a_sent_quote_are_another_version(company: World) -> None:
    quote, _ = quote_of(company, LineWish(company.product().pk, 1))
    mark_quote_sent(actor=HOUSE, quote=quote)
    change_quote(actor=HOUSE, quote=quote, values={"introduction": "Once more"})
    assert Quote.objects.get(pk=quote).version == 2
