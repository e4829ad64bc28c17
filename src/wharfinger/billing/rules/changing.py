"""Pure decisions about a draft that is changed or discarded; what is posted is corrected by a credit note instead."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.money import extended
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Remedy
from wharfinger.base.tax import TaxedRow, nets, row_of, totals
from wharfinger.billing.rules import coin_of
from wharfinger.billing.rules.fees import Fee, charged, write_fees
from wharfinger.billing.rules.invoices import (
    Bill,
    Row,
    as_locked,
    billed,
    dated,
    priced,
    take_bills,
    the_invoice,
    write_row,
)
from wharfinger.billing.rules.terms import agreed
from wharfinger.ledger.plan import THIS, PlaceRef, Plan, Truth, fixed

CHANGING = ("change_draft", "discard_draft")
"""The verbs of a draft that is there already."""
FIGURES = ("quantity", "unit_price_micro", "discount_micro")
"""What decides what a row comes to."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """What becomes different about a row of a draft; what is None stays."""

    row: int
    quantity: int | None = None
    """None of it is billed any more where that is nought."""
    unit_price_micro: int | None = None
    discount_micro: int | None = None
    description: str | None = None
    reason: str | None = None
    """Why it asks another price than its line."""


@dataclass(frozen=True, slots=True)
class DraftChange:
    """What becomes different about a draft."""

    rows: tuple[RowChange, ...] = ()
    add: tuple[Bill, ...] = ()
    values: tuple[tuple[str, Any], ...] = ()
    """Its reference and remarks; its days, of which None stands for the day of posting, and for the terms' own."""
    fees: tuple[Fee, ...] = ()


class Left(NamedTuple):
    """What a row of a draft says afterwards."""

    row: Any
    quantity: int
    unit_price_micro: int
    discount_micro: int
    description: str
    reason: str
    taxed: TaxedRow


def plan_change(truth: Truth, *, invoice: int, change: DraftChange, lines: Collection[int]) -> Plan:
    """Change a draft's rows, days and words; what it bills no more is to be billed again. lines: those that are locked."""
    plan = Plan()
    draft = a_draft(truth, invoice)
    as_locked(truth, lines)
    rows = [row for row in truth.read["invoice_lines"].values() if row.quantity]
    wanted = _by_row(rows, change.rows)
    left = [_left(truth, row, wanted.get(row.pk), draft.currency) for row in rows]
    added = [_added(truth, draft, bill, n) for n, bill in enumerate(change.add)]
    included = any(row.gross_minor is not None for row in truth.read["invoice_lines"].values())
    fees = charged(
        truth,
        change.fees,
        organization=draft.organization_id,
        currency=draft.currency,
        included=included,
        on=draft.issued_on,
    )
    if not added and not fees and not any(one.quantity for one in left):
        raise Refusal(
            "draft_is_empty",
            N_("A draft bills something. Discard it, if nothing of it is to be billed now."),
            field="rows",
        )
    taxed = [one.taxed for one in left] + [row.taxed for row in added] + [fee.taxed for fee in fees]
    amounts = nets(taxed)
    for one, net in zip(left, amounts, strict=False):
        _write(plan, truth, draft, one, net, wanted)
    last = max(row.position for row in truth.read["invoice_lines"].values())
    begun, end = len(left), len(left) + len(added)
    made = [
        write_row(plan, truth, draft.pk, last + 1 + n, row, net, _place(draft), f"add.{n}")
        for n, (row, net) in enumerate(zip(added, amounts[begun:end], strict=True))
    ]
    made += write_fees(plan, draft.pk, last + 1 + len(added), fees, amounts[end:])
    plan.mention(*(("invoice_line", one) for one in made))
    found = totals(taxed).to_coin(coin_of(truth, draft.currency))
    values = _values(truth, draft, dict(change.values))
    sums = {"net_minor": found.net, "tax_minor": found.tax, "total_minor": found.total}
    sums["rounding_minor"] = found.rounding
    plan.change(draft, sheet_id=_alone(truth, draft, left, added), **sums, **values)
    if not (plan.steps or plan.changes or plan.creates):
        raise Refusal("nothing_changed", N_("This changes nothing. Change something first."))
    plan.mention(draft, ("organization", draft.organization_id), *truth.documents["demand.Sheet"].values())
    return plan


def plan_discard(truth: Truth, *, invoice: int, lines: Collection[int]) -> Plan:
    """Give a draft up: what it billed is to be billed again. lines: those that are locked."""
    plan = Plan()
    draft = a_draft(truth, invoice)
    as_locked(truth, lines)
    for held in truth.at(draft.place_id):
        plan.move(held.spot, held.spot.at(fixed("to_bill")), held.quantity)
    plan.change(draft, void_id=THIS)
    plan.mention(draft, ("organization", draft.organization_id), *truth.documents["demand.Sheet"].values())
    return plan


def a_draft(truth: Truth, invoice: int) -> Any:
    """A draft that the act locked; raises Refusal where the invoice is posted."""
    row = the_invoice(truth, invoice)
    if row.posted_at is not None:
        raise Refusal(
            "posted",
            N_("{number} is posted and stays as it is. Cancel it, or credit what is wrong."),
            field="invoice",
            number=row.number,
            remedies=[Remedy("credit", {"invoice": row.pk})],
        )
    return row


