"""The slip that comes back with returned goods."""

from __future__ import annotations

from wharfinger.base import configuration
from wharfinger.base.clock import day_of
from wharfinger.base.refusal import N_, NotThere
from wharfinger.documents.queries.lines import quantity_of
from wharfinger.documents.queries.parties import (
    billing_site,
    company,
    our_address,
    party,
    person,
)
from wharfinger.documents.queries.picking import order_number
from wharfinger.documents.shapes import RmaRow, RmaSlip
from wharfinger.documents.words import words
from wharfinger.returns.models import Rma


def rma_slip(pk: int, language: str) -> RmaSlip:
    """What a customer sends back, why, what they ask for, and where it goes."""
    rma = Rma.objects.filter(pk=pk).select_related("organization", "location", "approved_by").first()
    if rma is None:
        raise NotThere("no_such_document", N_("There is no such document."))
    said = words(language)
    lines = list(
        rma.lines.filter(void=None)
        .select_related("product", "lot", "line__order", "line__sheet", "line__site")
        .order_by("position", "pk")
    )
    orders = dict.fromkeys(order_number(line.line) for line in lines if line.line)
    sites = {line.line.site_id: line.line.site for line in lines if line.line and line.line.site}
    site = next(iter(sites.values())) if len(sites) == 1 else billing_site(rma.organization)
    us = company()
    return RmaSlip(
        company=us,
        to=party(rma.organization, site),
        number=rma.number,
        dated=day_of(rma.requested_at, configuration.one("time_zone")),
        return_to=our_address(us, rma.location),
        rows=tuple(
            RmaRow(
                title=line.product.name,
                sku=line.product.sku,
                quantity=quantity_of(line.product, line.quantity),
                serials=(line.lot.code,) if line.lot and line.lot.code else (),
                reason=line.reason,
                wish=said[f"wish_{line.type}"],
            )
            for line in lines
        ),
        valid_until=rma.due_on,
        order=", ".join(orders),
        contact=person(rma.approved_by),
        note=said["taken_all_the_same"].format(reason=rma.overruled_reason) if rma.overruled_reason else "",
    )
