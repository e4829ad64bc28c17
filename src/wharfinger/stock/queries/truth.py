"""What plans about stock need to know, read under the locks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db.models import Max, Q

from wharfinger.base.words import same
from wharfinger.ledger import sql
from wharfinger.ledger.models import Claim, Layer, Lot
from wharfinger.ledger.plan import OpenLayer, Truth
from wharfinger.ledger.post import automation
from wharfinger.pricing.queries import costs_at_home
from wharfinger.stock.models import Bin, Location
from wharfinger.stock.rules.adjusting import KnownLot
from wharfinger.stock.rules.serving import turn


def bins_named(bins: Iterable[int | None], locations: Iterable[int] = ()) -> sql.Found:
    """The bins at these places, and the default bins of the locations at these places."""
    named = sorted({place for place in bins if place is not None})
    at = f"SELECT id FROM stock_location WHERE {sql.among('place_id')}"
    where = f'{sql.among("place_id")} OR ("default" AND location_id IN ({at}))'
    return sql.Found(where, (sql.array(named), sql.array(sorted(set(locations)))))


def read_places(truth: Truth) -> None:
    """Read the locations: by place and back, and where picked goods and goods set aside stand at each,
    and which are retired."""
    rows = list(
        Location.objects.values_list("pk", "place_id", "picked_place_id", "quarantine_place_id", "retired_on")
    )
    truth.read["places"] = {pk: place for pk, place, *_ in rows}
    truth.read["locations"] = {place: pk for pk, place, *_ in rows}
    truth.read["stages"] = {place: picked for _, place, picked, _, _ in rows}
    truth.read["quarantines"] = {place: aside for _, place, _, aside, _ in rows}
    truth.read["retired"] = {place for _, place, _, _, retired in rows if retired is not None}


def read_selling(truth: Truth) -> None:
    """Read the locations by place, the channels of those that do not sell directly, from where goods are taken first,
    and which may be somebody's default."""
    rows = list(Location.objects.values_list("pk", "place_id", "default", "channel", "kind", "retired_on"))
    truth.read["locations"] = {place: pk for pk, place, *_ in rows}
    truth.read["channels"] = {place: channel for _, place, _, channel, *_ in rows if channel != "direct"}
    truth.read["first_places"] = first_places((pk, place, default) for pk, place, default, *_ in rows)
    truth.read["usable"] = {pk for pk, *_, kind, retired in rows if retired is None and kind != "person"}


def read_lots(wanted: Iterable[tuple[int, str]]) -> Callable[[Truth], None]:
    """Read the lots of these products and numbers that are on record, and where a unit of each stands."""
    pairs = {(product, same(code)) for product, code in wanted}

    def read(truth: Truth) -> None:
        truth.read["lots"] = {}
        if not pairs:
            return
        found = (
            Lot.objects.filter(product_id__in={p for p, _ in pairs}, code_key__in={c for _, c in pairs})
            .annotate(
                # What is inside a bundle stands nowhere else until it comes out.
                stands=Max(
                    "holdings__kind",
                    filter=Q(holdings__quantity__gt=0)
                    & (Q(holdings__unbounded=False) | Q(holdings__kind="assembly")),
                )
            )
            .order_by("-owned", "pk")
            .values_list("pk", "product_id", "code_key", "serial", "owned", "code", "stands", "expires_on")
        )
        for pk, product, key, serial, owned, code, stands, expires_on in found:
            if (product, key) in pairs:
                known = KnownLot(pk, serial, owned, code, stands or "", expires_on)
                truth.read["lots"].setdefault((product, key), known)

    return read


def channels_column() -> tuple[str, str]:
    """The channels of the few locations that do not simply sell, as one column beside rows that are read anyway."""
    gathered = "json_object_agg" if sql.on_postgresql() else "json_group_object"
    return (
        "channels",
        f"(SELECT {gathered}(CAST(place_id AS text), channel) FROM stock_location WHERE channel <> 'direct')",
    )


def first_places(locations: Iterable[tuple[int, int, bool]]) -> dict[int | None, int]:
    """The place of each location, that of the default one under nothing; locations: id, place, whether default."""
    found: dict[int | None, int] = {}
    for pk, place, default in locations:
        found[pk] = place
        if default:
            found[None] = place
    return found


def read_first_places(truth: Truth) -> None:
    """Read by location the place from which goods are taken first."""
    truth.read["first_places"] = first_places(Location.objects.values_list("pk", "place_id", "default"))


