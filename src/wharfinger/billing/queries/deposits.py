"""Deposits: what was asked for beforehand, and what of it no invoice has taken off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, Sum

from wharfinger.base import configuration
from wharfinger.billing.models import CreditLine, InvoiceLine
from wharfinger.billing.rules import Balance
from wharfinger.billing.rules.deposits import Deposit
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.ledger.models import Account
from wharfinger.ledger.plan import Truth


def deposits_of(orders: Iterable[int]) -> list[Deposit]:
    """The rows of deposits of which something is left to be taken off; three statements, one where there are none."""
    rows = InvoiceLine.objects.filter(
        invoice__kind="deposit",
        invoice__sheet__in=sorted(set(orders)),
        invoice__void__isnull=True,
        invoice__posted_at__isnull=False,
    )
    found = {row.pk: row for row in rows.select_related("invoice", "tax_code", "product").order_by("pk")}
    if not found:
        return []
    taken = list(InvoiceLine.objects.filter(takes_off__in=found, invoice__void__isnull=True))
    every = [*found.values(), *taken]
    credited: dict[int, tuple[int, int]] = {
        pk: (net, net + tax)
        for pk, net, tax in CreditLine.objects.filter(
            invoice_line__in=[row.pk for row in every], credit_note__void__isnull=True
        )
        .values_list("invoice_line")
        .annotate(Sum("net_minor"), Sum("tax_minor"))
    }
    left: dict[int, list[int]] = {pk: [0, 0] for pk in found}
    for row in every:
        net, gross = credited.get(row.pk, (0, 0))
        of = left[row.takes_off_id or row.pk]
        of[0] += row.net_minor - net if row.gross_minor is None else row.gross_minor - gross
        of[1] += row.net_minor - net
    return [
        Deposit(row, row.invoice.sheet_id or 0, row.invoice.number or "", *left[pk])
        for pk, row in found.items()
        if left[pk][0] > 0
    ]


def _keep(truth: Truth, orders: Iterable[int]) -> None:
    wanted = sorted(set(orders))
    truth.read["deposits"] = deposits_of(wanted) if wanted else []
    named = {f"order:{pk}": pk for pk in wanted}
    found = Account.objects.filter(kind="deposit", document__in=named) if wanted else ()
    truth.read["deposit_balances"] = {
        named[one.document]: Balance(-one.balance_minor, -one.balance_home_minor) for one in found
    }


def read_deposits(order: int) -> Any:
    """Read what other deposits of an order ask for."""
    return lambda truth: _keep(truth, [order])


def read_deposits_of_lines(truth: Truth) -> None:
    """Read the deposits of the orders of lines that are billed; no statement where nothing was asked for beforehand."""
    lines = truth.read["lines"].values()
    _keep(truth, {line.order_id for line in lines if line.asked_beforehand})


def read_deposits_of_draft(truth: Truth) -> None:
    """Read the deposits of the documents that are locked, and of which order each line is; one statement where there are none."""
    _keep_where_any(truth, list(truth.documents["demand.Sheet"]))


def _keep_where_any(truth: Truth, orders: list[int]) -> None:
    named = [f"order:{pk}" for pk in orders]
    some = Account.objects.filter(kind="deposit", document__in=named, balance_minor__lt=0)
    _keep(truth, [int(one.partition(":")[2]) for one in some.values_list("document", flat=True)])
    truth.read["orders"] = {}
    if truth.read["deposits"]:
        lines = {row.line_id for row in truth.read["invoice_lines"].values() if row.line_id is not None}
        truth.read["orders"] = dict(Line.objects.filter(pk__in=lines).values_list("pk", "order_id"))


def read_deposits_to_credit(truth: Truth) -> None:
    """Read what invoices that are credited asked for beforehand, or took off of that; no statement where they did not."""
    rows = truth.read["invoice_lines"].values()
    invoices = truth.documents["billing.Invoice"]
    taken = {row.takes_off_id for row in rows if row.takes_off_id is not None}
    truth.read["deposit_orders"] = (
        dict(InvoiceLine.objects.filter(pk__in=taken).values_list("pk", "invoice__sheet_id")) if taken else {}
    )
    asked = {row.sheet_id for row in invoices.values() if row.kind == "deposit"}
    _keep(truth, asked | set(truth.read["deposit_orders"].values()))


def still_to_take_off(organization: int) -> list[tuple[int, str, str, int]]:
    """Order, its number, currency and net amount of what a customer was asked for beforehand and no invoice took off."""
    found = Account.objects.filter(kind="deposit", party=organization, balance_minor__lt=0).order_by("pk")
    rows = {int(one.document.partition(":")[2]): one for one in found}
    numbers = dict(
        InvoiceLine.objects.filter(invoice__sheet__in=rows).values_list(
            "invoice__sheet", "invoice__sheet__number"
        )
    )
    return [(pk, numbers.get(pk, ""), one.currency, -one.balance_minor) for pk, one in rows.items()]


def named_by() -> list[tuple[int, str]]:
    """The services by which a deposit may be named: first that of the setting, then the one that was used last."""
    last = InvoiceLine.objects.filter(invoice__kind="deposit").order_by("-pk").values("product")[:1]
    services = Product.objects.filter(kind="service", retired_on__isnull=True)
    named = configuration.one("fee_products")["deposit"]
    used = list(services.filter(Q(pk=named) | Q(pk__in=last)).values_list("pk", "sku", "name"))
    used.sort(key=lambda row: row[0] != named)
    rows = [
        *used,
        *services.exclude(pk__in=[pk for pk, *_ in used])
        .order_by("sku")
        .values_list("pk", "sku", "name")[:200],
    ]
    return [(pk, f"{sku} · {name}") for pk, sku, name in rows]
