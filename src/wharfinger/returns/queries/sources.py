"""What left with a container, a shipment or an invoice, as goods that a customer may ask to send back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from django.db.models import Q

from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.base.words import same
from wharfinger.billing.models import Invoice, InvoiceLine
from wharfinger.demand.models import Sheet
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.queries.shown import goods_of_shipments, these_shipments
from wharfinger.ledger.models import Holding
from wharfinger.returns.queries.truth import parts_of
from wharfinger.returns.rules.requesting import Asked

KINDS = ("container", "shipment", "invoice")


class Left(NamedTuple):
    """Units of a line that left together; the numbers of those that have one."""

    line: int
    units: int
    serials: tuple[str, ...]


class Paper(NamedTuple):
    """What goods left with: whose it is, how it is called, and what left."""

    organization: int
    number: str
    goods: list[Left]


def papers(named: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Paper]:
    """These containers, shipments and invoices with what left, in a constant number of statements."""
    wanted: dict[str, set[int]] = {kind: set() for kind in KINDS}
    for kind, pk in named:
        wanted[kind].add(pk)
    found: dict[tuple[str, int], Paper] = {}
    boxes = list(
        Container.objects.filter(
            Q(pk__in=wanted["container"]) | Q(inside__in=wanted["container"]), void__isnull=True
        )
        if wanted["container"]
        else ()
    )
    by_box = {box.shipment_id for box in boxes if box.shipment_id is not None}
    shipments = these_shipments(sorted(wanted["shipment"] | by_box))
    goods = goods_of_shipments(shipments)
    for one in shipments:
        if one.pk in wanted["shipment"]:
            found["shipment", one.pk] = Paper(one.organization_id, one.number, _left(goods[one.pk]))
    for box in boxes:
        if box.pk in wanted["container"]:
            on_it = {other.pk for other in boxes if other.inside_id == box.pk} | {box.pk}
            inside = [row for row in goods.get(box.shipment_id or 0, ()) if row["container"] in on_it]
            found["container", box.pk] = Paper(box.organization_id, box.number, _left(inside))
    found.update(_invoices(wanted["invoice"]))
    return found


def _left(rows: Iterable[dict[str, object]]) -> list[Left]:
    return [Left(row["line"], row["units"], tuple(row["codes"])) for row in rows]  # type: ignore[arg-type]


def _invoices(wanted: set[int]) -> dict[tuple[str, int], Paper]:
    if not wanted:
        return {}
    posted = Invoice.objects.filter(pk__in=wanted, void__isnull=True, posted_at__isnull=False)
    rows = list(
        InvoiceLine.objects.filter(invoice__in=posted, line__isnull=False).values_list(
            "invoice_id", "line_id", "quantity"
        )
    )
    parts = parts_of(line for _, line, _ in rows)
    found = {("invoice", one.pk): Paper(one.organization_id, one.number or "", []) for one in posted}
    for invoice, line, quantity in rows:
        kit = parts.get(line or 0, [(line or 0, 1)])
        found["invoice", invoice].goods.extend(Left(part, quantity * ratio, ()) for part, ratio in kit)
    return found


def opened(pairs: Sequence[tuple[int, Asked]]) -> list[list[Asked]]:
    """What customers ask for: of a container, a shipment or an invoice each of its goods that they still have.

    Raises NotThere where a customer has no such paper, and Refusal where nothing of it is with them any more.
    """
    named = [(kind, pk) for _, item in pairs for kind, pk in _source(item)]
    if not named:
        return [[item] for _, item in pairs]
    known = papers(named)
    there = _there({left.line for paper in known.values() for left in paper.goods})
    answer = []
    for n, (organization, item) in enumerate(pairs):
        sources = _source(item)
        if not sources:
            answer.append([item])
            continue
        ((kind, pk),) = sources[:1]
        paper = known.get((kind, pk))
        if paper is None or paper.organization != organization:
            raise NotThere(f"no_such_{kind}", _NONE[kind], field=f"lines.{n}.{kind}")
        plain = replace(item, container=None, shipment=None, invoice=None)
        units = [
            replace(plain, line=line, serial=serial, quantity=quantity)
            for line, serial, quantity in _still(paper.goods, there)
        ]
        if not units:
            raise Refusal(
                "nothing_with_them",
                N_("Nothing of {number} is with the customer any more. Look at what came back already."),
                field=f"lines.{n}.{kind}",
                number=paper.number,
            )
        answer.append(units)
    return answer


_NONE = {
    "container": N_("This customer has no such container."),
    "shipment": N_("This customer has no such shipment."),
    "invoice": N_("This customer has no such invoice."),
}


def _source(item: Asked) -> list[tuple[str, int]]:
    named = (("container", item.container), ("shipment", item.shipment), ("invoice", item.invoice))
    return [(kind, pk) for kind, pk in named if pk is not None]


Standing = dict[int, dict[str, int]]
"""By line, how many units of each number the customer has; those without one under the empty text."""


def _there(lines: set[int]) -> Standing:
    found: Standing = {}
    rows = Holding.objects.filter(
        claim__in=lines, kind__in=("customer", "in_transit"), quantity__gt=0, unbounded=False
    )
    for line, serial, code, quantity in rows.values_list("claim_id", "serial", "lot__code", "quantity"):
        codes = found.setdefault(line or 0, {})
        name = code if serial else ""
        codes[name] = codes.get(name, 0) + quantity
    return found


def _still(goods: Iterable[Left], there: Standing) -> list[tuple[int, str, int]]:
    """Line, number and units of what left together and is still with the customer.

    Those that left under their numbers, then loose ones, then those that got a number at the customer's.
    """
    found: dict[tuple[int, str], int] = {}
    for line, units, serials in goods:
        standing = there.get(line, {})
        by_key = {same(code): code for code in standing if code}
        own = [by_key[same(code)] for code in serials if same(code) in by_key]
        for code in own:
            found[line, code] = 1
        left = units - len(serials)
        loose = min(left, standing.get("", 0) - found.get((line, ""), 0))
        if loose > 0:
            found[line, ""] = found.get((line, ""), 0) + loose
            left -= loose
        for code in sorted(code for code in standing if code and (line, code) not in found)[: max(0, left)]:
            found[line, code] = 1
    return [(line, serial, units) for (line, serial), units in found.items()]


class Meant(NamedTuple):
    """What a scanned code means: whose goods, and which of them."""

    organization: int
    of: str
    """Container, shipment or invoice, a document's number or a serial number (*find*)."""
    value: str


