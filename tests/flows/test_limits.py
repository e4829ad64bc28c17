"""A credit limit and a hold stop what is sold on account and sent, until somebody answers for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.billing.test_invoice import bill
from tests.billing.test_pay import paid
from tests.flows.test_sell import sold
from tests.fulfilment.trade import order, reserved
from tests.purchasing.buying import person
from tests.returns.test_replace import came, replaced
from tests.returns.test_rma import loose
from tests.returns.test_settle import billed
from tests.world import World, clean, entries, held, refused
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed, Refusal
from wharfinger.billing.actions.invoices import draft_invoice
from wharfinger.billing.actions.limits import release_limit
from wharfinger.billing.models import LimitRelease
from wharfinger.billing.queries import shown
from wharfinger.billing.queries.exposure import exposures
from wharfinger.billing.queries.stopped import held_orders
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.actions import add_lines, change_line
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.flows.actions.amend import amend
from wharfinger.flows.actions.charging import charge_and, open_and
from wharfinger.flows.rules.amend import Amend
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import deliver, ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.fulfilment.rules.shipping import Consignment
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.organizations import change_organization, hold_account, unhold_account
from wharfinger.parties.models import Grant, Organization, Role, User
from wharfinger.returns.models import RmaLine
from wharfinger.returns.rules.replacing import Instead
from wharfinger.sales.actions.orders import confirm, create_order
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.actions.winning import win
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


def limit(company: World, minor: int | None) -> None:
    """The customer may owe us so much."""
    change_organization(actor=HOUSE, organization=company.customer.pk, values={"credit_limit_minor": minor})


def hold(company: World) -> None:
    """The customer's account is on hold."""
    hold_account(actor=HOUSE, organization=company.customer.pk, reason="Two invoices are overdue.")


def unconfirmed(company: World, units: int) -> int:
    """An order of so many routers at 119.00 each, with tax, that is not confirmed."""
    router = company.product(price_micro=100_000_000)
    lines = (LineWish(router.pk, units),)
    return create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, lines)).one("demand.Sheet")


def told(found: Refusal) -> str:
    """What a refusal says, without the spaces before its currencies."""
    return str(found).replace("\xa0", "")


def test_what_would_be_owed_stays_within_the_limit(company: World) -> None:
    limit(company, 30000)
    first, second = unconfirmed(company, 2), unconfirmed(company, 1)
    confirm(actor=HOUSE, order=first)
    found = refused(lambda: confirm(actor=HOUSE, order=second), "over_limit")
    figures = {name: found.values[name].minor for name in ("limit", "all", "owed", "to_bill", "this")}
    assert figures == {"limit": 30000, "all": 35700, "owed": 0, "to_bill": 35700, "this": 11900}
    # What is paid beforehand counts.
    paid(company, 5700)
    confirm(actor=HOUSE, order=second)
    clean()


def test_invoices_drafts_and_lines_to_bill_are_owed_once(company: World) -> None:
    _, (line,) = order(company, (company.product(price_micro=100_000_000), 4))

    def owing() -> tuple[int, int, int]:
        found = exposures([company.customer.pk], "EUR", shown.today())[company.customer.pk]
        return found.owed_minor, found.to_bill_minor, found.minor

    assert owing() == (0, 47600, 47600)
    draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),)))
    assert owing() == (0, 47600, 47600)
    bill(Bill(line, 2))
    assert owing() == (23800, 23800, 47600)
    paid(company, 30000)
    assert owing() == (-6200, 23800, 17600)


def test_each_way_of_selling_on_account_is_stopped(company: World) -> None:
    router = company.product(price_micro=100_000_000)
    company.stock(router, 5)
    lines = (LineWish(router.pk, 1),)
    quote = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, lines)).one("demand.Sheet")
    limit(company, 100)
    refused(lambda: win(actor=HOUSE, quote=quote), "over_limit")
    refused(lambda: order(company, (router, 1)), "over_limit")
    refused(lambda: sold(company, (router, 1)), "over_limit")
    limit(company, None)
    hold(company)
    refused(lambda: win(actor=HOUSE, quote=quote), "account_on_hold")
    refused(lambda: order(company, (router, 1)), "account_on_hold")
    refused(lambda: sold(company, (router, 1)), "account_on_hold")
    # What is paid at once needs no account.
    sold(company, (router, 1), paid_by="cash")
    # An order that is not firm is written all the same.
    unconfirmed(company, 1)
    clean()


