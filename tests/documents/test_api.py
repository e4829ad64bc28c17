"""Documents over HTTP."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.documents.reading import pages
from tests.world import World, world
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.documents.models import Issued
from wharfinger.parties.models import User
from wharfinger.sales.actions.orders import confirm, create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


@pytest.fixture
def order(company: World, client: Client) -> tuple[int, int]:
    """A confirmed order with one line, reserved; somebody who may do everything is signed in."""
    client.force_login(company.user)
    product = company.product()
    company.stock(product, 3)
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(product.pk, 3),)))
    confirm(actor=HOUSE, order=made.one("demand.Sheet"))
    (line,) = made.made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    return made.one("demand.Sheet"), line


def test_what_was_issued_is_listed(order: tuple[int, int], client: Client) -> None:
    at = f"/api/v1/documents/order-confirmation/{order[0]}"
    printed = client.get(f"{at}.pdf")
    assert (printed.status_code, printed["Content-Type"]) == (200, "application/pdf")
    kept = Issued.objects.get()
    (listed,) = client.get(f"{at}/issued").json()["items"]
    assert (listed["id"], listed["subject"], listed["kind"]) == (
        kept.pk,
        f"order:{order[0]}",
        "order-confirmation",
    )
    assert client.get(f"/api/v1/documents/issued/{kept.pk}.pdf").content == printed.content


def test_lists_of_a_selection(order: tuple[int, int], client: Client) -> None:
    printed = client.get(f"/api/v1/documents/lists/pick-lists.pdf?lines={order[1]}")
    assert len(pages(printed.content)) == 1
    refused = client.get(f"/api/v1/documents/lists/packing-lists.pdf?lines={order[1]}")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_pack")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("documents/invoice/4711.pdf", 404),
        ("documents/nonsense/1.pdf", 404),
        ("documents/issued/4711.pdf", 404),
        ("documents/invoice/0.pdf", 422),
        ("documents/nonsense/1/issued", 404),
        ("documents/lists/nonsense.pdf?lines=1", 404),
        ("documents/lists/pick-lists.pdf?lines=x", 422),
        ("documents/lists/pick-lists.pdf?lines=-1", 409),
        ("documents/lists/pick-lists.pdf", 409),
    ],
)
def test_what_cannot_be_printed_is_a_refusal(
    company: World, order: tuple[int, int], client: Client, address: str, status: int
) -> None:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == status
    assert answer.json()["message"]


def test_who_may_not_read_gets_nothing(order: tuple[int, int], client: Client) -> None:
    address = f"/api/v1/documents/order-confirmation/{order[0]}.pdf"
    client.logout()
    assert client.get(address).status_code == 401
    client.force_login(User.objects.create(username="nobody"))
    assert client.get(address).status_code == 403
    assert not Issued.objects.exists()
