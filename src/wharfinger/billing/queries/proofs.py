"""What the audit re-proves of invoices and credit notes."""

from __future__ import annotations

import re

from django.db.models import Q

from wharfinger.billing.models import CreditNote, Invoice
from wharfinger.ledger.audit import Finding, findings
from wharfinger.ledger.models import Fact
from wharfinger.ledger.numbered import YEARLY, form

_FIGURES = re.compile(r"([0-9]{1,18})[^0-9]*$")
"""The last figures of a number."""

_CREDITED = (
    "SELECT c.invoice_line_id, SUM(c.quantity) quantity, SUM(c.net_minor) net FROM billing_creditline c "
    "JOIN billing_creditnote n ON n.id = c.credit_note_id WHERE n.void_id IS NULL GROUP BY c.invoice_line_id"
)
_LEFT = (
    "SELECT i.place_id place, l.line_id claim, SUM(CASE WHEN i.void_id IS NULL THEN l.quantity - COALESCE(c.quantity, 0) "
    "ELSE 0 END) said, 0 stands FROM billing_invoiceline l JOIN billing_invoice i ON i.id = l.invoice_id "
    f"LEFT JOIN ({_CREDITED}) c ON c.invoice_line_id = l.id WHERE l.line_id IS NOT NULL GROUP BY i.place_id, l.line_id"
)


def credited_stays_within_invoiced() -> list[Finding]:
    """No invoice line is credited beyond its quantity or its net amount."""
    return findings(
        "credited ≤ invoiced",
        "SELECT 'invoice line ' || l.id, l.quantity, c.quantity, l.net_minor, c.net FROM billing_invoiceline l "
        f"JOIN ({_CREDITED}) c ON c.invoice_line_id = l.id WHERE c.quantity > l.quantity OR ABS(c.net) > ABS(l.net_minor)",
    )


def invoices_are_their_bills() -> list[Finding]:
    """The bills that stand on an invoice are its lines less what was credited of them."""
    return findings(
        "invoice = its bills",
        f"SELECT 'place ' || place || ', line ' || claim, SUM(said), SUM(stands) FROM ({_LEFT} UNION ALL "
        "SELECT place_id, claim_id, 0, quantity FROM ledger_holding WHERE kind = 'invoiced' AND quantity > 0) x "
        "GROUP BY place, claim HAVING SUM(said) <> SUM(stands)",
    )


def invoices_are_the_sum_of_their_lines() -> list[Finding]:
    """An invoice asks for the net of its lines, its tax and its rounding, and where their prices include tax for what these say."""
    return findings(
        "invoice = its lines",
        "SELECT 'invoice ' || i.id, i.net_minor, SUM(l.net_minor), i.total_minor, SUM(l.gross_minor) "
        "FROM billing_invoice i JOIN billing_invoiceline l ON l.invoice_id = i.id "
        "GROUP BY i.id, i.net_minor, i.tax_minor, i.rounding_minor, i.total_minor "
        "HAVING i.net_minor + i.tax_minor + i.rounding_minor <> i.total_minor OR i.net_minor <> SUM(l.net_minor) OR (COUNT(l.gross_minor) > 0 "
        "AND (COUNT(l.gross_minor) < COUNT(*) OR SUM(l.gross_minor) <> i.total_minor - i.rounding_minor))",
    )


def instalments_come_to_the_whole() -> list[Finding]:
    """What an invoice asks for in instalments is what it asks for, and it is posted."""
    return findings(
        "instalments = their invoice",
        "SELECT 'invoice ' || i.id, i.total_minor, SUM(d.amount_minor), MAX(d.n), COUNT(*) FROM billing_invoicedue d "
        "JOIN billing_invoice i ON i.id = d.invoice_id GROUP BY i.id, i.total_minor, i.posted_at "
        "HAVING i.total_minor <> SUM(d.amount_minor) OR i.posted_at IS NULL OR MAX(d.n) <> COUNT(*)",
    )


