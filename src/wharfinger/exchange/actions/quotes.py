"""Bring in quotes that are open."""

from __future__ import annotations

from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.demand.models import Sheet
from wharfinger.exchange.actions import finding
from wharfinger.exchange.actions.finding import different
from wharfinger.exchange.actions.lines import groups_of, lines_of, must_agree, share, with_tax
from wharfinger.exchange.actions.orders import TERMS
from wharfinger.exchange.rules import Group
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.sales.actions import quotes
from wharfinger.sales.rules.quotes import QuoteWish


def bring(*, actor: Actor, group: Group) -> str:
    """Make a quote of the rows that name it; one that is there with the same lines gets other dates and words."""
    require(actor, "exchange.import")
    row = group.first
    values: dict[str, Any] = {name: row[name] for name in TERMS if row[name]}
    values |= row.said(KINDS["quotes"], "quoted_on", "expires_on", "promised_on")
    if (owner := finding.person(row, "owner")) is not None:
        values["owner_id"] = owner
    groups = groups_of(group)
    lines = lines_of(group, [one.title for one in groups])
    found = Sheet.objects.filter(kind="quote", number=row["number"], void__isnull=True).first()
    if found is not None:
        must_agree(found, lines, row)
        expires_on = values.pop("expires_on", found.quote.expires_on)
        quoted_on = values.pop("quoted_on", found.ordered_on)
        changed = different(found, values | {"ordered_on": quoted_on})
        longer = different(found.quote, {"expires_on": expires_on})
        if changed or longer:
            done = quotes.change_quote(actor=actor, quote=found.pk, values=changed, **longer)
            group.led_to(done.id)
        return "changed" if changed or longer else "unchanged"
    customer = finding.organization(row, "customer")
    at = finding.site(row, customer)
    wish = QuoteWish(
        organization=customer.pk,
        lines=lines,
        site=at.pk if at else None,
        owner=values.pop("owner_id", None),
        number=row["number"],
        groups=groups,
        discount_micro=share(row, "discount_whole"),
        **values,
        tax_included=with_tax(row),
    )
    group.led_to(quotes.create_quote(actor=actor, wish=wish).id)
    return "added"
