"""What credited is undone: its papers stay, their opposites are posted, and all else is exactly as before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import policy, refused
from tests.fulfilment.test_pages import do, see
from tests.notices.test_attachments import someone
from tests.purchasing.test_api import Caller
from tests.returns.standing import standing
from tests.returns.test_replace import came, replaced
from tests.returns.test_rma import asked, loose
from tests.returns.test_settle import billed, owed, paid
from tests.returns.test_swap import serving
from tests.world import World, clean, entries, world
from wharfinger.base.access import HOUSE
from wharfinger.base.money import micro
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.actions.payments import apply_credit, cancel_payment, pay, refund
from wharfinger.billing.models import CreditNote, Invoice, InvoiceLine, Payment
from wharfinger.billing.queries.statements import statements
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.keeping_back import Kept
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.devices.actions.keeping import subscribe
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.documents.queries.billing import invoice as paper
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Outbox
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.telling import tell
from wharfinger.pricing.actions import set_rates
from wharfinger.returns.actions.inspecting import inspect, settle
from wharfinger.returns.actions.receiving import receive, take_back
from wharfinger.returns.actions.swapping import swap
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived, Returned
from wharfinger.returns.rules.replacing import Instead
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer
from wharfinger.returns.rules.swapping import Incoming, Swap
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.site.undoing import offered

pytestmark = pytest.mark.django_db
STATEMENTS = 49
"""What undoing a return that credited asks the database, however many lines it has."""


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


@pytest.mark.parametrize("part", [0, 400, 1190, 2380])
def test_what_was_taken_back_is_theirs_again(company: World, part: int) -> None:
    """One of two, from an unpaid, a part-paid and a paid invoice: another invoice asks for what the note gave back."""
    line = loose(company, 2)
    first = billed(line, 2)
    if part:
        paid(company, part)
    before = standing(lines=(line,))
    done = take_back(
        actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(1, line), outcome="restock")]
    )
    assert standing(lines=(line,)) != before
    (told,) = tell([done.entry])
    assert told.undo
    undone = reverse(actor=HOUSE, entry=done.id, reason="Wrong box")
    assert standing(lines=(line,)) == before
    note, again = CreditNote.objects.get(), Invoice.objects.latest("pk")
    assert note.void is None
    assert (again.takes_back, again.number, again.total_minor) == (note, "INV-2", note.total_minor)
    assert (again.due_on, again.posted_at is None) == (first.due_on, False)
    row = InvoiceLine.objects.get(invoice=again)
    assert (row.line_id, row.quantity, row.net_minor) == (line, 1, 1000)
    assert Outbox.objects.filter(entry=undone.entry, consumer="documents").count() == 1
    clean()
    # It is not undone twice, and comes back once more as if it had never been here.
    assert refused("nothing_left", lambda: reverse(actor=HOUSE, entry=done.id))
    take_back(actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(2, line))])
    receivable, theirs = owed(company)
    assert receivable + theirs == -part
    clean()


def test_a_swap_that_credited_is_undone(company: World) -> None:
    """Goods, warranty, subscription and money are as they were."""
    router, line, old = serving(company, "OLD", "NEW")
    policy(company, product=router)
    billed(line, 1)
    paid(company, 1190)
    service = company.product(kind="service")
    subscribe(actor=HOUSE, wish=SubscriptionWish(company.customer.pk, service.pk, old))
    before = standing(lines=(line,))
    done = swap(actor=HOUSE, swap=Swap(old, Incoming(serial="NEW"), credit=True, reason="Broken"))
    reverse(actor=HOUSE, entry=done.id)
    assert standing(lines=(line,)) == before
    assert Invoice.objects.latest("pk").takes_back == CreditNote.objects.get()
    clean()


def test_a_replacement_at_a_price_is_undone(company: World) -> None:
    """The new unit's invoice is credited, the old one's note is taken back, and the goods are free again."""
    line = loose(company, 1)
    better = company.product(price_micro=15_000_000)
    company.stock(better, 1)
    billed(line, 1)
    paid(company, 1190)
    rma, row = came(company, line)
    before = standing(lines=(line,))
    done = replaced(rma, row, 1, Instead(product=better.pk))
    claim = done.one("ledger.Claim")
    assert owed(company) == (595, 0)
    count = entries()
    reverse(actor=HOUSE, entry=done.id, reason="Changed their mind")
    assert entries() == count + 1
    assert standing(lines=(line,)) == before
    assert owed(company) == (0, 0)
    invoices = Invoice.objects.order_by("pk")
    notes = CreditNote.objects.order_by("pk")
    assert [one.number for one in invoices] == ["INV-1", "INV-2", "INV-3"]
    assert [(one.number, one.invoice.number, one.reason) for one in notes] == [
        ("CN-1", "INV-1", "RMA-1"),
        ("CN-2", "INV-2", "Changed their mind"),
    ]
    assert invoices[2].takes_back == notes[0]
    gone = Line.objects.get(pk=claim)
    assert (gone.void, gone.removed_at is None) == (None, False)
    clean()
    replaced(rma, row, 1, Instead(product=better.pk))
    assert owed(company) == (595, 0)
    clean()


def test_what_they_paid_beside_is_their_credit(company: World) -> None:
    """The difference was paid before the replacement is undone: it stays the customer's."""
    line = loose(company, 1)
    better = company.product(price_micro=15_000_000)
    company.stock(better, 1)
    billed(line, 1)
    paid(company, 1190)
    rma, row = came(company, line)
    done = replaced(rma, row, 1, Instead(product=better.pk))
    paid(company, 595)
    reverse(actor=HOUSE, entry=done.id)
    assert owed(company) == (0, -595)
    clean()


