"""Recalls: what their plans read under the locks."""

from __future__ import annotations

from collections.abc import Callable

from wharfinger.base.words import ranged, same
from wharfinger.ledger import sql
from wharfinger.ledger.models import Lot
from wharfinger.ledger.plan import Truth
from wharfinger.returns.queries import recalls
from wharfinger.returns.rules.recalling import MOST, Owner, Recalled


def notices_of(recall: int) -> sql.Found:
    """Who was told of a recall, to be found and locked in one statement."""
    return sql.Found("recall_id = %s AND void_id IS NULL", (recall,))


def read_recalled(product: int, what: Recalled) -> Callable[[Truth], None]:
    """Read the lots that are meant, and which of the serial numbers named are not on record."""
    named = {same(code): code.strip() for code in what.serials}
    meant = set(named)
    for first, last in what.spans:
        meant |= {same(code) for code in ranged(first, last, field="serials", most=MOST)}

    def read(truth: Truth) -> None:
        truth.read["unknown"] = []
        if what.received_from is not None and what.received_to is not None:
            found = sql.fetch(_RECEIVED, [product, what.received_from, what.received_to])
            truth.read["recalled"] = sorted(lot for (lot,) in found)
            return
        lots = Lot.objects.filter(product=product)
        if what.batch:
            batches = lots.filter(serial=False, code_key=same(what.batch))
            truth.read["recalled"] = sorted(batches.values_list("pk", flat=True))
            return
        units = dict(lots.filter(serial=True, code_key__in=sorted(meant)).values_list("code_key", "pk"))
        truth.read["unknown"] = [code for key, code in named.items() if key not in units]
        truth.read["recalled"] = sorted(units.values())

    return read


def read_owners(recall: int) -> Callable[[Truth], None]:
    """Read who has units of a recall or was told of it, each with the address for mails."""

    def read(truth: Truth) -> None:
        told = {one.organization_id for one in truth.documents["returns.RecallNotice"].values()}
        having = set(recalls.units_by_owner(recall)) | told
        truth.read["owners"] = {
            pk: Owner(pk, name, address) for pk, name, address in recalls.addresses_of(having)
        }

    return read


# What came from a vendor into our hands or straight to a customer, and was not taken back since.
_RECEIVED = (
    "SELECT DISTINCT t.lot_id FROM ledger_lot l JOIN ledger_holding t ON t.lot_id = l.id "
    "JOIN ledger_move m ON m.target_id = t.id JOIN ledger_holding s ON s.id = m.source_id "
    "JOIN ledger_entry e ON e.id = m.entry_id "
    "WHERE l.product_id = %s AND l.code_key <> '' AND s.kind IN ('on_order', 'vendor') "
    "AND t.kind IN ('bin', 'picked', 'quarantine', 'customer') AND e.effective_on BETWEEN %s AND %s "
    "AND m.reverses_id IS NULL AND m.quantity > "
    "COALESCE((SELECT SUM(b.quantity) FROM ledger_move b WHERE b.reverses_id = m.id), 0)"
)
