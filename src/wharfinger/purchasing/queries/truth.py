"""What the plans of buying read under the locks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import OuterRef, Q, Subquery

from wharfinger.base.words import same
from wharfinger.catalog.models import Product, TaxCode, VendorPrice
from wharfinger.catalog.queries import units as every_unit
from wharfinger.catalog.rules.offers import Asked
from wharfinger.demand.models import Line
from wharfinger.ledger import sql
from wharfinger.ledger.models import Holding
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.prepared import Found, Prepared, ids
from wharfinger.parties.models import Organization, Site, User
from wharfinger.pricing.queries import costs_at_home, read_rates
from wharfinger.purchasing.models import Approval, ApprovalTier, Delegation, PurchaseLine, VendorTerms
from wharfinger.purchasing.queries.asked import offers_of
from wharfinger.purchasing.queries.orders import arrivals
from wharfinger.purchasing.rules.receiving import spread_freight
from wharfinger.purchasing.rules.tiers import Stand
from wharfinger.stock.models import Bin, Location

Read = Callable[[Truth], None]


class KnownLot(NamedTuple):
    """A lot that exists already, and the kind of place it stands at; empty where it is nowhere with us."""

    id: int
    serial: bool
    where: str


def orders_of(purchase_lines: Iterable[int]) -> sql.Found:
    """The orders of these lines, to be found and locked in one statement."""
    lines = f"purchasing_purchaseline WHERE {sql.among('id')}"
    wanted = f"SELECT purchase_order_id FROM {lines}"
    return sql.Found(f"id IN ({wanted})", (sql.array(sorted(set(purchase_lines))),))


def orders_named(orders: Iterable[int], purchase_lines: Iterable[int]) -> sql.Found:
    """These orders and those of these lines, to be found and locked in one statement."""
    of = orders_of(purchase_lines)
    return sql.Found(
        f"{sql.among('id')} OR {of.where}",
        (sql.array(sorted(set(orders))), *of.params),
    )


def read_lines(lines: Iterable[int]) -> Read:
    """Read these customers' lines, of a kit its components' too, with the documents that show what happens to them."""
    wanted = sorted(set(lines))

    def read(truth: Truth) -> None:
        named = Q(pk__in=wanted) | Q(parent__in=wanted)
        found = Line.objects.filter(named, void__isnull=True, removed_at__isnull=True)
        truth.read["lines"] = {line.pk: line for line in found.select_related("sheet", "order", "came_from")}

    return read


def read_together(lines: Iterable[int]) -> Read:
    """Read these lines and all that name the same product on the same order."""
    wanted = sorted(set(lines))

    def read(truth: Truth) -> None:
        asked = Line.objects.filter(Q(pk__in=wanted) | Q(parent__in=wanted))
        near = Line.objects.filter(
            Q(order__in=asked.values("order")) | Q(sheet__in=asked.values("sheet")),
            product__in=asked.values("product"),
            void__isnull=True,
            removed_at__isnull=True,
        )
        truth.read["lines"] = {line.pk: line for line in near.select_related("sheet", "order").order_by("pk")}

    return read


_POSITIONS = Prepared(
    lambda orders: PurchaseLine.objects.filter(purchase_order__in=orders, void__isnull=True).order_by(
        "position", "pk"
    ),
    ids("orders"),
)
_DATED = Prepared(
    lambda orders: (
        PurchaseLine.objects.filter(purchase_order__in=orders, void__isnull=True)
        .annotate(
            lead_time_days=Subquery(
                VendorPrice.objects.filter(
                    product=OuterRef("product"), organization=OuterRef("purchase_order__vendor")
                ).values("lead_time_days")[:1]
            )
        )
        .order_by("position", "pk")
    ),
    ids("orders"),
)
"""The same, with how many days the order's vendor takes for each: no statement of its own for them."""
_SERVED = Prepared(
    lambda claims: (
        Line.objects.filter(pk__in=claims).select_related("sheet__order", "order", "came_from").order_by("pk")
    ),
    Found(
        "places",
        # From the few places on: claims for which something stands there.
        lambda: (
            "SELECT h.claim_id FROM ledger_place p JOIN ledger_holding h ON h.place_id = p.id "
            f"WHERE {sql.among('p.id')} AND h.quantity > 0 AND {sql.common('h.claim_id > 0')}"
        ),
    ),
)


