"""Which steps are not undone as they are but by another one, and why, as the chart in the docs tells it."""

from __future__ import annotations

AGAIN = "again"
"""How a step is undone that took many back: each of them is done again."""
_ONCE = (
    "takes back what earlier steps did, move by move, and a move is taken back once: the units, bins and boxes of then "
    "may be somebody else's by now, so that the step is done again with those that are there"
)
_PAPER = (
    "leaves a paper that the other side has, or money that moved: both stay, and an opposite paper or payment corrects "
    "them"
)
_COST = (
    "states what goods cost, also of those that have left since: the opposite step states the difference today, and "
    "no closed day changes"
)
WHY: dict[str, str] = {
    **dict.fromkeys(
        ("unpick", "unpack", "stop_run", "cancel_delivery", "remove", "cancel_receipt", "reopen"), _ONCE
    ),
    **dict.fromkeys(("invoice", "post_invoice", "credit", "pay", "cancel_payment", "refund"), _PAPER),
    **dict.fromkeys(("apply", "unapply", "enter_bill", "accept_bill", "cancel_bill"), _PAPER),
    **dict.fromkeys(("pay_bills", "cancel_vendor_payment"), _PAPER),
    **dict.fromkeys(("land_cost", "cancel_cost", "reprice", "revalue"), _COST),
    "sell": "is goods, invoice and payment in one: re-opening the order gives the goods back and credits the invoice",
    "expire": "gave goods free that others may hold by now: they are reserved again as far as they are there",
    "take_apart": "set parts free that may have gone since: the whole is built again of those that are there",
}
"""Why a step is not undone as it is but by another one, by verb."""


def reasons() -> str:
    """Why steps are not undone as they are, as a list for the docs; verbs of one reason stand together."""
    together: dict[str, list[str]] = {}
    for verb, why in WHY.items():
        together.setdefault(why, []).append(f"`{verb}`")
    return "\n".join(f"- {', '.join(sorted(verbs))}: {why}." for why, verbs in together.items())
