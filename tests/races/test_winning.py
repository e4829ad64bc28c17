"""Many people win one quote at once: one order, and everybody is answered with it."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial

from tests.races.crowd import crowd
from tests.world import clean, held, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Entry
from wharfinger.parties.models import Grant, Role, User
from wharfinger.purchasing.actions.ordering import draft, submit
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.sales.actions.giving import ask, give_way
from wharfinger.sales.actions.holds import expire, reserve
from wharfinger.sales.actions.quotes import create_quote, lose
from wharfinger.sales.actions.winning import win
from wharfinger.sales.models import Order, Quote
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.quotes import QuoteWish


def test_one_order_however_many_win(fresh_database: dict[str, str]) -> None:
    company = world()
    product = company.product()
    company.stock(product, 3)
    made = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (LineWish(product.pk, 4),)))
    (line,) = made.made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    everything = Role.objects.create(name="All", permissions=["*"])
    people = [
        User.objects.create(username=name, name=name.title()) for name in ("ada-b", "ben", "cleo", "dora")
    ]
    for one in people:
        Grant.objects.create(user=one, role=everything)
    quote = made.one("demand.Sheet")
    outcome = crowd(8, [partial(win, actor=one, quote=quote) for one in people * 4])
    assert (outcome.errors, outcome.refused) == ([], [])
    # One of them did; what the others are answered with is that act, which names who.
    (entry,) = {done.id for done in outcome.done}
    assert Entry.objects.get(pk=entry, verb="win").actor in people
    assert {done.one("sales.Order") for done in outcome.done} == {Order.objects.get().pk}
    (won,) = {done.made["ledger.Claim"][0] for done in outcome.done}
    assert held(won) == {"bin": 3, "covered": 3, "to_order": 1, "to_bill": 4}
    clean()


def test_a_quote_is_won_or_lost_but_not_both(fresh_database: dict[str, str]) -> None:
    company = world()
    product = company.product()
    made = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (LineWish(product.pk, 4),)))
    quote = made.one("demand.Sheet")
    outcome = crowd(6, [partial(act, actor=HOUSE, quote=quote) for act in (win, lose) * 6])
    assert outcome.errors == []
    assert {refusal.code for refusal in outcome.refused} <= {"quote_lost", "already_won"}
    row = Quote.objects.get()
    assert (row.won_at is None) != (row.lost_at is None)
    assert Order.objects.count() == (1 if row.won_at else 0)
    clean()


def test_who_asks_gets_what_is_left_of_a_hold_that_ends(fresh_database: dict[str, str]) -> None:
    """Giving way and the end of the hold race: the goods are given, or free, and never both."""
    company = world()
    product = company.product()
    company.stock(product, 2)
    quotes = [
        create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (LineWish(product.pk, 2),)))
        for _ in range(2)
    ]
    holder, line = (made.one("ledger.Claim") for made in quotes)
    ends = clock.now() + timedelta(seconds=1)
    reserve(actor=HOUSE, holds=[Hold(holder, 2)], until=ends)
    request = ask(actor=HOUSE, asking=line, holding=holder, quantity=1).one("sales.HoldRequest")
    acts = [partial(give_way, actor=HOUSE, request=request), partial(expire, actor=HOUSE)]
    time.sleep(max((ends - clock.now()).total_seconds() - 0.02, 0))
    outcome = crowd(6, acts * 12)
    time.sleep(1)
    expire(actor=HOUSE)
    assert outcome.errors == []
    given = sum(not isinstance(one, int) for one in outcome.done)
    assert {refusal.code for refusal in outcome.refused} <= {"answered_already", "not_held"}
    assert given <= 1
    assert held(line).get("bin", 0) == given
    assert held(holder).get("bin", 0) == 0
    clean()


def test_what_arrives_is_held_once(fresh_database: dict[str, str]) -> None:
    company = world()
    product = company.product()
    bought = draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, 5),)))
    submit(actor=HOUSE, order=bought.one("purchasing.PurchaseOrder"))
    place = PurchaseLine.objects.get().place_id
    lines = [
        create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (LineWish(product.pk, 1),))).one(
            "ledger.Claim"
        )
        for _ in range(12)
    ]
    holds = [partial(reserve, actor=HOUSE, holds=[Hold(line, 1, arrival=place)]) for line in lines]
    outcome = crowd(6, holds)
    assert outcome.errors == []
    assert (len(outcome.done), {refusal.code for refusal in outcome.refused}) == (5, {"not_enough"})
    assert sum(held(line).get("on_order", 0) for line in lines) == 5
    clean()
