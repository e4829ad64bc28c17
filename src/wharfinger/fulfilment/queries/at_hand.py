"""What of an order, or for a destination, can be picked, packed or shipped now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from wharfinger.demand.models import Line
from wharfinger.demand.queries import quantities
from wharfinger.fulfilment.models import Container, PickTask, Shipment
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import Site
from wharfinger.stock.queries.figures import available


@dataclass(slots=True)
class Batch:
    """When a batch expires, how much of it is the line's, and how much is free beside."""

    lot: int
    expires_on: date | None
    units: int = 0
    free: int = 0


@dataclass(slots=True)
class Shelf:
    """What the books have of a line in one bin, by batch where it is kept by batches."""

    place: int
    name: str
    lot: int
    """0 where each unit has a number of its own."""
    batch: str
    units: int = 0
    codes: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.place}-{self.lot}"


@dataclass(slots=True)
class AtHand:
    """A line and how much of it is at hand, with the numbers of its units."""

    line: Any
    units: int = 0
    wanted: int = 0
    """Wanted and covered by nothing; free goods may serve it."""
    codes: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    of_batch: dict[str, Batch] = field(default_factory=dict)
    """The batches it is of, where it is kept by batches."""
    shelves: dict[str, Shelf] = field(default_factory=dict)
    """Where it is reserved in bins."""

    @property
    def decimals(self) -> int:
        """Of the product's quantities."""
        return int(self.line.product.quantity_decimals)

    @property
    def traced(self) -> bool:
        """Whether each unit has a number of its own."""
        return bool(self.line.product.traced == "serial")

    @property
    def batches(self) -> list[tuple[str, str]]:
        """The batches it is of, as choices of a form."""
        return [(code, code) for code in self.of_batch]

    def add(self, held: Any) -> None:
        """Count what stands somewhere in."""
        self.units += held.quantity
        self.codes += [held.lot.code] if held.lot.code else []
        if held.lot.code and not self.traced:
            self.of_batch.setdefault(
                held.lot.code, Batch(held.lot_id, held.lot.expires_on)
            ).units += held.quantity

    def shelve(self, held: Any) -> None:
        """Count in what is reserved in a bin."""
        lot, batch = (0, "") if self.traced else (held.lot_id, held.lot.code)
        found = Shelf(held.place_id, held.place.bin.name, lot, batch)
        found = self.shelves.setdefault(found.key, found)
        found.units += held.quantity
        found.codes += [held.lot.code] if self.traced and held.lot.code else []


def at_hand(
    kinds: Collection[str], *, order: int | None = None, site: int | None = None, wanted: bool = False
) -> list[AtHand]:
    """The lines of an order or for a site whose goods stand at these kinds of place, in their order.

    wanted: lines that still want goods among them. Goods that a quote holds are left out.
    """
    of = Q(sheet_id=order) | Q(order_id=order) if order is not None else Q(site_id=site)
    lines = Line.objects.filter(of, void__isnull=True, removed_at__isnull=True).exclude(sheet__kind="quote")
    standing = Holding.objects.filter(claim__line__in=lines, kind__in=kinds, quantity__gt=0)
    found: dict[int, AtHand] = {}
    # A kit is served by the lines of its components, which say all that it would say once more.
    rows = lines.exclude(product__kind="kit").select_related("product", "sheet", "site")
    rows = rows.order_by("sheet_id", "position", "pk")
    if order is None:
        rows = rows.filter(pk__in=standing.values("claim_id"))
    for line in rows:
        found[line.pk] = AtHand(line)
    for holding in standing.select_related("lot", "place__bin").order_by("place__sequence", "lot_id"):
        if (row := found.get(holding.claim_id)) is None:
            continue
        row.add(holding)
        if holding.kind == "bin":
            row.places.append(holding.place.bin.name)
            row.shelve(holding)
    if wanted:
        figures = quantities(found)
        for pk, row in found.items():
            row.wanted = sum(figures[pk][name] for name in ("wanted", "to_approve", "to_order"))
    return [row for row in found.values() if row.units or row.wanted]


