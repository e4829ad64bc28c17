"""What may be asked to be kept of a credit."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.base.refusal import N_, BadInput
from wharfinger.billing.rules.keeping_back import WHOLE, Kept


def check_kept(kept: Sequence[Kept]) -> None:
    """Refuse to keep nothing, more than all, or both a share and an amount."""
    for one in kept:
        if (one.share_micro is None) == (one.minor is None):
            raise BadInput(
                "share_or_amount", N_("Give a share in percent or an amount, one of them."), field=one.name
            )
        if one.share_micro is not None and not 0 < one.share_micro <= WHOLE:
            raise BadInput("bad_share", N_("Give more than 0 and at most 100 percent."), field=one.name)
        if one.minor is not None and one.minor <= 0:
            raise BadInput("not_positive", N_("Give an amount above zero."), field=one.name)
