"""What plans of counts need to know, read under the locks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Sum

from wharfinger.base import configuration
from wharfinger.base.words import same
from wharfinger.ledger import sql
from wharfinger.ledger.look import moment
from wharfinger.ledger.models import Layer
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.telling import PLACES
from wharfinger.stock.models import Bin, Count, CountLine
from wharfinger.stock.queries import truth as reads
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.counting import Stood, Tolerance, Worth, counted_at


def lines_of(count: int, *, bins: Iterable[int] | None = None, products: Iterable[int] = ()) -> sql.Found:
    """The lines of a count; only those of these products in the bins at these places where some are named."""
    every = "count_id = %s AND void_id IS NULL"
    if bins is None:
        return sql.Found(every, (count,))
    at = f"SELECT id FROM stock_bin WHERE {sql.among('place_id')}"
    return sql.Found(
        f"{every} AND bin_id IN ({at}) AND {sql.among('product_id')}",
        (count, sql.array(sorted(set(bins))), sql.array(sorted(set(products)))),
    )


def read_bins(bins: Iterable[int]) -> Callable[[Truth], None]:
    """Read the bins at these places."""
    places = sorted(set(bins))

    def read(truth: Truth) -> None:
        truth.read["bins"] = {bin.place_id: bin for bin in Bin.objects.filter(place_id__in=places)}

    return read


def read_owners(lots: Iterable[tuple[int, str]] = ()) -> Callable[[Truth], None]:
    """Read whose the goods are that we only keep: those at hand, and those of these products and numbers."""
    wanted = sorted({(product, same(code)) for product, code in lots})

    def read(truth: Truth) -> None:
        theirs = sorted({h.lot for h in truth.held if not h.spot.owned})
        truth.read["owners"], truth.read["kept"] = {}, {}
        if not theirs and not wanted:
            return
        found = sql.fetch(
            "SELECT id, product_id, code_key, owner_id FROM ledger_lot WHERE NOT owned AND "
            f"({sql.among('id')} OR ({sql.among('product_id')} AND {sql.among('code_key', 'text')}))",
            [
                sql.array(theirs),
                sql.array(sorted({product for product, _ in wanted})),
                sql.words(sorted({code for _, code in wanted})),
            ],
        )
        for pk, product, code, owner in found:
            truth.read["owners"][pk] = owner
            truth.read["kept"][product, code, owner] = pk

    return read


def read_books(count: int, at: datetime | None) -> Callable[[Truth], None]:
    """Read what the books had in the bins at hand when they were counted: what stands there, less what moved since."""

    def read(truth: Truth) -> None:
        row = truth.documents["stock.Count"].get(count)
        begun_at = (
            Count.objects.values_list("made__recorded_at", flat=True).get(pk=count)
            if row is not None and at is not None
            else truth.now
        )
        when = counted_at(truth, at, begun_at)
        truth.read["counted_at"] = when
        stood: dict[tuple[int, int, int | None, int], Stood] = {}
        owners = truth.read["owners"]
        for held in truth.held:
            if held.kind == "bin":
                _add(
                    stood,
                    (held.place, held.product, owners.get(held.lot), held.lot),
                    Stood(held.code, held.spot.serial, held.quantity),
                )
        if at is not None:
            for place, product, owner, lot, code, serial, units in _since(truth.read["bins"], when):
                _add(stood, (place, product, owner, lot), Stood(code, bool(serial), -int(units)))
        books: dict[tuple[int, int, int | None], list[Stood]] = {}
        for (place, product, owner, _lot), one in stood.items():
            books.setdefault((place, product, owner), []).append(one)
        truth.read["books"] = books

    return read


def _add(stood: dict[tuple[int, int, int | None, int], Stood], key: Any, one: Stood) -> None:
    known = stood.get(key)
    stood[key] = one if known is None else known._replace(quantity=known.quantity + one.quantity)


def _since(places: Iterable[int], when: datetime) -> list[tuple[Any, ...]]:
    """What came to these bins after an instant, less what left them: place, product, owner, lot, number, units."""
    array = sql.array(sorted(places))
    # Ids follow the order of acts, so the last entry before the instant bounds the moves that are read.
    ((last,),) = sql.fetch(
        "SELECT COALESCE((SELECT id FROM ledger_entry WHERE recorded_at <= %s ORDER BY id DESC LIMIT 1), 0)",
        [moment(when)],
    )
    return sql.fetch(
        "SELECT h.place_id, h.product_id, l.owner_id, h.lot_id, l.code, l.serial, SUM(s.units) FROM ("
        "SELECT target_id AS holding, quantity AS units FROM ledger_move WHERE entry_id > %s "
        "UNION ALL SELECT source_id, -quantity FROM ledger_move WHERE entry_id > %s) s "
        "JOIN ledger_holding h ON h.id = s.holding JOIN ledger_lot l ON l.id = h.lot_id "
        f"WHERE h.kind = 'bin' AND {sql.among('h.place_id')} "
        "GROUP BY h.place_id, h.product_id, l.owner_id, h.lot_id, l.code, l.serial",
        [last, last, array],
    )


def read_tolerance(truth: Truth) -> None:
    """Read how far a count may be off, and what the counted products are worth."""
    truth.read["tolerance"] = Tolerance.of(configuration.one("counting"))
    lines = truth.documents["stock.CountLine"].values()
    truth.read["worth"] = worth_of({line.product_id for line in lines if line.difference})


def worth_of(products: Iterable[int]) -> dict[int, Worth]:
    """What all that is left of these products is worth, by product."""
    wanted = set(products)
    found = {pk: Worth(0, 0) for pk in wanted}
    rows = Layer.objects.filter(product__in=wanted, quantity__gt=0).values_list("product_id")
    for product, value, units in rows.annotate(Sum("value_minor"), Sum("quantity")) if wanted else ():
        found[product] = Worth(value, units)
    return found


def read_differences(count: int) -> Callable[[Truth], None]:
    """Read the differences that are to be posted, once the count is locked, and decide by them what else is."""

    def read(truth: Truth) -> None:
        lines = CountLine.objects.filter(count_id=count, void__isnull=True).exclude(difference=0)
        rows = lines.order_by("bin__place__sequence", "pk").values_list(
            "product_id",
            "difference",
            "bin__location__place_id",
            "bin__place_id",
            "unit_cost_micro",
            "code",
            "product__traced",
            "expires_on",
            "owner_id",
        )
        truth.read["items"] = [
            Adjustment(
                product,
                difference,
                location,
                bin,
                cost,
                (code,) if code and traced == "serial" else (),
                code if traced == "batch" else "",
                expires_on,
                f"lines.{n}.",
                owner,
            )
            for n, (product, difference, location, bin, cost, code, traced, expires_on, owner) in enumerate(
                rows
            )
        ]

    return read


def items(truth: Truth) -> Sequence[Adjustment]:
    """The differences that were read."""
    found: Sequence[Adjustment] = truth.read["items"]
    return found


def claims_of_differences(truth: Truth) -> list[int]:
    """Who holds goods that lack, or units that were found while the books have them elsewhere."""
    lost = [item for item in items(truth) if item.quantity < 0]
    found = [(item.product, code) for item in items(truth) for code in item.serials if item.quantity > 0]
    holders = reads.claims_at((i.location for i in lost), (i.product for i in lost))(truth)
    return sorted({*holders, *reads.claims_on(found)(truth)})


def read_for_differences(truth: Truth) -> None:
    """Read lots, owners and costs of what is to be posted."""
    codes = [(item.product, code) for item in items(truth) for code in item.codes()]
    reads.read_lots(codes)(truth)
    read_owners((i.product, code) for i in items(truth) if i.owner for code in i.codes() or ("",))(truth)
    reads.read_costs(item.product for item in items(truth) if item.quantity > 0)(truth)
    truth.read["place_words"] = PLACES
