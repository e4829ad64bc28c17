"""What the pages of buying show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import F, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from wharfinger.base import configuration
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_
from wharfinger.base.typed import written
from wharfinger.catalog.entry import Packs
from wharfinger.catalog.models import TaxCode
from wharfinger.catalog.queries import codes_of
from wharfinger.catalog.rules.units import told
from wharfinger.demand.entry import unit_words
from wharfinger.demand.models import Line
from wharfinger.demand.queries.serving import served
from wharfinger.ledger.models import Holding
from wharfinger.ledger.telling import timeline
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.queries import approvals, rising, shown, vendor_terms
from wharfinger.purchasing.queries import orders as queries
from wharfinger.purchasing.queries.belonging import belonging
from wharfinger.purchasing.queries.billed import by_order_line, of_lines
from wharfinger.purchasing.queries.bills import bills_of, due
from wharfinger.purchasing.queries.expected import part_numbers
from wharfinger.purchasing.queries.landed import LandedCost, billed, costs_of
from wharfinger.purchasing.rules.drafting import BUYABLE
from wharfinger.purchasing.rules.rising import waits
from wharfinger.purchasing.rules.taxing import NO_TAX
from wharfinger.stock.models import Bin, Location

MOST_LABELS = 200
"""For so many things a receipt offers labels at once, so that their numbers fit into an address."""
CHOICES = 100
"""How many customers' lines a form offers to choose from; all of them are in Purchasing & Fulfillment."""


def found(pk: int) -> Any:
    """One purchase order; raises NotThere."""
    return shown.order(pk)


def lines_of(pk: int) -> list[PurchaseLine]:
    """The lines of an order."""
    rows = PurchaseLine.objects.filter(purchase_order=pk, void__isnull=True, removed_at__isnull=True)
    wanted = rows.select_related("product", "location", "purchase_order", "tax_code")
    return list(wanted.order_by("position", "pk"))


def still_expected(pk: int) -> list[tuple[PurchaseLine, int]]:
    """The lines of an order of which something is on order, with how many."""
    lines = lines_of(pk)
    standing = Holding.objects.filter(place__in=[line.place_id for line in lines], quantity__gt=0)
    units = dict(standing.values_list("place").annotate(Sum("quantity")))
    return [(line, units[line.place_id]) for line in lines if line.place_id in units]


def locations() -> list[tuple[int, str]]:
    """Where goods may be received."""
    return list(
        Location.objects.filter(retired_on__isnull=True)
        .order_by("-default", "name")
        .values_list("pk", "name")
    )


def tax_codes() -> list[tuple[int, str]]:
    """How a vendor may tax what it sells; the first for not at all."""
    codes = TaxCode.objects.filter(retired_on__isnull=True).order_by("-default", "code")
    return [(NO_TAX, _("No tax"))] + [(one.pk, f"{one.code} · {one.name}") for one in codes]


def to_buy() -> list[dict[str, Any]]:
    """Customers' lines of which something is to be bought, with how many; who is served first stands first."""
    found = Holding.objects.filter(kind__in=BUYABLE, quantity__gt=0, claim__line__void__isnull=True)
    of = "claim__line__"
    rows: Any = found.values(
        "claim_id",
        site=F(f"{of}site_id"),
        at=F(f"{of}site__name"),
        customer=F(f"{of}organization__name"),
        number=F(f"{of}sheet__number"),
        sku=F("product__sku"),
        decimals=F("product__quantity_decimals"),
        # PostgreSQL sorts groups only by what they are grouped by.
        priority=F(f"{of}sheet__priority"),
    ).annotate(units=Sum("quantity"))
    return list(rows.order_by(*served(of))[:CHOICES])


