"""Purchase orders, receipts and approvals as callers of the API read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from django.db.models import QuerySet

from wharfinger.base import configuration, money
from wharfinger.base.door import known, whole
from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.catalog.models import Product
from wharfinger.catalog.rules.units import said
from wharfinger.demand.models import Line
from wharfinger.ledger import sql
from wharfinger.ledger.models import Holding, Move
from wharfinger.ledger.prepared import Prepared, an_id, ids
from wharfinger.purchasing.models import Approval, PurchaseLine, PurchaseOrder, Receipt, Rejection
from wharfinger.purchasing.queries import rising
from wharfinger.purchasing.queries.billed import by_order_line, of_lines
from wharfinger.purchasing.queries.landed import LandedCost, billed, costs_of
from wharfinger.purchasing.queries.orders import LINE_AT, figures, net_of, sums_of, with_word
from wharfinger.purchasing.queries.truth import known_lots
from wharfinger.stock.models import Bin


class Came(NamedTuple):
    """Goods of a receipt: of which line, to where, as which lot, for whom, how many of them stayed."""

    entry: int
    purchase_line: int
    purchase_order: int
    number: str
    product: int
    sku: str
    decimals: int
    currency: str
    unit_cost_micro: int
    unit: str
    """The further unit of the product whose cost that is; its own where none is named."""
    kind: str
    bin: int | None
    lot: int
    serial: bool
    code: str
    claim: int
    quantity: int


def orders() -> QuerySet[PurchaseOrder]:
    """Every purchase order that was not undone, with the word that describes it."""
    return with_word(PurchaseOrder.objects.filter(void__isnull=True).select_related("vendor"))


def receipts() -> QuerySet[Receipt]:
    """Every receipt that was not undone."""
    return Receipt.objects.filter(void__isnull=True).select_related("vendor")


def of_orders(rows: QuerySet[Receipt], values: Sequence[str]) -> QuerySet[Receipt]:
    """Receipts that brought goods of any of these orders, also where they were taken back since."""
    orders = [whole(value, "purchase_order") for value in values]
    brought = Move.objects.filter(source__place__purchase_line__purchase_order__in=orders)
    return rows.filter(made__in=brought.values("entry_id"))


def approvals() -> QuerySet[Approval]:
    """Every decision about buying that was not undone."""
    return Approval.objects.filter(void__isnull=True)


def with_status(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Orders that any of these words describes."""
    return rows.filter(word__in=list(values))


_ORDER = Prepared(lambda pk: orders().filter(pk=pk), an_id("order"))
_RECEIPT = Prepared(lambda pk: receipts().filter(pk=pk), an_id("receipt"))
_LINES = Prepared(
    lambda orders: (
        PurchaseLine.objects.filter(purchase_order__in=orders, void__isnull=True, removed_at__isnull=True)
        .select_related("product", "tax_code")
        .order_by("position", "pk")
    ),
    ids("orders"),
)
_DECIMALS = Prepared(
    lambda lines: PurchaseLine.objects.filter(pk__in=lines).values_list("pk", "product__quantity_decimals"),
    ids("lines"),
)


def _waiting(lines: Any, kind: str) -> QuerySet[Any, Any]:
    rows = Holding.objects.filter(kind=kind, claim__gt=0, quantity__gt=0, **{f"{LINE_AT[kind]}__in": lines})
    return rows.order_by("claim").values_list(LINE_AT[kind], "claim", "quantity")


_WAITING = {kind: Prepared(partial(_waiting, kind=kind), ids("lines")) for kind in LINE_AT}


def order(pk: int) -> Any:
    """One purchase order with its word; raises NotThere."""
    return known(_ORDER.first(pk), pk)


def receipt(pk: int) -> Any:
    """One receipt; raises NotThere."""
    return known(_RECEIPT.first(pk), pk)


def receipt_of(number: str, *, field: str) -> int | None:
    """The receipt of a number, none where none is given; raises BadInput when there is no such."""
    if not number:
        return None
    found = receipts().filter(number__iexact=number).values_list("pk", flat=True).first()
    if found is None:
        raise BadInput("no_such_receipt", N_("There is no such receipt."), field=field)
    return found


