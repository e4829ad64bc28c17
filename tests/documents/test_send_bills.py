"""Invoices, credit notes and statements leave by mail as somebody writes them, by hand, or as soon as they are posted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.billing.conftest import call
from tests.billing.test_statements import billed as billed_on
from tests.documents.house import house
from tests.documents.reading import pages
from tests.documents.test_send import worked
from tests.notices.conftest import Catcher, catcher
from tests.notices.test_letters import reply
from tests.world import World, clean, entries, refused, seen
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.actions.sending import (
    mark_credit_note_sent,
    mark_invoice_sent,
    send_credit_note,
    send_invoice,
    send_statement,
)
from wharfinger.billing.models import CreditNote, Invoice
from wharfinger.billing.rules.credits import Credit
from wharfinger.documents.actions.issuing import reprint
from wharfinger.documents.models import Issued
from wharfinger.ledger.models import Entry, Outbox
from wharfinger.ledger.reverse import reverse
from wharfinger.notices.actions.letters import answer
from wharfinger.notices.models import Letter as Came
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Organization, User
from wharfinger.sales.rules.sending import Letter

__all__ = ["call", "catcher"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_december() -> Any:
    """A day after all that is dated below."""
    with clock.standing_at(datetime(2026, 12, 1, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def company() -> World:
    """A small company whose customer has an address for mail."""
    made = house()
    Organization.objects.filter(pk=made.customer.pk).update(email="buchhaltung@baeckerei.example")
    return made


def billed(company: World) -> Invoice:
    """A posted invoice of 100.00 and tax."""
    return billed_on(company, 10_000, date(2026, 11, 20))


def credited(made: Invoice) -> CreditNote:
    """A credit note of all of it."""
    done = credit(actor=HOUSE, items=[Credit(made.lines.get().pk, 1)], reason="Broken")
    return CreditNote.objects.get(pk=done.one("billing.CreditNote"))


def test_an_invoice_and_its_credit_note_leave_as_somebody_writes_them(company: World) -> None:
    User.objects.filter(pk=company.user.pk).update(email="ada@house.example")
    made = billed(company)
    note = credited(made)
    letter = Letter(("cfo@x.example",), copy=True, subject="Ours", text="Dear Ms Quinn,")
    send_invoice(actor=company.user, invoice=made.pk, letter=letter)
    send_credit_note(actor=company.user, credit_note=note.pk)
    worked()
    one, two = mail.outbox
    assert (one.to, one.cc, one.subject) == (["cfo@x.example"], ["ada@house.example"], "Ours")
    assert one.body.startswith("Dear Ms Quinn,\n\n")
    assert (two.to, two.subject) == (
        ["buchhaltung@baeckerei.example"],
        f"Gutschrift {note.number} – Hafenkontor IT GmbH",
    )
    kept = Issued.objects.get(subject=f"credit_note:{note.pk}")
    assert two.attachments == [
        (f"{note.number}.pdf", reprint(actor=HOUSE, issued=kept.pk), "application/pdf")
    ]
    note.refresh_from_db()
    assert note.sent_at is not None
    with clock.standing_at(datetime(2026, 12, 1, 13, tzinfo=UTC)):
        send_invoice(actor=company.user, invoice=made.pk)
        worked()
    assert mail.outbox[-1].attachments == one.attachments
    clean()


def test_by_hand_nobody_is_written_to_and_without_an_address_it_is_refused(company: World) -> None:
    Organization.objects.filter(pk=company.customer.pk).update(email="")
    made = billed(company)
    note = credited(made)
    before = entries()
    for act in (
        lambda: send_invoice(actor=HOUSE, invoice=made.pk),
        lambda: send_credit_note(actor=HOUSE, credit_note=note.pk),
        lambda: send_statement(actor=HOUSE, organization=company.customer.pk, currency="EUR"),
    ):
        refused(act, "no_address", "to")
    refused(lambda: send_credit_note(actor=HOUSE, credit_note=0), "no_such_credit_note", "credit_note")
    assert (entries(), CreditNote.objects.get().sent_at) == (before, None)
    mark_invoice_sent(actor=HOUSE, invoice=made.pk)
    mark_credit_note_sent(actor=HOUSE, credit_note=note.pk)
    worked()
    assert mail.outbox == []
    assert CreditNote.objects.get().sent_at is not None


def test_a_sending_that_is_undone_before_it_left_writes_to_nobody(company: World) -> None:
    made = billed(company)
    reverse(actor=HOUSE, entry=send_invoice(actor=HOUSE, invoice=made.pk).id)
    worked()
    assert mail.outbox == []
    made.refresh_from_db()
    assert made.sent_at is None


def test_a_statement_leaves_as_it_was_when_it_was_sent(company: World) -> None:
    made = billed(company)
    who = company.customer.pk
    refused(
        lambda: send_statement(actor=HOUSE, organization=who, currency="USD"), "nothing_stated", "currency"
    )
    send_statement(actor=HOUSE, organization=who, currency="EUR", letter=Letter(subject="Your account"))
    worked()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["buchhaltung@baeckerei.example"], "Your account")
    assert "Kontoauszug in EUR vom 01.12.2026" in sent.body
    ((name, content, kind),) = sent.attachments
    assert (name, kind) == ("EUR-2026-12-01.pdf", "application/pdf")
    (text,) = pages(content)
    assert made.number is not None
    assert all(words in text for words in ("Kontoauszug", made.number, "119,00"))


@pytest.mark.parametrize(
    ("house_does", "customer", "leaves"),
    [(False, "", 0), (True, "", 2), (True, "hand", 0), (False, "mail", 2)],
)
def test_bills_leave_as_soon_as_they_are_posted_where_house_or_customer_wants_it(
    company: World, house_does: bool, customer: str, leaves: int
) -> None:
    set_setting(actor=HOUSE, name="mail_bills", value=house_does)
    Organization.objects.filter(pk=company.customer.pk).update(bills_by=customer)
    made = billed(company)
    worked()
    note = credited(made)
    worked()
    assert [one.subject.split()[0] for one in mail.outbox] == ["Rechnung", "Gutschrift"][:leaves]
    made.refresh_from_db()
    note.refresh_from_db()
    assert ((made.sent_at is not None) + (note.sent_at is not None)) == leaves
    assert Entry.objects.filter(verb__in=("send_invoice", "send_credit_note")).count() == leaves
    worked()
    assert len(mail.outbox) == leaves
    clean()


def test_without_an_address_what_leaves_at_posting_stays_to_be_printed(company: World) -> None:
    set_setting(actor=HOUSE, name="mail_bills", value=True)
    Organization.objects.filter(pk=company.customer.pk).update(email="")
    made = billed(company)
    worked()
    made.refresh_from_db()
    assert (mail.outbox, made.sent_at, Issued.objects.count()) == ([], None, 1)
    assert not Outbox.objects.filter(finished_at=None).exists()


def test_over_real_smtp_and_what_is_answered_stands_on_the_invoice(company: World, catcher: Catcher) -> None:
    set_setting(actor=HOUSE, name="reply_address", value="office@quay.example")
    made = billed(company)
    send_invoice(actor=company.user, invoice=made.pk)
    worked()
    (got,) = catcher.mails
    (attached,) = got.iter_attachments()
    assert (attached.get_filename(), attached.get_content()[:5]) == (f"{made.number}.pdf", b"%PDF-")
    answer(actor=HOUSE, content=reply(got, "We pay on Friday."))
    assert (Came.objects.get().about, Came.objects.get().text) == (f"invoice:{made.pk}", "We pay on Friday.")


def test_the_pages_show_the_letter_before_it_leaves(client: Client, company: World) -> None:
    client.force_login(company.user)
    made = billed(company)
    note = credited(made)
    for page, back, words in (
        (f"/documents/invoice/{made.pk}/send/", f"/invoices/{made.pk}/", f"Rechnung {made.number}"),
        (f"/documents/credit-note/{note.pk}/send/", f"/credit-notes/{note.pk}/", f"Gutschrift {note.number}"),
    ):
        assert page in seen(client, back)
        shown = seen(client, page)
        assert words in shown
        assert "buchhaltung@baeckerei.example" in shown
        values = {"to": "a@x.example", "subject": "Ours", "text": "Hello", "file": "yes"}
        assert client.post(page, values)["Location"] == back
        assert "Send again" in seen(client, back)
    where = f"/documents/statements/{company.customer.pk}/send/"
    statement = seen(client, f"/statements/{company.customer.pk}/")
    assert where in statement
    asked = f"{where}?since=2026-11-01&until=2026-11-30&currency=EUR"
    assert "Kontoauszug in EUR vom 30.11.2026" in seen(client, asked)
    answered = client.post(asked, {"to": "", "subject": "", "text": "", "file": "yes"})
    assert answered.status_code == 303, answered.content[:2000]
    worked()
    assert [one.to for one in mail.outbox] == [
        ["a@x.example"],
        ["a@x.example"],
        ["buchhaltung@baeckerei.example"],
    ]
    assert "Kontoauszug in EUR vom 30.11.2026" in seen(client, f"/statements/{company.customer.pk}/")


def test_the_api_mails_and_marks(call: Any, company: World) -> None:
    made = billed(company)
    note = credited(made)
    status, sent = call("post", f"/invoices/{made.pk}/send", {"to": ["a@x.example"]})
    assert (status, sent["sent_at"] is not None) == (200, True)
    assert call("post", f"/credit-notes/{note.pk}/send", {"by_hand": True})[1]["sent_at"] is not None
    status, done = call("post", f"/organizations/{company.customer.pk}/statement/send", {"currency": "EUR"})
    assert (status, done["currency"]) == (200, "EUR")
    worked()
    assert [one.to for one in mail.outbox] == [["a@x.example"], ["buchhaltung@baeckerei.example"]]
