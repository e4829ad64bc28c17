"""Pure decisions about requests for quotation: several vendors are asked, the best answer becomes the order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Remedy
from wharfinger.ledger.plan import Number, Plan, Truth
from wharfinger.purchasing.rules.approving import sheets_of
from wharfinger.purchasing.rules.drafting import (
    BUYABLE,
    PurchaseLineWish,
    PurchaseWish,
    Wanted,
    a_product,
    a_vendor,
    add_order,
    wanted_line,
)

NUMBER = Number("rfq", "RFQ-{n}")


@dataclass(frozen=True, slots=True)
class Asked:
    """How many of a product are asked for, among them those of customers' lines."""

    product: int | None = None
    quantity: int | None = None
    """What the customers' lines still want where none is given."""
    wanted: tuple[Wanted, ...] = ()


@dataclass(frozen=True, slots=True)
class RfqWish:
    """A request for quotation as a person writes it."""

    vendors: tuple[int, ...]
    lines: tuple[Asked, ...]
    title: str = ""
    answer_by: date | None = None
    note: str = ""


class Offered(NamedTuple):
    """What a vendor answers to one line; without a cost it does not offer it."""

    line: int
    unit_cost_micro: int | None
    lead_days: int = 0


@dataclass(frozen=True, slots=True)
class AnswerWish:
    """What a vendor answers, in its currency; lines that are not named stay as they were answered."""

    lines: tuple[Offered, ...] = ()
    currency: str | None = None
    freight_minor: int | None = None
    valid_until: date | None = None
    note: str = ""
    declined: bool = False


def plan_ask(truth: Truth, *, wish: RfqWish) -> Plan:
    """Write down what these vendors are asked; the customers' lines stay to be ordered."""
    plan = Plan()
    made = plan.create(
        "purchasing.Rfq", number=NUMBER, title=wish.title, answer_by=wish.answer_by, note=wish.note
    )
    plan.mention(("rfq", made))
    for n, one in enumerate(wish.lines):
        field = f"lines.{n}"
        claims = [(wanted_line(truth, each.line, field), each.quantity) for each in one.wanted]
        product = a_product(truth, PurchaseLineWish(one.product, wanted=one.wanted), claims, field)
        wanted = []
        for line, quantity in claims:
            still = truth.quantity_of(line.pk, BUYABLE)
            asked = still if quantity is None else quantity
            if not asked or asked > still:
                raise Refusal(
                    "nothing_to_order",
                    N_("{wanted} to order, but only {free} of this line are still to be ordered."),
                    field=f"{field}.quantity",
                    wanted=asked,
                    free=still,
                    product=line.product_id,
                    line=line.pk,
                )
            wanted.append((line.pk, asked))
            plan.mention(*sheets_of(line))
        total = sum(units for _, units in wanted)
        quantity = total if one.quantity is None else one.quantity
        if quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"{field}.quantity")
        if quantity < total:
            raise Refusal(
                "less_than_lines",
                N_("The lines on it want {wanted}; order at least that."),
                field=f"{field}.quantity",
                wanted=total,
            )
        asks = plan.create(
            "purchasing.RfqLine", rfq_id=made, position=n + 1, product_id=product.pk, quantity=quantity
        )
        for pk, units in wanted:
            plan.create("purchasing.RfqWant", rfq_line_id=asks, line_id=pk, quantity=units)
    for pk in wish.vendors:
        vendor = a_vendor(truth, pk)
        plan.create("purchasing.RfqVendor", rfq_id=made, vendor_id=vendor.pk, currency=vendor.currency)
        plan.mention(vendor)
    return plan


def open_rfq(truth: Truth, rfq: int) -> Any:
    """The request under the lock; raises NotThere, or Refusal once it is closed."""
    row = truth.documents["purchasing.Rfq"].get(rfq)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_rfq", N_("There is no such request for quotation."))
    if row.closed_at is not None:
        raise Refusal(
            "rfq_closed",
            N_("{number} is closed. Write a new request."),
            number=row.number,
            subject=f"rfq:{row.pk}",
        )
    return row


def has_it(row: Any) -> bool:
    """Whether a vendor has a request, by mail or otherwise, or has answered it."""
    return any(when is not None for when in (row.sent_at, row.told_at, row.answered_on))


