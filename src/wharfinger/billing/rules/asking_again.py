"""Pure decision about the undo of an act that credited: a credit note stays, and an invoice takes it back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wharfinger.base.refusal import N_, Refusal, Remedy
from wharfinger.base.tax import TaxedRow, Totals, nets, row_of, totals
from wharfinger.billing.rules import Balance, at_home, receivable, revenue, round_off, store_credit, tax
from wharfinger.billing.rules.credits import Credit, credit
from wharfinger.billing.rules.deposits import micro_of
from wharfinger.billing.rules.invoices import begin
from wharfinger.billing.rules.payments import pay_off
from wharfinger.ledger.plan import AccountRef, Id, PlaceRef, Plan, PostingStep, Step, Truth, fixed

CREDITING = frozenset({"receive_return", "settle", "swap"})
"""The verbs that are undone although they credited: their goods go back, and the customer is asked again."""
STAYING = frozenset({"billing.CreditNote", "billing.Invoice", "billing.Payment"})
"""What is on paper and has a number stays as it is, whatever is undone."""


@dataclass(slots=True)
class Asked:
    """What stands about the papers of the act that is undone."""

    lines: dict[int, list[Any]]
    """The rows of each credit note."""
    fees: dict[int, list[Any]]
    """What was kept of each."""
    customers: Mapping[int, Any]
    balances: Mapping[tuple[str, int], Balance]
    """What each credit note's store credit comes to, below zero."""
    refunds: Sequence[Any] = ()
    """The refunds that paid a part of them out and stand."""
    taken_back: Collection[int] = ()
    """The credit notes that an invoice took back already."""
    invoices: Sequence[Any] = field(default_factory=list)
    """The invoices that the act posted."""


def ask_again(plan: Plan, truth: Truth, asked: Asked) -> None:
    """Let undoing leave the papers of an act as they are, and post their opposites.

    An invoice asks for what each credit note gave back, less what was kept of it, and is paid by what was paid before.
    An invoice of the act is credited in whole. Raises Refusal where somebody built on them since: paid the credit out,
    or credited what was invoiced.
    """
    notes = [truth.documents["billing.CreditNote"][pk] for label, pk in plan.voids if label == _NOTE]
    _untouched(notes, truth, asked)
    plan.voids = [(label, pk) for label, pk in plan.voids if label not in STAYING]
    back = _back_from_credit(plan, truth, notes, asked.invoices)
    _credit_invoices(plan, truth, asked)
    for note in notes:
        _ask(plan, truth, asked, note, back.get(note.pk, Balance()))


_NOTE = "billing.CreditNote"


def _untouched(notes: Sequence[Any], truth: Truth, asked: Asked) -> None:
    for note in notes:
        if note.pk in asked.taken_back:
            raise Refusal("nothing_left", N_("Nothing of this step is left to undo."))
    if asked.refunds:
        raise Refusal(
            "paid_back",
            N_("{refund} paid this credit back. Cancel that refund first, then undo this."),
            refund=", ".join(one.number for one in asked.refunds),
            remedies=[Remedy("cancel_payment", {"payment": asked.refunds[0].pk})],
        )
    credited = truth.read.get("credited", {})
    for one in asked.invoices:
        if any(row.invoice_id == one.pk and row.pk in credited for row in _rows(truth)):
            raise Refusal(
                "credited_since",
                N_("{number} was credited since. Credit or invoice by hand what is still wrong."),
                number=one.number,
            )


def _rows(truth: Truth) -> Iterable[Any]:
    found: Mapping[int, Any] = truth.read.get("invoice_lines", {})
    return found.values()


