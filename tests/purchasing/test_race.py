"""Several people buy and receive the same goods at once: one of them does, the others are told."""

from __future__ import annotations

from tests.purchasing.buying import arrive, bought, on_order, sold
from tests.races.crowd import crowd
from tests.world import clean, held, world
from wharfinger.base.access import HOUSE
from wharfinger.purchasing.actions.ordering import draft_from_lines, submit
from wharfinger.purchasing.rules.drafting import Wanted

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
