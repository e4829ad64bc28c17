"""What is to be ordered comes from another location instead: reserved there, with the transfer order that brings it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.boards.test_acts import act, row
from tests.purchasing.buying import person, sold
from tests.purchasing.test_api import Caller
from tests.purchasing.test_order import refused
from tests.world import World, clean, entries, held, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed
from wharfinger.demand.models import Sheet
from wharfinger.flows.actions.elsewhere import fulfil_elsewhere
from wharfinger.flows.rules.elsewhere import ANYWHERE, Fetch, Proposal, propose
from wharfinger.ledger.reverse import reverse
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.actions.locations import add_location
from wharfinger.stock.actions.transfers import receive_transfer, send_transfer
from wharfinger.stock.models import Bin, Location, TransferOrder
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.transferring import Arrived

pytestmark = pytest.mark.django_db
BOARD = "/work/purchasing/"


@pytest.fixture
def company() -> World:
    return world()


def location(name: str, **values: Any) -> Location:
    if (known := Location.objects.filter(name=name).first()) is not None:
        return known
    made = add_location(actor=HOUSE, values={"name": name} | values)
    return Location.objects.get(pk=made.one("stock.Location"))


def found(product: Any, quantity: int, where: Location, codes: tuple[str, ...] = ()) -> None:
    item = Adjustment(product.pk, quantity, where.place_id, serials=codes)
    adjust(actor=HOUSE, items=[item], reason="Found")


def orders() -> list[tuple[str, str, list[tuple[int, list[str], int | None]]]]:
    return [
        (
            one.source.name,
            one.target.name,
            [(line.quantity, line.codes, line.claim_id) for line in one.lines.order_by("position")],
        )
        for one in TransferOrder.objects.filter(void=None).select_related("source", "target").order_by("pk")
    ]


def test_a_line_is_served_from_wherever_most_is_free(company: World) -> None:
    van, shed, product = location("Van"), location("Shed"), company.product()
    line = sold(company, product, 5)
    found(product, 2, van)
    found(product, 4, shed)
    done = fulfil_elsewhere(actor=HOUSE, wanted=[Fetch(line, 5)])
    main = company.location.name
    assert orders() == [("Van", main, [(1, [], line)]), ("Shed", main, [(4, [], line)])]
    assert held(line) == {"bin": 5, "covered": 5, "to_bill": 5}
    for one in TransferOrder.objects.all():
        send_transfer(actor=HOUSE, order=one.pk)
        quantity = one.lines.get().quantity
        receive_transfer(actor=HOUSE, order=one.pk, arrived=[Arrived(product.pk, quantity)])
    assert held(line) == {"bin": 5, "covered": 5, "to_bill": 5}
    refused("goods_moved_on", lambda: reverse(actor=HOUSE, entry=done.id))
    clean()


def test_taking_it_back_frees_the_goods_and_leaves_no_transfer_order(company: World) -> None:
    van, product = location("Van"), company.product()
    line = sold(company, product, 2)
    found(product, 2, van)
    done = fulfil_elsewhere(actor=HOUSE, wanted=[Fetch(line, 2, van.pk)])
    reverse(actor=HOUSE, entry=done.id)
    assert orders() == []
    assert held(line) == {"to_order": 2, "to_bill": 2}
    assert held(product=product.pk)["bin"] == 2
    clean()


def test_units_with_numbers_are_named_on_the_transfer_order(company: World) -> None:
    van, product = location("Van"), company.product(traced="serial", cost_method="specific")
    line = sold(company, product, 2)
    found(product, 3, van, ("S1", "S2", "S3"))
    fulfil_elsewhere(actor=HOUSE, wanted=[Fetch(line, 2)])
    assert [one[2] for one in orders()] == [[(2, ["S1", "S2"], line)]]
    (order,) = TransferOrder.objects.all()
    send_transfer(actor=HOUSE, order=order.pk)
    assert held(line)["transfer"] == 2
    clean()


def test_where_fewer_are_free_elsewhere_nothing_is_written(company: World) -> None:
    van, lent, product = location("Van"), location("Lent", channel="rental"), company.product()
    line = sold(company, product, 5)
    found(product, 2, van)
    found(product, 9, lent)
    found(product, 9, company.location)
    why = refused("not_enough_elsewhere", lambda: fulfil_elsewhere(actor=HOUSE, wanted=[Fetch(line, 3)]))
    assert why.field == "lines.0.quantity"
    assert "only 2 are free at other locations" in why.words()
    refused("same_place", lambda: fulfil_elsewhere(actor=HOUSE, wanted=[Fetch(line, 1, company.location.pk)]))
    refused("no_such_location", lambda: fulfil_elsewhere(actor=HOUSE, wanted=[Fetch(line, 1)], target=99999))
    refused("no_such_line", lambda: fulfil_elsewhere(actor=HOUSE, wanted=[Fetch(99999, 1)]))
    assert held(line) == {"to_order": 5, "to_bill": 5}
    two = [Fetch(line, 1), Fetch(sold(company, product, 4), 2)]
    assert (
        refused("not_enough_elsewhere", lambda: fulfil_elsewhere(actor=HOUSE, wanted=two)).field
        == "lines.1.quantity"
    )


def test_it_needs_the_right_to_reserve_and_to_transfer(company: World) -> None:
    for who in (person("r", "sales.reserve", "purchasing.read"), person("t", "stock.transfer")):
        with pytest.raises(NotAllowed):
            fulfil_elsewhere(actor=who, wanted=[])


def test_the_list_says_where_how_much_is_free_and_offers_the_transfer(company: World) -> None:
    browser = Client()
    browser.force_login(company.user)
    van, product = location("Van"), company.product()
    line = sold(company, product, 5)
    found(product, 2, van)
    found(product, 3, company.location)
    page = seen(browser, BOARD)
    assert f'5<span class="quiet">{company.location.name} 3\nVan 2</span>' in page
    assert "/work/elsewhere" in page
    before = entries()
    ticked = row(line, "to_order")
    form = act(browser, "elsewhere", BOARD, [ticked], **{f"quantity-{ticked}": "4"})["Location"]
    page = seen(browser, form)
    assert f'<option value="{van.pk}" selected>Van, 2 free</option>' in page
    assert f'name="quantity-{line}" value="2"' in page
    typed = {f"from-{line}": str(van.pk), f"quantity-{line}": "3", "back": BOARD}
    answer = browser.post(form, typed)
    assert (answer.status_code, entries()) == (409, before)
    assert "only 2 are free at Van" in answer.content.decode()
    assert browser.post(form, typed | {f"quantity-{line}": "2"})["Location"] == BOARD
    (order,) = TransferOrder.objects.all()
    page = seen(browser, BOARD)
    assert f'href="/stock/transfers/{order.pk}/"' in page or order.number in page
    act(browser, "from-stock", BOARD, [row(line, "to_order")])
    assert f"Reserved 3 × {product.sku} for SO-1." in seen(browser, BOARD)
    assert held(line) == {"bin": 5, "covered": 5, "to_bill": 5}


def test_each_row_says_from_where_it_comes_or_stays(company: World) -> None:
    """The best location of each row is proposed; what stays is still to be ordered, and nothing chosen is refused."""
    browser = Client()
    browser.force_login(company.user)
    van, shed, product = location("Van"), location("Shed"), company.product()
    first, second, third = (sold(company, product, 2) for _ in range(3))
    found(product, 2, van)
    found(product, 5, shed)
    form = f"/transfers-for-lines/?line={first}&line={second}&line={third}"
    page = seen(browser, form)
    proposed = re.findall(r'name="from-(\d+)".*?<option value="(\d+)" selected>', page)
    assert proposed == [(str(first), str(van.pk)), (str(second), str(shed.pk)), (str(third), str(shed.pk))]
    stays = {f"from-{line}": "" for line in (first, second, third)}
    before = entries()
    refused_page = browser.post(form, stays)
    assert (refused_page.status_code, entries()) == (422, before)
    assert "Choose for one line at least from where it comes." in refused_page.content.decode()
    chosen = stays | {f"from-{first}": "any", f"quantity-{first}": "2", "target": str(van.pk)}
    chosen |= {f"from-{third}": str(van.pk), f"quantity-{third}": "1"}
    there = browser.post(form, chosen).content.decode()
    assert "The goods are there already." in there
    assert f'name="from-{third}" aria-label="From {product.sku} SO-3" aria-invalid="true"' in there
    browser.post(form, chosen | {f"from-{third}": str(shed.pk)})
    assert orders() == [("Shed", "Van", [(2, [], first), (1, [], third)])]
    assert [held(line).get("bin", 0) for line in (first, second, third)] == [2, 0, 1]
    seen(browser, form)
    clean()


def test_goods_go_to_where_the_document_takes_its_goods_from(company: World) -> None:
    """Unless another location is named; from there nothing is brought."""
    van, shed, product = location("Van"), location("Shed"), company.product()
    line = sold(company, product, 2)
    Sheet.objects.filter(lines=line).update(location=shed)
    found(product, 2, shed)
    found(product, 1, van)
    refused("not_enough_elsewhere", lambda: fulfil_elsewhere(actor=HOUSE, wanted=[Fetch(line, 2)]))
    fulfil_elsewhere(actor=HOUSE, wanted=[Fetch(line, 1)])
    assert orders() == [("Van", "Shed", [(1, [], line)])]
    clean()


def test_what_one_row_gets_the_next_does_not() -> None:
    """The location that has enough and the least of it comes first; where none has enough, wherever there are any."""
    free = Counter({1: 5, 2: 3})
    rows = [(7, 3, free), (7, 4, free), (7, 2, free), (8, 9, Counter({1: 4, 2: 2})), (9, 1, Counter())]
    assert propose(rows) == [
        Proposal(2, 3),
        Proposal(1, 4),
        Proposal(1, 1),
        Proposal(ANYWHERE, 6),
        Proposal(None, 0),
    ]


def test_the_api_answers_with_the_transfer_orders(company: World) -> None:
    ada, van, product = Caller(company.user), location("Van"), company.product()
    line = sold(company, product, 2)
    found(product, 2, van)
    body = {"lines": [{"line": line, "quantity": "3"}]}
    assert ada.refused("/transfers/for-lines", body)[:2] == (409, "not_enough_elsewhere")
    there = {"lines": [{"line": line, "quantity": "2", "from": company.location.pk}]}
    assert ada.refused("/transfers/for-lines", there)[1] == "same_place"
    named = {"lines": [{"line": line, "quantity": "2", "from": van.pk}], "from": company.location.pk}
    made = ada.good("post", "/transfers/for-lines", named, status=201)
    (order,) = made["transfers"]
    assert (order["from"], order["status"], order["lines"][0]["line"]) == (van.pk, "draft", line)


def test_as_many_statements_for_a_hundred_lines_as_for_one(company: World) -> None:
    van, counts = location("Van"), []
    for many in (1, 10, 100):
        lines = []
        for _ in range(many):
            product = company.product()
            lines.append(sold(company, product, 1))
            found(product, 1, van)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            fulfil_elsewhere(actor=HOUSE, wanted=[Fetch(line, 1) for line in lines])
        counts.append(len(caught))
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 24
    assert Bin.objects.filter(location=van).exists()
    clean()
