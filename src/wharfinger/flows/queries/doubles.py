"""What the merging of a product reads under the locks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import models

from wharfinger.catalog.models import (
    Barcode,
    Component,
    Product,
    ProductUnit,
    Substitute,
    VendorPrice,
    WarrantyPolicy,
)
from wharfinger.demand.models import Line, Sheet
from wharfinger.devices.models import Subscription
from wharfinger.flows.rules.merging import OPEN
from wharfinger.ledger import sql
from wharfinger.ledger.audit import kinds
from wharfinger.ledger.look import FROM, HELD, held
from wharfinger.ledger.models import Lot
from wharfinger.ledger.plan import OpenLayer, Plan, Truth
from wharfinger.pricing.models import PriceItem
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.stock.models import Level, TransferLine, TransferOrder

Documents = list[tuple[type[models.Model], sql.Found]]

_LINES = (
    "claim_id IN (SELECT claim_id FROM ledger_holding WHERE product_id = %s AND quantity > 0 AND claim_id > 0 "
    f"AND kind IN ({kinds(OPEN)}))"
)
_BOUGHT = (
    "product_id = %s AND void_id IS NULL AND removed_at IS NULL AND purchase_order_id IN "
    "(SELECT id FROM purchasing_purchaseorder WHERE done_id IS NULL AND void_id IS NULL "
    "AND cancelled_at IS NULL AND closed_at IS NULL)"
)
_SENT = (
    "product_id = %s AND void_id IS NULL AND removed_at IS NULL AND order_id IN "
    "(SELECT id FROM stock_transferorder WHERE void_id IS NULL AND cancelled_at IS NULL AND sent_at IS NULL)"
)


def documents(product: int, into: int) -> Documents:
    """All rows that speak of the product and may follow, documents first, found and locked by condition."""
    one, two = (product,), (product, into)
    pair = "product_id IN (%s, %s)"
    sheets = f"SELECT sheet_id FROM demand_line WHERE {_LINES} UNION SELECT order_id FROM demand_line WHERE {_LINES}"
    orders = f"SELECT purchase_order_id FROM purchasing_purchaseline WHERE {_BOUGHT}"
    transfers = f"SELECT order_id FROM stock_transferline WHERE {_SENT}"
    return [
        (Sheet, sql.Found(f"id IN ({sheets})", two[:1] * 2)),
        (Line, sql.Found(_LINES, one)),
        (PurchaseOrder, sql.Found(f"id IN ({orders})", one)),
        (PurchaseLine, sql.Found(_BOUGHT, one)),
        (TransferOrder, sql.Found(f"id IN ({transfers})", one)),
        (TransferLine, sql.Found(_SENT, one)),
        (Subscription, sql.Found("product_id = %s AND ended_on IS NULL AND void_id IS NULL", one)),
        (Level, sql.Found(pair, two)),
        (PriceItem, sql.Found(f"{pair} AND void_id IS NULL", two)),
        (Product, sql.Found("id IN (%s, %s) OR merged_into_id = %s", (*two, product))),
        (VendorPrice, sql.Found(pair, two)),
        (Component, sql.Found(f"{pair} AND void_id IS NULL", two)),
        (Barcode, sql.Found("product_id = %s AND void_id IS NULL AND retired_on IS NULL", one)),
        (ProductUnit, sql.Found(f"{pair} AND void_id IS NULL", two)),
        (
            Substitute,
            sql.Found(
                f"({pair} OR other_id IN (%s, %s)) AND void_id IS NULL AND retired_on IS NULL", two * 2
            ),
        ),
        (WarrantyPolicy, sql.Found(pair, two)),
    ]


def lines(truth: Truth) -> list[int]:
    """The claims of the lines that are open."""
    return sorted(truth.documents["demand.Line"])


def places(truth: Truth) -> list[int]:
    """Where goods of purchase orders' lines are on order."""
    return sorted(row.place_id for row in truth.documents["purchasing.PurchaseLine"].values())


def read_recipes(truth: Truth) -> None:
    """Read what everything is made of."""
    rows = Component.objects.filter(quantity__gt=0, void__isnull=True).order_by("pk")
    truth.read["recipes"] = {}
    for whole, part in rows.values_list("whole_id", "product_id"):
        truth.read["recipes"].setdefault(whole, []).append(part)


