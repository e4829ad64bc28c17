"""Winning: one entry, exactly one order, holds passed on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.sales.test_quote import quote_of
from tests.world import World, clean, entries, held, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import Refusal
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.models import Invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.catalog.actions import change_product
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries.reading import ORDER, lines_on
from wharfinger.demand.queries.shown import lines_of
from wharfinger.demand.rules import LineWish
from wharfinger.documents.queries.billing import invoice as printed
from wharfinger.ledger.models import Claim
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import cancel
from wharfinger.sales.actions.quotes import lose
from wharfinger.sales.actions.winning import Picture, Source, WonLine, picture, win
from wharfinger.sales.models import Order, Quote
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.win import Into
from wharfinger.work.actions import complete, create_work_order
from wharfinger.work.models import WorkOrder
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def company() -> World:
    return world()


def test_winning_makes_one_order_that_takes_over(company: World) -> None:
    """AT-38, AT-41, AT-42: what is reserved passes on, the rest needs ordering, the reference is kept."""
    product = company.product()
    company.stock(product, 3)
    quote, (line,) = quote_of(company, LineWish(product.pk, 5), customer_reference="PO 7")
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    won = win(actor=HOUSE, quote=quote)
    (mine,) = won.made["ledger.Claim"]
    order = Order.objects.select_related("sheet").get()
    assert (order.quote_id, order.sheet.customer_reference) == (quote, "PO 7")
    assert order.confirmed_at is not None
    assert held(line) == {"dropped": 5, "waived": 5}
    assert held(mine) == {"bin": 3, "covered": 3, "to_order": 2, "to_bill": 5}
    row = Line.objects.get(pk=mine)
    assert (row.came_from_id, row.sheet_id, row.order_id) == (line, order.pk, order.pk)
    assert Claim.objects.get(pk=mine).hold_until is None
    assert Quote.objects.get(pk=quote).opportunity.won_at is not None
    clean()


def test_winning_twice_gives_the_same_order(company: World) -> None:
    product = company.product()
    quote, _ = quote_of(company, LineWish(product.pk, 1))
    won = win(actor=HOUSE, quote=quote)
    before = entries()
    again = win(actor=HOUSE, quote=quote)
    assert (again.id, again.one("sales.Order"), again.replayed) == (won.id, Order.objects.get().pk, True)
    assert again.made["ledger.Claim"] == won.made["ledger.Claim"]
    assert entries() == before


def test_the_picture_is_what_then_happens(company: World) -> None:
    Setting.objects.create(key="approval", value={"threshold_minor": 5_000})
    stocked, dear = company.product(), company.product()
    service = company.product(kind="service")
    kept = company.product(procured=False)
    company.stock(stocked, 2)
    quote, (one, two, three, four) = quote_of(
        company, LineWish(stocked.pk, 3), LineWish(dear.pk, 9), LineWish(service.pk, 1), LineWish(kept.pk, 4)
    )
    reserve(actor=HOUSE, holds=[Hold(one, 2)])
    before = entries()
    seen = picture(actor=HOUSE, quote=quote)
    assert entries() == before
    assert seen == Picture(
        order=True,
        lines=(
            WonLine(
                *(one, stocked.pk, 3, 2, 1, 0, 0, 0),
                sources=(Source("bin", 2, "A1 · Main"), Source("to_order", 1, "Grossist")),
            ),
            WonLine(*(two, dear.pk, 9, 0, 0, 9, 0, 0), sources=(Source("to_approve", 9, "Grossist"),)),
            WonLine(*(three, service.pk, 1, 0, 0, 0, 1, 0), sources=(Source("ready", 1),)),
            WonLine(*(four, kept.pk, 4, 0, 0, 0, 0, 4), sources=(Source("demand", 4),)),
        ),
    )
    made = win(actor=HOUSE, quote=quote).made["ledger.Claim"]
    assert [held(claim) for claim in made] == [
        {"bin": 2, "covered": 2, "to_order": 1, "to_bill": 3},
        {"to_approve": 9, "to_bill": 9},
        {"covered": 1, "ready": 1, "to_bill": 1},
        {"demand": 4, "to_bill": 4},
    ]
    clean()


def test_splitting_a_line_dodges_no_approval(company: World) -> None:
    Setting.objects.create(key="approval", value={"threshold_minor": 5_000})
    product = company.product()
    quote, _ = quote_of(company, LineWish(product.pk, 5), LineWish(product.pk, 4))
    made = win(actor=HOUSE, quote=quote).made["ledger.Claim"]
    assert [held(claim)["to_approve"] for claim in made] == [5, 4]


def test_winning_into_work_that_waits_to_be_ordered_asks_approval_for_all_of_it(company: World) -> None:
    Setting.objects.create(key="approval", value={"threshold_minor": 5_000})
    product = company.product()
    first, _ = quote_of(company, LineWish(product.pk, 5))
    (waiting,) = win(actor=HOUSE, quote=first, into=Into("ticket")).made["ledger.Claim"]
    assert held(waiting)["to_order"] == 5
    second, _ = quote_of(company, LineWish(product.pk, 4))
    ticket = WorkOrder.objects.get().pk
    won = win(actor=HOUSE, quote=second, into=Into("ticket", ticket))
    (more,) = won.made["ledger.Claim"]
    assert (held(waiting).get("to_order"), held(waiting)["to_approve"], held(more)["to_approve"]) == (
        None,
        5,
        4,
    )
    reverse(actor=HOUSE, entry=won.id)
    assert (held(waiting)["to_order"], held(waiting).get("to_approve")) == (5, None)
    clean()


def test_services_alone_make_no_order(company: World) -> None:
    """AT-39: charged on a ticket of their own where nothing else is named."""
    service = company.product(kind="service")
    quote, _ = quote_of(company, LineWish(service.pk, 2))
    won = win(actor=HOUSE, quote=quote)
    assert Order.objects.count() == 0
    sheet = Sheet.objects.get(pk=WorkOrder.objects.get().pk)
    assert (sheet.kind, sheet.number) == ("ticket", "T-1")
    (line,) = won.made["ledger.Claim"]
    assert held(line) == {"covered": 2, "ready": 2, "to_bill": 2}
    assert win(actor=HOUSE, quote=quote).id == won.id
    clean()


@pytest.mark.parametrize(
    ("kind", "number"), [("ticket", "T-1"), ("project", "P-1"), ("contract", "C-1"), ("job", "J-1")]
)
def test_winning_into_new_work_charges_it(company: World, kind: str, number: str) -> None:
    """AT-37: the work order bills, the one sales order collects the goods."""
    product, service = company.product(), company.product(kind="service")
    quote, _ = quote_of(company, LineWish(product.pk, 2), LineWish(service.pk, 1))
    goods, labour = win(actor=HOUSE, quote=quote, into=Into(kind)).made["ledger.Claim"]
    order, work = Order.objects.get().pk, WorkOrder.objects.get().pk
    assert Sheet.objects.get(pk=work).number == number
    assert Line.objects.filter(pk=goods).values_list("sheet_id", "order_id")[0] == (work, order)
    assert Line.objects.filter(pk=labour).values_list("sheet_id", "order_id")[0] == (work, None)
    clean()


def test_winning_into_work_that_stands(company: World) -> None:
    Setting.objects.create(key="approval", value={"threshold_minor": 5_000})
    product = company.product()
    wish = WorkWish("project", company.customer.pk, (LineWish(product.pk, 6),))
    project = create_work_order(actor=HOUSE, wish=wish).one("demand.Sheet")
    quote, _ = quote_of(company, LineWish(product.pk, 3))
    (line,) = win(actor=HOUSE, quote=quote, into=Into("project", project)).made["ledger.Claim"]
    row = Line.objects.get(pk=line)
    assert (row.sheet_id, row.position) == (project, 2)
    # Six at 6.00 needed no approval; nine of the same product on one project do.
    assert held(line) == {"to_approve": 3, "to_bill": 3}
    clean()


def test_work_of_somebody_else_or_completed_is_refused(company: World) -> None:
    product = company.product()
    quote, _ = quote_of(company, LineWish(product.pk, 1))
    ticket = create_work_order(actor=HOUSE, wish=WorkWish("ticket", company.customer.pk)).one("demand.Sheet")
    other = create_work_order(actor=HOUSE, wish=WorkWish("ticket", company.vendor.pk)).one("demand.Sheet")
    complete(actor=HOUSE, work_order=ticket)
    before = entries()
    for into, code in (
        (Into("ticket", ticket), "completed"),
        (Into("ticket", other), "other_organization"),
        (Into("job", other), "no_such_work_order"),
    ):
        with pytest.raises(Refusal) as refused:
            win(actor=HOUSE, quote=quote, into=into)
        assert refused.value.code == code
    assert entries() == before
    assert Order.objects.count() == 0


@pytest.mark.parametrize(("taken", "kept"), [(0, 3), (3, 0)])
def test_an_expired_hold_is_won_if_it_is_still_free(company: World, taken: int, kept: int) -> None:
    product = company.product()
    company.stock(product, 3)
    with time_machine.travel(NOON, tick=False) as clock:
        quote, (line,) = quote_of(company, LineWish(product.pk, 3))
        _, (other,) = quote_of(company, LineWish(product.pk, 3))
        reserve(actor=HOUSE, holds=[Hold(line, 3)], until=NOON + timedelta(hours=1))
        clock.move_to(NOON + timedelta(hours=2))
        if taken:
            reserve(actor=HOUSE, holds=[Hold(other, taken)])
        (mine,) = win(actor=HOUSE, quote=quote).made["ledger.Claim"]
    found = held(mine)
    assert (found.get("bin", 0), found.get("to_order", 0)) == (kept, 3 - kept)
    clean()


def test_a_won_quote_can_be_undone_and_won_again(company: World) -> None:
    product = company.product()
    company.stock(product, 2)
    quote, (line,) = quote_of(company, LineWish(product.pk, 3))
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    first = win(actor=HOUSE, quote=quote)
    reverse(actor=HOUSE, entry=first.id)
    assert held(line) == {"quoted": 1, "covered": 2, "bin": 2, "offered": 3}
    assert Quote.objects.get(pk=quote).won_at is None
    second = win(actor=HOUSE, quote=quote)
    assert second.id != first.id
    assert win(actor=HOUSE, quote=quote).one("sales.Order") == second.one("sales.Order")
    clean()


def test_a_lost_quote_is_not_won(company: World) -> None:
    product = company.product()
    quote, _ = quote_of(company, LineWish(product.pk, 1))
    lose(actor=HOUSE, quote=quote)
    before = entries()
    with pytest.raises(Refusal) as refused:
        win(actor=HOUSE, quote=quote)
    assert refused.value.code == "quote_lost"
    assert entries() == before


def test_winning_costs_the_same_for_one_line_and_a_hundred(company: World) -> None:
    products = [company.product() for _ in range(100)]
    for product in products:
        company.stock(product, 4)
    counts = []
    for lines in (1, 10, 100):
        quote, claims = quote_of(company, *(LineWish(product.pk, 2) for product in products[:lines]))
        reserve(actor=HOUSE, holds=[Hold(claim, 1) for claim in claims[: 1 + lines // 2]])
        with CaptureQueriesContext(connection) as found:
            win(actor=HOUSE, quote=quote, into=Into("ticket"), key=f"win-{lines}")
        counts.append(len([q for q in found if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]))
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 32, counts


def test_a_split_names_lines_of_the_quote(company: World) -> None:
    product = company.product()
    part = company.product()
    kit = company.product(kind="kit")
    change_product(actor=HOUSE, product=kit.pk, values={}, components=[{"product": part.pk, "quantity": "2"}])
    quote, _ = quote_of(company, LineWish(product.pk, 1), LineWish(kit.pk, 1))
    _, (other,) = quote_of(company, LineWish(product.pk, 1))
    component = Line.objects.get(sheet_id=quote, parent__isnull=False).pk
    before = entries()
    for line, code in ((other, "no_such_line"), (component, "part_of_a_kit")):
        with pytest.raises(Refusal) as refused:
            win(actor=HOUSE, quote=quote, each={line: Into("ticket")})
        assert refused.value.code == code
    assert (entries(), Order.objects.count()) == (before, 0)


def test_approval_looks_at_the_work_that_a_line_goes_to(company: World) -> None:
    Setting.objects.create(key="approval", value={"threshold_minor": 5_000})
    product, other = company.product(), company.product()
    wish = WorkWish("project", company.customer.pk, (LineWish(product.pk, 6), LineWish(other.pk, 6)))
    project = create_work_order(actor=HOUSE, wish=wish).one("demand.Sheet")
    quote, (one, two) = quote_of(company, LineWish(product.pk, 3), LineWish(other.pk, 3))
    win(actor=HOUSE, quote=quote, each={one: Into("project", project)})
    waiting = {row.came_from_id: held(row.pk) for row in Line.objects.filter(came_from__isnull=False)}
    # Nine of one product are asked for on the project; of the other three go elsewhere.
    assert (waiting[one].get("to_approve"), waiting[two].get("to_order")) == (3, 3)
    asked = {row.product_id: held(row.pk) for row in Line.objects.filter(sheet_id=project, came_from=None)}
    assert (asked[product.pk].get("to_approve"), asked[other.pk].get("to_order")) == (6, 6)
    clean()


@pytest.mark.parametrize("lines", [1, 10, 100, 200])
def test_winning_costs_the_same_for_any_number_of_lines(company: World, lines: int) -> None:
    product = company.product()
    company.stock(product, 200)
    quote, claims = quote_of(company, *[LineWish(product.pk, 2)] * lines)
    reserve(actor=HOUSE, holds=[Hold(claim, 1) for claim in claims])
    with CaptureQueriesContext(connection) as counted:
        win(actor=HOUSE, quote=quote, each={claims[0]: Into("ticket")})
    assert len(counted) <= 34


def test_a_cancelled_order_leaves_nothing_open_of_the_work_it_collected(company: World) -> None:
    product = company.product()
    quote, (one,) = quote_of(company, LineWish(product.pk, 1))
    order = win(actor=HOUSE, quote=quote, each={one: Into("ticket")}).one("sales.Order")
    done = cancel(actor=HOUSE, order=order)
    assert Sheet.objects.get(kind="ticket").done_id == done.id
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert Sheet.objects.get(kind="ticket").done_id is None
    clean()


def test_what_was_won_onto_work_keeps_the_customers_number(company: World) -> None:
    """AT-42: a service on a ticket that has no number, or another, is billed under the quote's."""
    labour = company.product(kind="service")
    for theirs in ("", "T 9"):
        wish = WorkWish("ticket", company.customer.pk, (LineWish(labour.pk, 1),), customer_reference=theirs)
        made = create_work_order(actor=HOUSE, wish=wish)
        ticket, (own,) = made.one("demand.Sheet"), made.made["ledger.Claim"]
        quote, _ = quote_of(company, LineWish(labour.pk, 2), customer_reference="PO 7")
        (line,) = win(actor=HOUSE, quote=quote, into=Into("ticket", ticket)).made["ledger.Claim"]
        invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),)))
        assert Invoice.objects.latest("pk").customer_reference == "PO 7"
        invoice(actor=HOUSE, wish=InvoiceWish((Bill(own, 1), Bill(line, 1))))
        both = Invoice.objects.latest("pk")
        assert both.customer_reference == ""
        assert printed(both.pk, "en").customer_reference == ", ".join(filter(None, (theirs, "PO 7")))
    clean()


