"""What plans about returns need to know, read under the locks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.db.models import Max, Q, Sum

from wharfinger.base import configuration
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.billing.models import Invoice
from wharfinger.billing.queries.truth import invoices_of_lines
from wharfinger.catalog.models import Product, TaxCode
from wharfinger.demand.models import Line
from wharfinger.demand.queries.reading import products_of
from wharfinger.demand.queries.standing import read_standing
from wharfinger.devices.models import Device
from wharfinger.ledger import sql
from wharfinger.ledger.models import Holding, Lot
from wharfinger.ledger.plan import Truth
from wharfinger.parties.models import Organization, Site
from wharfinger.pricing.queries import listed
from wharfinger.returns.models import Replacement, Rma, RmaLine
from wharfinger.returns.queries.figures import figures, stood_for
from wharfinger.returns.rules.inspecting import Worth
from wharfinger.returns.rules.replacing import Instead
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer
from wharfinger.stock.models import Bin, Location


def resolved(pairs: Sequence[tuple[int, Asked]]) -> list[Asked]:
    """What items mean, each of a customer: a device its unit, a serial number the line by which they have it."""
    items = [item for _, item in pairs]
    devices = Device.objects.filter(pk__in={i.device for i in items if i.device is not None})
    by_device = {d.pk: d for d in devices}
    lines = dict(
        Line.objects.filter(pk__in={i.line for i in items if i.line is not None}).values_list(
            "pk", "product_id"
        )
    )
    codes = {same(i.serial) for i in items if i.serial}
    lots = list(Lot.objects.filter(code_key__in=codes, serial=True)) if codes else []
    there = Holding.objects.filter(
        lot__in=[lot.pk for lot in lots], quantity__gt=0, unbounded=False, kind__in=("customer", "in_transit")
    )
    claims = dict(there.values_list("lot_id", "claim_id"))
    units = Device.objects.filter(lot__in=lots, void__isnull=True)
    serving = {(d.organization_id, d.lot_id): d.pk for d in units}
    held = _claims_of_devices([device.lot_id for device in by_device.values()])
    found = []
    for organization, item in pairs:
        device = by_device.get(item.device) if item.device is not None else None
        if device is not None:
            found.append(
                replace(
                    item, line=held.get(device.lot_id) or None, product=device.product_id, lot=device.lot_id
                )
            )
            continue
        product = lines.get(item.line) if item.line is not None else item.product
        lot = (
            next(
                (
                    x
                    for x in lots
                    if same(item.serial) == x.code_key and (product is None or x.product_id == product)
                ),
                None,
            )
            if item.serial
            else None
        )
        if lot is None:
            found.append(replace(item, product=product))
            continue
        line = item.line if item.line is not None else claims.get(lot.pk) or None
        found.append(
            replace(
                item,
                line=line,
                product=lot.product_id,
                lot=lot.pk,
                device=serving.get((organization, lot.pk)),
            )
        )
    return found


def parts_of(lines: Iterable[int | None]) -> dict[int, list[tuple[int, int]]]:
    """Of each kit's line among these the lines of its components that are goods, and how many go into one."""
    wanted = sorted({line for line in lines if line is not None})
    rows = Line.objects.filter(parent__in=wanted, void__isnull=True).exclude(product__kind="service")
    found: dict[int, list[tuple[int, int]]] = {}
    for kit, line, ratio in rows.order_by("pk").values_list("parent_id", "pk", "ratio") if wanted else ():
        found.setdefault(kit or 0, []).append((line, ratio or 0))
    return found


def lines_of_units(
    parts: Mapping[int, Sequence[tuple[int, int]]], codes: Iterable[str]
) -> dict[tuple[int, str], int]:
    """By kit's line and number as compared, the component's line by which the customer has the unit."""
    of = {line: kit for kit, lines in parts.items() for line, _ in lines}
    keys = {same(code) for code in codes if code}
    if not of or not keys:
        return {}
    held = Holding.objects.filter(claim__in=of, lot__code_key__in=keys, quantity__gt=0, unbounded=False)
    return {(of[claim], key): claim for claim, key in held.values_list("claim_id", "lot__code_key")}


def _claims_of_devices(lots: Sequence[int | None]) -> dict[int, int]:
    """For which line each of these units stands where it is."""
    found = Holding.objects.filter(lot__in=[lot for lot in lots if lot], quantity__gt=0, unbounded=False)
    return dict(found.order_by("-pk").values_list("lot_id", "claim_id"))


