"""Several vendors are asked for the same goods; what they answer stands side by side, and the best becomes the order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.boards.test_acts import act, row
from tests.purchasing.buying import person, sold
from tests.purchasing.test_api import Caller
from tests.purchasing.test_order import refused
from tests.world import World, clean, entries, held, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization
from wharfinger.pricing.actions import set_rates
from wharfinger.purchasing.actions.ordering import cancel, submit
from wharfinger.purchasing.actions.quoting import answer_rfq, ask_vendors, award_rfq, close_rfq, send_rfq
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.models.quoting import Rfq, RfqLine
from wharfinger.purchasing.queries import quoting as queries
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.purchasing.rules.quoting import AnswerWish, Asked, Offered, RfqWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def vendor(name: str, currency: str = "EUR") -> int:
    return Organization.objects.create(
        name=name, vendor=True, customer=False, currency=currency, language="en"
    ).pk


def asked(vendors: list[int], *lines: Asked) -> tuple[int, list[int]]:
    """A request, and its lines in their order."""
    made = ask_vendors(actor=HOUSE, wish=RfqWish(tuple(vendors), lines))
    pk = made.one("purchasing.Rfq")
    return pk, list(RfqLine.objects.filter(rfq=pk).order_by("position").values_list("pk", flat=True))


def says(rfq: int, who: int, *offers: tuple[int, int | None], days: int = 0, **values: Any) -> Any:
    """A vendor answers with whole units of money."""
    lines = tuple(Offered(pk, None if cost is None else cost * 10**6, days) for pk, cost in offers)
    return answer_rfq(actor=HOUSE, rfq=rfq, vendor=who, wish=AnswerWish(lines, **values))


def word(rfq: int) -> str:
    (one,) = queries.beside([queries.rfq(rfq)])
    found = list(queries.with_status(queries.rfqs(), [one.word]).values_list("pk", flat=True))
    assert rfq in found
    return one.word


def bought() -> list[tuple[str, int, int, int]]:
    """Vendor, quantity, cost in whole units and freight of what was drafted."""
    lines = PurchaseLine.objects.filter(void=None).select_related("purchase_order__vendor").order_by("pk")
    return [
        (
            one.purchase_order.vendor.name,
            one.quantity,
            one.unit_cost_micro // 10**6,
            one.purchase_order.freight_minor,
        )
        for one in lines
    ]


def test_each_line_is_ordered_of_who_asks_least(company: World) -> None:
    acme, bolt = vendor("Acme"), vendor("Bolt")
    here, there = company.product(), company.product()
    first, second = sold(company, here, 3), sold(company, here, 2)
    rfq, (one, two) = asked([acme, bolt], Asked(wanted=(Wanted(first), Wanted(second))), Asked(there.pk, 10))
    assert held(first) == {"to_order": 3, "to_bill": 3}
    assert word(rfq) == "asked"
    says(rfq, acme, (one, 7), (two, 4), freight_minor=500)
    says(rfq, bolt, (one, 6), (two, 5), days=4)
    assert word(rfq) == "answered"
    done = award_rfq(actor=HOUSE, rfq=rfq)
    assert sorted(bought()) == [("Acme", 10, 4, 500), ("Bolt", 5, 6, 0)]
    assert (held(first), held(second)) == ({"drafted": 3, "to_bill": 3}, {"drafted": 2, "to_bill": 2})
    line = PurchaseLine.objects.get(product=here)
    assert line.expected_on == clock.today("Europe/Berlin") + timedelta(days=4)
    assert word(rfq) == "ordered"
    reverse(actor=HOUSE, entry=done.id)
    assert word(rfq) == "answered"
    assert held(first) == {"to_order": 3, "to_bill": 3}
    award_rfq(actor=HOUSE, rfq=rfq, choices={one: acme, two: acme})
    assert bought()[-1][0] == "Acme"
    clean()


def test_a_line_becomes_one_order_only_until_that_is_cancelled(company: World) -> None:
    acme, product = vendor("Acme"), company.product()
    rfq, (one,) = asked([acme], Asked(product.pk, 3))
    refused("nothing_answered", lambda: award_rfq(actor=HOUSE, rfq=rfq))
    says(rfq, acme, (one, 7))
    order = award_rfq(actor=HOUSE, rfq=rfq).one("purchasing.PurchaseOrder")
    why = refused("ordered_already", lambda: award_rfq(actor=HOUSE, rfq=rfq, choices={one: acme}))
    assert "PO-1" in why.words()
    refused("nothing_answered", lambda: award_rfq(actor=HOUSE, rfq=rfq))
    submit(actor=HOUSE, order=order)
    cancel(actor=HOUSE, order=order)
    assert word(rfq) == "answered"
    award_rfq(actor=HOUSE, rfq=rfq)
    assert PurchaseOrder.objects.filter(cancelled_at=None).count() == 1
    clean()


def test_only_what_customers_still_want_is_ordered(company: World) -> None:
    acme, product = vendor("Acme"), company.product()
    first, second = sold(company, product, 3), sold(company, product, 2)
    rfq, (one,) = asked([acme], Asked(quantity=6, wanted=(Wanted(first), Wanted(second))))
    says(rfq, acme, (one, 7))
    other, (again,) = asked([acme], Asked(wanted=(Wanted(first),)))
    says(other, acme, (again, 7))
    award_rfq(actor=HOUSE, rfq=other)
    award_rfq(actor=HOUSE, rfq=rfq)
    assert [quantity for _, quantity, _, _ in bought()] == [3, 3]
    assert held(second) == {"drafted": 2, "to_bill": 2}
    third = sold(company, product, 1)
    gone, (last,) = asked([acme], Asked(wanted=(Wanted(third),)))
    more, (once,) = asked([acme], Asked(wanted=(Wanted(third),)))
    for pk, line in ((gone, last), (more, once)):
        says(pk, acme, (line, 7))
    award_rfq(actor=HOUSE, rfq=gone)
    refused("nothing_wanted", lambda: award_rfq(actor=HOUSE, rfq=more))
    clean()


def test_what_is_to_be_ordered_says_in_which_request_it_is_asked_for(company: World) -> None:
    """The latest one that is open: not one that is closed or taken back, and none once the line became an order."""
    browser, ada = Client(), Caller(company.user)
    browser.force_login(company.user)
    acme, product = vendor("Acme"), company.product()
    line, other = sold(company, product, 3), sold(company, product, 2)

    def tells(number: str, rfq: int) -> None:
        page = seen(browser, "/work/purchasing/")
        assert page.count("/rfqs/") == page.count('href="/rfqs/"') + (1 if number else 0)
        assert not number or f'<a href="/rfqs/{rfq}/">{number}</a>' in page
        rows = {one["line"]: one["rfq"] for one in ada.good("get", "/worklists/purchasing")["items"]}
        assert rows.get(line) == (rfq or None)
        assert rows[other] is None

    tells("", 0)
    first, _lines = asked([acme], Asked(wanted=(Wanted(line),)))
    tells("RFQ-1", first)
    second, (one,) = asked([acme], Asked(wanted=(Wanted(line),)))
    tells("RFQ-2", second)
    close_rfq(actor=HOUSE, rfq=first)
    says(second, acme, (one, 7))
    done = award_rfq(actor=HOUSE, rfq=second)
    tells("", 0)
    reverse(actor=HOUSE, entry=done.id)
    tells("RFQ-2", second)
    close_rfq(actor=HOUSE, rfq=second)
    tells("", 0)
    third = ask_vendors(actor=HOUSE, wish=RfqWish((acme,), (Asked(wanted=(Wanted(line),)),)))
    tells("RFQ-3", third.one("purchasing.Rfq"))
    reverse(actor=HOUSE, entry=third.id)
    tells("", 0)
    clean()


def test_prices_in_other_currencies_are_compared_at_home(company: World) -> None:
    acme, overseas = vendor("Acme"), vendor("Overseas", "USD")
    rfq, (one,) = asked([acme, overseas], Asked(company.product().pk, 2))
    says(rfq, acme, (one, 10))
    says(rfq, overseas, (one, 11))
    (beside,) = queries.beside([queries.rfq(rfq)])
    assert beside.cheapest == {one: acme}
    assert beside.columns[1].home_minor is None
    set_rates(actor=HOUSE, rates=[{"currency": "USD", "rate": "0.8", "valid_from": "2020-01-01"}])
    (beside,) = queries.beside([queries.rfq(rfq)])
    assert beside.cheapest == {one: overseas}
    assert beside.columns[1].home_minor == 1760
    award_rfq(actor=HOUSE, rfq=rfq)
    order = PurchaseOrder.objects.get()
    assert (order.vendor_id, order.currency, order.rate_micro) == (overseas, "USD", 800_000)


def test_a_later_answer_takes_the_place_of_an_earlier_and_who_declines_offers_nothing(company: World) -> None:
    acme, bolt = vendor("Acme"), vendor("Bolt")
    rfq, (one, two) = asked([acme, bolt], Asked(company.product().pk, 2), Asked(company.product().pk, 1))
    says(rfq, acme, (one, 10), (two, 3))
    changed = says(rfq, acme, (one, 9), (two, None))
    (beside,) = queries.beside([queries.rfq(rfq)])
    assert list(beside.columns[0].answers) == [one]
    assert beside.columns[0].total_minor == 1800
    reverse(actor=HOUSE, entry=changed.id)
    (beside,) = queries.beside([queries.rfq(rfq)])
    assert beside.columns[0].total_minor == 2300
    says(rfq, bolt, (one, 1))
    answer_rfq(actor=HOUSE, rfq=rfq, vendor=bolt, wish=AnswerWish(declined=True))
    (beside,) = queries.beside([queries.rfq(rfq)])
    assert beside.cheapest == {one: acme, two: acme}
    refused("not_offered", lambda: award_rfq(actor=HOUSE, rfq=rfq, choices={one: bolt}))


def test_an_answer_that_is_valid_no_longer_needs_a_yes(company: World) -> None:
    acme = vendor("Acme")
    rfq, (one,) = asked([acme], Asked(company.product().pk, 2))
    says(rfq, acme, (one, 10), valid_until=clock.today("Europe/Berlin") - timedelta(days=1))
    why = refused("answer_expired", lambda: award_rfq(actor=HOUSE, rfq=rfq))
    assert why.remedies[0].verb == "late"
    award_rfq(actor=HOUSE, rfq=rfq, late=True)
    assert bought() == [("Acme", 2, 10, 0)]


def test_who_is_not_known_to_sell_it_becomes_a_vendor_on_request(company: World) -> None:
    acme = vendor("Acme")
    product = company.product()
    rfq, (one,) = asked([acme], Asked(product.pk, 2))
    says(rfq, acme, (one, 10))
    award_rfq(actor=HOUSE, rfq=rfq, add_vendor=True)
    assert bought() == [("Acme", 2, 10, 0)]
    clean()


def test_what_a_request_refuses(company: World) -> None:
    acme, product = vendor("Acme"), company.product()
    line = sold(company, product, 3)
    for code, vendors, lines in (
        ("no_lines", (acme,), ()),
        ("nobody_asked", (), (Asked(product.pk, 1),)),
        ("vendor_twice", (acme, acme), (Asked(product.pk, 1),)),
        ("not_a_vendor", (company.customer.pk,), (Asked(product.pk, 1),)),
        ("no_such_organization", (99999,), (Asked(product.pk, 1),)),
        ("no_such_product", (acme,), (Asked(99999, 1),)),
        ("no_such_line", (acme,), (Asked(wanted=(Wanted(99999),)),)),
        ("not_positive", (acme,), (Asked(product.pk, 0),)),
        ("nothing_to_order", (acme,), (Asked(wanted=(Wanted(line, 4),)),)),
        ("less_than_lines", (acme,), (Asked(quantity=2, wanted=(Wanted(line),)),)),
        ("line_twice", (acme,), (Asked(wanted=(Wanted(line, 1), Wanted(line, 1))),)),
    ):
        wish = RfqWish(vendors, lines)
        refused(code, lambda wish=wish: ask_vendors(actor=HOUSE, wish=wish))
    rfq, (one,) = asked([acme], Asked(product.pk, 1))
    refused("not_asked", lambda: says(rfq, company.vendor.pk, (one, 1)))
    refused("no_such_line", lambda: says(rfq, acme, (99999, 1)))
    refused("below_zero", lambda: says(rfq, acme, (one, -1)))
    refused("no_such_rfq", lambda: says(99999, acme))
    close_rfq(actor=HOUSE, rfq=rfq)
    assert word(rfq) == "closed"
    refused("rfq_closed", lambda: says(rfq, acme, (one, 1)))
    refused("rfq_closed", lambda: award_rfq(actor=HOUSE, rfq=rfq))


def test_each_step_needs_its_right(company: World) -> None:
    reader = person("reader", "purchasing.read", "purchasing.order", "catalog.see_cost")
    blind = person("blind", "purchasing.*")
    wish = RfqWish((company.vendor.pk,), (Asked(company.product().pk, 1),))
    with pytest.raises(NotAllowed):
        ask_vendors(actor=reader, wish=wish)
    rfq = ask_vendors(actor=blind, wish=wish).one("purchasing.Rfq")
    before = entries()
    for call in (
        lambda: answer_rfq(actor=blind, rfq=rfq, vendor=company.vendor.pk, wish=AnswerWish()),
        lambda: award_rfq(actor=blind, rfq=rfq),
        lambda: award_rfq(actor=reader, rfq=rfq),
        lambda: close_rfq(actor=reader, rfq=rfq),
        lambda: send_rfq(actor=reader, rfq=rfq),
    ):
        with pytest.raises(NotAllowed):
            call()
    assert entries() == before


def test_the_pages_ask_note_and_order(company: World) -> None:
    browser = Client()
    browser.force_login(company.user)
    product, bolt = company.product(), vendor("Bolt")
    line = sold(company, product, 3)
    go = act(browser, "ask-vendors", "/work/purchasing/", [row(line, "to_order")])
    assert go["Location"] == f"/rfqs/new/?line={line}"
    page = seen(browser, go["Location"])
    assert f'name="quantity-{line}" value="3"' in page
    assert f'value="{company.vendor.pk}" checked' in page
    typed = {f"quantity-{line}": "3", "title": "Spring"}
    assert "Choose at least one vendor" in browser.post(go["Location"], typed).content.decode()
    done = browser.post(go["Location"], typed | {"vendors": [str(company.vendor.pk), str(bolt)]})
    (rfq,) = Rfq.objects.all()
    assert done["Location"] == f"/rfqs/{rfq.pk}/"
    (one,) = rfq.lines.all()
    assert "Not sent" in seen(browser, done["Location"])
    Organization.objects.filter(pk=bolt).update(email="sales@bolt.example")
    assert "sales@bolt.example" in seen(browser, done["Location"])
    assert browser.post(f"/rfqs/{rfq.pk}/send/", {"vendors": [str(bolt)]}).status_code == 303
    assert "mailed" in seen(browser, done["Location"])
    form = f"/rfqs/{rfq.pk}/vendors/{bolt}/"
    assert product.sku in seen(browser, form)
    wrong = browser.post(form, {f"cost-{one.pk}": "x"})
    assert wrong.status_code == 422
    assert browser.post(form, {f"cost-{one.pk}": "5.50", f"days-{one.pk}": "2"}).status_code == 303
    theirs = f"/rfqs/{rfq.pk}/vendors/{company.vendor.pk}/"
    browser.post(theirs, {f"cost-{one.pk}": "6.00", f"days-{one.pk}": "4"})
    assert "Cheapest" in seen(browser, f"/rfqs/{rfq.pk}/")
    browser.post(theirs, {"do": "declined"})
    page = seen(browser, f"/rfqs/{rfq.pk}/")
    for words in ("5.50", "Declined", "2 days", "16.50"):
        assert words in page
    assert "Cheapest" not in page, "nobody is cheaper than nobody"
    assert "2 of 2" in seen(browser, "/rfqs/")
    browser.post(f"/rfqs/{rfq.pk}/award/", {f"line-{one.pk}": str(bolt)})
    assert bought() == [("Bolt", 3, 5, 0)]
    assert "PO-1" in seen(browser, f"/rfqs/{rfq.pk}/")
    browser.post(f"/rfqs/{rfq.pk}/close/", {"reason": "Done"})
    assert "Note the answer" not in seen(browser, f"/rfqs/{rfq.pk}/")
    reader = Client()
    reader.force_login(person("reader", "*.read"))
    assert "5.50" not in seen(reader, f"/rfqs/{rfq.pk}/")
    assert reader.get(form).status_code == 403
    assert browser.get("/rfqs/99999/").status_code == 404


def test_the_api_asks_notes_and_orders(company: World) -> None:
    ada, acme, bolt = Caller(company.user), vendor("Acme"), vendor("Bolt")
    product = company.product()
    line = sold(company, product, 3)
    body = {"vendors": [acme, bolt], "lines": [{"lines": [{"line": line}]}]}
    made = ada.good("post", "/rfqs", body, status=201)
    (asked_line,) = made["lines"]
    assert (made["number"], made["status"], asked_line["quantity"]) == ("RFQ-1", "asked", "3")
    path = f"/rfqs/{made['id']}"
    assert ada.refused(f"{path}/send", {})[1] == "no_mail_address"
    Organization.objects.filter(pk=acme).update(email="sales@acme.example")
    told = ada.good("post", f"{path}/send", {"vendors": [acme]})
    assert [bool(one["sent_at"]) for one in told["vendors"]] == [True, False]
    for who, cost in ((acme, "9.50"), (bolt, "9.25")):
        answer = {"vendor": who, "lines": [{"line": asked_line["id"], "unit_cost": cost, "lead_days": 3}]}
        told = ada.good("post", f"{path}/answer", answer)
    assert told["lines"][0]["cheapest"] == bolt
    assert told["vendors"][1]["total"] == "27.75"
    done = ada.good("post", f"{path}/award", {})
    assert done["lines"][0]["purchase_order"] == PurchaseOrder.objects.get().pk
    assert ada.refused(f"{path}/award", {})[1] == "nothing_answered"
    assert ada.good("get", "/rfqs?status=ordered")["items"][0]["id"] == made["id"]
    assert ada.good("post", f"{path}/close", {})["status"] == "closed"
    assert (
        ada.refused("/rfqs", {"vendors": [acme], "lines": [{"product": product.pk, "quantity": "0"}]})[1]
        == "not_positive"
    )


def test_as_many_statements_for_a_hundred_lines_as_for_one(company: World) -> None:
    acme, told = vendor("Acme"), []
    Organization.objects.filter(pk=acme).update(email="sales@acme.example")
    for many in (1, 10, 100):
        lines = [Asked(wanted=(Wanted(sold(company, company.product(), 1)),)) for _ in range(many)]
        with CaptureQueriesContext(connection) as first:
            rfq, named = asked([acme], *lines)
        with CaptureQueriesContext(connection) as mailed:
            send_rfq(actor=HOUSE, rfq=rfq)
        with CaptureQueriesContext(connection) as second:
            says(rfq, acme, *((pk, 5) for pk in named))
        with CaptureQueriesContext(connection) as third:
            award_rfq(actor=HOUSE, rfq=rfq)
        with CaptureQueriesContext(connection) as fourth:
            queries.show_rfqs([queries.rfq(rfq)], costs=True)
        told.append((len(first), len(mailed), len(second), len(third), len(fourth)))
    assert len(set(told)) == 1, told
    assert max(told[0]) <= 32
    clean()
