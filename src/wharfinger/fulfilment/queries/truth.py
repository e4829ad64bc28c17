"""What plans about picking, packing and shipping need to know, read under the locks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from django.db.models import Q, Sum

from wharfinger.base.refusal import N_, Refusal
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Line
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.queries.tasks import keep_tasks, tasks_column
from wharfinger.fulfilment.rules import Pick, packing
from wharfinger.fulfilment.rules.taking_back import Way
from wharfinger.ledger import sql
from wharfinger.ledger.models import Claim, Counter, Holding
from wharfinger.ledger.plan import Number, Spot, Truth
from wharfinger.ledger.prepared import Prepared
from wharfinger.ledger.reverse import draws_of
from wharfinger.parties.models import Site
from wharfinger.stock.models import Location
from wharfinger.stock.queries import built
from wharfinger.stock.queries import truth as stock


def codes_of(picks: Sequence[Pick]) -> list[tuple[int, str]]:
    """Product and number of every serial or batch that picks name; a line's product never changes."""
    named = [p for p in picks if p.codes() or p.inside]
    if not named:
        return []
    lines = {p.line for p in named}
    of: dict[int, set[int]] = {}
    # A kit's line names the units of its components.
    rows = Line.objects.filter(Q(pk__in=lines) | Q(parent__in=lines), void__isnull=True)
    for line, kit, product in rows.values_list("pk", "parent_id", "product_id"):
        of.setdefault(line, set()).add(product)
        if kit is not None:
            of.setdefault(kit, set()).add(product)
    recipes = built.recipes(set().union(*of.values())) if any(p.inside for p in named) else None
    found = []
    for one in named:
        products = sorted(of.get(one.line, ()))
        found += [(product, code) for product in products for code in one.codes()]
        if recipes is not None:
            parts = {part for product in products for part in recipes.below(product)}
            found += [(part, code) for part in sorted(parts) for code in one.inside]
    return found


def read_lines(lines: Sequence[int]) -> Callable[[Truth], None]:
    """Read these lines, and of what those are built that a pick builds; nothing more where there are none."""
    read_them = demand.read_lines(lines, also=[_BUILDS, demand.FIRST_PLACE, tasks_column()])

    def read(truth: Truth) -> None:
        read_them(truth)
        keep_tasks(truth)
        demand.keep_first_places(truth)
        found = {line.product_id for line in truth.read["lines"].values() if line.builds}
        truth.read["built_on_pick"] = found
        truth.read["recipes"] = built.recipes(found)
        if found:
            stock.read_homes(truth)

    return read


def read_standing_lines(lines: Sequence[int]) -> Callable[[Truth], None]:
    """Read these lines, and who is picking any of them."""
    read_them = demand.read_lines(lines, also=[tasks_column()])

    def read(truth: Truth) -> None:
        read_them(truth)
        keep_tasks(truth)

    return read


_BUILDS = (
    "builds",
    "(SELECT build_on_pick FROM catalog_product WHERE catalog_product.id = demand_line.product_id)",
)


def built_products(truth: Truth) -> set[int]:
    """Those products of the lines that a pick builds, and everything that could go into them."""
    found: set[int] = set(truth.read["built_on_pick"])
    return found.union(*(truth.read["recipes"].below(product) for product in found))


def products_to_pick(truth: Truth) -> set[int]:
    """The products of the lines, and what those are built of that a pick builds."""
    return demand.line_products(truth) | built_products(truth)


def claims_of(picks: Sequence[Pick], codes: Sequence[tuple[int, str]]) -> Callable[[Truth], list[int]]:
    """The lines, and whoever holds exactly the goods that picks name, found under the products' locks."""
    bins = sorted({p.bin for p in picks if p.bin is not None})
    lots = sorted({lot for p in picks for lot in p.lots})

    def find(truth: Truth) -> list[int]:
        found = set(truth.read["lines"])
        if codes:
            found |= set(stock.claims_on(codes)(truth))
        if bins or lots:
            products = {line.product_id for line in truth.read["lines"].values()}
            held = Holding.objects.filter(claim__gt=0, kind="bin", quantity__gt=0, product_id__in=products)
            found |= set(held.filter(place_id__in=bins).values_list("claim_id", flat=True)) if bins else set()
            found |= set(held.filter(lot_id__in=lots).values_list("claim_id", flat=True)) if lots else set()
        return sorted(found)

    return find


_STAGES = Prepared(lambda: Location.objects.values_list("pk", "place_id", "picked_place_id", "channel"))


def read_stages(truth: Truth) -> None:
    """Read the locations by place and back, how they sell, and where picked goods stand at each."""
    rows = _STAGES()
    truth.read["stages"] = {place: picked for _, place, picked, _ in rows}
    truth.read["locations"] = {place: pk for pk, place, _, _ in rows}
    truth.read["places"] = {pk: place for pk, place, _, _ in rows}
    truth.read["channels"] = {place: channel for _, place, _, channel in rows if channel != "direct"}


def read_sscc(text: str) -> Callable[[Truth], None]:
    """Read who has an SSCC that is given, else which series gives the next of our own; nothing without either."""

    def read(truth: Truth) -> None:
        code = text.strip()
        if code:
            truth.read["sscc_of"] = Container.objects.filter(sscc=code, void__isnull=True).first()
        elif prefix := truth.read["house"].sscc_prefix:
            truth.read["sscc"] = _series(prefix)

    return read


