"""What the audit proves of buying."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from wharfinger.base import configuration
from wharfinger.base.money import extended
from wharfinger.ledger import sql
from wharfinger.ledger.audit import Finding, findings
from wharfinger.ledger.models import Account, Fact
from wharfinger.purchasing.models import ReceiptCost, VendorBill, VendorBillLine, VendorPayment, VendorReturn
from wharfinger.purchasing.queries.landed import landed, split
from wharfinger.purchasing.queries.paying import settled
from wharfinger.purchasing.rules.landing import at_cost, at_home
from wharfinger.purchasing.rules.paying import PAYABLE


def costs_reach_stock_or_variance() -> Iterator[Finding]:
    """What a receipt cost beside its price is, to the cent, what reached its goods and what was stated as variance."""
    home = configuration.one("currency")
    for one in landed(ReceiptCost.objects.filter(void__isnull=True, bill__isnull=True)):
        row = one.row
        due = at_home(row.amount_minor, row.currency, row.rate_micro, home)
        if one.home_minor != due:
            yield Finding(
                "cost of a receipt = in stock + variance",
                f"receipt_cost {row.pk}",
                f"{due}, {one.home_minor}",
            )


def what_is_rejected_says_why() -> Iterator[Finding]:
    """What a receipt turned away at the door is, line by line, what its entry moved there."""
    rows = sql.fetch(
        "SELECT r.id, x.line, SUM(x.said), SUM(x.moved) FROM purchasing_receipt r JOIN ("
        "SELECT receipt_id AS receipt, purchase_line_id AS line, quantity AS said, 0 AS moved "
        "FROM purchasing_rejection WHERE void_id IS NULL UNION ALL "
        "SELECT b.id, p.id, 0, m.quantity FROM purchasing_receipt b "
        "JOIN ledger_move m ON m.entry_id = b.made_id "
        "JOIN ledger_holding t ON t.id = m.target_id AND t.kind = 'refused' "
        "JOIN purchasing_purchaseline p ON p.refused_place_id = t.place_id"
        ") x ON x.receipt = r.id WHERE r.void_id IS NULL "
        "GROUP BY r.id, x.line HAVING SUM(x.said) <> SUM(x.moved)",
        [],
    )
    for receipt, line, said, moved in rows:
        yield Finding(
            "rejected at the door = its reasons", f"receipt {receipt}, line {line}", f"{moved}, {said}"
        )


BILLING = ("enter_bill", "accept_bill", "cancel_bill")
"""The verbs that make goods dearer or cheaper because of a vendor's bill."""


def bills_reach_stock_or_variance() -> Iterator[Finding]:
    """What accepted bills ask beyond what was booked is, to the cent, what reached goods and what was stated as variance.

    Of a bill that was cancelled nothing is left.
    """
    home = configuration.one("currency")
    facts = Fact.objects.filter(entry__verb__in=BILLING, subject__startswith="vendor_bill:")
    entries = defaultdict(set)
    for subject, entry in facts.values_list("subject", "entry"):
        entries[int(subject.partition(":")[2])].add(entry)
    went = split({entry for some in entries.values() for entry in some})
    due: dict[int, int] = defaultdict(int)
    live = {
        "bill__accepted_at__isnull": False,
        "bill__cancelled_at__isnull": True,
        "bill__void__isnull": True,
    }
    lines = VendorBillLine.objects.filter(**live, booked_quantity__gt=0)
    for one in lines.select_related("purchase_line__purchase_order", "purchase_line__product"):
        worth = partial(at_cost, one.purchase_line, one.booked_quantity or 0, home=home)
        due[one.bill_id] += worth(one.unit_cost_micro) - worth(one.booked_micro or 0)
    for cost in ReceiptCost.objects.filter(bill__isnull=False, cancelled_at__isnull=True, void__isnull=True):
        due[cost.bill_id or 0] += at_home(cost.amount_minor, cost.currency, cost.rate_micro, home)
    for bill in sorted({*entries, *due}):
        found = sum(sum(went.get(entry, (0, 0))) for entry in entries[bill])
        if found != due[bill]:
            yield Finding("bill = in stock + variance", f"vendor_bill {bill}", f"{due[bill]}, {found}")


def no_more_is_booked_as_billed_than_came() -> Iterator[Finding]:
    """What accepted bills found of a receipt's line is no more than it brought."""
    rows = sql.fetch(
        "SELECT b.receipt_id, b.purchase_line_id, b.booked, COALESCE((SELECT SUM(m.quantity - COALESCE("
        "(SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0)) "
        "FROM ledger_move m JOIN ledger_holding s ON s.id = m.source_id AND s.place_id = p.place_id "
        "JOIN ledger_holding t ON t.id = m.target_id AND t.kind IN ('bin', 'customer') "
        "WHERE m.entry_id = g.made_id), 0) AS came FROM ("
        "SELECT l.receipt_id, l.purchase_line_id, SUM(l.booked_quantity) AS booked "
        "FROM purchasing_vendorbillline l JOIN purchasing_vendorbill v ON v.id = l.bill_id "
        "WHERE v.accepted_at IS NOT NULL AND v.cancelled_at IS NULL AND v.void_id IS NULL "
        "GROUP BY l.receipt_id, l.purchase_line_id) b "
        "JOIN purchasing_receipt g ON g.id = b.receipt_id JOIN purchasing_purchaseline p ON p.id = b.purchase_line_id",
        [],
    )
    for receipt, line, booked, came in rows:
        if booked > came:
            yield Finding(
                "booked as billed ≤ received", f"receipt {receipt}, line {line}", f"{came}, {booked}"
            )


