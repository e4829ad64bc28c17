"""What goes along with goods: packing lists, delivery notes and container labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Sum

from wharfinger.base import clock, configuration, further
from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.documents.queries.lines import described, own_of, own_of_line, own_of_order, quantity_of
from wharfinger.documents.queries.parties import address, company, party, person
from wharfinger.documents.queries.picking import order_number
from wharfinger.documents.queries.wording import most_for, wording_of, wordings_for
from wharfinger.documents.shapes import (
    Box,
    Company,
    ContainerLabel,
    DeliveryNote,
    LineRow,
    PackingList,
    Party,
    Quantity,
)
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.queries.carriers import links
from wharfinger.fulfilment.queries.inside import weight_of
from wharfinger.ledger.models import Holding, Lot, Move
from wharfinger.parties.models import Organization

PACKABLE = ("container", "picked", "ready", "in_transit", "customer", "rented")


@dataclass(slots=True)
class Goods:
    """Units of one line that lie together, with the serials or batches that tell them apart."""

    line: Line
    product: Product
    container: int | None
    units: int = 0
    serials: list[str] = field(default_factory=list)
    batches: Counter[str] = field(default_factory=Counter)
    """How many units are of which batch."""

    def add(self, lot: Lot, units: int) -> None:
        """Put further units in."""
        self.units += units
        if lot.serial and lot.code:
            self.serials.append(lot.code)
        elif lot.code:
            self.batches[lot.code] += units

    def by_batch(self) -> list[tuple[str, int]]:
        """How much there is of each batch; together where no batch is kept."""
        loose = self.units - self.batches.total()
        return [*self.batches.items(), *([("", loose)] if loose else [])]


def packing_list(pk: int, language: str) -> PackingList:
    """Which box of a shipment holds what."""
    shipment = shipment_of(pk)
    goods = shipped(shipment)
    return PackingList(
        company=company(),
        to=party(shipment.organization, shipment.site),
        number=shipment.number,
        dated=shipment.shipped_on,
        boxes=_boxes(goods),
        orders=_orders(goods),
        customer_reference=_references(goods),
        carrier=_carrier(shipment),
        **wording_of("packing-list", shipment.organization_id, shipment.site, language),
    )


def packing_lists(lines: Sequence[int], on: date, language: str) -> tuple[PackingList, ...]:
    """What is picked, packed or gone for these lines, one list for each destination.

    on: the day that stands on the lists. Raises Refusal when nothing is picked yet.
    """
    held = list(
        Holding.objects.filter(claim_id__in=lines, kind__in=PACKABLE, quantity__gt=0)
        .select_related("lot", "product", "place__container")
        .order_by("claim_id", "lot_id")
    )
    if not held:
        raise Refusal(
            "nothing_to_pack", N_("Nothing of these lines has been picked yet. Pick the goods first.")
        )
    known = _known(holding.claim_id for holding in held)
    heaps: dict[tuple[int, int | None], Goods] = {}
    for holding in held:
        box = holding.place.container.pk if holding.kind == "container" else None
        line = known[holding.claim_id]
        heaps.setdefault((line.pk, box), Goods(line, holding.product, box)).add(holding.lot, holding.quantity)
    destinations: dict[int, list[Goods]] = {}
    for heap in heaps.values():
        destinations.setdefault(heap.line.site_id or 0, []).append(heap)
    us, worded = company(), wordings_for("packing-list", language)
    return tuple(
        PackingList(
            company=us,
            to=_receiver(goods[0].line),
            number=_orders(goods)[0] if len(_orders(goods)) == 1 else "",
            dated=on,
            boxes=_boxes(goods),
            orders=_orders(goods),
            customer_reference=_references(goods),
            **most_for(worded, _addressee(goods[0].line).pk, goods[0].line.site),
        )
        for _site, goods in sorted(destinations.items())
    )


def delivery_note(pk: int, language: str) -> DeliveryNote:
    """What a shipment delivers, for the customer to sign."""
    shipment = shipment_of(pk)
    goods = shipped(shipment)
    containers = list(shipment.containers.order_by("pk"))
    codes = (shipment.tracking, *(container.tracking for container in containers))
    tracking = tuple(dict.fromkeys(code for code in codes if code))
    known = links(bool(tracking))
    signed = further.figure("shipment.signed", [pk]).get(pk, "")
    owners = {heap.line.sheet.owner_id: heap.line.sheet.owner for heap in goods}
    return DeliveryNote(
        company=company(),
        to=party(shipment.organization, shipment.site),
        number=shipment.number,
        dated=shipment.shipped_on,
        lines=_rows(_together(goods)),
        orders=_orders(goods),
        customer_reference=_references(goods),
        contact=person(next(iter(owners.values()))) if len(owners) == 1 else None,
        carrier=_carrier(shipment),
        tracking=tracking,
        links=tuple(known.of(shipment.carrier, code) for code in tracking),
        containers=len(containers),
        received_on=shipment.delivered_on if signed or shipment.proof else None,
        received_by=shipment.proof,
        signature=signed,
        **wording_of("delivery-note", shipment.organization_id, shipment.site, language),
        own=own_of_order(heap.line for heap in goods) + own_of("organization", shipment.organization.own),
    )


def container_label(pk: int) -> ContainerLabel:
    """The label of a box: whom it is for and what lies in it, or lay in it when it left."""
    return container_labels([pk])[0]


def container_labels(ids: Sequence[int]) -> tuple[ContainerLabel, ...]:
    """The labels of these boxes in the order in which they were made; raises NotThere where there is none of them."""
    boxes = list(
        Container.objects.filter(pk__in=ids)
        .select_related("site__organization", "shipment__site", "location")
        .order_by("pk")
    )
    if not boxes:
        raise NotThere("no_such_document", N_("There is no such document."))
    on: dict[int, list[Container]] = {box.pk: [] for box in boxes}
    for one in Container.objects.filter(inside__in=on, void__isnull=True).order_by("pk"):
        on[one.inside_id or 0].append(one)
    here = [one for box in boxes if box.shipment is None for one in (box, *on[box.pk])]
    lying = _lying_in(here) if here else []
    left = {box.shipment_id: box.shipment for box in boxes if box.shipment}
    gone = {pk: shipped(shipment) for pk, shipment in left.items()}
    # What stands on a pallet is counted with it.
    alone: dict[int | None, list[int]] = {pk: [] for pk in left}
    counted = Container.objects.filter(shipment__in=left, inside__isnull=True).order_by("pk")
    for shipment, pk in counted.values_list("shipment_id", "pk"):
        alone[shipment].append(pk)
    us = company()
    return tuple(
        _label(us, box, on[box.pk], gone.get(box.shipment_id, lying), alone.get(box.shipment_id, []))
        for box in boxes
    )


def _label(
    us: Company, box: Container, on_it: Sequence[Container], heaps: Iterable[Goods], alone: Sequence[int]
) -> ContainerLabel:
    """The label of a box. heaps: all among which its goods are; alone: what is counted of its shipment."""
    among = {box.pk, *(one.pk for one in on_it)}
    goods = [heap for heap in heaps if heap.container in among]
    at = box.inside_id if box.inside_id in alone else box.pk
    together = alone if at in alone else [at]
    shipment = box.shipment
    return ContainerLabel(
        sender=us.address,
        to=address(box.site.organization, box.site),
        container=box.number,
        rows=_rows(_together(goods) if on_it else goods),
        sscc=box.sscc if len(box.sscc) == 18 and box.sscc.isdecimal() else "",
        position=together.index(at) + 1,
        of=len(together),
        shipment=shipment.number if shipment else "",
        orders=_orders(goods),
        customer_reference=_references(goods),
        carrier=_carrier(shipment) if shipment else "",
        tracking=box.tracking,
        weight=_weight(box, on_it),
        size=box.size_mm,
        holds=tuple(one.number for one in on_it),
    )


def box_list(pk: int, language: str) -> PackingList:
    """What lies in one box, or on one pallet, or lay there when it left."""
    container = (
        Container.objects.filter(pk=pk)
        .select_related("organization", "site__organization", "shipment__site")
        .first()
    )
    if container is None:
        raise NotThere("no_such_document", N_("There is no such document."))
    on_it = list(container.holds.filter(void__isnull=True).order_by("pk"))
    goods = _goods_in(container, on_it)
    return PackingList(
        company=company(),
        to=party(container.organization, container.site),
        number=container.number,
        dated=container.shipment.shipped_on
        if container.shipment
        else clock.today(configuration.one("time_zone")),
        boxes=_boxes(goods),
        orders=_orders(goods),
        customer_reference=_references(goods),
        carrier=_carrier(container.shipment) if container.shipment else "",
        **wording_of("packing-list", container.organization_id, container.site, language),
    )


def _goods_in(container: Container, on_it: Sequence[Container]) -> list[Goods]:
    """What lies in a container and in those on it, or lay there when it left."""
    if container.shipment is None:
        return _lying_in([container, *on_it])
    among = {container.pk, *(box.pk for box in on_it)}
    return [heap for heap in shipped(container.shipment) if heap.container in among]


def _together(goods: Iterable[Goods]) -> list[Goods]:
    """The units of each line, whatever boxes they lie in."""
    found: dict[int, Goods] = {}
    for heap in goods:
        whole = found.setdefault(heap.line.pk, Goods(heap.line, heap.product, None))
        whole.units += heap.units
        whole.serials += heap.serials
        whole.batches += heap.batches
    return list(found.values())


def _receiver(line: Line) -> Party:
    return party(_addressee(line), line.site)


def _addressee(line: Line) -> Organization:
    return line.site.organization if line.site else line.organization


def shipment_of(pk: int) -> Shipment:
    """A shipment with whom it is for; raises NotThere when there is none."""
    found = Shipment.objects.filter(pk=pk).select_related("organization", "site__organization").first()
    if found is None:
        raise NotThere("no_such_document", N_("There is no such document."))
    return found


def shipped(shipment: Shipment) -> list[Goods]:
    """What left with a shipment, less what was taken back since, by line and container."""
    moves = (
        Move.objects.filter(
            entry_id=shipment.made_id, target__place_id__in=(shipment.place_id, shipment.site.place_id)
        )
        .exclude(source__kind="in_transit")
        .select_related("target__lot", "target__product", "source__place__container")
        .annotate(back=Sum("reversed_by__quantity"))
        .order_by("n")
    )
    found = list(moves)
    known = _known(move.target.claim_id for move in found)
    heaps: dict[tuple[int, int | None], Goods] = {}
    for move in found:
        left = move.quantity - (move.back or 0)
        line = known.get(move.target.claim_id)
        if left and line is not None:
            box = move.source.place.container.pk if move.source.kind == "container" else None
            heaps.setdefault((line.pk, box), Goods(line, move.target.product, box)).add(move.target.lot, left)
    return list(heaps.values())


def _lying_in(containers: Sequence[Container]) -> list[Goods]:
    at = {container.place_id: container.pk for container in containers}
    held = (
        Holding.objects.filter(place_id__in=at, quantity__gt=0)
        .select_related("lot", "product")
        .order_by("claim_id", "lot_id")
    )
    found = list(held)
    known = _known(holding.claim_id for holding in found)
    heaps: dict[tuple[int, int], Goods] = {}
    for holding in found:
        line, box = known[holding.claim_id], at[holding.place_id]
        heaps.setdefault((line.pk, box), Goods(line, holding.product, box)).add(holding.lot, holding.quantity)
    return list(heaps.values())


def _known(claims: Iterable[int]) -> dict[int, Line]:
    lines = Line.objects.filter(pk__in=set(claims)).select_related(
        "sheet__owner", "order__order", "organization", "site__organization"
    )
    return {line.pk: line for line in lines}


def _boxes(goods: Sequence[Goods]) -> tuple[Box, ...]:
    """The containers in the order of their numbers, each pallet's together, then what lies loose; positions run through."""
    within = {heap.container for heap in goods if heap.container}
    containers = sorted(
        Container.objects.filter(pk__in=within).select_related("inside"),
        key=lambda one: (one.inside_id or one.pk, one.pk),
    )
    boxes, start = [], 1
    for container in containers:
        rows = _rows([heap for heap in goods if heap.container == container.pk], start)
        weight = _weight(container)
        boxes.append(
            Box(
                container.number,
                rows,
                container.sscc,
                container.tracking,
                weight,
                container.size_mm,
                container.inside.number if container.inside else "",
            )
        )
        start += len(rows)
    loose = _rows([heap for heap in goods if heap.container is None], start)
    return (*boxes, Box("", loose)) if loose else tuple(boxes)


def _rows(goods: Iterable[Goods], start: int = 1) -> tuple[LineRow, ...]:
    """A row for each line, of what is kept by batches for each batch."""
    parts = [(heap, batch, units) for heap in goods for batch, units in heap.by_batch()]
    return tuple(
        LineRow(
            position=str(n),
            title=heap.product.name,
            sku=heap.product.sku,
            description=described(heap.product, heap.line.description),
            quantity=quantity_of(heap.product, units),
            batch=batch,
            serials=() if batch else tuple(heap.serials),
            own=own_of_line(heap.product, heap.line),
        )
        for n, (heap, batch, units) in enumerate(parts, start)
    )


def _orders(goods: Iterable[Goods]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(order_number(heap.line) for heap in goods))


def _references(goods: Iterable[Goods]) -> str:
    found = dict.fromkeys((heap.line.order or heap.line.sheet).customer_reference for heap in goods)
    return ", ".join(reference for reference in found if reference)


def _carrier(shipment: Shipment) -> str:
    return " · ".join(part for part in (shipment.carrier, shipment.service) if part)


def _weight(container: Container, on_it: Sequence[Container] = ()) -> Quantity | None:
    grams = weight_of([container, *on_it])
    return Quantity(grams, 3, "kg") if grams else None
