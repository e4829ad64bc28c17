"""Pick goods for lines, and send them off."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.fulfilment import rules
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Site
from wharfinger.stock.models import Location


def pick(*, actor: Actor, picks: Sequence[Pick], key: str | None = None) -> Written:
    """Take goods out of their bins for lines: reserved goods first, free goods for the rest."""
    require(actor, "fulfilment.pick")
    lines = lines_of(picks)
    return post(
        "pick",
        Wish(
            documents=[(Sheet, demand.documents_of(lines))],
            first=demand.read_lines(lines),
            products=demand.line_products,
            claims=lines,
            free=True,
            reads=(read_stages,),
        ),
        partial(rules.plan_pick, picks=tuple(picks)),
        actor=actor,
        key=key,
    )


def ship(*, actor: Actor, picks: Sequence[Pick], consignment: Consignment | None = None, key: str | None = None) -> Written:
    """Hand goods of lines to the carrier or the customer; they stay claimed by their lines, at the customer's too."""
    require(actor, "fulfilment.ship")
    lines = lines_of(picks)
    return post(
        "ship",
        Wish(
            documents=[(Sheet, demand.documents_of(lines))],
            first=demand.read_lines(lines),
            products=demand.line_products,
            claims=lines,
            layers=True,
            reads=(demand.read_products, read_sites),
        ),
        partial(rules.plan_ship, picks=tuple(picks), consignment=consignment or Consignment()),
        actor=actor,
        key=key,
    )


def read_stages(truth: Truth) -> None:
    """Read where picked goods stand at each location."""
    truth.read["stages"] = dict(Location.objects.values_list("place_id", "picked_place_id"))


def read_sites(truth: Truth) -> None:
    """Read the ship-to sites of the lines."""
    wanted = {line.site_id for line in truth.read["lines"].values() if line.site_id is not None}
    truth.read["sites"] = {site.pk: site for site in Site.objects.filter(pk__in=sorted(wanted))}


def lines_of(picks: Sequence[Pick]) -> list[int]:
    """The lines that picks name; raises BadInput when there is none or a quantity is not above zero."""
    if not picks:
        raise BadInput("no_lines", N_("Choose at least one line."), field="picks")
    if any(p.quantity <= 0 for p in picks):
        raise BadInput("not_positive", N_("Give a quantity above zero."), field="picks")
    return sorted({p.line for p in picks})
