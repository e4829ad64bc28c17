"""Until when to pay, in words, and what may be taken off until when."""

from __future__ import annotations

from wharfinger.billing.models import Invoice
from wharfinger.billing.rules.terms import discount_of
from wharfinger.documents.figures import spoken
from wharfinger.documents.queries.lines import terms
from wharfinger.documents.shapes import Amount, Share
from wharfinger.documents.words import words
from wharfinger.parties.models import Organization


def agreed_with(organization: Organization, language: str) -> str:
    """Until when a customer pays, in words, and what may be taken off until when."""
    said, known = words(language), organization.terms
    if known is None:
        return terms(organization.terms_days, language)
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


def asked_by(bill: Invoice, language: str) -> str:
    """Until when an invoice is paid, in words, and what may be taken off until when."""
    if bill.discount_until is None:
        return terms((bill.due_on - bill.issued_on).days, language)
    less = Amount(discount_of(bill.total_minor, bill.discount_micro), bill.currency)
    return words(language)["terms_until"].format(
        share=spoken(Share(bill.discount_micro), language),
        until=spoken(bill.discount_until, language),
        amount=spoken(less, language)["text"],
        due=spoken(bill.due_on, language),
    )
