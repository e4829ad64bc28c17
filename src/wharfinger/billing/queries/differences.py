"""What money was worth more or less at home when it settled an invoice or went back: gains, losses below zero."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wharfinger.billing.queries.truth import given_back
from wharfinger.ledger import sql
from wharfinger.ledger.plan import EXCHANGE

_GAIN = f"CASE WHEN x.kind = '{EXCHANGE}' THEN d.home_minor ELSE -d.home_minor END"
_NAMED = "WITH named AS (SELECT name FROM {source} AS v) "
_ENDS = ("source", "target")


def _of_accounts(kind: str, differences: str, names: Iterable[str]) -> dict[str, int]:
    """What was gained on accounts of a kind, by what they are about."""
    source, params = sql.rows(["name"], ["text"], [[name] for name in names])
    each = (
        f"SELECT a.document about, {_GAIN} gain FROM ledger_account a {differences.format(end=end)} "
        f"JOIN ledger_account x ON x.id = d.source_id WHERE a.kind = '{kind}' "
        "AND a.document IN (SELECT name FROM named)"
        for end in _ENDS
    )
    found = sql.fetch(
        f"{_NAMED.format(source=source)}SELECT about, SUM(gain) FROM ({' UNION ALL '.join(each)}) y GROUP BY about",
        params,
    )
    return {about: int(gain) for about, gain in found}


def of_invoices(rows: Iterable[Any], home: str) -> dict[int, int]:
    """What was gained on invoices in foreign currencies; no statement where all are in the home currency."""
    named = {f"invoice:{row.pk}": row.pk for row in rows if row.currency != home}
    if not named:
        return {}
    # The difference of what a payment settled stands on the payment's account, after what it settled.
    following = (
        "JOIN ledger_posting p ON p.{end}_id = a.id "
        "JOIN ledger_posting d ON d.entry_id = p.entry_id AND d.n = p.n + 1 AND d.amount_minor = 0"
    )
    return {named[about]: gain for about, gain in _of_accounts("receivable", following, named).items()}


def of_payments(rows: Iterable[Any], home: str) -> dict[int, int]:
    """What was gained on payments, and by refunds, in foreign currencies; no statement where there are none."""
    abroad = [row for row in rows if row.currency != home]
    named = {f"payment:{row.pk}": row.pk for row in abroad if row.kind == "payment"}
    refunds = [row for row in abroad if row.kind == "refund" and row.cancelled_at is None]
    found: dict[int, int] = {}
    if named:
        direct = "JOIN ledger_posting d ON d.{end}_id = a.id AND d.amount_minor = 0"
        gained = _of_accounts("store_credit", direct, named)
        found = {named[about]: gain for about, gain in gained.items()}
    back = given_back(refunds)
    return found | {row.pk: sum(one.gain_minor for one in back[row.pk]) for row in refunds}


def of_customer(organization: int) -> int:
    """What was gained on all that a customer paid and got back."""
    each = (
        f"SELECT {_GAIN} gain FROM ledger_account a JOIN ledger_posting d ON d.{end}_id = a.id AND d.amount_minor = 0 "
        "JOIN ledger_account x ON x.id = d.source_id WHERE a.party_id = %s"
        for end in _ENDS
    )
    ((gain,),) = sql.fetch(
        f"SELECT COALESCE(SUM(gain), 0) FROM ({' UNION ALL '.join(each)}) y", [organization] * 2
    )
    return int(gain)
