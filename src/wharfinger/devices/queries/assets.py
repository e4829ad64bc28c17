"""What a customer has from us, and what they once had, with the documents: each list by keyset, however long it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from wharfinger.base.asking import Ask, Slice
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.billing.models import CreditLine, InvoiceLine
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.devices.models import Device, Subscription
from wharfinger.fulfilment.models import Shipment
from wharfinger.ledger import sql
from wharfinger.ledger.models import Fact
from wharfinger.parties.models import Site

_THEIRS = "('customer', 'rented', 'in_transit')"
"""The kinds of place at which goods are with a customer, as the index ``holding_theirs`` writes them."""

_PLACES = (
    "WITH theirs AS (SELECT place_id FROM parties_site WHERE organization_id = %s "
    "UNION ALL SELECT rented_place_id FROM parties_site WHERE organization_id = %s "
    "UNION ALL SELECT place_id FROM fulfilment_shipment WHERE organization_id = %s AND void_id IS NULL) "
)
"""Where a customer's goods stand: at their sites, lent to them, or on their way."""

_NOW = (
    "SELECT h.id, h.lot_id, h.claim_id, h.product_id, h.serial, l.code, h.quantity, h.place_id, h.kind "
    "FROM ledger_holding h JOIN ledger_lot l ON l.id = h.lot_id "
    "WHERE h.id IN (SELECT h.id FROM ledger_holding h WHERE h.place_id IN (SELECT place_id FROM theirs) "
    "AND h.quantity > 0 {narrowed} ORDER BY h.id {order} LIMIT {most}) ORDER BY h.id {order}"
)

_PAST = (
    "SELECT m.id, s.lot_id, s.claim_id, s.product_id, s.serial, l.code, m.quantity - COALESCE((SELECT SUM(r.quantity) "
    "FROM ledger_move r WHERE r.reverses_id = m.id), 0), s.place_id, t.kind, e.id, e.verb, e.effective_on, e.reason "
    "FROM ledger_move m JOIN ledger_holding s ON s.id = m.source_id JOIN ledger_holding t ON t.id = m.target_id "
    "JOIN ledger_lot l ON l.id = s.lot_id JOIN ledger_entry e ON e.id = m.entry_id "
    "WHERE m.id IN (SELECT m.id FROM ledger_holding h JOIN ledger_move m ON m.source_id = h.id "
    "JOIN ledger_holding t ON t.id = m.target_id WHERE h.place_id IN (SELECT place_id FROM theirs) "
    f"AND h.kind IN {_THEIRS} "
    "AND t.place_id NOT IN (SELECT place_id FROM theirs) AND m.reverses_id IS NULL AND m.quantity > "
    "COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0) {narrowed} "
    "ORDER BY m.id {order} LIMIT {most}) ORDER BY m.id {order}"
)

_ISSUED = (
    "SELECT t.claim_id, t.lot_id, t.serial, m.id, m.entry_id, s.kind, t.kind, e.effective_on FROM ledger_holding t "
    "JOIN ledger_move m ON m.target_id = t.id JOIN ledger_holding s ON s.id = m.source_id "
    "JOIN ledger_entry e ON e.id = m.entry_id WHERE {which} "
    f"AND t.kind IN {_THEIRS} AND s.kind NOT IN ('in_transit', 'customer', 'rented', 'returns', 'bench', 'at_vendor') "
    f"AND {sql.common('m.reverses_id IS NULL')} AND m.quantity > "
    "COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0)"
)
"""By which moves goods left us for a customer, those that nobody took back."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which of the goods are asked for; what is empty narrows nothing."""

    words: str = ""
    """What stands in the product's name or SKU."""
    products: tuple[int, ...] = ()
    serials: tuple[str, ...] = ()
    sites: tuple[int, ...] = ()
    goods: tuple[str, ...] = ()
    """Devices, other units, goods without a number."""


ALL = Narrowed()
GOODS = ("device", "unit", "untraced")
"""Devices, other units with a serial number, and goods without one."""

_IS_DEVICE = "EXISTS (SELECT 1 FROM devices_device d WHERE d.lot_id = h.lot_id AND d.void_id IS NULL)"
_OF_GOODS = {
    "device": f"h.serial AND {_IS_DEVICE}",
    "unit": f"h.serial AND NOT {_IS_DEVICE}",
    "untraced": "NOT h.serial",
}


def assets(ask: Ask, organization: int, only: Narrowed = ALL) -> Slice:
    """The units that a customer has: devices, other serials and loose goods, the newest first, each with its documents."""

    def read(mark: Any, most: int, back: bool) -> list[dict[str, Any]]:
        rows = _read(_NOW, "h.id", organization, only, mark, most, back=back)
        papers = _Papers(rows)
        return [
            papers.shown(row)
            | {"mark": row[0], "site": papers.sites.get(row[7]), "on_loan": row[8] == "rented"}
            for row in rows
        ]

    return ask.portion(read, lambda row: [row["mark"]])


