"""A million moves behind the company: past orders with lines, wishes, bills and delivered goods, set-based."""

from __future__ import annotations

from typing import Any

LINES = 10
MOVES_PER_LINE = 3


def fill(
    connection: Any, moves: int, products: list[tuple[int, int]], customer: int, site: int, there: int
) -> None:
    """Write so many moves of past orders, in a handful of statements; the books still hold afterwards.

    products: id and loose lot of each; there: the place of the customer's site.
    """
    lines = moves // MOVES_PER_LINE
    with connection.cursor() as cursor:
        run = _series(connection.vendor)
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM ledger_claim")
        claim0 = cursor.fetchone()[0]
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM demand_sheet")
        sheet0 = cursor.fetchone()[0]
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM ledger_entry")
        entry0 = cursor.fetchone()[0]
        cursor.execute("CREATE TEMPORARY TABLE filling (n integer primary key, product bigint, lot bigint)")
        cursor.executemany(
            "INSERT INTO filling VALUES (%s, %s, %s)", [(n, p, lot) for n, (p, lot) in enumerate(products)]
        )
        count, orders = len(products), lines // LINES
        cursor.execute(
            "INSERT INTO ledger_entry (id, verb, recorded_at, effective_on, reason, key) "
            f"SELECT {entry0} + i, 'ship', '2025-01-01 00:00:00+00:00', '2025-01-01', '', '' FROM {run(orders)}"
        )
        cursor.execute(f"INSERT INTO ledger_claim (id) SELECT {claim0} + i FROM {run(lines)}")
        cursor.execute(
            "INSERT INTO demand_sheet (id, kind, number, title, organization_id, currency, customer_reference, ordered_on, made_id, done_id) "
            f"SELECT {sheet0} + i, 'order', 'OLD-' || i, '', {customer}, 'EUR', '', '2025-01-01', {entry0} + i, {entry0} + i FROM {run(orders)}"
        )
        cursor.execute(
            "INSERT INTO sales_order (sheet_id, confirmed_at, hold_reason) "
            f"SELECT {sheet0} + i, '2025-01-01 00:00:00+00:00', '' FROM {run(orders)}"
        )
        sheet = f"{sheet0} + 1 + (i - 1) / {LINES}"
        cursor.execute(
            "INSERT INTO demand_line (claim_id, sheet_id, order_id, position, product_id, description, organization_id, site_id, quantity, "
            "unit_price_micro, discount_micro, tax_code_id, currency, billable, rejected_note, made_id) "
            f"SELECT {claim0} + i, {sheet}, {sheet}, 1 + i % {LINES}, f.product, '', {customer}, {site}, 1, 10000000, 0, "
            f"(SELECT MIN(id) FROM catalog_taxcode), 'EUR', true, '', {entry0} + 1 + (i - 1) / {LINES} FROM {run(lines)} JOIN filling f ON f.n = i % {count}"
        )
        legs = (
            ("want", 1, True, "covered", 6),
            ("bill", 20, True, "waived", 23),
            ("vendor", 10, True, "customer", there),
        )
        for n, (source, source_place, unbounded, target, target_place) in enumerate(legs):
            for kind, place, open_ended, sign in (
                (source, source_place, unbounded, -1),
                (target, target_place, False, 1),
            ):
                cursor.execute(
                    "INSERT INTO ledger_holding (lot_id, product_id, serial, owned, place_id, kind, unbounded, claim_id, quantity) "
                    f"SELECT f.lot, f.product, false, true, {place}, '{kind}', {str(open_ended).lower()}, {claim0} + i, {sign} "
                    f"FROM {run(lines)} JOIN filling f ON f.n = i % {count}"
                )
            cursor.execute(
                "INSERT INTO ledger_move (entry_id, n, source_id, target_id, quantity) "
                f"SELECT {entry0} + 1 + (s.claim_id - {claim0} - 1) / {LINES}, {n} + {MOVES_PER_LINE} * ((s.claim_id - {claim0} - 1) % {LINES}), s.id, t.id, 1 "
                f"FROM ledger_holding s JOIN ledger_holding t ON t.claim_id = s.claim_id AND t.kind = '{target}' "
                f"WHERE s.kind = '{source}' AND s.claim_id > {claim0}"
            )
        cursor.execute("DROP TABLE filling")
        if connection.vendor == "postgresql":
            for table in ("ledger_claim", "demand_sheet", "ledger_entry"):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))"
                )
        cursor.execute("ANALYZE")


def _series(vendor: str) -> Any:
    if vendor == "postgresql":
        return lambda n: f"generate_series(1, {n}) AS g(i)"
    return lambda n: (
        f"(WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < {n}) SELECT i FROM g)"
    )
