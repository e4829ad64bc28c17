"""Bring in opening stock, with cost, serial numbers and batches."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import groupby

from django.db.models import Q

from wharfinger.base import money, quantity
from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.catalog.actions import add_product
from wharfinger.catalog.models import Product
from wharfinger.exchange.actions.made import keep
from wharfinger.exchange.actions.seen import Seen
from wharfinger.exchange.models import Brought, Run
from wharfinger.exchange.rules import Group, Row
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.ledger.post import attempt
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment

REASON = "Opening stock"


def bring(*, actor: Actor, group: Group, run: Run) -> str:
    """Put goods into the books that lay there already; the same rows again do nothing."""
    require(actor, "exchange.import")
    if _is_nothing(group) or _is_known(group, _brought([group])):
        return "unchanged"
    _post(actor, [group], run, Seen())
    return "added"


def bring_many(*, actor: Actor, groups: Sequence[Group], run: Run) -> dict[int, str]:
    """Put many bins into the books, by one act for each day; nothing where one of them is refused."""
    require(actor, "exchange.import")
    became: dict[int, str] = {}

    def act() -> None:
        brought = _brought(groups)
        seen = Seen()
        skus = {row["sku"] for group in groups for row in group.rows}
        seen.know({one.sku: one for one in Product.objects.filter(sku__in=skus, merged_into__isnull=True)})
        fresh = [n for n, group in enumerate(groups) if not (_is_nothing(group) or _is_known(group, brought))]
        days = sorted(fresh, key=lambda n: groups[n].first["as_of"])
        for _day, part in groupby(days, key=lambda n: groups[n].first["as_of"]):
            _post(actor, [groups[n] for n in part], run, seen)
        keep(run, groups)
        became.update({n: "added" if n in set(fresh) else "unchanged" for n in range(len(groups))})

    try:
        attempt(act)
    except Refusal:
        return {}
    return became


def _post(actor: Actor, groups: Sequence[Group], run: Run, seen: Seen) -> None:
    day = groups[0].first.day("as_of")

    def act() -> None:
        for group in groups:
            group.made.clear()
        items = [[_item(actor, group, row, n, seen) for n, row in enumerate(group.rows)] for group in groups]
        done = adjust(
            actor=actor, items=[one for each in items for one in each], reason=REASON, effective_on=day
        )
        turn = 0
        for group, each in zip(groups, items, strict=True):
            # A serial number moves by itself, everything else of an item at once.
            moves = range(turn, turn := turn + sum(len(one.serials) or 1 for one in each))
            group.led_to(done.id, moves=moves, brought=_key(group))
        Brought.objects.bulk_create([Brought(key=_key(one), digest=_digest(one), run=run) for one in groups])

    attempt(act)


def _is_nothing(group: Group) -> bool:
    """Whether rows say that there are none: systems list bins that are empty, too."""
    return all(
        row["quantity"] and not row["serial"] and not row.figure("quantity").strip("0.") for row in group.rows
    )


def _brought(groups: Sequence[Group]) -> dict[str, str]:
    """The digests of those figures that are in the books already, by what names them."""
    keys = [_key(group) for group in groups]
    return dict(Brought.objects.filter(key__in=keys).values_list("key", "digest"))


def _is_known(group: Group, brought: Mapping[str, str]) -> bool:
    digest = brought.get(_key(group))
    if digest is not None and digest != _digest(group):
        raise BadInput(
            "brought_before",
            N_("This stock is in the books already, with other figures. Count it, or adjust it."),
            field="quantity",
        )
    return digest is not None


def _item(actor: Actor, group: Group, row: Row, n: int, seen: Seen) -> Adjustment:
    there = row["name"] == "" or Product.objects.filter(Q(sku=row["sku"]) | Q(name=row["sku"])).exists()
    product = seen.product(row) if there else _new_product(actor, group, row)
    group.parts[f"items.{n}"] = row
    location = seen.location(row)
    bin = seen.bin_of(row, location)
    batch, codes = row["batch"], row["serial"]
    if product.traced == "batch" and codes and not batch:
        # Others have one column for both.
        batch, codes = codes, ""
    serials = tuple(codes.replace(",", " ").replace(";", " ").split())
    return Adjustment(
        product.pk,
        quantity.quantity(row.figure("quantity") or str(len(serials)), product.quantity_decimals),
        location.place_id,
        bin.place_id if bin else None,
        unit_cost_micro=money.micro(row.figure("unit_cost"), field="unit_cost") if row["unit_cost"] else None,
        serials=serials,
        batch=batch,
        expires_on=row.day("expires_on"),
        field=f"items.{n}.",
        owner=seen.organization(row, "owner").pk if row["owner"] else None,
    )


def _new_product(actor: Actor, group: Group, row: Row) -> Product:
    """A product that the catalog lacks and the row names, traced as its goods are."""
    traced = "serial" if row["serial"] else "batch" if row["batch"] else "none"
    made = add_product(actor=actor, values={"sku": row["sku"], "name": row["name"], "traced": traced})
    pk = made.one("catalog.Product")
    group.led_to(made.id, f"product:{pk}")
    return Product.objects.get(pk=pk)


def _key(group: Group) -> str:
    names = [group.first[name].casefold() for name in KINDS["stock"].key]
    return (
        "|".join(names)
        if len("|".join(names)) <= 300
        else hashlib.sha256("|".join(names).encode()).hexdigest()
    )


def _digest(group: Group) -> str:
    figures = [(row.figure("quantity"), row.figure("unit_cost"), row["as_of"]) for row in group.rows]
    return hashlib.sha256(repr(figures).encode()).hexdigest()
