"""Doubles of organizations become one: everything that names the one names the other, and money stays to the cent."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from tests.documents.reading import pages
from tests.own.making import field
from tests.scenarios.doors import ActionsDoor
from tests.world import World, clean, entries
from wharfinger.base.refusal import Refusal
from wharfinger.billing.models import Invoice
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand.models import Line
from wharfinger.documents.actions import issuing as documents
from wharfinger.documents.models import Issued
from wharfinger.flows.actions.merging import merge_organizations
from wharfinger.flows.queries.naming import naming
from wharfinger.ledger.models import Account, Holding
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Contact, Organization, Site
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db


def double(**values: object) -> Organization:
    """The customer under another name."""
    return Organization.objects.create(**{"name": "ACME Ltd", **values})


def owes(party: Organization) -> int:
    """What an organization owes us, less what we owe it."""
    return Account.objects.filter(party=party).aggregate(q=Sum("balance_minor"))["q"] or 0


def billed(company: World) -> int:
    """The company's customer owes an invoice of which a part is paid, and has an order that is open."""
    product = company.product()
    company.stock(product, 5)
    door = ActionsDoor(company)
    _, (line,), _ = door.order(company.customer.pk, [(product.pk, 2)], confirm=True)
    door.on_lines("pick-pack-ship", 0, [(line, 2)], ())
    door.on_lines("invoice", 0, [(line, 2)], ())
    door.pay(company.customer.pk, "5.00")
    door.order(company.customer.pk, [(product.pk, 1)], confirm=True)
    return line


def test_everything_that_names_the_one_names_the_other(company: World) -> None:
    """Sites, lines, invoices and what is owed follow; undoing brings all of it back."""
    billed(company)
    Contact.objects.create(organization=company.customer, name="Rosa")
    stays = double()
    before = owes(company.customer)
    assert before > 0
    done = merge_organizations(actor=company.user, organization=company.customer.pk, into=stays.pk)
    assert (owes(company.customer), owes(stays)) == (0, before)
    for model, column in naming():
        assert not model._default_manager.filter(**{column: company.customer.pk}).exists(), model
    assert Site.objects.get().organization == stays
    assert Invoice.objects.get().organization == stays
    company.customer.refresh_from_db()
    assert company.customer.merged_into == stays
    assert company.customer.retired_on is not None
    clean()
    reverse(actor=company.user, entry=done.id)
    assert (owes(company.customer), owes(stays)) == (before, 0)
    assert set(Line.objects.values_list("organization", flat=True)) == {company.customer.pk}
    clean()


def test_whatever_names_an_organization_can_be_told_of(company: World) -> None:
    """The journal has a name for each row that changes."""
    for model, _ in naming():
        assert getattr(model, "subject", None) or hasattr(model, "subject_name"), model


def test_vendors_prices_follow_where_the_other_has_none(company: World) -> None:
    """Of a product that both sell the price of the one that stays holds, and it is the default then."""
    product, other = company.product(), company.product()
    stays = Organization.objects.create(name="Grossist 2", customer=False, vendor=True, currency="USD")
    VendorPrice.objects.create(product=other, organization=stays, cost_micro=5_000_000)
    merge_organizations(actor=company.user, organization=company.vendor.pk, into=stays.pk)
    found = VendorPrice.objects.get(product=product)
    assert (found.organization, found.currency, found.default) == (stays, "EUR", True)
    assert VendorPrice.objects.get(product=other, default=True).organization == stays
    stays.refresh_from_db()
    assert (stays.customer, stays.vendor) == (False, True)


def test_its_own_values_fill_what_the_other_left_empty(company: World) -> None:
    for name in ("Region", "Rating"):
        field("organization", name)
    Organization.objects.filter(pk=company.customer.pk).update(own={"region": "North", "rating": "A"})
    stays = Organization.objects.create(name="Borg", own={"rating": "B"})
    done = merge_organizations(actor=company.user, organization=company.customer.pk, into=stays.pk)
    stays.refresh_from_db()
    assert stays.own == {"region": "North", "rating": "B"}
    reverse(actor=company.user, entry=done.id)
    stays.refresh_from_db()
    assert stays.own == {"rating": "B"}
    clean()


