"""Opportunities: their owner, their step, and what they are worth."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.sales.test_quote import quote_of
from tests.world import World, entries
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Role, User
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.actions.quotes import change_opportunity, create_opportunity, lose, lose_opportunity
from wharfinger.sales.actions.winning import win
from wharfinger.sales.models import Opportunity, Quote
from wharfinger.sales.queries.deals import Step, by_step, pipeline
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.sales.rules.quotes import OpportunityWish

pytestmark = pytest.mark.django_db


def deal_of(quote: int, **values: Any) -> int:
    deal = Quote.objects.get(pk=quote).opportunity_id
    change_opportunity(actor=HOUSE, opportunity=deal, values=values)
    return deal


def test_steps_are_the_companys_at_once(client: Client, company: World) -> None:
    body = {"organization": company.customer.pk, "title": "Fibre"}
    deal = send(client, "POST", "/opportunities", body, 201)
    assert deal["pipeline_step"] == "new"
    before = entries()
    wrong = send(client, "PATCH", f"/opportunities/{deal['id']}", {"pipeline_step": "offer"}, 422)
    assert (wrong["code"], wrong["field"]) == ("no_such_step", "pipeline_step")
    assert (
        send(client, "POST", "/opportunities", body | {"pipeline_step": "offer"}, 422)["code"]
        == "no_such_step"
    )
    assert entries() == before
    set_setting(actor=HOUSE, name="pipeline_steps", value=["lead", "offer"])
    send(client, "PATCH", f"/opportunities/{deal['id']}", {"pipeline_step": "offer"})
    assert send(client, "POST", "/opportunities", body, 201)["pipeline_step"] == "lead"
    quote, _ = quote_of(company, LineWish(company.product().pk, 1))
    assert Quote.objects.get(pk=quote).opportunity.pipeline_step == "lead"
    for value in ([], ["a", "A"], [""], "a", ["x" * 41]):
        send(client, "PATCH", "/settings/pipeline_steps", {"value": value}, 422)


def test_an_owner_and_a_step_are_chosen_on_the_page(client: Client, company: World) -> None:
    other = User.objects.create(username="mara", name="Mara Klein")
    other.roles.add(Role.objects.create(name="Reads", permissions=["*.read"]))
    gone = User.objects.create(username="gone", name="Long Gone", is_active=False)
    form = see(client, "/opportunities/new/")
    assert "Mara Klein" in form
    assert "Long Gone" not in form
    assert f'<option value="{company.user.pk}" selected>' in form
    values = {"organization": company.customer.pk, "title": "Fibre", "pipeline_step": "qualified"}
    made = do(client, "/opportunities/new/", values | {"owner": other.pk, "probability_percent": "20"})
    deal = Opportunity.objects.get()
    assert (deal.owner, deal.pipeline_step) == (other, "qualified")
    # Whoever owned it, and what step it was at, stays to be chosen when they are no longer in use.
    Opportunity.objects.update(owner=gone, pipeline_step="old")
    edit = see(client, f"{made['Location']}edit/")
    assert "Long Gone" in edit
    assert '<option value="old" selected>' in edit
    again = {"title": "Fibre 2", "pipeline_step": "old", "owner": gone.pk, "probability_percent": "20"}
    do(client, f"{made['Location']}edit/", again)
    deal.refresh_from_db()
    assert (deal.title, deal.pipeline_step, deal.owner) == ("Fibre 2", "old", gone)
    do(client, f"{made['Location']}edit/", again | {"pipeline_step": "offer"}, 422)


def test_open_deals_are_summed_by_step(client: Client, company: World) -> None:
    product = company.product()
    first, _ = quote_of(company, LineWish(product.pk, 3), LineWish(product.pk, 9, option="optional"))
    deal = deal_of(first, pipeline_step="proposal", probability_percent=25)
    # The latest quote of a deal says what it is worth, as long as it is not lost.
    second, _ = quote_of(company, LineWish(product.pk, 5), opportunity=deal)
    third, _ = quote_of(company, LineWish(product.pk, 7), opportunity=deal)
    lose(actor=HOUSE, quote=third)
    other, _ = quote_of(company, LineWish(product.pk, 1))
    deal_of(other, probability_percent=50)
    assert second > first
    assert by_step(pipeline()) == [
        Step("new", 1, 1_000, 500, "EUR"),
        Step("proposal", 1, 5_000, 1_250, "EUR"),
    ]
    page = see(client, "/opportunities/")
    for words in ("Open deals by step", "50.00", "12.50"):
        assert words in page
    assert "Open deals by step" in see(client, "/opportunities/?tab=won")
    assert "OP-" not in see(client, "/opportunities/?step=qualified").split("<tbody>")[-1]


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_is_few_statements(client: Client, company: World, count: int) -> None:
    product = company.product()
    for _ in range(count):
        quote_of(company, LineWish(product.pk, 3))
    with CaptureQueriesContext(connection) as seen:
        see(client, "/opportunities/")
    assert len(seen) <= 12, len(seen)


def test_whoever_writes_quotes_need_not_keep_opportunities(client: Client, company: World) -> None:
    role = Role.objects.create(name="Quotes only", permissions=["sales.read", "sales.quote"])
    seller = User.objects.create(username="seller")
    seller.roles.add(role)
    client.force_login(seller)
    product = company.product()
    lines = [{"product": product.pk, "quantity": "1"}]
    made = send(client, "POST", "/quotes", {"organization": company.customer.pk, "lines": lines}, 201)
    before = entries()
    send(client, "POST", "/opportunities", {"organization": company.customer.pk, "title": "Fibre"}, 403)
    send(client, "PATCH", f"/opportunities/{made['opportunity']}", {"title": "Mine"}, 403)
    assert entries() == before
    assert client.get("/opportunities/new/").status_code == 403


def test_the_first_steps_read_in_german_and_a_companys_own_as_it_named_them(
    client: Client, company: World
) -> None:
    german = Client(headers={"accept-language": "de"})
    german.force_login(company.user)
    body = {"organization": company.customer.pk, "title": "Fibre", "pipeline_step": "qualified"}
    deal = send(client, "POST", "/opportunities", body, 201)
    assert deal["pipeline_step"] == "qualified"
    assert "qualifiziert" in see(german, f"/opportunities/{deal['id']}/")
    assert "qualifiziert" in see(german, "/opportunities/")
    form = see(german, f"/opportunities/{deal['id']}/edit/")
    assert '<option value="qualified" selected>qualifiziert</option>' in form
    set_setting(actor=HOUSE, name="pipeline_steps", value=["Erstgespräch"])
    assert "Erstgespräch" in see(german, "/opportunities/new/")


def test_a_deal_is_worth_what_it_offers_what_was_won_or_what_was_lost(client: Client, company: World) -> None:
    """What is won weighs all of it and what is lost nothing, whatever their probability said."""
    product = company.product()
    bare = create_opportunity(actor=HOUSE, wish=OpportunityWish(company.customer.pk, "Fibre"))
    assert by_step(pipeline()) == [Step("new", 1, 0, 0, "EUR")]

    def told(deal: int) -> tuple[str | None, str | None]:
        shown = send(client, "GET", f"/opportunities/{deal}")
        return shown["net"], shown["weighted"]

    assert told(bare.one("sales.Opportunity")) == (None, None)
    first, _ = quote_of(company, LineWish(product.pk, 3))
    deal = deal_of(first, probability_percent=20)
    assert told(deal) == ("30.00", "6.00")
    won = win(actor=HOUSE, quote=first)
    assert told(deal) == ("30.00", "30.00")
    quote_of(company, LineWish(product.pk, 9), opportunity=deal)
    assert told(deal) == ("30.00", "30.00")
    reverse(actor=HOUSE, entry=won.id)
    assert told(deal) == ("90.00", "18.00")
    lose_opportunity(actor=HOUSE, opportunity=deal)
    assert told(deal) == ("90.00", "0.00")
    listed = {one["id"]: one["net"] for one in send(client, "GET", "/opportunities")["items"]}
    assert listed[deal] == "90.00"


@pytest.mark.parametrize("path", ["/opportunities/", "/quotes/", "/orders/"])
def test_lists_are_narrowed_to_what_somebody_owns(client: Client, company: World, path: str) -> None:
    mara = User.objects.create(username="mara", name="Mara Klein")
    mara.roles.add(Role.objects.create(name="Reads", permissions=["*.read"]))
    for owner, title in ((mara, "Hers"), (company.user, "Mine")):
        quote_of(company, LineWish(company.product().pk, 1), owner=owner.pk, title=title)
        wish = OrderWish(
            company.customer.pk, (LineWish(company.product().pk, 1),), owner=owner.pk, title=title
        )
        create_order(actor=HOUSE, wish=wish)
    assert "Mara Klein" in see(client, path)

    def rows(owner: object) -> str:
        """What stands in the cells of the list."""
        return " ".join(re.findall(r"<td.*?</td>", see(client, f"{path}?owner={owner}"), re.DOTALL))

    assert ("Mara Klein" in rows(mara.pk), str(company.user) in rows(mara.pk)) == (True, False)
    for nobody in ("10000000000000000000000", "x"):
        assert "Mara Klein" not in rows(nobody)


def test_the_lost_say_why(client: Client, company: World) -> None:
    assert "Nothing here yet." in see(client, "/opportunities/?tab=lost")
    quote, _ = quote_of(company, LineWish(company.product().pk, 1))
    lose(actor=HOUSE, quote=quote, reason="Too dear")
    assert "Too dear" in see(client, "/opportunities/?tab=lost")
    assert "Too dear" not in see(client, "/opportunities/?tab=all")
    assert "Deals appear here" in see(client, "/opportunities/")
