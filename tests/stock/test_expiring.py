"""Batches expire: the first to expire goes first, and what has expired goes only where it is named."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.test_door import token
from tests.world import World, clean, entries, held, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.models import Product
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Claim, Fact, Holding, Lot
from wharfinger.ledger.reverse import reverse as reverse_entry
from wharfinger.purchasing.queries.needs import current
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.actions.batches import change_expiry, tell_expiring
from wharfinger.stock.actions.goods import adjust, transfer
from wharfinger.stock.actions.levels import set_level
from wharfinger.stock.models import Bin
from wharfinger.stock.queries.figures import available, free, stock_rows
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.keeping import Keep
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


def test_the_oldest_batch_goes_first_wherever_it_lies(company: World) -> None:
    """What does not expire goes by its age; only within a batch it is as one walks."""
    cable = company.product(traced="batch")
    near, far = (Bin.objects.get(location=company.location, name=name).place_id for name in ("A1", "A2"))
    for quantity, batch, place in ((2, "OLD", far), (4, "YOUNG", near), (1, "OLD", near)):
        item = Adjustment(cable.pk, quantity, company.location.place_id, place, batch=batch)
        adjust(actor=HOUSE, items=[item], reason="Opening stock")
    line = ordered(company, cable, 6)
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    at = Holding.objects.filter(claim=line, kind="bin", quantity__gt=0)
    assert set(at.values_list("lot__code", "place", "quantity")) == {("OLD", near, 1), ("OLD", far, 1)}
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    assert sum(at.filter(lot__code="OLD").values_list("quantity", flat=True)) == 3
    pick(actor=HOUSE, picks=[Pick(line, 3)])
    assert reserved(line) == {"YOUNG": 2}
    clean()


def test_what_expires_is_listed(company: World, client: Client, today: date) -> None:
    client.force_login(company.user)
    paste = company.product(traced="batch")
    found(company, paste, 5, "LATE", today + timedelta(days=60))
    found(company, paste, 2, "SOON", today + timedelta(days=30))
    found(company, paste, 4, "GONE", today - timedelta(days=1))
    found(company, paste, 1, "MID", today + timedelta(days=45))
    listed = client.get("/api/v1/stock/expiring?days=30").json()["items"]
    assert [(one["batch"], one["quantity"], one["bin"]) for one in listed] == [
        ("GONE", "4", "A1"),
        ("SOON", "2", "A1"),
    ]
    for tab, batches in (
        ("", ["GONE", "SOON"]),
        ("90", ["GONE", "SOON", "MID", "LATE"]),
        ("expired", ["GONE"]),
    ):
        page = client.get(f"/stock/expiring/?tab={tab}").content.decode()
        shown = [batch for batch in ("GONE", "SOON", "MID", "LATE") if batch in page]
        # The first to expire stands first, whichever came in first.
        assert sorted(shown, key=page.index) == batches
    assert held(product=paste.pk) == {"bin": 12}


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


def numbers(product: Product) -> list[tuple[int, int, int, int, int]]:
    return [(r.on_hand, r.available, r.reserved, r.set_aside, r.expired) for r in stock_rows([product.pk])]


def test_what_has_expired_is_on_hand_and_promised_to_nobody(company: World, today: date) -> None:
    paste = company.product(traced="batch")
    found(company, paste, 5, "LATE", today)
    found(company, paste, 4, "GONE", today - timedelta(days=1))
    assert numbers(paste) == [(9, 5, 0, 0, 4)]
    assert available([paste.pk]) == {(paste.pk, company.location.place_id): 5}
    assert free([paste.pk]) == {paste.pk: 5}
    # What a line holds of it stays reserved; what its hold lets go is expired, not available.
    gone = Lot.objects.get(code="GONE")
    line = ordered(company, paste, 3)
    reserve(actor=HOUSE, holds=[Hold(line, 3, lots=(gone.pk,))])
    assert numbers(paste) == [(9, 5, 3, 0, 1)]
    Claim.objects.filter(pk=line).update(hold_until=clock.now() - timedelta(seconds=1))
    assert numbers(paste) == [(9, 5, 0, 0, 4)]
    assert available([paste.pk]) == {(paste.pk, company.location.place_id): 5}
    clean()


def test_what_has_expired_is_no_stock_to_live_on(company: World, today: date) -> None:
    paste = company.product(traced="batch")
    found(company, paste, 9, "GONE", today - timedelta(days=1))
    set_level(actor=HOUSE, product=paste.pk, location=company.location.pk, keep=Keep(2, 6))
    (need,) = current([paste.pk])
    assert (need.available, need.lacking) == (0, 6)


def test_another_day_of_a_batch_stays_on_record(company: World, client: Client, today: date) -> None:
    client.force_login(company.user)
    headers = token(company.user)
    paste = company.product(traced="batch")
    found(company, paste, 4, "GONE", today - timedelta(days=1))
    lot = Lot.objects.get(code="GONE")
    before = entries()
    with pytest.raises(Refusal) as refused:
        change_expiry(actor=HOUSE, lot=lot.pk, expires_on=lot.expires_on, reason="Again")
    assert (refused.value.code, entries()) == ("nothing_changed", before)
    for body, code in (
        ({"expires_on": None, "reason": ""}, 422),
        ({"expires_on": "soon", "reason": "x"}, 422),
    ):
        answer = client.post(
            f"/api/v1/batches/{lot.pk}/expiry",
            body,
            content_type="application/json",
            headers=headers,
        )
        assert (answer.status_code, entries()) == (code, before)
    answer = client.post(
        f"/stock/batches/{lot.pk}/expiry/",
        {"expires_on": (today + timedelta(days=9)).isoformat(), "reason": "Tested by the maker"},
    )
    assert answer.status_code == 303
    assert numbers(paste) == [(4, 4, 0, 0, 0)]
    fact = Fact.objects.get(subject=f"lot:{lot.pk}", field="expires_on")
    assert (json.loads(fact.old or ""), json.loads(fact.new or "")) == (
        (today - timedelta(days=1)).isoformat(),
        (today + timedelta(days=9)).isoformat(),
    )
    assert "Tested by the maker" in client.get(f"/stock/batches/{lot.pk}/").content.decode()
    reverse_entry(actor=company.user, entry=fact.entry_id)
    assert numbers(paste) == [(4, 0, 0, 0, 4)]
    company.user.roles.clear()
    assert client.post(f"/stock/batches/{lot.pk}/expiry/", {"reason": "x"}).status_code == 403
    clean()


def test_every_unit_of_a_batch_is_told(company: World, client: Client, today: date) -> None:
    client.force_login(company.user)
    headers = token(company.user)
    paste = company.product(traced="batch")
    found(company, paste, 9, "L-1", today + timedelta(days=60))
    lot = Lot.objects.get(code="L-1")
    held_line, gone_line = ordered(company, paste, 2), ordered(company, paste, 3)
    reserve(actor=HOUSE, holds=[Hold(held_line, 2)])
    pick_pack_ship(actor=HOUSE, picks=[Pick(gone_line, 3)])
    (told,) = client.get("/api/v1/batches?batch=l-1", headers=headers).json()["items"]
    assert (told["id"], told["at_hand"], told["expires_on"]) == (
        lot.pk,
        "6",
        (today + timedelta(days=60)).isoformat(),
    )
    assert sorted((one["kind"], one["quantity"], one["organization"]) for one in told["where"]) == [
        ("bin", "2", company.customer.name),
        ("bin", "4", ""),
        ("customer", "3", company.customer.name),
    ]
    assert client.get(f"/api/v1/batches/{lot.pk}", headers=headers).json() == told
    with CaptureQueriesContext(connection) as asked:
        page = client.get(f"/stock/batches/{lot.pk}/").content.decode()
    assert len(asked) <= 14
    assert company.customer.name in page
    # The journal calls batches as it calls units.
    assert client.get(f"/serials/{lot.pk}/").headers["Location"] == f"/stock/batches/{lot.pk}/"
    assert "L-1" in client.get(f"/stock/products/{paste.pk}/").content.decode()
    assert client.get(f"/stock/batches/{lot.pk + 1000}/").status_code == 404


def test_what_expires_soon_is_told_once_for_each_day(company: World, today: date) -> None:
    paste = company.product(traced="batch")
    found(company, paste, 5, "SOON", today + timedelta(days=30))
    found(company, paste, 5, "LATE", today + timedelta(days=31))
    told = tell_expiring(actor=HOUSE)
    assert told is not None
    lot = Lot.objects.get(code="SOON")
    assert set(Fact.objects.filter(entry=told.id, field="warned_of").values_list("subject", flat=True)) == {
        f"lot:{lot.pk}"
    }
    assert tell_expiring(actor=HOUSE) is None
    change_expiry(actor=HOUSE, lot=lot.pk, expires_on=today + timedelta(days=20), reason="Misread")
    assert tell_expiring(actor=HOUSE) is not None
    assert tell_expiring(actor=HOUSE) is None
    clean()
