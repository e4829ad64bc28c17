"""Doubles of products become one: stock at its exact cost, what is open goes on, what was posted stands."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.own.making import field
from tests.scenarios.doors import ActionsDoor
from tests.world import World, clean, entries, held
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Barcode, Component, Product, ProductUnit, Substitute, VendorPrice
from wharfinger.catalog.queries import codes_of, scanned
from wharfinger.demand.models import Line
from wharfinger.flows.actions.merging import merge_products
from wharfinger.ledger.models import Layer, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.pricing.models import PriceItem, PriceList
from wharfinger.purchasing.actions import ordering
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.stock.models import Level
from wharfinger.stock.queries.units import life

pytestmark = pytest.mark.django_db


def worth(*products: Product) -> tuple[int, int]:
    """How many are in stock of these, and what they are worth together."""
    rows = Layer.objects.filter(product__in=products).values_list("quantity", "value_minor")
    return sum(q for q, _ in rows), sum(v for _, v in rows)


def merge(company: World, old: Product, new: Product) -> Any:
    """The one goes on as the other."""
    return merge_products(actor=company.user, product=old.pk, into=new.pk)


def refused(company: World, old: Product, new: Product, code: str) -> None:
    """The merge is refused with this code, and nothing is written."""
    before = entries()
    with pytest.raises(Refusal) as refusal:
        merge(company, old, new)
    assert refusal.value.code == code
    assert entries() == before
    old.refresh_from_db()
    assert old.merged_into is None


@pytest.mark.parametrize("method", ["fifo", "lifo", "average", "specific"])
def test_stock_goes_over_at_its_exact_cost(company: World, method: str) -> None:
    """The value is the same to the cent before and after, and after undoing, whatever the cost method."""
    traced = "serial" if method == "specific" else "none"
    old, new = (company.product(cost_method=method, traced=traced) for _ in range(2))
    serials = traced == "serial"
    company.stock(old, 3, value_minor=1000, serials=("A", "B", "C") if serials else ())
    company.stock(old, 2, value_minor=77, bin=company.bins[1], serials=("D", "E") if serials else ())
    company.stock(new, 4, value_minor=401, serials=("F", "G", "H", "I") if serials else ())
    before = worth(old), worth(new)
    done = merge(company, old, new)
    assert worth(old) == (0, 0)
    assert worth(new) == (before[0][0] + before[1][0], before[0][1] + before[1][1])
    assert held(product=new.pk) == {"bin": 9}
    old.refresh_from_db()
    assert (old.merged_into_id, old.retired_on is not None) == (new.pk, True)
    clean()
    reverse(actor=company.user, entry=done.id)
    assert (worth(old), worth(new)) == before
    old.refresh_from_db()
    assert (old.merged_into_id, old.retired_on) == (None, None)
    clean()
    merge(company, old, new)
    clean()


def test_open_lines_follow_and_what_is_delivered_stays(company: World) -> None:
    """Held, picked, wanted, offered and ordered goods are the other product's; a delivered line says what it said."""
    old, new = company.product(), company.product()
    company.stock(old, 9)
    door, customer = ActionsDoor(company), company.customer.pk
    _, (done,), _ = door.order(customer, [(old.pk, 1)], confirm=True)
    door.on_lines("pick-pack-ship", 0, [(done, 1)], ())
    door.on_lines("invoice", 0, [(done, 1)], ())
    _, (held_line, wanted), _ = door.order(customer, [(old.pk, 3), (old.pk, 20)], confirm=True)
    door.on_lines("reserve", 0, [(held_line, 3)], ())
    door.on_lines("pick", 0, [(held_line, 1)], ())
    _, (offered,), _ = door.quote(customer, [(old.pk, 2)])
    before = {pk: held(claim=pk) for pk in (done, held_line, wanted, offered)}
    act = merge(company, old, new)
    follows = {held_line, wanted, offered}
    assert {pk: held(claim=pk) for pk in before} == before
    assert set(Line.objects.filter(product=new).values_list("pk", flat=True)) == follows
    assert set(Line.objects.filter(product=old).values_list("pk", flat=True)) == {done}
    assert held(product=old.pk).get("customer") == 1
    assert held(product=old.pk).get("bin") is None
    clean()
    door.on_lines("pick-pack-ship", 0, [(held_line, 3)], ())
    clean()
    before_undo = entries()
    with pytest.raises(Refusal):
        reverse(actor=company.user, entry=act.id)
    assert entries() == before_undo


