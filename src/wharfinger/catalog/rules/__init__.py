"""Pure decisions about products, what vendors ask for them, and warranty policies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from wharfinger.base import own
from wharfinger.base.fields import Check, day, one_of, or_nothing, price, text, whole, yes_or_no
from wharfinger.base.quantity import scaled
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.catalog.rules.categories import file_under
from wharfinger.catalog.rules.components import may_be_made, parts_now, set_components
from wharfinger.catalog.rules.offers import VENDOR, lay_offers
from wharfinger.catalog.rules.validity import ends_after_it_begins
from wharfinger.ledger import owning
from wharfinger.ledger.plan import Plan, Truth

__all__ = ["VENDOR"]

Values = Mapping[str, Any]


def percent(value: Any, field: str) -> int:
    """A percentage below one hundred, as a share at 10⁻⁶."""
    if not isinstance(value, str):
        raise BadInput(
            "not_a_number",
            N_("“{text}” is not a number. Write it like 12.50."),
            field=field,
            text=str(value)[:40],
        )
    share = scaled(value, 4, field=field)
    if share >= 1_000_000:
        raise BadInput("too_large", N_("This number is larger than can be kept."), field=field)
    return share


def gtin(value: Any, field: str) -> str:
    """A trade item number: 8, 12, 13 or 14 digits with a check digit (GS1 General Specifications §7.9)."""
    found = str(text(14)(value, field))
    if not found:
        return found
    digits = [int(c) for c in found] if found.isascii() and found.isdecimal() else []
    weighted = sum(d * (3 if n % 2 else 1) for n, d in enumerate(reversed(digits)))
    if len(digits) not in (8, 12, 13, 14) or weighted % 10:
        raise BadInput(
            "not_a_gtin", N_("This is no GTIN: its check digit does not fit. Check the number."), field=field
        )
    return found


def series(value: Any, field: str) -> str:
    """A series of serial numbers: what they begin with, then a # for each digit of the number at their end."""
    found = str(text(60)(value, field))
    if found and not re.fullmatch(r"[!-\"$-~]*#{1,12}", found):
        raise BadInput(
            "not_a_series",
            N_("“{text}” is no series. Write it like XYZ###: a # for each digit at its end."),
            field=field,
            text=found,
        )
    return found


_ID = whole(1, 2**63 - 1)
PRODUCT: dict[str, Check] = {
    "sku": text(60, needed=True),
    "name": text(200, needed=True),
    "description": text(4000),
    "kind": one_of("stocked", "non_stocked", "service", "kit"),
    "traced": one_of("none", "serial", "batch"),
    "traced_from": one_of("receipt", "shipping"),
    "serial_pattern": series,
    "unit": text(20, needed=True),
    "quantity_decimals": whole(0, 6),
    "price": price,
    "cost_method": one_of("specific", "fifo", "average", "lifo"),
    "procured": yes_or_no,
    "fixed": yes_or_no,
    "build_on_pick": yes_or_no,
    "rma_eligible": yes_or_no,
    "returnable_days": or_nothing(whole(0, 3650)),
    "weight_grams": or_nothing(whole(1, 100_000_000)),
    "tax_code": or_nothing(_ID),
    "category": text(100),
    "manufacturer": text(100),
    "gtin": gtin,
    "own": own.sent,
    "valid_from": or_nothing(day),
    "valid_until": or_nothing(day),
    "retired_on": or_nothing(day),
}
WARRANTY_POLICY: dict[str, Check] = {
    "name": text(100, needed=True),
    "product": or_nothing(_ID),
    "category": text(100),
    "start": one_of("sold", "installed"),
    "months": whole(0, 1200),
    "indirect": yes_or_no,
    "on_swap": one_of("remaining", "new", "none"),
    "valid_from": day,
    "valid_until": or_nothing(day),
}
COLUMNS = {
    "price": "price_micro",
    "tax_code": "tax_code_id",
    "rate": "rate_micro",
    "second_rate": "second_rate_micro",
    "cost": "cost_micro",
    "organization": "organization_id",
    "successor": "successor_id",
    "product": "product_id",
}
"""The column of a field that is kept under another name."""

FROZEN = frozenset(("quantity_decimals", "traced", "traced_from", "kind"))
"""What a product keeps once goods of it have moved."""

