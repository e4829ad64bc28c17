"""Bring in what currencies are worth at home, each from a day on."""

from __future__ import annotations

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.exchange.rules import Group
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.pricing import queries, rules
from wharfinger.pricing.actions import set_rates


def bring(*, actor: Actor, group: Group) -> str:
    """Say what a currency is worth from a day on, or correct what was said of that day; two rows of it are refused."""
    require(actor, "exchange.import")
    group.parts = {f"rates.{n}": row for n, row in enumerate(group.rows)}
    asked = [row.said(KINDS["rates"], "currency", "valid_from", "rate") for row in group.rows]
    asked = [{**one, "currency": one.get("currency", "").upper()} for one in asked]
    first = checked(rules.RATE, asked[0])
    of_day = queries.rates().filter(currency=first["currency"])
    there = of_day.filter(valid_from=first["valid_from"]).first() if "valid_from" in first else None
    if there is not None and len(asked) == 1 and there.rate_micro == first.get("rate"):
        return "unchanged"
    group.led_to(set_rates(actor=actor, rates=asked).id)
    return "added" if there is None else "changed"
