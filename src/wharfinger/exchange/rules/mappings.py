"""Pure decisions about the mappings that people keep."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from wharfinger.base.refusal import N_, BadInput
from wharfinger.exchange.rules.cells import DATES, DECIMALS
from wharfinger.ledger.plan import Plan, Truth


def kept(names: Collection[str], columns: Mapping[str, str], decimal: str, dates: str) -> dict[str, str]:
    """What of a form is kept: the columns that were chosen; raises BadInput where the rest makes no mapping.

    names: the columns that files of the kind have.
    """
    if decimal not in DECIMALS:
        raise BadInput("bad_decimal", N_("Numbers have a point or a comma."), field="decimal")
    if dates not in DATES:
        raise BadInput("bad_dates", N_("Days come before months, or months before days."), field="dates")
    return {name: heading for name, heading in columns.items() if heading and name in names}


def plan_save(
    truth: Truth, *, name: str, kind: str, columns: Mapping[str, str], decimal: str, dates: str
) -> Plan:
    """Keep a mapping under its name; the same name again replaces what it said."""
    plan = Plan()
    values = {"kind": kind, "columns": dict(columns), "decimal": decimal, "dates": dates}
    for row in truth.read["mappings"]:
        plan.change(row, **values)
        plan.mention(row)
    if not truth.read["mappings"]:
        plan.mention(("mapping", plan.create("exchange.Mapping", name=name, **values)))
    return plan
