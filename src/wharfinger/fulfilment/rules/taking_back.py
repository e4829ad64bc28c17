"""Pure decisions about goods that come back the way they went: delivery cancelled, an order re-opened."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.demand.rules import kits
from wharfinger.demand.rules.waiving import bill_again
from wharfinger.fulfilment.rules import Pick, fitting, line_of, mention_lines, named, stacking
from wharfinger.fulfilment.rules.picking import want_again
from wharfinger.ledger.plan import Plan, Spot, Truth
from wharfinger.ledger.reverse import Taken, reverse_draws

READY = frozenset({"picked", "container", "bin", "ready"})
"""Where goods stand before they leave, and come back to when their delivery is cancelled."""


@dataclass(slots=True)
class Way:
    """A move by which goods came to where they stand, and how much of it has not been taken back."""

    id: int
    entry: int
    source: Spot
    quantity: int
    left: int


class Back(NamedTuple):
    """Units of a line that came back, where to, and by which entry they had left there."""

    claim: int
    spot: Spot
    quantity: int
    entry: int


@dataclass(slots=True)
class Return:
    """Goods on their way back: to which kinds of place, and what is taken back of which move."""

    plan: Plan
    ways: dict[Spot, list[Way]]
    ends: frozenset[str]
    places: Collection[int] = ()
    """Only to these places, where any are named."""
    left_by: int | None = None
    """Only what left by this entry, where one is named."""
    taken: list[Taken] = field(default_factory=list)
    back: list[Back] = field(default_factory=list)
    _known: dict[tuple[Spot, int | None], int] = field(default_factory=dict)
    """What was found out about reach and still holds: a device that moved to and fro has many ways home."""

    def ends_at(self, spot: Spot) -> bool:
        """Whether goods have come home here."""
        return spot.kind in self.ends and (not self.places or spot.place in self.places)

    def came(self, spot: Spot, before: int | None) -> list[Way]:
        """How goods came here; a device may have moved away and back, so earlier than they went on from here."""
        return [way for way in self.ways.get(spot, ()) if before is None or way.id < before]

    def reach(self, spot: Spot, before: int | None = None) -> int:
        """How many units at a holding can come home. before: by moves earlier than this one."""
        asked = spot, before
        if asked not in self._known:
            self._known[asked] = sum(self._passable(way) for way in self.came(spot, before))
        return self._known[asked]

    def _passable(self, way: Way) -> int:
        if self.ends_at(way.source):
            return way.left if self.left_by in (None, way.entry) else 0
        if not way.left:
            return 0
        return min(way.left, self.reach(way.source, way.id))

    def only_by(self, entry: int | None) -> None:
        """From now on send home only what left by this entry; whatever left where it is none."""
        self.left_by = entry
        self._known.clear()

    def send(self, spot: Spot, quantity: int, claim: int, before: int | None = None) -> int:
        """Send units home, the latest arrivals first; how many went."""
        gone = 0
        for way in self.came(spot, before):
            share = min(quantity - gone, self._passable(way))
            if share <= 0:
                continue
            step = self.plan.move(spot, way.source, share, reverses=way.id)
            self.taken.append(Taken(way.id, step, way.quantity, way.quantity - way.left, share))
            way.left -= share
            self._known.clear()
            gone += share
            if self.ends_at(way.source):
                self.back.append(Back(claim, way.source, share, way.entry))
            else:
                assert self.send(way.source, share, claim, way.id) == share, "goods lost their way"
        return gone


def cancel_delivery(
    plan: Plan, truth: Truth, *, picks: Sequence[Pick], containers: Sequence[int]
) -> list[Back]:
    """Take chosen units back from customer or carrier to where they were ready, at their old cost."""
    chosen = _containers(truth, containers)
    home = Return(plan, truth.read["ways"], READY, places={c.place_id for c in chosen})
    if chosen:
        _whole_containers(home, truth, chosen)
    home.places = ()
    made_by = {shipment.place_id: shipment.made_id for shipment in truth.read["sent_by"]}
    for n, asked in kits.back(truth, picks, ("in_transit", "customer")):
        line = line_of(truth, asked.line, n)
        pick = named(truth, line, asked, n)
        # A shipment by which nothing of these lines left has entry 0, by which nothing left.
        home.only_by(None if pick.shipment is None else made_by.get(pick.shipment, 0))
        gone = fitting(truth.of_claim(line.pk, ("in_transit", "customer")), pick)
        able = [(h, min(h.quantity, home.reach(h.spot))) for h in gone]
        if sum(q for _, q in able) < pick.quantity:
            raise _not_delivered(pick, n, line, sum(q for _, q in able))
        left = pick.quantity
        for held, most in able:
            went = home.send(held.spot, min(left, most), line.pk)
            held.quantity -= went
            left -= went
    reverse_draws(plan, truth.read["draws"], home.taken)
    for one in home.back:
        if one.spot.claim == 0:
            want_again(plan, truth, one.claim, one.entry, one.quantity)
        bill_again(plan, truth, one.claim, one.entry, one.quantity)
    clear_containers(plan, truth, home.back)
    for shipment in truth.read["sent_by"]:
        if shipment.made_id in {way.entry for way in home.back}:
            plan.mention(shipment)
    mention_lines(plan, truth)
    return home.back


def _not_delivered(pick: Pick, n: int, line: Any, able: int) -> Refusal:
    return Refusal(
        "not_delivered",
        N_("{wanted} to take back, but only {free} of this line left from here and are still there."),
        field=f"picks.{n}.quantity",
        wanted=pick.quantity,
        free=able,
        product=line.product_id,
        line=line.pk,
    )


def _containers(truth: Truth, containers: Sequence[int]) -> list[Any]:
    rows = truth.documents["fulfilment.Container"]
    found = [rows.get(pk) for pk in containers]
    if any(c is None or c.void_id is not None for c in found):
        raise NotThere("no_such_container", N_("There is no such container."), field="containers")
    on = [one for one in rows.values() if one.inside_id in containers and one.pk not in containers]
    return found + on


def _whole_containers(home: Return, truth: Truth, containers: Sequence[Any]) -> None:
    for held in [h for h in truth.held if h.kind in ("in_transit", "customer") and h.quantity > 0]:
        held.quantity -= home.send(held.spot, held.quantity, held.claim)
    if not home.back:
        raise Refusal(
            "not_delivered_container",
            N_("Nothing of {number} has left, so there is nothing to take back."),
            field="containers",
            number=", ".join(c.number for c in containers),
        )


def clear_containers(plan: Plan, truth: Truth, back: Sequence[Back]) -> None:
    """A container that has goods again is not shipped any more."""
    for place in dict.fromkeys(one.spot.place for one in back if one.spot.kind == "container"):
        assert isinstance(place, int)
        plan.change(truth.read["boxes"][place], shipment_id=None)
    places = {one.spot.place for one in back if one.spot.kind == "container"}
    stacking.come_back(plan, truth.read["boxes"], places)
