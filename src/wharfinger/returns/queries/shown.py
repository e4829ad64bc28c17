"""RMAs and returns as people and callers read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from wharfinger.base import configuration, money
from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.demand.models import Line
from wharfinger.devices.models import Device
from wharfinger.parties.models import Organization
from wharfinger.returns.models import Replacement, Rma, RmaLine, RmaReminder
from wharfinger.returns.queries import found as found_of
from wharfinger.returns.queries.figures import Figures, figures
from wharfinger.returns.queries.words import with_word
from wharfinger.returns.rules.requesting import Asked


def returns() -> QuerySet[Rma]:
    """Every RMA, and every return without one, with the word that describes each."""
    return with_word(Rma.objects.filter(void__isnull=True).select_related("organization", "location"))


def rmas() -> QuerySet[Rma]:
    """Every RMA."""
    return returns().filter(authorized=True)


def lines_of(found: Sequence[Rma]) -> dict[int, list[RmaLine]]:
    """The lines of returns, by return."""
    rows = RmaLine.objects.filter(rma__in=[one.pk for one in found], void__isnull=True)
    by_rma: dict[int, list[RmaLine]] = {one.pk: [] for one in found}
    for row in rows.select_related("product", "lot", "device", "line__sheet").order_by("position", "pk"):
        by_rma[row.rma_id].append(row)
    return by_rma


def with_lines(found: Sequence[Rma]) -> dict[int, list[tuple[RmaLine, Figures]]]:
    """The lines of returns with their figures, in a constant number of statements."""
    lines = lines_of(found)
    done = figures([one.pk for one in found], [line for rows in lines.values() for line in rows])
    return {pk: [(line, done[line.pk]) for line in rows] for pk, rows in lines.items()}


def show_returns(found: Sequence[Any]) -> list[dict[str, Any]]:
    """Returns as callers read them."""
    done = with_lines(found)
    instead = replacements(line.pk for rows in done.values() for line, _ in rows)
    seen = found_of.by_rma(done)
    pictures = found_of.pictures_of(row for rows in seen.values() for row in rows)
    when = found_of.steps(done)
    reminded = reminders(done)
    return [
        {
            "id": one.pk,
            "number": one.number,
            "organization": one.organization_id,
            "location": one.location_id,
            "authorized": one.authorized,
            "status": one.word,
            "requested_at": one.requested_at,
            "approved_at": one.approved_at,
            "approved_reason": one.approved_reason,
            "denied_at": one.denied_at,
            "denied_reason": one.denied_reason,
            "closed_at": one.closed_at,
            "due_on": one.due_on,
            "sent_at": one.sent_at,
            "reminders": [
                {"level": row.level, "at": row.made.recorded_at} for row in reminded.get(one.pk, ())
            ],
            "overruled_reason": one.overruled_reason,
            "ticket": one.ticket_id,
            "currency": one.organization.currency,
            "findings": found_of.shown(seen.get(one.pk, []), pictures),
            "steps": {name: {"at": step.at, "by": step.by} for name, step in when[one.pk].items()},
            "lines": [
                _line(line, figure, one.organization.currency)
                | {"replacements": [_replacement(row) for row in instead.get(line.pk, ())]}
                for line, figure in done[one.pk]
            ],
        }
        for one in found
    ]


def reminders(of: Iterable[int]) -> dict[int, list[RmaReminder]]:
    """The reminders of RMAs, the first first."""
    found: dict[int, list[RmaReminder]] = {}
    rows = RmaReminder.objects.filter(rma__in=list(of), void__isnull=True).select_related("made")
    for one in rows.order_by("pk"):
        found.setdefault(one.rma_id, []).append(one)
    return found


def _line(line: RmaLine, figure: Figures, currency: str) -> dict[str, Any]:
    places = line.product.quantity_decimals
    currency = line.line.currency if line.line is not None else currency
    return {
        "id": line.pk,
        "product": line.product_id,
        "sku": line.product.sku,
        "line": line.line_id,
        "device": line.device_id,
        "serial": line.lot.code if line.lot is not None else "",
        "type": line.type,
        "reason": line.reason,
        "credit": money.plain(line.credit_minor, currency),
        "requested": plain(line.quantity, places),
        "received": plain(figure.received, places),
        "inspected": plain(figure.inspected, places),
        "settled": plain(line.settled_quantity, places),
        "answer": line.answer,
        "to_inspect": plain(figure.here, places),
        "bench": plain(figure.bench, places),
        "at_vendor": plain(figure.at_vendor, places),
        "outcomes": {name: plain(units, places) for name, units in figure.outcomes.items()},
        "serials": figure.serials,
    }


def replacements(lines: Iterable[int]) -> dict[int, list[Replacement]]:
    """What customers get in place of goods, by the line of their return."""
    rows = Replacement.objects.filter(rma_line__in=list(lines), void__isnull=True)
    found: dict[int, list[Replacement]] = {}
    for row in rows.select_related("line__product", "line__sheet").order_by("pk"):
        found.setdefault(row.rma_line_id, []).append(row)
    return found


def _replacement(row: Replacement) -> dict[str, Any]:
    product = row.line.product
    return {
        "line": row.line_id,
        "product": product.pk,
        "quantity": plain(row.quantity, product.quantity_decimals),
        "back_by": row.back_by,
        "charge": None if row.charge_micro is None else plain(row.charge_micro, MICRO),
        "charged": plain(row.charged_quantity, product.quantity_decimals),
    }


def show_return(one: Any) -> dict[str, Any]:
    """One return as callers read it."""
    return show_returns([one])[0]


def decimals_of(rma: int) -> dict[int, int]:
    """How many decimals the quantities of each line of a return have."""
    found = RmaLine.objects.filter(rma=rma, void__isnull=True)
    return dict(found.values_list("pk", "product__quantity_decimals"))


def currencies_of(rma: int) -> dict[int, str]:
    """In which currency each line of a return was sold."""
    found = RmaLine.objects.filter(rma=rma, void__isnull=True).select_related("line", "rma__organization")
    return {
        row.pk: row.line.currency if row.line is not None else row.rma.organization.currency for row in found
    }


def currency_of_device(device: int) -> str:
    """The currency of the line by which a customer got a device; the house's where there is none."""
    found = Device.objects.filter(pk=device).values_list("line__currency", flat=True).first()
    return found or configuration.one("currency")


def currency_of_goods(organization: int, asked: Iterable[Asked]) -> str:
    """The currency of the lines by which a customer got what they bring; theirs where none is named."""
    items = list(asked)
    lines = {one.line for one in items if one.line is not None}
    found = Line.objects.filter(pk__in=lines).values_list("currency", flat=True).first() if lines else None
    devices = [one.device for one in items if one.device is not None]
    if found is None and devices:
        return currency_of_device(devices[0])
    return found or currency_of(organization)


def currency_of(organization: int) -> str:
    """The currency of a customer; the house's where there is no such customer."""
    found = Organization.objects.filter(pk=organization).values_list("currency", flat=True).first()
    return found or configuration.one("currency")
