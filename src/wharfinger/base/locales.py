"""How each language writes figures and days."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

_REGIONS = {"en": "en_GB", "de": "de_DE"}


@lru_cache(maxsize=16)
def locale_of(language: str) -> Locale:
    """The conventions of a language; English dates are written day first."""
    return Locale.parse(_REGIONS.get(language, language.replace("-", "_")))
