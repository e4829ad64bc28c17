"""What an act did with goods, in the one sentence of the undo bar: how many of what, for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from wharfinger.base.refusal import N_
from wharfinger.base.typed import written
from wharfinger.demand.models import Line
from wharfinger.fulfilment.models import Container
from wharfinger.ledger.models import Entry, Fact, Move

MOST = 3
"""So many products are named; of the rest it is said how many they are."""

AWAY = frozenset({"in_transit", "customer"})


@dataclass(frozen=True, slots=True)
class Told:
    """How a verb is told, and which of its moves it is about: those to these kinds of place, from those."""

    sentence: str
    to: Collection[str]
    source: Collection[str] | None = None
    """From these kinds of place; from any but its own, where it says nothing."""
    claimed: bool | None = None
    """Whether the goods are a line's afterwards, where that is what the verb decides."""


VERBS: dict[str, Told] = {
    "reserve": Told(N_("Reserved {goods} for {document}."), {"bin"}, {"bin"}, claimed=True),
    "release": Told(N_("Released {goods} of {document}."), {"bin"}, {"bin"}, claimed=False),
    "pick": Told(N_("Picked {goods} for {document}."), {"picked"}),
    "unpick": Told(N_("Put {goods} of {document} back."), {"bin"}),
    "pack": Told(N_("Packed {goods} in {box}."), {"container"}, {"bin", "picked", "container"}),
    "unpack": Told(N_("Unpacked {goods} of {document}."), {"bin", "picked"}),
    "ship": Told(N_("Shipped {goods} to {customer}."), AWAY),
    "pick_pack_ship": Told(N_("Shipped {goods} to {customer}."), AWAY),
    "deliver": Told(N_("Delivered {goods} to {customer}."), {"customer"}),
    "sell": Told(N_("Sold {goods} to {customer}."), {"customer"}),
    "cancel_delivery": Told(
        N_("Took back the delivery of {goods} to {customer}."), {"picked", "container", "bin", "ready"}, AWAY
    ),
    "provide": Told(N_("Handed over {goods} to {customer}."), {"customer", "rented"}),
    "receive_return": Told(N_("Took back {goods} from {customer}."), {"returns"}),
    "restock": Told(N_("Restocked {goods}."), {"bin"}),
    "install": Told(N_("Installed {goods} at {customer}."), AWAY, AWAY),
    "swap": Told(N_("Handed over {goods} to {customer} in exchange."), {"customer"}, {"bin", "picked"}),
}
"""Verbs whose page cannot know the sentence beforehand; the others say it themselves."""

BOXED = {"ship", "pick_pack_ship"}


@dataclass(slots=True)
class Moved:
    """What an entry moved of what it is told about."""

    units: dict[tuple[str, int], int]
    codes: dict[tuple[str, int], list[str]]
    claims: set[int]
    from_boxes: set[int]
    to_boxes: set[int]


def sentence(entry: Entry) -> str | None:
    """What an act did with which goods, in the reader's language; None where its page says it better."""
    told = VERBS.get(entry.verb)
    moved = _moved(entry.pk, told) if told else None
    if told is None or moved is None or not moved.units:
        return None
    goods = _listed([_counted(*one, units, moved.codes[one]) for one, units in moved.units.items()])
    lines = Line.objects.filter(pk__in=moved.claims).order_by("pk")
    named = list(lines.values_list("order__number", "sheet__number", "organization__name"))
    boxes = Container.objects.filter(place_id__in=moved.to_boxes).order_by("pk")
    needed = [field for field in ("document", "customer", "box") if f"{{{field}}}" in told.sentence]
    words = {
        "goods": goods,
        "document": _several(order or sheet for order, sheet, _customer in named),
        "customer": _several(customer for _order, _sheet, customer in named),
        "box": _several(boxes.values_list("number", flat=True)) if "box" in needed else "",
    }
    if not all(words[field] for field in needed):
        return None
    count = len(moved.from_boxes)
    if entry.verb in BOXED and count:
        return ngettext(
            "Shipped {goods} to {customer} in {count} box.",
            "Shipped {goods} to {customer} in {count} boxes.",
            count,
        ).format(count=count, **words)
    return gettext(told.sentence).format(**words)


def papers(entry: Entry) -> list[tuple[str, str]]:
    """The packing lists of the shipments that an act filled, to print."""
    if entry.verb not in BOXED:
        return []
    found = Fact.objects.filter(entry=entry, subject__startswith="shipment:").order_by("subject")
    shipments = [subject.partition(":")[2] for subject in found.values_list("subject", flat=True).distinct()]
    return [
        (gettext("Print packing list"), reverse("documents:pdf", args=["packing-list", int(pk)]))
        for pk in shipments[:MOST]
    ]


def _moved(entry: int, told: Told) -> Moved:
    moved = Moved(defaultdict(int), defaultdict(list), set(), set(), set())
    rows = Move.objects.filter(entry_id=entry, target__kind__in=told.to).order_by("n")
    for units, product, decimals, code, source, target, owner, taker, box, into in rows.values_list(
        "quantity",
        "source__product__sku",
        "source__product__quantity_decimals",
        "target__lot__code",
        "source__kind",
        "target__kind",
        "source__claim_id",
        "target__claim_id",
        "source__place_id",
        "target__place_id",
    ):
        if source not in told.source if told.source is not None else source in told.to:
            continue
        if told.claimed is not None and ((taker != 0) is not told.claimed or owner == taker):
            continue
        moved.units[product, decimals] += units
        moved.codes[product, decimals] += [code] if code else []
        moved.claims |= {claim for claim in (owner, taker) if claim}
        moved.from_boxes |= {box} if source == "container" else set()
        moved.to_boxes |= {into} if target == "container" else set()
    return moved


def _counted(sku: str, decimals: int, units: int, codes: Sequence[str]) -> str:
    """3 × RT-100; a unit that goes alone is told by its serial number as well."""
    alone = f" {codes[0]}" if len(codes) == 1 and units == 10**decimals else ""
    return f"{written(units, decimals)} × {sku}{alone}"


def _listed(goods: Sequence[str]) -> str:
    """The goods in one phrase, the first few by name."""
    named = ", ".join(goods[:MOST])
    rest = len(goods) - MOST
    if rest <= 0:
        return named
    return ngettext("{goods} and {count} more product", "{goods} and {count} more products", rest).format(
        goods=named, count=rest
    )


def _several(names: Iterable[str | None]) -> str:
    """The first of these names, and how many others there are."""
    known = list(dict.fromkeys(name for name in names if name))
    if len(known) < 2:
        return "".join(known)
    rest = len(known) - 1
    return ngettext("{name} and {count} more", "{name} and {count} more", rest).format(
        name=known[0], count=rest
    )
