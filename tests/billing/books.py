"""What the tests of billing read of the books."""

from __future__ import annotations

from django.db.models import Sum

from wharfinger.ledger.models import Account, Posting


def owed(invoice: int) -> int:
    """What a customer still owes for an invoice, in minor units."""
    found = Account.objects.filter(kind="receivable", document=f"invoice:{invoice}").first()
    return found.balance_minor if found else 0


def credit_left() -> int:
    """All store credit that we owe customers, in minor units."""
    return -(Account.objects.filter(kind="store_credit").aggregate(sum=Sum("balance_minor"))["sum"] or 0)


def summed(kind: str) -> int:
    """What went into accounts of a kind less what went out."""
    into = Posting.objects.filter(target__kind=kind).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    out = Posting.objects.filter(source__kind=kind).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    return int(into - out)