def test_an_order_did_not_come_from_the_work_on_which_it_is_charged(client: Client, company: World) -> None:
    client.force_login(company.user)
    product = company.product()
    quote, (one, _) = quote_of(company, LineWish(product.pk, 1), LineWish(product.pk, 1))
    order = win(actor=HOUSE, quote=quote, each={one: Into("ticket")}).one("sales.Order")
    page = seen(client, f"/orders/{order}/")
    came, _, charged = page.partition("Came from")[2].partition("Charged on")
    ticket = WorkOrder.objects.get()
    assert ticket.sheet.number not in came
    assert ticket.sheet.number in charged.partition("</section>")[0]
    assert Sheet.objects.get(pk=quote).number in came


def test_a_kit_that_is_charged_elsewhere_keeps_its_components_beneath_it(company: World) -> None:
    part, kit, other = company.product(), company.product(kind="kit"), company.product()
    change_product(actor=HOUSE, product=kit.pk, values={}, components=[{"product": part.pk, "quantity": "1"}])
    quote, (first, _part, _other) = quote_of(company, LineWish(kit.pk, 1), LineWish(other.pk, 1))
    won = win(actor=HOUSE, quote=quote, each={first: Into("project")})
    order = won.one("sales.Order")
    wanted = [kit.pk, part.pk, other.pk]
    assert [line.product_id for line in lines_of(order, "order")] in (wanted, [other.pk, *wanted[:2]])
    assert [line.pk for line in lines_on([order], ORDER)] == [line.pk for line in lines_of(order, "order")]


def test_a_component_beneath_its_kit_does_not_name_it_again(client: Client, company: World) -> None:
    client.force_login(company.user)
    part, kit = company.product(sku="PART", name="Keyboard"), company.product(kind="kit", name="Workplace")
    change_product(actor=HOUSE, product=kit.pk, values={}, components=[{"product": part.pk, "quantity": "1"}])
    quote, _ = quote_of(company, LineWish(kit.pk, 1))
    page = seen(client, f"/quotes/{quote}/")
    assert "↳ PART Keyboard</a>" in page
    # What lacks names it, since the kit does not stand there.
    assert page.count("Keyboard · Workplace") == 1
