"""What undoing an act that credited does besides: the papers stay, and their opposites are posted with it."""

from __future__ import annotations

from collections import defaultdict

from wharfinger.billing.models import CreditFee, CreditLine, Invoice, Payment
from wharfinger.billing.queries.truth import balances, read_invoice_lines
from wharfinger.billing.rules.asking_again import Asked, ask_again
from wharfinger.ledger.models import Posting
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.parties.models import Organization


def credits_are_asked_again(truth: Truth, plan: Plan) -> None:
    """Let an undo that would make credit notes void post invoices that take them back instead."""
    notes = [pk for label, pk in plan.voids if label == "billing.CreditNote"]
    if not notes:
        return
    made = [pk for label, pk in plan.voids if label == "billing.Invoice"]
    if made:
        read_invoice_lines(truth)
    names = {f"credit_note:{pk}" for pk in notes}
    paid_out = Posting.objects.filter(
        source__kind="bank", target__kind="store_credit", target__document__in=names
    )
    asked = Asked(
        lines=defaultdict(list),
        fees=defaultdict(list),
        customers=Organization.objects.select_related("terms").in_bulk(
            {truth.documents["billing.CreditNote"][pk].organization_id for pk in notes}
        ),
        balances=balances([("credit_note", pk) for pk in notes]),
        refunds=list(
            Payment.objects.filter(
                made__in=paid_out.values("entry"),
                kind="refund",
                cancelled_at__isnull=True,
                void__isnull=True,
            ).order_by("pk")
        ),
        taken_back=set(Invoice.objects.filter(takes_back__in=notes).values_list("takes_back_id", flat=True)),
        invoices=[truth.documents["billing.Invoice"][pk] for pk in made],
    )
    credited = CreditLine.objects.filter(credit_note__in=notes).select_related(
        "invoice_line__product", "invoice_line__tax_code"
    )
    for line in credited.order_by("invoice_line__position", "pk"):
        asked.lines[line.credit_note_id].append(line)
    for fee in (
        CreditFee.objects.filter(credit_note__in=notes).select_related("product", "tax_code").order_by("pk")
    ):
        asked.fees[fee.credit_note_id].append(fee)
    ask_again(plan, truth, asked)
