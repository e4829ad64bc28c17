"""What vendors ask for a product, as its page and its form show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import micro, quantity, unit_price, written
from wharfinger.catalog.models import PriceBreak, Product, VendorPrice

PLACES = 6
"""As many decimals as a quantity may have; the action knows how many its product has."""


def row(one: VendorPrice, steps: Iterable[PriceBreak], product: Product, costs: bool) -> dict[str, Any]:
    """What one vendor asks, as a row of the product's page."""
    vendor, d = one.organization, product.quantity_decimals
    currency = one.currency or vendor.currency
    now = [step for step in steps if step.valid_from is None]
    return {
        "vendor": (vendor.name, reverse("parties:organization", args=[vendor.pk])),
        "cost": (one.cost_micro, currency) if costs else None,
        "breaks": "; ".join(
            _("from %(n)s: %(cost)s")
            % {"n": written(step.from_quantity, d), "cost": unit_price(step.cost_micro, currency)}
            for step in now
        )
        or None,
        "pack": (one.pack_quantity, d) if one.pack_quantity else None,
        "least": (one.minimum_quantity, d) if one.minimum_quantity else None,
        "number": one.part_number or None,
        "days": one.lead_time_days,
        "stock": (one.stock, d) if one.stock is not None else None,
        "on": one.stock_on,
        "default": ("blue", _("Default")) if one.default else None,
    }


def coming(one: VendorPrice, steps: Iterable[PriceBreak], product: Product) -> list[dict[str, Any]]:
    """The prices of a vendor that are valid later."""
    return [
        {
            "vendor": one.organization.name,
            "since": step.valid_from,
            "from": (step.from_quantity, product.quantity_decimals) if step.from_quantity else None,
            "cost": (step.cost_micro, one.currency or one.organization.currency),
        }
        for step in steps
        if step.valid_from is not None
    ]


def start(one: VendorPrice, steps: Iterable[PriceBreak], product: Product, costs: bool) -> dict[str, Any]:
    """What one vendor asks, as it stands in the form."""
    d = product.quantity_decimals
    currency = one.currency or one.organization.currency
    now = [step for step in steps if step.valid_from is None]
    return {
        "organization": one.organization_id,
        "cost": unit_price(one.cost_micro, currency) if costs else "",
        "currency": one.currency,
        "part_number": one.part_number,
        "lead_time_days": one.lead_time_days,
        "warranty_months": one.warranty_months or "",
        "pack_quantity": written(one.pack_quantity, d) if one.pack_quantity else "",
        "minimum_quantity": written(one.minimum_quantity, d) if one.minimum_quantity else "",
        "breaks": "\n".join(
            f"{written(step.from_quantity, d)} = {unit_price(step.cost_micro, currency)}" for step in now
        )
        if costs
        else "",
        "default": one.default,
    }


def amount(text: str, field: str) -> str | None:
    """A quantity as typed, written as the action reads it; nothing where nothing was."""
    return plain(quantity(text, PLACES, field=field), PLACES) if text else None


def breaks(text: str, field: str) -> list[dict[str, str]]:
    """Price breaks as typed, one a line: from how many on, and what one costs then."""
    found: list[dict[str, str]] = []
    lines: Sequence[str] = [line for line in text.splitlines() if line.strip()]
    for line in lines:
        above, equals, cost = line.partition("=")
        if not equals:
            raise BadInput("not_a_break", N_("Write one break a line, like: 100 = 8.00"), field=field)
        found.append(
            {
                "from_quantity": plain(quantity(above.strip(), PLACES, field=field), PLACES),
                "cost": plain(micro(cost.strip(), field=field), MICRO),
            }
        )
    return found
