"""Deals made up by chance from a seed: what is offered, billed and credited, as somebody types it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random


@dataclass(frozen=True)
class Taxed:
    """A tax code as it is typed: percents, and the second tax beside the first or on top of it."""

    code: str
    category: str
    rate: str = "0"
    reason: str = ""
    second: str = "0"
    compound: bool = False


TAXES = (
    Taxed("S19", "S", "19"),
    Taxed("S7", "S", "7"),
    Taxed("S81", "S", "8.1"),
    Taxed("Z", "Z", reason=""),
    Taxed("E", "E", reason="Exempt by law"),
    Taxed("AE", "AE", reason="Reverse charge"),
    Taxed("K", "K", reason="Intra-community supply"),
    Taxed("G", "G", reason="Export outside the union"),
    Taxed("O", "O", reason="Outside the scope of tax"),
    Taxed("BC", "S", "5", second="7"),
    Taxed("QC", "S", "5", second="9.975"),
    Taxed("QX", "S", "5", second="9.5", compound=True),
)
CURRENCIES = {"EUR": "1", "USD": "0.9137", "CHF": "1.0472", "JPY": "0.006213", "KWD": "2.98765"}
"""Each with what one unit of it is worth at home."""
UNITS = {"piece": (0, 1), "metre": (2, 1), "kilogram": (3, 1), "box": (0, 12)}
"""Each with the decimals of its product's quantities and how many of the product it holds."""


@dataclass(frozen=True)
class Typed:
    """A line as it is typed."""

    tax: Taxed
    unit: str
    quantity: int
    """In the smallest unit of its product."""
    price: str
    percent: str = "0"
    each: str = "0"
    group: int | None = None
    fee: bool = False
    """Whether it is no line of the order, but freight or a fee of one of its invoices."""


@dataclass(frozen=True)
class Billed:
    """What an invoice asks for: of the lines that it names so much, at another price or discount where one is named."""

    rows: tuple[tuple[int, int], ...]
    price: str | None = None
    percent: str | None = None
    draft: bool = False
    credits: tuple[tuple[tuple[int, int], ...], ...] = ()
    """Each credit note: which rows, and how much of each."""
    back: bool = False
    """Whether one credit note takes all of it back, with what it took off of a deposit."""


@dataclass(frozen=True)
class Deal:
    """A quote that is won, billed and partly taken back."""

    currency: str
    language: str
    included: bool
    lines: tuple[Typed, ...]
    groups: tuple[str, ...] = ()
    whole: str = "0"
    invoices: tuple[Billed, ...] = field(default=())
    deposit: str = "0"
    """How many percent of it are asked for before all invoices."""

    @property
    def documents(self) -> int:
        """How many invoices and credit notes it makes."""
        return len(self.invoices) + sum(len(one.credits) + one.back for one in self.invoices)


def deals(seed: int) -> Iterator[Deal]:
    """Deals without end; the same for the same seed."""
    chance = Random(seed)
    while True:
        yield _deal(chance)


def _deal(chance: Random) -> Deal:
    groups = tuple(_percent(chance, 0.6) for _ in range(chance.choice((0, 0, 1, 2))))
    lines = tuple(_line(chance, len(groups)) for _ in range(chance.choice((1, 1, 2, 3, 5, 8, 13))))
    left = [line.quantity for line in lines]
    fees: list[Typed] = []
    invoices = []
    for last in [False] * chance.choice((0, 0, 1, 2)) + [True]:
        rows = []
        for n, quantity in enumerate(left):
            part = quantity if last else chance.randint(0, quantity)
            if part:
                rows.append((n, part))
                left[n] -= part
        if rows:
            for _ in range(chance.choice((0, 0, 0, 1, 2))):
                fees.append(_fee(chance))
                rows.append((len(lines) + len(fees) - 1, fees[-1].quantity))
            invoices.append(_invoice(chance, tuple(rows), lines))
    deposit = chance.choice(("5", "30", "33.3333", "77.7")) if chance.random() < 0.3 else "0"
    if deposit != "0":
        invoices = [replace(one, credits=(), back=chance.random() < 0.3) for one in invoices]
    return Deal(
        chance.choice(list(CURRENCIES)),
        chance.choice(("en", "de")),
        chance.random() < 0.4,
        (*lines, *fees),
        groups,
        _percent(chance, 0.3),
        tuple(invoices),
        deposit,
    )


def _line(chance: Random, groups: int) -> Typed:
    unit = chance.choice(list(UNITS))
    decimals, holds = UNITS[unit]
    quantity = chance.randint(1, chance.choice((1, 3, 12, 144)) * 10**decimals) * holds
    price = chance.choice(
        (
            f"{chance.randint(0, 99)}.{chance.randint(0, 99):02d}",
            f"{chance.randint(1, 9999)}",
            f"{chance.randint(0, 2)}.{chance.randint(0, 999999):06d}",
            f"{chance.randint(100, 99999)}.95",
        )
    )
    each = "0"
    if float(price) > 1 and chance.random() < 0.2:
        each = chance.choice(("0.01", "0.333333", "1"))
    group = chance.randrange(groups) if groups and chance.random() < 0.7 else None
    return Typed(chance.choice(TAXES), unit, quantity, price, _percent(chance, 0.4), each, group)


def _fee(chance: Random) -> Typed:
    """So many units of a service at an amount above zero, of which nothing is taken off."""
    price = f"{chance.randint(0, 99)}.{chance.randint(1, 99):02d}"
    return Typed(chance.choice(TAXES), "piece", chance.choice((1, 1, 3)), price, fee=True)


def _percent(chance: Random, likely: float) -> str:
    return chance.choice(("3", "5", "12.5", "33.3333", "0.01", "100")) if chance.random() < likely else "0"


def _invoice(chance: Random, rows: tuple[tuple[int, int], ...], lines: tuple[Typed, ...]) -> Billed:
    other = chance.random()
    left = [quantity for _, quantity in rows]
    notes = []
    for whole in [False] * chance.choice((0, 1, 2, 3)) + [True] * (chance.random() < 0.4):
        taken = []
        for n, quantity in enumerate(left):
            part = quantity if whole else chance.randint(0, quantity)
            if part:
                taken.append((n, part))
                left[n] -= part
        if taken:
            chance.shuffle(taken)
            notes.append(tuple(taken))
    return Billed(
        rows,
        price="17.77" if other < 0.1 else None,
        percent="2.5" if 0.05 < other < 0.15 else None,
        draft=chance.random() < 0.2,
        credits=tuple(notes),
    )
