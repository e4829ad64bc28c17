"""Whoever edits a balance, a reversal or history itself is found out by the audit, each by the law that he broke."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from tests.fulfilment.trade import order, reserved
from tests.notices.pictures import PDF, upload
from tests.purchasing.buying import arrive, stocked_up
from tests.world import World, clean, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.actions.reminders import remind
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.devices.actions.installing import install
from wharfinger.devices.actions.keeping import name_users, relate, subscribe
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.flows.actions.merging import merge_products
from wharfinger.fulfilment.actions.packing import pack, stack
from wharfinger.fulfilment.actions.runs import start_run
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger import bootstrap, sql
from wharfinger.ledger.audit import LAWS, audit
from wharfinger.ledger.models import IMMUTABLE, Move
from wharfinger.ledger.reverse import reverse
from wharfinger.notices.actions.attachments import attach
from wharfinger.parties.models import Contact
from wharfinger.purchasing.actions.billing import accept_bill, enter_bill
from wharfinger.purchasing.actions.landing import land_cost
from wharfinger.purchasing.actions.paying import pay_bills
from wharfinger.purchasing.actions.receiving import credit_vendor_return, send_back
from wharfinger.purchasing.rules.billing import Bill as VendorBill
from wharfinger.purchasing.rules.billing import BillLine
from wharfinger.purchasing.rules.crediting import SendBack
from wharfinger.purchasing.rules.landing import Cost
from wharfinger.purchasing.rules.paying import Part, PayWish
from wharfinger.returns.actions.inspecting import settle
from wharfinger.returns.actions.receiving import receive, take_back
from wharfinger.returns.actions.requesting import approve, request
from wharfinger.returns.rules.receiving import Arrived, Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer

BROKEN = {
    "a used device is its customer's": "UPDATE devices_device SET removed_on = '2026-01-01'",
    "who uses a device is its owner's": (
        "UPDATE parties_contact SET organization_id = (SELECT MAX(id) FROM parties_organization)"
    ),
    "reminder = what was open": "UPDATE billing_reminderline SET open_minor = open_minor + 1, level = 2",
    "what belongs together has one owner": (
        "UPDATE devices_device SET removed_on = '2026-01-01' WHERE id = (SELECT other_id FROM devices_relation)"
    ),
    "write-off = its postings": (
        "INSERT INTO billing_relief (invoice_id, kind, amount_minor, tax_minor, reason, made_id) "
        "SELECT id, 'write_off', 100, 0, '', made_id FROM billing_invoice LIMIT 1"
    ),
    "instalments = their invoice": (
        "INSERT INTO billing_invoicedue (invoice_id, n, due_on, amount_minor) "
        "SELECT id, 1, due_on, total_minor - 1 FROM billing_invoice LIMIT 1"
    ),
    "discount = own, group's and quote's worked into one": "UPDATE demand_line SET discount_micro = 50000 WHERE own_discount_micro = 0",
    "holding = moves in − out": "UPDATE ledger_holding SET quantity = quantity + 1 WHERE kind = 'bin'",
    "each product sums to zero per region": "UPDATE ledger_holding SET quantity = quantity + 1 WHERE kind = 'customer'",
    "no holding below zero": "UPDATE ledger_holding SET quantity = -1 WHERE kind = 'bin'",
    "one serial, one place": (
        "UPDATE ledger_holding SET quantity = 1 WHERE serial AND kind = 'bin'; "
        "UPDATE ledger_holding SET quantity = 2 WHERE serial AND kind = 'customer'"
    ),
    "a move keeps product and region": (
        "UPDATE ledger_move SET target_id = (SELECT id FROM ledger_holding WHERE kind = 'to_bill' LIMIT 1) "
        "WHERE target_id IN (SELECT id FROM ledger_holding WHERE kind = 'customer')"
    ),
    "no move is reversed beyond itself": "UPDATE ledger_move SET quantity = quantity + 5 WHERE reverses_id IS NOT NULL",
    "no draw is reversed beyond itself": "UPDATE ledger_draw SET quantity = -quantity WHERE reverses_id IS NOT NULL",
    "no posting is reversed beyond itself": (
        "UPDATE ledger_posting SET reverses_id = (SELECT MIN(id) FROM ledger_posting), amount_minor = 1000000 "
        "WHERE id = (SELECT MAX(id) FROM ledger_posting)"
    ),
    "a move is taken back the way it came": (
        "UPDATE ledger_move SET target_id = (SELECT id FROM ledger_holding WHERE kind = 'bin' AND claim_id = 0 LIMIT 1) "
        "WHERE reverses_id IS NOT NULL"
    ),
    "a posting is taken back the way it came": (
        "UPDATE ledger_posting SET reverses_id = (SELECT MIN(id) FROM ledger_posting) "
        "WHERE id = (SELECT MIN(id) + 1 FROM ledger_posting)"
    ),
    "returned ≤ delivered": "UPDATE ledger_holding SET quantity = 9 WHERE kind = 'returns'",
    "Σ layers = stock of ours": "UPDATE ledger_layer SET quantity = quantity + 1 WHERE quantity > 0",
    "layer = its draws": "UPDATE ledger_layer SET value_minor = value_minor + 1 WHERE quantity > 0",
    "a move draws what it takes from stock": "UPDATE ledger_draw SET quantity = quantity + 1 WHERE quantity > 0",
    "stock holds on every day": (
        "UPDATE ledger_entry SET effective_on = '2001-01-01' WHERE verb = 'pick_pack_ship' AND id = "
        "(SELECT MIN(entry_id) FROM ledger_draw WHERE quantity > 0)"
    ),
    "account = its postings": "UPDATE ledger_account SET balance_minor = balance_minor + 1 WHERE kind = 'receivable'",
    "without balance worth nothing": (
        "UPDATE ledger_account SET balance_home_minor = 5 WHERE kind = 'store_credit' AND balance_minor = 0"
    ),
    "exchange = differences without amount": "UPDATE ledger_account SET kind = 'exchange' WHERE kind = 'bank'",
    "a posting keeps its currency": "UPDATE ledger_account SET currency = 'USD' WHERE kind = 'receivable'",
    "line = its wishes, covered = its goods, billable = its bills": "UPDATE demand_line SET quantity = quantity + 1",
    "done = nothing open in goods, bills and money": "UPDATE demand_sheet SET done_id = (SELECT MIN(id) FROM ledger_entry)",
    "numbers without holes": (
        "INSERT INTO billing_creditnote (number, invoice_id, organization_id, currency, issued_on, reason, net_minor, tax_minor, "
        "rounding_minor, total_minor, place_id, made_id) SELECT 'CN-9', invoice_id, organization_id, currency, issued_on, '', 0, 0, 0, 0, "
        "(SELECT MAX(id) FROM ledger_place WHERE id NOT IN (SELECT place_id FROM billing_creditnote)), made_id "
        "FROM billing_creditnote WHERE number = 'CN-1'"
    ),
    "deposit = asked − credited − taken off": "UPDATE billing_invoice SET kind = 'deposit'",
    "credit note = its lines − its fees": "UPDATE billing_creditnote SET net_minor = net_minor - 1",
    "invoice = the credit note that it takes back": (
        "UPDATE billing_invoice SET takes_back_id = (SELECT MIN(id) FROM billing_creditnote), total_minor = total_minor + 1 "
        "WHERE id = (SELECT MIN(id) FROM billing_invoice)"
    ),
    "credited ≤ invoiced": "UPDATE billing_creditline SET net_minor = net_minor * 100",
    "one of a line and its alternatives is taken": "UPDATE demand_line SET taken = false",
    "options stand on quotes, beside lines of them": "UPDATE demand_line SET option = 'optional'",
    "rejected at the door = its reasons": (
        "INSERT INTO purchasing_rejection (receipt_id, purchase_line_id, quantity, reason, note, made_id) "
        "SELECT r.id, p.id, 1, 'Dented', '', r.made_id FROM purchasing_receipt r, purchasing_purchaseline p"
    ),
    "cost of a receipt = in stock + variance": "UPDATE purchasing_receiptcost SET amount_minor = amount_minor + 1",
    "bill = in stock + variance": "UPDATE purchasing_vendorbillline SET unit_cost_micro = unit_cost_micro + 1000000",
    "payable = accepted − paid − credited": "UPDATE purchasing_vendorbill SET total_minor = 1",
    "discount of a vendor = its postings": "UPDATE purchasing_vendordiscount SET tax_minor = tax_minor + 1",
    "booked as billed ≤ received": "UPDATE purchasing_vendorbillline SET booked_quantity = booked_quantity + 9",
    "credited = expected − variance": "UPDATE purchasing_vendorreturn SET credit_got_minor = credit_got_minor + 1",
    "a category has those above it": "UPDATE catalog_category SET path = 'Elsewhere' WHERE path = 'Network'",
    "merged = retired, and leads to what stays": (
        "UPDATE catalog_product SET retired_on = NULL WHERE merged_into_id IS NOT NULL"
    ),
    "a merge keeps goods and value": (
        "UPDATE ledger_draw SET value_minor = value_minor + 1 "
        "WHERE entry_id IN (SELECT id FROM ledger_entry WHERE verb = 'merge')"
    ),
    "inside once": (
        "UPDATE ledger_holding SET place_id = (SELECT id FROM ledger_place WHERE kind = 'assembly'), kind = 'assembly', "
        "quantity = 2 WHERE id = (SELECT MIN(id) FROM ledger_holding WHERE serial AND unbounded)"
    ),
    "replaced + sent back ≤ returned": "UPDATE returns_replacement SET quantity = quantity + 5",
    "paid back ≤ received": "UPDATE returns_rma SET overruled_reason = '' WHERE overruled_reason <> ''",
    "what is stacked goes with its pallet": (
        "UPDATE fulfilment_container SET kind = 'box' WHERE inside_id IS NULL"
    ),
    "open tasks are for firm lines": "UPDATE sales_order SET held_at = '2026-03-01 08:00:00+00:00'",
    "invoice = its bills": "UPDATE billing_invoiceline SET quantity = quantity + 1",
    "invoice = its lines": "UPDATE billing_invoiceline SET gross_minor = net_minor",
    "history names what is there": "UPDATE ledger_fact SET entry_id = (SELECT MAX(id) + 1 FROM ledger_entry)",
    "a file = its content on the disk": "UPDATE notices_attachment SET size_bytes = size_bytes + 1",
    "what is erased is off the disk": (
        "UPDATE notices_attachment SET erased_on = '2026-03-01', retired_on = '2026-03-01'"
    ),
}
"""For each law what somebody with access to the database might do, and the audit must see."""

NAMING = [
    (model._meta.model_name, field.column)
    for model in IMMUTABLE
    for field in model._meta.concrete_fields
    if field.is_relation and not field.db_constraint
]
"""The columns of history that name a row without a foreign key."""


@pytest.fixture
def company(settings: Any, tmp_path: Path) -> World:
    """A company that has sold, billed, credited, been paid and taken back something, and undone a delivery."""
    settings.MEDIA_ROOT = tmp_path
    made = world()
    cable, router = made.product(), made.product(traced="serial", cost_method="specific")
    made.stock(cable, 9)
    made.stock(router, 3, serials=("S-1", "S-2", "S-3"))
    _, (cables, routers) = order(made, (cable, 3), (router, 2))
    pick_pack_ship(actor=HOUSE, picks=[Pick(cables, 3), Pick(routers, 2)])
    whole, device = install(actor=HOUSE, items=[Installation(routers, quantity=2)]).made["devices.Device"]
    relate(actor=HOUSE, device=device, other=whole, kind="parent")
    rosa = Contact.objects.create(organization=made.customer, name="Rosa")
    name_users(actor=HOUSE, device=whole, add=[rosa.pk])
    subscribe(actor=HOUSE, wish=SubscriptionWish(made.customer.pk, made.product(kind="service").pk, device))
    billed = invoice(actor=HOUSE, wish=InvoiceWish((Bill(cables, 3),)))
    pay(actor=HOUSE, wish=PaymentWish(made.customer.pk, 1000, "EUR"))
    (sold,) = billed.made["billing.InvoiceLine"]
    credit(actor=HOUSE, items=[Credit(sold, 1)], reason="Broken")
    take_back(
        actor=HOUSE, organization=made.customer.pk, items=[Returned(Asked(1, line=cables))], reason="No need"
    )
    _, (again,) = order(made, (cable, 1))
    done = pick_pack_ship(actor=HOUSE, picks=[Pick(again, 1)])
    reverse(actor=HOUSE, entry=done.id)
    made.stock(cable, 1)
    _, (kept,) = order(made, (cable, 1))
    pick_pack_ship(actor=HOUSE, picks=[Pick(kept, 1)])
    asked_for = request(actor=HOUSE, organization=made.customer.pk, items=[Asked(1, line=kept)])
    rma, (row,) = asked_for.one("returns.Rma"), asked_for.made["returns.RmaLine"]
    approve(actor=HOUSE, rma=rma)
    settle(actor=HOUSE, rma=rma, answers=[Answer(row, 1, "credit")], overrule="Broken in the post")
    made.stock(cable, 2)
    _, (worn,) = order(made, (cable, 1))
    pick_pack_ship(actor=HOUSE, picks=[Pick(worn, 1)])
    asked_for = request(actor=HOUSE, organization=made.customer.pk, items=[Asked(1, line=worn)])
    rma, (row,) = asked_for.one("returns.Rma"), asked_for.made["returns.RmaLine"]
    approve(actor=HOUSE, rma=rma)
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, row)])
    settle(actor=HOUSE, rma=rma, answers=[Answer(row, 1, "replace")])
    bought = stocked_up(made, (cable, 2, 5_000_000))
    received = arrive(bought.lines[0], 2).one("purchasing.Receipt")
    land_cost(actor=HOUSE, receipt=received, cost=Cost("Freight", 100))
    paper = VendorBill("R-1", date(2026, 3, 1), (BillLine(bought.lines[0], received, 2, 6_000_000),))
    asked = enter_bill(actor=HOUSE, bill=paper).one("purchasing.VendorBill")
    accept_bill(actor=HOUSE, bill=asked, note="Agreed")
    pay_bills(actor=HOUSE, wish=PayWish((Part(asked, 500, 20),)))
    gone = send_back(actor=HOUSE, goods=[SendBack(1, product=cable.pk)]).one("purchasing.VendorReturn")
    credit_vendor_return(actor=HOUSE, vendor_return=gone, got_minor=100)
    case = made.product()
    made.stock(case, 1)
    start_run(actor=made.user, location=made.location.pk, lines=order(made, (case, 1))[1])
    made.stock(case, 1)
    _, (packed,) = reserved(made, (cable, 1))
    box = pack(actor=HOUSE, picks=[Pick(packed, 1)]).one("fulfilment.Container")
    stack(actor=HOUSE, containers=[box])
    double = made.product(category="Network / Cables")
    made.stock(double, 2)
    merge_products(actor=HOUSE, product=double.pk, into=cable.pk)
    attach(actor=HOUSE, subject=f"product:{cable.pk}", files=[upload("guide.pdf", PDF)])
    with clock.standing_at(clock.now() + timedelta(days=40)):
        remind(actor=HOUSE, organization=made.customer.pk, currency="EUR")
    clean()
    return made


@pytest.fixture
def unguarded(company: World) -> Iterator[World]:
    """The same without triggers and checks: who edits files needs neither."""
    if connection.vendor == "postgresql":
        sql.execute("SET CONSTRAINTS ALL IMMEDIATE")
        sql.execute("SET LOCAL session_replication_role = replica")
        for table, name in sql.fetch(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid::regclass::text ~ '^ledger'"
        ):
            sql.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    else:
        for name in bootstrap.trigger_names():
            sql.execute(f"DROP TRIGGER {name}")
        sql.execute("PRAGMA ignore_check_constraints = ON")
    sql.execute("DROP INDEX one_serial_one_place")
    yield company
    if connection.vendor == "sqlite":
        sql.execute("PRAGMA ignore_check_constraints = OFF")


@pytest.mark.django_db
@pytest.mark.parametrize("law", sorted(BROKEN))
def test_what_somebody_edits_is_found(unguarded: World, law: str) -> None:
    for statement in BROKEN[law].split("; "):
        assert sql.execute(statement), "nothing was there to edit"
    assert law in {finding.law for finding in audit()}


@pytest.mark.django_db
def test_no_law_is_idle(unguarded: World) -> None:
    idle = set(LAWS)
    for statements in BROKEN.values():
        with contextlib.suppress(Given), transaction.atomic():
            for statement in statements.split("; "):
                sql.execute(statement)
            idle -= {check for check in idle if list(check())}
            raise Given
    assert {check.__name__ for check in idle} <= {"history_is_guarded"}


class Given(Exception):
    """What was edited is given up."""


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["entry", "move", "fact", "draw", "posting"])
def test_history_is_not_edited(company: World, table: str) -> None:
    (row,) = sql.fetch(f"SELECT MIN(id) FROM ledger_{table}")[0]
    edits = [
        f"UPDATE ledger_{table} SET id = id WHERE id = {row}",
        f"DELETE FROM ledger_{table} WHERE id = {row}",
    ]
    if connection.vendor == "sqlite":
        edits.append(f"REPLACE INTO ledger_{table} SELECT * FROM ledger_{table} WHERE id = {row}")
    for edit in edits:
        with pytest.raises(DatabaseError, match="history is not edited"), transaction.atomic():
            sql.execute(edit)
    clean()


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["holding", "layer", "account"])
def test_balances_stay(company: World, table: str) -> None:
    (row,) = sql.fetch(f"SELECT MIN(id) FROM ledger_{table}")[0]
    with pytest.raises(DatabaseError, match="history is not edited"), transaction.atomic():
        sql.execute(f"DELETE FROM ledger_{table} WHERE id = {row}")
    clean()


@pytest.mark.django_db
@pytest.mark.parametrize(("table", "column"), NAMING)
def test_history_that_names_nothing_is_found(unguarded: World, table: str, column: str) -> None:
    assert sql.execute(
        f"UPDATE ledger_{table} SET {column} = 1000000000 WHERE id = "
        f"(SELECT MIN(id) FROM ledger_{table} WHERE {column} IS NOT NULL)"
    )
    found = {(one.law, one.found) for one in audit()}
    assert ("history names what is there", f"{column}, 1000000000") in found


@pytest.mark.django_db
def test_a_trigger_that_is_gone_is_found(company: World) -> None:
    on = " ON ledger_move" if connection.vendor == "postgresql" else ""
    sql.execute(f"DROP TRIGGER ledger_move_no_update{on}")
    assert [(one.law, one.where) for one in audit()] == [("history is guarded", "ledger_move_no_update")]


@pytest.mark.django_db
def test_a_guard_that_sleeps_is_found(company: World) -> None:
    if connection.vendor == "postgresql":
        sql.execute("SET CONSTRAINTS ALL IMMEDIATE")
        sql.execute("ALTER TABLE ledger_fact DISABLE TRIGGER ledger_fact_no_delete")
        asleep, wake = "ledger_fact_no_delete", "ALTER TABLE ledger_fact ENABLE TRIGGER ledger_fact_no_delete"
    else:
        sql.execute("PRAGMA recursive_triggers = OFF")
        asleep, wake = "recursive_triggers", "PRAGMA recursive_triggers = ON"
    found = audit()
    sql.execute(wake)
    assert [(one.law, one.where) for one in found] == [("history is guarded", asleep)]


def test_triggers_are_back_after_a_migration(fresh_database: dict[str, str]) -> None:
    if connection.vendor == "sqlite":
        # How Django changes a table there: a new one under the old name, without its triggers.
        with connection.schema_editor() as editor:
            editor._remake_table(Move)
    else:
        sql.execute("DROP TRIGGER ledger_move_no_update ON ledger_move")
        sql.execute("DROP TRIGGER ledger_move_no_delete ON ledger_move")
    assert {one.where for one in audit()} == {"ledger_move_no_update", "ledger_move_no_delete"}
    call_command("migrate", verbosity=0)
    clean()
