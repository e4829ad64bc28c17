"""Several people buy and receive the same goods at once: one of them does, the others are told."""

from __future__ import annotations

from datetime import date

from tests.purchasing.buying import arrive, bought, on_order, person, sold, stocked_up, threshold
from tests.purchasing.test_landing import received
from tests.races.crowd import crowd
from tests.stock.test_cost import stock_of
from tests.world import clean, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.parties.actions.numbers import set_number
from wharfinger.purchasing.actions.approving import approve, reject
from wharfinger.purchasing.actions.billing import accept_bill, enter_bill
from wharfinger.purchasing.actions.ordering import (
    amend_purchase,
    draft_from_lines,
    make_change,
    submit,
)
from wharfinger.purchasing.actions.receiving import receive
from wharfinger.purchasing.models import Approval, PurchaseOrder
from wharfinger.purchasing.rules.billing import Bill, BillLine
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.purchasing.rules.receiving import Arrival

PEOPLE = 6


def codes(refused: list) -> set[str]:  # type: ignore[type-arg]
    return {refusal.code for refusal in refused}


def test_one_of_many_drafts_submits_and_receives(fresh_database: dict[str, str]) -> None:
    company = world()
    product = company.product(traced="serial", cost_method="specific")
    line = sold(company, product, 4)
    drafted = crowd(PEOPLE, [lambda: draft_from_lines(actor=HOUSE, wanted=[Wanted(line)])] * PEOPLE)
    assert (drafted.errors, len(drafted.done), codes(drafted.refused)) == ([], 1, {"on_other_order"})
    made = bought(drafted.done[0])
    submitted = crowd(PEOPLE, [lambda: submit(actor=HOUSE, order=made.order)] * PEOPLE)
    assert (submitted.errors, len(submitted.done), codes(submitted.refused)) == ([], 1, {"already_submitted"})
    (bought_line,) = made.lines
    parts = [("a", "b"), ("c", "d"), ("a", "b"), ("c", "d"), ("b", "c"), ("a", "d")]
    calls = [lambda part=part: arrive(bought_line, 2, serials=part) for part in parts]
    received = crowd(PEOPLE, calls)
    assert received.errors == []
    assert codes(received.refused) <= {"serial_known", "over_receipt"}
    assert on_order(bought_line) == 4 - 2 * len(received.done)
    assert held(line)["bin"] == 2 * len(received.done)
    clean()


def test_who_comes_second_is_told_by_whom_it_was_done(fresh_database: dict[str, str]) -> None:
    company = world()
    threshold(3000)
    line = sold(company, company.product(), 5)
    people = [person(f"p{n}", "purchasing.*") for n in range(PEOPLE)]
    approved = crowd(PEOPLE, [lambda who=who: approve(actor=who, lines=[line]) for who in people])
    assert (approved.errors, len(approved.done), codes(approved.refused)) == ([], 1, {"not_waiting"})
    assert told(approved.refused) == {(str(Approval.objects.get().by), approved.done[0].id)}
    assert held(line) == {"to_order": 5, "to_bill": 5}
    drafted = crowd(
        PEOPLE, [lambda who=who: draft_from_lines(actor=who, wanted=[Wanted(line)]) for who in people]
    )
    assert (drafted.errors, len(drafted.done), codes(drafted.refused)) == ([], 1, {"on_other_order"})
    (made,) = drafted.done
    assert told(drafted.refused) == {(str(made.entry.actor), made.id)}
    order = bought(made)
    submitted = crowd(PEOPLE, [lambda who=who: submit(actor=who, order=order.order) for who in people])
    assert (submitted.errors, len(submitted.done)) == ([], 1)
    assert told(submitted.refused) == {(str(submitted.done[0].entry.actor), submitted.done[0].id)}
    arrival = Arrival(order.lines[0], 5, seen=5)
    received = crowd(PEOPLE, [lambda who=who: receive(actor=who, arrivals=[arrival]) for who in people])
    assert (received.errors, len(received.done)) == ([], 1)
    assert codes(received.refused) == {"received_meanwhile"}
    assert told(received.refused) == {(str(received.done[0].entry.actor), received.done[0].id)}
    assert held(line) == {"bin": 5, "covered": 5, "to_bill": 5}
    clean()


def test_of_two_who_decide_a_change_at_once_one_does_and_it_is_made_once(
    fresh_database: dict[str, str],
) -> None:
    company = world()
    threshold(3000)
    made = stocked_up(company, (company.product(), 2, 10_000_000))
    amend_purchase(
        actor=HOUSE, order=made.order, change=PurchaseChange(change=(LineChange(made.lines[0], 5),))
    )
    people = [person(f"p{n}", "purchasing.*") for n in range(PEOPLE)]
    decide = [
        lambda who=who, no=no: (
            reject(actor=who, purchase_orders=[made.order], note="No")
            if no
            else approve(actor=who, purchase_orders=[made.order])
        )
        for who, no in zip(people, [False, True] * PEOPLE, strict=False)
    ]
    decided = crowd(PEOPLE, decide)
    assert (decided.errors, len(decided.done), codes(decided.refused)) == ([], 1, {"not_waiting"})
    assert told(decided.refused) == {(str(decided.done[0].entry.actor), decided.done[0].id)}
    granted = decided.done[0].entry.verb == "approve"
    again = crowd(PEOPLE, [lambda who=who: make_change(actor=who, order=made.order) for who in people])
    assert (again.errors, len(again.done), codes(again.refused)) == ([], int(granted), {"nothing_to_make"})
    assert on_order(made.lines[0]) == (5 if granted else 2)
    clean()


def told(refused: list[Refusal]) -> set[tuple[str, int]]:
    assert len(refused) == PEOPLE - 1
    return {(one.by.name, one.by.entry) for one in refused if one.by}


def test_many_at_once_never_get_one_number_while_somebody_decides(fresh_database: dict[str, str]) -> None:
    company = world()
    product = company.product()
    buy = lambda: stocked_up(company, (product, 1, 5_000_000), submitted=False)  # noqa: E731
    values = {"pattern": "B-{n}", "next": 1}
    decide = lambda: set_number(actor=HOUSE, series="purchase_order", values=values)  # noqa: E731
    calls = [buy] * 6 + [decide] + [buy] * 6
    outcome = crowd(5, calls)
    assert (outcome.errors, outcome.refused, len(outcome.done)) == ([], [], 13)
    numbers = list(PurchaseOrder.objects.values_list("number", flat=True))
    assert len(set(numbers)) == 12
    assert {one.partition("-")[0] for one in numbers} <= {"PO", "B"}
    clean()


def test_two_who_accept_the_same_bill_book_it_once(fresh_database: dict[str, str]) -> None:
    company = world()
    product = company.product()
    receipt, (line,) = received(company, (product, 3, 10_000_000))
    paper = Bill("R-1", date(2026, 3, 2), (BillLine(line, receipt, 3, 11_000_000),))
    bill = enter_bill(actor=HOUSE, bill=paper).one("purchasing.VendorBill")
    people = [person(f"p{n}", "purchasing.accept_bill", "catalog.see_cost") for n in range(PEOPLE)]
    tried = crowd(
        PEOPLE, [lambda who=who: accept_bill(actor=who, bill=bill, note="Agreed") for who in people]
    )
    assert (tried.errors, len(tried.done)) == ([], 1)
    assert {refusal.code for refusal in tried.refused} == {"bill_accepted"}
    assert told(tried.refused) == {(str(tried.done[0].entry.actor), tried.done[0].id)}
    assert stock_of(product) == (3, 3300)
    clean()
