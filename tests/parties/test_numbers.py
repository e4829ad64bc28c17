"""Series of numbers: how documents are called from now on, and that no number is given twice."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import date
from types import ModuleType
from typing import Any

import pytest
import time_machine
from django.test import Client

import wharfinger
from tests.fulfilment.trade import order
from tests.purchasing.buying import stocked_up
from tests.purchasing.test_api import Caller
from tests.purchasing.test_order import refused
from tests.world import World, clean, entries, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed, NotThere
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.models import Invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.audit import audit
from wharfinger.ledger.models import Counter, Entry
from wharfinger.ledger.numbering import SERIES
from wharfinger.ledger.plan import Number
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.parties.actions.numbers import set_number
from wharfinger.parties.models import User
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.site.numbering import TABLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def bought(company: World) -> str:
    """The number of a purchase order that is drafted now."""
    made = stocked_up(company, (company.product(), 1, 5_000_000), submitted=False)
    return PurchaseOrder.objects.get(pk=made.order).number


def decided(series: str = "purchase_order", **values: Any) -> Written:
    return set_number(actor=HOUSE, series=series, values=values)


def test_every_series_that_the_rules_name_is_in_the_table() -> None:
    found: set[Number] = set()
    for info in pkgutil.walk_packages(wharfinger.__path__, "wharfinger."):
        if ".rules" in info.name:
            module: ModuleType = importlib.import_module(info.name)
            for value in vars(module).values():
                found.update([value] if isinstance(value, Number) else ())
                found.update(value.values() if isinstance(value, dict) and _numbers(value) else ())
    assert found == {one.number for one in TABLE}
    assert len(SERIES) == len(TABLE)


def _numbers(values: dict[Any, Any]) -> bool:
    return bool(values) and all(isinstance(one, Number) for one in values.values())


def test_purchase_orders_run_on_from_what_the_company_says(company: World) -> None:
    assert bought(company) == "PO-1"
    decided(pattern="BE26-{n:05}", next=4700)
    assert [bought(company), bought(company)] == ["BE26-04700", "BE26-04701"]
    decided(next=5000)
    assert bought(company) == "BE26-05000"
    decided(pattern="PO-{n}", next=2)
    assert bought(company) == "PO-2"
    assert PurchaseOrder.objects.filter(number="PO-1").exists()
    clean()


def test_a_quote_is_numbered_by_its_own_series_once_it_is_kept(company: World) -> None:
    decided("quote", pattern="SQ-{n:06}")
    bought(company)
    wish = QuoteWish(company.customer.pk, (LineWish(company.product().pk, 1),))
    made = create_quote(actor=HOUSE, wish=wish).one("demand.Sheet")
    assert Sheet.objects.get(pk=made).number == "SQ-000001"


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("PO", "no_pattern"),
        ("{n}{n}", "no_pattern"),
        ("PO-{m}", "no_pattern"),
        ("PO-{n:5}", "no_pattern"),
        ("PO-{n!r}", "no_pattern"),
        ("PÖ-{n}", "no_pattern"),
        ("A-very-long-word-before-figures-{n}", "pattern_too_long"),
        (" ", "missing"),
    ],
)
def test_a_pattern_holds_the_figures_once(company: World, pattern: str, code: str) -> None:
    assert refused(code, lambda: decided(pattern=pattern)).field == "pattern"
    assert not Counter.objects.filter(series="purchase_order").exists()


def test_a_number_that_is_used_is_not_given_again(company: World) -> None:
    assert [bought(company), bought(company)] == ["PO-1", "PO-2"]
    why = refused("number_used", lambda: decided(next=2))
    assert (why.field, why.values["number"], why.values["least"]) == ("next", "PO-2", 3)
    PurchaseOrder.objects.filter(number="PO-2").update(number="PO-0090")
    assert refused("number_used", lambda: decided(next=90)).values["least"] == 91
    assert bought(company) == "PO-3"
    clean()


def test_two_series_never_share_a_pattern(company: World) -> None:
    why = refused("pattern_taken", lambda: decided(pattern="Q-{n:04}", next=1))
    assert (why.field, str(why.values["series"])) == ("pattern", "('Quotes',)")
    decided("quote", pattern="AN-{n}")
    decided(pattern="Q-{n:04}")
    assert bought(company) == "Q-0001"


def test_what_was_decided_is_undone_only_while_no_number_comes_twice(company: World) -> None:
    bought(company)
    once = decided(pattern="BE-{n}")
    reverse(actor=HOUSE, entry=once.id)
    assert bought(company) == "PO-2"
    renamed = decided(pattern="BE-{n}")
    decided(next=1)
    why = refused("number_used", lambda: reverse(actor=HOUSE, entry=renamed.id))
    assert why.values["number"] == "PO-2"
    lowered = Entry.objects.latest("pk")
    assert bought(company) == "BE-1"
    refused("changed_since", lambda: reverse(actor=HOUSE, entry=lowered.pk))
    assert bought(company) == "BE-2"
    clean()


def test_only_who_keeps_settings_decides_about_numbers(company: World) -> None:
    somebody = User.objects.create(username="sam")
    with pytest.raises(NotAllowed):
        set_number(actor=somebody, series="nothing", values={})
    with pytest.raises(NotThere):
        set_number(actor=HOUSE, series="nothing", values={})
    before = entries()
    browser = Client()
    browser.force_login(somebody)
    assert browser.get("/settings/numbers/").status_code == 403
    assert browser.post("/settings/numbers/quote/", {"pattern": "A-{n}", "next": "1"}).status_code == 403
    assert entries() == before


def test_numbers_are_decided_on_their_page(company: World) -> None:
    browser = Client()
    browser.force_login(company.user)
    bought(company)
    assert ">Numbers</a>" in seen(browser, "/settings/")
    assert "PO-2" in seen(browser, "/settings/numbers/")
    page = "/settings/numbers/purchase_order/"
    assert "The next one is PO-2." in seen(browser, page)
    no = browser.post(page, {"pattern": "PO-{n}", "next": "1"})
    assert "PO-1 is used already. Begin with 2 at least" in no.content.decode()
    assert browser.post(page, {"pattern": "PO-{n}", "next": "x"}).status_code == 422
    yes = browser.post(page, {"pattern": "B/{n:03}", "next": "1"}, follow=True)
    assert "Changed the numbers of Purchase orders." in yes.content.decode()
    assert "B/001" in yes.content.decode()
    assert bought(company) == "B/001"
    assert "Next number" in seen(browser, f"/journal/{Entry.objects.filter(verb='set').latest('pk').pk}/")
    assert browser.get("/settings/numbers/nothing/").status_code == 404


def test_what_a_pattern_makes_is_told_before_it_is_kept(company: World) -> None:
    browser = Client()
    browser.force_login(company.user)

    def told(pattern: str, following: str) -> str:
        answer = browser.get("/settings/numbers/purchase_order/", {"pattern": pattern, "next": following})
        assert answer.status_code == 200
        return answer.content.decode().partition('id="following"')[2].partition("</p>")[0]

    before = Entry.objects.count()
    assert "The next one is B/007." in told("B/{n:03}", "7")
    year = clock.today("Europe/Berlin").year
    assert f"The next one is R-{year}-7." in told("R-{yyyy}-{n}", "7")
    for pattern, following in (("B", "7"), ("{n}{n}", "7"), ("{0.x}", "7"), ("B-{n}", "0"), ("", "1")):
        assert "The next one is" not in told(pattern, following)
        assert "." in told(pattern, following)
    assert Entry.objects.count() == before
    assert bought(company) == "PO-1"


def test_numbers_are_decided_by_the_api(company: World) -> None:
    ada = Caller(company.user)
    assert {one["series"] for one in ada.good("get", "/numbers")["items"]} == set(SERIES)
    done = ada.good("patch", "/numbers/quote", {"pattern": "SQ-{n:06}"})
    assert (done["number"], done["next"]) == ("SQ-000001", 1)
    assert ada.good("get", "/numbers/quote")["pattern"] == "SQ-{n:06}"
    assert ada.refused("/numbers/quote", {"pattern": "SO-{n}"}, method="patch") == (
        409,
        "pattern_taken",
        "pattern",
    )
    assert ada.refused("/numbers/nothing", {"next": 3}, method="patch")[:2] == (404, "no_such_series")


def billed(company: World, day: str) -> str:
    """The number of an invoice that is issued on a day."""
    _, (line,) = order(company, (company.product(), 1))
    wish = InvoiceWish((Bill(line, 1),), issued_on=date.fromisoformat(day))
    done = invoice(actor=HOUSE, wish=wish)
    return str(Invoice.objects.get(pk=done.one("billing.Invoice")).number)


def test_with_the_year_in_it_a_series_begins_anew_each_year(company: World) -> None:
    with time_machine.travel("2026-12-30T09:00:00Z", tick=False):
        assert billed(company, "2026-12-30") == "INV-1"
        decided("invoice", pattern="{yyyy}-{n:04}", next=12)
        assert billed(company, "2026-12-30") == "2026-0012"
        stood = Counter.objects.get(pk="invoice").next
        assert billed(company, "2026-12-29") == "2026-0013"
        assert Counter.objects.get(pk="invoice").next == stood
    with time_machine.travel("2027-01-04T09:00:00Z", tick=False):
        assert billed(company, "2027-01-04") == "2027-0001"
        assert billed(company, "2026-12-31") == "2026-0014"
        assert billed(company, "2027-01-04") == "2027-0002"
        decided("invoice", pattern="{yy}{n}", next=9)
        assert [billed(company, "2027-01-04") for _ in range(2)] == ["279", "2710"]
    clean()


def test_a_hole_among_invoices_is_found(company: World) -> None:
    assert [billed(company, clock.today("Europe/Berlin").isoformat()) for _ in range(3)][-1] == "INV-3"
    decided("invoice", next=7)
    assert billed(company, clock.today("Europe/Berlin").isoformat()) == "INV-7"
    clean()
    Invoice.objects.filter(number="INV-2").update(number=None, posted_at=None)
    assert "INV-2 is not there" in {one.found for one in audit() if one.law == "numbers without holes"}


def test_a_pattern_with_the_year_is_checked_shown_and_undone_as_any(company: World) -> None:
    with time_machine.travel("2026-06-01T09:00:00Z", tick=False):
        changed = decided("invoice", pattern="R{yy}-{n}", next=5)
        assert billed(company, "2026-06-01") == "R26-5"
        assert refused("number_used", lambda: decided("invoice", next=5)).values["least"] == 6
        refused("pattern_taken", lambda: decided("quote", pattern="R26-{n}", next=9))
        refused("no_pattern", lambda: decided("invoice", pattern="{yyy}-{n}"))
        client = Client()
        client.force_login(company.user)
        assert "R26-6" in seen(client, "/settings/numbers/")
        page = seen(client, "/settings/numbers/invoice/")
        assert "R26-6" in page
        assert 'value="6"' in page
        refused("changed_since", lambda: reverse(actor=HOUSE, entry=changed.id))
        assert seen(client, f"/journal/{changed.id}/")
        assert "invoice:2026" in Counter.objects.values_list("series", flat=True)
    clean()
