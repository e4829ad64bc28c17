"""Freight of receipts and billed prices: what is in stock gets its share, what has left is stated as variance."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.purchasing.buying import arrive, bought, sold, stocked_up
from tests.stock.test_cost import stock_of
from tests.world import World, clean, entries, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed, Refusal
from wharfinger.catalog.models import Product
from wharfinger.flows.actions.merging import merge_products
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Posting
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Role, User
from wharfinger.pricing.actions import set_rates
from wharfinger.purchasing.actions.landing import cancel_cost, land_cost, reprice
from wharfinger.purchasing.actions.ordering import draft_from_lines, submit
from wharfinger.purchasing.actions.receiving import cancel_receipt, receive
from wharfinger.purchasing.models import ReceiptCost
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.purchasing.rules.landing import Billed, Cost
from wharfinger.purchasing.rules.receiving import Arrival
from wharfinger.stock.actions.values import revalue

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def land(receipt: int, minor: int, **more: Any) -> Written:
    return land_cost(actor=HOUSE, receipt=receipt, cost=Cost("Freight", minor, **more))


def received(company: World, *bought: tuple[Product, int, int]) -> tuple[int, list[int]]:
    """A purchase order for stock, received whole: the receipt and the order's lines."""
    made = stocked_up(company, *bought)
    return arrive_all(made.lines, [quantity for _, quantity, _ in bought]), list(made.lines)


def arrive_all(lines: list[int], quantities: list[int]) -> int:
    done = receive(actor=HOUSE, arrivals=[Arrival(pk, q) for pk, q in zip(lines, quantities, strict=True)])
    return done.one("purchasing.Receipt")


def ship(company: World, product: Product, quantity: int) -> Written:
    return pick_pack_ship(actor=HOUSE, picks=[Pick(sold(company, product, quantity), quantity)])


def variance() -> int:
    """What was stated so far: above zero what goods cost more."""
    total = 0
    for one in Posting.objects.select_related("source", "target"):
        total += one.home_minor * (
            (one.target.kind == "purchase_variance") - (one.source.kind == "purchase_variance")
        )
    return total


@pytest.mark.parametrize(
    ("spread", "worth"), [("value", (1200, 2400)), ("quantity", (1450, 2150)), ("weight", (1150, 2450))]
)
def test_a_cost_is_spread_to_the_cent(company: World, spread: str, worth: tuple[int, int]) -> None:
    one, other = company.product(weight_grams=100), company.product(weight_grams=900, quantity_decimals=1)
    receipt, _ = received(company, (one, 3, 3_333_333), (other, 10, 20_000_000))
    assert (stock_of(one), stock_of(other)) == ((3, 1000), (10, 2000))
    land(receipt, 600, spread=spread)
    assert (stock_of(one)[1], stock_of(other)[1]) == worth
    assert variance() == 0
    clean()


def test_what_has_left_keeps_its_cost_and_its_share_is_stated(company: World) -> None:
    product = company.product()
    receipt, _ = received(company, (product, 3, 10_000_000))
    ship(company, product, 2)
    made = land(receipt, 1000)
    assert stock_of(product) == (1, 1333)
    assert variance() == 667
    before = entries()
    with pytest.raises(Refusal) as refused:
        reverse(actor=HOUSE, entry=made.id)
    assert refused.value.code == "corrected_by_verb"
    assert entries() == before
    cost = ReceiptCost.objects.get()
    cancel_cost(actor=HOUSE, receipt=receipt, cost=cost.pk)
    assert (stock_of(product), variance()) == ((1, 1000), 0)
    with pytest.raises(Refusal) as refused:
        cancel_cost(actor=HOUSE, receipt=receipt, cost=cost.pk)
    assert refused.value.code == "cost_cancelled"
    clean()


def test_units_that_came_back_by_undo_are_still_there(company: World) -> None:
    product = company.product()
    receipt, _ = received(company, (product, 4, 10_000_000))
    out = ship(company, product, 4)
    land(receipt, 400)
    assert (stock_of(product), variance()) == ((0, 0), 400)
    reverse(actor=HOUSE, entry=out.id)
    assert stock_of(product) == (4, 4000)
    land(receipt, 400)
    assert (stock_of(product), variance()) == ((4, 4400), 400)
    clean()


def test_units_of_an_average_are_there_as_long_as_the_pool_holds_as_many(company: World) -> None:
    product = company.product(cost_method="average")
    company.stock(product, 2, value_minor=1000)
    receipt, _ = received(company, (product, 4, 10_000_000))
    ship(company, product, 3)
    assert stock_of(product) == (3, 2500)
    land(receipt, 400)
    assert (stock_of(product), variance()) == ((3, 2800), 100)
    clean()


