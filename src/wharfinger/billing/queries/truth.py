"""What plans about money need to know, read under the locks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Concat

from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.tax import second_of
from wharfinger.billing.models import CreditLine, CreditNote, Invoice, InvoiceLine, Payment, Relief
from wharfinger.billing.queries.dues import instalments_of
from wharfinger.billing.rules import Balance
from wharfinger.billing.rules.payments import Applied, Credit, GivenBack
from wharfinger.billing.rules.relief import Credited, Discount
from wharfinger.catalog.models import Product, TaxCode
from wharfinger.demand.models import Line
from wharfinger.ledger import sql
from wharfinger.ledger.models import Account, Posting
from wharfinger.ledger.plan import EXCHANGE, AccountRef, Truth
from wharfinger.ledger.prepared import Prepared, ids
from wharfinger.parties.models import Organization, Site, Terms


def _to_bill(lines: Any) -> QuerySet[Line, Line]:
    found = Line.objects.filter(pk__in=lines, void__isnull=True, removed_at__isnull=True)
    joined = found.select_related(
        "product", "tax_code", "organization__terms", "sheet__terms", "came_from__sheet"
    )
    bill_to = Site.objects.filter(
        organization_id=OuterRef("organization_id"), retired_on__isnull=True, bill_to=True
    )
    named = Concat(Value("order:"), Cast(OuterRef("order_id"), CharField()), output_field=CharField())
    asked = Account.objects.filter(
        kind="deposit", party_id=OuterRef("organization_id"), document=named, balance_minor__lt=0
    )
    return joined.annotate(
        bill_to=Subquery(bill_to.order_by("pk").values("pk")[:1]), asked_beforehand=Exists(asked)
    )


_TO_BILL = Prepared(_to_bill, ids("lines"))


def read_lines_to_bill(lines: Sequence[int]) -> Callable[[Truth], None]:
    """Read lines with product, tax code, customer and the address that invoices go to, in one statement."""
    wanted = sorted(set(lines))

    def read(truth: Truth) -> None:
        truth.read["lines"] = {line.pk: line for line in _TO_BILL(wanted)}

    return read


def lines_of_invoices(invoices: Iterable[int]) -> list[int]:
    """The lines that invoices bill or billed; of a posted invoice they never change."""
    found = InvoiceLine.objects.filter(invoice_id__in=sorted(set(invoices)), line__isnull=False)
    return sorted({line for line in found.values_list("line_id", flat=True) if line is not None})


def day_said(invoice: int) -> date | None:
    """The day that somebody gave a draft on which it is issued."""
    said = Invoice.objects.filter(pk=invoice, posted_at__isnull=True, day_stands=True)
    return said.values_list("issued_on", flat=True).first()


# Lines and kits come first by their own index; an OR of both would look at every line there is.
_BILLING = (
    "id IN (WITH named AS (SELECT claim_id, parent_id FROM demand_line WHERE "
    + sql.among("claim_id")
    + ") SELECT r.invoice_id FROM (SELECT claim_id AS line FROM named UNION SELECT parent_id FROM named) AS billed "
    f"JOIN billing_invoiceline r ON r.line_id = billed.line) AND {sql.common('void_id IS NULL')}"
)


def invoices_of_lines(lines: Iterable[int]) -> sql.Found:
    """The invoices and drafts that bill lines, as they are once these are locked; a component is billed by its kit's."""
    return sql.Found(_BILLING, (sql.array(sorted(set(lines))),))


