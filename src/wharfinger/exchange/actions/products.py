"""Bring in products with what their vendors ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.money import MICRO
from wharfinger.base.quantity import scaled
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.catalog import actions, rules
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.catalog.queries import barcodes, means
from wharfinger.exchange.actions import finding
from wharfinger.exchange.actions.made import keep, revived
from wharfinger.exchange.actions.seen import Seen
from wharfinger.exchange.columns import said_besides
from wharfinger.exchange.models import Run
from wharfinger.exchange.owned import differing
from wharfinger.exchange.rules import Group, Row
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.ledger.post import attempt

COLUMNS = {**rules.COLUMNS, "category": "category_path"}
"""What of a product is compared with a field of a file that has another name."""

TEXTS = (
    "sku",
    "name",
    "description",
    "kind",
    "traced",
    "traced_from",
    "serial_pattern",
    "unit",
    "cost_method",
    "category",
    "manufacturer",
    "gtin",
)


FORMED = (
    "price",
    "quantity_decimals",
    "weight_grams",
    "procured",
    "fixed",
    "rma_eligible",
    "returnable_days",
)


def bring(*, actor: Actor, group: Group) -> str:
    """Add a product, or change what differs; rows of the same SKU name further vendors."""
    require(actor, "exchange.import")
    _agreeing(group)
    row = group.first
    seen = Seen()
    values, codes = _values(row, seen) | said_besides("products", row), _barcodes(row)
    vendors = [_vendor(group, one, seen) for one in group.rows if one["vendor"]]
    found = Product.objects.filter(sku=row["sku"]).first()
    if found is None:
        made = actions.add_product(actor=actor, values=values, vendors=vendors, barcodes=codes)
        group.led_to(made.id, f"product:{made.one('catalog.Product')}")
        return "added"
    kept = checked(rules.PRODUCT, values)
    own = differing(found.own, "product", kept.pop("own", {}))
    changed = {
        name: values[name] for name, value in kept.items() if getattr(found, COLUMNS.get(name, name)) != value
    }
    changed |= revived(f"product:{found.pk}", found, values) | ({"own": own} if own else {})
    prices = {price.organization_id: price for price in VendorPrice.objects.filter(product=found)}
    asked = [one for one in vendors if _differs(prices.get(one["organization"]), one)]
    codes = None if codes is not None and _codes_of(found) == _told(codes, found) else codes
    if not changed and not asked and codes is None:
        return "unchanged"
    done = actions.change_product(
        actor=actor, product=found.pk, values=changed, vendors=asked, barcodes=codes
    )
    back = "retired_on" in changed and changed["retired_on"] is None
    group.led_to(done.id, f"product:{found.pk}" if back else "")
    return "changed"


def bring_many(*, actor: Actor, groups: Sequence[Group], run: Run) -> dict[int, str]:
    """Add what is new of many by one act, and pass over what is there as it is; nothing where that is refused.

    What is there otherwise is left out: each of these is changed by an act of its own.
    """
    require(actor, "exchange.import")
    became: dict[int, str] = {}

    def act() -> None:
        seen = Seen()
        for group in groups:
            group.made.clear()
        there = Product.objects.filter(sku__in=[group.first["sku"] for group in groups])
        known = {one.sku: one for one in there.select_related("category")}
        fresh = {n: group for n, group in enumerate(groups) if group.first["sku"] not in known}
        became.update(_unchanged(groups, known, seen))
        if fresh:
            new = [_new(group, seen) for group in fresh.values()]
            made = actions.add_products(actor=actor, products=new)
            for group, pk in zip(fresh.values(), made.made[Product._meta.label], strict=True):
                group.led_to(made.id, f"product:{pk}")
            became.update(dict.fromkeys(fresh, "added"))
        keep(run, [groups[n] for n in became])

    try:
        attempt(act)
    except Refusal:
        return {}
    return became


def _agreeing(group: Group) -> None:
    """Let rows of one SKU pass that say the same of it; otherwise what the later ones say would be lost in silence."""
    for n, row in enumerate(group.rows[1:], 1):
        for name in (*TEXTS[1:], "price"):
            if row[name] and group.first[name] and _said(row, name) != _said(group.first, name):
                group.parts[f"rows.{n}"] = row
                raise BadInput(
                    "said_otherwise",
                    N_(
                        "Row {row} says “{text}” of the same SKU. Let both rows say the same, or leave one out."
                    ),
                    field=f"rows.{n}.{name}",
                    row=group.first.number,
                    text=group.first[name][:60],
                )


def _said(row: Row, name: str) -> str | int:
    return scaled(row.figure(name), MICRO, field=name) if name == "price" else row[name]


def _new(group: Group, seen: Seen) -> actions.NewProduct:
    _agreeing(group)
    row = group.first
    return actions.NewProduct(
        _values(row, seen) | said_besides("products", row),
        [_vendor(group, one, seen) for one in group.rows if one["vendor"]],
        _barcodes(row),
    )


def _unchanged(groups: Sequence[Group], known: Mapping[str, Product], seen: Seen) -> dict[int, str]:
    """Which of the products that are there are as their rows say; those with own fields are looked at one by one."""
    prices: dict[int, dict[int, VendorPrice]] = {}
    for price in VendorPrice.objects.filter(product__in=known.values()):
        prices.setdefault(price.product_id, {})[price.organization_id] = price
    marks: dict[int, set[tuple[str, int]]] = {}
    for mark in barcodes().filter(product__in=known.values()).select_related("product"):
        marks.setdefault(mark.product_id, set()).add((mark.code, means(mark)))
    same = {}
    for n, group in enumerate(groups):
        found = known.get(group.first["sku"])
        if found is None or found.retired_on is not None or said_besides("products", group.first):
            continue
        new = _new(group, seen)
        kept = checked(rules.PRODUCT, new.values)
        there = prices.get(found.pk, {})
        if (
            all(getattr(found, COLUMNS.get(name, name)) == value for name, value in kept.items())
            and not any(_differs(there.get(one["organization"]), one) for one in new.vendors)
            and (new.barcodes is None or _told(new.barcodes, found) == marks.get(found.pk, set()))
        ):
            same[n] = "unchanged"
    return same


def _values(row: Row, seen: Seen) -> dict[str, Any]:
    values: dict[str, Any] = {name: row[name] for name in TEXTS if row[name]}
    values |= row.said(KINDS["products"], *FORMED) | finding.retired(row)
    code = seen.tax_code(row)
    return values if code is None else values | {"tax_code": code}


def _barcodes(row: Row) -> list[dict[str, Any]] | None:
    """What a cell names: codes between spaces or commas, ``code=24`` where one means 24 units."""
    found = []
    for one in row["barcodes"].replace(",", " ").replace(";", " ").split():
        code, _, means = one.partition("=")
        found.append({"code": code, "quantity": means or None})
    return found or None


def _codes_of(product: Product) -> set[tuple[str, int]]:
    return {(mark.code, means(mark)) for mark in barcodes().filter(product=product).select_related("product")}


def _told(codes: Sequence[Mapping[str, Any]], product: Product) -> set[tuple[str, int]]:
    d = product.quantity_decimals
    return {(one["code"], scaled(one["quantity"] or "1", d, field="barcodes")) for one in codes}


def _vendor(group: Group, row: Row, seen: Seen) -> dict[str, Any]:
    found = seen.organization(row, "vendor")
    group.parts[f"vendors.{len(group.parts)}"] = row
    values: dict[str, Any] = {"organization": found.pk}
    if row["vendor_cost"]:
        values["cost"] = row.figure("vendor_cost")
    if row["vendor_part_number"]:
        values["part_number"] = row["vendor_part_number"]
    if row["vendor_default"]:
        values["default"] = row.flag("vendor_default")
    if row["lead_time_days"]:
        values["lead_time_days"] = row.whole("lead_time_days")
    return values


def _differs(price: VendorPrice | None, values: Mapping[str, Any]) -> bool:
    if price is None:
        return True
    kept = checked(rules.VENDOR, values)
    return any(getattr(price, rules.COLUMNS.get(name, name)) != value for name, value in kept.items())
