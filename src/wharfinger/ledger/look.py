"""Lock, then look: what an act may rely on is read only after the locks are held.

The order is documents, products, claims, accounts; each sorted by id. Under READ COMMITTED the
lock and the read after it are two statements.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, models, transaction

from wharfinger.base import clock, configuration, own
from wharfinger.base.own import Own
from wharfinger.ledger import sql
from wharfinger.ledger.models import Account, Claim, Entry, Lot
from wharfinger.ledger.plan import Held, Incoming, OpenLayer, Spot, Step, Truth, fixed

LOOSE = (
    "loose_lot",
    "(SELECT id FROM ledger_lot WHERE product_id = catalog_product.id AND code_key = '' AND owner_id IS NULL)",
)
"""A product's one loose lot, made with it and never changed."""

Ids = Iterable[int] | Callable[[Truth], Iterable[int]]

HELD = (
    "h.id, h.lot_id, h.product_id, h.serial, h.owned, h.place_id, h.kind, h.unbounded, h.claim_id, h.quantity, "
    "p.parent_id, p.sequence, l.code, l.expires_on"
)
AHEAD = ("on_order", "transfer")
"""Where goods are that have yet to arrive. What a quote or an unconfirmed order holds there is free when its hold
ends; what was bought or sent for a firm line stays its own."""
FROM = "FROM ledger_holding h JOIN ledger_place p ON p.id = h.place_id JOIN ledger_lot l ON l.id = h.lot_id"


@dataclass(frozen=True, slots=True)
class Wish:
    """What an act wants locked and read; nothing read before may be relied on."""

    documents: Sequence[tuple[type[models.Model], Iterable[int] | sql.Found]] = ()
    """Rows to lock and read, by id or by a condition that finds them."""
    first: Callable[[Truth], None] | None = None
    """Reads that need only the documents' locks, and decide what else is locked."""
    products: Ids = ()
    claims: Ids = ()
    places: Ids = ()
    """Places whose holdings are read; their documents must be among those locked."""
    free: bool = False
    """Read the products' free goods, and release holds on them that have expired."""
    layers: bool | Callable[[Truth], Iterable[int]] = False
    """Whether the products' cost layers are read; of some products only where a function says which."""
    loose: bool = False
    incoming: Sequence[str] = ()
    """Kinds of place for whose holdings the moves that brought the goods are read."""
    accounts: Ids = ()
    reads: Sequence[Callable[[Truth], None]] = ()
    falls_to: Callable[[Sequence[int]], dict[int, str]] | None = None


OFTEN = (
    "currency",
    "time_zone",
    "closed_until",
    "modules",
    "approval",
    "require_vendor_invoice",
    "listed_reasons_only",
    "fulfil_automatically",
    "purchase_descriptions",
    "prices_include_tax",
    "cash_rounding",
    "company",
    "sscc_prefix",
    "second_person",
)


@dataclass(slots=True)
class House:
    """The few settings that every act needs, read with it."""

    currency: str = "EUR"
    time_zone: str = "Europe/Berlin"
    closed_until: date | None = None
    modules: dict[str, bool] = field(default_factory=dict)
    approval: dict[str, Any] = field(default_factory=dict)
    require_vendor_invoice: bool = False
    listed_reasons_only: bool = False
    fulfil_automatically: bool = False
    purchase_descriptions: str = "product"
    prices_include_tax: bool = False
    cash_rounding: Mapping[str, int] = field(default_factory=dict)
    """The smallest coin, in minor units, of currencies in which what is asked for is rounded to it."""
    tax_number: str = ""
    sscc_prefix: str = ""
    second_person: bool = False
    own: Mapping[str, Sequence[Own]] = field(default_factory=dict)
    """The own fields of each noun that has any, which every act may have to check."""


_known: ContextVar[House | None] = ContextVar("known", default=None)


def house() -> House:
    """The settings that every act needs, read once for each act."""
    known = _known.get()
    if known is not None:
        return known
    # Without a key, this is the statement that begins an act.
    ((column, *_),) = sql.fetch(f"SELECT {settings_column()}{sql.plans_kept()}")
    return _house(_parsed(column))


