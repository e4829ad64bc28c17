"""Pure decisions about the codes on packages: what is one, which are the same, and what a scan means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wharfinger.base.fields import Check, text
from wharfinger.base.quantity import quantity
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.catalog.rules import BORN_PRODUCT, gtin, row_of
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
    return found.isascii() and found.isdecimal()


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


BARCODE: dict[str, Check] = {"code": code, "quantity": _amount, "unit": text(20)}


def with_codes(
    truth: Truth,
    *,
    plan: Callable[[Truth], Plan],
    pk: int | None,
    values: Values,
    codes: Sequence[Values] | None,
) -> Plan:
    """The plan of a product with its units, and its barcodes; those it had and that are not named are retired.

    pk: the product that is there already. codes: nothing where they stay as they are.
    """
    made = plan(truth)
    if codes is None:
        return made
    if pk is None:
        packs = _Packs(values.get("unit", BORN_PRODUCT["unit"]), values.get("quantity_decimals", 0))
    else:
        row = row_of(truth, "catalog.Product", pk)
        packs = _Packs(row.unit, values.get("quantity_decimals", row.quantity_decimals))
        for unit in truth.documents["catalog.ProductUnit"].values():
            if unit.void_id is None and unit.retired_on is None:
                packs.units[same(unit.name)] = unit.pk, unit.factor
    for n, new in enumerate(made.creates.get("catalog.ProductUnit", ())):
        packs.units[same(new["name"])] = Ref("catalog.ProductUnit", n), new["factor"]
    product = Ref("catalog.Product", 0) if pk is None else pk
    known = truth.documents["catalog.Barcode"] if pk is not None else {}
    _lay(made, truth, product, codes, known=known, packs=packs)
    return made


@dataclass(frozen=True, slots=True)
class _Packs:
    """In what a product is packed: its own unit with its decimals, and its further ones with their size."""

    own: str
    decimals: int
    units: dict[str, tuple[Id, int]] = field(default_factory=dict)

    def means(self, one: Values, at: str) -> tuple[Id | None, int | None]:
        """What a scan of a code means: one further unit, else so many where that is not one whole unit."""
        name = same(one.get("unit") or "")
        if name and name != same(self.own):
            if name not in self.units:
                raise BadInput(
                    "no_such_unit_here",
                    N_("The product has no unit “{unit}”. Add it to the product first."),
                    field=f"{at}.unit",
                    unit=one["unit"],
                )
            return self.units[name][0], None
        if not one.get("quantity") or name:
            return None, None
        units = quantity(one["quantity"], self.decimals, field=f"{at}.quantity")
        fits = [pk for pk, factor in self.units.values() if factor == units]
        if fits:
            return fits[0], None
        return None, None if units == 10**self.decimals else units


def _lay(
    plan: Plan,
    truth: Truth,
    product: Id,
    given: Sequence[Values],
    *,
    known: Mapping[int, Any],
    packs: _Packs,
) -> None:
    """Let these be the barcodes of a product, its others are retired; a code stands for one product only."""
    there = {row.code_key: row for row in known.values() if row.retired_on is None and row.void_id is None}
    wanted: set[str] = set()
    for n, one in enumerate(given):
        key, at = key_of(one["code"]), f"barcodes.{n}.code"
        if key in wanted:
            raise BadInput("named_twice", N_("This stands here twice. Leave one out."), field=at)
        wanted.add(key)
        if key in truth.read["codes"]:
            raise BadInput(
                "code_of_another",
                N_("This code stands for {sku} already. Take it off there first."),
                field=at,
                sku=truth.read["codes"][key],
            )
        unit, units = packs.means(one, f"barcodes.{n}")
        if key in there and isinstance(unit, Ref):
            # What stands cannot refer to what is yet to be written: it means as much.
            unit, units = None, next(size for pk, size in packs.units.values() if pk == unit)
        if key in there:
            plan.change(there[key], code=one["code"], unit_id=unit, quantity=units)
        else:
            plan.create(
                "catalog.Barcode",
                product_id=product,
                code=one["code"],
                code_key=key,
                unit_id=unit,
                quantity=units,
                retired_on=None,
            )
    for key, row in there.items():
        if key not in wanted:
            plan.change(row, retired_on=truth.today)
