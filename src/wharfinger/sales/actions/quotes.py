"""The verbs of opportunities and quotes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from wharfinger.base import configuration
from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.words import tidy
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries.grouping import groups_of
from wharfinger.demand.queries.standing import read_changed, read_customer
from wharfinger.demand.rules import LineWish, discounts
from wharfinger.demand.rules.grouping import GroupWish
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.sql import Found
from wharfinger.ledger.write import Written
from wharfinger.sales.models import Opportunity, Quote
from wharfinger.sales.rules import quotes as rules
from wharfinger.sales.rules.quotes import OpportunityWish, QuoteWish


def create_opportunity(*, actor: Actor, wish: OpportunityWish, key: str | None = None) -> Written:
    """Write down a deal that may be won."""
    require(actor, "sales.opportunity")
    tidy(wish.title, field="title")
    return post(
        "add",
        Wish(reads=(read_customer(wish.organization, people=(wish.owner,)), _read_pipeline)),
        partial(rules.plan_opportunity, wish=wish),
        actor=actor,
        key=key,
    )


def change_opportunity(
    *, actor: Actor, opportunity: int, values: dict[str, Any], key: str | None = None
) -> Written:
    """Change a deal's title, owner, pipeline step, probability or expected date."""
    require(actor, "sales.opportunity")
    return post(
        "change",
        Wish(documents=[(Opportunity, [opportunity])], reads=(read_changed(0, values), _read_pipeline)),
        partial(rules.plan_change_opportunity, opportunity=opportunity, values=values),
        actor=actor,
        key=key,
    )


def create_quote(*, actor: Actor, wish: QuoteWish, key: str | None = None) -> Written:
    """Make a quote with its lines; without an opportunity one is made silently."""
    require(actor, "sales.quote")
    products = {line.product for line in wish.lines}
    return post(
        "quote",
        Wish(
            documents=[(Opportunity, [wish.opportunity])] if wish.opportunity is not None else [],
            products=products,
            loose=True,
            reads=(
                read_customer(
                    wish.organization,
                    site=wish.site,
                    contact=wish.contact,
                    people=(wish.owner,),
                    location=wish.location,
                ),
                demand.read_these_products(products),
                demand.read_components,
                demand.read_offers(
                    wish.lines,
                    organization=wish.organization,
                    currency=wish.currency,
                    tax_included=wish.tax_included,
                ),
                _read_new,
            ),
        ),
        partial(rules.plan_quote, wish=wish),
        actor=actor,
        key=key,
    )


def copy_quote(
    *, actor: Actor, quote: int, expires_on: date | None = None, key: str | None = None
) -> Written:
    """Offer the same once more: a new quote of the same deal with the same lines, holding nothing."""
    require(actor, "sales.quote")
    row = Quote.objects.select_related("sheet").filter(pk=quote, sheet__void__isnull=True).first()
    if row is None:
        raise NotThere("no_such_quote", N_("There is no such quote."))
    standing = {"sheet_id": quote, "void__isnull": True, "removed_at__isnull": True, "parent__isnull": True}
    lines = list(Line.objects.filter(**standing).order_by("position", "pk"))
    place = {line.pk: n for n, line in enumerate(lines)}
    groups = list(groups_of(quote))
    at = {group.pk: n for n, group in enumerate(groups)}
    deal = row.opportunity
    wish = QuoteWish(
        organization=row.sheet.organization_id,
        lines=tuple(
            _same(line, place.get(line.instead_of_id or 0), at.get(line.group_id or 0)) for line in lines
        ),
        groups=tuple(GroupWish(one.title, one.discount_micro) for one in groups),
        discount_micro=row.sheet.discount_micro,
        introduction=row.introduction,
        note=row.note,
        opportunity=None if deal.lost_at is not None or deal.void_id is not None else deal.pk,
        contact=row.sheet.contact_id,
        owner=row.sheet.owner_id,
        currency=row.sheet.currency,
        tax_included=row.sheet.tax_included,
        title=row.sheet.title,
        customer_reference=row.sheet.customer_reference,
        location=row.sheet.location_id,
        expires_on=expires_on,
        promised_on=row.sheet.promised_on,
    )
    return create_quote(actor=actor, wish=wish, key=key)


def _same(line: Line, instead: int | None, group: int | None) -> LineWish:
    return LineWish(
        line.product_id,
        line.quantity,
        unit=line.unit,
        per=line.per,
        unit_price_micro=discounts.before(line),
        offered=not line.price_typed,
        price_list=line.price_list_id,
        price_from=line.price_from,
        discount=discounts.of_line(line),
        tax_code=line.tax_code_id,
        tax_included=line.tax_included,
        site=line.site_id,
        description=line.description,
        billable=line.billable,
        promised_on=line.promised_on,
        every=line.every,
        kept=line.own,
        option=line.option,
        instead=instead,
        taken=line.taken,
        group=group,
    )


