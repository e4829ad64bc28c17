"""Which permission changing the lines of a document needs: what is firm is amended, what is not is still written."""

from __future__ import annotations

from wharfinger.base.access import Actor, require

ANY = ("sales.quote", "sales.order", "sales.amend", "work.charge", "work.amend")
"""With one of these somebody may change lines of some document."""


def permission(kind: str, *, firm: bool, adds: bool = False) -> str:
    """What changing lines of a document needs. adds: whether lines are only added to it."""
    if kind == "quote":
        return "sales.quote"
    if kind == "order":
        return "sales.amend" if firm else "sales.order"
    return "work.charge" if adds else "work.amend"


def let_in(actor: Actor) -> None:
    """Let whoever may change lines of some document pass; raise NotAllowed before anything is looked at."""
    if not any(actor.may(one) for one in ANY):
        require(actor, ANY[-1])
