"""Pure decisions about stock: which goods serve a wish, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from wharfinger.base.money import share
from wharfinger.base.refusal import N_, Refusal
from wharfinger.ledger.chart import OURS
from wharfinger.ledger.plan import Held, Id, OpenLayer, Plan, Ref, Truth


def choose(
    free: Iterable[Held],
    product: int,
    quantity: int,
    *,
    location: int | None = None,
    bin: int | None = None,
    lots: Collection[int] = (),
    channels: Mapping[int, str] | None = None,
    fresh_on: date | None = None,
    first: int | None = None,
    field: str = "quantity",
) -> list[tuple[Held, int]]:
    """Which free goods serve a wish: first to expire, then the oldest batch, then in walking order.

    location, bin: places to stay within; lots: exactly these serials or batches; channels: how locations sell,
    where the goods are to be sold: a rental location lends, so that its goods are left out unless they are named;
    fresh_on: the day, where goods are for a customer: a batch that has expired is taken only where it is named;
    first: the place of the location whose goods are taken before those of others.
    What is chosen is taken from ``free``, so that the next choice of the same act finds the rest.
    Raises Refusal when there is less than wanted; nothing is chosen then.
    """
    named = location is not None or bin is not None or bool(lots)
    fitting = [
        h
        for h in _sellable(free, product, {} if named else channels or {})
        if (location is None or h.location == location)
        and (bin is None or h.place == bin)
        and (not lots or h.lot in lots)
    ]
    fitting.sort(
        key=lambda h: (h.location != first if first else False, *turn(h), h.sequence, h.lot, h.place)
    )
    expired = [] if lots else [h for h in fitting if expired_on(h, fresh_on)]
    fitting = [h for h in fitting if lots or not expired_on(h, fresh_on)]
    at_hand = sum(h.quantity for h in fitting)
    if at_hand < quantity and expired:
        raise Refusal(
            "expired",
            N_(
                "{wanted} wanted, {free} free here that have not expired. Take less, or name the batch {batch} "
                "to take what has expired."
            ),
            field=field,
            wanted=quantity,
            free=at_hand,
            product=product,
            location=location,
            batch=expired[0].code,
        )
    if at_hand < quantity:
        raise Refusal(
            "not_enough",
            N_("{wanted} wanted, {free} free here. Take less, or choose another place."),
            field=field,
            wanted=quantity,
            free=at_hand,
            product=product,
            location=location,
        )
    return taken_from(fitting, quantity)


def taken_from(held: Sequence[Held], quantity: int) -> list[tuple[Held, int]]:
    """What is taken of these holdings, in their order, up to a quantity; they are lessened by it."""
    taken = []
    for one in held:
        part = min(quantity, one.quantity)
        if part > 0:
            taken.append((one, part))
            one.quantity -= part
            quantity -= part
    return taken


def _sellable(free: Iterable[Held], product: int, channels: Mapping[int, str]) -> list[Held]:
    """Goods of a product that are not at a location which only lends."""
    lending = {place for place, channel in channels.items() if channel == "rental"}
    return [h for h in free if h.product == product and h.quantity > 0 and h.location not in lending]


def at_hand(
    free: Iterable[Held], product: int, *, channels: Mapping[int, str] | None, fresh_on: date | None
) -> int:
    """How many units of a product ``choose`` would find where nobody names a place or a number."""
    fitting = _sellable(free, product, channels or {})
    return sum(h.quantity for h in fitting if not expired_on(h, fresh_on))


def turn(held: Held) -> tuple[bool, date, int]:
    """When goods have their turn: what expires first, then the older batch, wherever it lies.

    Loose goods, and units that have a number each, are alike.
    """
    batch = held.lot if held.code and not held.spot.serial else 0
    return held.expires_on is None, held.expires_on or date.max, batch


def expired_on(held: Held, day: date | None) -> bool:
    """Whether goods have expired by a day; never where no day is asked about."""
    return day is not None and held.expires_on is not None and held.expires_on < day


def price_issues(
    plan: Plan,
    truth: Truth,
    method: Callable[[int], str],
    *,
    first: Mapping[int, Collection[int]] | None = None,
) -> None:
    """Draw the cost of every step by which goods of ours stop being ours.

    method: the cost method of a product; first: by step, the layers that are taken before the method chooses.
    Layers are taken from ``truth.layers``; a step that reverses another is not priced here, since its draws
    are reversed with it, nor is one that was priced already.
    """
    drawn = {one.step for one in plan.draws}
    for n, step in enumerate(plan.steps):
        leaves = step.source.kind in OURS and step.target.kind not in OURS and step.source.owned
        if leaves and step.reverses is None and n not in drawn:
            price_issue(plan, truth, n, method(step.source.product), first=(first or {}).get(n, ()))


def price_issue(plan: Plan, truth: Truth, step: int, method: str, *, first: Collection[int] = ()) -> int:
    """Draw the cost of one step by which goods of ours stop being ours; the value taken in minor units."""
    one = plan.steps[step]
    lot = one.source.lot if one.source.serial else None
    layers = _in_time(truth, one.source.product, one.quantity)
    return draw(plan, step, layers, one.quantity, method, lot, first=first)


def _in_time(truth: Truth, product: int, quantity: int) -> list[OpenLayer]:
    """The layers that an issue may take on its date; raises Refusal when it is dated before its goods came.

    An issue may not be earlier than the layers it takes, than what was put back into them or changed their
    value or, for an average, than the last entry that changed the pool; so on no day is less than nothing
    there, or something worth nothing left behind.
    """
    layers = truth.layers.get(product, [])
    if truth.effective_on >= truth.today:
        return layers
    changed = truth.read.get("layers_changed", {})
    found = [
        one
        for one in layers
        if max(one.effective_on, changed.get(one.id, one.effective_on)) <= truth.effective_on
    ]
    at_hand = sum(one.quantity for one in found)
    if at_hand < quantity:
        raise Refusal(
            "before_the_goods",
            N_("On {date} only {free} of the {wanted} had come in. Choose a later date."),
            field="effective_on",
            wanted=quantity,
            free=at_hand,
            product=product,
            date=truth.effective_on.isoformat(),
        )
    return found


def draw(
    plan: Plan,
    step: int,
    layers: list[OpenLayer],
    quantity: int,
    method: str,
    lot: Id | None,
    *,
    first: Collection[int] = (),
) -> int:
    """Take a quantity from the layers a cost method names; the value taken in minor units.

    specific: the unit's own layer; fifo: oldest first; lifo: youngest first; average: the one pool.
    first: layers that are taken before all others, since it is their very goods that go.
    """
    if method == "average":
        pool(plan, layers)
    taken = 0
    for layer in sorted(_ordered(layers, method, lot), key=lambda one: one.id not in first):
        part = min(quantity, layer.quantity)
        if not part:
            continue
        value = share(layer.value_minor, part, layer.quantity)
        plan.draw(step, layer.id, part, value)
        layer.quantity -= part
        layer.value_minor -= value
        quantity -= part
        taken += value
    assert not quantity, f"the layers lack {quantity} units that the books hold"
    return taken


def _ordered(layers: Sequence[OpenLayer], method: str, lot: Id | None) -> list[OpenLayer]:
    open_layers = [layer for layer in layers if layer.quantity > 0]
    if method == "specific":
        own = [layer for layer in open_layers if layer.lot == lot]
        return own or [layer for layer in open_layers if layer.lot is None]
    # A layer that this very act opens has no id yet and is the youngest of its day.
    ordered = sorted(open_layers, key=lambda layer: (layer.effective_on, isinstance(layer.id, Ref), layer.id))
    return ordered[::-1] if method == "lifo" else ordered


def pool(plan: Plan, layers: Sequence[OpenLayer]) -> OpenLayer | None:
    """Bring the open layers of a product into one, the oldest; it is worth what they were together.

    A product that takes to averaging has several, and so has one whose undone issue filled an empty pool again.
    """
    found = _ordered(layers, "average", None)
    if not found:
        return None
    into, *others = found
    for layer in others:
        plan.draw(None, layer.id, layer.quantity, layer.value_minor)
        plan.draw(None, into.id, -layer.quantity, -layer.value_minor)
        into.quantity += layer.quantity
        into.value_minor += layer.value_minor
        layer.quantity = layer.value_minor = 0
    return into


def value_receipt(
    plan: Plan,
    truth: Truth,
    step: int,
    product: int,
    method: str,
    quantity: int,
    value_minor: int,
    lot: Id | None,
    *,
    into: OpenLayer | None = None,
) -> OpenLayer:
    """Open a cost layer for goods that become ours, or add them to the pool; the layer they went to.

    value_minor: what all of them cost, in home currency; lot: the unit, for specific cost;
    into: the layer that an earlier step of the same goods opened.
    """
    layers = truth.layers.setdefault(product, [])
    if method == "average":
        into = into or pool(plan, layers)
    if into is not None:
        plan.draw(step, into.id, -quantity, -value_minor)
        into.quantity += quantity
        into.value_minor += value_minor
        return into
    made = plan.create(
        "ledger.Layer",
        product_id=product,
        lot_id=lot if method == "specific" else None,
        effective_on=truth.effective_on,
        quantity=0,
        value_minor=0,
    )
    plan.draw(step, made, -quantity, -value_minor)
    opened = OpenLayer(
        made, product, lot if method == "specific" else None, truth.effective_on, quantity, value_minor
    )
    layers.append(opened)
    return opened


def sum_by(rows: Iterable[Any], key: Callable[[Any], Any], value: Callable[[Any], int]) -> dict[Any, int]:
    """Totals of rows by a key."""
    totals: dict[Any, int] = {}
    for row in rows:
        totals[key(row)] = totals.get(key(row), 0) + value(row)
    return totals