def read_orders(lines: Iterable[int] | None = None, *, dated: bool = False) -> Read:
    """Read the lines of the locked orders, or these of them, and the customers' lines that they serve.

    dated: with how many days the vendors take for what nobody said when to expect.
    """
    wanted = None if lines is None else sorted(set(lines))

    def read(truth: Truth) -> None:
        orders = truth.documents["purchasing.PurchaseOrder"]
        every = (_DATED if dated else _POSITIONS)(orders)
        if dated:
            truth.read["lead_days"] = {
                line.pk: line.lead_time_days or 0
                for line in every
                if line.expected_on is None and orders[line.purchase_order_id].expected_on is None
            }
        truth.read["positions"] = every
        kept = [line for line in every if line.removed_at is None and (wanted is None or line.pk in wanted)]
        truth.read["purchase_lines"] = {line.pk: line for line in kept}
        truth.read["places"] = [
            p for line in kept for p in (line.drafted_place_id, line.place_id, line.refused_place_id)
        ]
        truth.read["lines"] = {line.pk: line for line in _SERVED(truth.read["places"])}

    return read


def also_lines(first: Read, lines: Iterable[int]) -> Read:
    """The same read, and these customers' lines beside those it finds."""
    wanted = sorted(set(lines))

    def read(truth: Truth) -> None:
        first(truth)
        missing = [pk for pk in wanted if pk not in truth.read["lines"]]
        if missing:
            read_missing = Line.objects.filter(pk__in=missing, void__isnull=True, removed_at__isnull=True)
            truth.read["lines"] |= {
                line.pk: line for line in read_missing.select_related("sheet", "order", "came_from")
            }

    return read


def places(truth: Truth) -> list[int]:
    """The places of the orders' lines."""
    found: list[int] = truth.read["places"]
    return found


def purchase_products(truth: Truth) -> set[int]:
    """The products of the orders' lines."""
    return {line.product_id for line in truth.read["purchase_lines"].values()}


def averaged(truth: Truth) -> list[int]:
    """The products whose new goods go into the layer that is there; any others open one of their own."""
    return [pk for pk, product in truth.products.items() if product.cost_method == "average"]


def read_products(*more: int) -> Read:
    """Read the products of all lines at hand, and these."""

    def read(truth: Truth) -> None:
        ids = {line.product_id for line in truth.read["lines"].values()} | set(more)
        ids |= {line.product_id for line in truth.read.get("purchase_lines", {}).values()}
        known = truth.products
        truth.read["products"] = known if ids <= known.keys() else sql.by_ids(Product, ids)

    return read


def read_terms(
    *, vendors: Iterable[int] = (), sites: Iterable[int] = (), currency: str | None = None
) -> Read:
    """Read what an order is drafted from: vendors and their prices, locations, sites, what currencies are worth."""
    named, at = sorted(set(vendors)), sorted(set(sites))

    def read(truth: Truth) -> None:
        sold = truth.read["sold"] = offers_of(truth.read["products"])
        prices: dict[int, dict[int, Asked]] = defaultdict(dict)
        for product, vendors in sold.items():
            prices[product] = {vendor: one.asks for vendor, one in vendors.items()}
        every = [(product, one) for product, vendors in sold.items() for one in vendors.values()]
        known: dict[int, Organization] = {one.vendor.pk: one.vendor for _, one in every}
        truth.read["prices"] = prices
        truth.read["default_vendor"] = {product: one.vendor.pk for product, one in every if one.default}
        begins = every_unit().filter(for_buying=True, retired_on__isnull=True)
        rows = begins.filter(product__in=sorted(truth.read["products"]))
        truth.read["buying_units"] = {
            product: (name, size) for product, name, size in rows.values_list("product_id", "name", "factor")
        }
        others = [pk for pk in named if pk not in known]
        truth.read["vendors"] = known | (
            {one.pk: one for one in Organization.objects.filter(pk__in=others)} if others else {}
        )
        agreed = VendorTerms.objects.filter(organization__in=list(truth.read["vendors"]), void__isnull=True)
        truth.read["vendor_terms"] = {one.organization_id: one for one in agreed.select_related("tax_code")}
        codes = (one.tax_code for one in truth.read["vendor_terms"].values() if one.tax_code is not None)
        truth.read["agreed_codes"] = _all_that_follow(codes)
        abroad = {one.asks.currency for _, one in every}
        theirs = {one.currency for one in truth.read["vendors"].values()}
        read_rates(truth, abroad | theirs | ({currency} if currency else set()))
        truth.read["locations"] = {one.pk: one for one in Location.objects.all()}
        truth.read["default_location"] = next(
            (one for one in truth.read["locations"].values() if one.default), None
        )
        truth.read["sites"] = {one.pk: one for one in Site.objects.filter(pk__in=at)} if at else {}

    return read