def test_goods_that_we_keep_are_the_others(company: World) -> None:
    """Of what we keep for both, the heaps become one; of what we keep for the one alone, the owner changes."""
    product, other = company.product(), company.product()
    stays = double()
    at = company.location.place_id
    for of, n, owner in ((product, 3, company.customer), (product, 2, stays), (other, 4, company.customer)):
        kept = Adjustment(of.pk, n, at, owner=owner.pk)
        adjust(actor=company.user, items=[kept], reason="Kept for them")
    done = merge_organizations(actor=company.user, organization=company.customer.pk, into=stays.pk)
    held = Holding.objects.filter(kind="bin", quantity__gt=0)
    rows = held.values_list("product", "lot__owner", "quantity").order_by("product")
    assert list(rows) == [(product.pk, stays.pk, 5), (other.pk, stays.pk, 4)]
    clean()
    reverse(actor=company.user, entry=done.id)
    rows = held.values_list("product", "lot__owner", "quantity").order_by("product", "quantity")
    assert list(rows) == [
        (product.pk, stays.pk, 2),
        (product.pk, company.customer.pk, 3),
        (other.pk, company.customer.pk, 4),
    ]
    clean()


def test_what_is_refused(company: World) -> None:
    """Itself, somebody retired, and somebody who is merged elsewhere; nothing is written."""
    stays, gone = double(), double(name="Gone", retired_on="2026-01-01")
    before = entries()
    for one, into, code in (
        (stays, stays, "merges_itself"),
        (stays, gone, "merges_into_retired"),
    ):
        with pytest.raises(Refusal) as refused:
            merge_organizations(actor=company.user, organization=one.pk, into=into.pk)
        assert refused.value.code == code
    assert entries() == before
    merge_organizations(actor=company.user, organization=company.customer.pk, into=stays.pk)
    other = double(name="Other")
    before = entries()
    for one, into, code in (
        (company.customer, other, "merged_elsewhere"),
        (stays, company.customer, "merges_into_retired"),
    ):
        with pytest.raises(Refusal) as refused:
            merge_organizations(actor=company.user, organization=one.pk, into=into.pk)
        assert refused.value.code == code
    assert entries() == before


def test_a_chain_leads_to_the_last(company: World) -> None:
    """What was merged into one that is merged itself leads to the one that stays."""
    one, two = double(name="One"), double(name="Two")
    merge_organizations(actor=company.user, organization=company.customer.pk, into=one.pk)
    merge_organizations(actor=company.user, organization=one.pk, into=two.pk)
    company.customer.refresh_from_db()
    assert company.customer.merged_into == two
    clean()


def test_as_many_statements_whatever_they_have(company: World) -> None:
    """A customer with many documents takes no more statements than one with few."""
    counts = []
    for times in (1, 4):
        for _ in range(times):
            billed(company)
        stays = double(name=f"Stays {times}")
        with CaptureQueriesContext(connection) as asked:
            done = merge_organizations(actor=company.user, organization=company.customer.pk, into=stays.pk)
        counts.append(len(asked))
        reverse(actor=company.user, entry=done.id)
    assert counts[0] == counts[1]


def test_a_posted_invoice_says_the_name_that_it_was_posted_under(company: World) -> None:
    """Printed before the merge or after it, the paper is the same; a new invoice says the new name."""
    line = billed(company)
    (posted,) = Invoice.objects.all()
    stays = double(name="Borg Cube")
    before = documents.pdf(actor=company.user, kind="invoice", pk=posted.pk)
    merge_organizations(actor=company.user, organization=company.customer.pk, into=stays.pk)
    assert documents.pdf(actor=company.user, kind="invoice", pk=posted.pk) == before
    Issued.objects.all().delete()
    (text,) = pages(documents.pdf(actor=company.user, kind="invoice", pk=posted.pk))
    assert "Acme" in text
    assert "Borg Cube" not in text
    another = Line.objects.exclude(pk=line).get()
    door = ActionsDoor(company)
    door.on_lines("pick-pack-ship", 0, [(another.pk, 1)], ())
    door.on_lines("invoice", 0, [(another.pk, 1)], ())
    (text,) = pages(
        documents.pdf(actor=company.user, kind="invoice", pk=Invoice.objects.exclude(pk=posted.pk).get().pk)
    )
    assert "Borg Cube" in text
    clean()
