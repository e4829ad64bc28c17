"""Goods that came back are not billed: undo asks for the opposite verb, and drafts bill that much less."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.billing.test_invoice import bill
from tests.fulfilment.test_pack import refused
from tests.fulfilment.trade import order
from tests.purchasing.buying import arrive, bought, sold
from tests.world import World, clean, held, seen
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.billing.actions.invoices import draft_invoice, post_invoice
from wharfinger.billing.models import CreditNote, Invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.catalog.actions import change_product
from wharfinger.demand.models import Line
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.flows.actions.remove import remove
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.purchasing.actions.ordering import draft_from_lines, submit
from wharfinger.purchasing.actions.receiving import cancel_receipt
from wharfinger.purchasing.rules.drafting import PurchaseWish, Wanted
from wharfinger.returns.actions.receiving import take_back
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.work.actions import create_work_order, provide
from wharfinger.work.rules import WorkWish
from wharfinger.work.rules.providing import Provision, Removal

pytestmark = pytest.mark.django_db


def shipped(company: World, quantity: int) -> tuple[int, int, int]:
    """An order of so many, all of them shipped: the order, its line, the entry."""
    router = company.product()
    company.stock(router, quantity)
    pk, (line,) = order(company, (router, quantity))
    return pk, line, pick_pack_ship(actor=HOUSE, picks=[Pick(line, quantity)]).id


def drafted(*bills: Bill) -> Invoice:
    """The draft that was made for these bills."""
    made = draft_invoice(actor=HOUSE, wish=InvoiceWish(bills))
    return Invoice.objects.get(pk=made.one("billing.Invoice"))


def test_what_is_invoiced_since_is_not_undone_but_cancelled(company: World) -> None:
    pk, line, entry = shipped(company, 2)
    made = bill(Bill(line, 1))
    stood = held(line)
    with pytest.raises(Refusal) as found:
        reverse(actor=HOUSE, entry=entry)
    (remedy,) = found.value.remedies
    assert (found.value.code, remedy.verb, remedy.values) == ("invoiced_since", "take_back", {"pk": pk})
    assert found.value.words() == (
        f"{made.number} has billed these goods since. Cancel the delivery instead, which credits them."
    )
    assert held(line) == stood
    # One of the two is not billed, so that one may be undone.
    reverse(actor=HOUSE, entry=entry, claims={line: 1})
    refused("invoiced_since", lambda: reverse(actor=HOUSE, entry=entry, claims={line: 1}))
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)])
    assert CreditNote.objects.get().invoice_id == made.pk
    assert held(line) == {"covered": 1, "to_order": 1, "bin": 1, "to_bill": 2}
    clean()


def test_what_was_invoiced_on_order_does_not_stand_in_the_way(company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    _, (line,) = order(company, (router, 2))
    bill(Bill(line, 1))
    ahead = drafted(Bill(line, 1))
    entry = pick_pack_ship(actor=HOUSE, picks=[Pick(line, 2)]).id
    reverse(actor=HOUSE, entry=entry)
    assert held(line)["invoiced"] == 2
    again = pick_pack_ship(actor=HOUSE, picks=[Pick(line, 2)]).id
    post_invoice(actor=HOUSE, invoice=ahead.pk)
    refused("invoiced_since", lambda: reverse(actor=HOUSE, entry=again))
    clean()


def test_a_draft_bills_no_more_what_comes_back(company: World) -> None:
    _, line, entry = shipped(company, 5)
    _, other, _ = shipped(company, 1)
    bill(Bill(line, 2))
    draft = drafted(Bill(line, 3), Bill(other, 1))
    refused("invoiced_since", lambda: reverse(actor=HOUSE, entry=entry, claims={line: 1}))
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 2)])
    draft.refresh_from_db()
    assert (draft.net_minor, draft.tax_minor, draft.total_minor) == (2000, 380, 2380)
    assert list(draft.lines.order_by("position").values_list("quantity", "net_minor")) == [
        (1, 1000),
        (1, 1000),
    ]
    assert (held(line)["invoiced"], held(line)["to_bill"], CreditNote.objects.count()) == (3, 2, 0)
    clean()
    # The rest of the draft comes off before anything that is posted is credited.
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 2)])
    assert held(line)["invoiced"] == 1
    assert CreditNote.objects.get().net_minor == 1000
    post_invoice(actor=HOUSE, invoice=draft.pk)
    draft.refresh_from_db()
    assert (draft.net_minor, draft.total_minor) == (1000, 1190)
    clean()


def test_a_draft_that_was_lessened_is_still_undone(company: World) -> None:
    _, line, _ = shipped(company, 3)
    made = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 3),)))
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)])
    reverse(actor=HOUSE, entry=made.id)
    assert held(line) == {"covered": 3, "bin": 1, "customer": 2, "to_bill": 3}
    clean()


def test_prices_that_include_tax_stay_what_they_say(company: World) -> None:
    _, line, _ = shipped(company, 3)
    Line.objects.filter(pk=line).update(tax_included=True)
    draft = drafted(Bill(line, 3))
    assert draft.total_minor == 3000
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)])
    draft.refresh_from_db()
    row = draft.lines.get()
    assert (draft.total_minor, row.gross_minor, row.net_minor) == (2000, 2000, draft.net_minor)
    clean()


def test_what_was_handed_over_on_a_job_is_taken_back_instead(company: World) -> None:
    product = company.product()
    company.stock(product, 2)
    job = create_work_order(actor=HOUSE, wish=WorkWish("job", company.customer.pk)).one("demand.Sheet")
    done = provide(actor=HOUSE, work_order=job, provisions=[Provision(2, product=product.pk)])
    line = done.one("ledger.Claim")
    draft = drafted(Bill(line, 2))
    refused("invoiced_since", lambda: reverse(actor=HOUSE, entry=done.id))
    remove(actor=HOUSE, work_order=job, removals=[Removal(line, 1)])
    draft.refresh_from_db()
    assert (draft.net_minor, held(line)["waived"], held(line)["invoiced"]) == (1000, 1, 1)
    clean()


def test_what_the_vendor_sent_to_the_customer_is_credited_first(company: World) -> None:
    line = sold(company, company.product(), 2)
    terms = PurchaseWish(0, (), ship_to="organization")
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line)], wish=terms))
    submit(actor=HOUSE, order=made.order)
    received = arrive(made.lines[0], 2)
    bill(Bill(line, 2))
    refused("invoiced_since", lambda: reverse(actor=HOUSE, entry=received.id))
    receipt = received.one("purchasing.Receipt")
    refused("invoiced_since", lambda: cancel_receipt(actor=HOUSE, receipt=receipt))


def test_a_return_takes_units_off_a_draft(company: World) -> None:
    _, line, _ = shipped(company, 2)
    draft = drafted(Bill(line, 2))
    back = [Returned(Asked(1, line), outcome="restock")]
    take_back(actor=HOUSE, organization=company.customer.pk, items=back)
    draft.refresh_from_db()
    assert (draft.net_minor, CreditNote.objects.count()) == (1000, 0)
    assert held(line) == {"covered": 1, "returned": 1, "customer": 1, "invoiced": 1, "waived": 1}
    clean()


def test_a_kit_is_billed_as_long_as_its_customer_has_goods_of_it(company: World) -> None:
    router, cable, kit = company.product(), company.product(), company.product(kind="kit")
    parts = [{"product": router.pk, "quantity": "1"}, {"product": cable.pk, "quantity": "2"}]
    change_product(actor=HOUSE, product=kit.pk, values={}, components=parts)
    company.stock(router, 2)
    company.stock(cable, 4)
    _, (line, one, two) = order(company, (kit, 2))
    entry = pick_pack_ship(actor=HOUSE, picks=[Pick(one, 2), Pick(two, 4)]).id
    draft = drafted(Bill(line, 2))
    refused("invoiced_since", lambda: reverse(actor=HOUSE, entry=entry))
    reverse(actor=HOUSE, entry=entry, claims={one: 2})
    refused("invoiced_since", lambda: reverse(actor=HOUSE, entry=entry, claims={two: 2}))
    cancel_delivery(actor=HOUSE, picks=[Pick(two, 2)])
    draft.refresh_from_db()
    assert (draft.net_minor, held(line)) == (1000, {"invoiced": 1, "to_bill": 1})
    clean()


def test_statements_do_not_grow_with_what_comes_off_drafts(company: World) -> None:
    counted = []
    for n in (1, 10, 100):
        products = [company.product() for _ in range(n)]
        for product in products:
            company.stock(product, 2)
        _, lines = order(company, *((product, 2) for product in products))
        entry = pick_pack_ship(actor=HOUSE, picks=[Pick(line, 2) for line in lines]).id
        drafted(*(Bill(line, 2) for line in lines))
        with CaptureQueriesContext(connection) as undone:
            refused("invoiced_since", lambda entry=entry: reverse(actor=HOUSE, entry=entry))
        with CaptureQueriesContext(connection) as found:
            cancel_delivery(actor=HOUSE, picks=[Pick(line, 1) for line in lines])
        counted.append((len(undone), len(found)))
    assert len(set(counted)) == 1, counted


def test_the_pages_say_what_to_do_instead_and_what_came_off(company: World, client: Client) -> None:
    pk, line, entry = shipped(company, 2)
    drafted(Bill(line, 2))
    client.force_login(company.user)
    answer = client.post(f"/journal/{entry}/undo/", follow=True)
    assert "takes them off it" in answer.content.decode()
    assert f"/documents/{pk}/cancel-delivery/" in answer.content.decode()
    client.post(f"/documents/{pk}/cancel-delivery/", {f"quantity-{line}": "1", "credit": "yes"})
    assert "The draft invoice bills that much less." in seen(client, f"/orders/{pk}/")
    client.post(f"/orders/{pk}/reopen/", {})
    assert "The draft invoice billed nothing else and is gone." in seen(client, f"/orders/{pk}/")
