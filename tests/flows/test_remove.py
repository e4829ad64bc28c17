"""Goods come off a job: they return to the bin they came from, and what was invoiced of them is credited."""

from __future__ import annotations

import pytest

from tests.laws.apart import parted
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.models import CreditNote
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.remove import remove
from wharfinger.ledger.models import Entry
from wharfinger.stock.models import Location
from wharfinger.work.actions import complete, create_work_order, provide
from wharfinger.work.rules import WorkWish
from wharfinger.work.rules.providing import Provision, Removal

pytestmark = pytest.mark.django_db


def provided(company: World, quantity: int, *, billable: bool = True) -> tuple[int, int]:
    """A job on which so many of a product were handed over: the job and its charge."""
    product = company.product()
    company.stock(product, quantity)
    job = create_work_order(actor=HOUSE, wish=WorkWish("job", company.customer.pk, billable=billable))
    pk = job.one("demand.Sheet")
    done = provide(actor=HOUSE, work_order=pk, provisions=[Provision(quantity, product=product.pk)])
    return pk, done.one("ledger.Claim")


def bill(line: int, quantity: int) -> None:
    invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, quantity),)))


def test_what_is_invoiced_is_credited_in_the_same_entry(company: World) -> None:
    job, line = provided(company, 2)
    bill(line, 2)
    before = entries()
    remove(actor=HOUSE, work_order=job, removals=[Removal(line, 1)], reason="Faulty")
    assert entries() == before + 1
    assert held(line) == {"covered": 1, "returned": 1, "customer": 1, "invoiced": 1, "credited": 1}
    note = CreditNote.objects.get()
    assert (note.net_minor, note.tax_minor, note.reason) == (1000, 190, "Faulty")
    clean()


def test_an_earlier_removal_does_not_hide_what_is_invoiced(company: World) -> None:
    job, line = provided(company, 2)
    remove(actor=HOUSE, work_order=job, removals=[Removal(line, 1)])
    bill(line, 1)
    remove(actor=HOUSE, work_order=job, removals=[Removal(line, 1)])
    assert held(line) == {"returned": 2, "waived": 1, "credited": 1}
    clean()


def test_declining_the_credit_needs_a_reason(company: World) -> None:
    job, line = provided(company, 1)
    bill(line, 1)
    before, stood = entries(), held(line)
    with pytest.raises(Refusal) as refused:
        remove(actor=HOUSE, work_order=job, removals=[Removal(line, 1)], credit=False)
    assert refused.value.code == "reason_wanted"
    assert (entries(), held(line)) == (before, stood)
    remove(actor=HOUSE, work_order=job, removals=[Removal(line, 1)], credit=False, reason="Agreed so")
    assert held(line) == {"returned": 1, "invoiced": 1}
    assert not CreditNote.objects.exists()
    clean()


def test_a_loan_comes_back_after_the_job_is_completed(company: World) -> None:
    job, line = provided(company, 2, billable=False)
    complete(actor=HOUSE, work_order=job)
    remove(actor=HOUSE, work_order=job, removals=[Removal(line, 2)])
    assert held(line) == {"returned": 2}
    assert held(product=Line.objects.get(pk=line).product_id) == {"returned": 2, "bin": 2}
    clean()


def test_what_is_sold_stays_once_the_job_is_completed(company: World) -> None:
    job, sold = provided(company, 1)
    Location.objects.filter(pk=company.location.pk).update(channel="rental")
    product = company.product()
    company.stock(product, 1)
    lent = provide(actor=HOUSE, work_order=job, provisions=[Provision(1, product=product.pk)])
    complete(actor=HOUSE, work_order=job)
    before = entries()
    with pytest.raises(Refusal) as refused:
        remove(
            actor=HOUSE,
            work_order=job,
            removals=[Removal(lent.one("ledger.Claim"), 1), Removal(sold, 1)],
        )
    assert refused.value.code == "completed"
    assert entries() == before
    remove(actor=HOUSE, work_order=job, removals=[Removal(lent.one("ledger.Claim"), 1)])
    clean()


def of_both(company: World, channel: str, *, ours_first: bool) -> tuple[int, int]:
    """A job with a charge of two, of which one was handed over of our own and one as its channel says; ours is invoiced."""
    product = company.product()
    company.stock(product, 1, bin=company.bins[0])
    company.stock(product, 1, bin=company.bins[2])
    Location.objects.filter(pk=company.other.pk).update(channel=channel)
    wish = WorkWish("job", company.customer.pk, (LineWish(product.pk, 2),))
    job = create_work_order(actor=HOUSE, wish=wish).one("demand.Sheet")
    line = Line.objects.get(sheet=job).pk
    places = [company.location.place_id, company.other.place_id]
    for place in places if ours_first else reversed(places):
        provide(actor=HOUSE, work_order=job, provisions=[Provision(1, line=line, location=place)])
    bill(line, 1)
    return job, line


@pytest.mark.parametrize("channel", ["indirect", "rental"])
@pytest.mark.parametrize("ours_first", [True, False])
def test_what_was_never_billed_does_not_keep_ours_from_being_credited(
    company: World, channel: str, ours_first: bool
) -> None:
    """A partner's unit or a loan that stays with the customer, or comes back first, is no reason to go on billing ours."""
    job, line = of_both(company, channel, ours_first=ours_first)
    for left in (1, 0):
        remove(actor=HOUSE, work_order=job, removals=[Removal(line, 1)])
        # What came last goes back first, but what is sold before what is lent.
        ours_is_back = not left or channel == "rental" or not ours_first
        assert CreditNote.objects.count() == ours_is_back
        clean()
    assert CreditNote.objects.get().net_minor == 1000
    assert held(line) == {"returned": 2, "waived": 1, "credited": 1}
    assert [found for entry in Entry.objects.all() for found in parted(entry)] == []
