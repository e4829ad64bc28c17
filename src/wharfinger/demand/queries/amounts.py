"""What documents and their lines come to, read for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from wharfinger.base.tax import TaxedRow, Totals, row_of, totals
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries.reading import ORDER, SHEET, lines_on
from wharfinger.demand.rules import amounts
from wharfinger.demand.rules.recurring import PERIODS
from wharfinger.ledger import sql
from wharfinger.ledger.models import Account, Holding
from wharfinger.ledger.prepared import Prepared, ids

NOTHING = totals([])


def _bills(sheets: Any, by: str) -> QuerySet[Any, Any]:
    lines = {f"claim__line__{by}__in": sheets}
    posted = Holding.objects.filter(**lines, kind="invoiced", place__invoice__posted_at__isnull=False)
    named = (f"claim__line__{by}_id", "place__invoice__pk", "place__invoice__total_minor")
    return posted.values_list(*named).order_by().distinct()


def _asked_beforehand(orders: Any) -> QuerySet[Any, Any]:
    """What deposits ask for, which bill no line, less what was credited of them."""
    found = Sheet.objects.filter(
        pk__in=orders,
        invoices__kind="deposit",
        invoices__posted_at__isnull=False,
        invoices__void__isnull=True,
    )
    # All of it in one filter: another one would ask any invoice of the order for its credit notes.
    back = Sheet.objects.filter(
        pk=OuterRef("pk"),
        invoices__pk=OuterRef("invoices__pk"),
        invoices__credit_notes__void__isnull=True,
    )
    credited = (
        back.order_by()
        .values("invoices__pk")
        .annotate(minor=Sum("invoices__credit_notes__total_minor"))
        .values("minor")
    )
    asked = F("invoices__total_minor") - Coalesce(Subquery(credited), 0)
    return found.order_by().values_list("pk", "invoices__pk", asked)


_BILLS = {
    SHEET: Prepared(lambda sheets: _bills(sheets, SHEET), ids("sheets")),
    ORDER: Prepared(lambda orders: _bills(orders, ORDER).union(_asked_beforehand(orders)), ids("orders")),
}


class Money(NamedTuple):
    """What was asked of the customer for a document, and what of it is still open, in minor units."""

    billed: int = 0
    open: int = 0


def said_of(line: Line, waived: int = 0) -> int:
    """What a line comes to as its price says it, with tax where that is included, less what is not billed of it."""
    return amounts.said_of(line, line.quantity - waived) if line.billable else 0


def net_of(line: Line, waived: int = 0) -> int:
    """The net amount of a line in minor units, less what is not billed of it."""
    return amounts.net_of(line, line.quantity - waived) if line.billable else 0


def recurring_of(lines: Iterable[Line], of: Callable[[Line], int] = said_of) -> dict[str, int]:
    """What recurs of these lines, by its period, in the order of periods; what is not taken left out."""
    found = dict.fromkeys(PERIODS, 0)
    named = set()
    for line in lines:
        if line.every and line.taken and line.parent_id is None:
            found[line.every] += of(line)
            named.add(line.every)
    return {every: minor for every, minor in found.items() if every in named}


def taxed(line: Line, waived: int = 0) -> TaxedRow:
    """A line as its document's totals take it."""
    return row_of(said_of(line, waived), line.tax_code, line.tax_included)


def totals_of(
    sheets: Collection[int],
    by: str,
    ended: Collection[int] = (),
    lines: Collection[Line] | None = None,
    figures: Mapping[int, Mapping[str, int]] | None = None,
) -> dict[int, Totals]:
    """Net, tax and total of these documents, in two statements however many; what is not taken is left out.

    by: ORDER where lines count for the order that collects them, else SHEET. ended: documents that
    were won, lost or cancelled, which show what they came to before. lines, figures: theirs, where they are
    read already.
    """
    lines = lines_on(sheets, by) if lines is None else lines
    still = [line.pk for line in lines if getattr(line, f"{by}_id") not in ended]
    gone = waived(still) if figures is None else {pk: figures[pk]["waived"] for pk in still}
    found: dict[int, list[TaxedRow]] = defaultdict(list)
    for line in lines:
        if line.taken:
            found[getattr(line, f"{by}_id")].append(taxed(line, gone.get(line.pk, 0)))
    return {sheet: totals(found[sheet]) if sheet in found else NOTHING for sheet in sheets}


def waived(lines: Iterable[int]) -> dict[int, int]:
    """How much of each line will never be billed, since it was cancelled, lent or sold by a partner."""
    wanted = sql.array(list(lines))
    found = sql.fetch(
        "SELECT claim_id, quantity FROM ledger_holding "
        f"WHERE {sql.among('claim_id')} AND kind = 'waived' AND quantity > 0",
        [wanted],
    )
    return {claim: int(units) for claim, units in found}


def money_of(sheets: Collection[int], by: str) -> dict[int, Money]:
    """What invoices ask for these documents and what is open on them, in two statements however many."""
    pairs = _BILLS[by](sheets)
    named = sorted({f"invoice:{invoice}" for _, invoice, _ in pairs})
    accounts = Account.objects.filter(kind="receivable", document__in=named)
    balances = dict(accounts.values_list("document", "balance_minor")) if named else {}
    found = dict.fromkeys(sheets, Money())
    for sheet, invoice, total in pairs:
        sofar = found[sheet]
        # PostgreSQL sums whole numbers as decimals.
        found[sheet] = Money(sofar.billed + int(total), sofar.open + balances.get(f"invoice:{invoice}", 0))
    return found


def open_on(row: Any, total: int, money: Money) -> int:
    """What the customer still has to pay of an order or of work: not invoiced yet, or invoiced and not paid.

    Of one that was cancelled nothing but what its invoices still ask for.
    """
    if row.goods_word == "cancelled":
        return money.open
    paid = money.billed - money.open
    return max(0, total - paid)
