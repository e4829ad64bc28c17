"""What the plans about receipts read under the locks: what came, what is left of it, what it cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Q

from wharfinger.demand.models import SUBJECTS
from wharfinger.ledger import sql
from wharfinger.ledger.models import Draw, Holding, Layer
from wharfinger.ledger.plan import OpenLayer, Spot, Truth
from wharfinger.ledger.reverse import draws_of
from wharfinger.parties.models import Organization
from wharfinger.purchasing.models import BilledPrice, PurchaseLine, Receipt, VendorBillLine
from wharfinger.purchasing.queries.home import read_home
from wharfinger.purchasing.rules.returning import Arrived

Read = Callable[[Truth], None]


class Whereabouts(NamedTuple):
    """Goods that stand somewhere for somebody."""

    lot: int
    product: int
    place: int
    claim: int
    quantity: int
    subject: str


def read_receipt(entry: int) -> Read:
    """Read the moves of a receipt, what is left of each, their draws, and who holds such goods now."""

    def read(truth: Truth) -> None:
        moves = receipt_moves([entry])
        truth.read["arrived_moves"] = moves
        truth.read["draws"] = draws_of([move.id for move in moves])
        truth.read["whereabouts"] = _whereabouts(moves)
        truth.read["billed_by"] = billed_by([entry])

    return read


def read_landed(entries: Collection[int], vendor: int | None = None) -> Read:
    """Read what receipts brought, what is left of the layers they opened, and at which prices they were billed."""

    def read(truth: Truth) -> None:
        truth.read["arrived_moves"] = moves = receipt_moves(entries)
        truth.read["draws"] = draws = draws_of([move.id for move in moves])
        moves_of = {move.id: move.source.product for move in moves}
        at = [int(move.source.place) for move in moves if move.source.kind == "on_order"]  # type: ignore[arg-type]
        lines = PurchaseLine.objects.filter(place__in=at).select_related("purchase_order")
        truth.read["lines_by_place"] = {line.place_id: line for line in lines}
        opened = Layer.objects.filter(pk__in={d.layer for d in draws}, quantity__gt=0)
        truth.read["open_layers"] = {
            one.pk: OpenLayer(
                one.pk, one.product_id, one.lot_id, one.effective_on, one.quantity, one.value_minor
            )
            for one in opened.order_by("pk")
        }
        for one in truth.read["open_layers"].values():
            truth.layers.setdefault(one.product, []).append(one)
        # An average knows no layers that could have come back.
        read_home(
            truth,
            {d.layer for d in draws if truth.products[moves_of[d.move]].cost_method != "average"},
        )
        prices = BilledPrice.objects.filter(receipt__made__in=entries, void__isnull=True).order_by("pk")
        truth.read["billed"] = {
            (receipt, line): cost
            for receipt, line, cost in prices.values_list("receipt", "purchase_line", "unit_cost_micro")
        }
        truth.read["vendor_is_there"] = vendor is not None and bool(
            Organization.objects.filter(pk=vendor, vendor=True).exists()
        )

    return read


def read_billed_by(entries: Collection[int]) -> Read:
    """Read for what of these receipts there is an accepted bill."""

    def read(truth: Truth) -> None:
        truth.read["billed_by"] = billed_by(entries)

    return read


def billed_by(entries: Collection[int]) -> dict[tuple[int, int], tuple[int, str]]:
    """By receipt and order's line, an accepted bill of the vendor for it, as id and number."""
    rows = VendorBillLine.objects.filter(
        receipt__made__in=entries,
        bill__accepted_at__isnull=False,
        bill__cancelled_at__isnull=True,
        bill__void__isnull=True,
    )
    found = rows.order_by("pk").values_list("receipt", "purchase_line", "bill", "bill__number")
    return {(receipt, line): (bill, number) for receipt, line, bill, number in found}


def read_receipt_layers(receipts: Iterable[int]) -> Read:
    """Read which layers these receipts opened, by receipt and product."""
    wanted = sorted(set(receipts))

    def read(truth: Truth) -> None:
        found: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        live = Receipt.objects.filter(pk__in=wanted, void__isnull=True, cancelled_at__isnull=True)
        opened = Draw.objects.filter(entry__in=live.values("made"), quantity__lt=0) if wanted else ()
        rows = list(live.values_list("made", "pk", "vendor")) if wanted else []
        by_entry = {made: pk for made, pk, _ in rows}
        truth.read["receipt_vendors"] = {pk: vendor for _, pk, vendor in rows}
        for draw in opened and opened.select_related("layer").order_by("pk"):
            found[by_entry[draw.entry_id]][draw.layer.product_id].append(draw.layer_id)
        truth.read["receipt_layers"] = found

    return read


def receipt_moves(entries: Collection[int]) -> list[Arrived]:
    """The moves of receipts in their order, with what is left of each."""
    columns = ("lot_id", "product_id", "serial", "owned", "place_id", "kind", "unbounded", "claim_id")
    spot = ", ".join(f"{side}.{column}" for side in "st" for column in columns)
    rows = sql.fetch(
        f"SELECT m.id, m.entry_id, {spot}, "
        "m.quantity - COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0) "
        "FROM ledger_move m JOIN ledger_holding s ON s.id = m.source_id "
        "JOIN ledger_holding t ON t.id = m.target_id "
        f"WHERE {sql.among('m.entry_id')} ORDER BY m.entry_id, m.n",
        [sql.array(sorted(entries))],
    )
    return [Arrived(row[0], row[1], _spot(row[2:10]), _spot(row[10:18]), int(row[18])) for row in rows]


def _spot(row: Sequence[Any]) -> Spot:
    return Spot(row[0], row[1], bool(row[2]), bool(row[3]), row[4], row[5], bool(row[6]), row[7])


def _whereabouts(moves: Sequence[Arrived]) -> list[Whereabouts]:
    goods = [move.target for move in moves if move.target.kind in ("bin", "customer", "refused")]
    found = Holding.objects.filter(
        Q(lot__in=sorted({t.lot for t in goods if t.serial}))
        | Q(claim__in=sorted({t.claim for t in goods if t.claim}))
        | Q(place__in=sorted({t.place for t in goods})),
        product__in=sorted({t.product for t in goods}),
        kind__in=(
            "bin",
            "picked",
            "container",
            "quarantine",
            "transfer",
            "in_transit",
            "customer",
            "rented",
            "returns",
            "scrap",
        ),
        quantity__gt=0,
        claim__gt=0,
    )
    rows = found.values_list(
        "lot", "product", "place", "claim", "quantity", "claim__line__sheet__kind", "claim__line__sheet"
    )
    return [Whereabouts(*row[:5], f"{SUBJECTS.get(row[5], 'order')}:{row[6]}") for row in rows]
