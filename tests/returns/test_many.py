"""What customers bring back without saying by which order they got it, many at a time."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.billing.books import owed
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.billing.models import CreditNote, Invoice
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.ledger.models import Layer
from wharfinger.parties.models import Organization
from wharfinger.returns.actions.receiving import take_back, take_back_many
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.rules.receiving import Brought, Returned
from wharfinger.returns.rules.requesting import Asked

pytestmark = pytest.mark.django_db


def sold(company: World, *wanted: Any) -> list[int]:
    lines = tuple(LineWish(product.pk, quantity) for product, quantity in wanted)
    return sell(actor=HOUSE, sales=[Sale(company.customer.pk, lines)]).made["ledger.Claim"]


def item(product: Any, quantity: int, **values: Any) -> Returned:
    return Returned(Asked(quantity, product=product.pk, **values), outcome="restock")


def test_what_was_bought_last_comes_back_first(company: World) -> None:
    router = company.product()
    company.stock(router, 9, value_minor=900)
    (older,), (newer,) = sold(company, (router, 3)), sold(company, (router, 2))
    take_back(actor=HOUSE, organization=company.customer.pk, items=[item(router, 3)])
    assert held(newer) == {"returned": 2, "credited": 2}
    assert held(older) == {"covered": 2, "customer": 2, "returned": 1, "invoiced": 2, "credited": 1}
    assert list(RmaLine.objects.order_by("pk").values_list("line", "quantity", "answer")) == [
        (newer, 2, "credit"),
        (older, 1, "credit"),
    ]
    assert held(product=router.pk)["bin"] == 7
    clean()


def test_what_nobody_bought_comes_in_from_outside_where_somebody_says_so(company: World) -> None:
    router = company.product()
    company.stock(router, 2, value_minor=200)
    sold(company, (router, 1))
    before = entries()
    for wanted in ([item(router, 2)], [Returned(Asked(1, product=company.product().pk))]):
        with pytest.raises(Refusal) as found:
            take_back(actor=HOUSE, organization=company.customer.pk, items=wanted)
        assert (found.value.code, found.value.field) == ("serial_wanted", "lines.0.line")
    assert entries() == before
    take_back(actor=HOUSE, organization=company.customer.pk, items=[item(router, 3, outside=True)])
    assert held(product=router.pk)["bin"] == 4
    # What never was ours comes in at no cost; what was, at the cost it left with.
    assert sum(Layer.objects.values_list("value_minor", flat=True)) == 200
    assert sum(CreditNote.objects.values_list("total_minor", flat=True)) == 1190
    clean()


def test_many_customers_bring_goods_in_one_entry_or_none(company: World) -> None:
    router, cable = company.product(), company.product()
    for product in (router, cable):
        company.stock(product, 10)
    sold(company, (router, 3), (cable, 2))
    sold(company, (cable, 2))
    stranger = Organization.objects.create(name="Stranger")
    mine = Brought(company.customer.pk, (item(router, 1), item(cable, 3)), reason="Wrong colour")
    before = entries()
    with pytest.raises(Refusal) as found:
        take_back_many(actor=HOUSE, returns=[mine, Brought(stranger.pk, (item(router, 1),))])
    assert (found.value.code, found.value.field) == ("serial_wanted", "returns.1.lines.0.line")
    assert entries() == before
    theirs = Brought(stranger.pk, (item(router, 1, outside=True),))
    done = take_back_many(
        actor=HOUSE, returns=[mine, theirs, Brought(company.customer.pk, (item(cable, 1),))]
    )
    assert len(done.made["returns.Rma"]) == 3
    assert Rma.objects.filter(organization=stranger).count() == 1
    assert [owed(invoice.pk) for invoice in Invoice.objects.order_by("pk")] == [2380, 0]
    assert set(CreditNote.objects.values_list("reason", flat=True)) == {"Wrong colour", ""}
    clean()


def test_statements_do_not_grow_with_what_is_brought(company: World) -> None:
    products = [company.product() for _ in range(10)]
    for product in products:
        company.stock(product, 100)
    for _ in range(3):
        sold(company, *((product, 9) for product in products))
    counts = []
    # From the second on there are earlier returns of the same lines to look at.
    for returns, lines in ((1, 1), (1, 1), (3, 10)):
        brought = [Brought(company.customer.pk, tuple(item(p, 2) for p in products[:lines]))] * returns
        with CaptureQueriesContext(connection) as found:
            take_back_many(actor=HOUSE, returns=brought)
        counts.append(len(found))
    assert counts[1] == counts[2]
    clean()


def test_through_the_api(company: World, call: Any) -> None:
    router = company.product()
    company.stock(router, 3)
    (line,) = sold(company, (router, 2))
    asked = {"organization": company.customer.pk, "reason": "Wrong colour"}
    rows = [{"product": router.pk, "quantity": "1", "outcome": "restock"}]
    status, answer = call("post", "/returns", asked | {"lines": rows})
    assert status == 201, answer
    assert [(one["line"], one["received"]) for one in answer["lines"]] == [(line, "1")]
    rows = [{"product": router.pk, "quantity": "2", "outside": True, "outcome": "restock"}]
    status, answer = call("post", "/returns", asked | {"lines": rows})
    assert [(one["line"], one["received"]) for one in answer["lines"]] == [(line, "1"), (None, "1")]
    clean()
