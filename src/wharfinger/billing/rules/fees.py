"""Pure decisions about rows of an invoice that bill no line: freight and fees, each named by a service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.money import extended
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.tax import TaxedRow, row_of
from wharfinger.billing.rules.in_force import in_force
from wharfinger.demand.rules import taxed_by
from wharfinger.ledger.plan import Id, Plan, Ref, Truth

KINDS = ("freight", "restocking", "return_freight")
"""What the setting ``fee_products`` names a service for, beside deposits."""


@dataclass(frozen=True, slots=True)
class Fee:
    """So much of a service, asked for beside what was ordered."""

    product: int
    unit_price_micro: int
    quantity: int | None = None
    """In its smallest unit; one of it, if not said."""
    description: str = ""


class Charged(NamedTuple):
    """A fee as a row of an invoice."""

    product: Any
    code: Any
    quantity: int
    unit_price_micro: int
    description: str
    minor: int
    """What it comes to as its price says it."""
    included: bool

    @property
    def taxed(self) -> TaxedRow:
        """The row as the invoice's totals take it."""
        return row_of(self.minor, self.code, self.included)


def charged(
    truth: Truth,
    fees: Iterable[Fee],
    *,
    organization: int,
    currency: str,
    included: bool,
    on: date | None = None,
) -> list[Charged]:
    """Fees as rows of a customer's invoice, taxed by their own code or as the customer is; raises BadInput.

    on: the day of the invoice; that of the act, if not said.
    """
    found = []
    for n, fee in enumerate(fees):
        product = a_service(truth, fee.product, f"fees.{n}.product")
        own = truth.read["fee_codes"][taxed_by(truth, product, None, organization)]
        code = in_force(truth, own, on or truth.effective_on, field=f"fees.{n}.product")
        units = 10**product.quantity_decimals if fee.quantity is None else fee.quantity
        minor = extended(fee.unit_price_micro, units, product.quantity_decimals, currency, 0, None)
        words = fee.description or product.name
        found.append(Charged(product, code, units, fee.unit_price_micro, words, minor, included))
    return found


def a_service(truth: Truth, pk: int, field: str) -> Any:
    """A service that is sold; raises BadInput where it is none."""
    product = truth.read["fee_products"].get(pk)
    if product is None or product.kind != "service" or product.retired_on is not None:
        raise BadInput("no_service", N_("Choose a service by which this is named."), field=field)
    return product


def write_fees(
    plan: Plan, invoice: Id, position: int, fees: Sequence[Charged], nets: Sequence[int]
) -> list[Ref]:
    """Write fees on an invoice, from a position on; nets: what each is before tax."""
    return [
        plan.create(
            "billing.InvoiceLine",
            invoice_id=invoice,
            line_id=None,
            position=position + n,
            product_id=fee.product.pk,
            description=fee.description,
            quantity=fee.quantity,
            unit="",
            per=None,
            unit_price_micro=fee.unit_price_micro,
            discount_micro=0,
            tax_code_id=fee.code.pk,
            rate_micro=fee.code.rate_micro,
            net_minor=net,
            gross_minor=fee.minor if fee.included else None,
            price_reason="",
            takes_off_id=None,
        )
        for n, (fee, net) in enumerate(zip(fees, nets, strict=True))
    ]
