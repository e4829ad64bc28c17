"""A line is changed: what is billed of it stays its whole quantity, or nothing."""

from __future__ import annotations

import pytest

from tests.fulfilment.trade import order
from tests.world import clean, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.demand.actions import add_lines, change_line, remove_line
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Entry, Holding
from wharfinger.ledger.reverse import reverse
from wharfinger.returns.actions.inspecting import restock
from wharfinger.returns.actions.receiving import take_back
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("quantity", [1, 2, 6])
def test_a_line_is_raised_or_lowered_and_billed_at_once(quantity: int) -> None:
    company = world()
    wish = LineWish(company.product().pk, 2, billable=False)
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, (wish,), confirm=True))
    (line,) = made.made["ledger.Claim"]
    change_line(actor=HOUSE, line=line, change=LineChange(quantity=quantity, billable=True))
    assert held(line) == {"to_order": quantity, "to_bill": quantity}
    clean()
    change_line(actor=HOUSE, line=line, change=LineChange(quantity=3, billable=False))
    assert held(line) == {"to_order": 3}
    clean()


def test_the_birth_of_a_line_is_undone_whole_or_not_at_all() -> None:
    company = world()
    pk, _ = order(company, (company.product(), 1))
    added = add_lines(actor=HOUSE, sheet=pk, wishes=[LineWish(company.product().pk, 2)])
    (line,) = added.made["ledger.Claim"]
    before = Entry.objects.count()
    for units in (1, None):
        with pytest.raises(Refusal) as found:
            reverse(actor=HOUSE, entry=added.id, claims={line: units})
        assert (found.value.code, Entry.objects.count()) == ("undone_whole", before)
    reverse(actor=HOUSE, entry=added.id)
    assert held(line) == {}
    clean()


def test_a_line_stays_while_its_goods_wait_to_be_inspected() -> None:
    company = world()
    cable = company.product()
    company.stock(cable, 1)
    wish = LineWish(cable.pk, 1, billable=False)
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, (wish,), confirm=True))
    (line,) = made.made["ledger.Claim"]
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 1)])
    back = Returned(Asked(1, line=line))
    take_back(actor=HOUSE, organization=company.customer.pk, items=[back], reason="No need")
    before = Entry.objects.count()
    with pytest.raises(Refusal) as found:
        remove_line(actor=HOUSE, line=line)
    assert (found.value.code, Entry.objects.count()) == ("covered", before)
    waiting = Holding.objects.get(kind="returns", quantity=1)
    restock(actor=HOUSE, holdings=[(waiting.pk, 1)])
    remove_line(actor=HOUSE, line=line)
    assert held(line) == {"returned": 1}
    clean()


@pytest.mark.parametrize(
    ("billable", "change", "code"),
    [
        (True, LineChange(quantity=5), "changed_since"),
        (False, LineChange(billable=True), "changed_since"),
        (True, LineChange(quantity=1), "goods_moved_on"),
    ],
)
def test_what_was_made_is_not_undone_before_what_changed_it(
    billable: bool, change: LineChange, code: str
) -> None:
    """Else what the line was raised by would stay without a line."""
    company = world()
    wish = LineWish(company.product().pk, 2, billable=billable)
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, (wish,), confirm=True))
    (line,) = made.made["ledger.Claim"]
    changed = change_line(actor=HOUSE, line=line, change=change).entry
    stood, entries = held(line), Entry.objects.count()
    with pytest.raises(Refusal) as refused:
        reverse(actor=HOUSE, entry=made.entry.pk)
    assert refused.value.code == code
    assert (held(line), Entry.objects.count()) == (stood, entries)
    reverse(actor=HOUSE, entry=changed.pk)
    reverse(actor=HOUSE, entry=made.entry.pk)
    assert held(line) == {}
    clean()
