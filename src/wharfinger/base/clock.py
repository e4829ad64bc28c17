"""The only place that asks what time it is, so that a test can hold it still."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: str | ZoneInfo = "UTC") -> date:
    """The calendar day it is now in the given time zone: the company's, wherever goods or money move."""
    return day_of(now(), zone)


def day_of(instant: datetime, zone: str | ZoneInfo) -> date:
    """The calendar day an instant falls on in the given time zone."""
    return instant.astimezone(zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)).date()