def test_nothing_leaves_for_an_account_on_hold(company: World) -> None:
    router = company.product(price_micro=100_000_000)
    company.stock(router, 5)
    _, (line,) = reserved(company, (router, 3))
    pick(actor=HOUSE, picks=[Pick(line, 2)])
    gone = ship(actor=HOUSE, picks=[Pick(line, 1)], consignment=Consignment(proof=True))
    _, (other,) = reserved(company, (router, 1))
    hold(company)
    found = refused(lambda: pick(actor=HOUSE, picks=[Pick(line, 1)]), "account_on_hold")
    assert "Two invoices are overdue." in told(found)
    assert company.user.name in told(found) or company.user.username in told(found)
    refused(lambda: ship(actor=HOUSE, picks=[Pick(line, 1)]), "account_on_hold")
    refused(lambda: deliver(actor=HOUSE, picks=[Pick(other, 1)]), "account_on_hold")
    # What is on its way arrives.
    deliver(actor=HOUSE, shipments=[gone.one("fulfilment.Shipment")])
    unhold_account(actor=HOUSE, organization=company.customer.pk)
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    clean()


def test_a_release_lets_one_order_go_on_up_to_its_amount(company: World) -> None:
    limit(company, 10000)
    first, second = unconfirmed(company, 1), unconfirmed(company, 1)
    done = release_limit(actor=HOUSE, sheet=first, up_to_minor=11900, reason="Their director called.")
    refused(lambda: confirm(actor=HOUSE, order=second), "over_limit")
    confirm(actor=HOUSE, order=first)
    assert held_orders(shown.today(), 8) == []
    release_limit(actor=HOUSE, sheet=second, up_to_minor=23799, reason="One more.")
    refused(lambda: confirm(actor=HOUSE, order=second), "over_limit")
    release_limit(actor=HOUSE, sheet=second, up_to_minor=23800, reason="One cent more.")
    confirm(actor=HOUSE, order=second)
    # The first order now meets more than it was released for.
    (held,) = held_orders(shown.today(), 8)
    assert held.order.pk == first
    assert held.why.replace("\xa0", "") == "238.00€ of 100.00€"
    reverse(actor=HOUSE, entry=done.id)
    assert LimitRelease.objects.filter(void__isnull=True).count() == 2
    clean()


def test_the_release_of_a_quote_holds_for_what_it_becomes(company: World) -> None:
    router = company.product(price_micro=100_000_000)
    company.stock(router, 2)
    hold(company)
    lines = (LineWish(router.pk, 2),)
    quote = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, lines)).one("demand.Sheet")
    release_limit(actor=HOUSE, sheet=quote, up_to_minor=23800, reason="Agreed.")
    (line,) = win(actor=HOUSE, quote=quote).made["ledger.Claim"]
    pick(actor=HOUSE, picks=[Pick(line, 2)])
    clean()


def test_a_release_says_why_and_is_needed(company: World) -> None:
    pk = unconfirmed(company, 1)
    refused(lambda: release_limit(actor=HOUSE, sheet=pk, up_to_minor=1, reason="x"), "not_limited")
    limit(company, 1)
    refused(lambda: release_limit(actor=HOUSE, sheet=pk, up_to_minor=1, reason=" "), "missing", "reason")
    refused(lambda: release_limit(actor=HOUSE, sheet=pk, up_to_minor=0, reason="x"), "not_positive", "up_to")
    refused(
        lambda: hold_account(actor=HOUSE, organization=company.customer.pk, reason=""), "missing", "reason"
    )
    hold(company)
    refused(
        lambda: hold_account(actor=HOUSE, organization=company.customer.pk, reason="x"),
        "account_held_already",
    )


def test_a_hold_is_undone(company: World) -> None:
    done = hold_account(actor=HOUSE, organization=company.customer.pk, reason="A mistake.")
    reverse(actor=HOUSE, entry=done.id)
    row = Organization.objects.get(pk=company.customer.pk)
    assert (row.held_at, row.hold_reason, row.limited) == (None, "", False)


def test_who_may_not_hold_sets_no_limit(company: World) -> None:
    keeper = User.objects.create(username="keeper")
    role = Role.objects.create(name="Keeper", permissions=["parties.organization"])
    Grant.objects.create(user=keeper, role=role)
    pk = company.customer.pk
    with pytest.raises(NotAllowed):
        change_organization(actor=keeper, organization=pk, values={"credit_limit_minor": 1})
    change_organization(actor=keeper, organization=pk, values={"phone": "1"})
    assert not Organization.objects.get(pk=pk).limited