def waiting(lines: Iterable[int]) -> dict[int, list[tuple[int, str, int]]]:
    """Who waits for the goods of each line: the customer's line, at which kind of place, how many."""
    wanted = list(lines)
    found: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    for kind, rows in _WAITING.items() if wanted else ():
        for line, claim, quantity in rows(wanted):
            found[line].append((claim, kind, quantity))
    return found


def show_orders(found: Iterable[Any], *, costs: bool) -> list[dict[str, Any]]:
    """Purchase orders with their lines; costs only for who may see them."""
    listed = list(found)
    lines: dict[int, list[PurchaseLine]] = defaultdict(list)
    for line in _LINES([one.pk for one in listed]) if listed else ():
        lines[line.purchase_order_id].append(line)
    every = [line.pk for some in lines.values() for line in some]
    standing, claims = figures(every), waiting(every)
    asked = by_order_line(of_lines(every))
    shown = []
    for order in listed:
        nets = {line.pk: net_of(order, line) for line in lines[order.pk]}
        sums = sums_of(order, lines[order.pk])
        shown.append(
            {
                "id": order.pk,
                "number": order.number,
                "external_number": order.external_number,
                "status": order.word,
                "vendor": order.vendor_id,
                "vendor_name": order.vendor.name,
                "currency": order.currency,
                "rate": plain(order.rate_micro, MICRO),
                "ship_to": order.ship_to,
                "ship_to_site": order.ship_to_site_id,
                "ship_to_text": order.ship_to_text,
                "shipping_method": order.shipping_method,
                "ship_on": order.ship_on,
                "terms_days": order.vendor.terms_days if order.terms_days is None else order.terms_days,
                "description_source": order.description_source or None,
                "memo": order.memo,
                "own": order.own,
                "expected_on": order.expected_on,
                "ordered_on": order.ordered_on,
                "submitted_at": order.submitted_at,
                "sent_at": order.sent_at,
                "amended_at": order.amended_at,
                "confirmed_at": order.confirmed_at,
                "confirmation": order.confirmation,
                "cancelled_at": order.cancelled_at,
                "closed_at": order.closed_at,
                "buyer": order.buyer_id,
                "approval_asked_at": order.approval_asked_at,
                "approval_asked_by": order.approval_asked_by_id,
                "rejected_note": order.rejected_note,
                "asked_change": rising.shown(order, lines[order.pk], costs=costs),
                **{
                    name: money.plain(getattr(sums, name), order.currency) if costs else None
                    for name in ("net", "freight", "tax", "total")
                },
                "lines": [
                    _show_line(order, line, standing[line.pk], claims[line.pk], nets[line.pk], costs=costs)
                    | {"billed": plain(asked[line.pk], line.product.quantity_decimals)}
                    for line in lines[order.pk]
                ],
            }
        )
    return shown


def _show_line(
    order: PurchaseOrder, line: PurchaseLine, stands: Any, claims: Any, net: int, *, costs: bool
) -> dict[str, Any]:
    places = line.product.quantity_decimals
    return {
        "id": line.pk,
        "position": line.position,
        "product": line.product_id,
        "sku": line.product.sku,
        "description": line.description,
        "quantity": said(line.quantity, line.per, places),
        "unit": line.unit or line.product.unit,
        "base_quantity": plain(line.quantity, places),
        "unit_cost": plain(line.unit_cost_micro, MICRO) if costs else None,
        "cost_origin": "typed" if line.cost_typed else "vendor",
        "net": money.plain(net, order.currency) if costs else None,
        "tax_code": line.tax_code_id,
        "location": line.location_id,
        "expected_on": line.expected_on,
        "confirmed_on": line.confirmed_on,
        "drafted": plain(stands.drafted, places),
        "on_order": plain(stands.on_order, places),
        "received": plain(stands.received, places),
        "rejected": plain(stands.rejected, places),
        "waiting": [{"line": claim, "quantity": plain(quantity, places)} for claim, _, quantity in claims],
    }


