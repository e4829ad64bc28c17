"""What the undo of an act after the sale gives back exactly: goods, value, owners, warranty, subscriptions and money, net."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum

from wharfinger.devices.models import Device, Subscription
from wharfinger.ledger.models import Account, Holding, Layer, Posting
from wharfinger.returns.models import Replacement, RmaLine

AFTER_SALE = frozenset(
    (
        "charge_kept",
        "extend_ahead",
        "finish_repair",
        "inspect",
        "receive_return",
        "restock",
        "scrap",
        "settle",
        "swap",
        *("claim_from_vendor", "send_claim", "answer_claim"),
    )
)
"""The verbs of which that is a law, whatever they posted."""
PAPERS = ("invoiced", "credited", "waived", "dropped")
"""Where bills end is on another paper, and a line that was invoiced stays without goods."""
OURS = ("revenue", "tax", "rounding", "exchange")
"""An invoice divides by its own rows what a note took back by its own."""


def standing() -> tuple[Any, ...]:
    """All of it, as it stands."""
    there = Holding.objects.filter(quantity__gt=0, unbounded=False)
    billed = there.filter(kind__in=("to_bill", "offered", "invoiced"))
    money: dict[tuple[str, int | None, str], int] = {}
    accounts = {one.pk: one for one in Account.objects.all()}
    for end, sign in (("source", -1), ("target", 1)):
        for pk, minor in Posting.objects.values_list(end).annotate(Sum("amount_minor")).order_by():
            one = accounts[pk]
            of = "owed" if one.kind in ("receivable", "store_credit") else one.kind
            key = "ours" if one.kind in OURS else of, one.party_id, one.currency
            money[key] = money.get(key, 0) + sign * minor
    units = RmaLine.objects.filter(void__isnull=True).order_by("pk")
    return (
        sorted(there.exclude(kind__in=PAPERS).values_list("place", "lot", "claim", "quantity")),
        sorted(billed.values_list("claim").annotate(Sum("quantity")).order_by()),
        sorted((key, minor) for key, minor in money.items() if minor),
        sorted(Layer.objects.filter(quantity__gt=0).values_list("pk", "quantity", "value_minor")),
        list(
            Device.objects.filter(void__isnull=True)
            .order_by("pk")
            .values_list(
                *("pk", "organization", "site", "contact", "contract", "line", "removed_on", "replaces"),
                *("warranty_policy", "warranty_start_on", "warranty_end_on"),
            )
        ),
        list(Subscription.objects.order_by("pk").values_list("pk", "device", "ended_on")),
        list(units.values_list("pk", "quantity", "settled_quantity", "answer")),
        list(
            Replacement.objects.filter(void__isnull=True)
            .order_by("pk")
            .values_list("pk", "back_by", "charged_quantity")
        ),
    )