def test_customers_without_a_limit_cost_no_statement(company: World) -> None:
    router = company.product(price_micro=100_000_000)
    company.stock(router, 20)

    def statements() -> int:
        _, (line,) = reserved(company, (router, 1))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            pick(actor=HOUSE, picks=[Pick(line, 1)])
        return sum("credit_limit" in one["sql"] and "standing" not in one["sql"] for one in seen)

    assert statements() == 1  # how far the order is, which is read with it


def test_the_pages_tell_and_release(company: World, client: Client) -> None:
    client.force_login(company.user)
    pk = unconfirmed(company, 1)
    page = f"/organizations/{company.customer.pk}/"
    client.post(f"{page}hold/", {"reason": "Overdue since August."})
    assert "Overdue since August." in client.get(page).content.decode()
    told = client.post(f"/orders/{pk}/confirm/", follow=True).content.decode()
    assert "is on hold" in told
    assert f"/documents/{pk}/release-limit/" in told
    client.force_login(person("seller", "sales.*", "*.read"))
    told = client.post(f"/orders/{pk}/confirm/", follow=True).content.decode()
    assert "is on hold" in told
    assert "release-limit" not in told, "no button leads where one may not go"
    client.force_login(company.user)
    shown = client.get(f"/documents/{pk}/release-limit/").content.decode()
    assert 'value="119.00"' in shown, "as much as this document will make of it"
    client.post(f"/documents/{pk}/release-limit/", {"up_to": "119.00", "reason": "Agreed."})
    seen = client.get(f"/orders/{pk}/").content.decode()
    assert "Account on hold" in seen
    assert "Agreed." in seen
    assert "Held by their account" not in client.get("/").content.decode()
    client.post(f"/orders/{pk}/confirm/")
    client.post(f"{page}unhold/")
    assert "Account on hold" not in client.get(f"/orders/{pk}/").content.decode()


def test_the_api_tells_and_releases(company: World, call: Any) -> None:
    pk = unconfirmed(company, 1)
    here = f"/organizations/{company.customer.pk}"
    status, found = call("patch", here, {"credit_limit": "100.00"})
    assert (status, found["credit_limit"], found["held_at"]) == (200, "100.00", None)
    assert call("get", f"{here}/credit")[1] | {"organization": 0} == {
        "organization": 0,
        "currency": "EUR",
        "credit_limit": "100.00",
        "held_at": None,
        "hold_reason": "",
        "owed": "0.00",
        "to_bill": "0.00",
        "left": "100.00",
    }
    status, found = call("post", f"/orders/{pk}/confirm")
    assert (status, found["code"]) == (409, "over_limit")
    assert found["remedies"] == [{"verb": "release_limit", "values": {"pk": pk}}]
    status, found = call("post", f"/orders/{pk}/release-limit", {"up_to": "119.00", "reason": "Agreed."})
    assert (status, found["up_to"], found["reason"]) == (200, "119.00", "Agreed.")
    assert call("post", f"/orders/{pk}/confirm")[0] == 200
    assert call("get", f"{here}/credit")[1]["left"] == "-19.00"
    assert call("post", f"{here}/hold", {"reason": "Overdue."})[1]["hold_reason"] == "Overdue."
    assert call("post", f"{here}/unhold")[1]["held_at"] is None


def firm(company: World, units: int) -> tuple[int, int]:
    """A confirmed order of so many routers at 119.00 each, with tax, and its line."""
    pk, (line,) = order(company, (company.product(price_micro=100_000_000), units))
    return pk, line


def ticket(company: World, *lines: LineWish) -> int:
    """Work for the customer."""
    wish = WorkWish("ticket", company.customer.pk, title="Install", lines=lines)
    return create_work_order(actor=HOUSE, wish=wish).one("demand.Sheet")


