"""What the audit re-proves of every line, and of what is kept about documents."""

from __future__ import annotations

from collections.abc import Callable

from wharfinger.demand.queries.done import still_open
from wharfinger.ledger.audit import Finding, findings, kinds
from wharfinger.ledger.chart import BILLS, GOODS, REGION, WISHES


def _sum(*names: str) -> str:
    return f"SUM(CASE WHEN kind IN ({kinds(names)}) THEN quantity ELSE 0 END)"


def _all(region: str) -> tuple[str, ...]:
    return tuple(kind for kind, of in REGION.items() if of == region)


_FIGURES = (
    f"SELECT claim_id, {_sum(*_all(WISHES))} wished, {_sum('covered')} covered, "
    f"{_sum(*(k for k in _all(GOODS) if k != 'scrap'))} goods, {_sum(*_all(BILLS))} bills "
    "FROM ledger_holding WHERE claim_id > 0 AND NOT unbounded GROUP BY claim_id"
)


def lines_are_their_holdings() -> list[Finding]:
    """A line's quantity is its wishes, ends included; covered is its goods; what is billed is its bills.

    Of a line that was undone nothing is left. Of one that is not billed some may be waived (what is lent).
    A kit's line has nothing but its bills: its wishes and goods are its components', of which there are so
    many for each of it, on the same documents, billed by the kit.
    """
    wanted = "CASE WHEN l.void_id IS NULL THEN l.quantity ELSE 0 END"
    kit = "EXISTS (SELECT 1 FROM demand_line k WHERE k.parent_id = l.claim_id)"
    figures = "COALESCE(f.wished, 0) wished, COALESCE(f.covered, 0) covered, COALESCE(f.goods, 0) goods, COALESCE(f.bills, 0) bills"
    components = findings(
        "component = kit × ratio",
        "SELECT 'line ' || c.claim_id, c.quantity, k.quantity, c.ratio FROM demand_line c "
        "JOIN demand_line k ON k.claim_id = c.parent_id WHERE c.quantity <> k.quantity * c.ratio OR c.billable "
        "OR c.sheet_id <> k.sheet_id OR k.parent_id IS NOT NULL OR (c.void_id IS NULL) <> (k.void_id IS NULL) "
        "OR (c.removed_at IS NULL) <> (k.removed_at IS NULL)",
    )
    return components + findings(
        "line = its wishes, covered = its goods, billable = its bills",
        f"SELECT 'line ' || id, wanted, wished, covered, goods, bills FROM (SELECT l.claim_id id, {wanted} wanted, l.billable, {kit} kit, {figures} "
        f"FROM demand_line l LEFT JOIN ({_FIGURES}) f ON f.claim_id = l.claim_id) x "
        "WHERE CASE WHEN kit THEN 0 ELSE wanted END <> wished OR covered <> goods OR bills > wanted OR (billable AND bills < wanted)",
    )


def options_stand() -> list[Finding]:
    """Of a firm line and what stands instead of it exactly one counts, of an optional one at most one.

    Only quotes offer; a kit's components count with it.
    """
    standing = "void_id IS NULL AND removed_at IS NULL"
    taken = (
        "(SELECT COUNT(*) FROM demand_line f WHERE f.taken AND f.void_id IS NULL AND f.removed_at IS NULL "
        "AND (f.claim_id = l.claim_id OR f.instead_of_id = l.claim_id))"
    )
    families = findings(
        "one of a line and its alternatives is taken",
        f"SELECT 'line ' || claim_id, option, taken FROM (SELECT l.claim_id, l.option, {taken} taken FROM demand_line l "
        f"WHERE {standing} AND l.instead_of_id IS NULL AND l.parent_id IS NULL "
        "AND (l.option <> '' OR NOT l.taken OR EXISTS (SELECT 1 FROM demand_line a WHERE a.instead_of_id = l.claim_id))) x "
        "WHERE taken > 1 OR (option = '' AND taken = 0)",
    )
    return families + findings(
        "options stand on quotes, beside lines of them",
        "SELECT 'line ' || l.claim_id, l.option, o.option, k.taken FROM demand_line l "
        "JOIN demand_sheet s ON s.id = l.sheet_id LEFT JOIN demand_line o ON o.claim_id = l.instead_of_id "
        "LEFT JOIN demand_line k ON k.claim_id = l.parent_id "
        "WHERE l.void_id IS NULL AND l.removed_at IS NULL AND (k.taken <> l.taken "
        "OR (s.kind <> 'quote' AND (l.option <> '' OR NOT l.taken)) OR (l.option = 'alternative' AND (o.sheet_id <> l.sheet_id "
        "OR o.option = 'alternative' OR o.void_id IS NOT NULL OR o.removed_at IS NOT NULL)))",
    )


def discounts_are_worked_in() -> list[Finding]:
    """What is taken off a line in all is its own discount, its group's and its quote's; the group is its quote's own."""
    left = "CAST(1000000 - l.own_discount_micro AS BIGINT) * (1000000 - COALESCE(g.discount_micro, 0)) * (1000000 - s.discount_micro)"
    worked_in = f"1000000 - ({left} + 500000000000) / 1000000000000"
    return findings(
        "discount = own, group's and quote's worked into one",
        f"SELECT 'line ' || l.claim_id, l.discount_micro, {worked_in}, l.group_id FROM demand_line l "
        "JOIN demand_sheet s ON s.id = l.sheet_id LEFT JOIN demand_linegroup g ON g.id = l.group_id "
        f"WHERE l.void_id IS NULL AND l.removed_at IS NULL AND (l.discount_micro <> {worked_in} "
        "OR g.sheet_id <> s.id OR g.void_id IS NOT NULL OR g.removed_at IS NOT NULL "
        "OR (s.kind <> 'quote' AND (s.discount_micro > 0 OR l.group_id IS NOT NULL)))",
    )


def done(owing: str) -> Callable[[], list[Finding]]:
    """What proves which documents are done; owing: as for ``close_done``."""

    def documents_are_done_when_nothing_is_open() -> list[Finding]:
        """Exactly the documents that leave nothing open name the entry that left nothing open."""
        return findings(
            "done = nothing open in goods, bills and money",
            f"SELECT 'document ' || id, done_id, still FROM (SELECT id, done_id, {still_open(owing)} still FROM demand_sheet "
            "WHERE kind <> 'quote' AND void_id IS NULL AND EXISTS (SELECT 1 FROM demand_line l "
            "WHERE l.sheet_id = demand_sheet.id OR l.order_id = demand_sheet.id)) x WHERE (done_id IS NULL) <> still",
        )

    return documents_are_done_when_nothing_is_open
