"""Bring in which products are variants of which family; families and values that are not there are made."""

from __future__ import annotations

from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.catalog.actions.families import add_family, change_family, join_family, leave_family
from wharfinger.catalog.models import Family
from wharfinger.catalog.queries import families
from wharfinger.catalog.rules.families import COLUMNS, values_of
from wharfinger.exchange.actions import finding
from wharfinger.exchange.rules import Group, Row


def bring(*, actor: Actor, group: Group) -> str:
    """Let a product be a variant by the values that its row names; one that it has already stays as it is."""
    require(actor, "exchange.import")
    row = group.first
    product = finding.product(row)
    pairs = [pair for n in range(1, len(COLUMNS) + 1) if any(pair := _pair(row, n))]
    values = [value for _attribute, value in pairs]
    family = _family(row["family"])
    if family is not None and product.family_id == family.pk and _alike(values_of(product), values):
        return "unchanged"
    family = _grown(actor, group, family, row["family"], pairs)
    before = product.family_id
    if before is not None:
        group.led_to(leave_family(actor=actor, family=before, product=product.pk).id)
    done = join_family(actor=actor, family=family.pk, product=product.pk, values=values)
    group.led_to(done.id)
    return "added" if before is None else "changed"


def _pair(row: Row, n: int) -> tuple[str, str]:
    return row[f"attribute_{n}"], row[f"value_{n}"]


def _family(name: str) -> Family | None:
    return next((one for one in families() if same(one.name) == same(name)), None)


def _alike(one: Any, other: Any) -> bool:
    return [same(value) for value in one] == [same(value) for value in other]


def _grown(
    actor: Actor, group: Group, family: Family | None, name: str, pairs: list[tuple[str, str]]
) -> Family:
    """The family, made where it is not there, with the values that the row names."""
    if family is None:
        attributes = [{"name": attribute, "values": [{"value": value}]} for attribute, value in pairs]
        made = add_family(actor=actor, values={"name": name, "attributes": attributes})
        group.led_to(made.id)
        return Family.objects.get(pk=made.one("catalog.Family"))
    if not _alike([one["name"] for one in family.attributes], [attribute for attribute, _ in pairs]):
        raise BadInput(
            "other_attributes",
            N_("The family “{name}” differs by {attributes}. Name just these, in this order."),
            field="attribute_1",
            name=family.name,
            attributes=", ".join(one["name"] for one in family.attributes),
        )
    grown = [_with(one, value) for one, (_, value) in zip(family.attributes, pairs, strict=True)]
    if [len(one["values"]) for one in grown] != [len(one["values"]) for one in family.attributes]:
        done = change_family(actor=actor, family=family.pk, values={"attributes": grown})
        group.led_to(done.id)
    return family


def _with(attribute: dict[str, Any], value: str) -> dict[str, Any]:
    """An attribute as an act takes it, with this value at its end where it has none like it."""
    kept = [
        {"value": one["value"], "code": one["code"], "more": plain(one["more_micro"], MICRO)}
        for one in attribute["values"]
    ]
    new = [] if any(same(one["value"]) == same(value) for one in kept) else [{"value": value}]
    return {"name": attribute["name"], "values": [*kept, *new]}