def order(pk: int, user: Any) -> dict[str, Any]:
    """One purchase order with everything its page shows."""
    row = found(pk)
    lines = lines_of(pk)
    costs = user.may("catalog.see_cost")
    standing = queries.figures(line.pk for line in lines)
    names = _whom([line.pk for line in lines])
    asked = by_order_line(of_lines(line.pk for line in lines))
    draft = row.submitted_at is None and row.cancelled_at is None
    changes = waits(row)
    asks = approvals.asking([row], {row.pk: lines})[row.pk] if draft or changes else []
    sums, agreed = queries.sums_of(row, lines), vendor_terms.of_vendor(row.vendor_id)
    return {
        "order": row,
        "word": (queries.TONES[row.word], _(queries.WORDS[row.word])),
        "costs": costs,
        "lines": [
            _line(row, line, standing[line.pk], names[line.pk], costs=costs)
            | {"billed": (asked[line.pk], line.product.quantity_decimals)}
            for line in lines
        ],
        "any_billed": any(asked.values()),
        "to_bill": row.submitted_at is not None
        and any(standing[line.pk].on_order + standing[line.pk].received > asked[line.pk] for line in lines),
        "bills": bills_of(lines__purchase_line__purchase_order=pk) if any(asked.values()) else [],
        "sums": sums,
        "terms_days": row.vendor.terms_days if row.terms_days is None else row.terms_days,
        "below_minimum": agreed.minimum_minor
        if draft and costs and agreed and sums.net < (agreed.minimum_minor or 0)
        else None,
        "draft": draft,
        "open": row.submitted_at is not None and row.done_id is None,
        "asks": bool(asks),
        "approved_by": ", ".join(
            sorted({name for names in approvals.said_yes(asks).values() for name in names})
        ),
        "own_request": row.approval_asked_by_id == user.pk
        or (not changes and any(line.requested_by_id == user.pk for line in lines)),
        "change": rising.told(row, lines),
        "may_approve": user.may("purchasing.approve"),
        "due": row.expected_on or max((line.expected_on for line in lines if line.expected_on), default=None),
        "mailed": bool(row.vendor.email or (agreed and agreed.orders_email)),
        "changed_since_sent": bool(row.sent_at and row.amended_at and row.amended_at > row.sent_at),
        "came": any(figures.received or figures.rejected for figures in standing.values()),
        "to_send_back": any(figures.rejected for figures in standing.values()) and bool(refused(pk)),
        "any_rejected": any(figures.rejected for figures in standing.values()),
        "receipts": list(queries.receipts_of(pk)),
        "entries": timeline(f"purchase_order:{pk}"),
    }


def _line(row: Any, line: PurchaseLine, figures: Any, whom: str, *, costs: bool) -> dict[str, Any]:
    places = line.product.quantity_decimals
    draft = row.submitted_at is None
    bar = {
        "to_order": line.quantity if draft else 0,
        "on_order": figures.on_order,
        "reserved": figures.received,
    }
    return {
        "id": line.pk,
        "sku": line.product.sku,
        "left": (figures.on_order, places) if figures.on_order else None,
        "confirmed": line.confirmed_on,
        "product": (
            " · ".join(filter(None, (f"{line.product.sku} {line.description}".strip(), unit_words(line)))),
            reverse("catalog:product", args=[line.product_id]),
        ),
        "quantity": (line.quantity, places),
        "where": (bar, places),
        "received": (figures.received, places),
        "rejected": (figures.rejected, places),
        "whom": whom,
        "location": line.location.name,
        "cost": (line.unit_cost_micro, row.currency) if costs else None,
        "net": (queries.net_of(row, line), row.currency) if costs else None,
        "tax": line.tax_code.code if line.tax_code else None,
        "expected": line.expected_on,
    }


def _whom(lines: list[int]) -> dict[int, str]:
    """For whom the goods of each line are meant, by the numbers of their documents."""
    waiting = shown.waiting(lines)
    claims = {claim for some in waiting.values() for claim, _kind, _quantity in some}
    numbers = dict(Line.objects.filter(pk__in=claims).values_list("pk", "sheet__number"))
    named: dict[int, str] = defaultdict(str)
    for line, some in waiting.items():
        named[line] = ", ".join(dict.fromkeys(numbers[claim] for claim, _kind, _quantity in some))
    return named


def lines_named(pks: Sequence[int]) -> list[PurchaseLine]:
    """These lines, of whichever orders."""
    rows = PurchaseLine.objects.filter(pk__in=pks, void__isnull=True, removed_at__isnull=True)
    return list(
        rows.select_related("product", "location", "purchase_order__vendor").order_by(
            "purchase_order", "position"
        )
    )


def to_receive(lines: Sequence[PurchaseLine], seen: Collection[int] = ()) -> list[dict[str, Any]]:
    """Those of the lines that are still expected, with what the door must ask for each.

    seen: lines that stay although nothing more is expected of them, as somebody counts them just now.
    """
    standing = queries.figures(line.pk for line in lines)
    names = _whom([line.pk for line in lines])
    bins: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = Bin.objects.filter(location__in=[line.location_id for line in lines], retired_on__isnull=True)
    for one in rows.order_by("-default", "place__sequence", "name"):
        bins[one.location_id].append((one.pk, one.name))
    codes = codes_of({line.product_id: line.product for line in lines}.values())
    packs = Packs(line.product_id for line in lines)
    theirs = part_numbers(lines)
    return [
        {
            "line": line,
            "codes": {
                code: plain(units, line.product.quantity_decimals)
                for code, units in codes[line.product_id].items()
            }
            | dict.fromkeys(theirs.get(line.pk, ()), "1"),
            "left": standing[line.pk].on_order,
            "seen": standing[line.pk].on_order,
            "packs": packs,
            "units": packs.told(line.product),
            "said": written(*told(standing[line.pk].on_order, line.per)) if line.per else "",
            "decimals": line.product.quantity_decimals,
            "traced": line.product.traced if line.product.traced_from == "receipt" else "none",
            "numbers": line.product.traced == "serial"
            and (line.product.traced_from == "receipt" or line.purchase_order.ship_to == "organization"),
            "whom": names[line.pk],
            "bins": bins[line.location_id],
        }
        for line in lines
        if standing[line.pk].on_order or line.pk in seen
    ]