def stored(*keys: str) -> dict[str, Any]:
    """These settings as far as they were decided, and the definitions of own fields, in one statement."""
    found = sql.fetch(_stored(keys))
    return {key: json.loads(value) if isinstance(value, str) else value for key, value in found}


def _stored(keys: Sequence[str]) -> str:
    listed = ", ".join(f"'{key}'" for key in keys)
    array = "jsonb_build_array" if sql.on_postgresql() else "json_array"
    gathered = "jsonb_agg" if sql.on_postgresql() else "json_group_array"
    choices = "choices" if sql.on_postgresql() else "json(choices)"
    one = (
        f"{array}(noun, key, name, kind, {choices}, required, in_lists, on_documents, retired_at IS NOT NULL)"
    )
    return (
        f"SELECT key, value FROM base_setting WHERE key IN ({listed}) UNION ALL SELECT '{OWN_FIELDS}', "
        f"{gathered}({one}) FROM (SELECT * FROM base_ownfield ORDER BY position, id) AS o"
    )


OWN_FIELDS = "own_fields"
"""The key under which the definitions of own fields come with the settings."""


def settings_column() -> str:
    """The same settings as one column, so that a statement that begins an act can bring them along."""
    gathered = "json_object_agg(key, value)" if sql.on_postgresql() else "json_group_object(key, json(value))"
    return f"(SELECT {gathered} FROM ({_stored(OFTEN)}) AS told)"


@contextmanager
def knowing(column: Any) -> Iterator[None]:
    """Let the act inside use the settings of a ``settings_column`` that its first statement brought."""
    token = _known.set(_house(_parsed(column)))
    try:
        yield
    finally:
        _known.reset(token)


def _parsed(column: Any) -> dict[str, Any]:
    return (json.loads(column) if isinstance(column, str) else column) or {}


def _house(stored: dict[str, Any]) -> House:
    values = {key: configuration.filled(key, stored.get(key)) for key in OFTEN}
    closed = values["closed_until"]
    return House(
        values["currency"],
        values["time_zone"],
        date.fromisoformat(closed) if closed else None,
        values["modules"],
        values["approval"],
        values["require_vendor_invoice"],
        values["listed_reasons_only"],
        values["fulfil_automatically"],
        values["purchase_descriptions"],
        values["prices_include_tax"],
        values["cash_rounding"],
        values["company"]["tax_number"],
        values["sscc_prefix"],
        values["second_person"],
        own.by_noun(stored.get(OWN_FIELDS)),
    )


def look(
    wish: Wish,
    *,
    actor: int | None,
    effective_on: date | None,
    falls_to: Callable[[Sequence[int]], dict[int, str]],
) -> Truth:
    """Lock what the wish names, in the house's order, and read what is now true of it."""
    settings = house()
    now = clock.now()
    today = now.astimezone(ZoneInfo(settings.time_zone)).date()
    truth = Truth(now, today, effective_on or today, actor, settings.currency, own=settings.own)
    truth.read["house"] = settings
    for model, ids in wish.documents:
        truth.documents.setdefault(model._meta.label, {}).update(_locked(model, ids))
    if wish.first:
        wish.first(truth)
    products = _ids(wish.products, truth)
    product_model = Lot._meta.get_field("product").related_model
    assert isinstance(product_model, type)
    if products and (wish.layers or wish.loose):
        # Goods that are priced need their cost method, so the rows come with the lock; new lines need the loose lot.
        truth.products = sql.by_ids(
            product_model, products, locked=bool(wish.layers) or wish.free, also=[LOOSE] if wish.loose else ()
        )
        truth.loose = {pk: row.loose_lot for pk, row in truth.products.items()} if wish.loose else {}
    elif products and wish.free:
        sql.lock(product_model, products)
    claims = _ids(wish.claims, truth)
    sql.lock(Claim, claims)
    _read_goods(
        truth, products if wish.free else [], claims, _ids(wish.places, truth), wish.falls_to or falls_to
    )
    if wish.layers and products:
        _read_layers(truth, list(wish.layers(truth)) if callable(wish.layers) else products)
    if wish.incoming:
        _read_incoming(truth, wish.incoming)
    for read in wish.reads:
        read(truth)
    sql.lock(Account, _ids(wish.accounts, truth))
    for claim in truth.read.get("lapsed", ()):
        # The hold is over before the act begins, whatever the row said when it was read.
        if row := truth.documents.get(Claim._meta.label, {}).get(claim):
            row.hold_until = None
    return truth


