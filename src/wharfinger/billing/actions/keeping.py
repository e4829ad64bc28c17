"""What may not be undone, since a customer was asked to pay for it: goods and money never part without a reason."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Sum

from wharfinger.base.refusal import N_, Refusal, Remedy
from wharfinger.billing.models import InvoiceLine, Relief
from wharfinger.billing.queries.since import WITH_CUSTOMER, Kept, billed_since
from wharfinger.demand.models import Line
from wharfinger.ledger.plan import Plan, Truth


class Instead(NamedTuple):
    """What one does instead: told of a posted invoice and of a draft, with the verb of each."""

    posted: str
    draft: str
    remedy: str
    remedy_of_draft: str = ""


CANCEL = Instead(
    N_("{number} has billed these goods since. Cancel the delivery instead, which credits them."),
    N_("A draft invoice bills these goods since. Cancel the delivery instead, which takes them off it."),
    "take_back",
    "take_back",
)
INSTEAD = {
    "provide": Instead(
        N_("{number} has billed these goods since. Take them back from the job instead, which credits them."),
        N_(
            "A draft invoice bills these goods since. Take them back from the job instead, "
            "which takes them off the draft."
        ),
        "remove",
        "remove",
    ),
    "receive": Instead(
        N_("{number} has billed these goods since. Credit them first."),
        N_("A draft invoice bills these goods since. Undo that draft first."),
        "credit",
    ),
}


def relief_stays(_truth: Truth, plan: Plan) -> None:
    """Refuse to undo a write-off that a credit note took back since: nothing of it is left to undo."""
    gone = [pk for label, pk in plan.voids if label == "billing.Relief"]
    if not gone:
        return
    rows = Relief.objects.filter(invoice__reliefs__in=gone, void__isnull=True).exclude(pk__in=gone).distinct()
    left: dict[tuple[int, str], int] = {}
    for one in rows.select_related("invoice"):
        left[one.invoice_id, one.kind] = left.get((one.invoice_id, one.kind), 0) + one.amount_minor
    if any(minor < 0 for minor in left.values()):
        raise Refusal(
            "credited_since", N_("A credit note took this back since. There is nothing left to undo.")
        )


def changed_drafts_stay(truth: Truth, plan: Plan) -> None:
    """Refuse to undo that a draft was written once it bills more than it did; discarding it gives back all of it.

    A draft that is gone is not changed either: it comes back first.
    """
    gone = {pk for label, pk in plan.voids if label == "billing.Invoice"}
    if gone:
        places = {row.place_id: pk for pk, row in truth.documents["billing.Invoice"].items() if pk in gone}
        back = dict.fromkeys(gone, 0)
        for step in plan.steps:
            if step.source.place in places:
                back[places[step.source.place]] += step.quantity
        rows = InvoiceLine.objects.filter(invoice__in=gone, line__isnull=False)
        for pk, units in rows.order_by().values_list("invoice").annotate(Sum("quantity")):
            if units > back[pk]:
                raise Refusal(
                    "changed_since",
                    N_("Somebody let this draft bill more since. Discard it instead."),
                    invoice=pk,
                    remedies=[Remedy("discard_draft", {"pk": pk})],
                )
    elif (original := truth.read["original"]).verb == "change_draft":
        for row in truth.documents["billing.Invoice"].values():
            if row.void_id is not None:
                raise Refusal(
                    "draft_is_gone",
                    N_("This draft is gone. Undo that first."),
                    invoice=row.pk,
                    later=original.pk,
                )


def added_goes(truth: Truth, plan: Plan) -> None:
    """Let undoing take off a draft what was added to it: the row stands there for none."""
    if truth.read["original"].verb != "change_draft":
        return
    for fact in truth.read["facts"]:
        noun, _, pk = fact.subject.partition(":")
        if noun == InvoiceLine.subject and fact.field is None:
            row = truth.documents["billing.InvoiceLine"][int(pk)]
            none = None if row.gross_minor is None else 0
            plan.change(row, quantity=0, net_minor=0, gross_minor=none)


def stays_where_billed(truth: Truth, plan: Plan) -> None:
    """Refuse to undo that goods left for which a customer was billed since; the opposite verb credits them.

    What was billed before they left does not stand in the way: it was billed without them.
    """
    back: dict[int, int] = {}
    waived: dict[int, int] = {}
    for step in plan.steps:
        claim = step.source.claim
        if not isinstance(claim, int):
            continue
        if step.source.kind in WITH_CUSTOMER and step.target.kind not in WITH_CUSTOMER:
            back[claim] = back.get(claim, 0) + step.quantity
        elif (step.source.kind, step.target.kind) == ("waived", "to_bill"):
            waived[claim] = waived.get(claim, 0) + step.quantity
    if not back:
        return
    entry, verb = _undone(truth)
    for line, one in billed_since(back, entry).items():
        keeps = one.kept(back) - one.waived + waived.get(line, 0)
        if keeps < one.kept({}) - one.waived and one.invoiced > keeps:
            raise _billed(INSTEAD.get(verb, CANCEL), line, one)


def _undone(truth: Truth) -> tuple[int, str]:
    """Which entry is undone, and its verb; a receipt has a verb of its own for that."""
    if (original := truth.read.get("original")) is not None:
        return original.pk, original.verb
    return min(row.made_id for row in truth.documents["purchasing.Receipt"].values()), "receive"


def _billed(instead: Instead, line: int, one: Kept) -> Refusal:
    paper = one.since[-1]
    posted = paper.number is not None
    verb = instead.remedy if posted else instead.remedy_of_draft
    sheet = Line.objects.values_list("sheet_id", flat=True).get(pk=line)
    values = {"invoice": paper.invoice} if verb == "credit" else {"pk": sheet}
    return Refusal(
        "invoiced_since",
        instead.posted if posted else instead.draft,
        number=paper.number or "",
        invoice=paper.invoice,
        line=line,
        remedies=[Remedy(verb, values)] if verb else [],
    )