def notes_are_their_lines_less_fees() -> list[Finding]:
    """A credit note comes to what its lines give back, less what is kept of it, and never to less than nothing."""
    sums = "(SELECT COALESCE(SUM({of}_minor), 0) FROM billing_{rows} r WHERE r.credit_note_id = n.id)"
    net, tax = (
        f"{sums.format(of=of, rows='creditline')} - {sums.format(of=of, rows='creditfee')}"
        for of in ("net", "tax")
    )
    return findings(
        "credit note = its lines − its fees",
        f"SELECT 'credit note ' || n.id, n.net_minor, {net}, n.tax_minor, {tax} FROM billing_creditnote n "
        f"WHERE n.net_minor <> {net} OR n.tax_minor <> {tax} OR n.total_minor <> n.net_minor + n.tax_minor + n.rounding_minor "
        "OR (n.total_minor < 0 AND EXISTS (SELECT 1 FROM billing_creditfee f WHERE f.credit_note_id = n.id))",
    )


def notes_are_taken_back_whole() -> list[Finding]:
    """An invoice that takes a credit note back asks its customer for what that gave back, and nobody lets it go."""
    return findings(
        "invoice = the credit note that it takes back",
        "SELECT 'invoice ' || i.id, i.total_minor, n.total_minor, i.posted_at FROM billing_invoice i "
        "JOIN billing_creditnote n ON n.id = i.takes_back_id WHERE i.total_minor <> n.total_minor "
        "OR i.currency <> n.currency OR i.organization_id <> n.organization_id OR i.posted_at IS NULL "
        "OR i.void_id IS NOT NULL OR n.void_id IS NOT NULL",
    )


_GONE = (
    "SELECT r.invoice_id, r.made_id, r.kind, SUM(r.amount_minor - r.tax_minor) said FROM billing_relief r "
    "GROUP BY r.invoice_id, r.made_id, r.kind"
)


def reliefs_are_posted() -> list[Finding]:
    """What we do without of an invoice left what is owed for it in the same entry, or came back to it, but for its tax."""
    return findings(
        "write-off = its postings",
        f"SELECT 'invoice ' || r.invoice_id || ', entry ' || r.made_id, r.said, x.posted FROM ({_GONE}) r LEFT JOIN ("
        "SELECT p.entry_id entry, CASE WHEN s.kind = 'receivable' THEN s.document ELSE t.document END document, "
        "CASE WHEN s.kind = 'receivable' THEN t.kind ELSE s.kind END kind, "
        "SUM(CASE WHEN s.kind = 'receivable' THEN p.amount_minor ELSE -p.amount_minor END) posted "
        "FROM ledger_posting p JOIN ledger_account s ON s.id = p.source_id JOIN ledger_account t ON t.id = p.target_id "
        "WHERE 'receivable' IN (s.kind, t.kind) AND p.entry_id IN (SELECT made_id FROM billing_relief) "
        "GROUP BY 1, 2, 3) x ON x.entry = r.made_id AND x.document = 'invoice:' || r.invoice_id AND x.kind = r.kind "
        "WHERE r.said <> COALESCE(x.posted, 0)",
    )


