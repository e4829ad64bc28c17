"""Put-away lists: what came in and where it belongs, in the order in which the bins are walked."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.documents.queries.parties import company
from wharfinger.documents.shapes import PutAwayList, PutRow, Quantity
from wharfinger.parties.models import Organization
from wharfinger.stock.models import Location
from wharfinger.stock.queries.putting_away import Row, waiting


def put_away_list(location: int, on: date) -> PutAwayList:
    """What waits at a location, bin by bin; raises Refusal when nothing does. on: the day that stands on it."""
    found = Location.objects.filter(pk=location).first()
    if found is None:
        raise NotThere("no_such_location", N_("There is no such location."))
    there = waiting(found)
    if there.inbound is None or not there.rows:
        raise Refusal("nothing_waits", N_("Nothing waits to be put away here."))
    owners = {row.put.goods.owner for row in there.rows if row.put.goods.owner}
    names = dict(Organization.objects.filter(pk__in=owners).values_list("pk", "name")) if owners else {}
    groups: dict[tuple[int, int, str, int], list[Row]] = defaultdict(list)
    for row in there.rows:
        batch = "" if row.put.goods.serial else row.code
        groups[row.bin.pk if row.bin else 0, row.product.pk, batch, row.put.goods.owner or 0].append(row)
    turn = {pk: n for n, pk in enumerate(there.bins)}
    ordered = sorted(groups.items(), key=lambda one: (turn.get(one[0][0], len(turn)), one[1][0].product.sku))
    return PutAwayList(
        company=company(),
        number=found.name,
        dated=on,
        inbound=there.inbound.name,
        rows=tuple(_row(of, batch, names.get(owner, "")) for (_, _, batch, owner), of in ordered),
    )


def _row(of: list[Row], batch: str, owner: str) -> PutRow:
    first = of[0]
    product = first.product
    return PutRow(
        bin=first.bin.name if first.bin else "",
        title=product.name,
        sku=product.sku,
        quantity=Quantity(sum(row.put.quantity for row in of), product.quantity_decimals, product.unit),
        batch=batch,
        serials=tuple(row.code for row in of if row.put.goods.serial),
        owner=owner,
    )
