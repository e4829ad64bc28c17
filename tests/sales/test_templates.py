"""Templates of quotes: what is kept, and what is offered of it again, at the prices of the day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.sales.test_api import send
from tests.world import World, clean, refused, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions import change_product
from wharfinger.demand.models import Line, LineGroup, Sheet
from wharfinger.demand.queries.amounts import totals_of
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.discounts import Discount
from wharfinger.demand.rules.grouping import GroupWish
from wharfinger.ledger.models import Holding
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.organizations import change_organization
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.actions.templates import change_template, keep_template, quote_from
from wharfinger.sales.models import Quote, QuoteTemplate
from wharfinger.sales.rules.quotes import QuoteWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def quoted(company: World, *lines: LineWish, **more: Any) -> int:
    """A quote of these lines."""
    done = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, lines, **more))
    return done.one("demand.Sheet")


def kept(quote: int, name: str = "Office") -> int:
    """The template that a quote was kept as."""
    return keep_template(actor=HOUSE, quote=quote, name=name).one("sales.QuoteTemplate")


def again(company: World, template: int, *lines: LineWish, **more: Any) -> int:
    """A quote that was made of a template."""
    wish = QuoteWish(company.customer.pk, lines, **more)
    return quote_from(actor=HOUSE, template=template, wish=wish).one("demand.Sheet")


def lines_of(sheet: int) -> list[Line]:
    """The lines of a quote, kits without their components."""
    return list(Line.objects.filter(sheet=sheet, parent=None).order_by("position"))


def test_everything_of_an_offer_is_offered_again(company: World) -> None:
    """Lines, groups, discounts, options, what recurs, and words; neither customer, dates nor what is held."""
    router, cable, care = (
        company.product(),
        company.product(),
        company.product(kind="service", procured=False),
    )
    first = quoted(
        company,
        LineWish(router.pk, 2, discount=Discount(100_000), group=0),
        LineWish(cable.pk, 5, unit_price_micro=3_000_000, discount=Discount(each_micro=500_000), group=1),
        LineWish(cable.pk, 1, option="optional"),
        LineWish(router.pk, 1, option="alternative", instead=0, group=0),
        LineWish(care.pk, 1, every="month", description="Care, each month"),
        groups=(GroupWish("Network", 50_000), GroupWish("Cabling")),
        discount_micro=20_000,
        title="Office for ten",
        introduction="Dear all",
        note="As discussed",
    )
    template = kept(first)
    sheet = again(company, template)
    assert totals_of([sheet], "sheet") == {sheet: totals_of([first], "sheet")[first]}
    told = [
        [
            (
                *(one.product_id, one.quantity, one.unit_price_micro, one.discount_micro),
                *(one.discount_each_micro, one.option, one.every, one.taken, one.description),
                one.group and one.group.title,
            )
            for one in lines_of(which)
        ]
        for which in (first, sheet)
    ]
    assert told[0] == told[1]
    rows = lines_of(sheet)
    assert rows[3].instead_of_id == rows[0].pk
    assert list(LineGroup.objects.filter(sheet=sheet).values_list("title", "discount_micro")) == [
        ("Network", 50_000),
        ("Cabling", 0),
    ]
    made = Quote.objects.select_related("sheet").get(pk=sheet)
    assert (made.sheet.title, made.introduction, made.note) == ("Office for ten", "Dear all", "As discussed")
    assert not Holding.objects.filter(claim__line__sheet=sheet, kind="bin").exists()
    clean()


def test_prices_are_those_of_the_day_unless_typed(company: World) -> None:
    router, cable = company.product(price_micro=100_000_000), company.product(price_micro=2_000_000)
    template = kept(
        quoted(company, LineWish(router.pk, 1), LineWish(cable.pk, 1, unit_price_micro=1_500_000))
    )
    change_product(actor=HOUSE, product=router.pk, values={"price": "120.00"})
    change_product(actor=HOUSE, product=cable.pk, values={"price": "9.00"})
    assert [one.unit_price_micro for one in lines_of(again(company, template))] == [120_000_000, 1_500_000]


def test_a_customers_own_discount_is_not_kept(company: World) -> None:
    """Another customer is granted theirs; what somebody took off is kept."""
    router = company.product()
    change_organization(actor=HOUSE, organization=company.customer.pk, values={"discount_micro": 50_000})
    template = kept(quoted(company, LineWish(router.pk, 1, discount=None), LineWish(router.pk, 1)))
    change_organization(actor=HOUSE, organization=company.customer.pk, values={"discount_micro": 80_000})
    assert [one.own_discount_micro for one in lines_of(again(company, template))] == [80_000, 0]


def test_typed_prices_keep_their_currency_and_their_way_with_tax(company: World) -> None:
    router = company.product()
    first = quoted(company, LineWish(router.pk, 1, unit_price_micro=119_000_000), tax_included=True)
    template = kept(first)
    sheet = Sheet.objects.get(pk=again(company, template))
    assert (sheet.currency, sheet.tax_included) == ("EUR", True)
    refused(lambda: again(company, template, currency="USD"), "template_says_otherwise", "currency")
    refused(lambda: again(company, template, tax_included=False), "template_says_otherwise", "tax_included")
    free = kept(quoted(company, LineWish(router.pk, 1), tax_included=True), "Free")
    assert not Sheet.objects.get(pk=again(company, free)).tax_included


def test_further_lines_stand_behind_those_of_the_template(company: World) -> None:
    router, cable = company.product(), company.product()
    template = kept(quoted(company, LineWish(router.pk, 1, group=0), groups=(GroupWish("Network"),)))
    sheet = again(
        company,
        template,
        LineWish(cable.pk, 2, group=0),
        LineWish(router.pk, 2, option="alternative", instead=0),
        groups=(GroupWish("More"),),
    )
    rows = lines_of(sheet)
    assert [(one.product_id, one.group and one.group.title) for one in rows] == [
        (router.pk, "Network"),
        (cable.pk, "More"),
        (router.pk, None),
    ]
    assert rows[2].instead_of_id == rows[1].pk


def test_a_retired_product_is_named_at_the_template_and_a_typed_one_at_its_line(company: World) -> None:
    old, router = company.product(), company.product()
    template = kept(quoted(company, LineWish(old.pk, 1)))
    change_product(actor=HOUSE, product=old.pk, values={"retired_on": "2025-01-01"})
    refusal = refused(lambda: again(company, template), "product_retired", "template")
    assert old.sku in str(refusal)
    good = kept(quoted(company, LineWish(router.pk, 1)), "Good")
    refused(lambda: again(company, good, LineWish(old.pk, 1)), "product_retired", "lines.0.product")


def test_a_template_is_renamed_replaced_retired_and_taken_back(company: World) -> None:
    router, cable = company.product(), company.product()
    first = quoted(company, LineWish(router.pk, 1))
    done = keep_template(actor=HOUSE, quote=first, name="Office")
    template = done.one("sales.QuoteTemplate")
    refused(lambda: kept(first, " office "), "name_taken", "name")
    change_template(actor=HOUSE, template=template, values={"name": "Workplace"})
    other = quoted(company, LineWish(cable.pk, 3))
    replaced = change_template(actor=HOUSE, template=template, values={}, quote=other)
    assert [one.product_id for one in lines_of(again(company, template))] == [cable.pk]
    reverse(actor=HOUSE, entry=replaced.id)
    assert [one.product_id for one in lines_of(again(company, template))] == [router.pk]
    change_template(actor=HOUSE, template=template, values={"retired_on": "2026-01-01"})
    refused(lambda: again(company, template), "no_such_template", "template")
    second = kept(first, "Workplace")
    refused(
        lambda: change_template(actor=HOUSE, template=template, values={"retired_on": None}),
        "name_taken",
        "name",
    )
    empty = quoted(company)
    refused(lambda: kept(empty, "Empty"), "no_lines")
    refused(lambda: kept(10**9, "None"), "no_such_quote", "quote")
    last = keep_template(actor=HOUSE, quote=first, name="Third")
    reverse(actor=HOUSE, entry=last.id)
    assert QuoteTemplate.objects.filter(void=None).count() == 2
    assert QuoteTemplate.objects.get(pk=second).retired_on is None
    clean()


def test_who_may_not_keep_templates_does_not(company: World) -> None:
    first = quoted(company, LineWish(company.product().pk, 1))
    nobody = company.user.__class__.objects.create(username="nobody")
    refused(lambda: keep_template(actor=nobody, quote=first, name="X"), "not_allowed")
    refused(lambda: change_template(actor=nobody, template=1, values={}), "not_allowed")
    refused(lambda: quote_from(actor=nobody, template=1, wish=QuoteWish(1)), "not_allowed")


@pytest.mark.parametrize("lines", [1, 10, 100])
def test_a_quote_of_a_template_takes_as_many_statements_whatever_its_lines(
    company: World, lines: int
) -> None:
    def taken(n: int) -> int:
        wishes = [LineWish(company.product().pk, 1) for _ in range(n)]
        first = quoted(company, *wishes)
        with CaptureQueriesContext(connection) as found:
            template = kept(first, f"T{n}-{first}")
            again(company, template)
        return len(found)

    assert taken(lines) == taken(1)


def test_pages_keep_list_show_and_use_a_template(company: World) -> None:
    router = company.product(price_micro=100_000_000)
    first = quoted(company, LineWish(router.pk, 4), title="Office for ten")
    browser = Client()
    browser.force_login(company.user)
    assert "Keep as template" in seen(browser, f"/quotes/{first}/")
    browser.post(f"/quotes/{first}/keep/", {"name": "Office for ten"})
    template = QuoteTemplate.objects.get()
    assert "Office for ten" in seen(browser, "/quotes/templates/")
    shown = seen(browser, f"/quotes/templates/{template.pk}/")
    assert router.sku in shown
    assert "Of the day" in shown
    assert "selected>Office for ten" in seen(browser, f"/quotes/new/?template={template.pk}")
    typed = {"organization": company.customer.pk, "template": template.pk, "sku-0": router.sku}
    browser.post("/quotes/new/", typed | {"quantity-0": "1"})
    sheet = Sheet.objects.filter(kind="quote").latest("pk")
    assert [one.quantity for one in lines_of(sheet.pk)] == [4, 1]
    browser.post(f"/quotes/{sheet.pk}/keep/", {"name": "", "template": template.pk})
    template.refresh_from_db()
    assert len(template.content["lines"]) == 2
    browser.post(f"/quotes/templates/{template.pk}/", {"name": "Old", "retired_on": "2026-01-01"})
    template.refresh_from_db()
    assert (template.name, template.retired_on) == ("Old", date(2026, 1, 1))
    assert "<option value" not in seen(browser, "/quotes/new/").partition('name="template"')[2][:200]


def test_over_http(company: World) -> None:
    browser = Client()
    browser.force_login(company.user)
    router = company.product(price_micro=100_000_000)
    first = quoted(company, LineWish(router.pk, 4, unit_price_micro=90_000_000))
    made = send(browser, "POST", "/quote-templates", {"name": "Office", "quote": first}, 201)
    assert made["lines"][0]["unit_price"] == "90"
    assert send(browser, "GET", f"/quote-templates/{made['id']}")["lines"] == made["lines"]
    (listed,) = send(browser, "GET", "/quote-templates?retired=false")["items"]
    assert listed["name"] == "Office"
    body = {"organization": company.customer.pk, "template": made["id"]}
    assert send(browser, "POST", "/quotes", body, 201)["total"] == "428.40"
    path = f"/quote-templates/{made['id']}"
    assert send(browser, "PATCH", path, {"name": "Home"})["name"] == "Home"
    send(browser, "PATCH", path, {"retired_on": "2026-01-01"})
    assert send(browser, "POST", "/quotes", body, 404)["code"] == "no_such_template"
