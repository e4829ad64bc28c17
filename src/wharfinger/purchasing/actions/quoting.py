"""Ask several vendors for a quotation, note what they answer, order what is best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import currency
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.catalog.models import Product
from wharfinger.demand import queries as demand
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.pricing.queries import read_rates
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.purchasing.models.quoting import Rfq, RfqAnswer, RfqLine, RfqVendor
from wharfinger.purchasing.queries import truth as reads
from wharfinger.purchasing.queries.quoting import wanted
from wharfinger.purchasing.queries.vendor_terms import orders_emails
from wharfinger.purchasing.rules import quoting as rules
from wharfinger.purchasing.rules.quoting import AnswerWish, RfqWish

MOST_LINES = 200
MOST_VENDORS = 12
MOST_DAYS = 3650


def ask_vendors(*, actor: Actor, wish: RfqWish, key: str | None = None) -> Written:
    """Ask several vendors what they want for the same goods; customers' lines stay to be ordered meanwhile."""
    require(actor, "purchasing.rfq")
    wish = replace(
        wish,
        title=tidy(wish.title, field="title", most=100, needed=False),
        note=tidy(wish.note, field="note", most=1000, needed=False),
    )
    if not wish.lines:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    if not wish.vendors:
        raise BadInput("nobody_asked", N_("Choose at least one vendor."), field="vendors")
    for name, found, most in (("lines", wish.lines, MOST_LINES), ("vendors", wish.vendors, MOST_VENDORS)):
        if len(found) > most:
            raise BadInput(
                "too_many",
                N_("At most {most} are asked for at once. Write a second request."),
                field=name,
                most=most,
            )
    lines = [one.line for asked in wish.lines for one in asked.wanted]
    if rules.named_twice(wish.vendors):
        raise BadInput("vendor_twice", N_("A vendor is named twice. Name it once."), field="vendors")
    if rules.named_twice(lines):
        raise BadInput(
            "line_twice", N_("A line is named twice. Name it once, with its whole quantity."), field="lines"
        )
    products = [one.product for one in wish.lines if one.product is not None]
    return post(
        "ask_vendors",
        Wish(
            first=reads.read_lines(lines),
            claims=demand.line_ids,
            reads=(reads.read_products(*products), reads.read_terms(vendors=wish.vendors)),
        ),
        partial(rules.plan_ask, wish=wish),
        actor=actor,
        key=key,
    )


def send_rfq(
    *,
    actor: Actor,
    rfq: int,
    vendors: Sequence[int] | None = None,
    by_hand: bool = False,
    key: str | None = None,
) -> Written:
    """Mail a request to its vendors, to each its own in its language; to those who do not have it yet without any.

    by_hand: note that they have it by post or telephone; no mail leaves.
    Raises Refusal where one of them has no mail address.
    """
    require(actor, "purchasing.rfq")
    if vendors is not None and not vendors:
        raise BadInput("nobody_asked", N_("Choose at least one vendor."), field="vendors")
    if rules.named_twice(vendors or ()):
        raise BadInput("vendor_twice", N_("A vendor is named twice. Name it once."), field="vendors")
    return post(
        "send_rfq",
        Wish(
            documents=[
                (Rfq, [rfq]),
                (RfqVendor, sql.Found("rfq_id = %s AND void_id IS NULL", (rfq,))),
            ],
            reads=(_read_mails,),
        ),
        partial(rules.plan_send, rfq=rfq, vendors=vendors, by_hand=by_hand),
        actor=actor,
        key=key,
    )


def answer_rfq(*, actor: Actor, rfq: int, vendor: int, wish: AnswerWish, key: str | None = None) -> Written:
    """Note what a vendor answers, or that it does not offer; a later answer takes the place of an earlier."""
    require(actor, "purchasing.rfq")
    require(actor, "catalog.see_cost")
    for n, one in enumerate(wish.lines):
        if one.unit_cost_micro is not None and one.unit_cost_micro < 0:
            raise BadInput(
                "below_zero", N_("Give an amount that is not below zero."), field=f"lines.{n}.unit_cost"
            )
        if not 0 <= one.lead_days <= MOST_DAYS:
            raise BadInput(
                "out_of_bounds",
                N_("Give a whole number from {least} to {most}."),
                field=f"lines.{n}.lead_days",
                least=0,
                most=MOST_DAYS,
            )
    if (wish.freight_minor or 0) < 0:
        raise BadInput("below_zero", N_("Give an amount that is not below zero."), field="freight")
    if rules.named_twice([one.line for one in wish.lines]):
        raise BadInput("line_twice", N_("A line stands there twice. Send it once."), field="lines")
    wish = replace(
        wish,
        note=tidy(wish.note, field="note", most=500, needed=False),
        currency=currency(wish.currency, "currency") if wish.currency else None,
    )
    plan = partial(rules.plan_answer, rfq=rfq, vendor=vendor, wish=wish)
    return post("answer_rfq", Wish(documents=_documents(rfq)), plan, actor=actor, key=key)