def plan_send(truth: Truth, *, rfq: int, vendors: Sequence[int] | None, by_hand: bool) -> Plan:
    """Mail the request to these vendors, again where they have it; to all who neither have it nor answered without any.

    by_hand: they have it by post or telephone, and nobody is written to. Raises Refusal where one of them has no mail
    address to write to, and then nobody is.
    """
    plan = Plan()
    row = open_rfq(truth, rfq)
    every = truth.documents["purchasing.RfqVendor"].values()
    asked = [one for one in every if not has_it(one)]
    if vendors is not None:
        asked = [_asked_of(truth, vendor) for vendor in vendors]
    if not asked:
        raise Refusal(
            "sent_to_all",
            N_("Every vendor has {number} or has answered. Choose whom to send it to again."),
            field="vendors",
            number=row.number,
        )
    for one in asked:
        if by_hand:
            plan.change(one, told_at=truth.now)
            plan.mention(("organization", one.vendor_id))
            continue
        if not truth.read["vendor_mail"].get(one.vendor_id):
            raise Refusal(
                "no_mail_address",
                N_(
                    "{vendor} has no mail address. Give it one, or send it the PDF yourself and note it as asked."
                ),
                field="vendors",
                vendor=truth.read["vendor_name"][one.vendor_id],
            )
        plan.change(one, sent_at=truth.now)
        plan.mention(("organization", one.vendor_id))
    plan.mention(row)
    return plan


def plan_answer(truth: Truth, *, rfq: int, vendor: int, wish: AnswerWish) -> Plan:
    """Write down what a vendor answers, or that it does not offer; a later answer takes the place of an earlier."""
    plan = Plan()
    row = open_rfq(truth, rfq)
    asked = _asked_of(truth, vendor)
    if wish.declined and wish.lines:
        raise BadInput(
            "declined_with_prices",
            N_("Whoever declines offers nothing. Leave the prices out."),
            field="lines",
        )
    values: dict[str, Any] = {
        "currency": wish.currency or asked.currency,
        "freight_minor": asked.freight_minor if wish.freight_minor is None else wish.freight_minor,
        "valid_until": wish.valid_until,
        "note": wish.note,
        "answered_on": truth.effective_on,
        "declined_on": truth.effective_on if wish.declined else None,
    }
    if wish.declined:
        values["freight_minor"] = 0
    lines = truth.documents["purchasing.RfqLine"]
    answers = {
        (one.rfq_vendor_id, one.line_id): one for one in truth.documents["purchasing.RfqAnswer"].values()
    }
    offers = [Offered(pk, None) for pk in lines] if wish.declined else wish.lines
    for n, one in enumerate(offers):
        if one.line not in lines:
            raise BadInput("no_such_line", N_("There is no such line."), field=f"lines.{n}.line")
        known = answers.get((asked.pk, one.line))
        if known is not None:
            plan.change(known, unit_cost_micro=one.unit_cost_micro, lead_days=one.lead_days)
        elif one.unit_cost_micro is not None:
            plan.create(
                "purchasing.RfqAnswer",
                rfq_vendor_id=asked.pk,
                line_id=one.line,
                unit_cost_micro=one.unit_cost_micro,
                lead_days=one.lead_days,
            )
    plan.change(asked, **values)
    plan.mention(row, ("organization", asked.vendor_id))
    return plan


def _asked_of(truth: Truth, vendor: int) -> Any:
    """What was asked of a vendor."""
    rows = truth.documents["purchasing.RfqVendor"].values()
    found = next((one for one in rows if one.vendor_id == vendor), None)
    if found is None:
        raise BadInput("not_asked", N_("This vendor was not asked. Choose one that was."), field="vendor")
    return found


class Best(NamedTuple):
    """An answer that can be taken, and what a unit costs at home where its currency's rate is known."""

    vendor: int
    cost_micro: int
    home_micro: int | None
    lead_days: int


def cheapest(answers: Iterable[Best]) -> Best | None:
    """Whose answer costs least at home, of several the fastest; an answer without a rate is not compared."""
    known = [one for one in answers if one.home_micro is not None]
    return min(known, key=lambda one: (one.home_micro, one.lead_days or 10**6, one.vendor), default=None)


def fastest(answers: Iterable[Best]) -> Best | None:
    """Whose goods are there first, of several the cheapest; nothing where nobody said how long it takes."""
    said = [one for one in answers if one.lead_days]
    return min(said, key=lambda one: (one.lead_days, one.home_micro or 0, one.vendor), default=None)


