"""Bring in what is known by a name alone: tax codes, customer groups, reasons and categories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import Check, checked
from wharfinger.catalog import actions as catalog
from wharfinger.catalog import rules as catalog_rules
from wharfinger.catalog.actions import categories
from wharfinger.catalog.models import Category, TaxCode
from wharfinger.catalog.rules.categories import CATEGORY, path_of
from wharfinger.catalog.rules.taxes import TAX_CODE
from wharfinger.exchange.actions import finding
from wharfinger.exchange.actions.finding import different
from wharfinger.exchange.actions.made import revived
from wharfinger.exchange.rules import Group, Row
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.ledger.write import Written
from wharfinger.parties import rules as parties_rules
from wharfinger.parties.actions import groups
from wharfinger.parties.models import CustomerGroup
from wharfinger.stock.actions import reasons
from wharfinger.stock.models import Reason
from wharfinger.stock.rules.reasons import REASON

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Noun:
    """How one of a name is found, and what a row says of it."""

    model: Any
    key: str
    checks: Mapping[str, Check]
    columns: Mapping[str, str] = field(default_factory=dict)
    """Fields that are kept under another name."""
    said: Callable[[Row], Values] = lambda row: {}
    """What a row says that is no plain cell."""
    plain: tuple[str, ...] = ()
    """The columns that are plain cells."""


def _uses(row: Row) -> Values:
    return {"uses": row["uses"].replace(",", " ").split()} if row["uses"] else {}


def _follows(row: Row) -> Values:
    code = finding.tax_code(row, "successor")
    return {} if code is None else {"successor": code}


def _of_category(row: Row) -> Values:
    code = finding.tax_code(row)
    return {"path": path_of(row["path"])} | ({} if code is None else {"tax_code": code})


NOUNS: Mapping[str, Noun] = {
    "tax_codes": Noun(
        TaxCode,
        "code",
        TAX_CODE,
        catalog_rules.COLUMNS,
        said=_follows,
        plain=(
            "code",
            "name",
            "rate",
            "category",
            "exemption_reason",
            "exemption_code",
            "second_name",
            "second_rate",
            "compound",
            "default",
            "valid_from",
            "valid_until",
        ),
    ),
    "customer_groups": Noun(
        CustomerGroup,
        "name",
        parties_rules.GROUP,
        plain=("name",),
    ),
    "reasons": Noun(
        Reason,
        "name",
        REASON,
        said=_uses,
        plain=("name", "note_required"),
    ),
    "categories": Noun(
        Category,
        "path",
        CATEGORY,
        catalog_rules.COLUMNS,
        said=_of_category,
    ),
}


def bring(*, actor: Actor, kind: str, group: Group) -> str:
    """Add one of these, or change what differs; an empty cell leaves what is there."""
    require(actor, "exchange.import")
    noun, row = NOUNS[kind], group.first
    values = row.said(KINDS[kind], *noun.plain) | noun.said(row) | finding.retired(row)
    if values.get("default") is False:
        # One must be the default, so whoever is none says nothing about that.
        del values["default"]
    found = _there(noun, values)
    if found is None:
        made = _add(actor, kind, values)
        keeps = hasattr(noun.model, "retired_on")
        subject = f"{noun.model.subject}:{made.made[noun.model._meta.label][-1]}"
        group.led_to(made.id, subject if keeps else "")
        return "added"
    kept = checked(noun.checks, values)
    changed = different(found, {noun.columns.get(name, name): value for name, value in kept.items()})
    said = {name: values[name] for name in values if noun.columns.get(name, name) in changed}
    back = revived(f"{noun.model.subject}:{found.pk}", found, values) if hasattr(found, "retired_on") else {}
    if not said and not back:
        return "unchanged"
    done = _change(actor, kind, found.pk, said | back)
    group.led_to(done.id, f"{noun.model.subject}:{found.pk}" if back else "")
    return "changed"


def _there(noun: Noun, values: Values) -> Any:
    every = noun.model.objects.filter(**{noun.key: values.get(noun.key, "")})
    names = {one.name for one in noun.model._meta.get_fields()}
    return (every.filter(void__isnull=True) if "void" in names else every).first()


def _add(actor: Actor, kind: str, values: Values) -> Written:
    match kind:
        case "tax_codes":
            return catalog.add_tax_code(actor=actor, values=values)
        case "customer_groups":
            return groups.add_customer_group(actor=actor, values=values)
        case "reasons":
            return reasons.add_reason(actor=actor, values=values)
        case _:
            return categories.add_category(actor=actor, values=values)


def _change(actor: Actor, kind: str, pk: int, values: Values) -> Written:
    match kind:
        case "tax_codes":
            return catalog.change_tax_code(actor=actor, tax_code=pk, values=values)
        case "customer_groups":
            return groups.change_customer_group(actor=actor, group=pk, values=values)
        case "reasons":
            return reasons.change_reason(actor=actor, reason=pk, values=values)
        case _:
            return categories.change_category(actor=actor, category=pk, values=values)