def read_goods(product: int, into: int) -> Callable[[Truth], None]:
    """Read what stands on shelves and is not free, what it cost, its numbers, and what keeps it from merging."""

    def read(truth: Truth) -> None:
        truth.read["shelved"] = [
            held(row)
            for row in sql.fetch(
                f"SELECT {HELD} {FROM} WHERE h.product_id = %s AND h.claim_id = 0 AND h.quantity > 0 AND "
                "(h.kind IN ('quarantine', 'picked') OR (h.kind = 'bin' AND NOT h.owned))",
                [product],
            )
        ]
        truth.layers = {product: [], into: []}
        for pk, of, lot, on, quantity, value in sql.fetch(
            "SELECT id, product_id, lot_id, effective_on, quantity, value_minor FROM ledger_layer "
            "WHERE quantity > 0 AND product_id IN (%s, %s) ORDER BY product_id, effective_on, id",
            [product, into],
        ):
            since = date.fromisoformat(on) if isinstance(on, str) else on
            truth.layers[of].append(OpenLayer(pk, of, lot, since, quantity, value))
        _read_lots(truth, product, into)
        truth.read["counted"] = _numbers(
            "SELECT DISTINCT c.number FROM stock_countline l JOIN stock_count c ON c.id = l.count_id WHERE l.product_id = %s "
            "AND l.void_id IS NULL AND c.completed_at IS NULL AND c.cancelled_at IS NULL AND c.void_id IS NULL ORDER BY 1",
            product,
        )
        truth.read["on_its_way"] = _numbers(
            "SELECT DISTINCT t.number FROM ledger_holding h JOIN stock_transferorder t "
            "ON h.place_id IN (t.place_id, t.picked_place_id) WHERE h.product_id = %s AND h.kind IN ('transfer', 'picked') "
            "AND h.quantity > 0 ORDER BY 1",
            product,
        )

    return read


def _numbers(query: str, product: int) -> list[str]:
    return [number for (number,) in sql.fetch(query, [product])]


def _read_lots(truth: Truth, product: int, into: int) -> None:
    """Read the numbered lots that move, and those of the same number that the other product has."""
    standing = "SELECT lot_id FROM ledger_holding WHERE product_id = %s AND quantity > 0 AND NOT unbounded"
    numbered: dict[int, Lot] = sql.read(
        Lot, f"(code_key <> '' OR owner_id IS NOT NULL) AND id IN ({standing})", [product]
    )
    truth.read["lots_of"] = numbered
    keys = sorted({one.code_key for one in numbered.values()})
    twins: dict[int, Lot] = sql.read(
        Lot, f"product_id = %s AND {sql.among('code_key', 'text')}", [into, sql.words(keys)]
    )
    truth.read["twins"] = {(one.code_key, one.owner_id): one for one in twins.values()}
    stand = {
        lot
        for (lot,) in sql.fetch(
            "SELECT DISTINCT lot_id FROM ledger_holding WHERE quantity > 0 AND NOT unbounded AND "
            + sql.among("lot_id"),
            [sql.array(sorted(twins))],
        )
    }
    truth.read["serials"] = {one.code_key: pk in stand for pk, one in twins.items() if one.serial}


def went_on(truth: Truth, plan: Plan) -> bool:
    """Whether lines or orders that went over to another product grew since, so that undoing would split them.

    truth: of the undoing of that entry, with its moves. What lacks by now is refused by the goods themselves.
    """
    over = {
        label: sorted(c.pk for c in plan.changes if (c.label, c.field) == (label, "product_id"))
        for label in ("demand.Line", "purchasing.PurchaseLine")
    }
    claims, bought = over["demand.Line"], over["purchasing.PurchaseLine"]
    if not claims and not bought:
        return False
    rows = truth.documents["purchasing.PurchaseLine"] if bought else {}
    at = sorted(place for pk in bought for place in (rows[pk].place_id, rows[pk].drafted_place_id))
    mine = [
        move
        for move in truth.read["moves"]
        if not move["target"].unbounded and (move["target"].claim in claims or move["target"].place in at)
    ]
    product = mine[0]["product"] if mine else 0
    ((there,),) = sql.fetch(
        "SELECT COALESCE(SUM(quantity), 0) FROM ledger_holding WHERE product_id = %s AND NOT unbounded "
        f"AND ({sql.among('claim_id')} OR {sql.among('place_id')})",
        [product, sql.array(claims), sql.array(at)],
    )
    return bool(there != sum(move["quantity"] for move in mine))
