"""What selling does because of an entry: note what left nothing open, refuse to send what is on hold."""

from __future__ import annotations

from collections.abc import Callable

from wharfinger.base.refusal import N_, Refusal, Remedy
from wharfinger.demand.queries.done import close_done, owes
from wharfinger.demand.queries.standing import standing
from wharfinger.ledger import sql
from wharfinger.ledger.plan import AccountRef, Plan, Truth
from wharfinger.ledger.write import Written

CLOSING = (
    "win",
    "sell",
    "charge",
    "ship",
    "deliver",
    "pick_pack_ship",
    "cancel_delivery",
    "receive",
    "cancel_receipt",
    "provide",
    "remove",
    "install",
    "invoice",
    "post_invoice",
    "credit",
    "pay",
    "apply",
    "unapply",
    "cancel_payment",
    "refund",
    "amend",
    "cancel",
    "receive_return",
    "inspect",
    "settle",
    "restock",
    "scrap",
    "swap",
    "reopen",
    "reverse",
)
"""The verbs after which nothing may be open of a document any more, or something again."""

SENDING = ("pick", "ship", "deliver", "pick_pack_ship")
"""The verbs that an order on hold refuses."""

_DOCUMENTS = ("demand.Sheet", "sales.Order", "work.WorkOrder")


def closing(invoice_table: str, row_table: str) -> Callable[[Truth, Plan, Written], None]:
    """What runs after these verbs; invoice_table: where invoices are, by which money is still owed.

    row_table: where their rows are, each with the line that it bills.
    """
    owing = owes(invoice_table)

    def close(truth: Truth, plan: Plan, written: Written) -> None:
        touched = {
            pk
            for label in _DOCUMENTS
            for pk, row in truth.documents.get(label, {}).items()
            if getattr(row, "kind", "") != "quote"
        }
        touched |= {
            pk for name, pk in plan.mentions if name in ("order", "work_order") and isinstance(pk, int)
        }
        touched |= _billed(plan, row_table)
        touched |= {written.made[ref.label][ref.n] for ref in plan.notes.get("closed", ())}
        if touched:
            close_done(touched, written.id, owing=owing)

    return close


def _parts(account: AccountRef) -> tuple[str, int | None]:
    """What an account is about, as noun and id; no id while the document is only being made."""
    if isinstance(account.document, str):
        noun, _colon, key = account.document.partition(":")
        return noun, int(key) if key.isdigit() else None
    noun, pk = account.document
    return noun, pk if isinstance(pk, int) else None


def _billed(plan: Plan, row_table: str) -> set[int]:
    """The documents whose lines stand on the invoices that money goes to or from."""
    named = set()
    for posting in plan.postings:
        for account in (posting.source, posting.target):
            noun, pk = _parts(account)
            if noun == "invoice" and pk is not None:
                named.add(pk)
    if not named:
        return set()
    found = sql.fetch(
        f"SELECT DISTINCT l.sheet_id, l.order_id FROM {row_table} r JOIN demand_line l ON l.claim_id = r.line_id "
        f"WHERE {sql.among('r.invoice_id')}",
        [sql.array(sorted(named))],
    )
    return {sheet for pair in found for sheet in pair if sheet is not None}


def not_on_hold(truth: Truth, plan: Plan) -> None:
    """Refuse to pick or send for an order that somebody put on hold."""
    orders = {pk: row for pk, row in truth.documents.get("demand.Sheet", {}).items() if row.kind == "order"}
    known = truth.read.get("standing") or standing(orders)
    held = next((row for pk, row in orders.items() if pk in known and known[pk].held), None)
    if held is not None:
        raise Refusal(
            "order_on_hold",
            N_("{number} is on hold. Let it go on first."),
            number=held.number,
            remedies=[Remedy("unhold", {"order": held.pk})],
        )
