"""Bring in what was counted, from a sheet that people filled in."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.base import quantity
from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.catalog.queries import called
from wharfinger.exchange.actions.made import keep
from wharfinger.exchange.models import Run
from wharfinger.exchange.rules import Group
from wharfinger.ledger.post import attempt
from wharfinger.stock.actions.counts import record_count
from wharfinger.stock.models import Bin, Count
from wharfinger.stock.rules.counting import Tally


def bring(*, actor: Actor, group: Group) -> str:
    """Write down what was counted of a product in a bin; the same row again writes the same down again."""
    require(actor, "exchange.import")
    _post(actor, [group])
    return "added"


def bring_many(*, actor: Actor, groups: Sequence[Group], run: Run) -> dict[int, str]:
    """Write many down by one act for each count; nothing where one of them is refused."""
    require(actor, "exchange.import")

    def act() -> None:
        for number in dict.fromkeys(group.first["count"].casefold() for group in groups):
            _post(actor, [group for group in groups if group.first["count"].casefold() == number])
        keep(run, groups)

    try:
        attempt(act)
    except Refusal:
        return {}
    return dict.fromkeys(range(len(groups)), "added")


def _post(actor: Actor, groups: Sequence[Group]) -> None:
    count = Count.objects.filter(number__iexact=groups[0].first["count"], void__isnull=True).first()
    if count is None:
        raise BadInput(
            "no_such_count_named",
            N_("There is no count “{number}”. Begin it first."),
            field="count",
            number=groups[0].first["count"][:60],
        )
    tallies = [_tally(count, group, n) for n, group in enumerate(groups)]
    done = record_count(actor=actor, count=count.pk, tallies=tallies)
    for group in groups:
        group.made.clear()
    groups[0].led_to(done.id)


def _tally(count: Count, group: Group, n: int) -> Tally:
    row, field = group.first, f"lines.{n}"
    group.parts[field] = row
    product = called(row["sku"])
    if product is None:
        raise BadInput("no_such_sku", N_("There is no product “{sku}”."), field="sku", sku=row["sku"][:60])
    bin = Bin.objects.filter(location=count.location_id, name__iexact=row["bin"]).first()
    if bin is None:
        raise BadInput(
            "no_such_bin_named",
            N_("{location} has no bin “{name}”. Add it first."),
            field="bin",
            location=count.location.name,
            name=row["bin"][:60],
        )
    serials = tuple(
        code for one in group.rows for code in one["serial"].replace(",", " ").replace(";", " ").split()
    )
    figure = row.figure("counted") or (str(len(serials)) if serials else "")
    return Tally(
        product.pk,
        bin.place_id,
        quantity.scaled(figure, product.quantity_decimals, field="counted"),
        serials,
        row["batch"],
        expires_on=row.day("expires_on"),
        field=f"{field}.",
    )
