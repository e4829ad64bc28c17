"""Pure decisions about what building a bundle takes, and how many can be built of what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Parts = dict[int, int]
"""By component, how much of it in its smallest unit."""


@dataclass(frozen=True, slots=True)
class Recipes:
    """What products are built of, down to what is bought; with the decimals in which each is counted."""

    made_of: Mapping[int, Sequence[tuple[int, int]]]
    decimals: Mapping[int, int] = field(default_factory=dict)

    def of(self, product: int) -> Parts:
        """What goes into one whole unit, in the order in which it is said."""
        return dict(self.made_of.get(product, ()))

    def whole(self, product: int) -> int:
        """One whole unit of a product, in its smallest unit."""
        return int(10 ** self.decimals.get(product, 0))

    def below(self, product: int) -> set[int]:
        """Everything that could go into it, at any depth."""
        found: set[int] = set()
        ahead = [product]
        while ahead:
            for part, _ in self.made_of.get(ahead.pop(), ()):
                if part not in found:
                    found.add(part)
                    ahead.append(part)
        return found


def segments(recipes: Recipes, product: int, units: int, free: Mapping[int, int]) -> list[tuple[int, Parts]]:
    """Of which components so many units are built: sub-bundles as far as they are there, then what these are made of."""
    found: list[tuple[int, Parts]] = []
    used: Parts = {}
    ratios = recipes.of(product)
    while units:
        have = {
            part: max(0, free.get(part, 0) - used.get(part, 0)) // ratio
            for part, ratio in ratios.items()
            if recipes.made_of.get(part) and not ratio % recipes.whole(part)
        }
        short = min(have, key=lambda part: (have[part], part), default=None)
        if short is None or have[short] >= units:
            found.append((units, ratios))
            break
        if have[short]:
            found.append((have[short], ratios))
            for part, ratio in ratios.items():
                used[part] = used.get(part, 0) + ratio * have[short]
            units -= have[short]
        ratios = dict(ratios)
        times = ratios.pop(short) // recipes.whole(short)
        for part, ratio in recipes.made_of[short]:
            ratios[part] = ratios.get(part, 0) + ratio * times
    return found


def goes_in(recipes: Recipes, product: int, units: int, free: Mapping[int, int]) -> Parts:
    """How much of which components building so many whole units takes."""
    found: Parts = {}
    for count, ratios in segments(recipes, product, units, free):
        for part, ratio in ratios.items():
            found[part] = found.get(part, 0) + ratio * count
    return found


def lacking(recipes: Recipes, product: int, units: int, free: Mapping[int, int]) -> Parts:
    """How much of which components lacks for building so many whole units."""
    wanted = goes_in(recipes, product, units, free)
    return {part: much - free.get(part, 0) for part, much in wanted.items() if much > free.get(part, 0)}


def can_build(recipes: Recipes, product: int, free: Mapping[int, int]) -> int:
    """How many whole units can be built of what is free."""
    if not recipes.made_of.get(product):
        return 0
    least, most = 0, 1
    while not lacking(recipes, product, most, free):
        least, most = most, most * 2
    while most - least > 1:
        middle = (least + most) // 2
        if lacking(recipes, product, middle, free):
            most = middle
        else:
            least = middle
    return least