def test_an_invoice_that_was_credited_stands_in_the_way(company: World) -> None:
    line = loose(company, 1)
    better = company.product(price_micro=15_000_000)
    company.stock(better, 1)
    billed(line, 1)
    rma, row = came(company, line)
    done = replaced(rma, row, 1, Instead(product=better.pk))
    new = Invoice.objects.latest("pk")
    credit(actor=HOUSE, items=[Credit(InvoiceLine.objects.get(invoice=new).pk, 1)], reason="Too dear")
    count = entries()
    assert "INV-2" in str(refused("credited_since", lambda: reverse(actor=HOUSE, entry=done.id)))
    assert entries() == count
    clean()


def test_a_refund_is_cancelled_first(company: World) -> None:
    """Money that went back is named; once it came again, all is as it was."""
    line = loose(company, 1)
    billed(line, 1)
    paid(company, 1190)
    rma, row = came(company, line)
    before = standing(lines=(line,))
    done = settle(actor=HOUSE, rma=rma, answers=[Answer(row, 1, "refund")])
    count = entries()
    found = refused("paid_back", lambda: reverse(actor=HOUSE, entry=done.id))
    out = Payment.objects.get(kind="refund")
    assert (found.remedies[0].verb, found.remedies[0].values) == ("cancel_payment", {"payment": out.pk})
    assert (entries(), "REF-1" in str(found)) == (count, True)
    cancel_payment(actor=HOUSE, payment=out.pk)
    reverse(actor=HOUSE, entry=done.id)
    assert standing(lines=(line,)) == before
    assert Payment.objects.get(kind="refund").void is None
    clean()


def test_a_refund_of_the_credit_later_stands_in_the_way(company: World) -> None:
    line = loose(company, 1)
    billed(line, 1)
    paid(company, 1190)
    done = take_back(actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(1, line))])
    refund(actor=HOUSE, wish=PaymentWish(company.customer.pk, 500, "EUR"))
    refused("paid_back", lambda: reverse(actor=HOUSE, entry=done.id))
    clean()


def test_credit_that_paid_another_invoice_leaves_this_one_open(company: World) -> None:
    """What the credit paid stays paid; the customer owes as much as before, for the goods they have again."""
    line, other = loose(company, 1), loose(company, 1)
    billed(line, 1)
    paid(company, 1190)
    second = billed(other, 1)
    before = standing(lines=(line, other))
    done = take_back(actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(1, line))])
    apply_credit(actor=HOUSE, organization=company.customer.pk, currency="EUR")
    assert owed(company) == (0, 0)
    reverse(actor=HOUSE, entry=done.id)
    assert standing(lines=(line, other)) == before
    assert owed(company) == (1190, 0)
    assert second.pk != Invoice.objects.latest("pk").pk
    clean()


