"""Pure decisions about units: in which others than its own a product is bought and sold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wharfinger.base.fields import Check, day, or_nothing, text, yes_or_no
from wharfinger.base.quantity import MOST, plain, quantity
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.words import same
from wharfinger.catalog.rules import BORN_PRODUCT, columns, row_of
from wharfinger.ledger.plan import Id, Plan, Ref, Truth

Values = Mapping[str, Any]
UNIT: dict[str, Check] = {
    "name": text(20, needed=True),
    "factor": text(30, needed=True),
    "for_buying": yes_or_no,
    "for_selling": yes_or_no,
    "retired_on": or_nothing(day),
}
USES = ("for_buying", "for_selling")
DECIMALS = 6
"""How exactly a quantity is said in a unit: half a drum, a quarter of a case."""


def with_units(
    truth: Truth, *, plan: Callable[[Truth], Plan], pk: int | None, values: Values, units: Sequence[Values]
) -> Plan:
    """A plan that adds or changes a product, and with it units in which it is bought or sold; others stay."""
    made = plan(truth)
    row = None if pk is None else row_of(truth, "catalog.Product", pk)
    known = truth.documents.get("catalog.ProductUnit", {})
    full = {
        name: columns(values).get(name, BORN_PRODUCT[name] if row is None else getattr(row, name))
        for name in ("unit", "quantity_decimals")
    }
    if known and row is not None and full["quantity_decimals"] != row.quantity_decimals:
        raise Refusal(
            "has_units",
            N_("Its units are counted by these decimals. Make a new product instead."),
            field="quantity_decimals",
        )
    _set(made, Ref("catalog.Product", 0) if pk is None else pk, full, units, known)
    return made


def _set(plan: Plan, pk: Id, product: Values, units: Sequence[Values], known: Mapping[int, Any]) -> None:
    by_name = {same(one.name): one for one in known.values()}
    taken = {same(product["unit"])}
    for n, one in enumerate(units):
        at, name = f"units.{n}", same(one["name"])
        if name in taken:
            raise BadInput(
                "unit_twice",
                N_("There is a unit of this name already. Give another name."),
                field=f"{at}.name",
            )
        taken.add(name)
        factor = quantity(one["factor"], product["quantity_decimals"], field=f"{at}.factor")
        row = by_name.get(name)
        if row is not None and row.factor != factor:
            raise Refusal(
                "unit_keeps_its_size",
                N_("Lines and prices count in “{unit}”, so it keeps its size. Retire it and add another."),
                field=f"{at}.factor",
                unit=row.name,
            )
        said = {key: one[key] for key in (*USES, "retired_on") if key in one}
        if row is not None:
            plan.change(row, **said)
        else:
            born = {**dict.fromkeys(USES, False), "retired_on": None, **said}
            plan.create("catalog.ProductUnit", product_id=pk, name=one["name"], factor=factor, **born)
    for use in USES:
        first = [same(one["name"]) for one in units if one.get(use)]
        if len(first) > 1:
            raise BadInput(
                "one_default", N_("Only one can be the default."), field=f"units.{len(units) - 1}.{use}"
            )
        for name, row in by_name.items():
            if first and name != first[0] and getattr(row, use) and name not in _unset(units, use):
                plan.change(row, **{use: False})


def _unset(units: Sequence[Values], use: str) -> set[str]:
    """The units that are themselves told not to be the first."""
    return {same(one["name"]) for one in units if one.get(use) is False}


def unit_named(
    name: str, product: Any, sizes: Mapping[tuple[int, str], tuple[str, int]], field: str
) -> tuple[str, int | None]:
    """A unit by its name, and its size: nothing of both for the product's own. sizes: of its further ones."""
    if not name or same(name) == same(product.unit):
        return "", None
    found = sizes.get((product.pk, same(name)))
    if found is None:
        raise BadInput(
            "no_such_unit",
            N_("{sku} has no unit “{unit}”. Add it to the product first."),
            field=field,
            sku=product.sku,
            unit=name,
        )
    return found


def counted(text: str, per: int, *, field: str, read: Callable[..., int]) -> int:
    """A quantity said in a unit of so much, in the product's smallest unit; raises BadInput where it is no
    whole number of these. read: how the door reads figures.
    """
    units, rest = divmod(read(text, DECIMALS, field=field) * per, 10**DECIMALS)
    if rest:
        raise BadInput(
            "not_whole_in_unit",
            N_("So much of this unit cannot be counted. Give another quantity."),
            field=field,
        )
    if units > MOST:
        raise BadInput("too_large", N_("This number is larger than can be kept."), field=field)
    return units


def told(units: int, per: int) -> tuple[int, int]:
    """A quantity in a unit of so much: figure and its decimals."""
    scaled = units * 10**DECIMALS // per
    decimals = DECIMALS
    while decimals and scaled % 10 == 0:
        scaled, decimals = scaled // 10, decimals - 1
    return scaled, decimals


def said(units: int, per: int | None, decimals: int) -> str:
    """A quantity as figures in its unit: of the product's own where none is named."""
    return plain(units, decimals) if per is None else plain(*told(units, per))