def _back_from_credit(
    plan: Plan, truth: Truth, notes: Sequence[Any], invoices: Sequence[Any]
) -> dict[int, Balance]:
    """Keep of what is posted back only what takes the credit off an invoice of the act again, by credit note.

    All else about the papers is posted by their opposites. A difference at home belongs to what stands before it.
    """
    names = {f"credit_note:{note.pk}": note.pk for note in notes}
    ours = {f"invoice:{one.pk}": one.pk for one in invoices}
    papers = names.keys() | ours.keys() | {f"invoice:{note.invoice_id}" for note in notes}
    kept: list[PostingStep] = []
    found: dict[int, Balance] = {}
    keeps = False
    for one in plan.postings:
        ends = {str(one.source.document), str(one.target.document)}
        if one.amount_minor or not ends & papers:
            keeps = not ends & papers
            note = names.get(str(one.source.document))
            invoice = ours.get(str(one.target.document))
            if note is not None and invoice is not None:
                keeps = True
                before = found.get(note, Balance())
                found[note] = Balance(before.minor + one.amount_minor, before.home_minor + one.home_minor)
                _more(truth, ("invoice", invoice), one.amount_minor, one.home_minor)
        elif keeps:
            _of_credit(found, names, one)
        if keeps:
            kept.append(one)
    plan.postings = kept
    return found


def _of_credit(found: dict[int, Balance], names: Mapping[str, int], one: PostingStep) -> None:
    """What a store credit is worth more or less at home by a difference."""
    for end, sign in ((one.source, 1), (one.target, -1)):
        note = names.get(str(end.document))
        if note is not None:
            before = found.get(note, Balance())
            found[note] = Balance(before.minor, before.home_minor + sign * one.home_minor)


def _more(truth: Truth, subject: tuple[str, int], minor: int, home_minor: int) -> None:
    before = truth.read["balances"].get(subject, Balance())
    truth.read["balances"][subject] = Balance(before.minor + minor, before.home_minor + home_minor)


def _credit_invoices(plan: Plan, truth: Truth, asked: Asked) -> None:
    """Credit what the act invoiced; its lines stay for that paper, without goods and without a wish."""
    if not asked.invoices:
        return
    invoiced = {one.pk for one in asked.invoices}
    places = {one.place_id for one in asked.invoices}
    rows = [row for row in _rows(truth) if row.invoice_id in invoiced]
    lines = {row.line_id for row in rows if row.line_id is not None}
    _take_steps(plan, lambda step: step.source.place in places)
    for n, step in enumerate(plan.steps):
        if step.source.kind == "covered" and step.target.kind == "want" and step.source.claim in lines:
            dropped = step.source.at(fixed("dropped"))
            plan.steps[n] = step._replace(target=dropped, reverses=None, verb="amend")
    plan.voids = [(label, pk) for label, pk in plan.voids if label != "demand.Line" or pk not in lines]
    for line in sorted(lines):
        plan.change(truth.documents["demand.Line"][line], removed_at=truth.now)
    reason = truth.read["reason"]
    credit(plan, truth, [Credit(row.pk, row.quantity) for row in rows], reason=reason)


def _take_steps(plan: Plan, gone: Any) -> None:
    """Leave steps out of a plan, whose draws say by turn which step they hang on."""
    turn: dict[int | None, int | None] = {None: None}
    steps: list[Step] = []
    for n, step in enumerate(plan.steps):
        if not gone(step):
            turn[n] = len(steps)
            steps.append(step)
    plan.steps = steps
    plan.draws = [draw._replace(step=turn[draw.step]) for draw in plan.draws]


