"""A submitted order that becomes dearer than what was approved is approved first, and stands as it was until then."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests.purchasing.buying import Bought, arrive, bought, on_order, person, sold, stocked_up, threshold
from tests.purchasing.test_amend import amend, refused
from tests.purchasing.test_api import Caller
from tests.purchasing.test_tiers import tier
from tests.world import World, clean, held, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import VendorPrice
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.notices.mails import told
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions.approving import approve, reject
from wharfinger.purchasing.actions.ordering import (
    amend_purchase,
    ask,
    cancel,
    change_purchase,
    close,
    confirm_purchase,
    draft,
    make_change,
    submit,
)
from wharfinger.purchasing.models import Approval, PurchaseLine, PurchaseOrder
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.purchasing.rules.confirming import Confirmed
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def approved(company: World, quantity: int = 5) -> Bought:
    """So many at 10.00 on order for stock, in a company where buying for 30.00 needs approval."""
    threshold(3000)
    made = stocked_up(company, (company.product(), quantity, 10_000_000), submitted=False)
    approve(actor=HOUSE, purchase_orders=[made.order])
    submit(actor=HOUSE, order=made.order)
    return made


def stands(made: Bought) -> tuple[int, int, int]:
    """How many are bought at which cost, and how many the vendor owes."""
    line = PurchaseLine.objects.get(pk=made.lines[0])
    return line.quantity, line.unit_cost_micro, on_order(line.pk)


def titles(done: Written) -> dict[str, str]:
    """What each person is told of an act."""
    return {str(one.user): one.bell.title for one in told(Entry.objects.get(pk=done.id))}


def waiting() -> tuple[bool, bool]:
    """Whether a change of the order is asked for, and whether it waits."""
    order = PurchaseOrder.objects.get()
    return order.asked_change is not None, order.approval_asked_at is not None


def test_an_order_that_becomes_dearer_stands_as_it_was_until_it_is_approved_and_made(company: World) -> None:
    made = approved(company)
    buyer, boss = person("buyer", "purchasing.*", "catalog.see_cost"), person("boss", "purchasing.approve")
    asked = amend(made, 8, by=buyer)
    assert asked.entry.verb == "ask_purchase"
    assert (stands(made), waiting()) == ((5, 10_000_000, 5), (True, True))
    refused("own_request", lambda: approve(actor=buyer, purchase_orders=[made.order]))
    refused("nothing_to_make", lambda: make_change(actor=buyer, order=made.order))
    arrive(made.lines[0], 2)
    granted = approve(actor=boss, purchase_orders=[made.order], note="Fine")
    assert (stands(made), waiting()) == ((5, 10_000_000, 3), (True, False))
    assert Approval.objects.latest("pk").amount_minor == 8000
    refused("not_waiting", lambda: approve(actor=boss, purchase_orders=[made.order]))
    done = make_change(actor=buyer, order=made.order)
    assert done.entry.verb == "amend_purchase"
    assert (stands(made), waiting()) == ((8, 10_000_000, 6), (False, False))
    refused("nothing_to_make", lambda: make_change(actor=buyer, order=made.order))
    clean()
    refused("approval_used", lambda: reverse(actor=HOUSE, entry=granted.id))
    reverse(actor=HOUSE, entry=done.id)
    assert (stands(made), waiting()) == ((5, 10_000_000, 3), (True, False))
    reverse(actor=HOUSE, entry=granted.id)
    assert waiting() == (True, True)
    reverse(actor=HOUSE, entry=asked.id)
    assert waiting() == (False, False)
    assert PurchaseLine.objects.get().approved_minor == 5000
    clean()


def test_what_was_approved_covers_fewer_dearer_and_cheaper_more(company: World) -> None:
    made = approved(company)
    amend(made, 4, unit_cost_micro=12_500_000)
    amend(made, 10, unit_cost_micro=5_000_000)
    assert stands(made) == (10, 5_000_000, 10)
    assert amend(made, 11).entry.verb == "ask_purchase"
    clean()


def test_a_rejected_change_is_not_made_and_whoever_asked_is_told_why(company: World) -> None:
    made = approved(company)
    buyer, boss = person("buyer", "purchasing.*", "catalog.see_cost"), person("boss", "purchasing.approve")
    asked = amend(made, unit_cost_micro=20_000_000, by=buyer)
    assert titles(asked) == {
        "Boss": "PO-1 (Grossist) has a change that waits for approval",
        "Ada": "PO-1 (Grossist) has a change that waits for approval",
    }
    no = reject(actor=boss, purchase_orders=[made.order], note="Too dear")
    assert titles(no) == {"Buyer": "PO-1 (Grossist) has a change that is rejected"}
    (message,) = told(Entry.objects.get(pk=no.id))
    assert "Too dear" in str(message.bell.told)
    assert (stands(made), waiting()) == ((5, 10_000_000, 5), (False, False))
    assert PurchaseOrder.objects.get().rejected_note == "Too dear"
    refused("not_waiting", lambda: approve(actor=boss, purchase_orders=[made.order]))
    reverse(actor=HOUSE, entry=no.id)
    assert waiting() == (True, True)
    yes = approve(actor=boss, purchase_orders=[made.order])
    make_change(actor=buyer, order=made.order)
    assert titles(yes) == {"Buyer": "PO-1 (Grossist) has a change that is approved and can be made"}
    assert PurchaseOrder.objects.get().rejected_note == ""
    clean()


def test_a_dearer_confirmation_is_written_down_once_it_is_approved(company: World) -> None:
    made = approved(company)
    boss = person("boss", "purchasing.approve")
    said = [Confirmed(made.lines[0], date(2030, 1, 2), 20_000_000)]
    confirm_purchase(actor=HOUSE, order=made.order, confirmation="AB-7", lines=said)
    order = PurchaseOrder.objects.get()
    assert (order.confirmed_at, order.confirmation, waiting()) == (None, "", (True, True))
    # Days alone are written down at once.
    confirm_purchase(actor=HOUSE, order=made.order, confirmation="AB-6")
    assert waiting() == (True, True)
    refused("change_waits", lambda: confirm_purchase(actor=HOUSE, order=made.order, lines=said))
    refused("change_waits", lambda: amend(made, 4))
    approve(actor=boss, purchase_lines=made.lines)
    done = make_change(actor=HOUSE, order=made.order)
    order, line = PurchaseOrder.objects.get(), PurchaseLine.objects.get()
    assert done.entry.verb == "confirm_purchase"
    assert (order.confirmation, order.asked_change) == ("AB-7", None)
    assert (line.unit_cost_micro, line.confirmed_on, line.expected_on) == (
        20_000_000,
        date(2030, 1, 2),
        date(2030, 1, 2),
    )
    clean()


def test_tiers_delegates_and_two_people_decide_a_change_as_they_do_a_draft(company: World) -> None:
    made = approved(company)
    anna, ben, lead = (person(name, "purchasing.approve") for name in ("anna", "ben", "lead"))
    tier("Leads", 6000, lead)
    tier("Board", None, anna, ben, needed=2)
    amend(made, 8)
    refused("above_limit", lambda: approve(actor=lead, purchase_orders=[made.order]))
    approve(actor=anna, purchase_orders=[made.order])
    assert waiting() == (True, True)
    caller = Caller(company.user)
    assert caller.good("get", f"/purchase-orders/{made.order}/approval") == {
        "asks": True,
        "given": 1,
        "needed": 2,
        "by": ["Anna"],
    }
    refused("approved_already", lambda: approve(actor=anna, purchase_orders=[made.order]))
    refused("nothing_to_make", lambda: make_change(actor=HOUSE, order=made.order))
    approve(actor=ben, purchase_orders=[made.order])
    make_change(actor=HOUSE, order=made.order)
    assert stands(made) == (8, 10_000_000, 8)
    clean()


def test_a_change_is_kept_whole_with_whom_it_is_for(company: World) -> None:
    other = Organization.objects.create(name="Distri", vendor=True, customer=False)
    product = company.product()
    VendorPrice.objects.create(product=product, organization=other, cost_micro=9_000_000)
    threshold(3000)
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, 4, unit_cost_micro=6_000_000),))
    made = bought(draft(actor=HOUSE, wish=wish))
    submit(actor=HOUSE, order=made.order)
    line = sold(company, product, 2)
    change = PurchaseChange(
        (("freight_minor", 500), ("ship_on", date(2030, 2, 1)), ("memo", "By sea")),
        change=(LineChange(made.lines[0], expected_on=date(2030, 3, 1), wanted=(Wanted(line),)),),
        vendor=other.pk,
    )
    amend_purchase(actor=HOUSE, order=made.order, change=change)
    assert held(line) == {"to_order": 2, "to_bill": 2}
    approve(actor=HOUSE, purchase_orders=[made.order])
    make_change(actor=HOUSE, order=made.order)
    order, row = PurchaseOrder.objects.get(), PurchaseLine.objects.get()
    assert (order.vendor, order.freight_minor, order.ship_on, order.memo) == (
        other,
        500,
        date(2030, 2, 1),
        "By sea",
    )
    assert (row.quantity, row.unit_cost_micro, row.expected_on) == (6, 9_000_000, date(2030, 3, 1))
    assert held(line) == {"covered": 2, "on_order": 2, "to_bill": 2}
    clean()


def test_a_change_that_became_dearer_since_asks_again(company: World) -> None:
    product = company.product()
    threshold(3000)
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, 4),))
    made = bought(draft(actor=HOUSE, wish=wish))
    submit(actor=HOUSE, order=made.order)
    amend(made, 6)
    approve(actor=HOUSE, purchase_orders=[made.order])
    VendorPrice.objects.update(cost_micro=7_000_000)
    assert make_change(actor=HOUSE, order=made.order).entry.verb == "ask_purchase"
    assert (stands(made), waiting()) == ((4, 6_000_000, 4), (True, True))
    assert PurchaseOrder.objects.get().asked_change["lines"][str(made.lines[0])]["quantity"] == 6
    clean()


def test_a_change_is_withdrawn_and_goes_with_its_order(company: World) -> None:
    made = approved(company)
    amend(made, 8)
    gone = change_purchase(actor=HOUSE, order=made.order, change=PurchaseChange(withdraw=True))
    assert waiting() == (False, False)
    nothing = PurchaseChange(withdraw=True)
    refused("nothing_changed", lambda: change_purchase(actor=HOUSE, order=made.order, change=nothing))
    reverse(actor=HOUSE, entry=gone.id)
    assert waiting() == (True, True)
    closed = close(actor=HOUSE, order=made.order)
    assert waiting() == (False, False)
    reverse(actor=HOUSE, entry=closed.id)
    cancel(actor=HOUSE, order=made.order)
    assert waiting() == (False, False)
    clean()


def test_withdrawing_leaves_a_drafts_approval_alone(company: World) -> None:
    threshold(3000)
    made = stocked_up(company, (company.product(), 5, 10_000_000), submitted=False)
    ask(actor=HOUSE, order=made.order)
    nothing = PurchaseChange(withdraw=True)
    refused("nothing_changed", lambda: change_purchase(actor=HOUSE, order=made.order, change=nothing))
    assert waiting() == (False, True)


def test_the_page_of_an_order_says_what_a_change_would_make_of_it(company: World, client: Client) -> None:
    made = approved(company)
    buyer = person("buyer", "purchasing.*", "catalog.see_cost", "*.read")
    blind = person("blind", "purchasing.read", "catalog.read")
    browser = Client()
    browser.force_login(buyer)
    path = f"/purchase-orders/{made.order}/"
    line = PurchaseLine.objects.get()
    typed = {
        "vendor": str(company.vendor.pk),
        f"line-quantity-{line.pk}": "8",
        f"line-cost-{line.pk}": "11",
        f"line-location-{line.pk}": str(line.location_id),
        f"line-tax-{line.pk}": "0",
    }
    answer = browser.post(f"{path}change/", typed, follow=True).content.decode()
    assert "The change waits for approval; whoever may approve it is told." in answer
    assert "Change that waits for approval" in answer
    then = answer.index("Net then")
    assert "88.00" in answer[then : then + 60]
    assert "88.00" in seen(browser, "/work/approval/?tab=orders")
    assert "Change: " in seen(browser, "/work/approval/?tab=orders")
    client.force_login(company.user)
    assert "Reject this change" in seen(client, path)
    client.post("/purchase-orders/approve/", {"selected": str(made.order)})
    page = seen(browser, path)
    assert "Change approved" in page
    assert "Make the change" in page
    reader = Client()
    reader.force_login(blind)
    hidden = seen(reader, path)
    assert "Change that is approved" in hidden
    assert "11.00" not in hidden
    assert "Net then" not in hidden
    assert "Make the change" not in hidden
    answer = browser.post(f"{path}make-change/", follow=True).content.decode()
    assert "The purchase order is changed." in answer
    assert stands(made) == (8, 11_000_000, 8)
    amend(made, 9)
    answer = browser.post(f"{path}withdraw/", follow=True).content.decode()
    assert "The change is withdrawn; the purchase order stays as it is." in answer
    assert waiting() == (False, False)
    clean()


def test_a_change_is_asked_for_and_made_over_http(company: World) -> None:
    made = approved(company)
    caller = Caller(company.user)
    path = f"/purchase-orders/{made.order}"
    body = {"change": [{"purchase_line": made.lines[0], "quantity": "8"}]}
    asked = caller.good("patch", path, body)
    assert asked["lines"][0]["quantity"] == "5"
    assert asked["asked_change"] == {
        "confirms": False,
        "approved": False,
        "lines": [{"purchase_line": made.lines[0], "quantity": "8", "unit_cost": "10", "asks": True}],
    }
    assert caller.refused(f"{path}/make-change")[:2] == (409, "nothing_to_make")
    threshold(3000, self_approval=True)
    caller.good("post", "/approvals/approve", {"purchase_orders": [made.order]})
    assert caller.good("get", path)["asked_change"]["approved"] is True
    done = caller.good("post", f"{path}/make-change")
    assert (done["lines"][0]["quantity"], done["asked_change"]) == ("8", None)
    caller.good("patch", path, {"change": [{"purchase_line": made.lines[0], "quantity": "9"}]})
    assert caller.good("patch", path, {"withdraw": True})["asked_change"] is None
    blind = Caller(person("blind", "purchasing.*", "*.read"))
    caller.good("patch", path, {"change": [{"purchase_line": made.lines[0], "quantity": "9"}]})
    assert blind.good("get", path)["asked_change"]["lines"][0]["unit_cost"] is None
    assert caller.refused("/purchase-orders/999999/make-change")[:2] == (404, "no_such_purchase_order")


def test_costs_of_a_change_stay_hidden_in_the_journal_from_who_may_not_see_them(company: World) -> None:
    made = approved(company)
    asked = amend(made, unit_cost_micro=20_000_000)
    path = f"/journal/{asked.id}"
    told = {one["field"] for one in Caller(company.user).good("get", path)["changes"]}
    hidden = {one["field"] for one in Caller(person("blind", "*.read")).good("get", path)["changes"]}
    assert told - hidden == {"asked_change"}
