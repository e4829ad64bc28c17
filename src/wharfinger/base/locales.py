"""How each language writes figures and days."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from django.utils.translation import get_language

_REGIONS = {"en": "en_GB", "de": "de_DE"}


@lru_cache(maxsize=16)
def locale_of(language: str) -> Locale:
    """The conventions of a language; English dates are written day first."""
    return Locale.parse(_REGIONS.get(language, language.replace("-", "_")))


def day_words(value: date) -> str:
    """A calendar day as the reader's language writes it: 13 Dec 2026."""
    return _day(value, get_language() or "en")


@lru_cache(maxsize=4096)
def _day(value: date, language: str) -> str:
    return format_date(value, "medium", locale=locale_of(language))
