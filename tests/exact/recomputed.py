"""What typed figures come to, by fractions and by nothing of the product: the rules are written down a second time.

Amounts are whole numbers of the smallest coin of their currency. Sources: EN 16931-1, its rules named BR-…; for what
the standard leaves open, the decisions of this product on prices that include tax and on credit in parts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tests.exact.generated import CURRENCIES, UNITS, Billed, Deal, Taxed, Typed

DECIMALS = {"EUR": 2, "USD": 2, "CHF": 2, "JPY": 0, "KWD": 3}

Way = tuple[str, Fraction, Fraction, bool]
"""What is taxed alike: category, rate, rate of a second tax, and whether that is on top of the first."""


def nearest(value: Fraction) -> int:
    """The nearest whole number; a half goes away from zero."""
    whole, rest = divmod(abs(value), 1)
    away = int(whole) + (1 if rest >= Fraction(1, 2) else 0)
    return away if value >= 0 else -away


def of_percent(typed: str) -> Fraction:
    """A percent as a fraction of one."""
    return Fraction(typed) / 100


def way_of(taxed: Taxed) -> Way:
    """How a code taxes."""
    return taxed.category, of_percent(taxed.rate), of_percent(taxed.second), taxed.compound


def quantity_of(line: Typed, units: int) -> Fraction:
    """So many of the smallest unit of a line's product, in the unit that the line says."""
    decimals, holds = UNITS[line.unit]
    return Fraction(units, 10**decimals * holds)


def amount_of(deal: Deal, line: Typed, units: int, bill: Billed) -> int:
    """What units of a line come to: quantity times price less discounts, rounded once (BT-131)."""
    price = Fraction(line.price) - Fraction(line.each)
    if line.fee:
        return nearest(quantity_of(line, units) * price * 10 ** DECIMALS[deal.currency])
    group = Fraction(0) if line.group is None else of_percent(deal.groups[line.group])
    left = (1 - of_percent(line.percent)) * (1 - group) * (1 - of_percent(deal.whole))
    # A share that is taken off in all is kept in millionths.
    left = Fraction(nearest(left * 10**6), 10**6)
    if bill.price is not None:
        price = Fraction(bill.price)
    if bill.percent is not None:
        left = 1 - of_percent(bill.percent)
    return nearest(quantity_of(line, units) * price * left * 10 ** DECIMALS[deal.currency])


