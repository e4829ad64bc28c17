"""What plans about money need to know, read under the locks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum

from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.tax import second_of
from wharfinger.billing.models import CreditLine, InvoiceLine
from wharfinger.billing.rules import Balance
from wharfinger.billing.rules.credits import Credited
from wharfinger.billing.rules.payments import Credit
from wharfinger.catalog.models import TaxCode
from wharfinger.demand.models import Line
from wharfinger.ledger import sql
from wharfinger.ledger.models import Account, Posting
from wharfinger.ledger.plan import AccountRef, Truth
from wharfinger.ledger.prepared import Prepared, ids
from wharfinger.parties.models import Site


def _to_bill(lines: Any) -> QuerySet[Line, Line]:
    found = Line.objects.filter(pk__in=lines, void__isnull=True, removed_at__isnull=True)
    joined = found.select_related("product", "tax_code", "organization", "sheet", "came_from__sheet")
    bill_to = Site.objects.filter(
        organization_id=OuterRef("organization_id"), retired_on__isnull=True, bill_to=True
    )
    return joined.annotate(bill_to=Subquery(bill_to.order_by("pk").values("pk")[:1]))


_TO_BILL = Prepared(_to_bill, ids("lines"))


def read_lines_to_bill(lines: Sequence[int]) -> Callable[[Truth], None]:
    """Read lines with product, tax code, customer and the address that invoices go to, in one statement."""
    wanted = sorted(set(lines))

    def read(truth: Truth) -> None:
        truth.read["lines"] = {line.pk: line for line in _TO_BILL(wanted)}

    return read


def lines_of_invoices(invoices: Iterable[int]) -> list[int]:
    """The lines that invoices bill; which they are never changes."""
    found = InvoiceLine.objects.filter(invoice_id__in=sorted(set(invoices)), line__isnull=False)
    return sorted({line for line in found.values_list("line_id", flat=True) if line is not None})


# Lines and kits come first by their own index; an OR of both would look at every line there is.
_BILLING = (
    "WITH named AS (SELECT claim_id, parent_id FROM demand_line WHERE "
    + sql.among("claim_id")
    + ") SELECT DISTINCT i.id FROM (SELECT claim_id AS line FROM named UNION SELECT parent_id FROM named) AS billed "
    "JOIN billing_invoiceline r ON r.line_id = billed.line JOIN billing_invoice i ON i.id = r.invoice_id "
    f"WHERE i.posted_at IS NOT NULL AND {sql.common('i.void_id IS NULL')}"
)


def invoices_of_lines(lines: Iterable[int]) -> list[int]:
    """The posted invoices that bill lines; a component is billed by its kit's."""
    found = sql.fetch(_BILLING, [sql.array(sorted(set(lines)))])
    return sorted(pk for (pk,) in found)


def read_invoice_lines(truth: Truth) -> None:
    """Read the rows of the invoices at hand, what is credited of them, and what is open."""
    invoices = sorted(truth.documents["billing.Invoice"])
    # An invoice may be long of which little is credited, so its rows are read without a query built for them.
    rows = sql.read(InvoiceLine, sql.among("invoice_id"), [sql.array(invoices)])
    codes = sql.by_ids(TaxCode, {row.tax_code_id for row in rows.values()})
    for row in rows.values():
        row.tax_code = codes[row.tax_code_id]
    in_order = sorted(rows.values(), key=lambda row: (row.invoice_id, row.position))
    truth.read["invoice_lines"] = {row.pk: row for row in in_order}
    truth.read["credited"], truth.read["credited_bases"] = {}, {}
    done = CreditLine.objects.filter(invoice_line__invoice_id__in=invoices, credit_note__void__isnull=True)
    for one in done:
        row = truth.read["invoice_lines"][one.invoice_line_id]
        credited = truth.read["credited"].setdefault(row.pk, Credited())
        credited.quantity += one.quantity
        credited.net_minor += one.net_minor
        credited.gross_minor += one.net_minor + one.tax_minor
        key = row.invoice_id, row.tax_code.category, row.rate_micro
        bases = truth.read["credited_bases"]
        if row.gross_minor is not None:
            both = (*key, second_of(row.tax_code), "included")
            bases[both] = bases.get(both, 0) + one.tax_minor
            continue
        bases[key] = bases.get(key, 0) + one.net_minor
        if (second := second_of(row.tax_code)) is not None:
            bases[*key, second] = bases.get((*key, second), 0) + one.net_minor
    truth.read["balances"] = balances([("invoice", pk) for pk in invoices])


