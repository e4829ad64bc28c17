"""Groups of lines on quotes, and what is taken off a group or off the whole."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.documents.reading import pages
from tests.sales.test_api import send
from tests.sales.test_order import order_of
from tests.sales.test_pages import do, see
from tests.sales.test_quote import quote_of
from tests.world import World, clean, entries, refused
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.models import Invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.actions import add_lines, arrange, change_line, remove_line
from wharfinger.demand.models import Line, LineGroup, Sheet
from wharfinger.demand.queries.amounts import totals_of
from wharfinger.demand.queries.reading import SHEET
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.demand.rules.discounts import Discount, worked_in
from wharfinger.demand.rules.grouping import GroupWish
from wharfinger.documents.actions.issuing import pdf
from wharfinger.documents.queries.selling import order_confirmation as confirmed
from wharfinger.documents.queries.selling import quote as paper
from wharfinger.documents.shapes import Amount, Share
from wharfinger.flows.actions.amend import amend
from wharfinger.flows.rules.amend import Amend
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.settings import set_setting
from wharfinger.sales import links
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.quotes import copy_quote
from wharfinger.sales.actions.sending import mark_quote_sent
from wharfinger.sales.actions.winning import win
from wharfinger.sales.models import Quote
from wharfinger.sales.queries.margins import concerns_of
from wharfinger.sales.rules.approving import Concerns
from wharfinger.sales.rules.holds import Hold

pytestmark = pytest.mark.django_db


def total(sheet: int) -> int:
    return totals_of([sheet], SHEET, [sheet])[sheet].total


def test_three_discounts_are_worked_into_one() -> None:
    assert worked_in(0, 0, 0) == 0
    assert worked_in(100_000, 50_000, 20_000) == 162_100
    assert worked_in(33_333, 66_667, 10_001) == 106_801
    assert worked_in(1_000_000, 50_000, 20_000) == 1_000_000


def test_a_quote_its_order_and_its_invoice_come_to_the_same_cent(company: World) -> None:
    one, two, three = (company.product(price_micro=price) for price in (99_990_000, 33_330_000, 7_770_000))
    quote, (first, second, third) = quote_of(
        company,
        LineWish(one.pk, 3, discount=Discount(75_000)),
        LineWish(two.pk, 7, discount=Discount(30_000, 1_110_000)),
        LineWish(three.pk, 11),
    )
    groups = [GroupWish("Net", 100_000, lines=(first, second)), GroupWish("Rest", 0, lines=(third,))]
    arrange(actor=HOUSE, sheet=quote, groups=groups, discount_micro=33_000)
    comes_to = total(quote)
    offer = paper(quote, "en")
    assert offer.totals.gross.minor == comes_to
    order = win(actor=HOUSE, quote=quote).one("demand.Sheet")
    assert (total(order), total(quote)) == (comes_to, comes_to)
    sold = Line.objects.filter(sheet=order).order_by("position")
    assert [line.own_discount_micro for line in sold] == [line.discount_micro for line in sold]
    made = invoice(actor=HOUSE, wish=InvoiceWish(tuple(Bill(line.pk, line.quantity) for line in sold))).one(
        "billing.Invoice"
    )
    assert Invoice.objects.get(pk=made).total_minor == comes_to
    clean()


def test_groups_stand_on_papers_and_pages_with_what_they_come_to(client: Client, company: World) -> None:
    quote, (first, second, third) = quote_of(
        company, *(LineWish(company.product().pk, n) for n in (1, 2, 3)), title="Office"
    )
    groups = [GroupWish("Later", 0, lines=(first,)), GroupWish("Network", 100_000, lines=(third,))]
    arrange(actor=HOUSE, sheet=quote, groups=groups, discount_micro=50_000)
    offer = paper(quote, "en")
    assert [head and (head.title, head.less, head.net) for head in offer.heads] == [
        None,
        ("Later", None, Amount(950, "EUR")),
        ("Network", Share(100_000), Amount(2_565, "EUR")),
    ]
    assert [row.amount and row.amount.minor for row in offer.lines] == [1_900, 950, 2_565]
    assert offer.less == Share(50_000)
    _, _, body = see(client, f"/quotes/{quote}/").partition('id="lines"')
    assert body.index(f"/lines/{second}/") < body.index("Later") < body.index(f"/lines/{first}/")
    assert "Network · −10 %" in body
    done = win(actor=HOUSE, quote=quote)
    made = done.one("demand.Sheet")
    taken = {line.came_from_id: line.pk for line in Line.objects.filter(sheet=made)}
    _, _, body = see(client, f"/orders/{made}/").partition('id="lines"')
    places = (
        f"/lines/{taken[second]}/",
        "Later",
        f"/lines/{taken[first]}/",
        "Network",
        f"/lines/{taken[third]}/",
    )
    assert sorted(places, key=body.index) == list(places)
    assert "25.65" in body[body.index("Network") :]
    # The confirmation and the API say so too; a back order stays where it was split off.
    paid = confirmed(made, "en")
    assert [head and (head.title, head.less, head.net) for head in paid.heads] == [
        None,
        ("Later", None, Amount(950, "EUR")),
        ("Network", Share(100_000), Amount(2_565, "EUR")),
    ]
    assert [row.amount and row.amount.minor for row in paid.lines] == [1_900, 950, 2_565]
    (text,) = pages(pdf(actor=HOUSE, kind="order-confirmation", pk=made))
    assert text.index("Later") < text.index("Network −10%") < text.index("25.65")
    later, network = LineGroup.objects.order_by("position")
    company.stock(Line.objects.get(pk=third).product, 1)
    held_one = reserve(actor=HOUSE, holds=[Hold(taken[third], 1)])
    split = Amend(taken[third], None, back_order_on=clock.today("Europe/Berlin"))
    split_off = amend(actor=HOUSE, sheet=made, amends=[split])
    answer = send(client, "GET", f"/orders/{made}")
    assert answer["groups"] == [
        {"id": later.pk, "title": "Later", "discount_percent": "0", "net": "9.50"},
        {"id": network.pk, "title": "Network", "discount_percent": "10", "net": "25.65"},
    ]
    stands = {line["came_from"]: line["group"] for line in answer["lines"]}
    assert stands == {first: later.pk, second: None, third: network.pk, taken[third]: network.pk}
    (fresh,) = (line["id"] for line in answer["lines"] if line["came_from"] == taken[third])
    assert send(client, "GET", f"/lines/{fresh}")["group"] == network.pk
    _, _, body = see(client, f"/orders/{made}/").partition('id="lines"')
    assert body.index("Network") < body.index(f"/lines/{fresh}/")
    assert [head and head.title for head in confirmed(made, "en").heads] == [None, "Later", "Network", None]
    for one in (split_off, held_one, done):
        reverse(actor=HOUSE, entry=one.id)
    mark_quote_sent(actor=HOUSE, quote=quote)
    client.logout()
    body = see(client, links.path(Quote.objects.get(pk=quote)))
    assert body.index("Later") < body.index("Network")
    assert "All prices are less 5% on the whole." in body
    assert client.get(links.path(Quote.objects.get(pk=quote)) + "offer.pdf").status_code == 200


def test_by_api_groups_are_made_arranged_and_read(client: Client, company: World) -> None:
    product = company.product()
    line = {"product": product.pk, "quantity": "1"}
    made = send(
        client,
        "POST",
        "/quotes",
        {
            "organization": company.customer.pk,
            "discount_percent": "10",
            "groups": [{"title": "Net", "discount_percent": "50"}, {"title": "Rest"}],
            "lines": [{**line, "group_at": 0}, {**line, "group_at": 1, "discount_percent": "5"}, line],
        },
        201,
    )
    net, rest = made["groups"]
    assert (net["title"], net["discount_percent"], net["net"]) == ("Net", "50", "4.50")
    assert [one["group"] for one in made["lines"]] == [net["id"], rest["id"], None]
    assert [one["discount_percent"] for one in made["lines"]] == ["55", "14.5", "10"]
    assert [one["own_discount_percent"] for one in made["lines"]] == ["0", "5", "0"]
    first, second, third = (one["id"] for one in made["lines"])
    body = {"groups": [{"id": rest["id"], "title": "All", "lines": [first, third]}]}
    read = send(client, "PUT", f"/quotes/{made['id']}/groups", body)
    assert [(one["id"], one["title"]) for one in read["groups"]] == [(rest["id"], "All")]
    assert [one["group"] for one in read["lines"]] == [rest["id"], None, rest["id"]]
    assert (read["discount_percent"], read["net"]) == ("10", "26.55")
    done = send(client, "PATCH", f"/lines/{second}", {"group": rest["id"]})
    assert done["group"] == rest["id"]
    done = send(client, "PATCH", f"/lines/{second}", {"group": None, "discount_percent": "0"})
    assert (done["group"], done["discount_percent"]) == (None, "10")
    more = {"lines": [{**line, "group": rest["id"]}]}
    assert send(client, "POST", f"/quotes/{made['id']}/lines", more)["lines"][3]["group"] == rest["id"]
    before = entries()
    wrong = {"groups": [{"id": net["id"], "title": "Gone"}]}
    assert send(client, "PUT", f"/quotes/{made['id']}/groups", wrong, 422)["field"] == "groups.0.id"
    wrong = {"groups": [{"title": "A", "lines": [first]}, {"title": "B", "lines": [first]}]}
    assert send(client, "PUT", f"/quotes/{made['id']}/groups", wrong, 422)["field"] == "groups.1.lines.0"
    assert send(client, "PATCH", f"/lines/{second}", {"group": net["id"]}, 422)["field"] == "group"
    assert entries() == before
    clean()


def test_only_open_quotes_are_arranged(company: World) -> None:
    order, _ = order_of(company, LineWish(company.product().pk, 1))
    refused(lambda: arrange(actor=HOUSE, sheet=order, groups=[GroupWish("A")]), "not_on_a_quote")
    quote, _ = quote_of(company, LineWish(company.product().pk, 1))
    win(actor=HOUSE, quote=quote)
    refused(lambda: arrange(actor=HOUSE, sheet=quote, groups=[GroupWish("A")]), "won")


def test_arranging_is_undone_while_nothing_else_stands_in_it(company: World) -> None:
    product = company.product()
    quote, (line,) = quote_of(company, LineWish(product.pk, 1))
    grouped = arrange(
        actor=HOUSE, sheet=quote, groups=[GroupWish("A", 100_000, lines=(line,))], discount_micro=50_000
    )
    group = LineGroup.objects.get()
    added = add_lines(actor=HOUSE, sheet=quote, wishes=[LineWish(product.pk, 1, group=group.pk)])
    refused(lambda: reverse(actor=HOUSE, entry=grouped.id), "grouped_since")
    reverse(actor=HOUSE, entry=added.id)
    reverse(actor=HOUSE, entry=grouped.id)
    group.refresh_from_db()
    assert group.void_id is not None
    row = Line.objects.get(pk=line)
    assert (row.group_id, row.discount_micro, Sheet.objects.get(pk=quote).discount_micro) == (None, 0, 0)
    clean()


def test_a_line_that_was_taken_off_comes_back_only_with_todays_discounts(company: World) -> None:
    quote, (line, _) = quote_of(company, *(LineWish(company.product().pk, 1) for _ in range(2)))
    gone = remove_line(actor=HOUSE, line=line)
    cheaper = arrange(actor=HOUSE, sheet=quote, groups=[], discount_micro=100_000)
    refused(lambda: reverse(actor=HOUSE, entry=gone.id), "grouped_since")
    reverse(actor=HOUSE, entry=cheaper.id)
    reverse(actor=HOUSE, entry=gone.id)
    clean()


def test_a_sent_quote_that_is_arranged_is_another_version_and_limits_see_it(company: World) -> None:
    set_setting(actor=HOUSE, name="quote_approval", value={"discount_percent": 10})
    quote, (line,) = quote_of(company, LineWish(company.product().pk, 1, discount=Discount(50_000)))
    mark_quote_sent(actor=HOUSE, quote=quote)
    arrange(actor=HOUSE, sheet=quote, groups=[GroupWish("A", 60_000, lines=(line,))])
    row = Quote.objects.get(pk=quote)
    assert (row.version, row.sent_at) == (2, None)
    assert concerns_of(quote, row.expires_on) == Concerns(discount_micro=107_000)


def test_a_copy_has_the_same_groups_and_a_line_keeps_its_own_discount(company: World) -> None:
    quote, (line, _) = quote_of(company, *(LineWish(company.product().pk, 1) for _ in range(2)))
    arrange(actor=HOUSE, sheet=quote, groups=[GroupWish("A", 100_000, lines=(line,))], discount_micro=50_000)
    change_line(actor=HOUSE, line=line, change=LineChange(discount=Discount(20_000)))
    copied = copy_quote(actor=HOUSE, quote=quote).one("demand.Sheet")
    rows = [
        list(Line.objects.filter(sheet=pk).order_by("pk").values_list("own_discount_micro", "discount_micro"))
        for pk in (quote, copied)
    ]
    assert rows[0] == rows[1] == [(20_000, 162_100), (0, 50_000)]
    (group,) = LineGroup.objects.filter(sheet=copied)
    assert (group.title, Line.objects.get(sheet=copied, group=group).own_discount_micro) == ("A", 20_000)
    clean()


def test_on_pages_a_quote_is_arranged(client: Client, company: World) -> None:
    quote, (first, second) = quote_of(company, *(LineWish(company.product().pk, 1) for _ in range(2)))
    path = f"/documents/{quote}/groups/"
    assert 'name="title-2"' in see(client, path)
    given = {
        "discount": "5 %",
        "title-0": "Later",
        "turn-0": "2",
        "title-1": "First",
        "less-1": "10",
        "turn-1": "1",
    }
    do(client, path, {**given, f"in-{first}": "0", f"in-{second}": "1"})
    assert list(LineGroup.objects.order_by("position").values_list("title", "discount_micro")) == [
        ("First", 100_000),
        ("Later", 0),
    ]
    body = see(client, path)
    assert body.index('value="First"') < body.index('value="Later"')
    before = entries()
    body = do(client, path, {"title-0": "First", "title-1": "", f"in-{first}": "1"}, 422).content.decode()
    assert "Give this group a title." in body
    body = do(client, path, {"discount": "cheap"}, 422).content.decode()
    assert 'id="f-discount-e"' in body
    assert entries() == before
    do(client, path, {"title-0": "", "title-1": "Later", f"in-{first}": "1", f"in-{second}": ""})
    assert [one.title for one in LineGroup.objects.filter(removed_at=None)] == ["Later"]
    assert 'name="group"' in see(client, f"/lines/{first}/")
    clean()


def test_arranging_costs_the_same_for_many_lines(company: World) -> None:
    product = company.product()
    counts = []
    for many in (1, 10, 100):
        quote, lines = quote_of(company, *(LineWish(product.pk, 1) for _ in range(many)))
        with CaptureQueriesContext(connection) as taken:
            arrange(actor=HOUSE, sheet=quote, groups=[GroupWish("A", 10_000, lines=tuple(lines))])
        counts.append(len(taken))
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 24
