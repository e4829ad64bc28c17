"""Do without what a customer will not pay."""

from __future__ import annotations

from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.words import tidy
from wharfinger.billing.models import Invoice
from wharfinger.billing.queries import truth as reads
from wharfinger.billing.rules.relief import plan_write_off
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written


def write_off(
    *, actor: Actor, invoice: int, reason: str, amount_minor: int | None = None, key: str | None = None
) -> Written:
    """Do without what is open of an invoice, or a part of it; tax is less by its share."""
    require(actor, "billing.write_off")
    why = tidy(reason, field="reason", most=500, needed=False)
    plan = partial(plan_write_off, invoice=invoice, amount_minor=amount_minor, reason=why)
    wish = Wish(documents=[(Invoice, [invoice])], reads=(reads.read_invoice_lines,))
    return post("write_off", wish, plan, actor=actor, key=key, reason=why)