def meant_by(code: str, organization: int | None = None) -> Meant | None:
    """What the label of a box, or the number of a shipment, an invoice, an order or a unit, leads to."""
    text = code.strip()
    mine = Q(organization=organization) if organization is not None else Q()
    box = Q(number__iexact=text) | Q(sscc=text) | Q(tracking=text)
    for kind, rows in (
        ("container", Container.objects.filter(box, mine, void__isnull=True, shipment__isnull=False)),
        (
            "shipment",
            Shipment.objects.filter(Q(number__iexact=text) | Q(tracking=text), mine, void__isnull=True),
        ),
        ("invoice", Invoice.objects.filter(mine, number__iexact=text, void__isnull=True)),
    ):
        one = rows.order_by("-pk").first() if text else None
        if one is not None:
            return Meant(one.organization_id, kind, str(one.pk))
    sheet = Sheet.objects.filter(mine, number__iexact=text, void__isnull=True).exclude(kind="quote").first()
    if sheet is not None and sheet.organization_id is not None:
        return Meant(sheet.organization_id, "find", sheet.number)
    unit = (
        Holding.objects.filter(
            lot__code_key=same(text),
            serial=True,
            quantity__gt=0,
            kind__in=("customer", "in_transit"),
            claim__line__isnull=False,
        )
        .select_related("claim__line", "lot")
        .first()
    )
    if unit is None or organization not in (None, unit.claim.line.organization_id):
        return None
    return Meant(unit.claim.line.organization_id, "find", unit.lot.code)