def _ids(ids: Ids, truth: Truth) -> list[int]:
    return sorted(set(ids(truth) if callable(ids) else ids))


def held(row: Sequence[Any]) -> Held:
    """A holding from a row of ``HELD``."""
    spot = Spot(row[1], row[2], bool(row[3]), bool(row[4]), row[5], row[6], bool(row[7]), row[8])
    expires = date.fromisoformat(row[13]) if isinstance(row[13], str) else row[13]
    return Held(row[0], spot, row[9], row[10], row[11], row[12], expires)


def _locked(model: type[models.Model], ids: Iterable[int] | sql.Found) -> dict[int, Any]:
    """Lock rows sorted by id and read them as they are once the lock is held, in one statement."""
    if isinstance(ids, sql.Found):
        return sql.read(model, ids.where, ids.params, locked=True)
    return sql.by_ids(model, ids, locked=True)


def _read_goods(
    truth: Truth,
    products: list[int],
    claims: list[int],
    places: list[int],
    falls_to: Callable[[Sequence[int]], dict[int, str]],
) -> None:
    """Read the claims' and places' holdings and the products' free goods, in one statement."""
    sql_text, params = _goods(truth, products, claims, places)
    if not sql_text:
        return
    own, found = _sorted_out(sql.fetch(sql_text, params))
    lapsed = {h.claim for h in found if h.claim}
    if lapsed:
        # What is found under a product's lock is locked and read again before it is relied on.
        sql.lock(Claim, lapsed - set(claims))
        own, found = _sorted_out(sql.fetch(sql_text, params))
    truth.held = own
    ended = [h for h in found if h.claim]
    if ended:
        ends = falls_to(sorted({h.claim for h in ended}))
        ended = [h for h in ended if h.kind == "bin" or ends[h.claim] == "quoted"]
    if ended:
        _release_lapsed(truth, ended, ends)
    by_spot: dict[Spot, Held] = {}
    for one in (h for h in found if h.kind == "bin"):
        spot = one.spot.for_claim(0)
        known = by_spot.setdefault(
            spot, Held(0, spot, 0, one.location, one.sequence, one.code, one.expires_on)
        )
        known.quantity += one.quantity
        known.id = known.id if one.claim else one.id
    truth.free = sorted(by_spot.values(), key=lambda h: (h.product, h.sequence, h.lot, h.place))


def _goods(truth: Truth, products: list[int], claims: list[int], places: list[int]) -> tuple[str, list[Any]]:
    own, params = [], []
    if claims:
        own.append(
            f"SELECT {HELD} {FROM} WHERE {sql.among('h.claim_id')} AND NOT h.unbounded AND h.quantity > 0"
        )
        params.append(sql.array(claims))
    if places:
        # By the place's own id: so the few places lead to their holdings, where a planner that knows only how
        # many holdings a place has on average would read every place.
        own.append(f"SELECT {HELD} {FROM} WHERE {sql.among('p.id')} AND h.quantity > 0")
        params.append(sql.array(places))
    parts = [f"SELECT 0 AS free, o.* FROM ({' UNION '.join(own)}) o"] if own else []
    if products:
        ours = f"h.owned AND h.quantity > 0 AND {sql.among('h.product_id')}"
        parts.append(f"SELECT 1, {HELD} {FROM} WHERE h.claim_id = 0 AND h.kind = 'bin' AND {ours}")
        parts.append(f"{_ENDED} AND h.kind IN ('bin', 'on_order', 'transfer') AND {ours}")
        params += [sql.array(products), moment(truth.now), sql.array(products)]
    elif places:
        parts.append(
            f"{_ENDED} AND h.kind IN ('on_order', 'transfer') AND h.quantity > 0 AND {sql.among('p.id')}"
        )
        params += [moment(truth.now), sql.array(places)]
    return " UNION ALL ".join(parts), params


_ENDED = f"SELECT 1, {HELD} {FROM} JOIN ledger_claim c ON c.id = h.claim_id WHERE c.hold_until <= %s"