def bought(pairs: Iterable[tuple[int, int]]) -> dict[int, dict[int, list[list[int]]]]:
    """By customer and product, the lines by which customers got goods that they still have: the newest first."""
    wanted = sorted(set(pairs))
    found: dict[int, dict[int, list[list[int]]]] = {}
    if not wanted:
        return found
    source, params = sql.rows(["organization", "product"], ["bigint"] * 2, wanted)
    for organization, product, line, units in sql.fetch(
        # By the product, of which there are few lines, and not by the customer, who may have bought for years.
        f"SELECT v.organization, v.product, l.claim_id, SUM(h.quantity) FROM {source} AS v "
        "JOIN demand_line l ON l.product_id = v.product AND +l.organization_id = v.organization "
        "JOIN ledger_holding h ON h.claim_id = l.claim_id AND h.kind IN ('customer', 'in_transit') "
        "AND h.quantity > 0 AND NOT h.serial "
        f"WHERE {sql.common('l.void_id IS NULL')} GROUP BY 1, 2, 3 ORDER BY l.claim_id DESC",
        params,
    ):
        found.setdefault(organization, {}).setdefault(product, []).append([line, int(units)])
    return found


def read_homes(truth: Truth) -> None:
    """Read the locations, where each sends its returns, and the default one; bins by their place."""
    rows = list(Location.objects.values_list("pk", "place_id", "returns_location_id", "default"))
    truth.read["places"] = {pk: place for pk, place, _, _ in rows}
    truth.read["homes"] = {place: back or pk for pk, place, back, _ in rows}
    truth.read["default_location"] = next(
        (pk for pk, _, _, default in rows if default), rows[0][0] if rows else 0
    )
    bins = list(
        Bin.objects.filter(retired_on__isnull=True).values_list("place_id", "location__place_id", "default")
    )
    truth.read["bins"] = {place: location for place, location, _ in bins}
    truth.read["default_bins"] = {location: place for place, location, default in bins if default}


def read_asked(truth: Truth) -> None:
    """Read how much of the goods at hand other open RMAs ask for and have not received, by line and lot."""
    lots = sorted({h.lot for h in truth.held if h.spot.serial})
    of_ours = Q(line__in=sorted(truth.read["lines"])) | Q(lot__in=lots)
    still = Q(
        rma__closed_at__isnull=True, rma__denied_at__isnull=True, rma__void__isnull=True, void__isnull=True
    )
    rows = list(RmaLine.objects.filter(of_ours & still))
    done = figures({row.rma_id for row in rows}, rows)
    truth.read["asked"] = {}
    for row in rows:
        key = row.line_id, row.lot_id
        left = max(0, row.quantity - done[row.pk].received)
        truth.read["asked"][key] = truth.read["asked"].get(key, 0) + left


def read_delivered(truth: Truth) -> None:
    """Read when goods of the claims at hand last reached the customer, by line and lot, and the company's days."""
    claims = sorted({h.claim for h in truth.held if h.claim})
    rows = sql.fetch(
        "SELECT t.claim_id, t.lot_id, MAX(e.effective_on) FROM ledger_holding t "
        "JOIN ledger_move m ON m.target_id = t.id JOIN ledger_holding s ON s.id = m.source_id "
        "JOIN ledger_entry e ON e.id = m.entry_id "
        f"WHERE {sql.among('t.claim_id')} AND t.kind = 'customer' AND {sql.common('m.reverses_id IS NULL')} "
        "AND s.kind NOT IN ('customer', 'returns', 'bench', 'at_vendor', 'outside') AND m.quantity > "
        "COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0) "
        "GROUP BY t.claim_id, t.lot_id",
        [sql.array(claims)],
    )
    truth.read["delivered"] = {
        (claim, lot): date.fromisoformat(day) if isinstance(day, str) else day for claim, lot, day in rows
    }
    truth.read["returnable_days"] = configuration.one("returnable_days")


def read_rma_days(truth: Truth) -> None:
    """Read within how many days of its approval an RMA's goods are to arrive."""
    truth.read["rma_days"] = configuration.one("rma_days")


def read_rmas(truth: Truth) -> None:
    """Read at which returns the places of the locked ones are, and how much of their lines was received."""
    rows = truth.documents["returns.Rma"].values()
    truth.read["rma_at"] = {
        p: row for row in rows for p in (row.place_id, row.bench_place_id, row.vendor_place_id)
    }
    truth.read["rma_places"] = set(truth.read["rma_at"])
    named = {line.lot_id for line in truth.documents.get("returns.RmaLine", {}).values()}
    units = {h.lot for h in truth.held if h.spot.serial and h.place in truth.read["rma_places"]}
    truth.read["stood_for"] = stood_for(units - named)


