"""Pure decisions about families: which variants there may be, how they are called, who joins and who leaves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, product
from typing import Any, NamedTuple, Protocol

from wharfinger.base.fields import Check, day, or_nothing, price, text
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import same
from wharfinger.catalog.rules import BORN_PRODUCT, born_product, columns
from wharfinger.ledger.plan import Plan, Truth

MOST_ATTRIBUTES = 3
MOST_VALUES = 50
MOST_VARIANTS = 200
"""So many are proposed and made at once."""
COLUMNS = ("first", "second", "third")
"""The columns of a product that hold the values of a variant."""
BETWEEN = " / "
LABEL = "catalog.Family"

OWN_ONLY = frozenset(("price_micro", "gtin", "valid_from", "valid_until", "retired_on", *COLUMNS))
COPIED = (*(name for name in BORN_PRODUCT if name not in OWN_ONLY), "cost_method", "tax_code_id")
"""What a new variant takes over from a product that it is made like."""

Values = Mapping[str, Any]


class Named(Protocol):
    """A product, as far as it can be called."""

    name: str
    first: str
    second: str
    third: str


class Proposal(NamedTuple):
    """A variant that there is not yet."""

    values: tuple[str, ...]
    sku: str
    name: str
    price_micro: int


def values_of(one: Named) -> tuple[str, ...]:
    """The values of a variant, in the order of its family's attributes; none of any other product."""
    return tuple(filter(None, (one.first, one.second, one.third)))


def words_of(one: Named) -> str:
    """The values of a variant that its name does not say."""
    name = same(one.name)
    return BETWEEN.join(value for value in values_of(one) if same(value) not in name)


def full_name(one: Named) -> str:
    """The name of a product, with the values of a variant that it does not say."""
    words = words_of(one)
    return f"{one.name} · {words}" if words else one.name


def code_of(value: str) -> str:
    """The part of a SKU that a value becomes where nobody says another: XL, BLACK, 2M."""
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]", "", plain).upper()[:12]


def _attributes(given: Any, field: str) -> list[dict[str, Any]]:
    """Attributes as they are kept, with what is not said of their values filled in."""
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_ATTRIBUTES:
        raise BadInput(
            "attributes_of_family",
            N_("A family has one to {most} attributes, like colour and size."),
            field=field,
            most=MOST_ATTRIBUTES,
        )
    found = []
    for n, one in enumerate(given):
        at = f"{field}.{n}"
        name = text(60, needed=True)(one.get("name"), f"{at}.name")
        values = [_value(value, f"{at}.values.{k}") for k, value in enumerate(one.get("values") or ())]
        if not 1 <= len(values) <= MOST_VALUES:
            raise BadInput(
                "values_of_attribute",
                N_("An attribute has one to {most} values."),
                field=f"{at}.values",
                most=MOST_VALUES,
            )
        _distinct([value["value"] for value in values], f"{at}.values")
        found.append({"name": name, "values": values})
    _distinct([one["name"] for one in found], field)
    return found


def _value(given: Values, at: str) -> dict[str, Any]:
    value = text(60, needed=True)(given.get("value"), f"{at}.value")
    code = text(20)(given.get("code") or "", f"{at}.code")
    more = price(given.get("more") or "0", f"{at}.more")
    return {"value": value, "code": code or code_of(value), "more_micro": more}


def _distinct(names: Sequence[str], field: str) -> None:
    seen: set[str] = set()
    for name in names:
        if same(name) in seen:
            raise BadInput("named_twice", N_("“{name}” is named twice."), field=field, name=name)
        seen.add(same(name))


FAMILY: dict[str, Check] = {
    "name": text(100, needed=True),
    "attributes": _attributes,
    "sku_pattern": text(60),
    "name_pattern": text(200),
    "price": price,
    "retired_on": or_nothing(day),
}


def plan_family(truth: Truth, *, values: Values) -> Plan:
    """Make a family; its variants are made or join afterwards."""
    new = columns(values)
    for name in ("name", "attributes"):
        if not new.get(name):
            raise BadInput("missing", N_("Please fill this in."), field=name)
    _name_is_free(truth, new["name"], but=None)
    full = {"price_micro": 0, "retired_on": None, "sku_pattern": "", "name_pattern": "", **new}
    full |= _patterns(full)
    plan = Plan()
    plan.mention(("family", plan.create(LABEL, **full)))
    return plan