def credits_say_the_difference() -> Iterator[Finding]:
    """What a vendor credited less than was expected for goods that went back is what was stated as variance."""
    home = configuration.one("currency")
    rows = VendorReturn.objects.filter(credited_at__isnull=False, void__isnull=True).in_bulk()
    facts = Fact.objects.filter(entry__verb="credit_vendor_return", field="credited_at").order_by("pk")
    said = {int(subject.partition(":")[2]): entry for subject, entry in facts.values_list("subject", "entry")}
    went = split(said.values())
    for pk, row in rows.items():
        expected, got = (
            at_home(minor or 0, row.currency, row.rate_micro, home)
            for minor in (row.credit_minor, row.credit_got_minor)
        )
        stated = went.get(said.get(pk, 0), (0, 0))[1]
        if stated != expected - got:
            yield Finding(
                "credited = expected − variance", f"vendor_return {pk}", f"{expected - got}, {stated}"
            )


def payables_are_what_is_open() -> Iterator[Finding]:
    """What is owed for an accepted bill is what it asks for less what payments paid; what a vendor owes for a return likewise.

    On payments themselves nothing stays. What was accepted or credited before payables were kept has none.
    """
    law = "payable = accepted − paid − credited"
    stands: dict[tuple[str, int], int] = {}
    for document, minor in Account.objects.filter(kind=PAYABLE).values_list("document", "balance_minor"):
        subject, _, pk = document.partition(":")
        stands[subject, int(pk)] = minor
    due: dict[tuple[str, int], int] = dict.fromkeys(stands, 0)
    lines: dict[int, int] = defaultdict(int)
    live = VendorBill.objects.filter(accepted_at__isnull=False, cancelled_at__isnull=True, void__isnull=True)
    for one in VendorBillLine.objects.filter(bill__in=live).select_related("bill", "purchase_line__product"):
        bought = one.purchase_line
        places = bought.product.quantity_decimals
        lines[one.bill_id] += extended(
            one.unit_cost_micro, one.quantity, places, one.bill.currency, per=bought.per
        )
    for bill in live:
        known = bill.total_minor
        asked = lines[bill.pk] + bill.freight_minor + bill.tax_minor if known is None else known
        if ("vendor_bill", bill.pk) in due:
            due["vendor_bill", bill.pk] = -asked
    for row in VendorReturn.objects.filter(credited_at__isnull=False, void__isnull=True):
        if ("vendor_return", row.pk) in due:
            due["vendor_return", row.pk] = (row.credit_got_minor or 0) + row.credit_tax_minor
    payments = list(VendorPayment.objects.filter(cancelled_at__isnull=True, void__isnull=True))
    for parts in settled(payments).values():
        for part in parts:
            paid = part.minor + part.discount_minor
            due[part.subject, part.pk] += paid if part.subject == "vendor_bill" else -paid
    for key in sorted(stands):
        if stands[key] != due[key]:
            yield Finding(law, " ".join(map(str, key)), f"{due[key]}, {stands[key]}")


def vendor_discounts_are_posted() -> list[Finding]:
    """What was taken off a vendor's bill left what is owed for it in the same entry, its tax apart."""
    return findings(
        "discount of a vendor = its postings",
        "SELECT 'vendor_bill ' || d.bill_id || ', entry ' || d.made_id, d.amount_minor - d.tax_minor, d.tax_minor, "
        "x.net, x.tax FROM purchasing_vendordiscount d LEFT JOIN (SELECT p.entry_id entry, t.document document, "
        "SUM(CASE WHEN s.kind = 'vendor_discount' THEN p.amount_minor ELSE 0 END) net, "
        "SUM(CASE WHEN s.kind = 'input_tax' THEN p.amount_minor ELSE 0 END) tax "
        "FROM ledger_posting p JOIN ledger_account s ON s.id = p.source_id AND s.kind IN ('vendor_discount', 'input_tax') "
        "JOIN ledger_account t ON t.id = p.target_id AND t.kind = 'payable' "
        "WHERE p.entry_id IN (SELECT made_id FROM purchasing_vendordiscount) GROUP BY 1, 2) x "
        "ON x.entry = d.made_id AND x.document = 'vendor_bill:' || d.bill_id "
        "WHERE d.amount_minor - d.tax_minor <> COALESCE(x.net, 0) OR d.tax_minor <> COALESCE(x.tax, 0)",
    )
