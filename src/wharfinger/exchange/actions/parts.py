"""Bring in what belongs to a product: units, barcodes, components and substitutes."""

from __future__ import annotations

from typing import Any

from wharfinger.base import quantity
from wharfinger.base.access import Actor, require
from wharfinger.base.words import same
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.actions.substitutes import set_substitutes
from wharfinger.catalog.models import Component, Product, ProductUnit
from wharfinger.catalog.queries import barcodes, means, substitutes_of, unit_of
from wharfinger.catalog.rules.barcodes import key_of
from wharfinger.exchange.actions import finding
from wharfinger.exchange.rules import Group
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.ledger.write import Written

Values = dict[str, Any]
PARTS = ("units", "barcodes", "components", "substitutes")


def bring(*, actor: Actor, kind: str, group: Group) -> str:
    """Give a product the units, barcodes, components or substitutes that rows name; the same again do nothing."""
    require(actor, "exchange.import")
    product = finding.product(group.first)
    before = _all_said(kind, product)
    done = _given(actor, kind, group, product)
    if done is None:
        return "unchanged"
    group.led_to(done.id)
    return "changed" if before else "added"


def _given(actor: Actor, kind: str, group: Group, product: Product) -> Written | None:
    match kind:
        case "units":
            return _units(actor, group, product)
        case "barcodes":
            return _barcodes(actor, group, product)
        case "components":
            return _components(actor, group, product)
        case _:
            return _substitutes(actor, group, product)


def _all_said(kind: str, product: Product) -> bool:
    """Whether it is made of something already or may be replaced by something: a file says all of that anew."""
    if kind == "components":
        return Component.objects.filter(whole=product, quantity__gt=0, void__isnull=True).exists()
    return kind == "substitutes" and bool(substitutes_of([product.pk])[product.pk])


def _units(actor: Actor, group: Group, product: Product) -> Written | None:
    there = {same(one.name): one for one in ProductUnit.objects.filter(product=product, void__isnull=True)}
    wanted: list[Values] = []
    for row in group.rows:
        values = row.said(KINDS["units"], "factor", "for_buying", "for_selling") | finding.retired(row)
        known = there.get(same(row["unit"]))
        said = {name: values[name] for name in values.keys() - {"factor"}}
        if (
            known is not None
            and all(getattr(known, name) == value for name, value in said.items())
            and quantity.plain(known.factor, product.quantity_decimals) == _shortest(values.get("factor", ""))
        ):
            continue
        group.parts[f"units.{len(wanted)}"] = row
        wanted.append({"name": row["unit"], **values})
    return change_product(actor=actor, product=product.pk, values={}, units=wanted) if wanted else None


def _barcodes(actor: Actor, group: Group, product: Product) -> Written | None:
    """The codes that rows name come to those that the product has; none is taken off it."""
    there = {
        mark.code_key: {"code": mark.code, "unit": unit_of(mark), "quantity": _means(mark, product)}
        for mark in barcodes().filter(product=product).select_related("product")
    }
    full = dict(there)
    for row in group.rows:
        if key_of(row["code"]) == key_of(product.gtin or "-"):
            continue
        full[key_of(row["code"])] = {
            "code": row["code"],
            "unit": row["unit"],
            "quantity": _shortest(row.figure("quantity")) or None,
        }
    if {key: _told(one) for key, one in full.items()} == {key: _told(one) for key, one in there.items()}:
        return None
    # Where a code stands among all says which row names it.
    rows = {key_of(row["code"]): row for row in group.rows}
    group.parts.update({f"barcodes.{n}": rows[key] for n, key in enumerate(full) if key in rows})
    return change_product(actor=actor, product=product.pk, values={}, barcodes=list(full.values()))


def _means(mark: Any, product: Product) -> str | None:
    if unit_of(mark):
        return None
    units = means(mark)
    return (
        None if units == 10**product.quantity_decimals else quantity.plain(units, product.quantity_decimals)
    )


def _told(one: Values) -> tuple[str, str]:
    return same(one["unit"] or ""), "" if one["unit"] else one["quantity"] or ""


def _components(actor: Actor, group: Group, product: Product) -> Written | None:
    there = list(Component.objects.filter(whole=product, quantity__gt=0, void__isnull=True))
    wanted: list[Values] = []
    for n, row in enumerate(group.rows):
        group.parts[f"components.{n}"] = row
        part = finding.product(row, "component", f"components.{n}.component")
        figure = row.figure("quantity")
        units = quantity.quantity(figure, part.quantity_decimals, field=f"components.{n}.quantity")
        wanted.append(
            {"product": part.pk, "quantity": quantity.plain(units, part.quantity_decimals), "n": units}
        )
    if {one.product_id: one.quantity for one in there} == {one["product"]: one["n"] for one in wanted}:
        return None
    said = [{"product": one["product"], "quantity": one["quantity"]} for one in wanted]
    return change_product(actor=actor, product=product.pk, values={}, components=said)


def _substitutes(actor: Actor, group: Group, product: Product) -> Written | None:
    others = []
    for n, row in enumerate(group.rows):
        group.parts[f"products.{n}"] = row
        others.append(finding.product(row, "substitute", f"products.{n}.substitute").pk)
    if [one.pk for one in substitutes_of([product.pk])[product.pk]] == others:
        return None
    return set_substitutes(actor=actor, product=product.pk, others=others)


def _shortest(figure: str) -> str:
    """A figure without the noughts that say nothing: 24 for 24.00."""
    return figure.rstrip("0").rstrip(".") if "." in figure else figure