def read_invoice_lines(truth: Truth) -> None:
    """Read the rows of the invoices at hand, what is credited of them, and what is open."""
    invoices = sorted(truth.documents["billing.Invoice"])
    # An invoice may be long of which little is credited, so its rows are read without a query built for them.
    rows = sql.read(InvoiceLine, sql.among("invoice_id"), [sql.array(invoices)])
    codes = sql.by_ids(TaxCode, {row.tax_code_id for row in rows.values()})
    for row in rows.values():
        row.tax_code = codes[row.tax_code_id]
    _read_drafted(truth, rows.values())
    in_order = sorted(rows.values(), key=lambda row: (row.invoice_id, row.position))
    truth.read["invoice_lines"] = {row.pk: row for row in in_order}
    truth.read["credited"], truth.read["credited_bases"] = {}, {}
    done = CreditLine.objects.filter(invoice_line__invoice_id__in=invoices, credit_note__void__isnull=True)
    notes: dict[int, CreditNote] = {}
    for one in done.select_related("credit_note"):
        notes[one.credit_note_id] = one.credit_note
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
    rounding: dict[int, int] = {}
    for note in notes.values():
        rounding[note.invoice_id] = rounding.get(note.invoice_id, 0) + note.rounding_minor
    truth.read["credited_rounding"] = rounding
    truth.read["balances"] = balances([("invoice", pk) for pk in invoices])
    truth.read["relieved"] = relieved_of(invoices)


def read_terms(truth: Truth) -> None:
    """Read the terms under which the invoices at hand were written."""
    named = {row.terms_id for row in truth.documents["billing.Invoice"].values() if row.terms_id}
    truth.read["terms"] = sql.by_ids(Terms, named)


def read_whose(truth: Truth) -> None:
    """Read the customers of the invoices at hand."""
    whose = {row.organization_id for row in truth.documents["billing.Invoice"].values()}
    truth.read["whose"] = sql.by_ids(Organization, whose)


def relieved_of(invoices: Iterable[int]) -> dict[int, dict[str, int]]:
    """How much of each of these invoices we do without, by kind, where that is anything."""
    rows = Relief.objects.filter(invoice__in=list(invoices), void__isnull=True)
    found: dict[int, dict[str, int]] = {}
    for pk, kind, minor in rows.order_by().values_list("invoice_id", "kind").annotate(Sum("amount_minor")):
        if minor:
            found.setdefault(pk, {})[kind] = minor
    return found


def _read_drafted(truth: Truth, rows: Iterable[InvoiceLine]) -> None:
    """Read the products of rows that may still become smaller."""
    invoices = truth.documents["billing.Invoice"]
    drafted = [row for row in rows if invoices[row.invoice_id].posted_at is None]
    products = sql.by_ids(Product, {row.product_id for row in drafted})
    for row in drafted:
        row.product = products[row.product_id]


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


def all_open_invoices(organizations: Iterable[int]) -> set[int]:
    """The open invoices of several customers, in one statement."""
    wanted = set(organizations)
    if not wanted:
        return set()
    owed = Account.objects.filter(kind="receivable", party__in=wanted, balance_minor__gt=0)
    return {int(document.partition(":")[2]) for document in owed.values_list("document", flat=True)}


def read_balances(truth: Truth) -> None:
    """Read what is open of the invoices and when it is due, and what is left of the payments at hand."""
    invoices = [("invoice", pk) for pk in truth.documents.get("billing.Invoice", {})]
    payments = [("payment", pk) for pk in truth.documents.get("billing.Payment", {})]
    truth.read["balances"] = balances([*invoices, *payments])
    truth.read["instalments"] = instalments_of(pk for _, pk in invoices)


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
                Credit(subject, int(pk), Balance(-one.balance_minor, -one.balance_home_minor))
            )

    return read


_SETTLING = (
    "SELECT c.document, r.document, {sign}p.amount_minor, {sign}p.home_minor, "
    "CASE WHEN d.target_id = c.id THEN d.home_minor ELSE -COALESCE(d.home_minor, 0) END "
    "FROM ledger_account c JOIN ledger_posting p ON p.{ours}_id = c.id "
    "JOIN ledger_account r ON r.id = p.{owed}_id AND r.kind = 'receivable' LEFT JOIN ledger_posting d "
    "ON d.entry_id = p.entry_id AND d.n = p.n + 1 AND d.amount_minor = 0 AND c.id IN (d.source_id, d.target_id) "
    "WHERE c.kind = 'store_credit' AND c.document IN (SELECT name FROM named)"
)
"""Money that went between a store credit and an invoice, with the difference that follows it."""


