"""What is done with rows of Approve & Post."""

from __future__ import annotations

from django.utils.translation import ngettext

from wharfinger.billing.actions import invoices
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.boards.acts import act_on

invoice = act_on(
    "billing.invoice",
    "approve_post",
    lambda who, rows, given: invoices.invoice(
        actor=who, wish=InvoiceWish(tuple(Bill(row.line, row.quantity) for row in rows))
    ),
    lambda n: ngettext("Invoiced %(n)s line.", "Invoiced %(n)s lines.", n) % {"n": n},
)
