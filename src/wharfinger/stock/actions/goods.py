"""Goods found and lost, moved between our places, set aside, scrapped, and told apart by another number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.words import tidy
from wharfinger.catalog.models import Product
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Lot
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.stock.actions.reasons import why
from wharfinger.stock.models import Bin, Location
from wharfinger.stock.queries import truth as reads
from wharfinger.stock.queries.counting import read_owners
from wharfinger.stock.queries.reasons import read_reasons
from wharfinger.stock.rules import adjusting, moving
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.moving import Goods, Transfer
from wharfinger.stock.rules.reasons import Why


def adjust(
    *,
    actor: Actor,
    items: Sequence[Adjustment],
    reason: str,
    note: str = "",
    effective_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Put goods into the books that were found, or out that were lost, each with the reason.

    reason: one of the company's list, or in other words where the list does not bind; note: what is said
    beside it. Raises Refusal when fewer are there than are to go, a serial number is already in our books, or a
    loss is dated before its goods came.
    """
    require(actor, "stock.adjust")
    if any(i.unit_cost_micro is not None for i in items):
        require(actor, "catalog.see_cost")
    uses = (("found",) if any(i.quantity > 0 for i in items) else ()) + (
        ("lost",) if any(i.quantity < 0 for i in items) else ()
    )
    because = why(uses, reason, note)
    check_items([(i.product, i.quantity, i.location, i.bin, i.field) for i in items], signed=True)
    check_owners([(i.owner, i.field) for i in items])
    return post(
        "adjust",
        adjustment_wish(items),
        partial(adjusting.plan_adjust, items=tuple(items), why=because),
        actor=actor,
        key=key,
        reason=because.text(),
        effective_on=effective_on,
    )


def adjustment_wish(items: Sequence[Adjustment]) -> Wish:
    """What an adjustment locks and reads: products and, where goods are lost, whoever holds them."""
    found = [item for item in items if item.quantity > 0]
    lost = [item for item in items if item.quantity < 0]
    return Wish(
        documents=[
            (Bin, reads.bins_named((i.bin for i in found), (i.location for i in found if i.bin is None)))
        ],
        products={item.product for item in items},
        claims=reads.claims_at((i.location for i in lost), (i.product for i in lost)),
        places=_bins_with_others_goods(lost),
        free=True,
        layers=True,
        loose=True,
        reads=(
            reads.read_places,
            reads.read_lots((item.product, code) for item in items for code in item.codes()),
            read_owners((i.product, code) for i in items if i.owner for code in i.codes() or ("",)),
            reads.read_claims,
            reads.read_costs(item.product for item in found),
            reads.read_layer_dates,
            read_reasons,
        ),
    )


def _bins_with_others_goods(lost: Sequence[Adjustment | Goods]) -> list[int]:
    """Where goods stand that we only keep and that are to go: ours are read by product, theirs by place."""
    theirs = [item for item in lost if item.owner is not None]
    if not theirs:
        return []
    somewhere = [item.location for item in theirs if item.bin is None]
    every = Bin.objects.filter(location__place__in=somewhere).values_list("place_id", flat=True)
    return sorted({*(item.bin for item in theirs if item.bin is not None), *every})


def transfer(*, actor: Actor, items: Sequence[Transfer], reason: str = "", key: str | None = None) -> Written:
    """Bring goods to another bin, location, van or person; what is claimed or picked stays so."""
    require(actor, "stock.transfer")
    return _move("transfer", moving.plan_transfer, items, actor, reason, key)


def put_away(*, actor: Actor, items: Sequence[Transfer], key: str | None = None) -> Written:
    """Bring goods to the bin where they belong, within their location."""
    require(actor, "stock.put_away")
    return _move("put_away", moving.plan_put_away, items, actor, "", key)


def _move(
    verb: str, plan: moving.Mover, items: Sequence[Transfer], actor: Actor, reason: str, key: str | None
) -> Written:
    goods = [item.goods for item in items]
    check_items([(g.product, g.quantity, g.location, g.bin, g.field) for g in goods])
    check_items(
        [(i.goods.product, i.goods.quantity, i.location, i.bin, f"{i.goods.field}to_") for i in items]
    )
    codes = [(g.product, code) for g in goods for code in g.codes]
    check_owners([(g.owner, g.field) for g in goods])
    return post(
        verb,
        Wish(
            documents=[
                (Bin, reads.bins_named((i.bin for i in items), (i.location for i in items if i.bin is None)))
            ],
            products={g.product for g in goods},
            claims=reads.claims_on(codes, (g.line for g in goods)),
            places=_bins_with_others_goods(goods),
            free=True,
            reads=(reads.read_places, reads.read_lots(codes), read_owners(), reads.read_claims),
        ),
        partial(plan, items=tuple(items)),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
    )


def hand_back(*, actor: Actor, items: Sequence[Goods], reason: str = "", key: str | None = None) -> Written:
    """Give goods that we only kept back to whose they are.

    Raises Refusal when we keep fewer of theirs there.
    """
    require(actor, "stock.adjust")
    check_items([(g.product, g.quantity, g.location, g.bin, g.field) for g in items])
    for one in items:
        if one.owner is None:
            raise BadInput("missing", N_("Please fill this in."), field=f"{one.field}owner")
    check_owners([(g.owner, g.field) for g in items])
    return post(
        "hand_back",
        Wish(
            documents=[(Bin, reads.bins_named((g.bin for g in items), (g.location for g in items)))],
            products={g.product for g in items},
            places=_bins_with_others_goods(items),
            reads=(reads.read_places, read_owners()),
        ),
        partial(moving.plan_hand_back, items=tuple(items)),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
    )