def _by_row(rows: Iterable[Any], changes: Iterable[RowChange]) -> dict[int, tuple[int, RowChange]]:
    """The change to each row, and which it is of those that were sent."""
    known = {row.pk for row in rows}
    found: dict[int, tuple[int, RowChange]] = {}
    for n, one in enumerate(changes):
        if one.row not in known:
            raise NotThere("no_such_invoice_line", N_("There is no such invoice line."), field=f"rows.{n}.id")
        if one.row in found:
            raise BadInput("twice", N_("This row is named twice. Name it once."), field=f"rows.{n}.id")
        found[one.row] = n, one
    return found


def _left(truth: Truth, row: Any, wanted: tuple[int, RowChange] | None, currency: str) -> Left:
    """What a row says after a change; its amount is only reckoned anew where a figure of it is another."""
    one = wanted[1] if wanted else RowChange(row.pk)
    now = {name: getattr(row, name) for name in (*FIGURES, "description")}
    given = {name: getattr(one, name) for name in now}
    after = {name: now[name] if given[name] is None else given[name] for name in now}
    reason = row.price_reason if one.reason is None else one.reason
    line = truth.read["lines"].get(row.line_id)
    if line is not None and line.unit_price_micro == after["unit_price_micro"]:
        reason = ""
    taxed = billed(row)
    if any(after[name] != now[name] for name in FIGURES):
        taxed = row_of(
            extended(
                after["unit_price_micro"],
                after["quantity"],
                row.product.quantity_decimals,
                currency,
                after["discount_micro"],
                row.per,
            ),
            row.tax_code,
            included=row.gross_minor is not None,
        )
    return Left(row=row, reason=reason, taxed=taxed, **after)


def _added(truth: Truth, draft: Any, bill: Bill, n: int) -> Row:
    """A row that a draft bills as well; raises BadInput where it belongs on another invoice."""
    added = priced(truth, bill, f"add.{n}", draft.issued_on)
    line = added.line
    included = any(row.gross_minor is not None for row in truth.read["invoice_lines"].values())
    ours = draft.organization_id, draft.currency, included
    if (line.organization_id, line.currency, line.tax_included) != ours:
        raise BadInput(
            "several_customers",
            N_(
                "An invoice has one customer and one currency, and its prices are all with tax or all before it. "
                "Invoice the others apart."
            ),
            field=f"add.{n}.line",
        )
    return added


def _write(
    plan: Plan,
    truth: Truth,
    draft: Any,
    one: Left,
    net_minor: int,
    wanted: Mapping[int, tuple[int, RowChange]],
) -> None:
    row = one.row
    more = one.quantity - row.quantity
    if more and row.line_id is not None:
        if more > 0:
            field = f"rows.{wanted[row.pk][0]}.quantity"
            take_bills(plan, truth, truth.read["lines"][row.line_id], more, _place(draft), field)
        else:
            _give_back(plan, truth, draft, row.line_id, -more)
    plan.change(
        row,
        quantity=one.quantity,
        unit_price_micro=one.unit_price_micro,
        discount_micro=one.discount_micro,
        description=one.description,
        price_reason=one.reason,
        net_minor=net_minor,
        gross_minor=one.taxed.minor if one.taxed.included else None,
    )


def _give_back(plan: Plan, truth: Truth, draft: Any, line: int, units: int) -> None:
    """Let so many units of a line be billed by whoever bills them next."""
    for held in truth.of_claim(line, ("invoiced",)):
        part = min(units, held.quantity) if held.place == draft.place_id else 0
        if part:
            plan.move(held.spot, held.spot.at(fixed("to_bill")), part)
            held.quantity -= part
            units -= part
    assert not units, f"{units} units of line {line} are not on draft {draft.pk}"


def _place(draft: Any) -> PlaceRef:
    return PlaceRef(draft.place_id, "invoiced")


def _alone(truth: Truth, draft: Any, left: Iterable[Left], added: Iterable[Row]) -> int | None:
    """The only document that the draft bills afterwards, where it is one."""
    lines = truth.read["lines"]
    kept = {lines[one.row.line_id].sheet_id for one in left if one.quantity and one.row.line_id in lines}
    sheets = kept | {row.line.sheet_id for row in added}
    if not sheets:
        return draft.sheet_id  # Only rows without a line are left.
    return sheets.pop() if len(sheets) == 1 else None


def _values(truth: Truth, draft: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The fields of a draft that are said anew, and the days that follow from them."""
    if "issued_on" in given:
        issued: date = given["issued_on"] or truth.effective_on
        given |= {"issued_on": issued, "day_stands": given["issued_on"] is not None}
        then = dated(truth, draft, issued)
        given = {"due_on": then.due_on, "discount_until": then.discount_until, **given}
    issued = given.get("issued_on", draft.issued_on)
    if "due_on" in given and given["due_on"] is None:
        terms, whose = truth.read["terms"].get(draft.terms_id), truth.read["whose"][draft.organization_id]
        given["due_on"] = agreed(terms, whose.terms_days, issued).due_on
    if given.get("due_on", draft.due_on) < issued:
        raise BadInput(
            "due_too_early",
            N_("An invoice cannot be due before it is issued. Choose a later date."),
            field="due_on",
        )
    return given