def read_received(truth: Truth) -> None:
    """Read how many units of the lines at hand were received."""
    lines = [line for line in truth.documents["returns.RmaLine"].values() if line.void_id is None]
    found = figures({line.rma_id for line in lines}, lines)
    truth.read["received"] = {pk: one.received for pk, one in found.items()}
    truth.read["sent_back"] = {pk: one.outcomes.get("send_back", 0) for pk, one in found.items()}
    truth.read["replaced"] = replaced(line.pk for line in lines)


def replaced(lines: Iterable[int]) -> dict[int, int]:
    """For how many units of these lines of returns their customers get others."""
    found = Replacement.objects.filter(rma_line__in=sorted(lines), void__isnull=True)
    return dict(found.order_by().values_list("rma_line").annotate(Sum("quantity")))


def codes_of(answers: Iterable[Answer]) -> list[tuple[int, str]]:
    """Product and serial number of the units that are named to take the place of others."""
    named = [(one.rma_line, one.instead) for one in answers if one.instead.serial]
    lines = RmaLine.objects.filter(pk__in={pk for pk, _ in named}) if named else RmaLine.objects.none()
    of = dict(lines.values_list("pk", "product_id")) if named else {}
    return [(one.product or of.get(pk, 0), one.serial) for pk, one in named]


def documents_of(rma: int, instead: Iterable[Instead]) -> list[int]:
    """The documents on which a line for other units may come to stand, beside those of what came back."""
    named = {one.sheet for one in instead}
    if None in named:
        named |= set(Rma.objects.filter(pk=rma).values_list("ticket_id", flat=True))
    return sorted(pk for pk in named if pk is not None)


def read_instead(wanted: Iterable[Instead]) -> Callable[[Truth], None]:
    """Read what customers may get instead of what came back: on which documents, and how they are billed for it.

    No statement where nothing is replaced.
    """
    any_of = list(wanted)

    def read(truth: Truth) -> None:
        if not any_of:
            return
        sheets = truth.documents["demand.Sheet"]
        whose = {row.organization_id for row in truth.documents["returns.Rma"].values()}
        read_standing(truth)
        truth.read["products"] = truth.read["products"] | truth.products
        found = Line.objects.filter(sheet__in=sheets).order_by()
        truth.read["last_positions"] = dict(found.values_list("sheet").annotate(Max("position")))
        truth.read["channels"] = dict(Location.objects.values_list("place_id", "channel"))
        customers = Organization.objects.filter(pk__in=whose).select_related("terms")
        truth.read["customers"] = {one.pk: one for one in customers}
        truth.read["granted"] = {pk: one.discount_micro for pk, one in truth.read["customers"].items()}
        sites = list(Site.objects.filter(organization__in=whose, retired_on__isnull=True).order_by("-pk"))
        truth.read["bill_to"] = {site.organization_id: site.pk for site in sites if site.bill_to}
        truth.read["site_places"] = {site.pk: site.place_id for site in sites}
        truth.read["default_sites"] = {site.organization_id: site.pk for site in sites if site.ship_to}
        priced = {one.product for one in any_of if one.product is not None and one.unit_price_micro is None}
        truth.read["listed"] = listed(whose, priced)
        truth.read["tax_codes"] = {code.pk: code for code in TaxCode.objects.all()}

    return read


def rma_places(truth: Truth) -> list[int]:
    """The places of the returns that are locked."""
    rows = truth.documents["returns.Rma"].values()
    return [place for row in rows for place in (row.place_id, row.bench_place_id, row.vendor_place_id)]


def lines_of(rmas: Iterable[int]) -> sql.Found:
    """The lines of returns, to be found and locked in one statement."""
    return sql.Found(sql.among("rma_id"), (sql.array(sorted(set(rmas))),))


def claims_of(rmas: Iterable[int]) -> list[int]:
    """The lines by which goods of returns were sold: those named, and those whose goods are here."""
    wanted = sorted(set(rmas))
    named = set(RmaLine.objects.filter(rma__in=wanted, line__isnull=False).values_list("line_id", flat=True))
    return sorted(pk for pk in named if pk is not None)


def rmas_at(holdings: Iterable[int]) -> list[int]:
    """The returns whose goods stand in these holdings."""
    places = set(Holding.objects.filter(pk__in=sorted(set(holdings))).values_list("place_id", flat=True))
    at = Q(place__in=places) | Q(bench_place__in=places) | Q(vendor_place__in=places)
    return sorted(Rma.objects.filter(at).values_list("pk", flat=True))


def invoices(lines: Iterable[int]) -> list[tuple[type[Invoice], sql.Found]]:
    """The invoices that bill lines, to be locked where there are any."""
    return [(Invoice, invoices_of_lines(lines))]


