"""Selling on pages: lists, forms, the panel that reserves, and the picture before winning."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.sales.test_order import order_of
from tests.sales.test_quote import quote_of
from tests.world import World, clean, entries, held, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.locales import day_words
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Lot
from wharfinger.parties.models import Role
from wharfinger.purchasing.actions.ordering import draft, submit
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.models import Opportunity, Order, Quote
from wharfinger.sales.rules.holds import Hold

pytestmark = pytest.mark.django_db


def see(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.content[:2000]
    return response.content.decode()


def do(client: Client, path: str, values: dict[str, Any], status: int = 303) -> Any:
    response = client.post(path, values)
    assert response.status_code == status, response.content[:3000]
    return response


def test_strangers_sign_in_first(client: Client) -> None:
    world()
    for path in ("/quotes/", "/orders/", "/opportunities/", "/orders/new/"):
        assert client.get(path)["Location"].startswith("/sign-in/")


def test_a_quote_is_written_held_for_and_won(client: Client, company: World) -> None:
    product = company.product(sku="AP-1")
    company.stock(product, 3)
    assert "AP-1" in see(client, "/quotes/new/")
    values = {"organization": company.customer.pk, "title": "New network", "sku-0": "ap-1", "quantity-0": "5"}
    made = do(client, "/quotes/new/", values)
    quote = Quote.objects.get()
    line = Line.objects.get()
    assert made["Location"] == f"/quotes/{quote.pk}/"
    shown = see(client, made["Location"])
    assert "New network" in shown
    assert "AP-1" in shown
    panel = see(client, f"/quotes/{quote.pk}/reserve/")
    name = f"reserve-{line.pk}-{company.location.place_id}"
    assert name in panel
    before = entries()
    refused = do(client, f"/quotes/{quote.pk}/reserve/", {name: "4"}, 409)
    assert b'value="4"' in refused.content
    assert entries() == before
    do(client, f"/quotes/{quote.pk}/reserve/", {name: "3"})
    assert held(line.pk)["bin"] == 3
    do(client, f"/quotes/{quote.pk}/extend/", {})
    do(client, f"/documents/quote/{quote.pk}/send/", {"by_hand": "yes"})
    before = entries()
    assert "Need to Order/Fulfill" in see(client, f"/quotes/{quote.pk}/win/?into=project")
    assert entries() == before
    won = do(client, f"/quotes/{quote.pk}/win/", {"into": "order"})
    order = Order.objects.get().pk
    assert won["Location"] == f"/orders/{order}/"
    assert "Unfulfilled" in see(client, f"/orders/{order}/")
    assert f"/orders/{order}/" in see(client, f"/quotes/{quote.pk}/")
    clean()


def test_what_is_wrong_stands_beside_its_field(client: Client, company: World) -> None:
    before = entries()
    for values, words in (
        ({"sku-0": "nothing"}, "There is no such product."),
        ({"organization": ""}, "Please fill this in."),
        ({"expires_on": "soon"}, "is not a date"),
    ):
        typed = {"organization": company.customer.pk, "title": "Typed before"} | values
        shown = do(client, "/quotes/new/", typed, 422).content.decode()
        assert words in shown
        assert "Typed before" in shown
    assert entries() == before


def test_a_quote_is_edited_copied_and_lost(client: Client, company: World) -> None:
    product = company.product()
    quote, (line,) = quote_of(company, LineWish(product.pk, 2))
    do(client, f"/quotes/{quote}/edit/", {"title": "Second", "expires_on": "2031-01-01"})
    assert Sheet.objects.get(pk=quote).title == "Second"
    see(client, f"/lines/{line}/")
    changed = {"quantity": "3", "unit_price": "9.5", "tax_code": company.tax.pk, "billable": "yes"}
    do(client, f"/lines/{line}/", changed)
    assert Line.objects.get(pk=line).quantity == 3
    do(client, f"/documents/{quote}/lines/", {"sku-0": product.sku, "quantity-0": "1", "discount-0": "10"})
    second = Line.objects.order_by("-pk")[0]
    assert second.discount_micro == 100_000
    do(client, f"/lines/{second.pk}/remove/", {})
    copied = do(client, f"/quotes/{quote}/copy/", {})
    assert "Second" in see(client, copied["Location"])
    do(client, f"/quotes/{quote}/lose/", {"reason": "Too dear"})
    assert Quote.objects.get(pk=quote).lost_reason == "Too dear"
    assert "Lost" in see(client, "/quotes/?tab=lost")
    clean()


def test_an_order_is_written_and_decided_about(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 1)
    typed = {"organization": company.customer.pk, "sku-0": product.sku, "quantity-0": "1", "price-0": "12.5"}
    made = do(client, "/orders/new/", typed)
    order = Order.objects.get().pk
    assert made["Location"] == f"/orders/{order}/"
    for verb, column in (("confirm", "confirmed_at"), ("hold", "held_at")):
        do(client, f"/orders/{order}/{verb}/", {})
        assert getattr(Order.objects.get(pk=order), column) is not None
    do(client, f"/orders/{order}/unhold/", {})
    (line,) = Line.objects.all()
    do(client, f"/orders/{order}/reserve/", {f"reserve-{line.pk}-{company.location.place_id}": "1"})
    do(
        client,
        f"/orders/{order}/reserve/",
        {f"release-{line.pk}-{company.location.place_id}": "1", "verb": "release"},
    )
    shown = see(client, f"/orders/{order}/fulfil/")
    assert all(
        sku in shown for sku in Line.objects.filter(order=order).values_list("product__sku", flat=True)
    )
    assert "still open" in do(client, f"/orders/{order}/fulfil/", {}, 409).content.decode()
    do(client, f"/orders/{order}/fulfil/", {"anyway": "yes"})
    do(client, f"/orders/{order}/edit/", {"customer_reference": "PO 9"})
    do(client, f"/orders/{order}/unconfirm/", {})
    do(client, f"/orders/{order}/cancel/", {"reason": "Twice"})
    shown = see(client, f"/orders/{order}/")
    assert "PO 9" in shown
    assert "Cancelled" in shown
    clean()


def test_a_deal_is_written_and_shows_its_quotes(client: Client, company: World) -> None:
    made = do(client, "/opportunities/new/", {"organization": company.customer.pk, "title": "Fibre"})
    deal = Opportunity.objects.get().pk
    assert made["Location"] == f"/opportunities/{deal}/"
    do(client, f"/opportunities/{deal}/edit/", {"title": "Fibre", "probability_percent": "80"})
    refused = do(
        client, f"/opportunities/{deal}/edit/", {"title": "Fibre", "probability_percent": "800"}, 422
    )
    assert "from 0 to 100" in refused.content.decode()
    assert 'value="Fibre"' in see(client, f"/quotes/new/?opportunity={deal}")
    assert 'name="title" value=""' in see(client, "/quotes/new/?opportunity=none")
    quote, _ = quote_of(company, opportunity=deal, promised_on=date(2031, 5, 7))
    assert "7 May 2031" in see(client, f"/quotes/{quote}/")
    assert f"/quotes/{quote}/" in see(client, f"/opportunities/{deal}/")
    assert "Fibre" in see(client, "/opportunities/")


def test_a_form_for_lines_grows_and_tells_of_the_product(client: Client, company: World) -> None:
    product = company.product(sku="RT-100", name="Router")
    company.stock(product, 5)
    assert 'name="sku-6"' not in see(client, "/quotes/new/")
    grown = do(client, "/quotes/new/", {"sku-0": "RT-100", "sku-5": "X", "more": "yes"}, 200).content.decode()
    assert 'value="RT-100"' in grown
    assert 'name="sku-11"' in grown
    assert not Quote.objects.exists()
    typed = {"organization": company.customer.pk, **{f"sku-{n}": "" for n in range(8)}}
    do(client, "/quotes/new/", typed | {"sku-7": "RT-100", "quantity-7": "2"})
    assert Line.objects.get().quantity == 2
    refused = do(client, "/quotes/new/", typed | {"sku-7": "NONE"}, 422).content.decode()
    assert 'value="NONE"' in refused
    told = see(client, "/lines/about/?sku-3=rt-100")
    assert "Router" in told
    assert "List price 10.00\xa0€" in told
    assert "Available 5" in told
    assert "no such product" in see(client, "/lines/about/?sku-3=NONE")


def test_a_deal_is_lost_after_a_picture(client: Client, company: World) -> None:
    product = company.product(sku="RT-100")
    quote, _ = quote_of(company, LineWish(product.pk, 2))
    deal = Opportunity.objects.get().pk
    assert f"/opportunities/{deal}/lose/" in see(client, f"/opportunities/{deal}/")
    shown = see(client, f"/opportunities/{deal}/lose/")
    assert Sheet.objects.get(pk=quote).number in shown
    assert "RT-100" in shown
    assert Opportunity.objects.get().lost_at is None
    do(client, f"/opportunities/{deal}/lose/", {"reason": "No budget"})
    shown = see(client, f"/opportunities/{deal}/")
    assert "No budget" in shown
    assert f"/opportunities/{deal}/lose/" not in shown
    assert "No budget" in see(client, f"/quotes/{quote}/")
    refused = do(client, f"/opportunities/{deal}/lose/", {}, 409)
    assert "is lost" in refused.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/orders/",
        "/orders/?tab=all&goods=unfulfilled&money=uninvoiced&ordered-from=2020-01-01&sort=-number",
        "/quotes/?customer=acme&word=open&expires-to=2099-01-01&sort=expires",
        "/opportunities/?tab=all&customer=acme&close-from=2020-01-01",
    ],
)
def test_lists_cost_the_same_for_one_row_and_fifty(client: Client, company: World, path: str) -> None:
    product = company.product()
    company.stock(product, 100)
    counts = []
    for upto in (1, 51):
        while Order.objects.count() < upto:
            order_of(company, LineWish(product.pk, 1))
            _, (line,) = quote_of(company, LineWish(product.pk, 1))
            reserve(actor=HOUSE, holds=[Hold(line, 1)])
        see(client, path)
        with CaptureQueriesContext(connection) as found:
            shown = see(client, path)
        assert "Acme" in shown
        counts.append(len(found))
    assert counts[0] == counts[1] <= 14, counts


def test_a_german_types_a_price_with_a_comma(client: Client, company: World) -> None:
    company.product(sku="AP-1")
    client.cookies["django_language"] = "de"
    values = {"organization": company.customer.pk, "sku-0": "AP-1", "quantity-0": "2", "price-0": "1.249,50"}
    made = do(client, "/quotes/new/", values)
    line = Line.objects.get()
    assert line.unit_price_micro == 1_249_500_000
    assert 'value="1249,5"' in see(client, f"/lines/{line.pk}/")
    assert "1.249,50" in see(client, made["Location"])
    before = entries()
    refused = do(client, "/quotes/new/", values | {"price-0": "1.249"}, 422).content.decode()
    assert "kann 1249 oder 1,249 bedeuten" in refused
    assert 'value="1.249"' in refused
    assert entries() == before


def test_the_filled_button_of_an_order_is_what_should_happen_next(client: Client, company: World) -> None:
    product = company.product(sku="AP-1")
    company.stock(product, 2)
    order, (line,) = order_of(company, LineWish(product.pk, 2))
    assert f'primary next" href="/work/purchasing/?find={Sheet.objects.get(pk=order).number}' in see(
        client, f"/orders/{order}/"
    )
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    assert f'primary next" href="/orders/{order}/pick/' in see(client, f"/orders/{order}/")
    do(client, f"/orders/{order}/ship/", {f"quantity-{line}": "2"})
    shown = see(client, f"/orders/{order}/")
    assert 'primary next" href="/invoices/new/' in shown
    assert "SH-" in shown
    assert f'href="/organizations/{company.customer.pk}/"' in shown


def test_nobody_is_offered_what_they_may_not_do(client: Client, company: World) -> None:
    product = company.product(sku="AP-1")
    order, _lines = order_of(company, LineWish(product.pk, 2))
    quote, _lines = quote_of(company, LineWish(product.pk, 2))
    company.user.roles.set([Role.objects.create(name="looks", permissions=["*.read"])])
    for path, verbs in (
        ("orders", ("reserve", "edit", "fulfil", "cancel", "hold")),
        ("quotes", ("win", "edit")),
    ):
        shown = see(client, f"/{path}/{order if path == 'orders' else quote}/")
        for verb in verbs:
            assert f"/{verb}/" not in shown, verb


def test_nothing_is_still_to_pay_of_a_cancelled_order(client: Client, company: World) -> None:
    product = company.product(sku="AP-1")
    order, _lines = order_of(company, LineWish(product.pk, 2))
    assert ">23.80 €<" in see(client, f"/orders/{order}/").split("Still to pay")[1][:60].replace("\xa0", " ")
    do(client, f"/orders/{order}/cancel/", {"reason": "Too late"})
    shown = see(client, f"/orders/{order}/")
    assert ">0.00 €<" in shown.split("Still to pay")[1][:60].replace("\xa0", " ")
    assert 'class="btn primary next"' not in shown


def test_the_panel_proposes_what_is_free_and_says_at_the_row_what_is_not(
    client: Client, company: World
) -> None:
    product = company.product(sku="AP-1")
    company.stock(product, 3)
    company.stock(product, 4, bin=company.bins[2])
    other, (theirs,) = quote_of(company, LineWish(product.pk, 1))
    reserve(actor=HOUSE, holds=[Hold(theirs, 1, location=company.location.place_id)])
    quote, (line,) = quote_of(company, LineWish(product.pk, 5))
    main, van = (f"reserve-{line}-{one.place_id}" for one in (company.location, company.other))
    shown = see(client, f"/quotes/{quote}/reserve/")
    assert f'id="f-{main}" value="2"' in shown
    assert f'id="f-{van}" value="3"' in shown

    before = entries()
    refused = do(client, f"/quotes/{quote}/reserve/", {main: "3"}, 409).content.decode()
    assert f'id="f-{main}-e"' in refused
    assert refused.count("3 wanted, 2 free here.") == 1
    assert f'data-remedy="{{&#34;{main}&#34;: &#34;2&#34;}}"' in refused
    assert f"&#34;{main}&#34;: &#34;&#34;, &#34;{van}&#34;: &#34;3&#34;" in refused
    assert f'href="/quotes/{other}/"' in refused
    ask = f"/holds/ask/?holding={theirs}&amp;asking={line}&amp;place={company.location.place_id}"
    assert f'href="{ask}">Ask the holder' in refused
    assert "+00:00" not in refused
    assert entries() == before


def test_a_hold_is_told_with_its_last_day(client: Client, company: World) -> None:
    product = company.product(sku="AP-1")
    company.stock(product, 3)
    quote, (line,) = quote_of(company, LineWish(product.pk, 2))
    last = clock.today("Europe/Berlin") + timedelta(days=5)
    do(
        client,
        f"/quotes/{quote}/reserve/",
        {f"reserve-{line}-{company.location.place_id}": "2", "until": str(last)},
    )
    other, _lines = quote_of(company, LineWish(product.pk, 2))
    for page in (f"/quotes/{quote}/", f"/quotes/{other}/reserve/"):
        shown = see(client, page)
        assert f"until {day_words(last)}<" in shown
        assert " 00:00<" not in shown


def test_winning_shows_the_chosen_place_before_it_does_it(client: Client, company: World) -> None:
    product = company.product(sku="AP-1")
    quote, _lines = quote_of(company, LineWish(product.pk, 2))
    before = entries()
    shown = do(client, f"/quotes/{quote}/win/", {"into": "ticket", "shown": "order"}, 200).content.decode()
    assert 'name="shown" value="ticket"' in shown
    assert entries() == before
    do(client, f"/quotes/{quote}/win/", {"into": "ticket", "shown": "ticket"})
    assert Sheet.objects.filter(kind="ticket").count() == 1


def test_each_line_of_a_quote_may_go_elsewhere(client: Client, company: World) -> None:
    product, other = company.product(sku="AP-1"), company.product(sku="SW-1")
    company.stock(product, 2)
    quote, (one, _two) = quote_of(company, LineWish(product.pk, 2), LineWish(other.pk, 1))
    reserve(actor=HOUSE, holds=[Hold(one, 2)])
    shown = see(client, f"/quotes/{quote}/win/?into=order&into-{one}=job")
    assert f'name="shown" value="order into-{one}=job"' in shown
    assert "One sales order is made. One job is made." in shown
    assert "A1 · Main" in shown
    assert "Grossist" in shown
    values = {"into": "order", f"into-{one}": "job", "shown": f"order into-{one}=job"}
    made = do(client, f"/quotes/{quote}/win/", values)
    assert (
        ">J-1</a>" in see(client, made["Location"]).partition("</main>")[0].partition('class="said"')[2][:600]
    )
    job, order = (Sheet.objects.get(kind=kind) for kind in ("job", "order"))
    became = Line.objects.get(came_from=one)
    assert f'<a href="/lines/{became.pk}/">J-1, line 1</a>' in see(client, f"/lines/{one}/")
    assert f'<a href="/lines/{one}/">' in see(client, f"/lines/{became.pk}/")
    page = see(client, f"/quotes/{quote}/")
    assert f'href="/orders/{order.pk}/"' in page
    assert f'href="/work-orders/{job.pk}/"' in page
    do(client, f"/quotes/{quote}/win/", values)
    page = see(client, f"/orders/{order.pk}/")
    assert f"{Sheet.objects.get(pk=quote).number} was won already. You did it yourself (" in page


def test_an_expired_quote_is_won_after_a_yes(client: Client, company: World) -> None:
    product = company.product(sku="AP-1")
    quote, _ = quote_of(company, LineWish(product.pk, 2))
    Quote.objects.filter(pk=quote).update(expires_on=date(2026, 1, 31))
    before = entries()
    assert 'name="anyway"' in see(client, f"/quotes/{quote}/win/")
    refused = do(client, f"/quotes/{quote}/win/", {"into": "order"}, 409).content.decode()
    assert 'id="f-anyway-e"' in refused
    assert "Need to Order/Fulfill" in refused
    assert entries() == before
    do(client, f"/quotes/{quote}/win/", {"into": "order", "anyway": "yes"})
    assert Sheet.objects.filter(kind="order").count() == 1


def test_the_panel_offers_what_is_anywhere_and_what_arrives(client: Client, company: World) -> None:
    product = company.product(sku="AP-1", traced="serial")
    company.stock(product, 2, serials=("S1", "S2"))
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, 4, expected_on=date(2031, 2, 3)),))
    bought = draft(actor=HOUSE, wish=wish).one("purchasing.PurchaseOrder")
    submit(actor=HOUSE, order=bought)
    place = PurchaseLine.objects.get().place_id
    other, (theirs,) = quote_of(company, LineWish(product.pk, 1))
    reserve(actor=HOUSE, holds=[Hold(theirs, 1, arrival=place)])
    quote, (line,) = quote_of(company, LineWish(product.pk, 5))
    with CaptureQueriesContext(connection) as counted:
        shown = see(client, f"/quotes/{quote}/reserve/")
    assert len(counted) <= 14
    main = f"{line}-{company.location.place_id}"
    assert f'id="f-reserve-{main}" value="2"' in shown
    assert f'id="f-reserve-{line}-{place}" value="3"' in shown
    assert company.other.name in shown
    assert f'<a href="/quotes/{other}/">' in shown
    before = entries()
    values = {f"reserve-{main}": "2", f"serial-{main}": ["S9"]}
    assert "There is no “S9”" in do(client, f"/quotes/{quote}/reserve/", values, 422).content.decode()
    assert entries() == before
    values = {f"reserve-{main}": "2", f"serial-{main}": ["S2"], f"reserve-{line}-{place}": "3"}
    do(client, f"/quotes/{quote}/reserve/", values)
    assert held(line) == {"quoted": 1, "covered": 4, "bin": 1, "on_order": 3, "offered": 5}
    assert Lot.objects.get(holdings__claim=line, holdings__kind="bin", holdings__quantity=1).code == "S2"
    page = see(client, f"/quotes/{quote}/")
    assert f'href="/purchase-orders/{bought}/"' in page
    do(client, f"/quotes/{quote}/reserve/", {"verb": "release", f"release-{line}-{place}": "3"})
    assert held(line)["quoted"] == 4
    clean()


def test_a_row_without_a_product_is_not_passed_over(client: Client, company: World) -> None:
    company.product(sku="AP-1")
    values = {
        "organization": company.customer.pk,
        "sku-0": "AP-1",
        "quantity-0": "1",
        "sku-1": "",
        "quantity-1": "7",
    }
    before = entries()
    refused = do(client, "/orders/new/", values, 422).content.decode()
    assert 'id="f-sku-1-e"' in refused
    assert 'value="7"' in refused
    assert entries() == before


def test_a_list_of_orders_shows_where_everything_is(client: Client, company: World) -> None:
    product = company.product(sku="AP-1")
    company.stock(product, 2)
    _order, (line,) = order_of(company, LineWish(product.pk, 5))
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    assert "To order 3 · Reserved 2" in see(client, "/orders/")
