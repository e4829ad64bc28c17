"""What an act did with goods, in the one sentence of the undo bar: how many of what, for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from wharfinger.base.refusal import N_
from wharfinger.base.typed import written
from wharfinger.billing.pages.telling import less_drafted
from wharfinger.demand.models import Line
from wharfinger.devices.models import Device
from wharfinger.flows.pages.charging import rest
from wharfinger.fulfilment.models import Container
from wharfinger.ledger.models import Entry, Fact, Move, Place
from wharfinger.purchasing.pages.telling import beside

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
    here: str = "target"
    """Which end of its moves its {place} is."""


VERBS: dict[str, Told] = {
    "reserve": Told(N_("Reserved {goods} for {document}."), {"bin"}, {"bin"}, claimed=True),
    "release": Told(N_("Released {goods} of {document}."), {"bin"}, {"bin"}, claimed=False),
    "pick": Told(N_("Picked {goods} for {document}."), {"picked"}),
    "short_pick": Told(N_("Set {goods} aside: they are missing from their bin."), {"quarantine"}),
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
    "receive": Told(N_("Received {goods} into {place}."), {"bin"}, {"on_order"}),
    "put_away": Told(N_("Put {goods} away into {place}."), {"bin"}, {"bin"}),
    "build": Told(N_("Built {goods} at {place}."), {"bin"}, {"assembly"}),
    "take_apart": Told(N_("Took {goods} apart at {place}."), {"assembly"}, {"bin"}, here="source"),
    "scrap": Told(N_("Scrapped {goods} at {place}."), {"scrap"}, here="source"),
    "repair": Told(N_("Gave {goods} to repair."), {"bench"}, {"returns"}),
    "to_vendor": Told(N_("Sent {goods} to the vendor."), {"at_vendor"}),
    "send_back": Told(N_("Sent {goods} back to the vendor."), {"vendor"}),
    "lend": Told(N_("Lent {goods}."), {"rented"}),
    "give_back": Told(N_("Put {goods} back into {place}."), {"bin"}, {"rented"}),
    "send_claim": Told(N_("Sent {goods} to the vendor."), {"at_vendor"}),
    "remove": Told(N_("Took back {goods} of {document}."), {"bin", "picked"}, {"customer", "rented", "bin"}),
    "swap": Told(N_("Handed over {goods} to {customer} in exchange."), {"customer"}, {"bin", "picked"}),
}
"""Verbs that several pages and worklists share, or whose page cannot know the sentence beforehand."""

OTHERWISE: dict[str, Told] = {
    "send_back": Told(N_("Sent {goods} back to {customer}."), {"customer"}),
}
"""How a verb is told that did not do what its row above says."""

OUTCOMES = ("restock", "scrap", "repair", "to_vendor")
"""An inspection that ended in one way for all its goods is told as that."""

BOXED = {"ship", "pick_pack_ship"}

FURTHER: dict[str, Callable[[int], str]] = {
    "receive": beside,
    "pick": rest,
    "pick_pack_ship": rest,
    **dict.fromkeys(("cancel_delivery", "remove", "receive_return", "swap"), less_drafted),
}
"""What else is told of an entry of these verbs, beside its goods."""


@dataclass(slots=True)
class Moved:
    """What an entry moved of what it is told about."""

    units: dict[tuple[str, int], int]
    codes: dict[tuple[str, int], list[str]]
    claims: set[int]
    from_boxes: set[int]
    to_boxes: set[int]
    places: list[int]
    customers: list[str]
    """Whom the goods are with, where no line says it."""


def _nothing() -> Moved:
    return Moved(defaultdict(int), defaultdict(list), set(), set(), set(), [], [])


def sentence(entry: Entry) -> str | None:
    """What an act did with which goods, in the reader's language; None where its page says it better."""
    found = [(told, moved) for told in _tellings(entry.verb) if (moved := _moved(entry.pk, told)).units]
    if not found and entry.verb == "install":
        found = [(VERBS["install"], _installed(entry.pk))]
    if not found or (entry.verb == "inspect" and len(found) > 1):
        return None
    told, moved = found[0]
    goods = _goods(moved)
    needed = [field for field in ("document", "customer", "box", "place") if f"{{{field}}}" in told.sentence]
    lines = Line.objects.filter(pk__in=moved.claims).order_by("pk")
    named = list(lines.values_list("order__number", "sheet__number", "organization__name"))
    boxes = Container.objects.filter(place_id__in=moved.to_boxes).order_by("pk")
    words = {
        "goods": goods,
        "document": _several(order or sheet for order, sheet, _customer in named),
        "customer": _several(moved.customers or (customer for _order, _sheet, customer in named)),
        "box": _several(boxes.values_list("number", flat=True)) if "box" in needed else "",
        "place": _several(_names(moved.places)) if "place" in needed else "",
    }
    if not moved.units or not all(words[field] for field in needed):
        return None
    count = len(moved.from_boxes)
    if entry.verb in BOXED and count:
        return ngettext(
            "Shipped {goods} to {customer} in {count} box.",
            "Shipped {goods} to {customer} in {count} boxes.",
            count,
        ).format(count=count, **words)
    said = gettext(told.sentence).format(**words)
    if entry.verb == "short_pick":
        said = f"{said} {_picked(entry.pk)}".strip()
    if entry.verb in FURTHER:
        said = f"{said} {FURTHER[entry.verb](entry.pk)}".strip()
    return said


def _goods(moved: Moved) -> str:
    return _listed([_counted(*one, units, moved.codes[one]) for one, units in moved.units.items()])


def _picked(entry: int) -> str:
    """What was picked by the act that set aside what is missing; nothing where nothing was."""
    goods = _goods(_moved(entry, VERBS["pick"]))
    return gettext("Picked {goods}.").format(goods=goods) if goods else ""


def _tellings(verb: str) -> list[Told]:
    """The ways in which a verb may be told."""
    verbs = OUTCOMES if verb == "inspect" else (verb,)
    return [table[one] for table in (VERBS, OTHERWISE) for one in verbs if one in table]


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
    moved = _nothing()
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
        moved.places.append(into if told.here == "target" else box)
    return moved


def _installed(entry: int) -> Moved:
    """What an entry made devices of; units whose serial numbers were known do not move."""
    moved = _nothing()
    for sku, decimals, code, customer in (
        Device.objects.filter(made_id=entry)
        .order_by("pk")
        .values_list("product__sku", "product__quantity_decimals", "lot__code", "organization__name")
    ):
        moved.units[sku, decimals] += 10**decimals
        moved.codes[sku, decimals] += [code] if code else []
        moved.customers += [customer] if customer else []
    return moved


def _names(places: Sequence[int]) -> list[str]:
    """Bins by their location and name, stages by their location."""
    found = Place.objects.filter(pk__in=places).values_list(
        "pk", "bin__location__name", "bin__name", "parent__location__name"
    )
    known = {pk: f"{location} / {bin}" if bin else stage for pk, location, bin, stage in found}
    return [name for place in places if (name := known.get(place))]


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
