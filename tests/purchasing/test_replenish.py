"""What runs low is bought, or comes from a location with plenty, in one press."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.purchasing.buying import person
from tests.stock.test_build import bundle
from tests.stock.test_transfer import line_of
from tests.world import World, clean, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import BadInput, Refusal
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.ledger.reverse import reverse
from wharfinger.notices import mails
from wharfinger.parties.models import Organization, User
from wharfinger.purchasing.actions.low import tell_low
from wharfinger.purchasing.actions.ordering import auto_fill
from wharfinger.purchasing.actions.replenishing import replenish
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.queries.replenishing import proposals
from wharfinger.purchasing.rules.levels import Item, Need
from wharfinger.stock.actions import transfers
from wharfinger.stock.actions.levels import set_level
from wharfinger.stock.models import Level, TransferLine, TransferOrder
from wharfinger.stock.rules.keeping import Keep

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def keep(company: World, product: Product, minimum: int, maximum: int, **more: Any) -> None:
    where = more.pop("at", company.location).pk
    set_level(actor=HOUSE, product=product.pk, location=where, keep=Keep(minimum, maximum, **more))


def proposed() -> dict[tuple[int, int], tuple[int, int]]:
    """Lacking and proposed, by product and location."""
    return {(p.product.pk, p.location.pk): (p.need.lacking, p.need.proposed) for p in proposals()}


@pytest.mark.parametrize(
    ("point", "maximum", "lot", "there", "lacking"),
    [
        (5, 20, 0, 6, 0),
        (5, 20, 0, 5, 15),
        (5, 20, 6, 5, 12),
        (5, 20, 30, 5, 30),
        (5, 0, 4, 0, 8),
        (0, 10, 0, -3, 13),
    ],
)
def test_how_many_are_got(point: int, maximum: int, lot: int, there: int, lacking: int) -> None:
    need = Need(1, 1, 1, None, point, maximum, lot, max(there, 0), 0, 0, max(-there, 0))
    assert (need.lacking, need.proposed) == (lacking, lacking)


def test_what_is_free_on_order_in_transit_and_demanded_counts(company: World) -> None:
    main, van = company.location.pk, company.other.pk
    product = company.product()
    keep(company, product, 5, 20)
    company.stock(product, 10)
    assert proposed() == {}
    line_of(company, product, 6)
    assert proposed() == {(product.pk, main): (16, 16)}
    keep(company, product, 1, 8, at=company.other, source=main)
    # Main runs low itself and has nothing to spare.
    assert proposed()[product.pk, van] == (8, 0)
    company.stock(product, 30)
    assert proposed() == {(product.pk, van): (8, 8)}
    made = replenish(actor=HOUSE, items=[Item(product.pk, van, 8, source=main)])
    assert proposed() == {}
    order = made.one("stock.TransferOrder")
    transfers.send_transfer(actor=HOUSE, order=order)
    assert proposed() == {}
    transfers.lose_transfer(actor=HOUSE, order=order, reason="Theft")
    assert proposed() == {(product.pk, van): (8, 8)}
    clean()


def test_one_press_makes_an_order_for_each_vendor_and_each_way(company: World) -> None:
    main, van = company.location.pk, company.other.pk
    router, cable = company.product(), company.product()
    keep(company, router, 2, 10, reorder_point=4, reorder_quantity=5)
    keep(company, cable, 2, 10, at=company.other, source=main)
    company.stock(cable, 7)
    assert proposed() == {(router.pk, main): (10, 10), (cable.pk, van): (10, 7)}
    items = [
        Item(router.pk, main, 10, vendor=company.vendor.pk),
        Item(cable.pk, van, 6, source=main),
    ]
    made = replenish(actor=HOUSE, items=items)
    assert list(PurchaseLine.objects.values_list("product", "quantity", "location")) == [
        (router.pk, 10, main)
    ]
    assert list(TransferLine.objects.values_list("product", "quantity")) == [(cable.pk, 6)]
    order = TransferOrder.objects.get()
    assert (order.source_id, order.target_id) == (main, van)
    before = entries()
    with pytest.raises(Refusal) as refused:
        replenish(actor=HOUSE, items=items[:1])
    assert (refused.value.code, refused.value.field, entries()) == ("no_longer_lacking", "lines.0", before)
    reverse(actor=HOUSE, entry=made.id)
    assert PurchaseOrder.objects.get().void_id is not None
    assert proposed() == {(router.pk, main): (10, 10), (cable.pk, van): (10, 7)}
    clean()


def test_whence_it_comes_is_chosen_among_vendors_and_locations_with_plenty(company: World) -> None:
    product = company.product()
    keep(company, product, 2, 10, at=company.other)
    company.stock(product, 7)
    VendorPrice.objects.filter(product=product).update(lead_time_days=3)
    (found,) = proposals()
    assert [(c.vendor, c.source, c.spare, c.lead_days) for c in found.choices] == [
        (company.vendor.pk, None, None, 3),
        (None, company.location.pk, 7, 0),
    ]


def test_vendors_sell_whole_packs_and_no_fewer_than_they_say(company: World) -> None:
    product = company.product()
    keep(company, product, 2, 10)
    prices = VendorPrice.objects.filter(product=product)
    for pack, least, proposal in (
        (None, None, 10),
        (12, None, 12),
        (6, None, 12),
        (4, 13, 16),
        (None, 13, 13),
    ):
        prices.update(pack_quantity=pack, minimum_quantity=least)
        assert proposed() == {(product.pk, company.location.pk): (10, proposal)}


def test_what_runs_low_is_told_once_until_it_is_refilled(company: World) -> None:
    buyer = person("buyer", "purchasing.read")
    User.objects.filter(pk=buyer.pk).update(email="buyer@example.com")
    Setting.objects.create(key="purchasing_team", value=[buyer.pk])
    product = company.product()
    keep(company, product, 2, 10)
    told = tell_low(actor=HOUSE)
    assert told is not None
    (mail,) = mails.about(told.entry)
    assert (mail["to"], product.sku in mail["subject"]) == (["buyer@example.com"], True)
    before = entries()
    assert tell_low(actor=HOUSE) is None
    assert entries() == before
    company.stock(product, 3)
    refilled = tell_low(actor=HOUSE)
    assert refilled is not None
    assert (mails.about(refilled.entry), Level.objects.get().low_since) == ([], None)
    line_of(company, product, 1)
    again = tell_low(actor=HOUSE)
    assert again is not None
    assert len(mails.about(again.entry)) == 1
    clean()


def test_what_is_kept_wrongly_is_refused(company: World) -> None:
    product = company.product()
    before = entries()
    here = company.location.pk
    for code, said in (
        ("maximum_below_minimum", Keep(5, 4)),
        ("point_above_maximum", Keep(1, 4, reorder_point=4)),
        ("two_sources", Keep(1, 4, vendor=company.vendor.pk, source=company.other.pk)),
        ("no_such_vendor", Keep(1, 4, vendor=company.customer.pk)),
        ("no_such_source", Keep(1, 4, source=here)),
        ("no_such_source", Keep(1, 4, source=999)),
    ):
        with pytest.raises(BadInput) as bad:
            set_level(actor=HOUSE, product=product.pk, location=here, keep=said)
        assert bad.value.code == code
    for code, item in (
        ("not_positive", Item(product.pk, here, 0, vendor=company.vendor.pk)),
        ("no_longer_lacking", Item(product.pk, here, 1, vendor=company.vendor.pk)),
    ):
        with pytest.raises(Refusal) as refused:
            replenish(actor=HOUSE, items=[item])
        assert refused.value.code == code
    assert entries() == before


def test_what_runs_low_over_http_and_on_its_page(company: World, client: Client) -> None:
    client.force_login(company.user)
    product = company.product()
    main = company.location.pk
    assert "Nothing runs low" in client.get("/purchase-orders/low/").content.decode()
    said = client.post(
        "/stock/kept/",
        {
            "product": product.sku,
            "location": main,
            "minimum": "2",
            "maximum": "10",
            "reorder_point": "3",
            "source": f"vendor-{company.vendor.pk}",
        },
    )
    assert said.status_code == 303
    assert product.sku in client.get("/stock/levels/").content.decode()
    assert 'value="3"' in client.get(f"/stock/kept/?product={product.sku}&location={main}").content.decode()
    (item,) = client.get("/api/v1/replenishment").json()["items"]
    assert (item["lacking"], item["proposed"], item["vendor"]) == ("10", "10", company.vendor.pk)
    body = {
        "lines": [{"product": product.pk, "location": main, "quantity": "4", "vendor": company.vendor.pk}]
    }
    dry = client.post("/api/v1/replenishment?dry_run=true", body, content_type="application/json")
    assert (dry.status_code, PurchaseOrder.objects.count()) == (200, 0)
    key = f"{product.pk}-{main}"
    wrong = client.post("/purchase-orders/low/", {f"quantity-{key}": "4", f"from-{key}": ""})
    assert "Choose whence it comes" in wrong.content.decode()
    nothing = client.post("/purchase-orders/low/", {f"quantity-{key}": ""})
    assert nothing.status_code in (409, 422)
    client.post(
        "/purchase-orders/low/", {f"quantity-{key}": "8", f"from-{key}": f"vendor-{company.vendor.pk}"}
    )
    assert PurchaseLine.objects.get().quantity == 8
    assert client.get("/api/v1/replenishment").json()["items"] == []
    clean()


def test_everybody_is_offered_what_they_may_draft(company: World, client: Client) -> None:
    """Who may not transfer is offered vendors alone, who may not order locations alone."""
    main, van = company.location.pk, company.other.pk
    cable = company.product()
    keep(company, cable, 2, 10, at=company.other, source=main)
    company.stock(cable, 7)
    key = f"{cable.pk}-{van}"
    vendor, transfer = f'value="vendor-{company.vendor.pk}"', f'value="location-{main}" selected'
    client.force_login(person("buyer", "purchasing.read", "purchasing.order"))
    page = seen(client, "/purchase-orders/low/")
    assert (vendor in page, transfer in page) == (True, False)
    assert f'id="f-quantity-{key}" value=""' in page
    client.force_login(person("keeper", "purchasing.read", "stock.transfer"))
    page = seen(client, "/purchase-orders/low/")
    assert (vendor in page, transfer in page) == (False, True)
    assert f'id="f-quantity-{key}" value="7"' in page
    client.force_login(person("reader", "purchasing.read"))
    assert "a permission that you lack" in seen(client, "/purchase-orders/low/")


def test_what_is_built_is_proposed_to_be_built_and_demands_its_components(
    company: World, client: Client
) -> None:
    main = company.location
    board = company.product()
    server = bundle(company, (board, 2))
    company.stock(board, 7)
    built = Keep(2, 6, built=True)
    set_level(actor=company.user, product=server.pk, location=main.pk, keep=built)
    set_level(actor=company.user, product=board.pk, location=main.pk, keep=Keep(1, 4))
    found = {one.product: one for one in proposals()}
    need = found[server].need
    assert (need.built, need.lacking, need.proposed, need.vendor, need.source) == (True, 6, 3, None, None)
    need = found[board].need
    assert (need.available, need.demanded, need.lacking) == (7, 12, 9)
    client.force_login(company.user)
    page = seen(client, "/purchase-orders/low/")
    assert f"/stock/build/?product={server.sku}&amp;location=location-{main.pk}&amp;quantity=3" in page
    assert "Components lack for 3" in page
    items = {one["sku"]: one for one in client.get("/api/v1/replenishment").json()["items"]}
    assert (items[server.sku]["built"], items[server.sku]["proposed"]) == (True, "3")
    made = auto_fill(actor=company.user)
    lines = PurchaseLine.objects.filter(purchase_order__in=made.made["purchasing.PurchaseOrder"])
    assert list(lines.values_list("product", "quantity")) == [(board.pk, 9)]
    before = entries()
    for wrong in (Keep(2, 6, built=True, vendor=company.vendor.pk), Keep(2, 6, bin=company.bins[3].pk)):
        with pytest.raises(Refusal):
            set_level(actor=company.user, product=server.pk, location=main.pk, keep=wrong)
    with pytest.raises(Refusal) as refused:
        set_level(actor=company.user, product=board.pk, location=main.pk, keep=built)
    assert refused.value.code == "not_built"
    assert entries() == before


def test_auto_fill_drafts_up_to_the_maximum_for_each_default_vendor(company: World) -> None:
    """AT-79: what is at its minimum or below; what is above it stays."""
    bolt = Organization.objects.create(name="Bolt", vendor=True, currency="EUR")
    at, below, above, theirs = (company.product() for _ in range(4))
    VendorPrice.objects.filter(product=theirs).update(organization=bolt)
    for product, units in ((at, 2), (below, 1), (above, 3)):
        company.stock(product, units)
    for product in (at, below, above, theirs):
        keep(company, product, 2, 10)
    made = auto_fill(actor=company.user)
    drafted = PurchaseLine.objects.filter(purchase_order__in=made.made["purchasing.PurchaseOrder"])
    assert {
        (vendor, product): units
        for vendor, product, units in drafted.values_list("purchase_order__vendor", "product", "quantity")
    } == {
        (company.vendor.pk, at.pk): 8,
        (company.vendor.pk, below.pk): 9,
        (bolt.pk, theirs.pk): 10,
    }
    assert PurchaseOrder.objects.count() == 2
    before = entries()
    with pytest.raises(Refusal) as refused:
        auto_fill(actor=company.user)
    assert (refused.value.code, entries()) == ("nothing_lacking", before)
    clean()
