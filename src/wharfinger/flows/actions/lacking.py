"""Order what lines of a document need and is free nowhere."""

from __future__ import annotations

from wharfinger.base.access import Actor, require
from wharfinger.base.door import there
from wharfinger.base.refusal import N_, Refusal
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries import quantities
from wharfinger.demand.queries.reading import ORDER, SHEET
from wharfinger.demand.queries.shortage import lacks, shortages
from wharfinger.demand.queries.shown import lines_of
from wharfinger.ledger.write import Written
from wharfinger.purchasing.actions.ordering import draft_per_vendor
from wharfinger.purchasing.rules.drafting import Wanted


def order_lacking(*, actor: Actor, sheet: int) -> Written:
    """Put what lines of an order or of work lack on drafts, one for each vendor, all in one entry.

    What is free for one line is not there for the next. Raises Refusal where nothing lacks.
    """
    require(actor, "purchasing.order")
    doc = there(Sheet.objects.filter(void__isnull=True).exclude(kind="quote"), sheet)
    found = list(lines_of(sheet, ORDER if doc.kind == "order" else SHEET).select_related("product"))
    figures = quantities([line.pk for line in found])
    missing = lacks(found, figures, shortages(found, figures))
    wanted = [Wanted(line, units) for line, units in missing.items() if units]
    if not wanted:
        raise Refusal("nothing_lacks", N_("Nothing lacks any more: what is needed is free or ordered."))
    return draft_per_vendor(actor=actor, wanted=wanted)
