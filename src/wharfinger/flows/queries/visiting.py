"""What somebody has to do at customers, and what a scanned number means there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from django.db.models import F, Q

from wharfinger.base.words import same
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import called
from wharfinger.demand.models import Line
from wharfinger.devices.models import Device
from wharfinger.devices.queries.about import devices_about
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import Site
from wharfinger.work import queries as work

MOST = 200
"""So much open work of one person is listed."""
Group = Literal["late", "today", "later"]


class Visit(NamedTuple):
    """Open work of a person: where it is, what it is about, and whether it is late, for today or for later."""

    row: Any
    group: Group
    site: Site | None
    devices: list[Device]


def visits(person: int, today: date) -> list[Visit]:
    """The open work that somebody does, or leads where nobody is named to do it: what is late, for today, and for later."""
    mine = Q(work_order__resource=person) | Q(work_order__resource=None, work_order__lead=person)
    open_still = work.work_orders().filter(
        mine,
        kind__in=work.shown_kinds(),
        work_order__completed_at__isnull=True,
        work_order__cancelled_at__isnull=True,
    )
    by_day = open_still.order_by(F("work_order__expected_on").asc(nulls_last=True), "pk")
    return whereabouts(list(by_day[:MOST]), today)


def whereabouts(rows: Sequence[Any], today: date) -> list[Visit]:
    """Where each of these is and what it is about."""
    about = devices_about([row.pk for row in rows])
    named = Device.objects.filter(pk__in={pk for some in about.values() for pk in some})
    devices = {one.pk: one for one in named.select_related("product", "lot", "site", "replaces")}
    sites: dict[int, Site] = {}
    ship_to = Site.objects.filter(
        organization__in={row.organization_id for row in rows}, retired_on__isnull=True, ship_to=True
    )
    for site in ship_to.order_by("-pk"):
        sites[site.organization_id] = site
    found = []
    for row in rows:
        mine = [devices[pk] for pk in about[row.pk] if pk in devices]
        at = next((one.site for one in mine if one.site is not None), sites.get(row.organization_id))
        found.append(Visit(row, _group(row.work_order, today), at, mine))
    return found


def _group(row: Any, today: date) -> Group:
    """When work is due: what has a day ahead of today on which it begins or ends is for later."""
    if row.expected_on is not None and row.expected_on < today:
        return "late"
    ahead = row.starts_on or (None if row.started_at else row.expected_on)
    return "later" if ahead is not None and ahead > today else "today"


class Scanned(NamedTuple):
    """What a scanned number means on open work: a device of the customer, a unit of ours, or a product."""

    device: Device | None = None
    unit: Holding | None = None
    product: Product | None = None
    line: int | None = None
    """The charge of the work that wants the unit."""


def scanned(row: Any, code: str) -> Scanned:
    """What a number means on work: first what its customer has, then what we have at hand for it, then a product."""
    key = same(code)
    theirs = Device.objects.filter(
        Q(number__iexact=code) | Q(lot__code_key=key),
        organization=row.organization_id,
        removed_on__isnull=True,
        void__isnull=True,
    )
    if device := theirs.order_by("pk").first():
        return Scanned(device=device)
    charges = list(Line.objects.filter(sheet=row.pk, void__isnull=True).order_by("position"))
    ours = Holding.objects.filter(
        Q(claim=0) | Q(claim__in=[one.pk for one in charges]),
        lot__code_key=key,
        kind__in=("bin", "picked"),
        serial=True,
        owned=True,
        quantity__gt=0,
    )
    if unit := ours.order_by("-claim", "pk").first():
        return Scanned(unit=unit, line=unit.claim_id or _wanting(charges, unit.product_id))
    return Scanned(product=called(code))


def _wanting(charges: Iterable[Line], product: int) -> int | None:
    """The first charge of a product that still wants goods."""
    fitting = [one.pk for one in charges if one.product_id == product]
    wanted = Holding.objects.filter(
        claim__in=fitting, kind__in=("demand", "to_order", "bin", "picked"), quantity__gt=0
    )
    return wanted.order_by("claim_id").values_list("claim_id", flat=True).first()
