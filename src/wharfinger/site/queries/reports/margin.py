"""What was invoiced less what the goods that went really cost.

The cost is what left the layers for the lines of customers, on the day it left, and what came back of it on the day it
was put back: all together it is the change of worth of stock by these two causes, to the cent. A cost that came when its
goods had left is no cost of a line; it is told by month, as purchase variance states it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction

from django.db.models import Sum

from wharfinger.base.money import rounded
from wharfinger.base.refusal import N_
from wharfinger.ledger import sql
from wharfinger.ledger.models import Posting
from wharfinger.site.queries.reports.sales import Sums, categories, key_of, summed, together
from wharfinger.site.queries.reports.shape import Broken, Figure, Figures, Key, Told, Wanted, settled
from wharfinger.stock.queries.worth import cause_of_draw

PRODUCT = "COALESCE(p.product_id, n.product_id, l.product_id)"
"""Components cost what their kit is sold for."""
KEYS = {
    "product": PRODUCT,
    "category": "c.category_id",
    "customer": "h.organization_id",
    "group": "o.customer_group_id",
    "person": "h.owner_id",
    "location": "h.location_id",
    "month": "e.effective_on",
}
JOINS = {
    "category": f" JOIN catalog_product c ON c.id = {PRODUCT}",
    "group": " LEFT JOIN parties_organization o ON o.id = h.organization_id",
}
"""What is read beside lines and their documents."""
LAYER = "JOIN ledger_layer l ON l.id = d.layer_id "
PARENT = "LEFT JOIN demand_line p ON p.claim_id = n.parent_id "


def costs(wanted: Wanted) -> dict[Key, tuple[int, int]]:
    """What went and what came back of each group, at the cost it had, in a constant number of statements."""
    if wanted.by == "category":
        each = costs(replace(wanted, by="product"))
        kinds: dict[Key, tuple[int, int]] = {}
        for product, category in categories(each).items():
            went, back = kinds.get(category, (0, 0))
            kinds[category] = went + each[product][0], back + each[product][1]
        return kinds
    named = {wanted.by, *wanted.only}
    more = "".join(join for key, join in JOINS.items() if key in named)
    # What a kit's components are sold for is asked of where goods are told apart alone.
    goods, parts = (LAYER, PARENT) if named & {"product", "category"} else ("", "")
    only = "".join(f" AND {sql.among(KEYS[key])}" for key in wanted.only)
    found: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for key, why, value in sql.fetch(
        f"SELECT g, why, SUM(v) FROM (SELECT {KEYS[wanted.by]} AS g, {cause_of_draw()} AS why, d.value_minor AS v "
        "FROM ledger_entry e JOIN ledger_draw d ON d.entry_id = e.id JOIN ledger_move m ON m.id = d.move_id "
        "JOIN ledger_holding s ON s.id = m.source_id JOIN ledger_holding t ON t.id = m.target_id "
        f"{goods}LEFT JOIN demand_line n ON n.claim_id = CASE WHEN s.claim_id <> 0 THEN s.claim_id ELSE t.claim_id END "
        f"{parts}LEFT JOIN demand_sheet h ON h.id = n.sheet_id"
        f"{more} WHERE e.effective_on BETWEEN %s AND %s{only}) x "
        "WHERE why IN ('sold', 'returned') GROUP BY g, why",
        [wanted.since, wanted.until, *(sql.array(ids) for ids in wanted.only.values())],
    ):
        if value:
            found[key_of(key)][why == "returned"] += int(value)
    return {key: (went, -back) for key, (went, back) in found.items()}


def late(wanted: Wanted) -> dict[Key, int]:
    """By month, what goods cost beyond their worth when they had left already."""
    found: dict[Key, int] = defaultdict(int)
    days = (wanted.since, wanted.until)
    for side, sign in (("target", 1), ("source", -1)):
        rows = (
            Posting.objects.filter(**{f"{side}__kind": "purchase_variance"}, entry__effective_on__range=days)
            .values_list("entry__effective_on")
            .annotate(Sum("home_minor"))
        )
        for day, minor in rows:
            found[key_of(day)] += sign * minor
    return found


def _read(wanted: Wanted) -> Told:
    sums, cost = summed(wanted), costs(wanted)
    late_ones = late(wanted) if wanted.by == "month" and not wanted.only else {}
    keys = [*sums, *(key for key in cost if key not in sums)]
    keys += [key for key in late_ones if key not in keys]
    net = settled({key: sums[key].net if key in sums else Fraction(0) for key in keys})
    groups = {key: _figures(net[key], cost.get(key, (0, 0)), sums.get(key)) for key in keys}
    went, back = (sum(one[n] for one in cost.values()) for n in (0, 1))
    total = _figures(sum(net.values()), (went, back), together(sums.values()))
    if wanted.by == "month" and not wanted.only:
        for key in keys:
            groups[key]["late"] = late_ones.get(key, 0)
        total["late"] = sum(late_ones.values())
    return Told(groups, total)


def _figures(net: int, cost: tuple[int, int], sums: Sums | None) -> Figures:
    went, back = cost
    left = net - went + back
    return {
        "units": sums.quantity() if sums else None,
        "net": net,
        "cost": went,
        "back": back,
        "margin": left,
        "share": rounded(left * 10**6, net) if net > 0 else None,
    }


MARGIN = Broken(
    N_("Margin"),
    N_("What was invoiced less what was credited, and less what the goods that went really cost."),
    ("billing.read", "catalog.see_cost"),
    ("customer", "product", "category", "group", "person", "location", "month"),
    (
        Figure("units", N_("Units"), "quantity"),
        Figure("net", N_("Net")),
        Figure("cost", N_("Cost of what went")),
        Figure("back", N_("Came back")),
        Figure("margin", N_("Margin")),
        Figure("share", N_("Of net"), "share"),
        Figure("late", N_("Late costs"), by="month"),
    ),
    _read,
    "margin",
)
