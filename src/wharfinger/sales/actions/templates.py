"""Templates of quotes: keep what a quote offers, and offer it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries.grouping import groups_of
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.models import Quote, QuoteTemplate
from wharfinger.sales.rules import templates as rules
from wharfinger.sales.rules.quotes import QuoteWish


def keep_template(*, actor: Actor, quote: int, name: str, key: str | None = None) -> Written:
    """Keep what a quote offers under a name: lines, groups, discounts, options and words."""
    require(actor, "sales.template")
    clean = checked(rules.TEMPLATE, {"name": name})
    plan = partial(rules.plan_keep, quote=quote, name=clean["name"])
    return post("add", _wish(quote), plan, actor=actor, key=key)


def change_template(
    *,
    actor: Actor,
    template: int,
    values: Mapping[str, Any],
    quote: int | None = None,
    key: str | None = None,
) -> Written:
    """Rename a template, retire it by a date in ``retired_on``, or let it be what a quote offers now."""
    require(actor, "sales.template")
    plan = partial(rules.plan_change, template=template, values=checked(rules.TEMPLATE, values), quote=quote)
    return post("change", _wish(quote), plan, actor=actor, key=key)


def quote_from(*, actor: Actor, template: int, wish: QuoteWish, key: str | None = None) -> Written:
    """Make a quote of what a template has, and of what the wish adds; the template's products are looked at anew.

    A refusal of one of the template's lines names the template; one of the others names that.
    """
    require(actor, "sales.quote")
    row = QuoteTemplate.objects.filter(pk=template, void__isnull=True, retired_on__isnull=True).first()
    if row is None:
        raise NotThere(
            "no_such_template", N_("There is no such template, or it is retired."), field="template"
        )
    try:
        return create_quote(actor=actor, wish=rules.offered_again(row.content, wish), key=key)
    except (BadInput, Refusal) as refusal:
        refusal.field = _where(refusal.field, len(row.content["lines"]))
        raise


def _where(field: str | None, brought: int) -> str | None:
    """Where a refusal stands that names a line by its place, behind those that the template brought."""
    head, _, rest = (field or "").partition(".")
    place, _, what = rest.partition(".")
    if head != "lines" or not place.isdecimal():
        return field
    return "template" if int(place) < brought else f"lines.{int(place) - brought}.{what}"


def _wish(quote: int | None) -> Wish:
    sheets = [] if quote is None else [(Sheet, [quote])]
    return Wish(
        documents=[*sheets, (QuoteTemplate, sql.Found("id > %s", (0,)))],
        reads=() if quote is None else (_read_offered(quote),),
    )


def _read_offered(quote: int) -> Callable[[Truth], None]:
    """Read a quote with its lines and groups; nothing where there is none, or it was undone."""

    def read(truth: Truth) -> None:
        found = Quote.objects.select_related("sheet__organization").filter(pk=quote, sheet__void__isnull=True)
        row = found.first()
        standing = {"sheet_id": quote, "void__isnull": True, "removed_at__isnull": True}
        lines = Line.objects.filter(**standing, parent__isnull=True).select_related("product")
        truth.read["offered"] = row and (row, list(lines.order_by("position", "pk")), list(groups_of(quote)))

    return read
