"""Until when to pay, in words, and what may be taken off until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from wharfinger.billing.models import Invoice
from wharfinger.billing.queries.dues import instalments_of
from wharfinger.billing.rules.terms import discount_of
from wharfinger.documents.figures import spoken
from wharfinger.documents.queries.lines import terms
from wharfinger.documents.shapes import Amount, Share, WayToPay
from wharfinger.documents.words import words
from wharfinger.parties.models import Organization, Terms


def agreed_with(organization: Organization, language: str, ordered: Terms | None = None) -> str:
    """Until when a customer pays, in words, in which parts, and what may be taken off until when.

    ordered: the terms of an order, where it has its own.
    """
    said, known = words(language), ordered or organization.terms
    if known is None:
        return terms(organization.terms_days, language)
    if known.instalments:
        return _in_parts(known, language)
    if known.end_of_month:
        text = said["terms_month"].format(days=known.days) if known.days else said["terms_end"]
    else:
        text = terms(known.days, language)
    if known.day_of_month:
        text = said["terms_then"].format(text=text, day=known.day_of_month)
    if not known.discount_micro:
        return text
    share = spoken(Share(known.discount_micro), language)
    return said["terms_discount"].format(share=share, days=known.discount_days, text=text)


def _in_parts(known: Terms, language: str) -> str:
    """The instalments before the last, and then the rest as its terms say."""
    said = words(language)
    parts = [
        said["terms_part"].format(share=spoken(Share(one["share_micro"]), language), days=one["days"])
        if one["days"]
        else said["terms_part_now"].format(share=spoken(Share(one["share_micro"]), language))
        for one in known.instalments
    ]
    parts.append(said["terms_rest"].format(days=known.days))
    text = ", ".join(parts)
    if known.end_of_month:
        text = said["terms_each_month"].format(text=text)
    if known.day_of_month:
        text = said["terms_then"].format(text=text, day=known.day_of_month)
    if not known.discount_micro:
        return text
    share = spoken(Share(known.discount_micro), language)
    return said["terms_discount"].format(share=share, days=known.discount_days, text=text)


def asked_by(bill: Invoice, language: str) -> str:
    """Until when an invoice is paid, in words, in which parts, and what may be taken off until when."""
    parts = instalments_of([bill.pk]).get(bill.pk)
    if bill.discount_until is None and parts is None:
        return terms((bill.due_on - bill.issued_on).days, language)
    listed = _listed(parts, bill.currency, language) if parts else ""
    if bill.discount_until is None:
        return listed
    less = Amount(discount_of(bill.total_minor, bill.discount_micro), bill.currency)
    if parts:
        return words(language)["terms_until_parts"].format(
            share=spoken(Share(bill.discount_micro), language),
            until=spoken(bill.discount_until, language),
            amount=spoken(less, language)["text"],
            text=listed,
        )
    return words(language)["terms_until"].format(
        share=spoken(Share(bill.discount_micro), language),
        until=spoken(bill.discount_until, language),
        amount=spoken(less, language)["text"],
        due=spoken(bill.due_on, language),
    )


def _listed(parts: Iterable[tuple[date, int]], currency: str, language: str) -> str:
    """How much of an invoice is due when."""
    said = words(language)["terms_by"]
    return ", ".join(
        said.format(amount=spoken(Amount(minor, currency), language)["text"], due=spoken(day, language))
        for day, minor in parts
    )


def ways_to_pay(bill: Invoice, due_minor: int, language: str) -> tuple[WayToPay, ...]:
    """What one may transfer for an invoice: all of it less its cash discount, its instalments, or all at once.

    due_minor: what is still to be paid of it; where that is another amount than it asks for, only that.
    """
    said = words(language)
    if due_minor <= 0:
        return ()
    if due_minor != bill.total_minor:
        return (WayToPay(Amount(due_minor, bill.currency)),)
    found = []
    if bill.discount_until is not None:
        less = discount_of(bill.total_minor, bill.discount_micro)
        until = said["pay_early"].format(until=spoken(bill.discount_until, language))
        found.append(WayToPay(Amount(bill.total_minor - less, bill.currency), until))
    parts = instalments_of([bill.pk]).get(bill.pk, [])
    for n, (day, minor) in enumerate(parts, start=1):
        until = said["pay_part"].format(n=n, of=len(parts), until=spoken(day, language))
        found.append(WayToPay(Amount(minor, bill.currency), until, f"{n}/{len(parts)}"))
    if not parts:
        until = said["pay_whole"].format(until=spoken(bill.due_on, language)) if found else ""
        found.append(WayToPay(Amount(bill.total_minor, bill.currency), until))
    return tuple(found)
