"""Small labels for products, units, bins, locations and containers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.models import Product
from wharfinger.documents.shapes import Label
from wharfinger.fulfilment.models import Container, PickTask
from wharfinger.ledger.models import Lot
from wharfinger.stock.models import Bin, Location

Named = Iterator[tuple[int, Label]]
"""Labels in the order in which they are printed, each with the id of what it is for."""


def product_labels(ids: Iterable[int]) -> Named:
    """A label with the SKU, or the GTIN where there is one, for each product."""
    found = Product.objects.filter(pk__in=list(ids)).order_by("sku")
    return ((one.pk, Label(one.name, one.gtin or one.sku, one.sku)) for one in found)


def serial_labels(ids: Iterable[int]) -> Named:
    """A label with the serial number for each unit."""
    found = (
        Lot.objects.filter(pk__in=list(ids))
        .exclude(code="")
        .select_related("product")
        .order_by("product__sku", "code")
    )
    return ((lot.pk, Label(lot.product.name, lot.code, lot.product.sku)) for lot in found)


def bin_labels(ids: Iterable[int]) -> Named:
    """A label with its name for each bin."""
    found = (
        Bin.objects.filter(pk__in=list(ids))
        .select_related("location")
        .order_by("location__name", "place__sequence", "name")
    )
    return ((one.pk, Label(one.location.name, one.name)) for one in found)


def location_labels(ids: Iterable[int]) -> Named:
    """A label with its name for each location."""
    found = Location.objects.filter(pk__in=list(ids)).order_by("name")
    return ((one.pk, Label(one.name, one.name)) for one in found)


def container_labels(ids: Iterable[int]) -> Named:
    """A small label with its number for each container."""
    found = Container.objects.filter(pk__in=list(ids), void__isnull=True).order_by("number")
    return (
        (one.pk, Label(one.site.organization.name, one.number, one.site.name))
        for one in found.select_related("site__organization")
    )


def tote_labels(ids: Iterable[int]) -> Named:
    """A label with run and tote for each tote of these pick runs, and whose order is in it."""
    found = PickTask.objects.filter(run__in=list(ids), void__isnull=True).order_by(
        "run__number", "tote", "pk"
    )
    totes: dict[tuple[int, int], PickTask] = {}
    for task in found.select_related("run", "line__sheet", "line__order", "line__organization"):
        totes.setdefault((task.run_id, task.tote), task)
    return (
        (
            run,
            Label(
                task.line.organization.name,
                f"{task.run.number}/{tote}",
                (task.line.order or task.line.sheet).number,
            ),
        )
        for (run, tote), task in totes.items()
    )


def repeated(labels: Named, copies: Mapping[int, int]) -> tuple[Label, ...]:
    """Each label so many times; raises BadInput where none is left."""
    rows = tuple(label for pk, label in labels for _ in range(copies.get(pk, 1)))
    if not rows:
        raise BadInput("nothing_selected", N_("Select at least one row first."))
    return rows