def history(ask: Ask, organization: int, only: Narrowed = ALL) -> Slice:
    """The units that a customer once had: what left them, when, by which entry, with its documents, the latest first."""

    def read(mark: Any, most: int, back: bool) -> list[dict[str, Any]]:
        rows = _read(_PAST, "m.id", organization, only, mark, most, back=back)
        papers = _Papers(rows)
        return [
            papers.shown(row, before=row[0])
            | {
                "mark": row[0],
                "site": papers.sites.get(row[7]),
                "left_on": _day(row[11]),
                "verb": row[10],
                "to": row[8],
                "reason": row[12],
                "entry": row[9],
            }
            for row in rows
        ]

    return ask.portion(read, lambda row: [row["mark"]])


def sites_of(organization: int) -> list[tuple[int, str]]:
    """A customer's sites, those that are closed too, as goods may still stand there."""
    return list(
        Site.objects.filter(organization=organization).order_by("name", "pk").values_list("pk", "name")
    )


def devices_at(held: Sequence[int]) -> tuple[int, list[int]]:
    """Whose goods these holdings are, and which of them are devices; raises BadInput where they are no customer's."""
    found = sql.fetch(
        "SELECT COALESCE(s.organization_id, t.organization_id), d.id FROM ledger_holding h "
        "LEFT JOIN parties_site s ON h.place_id IN (s.place_id, s.rented_place_id) "
        "LEFT JOIN fulfilment_shipment t ON t.place_id = h.place_id "
        "LEFT JOIN devices_device d ON d.lot_id = h.lot_id AND h.serial AND d.void_id IS NULL AND d.removed_on IS NULL "
        f"WHERE {sql.among('h.id')} AND h.quantity > 0 AND h.kind IN {_THEIRS} ORDER BY h.id",
        [sql.array(held)],
    )
    owners = {owner for owner, _ in found}
    if len(owners) != 1:
        raise BadInput(
            "not_there_any_more", N_("These goods are no longer with the customer. Look at the list again.")
        )
    return owners.pop(), [device for _, device in found if device is not None]


def _read(
    text: str, by: str, organization: int, only: Narrowed, mark: Any, most: int, *, back: bool
) -> list[tuple[Any, ...]]:
    parts: list[str] = []
    given: list[Any] = []
    if only.words:
        parts.append(
            "h.product_id IN (SELECT p.id FROM catalog_product p WHERE UPPER(p.name) LIKE %s ESCAPE '!' "
            "OR UPPER(p.sku) LIKE %s ESCAPE '!')"
        )
        plainly = only.words.upper().replace("!", "!!").replace("%", "!%").replace("_", "!_")
        given += [f"%{plainly}%"] * 2
    if only.products:
        parts.append(sql.among("h.product_id"))
        given.append(sql.array(only.products))
    if only.serials:
        codes = sql.among("l.code_key", "text")
        parts.append(f"h.lot_id IN (SELECT l.id FROM ledger_lot l WHERE {codes} AND l.code_key <> '')")
        given.append(sql.words([same(one) for one in only.serials]))
    if only.sites:
        of = sql.among("s.id")
        parts.append(
            f"h.place_id IN (SELECT s.place_id FROM parties_site s WHERE {of} "
            f"UNION ALL SELECT s.rented_place_id FROM parties_site s WHERE {of})"
        )
        given += [sql.array(only.sites)] * 2
    if only.goods:
        parts.append(f"({' OR '.join(_OF_GOODS[one] for one in only.goods)})")
    if mark is not None:
        parts.append(f"{by} {'>' if back else '<'} %s")
        given += list(mark)
    narrowed = "".join(f" AND {part}" for part in parts)
    asked = _PLACES + text.format(narrowed=narrowed, order="ASC" if back else "DESC", most=most)
    return sql.fetch(asked, [organization] * 3 + given)


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Issue:
    """How goods left us: by which move of which entry, when, and whether for good."""

    move: int
    entry: int
    on: date
    sold: bool


@dataclass(slots=True)
class _Of:
    """What is known of the goods of a line: by number of the document, its id."""

    shipments: dict[str, int] = field(default_factory=dict)
    invoices: dict[str, int] = field(default_factory=dict)
    credit_notes: dict[str, int] = field(default_factory=dict)


