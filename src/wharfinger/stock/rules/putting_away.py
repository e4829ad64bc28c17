"""Pure decisions about where goods that have come in belong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from wharfinger.base.refusal import N_

WHY = {
    "own": N_("its own bin"),
    "batch": N_("more of the batch lies there"),
    "same": N_("more of it lies there"),
    "empty": N_("empty"),
    "": N_("no bin is left for it"),
}
"""Why a bin is proposed, in words."""


class Lying(NamedTuple):
    """Goods in the bin where what comes in is put first."""

    product: int
    lot: int
    quantity: int
    decimals: int = 0
    """Of the product's quantities."""
    serial: bool = False
    batch: bool = False
    claim: int = 0
    owner: int | None = None


@dataclass(slots=True)
class Shelf:
    """A bin where goods can be put away, and what lies in it."""

    bin: int
    capacity: int | None = None
    """How many whole units of anything fit in; any number where nothing is said."""
    own_of: frozenset[int] = frozenset()
    """The products that belong here."""
    holds: dict[tuple[int, int], int] = field(default_factory=dict)
    """By product and lot, how many whole units lie here, a part of one counting as one."""

    def room(self, decimals: int) -> int | None:
        """For how much of something, in its smallest unit, there is room; nothing where there is for any."""
        if self.capacity is None:
            return None
        return int(max(0, self.capacity - sum(self.holds.values())) * 10**decimals)

    def products(self) -> set[int]:
        """What lies here."""
        return {product for (product, _), units in self.holds.items() if units}


class Put(NamedTuple):
    """So much of what lies there, and the bin that is proposed for it; none where no bin is left."""

    goods: Lying
    quantity: int
    bin: int | None
    why: str


def suggest(lying: Iterable[Lying], shelves: Sequence[Shelf]) -> list[Put]:
    """A bin for everything that lies there: its own, else where more of it lies, else an empty one.

    shelves: in the order in which the location is walked. A bin that is full takes no more, and an empty one
    that is proposed for a product is empty no longer. A bin of other products' own is proposed for no other.
    """
    found = []
    for goods in lying:
        left = goods.quantity
        for shelf, why in _fitting(goods, shelves):
            room = shelf.room(goods.decimals)
            part = left if room is None else min(left, room)
            if not part:
                continue
            found.append(Put(goods, part, shelf.bin, why))
            key = goods.product, goods.lot
            shelf.holds[key] = shelf.holds.get(key, 0) + -(-part // 10**goods.decimals)
            left -= part
            if not left:
                break
        if left:
            found.append(Put(goods, left, None, ""))
    return found


def _fitting(goods: Lying, shelves: Sequence[Shelf]) -> Iterator[tuple[Shelf, str]]:
    """The bins that may take goods, the best first, each with why; decided as things stand before each."""
    own = [shelf for shelf in shelves if goods.product in shelf.own_of]
    others = [shelf for shelf in shelves if goods.product not in shelf.own_of]
    yield from ((shelf, "own") for shelf in own)
    if goods.batch:
        yield from ((s, "batch") for s in others if s.holds.get((goods.product, goods.lot)))
    yield from ((shelf, "same") for shelf in others if goods.product in shelf.products())
    yield from ((shelf, "empty") for shelf in others if not shelf.own_of and not shelf.products())