def hold(*, actor: Actor, goods: Goods, reason: str, note: str = "", key: str | None = None) -> Written:
    """Set free goods aside, where they stay ours and on hand, but for nobody to sell."""
    require(actor, "stock.hold")
    return _aside("hold", moving.plan_hold, goods, actor, key, why(("hold",), reason, note))


def unhold(*, actor: Actor, goods: Goods, reason: str = "", key: str | None = None) -> Written:
    """Bring goods that were set aside back to a bin."""
    require(actor, "stock.hold")
    text = tidy(reason, field="reason", most=1000, needed=False)
    return _aside("unhold", moving.plan_unhold, goods, actor, key, text=text)


def scrap(
    *,
    actor: Actor,
    goods: Goods,
    reason: str,
    note: str = "",
    effective_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Throw free or set-aside goods away; their cost leaves the books."""
    require(actor, "stock.scrap")
    because = why(("scrap",), reason, note)
    return _aside("scrap", moving.plan_scrap, goods, actor, key, because, effective_on=effective_on)


def _aside(
    verb: str,
    plan: moving.Aside,
    goods: Goods,
    actor: Actor,
    key: str | None,
    because: Why | None = None,
    *,
    text: str = "",
    effective_on: date | None = None,
) -> Written:
    check_items([(goods.product, goods.quantity, goods.location, goods.bin, goods.field)])
    codes = [(goods.product, code) for code in goods.codes]
    aside = Location.objects.filter(place_id=goods.location).values_list("quarantine_place_id", flat=True)
    return post(
        verb,
        Wish(
            documents=[(Bin, reads.bins_named([goods.bin], [] if goods.bin else [goods.location]))],
            products=[goods.product],
            claims=reads.claims_on(codes),
            places=[] if verb == "hold" else list(aside),
            free=True,
            layers=True,
            reads=(reads.read_places, reads.read_lots(codes), reads.read_layer_dates, read_reasons),
        ),
        partial(plan, goods=goods, why=because),
        actor=actor,
        key=key,
        reason=because.text() if because else text,
        effective_on=effective_on,
    )


def correct_serial(
    *, actor: Actor, lot: int, serial: str, reason: str, note: str = "", key: str | None = None
) -> Written:
    """Give a unit in stock its right serial number; the wrong one stays in its history.

    Raises Refusal while the unit is picked or delivered, and when the number belongs to another unit.
    """
    require(actor, "stock.correct_serial")
    because = why(("correct_serial",), reason, note)
    unit = Lot.objects.filter(pk=lot, serial=True).first()
    if unit is None:
        raise NotThere("no_such_serial_lot", N_("There is no such unit."))
    codes = [(unit.product_id, unit.code), (unit.product_id, serial)]
    aside = Location.objects.values_list("quarantine_place_id", flat=True)
    return post(
        "correct_serial",
        Wish(
            products=[unit.product_id],
            claims=reads.claims_on(codes[:1]),
            places=list(
                aside.filter(quarantine_place__holdings__lot=lot, quarantine_place__holdings__quantity__gt=0)
            ),
            free=True,
            layers=True,
            reads=(reads.read_lots(codes), read_reasons),
        ),
        partial(moving.plan_correct_serial, lot=lot, serial=serial, why=because),
        actor=actor,
        key=key,
        reason=because.text(),
    )


def check_owners(owners: Sequence[tuple[int | None, str]]) -> None:
    """Let owners of goods in our keeping pass that exist; raise BadInput otherwise."""
    wanted = {owner for owner, _ in owners if owner is not None}
    known = set(Organization.objects.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    for owner, field in owners:
        if owner is not None and owner not in known:
            raise BadInput(
                "no_such_organization", N_("There is no such organization."), field=f"{field}owner"
            )


def check_items(items: Sequence[tuple[int, int, int, int | None, str]], *, signed: bool = False) -> None:
    """Let products, quantities and places pass that exist; raise BadInput otherwise."""
    if not items:
        raise BadInput("no_items", N_("Name at least one product."), field="items")
    products = set(Product.objects.filter(pk__in={i[0] for i in items}).values_list("pk", flat=True))
    locations = set(
        Location.objects.filter(place_id__in={i[2] for i in items}).values_list("place_id", flat=True)
    )
    bins = dict(
        Bin.objects.filter(place_id__in={i[3] for i in items if i[3] is not None}).values_list(
            "place_id", "location__place_id"
        )
    )
    for product, quantity, location, bin, field in items:
        if product not in products:
            raise BadInput("no_such_product", N_("There is no such product."), field=f"{field}product")
        if quantity == 0 or (quantity < 0 and not signed):
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"{field}quantity")
        if location not in locations:
            raise BadInput("no_such_location", N_("There is no such location."), field=f"{field}location")
        if bin is not None and bins.get(bin) != location:
            raise BadInput("no_such_bin", N_("The location has no such bin."), field=f"{field}bin")
