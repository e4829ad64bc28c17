"""What a repair is decided by, and repairs as people and callers read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Max, QuerySet

from wharfinger.base import configuration, money
from wharfinger.base.access import Actor
from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.catalog.models import TaxCode
from wharfinger.demand.models import Line
from wharfinger.demand.queries.standing import read_standing, read_treated
from wharfinger.ledger import sql
from wharfinger.ledger.plan import Truth
from wharfinger.parties.models import Organization
from wharfinger.returns.models import Repair, RepairPart, Rma
from wharfinger.stock.models import Location


def documents_of(rma: int, named: int | None) -> list[int]:
    """The documents on which parts and charge may come to stand, beside those of what came back."""
    if named is not None:
        return [named]
    return [pk for pk in Rma.objects.filter(pk=rma).values_list("ticket_id", flat=True) if pk is not None]


def read_repair(vendor: int | None) -> Callable[[Truth], None]:
    """Read where lines of a repair may stand, at which price, and who did it."""

    def read(truth: Truth) -> None:
        sheets = truth.documents["demand.Sheet"]
        whose = {row.organization_id for row in truth.documents["returns.Rma"].values()}
        read_standing(truth)
        truth.read["products"] = truth.read.get("products", {}) | truth.products
        found = Line.objects.filter(sheet__in=sheets).order_by()
        truth.read["last_positions"] = dict(found.values_list("sheet").annotate(Max("position")))
        truth.read["channels"] = dict(Location.objects.values_list("place_id", "channel"))
        customers = list(Organization.objects.filter(pk__in=whose).order_by())
        truth.read["granted"] = {one.pk: one.discount_micro for one in customers}
        read_treated(truth, {one.pk: one.tax_code_id for one in customers})
        truth.read["listed"] = {}
        truth.read["tax_codes"] = {code.pk: code for code in TaxCode.objects.all()}
        vendors = Organization.objects.filter(pk=vendor, vendor=True) if vendor is not None else []
        truth.read["vendors"] = {one.pk for one in vendors}

    return read


def repairs() -> QuerySet[Repair]:
    """Every repair, the last first."""
    rows = Repair.objects.filter(void__isnull=True)
    return rows.select_related(
        "rma_line__product", "rma_line__rma", "lot", "vendor", "charge", "sheet", "made__actor"
    ).order_by("-pk")


def parts_of(found: Iterable[Repair]) -> dict[int, list[RepairPart]]:
    """The parts that went into each repair."""
    rows = RepairPart.objects.filter(repair__in=[one.pk for one in found], void__isnull=True)
    by: dict[int, list[RepairPart]] = {}
    for one in rows.select_related("line__product").order_by("pk"):
        by.setdefault(one.repair_id, []).append(one)
    return by


_COST = (
    "SELECT t.claim_id, SUM(d.value_minor) FROM ledger_holding t JOIN ledger_move m ON m.target_id = t.id "
    "JOIN ledger_draw d ON d.move_id = m.id WHERE t.kind = 'customer' AND {chosen} GROUP BY t.claim_id"
)


def costs_of(parts: dict[int, list[RepairPart]]) -> dict[int, int]:
    """By repair, what its parts cost when they left stock, in home currency."""
    of = {one.line_id: repair for repair, rows in parts.items() for one in rows}
    found: dict[int, int] = {}
    if of:
        rows = sql.fetch(_COST.format(chosen=sql.among("t.claim_id")), [sql.array(sorted(of))])
        for line, value in rows:
            found[of[line]] = found.get(of[line], 0) + int(value)
    return found


def show_repairs(found: Sequence[Repair], actor: Actor) -> list[dict[str, Any]]:
    """Repairs as callers read them; what they cost only for who may see costs."""
    parts = parts_of(found)
    sees = actor.may("catalog.see_cost")
    costs = costs_of(parts) if sees else {}
    home = configuration.one("currency")
    return [
        {
            "id": one.pk,
            "rma": one.rma_line.rma_id,
            "rma_line": one.rma_line_id,
            "serial": one.lot.code if one.lot is not None else "",
            "quantity": plain(one.quantity, one.rma_line.product.quantity_decimals),
            "text": one.text,
            "vendor": one.vendor_id,
            "document": one.sheet_id,
            "charge_line": one.charge_id,
            "charge": None if one.charge is None else plain(one.charge.unit_price_micro, MICRO),
            "parts": [
                {
                    "line": row.line_id,
                    "product": row.line.product_id,
                    "quantity": plain(row.line.quantity, row.line.product.quantity_decimals),
                    "unit_price": plain(row.line.unit_price_micro, MICRO),
                }
                for row in parts.get(one.pk, ())
            ],
            "work_cost": money.plain(one.cost_minor, home) if sees else None,
            "parts_cost": money.plain(costs.get(one.pk, 0), home) if sees else None,
            "repaired_at": one.made.recorded_at,
            "repaired_by": one.made.actor_id,
            "entry": one.made_id,
        }
        for one in found
    ]
