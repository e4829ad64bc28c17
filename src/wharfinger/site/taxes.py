"""The tax codes a company begins with, by its country: the usual rates, and the usual reasons for none."""

from __future__ import annotations

from typing import Any

RATES: dict[str, tuple[str, ...]] = {
    "DE": ("19", "7"),
    "AT": ("20", "13", "10"),
    "CH": ("8.1", "3.8", "2.6"),
    "FR": ("20", "10", "5.5", "2.1"),
    "NL": ("21", "9"),
    "BE": ("21", "12", "6"),
    "IT": ("22", "10", "5", "4"),
    "ES": ("21", "10", "4"),
    "PL": ("23", "8", "5"),
    "GB": ("20", "5"),
    "US": (),
}
"""Standard rate first, in percent, as they stood at the release; a country not listed begins with none."""

EUROPEAN_UNION = frozenset(("DE", "AT", "FR", "NL", "BE", "IT", "ES", "PL"))


def tax_codes(country: str) -> list[dict[str, Any]]:
    """The codes of a country, the standard rate as the default; categories by EN 16931 BT-151."""
    codes = [
        {"code": f"{country}-{rate}", "name": f"{rate} %", "rate": rate, "category": "S", "default": n == 0}
        for n, rate in enumerate(RATES.get(country, ()))
    ]
    none = {"rate": "0", "default": not codes}
    codes.append({"code": f"{country}-0", "name": "0 %", "category": "O" if country == "US" else "Z", **none})
    if country in EUROPEAN_UNION:
        codes += [
            {
                "code": "AE",
                "name": "Reverse charge",
                "rate": "0",
                "category": "AE",
                "exemption_reason": "Reverse charge",
                "exemption_code": "VATEX-EU-AE",
                "default": False,
            },
            {
                "code": "K",
                "name": "Intra-Community supply",
                "rate": "0",
                "category": "K",
                "exemption_reason": "Tax-exempt intra-Community supply",
                "exemption_code": "VATEX-EU-IC",
                "default": False,
            },
        ]
    if country in RATES and country != "US":
        codes.append(
            {
                "code": "G",
                "name": "Export",
                "rate": "0",
                "category": "G",
                "exemption_reason": "Tax-exempt export",
                **({"exemption_code": "VATEX-EU-G"} if country in EUROPEAN_UNION else {}),
                "default": False,
            }
        )
    return codes
