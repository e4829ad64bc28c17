"""Pure decision about what a customer gets in place of goods that came back: like for like, or another product."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.access import lacks
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.words import same
from wharfinger.billing.rules import Balance, receivable
from wharfinger.billing.rules.at_once import bill
from wharfinger.billing.rules.payments import pay_off
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import require_open
from wharfinger.demand.rules.discounts import NONE
from wharfinger.devices.rules import leave
from wharfinger.devices.rules.keeping import in_use, used_by
from wharfinger.fulfilment.rules import late
from wharfinger.ledger.plan import AccountRef, PlaceRef, Plan, Truth, fixed, spot
from wharfinger.returns.rules import WITH_US, goods_of
from wharfinger.returns.rules.ahead import Ahead
from wharfinger.returns.rules.allowed import overrulable
from wharfinger.stock.rules import choose


@dataclass(frozen=True, slots=True)
class Instead:
    """What a customer gets in place of goods: the same product at no price unless another product or a price is named."""

    product: int | None = None
    serial: str = ""
    location: int | None = None
    """The place of the location that it is taken from."""
    unit_price_micro: int | None = None
    """None of the same product is for nothing, of another one at the price that is offered."""
    sheet: int | None = None
    """The ticket or order that its line stands on; that of the old goods unless given."""
    back_by: date | None = None
    """Where it leaves first: the last day on which the old goods may be back."""
    charge_micro: int | None = None
    """What is asked for each unit whose old one is kept; the price paid unless given."""
    hand_over: bool = False
    """Whether the customer takes it along at once; else it is reserved and leaves as all goods do."""


LIKE_FOR_LIKE = Instead()


@dataclass(slots=True)
class ToBill:
    """Lines at a price that an act makes on one document, and the money of the old goods that goes to them."""

    sheet: Any
    lines: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    credits: list[tuple[AccountRef, Balance]] = dataclasses.field(default_factory=list)


def nothing_came_yet(wanted: int, free: int, product: int, field: str) -> Refusal:
    """The refusal of other units for goods that are not here."""
    return overrulable(
        "not_received_yet",
        N_(
            "{wanted} to replace, but only {free} came and are not settled yet. Receive the goods first, "
            "or give a reason to replace them all the same; those who may: {who}."
        ),
        field=field,
        wanted=wanted,
        free=free,
        product=product,
    )


def is_priced(instead: Instead, product: int) -> bool:
    """Whether the customer gets it at a price, and so the old goods are credited."""
    if instead.unit_price_micro is None:
        return instead.product not in (None, product)
    return instead.unit_price_micro > 0


def may_be_replaced(truth: Truth, line: Any, quantity: int, field: str) -> None:
    """Let units pass that did not go back to the customer; raises Refusal otherwise."""
    all_of = max(line.quantity, truth.read["received"].get(line.pk, 0))
    replaced = truth.read["replaced"].get(line.pk, 0)
    left = all_of - truth.read["sent_back"].get(line.pk, 0) - replaced
    if quantity > left:
        raise Refusal(
            "sent_back",
            N_("{wanted} to replace, but {free} at most: the others went back to the customer."),
            field=field,
            wanted=quantity,
            free=max(0, left),
            product=line.product_id,
        )
    truth.read["replaced"][line.pk] = replaced + quantity


def replace(
    plan: Plan,
    truth: Truth,
    row: Any,
    line: Any,
    quantity: int,
    instead: Instead,
    at: str,
    ahead: Ahead | None = None,
) -> tuple[Any, dict[str, Any]]:
    """Reserve other units for the customer on a line of their own, beside that of the goods that came back.

    What stands on its line and the document it is on. Its bill is not born here where it is priced. ahead: what is agreed
    where it leaves first.
    Raises Refusal where so many are not free, where the goods that came back went to the customer again, or while a
    subscription uses the device that they are.
    """
    may_be_replaced(truth, line, quantity, f"{at}.quantity")
    _theirs_no_longer(plan, truth, line, quantity)
    product = truth.products.get(instead.product or line.product_id)
    if product is None or product.kind in ("service", "kit"):
        raise BadInput(
            "no_such_product",
            N_("Choose goods: a service or a kit replaces nothing."),
            field=f"{at}.instead.product",
        )
    old = truth.read["lines"].get(line.line_id)
    sheet = _document(truth, row, old, instead, at)
    priced = is_priced(instead, line.product_id)
    wish = LineWish(
        product.pk,
        quantity,
        unit_price_micro=instead.unit_price_micro if priced else 0,
        discount=None if priced else NONE,
        tax_code=old.tax_code_id if old is not None and product.pk == line.product_id else None,
        tax_included=old.tax_included if old is not None else None,
    )
    last = truth.read["last_positions"]
    last[sheet.pk] = last.get(sheet.pk, 0) + 1
    (claim,) = demand.make_lines(
        plan,
        truth,
        [wish],
        sheet=sheet.pk,
        order=sheet.pk
        if sheet.kind == "order"
        else (old.order_id if old is not None and old.sheet_id == sheet.pk else None),
        organization=row.organization_id,
        site=old.site_id if old is not None else truth.read["default_sites"].get(row.organization_id),
        currency=sheet.currency,
        tax_included=sheet.tax_included,
        products=truth.products,
        came_from=[line.line_id],
        first_position=last[sheet.pk],
    )
    loose = truth.lot(product.pk)
    demand.want(plan, loose, claim, quantity, wish="covered", bill=None if priced else "waived")
    chosen = _chosen(truth, product, quantity, instead, at)
    if instead.hand_over:
        there = PlaceRef(_site_place(truth, row, old, at), "customer")
        for held, units in chosen:
            plan.move(held.spot, held.spot.for_claim(claim).at(there), units)
    else:
        demand.take(plan, chosen, claim)
    plan.create(
        "returns.Replacement",
        rma_line_id=line.pk,
        line_id=claim,
        quantity=quantity,
        back_by=ahead.back_by if ahead else None,
        charge_micro=ahead.charge_micro if ahead else None,
        charged_quantity=0,
    )
    plan.mention(sheet)
    return sheet, plan.creates["demand.Line"][-1]


def _site_place(truth: Truth, row: Any, old: Any, at: str) -> int:
    """The place of the site at which the customer has what they take along: of the old goods, else their first."""
    pk = (old.site_id if old is not None else None) or truth.read["default_sites"].get(row.organization_id)
    place: int | None = truth.read["site_places"].get(pk)
    if place is None:
        raise Refusal(
            "no_site",
            N_("This customer has no site to which goods could go. Add one first."),
            field=f"{at}.instead.hand_over",
        )
    return place


def ask_for(plan: Plan, truth: Truth, line: dict[str, Any]) -> None:
    """Let a line at a price be billed when the customer is billed next, since the old goods never were."""
    asked = spot(truth.lot(line["product_id"]), fixed("to_bill"), line["claim_id"])
    plan.move(asked.at(fixed("bill")), asked, line["quantity"])


def bill_at_once(
    plan: Plan,
    truth: Truth,
    asked: Sequence[ToBill],
    off: Mapping[AccountRef, Balance],
    *,
    may_invoice: bool,
) -> None:
    """Invoice what the customer gets at a price, and let what was paid for the old goods pay for it.

    off: what was kept of each store credit, which pays for nothing else.
    The rest is owed; of what was paid more it stays the customer's store credit.
    """
    if asked and not may_invoice:
        raise lacks("billing.invoice")
    for one in asked:
        customer = truth.read["customers"][one.sheet.organization_id]
        made = bill(
            plan,
            truth,
            one.lines,
            customer=customer,
            site=truth.read["bill_to"].get(customer.pk),
            sheet=one.sheet.pk,
            currency=one.sheet.currency,
            customer_reference=one.sheet.customer_reference,
        )
        left = made.owed
        owed = receivable(customer.pk, made.invoice, one.sheet.currency)
        for account, credit in one.credits:
            less = off.get(account, Balance())
            there = Balance(credit.minor - less.minor, credit.home_minor - less.home_minor)
            part = min(left.minor, there.minor)
            if part > 0:
                pay_off(plan, owed, account, Balance(part, left.share(part)), there.share(part))
                left = left.less(part)


def credits_of(plan: Plan, since: int) -> list[tuple[AccountRef, Balance]]:
    """The store credits that became the customer's by what a plan posted since."""
    found: dict[AccountRef, Balance] = {}
    for one in plan.postings[since:]:
        if one.source.kind == "store_credit" and one.amount_minor:
            before = found.get(one.source, Balance())
            found[one.source] = Balance(before.minor + one.amount_minor, before.home_minor + one.home_minor)
    return list(found.items())


