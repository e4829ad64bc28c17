"""What may not be undone: a paper that a customer has is corrected by another paper."""

from __future__ import annotations

import json

from wharfinger.base.refusal import N_, Refusal, Remedy
from wharfinger.billing.rules.asking_again import CREDITING
from wharfinger.billing.rules.changing import CHANGING
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.write import MADE


def posted_papers_stay(truth: Truth, plan: Plan) -> None:
    """Refuse to undo an entry that made a credit note, or made or changed an invoice that is posted, or a draft in part.

    Cancelling a delivery and re-opening an order may have made credit notes, so they are undone only
    where they did not; otherwise the step is done again and invoiced anew. What credited goods that came back is
    undone as a whole: its credit notes stay, and invoices take them back.
    """
    made = {fact.subject for fact in truth.read["facts"] if fact.field == MADE}
    if "billing.CreditNote" in made and truth.read["original"].verb in CREDITING:
        gone = {label for label, _ in plan.voids}
        if "billing.CreditNote" not in gone:
            raise Refusal("undone_whole", N_("This step posted a credit note. Undo all of it."))
        if "billing.Relief" not in gone:
            return
    if "billing.CreditNote" in made:
        raise Refusal(
            "corrected_by_verb",
            N_("This step posted a credit note, which stays. Do the step again and invoice it anew."),
            remedies=[Remedy("invoice", {})],
        )
    changed = truth.read["original"].verb in CHANGING
    if "billing.Invoice" not in made and not changed:
        return
    papers = {
        pk
        for fact in truth.read["facts"]
        if fact.field == MADE and fact.subject == "billing.Invoice"
        for pk in json.loads(fact.new or "[]")
    }
    for invoice in truth.documents.get("billing.Invoice", {}).values():
        if invoice.posted_at is not None and (changed or invoice.pk in papers):
            raise Refusal(
                "corrected_by_verb",
                N_("{number} is posted. Credit it instead."),
                number=invoice.number,
                remedies=[Remedy("credit", {"invoice": invoice.pk})],
            )
    if changed:
        left = sum(move["left"] for move in truth.read["moves"])
        whole = left == sum(step.quantity for step in plan.steps)
    else:
        whole = "billing.Invoice" in {label for label, _ in plan.voids}
    if not whole:
        raise Refusal("draft_is_whole", N_("A draft invoice is undone as a whole. Undo all of it."))