@dataclass
class Sums:
    """What a document comes to."""

    net: int = 0
    tax: int = 0
    rounding: int = 0
    """So that coins can pay it (BT-114)."""
    first: dict[tuple[str, Fraction], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    """By category and rate what is taxed and the tax (BG-23)."""
    second: dict[tuple[str, Fraction], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    """The same of second taxes, by the category of the first and their own rate."""

    @property
    def total(self) -> int:
        """With tax and rounding (BT-112 + BT-114)."""
        return self.exact + self.rounding

    @property
    def exact(self) -> int:
        """With tax (BT-112)."""
        return self.net + self.tax

    def add(self, way: Way, net: int, first: int, second: int, base: int) -> None:
        """Add what is taxed alike; base: what the second tax is asked of."""
        category, rate, further, _ = way
        self.net += net
        self.tax += first + second
        self.first[category, rate][0] += net
        self.first[category, rate][1] += first
        if further:
            self.second[category, further][0] += base
            self.second[category, further][1] += second


def divided(gross: int, way: Way) -> tuple[int, int, int]:
    """An amount that includes its taxes: net, first and second tax, which together are the amount."""
    _, rate, second, compound = way
    further = second * (1 + rate if compound else 1)
    net = nearest(Fraction(gross) / (1 + rate + further))
    theirs = nearest((gross - net) * further / (rate + further)) if further else 0
    return net, gross - net - theirs, theirs


@dataclass(frozen=True)
class Off:
    """What an invoice takes off of a deposit: how that is taxed, as prices say it, before tax, and worth at home."""

    tax: Taxed
    said: int
    net: int
    home: int


class Beforehand:
    """A deposit of a deal: what is asked for by tax code, and what of that is yet to be taken off."""

    def __init__(self, deal: Deal) -> None:
        whole: dict[Taxed, int] = defaultdict(int)
        for line in deal.lines:
            if not line.fee:
                whole[line.tax] += amount_of(deal, line, line.quantity, Billed(()))
        parts = {taxed: nearest(amount * of_percent(deal.deposit)) for taxed, amount in whole.items()}
        self.said = {taxed: part for taxed, part in parts.items() if part}
        self.sums, nets = reckoned(deal, list(self.said.values()), [way_of(taxed) for taxed in self.said])
        self.nets = dict(zip(self.said, nets, strict=True))
        self.left = self.sums.net
        self.home = at_home(self.left, deal.currency, CURRENCIES[deal.currency])

    def take(self, deal: Deal, bill: Billed) -> list[Off]:
        """What an invoice takes off: of each tax code no more than its lines ask for; freight and fees ask for none."""
        room: dict[Taxed, int] = defaultdict(int)
        for n, units in bill.rows:
            if not deal.lines[n].fee:
                room[deal.lines[n].tax] += amount_of(deal, deal.lines[n], units, bill)
        found = []
        for taxed, said in self.said.items():
            if part := min(said, room[taxed]):
                net = nearest(Fraction(self.nets[taxed] * part, said))
                home = nearest(Fraction(self.home * net, self.left)) if self.left else 0
                found.append(Off(taxed, part, net, home))
                self.left, self.home = self.left - net, self.home - home
                self.said[taxed], self.nets[taxed] = said - part, self.nets[taxed] - net
        return found

    def give_back(self, deal: Deal, offs: Sequence[Off]) -> None:
        """What was taken off is to be taken off again, since its invoice was credited."""
        for off in offs:
            self.said[off.tax] += off.said
            self.nets[off.tax] += off.net
            self.left += off.net
            self.home += at_home(off.net, deal.currency, CURRENCIES[deal.currency])


def invoiced(deal: Deal, bill: Billed, offs: Sequence[Off] = ()) -> tuple[Sums, list[int], list[int]]:
    """The sums of an invoice, what each of its rows comes to as its price says it, and the net of each.

    What is taken off of a deposit stands below; it was rounded when it was asked for, so what that leaves of the net of
    all that is taxed alike is of the first such row.
    """
    amounts = [amount_of(deal, deal.lines[n], units, bill) for n, units in bill.rows]
    taxes = [deal.lines[n].tax for n, _ in bill.rows]
    every = [*amounts, *(-off.said for off in offs)]
    sums, nets = reckoned(deal, every, [way_of(taxed) for taxed in (*taxes, *(off.tax for off in offs))])
    for at, off in enumerate(offs, start=len(amounts)):
        nets[taxes.index(off.tax)] += nets[at] + off.net
        nets[at] = -off.net
    return sums, every, nets


def notes_of(bill: Billed, offs: Sequence[Off] = ()) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The credit notes of an invoice: which rows, and how much of each."""
    if not bill.back:
        return bill.credits
    units = [*(units for _, units in bill.rows), *(1 for _ in offs)]
    return (tuple(enumerate(units)),)


def reckoned(deal: Deal, amounts: Sequence[int], ways: Sequence[Way]) -> tuple[Sums, list[int]]:
    """The sums of rows that come to so much as their prices say it, and the net of each."""
    sums, nets = Sums(), list(amounts)
    if deal.included:
        for way in dict.fromkeys(ways):
            said = before = 0
            for at, amount in enumerate(amounts):
                if ways[at] == way:
                    said += amount
                    nets[at] = divided(said, way)[0] - before
                    before += nets[at]
            net, first, second = divided(said, way)
            sums.add(way, net, first, second, net + (first if way[3] else 0))
        return sums, nets
    # BR-CO-17: tax is reckoned on the sum of each category and rate, whatever second tax there is beside it.
    bases: dict[tuple[str, Fraction], int] = defaultdict(int)
    both: dict[Way, int] = defaultdict(int)
    for way, amount in zip(ways, amounts, strict=True):
        bases[way[:2]] += amount
        both[way] += amount
    for (category, rate), base in bases.items():
        sums.add((category, rate, Fraction(0), False), base, nearest(base * rate), 0, 0)
    for way, base in both.items():
        category, rate, further, compound = way
        if further:
            asked = base + (nearest(base * rate) if compound else 0)
            second = nearest(asked * further)
            sums.tax += second
            sums.second[category, further][0] += asked
            sums.second[category, further][1] += second
    return sums, nets


def credited(deal: Deal, bill: Billed, offs: Sequence[Off] = ()) -> list[Sums]:
    """The sums of each credit note of an invoice, in their order.

    What is taken back of a row so far is its part by quantity, rounded; a note takes what that rises by. Its tax is
    what the tax on all that is taken back of its category and rate rises by, so that all notes come to the invoice.
    """
    _, amounts, nets = invoiced(deal, bill, offs)
    units_of = [*(units for _, units in bill.rows), *(1 for _ in offs)]
    ways = [
        way_of(taxed) for taxed in (*(deal.lines[n].tax for n, _ in bill.rows), *(off.tax for off in offs))
    ]
    done = [0] * len(amounts)
    back = [0] * len(amounts)
    nets_back = [0] * len(amounts)
    bases: dict[tuple[str, Fraction], int] = defaultdict(int)
    both: dict[Way, int] = defaultdict(int)
    notes = []
    for note in notes_of(bill, offs):
        sums = Sums()
        for at, units in note:
            whole, way = units_of[at], ways[at]
            _, rate, further, compound = way
            done[at] += units
            said = nearest(Fraction(amounts[at] * done[at], whole)) - back[at]
            back[at] += said
            if deal.included:
                net = (
                    nearest(Fraction(nets[at] * back[at], amounts[at])) - nets_back[at] if amounts[at] else 0
                )
                taxes = said - net
                second = _seconds(both[way] + taxes, way) - _seconds(both[way], way)
                both[way] += taxes
                first = taxes - second
            else:
                net = said
                first = nearest((bases[way[:2]] + net) * rate) - nearest(bases[way[:2]] * rate)
                bases[way[:2]] += net
                second = _asked(both[way] + net, way) - _asked(both[way], way) if further else 0
                both[way] += net
            nets_back[at] += net
            sums.add(way, net, first, second, net + (first if compound else 0))
        notes.append(sums)
    return notes


def to_coins(sums: Sums, notes: list[Sums], coin: int) -> None:
    """Round what an invoice asks for to what coins can pay, and with each note what is taken back of it so far."""

    def payable(amount: int) -> int:
        return nearest(Fraction(amount, coin)) * coin

    sums.rounding = payable(sums.exact) - sums.exact
    exact = told = 0
    for note in notes:
        exact += note.exact
        now = sums.total if exact == sums.exact else payable(exact)
        note.rounding, told = now - told - note.exact, now


def _asked(net: int, way: Way) -> int:
    """The second tax on so much net."""
    _, rate, further, compound = way
    return nearest((net + (nearest(net * rate) if compound else 0)) * further)


def _seconds(taxes: int, way: Way) -> int:
    """How much of both taxes together is the second."""
    _, rate, second, compound = way
    further = second * (1 + rate if compound else 1)
    return nearest(taxes * further / (rate + further)) if further else 0


def at_home(amount: int, currency: str, rate: str) -> int:
    """An amount in cents at home."""
    return nearest(Fraction(amount, 10 ** DECIMALS[currency]) * Fraction(rate) * 100)