def plan_family_change(truth: Truth, *, pk: int, values: Values) -> Plan:
    """Change a family; values that variants have stay, and so does the number of its attributes while it has any."""
    row = family_of(truth, pk)
    new = columns(values)
    if "name" in new:
        _name_is_free(truth, new["name"], but=pk)
    variants = truth.read["variants"]
    if "attributes" in new and variants:
        if len(new["attributes"]) != len(row.attributes):
            raise Refusal(
                "has_variants",
                N_("The family has variants, so it keeps its attributes. Begin another family instead."),
                field="attributes",
            )
        for n, attribute in enumerate(new["attributes"]):
            known = {one["value"] for one in attribute["values"]}
            used = next((v for one in variants if (v := values_of(one)[n]) not in known), None)
            if used is not None:
                raise Refusal(
                    "value_in_use",
                    N_("There are variants with “{value}”. Rename it, or let them leave the family first."),
                    field=f"attributes.{n}.values",
                    value=used,
                )
    now = {
        name: new.get(name, getattr(row, name))
        for name in ("name", "attributes", "sku_pattern", "name_pattern")
    }
    plan = Plan()
    plan.change(row, **new | _patterns(now))
    plan.mention(row)
    return plan


def _patterns(full: Values) -> dict[str, str]:
    """How variants are called where nobody says otherwise."""
    marks = [f"{{{n}}}" for n in range(1, len(full["attributes"]) + 1)]
    sku = full["sku_pattern"] or "-".join([code_of(full["name"]), *marks])
    return {
        "sku_pattern": sku,
        "name_pattern": full["name_pattern"] or " ".join([full["name"][:100], *marks]),
    }


def plan_renaming(truth: Truth, *, pk: int, attribute: int, value: str, to: str) -> Plan:
    """Call a value otherwise, in the family and of every variant that has it."""
    row = family_of(truth, pk)
    if not 0 <= attribute < len(row.attributes):
        raise BadInput("no_such_attribute", N_("The family has no such attribute."), field="attribute")
    of = row.attributes[attribute]
    old = _spelled(of, value, "value")
    if any(same(one["value"]) == same(to) for one in of["values"] if one["value"] != old):
        raise BadInput("named_twice", N_("“{name}” is named twice."), field="to", name=to)
    renamed = [{**one, "value": to} if one["value"] == old else one for one in of["values"]]
    plan = Plan()
    plan.change(
        row,
        attributes=[
            {**one, "values": renamed} if n == attribute else one for n, one in enumerate(row.attributes)
        ],
    )
    for one in truth.read["variants"]:
        if values_of(one)[attribute] == old:
            plan.change(one, **{COLUMNS[attribute]: to})
    plan.mention(row)
    return plan


def proposals(family: Any, taken: Iterable[tuple[str, ...]], most: int = MOST_VARIANTS) -> list[Proposal]:
    """The variants that there are not yet, in the order of the values."""
    known = set(taken)
    every = product(*(attribute["values"] for attribute in family.attributes))
    missing = (one for one in every if tuple(value["value"] for value in one) not in known)
    return [_proposed(family, one) for one in islice(missing, most)]


def wished(family: Any, wish: Values, at: str) -> Proposal:
    """A variant as it is wished for, and as the family proposes where nothing is said."""
    values = spelled(family, wish["values"], f"{at}.values")
    pairs = zip(family.attributes, values, strict=True)
    usual = _proposed(
        family, tuple(next(v for v in one["values"] if v["value"] == value) for one, value in pairs)
    )
    cost = usual.price_micro if wish.get("price") is None else wish["price"]
    return Proposal(values, wish.get("sku") or usual.sku, wish.get("name") or usual.name, cost)


def _proposed(family: Any, values: tuple[Values, ...]) -> Proposal:
    sku, name = family.sku_pattern, family.name_pattern
    for n, value in enumerate(values, 1):
        sku, name = sku.replace(f"{{{n}}}", value["code"]), name.replace(f"{{{n}}}", value["value"])
    cost = family.price_micro + sum(value["more_micro"] for value in values)
    return Proposal(tuple(value["value"] for value in values), sku[:60], name[:200], cost)