def balances(subjects: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Balance]:
    """What stands on the receivable of invoices and on the store credit of payments and credit notes."""
    wanted = {f"{subject}:{pk}": (subject, pk) for subject, pk in subjects}
    found = (
        Account.objects.filter(document__in=wanted, kind__in=("receivable", "store_credit")) if wanted else ()
    )
    return {wanted[one.document]: Balance(one.balance_minor, one.balance_home_minor) for one in found}


def open_invoices(organization: int, currency: str, named: Iterable[int] | None) -> list[int]:
    """The invoices that a payment may settle: those named, else all of the customer that are open."""
    if named is not None:
        return sorted(set(named))
    owed = Account.objects.filter(
        kind="receivable", party_id=organization, currency=currency, balance_minor__gt=0
    )
    return sorted(int(document.partition(":")[2]) for document in owed.values_list("document", flat=True))


def read_balances(truth: Truth) -> None:
    """Read what is open of the invoices and left of the payments at hand."""
    invoices = [("invoice", pk) for pk in truth.documents.get("billing.Invoice", {})]
    payments = [("payment", pk) for pk in truth.documents.get("billing.Payment", {})]
    truth.read["balances"] = balances([*invoices, *payments])


def read_credits(organization: int, currency: str) -> Callable[[Truth], None]:
    """Read a customer's store credit, the oldest first, under the customer's lock."""

    def read(truth: Truth) -> None:
        truth.read["currency"] = currency
        found = Account.objects.filter(
            kind="store_credit", party_id=organization, currency=currency, balance_minor__lt=0
        )
        truth.read["credits"] = []
        for one in found.order_by("pk"):
            subject, _, pk = one.document.partition(":")
            truth.read["credits"].append(
                Credit(subject, int(pk), -one.balance_minor, -one.balance_home_minor)
            )

    return read


def applied_to(payments: Iterable[int]) -> dict[int, dict[int, tuple[int, int]]]:
    """How much of each payment settles which invoice, in its own and in home currency; in two statements."""
    named = {f"payment:{pk}": pk for pk in payments}
    found: dict[int, dict[int, tuple[int, int]]] = {}
    into = Posting.objects.filter(
        target__kind="store_credit", target__document__in=named, source__kind="receivable"
    ).values_list("target__document", "source__document")
    back = Posting.objects.filter(
        source__kind="store_credit", source__document__in=named, target__kind="receivable"
    ).values_list("source__document", "target__document")
    for sign, rows in ((1, into), (-1, back)):
        for payment, invoice, minor, home in rows.annotate(minor=Sum("amount_minor"), home=Sum("home_minor")):
            settled = found.setdefault(named[payment], {})
            pk = int(invoice.partition(":")[2])
            before = settled.get(pk, (0, 0))
            settled[pk] = before[0] + sign * minor, before[1] + sign * home
    return {pk: {i: pair for i, pair in settled.items() if pair[0]} for pk, settled in found.items()}


def read_payment(payment: int) -> Callable[[Truth], None]:
    """Read what a payment settles, what is left of it, and what a refund posted."""

    def read(truth: Truth) -> None:
        truth.read["applied"] = applied_to([payment]).get(payment, {})
        row = truth.documents["billing.Payment"].get(payment)
        if row is None:
            raise NotThere("no_such_payment", N_("There is no such payment."), field="payment")
        truth.read["balances"] = balances([("payment", payment)])
        posted = Posting.objects.filter(entry_id=row.made_id).select_related("source", "target")
        truth.read["posted"] = [
            (_ref(p.source), _ref(p.target), p.amount_minor, p.home_minor) for p in posted
        ]

    return read


def _ref(account: Account) -> AccountRef:
    return AccountRef(account.kind, account.currency, account.party_id, account.document)
