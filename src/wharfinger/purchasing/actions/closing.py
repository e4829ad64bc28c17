"""What buying does because of an entry, whichever verb it is."""

from __future__ import annotations

from wharfinger.base.refusal import N_, Refusal
from wharfinger.ledger import sql
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.write import Written
from wharfinger.purchasing.models import PurchaseLine, VendorBill
from wharfinger.purchasing.queries.arrived import billed_by
from wharfinger.purchasing.queries.paying import left_of
from wharfinger.purchasing.rules.paying import PAYABLE, credits_stay
from wharfinger.purchasing.rules.returning import billed

CLOSING = (
    *("receive", "cancel_receipt", "amend_purchase", "cancel_purchase", "close_purchase"),
    *("amend", "cancel", "reverse"),
)
"""The verbs after which a purchase order may have nothing on order any more, or something again."""


def close_done(truth: Truth, plan: Plan, written: Written) -> None:
    """Write on each order that was touched which entry left nothing on order, or that something is again."""
    touched = sorted(truth.documents.get("purchasing.PurchaseOrder", ()))
    if not touched:
        return
    left = (
        "SELECT 1 FROM purchasing_purchaseline l "
        "JOIN ledger_holding h ON h.place_id = l.place_id AND h.quantity > 0 "
        "WHERE l.purchase_order_id = purchasing_purchaseorder.id"
    )
    sql.execute(
        "UPDATE purchasing_purchaseorder SET done_id = CASE "
        "WHEN submitted_at IS NULL AND cancelled_at IS NULL THEN NULL "
        f"WHEN EXISTS ({left}) THEN NULL ELSE COALESCE(done_id, %s) END WHERE {sql.among('id')}",
        [written.id, sql.array(touched)],
    )


def creation_untouched(truth: Truth, plan: Plan) -> None:
    """Refuse to undo the making of a purchase order that has been submitted since."""
    orders = truth.documents.get("purchasing.PurchaseOrder", {})
    for label, pk in plan.voids:
        order = orders.get(pk) if label == "purchasing.PurchaseOrder" else None
        if order is not None and order.submitted_at is not None:
            raise Refusal(
                "submitted_since",
                N_("{number} is submitted. Undo that first, or cancel the order."),
                number=order.number,
            )


def approvals_stand(truth: Truth, plan: Plan) -> None:
    """Refuse to undo the approval of an order that was submitted with it, or of a change that was made."""
    asked = [
        one
        for one in plan.changes
        if (one.label, one.field) == ("purchasing.PurchaseOrder", "approval_asked_at") and one.new is not None
    ]
    for one in asked:
        order = truth.documents["purchasing.PurchaseOrder"][one.pk]
        then = {x.field: x.new for x in plan.changes if (x.label, x.pk) == (one.label, one.pk)}
        submitted = then.get("submitted_at", order.submitted_at)
        if submitted is not None and then.get("asked_change", order.asked_change) is None:
            raise Refusal(
                "approval_used",
                N_("{number} was submitted or changed since, as it was approved. Undo that first."),
                number=order.number,
            )


def bills_keep_receipts(truth: Truth, plan: Plan) -> None:
    """Refuse to undo the receipt of what an accepted bill of the vendor asks for."""
    receipts = {row.made_id: pk for pk, row in truth.documents.get("purchasing.Receipt", {}).items()}
    at = [step.target.place for step in plan.steps if step.target.kind == "on_order"]
    asked = billed_by(receipts) if receipts and at else {}
    back = (
        set(
            PurchaseLine.objects.filter(place__in=[pk for pk in at if isinstance(pk, int)]).values_list(
                "pk", flat=True
            )
        )
        if asked
        else set()
    )
    for (_receipt, line), bill in asked.items():
        if line in back:
            raise billed(*bill)


def bills_keep_orders(truth: Truth, plan: Plan) -> None:
    """Refuse to let an order be a draft again, or another vendor's, of which somebody has entered a bill."""
    asked = {
        one.pk
        for one in plan.changes
        if one.label == "purchasing.PurchaseOrder"
        and (one.field == "vendor_id" or (one.field == "submitted_at" and one.new is None))
    }
    rows = VendorBill.objects.filter(
        lines__purchase_line__purchase_order__in=asked, void__isnull=True, cancelled_at__isnull=True
    )
    if asked and (bill := rows.order_by("pk").first()):
        raise billed(bill.pk, bill.number)


def credits_keep_returns(truth: Truth, plan: Plan) -> None:
    """Refuse to fetch goods back for which their vendor has credited something since."""
    rows = truth.documents.get("purchasing.VendorReturn", {})
    for label, pk in plan.voids:
        if label == "purchasing.VendorReturn" and rows[pk].credited_at is not None:
            raise Refusal(
                "credited_since",
                N_("The vendor has credited {number} since. Undo that first."),
                number=rows[pk].number,
            )


def credits_not_taken(truth: Truth, plan: Plan) -> None:
    """Refuse to undo what a vendor credited of which something was taken since."""
    back: dict[int, int] = {}
    for one in plan.postings:
        subject, _, pk = str(one.source.document).partition(":")
        if one.source.kind == PAYABLE and subject == "vendor_return":
            back[int(pk)] = back.get(int(pk), 0) + one.amount_minor
    if back:
        left, rows = left_of(back), truth.documents["purchasing.VendorReturn"]
        credits_stay((rows[pk].number, left.get(pk, 0), minor) for pk, minor in back.items())
