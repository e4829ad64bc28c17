"""The demo company: every page of work has something on it, and its books hold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.world import clean
from wharfinger.base import clock
from wharfinger.base.models import OwnField
from wharfinger.billing.models import CreditNote, Invoice, Reminder
from wharfinger.catalog.models import Barcode, Component, Family, Product, Substitute
from wharfinger.catalog.queries import scanned
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.promises import foremost
from wharfinger.devices.models import Device, Subscription
from wharfinger.fulfilment.models import Container, PickRun, Shipment
from wharfinger.ledger.models import Account, Entry, Holding, Lot, Outbox
from wharfinger.notices.models import Attachment, Letter
from wharfinger.parties.models import Organization, User
from wharfinger.pricing.models import PriceList
from wharfinger.purchasing.models import Approval, PurchaseOrder, ReceiptCost, VendorBill, VendorDiscount
from wharfinger.purchasing.models.quoting import Rfq
from wharfinger.purchasing.queries.needs import current
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.queries.figures import figures
from wharfinger.sales.models import Opportunity, Order, Quote
from wharfinger.site.demo import goods, people
from wharfinger.site.demo.fill import fill
from wharfinger.site.demo.goods import GOODS, gtin
from wharfinger.site.demo.story import ZONE
from wharfinger.stock.models import Count, CountLine
from wharfinger.stock.queries.counts import word
from wharfinger.work.models import WorkOrder
from wharfinger.work.rules import SCOPES

STAGES = (
    "returns",
    "rented",
    "quoted",
    "to_approve",
    "to_order",
    "drafted",
    "on_order",
    "refused",
    "bin",
    "picked",
    "container",
    "in_transit",
    "customer",
)


@pytest.mark.django_db
def test_the_company_is_filled_and_its_books_hold() -> None:
    fill()
    clean()
    _stages()
    _documents()
    _invoices()
    _aftercare()
    _warehouse()
    _order()
    _dealing()
    assert not Outbox.objects.filter(finished_at=None).exists(), "nobody is mailed about the past"


def _stages() -> None:
    held = dict.fromkeys(
        Holding.objects.filter(quantity__gt=0, claim__gt=0).values_list("kind", flat=True), True
    )
    assert [stage for stage in STAGES if stage not in held and stage != "refused"] == []
    assert Holding.objects.filter(kind="refused", quantity__gt=0).exists()
    assert Holding.objects.filter(kind="scrap", quantity__gt=0).exists()
    assert Holding.objects.filter(kind="to_bill", quantity__gt=0).exists()


def _documents() -> None:
    assert Product.objects.count() == len(GOODS) >= 100
    assert Organization.objects.filter(customer=True).count() == len(people.CUSTOMERS)
    assert {name for user in User.objects.all() for name in user.roles.values_list("name", flat=True)} == {
        role for _username, _name, role, _language in people.USERS
    }
    assert Quote.objects.filter(won_at__isnull=False).exists()
    assert Quote.objects.filter(lost_at__isnull=False).exists()
    assert Quote.objects.filter(won_at=None, lost_at=None, sent_at__isnull=False).exists()
    assert Order.objects.filter(confirmed_at=None).exists()
    assert Order.objects.filter(cancelled_at__isnull=False).exists()
    assert set(Approval.objects.values_list("granted", flat=True)) == {True, False}
    assert PurchaseOrder.objects.filter(submitted_at=None).exists()
    assert PurchaseOrder.objects.filter(submitted_at__isnull=False, done=None).exists()
    assert PurchaseOrder.objects.filter(done__isnull=False).exists()
    assert Container.objects.filter(shipment=None).exists()
    assert Shipment.objects.exclude(tracking="").filter(delivered_on__isnull=False).exists()
    signed = Attachment.objects.get(about__startswith="shipment:")
    assert Shipment.objects.get(pk=signed.about.partition(":")[2]).proof == "B. Lorenz"
    run = PickRun.objects.get()
    assert {task.tote for task in run.tasks.filter(ended_at=None)} == {1, 2}
    assert Entry.objects.filter(verb="short_pick").exclude(reason="").exists()


def _invoices() -> None:
    today = clock.today(ZONE)
    owed = {a.document: a.balance_minor for a in Account.objects.filter(kind="receivable")}
    by_balance = {"paid": 0, "part": 0, "overdue": 0}
    for invoice in Invoice.objects.all():
        left = owed[f"invoice:{invoice.pk}"]
        by_balance["paid"] += left == 0
        by_balance["part"] += 0 < left < invoice.total_minor
        by_balance["overdue"] += left > 0 and invoice.due_on < today
    assert all(by_balance.values()), by_balance
    deposits = {one.pk: owed[f"invoice:{one.pk}"] == 0 for one in Invoice.objects.filter(kind="deposit")}
    assert sorted(deposits.values()) == [False, True], "one deposit is paid, one is not"
    assert Reminder.objects.filter(fee__isnull=False).count() == 1
    assert VendorDiscount.objects.get().tax_minor > 0
    assert VendorBill.objects.filter(accepted_at__isnull=False, discount_until__gte=today).exists()


def _aftercare() -> None:
    installed = Device.objects.filter(removed_on=None)
    assert installed.filter(warranty_end_on__isnull=False).exists()
    assert installed.filter(replaces__isnull=False).count() == 2
    assert Subscription.objects.filter(device__isnull=False).exists()
    assert Rma.objects.filter(approved_at=None, denied_at=None, authorized=True).exists()
    assert Rma.objects.filter(authorized=False).exists()
    assert set(RmaLine.objects.values_list("type", flat=True)) == {"return", "repair", "replace"}
    assert RmaLine.objects.filter(answer="credit", settled_quantity__gt=0).exists()
    assert CreditNote.objects.exists()
    jobs = WorkOrder.objects.filter(sheet__kind="job")
    assert set(jobs.values_list("scope", flat=True)) == set(SCOPES)
    late = jobs.filter(expected_on__lt=clock.today(ZONE), completed_at=None)
    assert [one.scope for one in late] == ["return"]
    assert [one.scope for one in jobs.exclude(signed_by="")] == ["replacement"]
    assert sorted(WorkOrder.objects.values_list("sheet__kind", flat=True).distinct()) == [
        "contract",
        "job",
        "project",
        "ticket",
    ]


def _dealing() -> None:
    """Something is offered in parts, answered by mail, asked of vendors, billed too dear, and promised too early."""
    quote = Sheet.objects.get(title="Wi-Fi and monitoring for the new floors")
    assert [bool(one.discount_micro) for one in quote.groups.order_by("position")] == [True, False]
    assert quote.discount_micro
    assert {one.every for one in quote.lines.all()} == {"", "month"}
    assert {one.option for one in quote.lines.all()} == {"", "optional", "alternative"}
    assert Letter.objects.get().about == f"quote:{quote.pk}"
    asked = Rfq.objects.get()
    assert [one.answers.count() for one in asked.vendors.order_by("pk")] == [2, 1, 0]
    assert VendorBill.objects.filter(accepted_at=None).exists()
    open_deals = Opportunity.objects.filter(won_at=None, lost_at=None)
    assert set(open_deals.values_list("pipeline_step", flat=True)) == {
        "new",
        "qualified",
        "proposal",
        "negotiation",
    }
    assert Opportunity.objects.filter(won_at__isnull=False).exists()
    assert Opportunity.objects.exclude(lost_reason="").exists()
    assert Organization.objects.filter(location__name="Munich").exists()
    assert PurchaseOrder.objects.filter(submitted_at__isnull=False, approval_asked_at__isnull=False).exists()
    late = Sheet.objects.get(title="Rail switches for the pump houses")
    assert {(one.document, one.danger) for one in foremost(50, clock.today(ZONE))} >= {
        (late.pk, "endangered")
    }


def _warehouse() -> None:
    """Whatever a page of the warehouse is about, there is some of it."""
    assert set(Product.objects.values_list("kind", flat=True)) == {"stocked", "non_stocked", "service", "kit"}
    assert Component.objects.filter(whole__kind="kit").exists()
    assert {"build", "adjust", "count", "hold", "correct_serial", "send_transfer", "receive_transfer"} <= set(
        Entry.objects.values_list("verb", flat=True)
    )
    assert Holding.objects.filter(kind="transfer", quantity__gt=0).exists()
    assert Holding.objects.filter(kind="quarantine", quantity__gt=0).exists()
    assert Holding.objects.filter(kind="bin", owned=False, quantity__gt=0).exists()
    assert Lot.objects.filter(expires_on__isnull=False).count() >= 3
    assert any(need.proposed for need in current())
    assert any(need.source for need in current() if need.proposed)
    assert [word(one) for one in Count.objects.order_by("pk")] == ["completed", "counting", "counting"]
    assert CountLine.objects.exclude(difference=0).filter(count__completed_at=None).exists()
    assert PriceList.objects.filter(customer_group=None, valid_until__isnull=False).exists()
    assert PriceList.objects.filter(customer_group__isnull=False).count() == 2
    assert Substitute.objects.exists()
    assert Family.objects.get().variants.count() == len(goods.CABLES)
    assert {field.noun for field in OwnField.objects.all()} == {"product", "order"}
    assert Product.objects.get(sku="SRV-2U").own == {"height": "2"}
    carton = Barcode.objects.filter(code__startswith="1200").latest("pk").code
    assert scanned([carton])[carton].quantity > 1
    assert ReceiptCost.objects.exists()
    waits = Rma.objects.get(organization__reference="C-2018")
    assert waits.approved_at is not None
    assert not any(figure.received for figure in figures([waits.pk]).values())


def _order() -> None:
    entries = list(Entry.objects.order_by("pk"))
    assert [e.recorded_at for e in entries] == sorted(e.recorded_at for e in entries)
    assert entries[-1].recorded_at <= clock.now()
    assert entries[0].recorded_at < clock.now() - timedelta(days=50)


def test_trade_item_numbers_have_their_check_digit() -> None:
    assert gtin(1) == "2000000000015"
    assert gtin(104) == "2000000001043"