def totes() -> list[tuple[str, str, Any]]:
    """The totes in which something waits to be packed: how each is called, its order and its site."""
    picked = Holding.objects.filter(kind="picked", quantity__gt=0, claim=OuterRef("line"))
    found = PickTask.objects.filter(Exists(picked), void=None, line__site__isnull=False)
    rows: dict[str, tuple[str, str, Any]] = {}
    for task in found.select_related(
        "run", "line__sheet", "line__order", "line__site__organization"
    ).order_by("run_id", "tote", "pk"):
        called = f"{task.run.number}/{task.tote}"
        rows.setdefault(called, (called, (task.line.order or task.line.sheet).number, task.line.site))
    return list(rows.values())


def of_tote(run: str, number: int) -> tuple[frozenset[int], set[int | None]]:
    """The lines whose goods go into a tote of a run, by its number, and the sites they are for."""
    found = PickTask.objects.filter(run__number__iexact=run, tote=number, void=None)
    rows = list(found.values_list("line_id", "line__site_id"))
    return frozenset(line for line, _ in rows), {site for _, site in rows}


def under_way(shipment: Shipment) -> list[AtHand]:
    """The lines of which goods are under way with a shipment."""
    standing = Holding.objects.filter(place=shipment.place_id, quantity__gt=0).order_by("claim_id", "lot_id")
    held = list(standing.select_related("lot"))
    lines = Line.objects.filter(pk__in={one.claim_id for one in held})
    found = {one.pk: AtHand(one) for one in lines.select_related("product", "sheet", "site").order_by("pk")}
    for one in held:
        found[one.claim_id].add(one)
    return list(found.values())


def free_at(rows: Iterable[AtHand]) -> dict[int, dict[int, int]]:
    """What is free for each line that still wants goods, by the place of the location, in one statement."""
    wanting = {row.line.pk: row.line.product_id for row in rows if row.wanted}
    found: dict[int, dict[int, int]] = {}
    for (product, place), units in available(sorted(set(wanting.values()))).items() if wanting else ():
        for line, asked in wanting.items():
            if asked == product and units > 0:
                found.setdefault(line, {})[place] = units
    return found


def with_batches(rows: Sequence[AtHand], *, free: bool) -> Sequence[AtHand]:
    """The rows with their batches in the order in which they are taken: first to expire, then the oldest.

    free: with those that stand in bins for nobody, too, in one statement where anything is kept by batches.
    """
    kept = [row for row in rows if row.line.product.traced == "batch"]
    here = Holding.objects.filter(claim=0, kind="bin", quantity__gt=0, lot__owner__isnull=True)
    wanted = {row.line.product_id for row in kept} if free else set()
    for one in here.filter(product__in=wanted).exclude(lot__code="").select_related("lot") if wanted else ():
        for row in kept:
            if row.line.product_id == one.product_id:
                row.of_batch.setdefault(
                    one.lot.code, Batch(one.lot_id, one.lot.expires_on)
                ).free += one.quantity
    for row in kept:
        turn = sorted(row.of_batch.items(), key=lambda of: (of[1].expires_on or date.max, of[1].lot))
        row.of_batch = dict(turn)
    return rows


def packed_for(order: int) -> list[tuple[int, str]]:
    """The containers that are here and hold goods of an order: id and number, in one statement."""
    lines = Line.objects.filter(Q(sheet_id=order) | Q(order_id=order), void__isnull=True)
    standing = Holding.objects.filter(kind="container", quantity__gt=0, claim__line__in=lines)
    found = Container.objects.filter(place__in=standing.values("place_id"), void__isnull=True)
    return list(found.order_by("pk").values_list("pk", "number"))


def destinations() -> list[Any]:
    """The sites for which goods are picked and not packed yet."""
    picked = Holding.objects.filter(kind="picked", quantity__gt=0, claim__line__site__isnull=False)
    found = Site.objects.filter(pk__in=picked.values("claim__line__site_id"))
    return list(found.select_related("organization").order_by("organization__name", "name", "pk"))
