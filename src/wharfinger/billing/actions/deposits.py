"""Ask for a part of an order beforehand."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import override

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.typed import written
from wharfinger.billing.queries import truth as reads
from wharfinger.billing.queries.deposits import read_deposits
from wharfinger.billing.queries.supplied import read_in_force
from wharfinger.billing.rules.beforehand import plan_deposit
from wharfinger.billing.rules.deposits import WHOLE, DepositWish
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Line, Sheet
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.pricing.queries import read_rates


def ask_deposit(*, actor: Actor, wish: DepositWish, key: str | None = None) -> Written:
    """Ask a customer for a part of an order beforehand, by an invoice that the order's next invoices take off.

    A share of the order, for each rate of tax, or an amount as its prices say it. Raises Refusal where that is more
    than is yet to be invoiced.
    """
    require(actor, "billing.invoice")
    if (wish.share_micro is None) == (wish.minor is None):
        raise BadInput(
            "share_or_amount", N_("Give a share in percent or an amount, one of them."), field="percent"
        )
    if wish.share_micro is not None and not 0 < wish.share_micro <= WHOLE:
        raise BadInput("bad_share", N_("Give more than 0 and at most 100 percent."), field="percent")
    if wish.minor is not None and wish.minor <= 0:
        raise BadInput("not_positive", N_("Give an amount above zero."), field="amount")
    order = (
        Sheet.objects.filter(pk=wish.order, kind="order", void__isnull=True)
        .select_related("organization")
        .first()
    )
    if order is None:
        raise NotThere("no_such_order", N_("There is no such sales order."), field="order")
    lines = list(Line.objects.filter(order=order, void__isnull=True).values_list("pk", flat=True))

    def rates(truth: Truth) -> None:
        read_rates(truth, {line.currency for line in truth.read["lines"].values()})

    return post(
        "invoice",
        Wish(
            documents=[(Sheet, sorted({order.pk, *demand.sheets_of(lines)}))],
            first=reads.read_lines_to_bill(lines),
            claims=lines,
            reads=(rates, read_deposits(order.pk), read_in_force, demand.read_these_products([wish.product])),
        ),
        partial(plan_deposit, wish=wish, words=_words(order, wish)),
        actor=actor,
        key=key,
        effective_on=wish.issued_on,
    )


def _words(order: Sheet, wish: DepositWish) -> str:
    """How the deposit is called, in the customer's language."""
    with override(order.organization.language or "en"):
        if wish.share_micro is None:
            return _("Deposit for %(number)s") % {"number": order.number}
        return _("Deposit, %(percent)s %% of %(number)s") % {
            "percent": written(wish.share_micro, 4),
            "number": order.number,
        }