def _theirs_no_longer(plan: Plan, truth: Truth, line: Any, quantity: int) -> None:
    """Let devices that came only to be repaired leave their customer, who gets others for them."""
    for held in goods_of(truth, line, WITH_US)[:quantity]:
        device = truth.read["devices"].get(held.lot)
        if device is not None and device.removed_on is None:
            used = used_by(truth, device)
            if used:
                raise in_use(device, used)
            leave(plan, truth, device)
            plan.mention(device)


def _document(truth: Truth, row: Any, old: Any, instead: Instead, at: str) -> Any:
    """The document of the new line: the named one, else that of the old goods, else the ticket of the return."""
    named = instead.sheet or (old.sheet_id if old is not None else row.ticket_id)
    sheet = truth.documents["demand.Sheet"].get(named)
    if sheet is None or sheet.kind == "quote":
        raise BadInput(
            "document_wanted", N_("Name the ticket or order for the new unit."), field=f"{at}.instead.ticket"
        )
    if sheet.organization_id != row.organization_id or (old is not None and sheet.currency != old.currency):
        raise BadInput(
            "other_owner",
            N_("This document is of another customer or currency. Choose one like that of the old goods."),
            field=f"{at}.instead.ticket",
        )
    try:
        require_open(truth.read["standing"].get(sheet.pk))
    except Refusal as refusal:
        refusal.field = f"{at}.instead.ticket"
        raise
    return sheet


