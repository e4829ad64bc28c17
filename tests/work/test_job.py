"""Tickets, projects, contracts and jobs: charges, goods provided and removed."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import Refusal
from wharfinger.demand.actions import add_lines
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.remove import remove
from wharfinger.ledger.models import Holding, Layer
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.organizations import change_organization
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.rules.holds import Hold
from wharfinger.stock.models import Location
from wharfinger.work.actions import (
    cancel_work,
    change_work_order,
    complete,
    create_work_order,
    provide,
    start_work,
)
from wharfinger.work.models import WorkOrder
from wharfinger.work.queries import show_work_order, work_order
from wharfinger.work.rules import WorkWish
from wharfinger.work.rules.providing import Provision, Removal

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def job_of(
    company: World, *wishes: LineWish, kind: str = "job", billable: bool = True
) -> tuple[int, list[int]]:
    wish = WorkWish(kind, company.customer.pk, tuple(wishes), billable=billable)
    made = create_work_order(actor=HOUSE, wish=wish)
    return made.one("demand.Sheet"), made.made.get("ledger.Claim", [])


def test_a_retired_customer_gets_no_work(company: World) -> None:
    change_organization(actor=HOUSE, organization=company.customer.pk, values={"retired_on": "2026-01-01"})
    before = entries()
    with pytest.raises(Refusal) as found:
        create_work_order(actor=HOUSE, wish=WorkWish("job", company.customer.pk))
    assert (found.value.code, entries()) == ("organization_retired", before)


def test_charges_are_firm_at_once(company: World) -> None:
    product, service = company.product(), company.product(kind="service")
    ticket, (goods, labour) = job_of(company, LineWish(product.pk, 2), LineWish(service.pk, 1), kind="ticket")
    assert Sheet.objects.get(pk=ticket).number == "T-1"
    assert held(goods) == {"to_order": 2, "to_bill": 2}
    assert held(labour) == {"covered": 1, "ready": 1, "to_bill": 1}
    added = add_lines(actor=HOUSE, sheet=ticket, wishes=[LineWish(product.pk, 1)])
    assert held(added.made["ledger.Claim"][0]) == {"to_order": 1, "to_bill": 1}
    clean()


def test_a_charge_past_the_threshold_asks_for_all_of_the_product(company: World) -> None:
    Setting.objects.create(key="approval", value={"threshold_minor": 2400})
    product = company.product()
    ticket, (first,) = job_of(company, LineWish(product.pk, 2), kind="ticket")
    assert held(first) == {"to_order": 2, "to_bill": 2}
    added = add_lines(actor=HOUSE, sheet=ticket, wishes=[LineWish(product.pk, 2)])
    second = added.one("ledger.Claim")
    assert (held(first), held(second)) == ({"to_approve": 2, "to_bill": 2}, {"to_approve": 2, "to_bill": 2})
    clean()
    reverse(actor=HOUSE, entry=added.id)
    assert held(first) == {"to_order": 2, "to_bill": 2}
    clean()


def test_providing_sells_at_once(company: World) -> None:
    """CC-10: the customer's from that moment, at the cost the goods had."""
    product = company.product()
    company.stock(product, 3)
    job, _ = job_of(company)
    done = provide(actor=HOUSE, work_order=job, provisions=[Provision(2, product=product.pk)])
    (line,) = done.made["ledger.Claim"]
    assert held(line) == {"covered": 2, "customer": 2, "to_bill": 2}
    assert (Layer.objects.get().quantity, Layer.objects.get().value_minor) == (1, 600)
    clean()
    remove(actor=HOUSE, work_order=job, removals=[Removal(line, 1)])
    assert held(line) == {"covered": 1, "returned": 1, "customer": 1, "to_bill": 1, "waived": 1}
    assert held(product=product.pk)["bin"] == 2
    assert Layer.objects.get().value_minor == 1200
    clean()


def test_a_reserved_charge_is_provided_and_comes_back_free(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 2, serials=("A", "B"))
    job, (line,) = job_of(company, LineWish(product.pk, 2))
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    provide(actor=HOUSE, work_order=job, provisions=[Provision(2, line=line)])
    assert held(line) == {"covered": 2, "customer": 2, "to_bill": 2}
    second = Holding.objects.get(kind="customer", lot__code="B")
    remove(actor=HOUSE, work_order=job, removals=[Removal(line, 1, lots=(second.lot_id,))])
    assert Holding.objects.get(kind="bin", quantity=1).lot_id == second.lot_id
    remove(actor=HOUSE, work_order=job, removals=[Removal(line, 1)])
    assert held(line) == {"returned": 2, "waived": 2}
    assert set(Holding.objects.filter(kind="bin", quantity=1).values_list("claim_id", flat=True)) == {0}
    clean()


def test_the_location_decides_how_goods_are_sold(company: World) -> None:
    """CC-11, CC-14: rented goods stay ours, a partner's are never invoiced by us."""
    product = company.product()
    company.stock(product, 1, bin=company.bins[0])
    company.stock(product, 1, bin=company.bins[2])
    Location.objects.filter(pk=company.location.pk).update(channel="rental")
    Location.objects.filter(pk=company.other.pk).update(channel="indirect")
    job, _ = job_of(company)
    done = provide(
        actor=HOUSE,
        work_order=job,
        provisions=[
            Provision(1, product=product.pk, location=company.location.place_id),
            Provision(1, product=product.pk, location=company.other.place_id),
        ],
    )
    lent, sold = done.made["ledger.Claim"]
    assert held(lent) == {"covered": 1, "rented": 1, "waived": 1}
    assert held(sold) == {"covered": 1, "customer": 1, "waived": 1}
    assert sum(Layer.objects.values_list("quantity", flat=True)) == 1
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert held(product=product.pk) == {"bin": 2}
    clean()