def reminders_say_what_was_open() -> list[Finding]:
    """What a reminder says is open of an invoice is what its postings came to before, of instalments no more; it asks for the sum and its fee."""
    posted = (
        "SELECT COALESCE(SUM(CASE WHEN t.document = 'invoice:' || l.invoice_id AND t.kind = 'receivable' THEN p.amount_minor "
        "ELSE 0 END), 0) - COALESCE(SUM(CASE WHEN s.document = 'invoice:' || l.invoice_id AND s.kind = 'receivable' "
        "THEN p.amount_minor ELSE 0 END), 0) FROM ledger_posting p JOIN ledger_account s ON s.id = p.source_id "
        "JOIN ledger_account t ON t.id = p.target_id WHERE p.entry_id < r.made_id "
        "AND 'invoice:' || l.invoice_id IN (s.document, t.document)"
    )
    return findings(
        "reminder = what was open",
        "SELECT 'reminder ' || number || ', invoice ' || invoice_id, said, stood FROM (SELECT r.number, l.invoice_id, "
        f"l.open_minor said, l.due_on part, ({posted}) stood FROM billing_reminderline l JOIN billing_reminder r ON r.id = l.reminder_id) x "
        "WHERE said > stood OR (said < stood AND part IS NULL) UNION ALL "
        "SELECT 'reminder ' || r.number, r.total_minor, SUM(l.open_minor) - r.credit_minor + COALESCE(f.total_minor, 0) "
        "FROM billing_reminder r JOIN billing_reminderline l ON l.reminder_id = r.id LEFT JOIN billing_invoice f ON f.id = r.fee_id "
        "GROUP BY r.id, r.number, r.total_minor, r.credit_minor, f.total_minor "
        "HAVING r.total_minor <> SUM(l.open_minor) - r.credit_minor + COALESCE(f.total_minor, 0)",
    )


def deposits_are_what_is_left_of_them() -> list[Finding]:
    """What stands on the deposit of an order was asked for beforehand, not credited and not taken off, and is never less than nothing."""
    left = "l.net_minor - COALESCE(c.net, 0)"
    rows = (
        "FROM billing_invoiceline l JOIN billing_invoice i ON i.id = l.invoice_id AND i.void_id IS NULL "
        f"AND i.posted_at IS NOT NULL LEFT JOIN ({_CREDITED}) c ON c.invoice_line_id = l.id"
    )
    return findings(
        "deposit = asked − credited − taken off",
        f"SELECT 'deposit of ' || document, SUM(said), SUM(stands) FROM (SELECT 'order:' || i.sheet_id document, {left} said, "
        f"0 stands {rows} WHERE i.kind = 'deposit' UNION ALL SELECT 'order:' || d.sheet_id, {left}, 0 {rows} "
        "JOIN billing_invoiceline t ON t.id = l.takes_off_id JOIN billing_invoice d ON d.id = t.invoice_id UNION ALL "
        "SELECT document, 0, -balance_minor FROM ledger_account WHERE kind = 'deposit') x "
        "GROUP BY document HAVING SUM(said) <> SUM(stands) OR SUM(said) < 0",
    )


def numbers_have_no_hole() -> list[Finding]:
    """Within what stands around the figures, invoices and credit notes follow each other, but where a person said how they go on."""
    found = []
    for series, model in (("invoice", Invoice), ("credit_note", CreditNote)):
        decided = Fact.objects.filter(
            Q(subject=f"counter:{series}") | Q(subject__startswith=f"counter:{series}:")
        )
        begun = {int(new) for new in decided.filter(field="next").values_list("new", flat=True) if new}
        changed = decided.filter(field="pattern").values_list("old", "new")
        patterns = {one.strip('"') for pair in changed for one in pair if one}
        forms = [form(one) for one in sorted(patterns) if YEARLY in one]
        runs: dict[tuple[str, str], set[int]] = {}
        numbers = model._base_manager.filter(number__isnull=False).values_list("number", flat=True)
        for number in map(str, numbers):
            match = next(filter(None, (one.fullmatch(number) for one in forms)), None)
            match = match or _FIGURES.search(number)
            if match is not None:
                around = number[: match.start(1)], number[match.end(1) :]
                runs.setdefault(around, set()).add(int(match[1]))
        for (before, after), known in runs.items():
            holes = sorted(n for n in known if n - 1 not in known and n != min(known) and n not in begun)
            found += [
                Finding(
                    "numbers without holes", f"{before}{n}{after}", f"{before}{n - 1}{after} is not there"
                )
                for n in holes
            ]
    return found
