"""Figures, dates and addresses as a reader of the language writes them."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_symbol

from wharfinger.base import money
from wharfinger.base.own import DECIMALS
from wharfinger.documents.shapes import Address, Amount, Each, OwnValue, Price, Quantity, Share
from wharfinger.documents.words import unit, words

LOCALES = {"en": "en_GB", "de": "de_DE"}

CITY_FIRST = frozenset(["AU", "CA", "GB", "IE", "IN", "NZ", "US"])
"""Countries that write the postcode after the city."""


def spoken(value: Any, language: str, home: str = "") -> Any:
    """Turn a shape into plain data for a template, every figure in the words of the language.

    home: the country of the sender, which is left out of addresses.
    """
    match value:
        case Amount(minor, currency):
            return amount(minor, currency, language)
        case Price(micro, currency):
            return price(micro, currency, language)
        case Each(micro, currency):
            return f"{price(micro, currency, language)['figure']}\xa0{currency}"
        case Quantity(units, decimals, written):
            figure = _plain(Decimal(units).scaleb(-decimals), 0, decimals, language)
            word = unit(written, language)
            return {"figure": figure, "unit": word, "text": f"{figure} {word}".strip()}
        case Share(micro):
            sign = "\xa0%" if language == "de" else "%"
            return format_percent(Decimal(micro).scaleb(-6), f"#,##0.####{sign}", locale=_locale(language))
        case Address():
            return {"name": value.name, "lines": address_lines(value, language, home)}
        case OwnValue(name, kind, kept):
            return {"name": name, "value": own_value(kind, kept, language)}
        case date():
            return format_date(value, "medium", locale=_locale(language))
        case tuple() | list():
            return [spoken(item, language, home) for item in value]
        case _ if is_dataclass(value):
            return {f.name: spoken(getattr(value, f.name), language, home) for f in fields(value)}
    return value


def own_value(kind: str, value: str | bool, language: str) -> str:
    """The value of an own field."""
    match kind:
        case "number":
            return _plain(Decimal(value), 0, DECIMALS, language)
        case "date":
            return format_date(date.fromisoformat(str(value)), "medium", locale=_locale(language))
        case "yes_no":
            return words(language)["yes" if value else "no"]
    return str(value)


def amount(minor: int, currency: str, language: str) -> dict[str, str]:
    """A sum with its currency (`text`) and without (`figure`)."""
    decimals = money.decimals(currency)
    exact = Decimal(minor).scaleb(-decimals)
    return {
        "figure": _plain(exact, decimals, decimals, language),
        "text": format_currency(
            exact,
            currency,
            format=_pattern(language, currency),
            locale=_locale(language),
            currency_digits=False,
        ),
        "currency": currency,
    }


def price(micro: int, currency: str, language: str) -> dict[str, str]:
    """A unit price with at least the currency's decimals and as many more as it was agreed with."""
    exact = Decimal(micro).scaleb(-money.MICRO)
    return {"figure": _plain(exact, money.decimals(currency), money.MICRO, language), "currency": currency}


def address_lines(address: Address, language: str, home: str) -> list[str]:
    """The lines of an address below the name, in the order of its own country."""
    if address.country in CITY_FIRST:
        place = [f"{address.city}, {address.region}".strip(", "), address.postcode]
        city = "  ".join(part for part in place if part)
    else:
        city = " ".join(part for part in (address.postcode, address.city) if part)
        city = (
            f"{city}, {address.region}"
            if address.region and address.country not in ("DE", "AT", "CH")
            else city
        )
    abroad = address.country if address.country != home else ""
    lines = [
        address.attention,
        address.extra,
        *address.street.splitlines(),
        city,
        country(abroad, language).upper(),
    ]
    return [line for line in lines if line.strip()]


def country(code: str, language: str) -> str:
    """The name of a country, or the code itself where nobody has named it."""
    return _locale(language).territories.get(code, code) if code else ""


@cache
def _locale(language: str) -> Locale:
    """What babel knows of the language; its name alone would be read anew for each figure."""
    return Locale.parse(LOCALES[language])


@lru_cache(maxsize=4096)
def _plain(exact: Decimal, least: int, most: int, language: str) -> str:
    places = "0" * least + "#" * (most - least)
    return format_decimal(exact, "#,##0" + (f".{places}" if places else ""), locale=_locale(language))


@cache
def _pattern(language: str, currency: str) -> str:
    """The language's own currency pattern with as many decimals as ISO 4217, not CLDR, gives the currency."""
    decimals = money.decimals(currency)
    pattern: str = _locale(language).currency_formats["standard"].pattern
    if pattern.startswith("¤#") and get_currency_symbol(currency, _locale(language))[-1].isalpha():
        pattern = pattern.replace("¤", "¤\xa0")
    return pattern.replace("0.00", "0." + "0" * decimals if decimals else "0")
