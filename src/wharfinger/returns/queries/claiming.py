"""Claims on vendors: what their plans read under the locks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from wharfinger.ledger import sql
from wharfinger.ledger.models import Holding, Lot
from wharfinger.ledger.plan import Truth
from wharfinger.returns.models import RmaLine, VendorAnswer, VendorClaimLine
from wharfinger.returns.rules.inspecting import Worth


def answered_units() -> Coalesce:
    """For how many units of a claim's line the vendor has answered, as a part of a query of lines."""
    told = VendorAnswer.objects.filter(line=OuterRef("pk"), void__isnull=True).order_by()
    return Coalesce(Subquery(told.values("line").annotate(n=Sum("quantity")).values("n")), 0)


def with_answered() -> QuerySet[Any]:
    """The lines of claims, each with how many of its units are ``answered``."""
    rows: QuerySet[Any] = VendorClaimLine.objects.filter(void__isnull=True, vendor_claim__void__isnull=True)
    return rows.annotate(answered=answered_units())


def read_open(truth: Truth) -> None:
    """Read which units are on open claims, by lot the claim's number, and how many loose ones of which RMA's line."""
    lines = sorted(truth.documents.get("returns.RmaLine", ()))
    lots = {h.lot for h in truth.held if h.spot.serial} | {one.id for one in truth.read["lots"].values()}
    found = (
        with_answered()
        .filter(Q(lot__in=sorted(lots)) | Q(rma_line__in=lines, lot__isnull=True))
        .filter(quantity__gt=F("answered"))
        .values_list("lot_id", "rma_line_id", "vendor_claim__number", "quantity", "answered")
    )
    by_lot: dict[int, str] = {}
    by_line: dict[int, int] = {}
    for lot, line, number, quantity, answered in found:
        if lot is not None:
            by_lot[lot] = number
        elif line is not None:
            by_line[line] = by_line.get(line, 0) + quantity - answered
    truth.read["claimed"] = {"lots": by_lot, "rma_lines": by_line}


def read_answered(truth: Truth) -> None:
    """Read for how many units of the lines at hand the vendor has answered."""
    lines = sorted(truth.documents["returns.VendorClaimLine"])
    found = VendorAnswer.objects.filter(line__in=lines, void__isnull=True)
    truth.read["answered"] = dict(found.order_by().values_list("line").annotate(Sum("quantity")))


def read_codes(truth: Truth) -> None:
    """Read the serial numbers of the units that are claimed."""
    lots = {line.lot_id for line in truth.documents["returns.VendorClaimLine"].values()} - {None}
    truth.read["codes"] = dict(Lot.objects.filter(pk__in=lots).values_list("pk", "code"))


def read_sent_worth(truth: Truth) -> None:
    """Read what goods of ours cost that went to the vendor with the claims at hand, and how many are no longer there."""
    places = sorted(row.place_id for row in truth.documents["returns.VendorClaim"].values())
    worth: dict[int, Worth] = {}
    for lot, units, value in sql.fetch(_SENT, [sql.array(places)]):
        worth[lot] = Worth(int(units), int(value))
    for lot, units in sql.fetch(_LEFT, [sql.array(places)]):
        if lot in worth:
            worth[lot].back = int(units)
    truth.read["sent_worth"] = worth


_NET = "m.quantity - COALESCE((SELECT SUM(b.quantity) FROM ledger_move b WHERE b.reverses_id = m.id), 0)"
_SENT = (
    "SELECT h.lot_id, "
    "SUM(d.quantity + COALESCE((SELECT SUM(b.quantity) FROM ledger_draw b WHERE b.reverses_id = d.id), 0)), "
    "SUM(d.value_minor + "
    "COALESCE((SELECT SUM(b.value_minor) FROM ledger_draw b WHERE b.reverses_id = d.id), 0)) "
    "FROM ledger_holding h JOIN ledger_move m ON m.target_id = h.id "
    f"JOIN ledger_draw d ON d.move_id = m.id AND d.quantity > 0 AND {sql.common('d.reverses_id IS NULL')} "
    f"WHERE {sql.among('h.place_id')} GROUP BY h.lot_id"
)
_LEFT = (
    f"SELECT h.lot_id, SUM({_NET}) FROM ledger_holding h JOIN ledger_move m ON m.source_id = h.id "
    f"WHERE {sql.among('h.place_id')} AND {sql.common('m.reverses_id IS NULL')} GROUP BY h.lot_id"
)


def lines_of(claims: Iterable[int]) -> sql.Found:
    """The lines of claims, to be found and locked in one statement."""
    return sql.Found(sql.among("vendor_claim_id"), (sql.array(sorted(set(claims))),))


def rmas_of_lines(lines: Iterable[int]) -> list[int]:
    """The RMAs of these lines."""
    wanted = sorted(set(lines))
    if not wanted:
        return []
    return sorted(set(RmaLine.objects.filter(pk__in=wanted).values_list("rma_id", flat=True)))


def rmas_of(claim: int) -> list[int]:
    """The RMAs whose goods a claim is about."""
    named = VendorClaimLine.objects.filter(vendor_claim=claim, rma_line__isnull=False, void__isnull=True)
    return sorted(set(named.values_list("rma_line__rma_id", flat=True)))


def products_of(claim: int) -> list[int]:
    """The products that a claim is about."""
    return sorted(
        set(VendorClaimLine.objects.filter(vendor_claim=claim).values_list("product_id", flat=True))
    )


def units_of(claim: int) -> list[int]:
    """The units that a claim is about."""
    found = VendorClaimLine.objects.filter(vendor_claim=claim, lot__isnull=False)
    return sorted(lot for lot in found.values_list("lot_id", flat=True) if lot is not None)


def quarantines(claim: int) -> list[int]:
    """Where units of a claim stand that are set aside."""
    held = Holding.objects.filter(lot__in=units_of(claim), kind="quarantine", quantity__gt=0)
    return sorted(set(held.values_list("place_id", flat=True)))
