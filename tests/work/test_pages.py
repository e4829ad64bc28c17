"""Tickets, projects, contracts and jobs on pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.world import World, clean, entries, held
from wharfinger.base.models import Setting
from wharfinger.base.refusal import Refusal
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.catalog.models import TaxCode
from wharfinger.demand.actions import change_line, remove_line
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.demand.rules.discounts import Discount
from wharfinger.ledger.models import Entry, Place
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Contact, Organization, Role, Site, User
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.work.actions import cancel_work, complete, create_work_order
from wharfinger.work.models import WorkOrder
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["ticket", "project", "contract", "job"])
def test_each_kind_is_opened_and_listed(client: Client, company: World, kind: str) -> None:
    product = company.product()
    see(client, f"/{kind}s/new/")
    typed = {"organization": company.customer.pk, "title": "Router", "billable": "yes", "sku-0": product.sku}
    made = do(client, f"/{kind}s/new/", typed)
    work = WorkOrder.objects.get().pk
    assert made["Location"] == f"/work-orders/{work}/"
    assert Sheet.objects.get(pk=work).kind == kind
    assert "Router" in see(client, made["Location"])
    assert "Router" in see(client, f"/{kind}s/?goods=unfulfilled")
    do(client, f"/work-orders/{work}/edit/", {"title": "Switch", "promised_on": "2031-01-01"})
    assert "Switch" in see(client, f"/{kind}s/?tab=all&expected-from=2030-01-01&sort=title")
    assert "Need to Order/Fulfill" in see(client, f"/lines/{Line.objects.get().pk}/")
    do(client, f"/work-orders/{work}/cancel/", {})
    assert "Cancelled" in see(client, f"/work-orders/{work}/")
    clean()


def test_goods_are_handed_over_and_taken_back(client: Client, company: World) -> None:
    product = company.product(traced="serial", cost_method="specific", sku="AP-1")
    company.stock(product, 2, serials=("A", "B"))
    do(client, "/jobs/new/", {"organization": company.customer.pk, "billable": "yes"})
    job = WorkOrder.objects.get().pk
    see(client, f"/work-orders/{job}/provide/")
    before = entries()
    refused = do(client, f"/work-orders/{job}/provide/", {"sku": "AP-1", "quantity": "3"}, 409)
    assert b"AP-1" in refused.content
    assert entries() == before
    refused = do(client, f"/work-orders/{job}/provide/", {"sku": "AP-1", "quantity": "1"}, 422)
    assert "There are 2 such units here" in refused.content.decode()
    assert entries() == before
    do(client, f"/work-orders/{job}/provide/", {"sku": "ap-1", "quantity": "1", "serial": ["b"]})
    line = Line.objects.get().pk
    assert held(line) == {"covered": 1, "customer": 1, "to_bill": 1}
    see(client, f"/work-orders/{job}/remove/")
    do(client, f"/work-orders/{job}/remove/", {"line": line, "quantity": "1", "reason": "Faulty"})
    assert held(line) == {"returned": 1, "waived": 1}
    assert "Faulty" in see(client, f"/work-orders/{job}/")
    do(client, f"/work-orders/{job}/complete/", {})
    assert WorkOrder.objects.get().completed_at is not None
    clean()


def test_jobs_that_are_off_say_where_they_are_switched_on(client: Client, company: World) -> None:
    Setting.objects.create(key="modules", value={"jobs": False})
    assert client.get("/jobs/").status_code == 404
    assert client.get("/tickets/").status_code == 200


def test_the_only_unit_there_is_needs_no_scan(client: Client, company: World) -> None:
    traced = company.product(sku="AP-1", traced="serial", traced_from="receipt")
    company.stock(traced, 1, serials=("A",))
    do(client, "/jobs/new/", {"organization": company.customer.pk, "billable": "yes"})
    job = WorkOrder.objects.get().pk
    do(client, f"/work-orders/{job}/provide/", {"sku": "AP-1", "quantity": "1"})
    assert held(Line.objects.get().pk) == {"covered": 1, "customer": 1, "to_bill": 1}


def test_who_leads_and_owns_work_is_chosen_among_those_who_may_see_it(client: Client, company: World) -> None:
    mara = User.objects.create(username="mara", name="Mara")
    mara.roles.add(Role.objects.create(name="technician", permissions=["work.*"]))
    User.objects.create(username="gone", name="Gone", is_active=False)
    User.objects.create(username="stranger", name="Stranger")
    shown = see(client, "/tickets/new/")
    assert ("Mara" in shown, "Gone" in shown, "Stranger" in shown) == (True, False, False)
    do(client, "/tickets/new/", {"organization": company.customer.pk, "lead": mara.pk, "owner": mara.pk})
    ticket = WorkOrder.objects.get()
    assert (ticket.lead_id, ticket.sheet.owner_id) == (mara.pk, mara.pk)
    contact = Contact.objects.create(organization=company.customer, name="Kim")
    edit = f"/work-orders/{ticket.pk}/edit/"
    assert "Kim" in see(client, edit)
    before = entries()
    refused = do(client, edit, {"lead": User.objects.get(username="gone").pk}, 422)
    assert "Gone does not sign in here any more" in refused.content.decode()
    do(client, edit, {"owner": User.objects.get(username="stranger").pk}, 422)
    assert entries() == before
    do(client, edit, {"contact": contact.pk, "lead": company.user.pk, "owner": mara.pk})
    ticket.refresh_from_db()
    assert (ticket.lead_id, ticket.sheet.contact_id) == (company.user.pk, contact.pk)
    # Whoever has left stays where they are named until somebody names another.
    User.objects.filter(pk=mara.pk).update(is_active=False)
    do(client, edit, {"contact": contact.pk, "lead": company.user.pk, "owner": mara.pk, "title": "Router"})
    assert Sheet.objects.get().title == "Router"
    number = Sheet.objects.get().number
    assert number in see(client, f"/tickets/?lead={company.user.pk}")
    assert number not in see(client, f"/tickets/?lead={mara.pk}")


def test_what_is_still_needed_is_picked_from_the_page(client: Client, company: World) -> None:
    product, later = company.product(sku="AP-1"), company.product(sku="AP-2")
    company.stock(product, 3)
    typed = {"sku-0": "AP-1", "quantity-0": "2", "sku-1": "AP-2", "quantity-1": "4"}
    do(client, "/tickets/new/", {"organization": company.customer.pk, "billable": "yes", **typed})
    ticket = WorkOrder.objects.get().pk
    first, second = Line.objects.order_by("position").values_list("pk", flat=True)
    shown = see(client, f"/work-orders/{ticket}/")
    assert "Still needed" in shown
    assert f'name="quantity-{first}" value="2"' in shown
    assert f'name="quantity-{second}" value="4"' in shown
    assert shown.count('name="then" value="pick"') == 1
    assert shown.count('name="then" value="order"') == 2
    assert "Already picked" not in shown
    serve = f"/documents/{ticket}/serve/"
    before = entries()
    do(client, serve, {"then": "pick", "line": first, f"quantity-{first}": "3"})
    assert "2 of this line are still open" in see(client, f"/work-orders/{ticket}/")
    do(client, serve, {"then": "pick", "line": first, f"quantity-{first}": "0"})
    assert entries() == before
    do(client, serve, {"then": "pick", "line": first, f"quantity-{first}": "2"})
    assert held(first) == {"picked": 2, "covered": 2, "to_bill": 2}
    shown = see(client, f"/work-orders/{ticket}/")
    assert "Already picked, received or on order" in shown
    assert f'name="quantity-{first}"' not in shown
    do(client, serve, {"then": "order", "line": second, f"quantity-{second}": "1"})
    assert held(second) == {"drafted": 1, "to_order": 3, "to_bill": 4}
    company.stock(later, 3)
    do(client, serve, {"then": "deliver", "line": second, f"quantity-{second}": "3"})
    assert held(second) == {"drafted": 1, "covered": 3, "customer": 3, "to_bill": 4}
    shown = see(client, f"/work-orders/{ticket}/")
    assert "On a draft" in shown
    assert 'name="then"' not in shown
    reverse(actor=company.user, entry=Entry.objects.get(verb="draft").pk)
    company.stock(later, 1)
    do(client, serve, {"then": "pick", "line": second, f"quantity-{second}": "1"})
    assert "Still needed" not in see(client, f"/work-orders/{ticket}/")
    clean()


def test_the_price_of_an_invoiced_charge_stays(client: Client, company: World) -> None:
    product = company.product(kind="service", sku="AP-1")
    typed = {"organization": company.customer.pk, "billable": "yes", "sku-0": "AP-1", "quantity-0": "2"}
    do(client, "/tickets/new/", typed)
    line = Line.objects.get().pk
    invoice(actor=company.user, wish=InvoiceWish((Bill(line, 1),)))
    before = entries()
    with pytest.raises(Refusal) as refused:
        change_line(actor=company.user, line=line, change=LineChange(unit_price_micro=1_000_000))
    assert (refused.value.code, refused.value.field) == ("invoiced", "unit_price")
    with pytest.raises(Refusal) as refused:
        remove_line(actor=company.user, line=line)
    assert refused.value.code == "covered"
    assert entries() == before
    assert Line.objects.get().unit_price_micro == product.price_micro


def test_a_ticket_serves_an_order_and_is_done_by_somebody(client: Client, company: World) -> None:
    timo = User.objects.create(username="timo", name="Timo")
    timo.roles.add(Role.objects.create(name="technician", permissions=["work.*"]))
    wish = OrderWish(company.customer.pk, (LineWish(company.product().pk, 1),), confirm=True)
    order = create_order(actor=company.user, wish=wish).one("demand.Sheet")
    number = Sheet.objects.get(pk=order).number
    page = f"/orders/{order}/"
    assert f"/tickets/new/?organization={company.customer.pk}&amp;order={order}" in see(client, page)
    assert number in see(client, f"/tickets/new/?organization={company.customer.pk}&order={order}")
    typed = {"organization": company.customer.pk, "order": order, "resource": timo.pk, "title": "Install it"}
    do(client, "/tickets/new/", typed)
    ticket = WorkOrder.objects.get()
    assert (ticket.order_id, ticket.resource_id) == (order, timo.pk)
    shown = see(client, page)
    assert "T-1 Install it" in shown
    assert "Timo" in shown
    shown = see(client, f"/work-orders/{ticket.pk}/")
    assert ("Timo" in shown, number in shown) == (True, True)
    assert "T-1" in see(client, f"/tickets/?resource={timo.pk}")
    assert "T-1" not in see(client, f"/tickets/?resource={company.user.pk}")
    edit = f"/work-orders/{ticket.pk}/edit/"
    assert number in see(client, edit)
    do(client, edit, {"title": "Install it", "order": "", "resource": ""})
    ticket.refresh_from_db()
    assert (ticket.order_id, ticket.resource_id) == (None, None)
    reverse(actor=company.user, entry=Entry.objects.latest("pk").pk)
    ticket.refresh_from_db()
    assert (ticket.order_id, ticket.resource_id) == (order, timo.pk)
    clean()


def test_a_technician_takes_back_a_ticket_that_serves_an_order(company: World) -> None:
    timo = User.objects.create(username="timo", name="Timo")
    role = Role.objects.create(name="technician", permissions=["*.read", "work.*", "ledger.reverse"])
    timo.roles.add(role)
    wish = OrderWish(company.customer.pk, (LineWish(company.product().pk, 1),), confirm=True)
    order = create_order(actor=company.user, wish=wish).one("demand.Sheet")
    work = WorkWish("ticket", company.customer.pk, order=order)
    done = create_work_order(actor=timo, wish=work)
    reverse(actor=timo, entry=done.id)
    assert not Sheet.objects.filter(kind="ticket", void__isnull=True).exists()
    clean()


def test_work_serves_only_an_order_of_its_customer(client: Client, company: World) -> None:
    other = Organization.objects.create(name="Other")
    Site.objects.create(
        organization=other,
        name="There",
        place=Place.objects.create(kind="customer"),
        rented_place=Place.objects.create(kind="rented"),
    )
    wish = OrderWish(other.pk, (LineWish(company.product().pk, 1),), confirm=True)
    order = create_order(actor=company.user, wish=wish).one("demand.Sheet")
    gone = User.objects.create(username="gone", name="Gone", is_active=False)
    do(client, "/tickets/new/", {"organization": company.customer.pk})
    ticket = WorkOrder.objects.get()
    before = entries()
    wrong = {"organization": company.customer.pk, "order": order}
    refused = do(client, "/tickets/new/", wrong, 422)
    assert "This customer has no such sales order." in refused.content.decode()
    refused = do(client, f"/work-orders/{ticket.pk}/edit/", {"order": order}, 422)
    assert "This customer has no such sales order." in refused.content.decode()
    refused = do(client, f"/work-orders/{ticket.pk}/edit/", {"resource": gone.pk}, 422)
    assert "Gone does not sign in here any more" in refused.content.decode()
    assert (entries(), WorkOrder.objects.count()) == (before, 1)
    clean()


def test_the_api_says_whom_work_serves_and_who_does_it(client: Client, company: World) -> None:
    wish = OrderWish(company.customer.pk, (LineWish(company.product().pk, 1),), confirm=True)
    order = create_order(actor=company.user, wish=wish).one("demand.Sheet")
    given = {"kind": "ticket", "organization": company.customer.pk, "order": order}
    made = send(client, "POST", "/work-orders", given | {"resource": company.user.pk}, 201)
    assert (made["order"], made["resource"]) == (order, company.user.pk)
    send(client, "POST", "/work-orders", given | {"order": made["id"]}, 422)
    for found, narrow in ((1, f"order={order}"), (1, f"resource={company.user.pk}"), (0, "order=999")):
        assert len(send(client, "GET", f"/work-orders?{narrow}")["items"]) == found
    changed = send(client, "PATCH", f"/work-orders/{made['id']}", {"order": None, "resource": None})
    assert (changed["order"], changed["resource"]) == (None, None)


def test_ended_work_with_open_goods_is_a_list_of_its_own(client: Client, company: World) -> None:
    """BX-08: what was completed or cancelled while goods of it were still to come."""
    goods, labour = company.product(), company.product(kind="service", procured=False)

    def opened(title: str, product: int) -> int:
        wish = WorkWish("ticket", company.customer.pk, (LineWish(product, 1),), title=title)
        return create_work_order(actor=company.user, wish=wish).one("demand.Sheet")

    left, done, _still = (
        opened(title, product.pk)
        for title, product in (("Left behind", goods), ("All done", labour), ("Going on", goods))
    )
    for work in (left, done):
        complete(actor=company.user, work_order=work, anyway=True)
    page = see(client, "/tickets/?tab=left")
    assert ("Left behind" in page, "All done" in page, "Going on" in page) == (True, False, False)
    assert "Left behind" not in see(client, "/projects/?tab=left")
    with CaptureQueriesContext(connection) as seen:
        see(client, "/tickets/?tab=left")
    assert len(seen) <= 12, len(seen)


@pytest.mark.parametrize(
    "change",
    [
        {"unit_price_micro": 1_000_000},
        {"discount": Discount(100_000)},
        {"tax_code_id": 0},
        {"unit": "case", "per": 12},
        {"billable": False},
        {"quantity": 1},
    ],
)
def test_an_invoiced_charge_is_neither_changed_nor_taken_off(company: World, change: dict[str, Any]) -> None:
    """AT-54: in full, on order, so that nothing but the invoice stands against it."""
    other = TaxCode.objects.create(code="Z", name="None", rate_micro=0)
    wish = WorkWish("ticket", company.customer.pk, (LineWish(company.product().pk, 2),))
    done = create_work_order(actor=company.user, wish=wish)
    line = done.one("ledger.Claim")
    invoice(actor=company.user, wish=InvoiceWish((Bill(line, 2),)))
    before, stood = entries(), held(line)
    if "tax_code_id" in change:
        change = {"tax_code_id": other.pk}
    with pytest.raises(Refusal) as refused:
        change_line(actor=company.user, line=line, change=LineChange(**change))
    assert refused.value.code == ("covered" if "quantity" in change else "invoiced")
    assert "invoiced" in str(refused.value.words())
    with pytest.raises(Refusal) as refused:
        remove_line(actor=company.user, line=line)
    assert (refused.value.code, "invoiced" in refused.value.words()) == ("covered", True)
    with pytest.raises(Refusal):
        cancel_work(actor=company.user, work_order=done.one("demand.Sheet"))
    assert (entries(), held(line)) == (before, stood)
    clean()
