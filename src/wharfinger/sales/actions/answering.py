"""What a customer does by the link of a quote: open it, accept, decline; and ending the link."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from wharfinger.base.access import HOUSE, Actor, require
from wharfinger.base.words import tidy
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import Planner, attempt, post
from wharfinger.ledger.write import Written
from wharfinger.sales import links
from wharfinger.sales.models import Quote
from wharfinger.sales.rules import answering as rules
from wharfinger.sales.rules.answering import Seen


def open_link(*, seen: Seen) -> Written:
    """Write down when the customer opened the link first."""
    return _by_link("open_link", seen, partial(rules.plan_open, seen=seen))


def accept_quote(*, seen: Seen, name: str, take: Collection[int] | None = None) -> Written:
    """Let the customer accept what they read, under a name that the journal does not keep.

    take: which lines they take of those that can be left out; as the quote has it where nothing is said. Winning
    stays the act of a person. Refused where it is accepted already, ended or has changed since.
    """
    signed = rules.name(name)

    def act() -> Written:
        done = _by_link("accept_quote", seen, partial(rules.plan_accept, seen=seen, take=take))
        Quote.objects.filter(pk=seen.quote).update(accepted_by=signed)
        return done

    return attempt(act)


def decline_quote(*, seen: Seen, reason: str = "") -> Written:
    """Let the customer say that they do not take it, and why; nothing is lost by that."""
    why = tidy(reason, field="reason", most=500, needed=False)
    return _by_link("decline_quote", seen, partial(rules.plan_decline, seen=seen, reason=why), why)


def revoke_link(*, actor: Actor, quote: int, key: str | None = None) -> Written:
    """End every link of a quote that was told so far; sending it again tells a new one."""
    require(actor, "sales.send")
    wish = Wish(documents=[(Sheet, [quote]), (Quote, [quote])])
    return post("revoke_link", wish, partial(rules.plan_revoke, quote=quote), actor=actor, key=key)


def _by_link(verb: str, seen: Seen, plan: Planner, reason: str = "") -> Written:
    """Do what the link allows: whoever has it needs no account, and no right of ours."""
    wish = Wish(
        documents=[(Sheet, [seen.quote]), (Quote, [seen.quote])],
        first=demand.read_lines_of(seen.quote),
        reads=(_read_version(seen.quote),),
    )
    return post(verb, wish, plan, actor=HOUSE, reason=reason)


def _read_version(quote: int) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        truth.read["version"] = links.version(quote)

    return read