def came(entries: Iterable[int]) -> dict[int, list[Came]]:
    """What arrived by these entries and has not been taken back, in one statement."""
    found: dict[int, list[Came]] = defaultdict(list)
    for row in sql.fetch(
        "SELECT m.entry_id, p.id, p.purchase_order_id, o.number, g.id, g.sku, g.quantity_decimals, "
        "o.currency, p.unit_cost_micro, p.unit, t.kind, b.id, l.id, l.serial, l.code, t.claim_id, "
        "m.quantity - COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0) "
        "FROM ledger_move m JOIN ledger_holding s ON s.id = m.source_id AND s.kind = 'on_order' "
        "JOIN purchasing_purchaseline p ON p.place_id = s.place_id "
        "JOIN purchasing_purchaseorder o ON o.id = p.purchase_order_id "
        "JOIN catalog_product g ON g.id = p.product_id "
        "JOIN ledger_holding t ON t.id = m.target_id AND t.kind IN ('bin', 'customer', 'refused') "
        "LEFT JOIN stock_bin b ON b.place_id = t.place_id "
        f"JOIN ledger_lot l ON l.id = t.lot_id WHERE {sql.among('m.entry_id')} ORDER BY m.entry_id, m.n",
        [sql.array(list(entries))],
    ):
        found[row[0]].append(Came._make((*row[:-1], int(row[-1]))))
    return found


def show_receipts(found: Iterable[Any], *, costs: bool) -> list[dict[str, Any]]:
    """Receipts with what of them has not been taken back; what it cost only for who may see costs."""
    listed = list(found)
    goods = came(r.made_id for r in listed)
    landed = costs_of(r.pk for r in listed) if costs else {}
    prices = billed(r.pk for r in listed) if costs else {}
    home = configuration.one("currency") if landed else ""
    turned = rejections(r.pk for r in listed)
    asked = of_lines({one.purchase_line for some in goods.values() for one in some})
    return [
        {
            "id": receipt.pk,
            "number": receipt.number,
            "vendor": receipt.vendor_id,
            "vendor_name": receipt.vendor.name,
            "vendor_invoice_number": receipt.vendor_invoice_number,
            "received_on": receipt.received_on,
            "cancelled_at": receipt.cancelled_at,
            "lines": [
                _show_arrival(some)
                | {
                    "unit_cost": _unit_cost(some[0], prices.get((receipt.pk, some[0].purchase_line)))
                    if costs
                    else None,
                    "currency": some[0].currency,
                    "billed": plain(asked.get((some[0].purchase_line, receipt.pk), 0), some[0].decimals),
                    "rejections": [
                        {
                            "quantity": plain(one.quantity, some[0].decimals),
                            "reason": one.reason,
                            "note": one.note,
                        }
                        for one in turned.get((receipt.pk, some[0].purchase_line), ())
                    ],
                }
                for some in _by_line(goods[receipt.made_id])
            ],
            "costs": [_show_cost(one, home) for one in landed.get(receipt.pk, ())] if costs else None,
        }
        for receipt in listed
    ]


def rejections(receipts: Iterable[int]) -> dict[tuple[int, int], list[Rejection]]:
    """What was turned away at the door and why, by receipt and purchase order's line."""
    found: dict[tuple[int, int], list[Rejection]] = defaultdict(list)
    rows = Rejection.objects.filter(receipt__in=list(receipts), void__isnull=True).order_by("pk")
    for one in rows:
        found[one.receipt_id, one.purchase_line_id].append(one)
    return found


def _unit_cost(came: Came, billed_micro: int | None) -> str:
    return plain(came.unit_cost_micro if billed_micro is None else billed_micro, MICRO)


def _show_cost(cost: LandedCost, home: str) -> dict[str, Any]:
    row = cost.row
    return {
        "id": row.pk,
        "name": row.name,
        "vendor": row.vendor_id,
        "reference": row.reference,
        "spread": row.spread,
        "amount": money.plain(row.amount_minor, row.currency),
        "currency": row.currency,
        "rate": plain(row.rate_micro, MICRO),
        "bill": row.bill_id,
        "in_stock": None if row.bill_id else money.plain(cost.stock_minor, home),
        "variance": None if row.bill_id else money.plain(cost.variance_minor, home),
        "home_currency": home,
        "cancelled_at": row.cancelled_at,
    }


