"""Reads about lines: as plans need them under the locks, and as people see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from django.db.models import Q

from wharfinger.base import clock
from wharfinger.catalog.models import Component, Product, TaxCode
from wharfinger.demand.models import SUBJECTS, Line
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.kits import scarcest
from wharfinger.demand.rules.sheets import says_tax
from wharfinger.ledger import sql
from wharfinger.ledger.look import LOOSE, moment
from wharfinger.ledger.models import Claim
from wharfinger.ledger.plan import Truth
from wharfinger.pricing.queries import costs_at_home, listed, read_rates

QUANTITIES = {
    "wanted": ("quoted", "demand"),
    "to_approve": ("to_approve",),
    "to_order": ("to_order",),
    "drafted": ("drafted",),
    "on_order": ("on_order",),
    "ready": ("ready",),
    "reserved": ("bin", "transfer"),
    "picked": ("picked",),
    "packed": ("container",),
    "shipped": ("in_transit",),
    "delivered": ("customer", "rented"),
    "returned": ("returns", "bench", "at_vendor"),
    "restocked": ("returned",),
    "cancelled": ("dropped",),
    "to_bill": ("offered", "to_bill"),
    "invoiced": ("invoiced",),
    "credited": ("credited",),
    "waived": ("waived",),
}
"""The figures of a line: sums of its holdings over kinds of place."""

_FIGURE = {kind: figure for figure, kinds in QUANTITIES.items() for kind in kinds}


def figure_of(kind: str) -> str:
    """The figure in which units at a kind of place are counted."""
    return _FIGURE[kind]


def quantities(
    lines: Iterable[int], less: Mapping[tuple[int, str], int] = MappingProxyType({})
) -> dict[int, dict[str, int]]:
    """The figures of these lines, every figure named, in one statement.

    A kit's line has those of the component that is the least far, and its own bills.
    less: how many are not counted, by line and figure: what came after the day as of which one asks.
    """
    wanted = list(lines)
    found = {line: dict.fromkeys(QUANTITIES, 0) for line in wanted}
    kits: dict[int, dict[int, tuple[int, dict[str, int]]]] = {}
    now, asked = moment(clock.now()), sql.array(wanted)
    for claim, kit, ratio, kind, quantity in sql.fetch(
        f"SELECT h.claim_id, 0, 0, {_STANDS}, SUM(h.quantity) FROM ledger_holding h "
        "JOIN ledger_claim c ON c.id = h.claim_id "
        f"WHERE {sql.among('h.claim_id')} AND h.quantity > 0 GROUP BY 1, 4 UNION ALL "
        f"SELECT h.claim_id, l.parent_id, l.ratio, {_STANDS}, SUM(h.quantity) FROM demand_line l "
        "JOIN ledger_claim c ON c.id = l.claim_id JOIN ledger_holding h ON h.claim_id = l.claim_id "
        f"WHERE {sql.among('l.parent_id')} AND h.quantity > 0 GROUP BY 1, 2, 3, 4",
        [now, asked, now, asked],
    ):
        figure = _FIGURE.get(kind)
        if figure is None:
            continue
        if not kit:
            of = found[claim]
        else:
            of = kits.setdefault(kit, {}).setdefault(claim, (ratio, dict.fromkeys(QUANTITIES, 0)))[1]
        of[figure] += int(quantity)
    if less:
        every = [*found.items(), *((line, of) for parts in kits.values() for line, (_, of) in parts.items())]
        for line, of in every:
            for figure in of:
                of[figure] -= less.get((line, figure), 0)
    for kit, parts in kits.items():
        found[kit] |= scarcest(list(parts.values()))
    return found


_STANDS = (
    "CASE WHEN c.hold_until <= %s AND (h.kind = 'bin' OR h.kind IN ('on_order', 'transfer') AND EXISTS ("
    "SELECT 1 FROM demand_line q JOIN demand_sheet s ON s.id = q.sheet_id "
    "LEFT JOIN sales_order o ON o.sheet_id = s.id WHERE q.claim_id = h.claim_id "
    "AND (s.kind = 'quote' OR s.kind = 'order' AND o.confirmed_at IS NULL))) THEN 'quoted' ELSE h.kind END"
)
"""Goods whose hold has expired are free for whoever asks; their line wants them again. What was bought or sent for a
firm line stays its own."""


def read_products(truth: Truth) -> None:
    """Read the products of the lines and goods at hand, for their cost method, tracing and decimals."""
    ids = {h.product for h in (*truth.held, *truth.free)} | {
        line.product_id for line in truth.read.get("lines", {}).values()
    }
    known = truth.products
    truth.read["products"] = known if ids <= known.keys() else sql.by_ids(Product, ids)


def read_these_products(ids: Iterable[int]) -> Callable[[Truth], None]:
    """Read these products under the locks."""
    wanted = sorted(set(ids))

    def read(truth: Truth) -> None:
        known = truth.products
        truth.read["products"] = known if known.keys() >= set(wanted) else sql.by_ids(Product, wanted)

    return read


def read_components(truth: Truth) -> None:
    """Read what goes into the kits among the products at hand, and those products with their loose lots.

    Nothing is read where there is no kit.
    """
    truth.read["components"] = {}
    kits = [pk for pk, product in truth.read["products"].items() if product.kind == "kit"]
    if not kits:
        return
    rows = components_of(kits)
    truth.read["components"] = rows
    parts = {part for parts in rows.values() for part, _ in parts} - truth.read["products"].keys()
    found = sql.by_ids(Product, parts, also=[LOOSE])
    truth.read["products"] = truth.read["products"] | found
    truth.loose = truth.loose | {pk: row.loose_lot for pk, row in found.items()}  # type: ignore[attr-defined]


def components_of(products: Iterable[int]) -> dict[int, list[tuple[int, int]]]:
    """What goes into each of these: product, and how many of it go into one."""
    found: dict[int, list[tuple[int, int]]] = {}
    rows = Component.objects.filter(
        whole__in=sorted(set(products)), quantity__gt=0, void__isnull=True
    ).order_by("pk")
    for whole, product, quantity in rows.values_list("whole_id", "product_id", "quantity"):
        found.setdefault(whole, []).append((product, quantity))
    return found


def with_kits(products: Iterable[int]) -> set[int]:
    """These products and what goes into the kits among them."""
    named = set(products)
    parts = Component.objects.filter(
        whole__in=sorted(named), whole__kind="kit", quantity__gt=0, void__isnull=True
    )
    return named | set(parts.values_list("product_id", flat=True))


def read_lines(lines: Sequence[int], *, also: Sequence[tuple[str, str]] = ()) -> Callable[[Truth], None]:
    """Read these lines once their documents are locked; a line's product, sheet and kit never change.

    With a kit's line come those of its components, and with one of these the others and the kit's.
    also: name and SQL of further columns beside them.
    """
    wanted = sorted(set(lines))

    def read(truth: Truth) -> None:
        standing = f"claim_id IN ({_family()}) AND void_id IS NULL AND removed_at IS NULL"
        truth.read["lines"] = sql.read(Line, standing, [sql.array(wanted)] * 3, also=also)

    return read


FIRST_PLACE = (
    "first_place",
    (
        "COALESCE((SELECT k.place_id FROM demand_sheet s JOIN stock_location k ON k.id = s.location_id "
        'WHERE s.id = demand_line.sheet_id), (SELECT place_id FROM stock_location WHERE "default"))'
    ),
)
"""The place of the location from which a line's goods are taken first, as a column beside it."""


