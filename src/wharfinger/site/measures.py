"""In what a changed figure is counted: the decimals of its product, the currency of its document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import CharField, SmallIntegerField, Value

from wharfinger.base import configuration
from wharfinger.ledger.reverse import model_of

QUANTITIES = frozenset(
    (
        "booked_quantity",
        "charged_quantity",
        "counted",
        "difference",
        "factor",
        "first_counted",
        "from_quantity",
        "maximum",
        "minimum",
        "minimum_quantity",
        "pack_quantity",
        "per",
        "price_from",
        "quantity",
        "reorder_point",
        "reorder_quantity",
        "settled_quantity",
        "stock",
    )
)
"""Fields that count goods in the smallest unit of their product."""

PRODUCTS = {
    "barcode": "product",
    "component": "product",
    "count_line": "product",
    "credit_line": "invoice_line__product",
    "hold_request": "asking__product",
    "invoice_line": "product",
    "level": "product",
    "line": "product",
    "price_break": "price__product",
    "price_item": "product",
    "product_unit": "product",
    "purchase_line": "product",
    "rejection": "purchase_line__product",
    "finding": "rma_line__product",
    "repair": "rma_line__product",
    "replacement": "rma_line__product",
    "rfq_line": "product",
    "rfq_want": "rfq_line__product",
    "rma_line": "product",
    "transfer_line": "product",
    "vendor_answer": "line__product",
    "vendor_bill_line": "purchase_line__product",
    "vendor_claim_line": "product",
    "vendor_price": "product",
}
"""Of which product a noun counts goods."""

CURRENCIES = {
    "billed_freight": "bill__currency",
    "credit_line": "credit_note__currency",
    "invoice_due": "invoice__currency",
    "credit_note": "currency",
    "invoice": "currency",
    "invoice_line": "invoice__currency",
    "payment": "currency",
    "purchase_order": "currency",
    "receipt_cost": "currency",
    "reminder": "currency",
    "reminder_line": "reminder__currency",
    "rfq_vendor": "currency",
    "replacement": "line__currency",
    "rma_line": "line__currency",
    "vendor_bill": "currency",
    "vendor_discount": "bill__currency",
    "vendor_payment": "currency",
    "vendor_return": "currency",
    "vendor_terms": "organization__currency",
}
"""In which currency a noun's amounts are; those of all others, and what is approved, are in the home currency."""


SHARES = frozenset(("discount_micro", "share_micro", "own_discount_micro", "second_rate_micro"))
"""Fields that hold a share at 10⁻⁶, which people and machines read in per cent."""


def share(noun: str, name: str) -> bool:
    """Whether a field holds a share: a rate of tax is one, a rate of exchange is none."""
    return name in SHARES or (name == "rate_micro" and noun in ("tax_code", "invoice_line"))


def bare(name: str) -> str:
    """The name of a field without the unit in which it is kept."""
    for unit in ("_id", "_micro", "_minor"):
        name = name.removesuffix(unit)
    return name


class Measure(NamedTuple):
    """How many decimals a subject's quantities have, and in which currencies its amounts are."""

    decimals: int = 0
    currency: str = ""
    home: str = ""
    noun: str = ""

    def of(self, field: str) -> str:
        """The currency of an amount."""
        return self.home if field.startswith(("approved_", "home_")) else self.currency or self.home


PLAIN = Measure()
"""Whole units of no currency: what is said of no subject."""


def measures(changes: Sequence[Mapping[str, Any]]) -> dict[str, Measure]:
    """In what the changed figures of each subject are counted, in a statement for each kind of subject."""
    wanted: dict[str, set[int]] = defaultdict(set)
    money = False
    for one in changes:
        noun, _, key = one["subject"].partition(":")
        amount = one["field"].endswith("_minor")
        money = money or amount
        if key.isdecimal() and (
            (amount and noun in CURRENCIES) or (one["field"] in QUANTITIES and noun in PRODUCTS)
        ):
            wanted[noun].add(int(key))
    home = configuration.one("currency") if money else ""
    found: dict[str, Measure] = {}
    for noun, pks in wanted.items():
        model = model_of(noun)
        assert model is not None
        rows = model._default_manager.filter(pk__in=pks).values_list("pk", *_paths(noun))
        found.update((f"{noun}:{pk}", Measure(places or 0, code or "", home)) for pk, places, code in rows)
    plain = Measure(home=home)
    return {
        text: found.get(text, plain)._replace(noun=text.partition(":")[0])
        for text in (one["subject"] for one in changes)
    }


def _paths(noun: str) -> tuple[Any, Any]:
    """Where decimals and currency of a noun are read."""
    product, currency = PRODUCTS.get(noun), CURRENCIES.get(noun)
    return (
        f"{product}__quantity_decimals" if product else Value(0, output_field=SmallIntegerField()),
        currency or Value("", output_field=CharField()),
    )