def applied_to(payments: Iterable[int]) -> dict[int, dict[int, Applied]]:
    """How much of each payment settles which invoice, and what it gained at home; in one statement."""
    named = {f"payment:{pk}": pk for pk in payments}
    if not named:
        return {}
    source, params = sql.rows(["name"], ["text"], [[name] for name in named])
    into = _SETTLING.format(sign="", ours="target", owed="source")
    back = _SETTLING.format(sign="-", ours="source", owed="target")
    found: dict[int, dict[int, Applied]] = {}
    for payment, document, *figures in sql.fetch(
        f"WITH named AS (SELECT name FROM {source} AS v) {into} UNION ALL {back}", params
    ):
        settled = found.setdefault(named[payment], {})
        invoice = int(document.partition(":")[2])
        before = settled.get(invoice, Applied())
        settled[invoice] = Applied(*(a + b for a, b in zip(before, figures, strict=True)))
    return {pk: {i: one for i, one in settled.items() if one.minor} for pk, settled in found.items()}


def given_back(refunds: Iterable[Payment]) -> dict[int, list[GivenBack]]:
    """What refunds took of which store credits; an act that made several paid them out in their order."""
    made = sorted({row.made_id for row in refunds})
    if not made:
        return {}
    due = {row.pk: row for row in Payment.objects.filter(kind="refund", made__in=made).order_by("pk")}
    ends = ("source", "target")
    posted = Posting.objects.filter(entry__in=made).select_related(*ends).order_by("entry_id", "n")
    found: dict[int, list[GivenBack]] = {pk: [] for pk in due}
    last = None
    for one in posted:
        rows = [row for row in due.values() if row.made_id == one.entry_id]
        if one.source.kind == "bank" and one.target.kind == "store_credit":
            last = next(row for row in rows if sum(part.minor for part in found[row.pk]) < row.amount_minor)
            found[last.pk].append(GivenBack(_ref(one.target), one.amount_minor, one.home_minor))
        elif last is not None and one.amount_minor == 0:
            gain = one.home_minor if one.source.kind == EXCHANGE else -one.home_minor
            found[last.pk][-1] = found[last.pk][-1]._replace(gain_minor=gain)
        else:
            last = None
    return found


def read_payment(payment: int) -> Callable[[Truth], None]:
    """Read what a payment settles, what is left of it, and what a refund gave back."""

    def read(truth: Truth) -> None:
        truth.read["applied"] = applied_to([payment]).get(payment, {})
        truth.read["discounts"] = discounts_of(payment)
        truth.read["relieved"] = relieved_of(truth.read["discounts"])
        row = truth.documents["billing.Payment"].get(payment)
        if row is None:
            raise NotThere("no_such_payment", N_("There is no such payment."), field="payment")
        truth.read["balances"] = balances([("payment", payment)])
        truth.read["given_back"] = given_back([row] if row.kind == "refund" else []).get(payment, [])

    return read


def discounts_of(payment: int) -> dict[int, list[Discount]]:
    """What was taken off which invoices with a payment and was not taken back since, as it was posted."""
    rows = list(Relief.objects.filter(payment=payment, void__isnull=True).order_by("pk"))
    left: dict[int, int] = {}
    for row in rows:
        left[row.invoice_id] = left.get(row.invoice_id, 0) + row.amount_minor
    standing = {row.invoice_id: row for row in rows if row.amount_minor > 0 and left[row.invoice_id] > 0}
    found: dict[int, list[Discount]] = {}
    for invoice, row in standing.items():
        named = {"source__kind": "receivable", "source__document": f"invoice:{invoice}"}
        posted = Posting.objects.filter(
            entry=row.made_id, target__kind__in=("tax", "discount"), amount_minor__gt=0, **named
        )
        parts = list(posted.select_related("source", "target").order_by("n"))
        found[invoice] = [
            Discount(
                payment,
                row.amount_minor,
                row.tax_minor,
                _ref(parts[0].source),
                [(_ref(one.target), one.amount_minor, one.home_minor) for one in parts],
            )
        ]
    return found


def _ref(account: Account) -> AccountRef:
    return AccountRef(account.kind, account.currency, account.party_id, account.document)
