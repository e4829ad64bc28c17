"""Quotes, orders and work, as somebody might try them."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.laws.state import NEEDS, State, Verb
from wharfinger.base import clock
from wharfinger.billing.models import InvoiceLine
from wharfinger.demand.actions import add_lines, arrange, change_line, remove_line
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.demand.rules.discounts import Discount
from wharfinger.demand.rules.grouping import GroupWish
from wharfinger.flows.actions.amend import amend
from wharfinger.flows.actions.charging import charge_and
from wharfinger.flows.actions.elsewhere import fulfil_elsewhere
from wharfinger.flows.actions.remove import remove
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.flows.rules.amend import Amend
from wharfinger.flows.rules.elsewhere import Fetch
from wharfinger.ledger.models import Entry, Holding
from wharfinger.sales.actions import giving, holds, orders, quotes, winning
from wharfinger.sales.actions.serving import BRINGING, serve
from wharfinger.sales.models import HoldRequest, Opportunity, Order, Quote
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.win import Into
from wharfinger.work.actions import provide
from wharfinger.work.rules.providing import Provision, Removal


def wanted(state: State, chance: random.Random) -> list[tuple[int, int]]:
    """Some products, a few of each, and now and then a kit."""
    sold = [*state.products, state.kit, state.bundle]
    return [(p.pk, chance.randint(1, 4)) for p in chance.sample(sold, chance.randint(1, 3))]


def _order(state: State, chance: random.Random) -> Any:
    return state.door.order(state.company.customer.pk, wanted(state, chance), confirm=chance.random() < 0.6)


def _sell(state: State, chance: random.Random) -> Any:
    """A customer takes goods with them, and mostly pays there."""
    lines = tuple(LineWish(product, quantity) for product, quantity in wanted(state, chance))
    sale = Sale(state.company.customer.pk, lines, paid_by=chance.choice(("cash", "cash", None)))
    return sell(actor=state.user, sales=[sale] * chance.randint(1, 2))


def _quote(state: State, chance: random.Random) -> Any:
    return state.door.quote(state.company.customer.pk, wanted(state, chance))


def _quotes() -> Any:
    return Quote.objects.filter(sheet__void__isnull=True, lost_at__isnull=True)


def _win(state: State, chance: random.Random) -> Any:
    quote = state.one(chance, _quotes())
    if quote is None or chance.random() < 0.5:
        return quote and winning.win(actor=state.user, quote=quote.pk)
    # Some lines are charged on new work, the others on the order alone.
    lines = Line.objects.filter(sheet=quote.pk, void__isnull=True, removed_at__isnull=True, parent=None)
    each = {line.pk: Into(chance.choice(("ticket", "project"))) for line in lines if chance.random() < 0.6}
    return winning.win(actor=state.user, quote=quote.pk, each=each, anyway=True)


def _coming() -> Any:
    return Holding.objects.filter(kind__in=("on_order", "transfer"), quantity__gt=0)


def _hold(state: State, chance: random.Random) -> Any:
    """A line holds what is on a shelf, or what has yet to arrive."""
    free = state.one(chance, _coming().filter(claim=0)) if chance.random() < 0.4 else None
    wanting = Line.objects.filter(void__isnull=True, sheet__void__isnull=True)
    line = free and state.one(chance, wanting.filter(product=free.product_id), 8)
    if not line:
        return on_line("reserve")(state, chance)
    hold = Hold(line.pk, chance.randint(1, 3), arrival=free.place_id)
    short = clock.now() + timedelta(milliseconds=30)
    until = short if line.sheet.kind == "quote" and chance.random() < 0.3 else None
    return holds.reserve(actor=state.user, holds=[hold], until=until)


def _release(state: State, chance: random.Random) -> Any:
    """A line lets go what it holds, on a shelf or of what has yet to arrive."""
    held = state.one(chance, _coming().filter(claim__gt=0)) if chance.random() < 0.4 else None
    if held is None:
        return on_line("release")(state, chance)
    hold = Hold(held.claim_id, chance.randint(1, held.quantity), arrival=held.place_id)
    return holds.release(actor=state.user, holds=[hold])


def _give_way(state: State, chance: random.Random) -> Any:
    """A line is asked for what it holds, and gives it, some of it, or nothing."""
    standing = HoldRequest.objects.filter(given_at=None, kept_at=None, void=None)
    request = state.one(chance, standing) if chance.random() < 0.3 else None
    if request is None:
        goods = Holding.objects.filter(kind__in=("bin", "on_order", "transfer"), claim__gt=0, quantity__gt=0)
        held = state.one(chance, goods)
        wanting = held and Line.objects.filter(product=held.product_id, void=None, removed_at=None)
        line = held and state.one(chance, wanting.exclude(pk=held.claim_id), 8)
        if not line:
            return None
        units = chance.randint(1, held.quantity)
        asked = giving.ask(actor=state.user, asking=line.pk, holding=held.claim_id, quantity=units)
        state.stands()
        request = HoldRequest.objects.get(pk=asked.one("sales.HoldRequest"))
    if chance.random() < 0.2:
        return giving.keep(actor=state.user, request=request.pk)
    few = chance.choice((None, chance.randint(1, request.quantity)))
    return giving.give_way(actor=state.user, request=request.pk, quantity=few)


def _lose(state: State, chance: random.Random) -> Any:
    quote = state.one(chance, _quotes())
    return quote and quotes.lose(actor=state.user, quote=quote.pk, reason="Too dear")


def _lose_opportunity(state: State, chance: random.Random) -> Any:
    """A deal is given up, with whatever was quoted for it."""
    deal = state.one(chance, Opportunity.objects.filter(won_at=None, lost_at=None, void=None))
    return deal and quotes.lose_opportunity(actor=state.user, opportunity=deal.pk, reason="Given up")


def _extend(state: State, chance: random.Random) -> Any:
    """A quote's hold lasts longer."""
    held = state.one(chance, Line.objects.filter(claim__hold_until__isnull=False, sheet__kind="quote"))
    until = clock.now() + timedelta(days=chance.randint(1, 9))
    return held and holds.extend(actor=state.user, quote=held.sheet_id, until=until)


