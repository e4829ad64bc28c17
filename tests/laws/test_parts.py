"""A step is undone unit by unit, line by line: after each part the books hold, after the last all is as before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from tests.fulfilment.trade import order
from tests.laws.test_histories import balances
from tests.world import World, clean, entries, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import deliver, pick_pack_ship, ship
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.purchasing.actions import ordering, receiving
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.purchasing.rules.receiving import Arrival
from wharfinger.returns.actions.receiving import take_back
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.sales.actions.holds import release, reserve
from wharfinger.sales.rules.holds import Hold

pytestmark = pytest.mark.django_db
Step = Callable[[World, Sequence[int]], Written]


def _holds(act: Any, _: World, lines: Sequence[int]) -> Written:
    done: Written = act(actor=HOUSE, holds=[Hold(line, 3) for line in lines])
    return done


def _picks(act: Any, _: World, lines: Sequence[int]) -> Written:
    done: Written = act(actor=HOUSE, picks=[Pick(line, 3) for line in lines])
    return done


def _ship(_: World, lines: Sequence[int]) -> Written:
    """With a proof of delivery, so that the goods are under way."""
    return ship(actor=HOUSE, picks=[Pick(line, 3) for line in lines], consignment=Consignment(proof=True))


def _hand_over(company: World, lines: Sequence[int]) -> Written:
    """What the lines hold goes over the counter, and free goods of the location with it."""
    at = company.location.place_id
    return deliver(actor=HOUSE, picks=[Pick(line, 3, location=at) for line in lines], way="pick_up")


def _hold_some(_: World, lines: Sequence[int]) -> Written:
    return reserve(actor=HOUSE, holds=[Hold(line, 1) for line in lines])


def _draft(_: World, lines: Sequence[int]) -> Written:
    return ordering.draft_from_lines(actor=HOUSE, wanted=[Wanted(line) for line in lines])


def _submit(_: World, lines: Sequence[int]) -> Written:
    return ordering.submit(actor=HOUSE, order=PurchaseOrder.objects.get().pk)


def _receive(_: World, lines: Sequence[int]) -> Written:
    arrivals = [Arrival(pk, 3) for pk in PurchaseLine.objects.order_by("pk").values_list("pk", flat=True)]
    return receiving.receive(actor=HOUSE, arrivals=arrivals)


def _return(company: World, lines: Sequence[int]) -> Written:
    items = [Returned(Asked(3, line=line)) for line in lines]
    return take_back(actor=HOUSE, organization=company.customer.pk, items=items, reason="No need")


RESERVE, RELEASE = partial(_holds, reserve), partial(_holds, release)
PICK, PACK = partial(_picks, pick), partial(_picks, pack)
AT_ONCE = partial(_picks, pick_pack_ship)
WALKS: dict[str, tuple[Step, ...]] = {
    "reserve": (RESERVE,),
    "release": (RESERVE, RELEASE),
    "pick": (RESERVE, PICK),
    "pack": (RESERVE, PICK, PACK),
    "ship": (RESERVE, PICK, _ship),
    "pick, pack and ship": (AT_ONCE,),
    "hand over": (_hold_some, _hand_over),
    "receive": (_draft, _submit, _receive),
    "return": (AT_ONCE, _return),
}


@pytest.mark.parametrize("step", WALKS)
def test_a_step_is_undone_part_by_part(step: str) -> None:
    company = world()
    products = [company.product(cost_method=method) for method in ("fifo", "average")]
    for product in products:
        for value in (
            100,
            101,
            251,
        ):  # Costs that do not divide well, in layers of which three units take two.
            company.stock(product, 2, value_minor=value)
    _, lines = order(company, *[(product, 3) for product in products])
    *earlier, last = WALKS[step]
    for act in earlier:
        act(company, lines)
    before = balances()
    done = last(company, lines)
    clean()
    first, second = lines
    parts: list[dict[int, int | None]] = [{first: 1}, {second: 2}, {first: 1, second: 1}, {first: None}]
    for part in parts:
        reverse(actor=HOUSE, entry=done.id, claims=part)
        clean()
    assert balances() == before
    written = entries()
    with pytest.raises(Refusal) as found:
        reverse(actor=HOUSE, entry=done.id, claims={first: 1})
    assert (found.value.code, entries()) == ("nothing_left", written)
