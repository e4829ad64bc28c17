"""The words for how far money is, which balances alone decide."""

from __future__ import annotations


def invoice_word(*, posted: bool, total: int, open_minor: int, credited: int, overdue: bool) -> str:
    """Draft, open, partly paid, overdue, paid or credited; open is of what nothing was paid, though a part was credited."""
    if not posted:
        return "draft"
    if open_minor > 0:
        if overdue:
            return "overdue"
        return "open" if open_minor >= total - credited else "partly"
    return "credited" if total and credited == total else "paid"
