"""Goods leave one location, are on their way, and arrive at another with differences."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.stock.test_transfer import line_of
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, Refusal
from wharfinger.catalog.models import Product
from wharfinger.demand.queries import quantities
from wharfinger.ledger.models import Holding, Layer
from wharfinger.ledger.reverse import reverse
from wharfinger.stock.actions import transfers as acts
from wharfinger.stock.actions.locations import change_location
from wharfinger.stock.models import TransferOrder
from wharfinger.stock.queries import transfers as queries
from wharfinger.stock.queries.figures import stock_rows
from wharfinger.stock.rules.transferring import Arrived, Sent, TransferWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def draft(company: World, *lines: Sent) -> int:
    wish = TransferWish(company.location.pk, company.other.pk, lines)
    return acts.draft_transfer(actor=HOUSE, wish=wish).one("stock.TransferOrder")


def send(company: World, *lines: Sent) -> int:
    order = draft(company, *lines)
    acts.send_transfer(actor=HOUSE, order=order)
    return order


def figures(product: Product) -> dict[int, tuple[int, int, int]]:
    """On hand, available and in transit, by location."""
    return {r.location: (r.on_hand, r.available, r.in_transit) for r in stock_rows([product.pk])}


def word(order: int) -> str:
    return queries.word(queries.transfers().get(pk=order))


def test_goods_leave_at_sending_are_in_transit_and_arrive_at_receiving(company: World) -> None:
    product = company.product()
    company.stock(product, 5, value_minor=3001)
    main, van = company.location.pk, company.other.pk
    order = draft(company, Sent(product.pk, 3))
    assert (figures(product), word(order)) == ({main: (5, 5, 0)}, "draft")
    acts.send_transfer(actor=HOUSE, order=order)
    assert (figures(product), word(order)) == ({main: (2, 2, 0), van: (0, 0, 3)}, "in_transit")
    assert Layer.objects.get().value_minor == 3001
    clean()
    acts.receive_transfer(actor=HOUSE, order=order, arrived=[Arrived(product.pk, 3)])
    assert (figures(product), word(order)) == ({main: (2, 2, 0), van: (3, 3, 0)}, "received")
    assert Layer.objects.get().value_minor == 3001
    clean()
    before = entries()
    for act in (acts.send_transfer, acts.cancel_transfer):
        with pytest.raises(Refusal) as refused:
            act(actor=HOUSE, order=order)
        assert refused.value.code == "transfer_sent"
    with pytest.raises(Refusal) as refused:
        acts.return_transfer(actor=HOUSE, order=order)
    assert refused.value.code == "nothing_on_the_way"
    assert entries() == before


def test_short_goods_stay_on_their_way_until_found_lost_or_brought_back(company: World) -> None:
    product = company.product()
    company.stock(product, 10, value_minor=1000)
    order = send(company, Sent(product.pk, 8))
    acts.receive_transfer(actor=HOUSE, order=order, arrived=[Arrived(product.pk, 3, damaged=1)])
    assert held(product=product.pk) == {"bin": 4, "quarantine": 1, "transfer": 5}
    acts.receive_transfer(actor=HOUSE, order=order, arrived=[Arrived(product.pk, 2)])
    acts.lose_transfer(actor=HOUSE, order=order, goods=[Arrived(product.pk, 1)], reason="Theft")
    assert Layer.objects.get().value_minor == 900
    back = acts.return_transfer(actor=HOUSE, order=order)
    assert queries.progress([order])[order] == [
        queries.Progress(product.pk, sent=8, in_transit=0, received=4, damaged=1, lost=1, returned=2)
    ]
    assert (word(order), held(product=product.pk)["bin"]) == ("received", 8)
    clean()
    reverse(actor=HOUSE, entry=back.id)
    assert (word(order), queries.progress([order])[order][0].in_transit) == ("in_transit", 2)
    clean()


def test_more_than_was_sent_needs_a_yes_and_leaves_the_senders_free_goods(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    order = send(company, Sent(product.pk, 3))
    before = entries()
    with pytest.raises(Refusal) as refused:
        acts.receive_transfer(actor=HOUSE, order=order, arrived=[Arrived(product.pk, 4)])
    assert (refused.value.code, refused.value.wanted, refused.value.free) == ("over_transfer", 4, 3)
    with pytest.raises(Refusal) as refused:
        acts.receive_transfer(actor=HOUSE, order=order, arrived=[Arrived(product.pk, 6)], accept_over=True)
    assert refused.value.code == "not_enough"
    assert entries() == before
    acts.receive_transfer(actor=HOUSE, order=order, arrived=[Arrived(product.pk, 4)], accept_over=True)
    assert figures(product) == {company.location.pk: (1, 1, 0), company.other.pk: (4, 4, 0)}
    assert queries.progress([order])[order][0].sent == 4
    clean()


def test_claimed_units_stay_claimed_and_are_wanted_again_when_damaged_or_lost(company: World) -> None:
    product = company.product()
    company.stock(product, 4, value_minor=400)
    line = line_of(company, product, 3)
    order = send(company, Sent(product.pk, 3, line=line), Sent(product.pk, 1))
    assert quantities([line])[line]["reserved"] == 3
    clean()
    acts.receive_transfer(actor=HOUSE, order=order, arrived=[Arrived(product.pk, 2, damaged=1)])
    assert held(line) == {"bin": 1, "transfer": 2, "covered": 3, "to_bill": 3}
    lost = acts.lose_transfer(actor=HOUSE, order=order, reason="Theft")
    found = quantities([line])[line]
    assert (found["reserved"], found["wanted"]) == (1, 2)
    clean()
    reverse(actor=HOUSE, entry=lost.id)
    assert quantities([line])[line]["reserved"] == 3
    clean()


def test_serials_and_batches_travel_by_their_numbers(company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 3, serials=("A", "B", "C"))
    order = send(company, Sent(phone.pk, 2, ("a", "b")))
    acts.receive_transfer(actor=HOUSE, order=order, arrived=[Arrived(phone.pk, 2, 1, ("B", "A"))])
    stands = {
        h.lot.code: h.kind
        for h in Holding.objects.filter(product=phone, quantity__gt=0, kind__in=("bin", "quarantine"))
    }
    assert stands == {"A": "quarantine", "B": "bin", "C": "bin"}
    assert queries.progress([order])[order][0].in_transit == 0
    order = send(company, Sent(phone.pk, 1, ("C",)))
    before = entries()
    with pytest.raises(Refusal) as refused:
        acts.receive_transfer(actor=HOUSE, order=order, arrived=[Arrived(phone.pk, 1, codes=("Z",))])
    assert (refused.value.code, entries()) == ("no_such_serial", before)
    clean()


def test_a_draft_is_changed_or_cancelled_and_everything_is_undone(company: World) -> None:
    product, other = company.product(), company.product()
    company.stock(product, 5)
    company.stock(other, 5)
    order = draft(company, Sent(product.pk, 3))
    wish = TransferWish(company.location.pk, company.other.pk, (Sent(other.pk, 2),), note="By van")
    changed = acts.change_transfer(actor=HOUSE, order=order, wish=wish)
    assert [line.product_id for line in queries.lines([TransferOrder(pk=order)])[order]] == [other.pk]
    with pytest.raises(Refusal) as refused:
        acts.change_transfer(actor=HOUSE, order=order, wish=wish)
    assert refused.value.code == "nothing_changed"
    reverse(actor=HOUSE, entry=changed.id)
    assert [line.product_id for line in queries.lines([TransferOrder(pk=order)])[order]] == [product.pk]
    sent = acts.send_transfer(actor=HOUSE, order=order)
    reverse(actor=HOUSE, entry=sent.id)
    assert (word(order), held(product=product.pk)) == ("draft", {"bin": 5})
    acts.cancel_transfer(actor=HOUSE, order=order)
    before = entries()
    with pytest.raises(Refusal) as refused:
        acts.send_transfer(actor=HOUSE, order=order)
    assert (refused.value.code, word(order), entries()) == ("transfer_cancelled", "cancelled", before)
    clean()


def test_what_a_transfer_order_refuses(company: World) -> None:
    product = company.product()
    service = company.product(kind="service", procured=False)
    company.stock(product, 1)
    before = entries()
    here, there = company.location.pk, company.other.pk
    for code, field, wish in (
        ("same_place", "target", TransferWish(here, here, (Sent(product.pk, 1),))),
        ("no_such_location", "target", TransferWish(here, 999, (Sent(product.pk, 1),))),
        ("no_lines", "lines", TransferWish(here, there, ())),
        ("not_positive", "lines.0.quantity", TransferWish(here, there, (Sent(product.pk, 0),))),
        ("no_such_product", "lines.0.product", TransferWish(here, there, (Sent(999, 1),))),
        ("not_kept", "lines.0.product", TransferWish(here, there, (Sent(service.pk, 1),))),
        ("no_such_bin", "lines.0.bin", TransferWish(here, there, (Sent(product.pk, 1, bin=999),))),
        ("no_such_line", "lines.0.line", TransferWish(here, there, (Sent(product.pk, 1, line=999),))),
    ):
        with pytest.raises(BadInput) as bad:
            acts.draft_transfer(actor=HOUSE, wish=wish)
        assert (bad.value.code, bad.value.field) == (code, field)
    assert entries() == before
    order = draft(company, Sent(product.pk, 2))
    with pytest.raises(Refusal) as refused:
        acts.send_transfer(actor=HOUSE, order=order)
    assert (refused.value.code, refused.value.field, refused.value.free) == (
        "not_enough",
        "lines.0.quantity",
        1,
    )
    change_location(actor=HOUSE, location=there, values={"retired_on": "2026-01-01"})
    with pytest.raises(Refusal) as refused:
        acts.send_transfer(actor=HOUSE, order=order)
    assert refused.value.code == "location_retired"
    assert word(order) == "draft"


def test_transfers_over_http(company: World, client: Client) -> None:
    client.force_login(company.user)
    product = company.product()
    company.stock(product, 5)

    def call(path: str, body: dict[str, Any] | None = None) -> Any:
        return client.post(f"/api/v1{path}", body or {}, content_type="application/json")

    line = {"product": product.pk, "quantity": "3"}
    made = call("/transfers", {"from": company.location.pk, "to": company.other.pk, "lines": [line]})
    assert made.status_code == 201, made.content
    order = made.json()["id"]
    assert (made.json()["number"], made.json()["status"]) == ("TR-1", "draft")
    assert call(f"/transfers/{order}/send").json()["status"] == "in_transit"
    got = call(
        f"/transfers/{order}/receive", {"lines": [{"product": product.pk, "quantity": "2", "damaged": "1"}]}
    )
    assert got.json()["goods"] == [
        {
            "product": product.pk,
            "sku": product.sku,
            "sent": "3",
            "in_transit": "1",
            "received": "1",
            "damaged": "1",
            "lost": "0",
            "returned": "0",
        }
    ]
    (row,) = client.get("/api/v1/transfers?status=in_transit").json()["items"]
    assert row["id"] == order
    assert call(f"/transfers/{order}/lose", {"reason": "Theft"}).json()["status"] == "received"
    assert call(f"/transfers/{order}/return").status_code == 409
    clean()


def test_transfer_orders_by_their_pages(company: World, client: Client) -> None:
    client.force_login(company.user)
    product = company.product()
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(product, 5)
    company.stock(phone, 1, serials=("A",))
    form = {
        "from": company.location.pk,
        "to": company.other.pk,
        "sku-0": product.sku,
        "quantity-0": "3",
        "sku-1": phone.sku,
        "codes-1": "A",
    }
    assert "sku-0" in client.get("/stock/transfers/new/").content.decode()
    wrong = client.post("/stock/transfers/new/", {**form, "sku-0": "NOTHING"})
    assert "There is no product" in wrong.content.decode()
    made = client.post("/stock/transfers/new/", form)
    order = TransferOrder.objects.get()
    assert made.url == f"/stock/transfers/{order.pk}/", made.content  # type: ignore[attr-defined]
    assert client.get(f"/stock/transfers/{order.pk}/change/").status_code == 200
    client.post(f"/stock/transfers/{order.pk}/send/")
    assert order.number in client.get("/stock/transfers/").content.decode()
    page = client.get(f"/stock/transfers/{order.pk}/").content.decode()
    assert "In transit" in page
    assert client.get(f"/stock/transfers/{order.pk}/receive/").status_code == 200
    over = {f"quantity-{product.pk}": "4"}
    again = client.post(f"/stock/transfers/{order.pk}/receive/", over).content.decode()
    assert "only 3 are on their way" in again
    client.post(
        f"/stock/transfers/{order.pk}/receive/",
        {f"quantity-{product.pk}": "2", f"damaged-{product.pk}": "1", f"serial-{phone.pk}": "A"},
    )
    assert held(product=product.pk) == {"bin": 3, "quarantine": 1, "transfer": 1}
    client.post(f"/stock/transfers/{order.pk}/return/")
    assert word(order.pk) == "received"
    clean()
