"""The only place that asks what time it is, so that a test can hold it still."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_standing: ContextVar[datetime | None] = ContextVar("standing", default=None)


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _standing.get() or datetime.now(UTC)


@contextmanager
def standing_at(instant: datetime) -> Iterator[None]:
    """Let it be this instant inside, for telling a made-up past; nothing that serves people does so."""
    token = _standing.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _standing.reset(token)


def today(zone: str | ZoneInfo) -> date:
    """The calendar day it is now in the given time zone: the company's, wherever goods or money move."""
    return day_of(now(), zone)


def day_of(instant: datetime, zone: str | ZoneInfo) -> date:
    """The calendar day an instant falls on in the given time zone."""
    return instant.astimezone(zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)).date()
