"""What a customer would get for goods that come back, and what is kept of it, as forms ask and say it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from wharfinger.base.page import Form
from wharfinger.base.refusal import Refusal
from wharfinger.base.typed import minor, percent
from wharfinger.billing.models import CreditFee, CreditNote, Invoice, Payment
from wharfinger.billing.queries.fees import fee_product
from wharfinger.billing.rules.keeping_back import Kept
from wharfinger.ledger.post import attempt, dry


def typed_kept(given: QueryDict, currency: str) -> list[Kept]:
    """What is typed to be kept of the credit: a fee, and the freight."""
    share, fee, freight = (given.get(name, "").strip() for name in ("fee_percent", "fee", "freight"))
    kept = []
    if share or fee:
        kept.append(
            Kept(
                "fee",
                fee_product("restocking", "fee"),
                percent(share, field="fee_percent") if share else None,
                minor(fee, currency, field="fee") if fee else None,
                currency,
            )
        )
    if freight:
        product = fee_product("return_freight", "freight")
        kept.append(Kept("freight", product, None, minor(freight, currency, field="freight"), currency))
    return kept


def previewed(
    request: HttpRequest, act: Callable[[], Any], show: Callable[..., HttpResponse]
) -> HttpResponse:
    """The form with what the customer would get, or with why it is refused; nothing is written."""
    try:
        return show(Form(request.POST), attempt(lambda: dry(lambda: _gives(act()))))
    except Refusal as refused:
        if refused.http_code == 403:
            raise
        response = show(Form(request.POST, refused))
        response.status_code = refused.http_code
        return response


def _gives(done: Any) -> list[tuple[str, int, str]]:
    """What the customer would get: words, amount and currency of each part."""
    made = done.made
    notes = CreditNote.objects.filter(pk__in=made.get("billing.CreditNote", ()))
    fees = CreditFee.objects.filter(pk__in=made.get("billing.CreditFee", ())).select_related("product")
    invoices = Invoice.objects.filter(pk__in=made.get("billing.Invoice", ()))
    refunds = Payment.objects.filter(pk__in=made.get("billing.Payment", ()))
    kept = [
        (one, -(one.net_minor + one.tax_minor)) for one in fees.select_related("credit_note").order_by("pk")
    ]
    back = {one.pk: 0 for one in notes}
    for one, minor_kept in kept:
        back[one.credit_note_id] -= minor_kept
    return [
        *((_("Credit for the goods"), one.total_minor + back[one.pk], one.currency) for one in notes),
        *((one.product.name, minor_kept, one.credit_note.currency) for one, minor_kept in kept),
        *((_("Credit note"), one.total_minor, one.currency) for one in notes),
        *((_("Invoice"), one.total_minor, one.currency) for one in invoices),
        *_difference(list(notes), list(invoices)),
        *((_("Goes back as money"), one.amount_minor, one.currency) for one in refunds),
    ]


def _difference(notes: Sequence[CreditNote], invoices: Sequence[Invoice]) -> list[tuple[str, int, str]]:
    """What the customer owes more, or less, where something else is invoiced for what is credited."""
    more: dict[str, int] = {}
    for invoice in invoices:
        more[invoice.currency] = more.get(invoice.currency, 0) + invoice.total_minor
    for note in notes:
        if note.currency in more:
            more[note.currency] -= note.total_minor
    dearer, cheaper = _("The customer owes more"), _("The customer owes less, or has it as store credit")
    return [(dearer if left >= 0 else cheaper, abs(left), code) for code, left in more.items()]
