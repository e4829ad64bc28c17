"""What should be done next with the lines of a document."""

from __future__ import annotations

import pytest

from wharfinger.demand.rules.next import FIRST, verbs


@pytest.mark.parametrize(
    ("figures", "money", "first"),
    [
        ({"to_approve": 2, "reserved": 3, "to_bill": 5}, "uninvoiced", "approve"),
        ({"to_order": 2, "reserved": 3, "to_bill": 5}, "uninvoiced", "order"),
        ({"wanted": 2, "to_bill": 2}, "uninvoiced", "reserve"),
        ({"on_order": 2, "reserved": 3, "to_bill": 5}, "uninvoiced", "pick"),
        ({"packed": 3, "to_bill": 3}, "uninvoiced", "ship"),
        ({"ready": 1, "to_bill": 1}, "uninvoiced", "ship"),
        ({"on_order": 5, "to_bill": 5}, "uninvoiced", None),
        ({"delivered": 5, "to_bill": 5}, "uninvoiced", "invoice"),
        ({"delivered": 5}, "partial", "pay"),
        ({"delivered": 5}, "paid", "finish"),
        ({}, "uninvoiced", "finish"),
    ],
)
def test_one_verb_comes_first(figures: dict[str, int], money: str, first: str | None) -> None:
    found = verbs(figures, money)
    assert next((verb for verb in (*FIRST, "finish") if found.get(verb)), None) == first


def test_what_cannot_be_done_is_not_offered() -> None:
    assert verbs({"on_order": 5, "to_bill": 5}, "uninvoiced") == {"invoice": False, "finish": False}
    assert "cancel_delivery" in verbs({"shipped": 1}, "uninvoiced")