def read_tax_codes(codes: Iterable[int | None]) -> Read:
    """Read the tax codes that somebody names."""
    wanted = sorted({code for code in codes if code})

    def read(truth: Truth) -> None:
        found: dict[int, TaxCode] = sql.by_ids(TaxCode, wanted) if wanted else {}
        truth.read["tax_codes"] = found | _all_that_follow(found.values())

    return read


def _all_that_follow(codes: Iterable[TaxCode]) -> dict[int, TaxCode]:
    """All tax codes, where one of these ends; else no statement."""
    ends = any(code.valid_until is not None for code in codes)
    return {code.pk: code for code in TaxCode.objects.all()} if ends else {}


def read_drafted_on(truth: Truth) -> None:
    """Read on which orders the lines stand already."""
    truth.read["drafted_on"] = defaultdict(list)
    if not any(h.kind == "drafted" for h in truth.held):
        return
    found = Holding.objects.filter(claim__in=sorted(truth.read["lines"]), kind="drafted", quantity__gt=0)
    for claim, number in found.values_list("claim", "place__drafted_line__purchase_order__number"):
        truth.read["drafted_on"][claim].append(number)


def read_approval(truth: Truth) -> None:
    """Read from which amount buying needs approval: from none while Procurement is off, with whose pages it hides."""
    house = truth.read["house"]
    off = {} if house.modules.get("procurement", True) else {"threshold_minor": None}
    truth.read["approval"] = house.approval | off


def read_tiers(truth: Truth) -> None:
    """Read who may approve how much and who stands in for whom today, where any tier is in force."""
    day = truth.today
    kept = ApprovalTier.objects.filter(Q(retired_on__isnull=True) | Q(retired_on__gt=day), void__isnull=True)
    truth.read["tiers"] = list(kept)
    truth.read["stands"], truth.read["names"], truth.read["said_yes"] = [], {}, {}
    if not truth.read["tiers"]:
        return
    truth.read["stands"] = standing_in(day)
    people = {one for tier in truth.read["tiers"] for one in tier.people}
    people |= {one.delegate for one in truth.read["stands"]}
    truth.read["names"] = {one.pk: str(one) for one in User.objects.filter(pk__in=people)}
    decided = Approval.objects.filter(
        Q(line__in=list(truth.read["lines"]))
        | Q(purchase_line__in=list(truth.read.get("purchase_lines", ()))),
        void__isnull=True,
    )
    said: dict[tuple[str, int], dict[int | None, int]] = defaultdict(dict)
    for line, purchase_line, by, granted, amount in decided.order_by("pk").values_list(
        "line", "purchase_line", "by", "granted", "amount_minor"
    ):
        about = ("line", line) if line else ("purchase_line", purchase_line)
        if granted:
            said[about][by] = amount
        else:
            said.pop(about, None)
    truth.read["said_yes"] = said


def standing_in(day: date) -> list[Stand]:
    """Who approves in whose place on a day."""
    found = Delegation.objects.filter(
        first_on__lte=day, last_on__gte=day, ended_at__isnull=True, void__isnull=True
    )
    return [Stand(*one) for one in found.order_by("pk").values_list("approver", "delegate")]


def read_limits(truth: Truth) -> None:
    """Read from which amount buying needs approval, and the products where any does."""
    read_approval(truth)
    if truth.read["approval"]["threshold_minor"] is not None:
        read_products()(truth)


def read_costs(truth: Truth) -> None:
    """Read what the lines' products cost at their default vendors."""
    products = {line.product_id for line in truth.read["lines"].values()}
    truth.read["costs"] = costs_at_home(products, truth.home_currency, truth.effective_on)


def read_arrived(truth: Truth) -> None:
    """Read whether anything of the locked orders has arrived: less is on order than its lines say."""
    ordered = sum(line.quantity for line in truth.read["purchase_lines"].values())
    at = {line.place_id for line in truth.read["purchase_lines"].values()}
    truth.read["arrived"] = ordered != sum(h.quantity for h in truth.held if h.place in at)