def _series(prefix: str) -> Number:
    """The series of our SSCCs that is begun and not used up, else the first of which nobody typed a number."""
    every = [packing.series_of(prefix, extension) for extension in range(10)]
    begun = dict(
        Counter.objects.filter(series__in=[one.series for one in every]).values_list("series", "next")
    )
    most = 10 ** (packing.DIGITS - 1 - len(prefix))
    for extension, one in enumerate(every):
        first = f"{extension}{prefix}"
        if begun.get(one.series, most) < most:
            return one
        typed = Container.objects.filter(sscc__gte=first, sscc__lt=f"{first}:")
        if one.series not in begun and not typed.exists():
            return one
    raise Refusal(
        "sscc_used_up",
        N_("All SSCCs of the prefix {prefix} are given. Ask GS1 for another, and type it under Settings."),
        prefix=prefix,
    )


def read_holders(truth: Truth) -> None:
    """Read for whom goods are held that belong to none of the lines at hand: subject, number, until when."""
    others = {h.claim for h in truth.held if h.claim} - set(truth.read["lines"])
    truth.read["holders"] = {}
    known = Claim.objects.filter(line__isnull=False).select_related("line__sheet")
    for claim in known.filter(pk__in=sorted(others | set(truth.read["lines"]))) if others else ():
        until = claim.hold_until.isoformat() if claim.hold_until else None
        truth.read["holders"][claim.pk] = (claim.line.sheet.subject_name, claim.line.sheet.number, until)


def read_sites(truth: Truth) -> None:
    """Read where goods are to go, and how they may leave.

    The lines' sites, those of containers and of shipments under way; by the location's place its channel
    where it does not sell directly.
    """
    wanted = {one.site_id for one in truth.read.get("lines", {}).values() if one.site_id is not None}
    rows = (
        *truth.documents.get("fulfilment.Container", {}).values(),
        *truth.read.get("on_the_way", {}).values(),
    )
    wanted |= {row.site_id for row in rows}
    truth.read["sites"] = sql.by_ids(Site, wanted, also=[stock.channels_column()])
    truth.read.setdefault("channels", stock.channels_of(truth.read["sites"].values()))


def read_boxes(truth: Truth) -> None:
    """Read the containers in which goods of the lines stand, with their pallets, and how much each holds in all."""
    places = sorted({h.place for h in truth.held if h.kind == "container"})
    truth.read["boxes"] = _boxes(places)
    truth.read["filled"] = _filled(truth.read["boxes"])


def _boxes(places: Collection[int]) -> dict[int, Container]:
    """The containers at these places, their pallets and what else stands on those, by place."""
    if not places:
        return {}
    pallets = Container.objects.filter(place_id__in=places, inside__isnull=False).values("inside_id")
    there = Q(place_id__in=places) | Q(pk__in=pallets) | Q(inside__in=pallets)
    found = Container.objects.filter(there, void__isnull=True).order_by("pk")
    return {box.place_id: box for box in found.select_for_update(no_key=True)}


def _filled(places: Collection[int]) -> dict[int, int]:
    if not places:
        return {}
    found = (
        Holding.objects.filter(place_id__in=places, quantity__gt=0)
        .values_list("place_id")
        .annotate(Sum("quantity"))
    )
    return dict.fromkeys(places, 0) | dict(found)


def read_under_way(truth: Truth) -> None:
    """Read the shipments in which goods of the lines are under way, and how much each holds in all."""
    places = sorted({h.place for h in truth.held if h.kind == "in_transit"})
    found = (
        Shipment.objects.filter(place_id__in=places).order_by("pk").select_for_update(no_key=True)
        if places
        else ()
    )
    truth.read["on_the_way"] = {shipment.place_id: shipment for shipment in found}
    truth.read["under_way"] = _filled(places)


_CAME = (
    "SELECT m.id, m.entry_id, m.quantity, "
    "m.quantity - COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0), "
    "t.lot_id, t.product_id, t.serial, t.owned, t.place_id, t.kind, t.unbounded, t.claim_id, "
    "s.lot_id, s.product_id, s.serial, s.owned, s.place_id, s.kind, s.unbounded, s.claim_id "
    "FROM ledger_holding t JOIN ledger_move m ON m.target_id = t.id "
    "JOIN ledger_holding s ON s.id = m.source_id "
)


def read_ways(kinds: Collection[str]) -> Callable[[Truth], None]:
    """Read by which moves goods of the lines came to these kinds of place, newest first, and what those drew.

    With them go the containers that goods would come back to, and the shipments they left by.
    """

    def read(truth: Truth) -> None:
        ways: dict[Spot, list[Way]] = {}
        listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
        rows = sql.fetch(
            f"{_CAME} WHERE {sql.among('t.claim_id')} AND t.kind IN ({listed}) "
            "AND m.reverses_id IS NULL ORDER BY m.id DESC",
            [sql.array(sorted(truth.read["lines"]))],
        )
        for row in rows:
            left = int(row[3])
            if left:
                target, source = _spot(row[4:12]), _spot(row[12:20])
                ways.setdefault(target, []).append(Way(row[0], row[1], source, row[2], left))
        found = [way for came in ways.values() for way in came]
        truth.read["ways"] = ways
        truth.read["draws"] = draws_of([way.id for way in found])
        truth.read["boxes"] = _boxes(
            {
                way.source.place
                for way in found
                if way.source.kind == "container" and isinstance(way.source.place, int)
            }
        )
        truth.read["sent_by"] = list(
            Shipment.objects.filter(made_id__in={way.entry for way in found}).order_by("pk")
        )

    return read


def _spot(row: Sequence[int]) -> Spot:
    return Spot(row[0], row[1], bool(row[2]), bool(row[3]), row[4], str(row[5]), bool(row[6]), row[7])
