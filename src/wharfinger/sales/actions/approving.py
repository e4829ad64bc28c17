"""Ask for the approval of a quote, give it or not, and let nothing go out that lacks it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from wharfinger.base import configuration
from wharfinger.base.access import Actor, require
from wharfinger.demand.models import Sheet
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Entry
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.sales.models import Quote
from wharfinger.sales.queries.margins import concerns_of
from wharfinger.sales.rules import approving as rules


def ask(*, actor: Actor, quote: int, key: str | None = None) -> Written:
    """Ask for the approval that a quote needs before it goes out."""
    require(actor, "sales.quote")
    return _post("ask_approval", quote, partial(rules.plan_ask, quote=quote), actor, key, (_read(quote),))


def approve(*, actor: Actor, quote: int, key: str | None = None) -> Written:
    """Say yes to a quote as it stands; whoever wrote it, or asks, does not unless the company lets them."""
    require(actor, "sales.approve_quote")
    plan = partial(rules.plan_approve, quote=quote)
    return _post("approve_quote", quote, plan, actor, key, (_read_writer(quote),))


def reject(*, actor: Actor, quote: int, note: str, key: str | None = None) -> Written:
    """Say no to a quote, and why."""
    require(actor, "sales.approve_quote")
    plan = partial(rules.plan_reject, quote=quote, note=note)
    return _post("reject_quote", quote, plan, actor, key, (_read_writer(quote),), reason=note[:500])


def _post(
    verb: str,
    quote: int,
    plan: Callable[[Truth], Plan],
    actor: Actor,
    key: str | None,
    reads: tuple[Callable[[Truth], None], ...],
    reason: str = "",
) -> Written:
    wish = Wish(documents=[(Sheet, [quote]), (Quote, [quote])], reads=reads)
    return post(verb, wish, plan, actor=actor, key=key, reason=reason)


def approved_where_needed(truth: Truth, _plan: Plan) -> None:
    """Refuse to send a quote that is beyond the company's limits and that nobody said yes to."""
    for row in truth.documents["sales.Quote"].values():
        found = concerns_of(row.pk, truth.effective_on) if row.approved_at is None else None
        if found is not None and found.any:
            raise rules.needs_approval(truth.document("demand.Sheet", row.pk).number, row.pk, found)


def _read(quote: int) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        truth.read["concerns"] = concerns_of(quote, truth.effective_on)

    return read


def _read_writer(quote: int) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        sheet = truth.documents["demand.Sheet"].get(quote)
        made = Entry.objects.filter(pk=sheet.made_id) if sheet is not None else Entry.objects.none()
        truth.read["written_by"] = made.values_list("actor", flat=True).first()
        truth.read["self_approval"] = configuration.one("quote_approval")["self_approval"]

    return read