def _chosen(truth: Truth, product: Any, quantity: int, instead: Instead, at: str) -> Any:
    lots: tuple[int, ...] = ()
    if instead.hand_over and late(product):
        raise BadInput(
            "serial_at_delivery",
            N_("{sku} gets its serial number when it is delivered. Reserve it here, then deliver it."),
            field=f"{at}.instead.hand_over",
            sku=product.sku,
        )
    if instead.serial and late(product):
        raise BadInput(
            "serial_later",
            N_("{sku} gets its serial number when it is handed over. Leave it empty here."),
            field=f"{at}.instead.serial",
            sku=product.sku,
        )
    if instead.serial:
        known = truth.read["lots"].get((product.pk, same(instead.serial)))
        if known is None:
            raise BadInput(
                "unknown_serial",
                N_("“{serial}” is not on record for this product. Check the number."),
                field=f"{at}.instead.serial",
                serial=instead.serial,
            )
        lots = (known.id,)
    return choose(
        truth.free,
        product.pk,
        quantity,
        location=instead.location,
        lots=lots,
        channels=truth.read["channels"],
        fresh_on=truth.today,
        field=f"{at}.instead.serial" if lots else f"{at}.quantity",
    )


def installed_lines(plan: Plan) -> list[int]:
    """The lines whose units a plan makes devices."""
    made = {row["line_id"] for row in plan.creates.get("devices.Device", ())}
    made |= {c.new for c in plan.changes if (c.label, c.field) == ("devices.Device", "line_id")}
    return sorted(line for line in made if isinstance(line, int))


def take_the_place(
    plan: Plan, truth: Truth, replaced: dict[int, list[Any]], kept: dict[int, dict[str, Any]]
) -> None:
    """Let installed devices replace those that came back: what is left of their warranty, unless the policy says otherwise.

    replaced: by line, the devices that came back; kept: what they had. Their contract, contact and reference follow
    where nobody named others.
    """
    for row in plan.creates.get("devices.Device", ()):
        if row["replaces_id"] is None and (olds := replaced.get(row["line_id"])):
            row.update(_taken_over(olds.pop(0), kept, row))
    rows = {device.pk: device for device in truth.read["devices"].values()}
    again = [c for c in plan.changes if (c.label, c.field) == ("devices.Device", "line_id")]
    for change in again:
        device = rows.get(change.pk)
        olds = replaced.get(change.new)
        if device is None or not olds:
            continue
        planned = {c.field: c.new for c in plan.changes if (c.label, c.pk) == (change.label, change.pk)}
        now = {name: planned.get(name, getattr(device, name)) for name in _TIES}
        values = _taken_over(olds.pop(0), kept, now)
        plan.changes = [
            c for c in plan.changes if (c.label, c.pk) != (change.label, change.pk) or c.field not in values
        ]
        plan.change(device, **values)


_TIES = ("contract_id", "contact_id", "reference")


def _taken_over(old: Any, kept: dict[int, dict[str, Any]], now: dict[str, Any]) -> dict[str, Any]:
    """What a device takes over from the one that it replaces."""
    had = kept.get(old.pk, {})
    found: dict[str, Any] = {"replaces_id": old.pk, "reference": now["reference"] or old.reference}
    for name in ("contract_id", "contact_id"):
        found[name] = now[name] or had.get(name)
    mode = old.warranty_policy.on_swap if old.warranty_policy_id is not None else "remaining"
    if mode == "remaining":
        found |= {
            "warranty_policy_id": old.warranty_policy_id,
            "warranty_start_on": old.warranty_start_on,
            "warranty_end_on": old.warranty_end_on,
        }
    elif mode == "none":
        found |= dict.fromkeys(("warranty_policy_id", "warranty_start_on", "warranty_end_on"))
    return found