def _sorted_out(rows: Sequence[Sequence[Any]]) -> tuple[list[Held], list[Held]]:
    own: list[Held] = []
    free: list[Held] = []
    for row in rows:
        (free if row[0] else own).append(held(row[1:]))
    return own, free


def _release_lapsed(truth: Truth, lapsed: list[Held], ends: dict[int, str]) -> None:
    found_loose = sql.fetch(
        f"SELECT id, product_id FROM ledger_lot WHERE code_key = '' AND owner_id IS NULL AND {sql.among('product_id')}",
        [sql.array(sorted({h.product for h in lapsed}))],
    )
    loose = {product: lot for lot, product in found_loose}
    for one in lapsed:
        truth.prelude.append(Step(one.spot, one.spot.for_claim(0), one.quantity, verb="expire"))
        wish = Spot(loose[one.product], one.product, False, True, *fixed("covered"), one.claim)
        truth.prelude.append(Step(wish, wish.at(fixed(ends[one.claim])), one.quantity, verb="expire"))
    gone = {h.id for h in lapsed if h.kind == "bin"}
    truth.held = [h for h in truth.held if h.id not in gone]
    for step in truth.prelude:
        _gone_before(truth, step)
    rows = sql.by_ids(Claim, {h.claim for h in lapsed})
    truth.read["lapsed"] = {pk: row.hold_until for pk, row in rows.items()}
    truth.read["lapsed_to"] = ends


def _gone_before(truth: Truth, step: Step) -> None:
    """Let the truth show what an expired hold gave back, the wish and what is under way, since the plan runs after it."""
    source = next((h for h in truth.held if h.spot == step.source), None)
    if source is None:
        return
    source.quantity -= step.quantity
    target = next((h for h in truth.held if h.spot == step.target), None)
    if target is None:
        truth.held.append(Held(0, step.target, step.quantity))
    else:
        target.quantity += step.quantity


def _read_layers(truth: Truth, products: list[int]) -> None:
    if not products:
        return
    lots = sorted({h.lot for h in (*truth.held, *truth.free) if h.spot.serial})
    found = sql.fetch(
        "SELECT id, product_id, lot_id, effective_on, quantity, value_minor FROM ledger_layer "
        f"WHERE quantity > 0 AND {sql.among('product_id')} AND (lot_id IS NULL OR {sql.among('lot_id')}) "
        "ORDER BY product_id, effective_on, id",
        [sql.array(products), sql.array(lots)],
    )
    for pk, product, lot, on, quantity, value in found:
        since = date.fromisoformat(on) if isinstance(on, str) else on
        truth.layers.setdefault(product, []).append(OpenLayer(pk, product, lot, since, quantity, value))


def _read_incoming(truth: Truth, kinds: Sequence[str]) -> None:
    targets = [h.id for h in truth.held if h.kind in kinds]
    if not targets:
        return
    found = sql.fetch(
        "SELECT m.id, m.entry_id, m.target_id, s.lot_id, s.product_id, s.serial, s.owned, s.place_id, s.kind, s.unbounded, "
        "s.claim_id, m.quantity, m.quantity - COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0) AS remaining "
        f"FROM ledger_move m JOIN ledger_holding s ON s.id = m.source_id WHERE {sql.among('m.target_id')} "
        "AND m.reverses_id IS NULL ORDER BY m.id DESC",
        [sql.array(targets)],
    )
    for row in found:
        if row[12] > 0:
            source = Spot(row[3], row[4], bool(row[5]), bool(row[6]), row[7], row[8], bool(row[9]), row[10])
            truth.incoming.setdefault(row[2], []).append(
                Incoming(row[0], row[1], row[2], source, row[11], int(row[12]))
            )


def moment(value: datetime) -> Any:
    """A moment as the database takes it in hand-written SQL."""
    return connection.ops.adapt_datetimefield_value(value)


def settled() -> int:
    """The last entry below which nothing is still being written, whoever acts at the same time."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # Whoever is writing an entry has this lock until it is there for all; later ones get higher numbers.
            sql.execute("LOCK TABLE ledger_entry IN SHARE MODE")
        return Entry.objects.aggregate(last=models.Max("id"))["last"] or 0
