"""The verbs of products, tax codes and warranty policies."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.catalog import rules
from wharfinger.catalog.actions.categories import filed, filed_all, named_by
from wharfinger.catalog.models import (
    Barcode,
    Category,
    Component,
    PriceBreak,
    Product,
    ProductUnit,
    TaxCode,
    VendorPrice,
    WarrantyPolicy,
)
from wharfinger.catalog.rules import taxes
from wharfinger.catalog.rules.barcodes import BARCODE, forms_of, key_of, with_codes
from wharfinger.catalog.rules.components import COMPONENT
from wharfinger.catalog.rules.units import UNIT, with_units
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Holding, Layer
from wharfinger.ledger.plan import Plan, Truth, joined
from wharfinger.ledger.post import post
from wharfinger.ledger.write import MADE, Written
from wharfinger.parties.models import Organization

Values = Mapping[str, Any]


def add_product(
    *,
    actor: Actor,
    values: Values,
    vendors: Sequence[Values] = (),
    components: Sequence[Values] | None = None,
    barcodes: Sequence[Values] | None = None,
    units: Sequence[Values] = (),
    key: str | None = None,
) -> Written:
    """Add something that is bought, kept, sold or done; components: what a kit or bundle is made of."""
    require(actor, "catalog.product")
    clean = filed(checked(rules.PRODUCT, values), born=True)
    _sku_is_free(clean.get("sku", ""))
    prices, parts, codes = _prices(actor, vendors), _parts(components), _codes(barcodes)
    wish = Wish(
        documents=named_by(clean),
        reads=(_read_tax_codes, _read_vendors(prices), _read_recipes(parts), _read_codes(codes)),
    )
    plan = partial(rules.plan_product, values=clean, vendors=prices, components=parts)
    plan = partial(with_units, plan=plan, pk=None, values=clean, units=_units(units))
    plan = partial(with_codes, plan=plan, pk=None, values=clean, codes=codes)
    return post("add", wish, plan, actor=actor, key=key)


@dataclass(frozen=True, slots=True)
class NewProduct:
    """One of many that are added together."""

    values: Values
    vendors: Sequence[Values] = ()
    barcodes: Sequence[Values] | None = None


def add_products(*, actor: Actor, products: Sequence[NewProduct], key: str | None = None) -> Written:
    """Add many products in one entry, by a constant number of statements; none where one of them is refused."""
    require(actor, "catalog.product")
    clean = filed_all([checked(rules.PRODUCT, one.values) for one in products], born=True)
    _skus_are_free([one.get("sku", "") for one in clean])
    prices = [_prices(actor, one.vendors) for one in products]
    codes = [_codes(one.barcodes) for one in products]
    every_price = [price for some in prices for price in some]
    every_code = [code for some in codes for code in some or ()]
    wish = Wish(
        documents=named_by(*clean),
        reads=(_read_tax_codes, _read_vendors(every_price), _read_recipes(None), _read_codes(every_code)),
    )

    def plan(truth: Truth) -> Plan:
        made = []
        for values, asked, marks in zip(clean, prices, codes, strict=True):
            one = partial(rules.plan_product, values=values, vendors=asked)
            made.append(with_codes(truth, plan=one, pk=None, values=values, codes=marks))
        return joined(made, alike={Category._meta.label: "path"})

    return post("add", wish, plan, actor=actor, key=key)


def change_product(
    *,
    actor: Actor,
    product: int,
    values: Values,
    vendors: Sequence[Values] = (),
    components: Sequence[Values] | None = None,
    barcodes: Sequence[Values] | None = None,
    units: Sequence[Values] = (),
    key: str | None = None,
) -> Written:
    """Change a product, or what the named vendors ask for it; a date in ``retired_on`` retires it.

    barcodes: all that it has besides its GTIN from now on; without them they stay as they are.
    units: those to add or change; the others stay.
    components: all that it is made of from now on, as it is where nothing is said.
    """
    require(actor, "catalog.product")
    clean = filed(checked(rules.PRODUCT, values))
    if "sku" in clean:
        _sku_is_free(clean["sku"], but=product)
    prices, parts, codes = _prices(actor, vendors), _parts(components), _codes(barcodes)
    known = VendorPrice.objects.filter(product_id=product).values_list("pk", flat=True)
    made_of = Component.objects.filter(whole=product, void__isnull=True).values_list("pk", flat=True)
    marked = Barcode.objects.filter(product_id=product) if codes is not None else Barcode.objects.none()
    steps = PriceBreak.objects.filter(price__product=product) if vendors else PriceBreak.objects.none()
    counted_in = ProductUnit.objects.filter(product_id=product, void__isnull=True)
    wish = Wish(
        documents=[
            (Product, [product]),
            (VendorPrice, list(known)),
            (PriceBreak, list(steps.values_list("pk", flat=True))),
            (Component, list(made_of)),
            (Barcode, list(marked.values_list("pk", flat=True))),
            (ProductUnit, list(counted_in.values_list("pk", flat=True))),
            *named_by(clean),
        ],
        reads=(
            _read_tax_codes,
            _read_vendors(prices),
            _read_moved(product),
            _read_recipes(parts),
            _read_codes(codes, but=product),
        ),
    )
    plan = partial(rules.plan_product_change, pk=product, values=clean, vendors=prices, components=parts)
    plan = partial(with_units, plan=plan, pk=product, values=clean, units=_units(units))
    plan = partial(with_codes, plan=plan, pk=product, values=clean, codes=codes)
    return post("change", wish, plan, actor=actor, key=key)


def add_tax_code(*, actor: Actor, values: Values, key: str | None = None) -> Written:
    """Add a rate of tax."""
    require(actor, "catalog.tax_code")
    plan = partial(taxes.plan_tax_code, values=checked(taxes.TAX_CODE, values))
    return post(
        "add",
        Wish(documents=[(TaxCode, _every_tax_code())], reads=(_read_tax_codes,)),
        plan,
        actor=actor,
        key=key,
    )


def change_tax_code(*, actor: Actor, tax_code: int, values: Values, key: str | None = None) -> Written:
    """Change a tax code, or make it the default."""
    require(actor, "catalog.tax_code")

    def used(truth: Truth) -> None:
        truth.read["used"] = any(
            one.related_model._default_manager.filter(**{one.field.name: tax_code}).exists()  # type: ignore[union-attr]
            for one in TaxCode._meta.get_fields(include_hidden=True)
            if one.auto_created and not one.concrete and one.related_model is not TaxCode
        )

    plan = partial(taxes.plan_tax_code_change, pk=tax_code, values=checked(taxes.TAX_CODE, values))
    return post(
        "change", Wish(documents=[(TaxCode, _every_tax_code())], reads=(used,)), plan, actor=actor, key=key
    )


def add_warranty_policy(*, actor: Actor, values: Values, key: str | None = None) -> Written:
    """Add a policy that says how long we answer for devices of a product or a category."""
    require(actor, "catalog.warranty_policy")
    clean = filed(checked(rules.WARRANTY_POLICY, values))
    return post(
        "add",
        Wish(documents=named_by(clean), reads=(_read_product(clean),)),
        partial(rules.plan_policy, values=clean),
        actor=actor,
        key=key,
    )


def change_warranty_policy(*, actor: Actor, policy: int, values: Values, key: str | None = None) -> Written:
    """Change a warranty policy."""
    require(actor, "catalog.warranty_policy")
    clean = filed(checked(rules.WARRANTY_POLICY, values))
    wish = Wish(documents=[(WarrantyPolicy, [policy]), *named_by(clean)], reads=(_read_product(clean),))
    return post(
        "change", wish, partial(rules.plan_policy_change, pk=policy, values=clean), actor=actor, key=key
    )


def _units(units: Sequence[Values]) -> list[dict[str, Any]]:
    """Further units, as they are kept."""
    found = []
    for n, one in enumerate(units):
        try:
            found.append(checked(UNIT, one))
        except BadInput as refusal:
            refusal.field = f"units.{n}.{refusal.field}"
            raise
        for name in ("name", "factor"):
            if name not in one:
                raise BadInput("missing", N_("Please fill this in."), field=f"units.{n}.{name}")
    return found


def _prices(actor: Actor, vendors: Sequence[Values]) -> list[dict[str, Any]]:
    """What vendors ask, as it is kept; needs the permission to set prices."""
    if vendors:
        require(actor, "catalog.price")
    found = []
    for n, one in enumerate(vendors):
        try:
            found.append(checked(rules.VENDOR, one))
        except BadInput as refusal:
            refusal.field = f"vendors.{n}.{refusal.field}"
            raise
        if "organization" not in one:
            raise BadInput("missing", N_("Please fill this in."), field=f"vendors.{n}.organization")
    return found


def _codes(barcodes: Sequence[Values] | None) -> list[dict[str, Any]] | None:
    """Barcodes as they are kept; nothing where they stay as they are."""
    if barcodes is None:
        return None
    found = []
    for n, one in enumerate(barcodes):
        try:
            found.append(checked(BARCODE, one))
        except BadInput as refusal:
            refusal.field = f"barcodes.{n}.{refusal.field}"
            raise
    return found


def _read_codes(codes: Sequence[Values] | None, *, but: int = 0) -> Callable[[Truth], None]:
    """Read which of the codes stand for another product, as barcode, GTIN or SKU."""

    def read(truth: Truth) -> None:
        truth.read["codes"] = {}
        if not codes:
            return
        keys = {key_of(one["code"]): one["code"] for one in codes}
        marked = Barcode.objects.filter(
            code_key__in=keys, retired_on__isnull=True, void__isnull=True
        ).exclude(product_id=but)
        truth.read["codes"] |= dict(marked.values_list("code_key", "product__sku"))
        written = {form for one in keys.values() for form in forms_of(one)}
        named = Product.objects.annotate(folded=Lower("sku")).filter(
            Q(folded__in={one.lower() for one in keys.values()}) | (Q(gtin__in=written) & ~Q(gtin=""))
        )
        for sku, gtin in named.exclude(pk=but).values_list("sku", "gtin"):
            found = {key_of(one): sku for one in (sku, gtin) if one}
            truth.read["codes"] |= {key: sku for key, sku in found.items() if key in keys}

    return read


def _sku_is_free(sku: str, *, but: int | None = None) -> None:
    if Product.objects.filter(sku=sku).exclude(pk=but or 0).exists():
        raise BadInput("sku_taken", N_("This SKU is taken. Choose another."), field="sku")


def _skus_are_free(skus: Sequence[str]) -> None:
    twice = len(set(skus)) < len(skus)
    if twice or Product.objects.filter(sku__in=skus).exists():
        raise BadInput("sku_taken", N_("This SKU is taken. Choose another."), field="sku")


def _every_tax_code() -> list[int]:
    return list(TaxCode.objects.values_list("pk", flat=True))


def _read_tax_codes(truth: Truth) -> None:
    truth.read["tax_codes"] = {code.pk: code for code in TaxCode.objects.filter(retired_on__isnull=True)}


def _read_vendors(prices: Sequence[Values]) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        wanted = [one["organization"] for one in prices]
        found = (
            Organization.objects.filter(pk__in=wanted, vendor=True) if wanted else Organization.objects.none()
        )
        truth.read["vendors"] = set(found.values_list("pk", flat=True))

    return read


def _parts(components: Sequence[Values] | None) -> tuple[Values, ...] | None:
    if components is None:
        return None
    found = []
    for n, one in enumerate(components):
        try:
            found.append(checked(COMPONENT, one))
        except BadInput as refusal:
            refusal.field = f"components.{n}.{refusal.field}"
            raise
    return tuple(found)


def _read_recipes(components: Sequence[Values] | None) -> Callable[[Truth], None]:
    """Read what everything is made of, and the products that are components or are to be."""

    def read(truth: Truth) -> None:
        recipes: dict[int, list[int]] = {}
        rows = Component.objects.filter(quantity__gt=0, void__isnull=True).order_by("pk")
        for whole, part in rows.values_list("whole_id", "product_id"):
            recipes.setdefault(whole, []).append(part)
        truth.read["recipes"] = recipes
        truth.read["part_of"] = {part for parts in recipes.values() for part in parts}
        wanted = truth.read["part_of"] | {one["product"] for one in components or ()}
        truth.read["parts"] = {one.pk: one for one in Product.objects.filter(pk__in=sorted(wanted))}

    return read


def _read_moved(product: int) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        truth.read["moved"] = Holding.objects.filter(product_id=product).exists()
        truth.read["in_stock"] = _in_stock(product)

    return read


def _in_stock(product: int) -> bool:
    return Layer.objects.filter(product_id=product, quantity__gt=0).exists()


def not_used_yet(truth: Truth, plan: Plan) -> None:
    """Undoing retires a product that was added only while nothing of it is in stock, wanted, bought or sold."""
    born = {
        pk
        for fact in truth.read["facts"]
        if (fact.subject, fact.field) == (Product._meta.label, MADE)
        for pk in json.loads(fact.new)
    }
    if not born:
        return
    used = Holding.objects.filter(product__in=born, quantity__gt=0, unbounded=False).values("product")
    if (one := Product.objects.filter(pk__in=used).order_by("sku").first()) is not None:
        raise Refusal(
            "used_already",
            N_("{sku} is in stock, ordered or sold already, so it stays. Retire it on its page instead."),
            sku=one.sku,
        )


def method_stays(truth: Truth, plan: Plan) -> None:
    """Undoing brings the former cost method back only where it may be chosen."""
    for change in plan.changes:
        if change.label == Product._meta.label and change.field == "cost_method":
            rules.other_method(change.old, change.new, in_stock=_in_stock(change.pk))


def _read_product(values: Values) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        truth.read["product_is_there"] = Product.objects.filter(pk=values.get("product") or 0).exists()

    return read
