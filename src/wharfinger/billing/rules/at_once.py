"""Pure decision about an invoice for lines that the same act makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wharfinger.base.money import extended
from wharfinger.base.tax import nets, row_of, totals
from wharfinger.billing.rules import Balance, at_home, coin_of, rate_of
from wharfinger.billing.rules import invoices as billing
from wharfinger.catalog.rules.validity import that_holds
from wharfinger.ledger.plan import Id, Plan, Ref, Truth, fixed, spot


class Asked(NamedTuple):
    """An invoice that is owed, and at which rate."""

    invoice: Ref
    owed: Balance
    rate_micro: int


def bill(
    plan: Plan,
    truth: Truth,
    lines: Sequence[Mapping[str, Any]],
    *,
    customer: Any,
    site: int | None,
    sheet: Id | None,
    currency: str,
    customer_reference: str = "",
    rate_micro: int | None = None,
) -> Asked:
    """Ask for all of lines that are born with the act: their bills go straight to the invoice.

    lines: as the plan makes them; site: the address that invoices go to; sheet: the only document it bills.
    """
    products, codes = truth.read["products"], truth.read["tax_codes"]
    taxed = [that_holds(codes, codes[line["tax_code_id"]], truth.effective_on) for line in lines]
    rows = [
        row_of(
            extended(
                line["unit_price_micro"],
                line["quantity"],
                products[line["product_id"]].quantity_decimals,
                currency,
                line["discount_micro"],
                line["per"],
            ),
            code,
            line["tax_included"],
        )
        for line, code in zip(lines, taxed, strict=True)
    ]
    found = totals(rows).to_coin(coin_of(truth, currency))
    rate = rate_of(truth, currency, rate_micro)
    made, place = billing.begin(
        plan,
        truth,
        found,
        organization=customer,
        site=site,
        sheet=sheet,
        currency=currency,
        rate_micro=rate,
        customer_reference=customer_reference,
    )
    for position, (line, row, net, code) in enumerate(
        zip(lines, rows, nets(rows), taxed, strict=True), start=1
    ):
        claim, units = line["claim_id"], line["quantity"]
        asked = spot(truth.lot(line["product_id"]), place, claim)
        plan.move(asked.at(fixed("bill")), asked, units)
        plan.create(
            "billing.InvoiceLine",
            invoice_id=made,
            line_id=claim,
            position=position,
            product_id=line["product_id"],
            description=line["description"],
            quantity=units,
            unit=line["unit"],
            per=line["per"],
            unit_price_micro=line["unit_price_micro"],
            discount_micro=line["discount_micro"],
            tax_code_id=code.pk,
            rate_micro=code.rate_micro,
            net_minor=net,
            gross_minor=row.minor if row.included else None,
        )
    billing.post_to_accounts(plan, truth, customer.pk, made, currency, rate, found)
    plan.mention(("invoice", made), ("organization", customer.pk))
    home = at_home(truth, found.net, currency, rate) + sum(
        at_home(truth, minor, currency, rate)
        for minor in (*(by.tax_minor for by in found.by_rate), found.rounding)
    )
    return Asked(made, Balance(found.total, home), rate)
