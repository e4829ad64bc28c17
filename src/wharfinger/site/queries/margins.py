"""What an order leaves over its goods' cost: as it was expected, and what it really is so far."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from django.db.models import QuerySet, Sum

from wharfinger.base import clock, configuration
from wharfinger.base.money import rounded
from wharfinger.billing.models import CreditLine, InvoiceLine
from wharfinger.demand.queries.reading import SHEET, lines_on
from wharfinger.ledger import sql
from wharfinger.sales.queries.margins import Margin, costs_of, margins_of, together
from wharfinger.site.queries.reports.sales import DEPOSITS_APART, at_home
from wharfinger.stock.queries.worth import cause_of_draw


class OfOrder(NamedTuple):
    """The margin of an order, of those who may see costs."""

    expected: Margin | None
    """Of all its lines, at what their goods cost in stock or at their vendors now, in its currency; nothing where a cost
    is not known."""
    net: int
    """What was invoiced less what was credited, in home currency, as all that follows."""
    went: int
    """What left stock for it cost that much."""
    back: int
    """What came back of it is worth that much again."""
    currency: str
    home: str

    @property
    def so_far(self) -> Margin:
        """What is left of what was invoiced, less what really went."""
        return Margin(self.net, self.went - self.back)


def of_order(order: int) -> OfOrder:
    """The margin of an order, in a constant number of statements."""
    settings = configuration.read("currency", "time_zone")
    home = settings["currency"]
    lines = lines_on([order], SHEET)
    found = margins_of(lines, costs_of(lines, home), home, clock.today(settings["time_zone"]))
    went, back = _costs(order)
    currency = lines[0].currency if lines else home
    return OfOrder(together(lines, found), _net(order, home), went, back, currency, home)


def _net(order: int, home: str) -> int:
    """What was invoiced less what was credited for lines of an order, at the rates of its invoices."""
    apart = {f"invoice_line__{key}": value for key, value in DEPOSITS_APART.items()}
    sides: tuple[tuple[QuerySet[Any, Any], str, int], ...] = (
        (
            InvoiceLine.objects.filter(
                line__sheet=order,
                invoice__posted_at__isnull=False,
                invoice__void__isnull=True,
                **DEPOSITS_APART,
            ),
            "invoice",
            1,
        ),
        (
            CreditLine.objects.filter(
                invoice_line__line__sheet=order, credit_note__void__isnull=True, **apart
            ),
            "invoice_line__invoice",
            -1,
        ),
    )
    total = Fraction(0)
    for rows, paper, sign in sides:
        each = (
            rows.order_by()
            .values_list(f"{paper}__currency", f"{paper}__rate_micro")
            .annotate(Sum("net_minor"))
        )
        for currency, rate, net in each:
            total += sign * at_home(net, currency, rate, home)
    return rounded(total.numerator, total.denominator)


def _costs(order: int) -> tuple[int, int]:
    """What went for the lines of an order and what came back of it, at the cost it had."""
    # The line is the one that goods leave, or of free goods that come to it the one they come to.
    ends = (
        (
            "JOIN ledger_holding s ON s.claim_id = n.claim_id JOIN ledger_move m ON m.source_id = s.id "
            "JOIN ledger_holding t ON t.id = m.target_id"
        ),
        (
            "JOIN ledger_holding t ON t.claim_id = n.claim_id JOIN ledger_move m ON m.target_id = t.id "
            "JOIN ledger_holding s ON s.id = m.source_id AND s.claim_id = 0"
        ),
    )
    each = " UNION ALL ".join(
        f"SELECT {cause_of_draw()} AS why, d.value_minor AS v FROM demand_line n {end} "
        "JOIN ledger_draw d ON d.move_id = m.id WHERE n.sheet_id = %s"
        for end in ends
    )
    # What repairs of its goods cost besides their parts, which left for lines of its own.
    each += (
        " UNION ALL SELECT 'sold' AS why, r.cost_minor AS v FROM returns_repair r "
        "WHERE r.sheet_id = %s AND r.void_id IS NULL"
    )
    rows = sql.fetch(
        f"SELECT why, SUM(v) FROM ({each}) x WHERE why IN ('sold', 'returned') GROUP BY why", [order] * 3
    )
    found = {why: int(value) for why, value in rows}
    return found.get("sold", 0), -found.get("returned", 0)