def read_worth(truth: Truth) -> None:
    """Read what goods of the lines at hand cost when they left us, by line and lot, and how many are home."""
    claims = sorted({h.claim for h in truth.held if h.claim})
    worth: dict[tuple[int, int], Worth] = {}
    ours = sql.among("h.claim_id")
    for claim, lot, units, value in sql.fetch(_DRAWN.format(ours=ours), [sql.array(claims)]):
        worth[claim, lot] = Worth(int(units), int(value))
    for claim, lot, product, units in sql.fetch(_HOME.format(ours=ours), [sql.array(claims)]):
        one = worth.get((claim, lot)) or worth.get((claim, truth.loose.get(product, 0)))
        if one is not None:
            one.back += int(units)
    truth.read["worth"] = worth


_DRAWN = (
    "SELECT h.claim_id, h.lot_id, "
    "SUM(d.quantity + COALESCE((SELECT SUM(b.quantity) FROM ledger_draw b WHERE b.reverses_id = d.id), 0)), "
    "SUM(d.value_minor + "
    "COALESCE((SELECT SUM(b.value_minor) FROM ledger_draw b WHERE b.reverses_id = d.id), 0)) "
    "FROM ledger_holding h JOIN ledger_move m ON m.target_id = h.id "
    f"JOIN ledger_draw d ON d.move_id = m.id AND d.quantity > 0 AND {sql.common('d.reverses_id IS NULL')} "
    "WHERE {ours} AND h.kind IN ('in_transit', 'customer') GROUP BY h.claim_id, h.lot_id"
)
_HOME = (
    "SELECT h.claim_id, h.lot_id, h.product_id, SUM(m.quantity - "
    "COALESCE((SELECT SUM(b.quantity) FROM ledger_move b WHERE b.reverses_id = m.id), 0)) "
    # CROSS JOIN keeps SQLite from beginning with all bins there are.
    "FROM ledger_holding h CROSS JOIN ledger_move m CROSS JOIN ledger_holding t "
    "WHERE m.source_id = h.id AND t.id = m.target_id AND {ours} AND h.kind IN ('returns', 'bench', 'at_vendor', 'customer') "
    # A unit that its vendor keeps is gone as well; for one with a number another came, worth as much.
    "AND (t.kind IN ('bin', 'scrap') AND t.claim_id = 0 OR t.kind = 'vendor' AND NOT h.serial) "
    "AND " + sql.common("m.reverses_id IS NULL") + " "
    "GROUP BY h.claim_id, h.lot_id, h.product_id"
)


def read_sites_back(truth: Truth) -> None:
    """Read from which site each unit at hand came, and the first site of the customers concerned."""
    rows = sql.fetch(
        "SELECT t.lot_id, t.claim_id, s.place_id FROM ledger_holding t "
        "JOIN ledger_move m ON m.target_id = t.id JOIN ledger_holding s ON s.id = m.source_id "
        f"WHERE {sql.among('t.place_id')} AND s.kind = 'customer' AND m.reverses_id IS NULL ORDER BY m.id",
        [sql.array(sorted(truth.read["rma_places"]))],
    )
    organizations = {row.organization_id for row in truth.documents["returns.Rma"].values()}
    found = list(
        Site.objects.filter(
            Q(place_id__in={row[2] for row in rows}) | Q(organization_id__in=organizations)
        ).order_by("-pk")
    )
    at = {site.place_id: site for site in found}
    truth.read["came_from"] = {(lot, claim): at[place] for lot, claim, place in rows if place in at}
    truth.read["home_sites"] = {site.organization_id: site for site in found if site.retired_on is None}


def lots_here(truth: Truth) -> list[int]:
    """The units at hand that stand with customers, on their way, or with us because of a return."""
    kinds = ("customer", "in_transit", "returns", "bench", "at_vendor")
    return [h.lot for h in truth.held if h.spot.serial and h.kind in kinds]


def lots_read(items: Sequence[Asked]) -> Callable[[Truth], list[int]]:
    """The lots that items name."""
    named = [i.lot for i in items if i.lot is not None]
    return lambda _: named


def decimals_by_goods(named: Sequence[tuple[int | None, int | None, int | None]]) -> list[int]:
    """How many decimals the quantities of goods have, named by line, product or device."""
    lines = products_of(line for line, _, _ in named if line is not None)
    wanted = {product for _, product, _ in named if product is not None}
    known = (
        dict(Product.objects.filter(pk__in=wanted).values_list("pk", "quantity_decimals")) if wanted else {}
    )
    return [
        lines[line][1] if line in lines else known.get(product, 0) if product is not None else 0
        for line, product, _ in named
    ]


def location_there(pk: int | None) -> int | None:
    """A location that exists; raises BadInput otherwise."""
    if pk is not None and not Location.objects.filter(pk=pk, retired_on__isnull=True).exists():
        raise BadInput("no_such_location", N_("There is no such location."), field="location")
    return pk