def test_a_line_that_is_half_delivered_is_finished_first(company: World) -> None:
    """What has begun and still wants goods is named; what has begun and only waits to be sent stays what it is."""
    old, new = company.product(), company.product()
    company.stock(old, 2)
    door = ActionsDoor(company)
    _, (line,), _ = door.order(company.customer.pk, [(old.pk, 3)], confirm=True)
    door.on_lines("pick-pack-ship", 0, [(line, 1)], ())
    refused(company, old, new, "under_way")
    company.stock(old, 1)
    door.on_lines("reserve", 0, [(line, 2)], ())
    merge(company, old, new)
    assert Line.objects.get(pk=line).product == old
    clean()
    door.on_lines("pick-pack-ship", 0, [(line, 2)], ())
    assert worth(old) == (0, 0)
    clean()


def test_purchase_orders_follow_unless_half_received(company: World) -> None:
    """A draft and an order of which all is to come go on; their lines and what is on order name the other product."""
    old, new = company.product(), company.product()
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(old.pk, 4),))
    ordering.draft(actor=company.user, wish=wish)
    made = ordering.draft(actor=company.user, wish=wish)
    ordering.submit(actor=company.user, order=made.one("purchasing.PurchaseOrder"))
    done = merge(company, old, new)
    assert set(PurchaseLine.objects.values_list("product", flat=True)) == {new.pk}
    assert held(product=new.pk) == {"on_order": 4}
    clean()
    reverse(actor=company.user, entry=done.id)
    assert held(product=old.pk) == {"on_order": 4}
    clean()
    ActionsDoor(company).receive(made.one("purchasing.PurchaseOrder"), old.pk, 1, ())
    refused(company, old, new, "under_way")


def test_what_is_kept_of_it_follows_where_the_other_has_none(company: World) -> None:
    """Vendors, levels, prices, barcodes, units, substitutes and recipes: the other's own holds where it has one."""
    old, new, third = (company.product() for _ in range(3))
    VendorPrice.objects.filter(product=new).update(organization=company.customer, default=False)
    change_product(
        actor=company.user,
        product=old.pk,
        values={},
        barcodes=[{"code": "EXTRA-1"}],
        units=[{"name": "case", "factor": "24", "for_buying": True}],
    )
    change_product(
        actor=company.user, product=third.pk, values={}, components=[{"product": old.pk, "quantity": "2"}]
    )
    made = Barcode.objects.get().made
    Level.objects.create(product=old, location=company.location, minimum=5, maximum=9)
    Level.objects.create(product=old, location=company.other, minimum=5, maximum=9)
    Level.objects.create(product=new, location=company.other, minimum=1, maximum=2)
    listed = PriceList.objects.create(name="Trade", currency="EUR")
    PriceItem.objects.create(price_list=listed, product=old, price_micro=9_000_000, made=made)
    Substitute.objects.create(product=old, other=new, rank=1, made=made)
    Substitute.objects.create(product=third, other=old, rank=1, made=made)
    done = merge(company, old, new)
    assert VendorPrice.objects.get(organization=company.vendor, product=new).default
    assert Barcode.objects.get().product == new
    unit = ProductUnit.objects.get()
    assert (unit.product, unit.for_buying) == (new, True)
    assert sorted(Level.objects.values_list("product", "minimum")) == [(old.pk, 5), (new.pk, 1), (new.pk, 5)]
    assert PriceItem.objects.get().product == new
    assert Substitute.objects.get(product=old).retired_on is not None
    assert Substitute.objects.get(product=third).other == new
    assert Component.objects.get(quantity__gt=0).product == new
    assert {scanned([code])[code].product for code in (old.sku, new.sku, "EXTRA-1")} == {new}
    assert set(codes_of([new])[new.pk]) == {old.sku, new.sku, "EXTRA-1"}
    clean()
    reverse(actor=company.user, entry=done.id)
    assert Barcode.objects.get().product == old
    assert Component.objects.get(quantity__gt=0).product == old
    assert scanned([old.sku])[old.sku].product == old
    clean()


def test_what_only_the_double_said_is_said_by_the_one_that_stays(company: World) -> None:
    """Its own values, words, weight and number at the vendor fill what is empty; what is said there stays."""
    field("product", "Colour")
    field("product", "Shelf")
    old, new = (company.product(own=own) for own in ({"colour": "grey", "shelf": "A"}, {"shelf": "B"}))
    Product.objects.filter(pk=old.pk).update(
        manufacturer="Quillon", description="Old words", weight_grams=300
    )
    Product.objects.filter(pk=new.pk).update(description="New words")
    VendorPrice.objects.filter(product=old).update(part_number="K-9")
    before = (
        VendorPrice.objects.get(product=new).part_number,
        Product.objects.filter(pk=new.pk).values().get(),
    )
    done = merge(company, old, new)
    new.refresh_from_db()
    assert new.own == {"colour": "grey", "shelf": "B"}
    assert (new.manufacturer, new.description, new.weight_grams) == ("Quillon", "New words", 300)
    assert VendorPrice.objects.get(product=new).part_number == "K-9"
    clean()
    reverse(actor=company.user, entry=done.id)
    assert (
        VendorPrice.objects.get(product=new).part_number,
        Product.objects.filter(pk=new.pk).values().get(),
    ) == before
    clean()


