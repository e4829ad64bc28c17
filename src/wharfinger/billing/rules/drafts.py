"""Pure decisions about drafts of invoices whose goods came back: they bill that much less."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from wharfinger.base.money import extended
from wharfinger.base.tax import TaxedRow, nets, row_of, totals
from wharfinger.billing.rules import coin_of
from wharfinger.billing.rules.invoices import billed
from wharfinger.demand.rules.waiving import put
from wharfinger.ledger.plan import Held, Plan, Truth
from wharfinger.ledger.reverse import take_back


class TooMuch(NamedTuple):
    """How many units of a line are billed beyond what its customer keeps: on posted invoices, and on drafts."""

    credit: int
    off: int


def too_much(truth: Truth, line: int, units: int, kept: int) -> TooMuch:
    """Of so many units that came back, how many are to be credited, and how many to be taken off drafts.

    kept: how many units their customer keeps. What is posted is corrected as far as more is posted than
    kept; drafts then as far as more is billed in all.
    """
    drafted = on_drafts(truth, line)
    posted = truth.quantity_of(line, ("invoiced",)) - drafted
    credit = min(units, max(0, posted - kept))
    return TooMuch(credit, min(units - credit, max(0, posted - credit + drafted - kept)))


def on_drafts(truth: Truth, line: int) -> int:
    """How many units of a line stand on drafts."""
    return sum(held.quantity for held in _held(truth, line))


def lessen(plan: Plan, truth: Truth, units: Mapping[int, int]) -> None:
    """Take so many units of lines off their drafts, the newest first; they are to be billed again.

    A row becomes smaller, or stands there for none; a draft that bills nothing any more is void.
    """
    less: dict[int, dict[int, int]] = {}
    for line, wanted in units.items():
        left = wanted
        for held in _held(truth, line):
            part = min(left, held.quantity)
            if part:
                _bill_again(plan, truth, held, part)
                left -= part
                rows = less.setdefault(_drafts(truth)[held.place].pk, {})
                rows[line] = rows.get(line, 0) + part
        assert not left, f"{left} units of line {line} are on no draft"
    for invoice, lines in less.items():
        _become_smaller(plan, truth, truth.documents["billing.Invoice"][invoice], lines)


def _drafts(truth: Truth) -> dict[int, Any]:
    """The drafts at hand by the place where their bills stand."""
    rows = truth.documents["billing.Invoice"].values()
    return {row.place_id: row for row in rows if row.posted_at is None and row.void_id is None}


def _held(truth: Truth, line: int) -> list[Held]:
    """What stands on drafts of a line, the newest first."""
    drafts = _drafts(truth)
    found = [held for held in truth.of_claim(line, ("invoiced",)) if held.place in drafts]
    return sorted(found, key=lambda held: -held.id)


def _bill_again(plan: Plan, truth: Truth, held: Held, units: int) -> None:
    """Send bills back to where they came from, and let the truth show it to whoever decides about them next."""
    held.quantity -= units
    for one in take_back(plan, truth, held, units):
        put(truth, held.claim, plan.steps[one.step].target, one.share)


def _become_smaller(plan: Plan, truth: Truth, invoice: Any, lines: dict[int, int]) -> None:
    """Let a draft bill so many units fewer of each line, and come to that much less."""
    plan.mention(invoice)
    rows = [row for row in truth.read["invoice_lines"].values() if row.invoice_id == invoice.pk]
    left: dict[int, int] = {}
    for row in reversed(rows):
        part = min(row.quantity, lines.get(row.line_id, 0))
        left[row.pk] = row.quantity - part
        if part:
            lines[row.line_id] -= part
    if not any(left.values()):
        # Its rows stay as they were, so that one can still read what it would have billed.
        plan.voids.append(("billing.Invoice", invoice.pk))
        return
    taxed = [
        billed(row) if left[row.pk] == row.quantity else _for_fewer(row, left[row.pk], invoice.currency)
        for row in rows
    ]
    for row, one, net in zip(rows, taxed, nets(taxed), strict=True):
        gross = one.minor if one.included else None
        plan.change(row, quantity=left[row.pk], net_minor=net, gross_minor=gross)
        row.quantity, row.net_minor, row.gross_minor = left[row.pk], net, gross
    found = totals(taxed).to_coin(coin_of(truth, invoice.currency))
    sums = {
        "net_minor": found.net,
        "tax_minor": found.tax,
        "rounding_minor": found.rounding,
        "total_minor": found.total,
    }
    plan.change(invoice, **sums)
    for name, minor in sums.items():
        setattr(invoice, name, minor)


def _for_fewer(row: Any, units: int, currency: str) -> TaxedRow:
    decimals = row.product.quantity_decimals
    minor = extended(row.unit_price_micro, units, decimals, currency, row.discount_micro, row.per)
    return row_of(minor, row.tax_code, included=row.gross_minor is not None)
