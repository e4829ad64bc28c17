"""Figures and dates on a page, as the reader's language writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_timedelta
from babel.numbers import format_currency, format_decimal
from django.utils import timezone
from django.utils.translation import get_language, gettext
from markupsafe import Markup

from wharfinger.base import clock, worded
from wharfinger.base import money as currencies
from wharfinger.base.locales import day_words, locale_of

NOTHING = "–"
"""What stands where there is no figure."""

_WHO = Markup(
    '<span class="who" title="{0}"><span aria-hidden="true">{1}</span><span class="vh">{0}</span></span>'
)


def locale() -> Locale:
    """The reader's conventions; English dates are written day first."""
    return locale_of(get_language() or "en")


def money(minor: int | None, currency: str = "EUR") -> str:
    """A sum with its currency: 1,250.00 € of 125000 minor units."""
    return NOTHING if minor is None else worded.money(minor, currency)


def price(micro: int | None, currency: str = "EUR") -> str:
    """A unit price at 10⁻⁶: at least the currency's decimals, and as many more as it has."""
    if micro is None:
        return NOTHING
    least = currencies.decimals(currency)
    pattern = "#,##0." + "0" * least + "#" * (currencies.MICRO - least) + "\xa0¤"
    exact = Decimal(micro).scaleb(-currencies.MICRO)
    return format_currency(exact, currency, format=pattern, locale=locale(), currency_digits=False)


def quantity(units: int | None, decimals: int = 0) -> str:
    """A quantity in the smallest unit, as people count it."""
    return NOTHING if units is None else _quantity(units, decimals, get_language() or "en")


@lru_cache(maxsize=4096)
def _quantity(units: int, decimals: int, language: str) -> str:
    pattern = "#,##0." + "#" * decimals if decimals else "#,##0"
    return format_decimal(Decimal(units).scaleb(-decimals), format=pattern, locale=locale_of(language))


def day(value: date | datetime | None) -> str:
    """A calendar day: 13 Dec 2026."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return day_words(value)


def moment(value: datetime | None) -> str:
    """A day and the time of day, in the company's time zone."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value)
    return f"{day_words(local.date())} {local:%H:%M}"


def until(value: datetime | str | None) -> str:
    """Until when goods are held: the last whole day where it ends with the day, else the day and the time."""
    held = datetime.fromisoformat(value) if isinstance(value, str) else value
    if held is None:
        return NOTHING
    if isinstance(value, str) and len(value) <= len("2026-11-30"):
        return day(held.date())
    local = timezone.localtime(held)
    return (
        moment(held) if (local.hour, local.minute) != (0, 0) else day_words(local.date() - timedelta(days=1))
    )


def said(text: str) -> str:
    """A day or a moment that a refusal names in ISO form, as people write it."""
    value = datetime.fromisoformat(text)
    return day(value.date()) if len(text) <= len("2026-11-30") else moment(value)


def ago(value: datetime | None) -> Markup:
    """How long ago, with the exact moment on hover."""
    if value is None:
        return Markup("–")
    passed = value - clock.now()
    if abs(passed.total_seconds()) < 45:
        words = gettext("just now")
    else:
        words = format_timedelta(passed, add_direction=True, locale=locale(), threshold=0.9)
    exact = value.astimezone(UTC).isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(exact, moment(value), words)


def initials(name: str) -> Markup:
    """A person as two letters, the name on hover and for screen readers."""
    letters = "".join(part[0] for part in name.split()[:2]).lower() or NOTHING
    return _WHO.format(name, letters)