def test_a_unit_keeps_its_life(company: World) -> None:
    """The life of a numbered unit goes on over the merge; a number that both have is refused by name."""
    old, new = (company.product(cost_method="specific", traced="serial") for _ in range(2))
    company.stock(old, 1, serials=("S1",))
    company.stock(new, 1, serials=("S2",))
    merge(company, old, new)
    lot = Lot.objects.get(product=new, code="S1")
    assert [one.verb for one in life(lot)] == ["merge", "merge", "adjust"]
    assert Lot.objects.get(product=old, code="S1").holdings.get(kind="bin").quantity == 0
    third = company.product(cost_method="specific", traced="serial")
    company.stock(third, 1, serials=("S1",))
    refused(company, third, new, "serial_clash")


def test_what_came_back_goes_along_when_merged_once_more(company: World) -> None:
    """Goods of the one that is retired come back from a customer; merging the two again brings them over."""
    old, new = company.product(), company.product()
    company.stock(old, 2)
    door = ActionsDoor(company)
    _, (line,), _ = door.order(company.customer.pk, [(old.pk, 2)], confirm=True)
    door.on_lines("pick-pack-ship", 0, [(line, 2)], ())
    merge(company, old, new)
    door.on_lines("cancel-delivery", 0, [(line, 2)], ())
    door.on_lines("release", 0, [(line, 2)], ())
    assert worth(old) == (2, 1200)
    merge(company, old, new)
    assert (worth(old), worth(new)) == ((0, 0), (2, 1200))
    clean()


def test_what_is_refused(company: World) -> None:
    """Two that differ in what they are, itself, the retired, what is merged elsewhere, what is made of parts."""
    new = company.product()
    for values in (
        {"kind": "service"},
        {"unit": "m"},
        {"quantity_decimals": 2},
        {"traced": "batch"},
        {"cost_method": "average"},
    ):
        refused(company, company.product(**values), new, "not_alike")
    refused(company, new, new, "merges_itself")
    refused(company, new, company.product(retired_on="2026-01-01"), "merges_into_retired")
    bundle = company.product()
    change_product(
        actor=company.user, product=bundle.pk, values={}, components=[{"product": new.pk, "quantity": "2"}]
    )
    refused(company, bundle, company.product(), "made_of_parts")
    refused(company, new, bundle, "made_of_itself")
    one = company.product()
    merge(company, one, new)
    before = entries()
    for product, into, code in ((one, bundle, "merged_elsewhere"), (new, one, "merges_into_retired")):
        with pytest.raises(Refusal) as refusal:
            merge(company, product, into)
        assert refusal.value.code == code
    with pytest.raises(Refusal) as refusal:
        change_product(actor=company.user, product=one.pk, values={"retired_on": None})
    assert refusal.value.code == "is_merged"
    assert entries() == before


def test_units_of_one_name_and_two_sizes_stay_two(company: World) -> None:
    """Lines count in units, so a case of 12 is no case of 24."""
    old, new = company.product(), company.product()
    for product, factor in ((old, "24"), (new, "12")):
        units = [{"name": "case", "factor": factor}]
        change_product(actor=company.user, product=product.pk, values={}, units=units)
    refused(company, old, new, "unit_differs")


def test_as_many_statements_whatever_it_has(company: World) -> None:
    """A product with many lines takes no more statements than one with few."""
    new, counts = company.product(), []
    for times in (1, 5):
        old = company.product()
        for _ in range(times):
            company.stock(old, 3)
            door = ActionsDoor(company)
            _, (line, _), _ = door.order(company.customer.pk, [(old.pk, 2), (old.pk, 7)], confirm=True)
            door.on_lines("reserve", 0, [(line, 2)], ())
        with CaptureQueriesContext(connection) as asked:
            merge(company, old, new)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_who_may_not(company: World) -> None:
    """Merging has a permission of its own."""
    company.user.roles.get().permissions = ["*.read", "catalog.product"]
    role = company.user.roles.get()
    role.permissions = ["*.read", "catalog.product", "parties.organization"]
    role.save()
    old, new = company.product(), company.product()
    before = entries()
    with pytest.raises(Refusal) as refusal:
        merge(company, old, new)
    assert refusal.value.code == "not_allowed"
    assert entries() == before
