"""The words for how far money is, which balances alone decide."""

from __future__ import annotations


def invoice_word(
    *,
    posted: bool,
    total: int,
    open_minor: int,
    credited: int,
    overdue: bool,
    written_off: int = 0,
    taken: int = 0,
) -> str:
    """Draft, open, partly paid, overdue, paid, written off or credited.

    Open is of what nothing was paid, though a part was credited or written off.
    """
    if not posted:
        return "draft"
    asked = total - credited - written_off - taken
    if open_minor > 0:
        if overdue:
            return "overdue"
        return "open" if open_minor >= asked else "partly"
    if total and credited == total:
        return "credited"
    return "written_off" if written_off > 0 and asked <= 0 else "paid"