def _expire(state: State, chance: random.Random) -> Any:
    """A hold ends while nobody looks; the next act that needs the goods posts it."""
    line = state.one(chance, Line.objects.filter(sheet__quote__isnull=False, void__isnull=True))
    if line is None:
        return None
    short = clock.now() + timedelta(milliseconds=30)
    holds.reserve(actor=state.user, holds=[Hold(line.pk, 1)], until=short)
    state.stands()
    time.sleep(0.04)
    return holds.reserve(actor=state.user, holds=[Hold(line.pk, 1)])


def on_order(verb: str) -> Verb:
    """A decision about one of the latest orders."""

    def run(state: State, chance: random.Random) -> Any:
        order = state.one(chance, Order.objects.filter(sheet__void__isnull=True))
        return order and state.door.on_document(verb, order.pk)

    return run


def _unconfirm(state: State, chance: random.Random) -> Any:
    order = state.one(chance, Order.objects.filter(sheet__void__isnull=True))
    return order and orders.unconfirm(actor=state.user, order=order.pk)


def on_line(verb: str) -> Verb:
    """A step of some units of a line that may take it."""

    def run(state: State, chance: random.Random) -> Any:
        held = state.waiting(chance, NEEDS[verb])
        if held is None:
            return None
        line = Line.objects.get(pk=held.claim_id)
        if line.parent is not None and chance.random() < 0.5:
            line = line.parent
        if verb == "credit" and not InvoiceLine.objects.filter(line=line).exists():
            return None
        quantity = chance.randint(1, held.quantity if chance.random() < 0.9 else held.quantity + 2)
        return state.door.on_lines(verb, line.sheet_id, [(line.pk, quantity)], ())

    return run


def _amend_lines(state: State, chance: random.Random) -> Any:
    """Lines of one document get less or more, are replaced or split, whatever of them is reserved or on a purchase order."""
    lines = Line.objects.filter(void__isnull=True, removed_at__isnull=True, parent__isnull=True)
    line = state.one(chance, lines.exclude(sheet__kind="quote"), 8)
    if line is None:
        return None
    beside = list(lines.filter(sheet=line.sheet_id).exclude(pk=line.pk).values_list("pk", flat=True)[:1])
    amends = [Amend(pk, chance.randint(0, 4)) for pk in (line.pk, *beside)]
    purchased = chance.choice(("", "keep", "pass_on", "cut"))
    if chance.random() < 0.3:
        amends = [replace(one, replace_by=chance.choice([*state.products, state.kit]).pk) for one in amends]
    elif chance.random() < 0.3:
        open_ones = [None if chance.random() < 0.5 else one.quantity for one in amends]
        later = clock.today("Europe/Berlin") + timedelta(days=chance.randint(0, 20))
        amends = [
            replace(one, quantity=units, back_order_on=later)
            for one, units in zip(amends, open_ones, strict=True)
        ]
    return amend(actor=state.user, sheet=line.sheet_id, amends=amends, purchased=purchased)


def _serve(state: State, chance: random.Random) -> Any:
    """The worker lets what the latest entries brought in free serve who waits."""
    entry = state.one(chance, Entry.objects.filter(verb__in=BRINGING), 4)
    return entry and serve(actor=state.user, entry=entry.pk)


