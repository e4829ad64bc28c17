"""Reads of transfer orders: what is to be sent, what is on its way, what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from wharfinger.catalog.models import Product
from wharfinger.ledger import sql
from wharfinger.ledger.models import Claim, Holding
from wharfinger.ledger.plan import Truth
from wharfinger.stock.models import Bin, TransferLine, TransferOrder
from wharfinger.stock.queries import truth as reads
from wharfinger.stock.rules.transferring import Arrived, TransferWish, lines_of

WORDS = ("draft", "in_transit", "received", "cancelled")


def transfers() -> QuerySet[TransferOrder]:
    """Every transfer order that was not undone, each with whether something of it is on its way."""
    at = Q(place=OuterRef("place")) | Q(place=OuterRef("picked_place"))
    moving = Holding.objects.filter(at, quantity__gt=0)
    found = TransferOrder.objects.filter(void__isnull=True).select_related("source", "target")
    return found.annotate(moving=Exists(moving))


def standing(rows: QuerySet[TransferOrder], words: Iterable[str]) -> QuerySet[TransferOrder]:
    """Transfer orders of which one of these words is true."""
    parts = {
        "draft": Q(sent_at__isnull=True, cancelled_at__isnull=True),
        "in_transit": Q(moving=True),
        "received": Q(sent_at__isnull=False, moving=False),
        "cancelled": Q(cancelled_at__isnull=False),
    }
    found = Q(pk__in=[])
    for word in words:
        found |= parts.get(word, Q(pk__in=[]))
    return rows.filter(found)


def word(order: Any) -> str:
    """How far a transfer order is."""
    if order.cancelled_at is not None:
        return "cancelled"
    if order.sent_at is None:
        return "draft"
    return "in_transit" if order.moving else "received"


def lines(orders: Sequence[Any]) -> dict[int, list[TransferLine]]:
    """The lines of these orders, in one statement."""
    found: dict[int, list[TransferLine]] = defaultdict(list)
    rows = TransferLine.objects.filter(
        order__in=[one.pk for one in orders], removed_at__isnull=True, void__isnull=True
    )
    for row in rows.select_related("product", "bin", "claim__line__sheet").order_by("order", "position"):
        found[row.order_id].append(row)
    return found


class Progress(NamedTuple):
    """What became of a product of a transfer order; quantities in its smallest unit."""

    product: int
    sent: int
    in_transit: int
    received: int
    damaged: int
    lost: int
    returned: int


_PROGRESS = (
    "SELECT t.id, h.product_id, m.quantity, m.reverses_id IS NOT NULL, {target} AS inward, "
    "CASE WHEN m.reverses_id IS NULL THEN e.verb ELSE o.verb END, x.kind "
    "FROM stock_transferorder t JOIN ledger_holding h ON h.place_id IN (t.place_id, t.picked_place_id) "
    "JOIN ledger_move m ON m.{side}_id = h.id JOIN ledger_holding x ON x.id = m.{other}_id "
    "JOIN ledger_entry e ON e.id = m.entry_id LEFT JOIN ledger_move r ON r.id = m.reverses_id "
    "LEFT JOIN ledger_entry o ON o.id = r.entry_id WHERE {among}"
)


def progress(orders: Sequence[int]) -> dict[int, list[Progress]]:
    """What became of the goods of these orders, product by product, in one statement."""
    among = sql.among("t.id")
    parts = [
        _PROGRESS.format(target=1, side="target", other="source", among=among),
        _PROGRESS.format(target=0, side="source", other="target", among=among),
    ]
    array = sql.array(sorted(orders))
    sums: dict[tuple[int, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for order, product, quantity, undone, inward, verb, kind in sql.fetch(
        " UNION ALL ".join(parts), [array, array]
    ):
        figures = sums[order, product]
        figures["in_transit"] += quantity if inward else -quantity
        figures[_figure(verb, kind, inward=bool(inward) != bool(undone))] += -quantity if undone else quantity
    found: dict[int, list[Progress]] = defaultdict(list)
    for (order, product), figures in sorted(sums.items()):
        found[order].append(Progress(product, *(figures[name] for name in Progress._fields[1:])))
    return found


def _figure(verb: str, kind: str, *, inward: bool) -> str:
    """Under which figure a move counts, by what was done and where the goods stood at its other end."""
    if inward:
        return "sent"
    if verb == "lose_transfer":
        return "lost"
    if verb == "return_transfer":
        return "returned"
    return "damaged" if kind == "quarantine" else "received"


class Under(NamedTuple):
    """Goods that are on their way with a transfer order."""

    order: int
    product: int
    code: str
    expires_on: Any
    claim: int
    document: str
    quantity: int
    picked: bool
    """Whether it left picked and arrives so."""


def on_the_way(orders: Sequence[int]) -> dict[int, list[Under]]:
    """What is on its way, by number and by who holds it."""
    rows = (
        Holding.objects.filter(
            Q(place__transfer_order__in=orders) | Q(place__transfer_order_picked__in=orders), quantity__gt=0
        )
        .annotate(order=Coalesce("place__transfer_order", "place__transfer_order_picked"))
        .order_by("product__sku", "lot__code_key", "claim", "id")
        .values_list(
            "order",
            "product",
            "lot__code",
            "lot__expires_on",
            "claim",
            "claim__line__sheet__number",
            "quantity",
            "place__transfer_order_picked",
        )
    )
    found: dict[int, list[Under]] = defaultdict(list)
    for row in rows:
        one = Under(*row[:5], row[5] or "", row[6], row[7] is not None)
        found[one.order].append(one)
    return found


def read_wish(wishes: Sequence[TransferWish]) -> Callable[[Truth], None]:
    """Read what the lines of transfer orders name."""
    products = {line.product for wish in wishes for line in wish.lines}
    bins = {line.bin for wish in wishes for line in wish.lines if line.bin is not None}
    claims = {line.line for wish in wishes for line in wish.lines if line.line is not None}

    def read(truth: Truth) -> None:
        truth.read["products"] = sql.by_ids(Product, products)
        found = Bin.objects.filter(pk__in=bins) if bins else Bin.objects.none()
        truth.read["source_bins"] = dict(found.values_list("pk", "location_id"))
        there = Claim.objects.filter(pk__in=claims, line__isnull=False) if claims else Claim.objects.none()
        truth.read["claims_there"] = set(there.values_list("pk", flat=True))

    return read


def lines_found(order: int) -> sql.Found:
    """The lines of an order that stand."""
    return sql.Found("order_id = %s AND removed_at IS NULL AND void_id IS NULL", (order,))


def place_found(order: int) -> sql.Found:
    """The place of an order's goods on their way."""
    return sql.Found("id = (SELECT place_id FROM stock_transferorder WHERE id = %s)", (order,))