BORN_PRODUCT = {
    "description": "",
    "kind": "stocked",
    "traced": "none",
    "traced_from": "receipt",
    "serial_pattern": "",
    "unit": "pc",
    "quantity_decimals": 0,
    "price_micro": 0,
    "procured": True,
    "fixed": False,
    "build_on_pick": False,
    "rma_eligible": True,
    "returnable_days": None,
    "weight_grams": None,
    "category_id": None,
    "manufacturer": "",
    "gtin": "",
    "first": "",
    "second": "",
    "third": "",
    "valid_from": None,
    "valid_until": None,
    "retired_on": None,
}


def columns(values: Values) -> dict[str, Any]:
    """Fields by the column that keeps them."""
    return {COLUMNS.get(name, name): value for name, value in values.items()}


def needed(values: Values, *names: str) -> None:
    for name in names:
        if not values.get(name):
            raise BadInput("missing", N_("Please fill this in."), field=name)


def plan_product(
    truth: Truth, *, values: Values, vendors: Sequence[Values], components: Sequence[Values] | None = None
) -> Plan:
    """Add a product with its loose lot, what vendors ask for it, and what it is made of."""
    needed(values, "sku", "name")
    plan = Plan()
    full = born_product(truth, file_under(plan, truth, values))
    made = plan.create("catalog.Product", **full)
    plan.create("ledger.Lot", product_id=made)
    lay_offers(plan, truth, made, vendors, known={}, breaks={}, decimals=full["quantity_decimals"])
    if components is not None:
        set_components(plan, truth, made, full["kind"], components)
    plan.mention(("product", made))
    return plan


def born_product(truth: Truth, values: Values) -> dict[str, Any]:
    """All columns of a new product; raises BadInput for what cannot be one."""
    needed(values, "sku", "name")
    full = {**BORN_PRODUCT, "cost_method": _cost_method(values), **columns(values)}
    full["tax_code_id"] = _tax_code(truth, full.get("tax_code_id"))
    full["own"] = owning.born(truth, "product", full.get("own"))
    _fits(full)
    ends_after_it_begins(full["valid_from"], full["valid_until"])
    return full


def _cost_method(values: Values) -> str:
    serial = values.get("traced") == "serial" and values.get("traced_from", "receipt") == "receipt"
    return "specific" if serial else "fifo"


def _tax_code(truth: Truth, pk: int | None) -> int:
    codes = truth.read["tax_codes"]
    if pk is None:
        pk = next((code.pk for code in codes.values() if code.default), None)
        if pk is None:
            raise BadInput("missing", N_("Please fill this in."), field="tax_code")
    if pk not in codes:
        raise BadInput(
            "no_such_tax_code", N_("There is no such tax code, or it is retired."), field="tax_code"
        )
    return pk


def _fits(full: Values) -> None:
    """What the database would refuse, in words: serials are whole, and only they have a cost each."""
    if full["traced"] == "serial" and full["quantity_decimals"]:
        raise BadInput(
            "serials_are_whole",
            N_("Goods with serial numbers are counted in whole units. Give 0 decimals."),
            field="quantity_decimals",
        )
    if full["cost_method"] == "specific" and (full["traced"], full["traced_from"]) != ("serial", "receipt"):
        raise BadInput(
            "specific_needs_serials",
            N_("Only goods with serial numbers from receipt on have a cost of their own."),
            field="cost_method",
        )
    if full["kind"] == "kit" and (full["traced"] != "none" or full["quantity_decimals"]):
        raise BadInput(
            "kit_is_not_traced",
            N_("A kit is never in stock itself: it has no serial numbers, and is counted whole."),
            field="traced" if full["traced"] != "none" else "quantity_decimals",
        )
    if full["kind"] == "service" and full["traced"] != "none":
        raise BadInput(
            "service_is_not_traced",
            N_("A service has no serial numbers. Choose “Not traced”."),
            field="traced",
        )


