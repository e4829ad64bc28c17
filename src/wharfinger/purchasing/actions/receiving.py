"""Receive goods, take a receipt back, send goods back to their vendor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.words import tidy
from wharfinger.demand import queries as demand
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder, Receipt, VendorReturn
from wharfinger.purchasing.queries import arrived, crediting
from wharfinger.purchasing.queries import truth as reads
from wharfinger.purchasing.rules import crediting as rules
from wharfinger.purchasing.rules import receiving, returning
from wharfinger.purchasing.rules.crediting import SendBack
from wharfinger.purchasing.rules.receiving import Arrival, Delivery
from wharfinger.stock.queries.reasons import read_reasons


def receive(
    *,
    actor: Actor,
    arrivals: Sequence[Arrival],
    delivery: Delivery | None = None,
    reason: str = "",
    key: str | None = None,
) -> Written:
    """Take in what arrived of one vendor's orders, fully or partly, and say what is rejected at the door.

    Whoever waits is served by promised date, then age, stock last, unless an arrival names the line.
    Raises Refusal when more arrived than is on order and nobody said yes, or a serial is known already.
    """
    require(actor, "purchasing.receive")
    delivery = delivery or Delivery()
    arrivals = _checked(arrivals)
    invoice = tidy(delivery.vendor_invoice_number, field="vendor_invoice_number", most=50, needed=False)
    delivery = replace(delivery, vendor_invoice_number=invoice, reason=reason)
    lines = [a.purchase_line for a in arrivals]
    whys = [read_reasons] if any(a.rejected for a in arrivals) else []
    return post(
        "receive",
        Wish(
            documents=[(PurchaseOrder, reads.orders_of(lines))],
            first=reads.read_orders(lines),
            products=reads.purchase_products,
            claims=demand.line_ids,
            places=reads.places,
            layers=reads.averaged,
            loose=True,
            reads=(reads.read_products(), reads.read_door(arrivals), *whys),
        ),
        partial(receiving.plan_receive, arrivals=tuple(arrivals), delivery=delivery),
        actor=actor,
        key=key,
        reason=reason,
        effective_on=delivery.received_on,
    )


def cancel_receipt(
    *,
    actor: Actor,
    receipt: int,
    lines: Sequence[int] | None = None,
    reason: str = "",
    key: str | None = None,
) -> Written:
    """Take a receipt back while its goods are untouched, whole or in lines; they are on order again."""
    require(actor, "purchasing.cancel_receipt")
    row = Receipt.objects.filter(pk=receipt).first()
    if row is None:
        raise NotThere("no_such_receipt", N_("There is no such receipt."))
    # The moves of an entry never change, so they may say what is locked.
    moves = arrived.receipt_moves([row.made_id])
    bought = PurchaseLine.objects.filter(
        place__in={m.source.place for m in moves if m.source.kind == "on_order"}
    )
    claims = {m.source.claim for m in moves} | {m.target.claim for m in moves}
    found = list(bought.values_list("pk", flat=True))
    return post(
        "cancel_receipt",
        Wish(
            documents=[
                (PurchaseOrder, reads.orders_of(found)),
                (Receipt, [receipt]),
            ],
            first=reads.also_lines(reads.read_orders(found), [c for c in claims if isinstance(c, int) and c]),
            products=reads.purchase_products,
            claims=demand.line_ids,
            places=reads.places,
            free=True,
            layers=True,
            reads=(reads.read_products(), arrived.read_receipt(row.made_id)),
        ),
        partial(
            returning.plan_cancel_receipt, receipt=receipt, lines=None if lines is None else tuple(lines)
        ),
        actor=actor,
        key=key,
        reason=reason,
    )


def send_back(
    *,
    actor: Actor,
    goods: Sequence[SendBack],
    vendor: int | None = None,
    credit_minor: int | None = None,
    reason: str = "",
    key: str | None = None,
) -> Written:
    """Give goods back to the vendor: what was refused at the door, or free stock of a product.

    Stock leaves at what it cost where the receipt that brought it is named, else by the product's cost method. The
    vendor is the one they came from, else the one named, else the product's default; it owes a credit of what the
    goods cost, or of so much as is said.
    """
    require(actor, "purchasing.send_back")
    if credit_minor is not None and credit_minor < 0:
        raise BadInput("below_zero", N_("Give an amount that is not below zero."), field="credit")
    if not goods:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    for n, one in enumerate(goods):
        if one.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"lines.{n}.quantity")
        if (one.purchase_line is None) == (one.product is None):
            raise BadInput(
                "one_of_two", N_("Name a line of a purchase order, or a product."), field=f"lines.{n}.product"
            )
    lines = [one.purchase_line for one in goods if one.purchase_line is not None]
    products = {one.product for one in goods if one.product is not None}

    def wanted(truth: Truth) -> set[int]:
        return products | reads.purchase_products(truth)

    return post(
        "send_back",
        Wish(
            documents=[(PurchaseOrder, reads.orders_of(lines))],
            first=reads.read_orders(lines),
            products=wanted,
            places=reads.places,
            free=True,
            layers=True,
            reads=(
                reads.read_products(*products),
                arrived.read_receipt_layers(one.receipt for one in goods if one.receipt is not None),
                crediting.read_sellers(products, vendor),
            ),
        ),
        partial(returning.plan_send_back, goods=tuple(goods), vendor=vendor, credit_minor=credit_minor),
        actor=actor,
        key=key,
        reason=reason,
        about=[("product", pk) for pk in sorted(products)],
    )


def credit_vendor_return(
    *,
    actor: Actor,
    vendor_return: int,
    got_minor: int,
    tax_minor: int = 0,
    reference: str = "",
    key: str | None = None,
) -> Written:
    """Write down what the vendor credited for goods that went back; the difference is stated as purchase variance.

    With its tax it may be taken when the vendor's bills are paid.
    """
    require(actor, "purchasing.bill")
    require(actor, "catalog.see_cost")
    if got_minor < 0:
        raise BadInput("below_zero", N_("Give an amount that is not below zero."), field="amount")
    if tax_minor < 0:
        raise BadInput("below_zero", N_("Give an amount that is not below zero."), field="tax")
    reference = tidy(reference, field="reference", most=60, needed=False)
    plan = partial(
        rules.plan_credit, pk=vendor_return, got_minor=got_minor, tax_minor=tax_minor, reference=reference
    )
    wish = Wish(documents=[(VendorReturn, [vendor_return])])
    return post("credit_vendor_return", wish, plan, actor=actor, key=key, reason=reference)


def _checked(arrivals: Sequence[Arrival]) -> list[Arrival]:
    if not arrivals:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    for n, one in enumerate(arrivals):
        if one.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"lines.{n}.quantity")
        if not 0 <= one.rejected <= one.quantity:
            raise BadInput(
                "too_many_rejected",
                N_("No more can be rejected than arrived. Reject less."),
                field=f"lines.{n}.rejected",
            )
    return [
        replace(
            one,
            reason=tidy(one.reason, field=f"lines.{n}.reason", most=60, needed=False),
            note=tidy(one.note, field=f"lines.{n}.note", most=500, needed=False),
        )
        if one.rejected
        else one
        for n, one in enumerate(arrivals)
    ]
