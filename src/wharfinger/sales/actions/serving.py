"""Serve those who wait from goods that came in free."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from wharfinger.base import configuration
from wharfinger.base.access import Actor, require
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries.serving import served
from wharfinger.demand.queries.standing import read_standing
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Holding, Move
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.sales.actions.holds import read_sold
from wharfinger.sales.rules.serving import WAITING, plan_serve

BRINGING = (
    *("receive", "restock", "adjust", "count", "receive_transfer", "build", "take_apart", "unhold"),
    *("release", "expire", "lose", "lose_opportunity", "cancel"),
)
"""The verbs after which goods may be free that were not."""

MOST = 500
"""So many lines are looked at for one act; who waits behind them is served by the next one."""

_ARRIVED = (
    "SELECT t.product_id, SUM(m.quantity) FROM ledger_move m JOIN ledger_holding t ON t.id = m.target_id "
    "JOIN ledger_holding s ON s.id = m.source_id WHERE m.entry_id = %s "
    "AND t.kind = 'bin' AND t.claim_id = 0 AND t.owned AND NOT (s.kind = 'bin' AND s.claim_id = 0) "
    "GROUP BY t.product_id ORDER BY t.product_id"
)


def serve(*, actor: Actor, entry: int, key: str | None = None) -> Written | None:
    """Reserve what an entry brought in free for firm lines that wait for the like; nothing where nobody does.

    The line that gave the goods up is not served with them.
    """
    require(actor, "sales.reserve")
    if not configuration.one("serve_back_orders"):
        return None
    arrived = {product: int(units) for product, units in sql.fetch(_ARRIVED, [entry])}
    lines = _waiting(list(arrived), entry) if arrived else []
    if not lines:
        return None
    return _serve(actor, lines, arrived, key)


def serve_now(*, actor: Actor, lines: Sequence[int] = (), key: str | None = None) -> Written:
    """Reserve what is free for firm lines that wait for the like, in the order in which everybody is served.

    lines: those that are served, as far as goods are there; without them all who wait for what is free, the first
    so many of them. Whether goods that come in serve by themselves makes no difference to what a person does.
    """
    require(actor, "sales.reserve")
    return _serve(actor, list(dict.fromkeys(lines)) or _all_waiting(), None, key, named=lines)


def _serve(
    actor: Actor,
    lines: list[int],
    arrived: dict[int, int] | None,
    key: str | None,
    named: Sequence[int] = (),
) -> Written:
    return post(
        "reserve",
        Wish(
            documents=[(Sheet, demand.documents_of(lines))],
            first=read_sold(lines),
            products=demand.line_products,
            claims=demand.line_ids,
            free=True,
            reads=(read_standing,),
            falls_to=demand.falls_to,
        ),
        partial(plan_serve, arrived=arrived, named=named),
        actor=actor,
        key=key,
    )


def _all_waiting() -> list[int]:
    """The firm lines that wait for what is free somewhere, in the order in which they are served."""
    free = Holding.objects.filter(kind="bin", claim=0, owned=True, quantity__gt=0).values("product")
    wanting = Holding.objects.filter(product__in=free, kind__in=WAITING, quantity__gt=0).values("claim")
    found = Line.objects.filter(pk__in=wanting, void__isnull=True, removed_at__isnull=True)
    return list(found.order_by(*served()).values_list("pk", flat=True)[:MOST])


def _waiting(products: list[int], entry: int) -> list[int]:
    """Firm lines that want these products, in the order in which they are served."""
    wanting = Holding.objects.filter(product__in=products, kind__in=WAITING, quantity__gt=0).values("claim")
    gave = Move.objects.filter(entry=entry, source__claim__gt=0).values("source__claim")
    found = Line.objects.filter(pk__in=wanting, void__isnull=True, removed_at__isnull=True)
    return list(found.exclude(pk__in=gave).order_by(*served()).values_list("pk", flat=True)[:MOST])
