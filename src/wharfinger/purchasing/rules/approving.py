"""Pure decisions about who may let the company buy, and up to which amount."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wharfinger.base.money import MICRO, extended
from wharfinger.base.refusal import N_, NotThere, Refusal, Remedy
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import kits
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.purchasing.rules import rising, tiers


def home_cost(truth: Truth, order: Any, line: Any, quantity: int) -> int:
    """What a quantity of a purchase order's line costs in home currency, rounded once."""
    product = truth.read["products"][line.product_id]
    return cost_at_home(order, line, quantity, product.quantity_decimals, truth.home_currency)


def cost_at_home(order: Any, line: Any, quantity: int, decimals: int, home: str) -> int:
    """What a quantity of a line costs in home currency, at the rate of its order."""
    per = None if line.per is None else line.per * 10**MICRO
    return extended(line.unit_cost_micro * order.rate_micro, quantity, decimals + MICRO, home, per=per)


def plan_approve(
    truth: Truth,
    *,
    lines: Sequence[int],
    purchase_lines: Sequence[int] = (),
    purchase_orders: Sequence[int] = (),
    note: str = "",
) -> Plan:
    """Grant buying: all lines of the same product on the same order go on to Purchasing & Fulfillment.

    purchase_orders: drafts, and orders of which a change waits, of which every line that asks for approval gets it.
    """
    plan = Plan()
    for line in _chosen(truth, lines):
        _not_ones_own(truth, line.requested_by_id)
        amount = _line_cost(truth, line)
        together = sum(_line_cost(truth, one) for one in _beside(truth, line))
        needed = tiers.check_may(truth, together, [line.requested_by_id], field="lines")
        if tiers.enough(truth, ("line", line.pk), amount, needed, field="lines"):
            demand.advance(plan, truth, line.pk, ("to_approve",), "to_order")
            plan.change(line, approved_minor=amount, rejected_note="")
        _record(plan, truth, granted=True, amount=amount, note=note, line=line.pk)
        plan.mention(*sheets_of(line))
    asked = list(purchase_lines)
    for n, pk in enumerate(purchase_orders):
        asks = asking(truth, order_to_decide(truth, pk, f"purchase_orders.{n}"))
        if not asks and truth.documents["purchasing.PurchaseOrder"][pk].approval_asked_at is None:
            raise nothing_to_approve(truth.documents["purchasing.PurchaseOrder"][pk], f"purchase_orders.{n}")
        asked += [line.pk for line in asks if line.pk not in asked]
    granted = {pk for pk in asked if _approve_purchase_line(plan, truth, pk, note)}
    for order in truth.documents.get("purchasing.PurchaseOrder", {}).values():
        if order.approval_asked_at is not None and all(line.pk in granted for line in asking(truth, order)):
            plan.change(order, approval_asked_at=None)
            plan.mention(order)
    return plan


def plan_reject(
    truth: Truth, *, lines: Sequence[int], purchase_orders: Sequence[int] = (), note: str
) -> Plan:
    """Refuse buying, with a reason: the lines wait as pending, drafts as drafts; the reason stands on them.

    An order of which a change waits stays as it is.
    """
    plan = Plan()
    for line in _chosen(truth, lines):
        demand.advance(plan, truth, line.pk, ("to_approve",), "demand")
        plan.change(line, rejected_note=note)
        _record(plan, truth, granted=False, amount=_line_cost(truth, line), note=note, line=line.pk)
        plan.mention(*sheets_of(line))
    for n, pk in enumerate(purchase_orders):
        _reject_order(plan, truth, order_to_decide(truth, pk, f"purchase_orders.{n}"), note, n)
    return plan


def _reject_order(plan: Plan, truth: Truth, order: Any, note: str, n: int) -> None:
    if order.approval_asked_at is None:
        raise _not_waiting(order, f"purchase_orders.{n}")
    plan.change(order, approval_asked_at=None, rejected_note=note, asked_change=None)
    for line in asking(truth, order):
        amount = home_cost(truth, order, line, line.quantity)
        _record(plan, truth, granted=False, amount=amount, note=note, purchase_line=line.pk)
    plan.mention(order)


def order_to_decide(truth: Truth, pk: int, field: str) -> Any:
    """A draft of which somebody decides whether it may be ordered, or an order of which a change waits.

    Raises Refusal where it is neither any more.
    """
    order = truth.documents["purchasing.PurchaseOrder"].get(pk)
    if order is None or order.void_id is not None:
        raise NotThere("no_such_purchase_order", N_("There is no such purchase order."), field=field)
    _may_be_decided(order, field)
    return order