def _elsewhere(state: State, chance: random.Random) -> Any:
    """A line is served by goods of another location, which a transfer order brings."""
    free = state.one(chance, Holding.objects.filter(kind="bin", claim=0, quantity__gt=0))
    wanting = Line.objects.filter(void__isnull=True, sheet__void__isnull=True)
    line = free and state.one(chance, wanting.filter(product=free.product_id), 8)
    return line and fulfil_elsewhere(actor=state.user, wanted=[Fetch(line.pk, chance.randint(1, 2))])


def _reserve(state: State, chance: random.Random) -> Any:
    return chance.choice((_serve, _elsewhere, _hold, _hold, _hold))(state, chance)


def _offer(state: State, chance: random.Random) -> Any:
    """A quote's line becomes optional, stands instead of another, is firm again, is taken or left out."""
    line = state.one(chance, Line.objects.filter(void__isnull=True, sheet__quote__isnull=False), 8)
    if line is None:
        return None
    other = state.one(chance, Line.objects.filter(sheet=line.sheet_id, void__isnull=True), 8)
    if chance.random() < 0.3:
        wish = GroupWish("Together", chance.choice((0, 100_000, 333_333)), lines=(line.pk,))
        whole = chance.choice((None, 0, 50_000))
        return arrange(actor=state.user, sheet=line.sheet_id, groups=[wish], discount_micro=whole)
    change = chance.choice(
        (
            LineChange(discount=Discount(chance.choice((0, 25_000)), chance.choice((0, 1_000)))),
            LineChange(group=0),
            LineChange(option="optional"),
            LineChange(option="alternative", instead_of=other.pk),
            LineChange(option=""),
            LineChange(taken=chance.random() < 0.6),
        )
    )
    return change_line(actor=state.user, line=line.pk, change=change)


def _amend(state: State, chance: random.Random) -> Any:
    """A line is added, changed or taken off, or several are, whatever of them is reserved or bought."""
    if chance.random() < 0.3:
        return _amend_lines(state, chance)
    line = state.one(chance, Line.objects.filter(void__isnull=True, sheet__void__isnull=True), 8)
    kind = chance.random()
    if line is not None and line.sheet.kind == "quote" and chance.random() < 0.5:
        return _offer(state, chance)
    if kind < 0.3:
        wish = LineWish(chance.choice([*state.products, state.kit, state.bundle]).pk, chance.randint(1, 4))
        return add_lines(actor=state.user, sheet=line.sheet_id, wishes=[wish])
    if kind < 0.5:
        return remove_line(actor=state.user, line=line.pk)
    change = LineChange(quantity=chance.randint(1, 6), billable=chance.choice((None, True, False)))
    return change_line(actor=state.user, line=line.pk, change=change)


def _work() -> Any:
    return Sheet.objects.filter(work_order__isnull=False, void__isnull=True)


def _charge(state: State, chance: random.Random) -> Any:
    job = state.one(chance, _work())
    wish = LineWish(chance.choice([*state.products, state.kit, state.bundle]).pk, chance.randint(1, 4))
    then = chance.choice(["", "", "pick", "order", "deliver"])
    if job is None or not then:
        return job and add_lines(actor=state.user, sheet=job.pk, wishes=[wish])
    return charge_and(actor=state.user, sheet=job.pk, wishes=[wish], then=then)


def _provide(state: State, chance: random.Random) -> Any:
    job = state.one(chance, _work())
    if job is None:
        return None
    line = state.one(chance, Line.objects.filter(sheet=job, void__isnull=True))
    what = Provision(1, product=chance.choice([*state.products, state.kit, state.bundle]).pk)
    if line is not None and chance.random() < 0.5:
        what = Provision(1, line=line.pk)
    return provide(actor=state.user, work_order=job.pk, provisions=[what])


def _remove(state: State, chance: random.Random) -> Any:
    held = state.standing(chance, "customer", "rented")
    line = Line.objects.filter(pk=held.claim_id, sheet__in=_work()).first() if held else None
    if held is None or line is None:
        line = state.one(chance, Line.objects.filter(sheet__in=_work(), void__isnull=True))
    return line and remove(actor=state.user, work_order=line.sheet_id, removals=[Removal(line.pk, 1)])


SELLING: dict[str, Verb] = {
    "order": _order,
    "sell": _sell,
    "quote": _quote,
    "win": _win,
    "lose": _lose,
    "give_way": _give_way,
    "lose_opportunity": _lose_opportunity,
    "extend": _extend,
    "expire": _expire,
    "confirm": on_order("confirm"),
    "cancel": on_order("cancel"),
    "reopen": on_order("reopen"),
    "unconfirm": _unconfirm,
    "reserve": _reserve,
    "release": _release,
    "amend": _amend,
    "charge": _charge,
    "provide": _provide,
    "remove": _remove,
}