def change_quote(
    *,
    actor: Actor,
    quote: int,
    values: dict[str, Any],
    expires_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Change the words, dates, people and deal of an open quote; values are columns, its common part's too.

    expires_on: the new last day, which is not over yet; holds that last as long as the quote follow it.
    """
    require(actor, "sales.quote")
    reads = [read_changed(quote, values), _read_deal(values.get("opportunity_id"))]
    return post(
        "change",
        Wish(documents=[(Sheet, [quote]), (Quote, [quote])], reads=reads)
        if expires_on is None
        else Wish(
            documents=[(Sheet, [quote]), (Quote, [quote])],
            first=demand.read_lines_of(quote),
            claims=demand.line_ids,
            reads=[*reads, demand.read_claims],
        ),
        partial(rules.plan_change_quote, quote=quote, values=values, expires_on=expires_on),
        actor=actor,
        key=key,
    )


def lose(*, actor: Actor, quote: int, reason: str = "", key: str | None = None) -> Written:
    """Lose a quote; everything it held is free again, and its deal is lost with its last quote."""
    require(actor, "sales.lose")
    return post(
        "lose",
        Wish(
            documents=[(Sheet, [quote]), (Quote, [quote])],
            first=demand.read_lines_of(quote),
            products=demand.line_products,
            claims=demand.line_ids,
            reads=(read_deal(quote), demand.read_claims),
        ),
        partial(rules.plan_lose, quote=quote, reason=reason),
        actor=actor,
        key=key,
        reason=reason,
    )


def lose_opportunity(*, actor: Actor, opportunity: int, reason: str = "", key: str | None = None) -> Written:
    """Lose a deal; the quotes of it that are still open are lost with it, and what they held is free again."""
    require(actor, "sales.lose")
    standing = "opportunity_id = %s AND won_at IS NULL AND lost_at IS NULL"
    return post(
        "lose_opportunity",
        Wish(
            documents=[
                (Sheet, Found(f"id IN (SELECT sheet_id FROM sales_quote WHERE {standing})", (opportunity,))),
                (Quote, Found(standing, (opportunity,))),
            ],
            first=_read_open_quotes(opportunity),
            products=demand.line_products,
            claims=demand.line_ids,
            reads=(demand.read_claims,),
        ),
        partial(rules.plan_lose_opportunity, opportunity=opportunity, reason=reason),
        actor=actor,
        key=key,
        reason=reason,
    )


def _read_deal(opportunity: int | None) -> Callable[[Truth], None]:
    """Lock the deal that a quote shall be part of behind the quote; nothing where it stays."""

    def read(truth: Truth) -> None:
        if opportunity is not None:
            truth.documents["sales.Opportunity"] = sql.by_ids(Opportunity, [opportunity], locked=True)

    return read


def _read_open_quotes(opportunity: int) -> Callable[[Truth], None]:
    """Lock a deal behind its quotes, then read which of them are open and their lines."""

    def read(truth: Truth) -> None:
        deals = Opportunity.objects.select_for_update(no_key=True).filter(pk=opportunity)
        truth.documents["sales.Opportunity"] = {deal.pk: deal for deal in deals}
        standing = Quote.objects.filter(
            opportunity_id=opportunity, won_at__isnull=True, lost_at__isnull=True, sheet__void__isnull=True
        )
        locked = truth.documents["sales.Quote"]
        # A quote that was written while we waited for the deal is locked now that it cannot get company.
        late = standing.exclude(pk__in=list(locked)).select_for_update(no_key=True, of=("self",))
        locked.update({quote.pk: quote for quote in late})
        truth.read["open_quotes"] = sorted(standing.values_list("pk", flat=True))
        lines = Line.objects.filter(
            sheet_id__in=truth.read["open_quotes"], void__isnull=True, removed_at__isnull=True
        )
        truth.read["lines"] = {line.pk: line for line in lines.order_by("sheet_id", "position", "pk")}

    return read


def read_deal(quote: int) -> Any:
    """Read the deal that a quote is part of, locked behind it, and whether other quotes of it are open."""

    def read(truth: Truth) -> None:
        row = truth.documents["sales.Quote"].get(quote)
        if row is None:
            return
        truth.read["opportunity"] = Opportunity.objects.select_for_update(no_key=True).get(
            pk=row.opportunity_id
        )
        truth.read["other_quotes"] = (
            Quote.objects.filter(
                opportunity_id=row.opportunity_id, lost_at__isnull=True, sheet__void__isnull=True
            )
            .exclude(pk=quote)
            .exists()
        )

    return read


def _read_new(truth: Truth) -> None:
    truth.read |= configuration.read("quote_valid_days", "pipeline_steps")


def _read_pipeline(truth: Truth) -> None:
    truth.read |= configuration.read("pipeline_steps")
