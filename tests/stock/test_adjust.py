"""Goods that are found or lost: where they stand, what they are worth, who goes without."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.purchasing.buying import stocked_up
from tests.world import World, clean, entries, held, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import BadInput, NotAllowed, Refusal
from wharfinger.catalog.models import Product
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Fact, Holding, Layer, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import User
from wharfinger.purchasing.actions.receiving import receive
from wharfinger.purchasing.rules.receiving import Arrival, Delivery
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def found(company: World, product: Product, quantity: int, **values: object) -> Adjustment:
    return Adjustment(product.pk, quantity, company.location.place_id, **values)  # type: ignore[arg-type]


def line_of(company: World, product: Product, quantity: int, promised_on: object = None) -> int:
    wish = OrderWish(
        company.customer.pk, (LineWish(product.pk, quantity, promised_on=promised_on),), confirm=True
    )  # type: ignore[arg-type]
    (line,) = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(line, quantity)])
    return line


def test_found_goods_stand_in_the_default_bin_at_their_cost(company: World) -> None:
    product = company.product()
    made = adjust(
        actor=HOUSE,
        items=[found(company, product, 5, unit_cost_micro=3_330_000)],
        reason="Found behind the shelf",
    )
    at = Holding.objects.get(product=product, kind="bin")
    assert (at.place_id, at.quantity, at.claim_id) == (company.bins[0].place_id, 5, 0)
    layer = Layer.objects.get(product=product)
    assert (layer.quantity, layer.value_minor) == (5, 1665)
    assert made.entry.reason == "Found behind the shelf"
    assert set(Fact.objects.filter(entry=made.entry).values_list("subject", flat=True)) == {
        f"product:{product.pk}",
        f"location:{company.location.pk}",
    }
    clean()
    reverse(actor=HOUSE, entry=made.id)
    assert held(product=product.pk) == {}
    assert Layer.objects.get(product=product).value_minor == 0
    clean()


def test_goods_with_and_without_serials_are_found_in_one_act(company: World) -> None:
    cable, router = company.product(), company.product(traced="serial", cost_method="specific")
    items = [found(company, cable, 5), found(company, router, 1, serials=("SN-1",))]
    adjust(actor=HOUSE, items=items, reason="Opening stock")
    assert (held(product=cable.pk), held(product=router.pk)) == ({"bin": 5}, {"bin": 1})
    clean()


def test_a_named_bin_takes_the_goods(company: World) -> None:
    product = company.product()
    adjust(actor=HOUSE, items=[found(company, product, 2, bin=company.bins[1].place_id)], reason="Found")
    assert Holding.objects.get(product=product, kind="bin").place_id == company.bins[1].place_id
    # Nobody gave a cost and there is none on record: what the default vendor asks.
    assert Layer.objects.get(product=product).value_minor == 1200
    adjust(actor=HOUSE, items=[found(company, product, 1, unit_cost_micro=9_000_000)], reason="Found")
    adjust(actor=HOUSE, items=[found(company, product, 3)], reason="Found")
    # Then what such goods cost on average: 3 units worth 21.00 before.
    assert list(
        Layer.objects.filter(product=product).order_by("pk").values_list("value_minor", flat=True)
    ) == [1200, 900, 2100]
    clean()


def test_many_goods_are_one_entry_of_as_many_statements(
    company: World, django_assert_max_num_queries: object
) -> None:
    products = [company.product() for _ in range(30)]
    with django_assert_max_num_queries(26):  # type: ignore[operator]
        made = adjust(
            actor=HOUSE,
            items=[
                found(company, p, 4, unit_cost_micro=1_000_000, field=f"items.{n}.")
                for n, p in enumerate(products)
            ],
            reason="Opening stock",
            key="opening",
        )
    again = adjust(
        actor=HOUSE,
        items=[
            found(company, p, 4, unit_cost_micro=1_000_000, field=f"items.{n}.")
            for n, p in enumerate(products)
        ],
        reason="Opening stock",
        key="opening",
    )
    assert (again.id, again.replayed) == (made.id, True)
    assert Holding.objects.filter(kind="bin", quantity=4).count() == 30
    clean()


def test_five_serials_are_five_units_of_one(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    serials = tuple(f"sn{n}" for n in range(5))
    adjust(
        actor=HOUSE,
        items=[found(company, product, 5, serials=serials, unit_cost_micro=3_333_333)],
        reason="Found",
    )
    units = Holding.objects.filter(product=product, kind="bin", serial=True)
    assert sorted(units.values_list("lot__code", "quantity")) == [(s, 1) for s in serials]
    # 16.67 together: each unit has a layer of its own, and their cents add up.
    assert list(Layer.objects.order_by("pk").values_list("quantity", "value_minor")) == [
        (1, 333),
        (1, 334),
        (1, 333),
        (1, 334),
        (1, 333),
    ]
    clean()
    before = entries()
    with pytest.raises(Refusal) as refused:
        adjust(actor=HOUSE, items=[found(company, product, 1, serials=(" SN3",))], reason="Found")
    assert (refused.value.code, refused.value.field) == ("serial_elsewhere", "serials")
    with pytest.raises(BadInput) as bad:
        adjust(actor=HOUSE, items=[found(company, product, 2, serials=("a", "A"))], reason="Found")
    assert bad.value.code == "serial_twice"
    with pytest.raises(BadInput) as bad:
        adjust(actor=HOUSE, items=[found(company, product, 2, serials=("a",))], reason="Found")
    assert (bad.value.code, bad.value.wanted, bad.value.free) == ("serials_missing", 2, 1)
    assert entries() == before
    assert Lot.objects.filter(product=product, serial=True).count() == 5


def test_a_lost_serial_takes_its_own_cost_and_may_be_found_again(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    adjust(
        actor=HOUSE,
        items=[found(company, product, 1, serials=("A",), unit_cost_micro=10_000_000)],
        reason="Found",
    )
    adjust(
        actor=HOUSE,
        items=[found(company, product, 1, serials=("B",), unit_cost_micro=20_000_000)],
        reason="Found",
    )
    adjust(actor=HOUSE, items=[found(company, product, -1, serials=("b",))], reason="Lost")
    assert sum(Layer.objects.values_list("value_minor", flat=True)) == 1000
    adjust(
        actor=HOUSE,
        items=[found(company, product, 1, serials=("B",), unit_cost_micro=20_000_000)],
        reason="Found again",
    )
    assert Lot.objects.filter(product=product, serial=True).count() == 2
    assert held(product=product.pk) == {"bin": 2}
    clean()


def test_batches_are_kept_apart(company: World) -> None:
    product = company.product(traced="batch")
    adjust(actor=HOUSE, items=[found(company, product, 5, batch="L1")], reason="Found")
    adjust(actor=HOUSE, items=[found(company, product, 5, batch="L2")], reason="Found")
    adjust(actor=HOUSE, items=[found(company, product, -2, batch="l2")], reason="Broken")
    assert dict(Holding.objects.filter(kind="bin").values_list("lot__code", "quantity")) == {"L1": 5, "L2": 3}
    with pytest.raises(BadInput) as bad:
        adjust(actor=HOUSE, items=[found(company, product, 5)], reason="Found")
    assert bad.value.code == "batch_missing"
    clean()


def test_a_loss_takes_free_goods_first_then_the_latest_promise(company: World) -> None:
    product = company.product()
    company.stock(product, 7)
    today = clock.today("Europe/Berlin")
    soon = line_of(company, product, 2, today + timedelta(days=1))
    late = line_of(company, product, 2, today + timedelta(days=9))
    lost = adjust(actor=HOUSE, items=[found(company, product, -3)], reason="Broken")
    assert (held(soon)["bin"], held(late)["bin"]) == (2, 2)
    again = adjust(actor=HOUSE, items=[found(company, product, -3)], reason="Stolen")
    assert held(soon) == {"bin": 1, "covered": 1, "demand": 1, "to_bill": 2}
    assert held(late) == {"demand": 2, "to_bill": 2}
    subjects = set(Fact.objects.filter(entry=again.entry).values_list("subject", flat=True))
    assert len([s for s in subjects if s.startswith("order:")]) == 2
    clean()
    reverse(actor=HOUSE, entry=again.id)
    assert (held(soon)["bin"], held(late)["bin"]) == (2, 2)
    reverse(actor=HOUSE, entry=lost.id)
    assert held(product=product.pk)["bin"] == 7
    clean()


def test_more_than_is_there_is_refused(company: World) -> None:
    product = company.product()
    company.stock(product, 2)
    company.stock(product, 5, bin=company.bins[2])
    before = entries()
    with pytest.raises(Refusal) as refused:
        adjust(actor=HOUSE, items=[found(company, product, -3)], reason="Lost")
    assert (refused.value.code, refused.value.wanted, refused.value.free) == ("not_enough", 3, 2)
    assert entries() == before
    assert held(product=product.pk) == {"bin": 7}


@pytest.mark.parametrize(
    ("quantity", "values", "code"),
    [
        (0, {}, "not_positive"),
        (1, {"serials": ("A",)}, "not_traced"),
        (1, {"batch": "L"}, "not_traced"),
        (1, {"bin": 999_999}, "no_such_bin"),
    ],
)
def test_bad_input_writes_nothing(
    company: World, quantity: int, values: dict[str, object], code: str
) -> None:
    product = company.product()
    before = entries()
    with pytest.raises(BadInput) as bad:
        adjust(actor=HOUSE, items=[found(company, product, quantity, **values)], reason="Why")
    assert bad.value.code == code
    with pytest.raises(BadInput) as bad:
        adjust(actor=HOUSE, items=[found(company, product, 1)], reason=" ")
    assert (bad.value.code, bad.value.field) == ("missing", "reason")
    assert entries() == before


def test_a_service_is_not_kept(company: World) -> None:
    product = company.product(kind="service")
    with pytest.raises(BadInput) as bad:
        adjust(actor=HOUSE, items=[found(company, product, 1)], reason="Why")
    assert bad.value.code == "not_kept"


def test_it_needs_the_permission(company: World) -> None:
    stranger = User.objects.create(username="stranger")
    with pytest.raises(NotAllowed):
        adjust(actor=stranger, items=[found(company, company.product(), 1)], reason="Why")


def test_a_receipt_may_be_earlier_and_an_issue_not_earlier_than_its_goods(company: World) -> None:
    product = company.product()
    today = clock.today("Europe/Berlin")
    adjust(
        actor=HOUSE,
        items=[found(company, product, 3, unit_cost_micro=10_000_000)],
        reason="Found",
        effective_on=today - timedelta(days=3),
    )
    adjust(
        actor=HOUSE,
        items=[found(company, product, 3, unit_cost_micro=20_000_000)],
        reason="Found",
        effective_on=today - timedelta(days=9),
    )
    before = entries()
    with pytest.raises(Refusal) as refused:
        adjust(
            actor=HOUSE,
            items=[found(company, product, -4)],
            reason="Lost",
            effective_on=today - timedelta(days=5),
        )
    assert (refused.value.code, refused.value.wanted, refused.value.free) == ("before_the_goods", 4, 3)
    with pytest.raises(BadInput) as bad:
        adjust(
            actor=HOUSE,
            items=[found(company, product, 1)],
            reason="Found",
            effective_on=today + timedelta(days=1),
        )
    assert bad.value.code == "in_the_future"
    assert entries() == before
    adjust(
        actor=HOUSE,
        items=[found(company, product, -4)],
        reason="Lost",
        effective_on=today - timedelta(days=3),
    )
    # The goods that came first by date leave first: 3 at 20.00 and 1 at 10.00.
    assert sum(Layer.objects.values_list("value_minor", flat=True)) == 2000
    clean()


def test_an_average_issue_is_not_earlier_than_the_last_change_of_its_pool(company: World) -> None:
    product = company.product(cost_method="average")
    today = clock.today("Europe/Berlin")
    for days in (9, 3):
        adjust(
            actor=HOUSE,
            items=[found(company, product, 3)],
            reason="Found",
            effective_on=today - timedelta(days=days),
        )
    with pytest.raises(Refusal) as refused:
        adjust(
            actor=HOUSE,
            items=[found(company, product, -1)],
            reason="Lost",
            effective_on=today - timedelta(days=4),
        )
    assert refused.value.code == "before_the_goods"
    adjust(
        actor=HOUSE,
        items=[found(company, product, -1)],
        reason="Lost",
        effective_on=today - timedelta(days=3),
    )
    assert held(product=product.pk) == {"bin": 5}
    clean()


def test_a_closed_period_stays_closed(company: World) -> None:
    today = clock.today("Europe/Berlin")
    Setting.objects.create(key="closed_until", value=(today - timedelta(days=5)).isoformat())
    user = User.objects.create(username="stock clerk")
    company.user.roles.model.objects.create(name="clerk", permissions=["stock.adjust"]).users.add(user)
    with pytest.raises(Refusal) as refused:
        adjust(
            actor=user,
            items=[found(company, company.product(), 1)],
            reason="Late",
            effective_on=today - timedelta(days=6),
        )
    assert refused.value.code == "period_closed"
    adjust(
        actor=company.user,
        items=[found(company, company.product(), 1)],
        reason="Late",
        effective_on=today - timedelta(days=6),
    )
    clean()


def test_into_a_closed_period_nothing_goes_without_a_reason(company: World) -> None:
    """Not even an administrator's receipt, whose reason is otherwise left out."""
    product = company.product()
    made = stocked_up(company, (product, 2, 10_000_000))
    today = clock.today("Europe/Berlin")
    Setting.objects.create(key="closed_until", value=(today - timedelta(days=5)).isoformat())
    arrival, late = Arrival(made.lines[0], 1), Delivery(received_on=today - timedelta(days=6))
    before = entries()
    with pytest.raises(Refusal) as refused:
        receive(actor=company.user, arrivals=[arrival], delivery=late)
    assert (refused.value.code, refused.value.field) == ("closed_needs_reason", "reason")
    assert entries() == before
    receive(actor=company.user, arrivals=[arrival], delivery=late, reason="The slip came today")
    receive(actor=company.user, arrivals=[arrival])
    assert held(product=product.pk) == {"bin": 2}
    clean()
