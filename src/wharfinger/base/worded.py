"""Money and days in words: how a page and a refusal write them in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_currency
from django.utils.translation import get_language

from wharfinger.base import money as currencies
from wharfinger.base.locales import locale_of


def money(minor: int, currency: str) -> str:
    """A sum with its currency: 1,250.00 € of 125000 minor units."""
    return _money(minor, currency, get_language() or "en")


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, language: str) -> str:
    decimals = currencies.decimals(currency)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "") + "\xa0¤"
    exact = Decimal(minor).scaleb(-decimals)
    return format_currency(exact, currency, format=pattern, locale=locale_of(language), currency_digits=False)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount that a refusal names; it is put into words only when somebody reads it."""

    minor: int
    currency: str

    def __format__(self, spec: str) -> str:
        return money(self.minor, self.currency)


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a refusal names, in words when somebody reads it."""

    day: date

    def __format__(self, spec: str) -> str:
        return format_date(self.day, "medium", locale=locale_of(get_language() or "en"))