def plan_award(
    truth: Truth, *, rfq: int, choices: Mapping[int, int] | None, late: bool, add_vendor: bool
) -> Plan:
    """Draft an order of each chosen vendor at what it answered; the lines that asked for it stand on it.

    choices: by line the vendor; each line's cheapest where none is given. late: whether answers that are valid no
    longer are taken all the same. add_vendor: whether each becomes a vendor of whatever it is not known to sell.
    """
    plan = Plan()
    row = open_rfq(truth, rfq)
    asked = {one.vendor_id: one for one in truth.documents["purchasing.RfqVendor"].values()}
    by_line = _answers(truth, asked.values())
    chosen = _best(truth, by_line) if choices is None else choices
    if not chosen:
        raise Refusal(
            "nothing_answered", N_("Nothing is left here that a vendor offers. Note the answers first.")
        )
    by_vendor: dict[int, list[PurchaseLineWish]] = defaultdict(list)
    placed: dict[int, list[Any]] = defaultdict(list)
    for pk, vendor in chosen.items():
        line = _open_line(truth, pk)
        answer = by_line.get(pk, {}).get(vendor)
        if answer is None:
            raise Refusal(
                "not_offered",
                N_("This vendor does not offer {sku}. Choose another."),
                field="lines",
                sku=truth.read["products"][line.product_id].sku,
            )
        if (until := asked[vendor].valid_until) and until < truth.today and not late:
            raise Refusal(
                "answer_expired",
                N_("The answer of {name} was valid until {until}. Ask again, or order all the same."),
                field="lines",
                name=truth.read["vendors"][vendor].name,
                until=until.isoformat(),
                remedies=[Remedy("late", {"late": True})],
            )
        by_vendor[vendor].append(_wish(truth, line, answer))
        placed[vendor].append(line)
    for vendor, lines in sorted(by_vendor.items()):
        offer = asked[vendor]
        order = add_order(
            plan,
            truth,
            PurchaseWish(
                vendor,
                tuple(lines),
                currency=offer.currency,
                freight_minor=offer.freight_minor,
                add_vendor=add_vendor,
            ),
        )
        for line in placed[vendor]:
            plan.change(line, order_id=order)
    plan.mention(row)
    return plan


def _answers(truth: Truth, asked: Iterable[Any]) -> dict[int, dict[int, Best]]:
    """What each vendor that did not decline offers, by line and vendor."""
    rates: Mapping[str, int] = {truth.home_currency: 10**6, **truth.read["rates"]}
    of = {one.pk: one for one in asked if one.declined_on is None}
    found: dict[int, dict[int, Best]] = defaultdict(dict)
    for one in truth.documents["purchasing.RfqAnswer"].values():
        vendor = of.get(one.rfq_vendor_id)
        if vendor is not None and one.unit_cost_micro is not None:
            rate = rates.get(vendor.currency)
            home = None if rate is None else one.unit_cost_micro * rate // 10**6
            found[one.line_id][vendor.vendor_id] = Best(
                vendor.vendor_id, one.unit_cost_micro, home, one.lead_days
            )
    return found


def _best(truth: Truth, by_line: Mapping[int, Mapping[int, Best]]) -> dict[int, int]:
    found = {}
    for pk, line in truth.documents["purchasing.RfqLine"].items():
        if not _taken(truth, line) and (best := cheapest(by_line.get(pk, {}).values())):
            found[pk] = best.vendor
    return found


def _taken(truth: Truth, line: Any) -> Any:
    """The order that a line became, unless that is cancelled or undone."""
    order = truth.read["orders"].get(line.order_id)
    return order if order is not None and order.cancelled_at is None and order.void_id is None else None


def _open_line(truth: Truth, pk: int) -> Any:
    line = truth.documents["purchasing.RfqLine"].get(pk)
    if line is None:
        raise BadInput("no_such_line", N_("There is no such line."), field="lines")
    if (order := _taken(truth, line)) is not None:
        raise Refusal(
            "ordered_already",
            N_("{sku} is on {number} already. Change it there."),
            field="lines",
            sku=truth.read["products"][line.product_id].sku,
            number=order.number,
            subject=f"purchase_order:{order.pk}",
        )
    return line


def _wish(truth: Truth, line: Any, answer: Best) -> PurchaseLineWish:
    """What is ordered of a line: what its customers still want of it, and what was for stock."""
    wanted, spare = [], line.quantity
    for pk, units in truth.read["wants"].get(line.pk, ()):
        spare -= units
        still = min(units, truth.quantity_of(pk, BUYABLE))
        if still and pk in truth.read["lines"]:
            wanted.append(Wanted(pk, still))
    quantity = spare + sum(one.quantity or 0 for one in wanted)
    if not quantity:
        raise Refusal(
            "nothing_wanted",
            N_("Nobody wants {sku} of this request any more. Leave it out."),
            field="lines",
            sku=truth.read["products"][line.product_id].sku,
        )
    return PurchaseLineWish(
        line.product_id,
        quantity,
        tuple(wanted),
        answer.cost_micro,
        expected_on=truth.today + timedelta(days=answer.lead_days) if answer.lead_days else None,
        unit="",
    )


def plan_close(truth: Truth, *, rfq: int) -> Plan:
    """Expect no more answers."""
    plan = Plan()
    row = open_rfq(truth, rfq)
    plan.change(row, closed_at=truth.now)
    plan.mention(row)
    return plan


def named_twice(values: Sequence[Any]) -> bool:
    """Whether anything stands twice in a list."""
    return len(set(values)) != len(values)
