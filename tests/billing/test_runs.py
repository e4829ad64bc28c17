"""Invoice what is due: many invoices, one refused, each written once whoever goes on with them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.fulfilment.test_pages import do, see
from tests.fulfilment.trade import order
from tests.purchasing.buying import person
from tests.races.crowd import crowd
from tests.world import World, clean, entries, refused, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed
from wharfinger.billing.actions import runs
from wharfinger.billing.actions.drafts import discard_draft
from wharfinger.billing.actions.invoices import post_invoice
from wharfinger.billing.models import Invoice, InvoiceRun
from wharfinger.billing.queries.runs import invoices_due
from wharfinger.billing.rules.policy import settled_by
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.parties.models import Organization, User
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.site.consumers import go_on_with_invoices


def buyers(company: World, many: int, policy: str = "order", **values: Any) -> list[int]:
    """The orders of so many customers of a policy, one each."""
    product = company.product()
    return [
        order(
            company,
            (product, 2),
            customer=Organization.objects.create(name=f"Buyer {n:03}", billing_policy=policy, **values),
        )[0]
        for n in range(many)
    ]


@pytest.mark.django_db
def test_of_a_hundred_invoices_ninety_nine_are_posted_and_one_says_why_not(company: World) -> None:
    buyers(company, 99)
    abroad = Organization.objects.create(name="Abroad", billing_policy="order", currency="USD")
    dear = LineWish(company.product().pk, 1, unit_price_micro=10_000_000)
    create_order(actor=HOUSE, wish=OrderWish(abroad.pk, (dear,), currency="USD", confirm=True))
    run = runs.invoice_due(actor=company.user)
    assert (run.total, Invoice.objects.count()) == (100, 0)
    while go_on_with_invoices():
        pass
    run.refresh_from_db()
    assert (len(run.made), len(run.problems), run.position) == (99, 1, 100)
    assert run.problems[0]["code"] == "rate_wanted"
    numbers = Invoice.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == [f"INV-{n}" for n in range(1, 100)]
    assert [one.currency for one in invoices_due()] == ["USD"]
    clean()


@pytest.mark.django_db
def test_a_month_is_one_invoice_for_a_customer_and_the_rest_one_for_each_document(company: World) -> None:
    router = company.product()
    with time_machine.travel("2026-01-10T09:00:00Z", tick=False):
        company.stock(router, 20)
    for policy in ("monthly", "delivery"):
        company.customer.billing_policy = policy
        company.customer.save()
        with time_machine.travel("2026-01-20T09:00:00Z", tick=False):
            for units in (2, 3):
                _, (line,) = order(company, (router, units))
                pick_pack_ship(actor=HOUSE, picks=[Pick(line, units)])
        with time_machine.travel("2026-02-10T09:00:00Z", tick=False):
            _, (late,) = order(company, (router, 1))
            pick_pack_ship(actor=HOUSE, picks=[Pick(late, 1)])
            found = invoices_due()
            assert [sorted(units for _, units in one.lines) for one in found] == (
                [[2, 3]] if policy == "monthly" else [[2], [3], [1]]
            )
            assert [sum(units for _, units in one.lines) for one in invoices_due((), date(2026, 1, 31))] == (
                [5] if policy == "monthly" else [2, 3]
            )
            run = runs.invoice_due(actor=HOUSE)
            runs.proceed(actor=HOUSE, run=run, seconds=30)
            assert (len(run.made), run.problems) == (1 if policy == "monthly" else 3, [])
            if policy == "monthly":
                assert (Invoice.objects.get().sheet, Invoice.objects.get().net_minor) == (None, 5000)
                Organization.objects.filter(pk=company.customer.pk).update(billing_policy="hand")
                company.customer = Organization.objects.create(name="Beta")
                company.customer.sites.create(
                    name="Works",
                    place=company.site.place.__class__.objects.create(kind="customer"),
                    rented_place=company.site.place.__class__.objects.create(kind="rented"),
                )
    clean()


def test_the_last_day_that_counts_is_the_policys() -> None:
    today = date(2026, 3, 10)
    assert settled_by("delivery", today, None) is None
    assert settled_by("delivery", today, date(2026, 3, 10)) is None
    assert settled_by("delivery", today, date(2026, 3, 4)) == date(2026, 3, 4)
    assert settled_by("monthly", today, None) == date(2026, 2, 28)
    assert settled_by("monthly", today, date(2026, 2, 14)) == date(2026, 1, 31)
    assert settled_by("monthly", today, date(2026, 1, 31)) == date(2026, 1, 31)


@pytest.mark.django_db
def test_who_stopped_between_an_entry_and_its_mark_writes_nothing_twice(company: World) -> None:
    buyers(company, 3)
    run = runs.invoice_due(actor=company.user)
    runs.proceed(actor=company.user, run=run, seconds=0)
    assert (run.position, len(run.made)) == (1, 1)
    InvoiceRun.objects.filter(pk=run.pk).update(position=0, made=[])
    run.refresh_from_db()
    runs.proceed(actor=company.user, run=run, seconds=30)
    assert (run.position, Invoice.objects.count(), len(run.made)) == (3, 3, 3)
    assert run.finished_at is not None
    clean()


@pytest.mark.usefixtures("fresh_database")
def test_several_who_go_on_at_once_write_each_invoice_once() -> None:
    company = world()
    buyers(company, 12)
    run = runs.invoice_due(actor=company.user)

    def go_on() -> None:
        runs.proceed(
            actor=company.user, run=InvoiceRun.objects.select_related("by").get(pk=run.pk), seconds=20
        )

    found = crowd(4, [go_on] * 4)
    assert (found.errors, found.refused) == ([], [])
    run.refresh_from_db()
    assert (run.position, len(set(run.made)), Invoice.objects.count()) == (12, 12, 12)
    clean()


@pytest.mark.django_db
def test_drafts_of_chosen_customers_only(client: Client, company: World) -> None:
    client.force_login(company.user)
    buyers(company, 3)
    first, second, _ = Organization.objects.filter(name__startswith="Buyer").order_by("pk")
    page = see(client, "/invoices/due/")
    assert "3 invoices" in page
    assert page.count('name="customer"') == 3
    before = InvoiceRun.objects.count()
    assert "Choose at least one customer" in do(client, "/invoices/due/", {"do": "post"}, 422)
    assert "is not a date" in do(client, "/invoices/due/", {"until": "soon", "customer": [first.pk]}, 422)
    assert InvoiceRun.objects.count() == before
    to = do(client, "/invoices/due/", {"do": "draft", "customer": [first.pk, second.pk]})
    assert "0 of 2 written" in see(client, to)
    answer = client.post(f"{to}proceed/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")
    assert Invoice.objects.filter(number=None).count() == 2
    page = see(client, to)
    assert page.count("Draft</a>") == 2
    assert "Buyer 000" in page
    assert "2 written, 0 refused" in see(client, "/invoices/due/")
    clean()


@pytest.mark.django_db
def test_a_refused_invoice_is_told_in_words_and_leads_to_its_customer(client: Client, company: World) -> None:
    client.force_login(company.user)
    (pk,) = buyers(company, 1)
    run = runs.invoice_due(actor=company.user)
    held = invoices_due()[0]
    run.asked = [{**run.asked[0], "lines": [[held.lines[0][0], 5]]}]
    run.save()
    before = entries()
    do(client, f"/invoices/runs/{run.pk}/proceed/", {})
    page = see(client, f"/invoices/runs/{run.pk}/")
    assert "5 to invoice, but only 2 of this line are still to be billed." in page
    assert f"/invoices/new/?organization={held.organization}" in page
    assert (entries(), pk > 0) == (before, True)


@pytest.mark.django_db
def test_who_may_not_post_prepares_drafts_and_nobody_else_goes_on(company: World) -> None:
    buyers(company, 1)
    writer, reader = person("writer", "billing.invoice", "billing.read"), person("reader", "billing.read")
    for who, draft in ((reader, True), (reader, False), (writer, False)):
        with pytest.raises(NotAllowed):
            runs.invoice_due(actor=who, draft=draft)
    assert not InvoiceRun.objects.exists()
    run = runs.invoice_due(actor=writer, draft=True)
    User.objects.filter(pk=writer.pk).update(is_active=False)
    assert not go_on_with_invoices()
    User.objects.filter(pk=writer.pk).update(is_active=True)
    assert go_on_with_invoices()
    run.refresh_from_db()
    assert (run.position, Invoice.objects.get().posted_at) == (1, None)
    refused(lambda: runs.invoice_due(actor=writer, draft=True), "nothing_due")


@pytest.mark.django_db
def test_runs_by_api(call: Any, company: World) -> None:
    buyers(company, 2)
    whose = Organization.objects.get(name="Buyer 001").pk
    assert call("post", "/invoice-runs", {"customers": [10**9]})[0] == 422
    status, run = call("post", "/invoice-runs", {"customers": [whose]})
    assert (status, run["total"], run["done"], run["finished_at"]) == (201, 1, 0, None)
    assert go_on_with_invoices()
    status, run = call("get", f"/invoice-runs/{run['id']}")
    assert (status, run["done"], run["refused"]) == (200, 1, [])
    assert call("get", f"/invoices/{run['invoices'][0]}")[1]["organization"] == whose
    assert [one["id"] for one in call("get", "/invoice-runs")[1]["items"]] == [run["id"]]


@pytest.mark.django_db
def test_what_is_due_is_read_in_as_many_statements_however_much_it_is(company: World) -> None:
    counted = []
    for many in (1, 10, 50):
        buyers(company, many, policy="order")
        with CaptureQueriesContext(connection) as asked:
            invoices_due()
        counted.append(len(asked.captured_queries))
    assert counted[0] == counted[1] == counted[2]
    assert counted[0] <= 6


def drafted(company: World, many: int) -> list[int]:
    """So many drafts of what is due, in the order in which they were written."""
    buyers(company, many)
    runs.proceed(actor=company.user, run=runs.invoice_due(actor=company.user, draft=True), seconds=60)
    return list(Invoice.objects.filter(posted_at=None).order_by("pk").values_list("pk", flat=True))


@pytest.mark.django_db
def test_drafts_are_posted_at_once_and_one_that_is_refused_stops_no_other(company: World) -> None:
    first, gone, last, left = drafted(company, 4)
    run = runs.post_drafts(actor=company.user, drafts=[last, gone, first])
    assert (run.total, Invoice.objects.exclude(posted_at=None).count()) == (3, 0)
    discard_draft(actor=company.user, invoice=gone)
    while go_on_with_invoices():
        pass
    run.refresh_from_db()
    assert (run.made, [one["n"] for one in run.problems], run.position) == ([first, last], [1], 3)
    posted = Invoice.objects.exclude(number=None).order_by("number").values_list("number", "pk")
    assert list(posted) == [("INV-1", first), ("INV-2", last)]
    assert Invoice.objects.get(pk=left).posted_at is None
    before = entries(), InvoiceRun.objects.count()
    refused(lambda: runs.post_drafts(actor=HOUSE, drafts=[first, left]), "no_draft_any_more", "invoices")
    refused(lambda: runs.post_drafts(actor=HOUSE, drafts=[]), "nothing_selected", "invoices")
    with pytest.raises(NotAllowed):
        runs.post_drafts(actor=person("writer", "billing.invoice"), drafts=[left])
    assert (entries(), InvoiceRun.objects.count()) == before
    clean()


@pytest.mark.django_db
def test_ticked_drafts_and_those_of_a_run_are_posted_by_page(client: Client, company: World) -> None:
    client.force_login(company.user)
    first, second, third = drafted(company, 3)
    assert "/invoices/post/" in see(client, "/invoices/?tab=draft")
    assert "/invoices/post/" not in see(client, "/invoices/")
    do(client, "/invoices/post/", {"back": "/invoices/?tab=draft"})
    assert "Select at least one row first" in see(client, "/invoices/?tab=draft")
    to = do(client, "/invoices/post/", {"selected": [first]})
    assert "0 of 1 done" in see(client, to)
    do(client, f"{to}proceed/", {})
    assert "INV-1</a>" in see(client, to)
    prepared = InvoiceRun.objects.get(draft=True)
    page = see(client, f"/invoices/runs/{prepared.pk}/")
    assert "Post 2 drafts" in page
    assert f'value="{first}"' not in page
    to = do(client, "/invoices/post/", {"selected": [second, third]})
    discard_draft(actor=company.user, invoice=third)
    do(client, f"{to}proceed/", {})
    assert f'href="/invoices/new/?organization={Invoice.objects.get(pk=third).organization_id}"' in see(
        client, to
    )
    assert list(
        Invoice.objects.filter(pk__in=[second, third]).values_list("number", flat=True).order_by("pk")
    ) == [
        "INV-2",
        None,
    ]


@pytest.mark.django_db
def test_a_draft_that_somebody_else_posts_meanwhile_is_led_to(client: Client, company: World) -> None:
    client.force_login(company.user)
    (pk,) = drafted(company, 1)
    to = do(client, "/invoices/post/", {"selected": [pk]})
    post_invoice(actor=HOUSE, invoice=pk)
    before = entries()
    do(client, f"{to}proceed/", {})
    page = see(client, to)
    assert "INV-1 is posted already" in page
    assert (f'href="/invoices/{pk}/"' in page, entries()) == (True, before)


@pytest.mark.django_db
def test_drafts_are_posted_by_api(call: Any, company: World) -> None:
    first, second = drafted(company, 2)
    assert call("post", "/invoice-runs/drafts", {"invoices": [10**9]})[0] == 422
    assert call("post", "/invoice-runs/drafts", {"invoices": []})[0] == 422
    status, run = call("post", "/invoice-runs/drafts", {"invoices": [first, second]})
    assert (status, run["total"], run["posts"], run["draft"]) == (201, 2, True, False)
    while go_on_with_invoices():
        pass
    assert call("get", f"/invoice-runs/{run['id']}")[1]["invoices"] == [first, second]
    assert call("get", f"/invoices/{second}")[1]["number"] == "INV-2"
