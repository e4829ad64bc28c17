"""The verbs of price lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.pricing import rules
from wharfinger.pricing.models import PriceItem, PriceList, Rate
from wharfinger.pricing.queries import read_for_lists

Values = Mapping[str, Any]


def add_price_list(
    *, actor: Actor, values: Values, items: Sequence[Values] = (), key: str | None = None
) -> Written:
    """Add a price list with its prices."""
    require(actor, "pricing.price_list")
    clean, prices = checked(rules.LIST, values), _items(items)
    plan = partial(rules.plan_list, values=clean, items=prices)
    return post("add", _wish(0, prices), plan, actor=actor, key=key)


def change_price_list(
    *,
    actor: Actor,
    price_list: int,
    values: Values,
    items: Sequence[Values] = (),
    key: str | None = None,
) -> Written:
    """Change a price list or prices on it: the others stay, and nothing as a price takes one off."""
    require(actor, "pricing.price_list")
    clean, prices = checked(rules.LIST, values), _items(items)
    plan = partial(rules.plan_list_change, pk=price_list, values=clean, items=prices)
    return post("change", _wish(price_list, prices), plan, actor=actor, key=key)


def copy_price_list(
    *, actor: Actor, price_list: int, values: Values, percent: str = "0", key: str | None = None
) -> Written:
    """Make another list of the same prices, raised by so many percent, for another time or group."""
    require(actor, "pricing.price_list")
    clean, share = checked(rules.LIST, values), rules.percent(percent)
    if not clean.get("name"):
        raise BadInput("missing", N_("Please fill this in."), field="name")
    if "currency" in clean:
        raise BadInput("same_currency", N_("A copy keeps the currency of its prices."), field="currency")
    plan = partial(rules.plan_copy, pk=price_list, values=clean, share=share)
    return post("add", _wish(price_list, ()), plan, actor=actor, key=key)


def raise_prices(*, actor: Actor, price_list: int, percent: str, key: str | None = None) -> Written:
    """Raise all prices of a list by so many percent, or lower them by less than nothing."""
    require(actor, "pricing.price_list")
    plan = partial(rules.plan_raise, pk=price_list, share=rules.percent(percent))
    return post("change", _wish(price_list, ()), plan, actor=actor, key=key)


def _wish(price_list: int, items: Sequence[Values]) -> Wish:
    return Wish(
        documents=[
            (PriceList, sql.Found("id > %s", (0,))),
            (PriceItem, sql.Found("price_list_id = %s", (price_list,))),
        ],
        reads=(read_for_lists([one["product"] for one in items]),),
    )


def _items(items: Sequence[Values]) -> list[dict[str, Any]]:
    found = []
    for n, one in enumerate(items):
        try:
            found.append(checked(rules.ITEM, one))
        except BadInput as refusal:
            refusal.field = f"items.{n}.{refusal.field}"
            raise
        if "product" not in one:
            raise BadInput("missing", N_("Please fill this in."), field=f"items.{n}.product")
    return found


def set_rates(*, actor: Actor, rates: Sequence[Values], key: str | None = None) -> Written:
    """Say what currencies are worth at home, each from a day on; documents that are there keep theirs."""
    require(actor, "pricing.rate")
    clean = []
    for n, one in enumerate(rates):
        try:
            clean.append(checked(rules.RATE, one))
        except BadInput as refusal:
            refusal.field = f"rates.{n}.{refusal.field}"
            raise
        for name in rules.RATE:
            if name not in one:
                raise BadInput("missing", N_("Please fill this in."), field=f"rates.{n}.{name}")
    if not clean:
        raise BadInput("missing", N_("Please fill this in."), field="rates")
    days = sorted({one["valid_from"].isoformat() for one in clean})
    found = sql.Found(sql.among("valid_from", "date"), (sql.array(days),))
    plan = partial(rules.plan_rates, rates=clean)
    return post("change", Wish(documents=[(Rate, found)]), plan, actor=actor, key=key)
