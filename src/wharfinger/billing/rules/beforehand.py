"""Pure decision about a deposit: the invoice that asks for a part of an order beforehand."""

from __future__ import annotations

from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.tax import nets, row_of, totals
from wharfinger.billing.rules import at_home, coin_of, deposit, rate_of, receivable, round_off, tax
from wharfinger.billing.rules.deposits import DepositWish, asked, row_for
from wharfinger.billing.rules.invoices import begin
from wharfinger.ledger.plan import Plan, Truth


def plan_deposit(truth: Truth, *, wish: DepositWish, words: str) -> Plan:
    """Ask for a part of an order beforehand, by tax code: nothing of it is billed, and it is earned once it is taken off."""
    plan = Plan()
    product = truth.read["products"].get(wish.product)
    if product is None or product.kind != "service" or product.retired_on is not None:
        raise BadInput("no_service", N_("Choose a service by which the deposit is named."), field="product")
    parts = asked(truth, wish)
    first = next(iter(truth.read["lines"].values()))
    sheet = truth.documents["demand.Sheet"][wish.order]
    rate = rate_of(truth, first.currency, wish.rate_micro)
    taxed = [row_of(minor, code, first.tax_included) for code, minor in parts]
    found = totals(taxed)
    made, _ = begin(
        plan,
        truth,
        found,
        organization=first.organization,
        site=first.bill_to,
        sheet=wish.order,
        currency=first.currency,
        rate_micro=rate,
        customer_reference=sheet.customer_reference,
        issued_on=wish.issued_on,
        due_on=wish.due_on,
        terms=first.sheet.terms,
        kind="deposit",
    )
    for n, ((code, minor), net) in enumerate(zip(parts, nets(taxed), strict=True), start=1):
        plan.create(
            "billing.InvoiceLine",
            **row_for(made, n, product, words, minor, first.currency),
            tax_code_id=code.pk,
            rate_micro=code.rate_micro,
            net_minor=net,
            gross_minor=minor if first.tax_included else None,
            takes_off_id=None,
        )
    owed = receivable(first.organization_id, made, first.currency)
    ours = deposit(first.organization_id, wish.order, first.currency)
    plan.pay(ours, owed, found.net, at_home(truth, found.net, first.currency, rate))
    for by in found.by_rate:
        home = at_home(truth, by.tax_minor, first.currency, rate)
        plan.pay(tax(first.currency, by.name or by.category, by.rate_micro), owed, by.tax_minor, home)
    off = found.to_coin(coin_of(truth, first.currency)).rounding
    round_off(plan, owed, off, at_home(truth, off, first.currency, rate))
    plan.mention(("invoice", made), ("organization", first.organization_id), sheet)
    return plan
