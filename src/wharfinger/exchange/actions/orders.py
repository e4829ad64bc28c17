"""Bring in sales orders with their lines; what is long over is delivered and invoiced at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import Refusal
from wharfinger.demand.models import Sheet
from wharfinger.exchange.actions import finding
from wharfinger.exchange.actions.finding import different
from wharfinger.exchange.actions.lines import lines_of, must_agree, with_tax
from wharfinger.exchange.actions.made import keep
from wharfinger.exchange.columns import said_besides
from wharfinger.exchange.models import Run
from wharfinger.exchange.owned import differing
from wharfinger.exchange.rules import Group
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.ledger.post import attempt
from wharfinger.sales.actions import orders
from wharfinger.sales.rules.orders import OrderWish

TERMS = ("title", "customer_reference", "currency")


def bring(*, actor: Actor, group: Group) -> str:
    """Make an order of the rows that name it; one that is there gets other dates and words only.

    One that says when it was delivered and invoiced is sold at once, on that day.
    """
    require(actor, "exchange.import")
    row = group.first
    found = _there(row["number"])
    if found is None and row["sold_on"]:
        _sell(actor, [group], row.day("sold_on"))
        return "added"
    lines = lines_of(group)
    values = _terms(group) | row.said(KINDS["orders"], "ordered_on", "promised_on")
    if row["priority"]:
        values["priority"] = row["priority"]
    if row["terms"]:
        values["terms_id"] = finding.terms(row)
    if (owner := finding.person(row, "owner")) is not None:
        values["owner_id"] = owner
    own = said_besides("orders", row).get("own", {})
    if found is not None:
        return _changed(actor, group, found, values, own)
    customer = finding.organization(row, "customer")
    at = finding.site(row, customer)
    wish = OrderWish(
        organization=customer.pk,
        lines=lines,
        site=at.pk if at else None,
        owner=values.pop("owner_id", None),
        terms=values.pop("terms_id", None),
        number=row["number"],
        confirm=bool(row["confirm"]) and row.flag("confirm"),
        own=own,
        **values,
        tax_included=with_tax(row),
    )
    group.led_to(orders.create_order(actor=actor, wish=wish).id)
    return "added"


def bring_many(*, actor: Actor, groups: Sequence[Group], run: Run) -> dict[int, str]:
    """Sell many at once that are long over, by one act for each day; nothing where one of them is refused."""
    require(actor, "exchange.import")
    if not all(group.first["sold_on"] for group in groups):
        return {}
    numbers = {group.first["number"] for group in groups}
    if Sheet.objects.filter(kind="order", number__in=numbers, void__isnull=True).exists():
        return {}

    def act() -> None:
        days: dict[date | None, list[Group]] = {}
        for group in groups:
            days.setdefault(group.first.day("sold_on"), []).append(group)
        for day, part in sorted(days.items(), key=lambda one: str(one[0])):
            _sell(actor, part, day)
        keep(run, groups)

    try:
        attempt(act)
    except Refusal:
        return {}
    return dict.fromkeys(range(len(groups)), "added")


def _sell(actor: Actor, groups: Sequence[Group], day: date | None) -> None:
    for group in groups:
        group.made.clear()
    sales = [_sale(group) for group in groups]
    done = sell(actor=actor, sales=sales, sold_on=day)
    # The entry is one; it is rolled back as a whole, or not at all.
    groups[0].led_to(done.id)


def _sale(group: Group) -> Sale:
    row = group.first
    customer = finding.organization(row, "customer")
    at, lines = finding.site(row, customer), lines_of(group)
    codes = tuple(tuple(one["serial"].replace(",", " ").replace(";", " ").split()) for one in group.rows)
    return Sale(
        organization=customer.pk,
        lines=lines,
        codes=codes if any(codes) else (),
        location=finding.location(row).place_id if row["location"] else None,
        site=at.pk if at else None,
        number=row["number"],
        paid_by=row["paid_by"] or None,
        **_terms(group),
        tax_included=with_tax(row),
    )


def _terms(group: Group) -> dict[str, Any]:
    return {name: group.first[name] for name in TERMS if group.first[name]}


def _there(number: str) -> Sheet | None:
    return Sheet.objects.filter(kind="order", number=number, void__isnull=True).first()


def _changed(actor: Actor, group: Group, found: Sheet, values: dict[str, Any], given: dict[str, Any]) -> str:
    must_agree(found, lines_of(group), group.first)
    changed, own = different(found, values), differing(found.order.own, "order", given)
    if changed or own:
        done = orders.change_order(actor=actor, order=found.pk, values=changed, own=own)
        group.led_to(done.id)
    return "changed" if changed or own else "unchanged"