def refused(pk: int) -> list[tuple[PurchaseLine, int]]:
    """The lines of an order of which goods rejected at the door still stand here, and how many."""
    lines = lines_of(pk)
    standing = Holding.objects.filter(place__in=[line.refused_place_id for line in lines], quantity__gt=0)
    units = dict(standing.values_list("place").annotate(Sum("quantity")))
    return [(line, units[line.refused_place_id]) for line in lines if line.refused_place_id in units]


def receipt(pk: int, *, costs: bool) -> dict[str, Any]:
    """One receipt with what of it has not been taken back, and what it cost."""
    row = shown.receipt(pk)
    (what,) = shown.show_receipts([row], costs=False)
    landed = costs_of([pk])[pk] if costs else []
    prices = billed_prices(pk) if costs else {}
    goods = shown.came([row.made_id])[row.made_id]
    parts = belonging(goods)
    return {
        "receipt": row,
        "entries": timeline(f"receipt:{pk}"),
        "costs": [_cost(one) for one in landed],
        "live": row.cancelled_at is None and any(line["quantity"] != "0" for line in what["lines"]),
        "lines": [
            {
                "order": (
                    line["purchase_order_number"],
                    reverse("purchasing:order", args=[line["purchase_order"]]),
                ),
                "product": _("%(sku)s, cost per %(unit)s") % {"sku": line["sku"], "unit": line["unit"]}
                if line["unit"] and costs
                else line["sku"],
                "quantity": line["quantity"],
                "billed": line["billed"],
                "price": prices[line["purchase_line"]] if costs else None,
                "rejected": line["rejected"] if line["rejected"] != "0" else "",
                "why": _why(line),
                "serials": ", ".join(line["serials"]),
                "parts": parts.get(line["purchase_line"], ()),
            }
            for line in what["lines"]
        ],
        "labels": _labels(goods),
        "to_bill": bool(due(receipts=[pk])) if costs else False,
        "any_billed": any(line["billed"] != "0" for line in what["lines"]),
        "bills": bills_of(lines__receipt=pk),
    }


def _labels(goods: Sequence[shown.Came]) -> tuple[str, str]:
    """Labels of what came in: one for each serial number, else one for each unit of a product."""
    here = [one for one in goods if one.kind == "bin" and one.quantity]
    if serials := [one.lot for one in here if one.serial]:
        return "serials", f"ids={','.join(map(str, serials[:MOST_LABELS]))}"
    units: dict[int, int] = defaultdict(int)
    for one in here:
        units[one.product] += -(-one.quantity // 10**one.decimals)
    few = list(units.items())[:MOST_LABELS]
    copies = "".join(f"&copies-{pk}={n}" for pk, n in few)
    return "products", f"ids={','.join(str(pk) for pk, _n in few)}{copies}" if units else ""


def _why(line: dict[str, Any]) -> str:
    """Why goods of a receipt's line were turned away, each reason once."""
    if line["rejected"] == "0":
        return ""
    said = (": ".join(filter(None, (one["reason"], one["note"]))) for one in line["rejections"])
    return ", ".join(dict.fromkeys(said))


def _cost(one: LandedCost) -> dict[str, Any]:
    row, home = one.row, configuration.one("currency")
    return {
        "id": row.pk,
        "name": row.name,
        "vendor": row.vendor.name if row.vendor else "",
        "reference": row.reference,
        "spread": _(SPREADS[row.spread]),
        "amount": (row.amount_minor, row.currency),
        "bill": row.bill_id,
        # Of what came with a bill, its prices and its freight are stated together, on the bill.
        "stock": None if row.bill_id else (one.stock_minor, home),
        "variance": None if row.bill_id else (one.variance_minor, home),
        "cancelled": row.cancelled_at,
    }


SPREADS = {"value": N_("by value"), "quantity": N_("by quantity"), "weight": N_("by weight")}
"""How a cost may be spread over the goods of a receipt, in words."""


def billed_prices(pk: int) -> dict[int, tuple[int, str]]:
    """What a unit of each line of a receipt cost as billed, else as ordered, and in which currency."""
    row = shown.receipt(pk)
    bills = billed([pk])
    return {
        one.purchase_line: (bills.get((pk, one.purchase_line), one.unit_cost_micro), one.currency)
        for one in shown.came([row.made_id])[row.made_id]
    }
