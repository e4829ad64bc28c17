"""A sale at once is an order that is handed over and invoiced, all in one entry."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.billing.books import credit_left, owed, summed
from tests.world import World, clean, entries, held
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed, Refusal
from wharfinger.billing.models import Invoice, InvoiceLine
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.devices.models import Device
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.flows.actions.reopen import reopen
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Entry, Holding, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization, Role, Site, User
from wharfinger.stock.models import Location

pytestmark = pytest.mark.django_db


def sold(company: World, *wanted: Any, **values: Any) -> list[int]:
    """Sell products to the customer; the lines."""
    lines = tuple(LineWish(product.pk, quantity) for product, quantity in wanted)
    return sell(actor=HOUSE, sales=[Sale(company.customer.pk, lines, **values)]).made["ledger.Claim"]


def refused(company: World, *wanted: Any, **values: Any) -> Refusal:
    """Why a sale is refused; nothing is written."""
    before = entries(), Holding.objects.count()
    with pytest.raises(Refusal) as found:
        sold(company, *wanted, **values)
    assert (entries(), Holding.objects.count()) == before
    clean()
    return found.value


def test_goods_and_services_are_the_customers_and_invoiced(company: World) -> None:
    router, hours = company.product(), company.product(kind="service")
    company.stock(router, 6, value_minor=1000)
    before = Entry.objects.count()
    line, work = sold(company, (router, 4), (hours, 2), number="K-1", customer_reference="PO 4711")
    assert Entry.objects.count() == before + 1
    assert held(line) == {"covered": 4, "customer": 4, "invoiced": 4}
    assert held(work) == {"covered": 2, "customer": 2, "invoiced": 2}
    assert held(product=router.pk)["bin"] == 2
    invoice = Invoice.objects.get()
    assert (invoice.net_minor, invoice.tax_minor, invoice.total_minor) == (6000, 1140, 7140)
    assert (invoice.customer_reference, invoice.sheet.number) == ("PO 4711", "K-1")  # type: ignore[union-attr]
    assert owed(invoice.pk) == 7140
    assert Sheet.objects.get().done is None
    clean()


def test_who_pays_there_owes_nothing_and_the_order_is_done(company: World) -> None:
    router = company.product()
    company.stock(router, 1)
    sold(company, (router, 1), paid_by="cash")
    assert owed(Invoice.objects.get().pk) == 0
    assert (summed("bank"), credit_left()) == (1190, 0)
    assert Sheet.objects.get().done == Entry.objects.latest("pk")
    clean()


def test_what_is_given_away_is_done_and_owed_by_nobody(company: World) -> None:
    gift = company.product(price_micro=0)
    company.stock(gift, 1)
    sold(company, (gift, 1), paid_by="cash")
    assert Sheet.objects.get().done == Entry.objects.latest("pk")
    assert summed("bank") == 0
    clean()


def test_a_refused_line_is_named_in_its_sale(company: World) -> None:
    router, old, empty = (
        company.product(),
        company.product(retired_on=clock.today("Europe/Berlin")),
        company.product(kind="kit"),
    )
    company.stock(router, 3)
    good = Sale(company.customer.pk, (LineWish(router.pk, 1),))
    for line, code, field in (
        (LineWish(old.pk, 1), "product_retired", "product"),
        (LineWish(empty.pk, 1), "kit_is_empty", "product"),
        (LineWish(router.pk, 1, own={"nope": "x"}), "no_such_own_field", "own.nope"),
    ):
        before = entries()
        with pytest.raises(Refusal) as found:
            sell(actor=HOUSE, sales=[good, Sale(company.customer.pk, (LineWish(router.pk, 1), line))])
        assert (found.value.code, found.value.field) == (code, f"sales.1.lines.1.{field}")
        assert entries() == before


def test_many_customers_are_served_in_one_entry_or_none(company: World) -> None:
    router = company.product()
    company.stock(router, 3)
    other = Organization.objects.create(name="Beta")
    line = (LineWish(router.pk, 2),)
    before = entries()
    with pytest.raises(Refusal) as found:
        sell(actor=HOUSE, sales=[Sale(company.customer.pk, line), Sale(other.pk, line)])
    assert found.value.code == "no_ship_to"
    assert found.value.field == "sales.1.organization"
    Site.objects.create(
        organization=other,
        name="Beta",
        place=company.site.place.__class__.objects.create(kind="customer"),
        rented_place=company.site.place.__class__.objects.create(kind="rented"),
    )
    with pytest.raises(Refusal) as short:
        sell(actor=HOUSE, sales=[Sale(company.customer.pk, line), Sale(other.pk, line)])
    assert (short.value.code, short.value.wanted, short.value.free) == ("not_enough", 2, 1)
    assert short.value.field == "sales.1.lines.0.quantity"
    assert entries() == before
    done = sell(
        actor=HOUSE, sales=[Sale(company.customer.pk, line), Sale(other.pk, (LineWish(router.pk, 1),))]
    )
    assert len(done.made["billing.Invoice"]) == 2
    clean()


def test_statements_do_not_grow_with_lines_and_customers(company: World) -> None:
    products = [company.product() for _ in range(20)]
    for product in products:
        company.stock(product, 100)
    counts = []
    for sales, lines in ((1, 1), (1, 10), (10, 20)):
        wish = [
            Sale(company.customer.pk, tuple(LineWish(p.pk, 1) for p in products[:lines]), paid_by="cash")
        ] * sales
        with CaptureQueriesContext(connection) as found:
            sell(actor=HOUSE, sales=wish)
        counts.append(len(found))
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 45


def test_serial_numbers_are_chosen_or_given_when_they_leave(company: World) -> None:
    traced = company.product(traced="serial", cost_method="specific")
    company.stock(traced, 3, serials=("A1", "A2", "A3"))
    late = company.product(traced="serial", traced_from="shipping")
    company.stock(late, 2)
    assert refused(company, (traced, 2), codes=(("A2",),)).code == "serials_differ"
    assert refused(company, (traced, 1), codes=(("B9",),)).code == "no_such_unit"
    assert refused(company, (late, 2), codes=(("N1",),)).code == "serials_differ"
    line, other = sold(company, (traced, 1), (late, 2), codes=(("A2",), ("N1", "N2")))
    assert set(Lot.objects.filter(holdings__claim=line, holdings__kind="customer").values_list("code")) == {
        ("A2",)
    }
    assert Holding.objects.filter(claim=other, kind="customer", quantity=1).count() == 2
    assert not Device.objects.exists()
    clean()


def test_lent_and_partners_goods_are_not_sold_so(company: World) -> None:
    router = company.product()
    company.stock(router, 2, bin=company.bins[2])
    for channel in ("rental", "indirect"):
        Location.objects.filter(pk=company.other.pk).update(channel=channel)
        assert refused(company, (router, 1)).free == 0
    Location.objects.filter(pk=company.other.pk).update(channel="direct")
    assert refused(company, (router, 1), location=company.location.place_id).free == 0
    sold(company, (router, 1), location=company.other.place_id)
    clean()


def test_it_counts_on_the_day_it_was_sold_and_not_before_its_goods(company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    yesterday = clock.today("Europe/Berlin") - timedelta(days=1)
    with pytest.raises(Refusal) as found:
        sell(actor=HOUSE, sales=[Sale(company.customer.pk, (LineWish(router.pk, 1),))], sold_on=yesterday)
    assert found.value.code == "before_the_goods"
    hours = company.product(kind="service")
    sell(actor=HOUSE, sales=[Sale(company.customer.pk, (LineWish(hours.pk, 1),))], sold_on=yesterday)
    assert Invoice.objects.get().issued_on == yesterday
    assert Sheet.objects.get().ordered_on == yesterday


def test_a_sale_is_taken_back_by_cancelling_delivery_or_reopening(company: World) -> None:
    router, hours = company.product(), company.product(kind="service")
    company.stock(router, 4, value_minor=1001)
    line, work = sold(company, (router, 4), (hours, 1))
    entry = Entry.objects.latest("pk")
    before = entries()
    with pytest.raises(Refusal) as found:
        reverse(actor=HOUSE, entry=entry.pk)
    assert found.value.code == "corrected_by_verb"
    assert entries() == before
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)], reason="Too many")
    assert held(line) == {"covered": 3, "customer": 3, "demand": 1, "invoiced": 3, "to_bill": 1}
    clean()
    reopen(actor=HOUSE, order=Line.objects.get(pk=line).sheet_id)
    assert held(product=router.pk)["bin"] == 4
    assert held(line) == {"to_bill": 4, "to_order": 4}
    assert held(work) == {"covered": 1, "ready": 1, "to_bill": 1}
    clean()


def test_who_may_not_sell_or_take_money_does_not(company: World) -> None:
    router = company.product()
    company.stock(router, 1)
    clerk = User.objects.create(username="clerk", name="Clerk")
    role = Role.objects.create(name="clerk", permissions=["sales.order"])
    clerk.roles.add(role)
    wish = [Sale(company.customer.pk, (LineWish(router.pk, 1),), paid_by="cash")]
    before = entries()
    for missing, given in (("sales.sell", []), ("billing.pay", ["sales.sell"])):
        Role.objects.filter(pk=role.pk).update(permissions=given)
        with pytest.raises(NotAllowed) as found:
            sell(actor=User.objects.get(pk=clerk.pk), sales=wish)
        assert found.value.values["permission"] == missing
    assert entries() == before


def test_through_the_api(company: World, call: Any) -> None:
    router = company.product()
    company.stock(router, 5)
    asked = {
        "sales": [
            {
                "organization": company.customer.pk,
                "lines": [{"product": router.pk, "quantity": "2", "unit_price": "12.50"}],
                "location": company.location.pk,
                "paid_by": "cash",
            }
        ]
    }
    status, answer = call("post", "/sell", asked)
    assert status == 200, answer
    (order,) = answer["orders"]
    assert (order["total"], order["open"], order["goods_status"], order["money_status"]) == (
        "29.75",
        "0.00",
        "delivered",
        "paid",
    )
    assert order["lines"][0]["quantities"]["delivered"] == "2"
    assert Entry.objects.latest("pk").pk == answer["entry"]
    assert InvoiceLine.objects.get().unit_price_micro == 12_500_000
    before = entries()
    status, answer = call(
        "post",
        "/sell",
        asked | {"sales": [asked["sales"][0] | {"lines": [{"product": router.pk, "quantity": "9"}]}]},
    )
    assert (status, answer["code"], answer["field"]) == (409, "not_enough", "sales.0.lines.0.quantity")
    assert (answer["wanted"], answer["free"]) == ("9", "3")
    status, answer = call(
        "post",
        "/sell",
        asked | {"sales": [asked["sales"][0] | {"lines": [{"product": 99999, "quantity": "9"}]}]},
    )
    assert (status, answer["field"]) == (422, "sales.0.lines.0.product")
    assert entries() == before
