"""What goes back to vendors: read by its plan, and shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet

from wharfinger.base import configuration, money
from wharfinger.base.door import known
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_
from wharfinger.catalog.models import VendorPrice
from wharfinger.ledger import sql
from wharfinger.ledger.plan import Truth
from wharfinger.parties.models import Organization
from wharfinger.purchasing.models import PurchaseLine, VendorReturn
from wharfinger.purchasing.queries.paying import left_of

WORDS: dict[str, str] = {
    "expected": N_("Credit expected"),
    "credited": N_("Credited"),
    "done": N_("No credit expected"),
}
"""What a return to a vendor is called."""
TONES: dict[str, str] = {"expected": "amber", "credited": "green", "done": "grey"}


class Went(NamedTuple):
    """Goods that went back and were not fetched again."""

    entry: int
    product: int
    sku: str
    name: str
    decimals: int
    code: str
    kind: str
    """Where they stood: refused at the door, in a bin, or at the vendor because of a claim."""
    order: int | None
    number: str
    quantity: int


def read_sellers(products: Collection[int], vendor: int | None) -> Callable[[Truth], None]:
    """Read who always sells these products, and whether this is a vendor."""

    def read(truth: Truth) -> None:
        prices = VendorPrice.objects.filter(product__in=products, organization__vendor=True)
        rows = prices.order_by("default", "-pk").values_list("product", "organization") if products else ()
        truth.read["sellers"] = dict(rows)
        found = Organization.objects.filter(pk=vendor, vendor=True) if vendor is not None else ()
        truth.read["vendors"] = {one.pk for one in found}

    return read


def currency_of(purchase_lines: Sequence[int | None]) -> str:
    """In which currency a credit for these is: of the orders whose refused goods they are, else of the company."""
    home: str = configuration.one("currency")
    named = [pk for pk in purchase_lines if pk is not None]
    if not named or len(named) < len(purchase_lines):
        return home
    lines = PurchaseLine.objects.filter(pk__in=named)
    found = set(lines.values_list("purchase_order__currency", "purchase_order__rate_micro"))
    return found.pop()[0] if len(found) == 1 else home


def returns() -> QuerySet[VendorReturn]:
    """Every return to a vendor that was not undone."""
    return VendorReturn.objects.filter(void__isnull=True).select_related("vendor", "made__actor")


def one(pk: int) -> VendorReturn:
    """One return to a vendor; raises NotThere."""
    return known(returns().filter(pk=pk).first(), pk)


def word(row: VendorReturn) -> str:
    """The word that describes a return to a vendor."""
    if row.credited_at is not None:
        return "credited"
    return "expected" if row.credit_minor else "done"


def with_status(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Returns that any of these words describes."""
    found = {
        "expected": rows.filter(credited_at__isnull=True, credit_minor__gt=0),
        "credited": rows.filter(credited_at__isnull=False),
        "done": rows.filter(credited_at__isnull=True, credit_minor=0),
    }
    some = rows.none()
    for value in values:
        some = some | found.get(value, rows.none())
    return some


def went(entries: Iterable[int]) -> dict[int, list[Went]]:
    """What went back by these entries, in one statement."""
    found: dict[int, list[Went]] = defaultdict(list)
    for row in sql.fetch(
        "SELECT m.entry_id, g.id, g.sku, g.name, g.quantity_decimals, l.code, s.kind, o.id, COALESCE(o.number, ''), "
        "m.quantity - COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0) AS gone "
        "FROM ledger_move m JOIN ledger_holding s ON s.id = m.source_id AND s.kind IN ('refused', 'bin', 'at_vendor') "
        "JOIN ledger_holding t ON t.id = m.target_id AND t.kind = 'vendor' "
        "JOIN catalog_product g ON g.id = s.product_id JOIN ledger_lot l ON l.id = s.lot_id "
        "LEFT JOIN purchasing_purchaseline p ON p.refused_place_id = s.place_id "
        "LEFT JOIN purchasing_purchaseorder o ON o.id = p.purchase_order_id "
        f"WHERE {sql.among('m.entry_id')} AND NOT EXISTS ("
        # For what another unit came in the next move nothing is credited.
        "SELECT 1 FROM ledger_move b JOIN ledger_holding v ON v.id = b.source_id AND v.kind = 'vendor' "
        "WHERE b.entry_id = m.entry_id AND b.n = m.n + 1) ORDER BY m.entry_id, m.n",
        [sql.array(sorted(entries))],
    ):
        if row[-1]:
            found[row[0]].append(Went._make((*row[:-1], int(row[-1]))))
    return found


def show_returns(rows: Iterable[VendorReturn], *, costs: bool) -> list[dict[str, Any]]:
    """Returns to vendors for callers of the API; amounts only for who may see costs."""
    listed = list(rows)
    goods = went(row.made_id for row in listed) if listed else {}
    left = left_of(row.pk for row in listed if row.credited_at is not None)

    def amount(minor: int | None, currency: str) -> str | None:
        return money.plain(minor, currency) if costs and minor is not None else None

    return [
        {
            "id": row.pk,
            "number": row.number,
            "status": word(row),
            "vendor": row.vendor_id,
            "vendor_name": row.vendor.name,
            "sent_on": row.made.effective_on,
            "reason": row.made.reason,
            "currency": row.currency,
            "credit": amount(row.credit_minor, row.currency),
            "credited_at": row.credited_at,
            "credit_got": amount(row.credit_got_minor, row.currency),
            "credit_tax": amount(row.credit_tax_minor if row.credited_at else None, row.currency),
            "credit_left": amount(left.get(row.pk, 0), row.currency),
            "credit_reference": row.credit_reference,
            "lines": [
                {
                    "product": some.product,
                    "sku": some.sku,
                    "quantity": plain(some.quantity, some.decimals),
                    "serial": some.code,
                    "refused": some.kind == "refused",
                    "purchase_order": some.order,
                }
                for some in goods.get(row.made_id, ())
            ],
        }
        for row in listed
    ]
