"""Quotes and order confirmations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from wharfinger.base import configuration, further
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.tax import TaxedRow
from wharfinger.demand.models import Line, LineGroup, Sheet
from wharfinger.demand.queries import quantities
from wharfinger.demand.queries.amounts import recurring_of
from wharfinger.demand.queries.grouping import groups_of, in_groups, own_group, quoted_group
from wharfinger.demand.queries.reading import QUOTED_GROUP
from wharfinger.demand.rules import offering
from wharfinger.documents.queries.lines import own_of, sold_row, summed, taxed
from wharfinger.documents.queries.parties import address, billing_site, company, party, person
from wharfinger.documents.queries.terms import agreed_with
from wharfinger.documents.queries.wording import wording_of
from wharfinger.documents.shapes import Address, Amount, GroupHead, LineRow, OrderConfirmation, Quote, Share


def sheet_of(pk: int, kind: str) -> Sheet:
    """A quote or an order with what its documents need; raises NotThere when there is none."""
    found = (
        Sheet.objects.filter(pk=pk, kind=kind)
        .select_related("organization", "contact", "owner", "quote", "order__quote__sheet")
        .first()
    )
    if found is None:
        raise NotThere("no_such_document", N_("There is no such document."))
    return found


def quote(pk: int, language: str, take: Collection[int] | None = None) -> Quote:
    """What we offer; take: the lines that somebody would take of those that can be left out, as if they did."""
    sheet = sheet_of(pk, "quote")
    groups = list(groups_of(pk))
    lines = in_groups(list(_lines(sheet)), groups)
    if take is not None:
        for line in offering.open_to_choice(lines):
            line.taken = line.pk in take
    site = billing_site(sheet.organization)
    worded = wording_of("quote", sheet.organization_id, site, language)
    drawn = _pictures(lines, worded["columns"])
    place = {line.pk: str(n) for n, line in enumerate(lines, 1)}
    rows = tuple(
        replace(
            sold_row(line, line.quantity, n),
            picture=drawn.get(line.product_id, ""),
            option=line.option,
            instead=place.get(line.instead_of_id or 0, ""),
            taken=line.taken,
        )
        for n, line in enumerate(lines, 1)
    )
    return Quote(
        company=company(),
        to=party(sheet.organization, site, sheet.contact),
        number=versioned(sheet.number, sheet.quote.version),
        dated=sheet.ordered_on,
        lines=rows,
        totals=summed(_taxed(lines, rows), sheet.currency),
        recurring=tuple((every, Amount(net, sheet.currency)) for every, net in recurring_of(lines).items()),
        heads=_heads(lines, rows, groups, sheet.currency, own_group),
        less=Share(sheet.discount_micro) if sheet.discount_micro else None,
        valid_until=sheet.quote.expires_on,
        title=sheet.title,
        note=sheet.quote.note,
        customer_reference=sheet.customer_reference,
        contact=person(sheet.owner),
        payment_terms=agreed_with(sheet.organization, language),
        **_opened(worded, sheet.quote.introduction),
        own=own_of("organization", sheet.organization.own),
    )


def _opened(wording: dict[str, Any], introduction: str) -> dict[str, Any]:
    """What the company writes around a quote; its own introduction stands in place of the opening."""
    return wording | ({"opening": introduction} if introduction else {})


def _heads(
    lines: list[Line],
    rows: tuple[LineRow, ...],
    groups: list[LineGroup],
    currency: str,
    of: Callable[[Line], int | None],
) -> tuple[GroupHead | None, ...]:
    """What stands above each line: its group, where that begins, and what the rows printed below it come to."""
    if not groups:
        return ()
    sums: dict[int | None, int] = defaultdict(int)
    for line, row in zip(lines, rows, strict=True):
        sums[of(line)] += row.amount.minor if row.amount and line.taken else 0
    known = {
        group.pk: GroupHead(
            group.title,
            Share(group.discount_micro) if group.discount_micro else None,
            Amount(sums.get(group.pk, 0), currency),
        )
        for group in groups
    }
    begun = [of(line) for line in lines]
    return tuple(
        known.get(group or 0) if group != last else None
        for group, last in zip(begun, (None, *begun), strict=False)
    )


def versioned(number: str, version: int) -> str:
    """How a quote is called on paper: by its number, and its version from the second one on."""
    return number if version == 1 else f"{number} v{version}"


def _pictures(lines: list[Line], columns: tuple[str, ...] | None) -> Mapping[int, str]:
    """The main picture of each product, where its words, or else the settings, want quotes to show them."""
    if not (configuration.one("pictures_on_quotes") if columns is None else "picture" in columns):
        return {}
    return further.figure("product.drawn", sorted({line.product_id for line in lines}))


def order_confirmation(pk: int, language: str) -> OrderConfirmation:
    """What a customer may rely on; what was cancelled is left out."""
    sheet = sheet_of(pk, "order")
    won = sheet.order.quote
    groups = list(groups_of(won.pk)) if won else []
    lines = in_groups(list(_lines(sheet)), groups, quoted_group)
    cancelled = quantities(line.pk for line in lines)
    kept = [(line, line.quantity - cancelled[line.pk]["cancelled"]) for line in lines]
    kept = [(line, units) for line, units in kept if units]
    rows = tuple(sold_row(line, units, n) for n, (line, units) in enumerate(kept, 1))
    site = billing_site(sheet.organization)
    return OrderConfirmation(
        company=company(),
        to=party(sheet.organization, site, sheet.contact),
        number=sheet.number,
        dated=sheet.ordered_on,
        lines=rows,
        totals=summed(_taxed([line for line, _units in kept], rows), sheet.currency),
        heads=_heads([line for line, _units in kept], rows, groups, sheet.currency, quoted_group),
        deliver_to=_destination(lines),
        quote_number=versioned(won.sheet.number, won.version) if won else "",
        customer_reference=sheet.customer_reference,
        contact=person(sheet.owner),
        expected_on=sheet.promised_on,
        payment_terms=agreed_with(sheet.organization, language, sheet.terms),
        **wording_of("order-confirmation", sheet.organization_id, site, language),
        own=own_of("order", sheet.order.own) + own_of("organization", sheet.organization.own),
    )


def _lines(sheet: Sheet) -> list[Line]:
    """The lines that bear a price: a kit's components hide behind their kit."""
    found = Line.objects.filter(sheet=sheet, void=None, removed_at=None, parent=None).select_related(
        "product", "tax_code", "site__organization"
    )
    return list(found.annotate(quoted_group=QUOTED_GROUP).order_by("position", "pk"))


def _taxed(lines: list[Line], rows: tuple[LineRow, ...]) -> list[TaxedRow]:
    return [
        taxed(row.amount.minor, line.tax_code, line.tax_code.rate_micro, line.tax_included)
        for line, row in zip(lines, rows, strict=True)
        if row.amount and line.taken
    ]


def _destination(lines: list[Line]) -> Address | None:
    sites = {line.site_id: line.site for line in lines if line.site is not None}
    if len(sites) != 1:
        return None
    (site,) = sites.values()
    return address(site.organization, site)
