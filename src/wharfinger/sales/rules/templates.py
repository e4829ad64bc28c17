"""Pure decisions about templates of quotes: what of a quote is kept, and what is offered of it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from wharfinger.base.fields import Check, day, or_nothing, text
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import same
from wharfinger.demand.rules import LineWish, discounts
from wharfinger.demand.rules.discounts import Discount
from wharfinger.demand.rules.grouping import GroupWish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.sales.rules.quotes import QuoteWish

Content = Mapping[str, Any]
TEMPLATE: dict[str, Check] = {"name": text(100, needed=True), "retired_on": or_nothing(day)}


def content_of(quote: Any, lines: Sequence[Any], groups: Sequence[Any]) -> dict[str, Any]:
    """What is kept of a quote: no customer, no dates, and a price only where somebody typed it.

    A discount that the customer is granted anyway, and a tax code that the product or the customer has, are not kept either.
    """
    at = {line.pk: n for n, line in enumerate(lines)}
    group = {one.pk: n for n, one in enumerate(groups)}
    sheet = quote.sheet
    return {
        "currency": sheet.currency,
        "tax_included": sheet.tax_included,
        "title": sheet.title,
        "introduction": quote.introduction,
        "note": quote.note,
        "discount_micro": sheet.discount_micro,
        "groups": [{"title": one.title, "discount_micro": one.discount_micro} for one in groups],
        "lines": [
            {name: getattr(line, name) for name in _AS_THEY_ARE}
            | {
                "product": line.product_id,
                "unit_price_micro": discounts.before(line) if line.price_typed else None,
                "own_discount_micro": _own_discount(line, sheet.organization),
                "tax_code": None
                if line.tax_code_id in (line.product.tax_code_id, sheet.organization.tax_code_id)
                else line.tax_code_id,
                "group": group.get(line.group_id),
                "instead": at.get(line.instead_of_id),
            }
            for line in lines
        ],
    }


_AS_THEY_ARE = (
    *("quantity", "unit", "per", "description", "billable", "every"),
    *("option", "taken", "own", "discount_each_micro"),
)
"""What of a line is kept as it is."""


def _own_discount(line: Any, organization: Any) -> int | None:
    """The share that is taken off the line itself; nothing where that is what its customer is granted."""
    own: int = line.own_discount_micro
    return None if own == organization.discount_micro and not line.discount_each_micro else own


def offered_again(content: Content, wish: QuoteWish) -> QuoteWish:
    """A quote as it is wished for, with what a template brings before what it has of its own.

    Where the template says money (a price or money off a unit), the quote is in its currency, and its prices include
    tax as that says; raises BadInput where the wish says otherwise. What is not typed is priced as today.
    """
    brought = tuple(_line(one) for one in content["lines"])
    groups = tuple(GroupWish(one["title"], one["discount_micro"]) for one in content["groups"])
    more = tuple(
        replace(
            one,
            instead=None if one.instead is None else one.instead + len(brought),
            group=None if one.group is None else one.group + len(groups),
        )
        for one in wish.lines
    )
    return replace(
        wish,
        lines=(*brought, *more),
        groups=(*groups, *wish.groups),
        title=wish.title or content["title"],
        introduction=wish.introduction or content["introduction"],
        note=wish.note or content["note"],
        discount_micro=wish.discount_micro or content["discount_micro"],
        **_money(content, wish),
    )


def _money(content: Content, wish: QuoteWish) -> dict[str, Any]:
    said = any(one["unit_price_micro"] is not None or one["discount_each_micro"] for one in content["lines"])
    if not said:
        return {}
    own = {name: content[name] for name in ("currency", "tax_included")}
    for name, value in own.items():
        if getattr(wish, name) not in (None, value):
            raise BadInput(
                "template_says_otherwise",
                N_(
                    "Prices of this template are typed in {currency}, and say tax their own way. Leave this empty."
                ),
                field=name,
                currency=content["currency"],
            )
    return own


def _line(one: Mapping[str, Any]) -> LineWish:
    share, each = one["own_discount_micro"], one["discount_each_micro"]
    return LineWish(
        one["product"],
        one["quantity"],
        unit=one["unit"],
        per=one["per"],
        unit_price_micro=one["unit_price_micro"],
        discount=None if share is None else Discount(share, each),
        tax_code=one["tax_code"],
        description=one["description"],
        billable=one["billable"],
        every=one["every"],
        kept=one["own"],
        option=one["option"],
        instead=one["instead"],
        taken=one["taken"],
        group=one["group"],
    )


def plan_keep(truth: Truth, *, quote: int, name: str) -> Plan:
    """Keep what a quote offers as a template."""
    plan = Plan()
    _free(truth, name, None)
    content = _content(truth)
    made = plan.create("sales.QuoteTemplate", name=name, content=content, retired_on=None)
    plan.mention(("quote_template", made), ("quote", quote))
    return plan


def plan_change(truth: Truth, *, template: int, values: Mapping[str, Any], quote: int | None) -> Plan:
    """Rename or retire a template, or let it be what another quote offers from now on."""
    plan = Plan()
    row = truth.documents["sales.QuoteTemplate"].get(template)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_template", N_("There is no such template."))
    new = dict(values)
    if new.get("retired_on", row.retired_on) is None:
        _free(truth, new.get("name", row.name), row)
    if quote is not None:
        new["content"] = _content(truth)
        plan.mention(("quote", quote))
    plan.change(row, **new)
    plan.mention(row)
    return plan


def _free(truth: Truth, name: str, row: Any) -> None:
    for one in truth.documents["sales.QuoteTemplate"].values():
        if one is not row and one.void_id is None and one.retired_on is None and same(one.name) == same(name):
            raise BadInput(
                "name_taken", N_("There is a template of this name already. Give another."), field="name"
            )


def _content(truth: Truth) -> dict[str, Any]:
    offered = truth.read["offered"]
    if offered is None:
        raise NotThere("no_such_quote", N_("There is no such quote."), field="quote")
    quote, lines, groups = offered
    if not lines:
        raise Refusal("no_lines", N_("This quote has no lines yet. Add at least one."))
    return content_of(quote, lines, groups)
