"""The verbs of families: make one, make its variants in one act, let products join and leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked, price, text
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.catalog.models import Family, Product, TaxCode
from wharfinger.catalog.rules import families as rules
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written

Values = Mapping[str, Any]


def add_family(*, actor: Actor, values: Values, key: str | None = None) -> Written:
    """Make a family of products that differ by up to three attributes."""
    require(actor, "catalog.product")
    plan = partial(rules.plan_family, values=checked(rules.FAMILY, values))
    return post("add", Wish(reads=(_read_names,)), plan, actor=actor, key=key)


def change_family(*, actor: Actor, family: int, values: Values, key: str | None = None) -> Written:
    """Change a family, its attributes, or how its variants are called; a date in ``retired_on`` retires it."""
    require(actor, "catalog.product")
    plan = partial(rules.plan_family_change, pk=family, values=checked(rules.FAMILY, values))
    wish = Wish(documents=[(Family, [family])], reads=(_read_names, _read_variants(family)))
    return post("change", wish, plan, actor=actor, key=key)


def rename_value(
    *, actor: Actor, family: int, attribute: int, value: str, to: str, key: str | None = None
) -> Written:
    """Call a value of an attribute otherwise, of every variant that has it. attribute: 1, 2 or 3."""
    require(actor, "catalog.product")
    name = text(60, needed=True)(to, "to")
    plan = partial(rules.plan_renaming, pk=family, attribute=attribute - 1, value=value, to=name)
    variants = Product.objects.filter(family=family).values_list("pk", flat=True)
    wish = Wish(documents=[(Family, [family]), (Product, list(variants))], reads=(_read_variants(family),))
    return post("change", wish, plan, actor=actor, key=key)


def make_variants(
    *,
    actor: Actor,
    family: int,
    variants: Sequence[Values],
    like: int | None = None,
    key: str | None = None,
) -> Written:
    """Make variants of a family as ordinary products, all of them or none; one that is retired comes back.

    variants: each with its ``values``; without ``sku``, ``name`` or ``price`` they are as the family proposes.
    like: a product from which they take over all else, from kind and tracing to tax code and category.
    """
    require(actor, "catalog.product")
    if not 1 <= len(variants) <= rules.MOST_VARIANTS:
        raise BadInput(
            "so_many_variants",
            N_("Choose one to {most} variants at once."),
            field="variants",
            most=rules.MOST_VARIANTS,
        )
    wishes = [_wish(one, f"variants.{n}") for n, one in enumerate(variants)]
    retired = Product.objects.filter(family=family, retired_on__isnull=False).values_list("pk", flat=True)
    products = {*retired, *(() if like is None else (like,))}
    plan = partial(rules.plan_variants, pk=family, wishes=wishes, like=like)
    wish = Wish(
        documents=[(Family, [family]), (Product, sorted(products))],
        reads=(
            _read_variants(family),
            _read_skus(family, wishes),
            _read_tax_codes,
        ),
    )
    return post("make_variants", wish, plan, actor=actor, key=key)


def join_family(
    *, actor: Actor, family: int, product: int, values: Sequence[str], key: str | None = None
) -> Written:
    """Let a product that there is already be a variant of a family, by one value of each attribute."""
    require(actor, "catalog.product")
    plan = partial(rules.plan_joining, pk=family, product=product, values=list(values))
    wish = Wish(documents=[(Family, [family]), (Product, [product])], reads=(_read_variants(family),))
    return post("join_family", wish, plan, actor=actor, key=key)


def leave_family(*, actor: Actor, family: int, product: int, key: str | None = None) -> Written:
    """Let a product be no variant any more; its goods, prices and history stay."""
    require(actor, "catalog.product")
    plan = partial(rules.plan_leaving, pk=family, product=product)
    return post("leave_family", Wish(documents=[(Product, [product])]), plan, actor=actor, key=key)


def keeps_variants(truth: Truth, plan: Plan) -> None:
    """Undoing what made a family takes it away only while nothing is a variant of it."""
    gone = [pk for label, pk in plan.voids if label == Family._meta.label]
    one = Product.objects.filter(family__in=gone).order_by("sku").first() if gone else None
    if one is not None:
        raise Refusal(
            "has_variants",
            N_("{sku} is a variant of this family. Let its variants leave first, or retire the family."),
            sku=one.sku,
        )


def _wish(given: Values, at: str) -> dict[str, Any]:
    values = given.get("values")
    if not isinstance(values, (list, tuple)) or not all(isinstance(one, str) for one in values):
        raise BadInput("missing", N_("Please fill this in."), field=f"{at}.values")
    asked = given.get("price")
    return {
        "values": list(values),
        "sku": text(60)(given.get("sku") or "", f"{at}.sku"),
        "name": text(200)(given.get("name") or "", f"{at}.name"),
        "price": None if asked in (None, "") else price(asked, f"{at}.price"),
    }


def _read_names(truth: Truth) -> None:
    truth.read["families"] = dict(Family.objects.filter(void__isnull=True).values_list("pk", "name"))


def _read_variants(family: int) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        truth.read["variants"] = list(Product.objects.filter(family=family))

    return read


def _read_skus(family: int, wishes: Sequence[Values]) -> Callable[[Truth], None]:
    """Read which of the SKUs that are wished for are taken."""

    def read(truth: Truth) -> None:
        row = rules.family_of(truth, family)
        wanted = [rules.wished(row, one, f"variants.{n}").sku for n, one in enumerate(wishes)]
        truth.read["skus"] = set(Product.objects.filter(sku__in=wanted).values_list("sku", flat=True))

    return read


def _read_tax_codes(truth: Truth) -> None:
    truth.read["tax_codes"] = {code.pk: code for code in TaxCode.objects.filter(retired_on__isnull=True)}
