"""What goes along with goods between our locations, and what a customer may read about a unit."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.devices.models import Device
from wharfinger.documents.queries.lines import own_of
from wharfinger.documents.queries.parties import company
from wharfinger.documents.shapes import LifeRow, OwnValue, Quantity, TransferRow, TransferSlip, UnitLife
from wharfinger.parties.models import Organization
from wharfinger.stock.queries import story, units
from wharfinger.stock.queries.transfers import lines, on_the_way, transfers
from wharfinger.stock.rules.story import TOLD


def transfer_slip(pk: int, on: date) -> TransferSlip:
    """The slip of a transfer order: what is on its way, else what is to be sent. on: the day that stands on it."""
    order: Any = transfers().filter(pk=pk).first()
    if order is None:
        raise NotThere("not_there", N_("There is nothing here with the number {number}."), number=pk)
    written = lines([order])[pk]
    return TransferSlip(
        company=company(),
        number=order.number,
        dated=on,
        source=order.source.name,
        target=order.target.name,
        rows=_under_way(pk, written) if order.moving else tuple(_line(line) for line in written),
        expected_on=order.expected_on,
        note=order.note,
    )


def _line(line: Any) -> TransferRow:
    product = line.product
    batch = line.codes[0] if product.traced == "batch" and line.codes else ""
    return TransferRow(
        title=product.name,
        sku=product.sku,
        quantity=Quantity(line.quantity, product.quantity_decimals, product.unit),
        batch=batch,
        serials=() if batch else tuple(line.codes),
        order=line.claim.line.sheet.number if line.claim_id else "",
    )


def _under_way(pk: int, written: list[Any]) -> tuple[TransferRow, ...]:
    """What is on its way, product by product and by whom it is for, with the numbers of its units."""
    products = {line.product_id: line.product for line in written}
    found: dict[tuple[int, str, str], list[Any]] = {}
    for one in on_the_way([pk])[pk]:
        batch = one.code if products[one.product].traced == "batch" else ""
        found.setdefault((one.product, batch, one.document), []).append(one)
    rows = []
    for (product, batch, document), parts in found.items():
        of = products[product]
        rows.append(
            TransferRow(
                title=of.name,
                sku=of.sku,
                quantity=Quantity(sum(one.quantity for one in parts), of.quantity_decimals, of.unit),
                batch=batch,
                serials=() if batch else tuple(one.code for one in parts if one.code),
                order=document,
            )
        )
    return tuple(rows)


def unit_life(lot: int, customer: int | None, on: date) -> UnitLife:
    """The life of a unit in the words of whoever has it, or of another customer who had it.

    Raises Refusal where no customer ever had it.
    """
    found = units.units().filter(pk=lot).first()
    if found is None:
        raise NotThere("no_such_serial_lot", N_("There is no such unit."))
    steps = story.story(found)
    had = story.customers_of(steps)
    if not had:
        raise Refusal("nobodys_unit", N_("No customer has had this unit yet; there is nothing to show them."))
    if customer is not None and customer not in had:
        raise NotThere("not_their_unit", N_("This customer never had the unit."))
    whose = had[0] if customer is None else customer
    shown = story.for_customer(steps, whose)
    return UnitLife(
        company=company(),
        number=found.code,
        dated=on,
        title=found.product.name,
        sku=found.product.sku,
        customer=Organization.objects.values_list("name", flat=True).get(pk=whose),
        rows=tuple(
            LifeRow(
                step.chapter.effective_on,
                gettext(TOLD[step.chapter.act]),
                ", ".join(paper.number for paper in step.papers if paper.number),
            )
            for step in shown
        ),
        link=settings.PUBLIC_URL.rstrip("/") + reverse("stock:number", args=[found.code]),
        own=_own(found, whose),
    )


def _own(unit: Any, customer: int) -> tuple[OwnValue, ...]:
    """The own fields that are printed of a unit: its product's, and its device's while this customer has it."""
    device = Device.objects.filter(lot=unit.pk, organization=customer, void__isnull=True).first()
    return own_of("product", unit.product.own) + (own_of("device", device.own) if device else ())
