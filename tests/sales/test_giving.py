"""A holder is asked to give way: what is refused, who may, who is told, and what the pages show."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.notices.test_outbox import person
from tests.world import World, clean, entries, held, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed, NotThere, Refusal
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.notices import mails
from wharfinger.notices.models import Rule
from wharfinger.parties.models import Grant, Role, User
from wharfinger.purchasing.actions import ordering, receiving
from wharfinger.purchasing.rules.drafting import PurchaseWish, Wanted
from wharfinger.purchasing.rules.receiving import Arrival
from wharfinger.sales.actions.giving import ask, give_way, keep
from wharfinger.sales.actions.holds import release, reserve
from wharfinger.sales.actions.orders import cancel, create_order
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.models import HoldRequest
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.stock.models import Location

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def quoted(company: World, *wanted: tuple[int, int], owner: int | None = None) -> tuple[int, list[int]]:
    """A quote and its lines."""
    wishes = tuple(LineWish(product, quantity) for product, quantity in wanted)
    made = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, wishes, owner=owner))
    return made.one("demand.Sheet"), made.made["ledger.Claim"]


def ordered(company: World, product: int, quantity: int, owner: int | None = None) -> tuple[int, int]:
    """A confirmed order of one line."""
    wish = OrderWish(company.customer.pk, (LineWish(product, quantity),), owner=owner, confirm=True)
    made = create_order(actor=HOUSE, wish=wish)
    return made.one("demand.Sheet"), made.one("ledger.Claim")


def two(company: World, **who: int) -> tuple[int, int]:
    """A line that holds three of a product, and one that wants two of it."""
    product = company.product()
    company.stock(product, 3)
    _, (holding,) = quoted(company, (product.pk, 3), owner=who.get("holder"))
    reserve(actor=HOUSE, holds=[Hold(holding, 3)])
    return holding, ordered(company, product.pk, 2, who.get("asker"))[1]


def asked(company: World, **who: int) -> tuple[int, int, int]:
    """A request, the line that holds and the line that wants."""
    holding, line = two(company, **who)
    made = ask(actor=company.user, asking=line, holding=holding, quantity=2)
    return made.one("sales.HoldRequest"), holding, line


def refused(act: Any, code: str, field: str | None = None) -> None:
    before = entries()
    with pytest.raises(Refusal) as found:
        act()
    assert (found.value.code, found.value.field, entries()) == (code, field, before)


def test_a_holder_is_asked_only_for_what_it_can_give(company: World) -> None:
    holding, line = two(company)
    other = company.product()
    quote, (first, second) = quoted(company, (other.pk, 1), (other.pk, 1))
    company.stock(other, 1)
    reserve(actor=HOUSE, holds=[Hold(first, 1)])
    for values, code, field in (
        ({"quantity": 0}, "not_positive", "quantity"),
        ({"quantity": 3}, "more_than_wanted", "quantity"),
        ({"quantity": 4}, "not_held", "quantity"),
        ({"place": company.other.place_id}, "not_held", "quantity"),
        ({"asking": 99_999}, "no_such_line", "asking"),
        ({"holding": 99_999}, "no_such_line", "holding"),
        ({"asking": first}, "other_product", "asking"),
        ({"asking": second, "holding": first, "quantity": 1}, "own_goods", "asking"),
        ({"note": "x" * 501}, "too_long", "note"),
    ):
        given = {"asking": line, "holding": holding, "quantity": 2} | values
        refused(lambda given=given: ask(actor=HOUSE, **given), code, field)
    assert Sheet.objects.filter(pk=quote).exists()


def test_a_document_that_ended_gets_nothing(company: World) -> None:
    request, holding, line = asked(company)
    order = Sheet.objects.get(lines=line)
    cancel(actor=HOUSE, order=order.pk)
    refused(lambda: give_way(actor=HOUSE, request=request), "cancelled")
    assert held(holding)["bin"] == 3


def test_goods_that_are_only_lent_are_not_given_to_be_sold(company: World) -> None:
    request, holding, _ = asked(company)
    Location.objects.filter(pk=company.location.pk).update(channel="rental")
    refused(lambda: give_way(actor=HOUSE, request=request), "not_held", "quantity")
    assert held(holding)["bin"] == 3


def test_goods_that_go_past_us_are_nobody_elses(company: World) -> None:
    product = company.product()
    _, holding = ordered(company, product.pk, 2)
    _, line = ordered(company, product.pk, 2)
    wish = PurchaseWish(company.vendor.pk, (), ship_to="organization", ship_to_site=company.site.pk)
    made = ordering.draft_from_lines(actor=HOUSE, wanted=[Wanted(holding)], wish=wish)
    ordering.submit(actor=HOUSE, order=made.one("purchasing.PurchaseOrder"))
    refused(lambda: ask(actor=HOUSE, asking=line, holding=holding, quantity=1), "not_held", "quantity")


def test_whoever_may_not_neither_asks_nor_answers(company: World) -> None:
    request, holding, _ = asked(company)
    role = Role.objects.create(name="Readers", permissions=["*.read", "sales.reserve"])
    reader = User.objects.create(username="reader")
    Grant.objects.create(user=reader, role=role)
    for act in (give_way, keep):
        with pytest.raises(NotAllowed):
            act(actor=reader, request=request)
    assert held(holding)["bin"] == 3
    with pytest.raises(NotThere):
        give_way(actor=HOUSE, request=999_999)


def test_a_request_that_was_taken_back_is_answered_by_nobody(company: World) -> None:
    holding, line = two(company)
    made = ask(actor=HOUSE, asking=line, holding=holding, quantity=2)
    reverse(actor=HOUSE, entry=made.id)
    with pytest.raises(NotThere):
        give_way(actor=HOUSE, request=made.one("sales.HoldRequest"))
    ask(actor=HOUSE, asking=line, holding=holding, quantity=2)
    clean()


def test_what_was_answered_is_not_taken_back(company: World) -> None:
    holding, line = two(company)
    made = ask(actor=HOUSE, asking=line, holding=holding, quantity=2)
    give_way(actor=HOUSE, request=made.one("sales.HoldRequest"))
    refused(lambda: reverse(actor=HOUSE, entry=made.id), "answered_already")
    assert held(line)["bin"] == 2


@pytest.mark.parametrize("count", [1, 10])
def test_each_verb_is_a_constant_number_of_statements(company: World, count: int) -> None:
    """However many bins the goods lie in."""
    product = company.product(traced="serial")
    codes = tuple(f"S-{n}" for n in range(count))
    company.stock(product, count, serials=codes)
    _, (holding,) = quoted(company, (product.pk, count))
    reserve(actor=HOUSE, holds=[Hold(holding, count)])
    _, line = ordered(company, product.pk, count)
    with CaptureQueriesContext(connection) as asking:
        made = ask(actor=HOUSE, asking=line, holding=holding, quantity=count)
    with CaptureQueriesContext(connection) as giving:
        give_way(actor=HOUSE, request=made.one("sales.HoldRequest"))
    assert held(line)["bin"] == count
    assert len(asking) <= 24
    assert len(giving) <= 32
    clean()


def told(entry: int) -> dict[str, str]:
    found = mails.about(Entry.objects.get(pk=entry))
    return {one["to"][0].partition("@")[0]: one["body"] for one in found}


def test_both_sides_are_told(company: World) -> None:
    holder, asker = person("holder"), person("asker")
    holding, line = two(company, holder=holder.pk, asker=asker.pk)
    made = ask(actor=HOUSE, asking=line, holding=holding, quantity=2, note="They open on Friday")
    request = made.one("sales.HoldRequest")
    body = told(made.id)["holder"]
    assert "asks for 2 ×" in body
    assert "They open on Friday" in body
    assert f"/holds/asked/{request}/" in body
    assert set(told(made.id)) == {"holder"}
    kept = keep(actor=HOUSE, request=request, answer="Ours open on Thursday")
    assert "Ours open on Thursday" in told(kept.id)["asker"]
    assert set(told(kept.id)) == {"asker"}
    reverse(actor=HOUSE, entry=kept.id)
    given = give_way(actor=HOUSE, request=request, quantity=1)
    assert "has given 1 ×" in told(given.id)["asker"]
    assert set(told(given.id)) == {"holder", "asker"}
    Rule.objects.create(event="answered", active=False)
    assert told(given.id) == {}


def test_a_request_is_made_from_the_panel_and_answered_on_its_page(client: Client, company: World) -> None:
    client.force_login(company.user)
    holding, line = two(company)
    order = Sheet.objects.get(lines=line)
    panel = seen(client, f"/orders/{order.pk}/reserve/")
    way = re.search(r'href="(/holds/ask/[^"]+)"', panel)
    assert way is not None
    form = seen(client, way[1].replace("&amp;", "&"))
    assert f'value="{line}" selected' in form
    values = {"holding": holding, "asking": line, "place": company.location.place_id, "quantity": "2"}
    too_many = client.post("/holds/ask/", values | {"quantity": "9"})
    assert too_many.status_code == 409
    assert "only 3 are held there" in too_many.content.decode()
    assert client.post("/holds/ask/", values).status_code == 303
    row = HoldRequest.objects.get()
    assert order.number in seen(client, "/holds/asked/?tab=mine")
    assert order.number in seen(client, "/holds/asked/")
    page = seen(client, f"/holds/asked/{row.pk}/")
    assert "Give way" in page
    again = client.post(f"/holds/asked/{row.pk}/", {"quantity": "3"})
    assert "Only 2 are asked for" in again.content.decode()
    assert client.post(f"/holds/asked/{row.pk}/", {"quantity": "2", "answer": "Gladly"}).status_code == 303
    assert held(line)["bin"] == 2
    assert "Gladly" in seen(client, f"/holds/asked/{row.pk}/")
    assert order.number not in seen(client, "/holds/asked/")
    clean()


def test_goods_that_are_gone_need_no_answer(client: Client, company: World) -> None:
    client.force_login(company.user)
    request, holding, _ = asked(company)
    _, (other,) = quoted(company, (Sheet.objects.get(lines=holding).lines.get().product_id, 1))
    give_way(actor=HOUSE, request=request)
    clean()
    second = ask(actor=HOUSE, asking=other, holding=holding, quantity=1).one("sales.HoldRequest")
    release(actor=HOUSE, holds=[Hold(holding, 1)])
    page = seen(client, f"/holds/asked/{second}/")
    assert "No longer held" in page
    assert ">Give way<" not in page


def test_a_refusal_leads_to_asking(client: Client, company: World) -> None:
    client.force_login(company.user)
    holding, line = two(company)
    order = Sheet.objects.get(lines=line)
    answer = client.post(
        f"/api/v1/orders/{order.pk}/reserve",
        {"lines": [{"line": line, "quantity": "2"}]},
        "application/json",
    )
    assert answer.status_code == 409
    remedies = {one["verb"]: one["values"] for one in answer.json()["remedies"]}
    assert remedies["ask_holder"]["holding"] == holding
    name = f"reserve-{line}-{company.location.place_id}"
    page = client.post(f"/orders/{order.pk}/reserve/", {name: "2", "verb": "reserve"}).content.decode()
    assert f"/holds/ask/?holding={holding}&amp;asking={line}" in page


@pytest.mark.parametrize("count", [1, 10])
def test_the_list_is_few_statements(client: Client, company: World, count: int) -> None:
    client.force_login(company.user)
    for _ in range(count):
        asked(company)
    with CaptureQueriesContext(connection) as found:
        page = seen(client, "/holds/asked/")
    assert page.count("Waits for an answer") == count
    assert len(found) <= 12


def test_a_purchase_that_is_given_away_arrives_for_who_got_it(company: World) -> None:
    product = company.product()
    _, holding = ordered(company, product.pk, 2)
    made = ordering.draft_from_lines(actor=HOUSE, wanted=[Wanted(holding)])
    bought = made.one("purchasing.PurchaseOrder")
    ordering.submit(actor=HOUSE, order=bought)
    _, line = ordered(company, product.pk, 2)
    request = ask(actor=HOUSE, asking=line, holding=holding, quantity=2).one("sales.HoldRequest")
    give_way(actor=HOUSE, request=request)
    assert held(holding) == {"demand": 2, "to_bill": 2}
    (arrival,) = made.made["purchasing.PurchaseLine"]
    receiving.receive(actor=HOUSE, arrivals=[Arrival(arrival, 2)])
    assert held(line)["bin"] == 2
    clean()
