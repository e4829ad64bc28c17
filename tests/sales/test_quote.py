"""Quotes: made, changed, held for, sent, lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, NotThere, Refusal
from wharfinger.demand.actions import add_lines, change_line, remove_line
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.demand.rules.discounts import Discount
from wharfinger.ledger.models import Claim
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.holds import extend, release, reserve
from wharfinger.sales.actions.quotes import (
    change_quote,
    copy_quote,
    create_opportunity,
    create_quote,
    lose,
    lose_opportunity,
)
from wharfinger.sales.actions.sending import mark_quote_sent
from wharfinger.sales.actions.winning import win
from wharfinger.sales.models import Opportunity, Quote
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.quotes import OpportunityWish, QuoteWish

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def company() -> World:
    return world()


def quote_of(company: World, *wishes: LineWish, **values: object) -> tuple[int, list[int]]:
    made = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, tuple(wishes), **values))  # type: ignore[arg-type]
    return made.one("demand.Sheet"), made.made.get("ledger.Claim", [])


def test_a_quote_needs_no_opportunity(company: World) -> None:
    product = company.product()
    quote, (line,) = quote_of(company, LineWish(product.pk, 4), title="New network")
    assert Sheet.objects.get(pk=quote).number.startswith("Q-")
    assert Quote.objects.get(pk=quote).opportunity.title == "New network"
    assert held(line) == {"quoted": 4, "offered": 4}
    clean()


def test_two_quotes_share_a_named_opportunity(company: World) -> None:
    first, _ = quote_of(company)
    deal = Quote.objects.get(pk=first).opportunity_id
    second, _ = quote_of(company, opportunity=deal)
    assert Quote.objects.get(pk=second).opportunity_id == deal
    assert Opportunity.objects.count() == 1


def test_a_quote_holds_stock_until_it_expires(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    with time_machine.travel(NOON, tick=False):
        _, (line,) = quote_of(company, LineWish(product.pk, 5), expires_on=date(2026, 5, 10))
        reserve(actor=HOUSE, holds=[Hold(line, 3, location=company.location.place_id)])
    assert held(line) == {"quoted": 2, "covered": 3, "bin": 3, "offered": 5}
    # The tenth of May is over in Berlin two hours before it is in UTC.
    assert Claim.objects.get(pk=line).hold_until == datetime(2026, 5, 10, 22, tzinfo=UTC)
    clean()


def test_a_hold_until_a_day_is_undone(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    with time_machine.travel(NOON, tick=False):
        _, (line,) = quote_of(company, LineWish(product.pk, 5))
        until = datetime(2026, 5, 10, tzinfo=ZoneInfo("Europe/Berlin"))
        reserved = reserve(actor=HOUSE, holds=[Hold(line, 3)], until=until)
        reverse(actor=HOUSE, entry=reserved.entry.pk)
    assert held(line) == {"quoted": 5, "offered": 5}
    assert Claim.objects.get(pk=line).hold_until is None
    clean()


def test_a_hold_stays_within_its_location(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    _, (line,) = quote_of(company, LineWish(product.pk, 5))
    before = entries()
    with pytest.raises(Refusal) as refused:
        reserve(actor=HOUSE, holds=[Hold(line, 1, location=company.other.place_id)])
    assert (refused.value.code, refused.value.wanted, refused.value.free) == ("not_enough", 1, 0)
    assert entries() == before


def test_an_expired_hold_is_free_for_the_next(company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    with time_machine.travel(NOON, tick=False) as clock:
        _, (line,) = quote_of(company, LineWish(product.pk, 3))
        _, (other,) = quote_of(company, LineWish(product.pk, 3))
        reserve(actor=HOUSE, holds=[Hold(line, 3)], until=NOON + timedelta(hours=1))
        with pytest.raises(Refusal):
            reserve(actor=HOUSE, holds=[Hold(other, 1)])
        clock.move_to(NOON + timedelta(hours=1))
        reserve(actor=HOUSE, holds=[Hold(other, 2)])
    assert held(line) == {"quoted": 3, "offered": 3}
    assert held(other) == {"quoted": 1, "covered": 2, "bin": 2, "offered": 3}
    clean()


def test_a_line_takes_its_own_expired_hold_again(company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    with time_machine.travel(NOON, tick=False) as clock:
        _, (line,) = quote_of(company, LineWish(product.pk, 3))
        reserve(actor=HOUSE, holds=[Hold(line, 3)], until=NOON + timedelta(hours=1))
        clock.move_to(NOON + timedelta(hours=2))
        reserve(actor=HOUSE, holds=[Hold(line, 3)], until=NOON + timedelta(hours=3))
    assert held(line) == {"covered": 3, "bin": 3, "offered": 3}
    clean()


def test_extending_holds_afresh_what_is_still_free(company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    with time_machine.travel(NOON, tick=False) as clock:
        quote, (line,) = quote_of(company, LineWish(product.pk, 3))
        _, (other,) = quote_of(company, LineWish(product.pk, 3))
        reserve(actor=HOUSE, holds=[Hold(line, 3)], until=NOON + timedelta(hours=1))
        extend(actor=HOUSE, quote=quote, until=NOON + timedelta(hours=2))
        assert Claim.objects.get(pk=line).hold_until == NOON + timedelta(hours=2)
        clock.move_to(NOON + timedelta(hours=3))
        extend(actor=HOUSE, quote=quote, until=NOON + timedelta(hours=4))
        assert held(line) == {"covered": 3, "bin": 3, "offered": 3}
        clock.move_to(NOON + timedelta(hours=5))
        reserve(actor=HOUSE, holds=[Hold(other, 3)])
        with pytest.raises(Refusal) as refused:
            extend(actor=HOUSE, quote=quote, until=NOON + timedelta(hours=9))
        assert refused.value.code == "nothing_held"
    clean()


def test_a_hold_cannot_end_in_the_past(company: World) -> None:
    product = company.product()
    company.stock(product, 1)
    _, (line,) = quote_of(company, LineWish(product.pk, 1))
    before = entries()
    with pytest.raises(BadInput) as refused:
        reserve(actor=HOUSE, holds=[Hold(line, 1)], until=NOON)
    assert refused.value.field == "until"
    assert entries() == before


def test_reserve_thirty_then_twenty_then_let_both_go(company: World) -> None:
    """R41: the line holds 30, 50, 20 and nothing."""
    product = company.product()
    company.stock(product, 50)
    _, (line,) = quote_of(company, LineWish(product.pk, 50))
    reserved = []
    for act, quantity in ((reserve, 30), (reserve, 20), (release, 30), (release, 20)):
        act(actor=HOUSE, holds=[Hold(line, quantity)])
        reserved.append(held(line).get("bin", 0))
    assert reserved == [30, 50, 20, 0]
    assert held(line) == {"quoted": 50, "offered": 50}
    clean()


def test_lines_of_an_open_quote_change(company: World) -> None:
    product, more = company.product(), company.product()
    quote, (line,) = quote_of(company, LineWish(product.pk, 5))
    lowered = change_line(actor=HOUSE, line=line, change=LineChange(quantity=2, unit_price_micro=7_000_000))
    assert held(line) == {"quoted": 2, "offered": 2}
    assert Line.objects.get(pk=line).quantity == 2
    reverse(actor=HOUSE, entry=lowered.id)
    assert held(line) == {"quoted": 5, "offered": 5}
    assert Line.objects.get(pk=line).unit_price_micro == 10_000_000
    change_line(actor=HOUSE, line=line, change=LineChange(quantity=6))
    assert held(line) == {"quoted": 6, "offered": 6}
    added = add_lines(actor=HOUSE, sheet=quote, wishes=[LineWish(more.pk, 1)])
    second = added.made["ledger.Claim"][0]
    assert Line.objects.get(pk=second).position == 2
    removed = remove_line(actor=HOUSE, line=second)
    assert held(second) == {"dropped": 1, "waived": 1}
    reverse(actor=HOUSE, entry=removed.id)
    assert held(second) == {"quoted": 1, "offered": 1}
    assert Line.objects.get(pk=second).removed_at is None
    clean()


def test_a_reserved_unit_is_not_lowered_away(company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    _, (line,) = quote_of(company, LineWish(product.pk, 5))
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    before = entries()
    with pytest.raises(Refusal) as refused:
        change_line(actor=HOUSE, line=line, change=LineChange(quantity=2))
    assert (refused.value.code, refused.value.wanted, refused.value.free) == ("covered", 3, 2)
    assert refused.value.values["against"] == {"bin": 3}
    assert "reserved" in refused.value.words()
    assert entries() == before
    change_line(actor=HOUSE, line=line, change=LineChange(quantity=3))
    assert held(line) == {"covered": 3, "bin": 3, "offered": 3}
    clean()


def test_what_is_not_billed_is_never_offered(company: World) -> None:
    product = company.product()
    _, (line,) = quote_of(company, LineWish(product.pk, 2, billable=False))
    assert held(line) == {"quoted": 2}
    change_line(actor=HOUSE, line=line, change=LineChange(billable=True))
    assert held(line) == {"quoted": 2, "offered": 2}
    change_line(actor=HOUSE, line=line, change=LineChange(billable=False, quantity=3))
    assert held(line) == {"quoted": 3}
    clean()


def test_sending_marks_the_quote(company: World) -> None:
    product = company.product()
    quote, _ = quote_of(company, LineWish(product.pk, 1))
    with time_machine.travel(NOON, tick=False):
        mark_quote_sent(actor=HOUSE, quote=quote)
    assert Quote.objects.get(pk=quote).sent_at == NOON
    empty, _ = quote_of(company)
    with pytest.raises(Refusal) as refused:
        mark_quote_sent(actor=HOUSE, quote=empty)
    assert refused.value.code == "no_lines"


def test_a_deal_without_a_quote_is_lost(company: World) -> None:
    made = create_opportunity(actor=HOUSE, wish=OpportunityWish(company.customer.pk, "Fibre"))
    deal = made.one("sales.Opportunity")
    lost = lose_opportunity(actor=HOUSE, opportunity=deal, reason="No budget")
    assert Opportunity.objects.get(pk=deal).lost_reason == "No budget"
    before = entries()
    with pytest.raises(Refusal) as refused:
        lose_opportunity(actor=HOUSE, opportunity=deal)
    assert refused.value.code == "opportunity_lost"
    with pytest.raises(NotThere):
        lose_opportunity(actor=HOUSE, opportunity=deal + 99)
    assert entries() == before
    reverse(actor=HOUSE, entry=lost.id)
    again = Opportunity.objects.get(pk=deal)
    assert (again.lost_at, again.lost_reason) == (None, "")


def test_a_deal_is_lost_with_its_open_quotes(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    first, (line,) = quote_of(company, LineWish(product.pk, 5))
    deal = Quote.objects.get(pk=first).opportunity_id
    second, (other,) = quote_of(company, LineWish(product.pk, 2), opportunity=deal)
    early, _ = quote_of(company, LineWish(product.pk, 1), opportunity=deal)
    lose(actor=HOUSE, quote=early, reason="Too dear")
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    lost = lose_opportunity(actor=HOUSE, opportunity=deal, reason="No budget")
    assert (held(line), held(other)) == ({"dropped": 5, "waived": 5}, {"dropped": 2, "waived": 2})
    reasons = dict(Quote.objects.values_list("pk", "lost_reason"))
    assert reasons == {first: "No budget", second: "No budget", early: "Too dear"}
    clean()
    reverse(actor=HOUSE, entry=lost.id)
    assert held(line) == {"quoted": 2, "covered": 3, "bin": 3, "offered": 5}
    assert Quote.objects.filter(lost_at__isnull=True).count() == 2
    assert Opportunity.objects.get(pk=deal).lost_at is None
    clean()


def test_a_won_deal_is_not_lost(company: World) -> None:
    quote, _ = quote_of(company, LineWish(company.product().pk, 1))
    deal = Quote.objects.get(pk=quote).opportunity_id
    win(actor=HOUSE, quote=quote)
    before = entries()
    with pytest.raises(Refusal) as refused:
        lose_opportunity(actor=HOUSE, opportunity=deal)
    assert refused.value.code == "opportunity_won"
    assert entries() == before
    assert Opportunity.objects.get(pk=deal).lost_at is None


def test_losing_frees_what_was_held(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    quote, (line,) = quote_of(company, LineWish(product.pk, 5))
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    lost = lose(actor=HOUSE, quote=quote, reason="Too dear")
    assert held(line) == {"dropped": 5, "waived": 5}
    assert held(product=product.pk) == {"bin": 5, "dropped": 5, "waived": 5}
    assert Quote.objects.get(pk=quote).lost_reason == "Too dear"
    assert Quote.objects.get(pk=quote).opportunity.lost_at is not None
    clean()
    before = entries()
    for act in (lose, mark_quote_sent):
        with pytest.raises(Refusal) as refused:
            act(actor=HOUSE, quote=quote)
        assert refused.value.code == "quote_lost"
    with pytest.raises(Refusal):
        reserve(actor=HOUSE, holds=[Hold(line, 1)])
    assert entries() == before
    reverse(actor=HOUSE, entry=lost.id)
    assert held(line) == {"quoted": 2, "covered": 3, "bin": 3, "offered": 5}
    assert Quote.objects.get(pk=quote).opportunity.lost_at is None
    clean()


def test_a_copy_offers_the_same_and_holds_nothing(company: World) -> None:
    product = company.product()
    company.stock(product, 2)
    quote, (line,) = quote_of(
        company, LineWish(product.pk, 2, discount=Discount(100_000)), customer_reference="PO 7"
    )
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    copied = copy_quote(actor=HOUSE, quote=quote)
    (twin,) = copied.made["ledger.Claim"]
    assert held(twin) == {"quoted": 2, "offered": 2}
    assert Line.objects.get(pk=twin).discount_micro == 100_000
    assert Sheet.objects.get(pk=copied.one("demand.Sheet")).customer_reference == "PO 7"
    assert Opportunity.objects.count() == 1
    clean()


def test_words_of_a_quote_change_and_come_back(company: World) -> None:
    quote, _ = quote_of(company, title="First")
    changed = change_quote(
        actor=HOUSE,
        quote=quote,
        values={"title": "Second", "customer_reference": "PO 8"},
        expires_on=date(2031, 1, 1),
    )
    assert Sheet.objects.get(pk=quote).title == "Second"
    assert Quote.objects.get(pk=quote).expires_on == date(2031, 1, 1)
    reverse(actor=HOUSE, entry=changed.id)
    assert Sheet.objects.get(pk=quote).title == "First"
    clean()
