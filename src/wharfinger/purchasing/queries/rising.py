"""What a change of an order would be that waits for approval, or that is approved and not made yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wharfinger.base.money import MICRO, extended
from wharfinger.base.quantity import plain
from wharfinger.catalog.rules.units import said
from wharfinger.demand.models import Line
from wharfinger.parties.models import Organization
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.queries.orders import net_of
from wharfinger.purchasing.rules import rising


def shown(order: PurchaseOrder, lines: Iterable[PurchaseLine], *, costs: bool) -> dict[str, Any] | None:
    """The change as callers of the API read it; nothing where none is asked for."""
    if order.asked_change is None:
        return None
    kept = order.asked_change["lines"]
    return {
        "confirms": order.asked_change["verb"] == "confirm_purchase",
        "approved": rising.may_be_made(order),
        "lines": [
            {
                "purchase_line": line.pk,
                "quantity": said(kept[str(line.pk)]["quantity"], line.per, line.product.quantity_decimals),
                "unit_cost": plain(kept[str(line.pk)]["unit_cost_micro"], MICRO) if costs else None,
                "asks": kept[str(line.pk)]["asks"],
            }
            for line in lines
            if str(line.pk) in kept
        ],
    }


def told(order: PurchaseOrder, lines: Iterable[PurchaseLine]) -> dict[str, Any] | None:
    """The change as the page of the order tells it: each line as it stands and as it would be."""
    if order.asked_change is None:
        return None
    kept, given = order.asked_change["lines"], order.asked_change["given"]
    whom = _whom(given)
    vendor = given.get("vendor")
    return {
        "approved": rising.may_be_made(order),
        "confirms": order.asked_change["verb"] == "confirm_purchase",
        "vendor": Organization.objects.filter(pk=vendor).values_list("name", flat=True).first()
        if vendor not in (None, order.vendor_id)
        else "",
        "lines": [_line(order, line, kept[str(line.pk)], whom) for line in lines if str(line.pk) in kept],
        "net": sum(_net_then(order, line, kept.get(str(line.pk))) for line in lines),
    }


def _net_then(order: PurchaseOrder, line: PurchaseLine, asked: Mapping[str, Any] | None) -> int:
    """What a line will cost before tax."""
    if asked is None:
        return net_of(order, line)
    return extended(
        asked["unit_cost_micro"],
        asked["quantity"],
        line.product.quantity_decimals,
        order.currency,
        per=line.per,
    )


def _line(
    order: PurchaseOrder, line: PurchaseLine, asked: Mapping[str, Any], whom: Mapping[int, str]
) -> dict[str, Any]:
    places = line.product.quantity_decimals
    return {
        "sku": line.product.sku,
        "quantity": (line.quantity, places),
        "then": (asked["quantity"], places),
        "cost": (line.unit_cost_micro, order.currency),
        "dearer": (asked["unit_cost_micro"], order.currency),
        "whom": whom.get(line.pk, ""),
    }


def _whom(given: Mapping[str, Any]) -> dict[int, str]:
    """For whom more of each line is wanted, by the numbers of their documents."""
    wanted = {
        one["purchase_line"]: [each["line"] for each in one.get("wanted", ())]
        for one in given.get("change", ())
    }
    claims = [claim for some in wanted.values() for claim in some]
    numbers = dict(Line.objects.filter(pk__in=claims).values_list("pk", "sheet__number")) if claims else {}
    return {
        line: ", ".join(dict.fromkeys(numbers[claim] for claim in some if claim in numbers))
        for line, some in wanted.items()
    }
