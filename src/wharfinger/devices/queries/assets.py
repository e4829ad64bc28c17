"""What a customer has from us, and what they once had, with the documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from wharfinger.base.quantity import plain
from wharfinger.billing.models import InvoiceLine
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.devices.models import Device
from wharfinger.fulfilment.models import Shipment
from wharfinger.ledger import sql
from wharfinger.parties.models import Site


def assets(organization: int) -> list[dict[str, Any]]:
    """The units that a customer has: devices, other serials and loose goods, each with its documents."""
    places = _places(organization)
    found = sql.fetch(
        "SELECT h.lot_id, h.claim_id, h.product_id, h.kind, h.place_id, h.quantity, l.code "
        f"FROM ledger_holding h JOIN ledger_lot l ON l.id = h.lot_id WHERE {sql.among('h.place_id')} "
        "AND h.quantity > 0 ORDER BY h.id DESC",
        [sql.array(sorted(places))],
    )
    papers = _Papers(found)
    return [
        papers.shown(lot, claim, product, int(units), code)
        | {"site": places.get(place), "on_loan": kind == "rented"}
        for lot, claim, product, kind, place, units, code in found
    ]


def history(organization: int) -> list[dict[str, Any]]:
    """The units that a customer once had: what left them, when, by which entry, with its documents."""
    places = _places(organization)
    found = sql.fetch(
        "SELECT s.lot_id, s.claim_id, s.product_id, s.place_id, l.code, m.quantity, e.id, e.verb, "
        "e.effective_on, e.reason, t.kind "
        "FROM ledger_holding s JOIN ledger_move m ON m.source_id = s.id "
        "JOIN ledger_entry e ON e.id = m.entry_id "
        "JOIN ledger_holding t ON t.id = m.target_id JOIN ledger_lot l ON l.id = s.lot_id "
        f"WHERE {sql.among('s.place_id')} AND NOT ({sql.among('t.place_id')}) AND m.reverses_id IS NULL "
        "AND m.quantity > "
        "COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0) "
        "ORDER BY m.id DESC",
        [sql.array(sorted(places)), sql.array(sorted(places))],
    )
    papers = _Papers(found)
    return [
        papers.shown(lot, claim, product, int(units), code)
        | {
            "site": places.get(place),
            "left_on": date.fromisoformat(on) if isinstance(on, str) else on,
            "verb": verb,
            "to": kind,
            "reason": reason,
            "entry": entry,
        }
        for lot, claim, product, place, code, units, entry, verb, on, reason, kind in found
    ]


def _places(organization: int) -> dict[int, int]:
    """Where a customer's goods stand: at their sites, lent to them, or on their way; the site by place."""
    found: dict[int, int] = {}
    rows = Site.objects.filter(organization=organization)
    for pk, place, rented in rows.values_list("pk", "place_id", "rented_place_id"):
        found |= {place: pk, rented: pk}
    sent = Shipment.objects.filter(organization=organization, void__isnull=True)
    return found | dict(sent.values_list("place_id", "site_id"))


class _Papers:
    """The documents behind goods: device, line, shipments and invoices, each read once for all."""

    def __init__(self, rows: Sequence[Sequence[Any]]) -> None:
        lots, claims, products = ({row[n] for row in rows} for n in range(3))
        self.lines = {
            line.pk: line
            for line in Line.objects.filter(pk__in=claims).select_related("sheet", "product", "site")
        }
        self.devices = {d.lot_id: d for d in Device.objects.filter(lot__in=lots, void__isnull=True)}
        self.shipments: dict[int, dict[str, int]] = defaultdict(dict)
        self.invoices: dict[int, dict[str, int]] = defaultdict(dict)
        self._read_shipments(claims)
        billed = InvoiceLine.objects.filter(
            line__in=claims, invoice__void__isnull=True, invoice__posted_at__isnull=False, quantity__gt=0
        )
        for line, number, pk in billed.order_by("pk").values_list("line_id", "invoice__number", "invoice_id"):
            self.invoices[line or 0][number or ""] = pk
        self.products = {p.pk: p for p in Product.objects.filter(pk__in=products)}

    def _read_shipments(self, claims: set[int]) -> None:
        """By which shipments goods of lines left: those that the entries made which moved them."""
        rows = sql.fetch(
            "SELECT DISTINCT h.claim_id, s.number, s.id FROM ledger_holding h "
            "JOIN ledger_move m ON m.target_id = h.id JOIN fulfilment_shipment s ON s.made_id = m.entry_id "
            f"WHERE {sql.among('h.claim_id')} AND h.kind IN ('customer', 'in_transit') "
            "AND s.void_id IS NULL ORDER BY s.id",
            [sql.array(sorted(claims))],
        )
        for claim, number, pk in rows:
            self.shipments[claim][number] = pk

    def shown(self, lot: int, claim: int, product: int, units: int, code: str) -> dict[str, Any]:
        """Goods with their documents."""
        line, device, kind = self.lines.get(claim), self.devices.get(lot), self.products[product]
        return {
            "product": product,
            "sku": kind.sku,
            "name": kind.name,
            "quantity": plain(units, kind.quantity_decimals),
            "serial": code,
            "device": device.pk if device else None,
            "device_number": device.number if device else None,
            "line": claim or None,
            "document": line.sheet.subject_name if line else None,
            "number": line.sheet.number if line else None,
            "shipments": [
                {"id": pk, "number": number} for number, pk in self.shipments.get(claim, {}).items()
            ],
            "invoices": [{"id": pk, "number": number} for number, pk in self.invoices.get(claim, {}).items()],
        }