def test_what_was_kept_is_given_up(company: World) -> None:
    """A fee of 10 % was kept: the invoice that takes the note back asks for that much less."""
    line = loose(company, 1)
    fee = company.product(kind="service")
    billed(line, 1)
    paid(company, 1190)
    before = standing(lines=(line,))
    done = take_back(
        actor=HOUSE,
        organization=company.customer.pk,
        items=[Returned(Asked(1, line))],
        kept=[Kept("fee", fee.pk, share_micro=100_000)],
    )
    assert (CreditNote.objects.get().total_minor, owed(company)) == (1071, (0, -1071))
    reverse(actor=HOUSE, entry=done.id)
    assert standing(lines=(line,)) == before
    again = Invoice.objects.latest("pk")
    assert (again.net_minor, again.tax_minor, again.total_minor) == (900, 171, 1071)
    assert [row.net_minor for row in again.lines.order_by("position")] == [1000, -100]
    clean()


@pytest.mark.parametrize(
    ("currency", "rate", "price", "included"),
    [
        ("EUR", None, "0.33", False),
        ("EUR", None, "0.33", True),
        ("JPY", "0.0061", "333", False),
        ("KWD", "3.01", "0.333", True),
    ],
)
@pytest.mark.parametrize("part", [0, 50, 100])
def test_to_the_last_coin(
    company: World, currency: str, rate: str | None, price: str, *, included: bool, part: int
) -> None:
    """Three notes of one invoice, whose tax is what is left to the last cent: each is taken back to the cent."""
    company.customer.currency = currency
    company.customer.save()
    if rate is not None:
        set_rates(actor=HOUSE, rates=[{"currency": currency, "valid_from": "2020-01-01", "rate": rate}])
    cable = company.product()
    company.stock(cable, 3)
    wish = (LineWish(cable.pk, 3, unit_price_micro=micro(price), tax_included=included),)
    (line,) = create_order(
        actor=HOUSE, wish=OrderWish(company.customer.pk, wish, confirm=True, currency=currency)
    ).made["ledger.Claim"]
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 3)])
    first = billed(line, 3)
    if part:
        pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, first.total_minor * part // 100, currency))
    stood = []
    done = []
    for _ in range(3):
        stood.append(standing(lines=(line,)))
        done.append(
            take_back(actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(1, line))])
        )
    for entry, before in reversed(list(zip(done, stood, strict=True))):
        reverse(actor=HOUSE, entry=entry.id)
        after = standing(lines=(line,))
        assert {k: v for k, v in after.items() if k != "money"} == {
            k: v for k, v in before.items() if k != "money"
        }
        assert _theirs(after) == _theirs(before)
        clean()
    take_back(actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(3, line))])
    assert owed(company)[0] == 0
    clean()


def _theirs(stood: dict[str, Any]) -> dict[tuple[str, str], int]:
    """What stands on each account; net and tax as one, which an invoice divides by its own rows."""
    found: dict[tuple[str, str], int] = {}
    for (kind, currency), (minor, _home) in stood["money"].items():
        at = "ours" if kind in ("revenue", "tax and rounding") else kind, currency
        found[at] = found.get(at, 0) + minor
    return {at: minor for at, minor in found.items() if minor}


def test_what_was_built_on_it_is_named(company: World) -> None:
    """Restocked and gone again: nothing is undone and nothing posted."""
    line = loose(company, 1)
    billed(line, 1)
    done = take_back(
        actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(1, line), outcome="restock")]
    )
    product = Line.objects.get(pk=line).product
    (sold,) = create_order(
        actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(product.pk, 1),), confirm=True)
    ).made["ledger.Claim"]
    pick_pack_ship(actor=HOUSE, picks=[Pick(sold, 1)])
    count = entries()
    refused("goods_moved_on", lambda: reverse(actor=HOUSE, entry=done.id))
    assert (entries(), Invoice.objects.count()) == (count, 1)
    clean()


def test_it_is_undone_whole(company: World) -> None:
    line = loose(company, 2)
    billed(line, 2)
    done = take_back(actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(2, line))])
    count = entries()
    refused("undone_whole", lambda: reverse(actor=HOUSE, entry=done.id, claims={line: 1}))
    assert entries() == count
    clean()


