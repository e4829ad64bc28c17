"""What selling does because of an entry: note what left nothing open, or is open again; refuse to send what is on hold."""

from __future__ import annotations

from collections.abc import Callable

from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import N_, Refusal, Remedy
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.done import close_done, fulfilled_by, marked_by_the_house, owes
from wharfinger.demand.queries.standing import standing
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import AccountRef, Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.sales.models import Order

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
    "write_off",
    "amend",
    "cancel",
    "receive_return",
    "inspect",
    "settle",
    "charge_kept",
    "restock",
    "scrap",
    "swap",
    "reopen",
    "reverse",
)
"""The verbs after which nothing may be open of a document any more, or something again."""

CHARGING = ("pick", "draft")
"""The verbs after which something may be open again where charges were made by the same act."""

SENDING = ("start_run", "pick", "short_pick", "ship", "deliver", "pick_pack_ship", "provide")
"""The verbs that an order on hold refuses, of charges that it collects, too."""

DELIVERING = ("ship", "deliver", "pick_pack_ship", "provide", "receive", "install")
"""The verbs that may bring an order's last open goods to the customer."""

TAKING_BACK = ("cancel_delivery", "remove", "cancel_receipt", "reverse")
"""The verbs after which something of an order may be open again that was delivered."""

_WITH_CUSTOMER = ("customer", "rented", "in_transit")
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
        touched |= _of_lines(truth, plan)
        touched |= _billed(plan, row_table, invoice_table)
        touched |= {written.made[ref.label][ref.n] for ref in plan.notes.get("closed", ())}
        if touched:
            close_done(touched, written.id, owing=owing)

    return close


def where_charged(
    close: Callable[[Truth, Plan, Written], None],
) -> Callable[[Truth, Plan, Written], None]:
    """The same after an act that made charges, and nothing after any other."""

    def last(truth: Truth, plan: Plan, written: Written) -> None:
        if "demand.Line" in plan.creates:
            close(truth, plan, written)

    return last


def _parts(account: AccountRef) -> tuple[str, int | None]:
    """What an account is about, as noun and id; no id while the document is only being made."""
    if isinstance(account.document, str):
        noun, _colon, key = account.document.partition(":")
        return noun, int(key) if key.isdecimal() else None
    noun, pk = account.document
    return noun, pk if isinstance(pk, int) else None


def _of_lines(truth: Truth, plan: Plan) -> set[int]:
    """The documents of the lines that moved, and the orders that collect them: a job's goods may be an order's last."""
    lines = truth.documents.get("demand.Line", {}) | truth.read.get("lines", {})
    moved = {claim for step in plan.steps for claim in (step.source.claim, step.target.claim)}
    return {
        sheet
        for pk, row in lines.items()
        if pk in moved
        for sheet in (row.sheet_id, row.order_id)
        if isinstance(sheet, int)
    }


def _billed(plan: Plan, row_table: str, invoice_table: str) -> set[int]:
    """The documents whose lines stand on the invoices that money goes to or from, and orders whose deposits those are."""
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
        f"WHERE {sql.among('r.invoice_id')} UNION SELECT i.sheet_id, NULL FROM {invoice_table} i "
        f"WHERE {sql.among('i.id')} AND i.kind = 'deposit'",
        [sql.array(sorted(named))] * 2,
    )
    return {sheet for pair in found for sheet in pair if sheet is not None}


def not_on_hold(truth: Truth, plan: Plan) -> None:
    """Refuse to pick or send for an order that somebody put on hold, wherever its lines are charged."""
    sheets = truth.documents.get("demand.Sheet", {})
    orders = {pk: row for pk, row in sheets.items() if row.kind == "order"}
    # Of all of them, for whoever else asks how far they are.
    known = truth.read["standing"] = truth.read.get("standing") or standing(sheets)
    lines = truth.read.get("lines", {})
    moved = (lines.get(step.source.claim) for step in plan.steps)
    collected = {line.order_id for line in moved if line is not None and line.order_id is not None}
    # A job is locked without the orders that collect its charges.
    if beside := collected - orders.keys():
        known = known | standing(beside)
        orders = orders | Sheet.objects.in_bulk([pk for pk in beside if known[pk].held])
    held = next((row for pk, row in orders.items() if pk in known and known[pk].held), None)
    if held is not None:
        raise Refusal(
            "order_on_hold",
            N_("{number} is on hold. Let it go on first."),
            number=held.number,
            remedies=[Remedy("unhold", {"order": held.pk})],
        )


def wanted_again(truth: Truth, plan: Plan) -> None:
    """Let an order be fulfilled no longer once more of it is wanted: a line is added, or raised."""
    fulfilled = {pk for pk, one in truth.read.get("standing", {}).items() if one.fulfilled}
    if not fulfilled:
        return
    lines = truth.read["lines"]
    raised = (lines.get(step.source.claim) for step in plan.steps if step.source.kind == "want")
    again = {line.order_id for line in raised if line is not None}
    again |= {made["order_id"] for made in plan.creates.get("demand.Line", ())}
    _fulfilled_no_longer(plan, again & fulfilled)


def open_again(truth: Truth, plan: Plan) -> None:
    """Let an order be fulfilled no longer that was so by itself, once goods of it come back from the customer."""
    if not truth.read["house"].fulfil_automatically:
        return
    back = (s for s in plan.steps if s.source.kind in _WITH_CUSTOMER and s.target.kind not in _WITH_CUSTOMER)
    claims = {step.source.claim for step in back if isinstance(step.source.claim, int) and step.source.claim}
    if claims:
        _fulfilled_no_longer(plan, marked_by_the_house(claims))


def _fulfilled_no_longer(plan: Plan, orders: set[int]) -> None:
    # Whoever writes to an order holds the lock of its sheet first, so this one waits for nobody who waits for us.
    for row in sql.by_ids(Order, orders, locked=True).values():
        plan.change(row, fulfilled_at=None)


def fulfilled_by_itself(truth: Truth, _plan: Plan, written: Written) -> None:
    """Mark orders as fulfilled whose last open goods were delivered, where the company decided so.

    By an entry of its own, so that a part of the delivery can still be taken back.
    """
    if not truth.read["house"].fulfil_automatically:
        return
    orders = [pk for pk, _number in fulfilled_by(written.id)]
    if not orders:
        return

    def plan(now: Truth) -> Plan:
        made = Plan()
        for row in now.documents["sales.Order"].values():
            made.change(row, fulfilled_at=now.now)
        return made

    post("mark_fulfilled", Wish(documents=[(Sheet, orders), (Order, orders)]), plan, actor=HOUSE)