def _may_be_decided(order: Any, field: str) -> None:
    if order.cancelled_at is None and (order.submitted_at is None or rising.waits(order)):
        return
    if order.asked_change is not None or (order.submitted_at is not None and order.rejected_note):
        raise _not_waiting(order, field)
    raise _no_draft(order, field)


def asking(truth: Truth, order: Any) -> list[Any]:
    """The lines that somebody has to approve before a draft is submitted, or before a change that waits is made."""
    lines = [line for line in truth.read["purchase_lines"].values() if line.purchase_order_id == order.pk]
    if rising.waits(order):
        return [
            one
            for one in (rising.as_asked(order, line) for line in lines if rising.asks_for(order, line))
            if (one.approved_minor or 0) < home_cost(truth, order, one, one.quantity)
        ]
    drafted = {line.pk: {h.claim: h.quantity for h in truth.at(line.drafted_place_id)} for line in lines}
    return unapproved(truth, order, lines, drafted)


def nothing_to_approve(order: Any, field: str | None = None) -> Refusal:
    """Nothing of a draft needs an approval."""
    return Refusal(
        "nothing_to_approve",
        N_("Nothing of {number} needs an approval. It can be submitted."),
        field=field,
        number=order.number,
        subject=f"purchase_order:{order.pk}",
        remedies=[Remedy("submit", {"purchase_order": order.pk})],
    )


def plan_request(truth: Truth, *, lines: Sequence[int]) -> Plan:
    """Send pending lines to be bought: to Purchasing & Fulfillment, or to approval where that is needed."""
    plan = Plan()
    known = truth.read["lines"]
    by_order: dict[int, list[Any]] = defaultdict(list)
    for line in known.values():
        by_order[line.order_id or line.sheet_id].append(line)
    for n, pk in kits.waiting(truth, lines, "demand"):
        line = known.get(pk)
        if line is None:
            raise NotThere("no_such_line", N_("There is no such line."), field=f"lines.{n}")
        if not truth.quantity_of(pk, ("demand",)):
            raise Refusal(
                "not_pending",
                N_("Nothing of this line is pending: it is ordered, reserved or delivered already."),
                field=f"lines.{n}",
                line=pk,
            )
        together = [
            one for one in by_order[line.order_id or line.sheet_id] if one.product_id == line.product_id
        ]
        approved = sum(one.approved_minor or 0 for one in together)
        wanted = [(one.product_id, one.quantity) for one in together]
        to = demand.route(truth, wanted, {line.product_id: approved} if approved else None)[line.product_id]
        demand.advance(plan, truth, pk, ("demand",), "to_approve" if to == "to_approve" else "to_order")
        plan.change(line, rejected_note="", requested_by_id=truth.actor or line.requested_by_id)
        plan.mention(*sheets_of(line))
    return plan


def unapproved(
    truth: Truth, order: Any, lines: Iterable[Any], drafted: Mapping[int, Mapping[int, int]]
) -> list[Any]:
    """The lines of an unsubmitted order that somebody has to approve before it is submitted.

    drafted: by line, how many for which claim.
    """
    threshold = truth.read["approval"]["threshold_minor"]
    if threshold is None:
        return []
    decimals = {pk: product.quantity_decimals for pk, product in truth.read["products"].items()}
    wishes = truth.read["lines"]
    return unapproved_of(order, list(lines), drafted, wishes, decimals, threshold, truth.home_currency)


def unapproved_of(
    order: Any,
    lines: Sequence[Any],
    drafted: Mapping[int, Mapping[int, int]],
    wishes: Mapping[int, Any],
    decimals: Mapping[int, int],
    threshold: int,
    home: str,
) -> list[Any]:
    """Which lines reach the threshold without being approved up to what they cost.

    Goods for stock count by product over the whole order; a customer's line counts once more where the
    order's cost has risen above what was approved for it. wishes: the customers' lines by their claims;
    decimals: of a quantity, by product.
    """

    def cost(line: Any, units: int) -> int:
        return cost_at_home(order, line, units, decimals[line.product_id], home)

    asks = []
    stock: dict[int, int] = defaultdict(int)
    wanted: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        claims = drafted.get(line.pk, {})
        stock[line.product_id] += cost(line, line.quantity - sum(claims.values()))
        for claim in claims:
            wish = wishes[claim]
            together = wanted[wish.order_id or wish.sheet_id, line.product_id]
            together[0] += cost(line, wish.quantity)
            together[1] += wish.approved_minor or 0
    risen = {product for (_, product), (much, approved) in wanted.items() if threshold <= much > approved}
    for line in lines:
        needed = line.product_id in risen or stock[line.product_id] >= threshold
        if needed and (line.approved_minor is None or line.approved_minor < cost(line, line.quantity)):
            asks.append(line)
    return asks


