"""Pure decision whether an invoice may be taxed as its rows say."""

from __future__ import annotations

from typing import Any

from wharfinger.base.refusal import N_, Refusal
from wharfinger.base.tax import Totals, vat_id
from wharfinger.ledger.plan import Truth

TO_THEIR_NUMBER = ("AE", "K")
"""The categories in which the customer owes the tax, who is known by their VAT ID (EN 16931 BR-AE-02, BR-IC-02)."""


def numbers_are_known(truth: Truth, organization: Any, found: Totals) -> None:
    """Let pass an invoice on which the VAT IDs stand that its taxes ask for; raises Refusal otherwise.

    Where the customer owes the tax, theirs and ours.
    """
    owed = sorted({one.category for one in found.by_rate}.intersection(TO_THEIR_NUMBER))
    if not owed:
        return
    if not vat_id(organization.tax_number):
        raise Refusal(
            "vat_number_wanted",
            N_("{name} has no VAT ID, and category {category} needs it. Write it down as their tax number."),
            name=organization.name,
            category=owed[0],
            organization=organization.pk,
        )
    if not vat_id(truth.read["house"].tax_number):
        raise Refusal(
            "our_vat_number_wanted",
            N_("Category {category} needs our VAT ID. Write it down as our tax number under Settings."),
            category=owed[0],
        )
