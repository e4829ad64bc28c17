"""What was built of what: read for what is built or taken apart, and shown where a component is inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from wharfinger.catalog.models import Component
from wharfinger.ledger import sql
from wharfinger.ledger.audit import Finding, findings
from wharfinger.ledger.models import Lot, Move
from wharfinger.ledger.plan import Spot, Step, Truth
from wharfinger.ledger.reverse import draws_of
from wharfinger.stock.rules.building import Built, Inside
from wharfinger.stock.rules.recipes import Recipes

_MOVES = (
    "SELECT m.id, m.entry_id, n.verb, m.quantity, "
    "m.quantity - COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0), "
    "s.lot_id, s.product_id, s.serial, s.owned, s.place_id, s.kind, s.unbounded, s.claim_id, "
    "t.lot_id, t.product_id, t.serial, t.owned, t.place_id, t.kind, t.unbounded, t.claim_id "
    "FROM ledger_move m JOIN ledger_holding s ON s.id = m.source_id JOIN ledger_holding t ON t.id = m.target_id "
    "JOIN ledger_entry n ON n.id = m.entry_id WHERE m.entry_id IN (SELECT w.entry_id FROM ledger_move w JOIN ledger_entry e ON e.id = w.entry_id "
    "JOIN ledger_holding a ON a.id = w.source_id "
    "WHERE e.verb IN ('build', 'pick', 'pick_pack_ship', 'deliver', 'sell', 'provide', 'replace_component') "
    "AND a.kind = 'assembly' AND {among}) ORDER BY m.entry_id DESC, m.n"
)


# What goes into what, from these products down; UNION ends where a recipe went in a circle.
_RECIPES = (
    "WITH RECURSIVE parts(whole_id) AS (SELECT id FROM catalog_product WHERE {among}{only} "
    "UNION SELECT c.product_id FROM catalog_component c JOIN parts p ON p.whole_id = c.whole_id "
    "WHERE c.quantity > 0 AND c.void_id IS NULL) "
    "SELECT c.whole_id, c.product_id, c.quantity, m.quantity_decimals FROM catalog_component c "
    "JOIN parts p ON p.whole_id = c.whole_id JOIN catalog_product w ON w.id = c.whole_id "
    "JOIN catalog_product m ON m.id = c.product_id "
    "WHERE c.quantity > 0 AND c.void_id IS NULL AND w.kind = 'stocked' ORDER BY c.id"
)


def recipes(products: Iterable[int], *, on_pick: bool = False) -> Recipes:
    """What these are built of, and what that is built of, down to what is bought, in one statement.

    on_pick: only of those that a pick builds.
    """
    asked = sorted(set(products))
    if not asked:
        return Recipes({})
    found: dict[int, list[tuple[int, int]]] = {}
    decimals: dict[int, int] = {}
    text = _RECIPES.format(among=sql.among("id"), only=" AND build_on_pick" if on_pick else "")
    for whole, part, units, digits in sql.fetch(text, [sql.array(asked)]):
        found.setdefault(whole, []).append((part, int(units)))
        decimals[part] = digits
    return Recipes(found, decimals)


def is_built(product: int) -> bool:
    """Whether a product is built of components."""
    return Component.objects.filter(
        whole=product, whole__kind="stocked", quantity__gt=0, void__isnull=True
    ).exists()


def went_in(product: int) -> set[int]:
    """The products that ever went into what was built of this one."""
    return {part.source.product for built in _built("a.product_id", product) for part in built.parts}


def read_built(product: int) -> Callable[[Truth], None]:
    """Read what was built of a product and is not taken apart, the latest first, and what its components cost."""

    def read(truth: Truth) -> None:
        found = _built("a.product_id", product)
        truth.read["built"] = found
        truth.read["draws"] = draws_of([part.id for built in found for part in built.parts if part.left])

    return read


def read_unit(lot: int) -> Callable[[Truth], None]:
    """Read what is inside a unit that has a number, and what its components cost."""

    def read(truth: Truth) -> None:
        found = [one for one in _built("a.lot_id", lot) if one.lot == lot]
        truth.read["built"] = found
        truth.read["draws"] = draws_of([part.id for built in found for part in built.parts if part.left])

    return read


class Part(NamedTuple):
    """What is inside a unit, and how much of it."""

    lot: Lot
    quantity: int


def contents(lot: int) -> list[Part]:
    """What is inside a unit, in the order in which it went in, in two statements."""
    inside: dict[int, int] = {}
    for built in _built("a.lot_id", lot):
        for part in built.parts if built.lot == lot else ():
            if part.there and isinstance(part.source.lot, int):
                inside[part.source.lot] = inside.get(part.source.lot, 0) + part.there
    lots = Lot.objects.select_related("product").in_bulk(inside)
    return [Part(lots[pk], units) for pk, units in inside.items()]


_WHOLE = (
    "SELECT m.entry_id, m.id, w.lot_id, l.code, p.sku, p.name, "
    "EXISTS (SELECT 1 FROM ledger_move r WHERE r.reverses_id = m.id) "
    "FROM ledger_move m JOIN ledger_holding s ON s.id = m.source_id JOIN ledger_holding t ON t.id = m.target_id "
    "JOIN ledger_move u ON u.entry_id = m.entry_id AND u.n = (SELECT MIN(x.n) FROM ledger_move x "
    "JOIN ledger_holding y ON y.id = x.source_id WHERE x.entry_id = m.entry_id AND x.n > m.n AND y.kind = 'assembly') "
    "JOIN ledger_holding w ON w.id = u.source_id JOIN ledger_lot l ON l.id = w.lot_id "
    "JOIN catalog_product p ON p.id = w.product_id "
    "WHERE s.lot_id = %s AND t.kind = 'assembly' AND s.kind = 'bin' AND m.reverses_id IS NULL "
    "AND w.product_id <> s.product_id ORDER BY m.id DESC"
)


class Whole(NamedTuple):
    """What a unit went into."""

    lot: int
    code: str
    sku: str
    name: str


def wholes(lot: int) -> dict[int, Whole]:
    """By entry, what a unit went into; the latest first, undone ones among them."""
    return {row[0]: Whole(*row[2:6]) for row in sql.fetch(_WHOLE, [lot])}


_SINCE = (
    "SELECT DISTINCT m.entry_id FROM ledger_move m JOIN ledger_entry e ON e.id = m.entry_id "
    "JOIN ledger_holding s ON s.id = m.source_id WHERE e.verb = 'replace_component' AND s.kind = 'assembly' "
    "AND {among} AND m.entry_id > %s AND NOT EXISTS (SELECT 1 FROM ledger_move r WHERE r.reverses_id = m.id)"
)


def exchanged_since(moves: Iterable[Mapping[str, Any]], apart: Iterable[Step]) -> list[int]:
    """The entries, later than these moves, that exchanged a component of a unit which they take apart."""
    lots = sorted({step.source.lot for step in apart if isinstance(step.source.lot, int)})
    ids = [move["id"] for move in moves]
    entry = Move.objects.filter(pk__in=ids[:1]).values_list("entry_id", flat=True).first()
    found = sql.fetch(_SINCE.format(among=sql.among("s.lot_id")), [sql.array(lots), entry or 0])
    return [row[0] for row in found]


def _built(by: str, pk: int) -> list[Built]:
    """What was built and is not taken apart, the latest first, as exchanges of components left it.

    by: the column of what came out of it, by which it is found.
    """
    now = _numbers_now(by, pk)
    ids = [pk, *(old for old, new in now.items() if new == pk)] if by == "a.lot_id" else [pk]
    rows = sql.fetch(_MOVES.format(among=sql.among(by)), [sql.array(ids)])
    entries: dict[int, list[Built]] = {}
    exchanged: list[tuple[int, Inside, Inside]] = []
    parts: list[Inside] = []
    away: Inside | None = None
    entry = 0
    for row in rows:
        if row[1] != entry:
            entry, parts, away = row[1], [], None
        source, target = _spot(row[5:13]), _spot(row[13:21])
        move = Inside(row[0], source, target, int(row[3]), int(row[4]))
        if target.kind == "assembly":
            parts.append(move)
        elif source.kind == "assembly" and row[2] == "replace_component":
            # The unit goes in, what was inside comes out, another goes in, the unit comes out.
            if away is not None and move.left:
                assert isinstance(source.lot, int)
                exchanged.append((now.get(source.lot, source.lot), away, parts[-1]))
            away = move
        elif source.kind == "assembly":
            # Each unit, or all that has no number, comes after what went into it.
            assert isinstance(source.lot, int)
            lot = now.get(source.lot, source.lot)
            entries.setdefault(entry, []).append(Built(lot, int(row[3]), parts))
            parts = []
    found = [built for groups in entries.values() for built in groups]
    for unit, old, new in reversed(exchanged):
        _exchange(found, unit, old, new)
    return [built for built in found if built.left > 0]


_CORRECTED = (
    "SELECT s.lot_id, t.lot_id FROM ledger_move m JOIN ledger_entry e ON e.id = m.entry_id "
    "JOIN ledger_holding s ON s.id = m.source_id JOIN ledger_holding t ON t.id = m.target_id "
    "WHERE e.verb = 'correct_serial' AND s.product_id = {product} "
    "AND NOT EXISTS (SELECT 1 FROM ledger_move r WHERE r.reverses_id = m.id) ORDER BY m.id DESC"
)


def _numbers_now(by: str, pk: int) -> dict[int, int]:
    """By a number that was corrected, the lot under which the unit goes by now."""
    product = "(SELECT product_id FROM ledger_lot WHERE id = %s)" if by == "a.lot_id" else "%s"
    now: dict[int, int] = {}
    for old, new in sql.fetch(_CORRECTED.format(product=product), [pk]):
        now[old] = now.get(new, new)
    return now


def _exchange(found: list[Built], lot: int, old: Inside, new: Inside) -> None:
    """Let another component be inside a unit instead of one that came out."""
    for built in found:
        for n, part in enumerate(built.parts):
            if built.lot == lot and part.source.lot == old.source.lot and part.there >= old.quantity:
                built.parts[n] = part._replace(gone=part.gone + old.quantity)
                built.parts.append(new)
                return


def inside_once() -> list[Finding]:
    """A unit with a number is inside one thing at most, and while it is it stands nowhere else."""
    return findings(
        "inside once",
        "SELECT a.lot_id, SUM(a.quantity) FROM ledger_holding a WHERE a.kind = 'assembly' AND a.serial "
        "GROUP BY a.lot_id HAVING SUM(a.quantity) NOT BETWEEN -1 AND 1 OR (SUM(a.quantity) = 1 AND EXISTS "
        "(SELECT 1 FROM ledger_holding h WHERE h.lot_id = a.lot_id AND NOT h.unbounded AND h.quantity > 0))",
    )


def _spot(row: tuple[int, ...]) -> Spot:
    return Spot(row[0], row[1], bool(row[2]), bool(row[3]), row[4], str(row[5]), bool(row[6]), row[7])