def plan_product_change(
    truth: Truth,
    *,
    pk: int,
    values: Values,
    vendors: Sequence[Values],
    components: Sequence[Values] | None = None,
) -> Plan:
    """Change a product; what its history is counted by stays once goods of it have moved.

    components: all that it is made of from now on; lines and builds of before keep what they were made of.
    """
    row = row_of(truth, "catalog.Product", pk)
    plan = Plan()
    new = columns(file_under(plan, truth, values, now=row.category_id))
    if new.get("tax_code_id", 0) is None:
        raise BadInput("missing", N_("Please fill this in."), field="tax_code")
    if "tax_code_id" in new and new["tax_code_id"] != row.tax_code_id:
        _tax_code(truth, new["tax_code_id"])
    for name in sorted(FROZEN & new.keys()):
        if truth.read["moved"] and new[name] != getattr(row, name):
            raise Refusal(
                "has_moved",
                N_("Goods of this product have moved already. Make a new product instead."),
                field=name,
            )
    if "cost_method" in new:
        other_method(row.cost_method, new["cost_method"], in_stock=truth.read["in_stock"])
    names = ("traced", "traced_from", "quantity_decimals", "cost_method", "kind")
    _fits({name: new.get(name, getattr(row, name)) for name in names})
    ends_after_it_begins(new.get("valid_from", row.valid_from), new.get("valid_until", row.valid_until))
    _stays_merged(row, new)
    if new.keys() != {"retired_on"}:
        owning.change(plan, truth, row, "product", new.pop("own", None))
    plan.change(row, **new)
    lay_offers(
        plan,
        truth,
        pk,
        vendors,
        known=truth.documents["catalog.VendorPrice"],
        breaks=truth.documents["catalog.PriceBreak"],
        decimals=new.get("quantity_decimals", row.quantity_decimals),
    )
    kind = new.get("kind", row.kind)
    if components is not None:
        set_components(plan, truth, pk, kind, components)
    elif kind != row.kind:
        may_be_made(kind, [truth.read["parts"][part] for part in parts_now(truth, pk)])
    if kind in ("kit", "service") and kind != row.kind and pk in truth.read["part_of"]:
        raise Refusal(
            "is_a_component",
            N_("{sku} goes into another product. Take it out there first."),
            field="kind",
            sku=row.sku,
        )
    plan.mention(row)
    return plan


def _stays_merged(row: Any, new: Values) -> None:
    """What was merged is brought back by undoing that, since its goods are the other's."""
    if row.merged_into_id is not None and new.get("retired_on", row.retired_on) is None:
        raise Refusal(
            "is_merged",
            N_("It is merged into another one, and its goods are that one's. Undo the merge instead."),
            field="retired_on",
        )


def other_method(old: str, new: str, *, in_stock: bool) -> None:
    """Let a product be valued otherwise from now on; what has left keeps the cost it left with.

    First in, last in and average take over what the layers are worth, to the cent. Units that have a cost each
    have nothing to do with these, so nothing may be in stock when one begins or ends to value so.
    """
    if in_stock and old != new and "specific" in (old, new):
        raise Refusal(
            "valued_by_unit",
            N_(
                "Goods of this product are in stock, and only one of the two ways gives each unit a cost of its own. "
                "Change it when none is left."
            ),
            field="cost_method",
        )


def row_of(truth: Truth, label: str, pk: int) -> Any:
    """The row that the act locked; raises NotThere when there is none."""
    row = truth.documents[label].get(pk)
    if row is None:
        raise NotThere("not_there", N_("There is nothing here with the number {number}."), number=pk)
    return row


def plan_policy(truth: Truth, *, values: Values) -> Plan:
    """Add a warranty policy."""
    needed(values, "name")
    if "months" not in values:
        raise BadInput("missing", N_("Please fill this in."), field="months")
    _product_is_there(truth, values)
    born = {
        "product_id": None,
        "category_id": None,
        "start": "sold",
        "indirect": False,
        "on_swap": "remaining",
        "valid_from": truth.today,
        "valid_until": None,
    }
    ends_after_it_begins(values.get("valid_from", truth.today), values.get("valid_until"))
    plan = Plan()
    made = plan.create("catalog.WarrantyPolicy", **born | columns(file_under(plan, truth, values)))
    plan.mention(("warranty_policy", made))
    return plan


def plan_policy_change(truth: Truth, *, pk: int, values: Values) -> Plan:
    """Change a warranty policy; devices sold before keep what they were promised."""
    plan, row = Plan(), row_of(truth, "catalog.WarrantyPolicy", pk)
    _product_is_there(truth, values)
    ends_after_it_begins(values.get("valid_from", row.valid_from), values.get("valid_until", row.valid_until))
    plan.change(row, **columns(file_under(plan, truth, values, now=row.category_id)))
    plan.mention(row)
    return plan


def _product_is_there(truth: Truth, values: Values) -> None:
    if values.get("product") is not None and not truth.read["product_is_there"]:
        raise BadInput("no_such_product", N_("There is no such product."), field="product")