class _Papers:
    """The documents behind goods, each kind read once for all rows: how they left us, device, line, and what was billed."""

    def __init__(self, rows: Sequence[Sequence[Any]]) -> None:
        claims, products = ({row[n] for row in rows} for n in (2, 3))
        self.lines = {
            line.pk: line
            for line in Line.objects.filter(pk__in=claims - {0}).select_related("sheet", "product")
        }
        found = Device.objects.filter(lot__in=[row[1] for row in rows if row[4]], void__isnull=True)
        self.devices = {one.lot_id: one for one in found.select_related("contract")}
        self.used: dict[int, dict[str, int]] = defaultdict(dict)
        running = Subscription.objects.filter(
            device__in=[one.pk for one in self.devices.values()], ended_on__isnull=True, void__isnull=True
        )
        for device, number, pk in running.order_by("pk").values_list("device_id", "number", "pk"):
            self.used[device or 0][number] = pk
        self.products = {p.pk: p for p in Product.objects.filter(pk__in=products)}
        places = {row[7] for row in rows}
        self.sites: dict[int, int] = {}
        for site in Site.objects.filter(place_id__in=places) | Site.objects.filter(
            rented_place_id__in=places
        ):
            self.sites |= {site.place_id: site.pk, site.rented_place_id: site.pk}
        self.of: dict[int, _Of] = defaultdict(_Of)
        self.issues = _issues({row[1] for row in rows if row[4]}, claims - {0})
        self.left_with = self._shipments(rows)
        self._billed(claims - {0})

    def _shipments(self, rows: Iterable[Sequence[Any]]) -> dict[int, dict[str, int]]:
        """The shipments by entry, as entries name them."""
        entries = {issue.entry for row in rows for issue in self._of_row(row)}
        named = Fact.objects.filter(entry__in=entries, subject__startswith="shipment:").values_list(
            "entry_id", "subject"
        )
        by_entry = [(entry, int(subject.partition(":")[2])) for entry, subject in named]
        numbers = dict(
            Shipment.objects.filter(pk__in={pk for _, pk in by_entry}, void__isnull=True).values_list(
                "pk", "number"
            )
        )
        found: dict[int, dict[str, int]] = defaultdict(dict)
        for entry, pk in sorted(set(by_entry)):
            if pk in numbers:
                found[entry][numbers[pk]] = pk
        return found

    def _billed(self, claims: Iterable[int]) -> None:
        rows = InvoiceLine.objects.filter(
            line__in=list(claims),
            invoice__void__isnull=True,
            invoice__posted_at__isnull=False,
            quantity__gt=0,
        ).order_by("pk")
        lines = {}
        for pk, line, number, invoice in rows.values_list("pk", "line_id", "invoice__number", "invoice_id"):
            lines[pk] = line or 0
            self.of[line or 0].invoices[number or ""] = invoice
        taken_back = CreditLine.objects.filter(invoice_line__in=list(lines), credit_note__void__isnull=True)
        for row, number, note in taken_back.order_by("pk").values_list(
            "invoice_line_id", "credit_note__number", "credit_note_id"
        ):
            self.of[lines[row]].credit_notes[number] = note

    def _of_row(self, row: Sequence[Any]) -> list[Issue]:
        """How the goods of a row left us, the earliest first; units that got their number at the customer's, without it."""
        return self.issues.get((row[2], row[1])) or self.issues.get((row[2], None)) or []

    def shown(self, row: Sequence[Any], before: int | None = None) -> dict[str, Any]:
        """Goods with their documents. before: a move, where only what happened before it counts."""
        lot, claim, product, code, units = row[1], row[2], row[3], row[5], int(row[6])
        line, device, kind = self.lines.get(claim), self.devices.get(lot), self.products[product]
        ways = [one for one in self._of_row(row) if before is None or one.move < before]
        issue = ways[-1] if ways else None
        of = self.of[claim]
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
            "sold_on": issue.on if issue and issue.sold else None,
            "issued_by": issue.entry if issue else None,
            "shipments": _papers(self.left_with.get(issue.entry, {}) if issue else {}),
            "invoices": _papers(of.invoices),
            "credit_notes": _papers(of.credit_notes),
            "contract": _paper(device),
            "subscriptions": _papers(self.used[device.pk] if device else {}),
            "warranty_end_on": device.warranty_end_on if device else None,
            # What pages need beside it.
            "lot": lot,
            "decimals": kind.quantity_decimals,
            "units": units,
            "sheet": line.sheet if line else None,
        }


def _papers(found: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"id": pk, "number": number} for number, pk in found.items()]


def _paper(device: Device | None) -> dict[str, Any] | None:
    if device is None or device.contract is None or device.removed_on is not None:
        return None
    return {"id": device.contract_id, "number": device.contract.number}


def _issues(lots: Iterable[int], claims: Iterable[int]) -> dict[tuple[int, int | None], list[Issue]]:
    """How goods left us: units by line and lot, other goods by line alone."""
    parts = (
        (f"t.serial AND {sql.among('t.lot_id')}", lots),
        (f"NOT t.serial AND {sql.among('t.claim_id')}", claims),
    )
    found: dict[tuple[int, int | None], list[Issue]] = defaultdict(list)
    text = " UNION ALL ".join(_ISSUED.format(which=which) for which, _ in parts)
    rows = sql.fetch(text, [sql.array(sorted(ids)) for _, ids in parts])
    for claim, lot, serial, move, entry, source, target, on in sorted(rows, key=lambda row: row[3]):
        sold = source != "outside" and target != "rented"
        found[claim, lot if serial else None].append(Issue(move, entry, _day(on), sold))
    return found
