"""Ask whoever holds goods to give way, give way to who asks, or keep them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_standing
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.sales.actions.holds import read_sold
from wharfinger.sales.models import HoldRequest, Quote
from wharfinger.sales.queries.holding import read_drop_ships
from wharfinger.sales.rules import giving as rules


def ask(
    *,
    actor: Actor,
    asking: int,
    holding: int,
    quantity: int,
    place: int | None = None,
    note: str = "",
    key: str | None = None,
) -> Written:
    """Ask that goods which one line holds (``holding``) are given to another (``asking``); nothing moves.

    place: where they are, of a location or of what has yet to arrive; without it anywhere.
    """
    require(actor, "sales.reserve")
    _positive(quantity)
    plan = partial(rules.plan_ask, asking=asking, holding=holding, quantity=quantity, place=place, note=note)
    reads = (_read_asked(asking, holding),)
    return _post("ask_hold", (asking, holding), (), plan, actor, key, reads=reads)


def give_way(
    *, actor: Actor, request: int, quantity: int | None = None, answer: str = "", key: str | None = None
) -> Written:
    """Give the goods to who asks for them, all of them or fewer; the line that held them wants them again."""
    require(actor, "sales.give_way")
    if quantity is not None:
        _positive(quantity)
    plan = partial(rules.plan_give, request=request, quantity=quantity, answer=answer)
    reads = (_read_quote, demand.read_claims, _read_falls_to)
    return _post("give_way", _lines_of(request), (request,), plan, actor, key, reads=reads)


def keep(*, actor: Actor, request: int, answer: str = "", key: str | None = None) -> Written:
    """Say no to who asks: the goods stay where they are."""
    require(actor, "sales.give_way")
    plan = partial(rules.plan_keep, request=request, answer=answer)
    lines = _lines_of(request)
    wish = Wish(documents=[(Sheet, demand.documents_of(lines)), (HoldRequest, [request])])
    return post("keep_hold", wish, plan, actor=actor, key=key, reason=answer[:500])


def answered_stays(truth: Truth, plan: Plan) -> None:
    """Refuse to take back a request that somebody has answered since."""
    rows = truth.documents.get(rules.LABEL, {})
    for label, pk in plan.voids:
        row = rows.get(pk) if label == rules.LABEL else None
        if row is not None and (row.given_at is not None or row.kept_at is not None):
            raise rules.answered_already(pk)


def _post(
    verb: str,
    lines: Sequence[int],
    requests: Sequence[int],
    plan: Callable[[Truth], Plan],
    actor: Actor,
    key: str | None,
    *,
    reads: Sequence[Callable[[Truth], None]],
) -> Written:
    wish = Wish(
        documents=[(Sheet, demand.documents_of(lines)), (HoldRequest, requests)],
        first=read_sold(lines),
        products=demand.line_products,
        claims=demand.line_ids,
        # With the product come the holds that have ended: nobody gives away what is not theirs any more.
        free=True,
        reads=(read_standing, _read_drop_ships, *reads),
        falls_to=demand.falls_to,
    )
    return post(verb, wish, plan, actor=actor, key=key)


def _lines_of(request: int) -> tuple[int, ...]:
    """The two lines that a request is about, which never change; none where there is none."""
    found = HoldRequest.objects.filter(pk=request).values_list("asking_id", "holding_id").first()
    return found or ()


def _read_asked(asking: int, holding: int) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        truth.read["asked"] = HoldRequest.objects.filter(
            asking=asking, holding=holding, given_at__isnull=True, kept_at__isnull=True, void__isnull=True
        ).exists()

    return read


def _read_drop_ships(truth: Truth) -> None:
    ahead = {h.place for h in truth.held if h.kind == "on_order"}
    read_drop_ships(sorted(ahead))(truth)


def _read_quote(truth: Truth) -> None:
    """Read the quotes among the documents, since a hold of theirs ends with them."""
    quotes = [pk for pk, sheet in truth.documents["demand.Sheet"].items() if sheet.kind == "quote"]
    truth.documents["sales.Quote"] = (
        {row.pk: row for row in Quote.objects.filter(pk__in=quotes)} if quotes else {}
    )


def _read_falls_to(truth: Truth) -> None:
    truth.read["falls_to"] = demand.falls_to(list(truth.read["lines"]))


def _positive(quantity: int) -> None:
    if quantity <= 0:
        raise BadInput("not_positive", N_("Give a quantity above zero."), field="quantity")
