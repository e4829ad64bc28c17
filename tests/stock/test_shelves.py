"""What other systems ask of shelves and of the figures on them: who may write what, and what stays on record."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, Refusal
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Entry, Fact, Holding, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish
from wharfinger.stock.actions.goods import adjust, correct_serial
from wharfinger.stock.actions.locations import change_bin
from wharfinger.stock.models import Bin
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


@pytest.fixture
def door(client: Client, company: World) -> Client:
    """A client whom the administrator signed in."""
    client.force_login(company.user)
    return client


def change(door: Client, path: str, body: dict[str, object]) -> int:
    """Send a change; how it was answered."""
    return door.patch(f"/api/v1{path}", json.dumps(body), content_type="application/json").status_code


def test_nothing_stands_at_what_only_groups(company: World) -> None:
    """M03: a location groups its bins; goods stand in a bin of it."""
    product = company.product()
    before = entries()
    wrong = Adjustment(product.pk, 1, company.location.place_id, bin=company.location.place_id)
    with pytest.raises(BadInput) as bad:
        adjust(actor=HOUSE, items=[wrong], reason="Found")
    assert (bad.value.code, bad.value.field) == ("no_such_bin", "bin")
    assert entries() == before
    adjust(actor=HOUSE, items=[Adjustment(product.pk, 1, company.location.place_id)], reason="Found")
    assert held(product=product.pk) == {"bin": 1}


def test_a_product_with_goods_is_never_deleted(door: Client, company: World) -> None:
    """AT-22: nothing is; a product is retired and keeps its history and its goods."""
    product = company.product()
    company.stock(product, 2)
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 2),), confirm=True)
    line = create_order(actor=HOUSE, wish=wish).one("ledger.Claim")
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    before = entries()
    assert door.delete(f"/api/v1/products/{product.pk}").status_code == 405
    assert entries() == before
    assert change(door, f"/products/{product.pk}", {"retired_on": "2026-11-28"}) == 200
    assert held(line)["bin"] == 2
    clean()


def test_a_serial_number_is_short_alone_and_changed_only_in_a_bin(company: World) -> None:
    """AT-23, AT-24: what it was called before stays on record, from one to the other."""
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 2, serials=("A", "B"))
    before = entries()
    long = Adjustment(product.pk, 1, company.location.place_id, serials=("x" * 101,))
    with pytest.raises(BadInput) as bad:
        adjust(actor=HOUSE, items=[long], reason="Found")
    assert bad.value.code == "too_long"
    with pytest.raises(Refusal) as refused:
        correct_serial(actor=HOUSE, lot=Lot.objects.get(code="A").pk, serial="b", reason="Misread")
    assert refused.value.code == "serial_elsewhere"
    assert entries() == before
    done = correct_serial(actor=HOUSE, lot=Lot.objects.get(code="A").pk, serial="C", reason="Misread")
    assert list(done.entry.moves.values_list("source__lot__code", "target__lot__code")) == [("A", "C")]
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 2),), confirm=True)
    line = create_order(actor=HOUSE, wish=wish).one("ledger.Claim")
    pick(actor=HOUSE, picks=[Pick(line, 2)])
    before = entries()
    with pytest.raises(Refusal) as refused:
        correct_serial(actor=HOUSE, lot=Lot.objects.get(code="C").pk, serial="D", reason="Misread")
    assert refused.value.code == "not_in_stock"
    assert entries() == before
    clean()


def test_what_was_decided_about_a_bin_or_a_level_stays_on_record(door: Client, company: World) -> None:
    """AT-25: each change has the old and the new value, who and when."""
    bin, product = company.bins[1], company.product()
    path = f"/locations/{company.location.pk}/bins/{bin.pk}"
    assert change(door, path, {"name": "A9", "sequence": 7}) == 200
    changed = Fact.objects.filter(field__in=("name", "sequence")).order_by("field")
    assert list(changed.values_list("field", "old", "new")) == [
        ("name", '"A2"', '"A9"'),
        ("sequence", "2", "7"),
    ]
    level = {"product": product.pk, "location": company.location.pk, "minimum": "2", "maximum": "5"}
    for body in (level, level | {"minimum": "3"}):
        assert door.post("/api/v1/stock/levels", body, content_type="application/json").status_code == 200
    facts = Fact.objects.filter(subject__startswith="level:", field="minimum")
    assert list(facts.values_list("old", "new")) == [("2", "3")]
    assert facts.get().entry.actor == company.user


def test_a_bin_is_named_walked_filled_and_retired_on_its_page(door: Client, company: World) -> None:
    bin = company.bins[1]
    page = f"/locations/{company.location.pk}/bins/{bin.pk}/"
    assert page in door.get(f"/locations/{company.location.pk}/").content.decode()
    typed = {"name": "A9", "sequence": "7", "capacity": "1.200", "retired_on": ""}
    assert door.post(page, typed | {"capacity": "no"}).status_code == 422
    assert Bin.objects.get(pk=bin.pk).name == "A2"
    door.post(page, typed | {"capacity": "1200"})
    bin.refresh_from_db()
    assert (bin.name, bin.place.sequence, bin.capacity, bin.default) == ("A9", 7, 1200, False)
    door.post(page, typed | {"capacity": "", "retired_on": "2026-11-28"})
    bin.refresh_from_db()
    assert (bin.capacity, str(bin.retired_on)) == (None, "2026-11-28")
    assert door.get(f"/locations/{company.other.pk}/bins/{bin.pk}/").status_code == 404


def test_another_bin_becomes_the_default_and_the_old_one_may_end(door: Client, company: World) -> None:
    first, second, elsewhere = company.bins[:3]
    at = f"/locations/{company.location.pk}/bins"
    before = entries()
    assert change(door, f"{at}/{first.pk}", {"default": False}) == 409
    assert change(door, f"{at}/{first.pk}", {"retired_on": "2026-11-28"}) == 409
    assert change(door, f"{at}/{second.pk}", {"default": True, "retired_on": "2026-11-28"}) == 422
    assert entries() == before
    assert change(door, f"{at}/{second.pk}", {"default": True}) == 200
    done = Entry.objects.latest("pk")
    assert defaults() == {second.pk, elsewhere.pk}
    product = company.product()
    adjust(actor=HOUSE, items=[Adjustment(product.pk, 1, company.location.place_id)], reason="Found")
    assert Holding.objects.get(product=product, kind="bin").place_id == second.place_id
    assert change(door, f"{at}/{first.pk}", {"retired_on": "2026-11-28"}) == 200
    before = entries()
    with pytest.raises(Refusal):
        change_bin(actor=HOUSE, bin=first.pk, values={"default": True})
    assert entries() == before
    change_bin(actor=HOUSE, bin=first.pk, values={"retired_on": None})
    reverse(actor=HOUSE, entry=done.pk)
    assert defaults() == {first.pk, elsewhere.pk}
    clean()


def defaults() -> set[int]:
    """The bins in which what comes in lies first."""
    return set(Bin.objects.filter(default=True).values_list("pk", flat=True))
