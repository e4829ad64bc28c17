"""Pure decisions about what recurs: a line that is asked for once in each period, and says one of them."""

from __future__ import annotations

from wharfinger.base.refusal import N_, BadInput

PERIODS = {"month": N_("Every month"), "quarter": N_("Every quarter"), "year": N_("Every year")}


def known_period(every: str, field: str = "every") -> str:
    """A period that we know, or none; raises BadInput for any other."""
    if every and every not in PERIODS:
        raise BadInput("no_such_choice", N_("Choose one from the list."), field=field)
    return every
