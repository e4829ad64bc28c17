"""A fee for taking goods back, and the freight of their return: rows with tax on the credit note, which comes to less."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.billing.books import summed
from tests.documents.reading import pages
from tests.fulfilment.test_pages import see
from tests.returns.test_rma import asked, loose
from tests.returns.test_settle import billed, owed, paid
from tests.world import World, clean, entries, refused, world
from wharfinger.base.access import HOUSE
from wharfinger.billing.models import CreditFee, CreditNote, Payment
from wharfinger.billing.rules.keeping_back import Kept
from wharfinger.catalog.models import TaxCode
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.documents.actions.issuing import pdf
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding
from wharfinger.parties.actions.settings import set_setting
from wharfinger.pricing.actions import set_rates
from wharfinger.returns.actions.inspecting import inspect, settle
from wharfinger.returns.actions.receiving import receive, take_back
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived, Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db
PERCENT = 10_000


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def on_hand() -> int:
    """How many units lie in bins."""
    return sum(Holding.objects.filter(kind="bin").values_list("quantity", flat=True))


def named(company: World, **values: Any) -> tuple[int, int]:
    """The services of the fee and of the freight, as the setting says."""
    fee = company.product(kind="service", sku="RESTOCK", name="Restocking fee")
    freight = company.product(kind="service", sku="BACK", name="Freight of the return", **values)
    set_setting(actor=HOUSE, name="fee_products", value={"restocking": fee.pk, "return_freight": freight.pk})
    return fee.pk, freight.pk


def here(company: World, units: int, invoiced: int | None = None) -> tuple[int, int]:
    """Units at 10.00 that were delivered and invoiced and have come back: the return and its line."""
    line = loose(company, units)
    billed(line, units if invoiced is None else invoiced)
    rma, (asked_for,) = asked(company, Asked(units, line))
    receive(actor=HOUSE, rma=rma, items=[Arrived(units, asked_for)])
    return rma, asked_for


def test_fee_and_freight_are_rows_with_tax_and_the_refund_is_less(company: World) -> None:
    """IF-33, T11, T25: refund due = total − fee − freight, to the cent."""
    half = TaxCode.objects.create(code="S7", name="7 %", rate_micro=70_000)
    fee, freight = named(company, tax_code=half)
    rma, line = here(company, 5)
    paid(company, 5950)
    settle(
        actor=HOUSE,
        rma=rma,
        answers=[Answer(line, 5, "refund")],
        kept=[Kept("fee", fee, share_micro=15 * PERCENT), Kept("freight", freight, minor=499)],
    )
    note = CreditNote.objects.get()
    # 50.00 less 15 % and 4.99; 9.50 of tax less 19 % of 7.50 and 7 % of 4.99
    assert (note.net_minor, note.tax_minor, note.total_minor) == (
        5000 - 750 - 499,
        950 - 143 - 35,
        5950 - 893 - 534,
    )
    assert list(CreditFee.objects.order_by("pk").values_list("product", "net_minor", "tax_minor")) == [
        (fee, 750, 143),
        (freight, 499, 35),
    ]
    refund = Payment.objects.get(kind="refund")
    assert (refund.amount_minor, owed(company)) == (4523, (0, 0))
    assert (summed("revenue"), summed("tax")) == (-1249, -178)
    clean()
    paper = "".join(pages(pdf(actor=HOUSE, kind="credit-note", pk=note.pk)))
    for figure in ("Restocking fee", "-7.50", "45.23"):
        assert figure in paper.replace("\u2212", "-"), figure


def test_what_was_not_paid_stays_owed_for_its_invoice(company: World) -> None:
    fee, _ = named(company)
    rma, line = here(company, 2)
    settle(actor=HOUSE, rma=rma, answers=[Answer(line, 1, "credit")], kept=[Kept("fee", fee, minor=200)])
    assert CreditNote.objects.get().total_minor == 1190 - 238
    assert owed(company) == (1190 + 238, 0)
    clean()


def test_what_was_paid_in_part_pays_the_fee_first(company: World) -> None:
    fee, _ = named(company)
    rma, line = here(company, 2)
    paid(company, 1290)
    settle(
        actor=HOUSE,
        rma=rma,
        answers=[Answer(line, 2, "store_credit")],
        kept=[Kept("fee", fee, share_micro=100 * PERCENT)],
    )
    # All is kept: of 23.80 were 12.90 paid, the rest is still to be paid.
    assert CreditNote.objects.get().total_minor == 0
    assert owed(company) == (1090, 0)
    clean()


def test_never_more_than_the_credit_and_only_where_something_is_credited(company: World) -> None:
    fee, freight = named(company)
    rma, line = here(company, 2)
    before = entries()

    def kept(*wanted: Kept, answer: str = "credit") -> Any:
        return settle(actor=HOUSE, rma=rma, answers=[Answer(line, 1, answer)], kept=wanted)

    refused(lambda: kept(Kept("fee", fee, minor=1001)), "more_than_credit", "fee")
    both = Kept("fee", fee, share_micro=50 * PERCENT), Kept("freight", freight, minor=501)
    refused(lambda: kept(*both), "more_than_credit", "freight")
    refused(lambda: kept(Kept("fee", fee, minor=100), answer="none"), "nothing_credited", "fee")
    refused(lambda: kept(Kept("fee", fee)), "share_or_amount", "fee")
    refused(lambda: kept(Kept("fee", fee, share_micro=101 * PERCENT)), "bad_share", "fee")
    refused(lambda: kept(Kept("fee", fee, minor=0)), "not_positive", "fee")
    refused(lambda: kept(Kept("fee", company.product().pk, minor=1)), "no_service", "fee")
    assert entries() == before
    clean()


def test_an_amount_is_kept_of_as_many_notes_as_it_takes(company: World) -> None:
    _, freight = named(company)
    one, two = loose(company, 1), loose(company, 1)
    billed(one, 1)
    billed(two, 1)
    rma, lines = asked(company, Asked(1, one), Asked(1, two))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, line) for line in lines])
    settle(
        actor=HOUSE,
        rma=rma,
        answers=[Answer(line, 1, "credit") for line in lines],
        kept=[Kept("freight", freight, minor=1200)],
    )
    assert list(CreditFee.objects.order_by("pk").values_list("net_minor", flat=True)) == [1000, 200]
    assert owed(company) == (1428, 0)
    clean()


def test_who_brings_goods_back_without_rma_pays_the_fee_as_well(company: World) -> None:
    fee, _ = named(company)
    line = loose(company, 2)
    billed(line, 2)
    take_back(
        actor=HOUSE,
        organization=company.customer.pk,
        items=[Returned(Asked(2, line), outcome="restock")],
        kept=[Kept("fee", fee, share_micro=10 * PERCENT)],
    )
    assert CreditNote.objects.get().net_minor == 1800
    clean()


def test_the_api_keeps_fees_of_credits_and_tells_them(company: World, call: Any) -> None:
    rma, line = here(company, 2)
    body = {"lines": [{"rma_line": line, "quantity": "1", "answer": "credit"}], "fee_percent": "10"}
    status, answer = call("post", f"/rmas/{rma}/settle", body)
    assert (status, answer["code"], answer["field"]) == (422, "no_fee_product", "fee")
    fee, _ = named(company)
    status, _ = call("post", f"/rmas/{rma}/settle", body | {"freight": "2.50"})
    assert status == 200
    _, told = call("get", "/credit-notes")
    (note,) = told["items"]
    assert (note["net"], note["total"]) == ("6.50", "7.73")
    assert [(one["product"] == fee, one["net"], one["tax"]) for one in note["fees"]] == [
        (True, "1.00", "0.19"),
        (False, "2.50", "0.48"),
    ]


def test_the_page_shows_what_the_customer_gets_before_it_is_settled(company: World) -> None:
    client = Client()
    client.force_login(company.user)
    named(company)
    rma, line = here(company, 1)
    paid(company, 1190)
    address = f"/rmas/{rma}/settle/"
    assert "Restocking fee" in see(client, address)
    typed = {f"quantity-{line}": "1", f"answer-{line}": "refund", "fee": "1", "freight": "2"}
    before = entries()
    told = client.post(address, typed | {"do": "preview"}).content.decode()
    assert "8.33" in told
    assert entries() == before
    assert client.post(address, typed).status_code == 303
    assert Payment.objects.get(kind="refund").amount_minor == 833
    note = CreditNote.objects.get()
    assert "Freight of the return" in see(client, f"/credit-notes/{note.pk}/")


def test_what_is_scrapped_is_credited_and_adds_no_stock(company: World) -> None:
    """IF-36: the customer has their credit, and nothing is for sale because of it."""
    line = loose(company, 2)
    billed(line, 2)
    before = on_hand()
    take_back(
        actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(2, line), outcome="scrap")]
    )
    assert (CreditNote.objects.get().total_minor, on_hand()) == (2380, before)
    clean()


def test_an_order_is_done_once_what_came_back_is_restocked_or_scrapped(company: World) -> None:
    """IF-37, decided otherwise: while goods wait to be inspected something of their order is open."""
    line = loose(company, 2)
    billed(line, 2)
    paid(company, 2380)
    order = Line.objects.get(pk=line).sheet
    assert order.done_id is not None
    rma, (asked_for,) = asked(company, Asked(2, line))
    receive(actor=HOUSE, rma=rma, items=[Arrived(2, asked_for)])
    settle(actor=HOUSE, rma=rma, answers=[Answer(asked_for, 2, "refund")])
    order.refresh_from_db()
    assert order.done_id is None
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(asked_for, 1, "restock"), Verdict(asked_for, 1, "scrap")])
    order.refresh_from_db()
    assert order.done_id is not None
    clean()


def test_an_amount_is_of_the_currency_of_the_credit(company: World, call: Any, client: Client) -> None:
    """57 yen are kept of a credit in yen, by API and page; an amount in another currency is none of it."""
    named(company)
    set_rates(actor=HOUSE, rates=[{"currency": "JPY", "valid_from": "2020-01-01", "rate": "0.0061"}])
    cable = company.product()
    company.stock(cable, 3)
    wish = (LineWish(cable.pk, 3, unit_price_micro=1_000_000_000),)
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, wish, confirm=True, currency="JPY"))
    line = made.one("ledger.Claim")
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 3)])
    billed(line, 3)
    body = {
        "organization": company.customer.pk,
        "lines": [{"line": line, "quantity": "1", "outcome": "restock"}],
        "fee": "57",
    }
    assert call("post", "/returns", body)[0] == 201
    assert CreditFee.objects.get().net_minor == 57
    client.force_login(company.user)
    address = f"/returns/new/?organization={company.customer.pk}"
    assert "JPY" in see(client, address)
    before = entries()
    items = [Returned(Asked(1, line), outcome="restock")]
    kept = [Kept("fee", CreditFee.objects.get().product_id, minor=57, currency="EUR")]
    refused(
        lambda: take_back(actor=HOUSE, organization=company.customer.pk, items=items, kept=kept),
        "other_currency",
        "fee",
    )
    assert entries() == before
    clean()