def keep_first_places(truth: Truth) -> None:
    """Keep by location of a document the place from which its goods are taken first, of lines with that column."""
    sheets = truth.documents["demand.Sheet"]
    truth.read["first_places"] = {
        sheets[line.sheet_id].location_id: line.first_place
        for line in truth.read["lines"].values()
        if line.sheet_id in sheets
    }


def _family() -> str:
    """Which lines go with those that are named, by index whatever the number of lines."""
    among = sql.among("claim_id")
    return (
        f"SELECT claim_id FROM demand_line WHERE {among} UNION ALL "
        "SELECT claim_id FROM demand_line WHERE parent_id IN "
        f"(SELECT COALESCE(parent_id, claim_id) FROM demand_line WHERE {among}) UNION ALL "
        f"SELECT parent_id FROM demand_line WHERE {among} AND parent_id IS NOT NULL"
    )


def read_lines_of(sheet: int) -> Callable[[Truth], None]:
    """Read all lines of a document, and those that a sales order collects, once it is locked."""

    def read(truth: Truth) -> None:
        found = Line.objects.filter(
            Q(sheet_id=sheet) | Q(order_id=sheet), void__isnull=True, removed_at__isnull=True
        )
        truth.read["lines"] = {line.pk: line for line in found.order_by("position", "pk")}

    return read


def line_ids(truth: Truth) -> list[int]:
    """The lines that were read, as the claims to lock."""
    return list(truth.read["lines"])


def line_products(truth: Truth) -> set[int]:
    """The products of the lines that were read."""
    return {line.product_id for line in truth.read["lines"].values()}