def test_a_unit_of_its_own_cost_takes_its_own_share(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    made = stocked_up(company, (product, 2, 10_000_000))
    receipt = arrive(made.lines[0], 2, serials=("A", "B")).one("purchasing.Receipt")
    ship(company, product, 1)
    land(receipt, 300)
    assert (stock_of(product), variance()) == ((1, 1150), 150)
    clean()


def test_a_cost_in_another_currency_is_taken_at_its_rate(company: World) -> None:
    product = company.product()
    receipt, _ = received(company, (product, 1, 10_000_000))
    before = entries()
    with pytest.raises(Refusal) as refused:
        land(receipt, 1000, currency="USD")
    assert (refused.value.code, refused.value.field) == ("rate_missing", "rate")
    assert entries() == before
    land(receipt, 1000, currency="USD", rate_micro=900_000)
    assert stock_of(product) == (1, 1900)
    clean()


def test_a_cost_without_a_rate_takes_that_of_its_day(company: World) -> None:
    product, today = company.product(), clock.today("Europe/Berlin")
    receipt, _ = received(company, (product, 1, 10_000_000))
    for ago, rate in ((9, "0.8"), (0, "0.9")):
        day = today - timedelta(days=ago)
        set_rates(actor=HOUSE, rates=[{"currency": "USD", "valid_from": day.isoformat(), "rate": rate}])
    cost = land(receipt, 1000, currency="USD").one("purchasing.ReceiptCost")
    assert stock_of(product) == (1, 1900)
    cancel_cost(actor=HOUSE, receipt=receipt, cost=cost)
    assert stock_of(product) == (1, 1000)
    clean()


def test_what_cannot_be_spread_is_refused(company: World) -> None:
    product, free = company.product(), company.product()
    receipt, _ = received(company, (product, 1, 10_000_000))
    nothing, _ = received(company, (free, 1, 0))
    yesterday = clock.today("Europe/Berlin") - timedelta(days=1)
    before = entries()
    for receipt_, cost, code in (
        (receipt, Cost("Freight", 100, spread="weight"), "no_weight"),
        (nothing, Cost("Freight", 100), "nothing_to_spread_by"),
        (receipt, Cost("Freight", 0), "not_positive_amount"),
        (receipt, Cost("Freight", 100, spread="luck"), "no_such_choice"),
        (receipt, Cost("Freight", 100, vendor=company.customer.pk), "no_such_vendor"),
        (0, Cost("Freight", 100), "no_such_receipt"),
    ):
        with pytest.raises(Refusal) as refused:
            land_cost(actor=HOUSE, receipt=receipt_, cost=cost)
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        land_cost(actor=HOUSE, receipt=receipt, cost=Cost("Freight", 100), effective_on=yesterday)
    assert (refused.value.code, refused.value.field) == ("before_the_cost", "effective_on")
    cancel_receipt(actor=HOUSE, receipt=receipt)
    with pytest.raises(Refusal) as refused:
        land(receipt, 100)
    assert refused.value.code == "receipt_cancelled"
    assert entries() == before + 1
    clean()


def test_a_billed_price_reaches_what_is_there_and_states_the_rest(company: World) -> None:
    product = company.product()
    receipt, (line,) = received(company, (product, 4, 10_000_000))
    ship(company, product, 1)
    reprice(actor=HOUSE, receipt=receipt, prices=[Billed(line, 10_500_000)], reference="R-7")
    assert (stock_of(product), variance()) == ((3, 3150), 50)
    before = entries()
    with pytest.raises(Refusal) as refused:
        reprice(actor=HOUSE, receipt=receipt, prices=[Billed(line, 10_500_000)])
    assert refused.value.code == "same_price"
    assert entries() == before
    reprice(actor=HOUSE, receipt=receipt, prices=[Billed(line, 9_000_000)])
    assert (stock_of(product), variance()) == ((3, 2700), -100)
    clean()


def test_no_more_is_taken_off_than_a_layer_is_worth(company: World) -> None:
    product = company.product()
    receipt, (line,) = received(company, (product, 4, 10_000_000))
    revalue(actor=HOUSE, product=product.pk, unit_cost_micro=1_000_000, reason="Fallen")
    reprice(actor=HOUSE, receipt=receipt, prices=[Billed(line, 5_000_000)])
    assert (stock_of(product), variance()) == ((4, 0), -1600)
    clean()


def test_a_receipt_is_taken_back_with_its_freight_stated(company: World) -> None:
    product = company.product()
    receipt, _ = received(company, (product, 4, 10_000_000))
    land(receipt, 400)
    cancel_receipt(actor=HOUSE, receipt=receipt)
    assert (stock_of(product), variance()) == ((0, 0), 400)
    clean()


def test_an_orders_freight_comes_in_with_its_goods_by_value(company: World) -> None:
    """IF-49: by value over the goods; in parts, the last takes the rest; tax is no part of it."""
    one, other = company.product(), company.product()
    made = stocked_up(company, (one, 3, 10_000_000), (other, 1, 60_000_000), freight_minor=1000)
    arrive(made.lines[0], 1)
    assert stock_of(one) == (1, 1111)
    second = arrive(made.lines[0], 1).one("purchasing.Receipt")
    assert stock_of(one) == (2, 2222)
    cancel_receipt(actor=HOUSE, receipt=second)
    assert stock_of(one) == (1, 1111)
    arrive(made.lines[0], 2)
    arrive(made.lines[1], 1)
    assert (stock_of(one), stock_of(other)) == ((3, 3333), (1, 6667))
    clean()


def test_over_the_api_and_on_its_page(company: World) -> None:
    product = company.product()
    receipt, (line,) = received(company, (product, 3, 10_000_000))
    ship(company, product, 1)
    door = Client()
    door.force_login(company.user)

    def post(path: str, body: dict[str, Any]) -> Any:
        answer = door.post(f"/api/v1/receipts/{receipt}{path}", json.dumps(body), "application/json")
        return answer.status_code, answer.json()

    status, made = post("/costs", {"name": "Freight", "amount": "3.00", "reference": "F-1"})
    assert status == 200, made
    (cost,) = made["costs"]
    assert (cost["in_stock"], cost["variance"], cost["spread"]) == ("2.00", "1.00", "value")
    status, said = post("/costs", {"name": "Freight", "amount": "3", "spread": "weight"})
    assert (status, said["code"], said["field"]) == (409, "no_weight", "spread")
    status, made = post("/reprice", {"lines": [{"purchase_line": line, "unit_cost": "10.30"}]})
    assert (status, made["lines"][0]["unit_cost"]) == (200, "10.3")
    assert stock_of(product) == (2, 2260)
    page = seen(door, f"/receipts/{receipt}/")
    assert "Freight" in page
    assert "10.30" in page
    typed = {"name": "Customs", "amount": "6.00", "currency": "eur", "spread": "quantity"}
    assert door.post(f"/receipts/{receipt}/cost/", typed).status_code == 303
    assert stock_of(product) == (2, 2660)
    kept = door.post(f"/receipts/{receipt}/cost/", typed | {"amount": "much"})
    assert kept.status_code == 422
    assert "Customs" in kept.content.decode()
    assert 'value="10.30"' in seen(door, f"/receipts/{receipt}/price/")
    assert door.post(f"/receipts/{receipt}/price/", {f"cost-{line}": "10.00"}).status_code == 303
    assert stock_of(product) == (2, 2600)
    wrong = door.post(f"/receipts/{receipt}/price/", {f"cost-{line}": "10.00"})
    assert wrong.status_code == 409
    status, made = post(f"/costs/{cost['id']}/cancel", {"reason": "Billed twice"})
    assert made["costs"][0]["cancelled_at"]
    customs = made["costs"][1]["id"]
    assert door.post(f"/receipts/{receipt}/costs/{customs}/cancel/").status_code == 303
    assert (stock_of(product), variance()) == ((2, 2000), 0)
    clean()


def test_whoever_may_not_see_costs_neither_sees_nor_sets_them(company: World) -> None:
    product = company.product()
    receipt, (line,) = received(company, (product, 1, 10_000_000))
    land(receipt, 100)
    role = Role.objects.create(name="blind", permissions=["purchasing.*"])
    clerk = User.objects.create(username="clerk")
    clerk.roles.add(role)
    before = entries()
    with pytest.raises(NotAllowed):
        land_cost(actor=clerk, receipt=receipt, cost=Cost("Freight", 100))
    with pytest.raises(NotAllowed):
        reprice(actor=clerk, receipt=receipt, prices=[Billed(line, 1)])
    with pytest.raises(NotAllowed):
        cancel_cost(actor=clerk, receipt=receipt, cost=ReceiptCost.objects.get().pk)
    assert entries() == before
    door = Client()
    door.force_login(clerk)
    shown = door.get(f"/api/v1/receipts/{receipt}").json()
    assert (shown["costs"], shown["lines"][0]["unit_cost"]) == (None, None)
    assert "Freight" not in seen(door, f"/receipts/{receipt}/")


def test_what_arrived_before_its_double_took_the_line_over_keeps_being_reckoned(company: World) -> None:
    """More came than was ordered, what was ordered went back, and the line follows the product that stays."""
    old, new = company.product(), company.product()
    line = sold(company, old, 2)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line)]))
    submit(actor=HOUSE, order=made.order)
    came = arrive(made.lines[0], 3, accept_over=True)
    reverse(actor=HOUSE, entry=came.id, claims={line: 2})
    merge_products(actor=HOUSE, product=old.pk, into=new.pk)
    receipt = came.one("purchasing.Receipt")
    reprice(actor=HOUSE, receipt=receipt, prices=[Billed(made.lines[0], 7_000_000)])
    clean()
