"""``audit``: re-prove everything the books promise, from the history up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import ForeignKey

from wharfinger.ledger import bootstrap, chart, sql
from wharfinger.ledger.models import IMMUTABLE, Account
from wharfinger.ledger.plan import EXCHANGE


@dataclass(frozen=True, slots=True)
class Finding:
    """A promise that does not hold, and where."""

    law: str
    where: str
    found: str


LAWS: list[Callable[[], Iterable[Finding]]] = []
"""Every law; modules above add their own in ``site.automation``."""


def law(check: Callable[[], Iterable[Finding]]) -> Callable[[], Iterable[Finding]]:
    """Add a law to the audit."""
    LAWS.append(check)
    return check


def audit() -> list[Finding]:
    """Every finding against every law; none when the books hold."""
    return [finding for check in LAWS for finding in check()]


def findings(name: str, query: str) -> list[Finding]:
    """The rows of a query that must find nothing, each as where and what; the first hundred."""
    return [
        Finding(name, str(row[0]), ", ".join(str(v) for v in row[1:]))
        for row in sql.fetch(f"{query} LIMIT 100")
    ]


def kinds(names: Iterable[str]) -> str:
    """Kinds of place or of account as a list in SQL."""
    return ", ".join(f"'{name}'" for name in sorted(names))


_MOVES = (
    "ledger_move m JOIN ledger_holding s ON s.id = m.source_id JOIN ledger_holding t ON t.id = m.target_id"
)
"""Moves with the holdings they go from and to."""


def _region(column: str) -> str:
    """The region of a kind of place, in SQL."""
    cases = " ".join(
        f"WHEN {column} IN ({kinds(k for k, r in chart.REGION.items() if r == name)}) THEN '{name}'"
        for name in (chart.WISHES, chart.GOODS, chart.BILLS)
    )
    return f"CASE {cases} END"


@law
def holdings_are_their_moves() -> list[Finding]:
    """Each holding is what came in less what went out."""
    return findings(
        "holding = moves in − out",
        "SELECT 'holding ' || h.id, h.quantity, COALESCE(m.q, 0) FROM ledger_holding h LEFT JOIN (SELECT id, SUM(q) q FROM ("
        "SELECT target_id id, quantity q FROM ledger_move UNION ALL SELECT source_id, -quantity FROM ledger_move) x GROUP BY id) m "
        "ON m.id = h.id WHERE h.quantity <> COALESCE(m.q, 0)",
    )


@law
def products_sum_to_zero() -> list[Finding]:
    """Within each region every product sums to zero over all places."""
    return findings(
        "each product sums to zero per region",
        f"SELECT 'product ' || product_id, {_region('kind')} AS region, SUM(quantity) FROM ledger_holding "
        f"GROUP BY product_id, {_region('kind')} HAVING SUM(quantity) <> 0",
    )


@law
def moves_stay_in_their_region_and_product() -> list[Finding]:
    """No move changes the product, or goes from wishes to goods or bills."""
    return findings(
        "a move keeps product and region",
        f"SELECT 'move ' || m.id, s.product_id, t.product_id, s.kind, t.kind FROM {_MOVES} "
        f"WHERE s.product_id <> t.product_id OR {_region('s.kind')} <> {_region('t.kind')}",
    )


@law
def nothing_is_reversed_beyond_itself() -> list[Finding]:
    """No move, draw or posting is taken back beyond what it was, and none in the wrong direction."""
    found = []
    for table, amount, back in (
        ("move", "quantity", 1),
        ("draw", "quantity", -1),
        ("draw", "value_minor", -1),
        ("posting", "amount_minor", 1),
        ("posting", "home_minor", 1),
    ):
        bound = (
            f"ABS(SUM(r.{amount})) > ABS(o.{amount}) OR {back} * SIGN(SUM(r.{amount})) * SIGN(o.{amount}) < 0"
        )
        found += findings(
            f"no {table} is reversed beyond itself",
            f"SELECT '{table} ' || o.id, o.{amount}, SUM(r.{amount}) FROM ledger_{table} r JOIN ledger_{table} o ON o.id = r.reverses_id "
            f"GROUP BY o.id, o.{amount} HAVING {bound}",
        )
    return found


@law
def what_is_taken_back_goes_the_way_it_came() -> list[Finding]:
    """A move or posting that takes another back goes from its target to its source, and a reversal is not reversed."""
    found = []
    for table in ("move", "posting"):
        found += findings(
            f"a {table} is taken back the way it came",
            f"SELECT '{table} ' || r.id, o.id FROM ledger_{table} r JOIN ledger_{table} o ON o.id = r.reverses_id "
            "WHERE r.source_id <> o.target_id OR r.target_id <> o.source_id OR o.reverses_id IS NOT NULL",
        )
    return found


@law
def returned_stays_within_delivered() -> list[Finding]:
    """Of a line no more comes back than ever went to the customer."""
    with_customer, with_us = ("customer", "rented", "in_transit"), ("returns", "bench", "at_vendor")
    delivered = (
        f"SELECT COALESCE(SUM(m.quantity), 0) FROM {_MOVES} WHERE t.claim_id = r.claim_id "
        f"AND t.kind IN ({kinds(with_customer)}) AND s.kind NOT IN ({kinds((*with_customer, *with_us))})"
    )
    return findings(
        "returned ≤ delivered",
        f"SELECT 'line ' || claim_id, q, went FROM (SELECT r.claim_id, r.q, ({delivered}) went FROM (SELECT claim_id, SUM(quantity) q "
        f"FROM ledger_holding WHERE claim_id > 0 AND quantity > 0 AND kind IN ({kinds(('returned', *with_us))}) GROUP BY claim_id) r) x "
        "WHERE q > went",
    )


@law
def a_serial_stands_in_one_place() -> list[Finding]:
    """A serial has at most one unit in at most one place."""
    return findings(
        "one serial, one place",
        "SELECT 'lot ' || lot_id, COUNT(*), SUM(quantity) FROM ledger_holding WHERE serial AND NOT unbounded AND quantity > 0 "
        "GROUP BY lot_id HAVING COUNT(*) > 1 OR SUM(quantity) > 1",
    )


@law
def nothing_is_below_zero() -> list[Finding]:
    """No bounded holding is below zero."""
    return findings(
        "no holding below zero",
        "SELECT 'holding ' || id, quantity FROM ledger_holding WHERE quantity < 0 AND NOT unbounded",
    )


@law
def layers_are_the_stock() -> list[Finding]:
    """What layers have left is the stock that is ours; a layer without quantity has no value."""
    ours = kinds(chart.OURS)
    found = findings(
        "Σ layers = stock of ours",
        "SELECT 'product ' || product_id, SUM(stock), SUM(left_over) FROM ("
        f"SELECT product_id, quantity stock, 0 left_over FROM ledger_holding WHERE kind IN ({ours}) AND owned UNION ALL "
        "SELECT product_id, 0, quantity FROM ledger_layer) x GROUP BY product_id HAVING SUM(stock) <> SUM(left_over)",
    )
    found += findings(
        "layer = its draws",
        "SELECT 'layer ' || l.id, l.quantity, l.value_minor, COALESCE(d.q, 0), COALESCE(d.v, 0) FROM ledger_layer l LEFT JOIN "
        "(SELECT layer_id, -SUM(quantity) q, -SUM(value_minor) v FROM ledger_draw GROUP BY layer_id) d ON d.layer_id = l.id "
        "WHERE l.quantity <> COALESCE(d.q, 0) OR l.value_minor <> COALESCE(d.v, 0)",
    )
    return found


@law
def what_crosses_our_border_is_priced() -> list[Finding]:
    """Each move by which goods become ours, or stop being so, draws its own quantity from layers, and no other does."""
    ours = kinds(chart.OURS)
    sides = (
        f"CASE WHEN {side}.kind IN ({ours}) AND {side}.owned THEN m.quantity ELSE 0 END" for side in "st"
    )
    return findings(
        "a move draws what it takes from stock",
        "SELECT 'move ' || id, expected, drawn FROM (SELECT m.id, "
        f"{' - '.join(sides)} expected, COALESCE(d.q, 0) drawn FROM {_MOVES} LEFT JOIN (SELECT move_id, SUM(quantity) q "
        "FROM ledger_draw WHERE move_id IS NOT NULL GROUP BY move_id) d ON d.move_id = m.id) x WHERE expected <> drawn",
    )


@law
def stock_holds_on_every_day() -> list[Finding]:
    """At the end of no day was there less than nothing of a product, or something worth without anything there."""
    running = ", ".join(
        f"SUM({column}) OVER (PARTITION BY product_id ORDER BY on_day) {column}" for column in "qv"
    )
    return findings(
        "stock holds on every day",
        f"SELECT 'product ' || product_id || ' on ' || on_day, q, v FROM (SELECT product_id, on_day, {running} FROM ("
        "SELECT l.product_id, e.effective_on on_day, -SUM(d.quantity) q, -SUM(d.value_minor) v FROM ledger_draw d "
        "JOIN ledger_entry e ON e.id = d.entry_id JOIN ledger_layer l ON l.id = d.layer_id "
        "GROUP BY l.product_id, e.effective_on) x) y WHERE q < 0 OR v < 0 OR (q = 0 AND v <> 0)",
    )


@law
def accounts_are_their_postings() -> list[Finding]:
    """Each stored balance is what was posted to it less what was posted from it."""
    stored = kinds(Account.STORED)
    return findings(
        "account = its postings",
        "SELECT 'account ' || a.id, a.balance_minor, COALESCE(p.q, 0) FROM ledger_account a LEFT JOIN (SELECT id, SUM(q) q, SUM(h) h FROM ("
        "SELECT target_id id, amount_minor q, home_minor h FROM ledger_posting UNION ALL "
        "SELECT source_id, -amount_minor, -home_minor FROM ledger_posting) x GROUP BY id) p ON p.id = a.id "
        f"WHERE a.kind IN ({stored}) AND (a.balance_minor <> COALESCE(p.q, 0) OR a.balance_home_minor <> COALESCE(p.h, 0))",
    )


@law
def accounts_without_balance_are_worth_nothing() -> list[Finding]:
    """What nothing is left of in its own currency is worth nothing at home either: the difference is stated."""
    return findings(
        "without balance worth nothing",
        "SELECT 'account ' || id, balance_home_minor FROM ledger_account "
        f"WHERE kind IN ({kinds(Account.STORED)}) AND balance_minor = 0 AND balance_home_minor <> 0",
    )


@law
def exchange_is_differences_alone() -> list[Finding]:
    """Only exchange differences have no amount, and they have none."""
    return findings(
        "exchange = differences without amount",
        "SELECT 'posting ' || p.id, s.kind, t.kind, p.amount_minor FROM ledger_posting p "
        "JOIN ledger_account s ON s.id = p.source_id JOIN ledger_account t ON t.id = p.target_id "
        f"WHERE (p.amount_minor = 0) <> (s.kind = '{EXCHANGE}' OR t.kind = '{EXCHANGE}')",
    )


@law
def postings_keep_their_currency() -> list[Finding]:
    """Money never goes between currencies, so each currency sums to zero."""
    return findings(
        "a posting keeps its currency",
        "SELECT 'posting ' || p.id, s.currency, t.currency FROM ledger_posting p JOIN ledger_account s ON s.id = p.source_id "
        "JOIN ledger_account t ON t.id = p.target_id WHERE s.currency <> t.currency",
    )


@law
def history_names_what_is_there() -> list[Finding]:
    """Every entry, holding, layer, move and account that a row of history names is there."""
    return [
        finding
        for model in IMMUTABLE
        for name in model._meta.concrete_fields
        if isinstance(name, ForeignKey) and not name.db_constraint  # type: ignore[attr-defined]  # Django has it
        for finding in findings(
            "history names what is there",
            f"SELECT '{model._meta.model_name} ' || x.id, '{name.column}', x.{name.column} "
            f"FROM {model._meta.db_table} x WHERE x.{name.column} IS NOT NULL "
            f"AND NOT EXISTS (SELECT 1 FROM {name.related_model._meta.db_table} o WHERE o.id = x.{name.column})",
        )
    ]


@law
def history_is_guarded() -> list[Finding]:
    """The triggers that refuse to edit history are in place."""
    if connection.vendor == "postgresql":
        known = "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')"
    else:
        known = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    standing = {row[0] for row in sql.fetch(known)}
    found = [
        Finding("history is guarded", name, "missing")
        for name in bootstrap.trigger_names()
        if name not in standing
    ]
    if connection.vendor == "sqlite" and not sql.fetch("PRAGMA recursive_triggers")[0][0]:
        # Without them REPLACE deletes a row and no trigger notices.
        found.append(Finding("history is guarded", "recursive_triggers", "off"))
    return found
