"""Serve lines by goods that are free at another location: reserve them there, and have them sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.catalog.models import Product
from wharfinger.flows.rules.elsewhere import Fetch, plan_from_elsewhere
from wharfinger.ledger import sql
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.sales.actions.holds import to_reserve
from wharfinger.sales.rules.holds import Hold
from wharfinger.stock.models import Location

USED = sql.Found("retired_on IS NULL", ())


def fulfil_elsewhere(
    *,
    actor: Actor,
    wanted: Sequence[Fetch],
    target: int | None = None,
    expected_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Reserve goods for lines at other locations and write the transfer orders that bring them, in one entry.

    target: the location by id to which all goes; to where each document takes its goods from first without one.
    Raises Refusal where fewer are free there than are wanted.
    """
    require(actor, "sales.reserve")
    require(actor, "stock.transfer")
    wish = to_reserve([Hold(one.line, one.quantity) for one in wanted])
    return post(
        "reserve",
        replace(wish, documents=[*wish.documents, (Location, USED)], reads=(*wish.reads, _read_products)),
        partial(plan_from_elsewhere, wanted=tuple(wanted), target=target, expected_on=expected_on),
        actor=actor,
        key=key,
    )


def _read_products(truth: Truth) -> None:
    wanted = {line.product_id for line in truth.read["lines"].values()}
    truth.read["products"] = sql.by_ids(Product, wanted)
