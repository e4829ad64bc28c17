"""What may not be undone: goods that were paid back stay where they came to, and a claim goes back step by step."""

from __future__ import annotations

from typing import Any

from wharfinger.base.refusal import N_, Refusal
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.returns.models import RecallNotice, Rma, RmaLine, VendorAnswer, VendorClaim
from wharfinger.returns.queries.figures import Matching, figures
from wharfinger.returns.queries.proofs import paid_back
from wharfinger.returns.rules import WITH_US


def paid_back_stays_here(truth: Truth, plan: Plan) -> None:
    """Refuse to undo that goods came which were paid back since."""
    original = truth.read.get("original")
    if original is None or original.verb != "receive_return":
        return
    gone: list[tuple[Any, int]] = [
        (step.source, step.quantity) for step in plan.steps if step.source.kind in WITH_US
    ]
    at = dict(
        Rma.objects.filter(place__in={source.place for source, _ in gone}).values_list("place_id", "pk")
    )
    paid = paid_back(at.values())
    if not paid:
        return
    lines = list(RmaLine.objects.filter(rma__in={line.rma_id for line in paid}, void__isnull=True))
    came, match = figures({line.rma_id for line in paid}, lines), Matching(lines)
    for source, units in gone:
        told = match.line(at.get(source.place, 0), source.claim, source.lot, source.product)
        if told is not None:
            came[told].received -= units
    for line in paid:
        if line.settled_quantity > came[line.pk].received:
            raise Refusal(
                "settled_since",
                N_("{number} has paid for these goods since. Undo the settlement first."),
                number=line.rma.number,
            )


def claims_go_back_in_turn(truth: Truth, plan: Plan) -> None:
    """Refuse to undo a part of what a vendor answered, or a step of a claim on which a later one stands."""
    original = truth.read.get("original")
    if original is None or original.verb not in ("claim_from_vendor", "send_claim", "answer_claim"):
        return
    voids = {label for label, _ in plan.voids}
    if original.verb == "answer_claim":
        if "returns.VendorAnswer" not in voids:
            raise Refusal("undone_whole", N_("This step decided about a whole document. Undo all of it."))
        return
    claims = sorted(truth.documents.get("returns.VendorClaim", ()))
    sent = VendorClaim.objects.filter(pk__in=claims, sent_at__isnull=False)
    answers = VendorAnswer.objects.filter(line__vendor_claim__in=claims, void__isnull=True)
    if original.verb == "claim_from_vendor" and (row := sent.first()) is not None:
        raise Refusal("sent_since", N_("{number} was sent since. Undo that first."), number=row.number)
    if answers.exists():
        raise Refusal("answered_since", N_("The vendor has answered since. Undo that first."))


def recalls_go_back_in_turn(truth: Truth, plan: Plan) -> None:
    """Refuse to undo a recall of which owners were told, or that they were told once they answered or were told again."""
    original = truth.read.get("original")
    if original is None or original.verb not in ("recall_units", "tell_owners"):
        return
    gone: dict[str, list[int]] = {}
    for label, pk in plan.voids:
        gone.setdefault(label, []).append(pk)
    if original.verb == "recall_units":
        if RecallNotice.objects.filter(recall__in=gone.get("returns.Recall", ()), void__isnull=True).exists():
            raise Refusal("told_since", N_("Owners were told of this recall since. It stays on record."))
        return
    told = RecallNotice.objects.filter(pk__in=gone.get("returns.RecallNotice", ()))
    if told.filter(answered_at__isnull=False).exists():
        raise Refusal("owner_answered_since", N_("An owner has answered since. Undo that first."))
    if told.filter(told_at__gt=original.recorded_at).exists():
        raise Refusal("told_again_since", N_("An owner was told once more since. Undo that first."))