def sheets_of(lines: Sequence[int]) -> list[int]:
    """The documents whose words these lines decide: where they are wanted, and the order collecting them."""
    found = Line.objects.filter(pk__in=lines).values_list("sheet_id", "order_id")
    return sorted({sheet for pair in found for sheet in pair if sheet is not None})


def documents_of(lines: Sequence[int]) -> sql.Found:
    """The same, to be found and locked in one statement; a line's documents never change."""
    of = f"FROM demand_line WHERE {sql.among('claim_id')}"
    ids = sql.array(lines)
    return sql.Found(f"id IN (SELECT sheet_id {of} UNION SELECT order_id {of})", (ids, ids))


def falls_to(claims: Sequence[int]) -> dict[int, str]:
    """To which wish goods of these lines fall back: a quote's line to *quoted*, an order's to *demand*."""
    found = Line.objects.filter(pk__in=claims).values_list("pk", "sheet__kind", "sheet__order__confirmed_at")
    return {
        pk: "quoted" if kind == "quote" or (kind == "order" and confirmed is None) else "demand"
        for pk, kind, confirmed in found
    }


def documents_by_line(lines: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
    """How the journal names the document of each of these lines."""
    found = Line.objects.filter(pk__in=lines).values_list("pk", "sheet_id", "sheet__kind")
    return {line: [(SUBJECTS[kind], sheet)] for line, sheet, kind in found}


def read_claims(truth: Truth) -> None:
    """Read the claims of the lines, which are locked with them, for until when they hold."""
    found = Claim.objects.filter(pk__in=sorted(truth.read["lines"]))
    truth.documents["ledger.Claim"] = {claim.pk: claim for claim in found}


def read_routing(truth: Truth) -> None:
    """Read what decides where a firm wish goes: the approval threshold and the products' costs."""
    truth.read["approval"] = truth.read["house"].approval
    if truth.read["approval"]["threshold_minor"] is None:
        truth.read["costs"] = {}
        return
    truth.read["costs"] = costs_at_home(truth.read["products"], truth.home_currency, truth.effective_on)


def read_offers(
    wishes: Iterable[LineWish],
    *,
    organization: int | None = None,
    currency: str | None = None,
    tax_included: bool | None = None,
    sheet: int | None = None,
) -> Callable[[Truth], None]:
    """Read what price lists ask a customer where nobody typed a price; no statement where somebody always did.

    organization, currency, tax_included: whose new document it is, which was read, and in what and how its prices
    are said, where that is said; sheet: else the document that is locked. The rate of another currency than the home
    one is read with them, and how things are taxed where any price includes tax.
    """
    wanted = sorted({wish.product for wish in wishes if wish.unit_price_micro is None})

    def read(truth: Truth) -> None:
        whose, of, included = organization, currency, tax_included
        if whose is not None:
            of = of or truth.read["organization"].currency
            included = says_tax(truth, included, whose)
        elif sheet is not None and (document := truth.documents["demand.Sheet"].get(sheet)):
            whose, of, included = document.organization_id, document.currency, document.tax_included
        truth.read["listed"] = listed([whose], wanted) if whose is not None else {}
        read_rates(truth, [of] if of and wanted else [])
        if wanted:
            _read_taxes(truth, [bool(included)])

    return read


def read_offers_of_lines(lines: Sequence[int], *, also: Sequence[int] = ()) -> Callable[[Truth], None]:
    """The same for lines that were read. also: products that are offered instead of theirs."""

    def read(truth: Truth) -> None:
        found = [truth.read["lines"][line] for line in lines if line in truth.read["lines"]]
        truth.read["listed"] = listed(
            {line.organization_id for line in found}, {line.product_id for line in found} | set(also)
        )
        read_rates(truth, {line.currency for line in found})
        if found:
            _read_taxes(truth, [line.tax_included for line in found])

    return read


def read_taxes_of_lines(truth: Truth) -> None:
    """Read how lines that were read are taxed, where the price of one includes it."""
    lines = truth.read["lines"].values()
    codes = {line.tax_code_id for line in lines if line.tax_included}
    truth.read["tax_codes"] = sql.by_ids(TaxCode, codes)


def _read_taxes(truth: Truth, included: Iterable[bool]) -> None:
    """Read how things are taxed where a price includes it, as documents, lists or the company say theirs."""
    lists = (one.tax_included for found in truth.read["listed"].values() for one in found)
    if truth.read["house"].prices_include_tax or any(included) or any(lists):
        truth.read["tax_codes"] = {code.pk: code for code in TaxCode.objects.all()}
