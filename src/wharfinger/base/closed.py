"""Why something is dated into a period that is closed: said at the door, for whatever verb needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from wharfinger.base.words import tidy

NEEDED = "closed_needs_reason"
"""The code of the refusal of an act that is dated there and says no reason."""

_said: ContextVar[str] = ContextVar("said", default="")


@contextmanager
def because(reason: str, *, field: str = "reason") -> Iterator[None]:
    """Let the act inside be dated into a closed period for a reason, where the actor may."""
    token = _said.set(tidy(reason, field=field, most=1000, needed=False))
    try:
        yield
    finally:
        _said.reset(token)


def said() -> str:
    """The reason that was said at the door; empty where none was."""
    return _said.get()
