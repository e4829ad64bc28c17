"""Options of a quote: optional lines, alternatives, and what is taken of them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.sales.test_api import send
from tests.sales.test_order import order_of
from tests.sales.test_pages import do, see
from tests.sales.test_quote import quote_of
from tests.world import World, clean, entries, held, refused
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput
from wharfinger.demand.actions import add_lines, change_line, remove_line
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.documents.queries.selling import quote as paper
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.models import Quote

pytestmark = pytest.mark.django_db


def taken_of(quote: int) -> list[bool]:
    return list(Line.objects.filter(sheet=quote).order_by("pk").values_list("taken", flat=True))


def test_by_api_options_are_made_taken_and_read(client: Client, company: World) -> None:
    one, two, three = (company.product() for _ in range(3))
    lines = [
        {"product": one.pk, "quantity": "2"},
        {"product": two.pk, "quantity": "1", "option": "optional"},
        {"product": three.pk, "quantity": "3", "option": "alternative", "instead": 0},
    ]
    made = send(client, "POST", "/quotes", {"organization": company.customer.pk, "lines": lines}, 201)
    assert (made["net"], made["optional"]) == ("20.00", "10.00")
    first, second, third = made["lines"]
    assert [(line["option"], line["instead_of"], line["taken"]) for line in made["lines"]] == [
        ("", None, True),
        ("optional", None, False),
        ("alternative", first["id"], False),
    ]
    send(client, "PATCH", f"/lines/{third['id']}", {"taken": True})
    send(client, "PATCH", f"/lines/{second['id']}", {"taken": True})
    read = send(client, "GET", f"/quotes/{made['id']}")
    assert (read["net"], read["optional"]) == ("40.00", "0.00")
    assert taken_of(made["id"]) == [False, True, True]
    # Another alternative to a line is taken in place of the first; an existing line is named by its id.
    more = {"lines": [{**lines[2], "instead": None, "instead_of": first["id"]}]}
    added = send(client, "POST", f"/quotes/{made['id']}/lines", more)
    send(client, "PATCH", f"/lines/{added['lines'][3]['id']}", {"taken": True})
    assert taken_of(made["id"]) == [False, True, False, True]
    before = entries()
    for wrong in (
        {"option": "alternative"},
        {"option": "alternative", "instead": 0},
        {"instead_of": first["id"]},
        {"option": "alternative", "instead_of": third["id"]},
        {"option": "alternative", "instead_of": first["id"], "taken": True},
        {"taken": False},
    ):
        more = {"lines": [{"product": one.pk, "quantity": "1", **wrong}]}
        answer = send(client, "POST", f"/quotes/{made['id']}/lines", more, 422)
        assert answer["field"].startswith("lines.0."), answer
    assert entries() == before
    clean()


def test_only_a_quote_offers(client: Client, company: World) -> None:
    product = company.product()
    order, (line,) = order_of(company, LineWish(product.pk, 1))
    refused(
        lambda: change_line(actor=HOUSE, line=line, change=LineChange(option="optional")),
        "not_on_a_quote",
        "option",
    )
    refused(lambda: change_line(actor=HOUSE, line=line, change=LineChange(taken=False)), "not_on_a_quote")
    wish = LineWish(product.pk, 1, option="optional")
    refused(lambda: add_lines(actor=HOUSE, sheet=order, wishes=[wish]), "not_on_a_quote", "lines.0.option")
    refused(lambda: order_of(company, wish), "not_on_a_quote", "lines.0.option")
    lines = [{"product": product.pk, "quantity": "1", "option": "optional"}]
    send(client, "POST", "/orders", {"organization": company.customer.pk, "lines": lines}, 422)


def test_a_line_with_alternatives_stays_and_a_taken_one_gives_its_place_back(company: World) -> None:
    product = company.product()
    quote, (first, other) = quote_of(
        company, LineWish(product.pk, 1), LineWish(product.pk, 2, option="alternative", instead=0)
    )
    refused(lambda: remove_line(actor=HOUSE, line=first), "has_alternatives")
    change_line(actor=HOUSE, line=other, change=LineChange(taken=True))
    assert taken_of(quote) == [False, True]
    gone = remove_line(actor=HOUSE, line=other)
    assert taken_of(quote) == [True, True]
    reverse(actor=HOUSE, entry=gone.entry.pk)
    assert taken_of(quote) == [False, True]
    remove_line(actor=HOUSE, line=other)
    remove_line(actor=HOUSE, line=first)
    assert held(first) == {"dropped": 1, "waived": 1}
    clean()


def test_making_a_line_optional_is_undone_in_its_turn(company: World) -> None:
    product = company.product()
    quote, (line,) = quote_of(company, LineWish(product.pk, 1))
    made = change_line(actor=HOUSE, line=line, change=LineChange(option="optional", quantity=4))
    took = change_line(actor=HOUSE, line=line, change=LineChange(taken=True))
    refused(lambda: reverse(actor=HOUSE, entry=made.entry.pk), "changed_since")
    reverse(actor=HOUSE, entry=took.entry.pk)
    reverse(actor=HOUSE, entry=made.entry.pk)
    assert (Line.objects.get().option, taken_of(quote)) == ("", [True])
    assert held(line) == {"quoted": 1, "offered": 1}


def test_an_alternative_that_is_taken_is_not_undone_before_that(company: World) -> None:
    product = company.product()
    quote, _ = quote_of(company, LineWish(product.pk, 1))
    first = Line.objects.get().pk
    wish = LineWish(product.pk, 2, option="alternative", instead_of=first)
    added = add_lines(actor=HOUSE, sheet=quote, wishes=[wish])
    change_line(actor=HOUSE, line=added.one("ledger.Claim"), change=LineChange(taken=True))
    refused(lambda: reverse(actor=HOUSE, entry=added.entry.pk), "offered_since")


def test_options_on_pages(client: Client, company: World) -> None:
    for sku in ("AP-1", "AP-2", "AP-3"):
        company.product(sku=sku)
    form = see(client, "/quotes/new/")
    assert 'name="option-0"' in form
    assert 'name="option-0"' not in see(client, "/orders/new/")
    values = {"organization": company.customer.pk, "title": "Choice"}
    for n, (sku, option) in enumerate((("AP-1", ""), ("AP-2", "alternative"), ("AP-3", "optional"))):
        values |= {f"sku-{n}": sku, f"quantity-{n}": "1", f"option-{n}": option}
    wrong = do(client, "/quotes/new/", values | {"option-0": "alternative"}, 422).content.decode()
    assert "There is no line above" in wrong
    quote = do(client, "/quotes/new/", values)["Location"]
    shown = see(client, quote)
    for words in ("Not taken", "Alternative to AP-1", "Take it"):
        assert words in shown
    first, other, extra = Line.objects.order_by("pk")
    do(client, f"/lines/{extra.pk}/take/", {"taken": "yes", "back": quote})
    do(client, f"/lines/{other.pk}/take/", {"taken": "yes", "back": quote})
    pk = Quote.objects.get().pk
    assert taken_of(pk) == [False, True, True]
    assert "Leave out" in see(client, quote)
    do(client, f"/lines/{other.pk}/take/", {"back": quote})
    assert taken_of(pk) == [True, False, True]
    page = see(client, f"/lines/{extra.pk}/")
    assert "Alternative to AP-1" in page
    line = {"quantity": "1", "unit_price": "10", "discount_percent": "0", "billable": "yes"}
    line |= {"tax_code": extra.tax_code_id, "description": "x", "site": "", "promised_on": ""}
    do(client, f"/lines/{extra.pk}/", line | {"option": str(first.pk)})
    extra.refresh_from_db()
    assert (extra.option, extra.instead_of_id, extra.taken) == ("alternative", first.pk, False)
    do(client, f"/lines/{extra.pk}/", line | {"option": ""})
    assert taken_of(pk) == [True, False, True]
    assert "Optional, not taken" not in see(client, quote)


def test_paper_says_what_is_optional_and_leaves_it_out_of_the_sum(company: World) -> None:
    product = company.product()
    quote, _ = quote_of(
        company,
        LineWish(product.pk, 1),
        LineWish(product.pk, 2, option="optional"),
        LineWish(product.pk, 3, option="alternative", instead=0),
    )
    shape = paper(quote, "en")
    assert [(row.option, row.instead, row.taken) for row in shape.lines] == [
        ("", "", True),
        ("optional", "", False),
        ("alternative", "1", False),
    ]
    assert shape.totals.net.minor == 1_000


@pytest.mark.parametrize("lines", [3, 60])
def test_taking_is_a_constant_number_of_statements(company: World, lines: int) -> None:
    product = company.product()
    wishes = [
        LineWish(product.pk, 1, option="alternative" if n else "", instead=0 if n else None)
        for n in range(lines)
    ]
    _, made = quote_of(company, *wishes)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        change_line(actor=HOUSE, line=made[-1], change=LineChange(taken=True))
    assert len(seen) <= 24, len(seen)


def test_an_alternative_needs_a_line_that_stands_for_itself(company: World) -> None:
    product = company.product()
    _, (first, second, third) = quote_of(company, *(LineWish(product.pk, 1) for _ in range(3)))
    other, (strange,) = quote_of(company, LineWish(product.pk, 1))
    assert Sheet.objects.filter(pk=other).exists()
    change_line(actor=HOUSE, line=second, change=LineChange(option="alternative", instead_of=first))
    for line, to in ((third, second), (third, third), (first, third), (third, strange), (third, None)):
        before = entries()
        with pytest.raises(BadInput) as caught:
            change_line(actor=HOUSE, line=line, change=LineChange(option="alternative", instead_of=to))
        assert (caught.value.code, caught.value.field) == ("no_such_line", "instead_of")
        assert entries() == before