def sheets_of(line: Any) -> list[Any]:
    """The documents whose journal shows what happens to a line."""
    return [sheet for sheet in (line.sheet, line.order) if sheet is not None]


def _not_waiting(order: Any, field: str) -> Refusal:
    return Refusal(
        "not_waiting",
        N_("{number} does not wait for approval, so there is nothing to decide."),
        field=field,
        number=order.number,
        subject=f"purchase_order:{order.pk}",
    )


def _no_draft(order: Any, field: str) -> Refusal:
    cancelled = order.cancelled_at is not None
    return Refusal(
        "purchase_cancelled" if cancelled else "already_submitted",
        N_("{number} is no longer a draft."),
        field=field,
        number=order.number,
        subject=f"purchase_order:{order.pk}",
    )


def _approve_purchase_line(plan: Plan, truth: Truth, pk: int, note: str) -> bool:
    """Approve a line of a draft or as a change asks for it; whether that is enough, or others must approve it too."""
    line = truth.read.get("purchase_lines", {}).get(pk)
    if line is None:
        raise NotThere(
            "no_such_purchase_line", N_("There is no such line on a purchase order."), field="purchase_lines"
        )
    order = truth.documents["purchasing.PurchaseOrder"][line.purchase_order_id]
    _may_be_decided(order, "purchase_lines")
    if rising.waits(order) and not rising.asks_for(order, line):
        raise _not_waiting(order, "purchase_lines")
    asked = rising.as_asked(order, line)
    _not_ones_own(truth, asked.requested_by_id, field="purchase_lines")
    asked_by = [asked.requested_by_id]
    if order.approval_asked_at is not None:
        _not_ones_own(truth, order.approval_asked_by_id, field="purchase_lines")
        asked_by.append(order.approval_asked_by_id)
    amount = home_cost(truth, order, asked, asked.quantity)
    every = [
        rising.as_asked(order, one)
        for one in truth.read["purchase_lines"].values()
        if (one.purchase_order_id, one.product_id) == (order.pk, line.product_id)
    ]
    together = sum(home_cost(truth, order, one, one.quantity) for one in every)
    needed = tiers.check_may(truth, together, asked_by, field="purchase_lines")
    enough = tiers.enough(truth, ("purchase_line", pk), amount, needed, field="purchase_lines")
    if enough:
        plan.change(line, approved_minor=amount)
    _record(plan, truth, granted=True, amount=amount, note=note, purchase_line=pk)
    plan.mention(order)
    return enough


def _chosen(truth: Truth, lines: Sequence[int]) -> list[Any]:
    """The lines that wait for approval together with the named ones; raises Refusal where none does."""
    known = truth.read["lines"]
    groups = set()
    for n, pk in kits.waiting(truth, lines, "to_approve"):
        line = known.get(pk)
        if line is None:
            raise NotThere("no_such_line", N_("There is no such line."), field=f"lines.{n}")
        if not truth.quantity_of(pk, ("to_approve",)):
            raise Refusal(
                "not_waiting",
                N_("This line does not wait for approval, so there is nothing to decide."),
                field=f"lines.{n}",
                line=pk,
                subject=f"claim:{pk}",
            )
        groups.add((line.order_id or line.sheet_id, line.product_id))
    return [
        line
        for line in known.values()
        if (line.order_id or line.sheet_id, line.product_id) in groups
        and truth.quantity_of(line.pk, ("to_approve",))
    ]


def _beside(truth: Truth, line: Any) -> list[Any]:
    """All lines that name the same product on the same order, of which the total counts."""
    return [
        one
        for one in truth.read["lines"].values()
        if (one.order_id or one.sheet_id, one.product_id) == (line.order_id or line.sheet_id, line.product_id)
    ]


def _not_ones_own(truth: Truth, asked_by: int | None, *, field: str = "lines") -> None:
    allowed = truth.read["approval"]["self_approval"]
    if not allowed and truth.actor is not None and asked_by == truth.actor:
        raise Refusal(
            "own_request",
            N_("Nobody approves what they asked for themselves. Ask another approver."),
            field=field,
        )


def _line_cost(truth: Truth, line: Any) -> int:
    decimals = truth.read["products"][line.product_id].quantity_decimals
    return extended(truth.read["costs"].get(line.product_id, 0), line.quantity, decimals, truth.home_currency)


def _record(
    plan: Plan,
    truth: Truth,
    *,
    granted: bool,
    amount: int,
    note: str,
    line: int | None = None,
    purchase_line: int | None = None,
) -> None:
    plan.create(
        "purchasing.Approval",
        line_id=line,
        purchase_line_id=purchase_line,
        by_id=truth.actor,
        at=truth.now,
        granted=granted,
        amount_minor=amount,
        note=note,
    )
