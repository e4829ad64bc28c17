"""What stock was worth on any day, and what changed it: to the cent what the ledger says, over API, page and file."""

from __future__ import annotations

import contextlib
import random
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.laws.state import State
from tests.laws.verbs import VERBS
from tests.purchasing.buying import arrive, sold, stocked_up
from tests.stock.test_days import bring
from tests.world import World, clean, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Draw, Layer
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Role, User
from wharfinger.purchasing.actions.landing import land_cost
from wharfinger.purchasing.rules.landing import Cost
from wharfinger.returns.actions.receiving import take_back
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.stock.queries.worth import Amount, changes, overall, total, valuation

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def today() -> date:
    return clock.today("Europe/Berlin")


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def by_ledger(on: date) -> dict[int, tuple[int, int]]:
    """What every product was worth, summed draw by draw."""
    found: dict[int, tuple[int, int]] = {}
    for draw in Draw.objects.filter(entry__effective_on__lte=on).select_related("layer"):
        q, v = found.get(draw.layer.product_id, (0, 0))
        found[draw.layer.product_id] = (q - draw.quantity, v - draw.value_minor)
    return {product: amount for product, amount in found.items() if any(amount)}


def agree() -> None:
    """Valuation, total and changes of every day are what the ledger says."""
    for days in range(9, -1, -1):
        on = ago(days)
        ledger = by_ledger(on)
        assert {one.product: (one.quantity, one.value_minor) for one in valuation(on)} == ledger
        assert total(on) == sum(value for _, value in ledger.values())
        some = sorted(ledger)[:2]
        assert {one.product for one in valuation(on, some)} == set(some)
        for since in (ago(9), ago(4), on):
            if since <= on:
                for wanted in (None, some):
                    each, all_of = changes(since, on, wanted), overall(since, on, wanted)
                    assert all_of.opening.value_minor == sum(one.opening.value_minor for one in each)
                    assert all_of.closing.value_minor == sum(one.closing.value_minor for one in each)
                told = {one.product: tuple(one.closing) for one in changes(since, on)}
                assert {p: amount for p, amount in told.items() if any(amount)} == ledger


@pytest.mark.parametrize("method", ["fifo", "average"])
def test_on_every_day_reports_say_what_the_ledger_says(company: World, method: str) -> None:
    chance = random.Random(method)
    products = [company.product(cost_method=method) for _ in range(3)]
    done: list[int] = []
    for _ in range(40):
        product, back = chance.choice(products), chance.randint(0, 8)
        with contextlib.suppress(Refusal):
            if done and chance.random() < 0.2:
                reverse(actor=HOUSE, entry=chance.choice(done))
            else:
                quantity = chance.choice((1, 1, -1)) * chance.randint(1, 9)
                cost = chance.randint(0, 9_999_999) if quantity > 0 else None
                done.append(bring(company, product, quantity, ago=back, cost_micro=cost).id)
    agree()
    clean()


def test_after_whatever_people_do_reports_say_what_the_ledger_says(company: World) -> None:
    state, chance = State(company, 7), random.Random(7)
    for verb in chance.sample(sorted(VERBS), len(VERBS)):
        with contextlib.suppress(Refusal):
            VERBS[verb](state, chance.getrandbits(32))
    agree()
    left = {p: (q, v) for p, q, v in valuation(today())}
    for product, (quantity, value) in left.items():
        layers = Layer.objects.filter(product=product).values_list("quantity", "value_minor")
        assert (sum(q for q, _ in layers), sum(v for _, v in layers)) == (quantity, value)


def test_each_change_stands_under_its_cause(company: World) -> None:
    product = company.product()
    made = stocked_up(company, (product, 5, 10_000_000))
    receipt = arrive(made.lines[0], 5).one("purchasing.Receipt")
    land_cost(actor=HOUSE, receipt=receipt, cost=Cost("Freight", 50))
    line = sold(company, product, 3)
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 2)])
    undone = pick_pack_ship(actor=HOUSE, picks=[Pick(line, 1)])
    reverse(actor=HOUSE, entry=undone.id)
    asked = Asked(1, line=line)
    take_back(
        actor=HOUSE,
        organization=company.customer.pk,
        items=[Returned(asked, outcome="restock")],
        reason="No need",
    )
    bring(company, product, -1)
    (one,) = changes(today(), today())
    assert (one.opening, one.closing) == (Amount(0, 0), Amount(3, 3030))
    assert one.causes == {
        "bought": Amount(5, 5000),
        "valued": Amount(0, 50),
        "sold": Amount(-2, -2020),
        "returned": Amount(1, 1010),
        "adjusted": Amount(-1, -1010),
    }
    clean()


def test_over_the_api_on_the_page_and_as_a_file(company: World) -> None:
    product, older = company.product(), company.product(category="Cable / Patch")
    bring(company, older, 2, ago=40, cost_micro=1_500_000)
    bring(company, product, 4, ago=3, cost_micro=2_500_000)
    bring(company, product, -1, ago=1)
    door = Client()
    door.force_login(company.user)
    path = f"/api/v1/stock/changes?since={ago(2)}&until={today()}"
    found = {row["product"]: row for row in door.get(path).json()["items"]}
    assert found[product.pk]["opening"] == {"quantity": "4", "value": "10.00"}
    assert found[product.pk]["adjusted"] == {"quantity": "-1", "value": "-2.50"}
    assert found[product.pk]["closing"] == {"quantity": "3", "value": "7.50"}
    assert found[older.pk]["closing"] == {"quantity": "2", "value": "3.00"}
    wrong = door.get(f"/api/v1/stock/changes?since={today()}&until={ago(2)}")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "until")
    page = seen(door, "/stock/worth/")
    assert "10.50" in page
    assert product.sku in page
    assert re.findall(r'href="([^"]+)" aria-current="page"', page) == ["/stock/worth/"]
    past = seen(door, f"/stock/worth/?day-from={ago(30)}&day-to={ago(3)}")
    assert "13.00" in past
    assert "13.00" not in page
    assert together(past) == ["3.00", "10.00", "13.00"]
    filed = seen(door, f"/stock/worth/?category=cable&day-to={today()}")
    assert together(filed) == ["3.00", "3.00"]
    assert product.sku not in filed
    assert door.get(f"/stock/worth/?day-from={today()}&day-to={ago(3)}").status_code == 422
    assert door.get("/stock/worth/?day-to=yesterday").status_code == 422
    rows = door.get(f"/stock/worth/?day-to={ago(3)}&export=csv").getvalue().decode()
    assert "10.00" in rows
    with CaptureQueriesContext(
        connection,
    ) as asked:
        seen(door, f"/stock/worth/?day-to={ago(3)}")
    assert len(asked) <= 14


def together(page: str) -> list[str]:
    """What the page says of all its products together, from before to the end."""
    told = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page[: page.index("<table")])
    return [figure.strip("€ \u00a0") for _, figure in told]


def test_the_worth_of_stock_is_for_those_who_may_see_costs(company: World) -> None:
    clerk = User.objects.create(username="clerk")
    clerk.roles.add(Role.objects.create(name="blind", permissions=["*.read"]))
    door = Client()
    door.force_login(clerk)
    assert door.get("/stock/worth/").status_code == 403
    assert door.get(f"/api/v1/stock/changes?since={today()}&until={today()}").status_code == 403
    assert "/stock/worth/" not in seen(door, "/stock/")