def _by_line(goods: Iterable[Came]) -> Iterable[list[Came]]:
    found: dict[int, list[Came]] = defaultdict(list)
    for one in goods:
        found[one.purchase_line].append(one)
    return found.values()


def _show_arrival(goods: Sequence[Came]) -> dict[str, Any]:
    line, places = goods[0], goods[0].decimals
    here = [one for one in goods if one.kind != "refused" and one.quantity]
    served: dict[int, int] = defaultdict(int)
    for one in here:
        if one.claim:
            served[one.claim] += one.quantity
    return {
        "purchase_line": line.purchase_line,
        "purchase_order": line.purchase_order,
        "purchase_order_number": line.number,
        "product": line.product,
        "sku": line.sku,
        "unit": line.unit,
        "quantity": plain(sum(one.quantity for one in here), places),
        "rejected": plain(sum(one.quantity for one in goods if one.kind == "refused"), places),
        "bins": sorted({one.bin for one in here if one.bin is not None}),
        "serials": [one.code for one in here if one.code],
        "served": [
            {"line": claim, "quantity": plain(quantity, places)} for claim, quantity in served.items()
        ],
    }


def show_approvals(found: Iterable[Approval], currency: str, *, costs: bool) -> list[dict[str, Any]]:
    """Decisions about buying."""
    return [
        {
            "id": one.pk,
            "line": one.line_id,
            "purchase_line": one.purchase_line_id,
            "granted": one.granted,
            "amount": money.plain(one.amount_minor, currency) if costs else None,
            "note": one.note,
            "by": one.by_id,
            "at": one.at,
        }
        for one in found
    ]


def decimals_of_lines(lines: Iterable[int]) -> dict[int, int]:
    """How many decimals the product of each customer's line has."""
    return dict(Line.objects.filter(pk__in=list(lines)).values_list("pk", "product__quantity_decimals"))


def decimals_of_purchase_lines(lines: Iterable[int]) -> dict[int, int]:
    """How many decimals the product of each purchase order's line has."""
    return dict(_DECIMALS(set(lines)))


def products_of_purchase_lines(lines: Sequence[int]) -> dict[int, Product]:
    """The product of each of these purchase orders' lines."""
    found = PurchaseLine.objects.filter(pk__in=lines).select_related("product") if lines else ()
    return {line.pk: line.product for line in found}


def sizes_of_purchase_lines(lines: Iterable[int]) -> dict[int, int | None]:
    """How much of its product each purchase order's line is said in; nothing for its own unit."""
    wanted = list(lines)
    found = PurchaseLine.objects.filter(pk__in=wanted).values_list("pk", "per")
    return dict(found) if wanted else {}


def named_products(
    pairs: Sequence[tuple[int | None, int | None]],
) -> dict[tuple[int | None, int | None], Product]:
    """The product that each of these pairs of product and customer's line means."""
    lines = (
        dict(Line.objects.filter(pk__in=[line for _, line in pairs if line]).values_list("pk", "product_id"))
        if pairs
        else {}
    )
    wanted = {pair: lines.get(pair[1] or 0, pair[0]) for pair in pairs}
    known = Product.objects.in_bulk([pk for pk in wanted.values() if pk]) if pairs else {}
    return {pair: known[pk] for pair, pk in wanted.items() if pk in known}


def decimals_of_products(products: Iterable[int]) -> dict[int, int]:
    """How many decimals each product has."""
    return dict(Product.objects.filter(pk__in=list(products)).values_list("pk", "quantity_decimals"))


def places_of_bins(bins: Iterable[int]) -> dict[int, int]:
    """The place of each bin."""
    return dict(Bin.objects.filter(pk__in=list(bins)).values_list("pk", "place"))


def lots_of(product: int, codes: Sequence[str], *, field: str) -> tuple[int, ...]:
    """The lots of a product by their numbers; raises BadInput for one that is not known."""
    known = known_lots([product], [same(code) for code in codes]) if codes else {}
    for code in codes:
        if (product, same(code)) not in known:
            raise BadInput(
                "no_such_serial",
                N_("There is no serial number {serial}. Check the number."),
                field=field,
                serial=code,
            )
    return tuple(known[product, same(code)].id for code in codes)