def test_what_is_added_to_an_order_is_within_the_limit(company: World) -> None:
    """By more of a line, a further one or a higher price; who owes too much may order less, or pay less for it."""
    pk, line = firm(company, 2)
    product = Line.objects.get(pk=line).product_id
    limit(company, 23800)
    before = entries()
    found = refused(lambda: amend(actor=HOUSE, sheet=pk, amends=[Amend(line, 3)]), "over_limit")
    assert (found.values["all"].minor, found.values["this"].minor) == (35700, 35700)
    refused(lambda: change_line(actor=HOUSE, line=line, change=LineChange(quantity=3)), "over_limit")
    refused(lambda: add_lines(actor=HOUSE, sheet=pk, wishes=[LineWish(product, 1)]), "over_limit")
    dearer = LineChange(unit_price_micro=101_000_000)
    refused(lambda: change_line(actor=HOUSE, line=line, change=dearer), "over_limit")
    assert entries() == before
    assert held(line)["to_bill"] == 2
    limit(company, 100)
    change_line(actor=HOUSE, line=line, change=LineChange(unit_price_micro=99_000_000))
    amend(actor=HOUSE, sheet=pk, amends=[Amend(line, 1)])
    add_lines(actor=HOUSE, sheet=unconfirmed(company, 1), wishes=[LineWish(product, 1)])
    release_limit(actor=HOUSE, sheet=pk, up_to_minor=23562, reason="Their director called.")
    amend(actor=HOUSE, sheet=pk, amends=[Amend(line, 2)])
    refused(lambda: amend(actor=HOUSE, sheet=pk, amends=[Amend(line, 3)]), "over_limit")
    hold(company)
    refused(lambda: amend(actor=HOUSE, sheet=pk, amends=[Amend(line, 3)]), "account_on_hold")
    clean()


@pytest.mark.parametrize("then", ["pick", "order", "deliver"])
def test_what_is_charged_is_within_the_limit(company: World, then: str) -> None:
    """On work that stands and on new work, alone and with what is done at once; what is not billed is charged."""
    router = company.product(price_micro=100_000_000)
    if then != "order":
        company.stock(router, 9)
    pk = ticket(company, LineWish(router.pk, 1))
    limit(company, 11900)
    before, wishes = entries(), (LineWish(router.pk, 1),)
    found = refused(lambda: add_lines(actor=HOUSE, sheet=pk, wishes=wishes), "over_limit")
    assert found.values["all"].minor == 23800
    refused(lambda: charge_and(actor=HOUSE, sheet=pk, wishes=wishes, then=then), "over_limit")
    refused(lambda: ticket(company, *wishes), "over_limit")
    wish = WorkWish("ticket", company.customer.pk, title="Install", lines=wishes)
    refused(lambda: open_and(actor=HOUSE, wish=wish, then=then), "over_limit")
    assert entries() == before
    limit(company, 100)
    free = (LineWish(router.pk, 1, billable=False),)
    add_lines(actor=HOUSE, sheet=pk, wishes=free)
    ticket(company)
    release_limit(actor=HOUSE, sheet=pk, up_to_minor=23800, reason="Agreed.")
    charge_and(actor=HOUSE, sheet=pk, wishes=wishes, then=then)
    clean()


def test_what_replaces_goods_at_a_price_is_within_the_limit(company: World) -> None:
    """The difference counts: like for like and what costs no more pass."""
    line = loose(company, 3)
    same, better = Line.objects.get(pk=line).product_id, company.product(price_micro=15_000_000)
    company.stock(better, 3)
    company.stock(Line.objects.get(pk=line).product, 1)
    billed(line, 2)
    limit(company, 3570)
    rma, row = came(company, line, 3)
    before = entries()
    dearer = Instead(product=better.pk)
    found = refused(lambda: replaced(rma, row, 1, dearer), "over_limit")
    assert (found.values["all"].minor, found.values["this"].minor) == (4165, 595)
    assert entries() == before
    assert not RmaLine.objects.get(pk=row).settled_quantity
    limit(company, 1)
    replaced(rma, row, 1, Instead(product=same))
    replaced(rma, row, 1, Instead(product=better.pk, unit_price_micro=10_000_000))
    refused(lambda: replaced(rma, row, 1, dearer), "over_limit")
    sheet = Line.objects.get(pk=line).sheet_id
    release_limit(actor=HOUSE, sheet=sheet, up_to_minor=4165, reason="Agreed.")
    replaced(rma, row, 1, dearer)
    clean()


def test_asking_costs_no_statement_without_a_limit(company: World) -> None:
    pk, line = firm(company, 2)

    def statements(units: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            amend(actor=HOUSE, sheet=pk, amends=[Amend(line, units)])
        return len(seen)

    free = statements(3)
    limit(company, 10**9)
    # Its customer and what that owes, and how it is taxed.
    assert statements(4) - free == 5
