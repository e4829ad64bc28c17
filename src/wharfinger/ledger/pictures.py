"""What an act moves, as a picture for people: from where to where, with the inner steps left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from wharfinger.base.typed import written
from wharfinger.ledger.chart import ENDS, GOODS, REGION, WISHES
from wharfinger.ledger.models import Move
from wharfinger.ledger.telling import STANDS, place_words, stand_words

Step = tuple[str, str, str, str, str, str]
"""Quantity, product, from, to, tone and note: as the macro of a dry run takes it."""

UNSAID = frozenset((*ENDS, "want"))
"""Kinds by which a wish is discharged: the goods that discharge it tell the same."""


class Way(NamedTuple):
    """So many units from one place in words to another."""

    units: int
    source: str
    target: str


def picture(entry: int) -> list[Step]:
    """The steps of an entry: a unit that went through several hands goes from the first to the last.

    Wishes are told by what is wanted before and after, bills only where an invoice gives them back.
    """
    goods: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    wishes: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    bills: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    names: dict[int, tuple[str, int]] = {}
    rows = Move.objects.filter(entry_id=entry).order_by("n")
    for units, product, sku, decimals, was, code, *stands in rows.values_list(
        "quantity",
        "source__product_id",
        "source__product__sku",
        "source__product__quantity_decimals",
        "source__lot__code",
        "target__lot__code",
        *(f"source__{name}" for name in STANDS),
        *(f"target__{name}" for name in STANDS),
    ):
        names[product] = sku, decimals
        source, target = stands[:4], stands[4:]
        if REGION[source[0]] == GOODS:
            at = goods[product, code or was or ""]
            at[stand_words(*source)] -= units
            at[stand_words(*target)] += units
        else:
            kinds = (wishes if REGION[source[0]] == WISHES else bills)[product]
            kinds[source[0]] -= units
            kinds[target[0]] += units
    told = [(product, code, way) for (product, code), at in goods.items() for way in ways(at)]
    moved = {product for product, _code, _way in told}
    for product, kinds in wishes.items():
        told += [(product, "", way) for way in _wished(kinds, alone=product not in moved)]
    for product, kinds in bills.items():
        if kinds["invoiced"] < 0:
            told += [
                (product, "", way) for way in ways(_in_words(kinds, ("invoiced", "to_bill", "credited")))
            ]
    return [_step(way, names[product], code) for product, code, way in told]


def ways(net: dict[str, int]) -> list[Way]:
    """Pair what went with what came, in the order of mention."""
    left = {word: -units for word, units in net.items() if units < 0}
    found = []
    for target, came in net.items():
        open_units = max(0, came)
        for source, gone in left.items():
            part = min(open_units, gone)
            if part:
                found.append(Way(part, source, target))
                left[source] -= part
                open_units -= part
    return found


def _wished(kinds: dict[str, int], *, alone: bool) -> list[Way]:
    """What becomes of wishes; where no goods move, what begins or ends to be wanted as well."""
    said = _in_words(kinds, (kind for kind in kinds if kind not in UNSAID))
    found = ways(said)
    if alone:
        nothing = place_words("want")
        rest = sum(said.values())
        return found + ways(said | {nothing: -rest}) if rest and not found else found
    return found


def _in_words(kinds: dict[str, int], chosen: Iterable[str]) -> dict[str, int]:
    return {place_words(kind): kinds[kind] for kind in chosen if kinds[kind]}


def _step(way: Way, name: tuple[str, int], code: str) -> Step:
    sku, decimals = name
    return written(way.units, decimals), f"{sku} {code}".strip(), way.source, way.target, "", ""
