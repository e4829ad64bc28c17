"""Drafts that are changed or given up before they are posted: their bills go with them, and what is posted stays."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.billing.books import owed
from tests.documents.reading import pages
from tests.fulfilment.test_pages import do, see
from tests.fulfilment.trade import order
from tests.purchasing.buying import person
from tests.world import World, clean, entries, held, refused
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed
from wharfinger.billing.actions.drafts import change_draft, discard_draft
from wharfinger.billing.actions.invoices import draft_invoice, invoice, post_invoice
from wharfinger.billing.models import Invoice
from wharfinger.billing.rules.changing import DraftChange, RowChange
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.documents.actions.issuing import pdf
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.telling import undoable
from wharfinger.parties.models import Organization

pytestmark = pytest.mark.django_db


def drafted(*bills: Bill, **values: Any) -> Invoice:
    """The draft of these bills."""
    done = draft_invoice(actor=HOUSE, wish=InvoiceWish(bills, **values))
    return Invoice.objects.get(pk=done.one("billing.Invoice"))


def rows(draft: Invoice) -> list[tuple[int | None, int, int]]:
    """Line, quantity and net of what it bills, in order."""
    found = draft.lines.filter(quantity__gt=0).order_by("position")
    return list(found.values_list("line", "quantity", "net_minor"))


def test_a_draft_bills_other_quantities_prices_and_lines(company: World) -> None:
    router = company.product()
    sheet, (one, two) = order(company, (router, 5), (router, 4))
    other, (three,) = order(company, (router, 2))
    draft = drafted(Bill(one, 3), Bill(two, 4))
    first, second = draft.lines.order_by("position").values_list("pk", flat=True)
    done = change_draft(
        actor=HOUSE,
        invoice=draft.pk,
        change=DraftChange(
            (RowChange(first, 5, 8_000_000, reason="Agreed by phone"), RowChange(second, 0)),
            (Bill(three, 1, unit_price_micro=9_000_000, reason="Shown in the shop"),),
            (("remarks", "Thank you."), ("customer_reference", "PO-9"), ("due_on", date(2030, 1, 1))),
        ),
    )
    draft.refresh_from_db()
    assert rows(draft) == [(one, 5, 4000), (three, 1, 900)]
    assert (draft.net_minor, draft.tax_minor, draft.total_minor) == (4900, 931, 5831)
    assert (draft.sheet_id, draft.remarks, draft.customer_reference) == (None, "Thank you.", "PO-9")
    assert [held(line).get("invoiced", 0) for line in (one, two, three)] == [5, 0, 1]
    assert [held(line).get("to_bill", 0) for line in (one, two, three)] == [0, 4, 1]
    clean()
    reverse(actor=HOUSE, entry=done.id)
    draft.refresh_from_db()
    assert rows(draft) == [(one, 3, 3000), (two, 4, 4000)]
    assert (draft.net_minor, draft.sheet_id, draft.remarks) == (7000, sheet, "")
    assert [held(line).get("to_bill", 0) for line in (one, two, three)] == [2, 0, 2]
    clean()
    assert other


def test_more_than_is_to_be_billed_and_what_belongs_elsewhere_is_refused(company: World) -> None:
    router = company.product()
    _, (one, two) = order(company, (router, 3), (router, 1))
    foreign = Organization.objects.create(name="Beta")
    _, (theirs,) = order(company, (router, 1), customer=foreign)
    draft = drafted(Bill(one, 2))
    (row,) = draft.lines.values_list("pk", flat=True)
    before = entries()

    def change(*wanted: RowChange, add: tuple[Bill, ...] = (), **values: Any) -> Any:
        return change_draft(
            actor=HOUSE, invoice=draft.pk, change=DraftChange(wanted, add, tuple(values.items()))
        )

    refused(lambda: change(RowChange(row, 4)), "more_than_billable", "rows.0.quantity")
    refused(lambda: change(add=(Bill(two, 2),)), "more_than_billable", "add.0.quantity")
    refused(lambda: change(add=(Bill(theirs, 1),)), "several_customers", "add.0.line")
    refused(lambda: change(RowChange(row + 99, 1)), "no_such_invoice_line", "rows.0.id")
    refused(lambda: change(RowChange(row, 1), RowChange(row, 2)), "twice", "rows.1.id")
    refused(lambda: change(RowChange(row, 0)), "draft_is_empty", "rows")
    refused(lambda: change(RowChange(row, 2)), "nothing_changed")
    refused(lambda: change(due_on=date(2000, 1, 1)), "due_too_early", "due_on")
    refused(lambda: change(remarks="x" * 2001), "too_long", "remarks")
    assert (entries(), rows(draft)) == (before, [(one, 2, 2000)])


def test_what_is_posted_is_neither_changed_nor_discarded_nor_undone_to_what_it_was(company: World) -> None:
    router = company.product()
    _, (one,) = order(company, (router, 3))
    draft = drafted(Bill(one, 2))
    (row,) = draft.lines.values_list("pk", flat=True)
    more = DraftChange((RowChange(row, 3),))
    done = change_draft(actor=HOUSE, invoice=draft.pk, change=more)
    assert undoable([done.id]) == {done.id}
    post_invoice(actor=HOUSE, invoice=draft.pk)
    assert (owed(draft.pk), undoable([done.id])) == (3570, set())
    before = entries()
    refused(lambda: change_draft(actor=HOUSE, invoice=draft.pk, change=more), "posted")
    refused(lambda: discard_draft(actor=HOUSE, invoice=draft.pk), "posted")
    refused(lambda: reverse(actor=HOUSE, entry=done.id), "corrected_by_verb")
    assert entries() == before
    clean()


def test_a_discarded_draft_bills_nothing_and_comes_back_by_undo(company: World) -> None:
    router = company.product()
    _, (one, two) = order(company, (router, 3), (router, 1))
    draft = drafted(Bill(one, 2))
    change_draft(actor=HOUSE, invoice=draft.pk, change=DraftChange(add=(Bill(two, 1),)))
    gone = discard_draft(actor=HOUSE, invoice=draft.pk)
    draft.refresh_from_db()
    assert (draft.void_id, held(one)["to_bill"], held(two)["to_bill"]) == (gone.id, 3, 1)
    refused(lambda: post_invoice(actor=HOUSE, invoice=draft.pk), "no_such_invoice")
    clean()
    reverse(actor=HOUSE, entry=gone.id)
    draft.refresh_from_db()
    assert (draft.void_id, rows(draft)) == (None, [(one, 2, 2000), (two, 1, 1000)])
    clean()
    again = discard_draft(actor=HOUSE, invoice=draft.pk)
    invoice(actor=HOUSE, wish=InvoiceWish((Bill(one, 3),)))
    refused(lambda: reverse(actor=HOUSE, entry=again.id), "goods_moved_on")
    clean()


def test_writing_a_draft_is_not_undone_once_it_bills_more(company: World) -> None:
    router = company.product()
    _, (one, two) = order(company, (router, 3), (router, 1))
    written = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(one, 2),)))
    pk = written.one("billing.Invoice")
    added = change_draft(actor=HOUSE, invoice=pk, change=DraftChange(add=(Bill(two, 1),)))
    refused(lambda: reverse(actor=HOUSE, entry=written.id), "changed_since")
    discarded = discard_draft(actor=HOUSE, invoice=pk)
    refused(lambda: reverse(actor=HOUSE, entry=added.id), "draft_is_gone")
    reverse(actor=HOUSE, entry=discarded.id)
    reverse(actor=HOUSE, entry=added.id)
    reverse(actor=HOUSE, entry=written.id)
    assert held(one)["to_bill"] == 3
    clean()


def test_what_is_free_is_undone_as_a_whole_as_well(company: World) -> None:
    gift = company.product(price_micro=0)
    _, (one, two) = order(company, (gift, 3), (gift, 3))
    draft = drafted(Bill(one, 1))
    done = change_draft(actor=HOUSE, invoice=draft.pk, change=DraftChange(add=(Bill(two, 3),)))
    refused(lambda: reverse(actor=HOUSE, entry=done.id, claims={two: 1}), "draft_is_whole")
    reverse(actor=HOUSE, entry=done.id)
    assert rows(draft) == [(one, 1, 0)]
    clean()


def test_goods_that_left_before_a_draft_took_them_in_are_not_undone(company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    _, (one, two) = order(company, (router, 1), (router, 1))
    draft = drafted(Bill(one, 1))
    gone = pick_pack_ship(actor=HOUSE, picks=[Pick(two, 1)])
    change_draft(actor=HOUSE, invoice=draft.pk, change=DraftChange(values=(("remarks", "Soon"),)))
    change_draft(actor=HOUSE, invoice=draft.pk, change=DraftChange(add=(Bill(two, 1),)))
    refused(lambda: reverse(actor=HOUSE, entry=gone.id), "invoiced_since")
    left = pick_pack_ship(actor=HOUSE, picks=[Pick(one, 1)])
    change_draft(actor=HOUSE, invoice=draft.pk, change=DraftChange(values=(("remarks", "Now"),)))
    reverse(actor=HOUSE, entry=left.id)
    clean()


def test_the_days_that_somebody_said_stand_when_it_is_posted(company: World) -> None:
    _, (one,) = order(company, (company.product(), 3))
    draft = drafted(Bill(one, 1))
    change_draft(
        actor=HOUSE, invoice=draft.pk, change=DraftChange(values=(("issued_on", date(2020, 1, 31)),))
    )
    draft.refresh_from_db()
    assert (draft.issued_on, draft.due_on) == (date(2020, 1, 31), date(2020, 2, 14))
    post_invoice(actor=HOUSE, invoice=draft.pk)
    draft.refresh_from_db()
    assert (draft.issued_on, draft.due_on) == (date(2020, 1, 31), date(2020, 2, 14))
    second = drafted(Bill(one, 1), issued_on=date(2020, 3, 1))
    change_draft(
        actor=HOUSE,
        invoice=second.pk,
        change=DraftChange(values=(("due_on", date(2020, 5, 5)),)),
    )
    post_invoice(actor=HOUSE, invoice=second.pk, issued_on=date(2020, 4, 1))
    second.refresh_from_db()
    assert (second.issued_on, second.due_on) == (date(2020, 4, 1), date(2020, 5, 5))


def test_a_change_takes_as_many_statements_whatever_its_length(company: World) -> None:
    product, counted = company.product(), []
    for many in (1, 10, 100):
        _, lines = order(company, *((product, 3) for _ in range(2 * many)))
        draft = drafted(*(Bill(line, 2) for line in lines[:many]))
        changed = tuple(RowChange(pk, 1) for pk in draft.lines.values_list("pk", flat=True))
        added = tuple(Bill(line, 1) for line in lines[many:])
        with CaptureQueriesContext(connection) as changing:
            change_draft(actor=HOUSE, invoice=draft.pk, change=DraftChange(changed, added))
        with CaptureQueriesContext(connection) as discarding:
            discard_draft(actor=HOUSE, invoice=draft.pk)
        counted.append((len(changing), len(discarding)))
    assert counted[0] == counted[1] == counted[2]
    assert counted[0][0] <= 30


def test_only_who_writes_invoices_changes_a_draft(company: World) -> None:
    _, (one,) = order(company, (company.product(), 3))
    draft = drafted(Bill(one, 1))
    reader = person("billing.read", "billing.post")
    for act in (
        lambda: change_draft(actor=reader, invoice=draft.pk, change=DraftChange()),
        lambda: discard_draft(actor=reader, invoice=draft.pk),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_api_changes_and_discards_a_draft(company: World, call: Any) -> None:
    _, (one, two) = order(company, (company.product(), 3), (company.product(), 1))
    _, made = call("post", "/invoices", {"lines": [{"line": one, "quantity": "2"}], "draft": True})
    row = made["lines"][0]["id"]
    status, got = call(
        "patch",
        f"/invoices/{made['id']}",
        {
            "rows": [{"id": row, "quantity": "1", "unit_price": "8", "reason": "Agreed"}],
            "add": [{"line": two, "quantity": "1"}],
            "remarks": "By the gate.",
            "due_on": None,
        },
    )
    assert status == 200
    assert [(one["quantity"], one["net"], one["reason"]) for one in got["lines"]] == [
        ("1", "8.00", "Agreed"),
        ("1", "10.00", ""),
    ]
    assert (got["net"], got["remarks"], got["status"]) == ("18.00", "By the gate.", "draft")
    status, gone = call("post", f"/invoices/{made['id']}/discard")
    assert (status, gone["id"]) == (200, made["id"])
    assert call("get", f"/invoices/{made['id']}")[0] == 404


def test_a_draft_is_changed_previewed_and_discarded_in_the_browser(company: World, client: Client) -> None:
    router = company.product()
    _, (one, two) = order(company, (router, 3), (router, 1))
    draft = drafted(Bill(one, 2))
    (row,) = draft.lines.values_list("pk", flat=True)
    address = f"/invoices/{draft.pk}/change/"
    page = see(client, f"/invoices/{draft.pk}/")
    assert address in page
    assert "When it is posted" in page
    typed = {
        f"quantity-r{row}": "1",
        f"price-r{row}": "8",
        f"quantity-{two}": "1",
        f"price-{two}": "10",
        "due_on": "2030-01-01",
        "remarks": "By the gate.",
    }
    shown = client.post(address, typed)
    assert "say why" in shown.content.decode()
    typed[f"reason-r{row}"] = "Agreed"
    told = client.post(address, typed | {"do": "preview"}).content.decode()
    assert "21.42" in told
    draft.refresh_from_db()
    assert draft.net_minor == 2000
    do(client, address, typed)
    draft.refresh_from_db()
    assert (draft.net_minor, rows(draft)) == (1800, [(one, 1, 800), (two, 1, 1000)])
    post_invoice(actor=HOUSE, invoice=draft.pk)
    assert "By the gate." in "".join(pages(pdf(actor=HOUSE, kind="invoice", pk=draft.pk)))
    assert "is posted and stays as it is" in see(client, address)
    second = drafted(Bill(one, 2))
    assert "Wharfinger" in see(client, "/invoices/?tab=draft")
    do(client, f"/invoices/{second.pk}/discard/", {})
    second.refresh_from_db()
    assert second.void_id is not None
