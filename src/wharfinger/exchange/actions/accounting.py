"""Hand over to accounting what happened until a day."""

from __future__ import annotations

from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.models import Setting
from wharfinger.exchange.queries import accounting as reads
from wharfinger.exchange.rules import accounting as rules
from wharfinger.exchange.rules.accounting import Span
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish, settled
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written


def export_accounts(*, actor: Actor, until: date, key: str | None = None) -> Written:
    """Take out what happened until a day and no earlier export took, however late it was written down.

    Nothing leaves twice and nothing is left out: what is dated back later goes with the next export. The file stays as
    it left. Raises Refusal where an account has no number, or nothing is to be taken.
    """
    require(actor, "exchange.accounts")
    span = Span(until, settled())
    wish = Wish(
        # One export at a time: each takes what the others did not.
        documents=[(Setting, sql.Found("key = %s", ("accounts",)))],
        reads=(reads.read_rows(span),),
    )
    return post("export_accounts", wish, partial(rules.plan_export, span=span), actor=actor, key=key)
