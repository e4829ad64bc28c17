"""All that an undo gives back exactly: goods and their value, owners, warranty, subscriptions, and money, net."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum

from wharfinger.devices.models import Device, Subscription
from wharfinger.ledger.models import Account, Holding, Layer, Posting
from wharfinger.returns.models import Replacement, Rma, RmaLine

PAPER = {"invoiced": "billed", "credited": "gone", "waived": "gone"}
"""Bills stand on another invoice after an undo that asked again, which is as before to everybody."""
COINS = {"tax": "tax and rounding", "rounding": "tax and rounding"}
"""Where a note took back a cent more or less of tax than its own rows come to, rounding has it on the invoice."""


def standing(*, lines: tuple[int, ...]) -> dict[str, Any]:
    """What stands of these lines, of stock, of every device and return, and of every kind of account."""
    goods: dict[tuple[Any, ...], int] = {}
    bills: dict[tuple[int, str], int] = {}
    for kind, place, lot, claim, quantity in Holding.objects.filter(
        quantity__gt=0, unbounded=False
    ).values_list("kind", "place_id", "lot_id", "claim_id", "quantity"):
        if claim and claim not in lines:
            assert kind in ("dropped", "credited"), f"{quantity} stand at {kind} for a line that is undone"
        elif kind in PAPER or kind == "to_bill":
            at = claim, PAPER.get(kind, kind)
            bills[at] = bills.get(at, 0) + quantity
        else:
            goods[kind, place, lot, claim] = quantity
    money: dict[tuple[str, str], list[int]] = {}
    accounts = {one.pk: one for one in Account.objects.all()}
    for end, sign in (("source", -1), ("target", 1)):
        sums = Posting.objects.values_list(end).annotate(Sum("amount_minor"), Sum("home_minor")).order_by()
        for pk, minor, home in sums:
            one = accounts[pk]
            net = money.setdefault((COINS.get(one.kind, one.kind), one.currency), [0, 0])
            net[0] += sign * minor
            net[1] += sign * home
    return {
        "goods": goods,
        "bills": {at: units for at, units in bills.items() if units},
        "money": {at: net for at, net in money.items() if net != [0, 0]},
        "value": sorted(
            Layer.objects.filter(quantity__gt=0).values_list("product", "lot", "quantity", "value_minor")
        ),
        "devices": list(
            Device.objects.filter(void__isnull=True)
            .order_by("pk")
            .values_list(
                *("pk", "organization", "site", "contact", "contract", "reference", "line", "removed_on"),
                *("warranty_policy", "warranty_start_on", "warranty_end_on", "replaces"),
            )
        ),
        "subscriptions": list(Subscription.objects.order_by("pk").values_list("pk", "device", "ended_on")),
        "returns": list(
            RmaLine.objects.filter(void__isnull=True)
            .order_by("pk")
            .values_list("pk", "quantity", "settled_quantity", "answer")
        ),
        "rmas": list(Rma.objects.filter(void__isnull=True).order_by("pk").values_list("pk", "closed_at")),
        "replacements": list(Replacement.objects.filter(void__isnull=True).values_list("pk")),
    }
