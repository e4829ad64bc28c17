"""Pure decisions about the codes on packages: what is one, which are the same, and what a scan means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wharfinger.base.fields import Check, text
from wharfinger.base.quantity import quantity
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.catalog.rules import gtin, row_of
from wharfinger.ledger.plan import Id, Plan, Ref, Truth

LENGTHS = (8, 12, 13, 14)
"""How many digits a GTIN has."""
Values = Mapping[str, Any]


def proves(digits: str) -> bool:
    """Whether the check digit of a number fits (GS1 General Specifications §7.9)."""
    return sum(int(d) * (3 if n % 2 else 1) for n, d in enumerate(reversed(digits))) % 10 == 0


def code(value: Any, field: str) -> str:
    """Any code of a package; one that has as many digits as a GTIN must be one."""
    found = str(text(80, needed=True)(value, field))
    return gtin(found, field) if _digits(found) and len(found) in LENGTHS else found


def _digits(found: str) -> bool:
    return found.isascii() and found.isdigit()


def key_of(code: str) -> str:
    """The form under which codes are compared: scanners read a GTIN with or without leading zeros."""
    bare = same(code)
    return bare.zfill(14) if _digits(bare) and len(bare) in LENGTHS and proves(bare) else bare


def forms_of(code: str) -> set[str]:
    """How a GTIN may be written: with the digits of each of its lengths."""
    bare = same(code)
    if not (_digits(bare) and len(bare) in LENGTHS):
        return {bare}
    digits = bare.lstrip("0")
    return {digits.zfill(length) for length in LENGTHS if len(digits) <= length}


def _amount(value: Any, field: str) -> str | None:
    return None if value is None or value == "" else str(text(40)(value, field))


BARCODE: dict[str, Check] = {"code": code, "quantity": _amount}


def with_codes(
    truth: Truth,
    *,
    plan: Callable[[Truth], Plan],
    pk: int | None,
    values: Values,
    codes: Sequence[Values] | None,
) -> Plan:
    """The plan of a product, and its barcodes; those it had and that are not named are retired.

    pk: the product that is there already. codes: nothing where they stay as they are.
    """
    made = plan(truth)
    if codes is None:
        return made
    if pk is None:
        decimals = values.get("quantity_decimals", 0)
        _lay(made, truth, Ref("catalog.Product", 0), codes, known={}, decimals=decimals)
        return made
    decimals = values.get("quantity_decimals", row_of(truth, "catalog.Product", pk).quantity_decimals)
    _lay(made, truth, pk, codes, known=truth.documents["catalog.Barcode"], decimals=decimals)
    return made


def _lay(
    plan: Plan, truth: Truth, product: Id, given: Sequence[Values], *, known: Mapping[int, Any], decimals: int
) -> None:
    """Let these be the barcodes of a product, its others are retired; a code stands for one product only."""
    there = {row.code_key: row for row in known.values() if row.retired_on is None and row.void_id is None}
    wanted: set[str] = set()
    for n, one in enumerate(given):
        key, field = key_of(one["code"]), f"barcodes.{n}.code"
        if key in wanted:
            raise BadInput("named_twice", N_("This stands here twice. Leave one out."), field=field)
        wanted.add(key)
        if key in truth.read["codes"]:
            raise BadInput(
                "code_of_another",
                N_("This code stands for {sku} already. Take it off there first."),
                field=field,
                sku=truth.read["codes"][key],
            )
        units = None
        if one.get("quantity"):
            units = quantity(one["quantity"], decimals, field=f"barcodes.{n}.quantity")
            units = None if units == 10**decimals else units
        if key in there:
            plan.change(there[key], code=one["code"], quantity=units)
        else:
            plan.create(
                "catalog.Barcode",
                product_id=product,
                code=one["code"],
                code_key=key,
                quantity=units,
                retired_on=None,
            )
    for key, row in there.items():
        if key not in wanted:
            plan.change(row, retired_on=truth.today)