def plan_variants(truth: Truth, *, pk: int, wishes: Sequence[Values], like: int | None) -> Plan:
    """Make variants as ordinary products, all or none; each combination of values is made once.

    One that was made before and is retired comes back under its SKU, named and priced as it is wished now.
    """
    row = family_of(truth, pk)
    if row.retired_on is not None:
        raise Refusal("family_retired", N_("This family is retired. Bring it back first."))
    model = truth.documents["catalog.Product"].get(like) if like is not None else None
    if like is not None and model is None:
        raise BadInput("no_such_product", N_("There is no such product."), field="like")
    base = _like(truth, model) if model is not None else {}
    taken = {values_of(one) for one in truth.read["variants"]}
    gone = {
        values_of(one): one for one in truth.documents["catalog.Product"].values() if _may_return(one, pk)
    }
    skus: set[str] = set(truth.read["skus"])
    plan = Plan()
    for n, wish in enumerate(wishes):
        one = wished(row, wish, f"variants.{n}")
        if (back := gone.pop(one.values, None)) is not None:
            plan.change(back, retired_on=None, name=one.name, price_micro=one.price_micro)
            plan.mention(back)
            continue
        _is_free(one.values, taken, f"variants.{n}.values")
        if one.sku in skus:
            raise BadInput("sku_taken", N_("This SKU is taken. Choose another."), field=f"variants.{n}.sku")
        taken.add(one.values)
        skus.add(one.sku)
        full = born_product(truth, {**base, "sku": one.sku, "name": one.name, "price_micro": one.price_micro})
        made = plan.create("catalog.Product", **full | _columns(one.values), family_id=pk)
        plan.create("ledger.Lot", product_id=made)
        plan.mention(("product", made))
    plan.mention(row)
    return plan


def _may_return(product: Any, family: int) -> bool:
    return product.family_id == family and product.retired_on is not None and product.merged_into_id is None


def _like(truth: Truth, model: Any) -> dict[str, Any]:
    """What a new variant takes over; a tax code or own field that is retired is left to the usual."""
    base = {name: getattr(model, name) for name in COPIED}
    if base["tax_code_id"] not in truth.read["tax_codes"]:
        del base["tax_code_id"]
    used = {one.key for one in truth.own.get("product", ()) if not one.retired}
    return base | {"own": {key: value for key, value in model.own.items() if key in used}}


def plan_joining(truth: Truth, *, pk: int, product: int, values: Sequence[str]) -> Plan:
    """Let a product that there is already be a variant."""
    row = family_of(truth, pk)
    one = truth.documents["catalog.Product"].get(product)
    if one is None:
        raise BadInput("no_such_product", N_("There is no such product."), field="product")
    if one.family_id is not None:
        raise Refusal(
            "in_a_family",
            N_("{sku} belongs to a family already. Let it leave that one first."),
            field="product",
            sku=one.sku,
        )
    found = spelled(row, values, "values")
    _is_free(found, {values_of(other) for other in truth.read["variants"]}, "values")
    plan = Plan()
    plan.change(one, family_id=pk, **_columns(found))
    plan.mention(one, row)
    return plan


def plan_leaving(truth: Truth, *, pk: int, product: int) -> Plan:
    """Let a product be no variant any more; it stays as it is otherwise."""
    one = truth.documents["catalog.Product"].get(product)
    if one is None:
        raise NotThere("no_such_product", N_("There is no such product."))
    if one.family_id != pk:
        raise Refusal(
            "not_in_family", N_("{sku} is no variant of this family."), field="product", sku=one.sku
        )
    plan = Plan()
    plan.mention(one, ("family", pk))
    plan.change(one, family_id=None, **_columns(()))
    return plan


def _columns(values: Sequence[str]) -> dict[str, str]:
    return dict(zip(COLUMNS, [*values, "", "", ""], strict=False))


def spelled(family: Any, values: Sequence[str], field: str) -> tuple[str, ...]:
    """One value of each attribute, written as the family writes it."""
    if len(values) != len(family.attributes):
        raise BadInput(
            "one_of_each",
            N_("Give one value of each: {attributes}."),
            field=field,
            attributes=", ".join(one["name"] for one in family.attributes),
        )
    return tuple(
        _spelled(attribute, value, f"{field}.{n}")
        for n, (attribute, value) in enumerate(zip(family.attributes, values, strict=True))
    )


def _spelled(attribute: Values, value: str, field: str) -> str:
    found = next((one["value"] for one in attribute["values"] if same(one["value"]) == same(value)), None)
    if found is None:
        raise BadInput(
            "no_such_value",
            N_("“{value}” is no value of “{attribute}”. Add it to the family first."),
            field=field,
            value=value[:60],
            attribute=attribute["name"],
        )
    return str(found)


def _is_free(values: tuple[str, ...], taken: set[tuple[str, ...]], field: str) -> None:
    if values in taken:
        raise Refusal(
            "variant_there",
            N_("There is a variant {values} already."),
            field=field,
            values=BETWEEN.join(values),
        )


def _name_is_free(truth: Truth, name: str, *, but: int | None) -> None:
    if any(same(known) == same(name) for pk, known in truth.read["families"].items() if pk != but):
        raise BadInput("family_taken", N_("There is a family of this name. Choose another."), field="name")


def family_of(truth: Truth, pk: int) -> Any:
    """The family that the act locked; raises NotThere when there is none."""
    row = truth.documents[LABEL].get(pk)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_family", N_("There is no such family."))
    return row
