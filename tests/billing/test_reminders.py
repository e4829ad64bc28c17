"""Reminders: who comes to which level when, one letter for a customer and currency, and nobody twice a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.billing.test_statements import billed, paid
from tests.documents.reading import pages
from tests.documents.test_send import worked
from tests.fulfilment.test_pages import do
from tests.purchasing.buying import person
from tests.world import World, clean, entries, refused, seen
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import NotAllowed
from wharfinger.billing.actions import reminders as acts
from wharfinger.billing.models import Invoice, InvoiceDue, Reminder, ReminderLine, ReminderRun
from wharfinger.billing.queries.reminding import due_to_remind, pauses
from wharfinger.billing.rules.reminders import Levels, Overdue, letter, next_level
from wharfinger.documents.actions import issuing
from wharfinger.documents.actions.sending import keep_and_send
from wharfinger.documents.models import Issued
from wharfinger.ledger.models import Account, Outbox, Place
from wharfinger.ledger.reverse import reverse
from wharfinger.notices import outbox
from wharfinger.notices.models import Notice
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Organization
from wharfinger.site.consumers import go_on_with_reminders

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 1)
STEPS = Levels({1: 7, 2: 21, 3: 35}, 7)


def on(day: date) -> Any:
    """Let it be noon of a day."""
    return clock.standing_at(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


@pytest.fixture(autouse=True)
def ten_days_late() -> Any:
    """An invoice of DAY is due on the 15th; it is the 25th."""
    with on(date(2026, 10, 25)):
        yield


def remind(company: World, **more: Any) -> Reminder:
    """Remind the customer of what is overdue in euros."""
    done = acts.remind(actor=HOUSE, organization=company.customer.pk, currency="EUR", **more)
    return Reminder.objects.get(pk=done.one("billing.Reminder"))


def levels(made: Reminder) -> list[tuple[str | None, int, bool, int]]:
    """What a letter says of each invoice."""
    rows = made.lines.select_related("invoice").order_by("pk")
    return [(row.invoice.number, row.level, row.raised, row.open_minor) for row in rows]


def row(due: date, reached: int = 0, reached_on: date | None = None, paused: str = "") -> Overdue:
    """An overdue invoice of 100 cents."""
    return Overdue(1, "INV-1", 1, "EUR", DAY, due, 100, 100, reached, reached_on, paused)


def test_an_invoice_comes_to_one_level_after_the_other_with_their_days_between() -> None:
    today = date(2026, 10, 31)
    late = [today - timedelta(days=n) for n in range(80)]
    assert next_level(STEPS, row(late[6]), today) is None
    assert next_level(STEPS, row(late[7]), today) == 1
    assert next_level(STEPS, row(late[70]), today) == 1
    assert next_level(STEPS, row(late[70], 1, late[13]), today) is None
    assert next_level(STEPS, row(late[70], 1, late[14]), today) == 2
    assert next_level(STEPS, row(late[20], 1, late[20]), today) is None
    assert next_level(STEPS, row(late[70], 3, late[60]), today) is None
    only = Levels({2: 10}, 7)
    assert next_level(only, row(late[10]), today) == 2
    assert next_level(only, row(late[70], 2, late[60]), today) is None


def test_a_letter_tells_what_rises_and_beside_it_what_was_reminded_of_before() -> None:
    today = date(2026, 10, 31)
    known, fresh = row(date(2026, 10, 10), 1, date(2026, 10, 25)), row(date(2026, 10, 20))
    out = row(date(2026, 10, 1), paused="They complain.")
    assert [(one.level, one.raised) for one in letter(STEPS, [known, fresh, out], today)] == [
        (1, False),
        (1, True),
    ]
    assert letter(STEPS, [known, out], today) == []


def test_one_letter_names_all_that_is_overdue_and_asks_for_what_is_open_of_it(company: World) -> None:
    first, second = billed(company, 10_000, DAY), billed(company, 20_000, date(2026, 10, 2))
    billed(company, 30_000, date(2026, 10, 20))
    paid(company, 1_900, date(2026, 10, 20))
    (found,) = due_to_remind()
    assert (found.level, found.asked_minor, found.customer) == (1, 33_800, company.customer.name)
    made = remind(company)
    assert (made.number, made.level, made.total_minor, made.pay_by) == ("REM-1", 1, 33_800, date(2026, 11, 1))
    assert levels(made) == [(first.number, 1, True, 10_000), (second.number, 1, True, 23_800)]
    assert due_to_remind() == []
    clean()


def test_nobody_is_reminded_twice_a_day_and_the_next_level_comes_with_its_days(company: World) -> None:
    made = billed(company, 10_000, DAY)
    remind(company)
    before = entries()
    refused(lambda: remind(company), "reminded_today")
    with on(date(2026, 11, 7)):
        refused(lambda: remind(company), "nothing_to_remind")
        assert entries() == before
    with on(date(2026, 11, 8)):
        second = remind(company)
        assert levels(second) == [(made.number, 2, True, 11_900)]
    with on(date(2026, 11, 22)):
        assert (remind(company).level, Reminder.objects.count()) == (3, 3)
    with on(date(2027, 1, 22)):
        refused(lambda: remind(company), "nothing_to_remind")
    clean()


def test_what_is_paid_meanwhile_or_covered_by_credit_is_not_asked_for(company: World) -> None:
    billed(company, 10_000, DAY)
    paid(company, 11_900, date(2026, 10, 20))
    refused(lambda: remind(company), "nothing_to_remind")
    with clock.standing_at(datetime(2026, 10, 25, 12, tzinfo=UTC)):
        paid(company, 5_000, date(2026, 10, 20))
        billed(company, 10_000, DAY)
        (found,) = due_to_remind()
        assert (found.credit_minor, found.asked_minor) == (5_000, 6_900)
        paid(company, 6_900, date(2026, 10, 21))
    assert due_to_remind() == []
    made = Invoice.objects.latest("pk")
    assert made.organization_id == company.customer.pk


def test_the_letter_is_kept_and_leaves_by_mail_in_the_customers_language(company: World) -> None:
    Organization.objects.filter(pk=company.customer.pk).update(email="ap@acme.example", language="de")
    billed(company, 10_000, DAY)
    made = remind(company)
    assert mail.outbox == []
    worked()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject.partition(" – ")[0]) == (["ap@acme.example"], "Zahlungserinnerung REM-1")
    kept = Issued.objects.get(subject=f"reminder:{made.pk}")
    assert sent.attachments == [
        ("REM-1.pdf", issuing.reprint(actor=HOUSE, issued=kept.pk), "application/pdf")
    ]
    (text,) = pages(sent.attachments[0][1])
    assert all(
        part in text for part in ("Zahlungserinnerung", "REM-1", "INV-1", "119,00", "01.11.2026", "10")
    )


def test_without_an_address_the_letter_is_kept_to_be_printed(company: World) -> None:
    billed(company, 10_000, DAY)
    made = remind(company)
    worked()
    assert (mail.outbox, Issued.objects.filter(subject=f"reminder:{made.pk}").count()) == ([], 1)
    assert b"%PDF" in issuing.pdf(actor=HOUSE, kind="reminder", pk=made.pk)[:8]


def test_it_is_undone_until_the_mail_has_left_and_then_it_stays(company: World) -> None:
    Organization.objects.filter(pk=company.customer.pk).update(email="ap@acme.example")
    billed(company, 10_000, DAY)
    reverse(actor=HOUSE, entry=remind(company).made_id)
    worked()
    assert (mail.outbox, due_to_remind()[0].level) == ([], 1)
    again = remind(company)
    row = Outbox.objects.get(entry=again.made, consumer="documents")

    (taken,) = [one for one in outbox.take() if one.pk == row.pk]
    outbox.finish(taken, keep_and_send(taken))
    reverse(actor=HOUSE, entry=again.made_id)
    worked()
    assert mail.outbox == []
    last = remind(company)
    worked()
    before = entries()
    refused(lambda: reverse(actor=HOUSE, entry=last.made_id), "mail_left")
    assert (len(mail.outbox), entries()) == (1, before)
    clean()


def test_a_customer_or_an_invoice_is_left_out_with_a_reason_until_a_day(company: World) -> None:
    one, two = billed(company, 10_000, DAY), billed(company, 20_000, DAY)
    who = {"actor": HOUSE, "organization": company.customer.pk}
    refused(lambda: acts.leave_out(**who, reason=" "), "missing", "reason")
    refused(lambda: acts.leave_out(**who, reason="x", invoice=0), "no_such_invoice", "invoice")
    refused(lambda: acts.leave_out(**who, reason="x", until=DAY), "over_already", "until")
    acts.leave_out(**who, reason="They complain.", invoice=one.pk, until=date(2026, 10, 26))
    refused(lambda: acts.leave_out(**who, reason="x", invoice=one.pk), "left_out_already", "invoice")
    assert levels(remind(company)) == [(two.number, 1, True, 23_800)]
    with on(date(2026, 10, 27)):
        whole = acts.leave_out(**who, reason="In court.").one("billing.ReminderPause")
        assert due_to_remind() == []
        refused(lambda: remind(company), "left_out")
        acts.let_in(actor=HOUSE, pause=whole)
        refused(lambda: acts.let_in(actor=HOUSE, pause=whole), "ended_already")
        assert levels(remind(company)) == [(one.number, 1, True, 11_900), (two.number, 1, False, 23_800)]
        assert not pauses(date(2026, 10, 27)).exists()
    clean()


def test_of_a_run_each_letter_is_an_entry_and_one_that_is_refused_stops_no_other(company: World) -> None:
    many = [Organization.objects.create(name=f"Buyer {n:02}") for n in range(12)]
    for one in many:
        billed(company, 10_000, DAY, one)
    run = acts.remind_due(actor=company.user)
    acts.remind(actor=HOUSE, organization=many[3].pk, currency="EUR")
    while go_on_with_reminders():
        pass
    run.refresh_from_db()
    assert (len(run.made), [one["code"] for one in run.problems]) == (11, ["reminded_today"])
    assert sorted(Reminder.objects.values_list("organization", flat=True)) == [one.pk for one in many]
    refused(lambda: acts.remind_due(actor=HOUSE), "nobody_to_remind")
    ReminderRun.objects.filter(pk=run.pk).update(position=0, finished_at=None, made=[], problems=[])
    run.refresh_from_db()
    acts.proceed(actor=HOUSE, run=run, seconds=30)
    assert Reminder.objects.count() == 12
    clean()


@pytest.mark.parametrize("many", [1, 10, 100])
def test_a_letter_costs_the_same_however_many_invoices_it_names(company: World, many: int) -> None:
    made = billed(company, 10_000, DAY)
    rows = [
        Invoice(
            **{f.attname: getattr(made, f.attname) for f in Invoice._meta.concrete_fields}
            | {"id": None, "number": f"X-{n}", "place_id": _place().pk}
        )
        for n in range(many - 1)
    ]
    Invoice.objects.bulk_create(rows)

    Account.objects.bulk_create(
        Account(
            kind="receivable",
            party=company.customer,
            currency="EUR",
            document=f"invoice:{one.pk}",
            balance_minor=1,
        )
        for one in rows
    )
    with CaptureQueriesContext(
        connection,
    ) as asked:
        remind(company)
    assert ReminderLine.objects.count() == many
    assert len(asked) <= 33
    with CaptureQueriesContext(connection) as listed:
        due_to_remind()
    assert len(listed) <= 12


def _place() -> Any:

    return Place.objects.create(kind="invoiced")


def test_without_the_right_nothing_is_read_and_nothing_written(company: World) -> None:
    stranger = person("stranger")
    made = billed(company, 10_000, DAY)
    before = entries()
    for act in (
        lambda: acts.remind(actor=stranger, organization=company.customer.pk, currency="EUR"),
        lambda: acts.leave_out(actor=stranger, organization=0, reason="x"),
        lambda: acts.let_in(actor=stranger, pause=0),
        lambda: acts.remind_due(actor=stranger),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert (entries(), made.reminders.count()) == (before, 0)


def test_levels_are_set_one_after_the_other_and_one_may_be_left_empty(company: World) -> None:
    refused(
        lambda: set_setting(actor=HOUSE, name="reminders", value={"level_2": 7}),
        "level_too_early",
        "reminders.level_2",
    )
    assert not Setting.objects.filter(key="reminders").exists()
    set_setting(actor=HOUSE, name="reminders", value={"level_1": None, "level_2": 3})
    billed(company, 10_000, date(2026, 10, 8))
    assert remind(company).level == 2


def test_who_answers_for_the_order_is_told(company: World) -> None:
    owner = person("olga")
    made = billed(company, 10_000, DAY)
    line = made.lines.get().line
    assert line is not None
    line.sheet.owner = owner
    line.sheet.save()
    remind(company)
    worked()
    said = Notice.objects.filter(user=owner).latest("pk").text
    assert said == f"{company.customer.name} was reminded, level 1: 119.00 € of INV-1."


def test_the_pages_remind_leave_out_and_tell(client: Client, company: World) -> None:
    client.force_login(company.user)
    made = billed(company, 10_000, DAY)
    page = seen(client, "/reminders/")
    assert "Payment reminder" in page
    assert made.number is not None
    assert made.number in page
    where = do(client, "/reminders/", {"customer": [str(company.customer.pk)]})
    assert go_on_with_reminders()
    assert "REM-1" in seen(client, where)
    letter_ = Reminder.objects.get()
    for path in (f"/reminders/{letter_.pk}/", "/reminders/written/", f"/invoices/{made.pk}/"):
        assert "REM-1" in seen(client, path)
    assert "REM-1" in seen(client, f"/statements/{company.customer.pk}/")
    do(
        client,
        f"/reminders/{company.customer.pk}/leave-out/",
        {"reason": "In court.", "back": f"/statements/{company.customer.pk}/"},
    )
    assert "In court." in seen(client, f"/statements/{company.customer.pk}/")
    assert "In court." in seen(client, "/reminders/")
    do(client, f"/reminders/left-out/{pauses(DAY).get().pk}/end/", {})
    assert "In court." not in seen(client, "/reminders/")


def test_the_api_reminds_leaves_out_and_begins_a_run(call: Any, company: World) -> None:
    made = billed(company, 10_000, DAY)
    (due,) = call("get", "/reminders/due")[1]["due"]
    assert (due["level"], due["total"], due["invoices"][0]["number"]) == (1, "119.00", made.number)
    out = call("post", "/reminder-pauses", {"organization": company.customer.pk, "reason": "Wait."})[1]
    status, no = call("post", "/reminders", {"organization": company.customer.pk, "currency": "EUR"})
    assert (status, no["code"]) == (409, "left_out")
    assert [one["id"] for one in call("get", "/reminder-pauses?holds=yes")[1]["items"]] == [out["id"]]
    call("post", f"/reminder-pauses/{out['id']}/end", {})
    begun = call("post", "/reminder-runs", {})[1]
    assert (begun["total"], begun["done"]) == (1, 0)
    while go_on_with_reminders():
        pass
    done = call("get", f"/reminder-runs/{begun['id']}")[1]
    read = call("get", f"/reminders/{done['reminders'][0]}")[1]
    assert (read["number"], read["total"], read["pay_by"]) == ("REM-1", "119.00", "2026-11-01")
    assert call("get", f"/reminders?invoice={made.pk}")[1]["items"] == [read]


def test_of_instalments_only_those_that_are_overdue_are_asked_for_and_each_begins_anew(
    company: World,
) -> None:
    made = billed(company, 10_000, DAY)
    for n, (day, minor) in enumerate(((date(2026, 10, 15), 5_000), (date(2026, 11, 15), 6_900)), 1):
        InvoiceDue.objects.create(invoice=made, n=n, due_on=day, amount_minor=minor)
    first = remind(company)
    assert (first.total_minor, levels(first)) == (5_000, [(made.number, 1, True, 5_000)])
    assert first.lines.get().since == date(2026, 10, 15)
    clean()
    with on(date(2026, 11, 22)):
        paid(company, 5_000, date(2026, 10, 26))
        second = remind(company)
        assert levels(second) == [(made.number, 1, True, 6_900)]
        assert second.lines.get().since == date(2026, 11, 15)
    clean()
