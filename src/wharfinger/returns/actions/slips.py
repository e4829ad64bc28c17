"""The slip of an RMA goes to the customer, and who has not sent their goods is reminded."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from wharfinger.base import clock, configuration
from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import Refusal
from wharfinger.ledger.look import Wish, house
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import User
from wharfinger.returns.models import Rma, RmaLine, RmaReminder
from wharfinger.returns.queries import truth as reads
from wharfinger.returns.queries.slips import to_remind
from wharfinger.returns.rules import slips as rules
from wharfinger.sales.rules.sending import USUAL, Letter, checked


def send_rma(*, actor: Actor, rma: int, letter: Letter = USUAL, key: str | None = None) -> Written:
    """Send the slip of an approved RMA to the customer by mail; refused where there is nobody to write to."""
    require(actor, "returns.approve")
    return _slip(actor, rma, checked(letter), key)


def mark_rma_sent(*, actor: Actor, rma: int, key: str | None = None) -> Written:
    """Say that a slip was given to the customer by hand: nobody is written to."""
    require(actor, "returns.approve")
    return _slip(actor, rma, None, key)


def remind_rma(*, actor: Actor, rma: int, letter: Letter = USUAL, key: str | None = None) -> Written:
    """Remind the customer by mail of goods that have not come, with the slip: once before they are due, once after."""
    require(actor, "returns.approve")
    plan = partial(rules.plan_remind, rma=rma, letter=checked(letter))
    return post("remind_rma", _wish(rma), plan, actor=actor, key=key)


def remind_due(*, actor: Actor) -> int:
    """Remind whoever is to send goods so many days from now, or was to; how many RMAs that were.

    The setting ``rma_remind_days`` says how many days before; without it nobody is reminded by the clock. Each RMA is
    an entry of its own, and one that is refused stops no other.
    """
    require(actor, "returns.approve")
    days = configuration.one("rma_remind_days")
    if not days:
        return 0
    done = 0
    for rma in to_remind(clock.today(house().time_zone), days):
        with suppress(Refusal):
            post("remind_rma", _wish(rma), partial(rules.plan_remind, rma=rma, letter=USUAL), actor=actor)
            done += 1
    return done


def _slip(actor: Actor, rma: int, letter: Letter | None, key: str | None) -> Written:
    plan = partial(rules.plan_send_slip, rma=rma, letter=letter)
    return post("send_rma", _wish(rma), plan, actor=actor, key=key)


def _wish(rma: int) -> Wish:
    return Wish(
        documents=[(Rma, [rma]), (RmaLine, reads.lines_of([rma]))],
        reads=(reads.read_received, partial(_read, rma)),
    )


def _read(rma: int, truth: Truth) -> None:
    """Read where a mail can go, the better address first, where a copy would go, and what was sent before."""
    ways = ("organization__name", "ticket__contact__email", "organization__email")
    customer, *known = Rma.objects.filter(pk=rma).values_list(*ways).first() or ("",)
    truth.read["customer"] = customer
    truth.read["addresses"] = [address for address in known if address]
    own = User.objects.filter(pk=truth.actor or 0).values_list("email", flat=True).first()
    truth.read["own_address"] = own or ""
    sent = RmaReminder.objects.filter(rma=rma, void__isnull=True)
    truth.read["reminded"] = set(sent.values_list("level", flat=True))