def read_came(truth: Truth) -> None:
    """Read how many of each line of the locked orders came, those refused at the door among them."""
    came: dict[int, int] = defaultdict(int)
    for line, _kind, units in arrivals(sorted(truth.read["purchase_lines"])):
        came[line] += int(units)
    truth.read["came"] = came


_BINS = Prepared(
    lambda bins, locations: Bin.objects.filter(
        Q(pk__in=bins) | Q(location__in=locations, default=True), retired_on__isnull=True
    ),
    ids("bins"),
    ids("locations"),
)


def read_door(arrivals: Sequence[Any]) -> Read:
    """Read what receiving needs: bins, sites of drop shipments, and lots that are known by these numbers."""
    bins = sorted({a.bin for a in arrivals if a.bin is not None})
    codes = sorted({same(code) for a in arrivals for code in (*a.serials, a.batch) if code})

    def read(truth: Truth) -> None:
        locations = sorted({line.location_id for line in truth.read["purchase_lines"].values()})
        rows = _BINS(bins, locations)
        truth.read["bins"] = {one.pk: one for one in rows}
        truth.read["default_bins"] = {one.location_id: one for one in rows if one.default}
        sites = {order.ship_to_site_id for order in truth.documents["purchasing.PurchaseOrder"].values()} - {
            None
        }
        truth.read["sites"] = sql.by_ids(Site, sites)
        truth.read["freight"] = _read_freight(truth)
        truth.read["known_lots"] = known_lots(purchase_products(truth), codes) if codes else {}
        numbered = {a.purchase_line for a in arrivals if a.numbered}
        truth.read["last_numbers"] = _last_numbers(truth, numbered) if numbered else {}

    return read


def _last_numbers(truth: Truth, lines: Iterable[int]) -> dict[int, int]:
    """The highest number that was ever given of the series of these lines' products, whose rows are locked."""
    products = sorted({line.product_id for line in map(truth.read["purchase_lines"].get, lines) if line})
    rows = sql.fetch(
        "SELECT l.product_id, MAX(SUBSTR(l.code_key, LENGTH(RTRIM(g.serial_pattern, '#')) + 1)) "
        "FROM ledger_lot l JOIN catalog_product g ON g.id = l.product_id "
        f"WHERE {sql.among('l.product_id')} AND l.serial AND LENGTH(l.code_key) = LENGTH(g.serial_pattern) "
        "AND SUBSTR(l.code_key, 1, LENGTH(RTRIM(g.serial_pattern, '#'))) = LOWER(RTRIM(g.serial_pattern, '#')) "
        "AND RTRIM(SUBSTR(l.code_key, LENGTH(RTRIM(g.serial_pattern, '#')) + 1), '0123456789') = '' "
        "GROUP BY l.product_id",
        [sql.array(products)],
    )
    return {product: int(last or 0) for product, last in rows}


def _read_freight(truth: Truth) -> dict[int, int]:
    """What each line of the locked orders carries of its order's freight, where there is any."""
    orders = [one for one in truth.documents["purchasing.PurchaseOrder"].values() if one.freight_minor]
    if not orders:
        return {}
    lines = [line for line in truth.read["positions"] if line.removed_at is None]
    goods = Product.objects.filter(pk__in={line.product_id for line in lines})
    decimals = dict(goods.values_list("pk", "quantity_decimals"))
    found: dict[int, int] = {}
    for order in orders:
        own = [line for line in lines if line.purchase_order_id == order.pk]
        found |= spread_freight(order, own, decimals, truth.home_currency)
    return found


def known_lots(products: Iterable[int], codes: Sequence[str]) -> dict[tuple[int, str], KnownLot]:
    """Our lots of these products by their numbers, with where a serial stands."""
    found = {}
    for pk, product, key, serial, kind in sql.fetch(
        "SELECT l.id, l.product_id, l.code_key, l.serial, "
        "(SELECT h.kind FROM ledger_holding h WHERE h.lot_id = l.id "
        "AND h.quantity > 0 AND NOT h.unbounded LIMIT 1) FROM ledger_lot l "
        f"WHERE {sql.among('l.product_id')} AND {sql.among('l.code_key', 'text')} AND l.owned",
        [sql.array(sorted(products)), sql.array(codes)],  # type: ignore[arg-type]
    ):
        found[product, key] = KnownLot(pk, bool(serial), kind or "")
    return found