def bins_found(order: int, end: str, bins: Iterable[int | None]) -> sql.Found:
    """The bins at these places, and the default bin at an end of the order: ``source`` or ``target``."""
    named = sorted({place for place in bins if place is not None})
    at = f"SELECT {end}_id FROM stock_transferorder WHERE id = %s"
    return sql.Found(
        f'{sql.among("place_id")} OR ("default" AND location_id IN ({at}))', (sql.array(named), order)
    )


def products_of(order: int, arrived: Sequence[Arrived] = ()) -> Callable[[Truth], set[int]]:
    """The products of an order's lines, of what came, and of what is on its way."""

    def find(truth: Truth) -> set[int]:
        found = {line.product_id for line in lines_of(truth, order)} | {one.product for one in arrived}
        return found | set(truth.read.get("under_way", ()))

    return find


def read_under_way(truth: Truth) -> None:
    """Read which products are on their way with the locked orders."""
    places = way_of(truth)
    found = Holding.objects.filter(place__in=places, quantity__gt=0)
    truth.read["under_way"] = set(found.values_list("product", flat=True)) if places else set()


def way_of(truth: Truth) -> list[int]:
    """Where the goods of the locked orders are while they are on their way."""
    rows = truth.documents["stock.TransferOrder"].values()
    return [place for row in rows for place in (row.place_id, row.picked_place_id) if place is not None]


def holders_on_the_way(truth: Truth) -> list[int]:
    """Who holds goods that are on their way with the locked orders."""
    found = Holding.objects.filter(place__in=way_of(truth), quantity__gt=0, claim__gt=0)
    return sorted(set(found.values_list("claim", flat=True)))


def claims_to_send(order: int) -> Callable[[Truth], list[int]]:
    """Whose the units of the named serial numbers are, and the lines that are named."""

    def find(truth: Truth) -> list[int]:
        rows = lines_of(truth, order)
        return reads.claims_on(_codes(rows), (one.claim_id for one in rows))(truth)

    return find


def read_to_send(order: int) -> Callable[[Truth], None]:
    """Read the lots that the lines name, and the places of their bins."""

    def read(truth: Truth) -> None:
        rows = lines_of(truth, order)
        reads.read_lots(_codes(rows))(truth)
        bins = {one.bin_id for one in rows if one.bin_id is not None}
        found = Bin.objects.filter(pk__in=bins) if bins else Bin.objects.none()
        truth.read["bin_places"] = dict(found.values_list("pk", "place_id"))

    return read


def _codes(rows: Sequence[Any]) -> list[tuple[int, str]]:
    return [(row.product_id, code) for row in rows for code in row.codes]
