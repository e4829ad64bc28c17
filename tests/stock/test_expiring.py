"""Batches expire: the first to expire goes first, and what has expired goes only where it is named."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from tests.world import World, clean, entries, held, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.models import Product
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding, Lot
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.actions.goods import adjust, transfer
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.moving import Goods, Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


@pytest.fixture
def today(company: World) -> date:
    """The day of the company."""
    return clock.today("Europe/Berlin")


def found(company: World, product: Product, quantity: int, batch: str, expires_on: date) -> None:
    item = Adjustment(product.pk, quantity, company.location.place_id, batch=batch, expires_on=expires_on)
    adjust(actor=HOUSE, items=[item], reason="Opening stock")


def ordered(company: World, product: Product, quantity: int) -> int:
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, quantity),), confirm=True)
    (line,) = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    return line


def reserved(line: int) -> dict[str, int]:
    rows = Holding.objects.filter(claim=line, kind="bin", quantity__gt=0)
    return dict(rows.values_list("lot__code", "quantity"))


def test_the_first_to_expire_goes_first_and_what_has_expired_only_where_it_is_named(
    company: World, today: date
) -> None:
    paste = company.product(traced="batch")
    found(company, paste, 5, "LATE", today + timedelta(days=90))
    found(company, paste, 2, "SOON", today)
    found(company, paste, 4, "GONE", today - timedelta(days=1))
    line = ordered(company, paste, 9)
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    assert reserved(line) == {"SOON": 2, "LATE": 1}
    before = entries()
    with pytest.raises(Refusal) as refused:
        reserve(actor=HOUSE, holds=[Hold(line, 5)])
    assert (refused.value.code, refused.value.wanted, refused.value.free) == ("expired", 5, 4)
    assert (refused.value.values["batch"], entries()) == ("GONE", before)
    gone = Lot.objects.get(code="GONE")
    reserve(actor=HOUSE, holds=[Hold(line, 1, lots=(gone.pk,))])
    assert reserved(line) == {"SOON": 2, "LATE": 1, "GONE": 1}
    before = entries()
    with pytest.raises(Refusal) as refused:
        pick(actor=HOUSE, picks=[Pick(line, 1)])
    assert (refused.value.code, entries()) == ("expired", before)
    pick(actor=HOUSE, picks=[Pick(line, 1, batch="GONE")])
    pick(actor=HOUSE, picks=[Pick(line, 2)])
    assert reserved(line) == {"LATE": 1}
    # It may still be brought elsewhere.
    goods = Goods(paste.pk, 3, company.location.place_id, codes=("GONE",))
    transfer(actor=HOUSE, items=[Transfer(goods, company.other.place_id)])
    clean()


def test_what_expires_is_listed(company: World, client: Client, today: date) -> None:
    client.force_login(company.user)
    paste = company.product(traced="batch")
    found(company, paste, 5, "LATE", today + timedelta(days=60))
    found(company, paste, 2, "SOON", today + timedelta(days=30))
    found(company, paste, 4, "GONE", today - timedelta(days=1))
    listed = client.get("/api/v1/stock/expiring?days=30").json()["items"]
    assert [(one["batch"], one["quantity"], one["bin"]) for one in listed] == [
        ("GONE", "4", "A1"),
        ("SOON", "2", "A1"),
    ]
    for tab, batches in (("", ["GONE", "SOON"]), ("90", ["GONE", "SOON", "LATE"]), ("expired", ["GONE"])):
        page = client.get(f"/stock/expiring/?tab={tab}").content.decode()
        assert [batch for batch in ("GONE", "SOON", "LATE") if batch in page] == batches
    assert held(product=paste.pk) == {"bin": 11}


def test_a_batch_is_found_with_its_day_on_the_page(company: World, client: Client) -> None:
    client.force_login(company.user)
    paste = company.product(traced="batch")
    form = {
        "product": paste.sku,
        "way": "found",
        "location": f"location-{company.location.pk}",
        "quantity": "3",
        "batch": "L-1",
        "expires_on": "2031-01-31",
        "reason": "Opening stock",
    }
    assert client.post("/stock/adjust/", form).status_code == 303
    assert Lot.objects.get(code="L-1").expires_on == date(2031, 1, 31)