def award_rfq(
    *,
    actor: Actor,
    rfq: int,
    choices: Mapping[int, int] | None = None,
    late: bool = False,
    add_vendor: bool = False,
    key: str | None = None,
) -> Written:
    """Draft a purchase order of each vendor that is chosen, at what it answered, in one entry.

    choices: by line of the request the vendor, each line's cheapest where nothing is chosen.
    Raises Refusal where an answer is valid no longer, unless ``late``, and where a line is ordered already.
    """
    require(actor, "purchasing.rfq")
    require(actor, "purchasing.order")
    require(actor, "catalog.see_cost")
    documents = _documents(rfq)
    if add_vendor:
        require(actor, "catalog.price")
        of = "SELECT product_id FROM purchasing_rfqline WHERE rfq_id = %s"
        documents.append((Product, sql.Found(f"id IN ({of})", (rfq,))))
    return post(
        "award_rfq",
        Wish(
            documents=documents,
            first=_read_wanted,
            claims=demand.line_ids,
            reads=(_read_terms, reads.read_tax_codes(()), reads.read_drafted_on),
        ),
        partial(
            rules.plan_award,
            rfq=rfq,
            choices=None if choices is None else dict(choices),
            late=late,
            add_vendor=add_vendor,
        ),
        actor=actor,
        key=key,
    )


def close_rfq(*, actor: Actor, rfq: int, reason: str = "", key: str | None = None) -> Written:
    """Expect no more answers to a request."""
    require(actor, "purchasing.rfq")
    reason = tidy(reason, field="reason", most=1000, needed=False)
    plan = partial(rules.plan_close, rfq=rfq)
    return post("close_rfq", Wish(documents=[(Rfq, [rfq])]), plan, actor=actor, key=key, reason=reason)


def _documents(rfq: int) -> list[tuple[type, list[int] | sql.Found]]:
    theirs = "SELECT id FROM purchasing_rfqvendor WHERE rfq_id = %s"
    return [
        (Rfq, [rfq]),
        (RfqLine, sql.Found("rfq_id = %s AND void_id IS NULL", (rfq,))),
        (RfqVendor, sql.Found("rfq_id = %s AND void_id IS NULL", (rfq,))),
        (RfqAnswer, sql.Found(f"rfq_vendor_id IN ({theirs}) AND void_id IS NULL", (rfq,))),
    ]


def _read_mails(truth: Truth) -> None:
    """Where each vendor gets its mails: what is agreed for orders, else its own address."""
    asked = [one.vendor_id for one in truth.documents["purchasing.RfqVendor"].values()]
    found = list(Organization.objects.filter(pk__in=asked).values_list("pk", "name", "email"))
    truth.read["vendor_name"] = {pk: name for pk, name, _ in found}
    truth.read["vendor_mail"] = {pk: mail for pk, _, mail in found} | orders_emails(asked)


def _read_wanted(truth: Truth) -> None:
    lines = truth.documents["purchasing.RfqLine"].values()
    truth.read["wants"] = wants = wanted(line.pk for line in lines)
    reads.read_lines(pk for some in wants.values() for pk, _units in some)(truth)
    orders = {line.order_id for line in lines if line.order_id is not None}
    truth.read["orders"] = PurchaseOrder.objects.in_bulk(orders) if orders else {}


def _read_terms(truth: Truth) -> None:
    asked = truth.documents["purchasing.RfqVendor"].values()
    reads.read_products(*(line.product_id for line in truth.documents["purchasing.RfqLine"].values()))(truth)
    reads.read_terms(vendors=[one.vendor_id for one in asked])(truth)
    read_rates(truth, {one.currency for one in asked})