def test_a_settlement_is_undone_before_the_receipt(company: World) -> None:
    """Every step in the order in which it was done, back to the request."""
    line = loose(company, 2)
    billed(line, 2)
    paid(company, 2380)
    rma, (row,) = asked(company, Asked(2, line))
    stood = [standing(lines=(line,))]
    steps = [receive(actor=HOUSE, rma=rma, items=[Arrived(2, row)])]
    stood.append(standing(lines=(line,)))
    steps.append(settle(actor=HOUSE, rma=rma, answers=[Answer(row, 2, "store_credit")]))
    refused("settled_since", lambda: reverse(actor=HOUSE, entry=steps[0].id))
    stood.append(standing(lines=(line,)))
    steps.append(inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(row, 2, "restock")]))
    for step, before in reversed(list(zip(steps, stood, strict=True))):
        reverse(actor=HOUSE, entry=step.id)
        assert standing(lines=(line,)) == before
        clean()


def test_the_page_says_what_will_be_posted(client: Client, company: World) -> None:
    """Before anybody confirms; nothing is written by looking."""
    line = loose(company, 1)
    better = company.product(price_micro=15_000_000)
    company.stock(better, 1)
    billed(line, 1)
    paid(company, 1190)
    rma, row = came(company, line)
    done = replaced(rma, row, 1, Instead(product=better.pk))
    client.force_login(company.user)
    count = entries()
    page = see(client, f"/journal/{done.id}/undo/")
    assert "An invoice, which takes back CN-1" in page
    assert "A credit note for INV-2" in page
    assert (entries(), Invoice.objects.count()) == (count, 2)
    do(client, f"/journal/{done.id}/undo/", {"reason": "Changed their mind"})
    again, note = Invoice.objects.latest("pk"), CreditNote.objects.earliest("pk")
    assert "CN-1" in see(client, f"/invoices/{again.pk}/")
    assert "INV-3" in see(client, f"/credit-notes/{note.pk}/")
    said = [
        (one.subject, one.number, one.minor)
        for shown in statements(company.customer.pk, date(2020, 1, 1), date(2099, 1, 1))
        for one in shown.movements
    ]
    assert said[-2:] == [("credit_note", "CN-2", -1785), ("invoice", "INV-3", 1190)]


def test_the_api_names_the_papers(company: World) -> None:
    ada = Caller(company.user)
    line = loose(company, 1)
    billed(line, 1)
    done = take_back(actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(1, line))])
    undone = ada.good("post", f"/journal/{done.id}/reverse", {"reason": "Wrong box"})
    again, note = Invoice.objects.latest("pk"), CreditNote.objects.get()
    assert {f"invoice:{again.pk}", f"credit_note:{note.pk}"} <= set(undone["subjects"])
    assert ada.good("get", f"/invoices/{again.pk}")["takes_back"] == note.pk
    assert ada.good("get", f"/credit-notes/{note.pk}")["taken_back_by"] == again.pk
    assert ada.good("get", f"/invoices/{note.invoice_id}")["takes_back"] is None


def test_it_needs_the_right_to_invoice(company: World) -> None:
    """Whoever undoes what credited asks a customer to pay; who may not is told which right lacks."""
    line = loose(company, 1)
    billed(line, 1)
    done = take_back(actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(1, line))])
    clerk = someone("ledger.reverse", "returns.receive", "returns.restock")
    count = entries()
    found = refused("not_allowed", lambda: reverse(actor=clerk, entry=done.id))
    assert (found.values["permission"], entries()) == ("billing.invoice", count)
    assert offered(tell([done.entry]), clerk) == set()


def test_the_paper_names_the_note(company: World) -> None:
    line = loose(company, 1)
    billed(line, 1)
    done = take_back(actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(1, line))])
    reverse(actor=HOUSE, entry=done.id)
    again, note = Invoice.objects.latest("pk"), CreditNote.objects.get()
    shape = paper(again.pk, "en")
    assert (shape.credit_note_number, shape.credit_note_dated) == (note.number, note.issued_on)
    assert (shape.totals.net.minor, shape.totals.gross.minor) == (1000, 1190)


@pytest.mark.parametrize("units", [1, 50])
def test_many_lines_cost_no_more_statements(company: World, units: int) -> None:
    """Of 50 lines and their 50 notes as of one; measured by what each undo asks the database."""
    lines = [loose(company, 1) for _ in range(units)]
    for line in lines:
        billed(line, 1)
    done = take_back(
        actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(1, line)) for line in lines]
    )
    with CaptureQueriesContext(connection) as asked_for:
        reverse(actor=HOUSE, entry=done.id)
    assert Invoice.objects.filter(takes_back__isnull=False).count() == units
    # On PostgreSQL an act takes one more.
    assert len(asked_for) - (connection.vendor == "postgresql") == STATEMENTS
