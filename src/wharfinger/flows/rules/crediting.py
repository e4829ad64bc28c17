"""Who comes to a credit note by taking goods back, and who may decline it."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.base.access import lacks
from wharfinger.base.refusal import N_, BadInput
from wharfinger.billing.rules.credits import Credit


def require_credit(wanted: Sequence[Credit], *, reason: str, credit: bool, may_credit: bool) -> bool:
    """Whether to credit what is invoiced of goods that come back.

    Raises BadInput where somebody declines it without a reason, NotAllowed where they may not credit.
    """
    if not wanted:
        return False
    if not credit and not reason:
        raise BadInput(
            "reason_wanted", N_("These goods are invoiced. Say why they are not credited."), field="reason"
        )
    if credit and not may_credit:
        raise lacks("billing.credit")
    return credit