def test_a_job_that_is_not_billed_lends(company: World) -> None:
    product = company.product()
    company.stock(product, 1)
    job, _ = job_of(company, billable=False)
    (line,) = provide(actor=HOUSE, work_order=job, provisions=[Provision(1, product=product.pk)]).made[
        "ledger.Claim"
    ]
    assert held(line) == {"covered": 1, "rented": 1}
    assert not Line.objects.get(pk=line).billable
    remove(actor=HOUSE, work_order=job, removals=[Removal(line, 1)])
    assert held(line) == {"returned": 1}
    assert held(product=product.pk)["bin"] == 1
    clean()


def test_more_than_there_is_cannot_be_provided(company: World) -> None:
    product = company.product()
    company.stock(product, 1)
    job, _ = job_of(company)
    before = entries()
    with pytest.raises(Refusal) as refused:
        provide(actor=HOUSE, work_order=job, provisions=[Provision(2, product=product.pk)])
    assert (refused.value.code, refused.value.wanted, refused.value.free) == ("not_enough", 2, 1)
    assert entries() == before
    assert Line.objects.count() == 0


def test_after_completion_nothing_is_removed(company: World) -> None:
    """CC-16, CC-17."""
    product = company.product()
    company.stock(product, 2)
    job, _ = job_of(company)
    (line,) = provide(actor=HOUSE, work_order=job, provisions=[Provision(1, product=product.pk)]).made[
        "ledger.Claim"
    ]
    complete(actor=HOUSE, work_order=job)
    before = entries()
    with pytest.raises(Refusal) as refused:
        remove(actor=HOUSE, work_order=job, removals=[Removal(line, 1)])
    assert refused.value.code == "completed"
    assert entries() == before


def test_open_charges_are_named_before_completion(company: World) -> None:
    product = company.product()
    job, _ = job_of(company, LineWish(product.pk, 1))
    with pytest.raises(Refusal) as refused:
        complete(actor=HOUSE, work_order=job)
    assert (refused.value.code, refused.value.values["names"]) == ("charges_open", product.name)
    complete(actor=HOUSE, work_order=job, anyway=True)
    assert WorkOrder.objects.get(pk=job).completed_at is not None


def test_work_is_cancelled_only_untouched(company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    first, (line,) = job_of(company, LineWish(product.pk, 2), kind="project")
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    cancel_work(actor=HOUSE, work_order=first)
    assert held(line) == {"dropped": 2, "waived": 2}
    second, _ = job_of(company)
    provide(actor=HOUSE, work_order=second, provisions=[Provision(1, product=product.pk)])
    before = entries()
    with pytest.raises(Refusal) as refused:
        cancel_work(actor=HOUSE, work_order=second)
    assert refused.value.code == "work_touched"
    assert "delivered" in refused.value.words()
    assert entries() == before
    clean()


def test_jobs_can_be_switched_off(company: World) -> None:
    Setting.objects.create(key="modules", value={"jobs": False})
    with pytest.raises(Refusal) as refused:
        job_of(company)
    assert refused.value.code == "module_off"
    assert WorkOrder.objects.count() == 0


def test_words_of_work_change_and_come_back(company: World) -> None:
    ticket, _ = job_of(company, kind="ticket")
    changed = change_work_order(
        actor=HOUSE, work_order=ticket, values={"title": "Router"}, own={"scope": "swap"}
    )
    assert (Sheet.objects.get(pk=ticket).title, WorkOrder.objects.get(pk=ticket).scope) == ("Router", "swap")
    reverse(actor=HOUSE, entry=changed.id)
    assert (Sheet.objects.get(pk=ticket).title, WorkOrder.objects.get(pk=ticket).scope) == ("", "generic")


def test_what_work_is_called_follows_from_what_was_decided(company: World) -> None:
    """CC-33: open, started, completed or cancelled; nobody chooses the word."""
    job, _ = job_of(company)

    def word() -> str:
        return str(show_work_order(work_order(job))["status"])

    assert word() == "open"
    begun = start_work(actor=HOUSE, work_order=job)
    assert word() == "started"
    with pytest.raises(Refusal, match="begun"):
        start_work(actor=HOUSE, work_order=job)
    reverse(actor=HOUSE, entry=begun.id)
    assert word() == "open"
    start_work(actor=HOUSE, work_order=job)
    done = complete(actor=HOUSE, work_order=job)
    assert word() == "completed"
    with pytest.raises(Refusal):
        start_work(actor=HOUSE, work_order=job)
    reverse(actor=HOUSE, entry=done.id)
    assert word() == "started"
    cancel_work(actor=HOUSE, work_order=job)
    assert word() == "cancelled"
    clean()


def test_work_is_started_on_its_page_and_over_http(company: World, client: Client) -> None:
    client.force_login(company.user)
    job, _ = job_of(company)
    assert f"/work-orders/{job}/start/" in see(client, f"/work-orders/{job}/")
    do(client, f"/work-orders/{job}/start/", {})
    shown = see(client, f"/work-orders/{job}/")
    assert "Started" in shown
    assert f"/work-orders/{job}/start/" not in shown
    other, _ = job_of(company)
    assert send(client, "post", f"/work-orders/{other}/start", {})["status"] == "started"
