"""Documents in the browser."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.documents.reading import pages
from tests.world import World, world
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.documents.actions.issuing import issue
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.ledger.models import Lot
from wharfinger.parties.models import User
from wharfinger.sales.actions.orders import confirm, create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish
from wharfinger.stock.actions.counts import begin_count
from wharfinger.stock.actions.transfers import draft_transfer, send_transfer
from wharfinger.stock.rules.transferring import Sent, TransferWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


@pytest.fixture
def order(company: World) -> tuple[int, int]:
    """A confirmed order with one line, reserved."""
    product = company.product()
    company.stock(product, 3)
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(product.pk, 3),)))
    confirm(actor=HOUSE, order=made.one("demand.Sheet"))
    (line,) = made.made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    return made.one("demand.Sheet"), line


def test_the_browser_shows_the_pdf(company: World, order: tuple[int, int], client: Client) -> None:
    client.force_login(company.user)
    answer = client.get(f"/documents/order-confirmation/{order[0]}.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'inline; filename="order-confirmation-{order[0]}.pdf"'
    assert "Order confirmation" in pages(answer.content)[0]


def test_a_copy_in_another_language_is_not_kept(
    company: World, order: tuple[int, int], client: Client
) -> None:
    client.force_login(company.user)
    kept = issue(actor=HOUSE, kind="order-confirmation", pk=order[0])
    copy = client.get(f"/documents/order-confirmation/{order[0]}.pdf?language=de")
    assert "Auftragsbestätigung" in pages(copy.content)[0]
    again = client.get(f"/documents/issued/{kept.pk}.pdf")
    assert "Order confirmation" in pages(again.content)[0]


def test_a_count_sheet_by_page_and_api(company: World, client: Client) -> None:
    client.force_login(company.user)
    company.stock(company.product(), 3)
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    for path in (f"/documents/counts/{count}.pdf", f"/api/v1/documents/counts/{count}.pdf"):
        answer = client.get(f"{path}?bin={company.bins[0].pk}")
        assert answer["Content-Type"] == "application/pdf"
        assert "CT-1" in pages(answer.content)[0]
        assert client.get(f"{path}?bin={company.bins[1].pk}").status_code == 409


def test_a_transfer_slip_by_page_and_api(company: World, client: Client) -> None:
    client.force_login(company.user)
    router, phone = company.product(name="Patch panel"), company.product(name="Telephone", traced="serial")
    company.stock(router, 3)
    company.stock(phone, 2, serials=("P-1", "P-2"))
    sent = (Sent(router.pk, 2), Sent(phone.pk, 1, ("P-2",)))
    wish = TransferWish(company.location.pk, company.other.pk, sent, note="Fragile")
    order = draft_transfer(actor=HOUSE, wish=wish).one("stock.TransferOrder")
    for path in (f"/documents/transfers/{order}.pdf", f"/api/v1/documents/transfers/{order}.pdf"):
        (text,) = pages(client.get(path).content)
        for said in ("Transfer slip TR-1", "Main", "Van", "Patch panel", "Telephone", "P-2", "Fragile"):
            assert said in text, said
    send_transfer(actor=HOUSE, order=order)
    (text,) = pages(client.get(f"/documents/transfers/{order}.pdf?language=de").content)
    assert "Umlagerungsschein TR-1" in text
    assert "P-2" in text
    assert f"/documents/transfers/{order}.pdf" in client.get(f"/stock/transfers/{order}/").content.decode()
    assert client.get("/documents/transfers/999.pdf").status_code == 404
    company.user.roles.clear()
    assert client.get(f"/documents/transfers/{order}.pdf").status_code == 403


def test_a_put_away_list_by_page_and_api(company: World, client: Client) -> None:
    client.force_login(company.user)
    cable, phone = company.product(name="Patch cable"), company.product(name="Telephone", traced="serial")
    company.stock(cable, 5, bin=company.bins[1])
    company.stock(phone, 2, serials=("P-1", "P-2"))
    here = company.location.pk
    company.stock(cable, 7)
    link = f"/documents/put-away/{here}.pdf"
    for path in (f"{link}?language=en", f"/api/v1{link}"):
        (text,) = pages(client.get(path).content)
        for said in ("Put-away list Main", "Lies in A1", "2 to put away", "P-1", "P-2", "7"):
            assert said in text, said
        assert text.index("Patch cable") < text.index("Telephone")
    (text,) = pages(client.get(f"{link}?language=de").content)
    assert "Einlagerungsliste Main" in text
    assert link in client.get(f"/stock/put-away/?location={here}").content.decode()
    assert client.get(f"/documents/put-away/{company.other.pk}.pdf").status_code == 409
    assert client.get("/documents/put-away/999.pdf").status_code == 404
    company.user.roles.clear()
    assert client.get(link).status_code == 403


def test_the_life_of_a_unit_for_whoever_has_it(company: World, client: Client) -> None:
    client.force_login(company.user)
    phone = company.product(name="Telephone", traced="serial")
    company.stock(phone, 2, serials=("P-1", "P-2"))
    lots = dict(Lot.objects.values_list("code", "pk"))
    sale = Sale(company.customer.pk, (LineWish(phone.pk, 1),), (("P-2",),))
    sell(actor=HOUSE, sales=[sale])
    for path in (f"/documents/units/{lots['P-2']}.pdf", f"/api/v1/documents/units/{lots['P-2']}.pdf"):
        (text,) = pages(client.get(path).content)
        for said in ("Life of the unit P-2", "Telephone", f"For {company.customer.name}"):
            assert said in text, said
        assert "Main" not in text
    view = client.get(f"/serials/{lots['P-2']}/?for={company.customer.pk}").content.decode()
    assert f"/documents/units/{lots['P-2']}.pdf?for={company.customer.pk}" in view
    (text,) = pages(client.get(f"/documents/units/{lots['P-2']}.pdf?language=de").content)
    assert "Lebenslauf des Geräts P-2" in text
    assert client.get(f"/documents/units/{lots['P-1']}.pdf").status_code == 409
    assert client.get(f"/documents/units/{lots['P-2']}.pdf?for={company.vendor.pk}").status_code == 404
    assert client.get("/documents/units/99999.pdf").status_code == 404


def test_a_selection_of_lines_is_printed_as_lists(
    company: World, order: tuple[int, int], client: Client
) -> None:
    client.force_login(company.user)
    assert len(pages(client.get(f"/documents/lists/pick-lists.pdf?lines={order[1]}").content)) == 1
    refused = client.get(f"/documents/lists/packing-lists.pdf?lines={order[1]}")
    assert refused.status_code == 409
    assert "Pick the goods first." in refused.content.decode()


def test_strangers_sign_in_first_and_others_need_the_permission(
    order: tuple[int, int], client: Client
) -> None:
    address = f"/documents/order-confirmation/{order[0]}.pdf"
    assert client.get(address)["Location"].startswith("/sign-in/")
    client.force_login(User.objects.create(username="nobody"))
    assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/documents/invoice/4711.pdf", 404),
        (f"/documents/quote/{10**30}.pdf", 404),
        ("/documents/nonsense/1.pdf", 404),
        ("/documents/issued/4711.pdf", 404),
        ("/documents/lists/nonsense.pdf?lines=1", 404),
        ("/documents/labels/products.pdf?ids=4711", 422),
        ("/documents/lists/pick-lists.pdf?lines=x", 422),
        ("/documents/lists/pick-lists.pdf", 409),
    ],
)
def test_what_cannot_be_printed_is_said_so(company: World, client: Client, address: str, code: int) -> None:
    client.force_login(company.user)
    assert client.get(address).status_code == code