def _ask(plan: Plan, truth: Truth, asked: Asked, note: Any, back: Balance) -> None:
    """Ask for what a credit note gave back, at what it gave back, and let its own store credit pay."""
    invoice = truth.documents["billing.Invoice"][note.invoice_id]
    lines, fees = asked.lines.get(note.pk, ()), asked.fees.get(note.pk, ())
    included = any(line.invoice_line.gross_minor is not None for line in lines)
    rows = [_taxed(line, line.invoice_line, 1, included=included) for line in lines]
    rows += [_taxed(fee, fee, -1, included=included) for fee in fees]
    found = totals(rows)
    made, place = begin(
        plan,
        truth,
        found,
        organization=asked.customers[note.organization_id],
        site=invoice.site_id,
        sheet=invoice.sheet_id,
        currency=note.currency,
        rate_micro=invoice.rate_micro,
        customer_reference=invoice.customer_reference,
        due_on=max(invoice.due_on, truth.effective_on),
        terms=None,
        takes_back=note.pk,
        total_minor=note.total_minor,
    )
    plan.creates["billing.Invoice"][made.n].update(
        terms_id=invoice.terms_id,
        discount_micro=invoice.discount_micro,
        discount_until=invoice.discount_until,
    )
    for position, (one, row, net) in enumerate(zip([*lines, *fees], rows, nets(rows), strict=True), start=1):
        _write(plan, made, position, one, row, net, note.currency)
    _bills(plan, note, place)
    owed = receivable(note.organization_id, made, note.currency)
    worth = _post(plan, truth, owed, found, note, invoice.rate_micro)
    stands = asked.balances.get(("credit_note", note.pk), Balance())
    left = Balance(back.minor - stands.minor, back.home_minor - stands.home_minor)
    part = min(note.total_minor, left.minor)
    if part > 0:
        theirs = store_credit(note.organization_id, "credit_note", note.pk, note.currency)
        total = Balance(note.total_minor, worth)
        pay_off(plan, owed, theirs, Balance(part, total.share(part)), left.share(part))
    plan.mention(("invoice", made), note, invoice, ("organization", note.organization_id))


def _taxed(one: Any, of: Any, sign: int, *, included: bool) -> TaxedRow:
    minor = one.net_minor + (one.tax_minor if included else 0)
    return row_of(sign * minor, of.tax_code, included)._replace(rate_micro=of.rate_micro)


def _write(
    plan: Plan, invoice: Id, position: int, one: Any, row: TaxedRow, net_minor: int, currency: str
) -> None:
    """A row of the invoice: as it was billed first, or as it was kept."""
    of = getattr(one, "invoice_line", None)
    product = one.product if of is None else of.product
    plan.create(
        "billing.InvoiceLine",
        invoice_id=invoice,
        line_id=None if of is None else of.line_id,
        position=position,
        product_id=product.pk,
        description=one.description if of is None else of.description,
        quantity=10**product.quantity_decimals if of is None else one.quantity,
        unit="" if of is None else of.unit,
        per=None if of is None else of.per,
        unit_price_micro=micro_of(row.minor, currency) if of is None else of.unit_price_micro,
        discount_micro=0 if of is None else of.discount_micro,
        tax_code_id=one.tax_code_id if of is None else of.tax_code_id,
        rate_micro=row.rate_micro,
        net_minor=net_minor,
        gross_minor=row.minor if row.included else None,
        price_reason="",
        takes_off_id=None,
    )


def _bills(plan: Plan, note: Any, place: PlaceRef) -> None:
    """Let the bills that stand on a credit note stand on the invoice that takes it back."""
    for n, step in enumerate(plan.steps):
        if step.source.place == note.place_id:
            plan.steps[n] = step._replace(target=step.target.at(place), reverses=None, verb="invoice")


def _post(plan: Plan, truth: Truth, owed: AccountRef, found: Totals, note: Any, rate_micro: int) -> int:
    """Let the customer owe it, of which rounding takes what its tax is less or more than the note's; its worth at home."""

    def home(minor: int) -> int:
        return at_home(truth, minor, note.currency, rate_micro)

    parts = [(revenue(note.currency), found.net)]
    parts += [
        (tax(note.currency, by.name or by.category, by.rate_micro), by.tax_minor) for by in found.by_rate
    ]
    for account, minor in parts:
        if minor < 0:
            plan.pay(owed, account, -minor, home(-minor))
        else:
            plan.pay(account, owed, minor, home(minor))
    off = note.total_minor - found.net - found.tax
    round_off(plan, owed, off, home(off))
    return sum(home(minor) for _, minor in parts) + home(off)
