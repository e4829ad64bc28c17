"""What was built of what: read for what is built or taken apart, and shown where a component is inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wharfinger.catalog.models import Component
from wharfinger.ledger import sql
from wharfinger.ledger.plan import Spot, Truth
from wharfinger.ledger.reverse import draws_of
from wharfinger.stock.rules.building import Built, Inside
from wharfinger.stock.rules.recipes import Recipes

_MOVES = (
    "SELECT m.id, m.entry_id, m.quantity, "
    "m.quantity - COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0), "
    "s.lot_id, s.product_id, s.serial, s.owned, s.place_id, s.kind, s.unbounded, s.claim_id, "
    "t.lot_id, t.product_id, t.serial, t.owned, t.place_id, t.kind, t.unbounded, t.claim_id "
    "FROM ledger_move m JOIN ledger_holding s ON s.id = m.source_id JOIN ledger_holding t ON t.id = m.target_id "
    "WHERE m.entry_id IN (SELECT w.entry_id FROM ledger_move w JOIN ledger_entry e ON e.id = w.entry_id "
    "JOIN ledger_holding a ON a.id = w.source_id WHERE e.verb IN ('build', 'pick', 'pick_pack_ship') AND a.kind = 'assembly' "
    "AND {among}) ORDER BY m.entry_id DESC, m.n"
)


# What goes into what, from these products down; UNION ends where a recipe went in a circle.
_RECIPES = (
    "WITH RECURSIVE parts(whole_id) AS (SELECT id FROM catalog_product WHERE {among} "
    "UNION SELECT c.product_id FROM catalog_component c JOIN parts p ON p.whole_id = c.whole_id "
    "WHERE c.quantity > 0 AND c.void_id IS NULL) "
    "SELECT c.whole_id, c.product_id, c.quantity, m.quantity_decimals FROM catalog_component c "
    "JOIN parts p ON p.whole_id = c.whole_id JOIN catalog_product w ON w.id = c.whole_id "
    "JOIN catalog_product m ON m.id = c.product_id "
    "WHERE c.quantity > 0 AND c.void_id IS NULL AND w.kind = 'stocked' ORDER BY c.id"
)


def recipes(products: Iterable[int]) -> Recipes:
    """What these are built of, and what that is built of, down to what is bought, in one statement."""
    asked = sorted(set(products))
    if not asked:
        return Recipes({})
    found: dict[int, list[tuple[int, int]]] = {}
    decimals: dict[int, int] = {}
    for whole, part, units, digits in sql.fetch(_RECIPES.format(among=sql.among("id")), [sql.array(asked)]):
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
    return {part.source.product for built in _built(product) for part in built.parts}


def read_built(product: int) -> Callable[[Truth], None]:
    """Read what was built of a product and is not taken apart, the latest first, and what its components cost."""

    def read(truth: Truth) -> None:
        found = _built(product)
        truth.read["built"] = found
        truth.read["draws"] = draws_of([part.id for built in found for part in built.parts if part.left])

    return read


def _built(product: int) -> list[Built]:
    rows = sql.fetch(_MOVES.format(among=sql.among("a.product_id")), [sql.array([product])])
    entries: dict[int, list[Built]] = {}
    parts: list[Inside] = []
    entry = 0
    for row in rows:
        if row[1] != entry:
            entry, parts = row[1], []
        source, target = _spot(row[4:12]), _spot(row[12:20])
        if target.kind == "assembly":
            parts.append(Inside(row[0], source, target, int(row[2]), int(row[3])))
        elif source.kind == "assembly":
            # Each unit, or all that has no number, comes after what went into it.
            assert isinstance(source.lot, int)
            entries.setdefault(entry, []).append(Built(source.lot, int(row[2]), parts))
            parts = []
    return [built for groups in entries.values() for built in groups if built.left > 0]


def _spot(row: tuple[int, ...]) -> Spot:
    return Spot(row[0], row[1], bool(row[2]), bool(row[3]), row[4], str(row[5]), bool(row[6]), row[7])