def channels_of(rows: Iterable[Any]) -> dict[int, str]:
    """By the location's place its channel where it does not sell directly, from rows with that column."""
    found = next((row.channels for row in rows), None) or {}
    found = json.loads(found) if isinstance(found, str) else found
    return {int(place): channel for place, channel in found.items()}


def read_claims(truth: Truth) -> None:
    """Read of the claims at hand when it is their turn, where their wish falls back to, and their documents."""
    claims = sorted({h.claim for h in truth.held if h.claim})
    found = Claim.objects.filter(pk__in=claims, line__isnull=False).select_related(
        "line__sheet", "line__order"
    )
    truth.read["turns"], truth.read["sheets"] = {}, {}
    for claim in found if claims else ():
        line = claim.line
        sheets = [sheet for sheet in (line.sheet, line.order) if sheet is not None]
        truth.read["turns"][claim.pk] = turn(line, line.sheet)
        truth.read["sheets"][claim.pk] = [(s.subject_name.partition(":")[0], s.pk) for s in sheets]
    truth.read["falls_to"] = automation.falls_to(claims) if claims else {}


def read_costs(products: Iterable[int]) -> Callable[[Truth], None]:
    """Read what the default vendors of these products ask, for goods whose cost nobody gave."""
    wanted = sorted(set(products))

    def read(truth: Truth) -> None:
        truth.read["costs"] = costs_at_home(wanted, truth.home_currency, truth.effective_on)

    return read


def read_layer_dates(truth: Truth) -> None:
    """Read when each layer at hand last changed otherwise than by goods that left it, if the act is dated back.

    An average changes with every entry.
    """
    if truth.effective_on >= truth.today:
        return
    layers = {
        layer.id: layer.product
        for found in truth.layers.values()
        for layer in found
        if isinstance(layer.id, int)
    }
    averaged = [pk for pk, product in layers.items() if truth.products[product].cost_method == "average"]
    truth.read["layers_changed"] = {
        layer: date.fromisoformat(day) if isinstance(day, str) else day
        for layer, day in sql.fetch(
            "SELECT d.layer_id, MAX(e.effective_on) FROM ledger_draw d JOIN ledger_entry e ON e.id = d.entry_id "
            f"WHERE {sql.among('d.layer_id')} AND (d.quantity <= 0 OR {sql.among('d.layer_id')}) GROUP BY d.layer_id",
            [sql.array(layers), sql.array(averaged)],
        )
    }


def read_all_layers(product: int) -> Callable[[Truth], None]:
    """Read every layer of a product that has something left, those of single units among them."""

    def read(truth: Truth) -> None:
        found = Layer.objects.filter(product_id=product, quantity__gt=0).order_by("effective_on", "pk")
        truth.layers[product] = [
            OpenLayer(one.pk, product, one.lot_id, one.effective_on, one.quantity, one.value_minor)
            for one in found
        ]

    return read


def claims_at(locations: Iterable[int], products: Iterable[int]) -> Callable[[Truth], list[int]]:
    """Who holds goods of these products in bins of these locations, found under the products' locks."""
    places, wanted = sorted(set(locations)), sorted(set(products))

    def find(truth: Truth) -> list[int]:
        if not places or not wanted:
            return []
        found = sql.fetch(
            "SELECT DISTINCT h.claim_id FROM ledger_holding h JOIN ledger_place p ON p.id = h.place_id "
            f"WHERE h.kind = 'bin' AND h.claim_id <> 0 AND h.quantity > 0 AND {sql.among('h.product_id')} "
            f"AND {sql.among('p.parent_id')}",
            [sql.array(wanted), sql.array(places)],
        )
        return [row[0] for row in found]

    return find


def claims_on(
    lots: Iterable[tuple[int, str]], lines: Iterable[int | None] = ()
) -> Callable[[Truth], list[int]]:
    """Whose the units of these serial numbers are, and these lines."""
    pairs = {(product, same(code)) for product, code in lots}
    named = {line for line in lines if line is not None}

    def find(truth: Truth) -> list[int]:
        if not pairs:
            return sorted(named)
        units = Lot.objects.filter(
            serial=True, product_id__in={p for p, _ in pairs}, code_key__in={c for _, c in pairs}
        )
        held = Claim.objects.filter(
            pk__gt=0,
            holdings__quantity__gt=0,
            holdings__kind__in=("bin", "picked", "quarantine"),
            holdings__lot__in=units,
        )
        return sorted(named | set(held.values_list("pk", flat=True)))

    return find


def read_homes(truth: Truth) -> None:
    """Read the default bin of each location."""
    truth.read["homes"] = dict(Bin.objects.filter(default=True).values_list("location__place_id", "place_id"))
